/* The comparison for people and for programs. */
#include <string.h>

#include "m2/str.h"
#include "m2/time.h"
#include "reconcile.h"

#define LEAST_DRAWN 1000000 /* pico: a millionth of a USD is no bar */
#define SHOWN 20            /* unexplained lines; -v shows all */

static const char *money(struct m2_arena *a, m2_pico pico)
{
    char text[M2_DECIMAL_SIZE];
    m2_fixed_print(text, pico, 12, 6, 2);
    return m2_arena_strdup(a, text);
}

static const char *exact(struct m2_arena *a, m2_pico pico)
{
    char text[M2_DECIMAL_SIZE];
    m2_pico_print(text, pico);
    return m2_arena_strdup(a, text);
}

static const char *number(struct m2_arena *a, m2_int128 quantity, int places)
{
    char text[M2_DECIMAL_SIZE];
    m2_fixed_print(text, quantity, 12, places, 0);
    return m2_arena_strdup(a, text);
}

static m2_pico size_of(m2_pico v)
{
    return v < 0 ? -v : v;
}

/* What stands behind the last slash of a long name. */
static const char *short_name(const char *resource)
{
    const char *slash = strlen(resource) > 40 ? strrchr(resource, '/') : NULL;
    return slash && slash[1] ? slash + 1 : resource;
}

/* "78 transitions", "1 hour", "0.5 GB" */
static const char *amount(struct m2_arena *a, m2_int128 quantity, const char *unit)
{
    const bool plural = quantity != M2_PICO_PER_USD && !m2_str_eq(unit, "GB");
    return m2_arena_printf(a, "%s %s%s", number(a, quantity, 6), unit, plural ? "s" : "");
}

/* "Fargate vCPU", with its region when there are several. */
static const char *line_title(const struct reconciling *r, const struct m2_line_compared *c)
{
    bool several = false;
    for (size_t i = 1; i < r->found.n_lines; i++)
        several = several || !m2_str_eq(r->found.lines[i].region, r->found.lines[0].region);
    return several ? m2_arena_printf(r->run->arena, "%s, %s", c->title, c->region) : c->title;
}

/* ---- text ---- */

static size_t wrong_lines(const struct m2_reconciliation *f)
{
    size_t n = 0;
    for (size_t i = 0; i < f->n_lines; i++)
        n += f->lines[i].verdict != M2_AGREES && f->lines[i].verdict != M2_NOT_PRICED;
    return n;
}

static void say_lead(struct m2_doc *d, const struct reconciling *r)
{
    struct m2_arena *a = r->run->arena;
    const struct m2_reconciliation *f = &r->found;
    size_t wrong = wrong_lines(f);
    if (wrong)
        m2_doc_lead(d, "%zu of %zu lines of the bill %s off by more than %s %%.", wrong, f->n_lines,
                    wrong == 1 ? "is" : "are", r->tolerance);
    else
        m2_doc_lead(d, "The bill agrees with the jobs: no line is off by more than %s %%.", r->tolerance);
    m2_doc_text(d, "%s from %s to %s should have cost %s USD; billed at list price are %s%s.",
                cost_count(a, f->jobs, "job", "jobs"), cost_day_text(a, f->first_day),
                cost_day_text(a, f->last_day), money(a, f->expected), money(a, f->billed),
                f->free_value
                    ? m2_arena_printf(a, ", and %s were free (monthly allowances)", money(a, f->free_value))
                    : "");
}

static void say_doubts(struct m2_doc *d, const struct reconciling *r)
{
    struct m2_arena *a = r->run->arena;
    const struct m2_reconciliation *f = &r->found;
    if (f->running)
        m2_doc_warning(d, "the month is not over: this bill is not final, and rows of the last day or two "
                          "may still be missing.");
    else if (f->uninvoiced)
        m2_doc_warning(d, "rows without an invoice's number are among these: the bill is not final.");
    if (f->jobs_outside)
        m2_doc_note(d, "%s (%s USD) that began on other days than the bill's: not compared.",
                    cost_count(a, f->jobs_outside, "job", "jobs"), money(a, f->outside));
    if (!r->all.has_resources)
        m2_doc_note(d, "The export has no resource ids, so sums of days are compared and not single tasks.");
    else if (!f->by_task)
        m2_doc_note(
            d, "No task of the bill is in %s by its id, so sums of days are compared and not single tasks.",
            r->past.name);
    if (r->formats.len > 1)
        m2_doc_warning(d,
                       "the files are exports of several kinds, the first two %s and %s: where they tell of "
                       "the same days, "
                       "those are counted twice.",
                       r->formats.at[0], r->formats.at[1]);
    if (f->by_month)
        m2_doc_note(d, "The export's rows are longer than a day, so days cannot be compared.");
    if (r->all.split_rows)
        m2_doc_note(d, "%s that only split up the cost of another row: not counted twice.",
                    cost_count(a, r->all.split_rows, "row", "rows"));
    if (r->all.other_rows)
        m2_doc_note(d, "%s (%s USD) without the tag %s=%s: left out.",
                    cost_count(a, r->all.other_rows, "row", "rows"), money(a, r->all.other_billed),
                    r->bill.tag, r->bill.tag_value);
    if (f->unknown_types[0])
        m2_doc_warning(d,
                       "rows of types that are not known here were not compared, the first being \"%.60s\".",
                       f->unknown_types[0]);
}

