#include <criterion/criterion.h>
#include <string.h>

#include "m2/compare.h"

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

TestSuite(compare, .init = begin, .fini = end);

static struct m2_job job_of(int64_t cpu, int64_t gb, int64_t ms)
{
    struct m2_job j;
    m2_job_usual(&j, M2_FARGATE);
    j.cpu_units = cpu;
    j.memory_gb10 = gb * GB;
    j.duration_ms = ms;
    return j;
}

static struct m2_comparison compared(const struct m2_job *job, const char *scaling)
{
    struct m2_comparison c;
    struct m2_scaling s;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_scaling_read(&s, scaling, &err), 0, "%s", err.msg);
    cr_assert_eq(m2_compare(&c, a, &prices, "us-east-1", job, &s, NULL, &err), 0, "%s", err.msg);
    return c;
}

static const struct m2_choice *find(const struct m2_comparison *c, enum m2_platform p, int64_t cpu,
                                    int64_t mib)
{
    for (size_t i = 0; i < c->choices.len; i++) {
        const struct m2_choice *x = &c->choices.at[i];
        if (x->job.platform == p && x->job.cpu_units == cpu && x->job.memory_gb10 == mib * (GB / 1024))
            return x;
    }
    return NULL;
}

Test(compare, cheapest_first_and_only_what_can_run_the_job)
{
    struct m2_job j = job_of(4096, 8, 600000);
    struct m2_comparison c = compared(&j, "none");
    size_t asked = 0;
    cr_assert_gt(c.choices.len, 50);
    for (size_t i = 0; i < c.choices.len; i++) {
        const struct m2_choice *x = &c.choices.at[i];
        cr_expect(i == 0 || c.choices.at[i - 1].bill.total <= x->bill.total);
        cr_expect_geq(x->job.memory_gb10, 8 * GB);
        cr_expect_eq(x->job.duration_ms, 600000);
        cr_expect_eq(m2_job_check(&x->job, NULL), 0);
        asked += x->asked;
    }
    cr_expect_eq(asked, 1);
    const struct m2_choice *own = find(&c, M2_FARGATE, 4096, 8192);
    cr_assert_not_null(own);
    cr_expect(own->bill.total == 33863896746 && own->asked && own->plain);
    const struct m2_choice *lambda = find(&c, M2_LAMBDA, 0, 8192);
    cr_assert_not_null(lambda);
    cr_expect(lambda->job.requests == 1 && !lambda->job.public_ip && lambda->bill.line[M2_C_IPV4].cost == 0);
}

Test(compare, the_duration_follows_the_vcpus_as_the_scaling_says)
{
    static const struct {
        const char *scaling;
        int64_t at_1, at_8, at_16;
    } rows[] = { { "linear", 2400000, 300000, 150000 },
                 { "none", 600000, 600000, 600000 },
                 { "amdahl:0.5", 1500000, 450000, 375000 },
                 { "amdahl:0.9", 2220000, 330000, 195000 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_job j = job_of(4096, 8, 600000);
        struct m2_comparison c = compared(&j, rows[i].scaling);
        cr_expect_eq(find(&c, M2_FARGATE, 1024, 8192)->job.duration_ms, rows[i].at_1);
        cr_expect_eq(find(&c, M2_FARGATE, 8192, 16384)->job.duration_ms, rows[i].at_8);
        cr_expect_eq(find(&c, M2_FARGATE, 16384, 32768)->job.duration_ms, rows[i].at_16);
    }
    struct m2_scaling s;
    struct m2_err err = { 0 };
    static const char *const bad[] = { "amdahl:1.1", "amdahl:", "amdahl:-1", "fast", "", "amdahl:x" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect_eq(m2_scaling_read(&s, bad[i], &err), -1, "%s", bad[i]);
}

Test(compare, what_lambda_cannot_run_is_said)
{
    static const struct {
        int64_t gb, ms, disk_gb;
        const char *words;
    } rows[] = {
        { 12, 60000, 0, "10 GB" }, { 8, 3600000, 0, "900 s" }, { 8, 60000, 30, "/tmp" }, { 8, 60000, 5, NULL }
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_job j = job_of(4096, rows[i].gb, rows[i].ms);
        j.disk_gb10 = rows[i].disk_gb * GB;
        struct m2_comparison c = compared(&j, "none");
        const char *unfit = c.unfit[M2_LAMBDA];
        cr_expect(rows[i].words ? unfit && strstr(unfit, rows[i].words) : !unfit, "row %zu: %s", i,
                  unfit ? unfit : "");
        for (size_t k = 0; k < c.choices.len; k++)
            cr_expect(!rows[i].words || c.choices.at[k].job.platform != M2_LAMBDA);
    }
}

Test(compare, the_break_even_is_where_the_dearer_one_begins)
{
    struct m2_job j = job_of(4096, 8, 600000);
    struct m2_comparison c = compared(&j, "none");
    struct m2_scaling s;
    struct m2_rates lambda, fargate;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_scaling_read(&s, "none", &err), 0);
    cr_assert_eq(m2_rates_find(&lambda, &prices, "us-east-1", M2_LAMBDA, M2_X86_64, NULL, &err), 0);
    cr_assert_eq(m2_rates_find(&fargate, &prices, "us-east-1", M2_FARGATE, M2_X86_64, NULL, &err), 0);
    const struct m2_choice *x = find(&c, M2_LAMBDA, 0, 8192), *y = find(&c, M2_FARGATE, 4096, 8192);
    int64_t ms = m2_break_even_ms(&lambda, x, &fargate, y, &j, &s, 900000);
    m2_pico p, q;
    cr_assert(ms > 20000 && ms < 30000, "%lld", (long long)ms);
    cr_assert(m2_choice_at(&p, &lambda, x, &j, &s, ms) && m2_choice_at(&q, &fargate, y, &j, &s, ms));
    cr_expect(p > q);
    cr_assert(m2_choice_at(&p, &lambda, x, &j, &s, ms - 1) && m2_choice_at(&q, &fargate, y, &j, &s, ms - 1));
    cr_expect(p <= q);
    cr_expect_eq(m2_break_even_ms(&fargate, y, &lambda, x, &j, &s, 900000), 0);
}

Test(compare, durations_are_read_in_people_s_units)
{
    static const struct {
        const char *text;
        int64_t ms;
    } rows[] = { { "10m", 600000 },    { "600", 600000 },    { "90s", 90000 },   { "342ms", 342 },
                 { "1.5h", 5400000 },  { "1h30m", 5400000 }, { "2min", 120000 }, { "0.0001s", 1 },
                 { "60.0001", 60001 }, { "1d", 86400000 },   { "", 0 },          { "0", 0 },
                 { "-5s", 0 },         { "10 m", 0 },        { "nan", 0 },       { "1e3", 0 },
                 { "5x", 0 },          { "10mm", 0 },        { "99999d", 0 },    { "h", 0 },
                 { "inf", 0 },         { "1h30", 0 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t ms = 0;
        struct m2_err err = { 0 };
        int rc = m2_job_duration(&ms, rows[i].text, "--duration", &err);
        cr_expect(rc == (rows[i].ms ? 0 : -1) && ms == rows[i].ms, "%s: %lld", rows[i].text, (long long)ms);
    }
}
