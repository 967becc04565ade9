/* What the runs of one job cost together. */
#include <criterion/criterion.h>
#include <string.h>

#include "historyfix.h"

static struct m2_history_prices prices_of(struct m2_prices *list, struct m2_arena *a, const char *region)
{
    struct m2_err err = { 0 };
    cr_assert_eq(m2_prices_builtin(list, a, &err), 0, "%s", err.msg);
    return (struct m2_history_prices){ .prices = list, .region = region };
}

static struct m2_history_run run_of(enum m2_platform platform, int64_t cpu, int64_t gb, int64_t ms)
{
    struct m2_history_run run = { .started_ms = 1 };
    m2_job_usual(&run.usage, platform);
    run.usage.cpu_units = cpu;
    run.usage.memory_gb10 = gb * M2_GB_SCALE;
    run.usage.duration_ms = ms;
    return run;
}

Test(history_price, a_job_costs_its_runs_and_counts_where_it_ended)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_prices list;
    struct m2_history_prices p = prices_of(&list, a, "us-east-1");
    struct m2_history_job job = {
        .id = "mixed", .arn = "x", .started_ms = 5, .outcome = M2_OUT_TIMED_OUT, .estimated = true
    };
    struct m2_bill bills[3], sum;
    struct m2_priced priced;
    struct m2_err err = { 0 };
    m2_vec_push(a, &job.runs, run_of(M2_LAMBDA, 0, 3, 900000)); /* then caught, and run as a task */
    m2_vec_push(a, &job.runs, run_of(M2_FARGATE_SPOT, 4096, 16, 61001));
    m2_vec_push(a, &job.runs, run_of(M2_FARGATE, 4096, 16, 600000));
    cr_assert_eq(m2_history_price(&priced, &sum, bills, &p, &job, &err), 0, "%s", err.msg);
    m2_pico total = 0;
    for (size_t i = 0; i < 3; i++)
        total += bills[i].total;
    cr_expect(sum.total == total && priced.compute + priced.other == (int64_t)total);
    cr_expect_eq(sum.line[M2_C_IPV4].quantity.num,
                 INT64_C(62 + 600) * sum.line[M2_C_IPV4].quantity.den / 3600);
    cr_expect(sum.line[M2_C_LAMBDA_COMPUTE].cost == bills[0].line[M2_C_LAMBDA_COMPUTE].cost);
    cr_expect_eq(priced.platform, M2_FARGATE);
    cr_expect_eq(priced.cpu_units, 4096);
    cr_expect_eq(priced.duration_ms, 900000 + 61001 + 600000);
    cr_expect(priced.failed && priced.estimated);
    cr_expect(priced.cheapest <= (int64_t)total && priced.cheapest > 0);
    m2_arena_free(a);
}

Test(history_price, a_platform_that_the_region_has_no_price_for_is_an_error)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_prices list;
    struct m2_history_prices p = prices_of(&list, a, "eu-west-1");
    struct m2_history_job job = { .id = "spot", .arn = "x" };
    struct m2_bill bill, sum;
    struct m2_priced priced;
    struct m2_err err = { 0 };
    m2_vec_push(a, &job.runs, run_of(M2_FARGATE_SPOT, 4096, 16, 60000));
    job.runs.at[0].usage.arch = M2_ARM64;
    cr_expect_eq(m2_history_price(&priced, &sum, &bill, &p, &job, &err), -1);
    cr_expect_eq(err.code, M2_EINPUT, "%s", err.msg);
    m2_arena_free(a);
}

Test(history_price, quantities_add_exactly_or_not_at_all)
{
    struct m2_ratio sum = { 1, 3 };
    cr_assert(m2_ratio_add(&sum, (struct m2_ratio){ 1, 6 }));
    cr_expect(sum.num * 2 == sum.den, "1/3 + 1/6 = 1/2");
    const m2_int128 most = (m2_int128)((~(m2_uint128)0) >> 1);
    sum = (struct m2_ratio){ most, 3 };
    cr_expect(!m2_ratio_add(&sum, (struct m2_ratio){ 1, 3 }));
    cr_expect(sum.num == most && sum.den == 3, "unchanged");
    cr_expect(!m2_ratio_add(&sum, (struct m2_ratio){ 1, 2 }));
    cr_expect(sum.num == most && sum.den == 3, "unchanged");
}