static const char *verdict_text(struct m2_arena *a, const struct m2_line_compared *c)
{
    const char *name = m2_verdict_name(c->verdict);
    if (c->verdict == M2_BILLED_MORE || c->verdict == M2_BILLED_LESS)
        return m2_arena_printf(a, "%s%s", name, c->quantity_agrees ? ": another price" : "");
    return name;
}

/* Six places, as many in all rows: the points stand below one another. */
static const char *column(struct m2_arena *a, m2_pico pico)
{
    char text[M2_DECIMAL_SIZE];
    m2_fixed_print(text, pico, 12, 6, 6);
    return m2_arena_strdup(a, text);
}

static void usd_cell(struct m2_doc_table *t, struct m2_arena *a, m2_pico pico)
{
    m2_doc_cell_exact(t, exact(a, pico), "%s", column(a, pico));
}

static void lines_table(struct m2_doc *d, const struct reconciling *r)
{
    struct m2_arena *a = r->run->arena;
    const struct m2_reconciliation *f = &r->found;
    struct m2_doc_table *t = m2_doc_table(d, "Expected and billed, in USD at list price");
    m2_doc_column(t, "Item", "resource", M2_LEFT);
    m2_doc_column(t, "Expected", "expected_usd", M2_RIGHT);
    m2_doc_column(t, "Billed", "billed_usd", M2_RIGHT);
    m2_doc_column(t, "Free", "free_usd", M2_RIGHT);
    m2_doc_column(t, "Difference", "difference_usd", M2_RIGHT);
    m2_doc_column(t, "%", NULL, M2_RIGHT);
    m2_doc_column(t, "Verdict", "verdict", M2_LEFT);
    for (size_t i = 0; i < f->n_lines; i++) {
        const struct m2_line_compared *c = &f->lines[i];
        m2_doc_row(t, false);
        m2_doc_cell_exact(t, m2_arena_printf(a, "%s/%s", c->region, c->key), "%s", line_title(r, c));
        usd_cell(t, a, c->expected);
        usd_cell(t, a, c->billed);
        m2_doc_cell_exact(t, exact(a, c->free_value), "%s", c->free_value ? column(a, c->free_value) : "");
        usd_cell(t, a, c->difference);
        m2_doc_cell(t, "%s", cost_change_text(a, c->difference, c->expected));
        m2_doc_cell_exact(t, m2_verdict_name(c->verdict), "%s", verdict_text(a, c));
    }
    m2_doc_row(t, true);
    m2_doc_cell_exact(t, "total", "Total");
    usd_cell(t, a, f->expected);
    usd_cell(t, a, f->billed);
    usd_cell(t, a, f->free_value);
    usd_cell(t, a, f->difference);
    m2_doc_cell(t, "%s", cost_change_text(a, f->difference, f->expected));
    m2_doc_cell(t, "%s", "");
}

static void say_worst(struct m2_doc *d, const struct reconciling *r)
{
    struct m2_arena *a = r->run->arena;
    for (size_t i = 0; i < r->found.n_lines; i++) {
        const struct m2_line_compared *c = &r->found.lines[i];
        if (c->verdict == M2_AGREES)
            continue;
        if (c->verdict == M2_NOT_PRICED)
            m2_doc_item(
                d,
                "%s: the price list has no price for %s in %s; the quantities %s (%s expected, %s billed).",
                line_title(r, c), c->key, c->region, c->quantity_agrees ? "agree" : "differ",
                number(a, c->expected_quantity, 6), number(a, c->billed_quantity, 6));
        else
            m2_doc_item(
                d, "%s: %s expected in all, %s billed%s%s.", line_title(r, c),
                amount(a, c->expected_quantity, m2_str_or(c->unit, "unit")), number(a, c->billed_quantity, 6),
                r->found.by_month ? ""
                                  : m2_arena_printf(a, "; off most on %s (%s USD expected, %s billed)",
                                                    cost_day_text(a, c->worst.day),
                                                    money(a, c->worst.expected), money(a, c->worst.billed)),
                c->estimate ? "; its price is an estimate: Spot prices move" : "");
    }
}

