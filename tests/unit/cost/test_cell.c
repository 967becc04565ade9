/* A cell and m2_bill_job say the same, to the last digit, and so do the sums. */
#include <criterion/criterion.h>
#include <string.h>

#include "cost/cell.h"
#include "m2/mem.h"

#define MIB (M2_GB_SCALE / 1024)
#define JOBS 400

static struct m2_arena *a;
static struct m2_prices prices;
static uint64_t state = 88172645463325252;

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

TestSuite(cell, .init = begin, .fini = end);

static int64_t below(int64_t n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (int64_t)(state % (uint64_t)n);
}

/* A size that AWS accepts, odd ones too. */
static struct m2_job random_size(enum m2_platform platform)
{
    struct m2_job job;
    m2_job_usual(&job, platform);
    job.arch = (enum m2_arch)below(2);
    job.disk_gb10 = below(3) ? 0 : platform == M2_LAMBDA ? below(10 * M2_GB_SCALE) : below(200 * M2_GB_SCALE);
    if (platform == M2_LAMBDA) {
        job.memory_gb10 = below(2) ? (128 + below(10112)) * MIB : 128 * MIB + below(M2_GB_SCALE);
        return job;
    }
    int64_t cpu = INT64_C(256) << below(8), mib = below(130000);
    m2_fargate_size_nearest(&cpu, &mib);
    job.cpu_units = cpu;
    job.memory_gb10 = mib * MIB;
    return job;
}

static void use(struct m2_job *job)
{
    m2_job_data(job, below(3) ? below(INT64_C(9000) * M2_MB_SCALE) : 0,
                below(3) ? below(INT64_C(90) * M2_MB_SCALE) : 0);
    job->log_mb9 = below(2) ? below(INT64_C(100) * M2_MB_SCALE) : job->log_mb9;
    job->transitions = below(9);
    job->requests = below(4);
}

static int64_t random_ms(enum m2_platform platform)
{
    static const int64_t edges[] = { 1, 999, 1000, 1001, 59999, 60000, 60001, 61000, 899999, 900000 };
    if (below(3) == 0)
        return edges[below(10)];
    return 1 + below(platform == M2_LAMBDA ? M2_LAMBDA_MAX_MS
                     : below(2)            ? 10000000
                                           : INT64_C(100000000000000));
}

/* In lowest terms; a product could overflow. */
static bool same_ratio(struct m2_ratio x, struct m2_ratio y)
{
    struct m2_ratio *const both[] = { &x, &y };
    for (int i = 0; i < 2; i++) {
        m2_int128 g = both[i]->den, rest = both[i]->num % g;
        while (rest) {
            m2_int128 next = g % rest;
            g = rest;
            rest = next;
        }
        both[i]->num /= g;
        both[i]->den /= (int64_t)g;
    }
    return x.num == y.num && x.den == y.den;
}

