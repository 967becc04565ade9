#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "m2/reconcile.h"
#include "m2/str.h"
#include "m2/time.h"

#define TASK "arn:aws:ecs:us-east-1:123456789012:task/lab/0af1"
#define NOW "2026-11-20"

static struct m2_arena *a;
static struct m2_prices prices;
static struct m2_reconcile *r;

static void begin(void)
{
    struct m2_err err = { 0 };
    a = m2_arena_new();
    cr_assert_eq(m2_prices_builtin(&prices, a, &err), 0);
    r = m2_reconcile_new(&prices);
}

static void end(void)
{
    m2_reconcile_free(r);
    m2_arena_free(a);
}

TestSuite(reconcile, .init = begin, .fini = end);

static int64_t at(const char *time)
{
    int64_t ms = -1;
    cr_assert(m2_time_parse(&ms, time), "%s", time);
    return ms;
}

/* 4 vCPU, 8 GB for SECONDS; only compute and address unless WHOLE. */
static void expect_job(const char *id, const char *start, int64_t seconds, const char *region, bool whole)
{
    static const char *const without[] = { "selector", "transitions", "logs", "s3", NULL };
    struct m2_job job;
    struct m2_rates rates;
    struct m2_bill bill;
    struct m2_err err = { 0 };
    m2_job_usual(&job, M2_FARGATE);
    job.cpu_units = 4096;
    job.memory_gb10 = 8 * M2_GB_SCALE;
    job.duration_ms = seconds * 1000;
    cr_assert_eq(m2_rates_find(&rates, &prices, region, M2_FARGATE, M2_X86_64, whole ? NULL : without, &err),
                 0, "%s", err.msg);
    cr_assert_eq(m2_bill_job(&bill, &rates, &job, &err), 0, "%s", err.msg);
    const struct m2_priced priced = { .id = m2_bytes_of(id),
                                      .region = m2_bytes_of(region),
                                      .platform = M2_FARGATE,
                                      .arch = M2_X86_64,
                                      .started_ms = at(start),
                                      .duration_ms = job.duration_ms };
    cr_assert_eq(m2_reconcile_job(r, &priced, &bill, &err), 0, "%s", err.msg);
}

struct a_row {
    const char *service, *usage_type, *resource, *start;
    const char *quantity, *cost;
    enum m2_charge charge;
    const char *job;
};

static void bill_row(const struct a_row *x)
{
    int64_t quantity = 0, cost = 0;
    struct m2_err err = { 0 };
    cr_assert(m2_fixed_parse(&quantity, x->quantity, strlen(x->quantity), 12, M2_EXACT));
    cr_assert(m2_fixed_parse(&cost, x->cost, strlen(x->cost), 12, M2_EXACT));
    const struct m2_bill_row row = { .charge = x->charge,
                                     .charge_name = "Something",
                                     .service = x->service,
                                     .usage_type = x->usage_type,
                                     .region = "",
                                     .resource = x->resource,
                                     .job = m2_str_or(x->job, ""),
                                     .start_ms = at(x->start),
                                     .end_ms = at(x->start) + 3600000,
                                     .period_ms = at("2026-10-01"),
                                     .list = cost,
                                     .billed = cost,
                                     .quantity = quantity,
                                     .invoiced = true };
    cr_assert_eq(m2_reconcile_row(r, &row, &err), 0, "%s", err.msg);
}

/* Ten minutes of 4 vCPU and 8 GB in two hours, and its address. */
static const struct a_row good[] = {
    { "AmazonECS", "USE1-Fargate-vCPU-Hours:perCPU", TASK, "2026-10-05T09:00:00", "0.3333333333",
      "0.0134933333", 0, NULL },
    { "AmazonECS", "USE1-Fargate-vCPU-Hours:perCPU", TASK, "2026-10-05T10:00:00", "0.3333333333",
      "0.0134933333", 0, NULL },
    { "AmazonECS", "USE1-Fargate-GB-Hours", TASK, "2026-10-05T09:00:00", "0.6666666667", "0.0029633333", 0,
      NULL },
    { "AmazonECS", "USE1-Fargate-GB-Hours", TASK, "2026-10-05T10:00:00", "0.6666666667", "0.0029633333", 0,
      NULL },
    { "AmazonVPC", "USE1-PublicIPv4:InUseAddress", "eni-1", "2026-10-05T09:00:00", "0.0833333333",
      "0.0004166667", 0, NULL },
    { "AmazonVPC", "USE1-PublicIPv4:InUseAddress", "eni-1", "2026-10-05T10:00:00", "0.0833333333",
      "0.0004166667", 0, NULL },
};
#define GOOD (sizeof good / sizeof good[0])