static void chart(struct m2_doc *d, const struct reconciling *r)
{
    struct m2_arena *a = r->run->arena;
    const struct m2_reconciliation *f = &r->found;
    const struct m2_line_compared *most = &f->lines[0];
    for (size_t i = 0; i < f->n_lines; i++)
        if (size_of(f->lines[i].difference) > size_of(most->difference))
            most = &f->lines[i];
    if (size_of(most->difference) < LEAST_DRAWN)
        return;
    struct m2_doc_chart *c = m2_doc_chart(
        d, M2_CHART_BARS, "Difference by item",
        m2_arena_printf(a, "The largest difference is that of %s: %s USD (billed less expected).",
                        line_title(r, most), money(a, most->difference)));
    m2_doc_axes(c, "item", "USD");
    m2_doc_series(c, "billed less expected");
    for (size_t i = 0; i < f->n_lines; i++)
        if (size_of(f->lines[i].difference) >= LEAST_DRAWN)
            m2_doc_point(c, line_title(r, &f->lines[i]), (double)i, (double)f->lines[i].difference / 1e12);
}

static void tasks_table(struct m2_doc *d, const struct reconciling *r)
{
    struct m2_arena *a = r->run->arena;
    const struct m2_reconciliation *f = &r->found;
    if (!f->by_task)
        return;
    m2_doc_heading(d, "Task by task");
    m2_doc_text(d,
                "%s, %llu differ (%llu of them not billed at all); %llu ran partly outside of "
                "the bill's days.",
                cost_count(a, f->tasks_agree, "task agrees", "tasks agree"),
                (unsigned long long)f->tasks_differ, (unsigned long long)f->tasks_not_billed,
                (unsigned long long)f->tasks_cut);
    if (!f->n_tasks)
        return;
    struct m2_doc_table *t = m2_doc_table(d, "Those that are off most");
    m2_doc_column(t, "Task", NULL, M2_LEFT);
    m2_doc_column(t, "vCPU-hours expected", NULL, M2_RIGHT);
    m2_doc_column(t, "billed", NULL, M2_RIGHT);
    m2_doc_column(t, "GB-hours expected", NULL, M2_RIGHT);
    m2_doc_column(t, "billed", NULL, M2_RIGHT);
    m2_doc_column(t, "Verdict", NULL, M2_LEFT);
    for (size_t i = 0; i < f->n_tasks; i++) {
        const struct m2_task_compared *k = &f->tasks[i];
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s", k->id);
        m2_doc_cell(t, "%s", number(a, k->expected_vcpu, 6));
        m2_doc_cell(t, "%s", number(a, k->billed_vcpu, 6));
        m2_doc_cell(t, "%s", number(a, k->expected_gb, 6));
        m2_doc_cell(t, "%s", number(a, k->billed_gb, 6));
        m2_doc_cell(t, "%s", m2_verdict_name(k->verdict));
    }
}

static void unexplained_table(struct m2_doc *d, const struct reconciling *r)
{
    struct m2_arena *a = r->run->arena;
    const struct m2_reconciliation *f = &r->found;
    size_t n = r->run->args->common.verbose || f->n_unexplained < SHOWN ? f->n_unexplained : SHOWN;
    m2_doc_heading(d, "Billed, and explained by no job");
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, "Line of the bill", NULL, M2_LEFT);
    m2_doc_column(t, "Rows", NULL, M2_RIGHT);
    m2_doc_column(t, "USD", NULL, M2_RIGHT);
    m2_doc_column(t, "For example", NULL, M2_LEFT);
    m2_doc_empty(t, "Nothing: every line of usage belongs to the jobs.");
    for (size_t i = 0; i < n; i++) {
        const struct m2_unexplained *u = &f->unexplained[i];
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s%s%s %s", u->title, *u->title ? ": " : "", u->service, u->usage_type);
        m2_doc_cell(t, "%llu", (unsigned long long)u->rows);
        m2_doc_cell(t, "%s", column(a, u->cost));
        m2_doc_cell(t, "%s", short_name(u->resource));
    }
    if (!f->n_unexplained)
        return;
    m2_doc_row(t, true);
    m2_doc_cell(t, "All %zu", f->n_unexplained);
    m2_doc_cell(t, "%s", "");
    m2_doc_cell(t, "%s", column(a, f->unexplained_cost));
    m2_doc_cell(t, "%s", "");
    if (n < f->n_unexplained)
        m2_doc_text(d, "The %zu largest are shown (-v shows all).", n);
}

