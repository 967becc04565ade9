#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "m2/mem.h"
#include "m2/summary.h"

static struct m2_arena *a;

static void begin(void)
{
    a = m2_arena_new();
}

static void end(void)
{
    m2_arena_free(a);
}

TestSuite(summary, .init = begin, .fini = end);

static void add(struct m2_summary *s, const char *user, enum m2_platform platform, int64_t day, int64_t cost,
                bool failed)
{
    struct m2_err err = { 0 };
    const struct m2_priced job = { .user = m2_bytes_of(user),
                                   .platform = platform,
                                   .memory_gb10 = 8 * M2_GB_SCALE,
                                   .cpu_units = platform == M2_LAMBDA ? 0 : 4096,
                                   .started_ms = day * 86400000,
                                   .compute = cost,
                                   .other = 1,
                                   .cheapest = failed ? cost : cost + 1,
                                   .failed = failed,
                                   .estimated = failed };
    cr_assert_eq(m2_summary_add(s, &job, NULL, &err), 0, "%s", err.msg);
}

static const char *text_of(const struct m2_summary *s, enum m2_by by)
{
    struct m2_buf b;
    m2_buf_init(&b, 4000);
    const struct m2_groups g = m2_summary_groups(s, a, by);
    for (size_t i = 0; i < g.n; i++)
        m2_buf_addf(&b, "[%s%s %llu %lld]", g.at[i].name, g.at[i].rest ? "*" : "",
                    (unsigned long long)g.at[i].sum.jobs,
                    (long long)(g.at[i].sum.compute + g.at[i].sum.other));
    const char *text = m2_arena_strdup(a, b.data);
    m2_buf_free(&b);
    return text;
}

Test(summary, groups_are_summed_named_and_sorted)
{
    struct m2_summary *s = m2_summary_new(m2_sys_real());
    add(s, "ada", M2_FARGATE, 31, 10, false);
    add(s, "grace", M2_LAMBDA, 30, 99, false);
    add(s, "ada", M2_FARGATE, 0, 20, true);
    add(s, "", M2_FARGATE_SPOT, 59, 5, false);
    add(s, "bob", M2_FARGATE_SPOT, -1, 5, false);
    cr_expect_str_eq(text_of(s, M2_BY_PLATFORM), "[lambda 1 100][fargate 2 32][fargate-spot 2 12]");
    cr_expect_str_eq(text_of(s, M2_BY_USER), "[grace 1 100][ada 2 32][ 1 6][bob 1 6]");
    cr_expect_str_eq(text_of(s, M2_BY_MONTH), "[1969-12 1 6][1970-01 2 121][1970-02 1 11][1970-03 1 6]");
    cr_expect_str_eq(text_of(s, M2_BY_OUTCOME), "[succeeded 4 123][failed 1 21]");
    cr_expect_str_eq(
        text_of(s, M2_BY_SIZE),
        "[lambda x86_64 8 GB 1 100][fargate x86_64 4 vCPU 8 GB 2 32][fargate-spot x86_64 4 vCPU 8 GB 2 12]");
    cr_expect(m2_summary_estimated(s) == 1 && m2_summary_cheaper_jobs(s) == 1 &&
              m2_summary_cheapest(s) == 143);
    m2_summary_free(s);
}

/* In one, or in parts that are put together: the same. */
Test(summary, parts_make_the_whole)
{
    struct m2_summary *whole = m2_summary_new(m2_sys_real()), *sum = m2_summary_new(m2_sys_real()),
                      *part = m2_summary_new(m2_sys_real());
    struct m2_err err = { 0 };
    char user[20];
    for (int i = 0; i < 3000; i++) {
        (void)snprintf(user, sizeof user, "user-%d", i * 7 % 311);
        struct m2_summary *const into[] = { whole, part };
        for (int k = 0; k < 2; k++)
            add(into[k], user, (enum m2_platform)(i % 3), i % 900, i * 13 % 1009, i % 17 == 0);
        if (i % 400 == 399)
            cr_assert_eq(m2_summary_merge(sum, part, &err), 0);
    }
    cr_assert_eq(m2_summary_merge(sum, part, &err), 0);
    cr_expect_eq(m2_summary_total(part).jobs, 0);
    cr_expect_str_eq(text_of(part, M2_BY_USER), "");
    for (int by = 0; by < M2_BY_COUNT; by++)
        cr_expect_str_eq(text_of(whole, (enum m2_by)by), text_of(sum, (enum m2_by)by));
    static const int percent[] = { 1, 50, 99 };
    m2_pico q[3], r[3];
    cr_assert_eq(m2_summary_quantiles(q, whole, percent, 3, &err), 0);
    cr_assert_eq(m2_summary_quantiles(r, sum, percent, 3, &err), 0);
    cr_expect(q[0] == r[0] && q[1] == r[1] && q[2] == r[2] &&
              m2_summary_cheapest(whole) == m2_summary_cheapest(sum));
    m2_summary_free(whole);
    m2_summary_free(sum);
    m2_summary_free(part);
}

Test(summary, names_are_bounded_and_groups_too)
{
    struct m2_summary *s = m2_summary_new(m2_sys_real());
    char user[600];
    memset(user, 'x', sizeof user);
    user[sizeof user - 1] = '\0';
    add(s, user, M2_LAMBDA, 0, 1, false);
    memcpy(user + M2_SUMMARY_NAME - 1, "\xc3\xa9", 2); /* one character across the cut */
    add(s, user, M2_LAMBDA, 0, 2, false);
    struct m2_groups g = m2_summary_groups(s, a, M2_BY_USER);
    cr_assert_eq(g.n, 2);
    cr_expect(strlen(g.at[0].name) == M2_SUMMARY_NAME - 1 && strlen(g.at[1].name) == M2_SUMMARY_NAME);
    for (int i = 0; i < M2_SUMMARY_GROUPS + 5; i++) {
        (void)snprintf(user, sizeof user, "%d", i);
        add(s, user, M2_LAMBDA, 0, 1, false);
    }
    g = m2_summary_groups(s, a, M2_BY_USER);
    cr_expect(g.n == M2_SUMMARY_GROUPS + 1 && g.at[g.n - 1].rest && g.at[g.n - 1].sum.jobs == 7);
    m2_summary_free(s);
}

/* Quantities of different denominators: 1/3 h + 1/4 h = 7/12 h. */
Test(summary, quantities_are_added_exactly)
{
    struct m2_summary *s = m2_summary_new(m2_sys_real());
    struct m2_err err = { 0 };
    const struct m2_priced job = { .compute = 5 };
    struct m2_bill bill = { 0 };
    for (int i = 3; i <= 4; i++) {
        bill.line[M2_C_IPV4] = (struct m2_bill_line){ { 1, i }, i, 9, i == 4 };
        cr_assert_eq(m2_summary_add(s, &job, &bill, &err), 0, "%s", err.msg);
    }
    struct m2_cost_sum sum = m2_summary_item(s, M2_C_IPV4);
    cr_expect(sum.quantity.num * 12 == sum.quantity.den * 7 && sum.cost == 7 && sum.missing == 1);
    cr_expect(sum.price == 9, "one price in all");
    cr_expect(m2_summary_item(s, M2_C_LOGS).quantity.num == 0 &&
              m2_summary_item(s, M2_C_LOGS).quantity.den == 1);
    bill.line[M2_C_IPV4].quantity = (struct m2_ratio){ (m2_int128)1 << 126, 1 };
    cr_assert_eq(m2_summary_add(s, &job, &bill, &err), -1);
    cr_expect_eq(err.code, M2_ELIMIT);
    m2_summary_free(s);
}
