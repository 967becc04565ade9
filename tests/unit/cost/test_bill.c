#include <criterion/criterion.h>
#include <string.h>

#include "m2/cost.h"

#define MIB (M2_GB_SCALE / 1024)
#define GB M2_GB_SCALE

static struct m2_arena *a;
static struct m2_prices prices;

static void begin(void)
{
    struct m2_err err = { 0 };
    a = m2_arena_new();
    cr_assert_eq(m2_prices_builtin(&prices, a, &err), 0, "%s", err.msg);
}

static void end(void)
{
    m2_arena_free(a);
}

TestSuite(bill, .init = begin, .fini = end);

static struct m2_bill bill_of(const struct m2_job *job, const char *region, const char *const *without)
{
    struct m2_rates rates;
    struct m2_bill bill;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_rates_find(&rates, &prices, region, job->platform, job->arch, without, &err), 0, "%s",
                 err.msg);
    cr_assert_eq(m2_bill_job(&bill, &rates, job, &err), 0, "%s", err.msg);
    m2_pico sum = 0;
    for (size_t i = 0; i < M2_C_COUNT; i++)
        sum += bill.line[i].cost;
    cr_assert(sum == bill.total && bill.total == bill.compute + bill.other);
    return bill;
}

static struct m2_job fargate(int64_t cpu, int64_t mib, int64_t ms, int64_t disk_gb)
{
    return (struct m2_job){ .platform = M2_FARGATE,
                            .cpu_units = cpu,
                            .memory_gb10 = mib * MIB,
                            .duration_ms = ms,
                            .disk_gb10 = disk_gb * GB };
}

/* AWS's own examples (pricing pages) and facts that were worked by hand; picos are exact or rounded once a
 * line. */
Test(bill, worked_examples_of_each_service)
{
    struct m2_job j = fargate(2048, 5120, 125200, 50);
    struct m2_bill b = bill_of(&j, "us-east-1", NULL);
    cr_expect(b.line[M2_C_FARGATE_VCPU].cost == 2833600000);
    cr_expect(b.line[M2_C_FARGATE_MEMORY].cost == 777875000);
    cr_expect(b.line[M2_C_FARGATE_STORAGE].cost == 116550000);
    cr_expect(b.total == 3728025000);

    j = fargate(512, 2048, 48085, 30); /* 48 s are billed as 60 */
    cr_expect(bill_of(&j, "us-east-1", NULL).total == 504000000);

    j = (struct m2_job){ .platform = M2_LAMBDA,
                         .memory_gb10 = 3008 * MIB,
                         .duration_ms = 12345,
                         .disk_gb10 = 4 * GB,
                         .requests = 1 };
    b = bill_of(&j, "us-east-1", NULL);
    cr_expect(b.line[M2_C_LAMBDA_COMPUTE].cost == 604391834); /* 0.00060439183378125 */
    cr_expect(b.line[M2_C_LAMBDA_STORAGE].cost == 1335112);   /* 0.00000133511175 */
    cr_expect(b.line[M2_C_LAMBDA_REQUESTS].cost == 200000);

    m2_job_usual(&j, M2_FARGATE);
    j.cpu_units = 4096;
    j.memory_gb10 = 8 * GB;
    j.duration_ms = 600000;
    b = bill_of(&j, "us-east-1", NULL);
    static const struct {
        enum m2_cost_item item;
        int64_t pico;
    } lines[] = { { M2_C_FARGATE_VCPU, 26986666667 },
                  { M2_C_FARGATE_MEMORY, 5926666667 },
                  { M2_C_IPV4, 833333333 },
                  { M2_C_TRANSITIONS, 75000000 },
                  { M2_C_SELECTOR_COMPUTE, 712501 },
                  { M2_C_SELECTOR_REQUESTS, 200000 },
                  { M2_C_S3_PUT, 10000000 },
                  { M2_C_S3_GET, 800000 },
                  { M2_C_LOGS, 30517578 } };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        cr_expect(b.line[lines[i].item].cost == lines[i].pico, "%s", m2_cost_item(lines[i].item)->resource);
    cr_expect(b.total == 33863896746); /* 2031833804773/60000000000000 */
}

