/* What a summary says: sorted groups with names, quantiles. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cost/summary.h"

const char *m2_by_name(enum m2_by by)
{
    static const char *const names[M2_BY_COUNT] = { "by_platform", "by_user", "by_month", "by_size",
                                                    "by_outcome" };
    return names[by];
}

struct m2_tally m2_summary_total(const struct m2_summary *s)
{
    return s->total;
}

uint64_t m2_summary_estimated(const struct m2_summary *s)
{
    return s->estimated;
}

m2_pico m2_summary_cheapest(const struct m2_summary *s)
{
    return s->cheapest;
}

uint64_t m2_summary_cheaper_jobs(const struct m2_summary *s)
{
    return s->cheaper_jobs;
}

struct m2_cost_sum m2_summary_item(const struct m2_summary *s, enum m2_cost_item item)
{
    struct m2_cost_sum sum = s->item[item];
    if (!sum.quantity.den)
        sum.quantity.den = 1;
    return sum;
}

static void name_user(struct m2_group *g, struct m2_arena *a, const char *key, size_t n)
{
    g->name = m2_arena_strndup(a, key, n);
}

static void name_month(struct m2_group *g, struct m2_arena *a, const char *key, size_t n)
{
    int32_t month;
    (void)n;
    memcpy(&month, key, sizeof month);
    g->name = m2_arena_printf(a, "%04d-%02d", month / 12, month % 12 + 1);
}

static void name_size(struct m2_group *g, struct m2_arena *a, const char *key, size_t n)
{
    struct m2_size_key size;
    char cpu[M2_DECIMAL_SIZE], gb[M2_DECIMAL_SIZE];
    (void)n;
    memcpy(&size, key, sizeof size);
    g->platform = (enum m2_platform)size.platform;
    g->arch = (enum m2_arch)size.arch;
    g->cpu_units = size.cpu_units;
    g->memory_gb10 = size.memory_gb10;
    m2_ratio_print(cpu, (struct m2_ratio){ size.cpu_units, 1024 }, 6);
    m2_fixed_print(gb, size.memory_gb10, 10, 10, 0);
    const char *platform = m2_platform_names()[size.platform], *arch = m2_arch_names()[size.arch];
    g->name = size.cpu_units ? m2_arena_printf(a, "%s %s %s vCPU %s GB", platform, arch, cpu, gb)
                             : m2_arena_printf(a, "%s %s %s GB", platform, arch, gb);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct m2_group *)a)->name, ((const struct m2_group *)b)->name);
}

static int by_cost(const void *a, const void *b)
{
    const struct m2_tally *x = &((const struct m2_group *)a)->sum, *y = &((const struct m2_group *)b)->sum;
    m2_pico first = x->compute + x->other, second = y->compute + y->other;
    return first != second ? (first < second) - (first > second) : by_name(a, b);
}

typedef void name_group(struct m2_group *g, struct m2_arena *a, const char *key, size_t n);

static struct m2_groups groups_of(const struct m2_tallies *t, struct m2_arena *a, name_group *name)
{
    struct m2_groups out = { m2_arena_new_array(a, struct m2_group, t->n + 1), t->n };
    for (size_t i = 0; i < t->n; i++) {
        name(&out.at[i], a, t->keys + t->row[i].at, t->row[i].n);
        out.at[i].sum = t->row[i].sum;
    }
    qsort(out.at, out.n, sizeof *out.at, name == name_month ? by_name : by_cost);
    if (t->rest.jobs)
        out.at[out.n++] = (struct m2_group){ .name = "", .rest = true, .sum = t->rest };
    return out;
}

/* Fixed groups, those without a job left out. */
static struct m2_groups groups_fixed(const struct m2_tally *sum, const char *const *names, struct m2_arena *a,
                                     size_t n)
{
    struct m2_groups out = { m2_arena_new_array(a, struct m2_group, n), 0 };
    for (size_t i = 0; i < n; i++)
        if (sum[i].jobs)
            out.at[out.n++] =
                (struct m2_group){ .name = names[i], .platform = (enum m2_platform)i, .sum = sum[i] };
    qsort(out.at, out.n, sizeof *out.at, by_cost);
    return out;
}

struct m2_groups m2_summary_groups(const struct m2_summary *s, struct m2_arena *a, enum m2_by by)
{
    static const char *const outcomes[] = { "succeeded", "failed" };
    switch (by) {
    case M2_BY_PLATFORM:
        return groups_fixed(s->platform, m2_platform_names(), a, M2_PLATFORM_COUNT);
    case M2_BY_OUTCOME:
        return groups_fixed(s->outcome, outcomes, a, 2);
    case M2_BY_USER:
        return groups_of(&s->user, a, name_user);
    case M2_BY_MONTH:
        return groups_of(&s->month, a, name_month);
    case M2_BY_SIZE:
        return groups_of(&s->size, a, name_size);
    case M2_BY_COUNT:
        break;
    }
    return (struct m2_groups){ NULL, 0 };
}

/* Type 7: h = (n - 1) p; between the values at its whole part and behind it, linear. */
int m2_summary_quantiles(m2_pico *out, const struct m2_summary *s, const int *percent, size_t n,
                         struct m2_err *err)
{
    uint64_t count = m2_spool_count(s->spool);
    if (!count || !n)
        return 0;
    uint64_t *rank = m2_xcalloc(n, 2 * sizeof *rank);
    int64_t *value = m2_xcalloc(n, 2 * sizeof *value);
    for (size_t i = 0; i < n; i++) {
        rank[2 * i] = (uint64_t)((m2_uint128)(count - 1) * (unsigned)percent[i] / 100);
        rank[2 * i + 1] = rank[2 * i] + (rank[2 * i] + 1 < count);
    }
    int rc = m2_spool_select(value, s->spool, rank, 2 * n, err);
    for (size_t i = 0; i < n && rc == 0; i++) {
        m2_int128 low = value[2 * i], high = value[2 * i + 1];
        int64_t part = (int64_t)((m2_uint128)(count - 1) * (unsigned)percent[i] % 100);
        out[i] = m2_div_half_even(low * 100 + (high - low) * part, 100);
    }
    free(value);
    free(rank);
    return rc;
}