static void bill_good(void)
{
    for (size_t i = 0; i < GOOD; i++)
        bill_row(&good[i]);
}

static struct m2_reconciliation finish(const char *tolerance, const char *now)
{
    struct m2_reconciliation out;
    struct m2_reconcile_ask ask = { .now_ms = at(now) };
    struct m2_err err = { 0 };
    cr_assert(m2_fixed_parse(&ask.tolerance, tolerance, strlen(tolerance), 6, M2_EXACT));
    cr_assert_eq(m2_reconcile_finish(&out, a, r, &ask, &err), 0, "%s", err.msg);
    m2_pico sum = 0, invoice = 0;
    for (size_t i = 0; i < out.n_lines; i++)
        sum += out.lines[i].billed + out.lines[i].free_value - out.lines[i].expected;
    for (size_t i = 0; i < M2_CHARGE_COUNT; i++)
        invoice += out.charge[i].cost;
    cr_expect(sum == out.difference && out.difference == out.billed + out.free_value - out.expected);
    cr_expect(invoice == out.invoice);
    return out;
}

static const struct m2_line_compared *line(const struct m2_reconciliation *out, const char *key)
{
    for (size_t i = 0; i < out->n_lines; i++)
        if (strcmp(out->lines[i].key, key) == 0)
            return &out->lines[i];
    cr_assert(false, "no line %s", key);
    return NULL;
}

Test(reconcile, a_bill_in_ten_places_agrees_without_any_tolerance)
{
    expect_job(TASK, "2026-10-05T09:55:00Z", 600, "us-east-1", false);
    bill_good();
    struct m2_reconciliation out = finish("0", NOW);
    cr_expect(!out.passed && out.by_task && !out.running && !out.uninvoiced && !out.by_month);
    cr_expect_eq(out.n_lines, 3);
    cr_expect_eq(out.jobs, 1);
    cr_expect_eq(out.tasks_agree, 1);
    cr_expect_eq(out.tasks_differ, 0);
    cr_expect_eq(out.n_unexplained, 0);
    const struct m2_line_compared *vcpu = line(&out, "fargate.vcpu-hour.x86_64");
    cr_expect_str_eq(vcpu->title, "Fargate vCPU");
    cr_expect_str_eq(vcpu->unit, "vCPU-hour");
    cr_expect(vcpu->verdict == M2_AGREES && vcpu->quantity_agrees && vcpu->by_task && vcpu->rows == 2);
    cr_expect(vcpu->expected == 26986666667 && vcpu->billed == 26986666600);
    cr_expect(vcpu->expected_quantity == 666666666667 && vcpu->billed_quantity == 666666666600);
    cr_expect(!line(&out, "ipv4.public-hour")->by_task);
    cr_expect(out.charge[M2_CHARGE_USAGE].rows == 6 && out.invoice == out.billed);
}

/* Twice the second row: the vCPU line is 50 % too dear, and says on which day. */
Test(reconcile, a_difference_is_judged_by_the_tolerance_and_named)
{
    static const struct {
        const char *tolerance;
        bool passed;
    } rows[] = { { "0", true }, { "49.9", true }, { "50", false }, { "51", false } };
    expect_job(TASK, "2026-10-05T09:55:00Z", 600, "us-east-1", false);
    bill_good();
    bill_row(&good[1]);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_reconciliation out = finish(rows[i].tolerance, NOW);
        const struct m2_line_compared *vcpu = line(&out, "fargate.vcpu-hour.x86_64");
        cr_expect_eq(out.passed, rows[i].passed, "%s", rows[i].tolerance);
        cr_expect_eq(vcpu->verdict, rows[i].passed ? M2_BILLED_MORE : M2_AGREES);
        cr_expect(vcpu->difference == 13493333233 && vcpu->worst.day == 20731); /* 2026-10-05 */
        cr_expect_eq(out.tasks_differ, rows[i].passed);
        if (rows[i].passed) {
            cr_expect_eq(out.n_tasks, 1);
            cr_expect_str_eq(out.tasks[0].id, "0af1");
            cr_expect_eq(out.tasks[0].verdict, M2_BILLED_MORE);
            cr_expect(out.tasks[0].billed_vcpu == 999999999900);
        }
    }
}