/* The guide's (4 × 0.04 + 8 × 0.004) / 6 = 0.032, and what the price lists say of the same job. */
Test(bill, the_guide_s_example_in_four_places)
{
    static const struct {
        const char *region;
        enum m2_arch arch;
        int64_t pico;
    } rows[] = { { "us-east-1", M2_X86_64, 32913333334 }, /* 4937/150000, two lines rounded */
                 { "us-east-1", M2_ARM64, 26333333333 },
                 { "eu-central-1", M2_X86_64, 37853333333 },
                 { "ap-northeast-1", M2_X86_64, 41080000000 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_job j = fargate(4096, 8192, 600000, 0);
        j.arch = rows[i].arch;
        m2_pico off = bill_of(&j, rows[i].region, NULL).compute - rows[i].pico;
        cr_expect(off >= -1 && off <= 1, "%s", rows[i].region);
    }
}

Test(bill, billed_seconds_begin_at_sixty_and_round_up)
{
    static const struct {
        int64_t ms, s;
    } rows[] = { { 0, 0 },      { 1, 60 },     { 59000, 60 },    { 60000, 60 },
                 { 60001, 61 }, { 61000, 61 }, { 3600000, 3600 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_job j = fargate(1024, 2048, rows[i].ms, 0);
        struct m2_ratio q = m2_bill_quantity(M2_C_FARGATE_VCPU, &j);
        cr_expect(q.num == (m2_int128)rows[i].s * q.den / 3600, "%lld ms", (long long)rows[i].ms);
    }
}

Test(bill, tiers_and_free_allowances_meet_at_their_edges)
{
    const struct m2_price_region *region;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_prices_region(&region, &prices, "us-east-1", &err), 0);
    const struct m2_price *p = m2_price_find(region, "lambda.gb-second.x86_64");
    static const struct {
        int64_t units, free_units;
        const char *usd;
    } rows[] = { { INT64_C(7000000000), 0, "115000.2" },
                 { INT64_C(6000000000), 0, "100000.2" },
                 { INT64_C(6000000001), 0, "100000.200015" },
                 { INT64_C(15000000001), 0, "235000.2000133334" },
                 { 400000, 400000, "0" },
                 { 400001, 400000, "0.0000166667" },
                 { INT64_C(7000000000), 400000, "114993.53332" },
                 { 0, 0, "0" } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        m2_pico cost = -1;
        char text[M2_DECIMAL_SIZE];
        cr_expect(m2_price_tiered(&cost, p, (struct m2_ratio){ rows[i].units, 1 },
                                  (struct m2_ratio){ rows[i].free_units, 1 }));
        m2_pico_print(text, cost);
        cr_expect_str_eq(text, rows[i].usd);
    }
}

Test(bill, a_missing_price_is_marked_and_never_zero_or_another_region_s)
{
    struct m2_job j;
    struct m2_rates rates;
    struct m2_err err = { 0 };
    m2_job_usual(&j, M2_FARGATE);
    j.cpu_units = 1024;
    j.memory_gb10 = 2 * GB;
    j.duration_ms = 60000;
    struct m2_bill b = bill_of(&j, "us-west-1", NULL);
    cr_expect(b.incomplete && b.line[M2_C_IPV4].missing && b.line[M2_C_IPV4].cost == 0);
    cr_expect(!b.line[M2_C_FARGATE_VCPU].missing);
    b = bill_of(&j, "us-west-1", (const char *const[]){ "public-ip", "s3", "logs", NULL });
    cr_expect(!b.incomplete);
    cr_expect_eq(m2_rates_find(&rates, &prices, "eu-central-1", M2_FARGATE, M2_ARM64, NULL, &err), -1);
    cr_expect_eq(err.code, M2_EINPUT);
    cr_expect(strstr(err.msg, "fargate.vcpu-hour.arm64 in eu-central-1") && strstr(err.msg, "eu-west-1"),
              "%s", err.msg);
    cr_expect_eq(m2_rates_find(&rates, &prices, "mars-1", M2_FARGATE, M2_X86_64, NULL, &err), -1);
    cr_expect(strstr(err.msg, "mars-1") && strstr(err.msg, "us-east-1, us-east-2"), "%s", err.msg);
    cr_expect_eq(m2_rates_find(&rates, &prices, "us-east-1", M2_LAMBDA, M2_X86_64,
                               (const char *const[]){ "log", NULL }, &err),
                 -1);
    cr_expect(strstr(err.msg, "did you mean logs?"), "%s", err.msg);
}

Test(bill, every_part_but_compute_can_be_left_out)
{
    struct m2_job j;
    for (int p = 0; p < M2_PLATFORM_COUNT; p++) {
        m2_job_usual(&j, (enum m2_platform)p);
        j.cpu_units = 4096;
        j.memory_gb10 = 8 * GB;
        j.duration_ms = 600000;
        j.disk_gb10 = 100 * GB;
        j.requests = 2;
        j.input_mb9 = j.output_mb9 = j.download_mb9 = j.image_mb9 = j.nat_mb9 = j.endpoint_mb9 =
            100 * M2_MB_SCALE;
        j.kept_mb_hours9 = 100 * M2_MB_SCALE;
        struct m2_bill whole = bill_of(&j, "us-east-1", NULL);
        m2_pico gone = 0;
        for (const char *const *part = m2_cost_parts(); *part; part++) {
            struct m2_bill b = bill_of(&j, "us-east-1", (const char *const[]){ *part, NULL });
            gone += whole.total - b.total;
        }
        cr_expect(whole.total - gone == whole.compute &&
                  bill_of(&j, "us-east-1", m2_cost_parts()).other == 0);
        for (size_t i = 0; i < M2_C_COUNT; i++) {
            bool known = strcmp(m2_cost_item((enum m2_cost_item)i)->part, "compute") == 0;
            for (const char *const *part = m2_cost_parts(); *part; part++)
                known = known || strcmp(m2_cost_item((enum m2_cost_item)i)->part, *part) == 0;
            cr_expect(known, "%s", m2_cost_item((enum m2_cost_item)i)->resource);
        }
    }
}

Test(bill, sizes_that_aws_does_not_offer_name_the_nearest)
{
    static const struct {
        enum m2_platform platform;
        int64_t cpu, mib, ms, disk_gb;
        const char *words;
    } rows[] = {
        { M2_FARGATE, 4096, 8192, 1, 0, NULL },
        { M2_FARGATE, 4096, 16384, 1, 200, NULL },
        { M2_FARGATE, 4096, 7168, 1, 0, "2 vCPU with 7 GB and 4 vCPU with 8 GB" },
        { M2_FARGATE, 3072, 8192, 1, 0, "2 vCPU with 8 GB and 4 vCPU with 8 GB" },
        { M2_FARGATE, 256, 512, 1, 0, NULL },
        { M2_FARGATE, 128, 256, 1, 0, "nearest size is 0.25 vCPU with 0.5 GB" },
        { M2_FARGATE, 65536, 262144, 1, 0, "32 vCPU with 244 GB" },
        { M2_FARGATE, 1024, 2048, 1, 201, "at most 200 GB" },
        { M2_LAMBDA, 0, 3008, 900000, 10, NULL },
        { M2_LAMBDA, 0, 127, 1, 0, "0.125 GB (128 MB)" },
        { M2_LAMBDA, 0, 10241, 1, 0, "10240 MB" },
        { M2_LAMBDA, 0, 128, 900001, 0, "900 s; this one takes 901 s" },
        { M2_LAMBDA, 0, 128, 1, 11, "10 GB of /tmp" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_err err = { 0 };
        struct m2_job j = { .platform = rows[i].platform,
                            .cpu_units = rows[i].cpu,
                            .memory_gb10 = rows[i].mib * MIB,
                            .duration_ms = rows[i].ms,
                            .disk_gb10 = rows[i].disk_gb * GB };
        int rc = m2_job_check(&j, &err);
        cr_expect_eq(rc, rows[i].words ? -1 : 0, "row %zu: %s", i, err.msg);
        cr_expect(!rows[i].words || strstr(err.msg, rows[i].words), "row %zu: %s", i, err.msg);
    }
}

Test(bill, an_amount_beyond_counting_is_refused)
{
    struct m2_job j = fargate(4096, 8192, 600000, 0);
    struct m2_rates rates;
    struct m2_bill b;
    struct m2_err err = { 0 };
    j.duration_ms = INT64_MAX;
    j.cpu_units = INT64_MAX;
    cr_assert_eq(m2_rates_find(&rates, &prices, "us-east-1", M2_FARGATE, M2_X86_64, NULL, &err), 0);
    cr_expect_eq(m2_bill_job(&b, &rates, &j, &err), -1);
    cr_expect_eq(err.code, M2_ELIMIT);
}

Test(bill, a_month_adds_up_before_tiers_and_allowances)
{
    struct m2_rates rates;
    struct m2_month m;
    struct m2_err err = { 0 };
    struct m2_job j;
    m2_job_usual(&j, M2_LAMBDA);
    j.arch = M2_ARM64;
    j.memory_gb10 = 4 * GB;
    j.duration_ms = 100000; /* 400 GB-s, and 0.04275 of the selector */
    cr_assert_eq(m2_rates_find(&rates, &prices, "us-east-1", M2_LAMBDA, M2_ARM64, NULL, &err), 0);
    cr_assert_eq(m2_bill_month(&m, &rates, &j, 1000, &err), 0, "%s", err.msg);
    const struct m2_month_line *job = &m.line[0], *selector = NULL, *request = NULL;
    for (size_t i = 0; i < m.n; i++) {
        if (strcmp(m.line[i].key, "lambda.gb-second.x86_64") == 0)
            selector = &m.line[i];
        if (strcmp(m.line[i].key, "lambda.request") == 0)
            request = &m.line[i];
    }
    cr_expect(job->list == (m2_pico)400000 * 13333400 && job->after_free == 0);
    cr_assert(selector && request);
    cr_expect(selector->after_free == selector->list, "the job has used the whole allowance");
    cr_expect(request->quantity.num == 2000 && request->after_free == 0, "job and selector are one price");
    m2_pico sum = 0;
    for (size_t i = 0; i < m.n; i++)
        sum += m.line[i].list;
    cr_expect(sum == m.list);
    j.duration_ms = INT64_MAX;
    cr_expect_eq(m2_bill_month(&m, &rates, &j, UINT64_MAX, &err), -1);
}

/* It was counted in whole units: the selector got up to one GB-second too few for nothing. */
Test(bill, an_allowance_of_several_lines_is_shared_exactly)
{
    struct m2_rates rates;
    struct m2_month m;
    struct m2_err err = { 0 };
    struct m2_job j;
    char text[M2_DECIMAL_SIZE];
    m2_job_usual(&j, M2_LAMBDA);
    j.arch = M2_ARM64;
    j.memory_gb10 = GB / 8;
    j.duration_ms = 1; /* 0.000125 GB-s; 1,388,888,889 of them leave 226388.888875 of the allowance */
    cr_assert_eq(m2_rates_find(&rates, &prices, "us-east-1", M2_LAMBDA, M2_ARM64, NULL, &err), 0);
    cr_assert_eq(m2_bill_month(&m, &rates, &j, 1388888889, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < m.n; i++) {
        if (strcmp(m.line[i].key, "lambda.gb-second.x86_64") != 0)
            continue;
        m2_pico_print(text, m.line[i].after_free);
        cr_expect_str_eq(text, "985.812156884954"); /* (0.04275 × 1388888889 − 226388.888875) × 0.0000166667 */
    }
}

Test(bill, data_becomes_requests_in_parts_of_eight_mb)
{
    static const struct {
        int64_t in_mb, out_mb, gets, puts;
    } rows[] = { { 0, 0, 2, 2 }, { 8, 8, 2, 2 }, { 9, 9, 3, 5 }, { 80, 80, 11, 13 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_job j;
        m2_job_usual(&j, M2_FARGATE);
        m2_job_data(&j, rows[i].in_mb * M2_MB_SCALE, rows[i].out_mb * M2_MB_SCALE);
        cr_expect(j.s3_gets == rows[i].gets && j.s3_puts == rows[i].puts, "row %zu", i);
        cr_expect_eq(j.download_mb9, rows[i].out_mb * M2_MB_SCALE);
    }
}