static void invoice_table(struct m2_doc *d, const struct reconciling *r)
{
    struct m2_arena *a = r->run->arena;
    const struct m2_reconciliation *f = &r->found;
    m2_doc_heading(d, "From list prices to the invoice");
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, "Rows of the bill", NULL, M2_LEFT);
    m2_doc_column(t, "Rows", NULL, M2_RIGHT);
    m2_doc_column(t, "USD", NULL, M2_RIGHT);
    for (size_t i = 0; i < M2_CHARGE_COUNT; i++) {
        const struct m2_sum_of_charge *c = &f->charge[i];
        if (!c->rows && !c->cost)
            continue;
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s", m2_charge_title((enum m2_charge)i));
        m2_doc_cell(t, "%llu", (unsigned long long)c->rows);
        m2_doc_cell(t, "%s", column(a, c->cost));
    }
    m2_doc_row(t, true);
    m2_doc_cell(t, "Invoice");
    m2_doc_cell(t, "%s", "");
    m2_doc_cell(t, "%s", column(a, f->invoice));
}

void reconcile_say(struct cost_result *out, const struct reconciling *r)
{
    struct m2_doc *d = m2_doc_new(r->run->arena, "The bill beside the jobs");
    say_lead(d, r);
    say_doubts(d, r);
    cost_past_say(d, out->json, r->run, &r->past);
    lines_table(d, r);
    say_worst(d, r);
    chart(d, r);
    tasks_table(d, r);
    unexplained_table(d, r);
    invoice_table(d, r);
    m2_doc_note(d, "What is shared by all that runs in the account (requests, logs, addresses) is compared "
                   "as a whole: other use of it "
                   "shows as a difference. --tag KEY=VALUE narrows the bill to one stack.");
    cost_note_rounding(d);
    cost_note_prices(d, r->run);
    out->doc = d;
}

/* ---- JSON ---- */

static struct m2_value *line_json(struct m2_arena *a, const struct m2_line_compared *c, bool days)
{
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "resource", c->key);
    m2_v_set_str(a, v, "region", c->region);
    m2_v_set_str(a, v, "unit", c->unit);
    m2_v_set_str(a, v, "expected_quantity", number(a, c->expected_quantity, 12));
    m2_v_set_str(a, v, "billed_quantity", number(a, c->billed_quantity, 12));
    cost_json_usd(a, v, "expected_usd", c->expected);
    cost_json_usd(a, v, "billed_usd", c->billed);
    cost_json_usd(a, v, "free_usd", c->free_value);
    cost_json_usd(a, v, "difference_usd", c->difference);
    m2_v_set_int(a, v, "rows", (int64_t)c->rows);
    m2_v_set_bool(a, v, "by_task", c->by_task);
    m2_v_set_bool(a, v, "quantity_agrees", c->quantity_agrees);
    m2_v_set_bool(a, v, "estimate", c->estimate);
    m2_v_set_str(a, v, "verdict", m2_verdict_name(c->verdict));
    if (c->verdict == M2_AGREES || c->verdict == M2_NOT_PRICED || !days)
        return v;
    struct m2_value *worst = m2_v_object(a);
    m2_v_set_str(a, worst, "day", cost_day_text(a, c->worst.day));
    cost_json_usd(a, worst, "expected_usd", c->worst.expected);
    cost_json_usd(a, worst, "billed_usd", c->worst.billed);
    m2_v_set(a, v, "worst_day", worst);
    return v;
}

static struct m2_value *tasks_json(struct m2_arena *a, const struct m2_reconciliation *f)
{
    struct m2_value *v = m2_v_object(a), *list = m2_v_array(a);
    m2_v_set_int(a, v, "agree", (int64_t)f->tasks_agree);
    m2_v_set_int(a, v, "differ", (int64_t)f->tasks_differ);
    m2_v_set_int(a, v, "not_billed", (int64_t)f->tasks_not_billed);
    m2_v_set_int(a, v, "partly_outside", (int64_t)f->tasks_cut);
    for (size_t i = 0; i < f->n_tasks; i++) {
        const struct m2_task_compared *k = &f->tasks[i];
        struct m2_value *t = m2_v_object(a);
        m2_v_set_str(a, t, "task", k->id);
        m2_v_set_str(a, t, "verdict", m2_verdict_name(k->verdict));
        m2_v_set_str(a, t, "expected_vcpu_hours", number(a, k->expected_vcpu, 12));
        m2_v_set_str(a, t, "billed_vcpu_hours", number(a, k->billed_vcpu, 12));
        m2_v_set_str(a, t, "expected_gb_hours", number(a, k->expected_gb, 12));
        m2_v_set_str(a, t, "billed_gb_hours", number(a, k->billed_gb, 12));
        cost_json_usd(a, t, "expected_usd", k->expected);
        cost_json_usd(a, t, "billed_usd", k->billed);
        m2_v_push(a, list, t);
    }
    m2_v_set(a, v, "off_most", list);
    return v;
}