Test(reconcile, jobs_without_rows_and_rows_without_jobs_are_told_apart)
{
    expect_job(TASK, "2026-10-05T09:55:00Z", 600, "us-east-1", false);
    expect_job("arn:aws:ecs:us-east-1:123456789012:task/lab/0af2", "2026-10-06T09:00:00Z", 600, "us-east-1",
               false);
    expect_job("0af3", "2026-11-02T09:00:00Z", 600, "us-east-1", false); /* of another bill */
    expect_job("0af4", "2026-10-31T23:55:00Z", 600, "us-east-1", false); /* half of it is in another bill */
    bill_good();
    bill_row(&(struct a_row){ "AmazonECS", "USE1-Fargate-GB-Hours", "arn:x:task/other/77", "2026-10-07",
                              "100", "0.4445", 0, NULL });
    bill_row(&(struct a_row){ "AmazonEC2", "RegionalNatGateway-Hours", "nat-1", "2026-10-07", "24", "1.08", 0,
                              NULL });
    bill_row(
        &(struct a_row){ "AmazonECR", "TimedStorage-ByteHrs", "repo", "2026-10-07", "1", "0.1", 0, NULL });
    struct m2_reconciliation out = finish("1", NOW);
    cr_expect(out.passed);
    cr_expect_eq(out.jobs, 3);
    cr_expect_eq(out.jobs_outside, 1);
    cr_expect(out.outside == 33746666667);
    cr_expect_eq(out.tasks_agree, 1);
    cr_expect_eq(out.tasks_not_billed, 1);
    cr_expect_eq(out.tasks_cut, 1);
    const struct m2_line_compared *gb = line(&out, "fargate.gb-hour.x86_64");
    cr_expect(gb->verdict == M2_BILLED_LESS && gb->billed == 5926666600); /* the other task's is not in it */
    cr_expect(gb->expected == 2 * INT64_C(5926666667) + 2963333334);      /* half of the fourth */
    static const struct {
        const char *usage_type, *title, *resource;
        m2_pico cost;
    } want[] = { { "RegionalNatGateway-Hours", "", "nat-1", 1080000000000 },
                 { "USE1-Fargate-GB-Hours", "Fargate memory", "arn:x:task/other/77", 444500000000 },
                 { "TimedStorage-ByteHrs", "Image storage (ECR)", "repo", 100000000000 } };
    cr_assert_eq(out.n_unexplained, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_str_eq(out.unexplained[i].usage_type, want[i].usage_type);
        cr_expect_str_eq(out.unexplained[i].title, want[i].title);
        cr_expect_str_eq(out.unexplained[i].resource, want[i].resource);
        cr_expect(out.unexplained[i].cost == want[i].cost);
    }
    cr_expect(out.unexplained_cost == 1624500000000);
}

/* Without resource ids the sums of days decide; a job over midnight counts on both days, to the last pico. */
Test(reconcile, without_resources_days_are_compared)
{
    expect_job(TASK, "2026-10-05T23:55:00Z", 600, "us-east-1", false);
    for (size_t i = 0; i < GOOD; i++) {
        struct a_row x = good[i];
        x.resource = "";
        x.start = i & 1 ? "2026-10-06T00:00:00" : "2026-10-05T23:00:00";
        bill_row(&x);
    }
    struct m2_reconciliation out = finish("0", NOW);
    cr_expect(!out.passed && !out.by_task);
    cr_expect_eq(out.tasks_agree + out.tasks_differ, 0);
    cr_expect(line(&out, "fargate.gb-hour.x86_64")->expected == 5926666667);
}

