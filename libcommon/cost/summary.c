#include "cost/summary.h"

#include <stdlib.h>
#include <string.h>

struct m2_summary *m2_summary_new(const struct m2_sys *sys)
{
    struct m2_summary *s = m2_xcalloc(1, sizeof *s);
    s->sys = sys;
    s->spool = m2_spool_new(sys, M2_SPOOL_VALUES);
    m2_tallies_init(&s->user, M2_SUMMARY_GROUPS);
    m2_tallies_init(&s->month, M2_SUMMARY_GROUPS);
    m2_tallies_init(&s->size, M2_SUMMARY_GROUPS);
    return s;
}

void m2_summary_free(struct m2_summary *s)
{
    if (!s)
        return;
    m2_spool_free(s->spool);
    m2_tallies_free(&s->user);
    m2_tallies_free(&s->month);
    m2_tallies_free(&s->size);
    free(s);
}

/* A cut name ends at a whole character. */
static size_t name_length(struct m2_bytes name)
{
    if (name.n <= M2_SUMMARY_NAME)
        return name.n;
    size_t n = M2_SUMMARY_NAME;
    while (n > M2_SUMMARY_NAME - 4 && ((unsigned char)name.p[n] & 0xC0) == 0x80)
        n--;
    return n;
}

struct m2_tally *m2_summary_user(struct m2_summary *s, struct m2_bytes user)
{
    size_t n = name_length(user);
    return m2_tally_of(&s->user, user.p, n, m2_tally_hash(user.p, n));
}

struct m2_tally *m2_summary_month(struct m2_summary *s, int32_t month)
{
    return m2_tally_of(&s->month, &month, sizeof month, m2_tally_hash(&month, sizeof month));
}

struct m2_tally *m2_summary_size(struct m2_summary *s, const struct m2_size_key *key)
{
    return m2_tally_of(&s->size, key, sizeof *key, m2_tally_hash(key, sizeof *key));
}

int m2_summary_item_add(struct m2_summary *s, enum m2_cost_item item, const struct m2_cost_sum *more,
                        struct m2_err *err)
{
    struct m2_cost_sum *sum = &s->item[item];
    if (more->quantity.num)
        sum->price = !sum->quantity.num || sum->price == more->price ? more->price : M2_NO_ONE_PRICE;
    if (more->quantity.num && !sum->quantity.num)
        sum->quantity = more->quantity;
    else if (more->quantity.num && !m2_ratio_add(&sum->quantity, more->quantity))
        return m2_fail(err, M2_ELIMIT, "%s: all jobs together use more than can be counted",
                       m2_cost_item(item)->resource);
    sum->cost += more->cost;
    sum->missing += more->missing;
    return 0;
}

int m2_summary_add(struct m2_summary *s, const struct m2_priced *job, const struct m2_bill *bill,
                   struct m2_err *err)
{
    const struct m2_tally one = { 1, job->compute, job->other };
    const int64_t total = job->compute + job->other;
    const struct m2_size_key size = { job->cpu_units, job->memory_gb10, (int32_t)job->platform,
                                      (int32_t)job->arch };
    m2_tally_add(&s->total, &one);
    m2_tally_add(&s->platform[job->platform], &one);
    m2_tally_add(&s->outcome[job->failed], &one);
    m2_tally_add(m2_summary_user(s, job->user), &one);
    m2_tally_add(m2_summary_month(s, m2_month_of(job->started_ms)), &one);
    m2_tally_add(m2_summary_size(s, &size), &one);
    s->estimated += job->estimated;
    s->cheapest += job->cheapest;
    s->cheaper_jobs += job->cheapest < total;
    for (int i = 0; bill && i < M2_C_COUNT; i++) {
        const struct m2_bill_line *line = &bill->line[i];
        const struct m2_cost_sum more = { line->quantity, line->cost, line->price, line->missing };
        if (m2_summary_item_add(s, (enum m2_cost_item)i, &more, err) < 0)
            return -1;
    }
    return m2_spool_add(s->spool, &total, 1, err);
}

static void merge_rows(struct m2_tallies *to, const struct m2_tallies *from)
{
    for (size_t i = 0; i < from->n; i++) {
        const struct m2_tally_row *r = &from->row[i];
        m2_tally_add(m2_tally_of(to, from->keys + r->at, r->n, r->hash), &r->sum);
    }
    m2_tally_add(&to->rest, &from->rest);
}

static void reset(struct m2_summary *s)
{
    m2_tallies_reset(&s->user);
    m2_tallies_reset(&s->month);
    m2_tallies_reset(&s->size);
    memset(&s->total, 0, sizeof s->total);
    memset(s->platform, 0, sizeof s->platform);
    memset(s->outcome, 0, sizeof s->outcome);
    memset(s->item, 0, sizeof s->item);
    s->estimated = s->cheaper_jobs = 0;
    s->cheapest = 0;
}

int m2_summary_merge(struct m2_summary *s, struct m2_summary *from, struct m2_err *err)
{
    m2_tally_add(&s->total, &from->total);
    for (int i = 0; i < M2_PLATFORM_COUNT; i++)
        m2_tally_add(&s->platform[i], &from->platform[i]);
    for (int i = 0; i < 2; i++)
        m2_tally_add(&s->outcome[i], &from->outcome[i]);
    merge_rows(&s->user, &from->user);
    merge_rows(&s->month, &from->month);
    merge_rows(&s->size, &from->size);
    s->estimated += from->estimated;
    s->cheaper_jobs += from->cheaper_jobs;
    s->cheapest += from->cheapest;
    for (int i = 0; i < M2_C_COUNT; i++)
        if (m2_summary_item_add(s, (enum m2_cost_item)i, &from->item[i], err) < 0)
            return -1;
    if (m2_spool_merge(s->spool, from->spool, err) < 0)
        return -1;
    reset(from);
    return 0;
}
