/* Expected beside billed: the verdicts. */
#include <stdlib.h>
#include <string.h>

#include "cost/calendar.h"
#include "cost/items.h"
#include "cost/reconcile/parts.h"
#include "m2/forecast.h"
#include "m2/str.h"

#define ROW_ALLOWANCE 1000           /* 10^-9 a row: AWS writes about ten places */
#define RELATIVE_ALLOWANCE 100000000 /* one part in so many */
#define DAY_MS INT64_C(86400000)

static const char *const charge_titles[M2_CHARGE_COUNT] = {
    [M2_CHARGE_USAGE] = "Usage at list price",
    [M2_CHARGE_COVERED] = "Usage covered by Savings Plans, at list price",
    [M2_CHARGE_PLAN] = "Taken off again by Savings Plans",
    [M2_CHARGE_RESERVED] = "Usage covered by reservations",
    [M2_CHARGE_FEE] = "Fees and purchases (plans and reservations among them)",
    [M2_CHARGE_DISCOUNT] = "Discounts",
    [M2_CHARGE_CREDIT] = "Credits",
    [M2_CHARGE_REFUND] = "Refunds and corrections",
    [M2_CHARGE_TAX] = "Tax",
    [M2_CHARGE_UNKNOWN] = "Rows of another type",
};
static const char *const verdict_names[M2_VERDICT_COUNT] = {
    [M2_AGREES] = "agrees",         [M2_BILLED_MORE] = "billed more", [M2_BILLED_LESS] = "billed less",
    [M2_NOT_BILLED] = "not billed", [M2_NOT_PRICED] = "no price",
};

const char *m2_charge_title(enum m2_charge charge)
{
    return charge_titles[charge];
}

const char *m2_verdict_name(enum m2_verdict v)
{
    return verdict_names[v];
}

bool m2_rec_within(m2_int128 billed, m2_int128 expected, uint64_t rows, int64_t tolerance)
{
    m2_int128 d = billed - expected, size = expected < 0 ? -expected : expected;
    d = d < 0 ? -d : d;
    m2_int128 allowed = size / RELATIVE_ALLOWANCE + (m2_int128)rows * ROW_ALLOWANCE;
    return d <= allowed || (d - allowed) * 100000000 <= size * tolerance;
}

enum m2_verdict m2_rec_verdict(m2_pico difference, m2_pico expected, uint64_t rows, int64_t tolerance)
{
    if (m2_rec_within(expected + difference, expected, rows, tolerance))
        return M2_AGREES;
    return !rows ? M2_NOT_BILLED : difference < 0 ? M2_BILLED_LESS : M2_BILLED_MORE;
}

/* ---- one line ---- */

/* What of a line is compared: the history's tasks alone, or everything. */
static size_t first_part(const struct m2_reconciliation *out, const struct rec_line *line)
{
    return out->by_task && line->per_task;
}

static bool in_bill(const struct m2_reconciliation *out, int64_t day)
{
    return day >= out->first_day && day <= out->last_day;
}

static const struct m2_price *price_of(const struct m2_reconcile *r, const struct rec_line *line)
{
    const struct m2_price_region *region;
    struct m2_err err = { 0 };
    return m2_prices_region(&region, r->prices, line->region, &err) == 0 ? m2_price_find(region, line->key)
                                                                         : NULL;
}

static m2_pico value_of(m2_int128 quantity, const struct m2_price *price)
{
    m2_pico v = 0;
    if (price && quantity)
        (void)m2_cost_of(&v, (struct m2_ratio){ quantity, QUANTITY_SCALE }, price->usd_pico);
    return v;
}

static void note_worst(struct m2_line_compared *c, int64_t day, m2_pico expected, m2_pico billed)
{
    m2_pico now = billed - expected, before = c->worst.billed - c->worst.expected;
    if ((now < 0 ? -now : now) > (before < 0 ? -before : before))
        c->worst = (struct m2_day_compared){ day, expected, billed };
}

/* Sums of the bill's days. False: nothing was expected on them. */
static bool compare_line(struct m2_line_compared *c, const struct m2_reconciliation *out,
                         const struct m2_reconcile *r, const struct rec_line *line, int64_t tolerance)
{
    const struct m2_price *price = price_of(r, line);
    bool missing = false;
    *c = (struct m2_line_compared){ .region = line->region,
                                    .key = line->key,
                                    .unit = price ? price->unit : "",
                                    .estimate = price && price->estimate };
    for (size_t i = 0; i < line->days.n; i++) {
        const struct rec_slot *s = &line->days.at[i];
        int64_t day = line->days.first + (int64_t)i;
        m2_pico billed = 0, free_value = 0;
        for (size_t k = first_part(out, line); k < 2; k++) {
            billed += s->billed[k];
            free_value += value_of(s->free_quantity[k], price);
            c->billed_quantity += s->billed_quantity[k];
            c->rows += s->rows[k];
        }
        if (in_bill(out, day)) { /* rows always are */
            c->expected += s->expected;
            c->expected_quantity += s->expected_quantity;
            missing = missing || s->missing;
            note_worst(c, day, s->expected, billed + free_value);
        }
        c->billed += billed;
        c->free_value += free_value;
    }
    c->difference = c->billed + c->free_value - c->expected;
    c->by_task = first_part(out, line);
    c->quantity_agrees = m2_rec_within(c->billed_quantity, c->expected_quantity, c->rows, tolerance);
    c->verdict = missing ? M2_NOT_PRICED : m2_rec_verdict(c->difference, c->expected, c->rows, tolerance);
    return c->expected_quantity != 0;
}