Test(reconcile, discounts_credits_plans_and_taxes_are_their_own_sums)
{
    expect_job(TASK, "2026-10-05T09:55:00Z", 600, "us-east-1", true);
    for (size_t i = 0; i < GOOD; i++) {
        struct a_row x = good[i];
        x.charge = strcmp(x.service, "AmazonECS") == 0 ? M2_CHARGE_COVERED : M2_CHARGE_USAGE;
        bill_row(&x);
    }
    static const struct a_row more[] = {
        { "AmazonStates", "USE1-StateTransition", "sm", "2026-10-05", "3", "0", 0,
          NULL }, /* of the free 4,000 */
        { "AWSLambda", "Request", "selector", "2026-10-05", "1", "0.0000002", 0, NULL },
        { "AWSLambda", "Lambda-GB-Second", "selector", "2026-10-05", "0.04275", "0.0000007125", 0, NULL },
        { "AmazonS3", "Requests-Tier1", "b", "2026-10-05", "2", "0.00001", 0, NULL },
        { "AmazonS3", "Requests-Tier2", "b", "2026-10-05", "2", "0.0000008", 0, NULL },
        { "AmazonCloudWatch", "USE1-DataProcessing-Bytes", "g", "2026-10-05", "0.0000610352", "0.0000305176",
          0, NULL },
        { "AmazonECS", "USE1-Fargate-GB-Hours", "", "2026-10-05", "0", "-0.0329133333", M2_CHARGE_PLAN,
          NULL },
        { "AmazonECS", "", "", "2026-10-05", "0", "0.5", M2_CHARGE_FEE, NULL },
        { "AmazonECS", "", "", "2026-10-05", "0", "-0.2", M2_CHARGE_CREDIT, NULL },
        { "AmazonECS", "", "", "2026-10-05", "0", "-0.1", M2_CHARGE_DISCOUNT, NULL },
        { "AmazonECS", "", "", "2026-10-05", "0", "-0.3", M2_CHARGE_REFUND, NULL },
        { "AmazonECS", "", "", "2026-10-05", "0", "0.07", M2_CHARGE_TAX, NULL },
        { "AmazonECS", "", "", "2026-10-05", "0", "0.01", M2_CHARGE_UNKNOWN, NULL },
        { "AmazonECS", "", "", "2026-10-05", "0", "0.01", M2_CHARGE_UNKNOWN, NULL },
    };
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        bill_row(&more[i]);
    struct m2_reconciliation out = finish("0.001", NOW);
    cr_expect(!out.passed);
    cr_expect_eq(out.n_lines, 9);
    const struct m2_line_compared *transitions = line(&out, "states.transition");
    cr_expect(transitions->billed == 0 && transitions->free_value == 75000000 &&
              transitions->difference == 0);
    cr_expect(out.charge[M2_CHARGE_COVERED].cost == 32913333200 &&
              out.charge[M2_CHARGE_PLAN].cost == -32913333300);
    cr_expect(out.charge[M2_CHARGE_CREDIT].cost == -200000000000 &&
              out.charge[M2_CHARGE_TAX].cost == 70000000000);
    cr_expect_eq(out.charge[M2_CHARGE_UNKNOWN].rows, 2);
    cr_expect(out.unknown_types[0] && !out.unknown_types[1]);
    cr_expect_str_eq(out.unknown_types[0], "Something");
    cr_expect_eq(out.n_unexplained, 0);
}

Test(reconcile, a_month_that_is_not_over_says_so_and_ends_with_its_last_row)
{
    expect_job(TASK, "2026-10-05T09:55:00Z", 600, "us-east-1", false);
    expect_job("later", "2026-10-09T09:55:00Z", 600, "us-east-1", false);
    bill_good();
    struct m2_reconciliation out = finish("1", "2026-10-10");
    cr_expect(out.running && !out.passed);
    cr_expect_eq(out.jobs_outside, 1);
    cr_expect_eq(out.last_day - out.first_day, 4);
    out = finish("1", NOW); /* over: the second job should be on it */
    cr_expect(!out.running && out.passed);
    cr_expect_eq(out.tasks_not_billed, 1);
    cr_expect_eq(out.last_day - out.first_day, 30);
}