static struct m2_value *unexplained_json(struct m2_arena *a, const struct m2_reconciliation *f)
{
    struct m2_value *list = m2_v_array(a);
    for (size_t i = 0; i < f->n_unexplained; i++) {
        const struct m2_unexplained *u = &f->unexplained[i];
        struct m2_value *v = m2_v_object(a);
        m2_v_set_str(a, v, "service", u->service);
        m2_v_set_str(a, v, "usage_type", u->usage_type);
        m2_v_set_str(a, v, "resource", u->resource);
        m2_v_set_int(a, v, "rows", (int64_t)u->rows);
        cost_json_usd(a, v, "cost_usd", u->cost);
        m2_v_push(a, list, v);
    }
    return list;
}

void reconcile_json(struct m2_value *root, const struct reconciling *r)
{
    static const char *const charges[M2_CHARGE_COUNT] = { [M2_CHARGE_USAGE] = "usage",
                                                          [M2_CHARGE_COVERED] = "covered_usage",
                                                          [M2_CHARGE_PLAN] = "savings_plans",
                                                          [M2_CHARGE_RESERVED] = "reserved",
                                                          [M2_CHARGE_FEE] = "fees",
                                                          [M2_CHARGE_DISCOUNT] = "discounts",
                                                          [M2_CHARGE_CREDIT] = "credits",
                                                          [M2_CHARGE_REFUND] = "refunds",
                                                          [M2_CHARGE_TAX] = "tax",
                                                          [M2_CHARGE_UNKNOWN] = "other" };
    struct m2_arena *a = r->run->arena;
    const struct m2_reconciliation *f = &r->found;
    struct m2_value *items = m2_v_array(a), *summary = m2_v_object(a), *sums = m2_v_object(a),
                    *formats = m2_v_array(a);
    for (size_t i = 0; i < f->n_lines; i++)
        m2_v_push(a, items, line_json(a, &f->lines[i], !f->by_month));
    for (size_t i = 0; i < M2_CHARGE_COUNT; i++)
        cost_json_usd(a, sums, m2_arena_printf(a, "%s_usd", charges[i]), f->charge[i].cost);
    for (size_t i = 0; i < r->formats.len; i++)
        m2_v_push(a, formats, m2_v_string(a, r->formats.at[i]));
    m2_v_set(a, root, "items", items);
    cost_json_usd(a, root, "total_usd", f->billed);
    cost_json_usd(a, root, "expected_usd", f->expected);
    cost_json_usd(a, root, "free_usd", f->free_value);
    cost_json_usd(a, root, "difference_usd", f->difference);
    m2_v_set_str(a, root, "tolerance_percent", r->tolerance);
    m2_v_set_bool(a, root, "tolerance_passed", f->passed);
    m2_v_set(a, root, "unexplained", unexplained_json(a, f));
    cost_json_usd(a, root, "unexplained_usd", f->unexplained_cost);
    cost_json_usd(a, sums, "invoice_usd", f->invoice);
    m2_v_set(a, root, "charges", sums);
    m2_v_set(a, root, "tasks", f->by_task ? tasks_json(a, f) : m2_v_null(a));
    m2_v_set(a, summary, "formats", formats);
    m2_v_set_str(a, summary, "first_day", cost_day_text(a, f->first_day));
    m2_v_set_str(a, summary, "last_day", cost_day_text(a, f->last_day));
    m2_v_set_bool(a, summary, "final", !f->running && !f->uninvoiced);
    m2_v_set_int(a, summary, "rows", (int64_t)r->all.rows);
    m2_v_set_int(a, summary, "split_rows", (int64_t)r->all.split_rows);
    m2_v_set_int(a, summary, "untagged_rows", (int64_t)r->all.other_rows);
    m2_v_set_int(a, summary, "jobs", (int64_t)f->jobs);
    m2_v_set_int(a, summary, "jobs_outside", (int64_t)f->jobs_outside);
    cost_json_usd(a, summary, "outside_usd", f->outside);
    m2_v_set(a, root, "summary", summary);
}
