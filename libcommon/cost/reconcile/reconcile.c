/* The two sides as sums: this is the side of the jobs. */
#include "cost/reconcile/parts.h"

#include <stdlib.h>

#include "cost/items.h"
#include "m2/forecast.h"
#include "m2/str.h"

struct m2_reconcile *m2_reconcile_new(const struct m2_prices *prices)
{
    struct m2_reconcile *r = m2_xcalloc(1, sizeof *r);
    r->prices = prices;
    r->arena = m2_arena_new();
    r->first_ms = INT64_MAX;
    r->last_ms = r->period_ms = INT64_MIN;
    return r;
}

void m2_reconcile_free(struct m2_reconcile *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->lines.len; i++)
        free(r->lines.at[i].days.at);
    free(r->jobs.at);
    free(r->task_index.at);
    free(r->kind_index.at);
    m2_arena_free(r->arena);
    free(r);
}

static m2_int128 share(m2_int128 whole, int64_t part, int64_t of)
{
    return m2_div_half_even(whole * part, of);
}

/* COST and QUANTITY of a line over the days that [BEGIN_MS, BEGIN_MS + MS) touches; their parts sum up
 * exactly. */
static int expect(struct rec_line *line, int64_t begin_ms, int64_t ms, m2_pico cost, m2_int128 quantity,
                  bool missing, struct m2_err *err)
{
    int64_t day = m2_day_of(begin_ms), last = m2_day_of(begin_ms + (ms > 0 ? ms - 1 : 0));
    m2_pico cost_before = 0;
    m2_int128 quantity_before = 0;
    for (int64_t d = day; d <= last; d++) {
        struct rec_slot *slot;
        int64_t done = d == last ? ms : (d + 1) * 86400000 - begin_ms;
        m2_pico c = d == last ? cost : share(cost, done, ms);
        m2_int128 q = d == last ? quantity : share(quantity, done, ms);
        if (m2_rec_slot(&slot, &line->days, d, err) < 0)
            return -1;
        slot->expected += c - cost_before;
        slot->expected_quantity += q - quantity_before;
        slot->missing = slot->missing || missing;
        cost_before = c;
        quantity_before = q;
    }
    return 0;
}

static bool lasts(enum m2_cost_item item)
{
    return item == M2_C_FARGATE_VCPU || item == M2_C_FARGATE_MEMORY || item == M2_C_FARGATE_STORAGE ||
           item == M2_C_IPV4;
}

/* The bill has one line for the logs of functions and tasks. */
static const char *line_key(enum m2_cost_item item, const struct m2_priced *job)
{
    const char *key = m2_item_rules()[item].key[job->platform][job->arch];
    return item == M2_C_LOGS ? "logs.ingest-gb" : key;
}

static void expect_task(struct m2_reconcile *r, const struct m2_priced *job, const struct m2_bill *bill,
                        int64_t ms, const m2_int128 *quantity)
{
    struct rec_task *t = m2_rec_task(r, job->id, true);
    int64_t first = m2_day_of(job->started_ms), last = m2_day_of(job->started_ms + (ms > 0 ? ms - 1 : 0));
    if (!t)
        return;
    t->first_day = first < t->first_day ? first : t->first_day;
    t->last_day = last > t->last_day ? last : t->last_day;
    t->expected += bill->line[M2_C_FARGATE_VCPU].cost + bill->line[M2_C_FARGATE_MEMORY].cost;
    t->expected_vcpu += quantity[M2_C_FARGATE_VCPU];
    t->expected_gb += quantity[M2_C_FARGATE_MEMORY];
}

int m2_reconcile_job(struct m2_reconcile *r, const struct m2_priced *job, const struct m2_bill *bill,
                     struct m2_err *err)
{
    m2_int128 quantity[M2_C_COUNT] = { 0 };
    struct rec_slot *slot;
    int64_t ms = m2_fargate_billed_s(job->duration_ms) * 1000;
    const struct m2_bytes region = job->region.p ? job->region : (struct m2_bytes){ "", 0 };
    if (m2_rec_slot(&slot, &r->jobs, m2_day_of(job->started_ms), err) < 0)
        return -1;
    slot->expected += bill->total;
    slot->rows[0]++;
    for (size_t i = 0; i < M2_C_COUNT; i++) {
        const enum m2_cost_item item = (enum m2_cost_item)i;
        struct m2_ratio q = bill->line[i].quantity;
        if (q.num == 0)
            continue;
        if (__builtin_mul_overflow(q.num, (m2_int128)QUANTITY_SCALE, &quantity[i]))
            return m2_fail(err, M2_ELIMIT, "%s: the quantity is larger than can be counted",
                           m2_cost_item(item)->resource);
        quantity[i] = m2_div_half_even(quantity[i], q.den);
        if (expect(m2_rec_line(r, region, line_key(item, job)), job->started_ms, lasts(item) ? ms : 0,
                   bill->line[i].cost, quantity[i], bill->line[i].missing, err) < 0)
            return -1;
    }
    if (job->platform != M2_LAMBDA)
        expect_task(r, job, bill, ms, quantity);
    return 0;
}
