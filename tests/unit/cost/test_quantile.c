#include <criterion/criterion.h>
#include <stdlib.h>

#include "cost/quantile.h"
#include "cost/summary.h"
#include "m2/mem.h"

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static uint64_t state = 88172645463325252;

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static int64_t value_of(int kind, size_t i)
{
    switch (kind) {
    case 0:
        return (int64_t)(next_random() >> 1); /* anything */
    case 1:
        return (int64_t)(next_random() % 3); /* few values, zero among them */
    case 2:
        return 5000000000 + (int64_t)(next_random() % 1000000); /* one bucket, or nearly */
    case 3:
        return 42; /* one value */
    case 4:
        return (int64_t)i; /* sorted */
    case 5:
        return i % 2 ? INT64_MAX : 0; /* the ends */
    default:
        return (int64_t)(UINT64_C(1) << (next_random() % 63)); /* powers of two: the edges of buckets */
    }
}

/* Every rank of every kind, with so little memory that most of it goes through the file, and with enough. */
Test(quantile, selection_is_sorting)
{
    static const size_t sizes[] = { 1, 2, 3, 1000, 20011 }, memory[] = { 1, 7, 4096, 100000 };
    for (int kind = 0; kind <= 6; kind++)
        for (size_t s = 0; s < 5; s++)
            for (size_t m = 0; m < 4; m++) {
                const size_t n = sizes[s];
                if (memory[m] < 4096 && n > 1000)
                    continue; /* one write a value or few is slow */
                struct m2_err err = { 0 };
                struct m2_spool *spool = m2_spool_new(m2_sys_real(), memory[m]);
                int64_t *v = m2_xmalloc(n * sizeof *v), got[8];
                for (size_t i = 0; i < n; i++)
                    v[i] = value_of(kind, i);
                size_t half = n / 2;
                cr_assert_eq(m2_spool_add(spool, v, half, &err), 0, "%s", err.msg);
                cr_assert_eq(m2_spool_add(spool, v + half, n - half, &err), 0, "%s", err.msg);
                cr_assert_eq(m2_spool_count(spool), n);
                const uint64_t rank[8] = { 0, n / 3, n / 2, n / 2, n - 1 - n / 10, n - 1, n / 2, 0 };
                cr_assert_eq(m2_spool_select(got, spool, rank, 8, &err), 0, "%s", err.msg);
                qsort(v, n, sizeof *v, by_value);
                for (int r = 0; r < 8; r++)
                    cr_expect(got[r] == v[rank[r]], "kind %d, %zu values, rank %d", kind, n, r);
                free(v);
                m2_spool_free(spool);
            }
}

/* More values in one bucket than are sorted at once: it has to be divided, down to a single value. */
Test(quantile, a_crowded_bucket_is_divided)
{
    const size_t n = 1200000;
    struct m2_err err = { 0 };
    for (int kind = 2; kind <= 3; kind++) {
        struct m2_spool *spool = m2_spool_new(m2_sys_real(), 500000);
        int64_t *v = m2_xmalloc(n * sizeof *v), got[3];
        for (size_t i = 0; i < n; i++)
            v[i] = value_of(kind, i);
        cr_assert_eq(m2_spool_add(spool, v, n, &err), 0);
        const uint64_t rank[3] = { 10, n / 2, n - 1 };
        cr_assert_eq(m2_spool_select(got, spool, rank, 3, &err), 0);
        qsort(v, n, sizeof *v, by_value);
        for (int r = 0; r < 3; r++)
            cr_expect(got[r] == v[rank[r]]);
        free(v);
        m2_spool_free(spool);
    }
}

Test(quantile, spools_can_be_put_together)
{
    struct m2_err err = { 0 };
    struct m2_spool *all = m2_spool_new(m2_sys_real(), 50), *part = m2_spool_new(m2_sys_real(), 20);
    for (int64_t i = 0; i < 300; i++) {
        cr_assert_eq(m2_spool_add(part, &i, 1, &err), 0);
        if (i % 70 == 69)
            cr_assert_eq(m2_spool_merge(all, part, &err), 0);
    }
    cr_assert_eq(m2_spool_merge(all, part, &err), 0);
    cr_assert_eq(m2_spool_count(part), 0);
    const uint64_t rank[] = { 0, 123, 299 };
    int64_t got[3];
    cr_assert_eq(m2_spool_select(got, all, rank, 3, &err), 0);
    cr_expect(got[0] == 0 && got[1] == 123 && got[2] == 299);
    m2_spool_free(all);
    m2_spool_free(part);
}

static const char *no_folder(void *ctx, const char *name)
{
    (void)ctx;
    return m2_str_eq(name, "TMPDIR") ? "/no/such/folder" : NULL;
}

Test(quantile, a_folder_that_cannot_be_written_is_told)
{
    struct m2_sys sys = *m2_sys_real();
    sys.env = no_folder;
    struct m2_err err = { 0 };
    struct m2_spool *spool = m2_spool_new(&sys, 2);
    const int64_t v[] = { 1, 2, 3 };
    cr_assert_eq(m2_spool_add(spool, v, 3, &err), -1);
    cr_expect_eq(err.code, M2_EIO);
    cr_expect(strstr(err.msg, "/no/such/folder") && strstr(err.msg, "TMPDIR"), "%s", err.msg);
    m2_spool_free(spool);
}

/* NumPy: percentile([1, 2, 3, 4, 10], [25, 50, 90, 99]) = 2, 3, 7.6, 9.76; rounded half to even. */
Test(quantile, type_7_between_two_values)
{
    struct m2_summary *s = m2_summary_new(m2_sys_real());
    struct m2_err err = { 0 };
    static const int64_t cost[] = { 10000, 1000, 4000, 2000, 3000 };
    static const int percent[] = { 0, 25, 50, 90, 99, 100 };
    m2_pico q[6] = { -1, -1, -1, -1, -1, -1 };
    cr_assert_eq(m2_summary_quantiles(q, s, percent, 6, &err), 0);
    cr_expect(q[0] == -1, "there was no job");
    for (int i = 0; i < 5; i++) {
        const struct m2_priced job = { .compute = cost[i], .cheapest = cost[i] };
        cr_assert_eq(m2_summary_add(s, &job, NULL, &err), 0);
    }
    cr_assert_eq(m2_summary_quantiles(q, s, percent, 6, &err), 0);
    cr_expect(q[0] == 1000 && q[1] == 2000 && q[2] == 3000 && q[3] == 7600 && q[4] == 9760 && q[5] == 10000);
    m2_summary_free(s);
}