Test(reconcile, what_has_no_price_is_compared_by_quantity)
{
    expect_job(TASK, "2026-10-05T09:55:00Z", 600, "us-west-1", false); /* no price for addresses there */
    bill_row(&(struct a_row){ "AmazonVPC", "USW1-PublicIPv4:InUseAddress", "e", "2026-10-05", "0.1666666667",
                              "0.0008", 0, NULL });
    struct m2_reconciliation out = finish("1", NOW);
    const struct m2_line_compared *ip = line(&out, "ipv4.public-hour");
    cr_expect_eq(ip->verdict, M2_NOT_PRICED);
    cr_expect(ip->quantity_agrees);
    cr_expect_str_eq(ip->region, "us-west-1");
    const struct m2_line_compared *vcpu = line(&out, "fargate.vcpu-hour.x86_64");
    cr_expect_eq(vcpu->verdict, M2_NOT_BILLED);
    cr_expect(out.passed);
}

Test(reconcile, a_job_tag_finds_tasks_whose_ids_are_not_in_the_history)
{
    expect_job("scan-7", "2026-10-05T09:55:00Z", 600, "us-east-1", false);
    for (size_t i = 0; i < GOOD; i++) {
        struct a_row x = good[i];
        x.job = "scan-7";
        bill_row(&x);
    }
    struct m2_reconciliation out = finish("0", NOW);
    cr_expect(out.by_task && !out.passed);
    cr_expect_eq(out.tasks_agree, 1);
}

Test(reconcile, a_bill_without_usage_and_times_out_of_range_are_refused)
{
    struct m2_reconciliation out;
    struct m2_reconcile_ask ask = { .now_ms = 0 };
    struct m2_err err = { 0 };
    cr_expect_eq(m2_reconcile_finish(&out, a, r, &ask, &err), -1);
    cr_expect_eq(err.code, M2_EINPUT);
    struct m2_bill_row row = { .service = "AmazonECS",
                               .usage_type = "Fargate-GB-Hours",
                               .charge_name = "",
                               .region = "",
                               .resource = "",
                               .job = "",
                               .start_ms = -1,
                               .end_ms = INT64_MIN,
                               .period_ms = INT64_MIN };
    cr_expect_eq(m2_reconcile_row(r, &row, &err), -1);
    cr_expect(strstr(err.msg, "before 1970"), "%s", err.msg);
    const struct m2_bill none = { .total = 0 };
    const struct m2_priced priced = { .started_ms = at("2300-01-01") };
    cr_expect_eq(m2_reconcile_job(r, &priced, &none, &err), -1);
}

/* Thousands of usage types and tasks: found again by their names, sums kept apart. */
Test(reconcile, many_kinds_and_tasks_keep_their_sums)
{
    char id[40], type[40];
    for (int i = 0; i < 3000; i++) {
        (void)snprintf(id, sizeof id, "task-%d", i);
        expect_job(id, "2026-10-05T09:55:00Z", 600, "us-east-1", false);
    }
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 3000; i++) {
            (void)snprintf(type, sizeof type, "Type-%d", i);
            bill_row(&(struct a_row){ "AmazonX", type, "x", "2026-10-05", "1", "0.5", 0, NULL });
            (void)snprintf(id, sizeof id, "a/task-%d", i);
            bill_row(&(struct a_row){ "AmazonECS", "USE1-Fargate-vCPU-Hours:perCPU", id, "2026-10-05",
                                      "0.3333333333", "0.0134933333", 0, NULL });
            bill_row(&(struct a_row){ "AmazonECS", "USE1-Fargate-GB-Hours", id, "2026-10-05", "0.6666666667",
                                      "0.0029633333", 0, NULL });
        }
    struct m2_reconciliation out = finish("1", NOW);
    cr_expect_eq(out.n_unexplained, 3000);
    cr_expect(out.unexplained_cost == 3000 * M2_PICO_PER_USD);
    cr_expect_eq(out.tasks_agree, 3000);
    cr_expect_eq(line(&out, "fargate.gb-hour.x86_64")->verdict, M2_AGREES);
    cr_expect_eq(line(&out, "ipv4.public-hour")->verdict, M2_NOT_BILLED);
}

Test(reconcile, every_verdict_has_a_name)
{
    for (int i = 0; i < M2_VERDICT_COUNT; i++)
        cr_expect_not_null(m2_verdict_name((enum m2_verdict)i));
}