/* The line as the bill calls it, or, when it is not on it, as the job's bill does. */
static const char *title_of(const struct rec_line *line)
{
    const struct m2_item_rule *rules = m2_item_rules();
    for (size_t i = 0; !line->title && i < M2_C_COUNT; i++)
        for (size_t p = 0; p < M2_PLATFORM_COUNT; p++)
            for (size_t a = 0; a < M2_ARCH_COUNT; a++)
                if (m2_str_eq(rules[i].key[p][a], line->key))
                    return rules[i].pub.title;
    return m2_str_or(line->title, line->key);
}

/* ---- what nothing explains ---- */

static int by_cost(const void *a, const void *b)
{
    const struct m2_unexplained *x = a, *y = b;
    m2_pico p = x->cost < 0 ? -x->cost : x->cost, q = y->cost < 0 ? -y->cost : y->cost;
    int by_service = strcmp(x->service, y->service);
    return p != q ? (p < q ? 1 : -1) : by_service ? by_service : strcmp(x->usage_type, y->usage_type);
}

/* Usage of kinds of which nothing was expected, and of tasks that are not in the history. */
static void tell_unexplained(struct m2_reconciliation *out, struct m2_arena *a, const struct m2_reconcile *r,
                             const bool *expected)
{
    out->unexplained = m2_arena_new_array(a, struct m2_unexplained, r->kinds.len);
    for (size_t i = 0; i < r->kinds.len; i++) {
        const struct rec_kind *k = &r->kinds.at[i];
        bool compared = k->line != REC_NO_LINE && expected[k->line] && !(out->by_task && k->per_task);
        if (compared || !k->rows)
            continue;
        out->unexplained[out->n_unexplained++] =
            (struct m2_unexplained){ k->service, k->usage_type, k->title, k->resource, k->rows, k->cost };
        out->unexplained_cost += k->cost;
    }
    qsort(out->unexplained, out->n_unexplained, sizeof *out->unexplained, by_cost);
}

/* ---- the whole ---- */

static int by_bill(const void *a, const void *b)
{
    const struct m2_line_compared *x = a, *y = b;
    int by_region = strcmp(x->region, y->region);
    return by_region                    ? by_region
           : x->expected != y->expected ? (x->expected < y->expected ? 1 : -1)
                                        : strcmp(x->key, y->key);
}

static void compare_lines(struct m2_reconciliation *out, struct m2_arena *a, const struct m2_reconcile *r,
                          int64_t tolerance)
{
    bool *expected = m2_arena_new_array(a, bool, r->lines.len);
    out->lines = m2_arena_new_array(a, struct m2_line_compared, r->lines.len);
    for (size_t i = 0; i < r->lines.len; i++) {
        struct m2_line_compared *c = &out->lines[out->n_lines];
        expected[i] = compare_line(c, out, r, &r->lines.at[i], tolerance);
        if (!expected[i])
            continue;
        c->title = title_of(&r->lines.at[i]);
        out->n_lines++;
        out->expected += c->expected;
        out->billed += c->billed;
        out->free_value += c->free_value;
        out->difference += c->difference;
        out->passed = out->passed || (c->verdict != M2_AGREES && c->verdict != M2_NOT_PRICED);
    }
    tell_unexplained(out, a, r, expected);
    qsort(out->lines, out->n_lines, sizeof *out->lines, by_bill);
}

static void tell_period(struct m2_reconciliation *out, const struct m2_reconcile *r, int64_t now_ms)
{
    out->first_day = m2_day_of(r->first_ms);
    out->last_day = m2_day_of(r->last_ms);
    int64_t latest = r->period_ms > r->last_ms ? r->period_ms : r->last_ms;
    int64_t end = m2_month_first_day(m2_month_of_day(m2_day_of(latest)) + 1);
    out->running = now_ms < end * DAY_MS;
    if (!out->running && end - 1 > out->last_day) /* a day without usage is a day of the bill, too */
        out->last_day = end - 1;
    out->uninvoiced = r->uninvoiced > 0;
    out->by_month = r->by_month;
    for (size_t i = 0; i < r->jobs.n; i++) {
        const struct rec_slot *s = &r->jobs.at[i];
        bool inside = in_bill(out, r->jobs.first + (int64_t)i);
        *(inside ? &out->jobs : &out->jobs_outside) += s->rows[0];
        out->outside += inside ? 0 : s->expected;
    }
}

int m2_reconcile_finish(struct m2_reconciliation *out, struct m2_arena *a, struct m2_reconcile *r,
                        const struct m2_reconcile_ask *ask, struct m2_err *err)
{
    struct m2_reconciliation result = { .by_task = r->task_rows > 0 };
    if (r->last_ms == INT64_MIN)
        return m2_fail(err, M2_EINPUT, "the bill has no row of usage%s", r->rows ? "" : ", or no row at all");
    tell_period(&result, r, ask->now_ms);
    compare_lines(&result, a, r, ask->tolerance);
    if (result.by_task)
        m2_rec_tasks(&result, a, r, ask->tolerance);
    memcpy(result.charge, r->charge, sizeof result.charge);
    for (size_t i = 0; i < M2_CHARGE_COUNT; i++)
        result.invoice += r->charge[i].cost;
    const char **types = m2_arena_new_array(a, const char *, r->unknown_types.len + 1);
    for (size_t i = 0; i < r->unknown_types.len; i++)
        types[i] = r->unknown_types.at[i];
    result.unknown_types = types;
    *out = result;
    return 0;
}
