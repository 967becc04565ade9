/* The two sides as sums: this is the side of the bill. */
#include <string.h>

#include "cost/reconcile/parts.h"
#include "m2/forecast.h"

#define MOST_TYPES 20

static void count_charge(struct m2_reconcile *r, const struct m2_bill_row *row)
{
    /* What a plan or discount takes off usage is told apart from it. */
    enum m2_charge off = row->charge == M2_CHARGE_COVERED ? M2_CHARGE_PLAN : M2_CHARGE_DISCOUNT;
    r->charge[row->charge].rows++;
    r->charge[row->charge].cost += row->list;
    r->charge[off].cost += row->billed - row->list;
    if (row->charge != M2_CHARGE_UNKNOWN || r->unknown_types.len == MOST_TYPES)
        return;
    for (size_t i = 0; i < r->unknown_types.len; i++)
        if (strcmp(r->unknown_types.at[i], row->charge_name) == 0)
            return;
    m2_vec_push(r->arena, &r->unknown_types, m2_arena_strdup(r->arena, row->charge_name));
}

/* The largest row of a kind gives it its example. A new one must be twice as large: so the arena stays small.
 */
static void note_resource(struct m2_reconcile *r, struct rec_kind *kind, const struct m2_bill_row *row)
{
    m2_pico size = row->list < 0 ? -row->list : row->list;
    if (*kind->resource && size <= kind->largest * 2)
        return;
    kind->resource = m2_arena_strdup(r->arena, row->resource);
    kind->largest = size;
}

static void count_task(struct rec_task *t, const struct m2_bill_row *row, const char *key)
{
    t->rows++;
    if (strstr(key, ".vcpu-hour."))
        t->billed_vcpu += row->quantity;
    else if (strstr(key, ".gb-hour."))
        t->billed_gb += row->quantity;
    else
        return;
    t->billed += row->list;
}

static int count_usage(struct m2_reconcile *r, const struct m2_bill_row *row, struct m2_err *err)
{
    struct rec_kind *kind = m2_rec_kind(r, row->service, row->usage_type, row->region);
    struct m2_bytes id = m2_bytes_of(*row->job ? row->job : row->resource);
    struct rec_task *task = kind->per_task ? m2_rec_task(r, id, false) : NULL;
    size_t known = task != NULL;
    struct rec_slot *slot;
    if (!known) {
        note_resource(r, kind, row);
        kind->rows++;
        kind->cost += row->list;
    }
    if (kind->line == REC_NO_LINE)
        return 0;
    if (m2_rec_slot(&slot, &r->lines.at[kind->line].days, m2_day_of(row->start_ms), err) < 0)
        return -1;
    slot->billed[known] += row->list;
    slot->billed_quantity[known] += row->quantity;
    if (row->list == 0)
        slot->free_quantity[known] += row->quantity;
    slot->rows[known]++;
    if (task) {
        r->task_rows++;
        count_task(task, row, kind->key);
    }
    return 0;
}

int m2_reconcile_row(void *user, const struct m2_bill_row *row, struct m2_err *err)
{
    struct m2_reconcile *r = user;
    int64_t end_ms = row->end_ms > row->start_ms ? row->end_ms - 1 : row->start_ms;
    r->rows++;
    r->uninvoiced += !row->invoiced;
    r->period_ms = row->period_ms > r->period_ms ? row->period_ms : r->period_ms;
    count_charge(r, row);
    if (row->charge != M2_CHARGE_USAGE && row->charge != M2_CHARGE_COVERED)
        return 0;
    int64_t first_ms =
        row->period_ms != INT64_MIN && row->period_ms < row->start_ms ? row->period_ms : row->start_ms;
    r->first_ms = first_ms < r->first_ms ? first_ms : r->first_ms;
    r->last_ms = end_ms > r->last_ms ? end_ms : r->last_ms;
    r->by_month = r->by_month || end_ms - row->start_ms >= 86400000;
    return count_usage(r, row, err);
}