static void check_cell(const struct m2_job *size, const struct m2_rates *rates, const struct m2_rates *other)
{
    struct m2_cell *cell = m2_arena_new_array(a, struct m2_cell, 1);
    struct m2_summary *fast = m2_summary_new(m2_sys_real()), *slow = m2_summary_new(m2_sys_real());
    struct m2_err err = { 0 };
    cr_assert_eq(m2_cell_init(cell, size, rates, other, &err), 0, "%s", err.msg);
    for (int i = 0; i < JOBS; i++) {
        struct m2_job job = *size;
        struct m2_bill bill;
        struct m2_cell_price price;
        const bool told = below(2);
        job.duration_ms = random_ms(size->platform);
        if (told)
            use(&job);
        cr_assert_eq(m2_bill_job(&bill, rates, &job, &err), 0, "%s", err.msg);
        if (bill.total > INT64_MAX) {
            cr_assert_eq(m2_cell_price(&price, cell, job.duration_ms, told ? &job : NULL, &err), -1);
            continue;
        }
        cr_assert_eq(m2_cell_price(&price, cell, job.duration_ms, told ? &job : NULL, &err), 0, "%s",
                     err.msg);
        cr_assert(price.compute == bill.compute && price.other == bill.other, "job %d of %d units", i,
                  (int)size->cpu_units);
        m2_pico least = bill.total;
        if (cell->other.rates &&
            (cell->other.usual.platform != M2_LAMBDA || job.duration_ms <= M2_LAMBDA_MAX_MS)) {
            struct m2_job moved = cell->other.usual;
            struct m2_bill there;
            moved.duration_ms = job.duration_ms;
            if (told) {
                m2_job_data(&moved, job.input_mb9, job.output_mb9);
                moved.log_mb9 = job.log_mb9;
                moved.transitions = job.transitions;
            }
            cr_assert_eq(m2_bill_job(&there, other, &moved, &err), 0);
            least = there.total < least ? there.total : least;
        }
        cr_assert(price.cheapest == least);
        const struct m2_priced priced = { .platform = size->platform,
                                          .arch = size->arch,
                                          .cpu_units = size->cpu_units,
                                          .memory_gb10 = size->memory_gb10,
                                          .compute = price.compute,
                                          .other = price.other,
                                          .cheapest = price.cheapest };
        cr_assert_eq(m2_summary_add(slow, &priced, &bill, &err), 0, "%s", err.msg);
        if (below(50) == 0)
            cr_assert_eq(m2_cell_flush(cell, fast, &err), 0, "%s", err.msg);
    }
    cr_assert_eq(m2_cell_flush(cell, fast, &err), 0, "%s", err.msg);
    cr_expect(m2_summary_cheapest(fast) == m2_summary_cheapest(slow));
    cr_expect_eq(m2_summary_cheaper_jobs(fast), m2_summary_cheaper_jobs(slow));
    for (int i = 0; i < M2_C_COUNT; i++) {
        struct m2_cost_sum x = m2_summary_item(fast, (enum m2_cost_item)i),
                           y = m2_summary_item(slow, (enum m2_cost_item)i);
        cr_expect(x.cost == y.cost && x.missing == y.missing && same_ratio(x.quantity, y.quantity), "%s",
                  m2_cost_item((enum m2_cost_item)i)->resource);
    }
    struct m2_groups g = m2_summary_groups(fast, a, M2_BY_SIZE), h = m2_summary_groups(slow, a, M2_BY_SIZE);
    cr_expect(g.n == 1 && h.n == 1 && strcmp(g.at[0].name, h.at[0].name) == 0 &&
              g.at[0].sum.other == h.at[0].sum.other);
    m2_summary_free(fast);
    m2_summary_free(slow);
}

Test(cell, prices_and_sums_are_those_of_the_bill)
{
    static const char *const without[] = { "public-ip", "s3", NULL };
    int done = 0;
    for (int i = 0; i < 120; i++) {
        const struct m2_job size = random_size((enum m2_platform)(i % 3));
        const char *region = prices.regions[below((int64_t)prices.n_regions)].name;
        const enum m2_platform there = size.platform == M2_LAMBDA ? M2_FARGATE : M2_LAMBDA;
        const char *const *less = i % 5 ? NULL : without;
        struct m2_rates rates, other;
        if (m2_rates_find(&rates, &prices, region, size.platform, size.arch, less, NULL) < 0)
            continue; /* no price for the compute itself */
        bool any = m2_rates_find(&other, &prices, region, there, size.arch, less, NULL) == 0;
        check_cell(&size, &rates, any ? &other : NULL);
        done++;
    }
    cr_assert(done > 60, "%d sizes", done);
}

Test(cell, what_cannot_be_counted_is_refused)
{
    struct m2_rates rates;
    struct m2_err err = { 0 };
    struct m2_cell_price price;
    struct m2_cell *cell = m2_arena_new_array(a, struct m2_cell, 1);
    struct m2_job size;
    m2_job_usual(&size, M2_FARGATE);
    size.cpu_units = 4096;
    size.memory_gb10 = 8 * M2_GB_SCALE;
    cr_assert_eq(m2_rates_find(&rates, &prices, "us-east-1", M2_FARGATE, M2_X86_64, NULL, &err), 0);
    cr_assert_eq(m2_cell_init(cell, &size, &rates, NULL, &err), 0);
    cr_expect_eq(m2_cell_price(&price, cell, INT64_MAX, NULL, &err), -1);
    cr_expect_eq(err.code, M2_ELIMIT);
    struct m2_job used = size;
    used.transitions = INT64_MAX;
    cr_expect_eq(m2_cell_price(&price, cell, 1000, &used, &err), -1);
    cr_expect_eq(cell->sum.jobs, 0, "a refused job counts nothing");
    cr_expect(cell->time == 0 && cell->cheapest == 0);
    size.memory_gb10++;
    cr_expect_eq(m2_cell_init(cell, &size, &rates, NULL, &err), -1);
    cr_expect_eq(err.code, M2_EUSAGE);
}
