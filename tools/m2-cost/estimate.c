/* m2-cost estimate: one job's bill, and a month of such jobs. */
#include "cost.h"
#include "m2/str.h"

#define INTERFACE_HOURS "vpce.interface-hour-az"

struct estimate {
    struct cost_run *run;
    struct m2_job job;
    struct m2_rates rates;
    struct m2_bill bill;
    cost_sentences assumed;
    m2_pico fixed; /* a month of NAT gateways and endpoints */
    bool fixed_missing;
};

/* ---- what costs by the month, job or no job ---- */

static int add_fixed(struct estimate *e, struct m2_doc_table *t, struct m2_value *list, const char *title,
                     const char *key, uint64_t count, struct m2_err *err)
{
    struct m2_arena *a = e->run->arena;
    const struct m2_price *price = m2_price_find(e->rates.region, key);
    struct m2_value *item = m2_v_object(a);
    char usd[M2_DECIMAL_SIZE], unit[M2_DECIMAL_SIZE];
    m2_pico cost = 0;
    m2_v_set_str(a, item, "resource", key);
    m2_v_set_str(a, item, "quantity",
                 m2_arena_printf(a, "%llu", (unsigned long long)(count * M2_MONTH_HOURS)));
    m2_v_set_str(a, item, "unit", "hour");
    m2_doc_row(t, false);
    m2_doc_cell(t, "%s", title);
    m2_doc_cell(t, "%llu × %d h", (unsigned long long)count, M2_MONTH_HOURS);
    if (!price) {
        e->fixed_missing = true;
        m2_doc_cell(t, "no price");
        m2_doc_cell(t, "?");
        m2_v_set(a, item, "cost_usd", m2_v_null(a));
        m2_v_push(a, list, item);
        return 0;
    }
    if (!m2_cost_of(&cost, (struct m2_ratio){ (m2_int128)count * M2_MONTH_HOURS, 1 }, price->usd_pico))
        return m2_fail(err, M2_ELIMIT, "%s: the amount is larger than can be counted", key);
    m2_pico_show(usd, cost);
    m2_pico_print(unit, price->usd_pico);
    m2_doc_cell(t, "%s", unit);
    m2_doc_cell(t, "%s", usd);
    cost_json_usd(a, item, "unit_price_usd", price->usd_pico);
    cost_json_usd(a, item, "cost_usd", cost);
    m2_v_push(a, list, item);
    e->fixed += cost;
    return 0;
}

static int fixed_costs(struct estimate *e, struct m2_doc *d, struct m2_value *root, struct m2_err *err)
{
    const struct cost_args *args = e->run->args;
    struct m2_arena *a = e->run->arena;
    if (e->job.platform == M2_LAMBDA || (!args->nat && !args->endpoints))
        return 0;
    struct m2_value *list = m2_v_array(a);
    uint64_t nat_zones = args->zones ? args->zones : 1, endpoint_zones = args->zones ? args->zones : 2;
    m2_doc_heading(d, "Each month, jobs or not");
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, "Shared by all jobs", NULL, M2_LEFT);
    m2_doc_column(t, "Hours", NULL, M2_RIGHT);
    m2_doc_column(t, "USD each", NULL, M2_RIGHT);
    m2_doc_column(t, "USD", NULL, M2_RIGHT);
    if (args->nat && add_fixed(e, t, list, "NAT gateway", "nat.hour", nat_zones, err) < 0)
        return -1;
    if (args->endpoints && add_fixed(e, t, list, "Interface endpoints × zones", INTERFACE_HOURS,
                                     args->endpoints * endpoint_zones, err) < 0)
        return -1;
    m2_v_set(a, root, "fixed_monthly", list);
    cost_json_usd(a, root, "fixed_monthly_usd", e->fixed);
    return 0;
}

/* ---- one job ---- */

static void bill_table(struct estimate *e, struct m2_doc *d)
{
    char usd[M2_DECIMAL_SIZE], exact[M2_DECIMAL_SIZE], quantity[M2_DECIMAL_SIZE], most[M2_DECIMAL_SIZE];
    struct m2_doc_table *t = m2_doc_table(d, "One job");
    m2_doc_column(t, "Item", "resource", M2_LEFT);
    m2_doc_column(t, "Quantity", "quantity", M2_RIGHT);
    m2_doc_column(t, "Unit", "unit", M2_LEFT);
    m2_doc_column(t, "USD each", "unit_price_usd", M2_RIGHT);
    m2_doc_column(t, "USD", "cost_usd", M2_RIGHT);
    for (size_t i = 0; i < M2_C_COUNT; i++) {
        const struct m2_bill_line *line = &e->bill.line[i];
        const struct m2_cost_item_row *row = m2_cost_item((enum m2_cost_item)i);
        if (line->quantity.num == 0)
            continue;
        cost_quantity_print(quantity, line->quantity, 6);
        m2_ratio_print(most, line->quantity, 12);
        m2_doc_row(t, false);
        m2_doc_cell_exact(t, row->resource, "%s", row->title);
        m2_doc_cell_exact(t, most, "%s", quantity);
        m2_doc_cell(t, "%s", row->unit);
        if (line->missing) {
            m2_doc_cell_exact(t, "", "no price");
            m2_doc_cell_exact(t, "", "?");
            continue;
        }
        m2_pico_print(exact, e->rates.of[i]->usd_pico);
        m2_doc_cell(t, "%s", exact);
        m2_pico_print(exact, line->cost);
        m2_fixed_print(usd, line->cost, 12, 9, 9);
        m2_doc_cell_exact(t, exact, "%s", usd);
    }
    m2_pico_print(exact, e->bill.total);
    m2_fixed_print(usd, e->bill.total, 12, 9, 9);
    m2_doc_row(t, true);
    m2_doc_cell_exact(t, "total", "Total%s", e->bill.incomplete ? " without what has no price" : "");
    m2_doc_cell(t, "%s", "");
    m2_doc_cell(t, "%s", "");
    m2_doc_cell(t, "%s", "");
    m2_doc_cell_exact(t, exact, "%s", usd);
}

static void say_job(struct estimate *e, struct m2_doc *d)
{
    struct m2_arena *a = e->run->arena;
    char usd[M2_DECIMAL_SIZE];
    m2_pico_show(usd, e->bill.total);
    m2_doc_lead(d, "One job costs %s USD%s.", usd, e->bill.incomplete ? ", without what has no price" : "");
    m2_doc_text(d, "%s for %s on %s (%s) in %s.", cost_size_text(a, &e->job),
                cost_duration_text(a, e->job.duration_ms), cost_platform_text(e->job.platform),
                m2_arch_names()[e->job.arch], e->rates.region->name);
}

/* ---- a month ---- */

static void month_table(struct m2_doc *d, const struct m2_month *m)
{
    char list[M2_DECIMAL_SIZE], after[M2_DECIMAL_SIZE], quantity[M2_DECIMAL_SIZE],
        free_units[M2_DECIMAL_SIZE];
    bool missing = false;
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, "Price", NULL, M2_LEFT);
    m2_doc_column(t, "Quantity", NULL, M2_RIGHT);
    m2_doc_column(t, "Unit", NULL, M2_LEFT);
    m2_doc_column(t, "Free a month", NULL, M2_RIGHT);
    m2_doc_column(t, "USD", NULL, M2_RIGHT);
    m2_doc_column(t, "USD after free", NULL, M2_RIGHT);
    for (size_t i = 0; i < m->n; i++) {
        const struct m2_month_line *line = &m->line[i];
        cost_quantity_print(quantity, line->quantity, 3);
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s", line->key);
        m2_doc_cell(t, "%s", quantity);
        if (line->missing) {
            missing = true;
            m2_doc_cell(t, "%s", "");
            m2_doc_cell(t, "%s", "");
            m2_doc_cell(t, "no price");
            m2_doc_cell(t, "?");
            continue;
        }
        m2_fixed_print(free_units, line->price->free_per_month, 0, 0, 0);
        cost_usd_column(list, line->list, m->list);
        cost_usd_column(after, line->after_free, m->list);
        m2_doc_cell(t, "%s", line->price->unit);
        m2_doc_cell(t, "%s", line->price->free_per_month ? free_units : "");
        m2_doc_cell(t, "%s", list);
        m2_doc_cell(t, "%s", after);
    }
    cost_usd_column(list, m->list, m->list);
    cost_usd_column(after, m->after_free, m->list);
    m2_doc_row(t, true);
    m2_doc_cell(t, "Total%s", missing ? " without what has no price" : "");
    m2_doc_cell(t, "%s", "");
    m2_doc_cell(t, "%s", "");
    m2_doc_cell(t, "%s", "");
    m2_doc_cell(t, "%s", list);
    m2_doc_cell(t, "%s", after);
}

static struct m2_value *month_json(struct m2_arena *a, const struct m2_month *m, uint64_t jobs)
{
    struct m2_value *month = m2_v_object(a), *items = m2_v_array(a);
    m2_v_set_str(a, month, "jobs", m2_arena_printf(a, "%llu", (unsigned long long)jobs));
    for (size_t i = 0; i < m->n; i++) {
        struct m2_value *item = m2_v_object(a);
        char quantity[M2_DECIMAL_SIZE];
        m2_ratio_print(quantity, m->line[i].quantity, 12);
        m2_v_set_str(a, item, "price", m->line[i].key);
        m2_v_set_str(a, item, "quantity", quantity);
        if (m->line[i].missing) {
            m2_v_set(a, item, "cost_usd", m2_v_null(a));
        } else {
            m2_v_set_str(a, item, "unit", m->line[i].price->unit);
            cost_json_usd(a, item, "cost_usd", m->line[i].list);
            cost_json_usd(a, item, "after_free_usd", m->line[i].after_free);
        }
        m2_v_push(a, items, item);
    }
    m2_v_set(a, month, "items", items);
    cost_json_usd(a, month, "total_usd", m->list);
    cost_json_usd(a, month, "after_free_usd", m->after_free);
    return month;
}

/* A month of --jobs of them; *TOTAL is what they cost at list price. */
static int add_month(struct estimate *e, m2_pico *total, struct m2_doc *d, struct m2_value *root,
                     struct m2_err *err)
{
    struct m2_arena *a = e->run->arena;
    uint64_t jobs = e->run->args->jobs;
    struct m2_month m, next;
    char list[M2_DECIMAL_SIZE], after[M2_DECIMAL_SIZE], one[M2_DECIMAL_SIZE], one_after[M2_DECIMAL_SIZE];
    if (m2_bill_month(&m, &e->rates, &e->job, jobs, err) < 0 ||
        m2_bill_month(&next, &e->rates, &e->job, jobs + 1, err) < 0)
        return -1;
    m2_fixed_print(list, m.list + e->fixed, 12, 2, 2);
    m2_fixed_print(after, m.after_free + e->fixed, 12, 2, 2);
    m2_pico_show(one, next.list - m.list);
    m2_pico_show(one_after, next.after_free - m.after_free);
    m2_doc_heading(d, "A month of %s: %s USD%s", cost_count(a, jobs, "job", "jobs"), list,
                   e->fixed ? " with what all jobs share" : "");
    m2_doc_text(d,
                "%s USD if nothing else in the account uses this month's free allowances. One more job then "
                "costs %s USD "
                "(%s USD after allowances).",
                after, one, one_after);
    month_table(d, &m);
    struct m2_value *month = month_json(a, &m, jobs);
    cost_json_usd(a, month, "with_fixed_usd", m.list + e->fixed);
    cost_json_usd(a, month, "marginal_usd", next.list - m.list);
    cost_json_usd(a, month, "marginal_after_free_usd", next.after_free - m.after_free);
    m2_v_set(a, root, "month", month);
    *total = m.list + e->fixed;
    return 0;
}

/* ---- all of it ---- */

static int judge(enum m2_exit *status, struct estimate *e, struct m2_doc *d, struct m2_value *root,
                 m2_pico total, struct m2_err *err)
{
    bool given;
    m2_pico budget;
    char usd[M2_DECIMAL_SIZE], limit[M2_DECIMAL_SIZE];
    if (cost_budget(&given, &budget, e->run, err) < 0)
        return -1;
    if (!given)
        return 0;
    m2_pico_show(usd, total);
    m2_pico_show(limit, budget);
    const char *what = e->run->args->jobs ? "the month" : "the job";
    if (total > budget) {
        *status = M2_EXIT_FOUND;
        m2_doc_warning(d, "%s costs %s USD, more than the budget of %s USD.", what, usd, limit);
    } else {
        m2_doc_note(d, "%s stays within the budget of %s USD.", e->run->args->jobs ? "The month" : "The job",
                    limit);
    }
    cost_json_usd(e->run->arena, root, "budget_usd", budget);
    m2_v_set_bool(e->run->arena, root, "budget_passed", total > budget);
    return 0;
}

int cost_estimate(struct cost_result *out, struct cost_run *run, struct m2_err *err)
{
    struct estimate e = { .run = run };
    struct m2_arena *a = run->arena;
    struct m2_doc *d = m2_doc_new(a, "What one job costs");
    if (cost_job(&e.job, &e.assumed, run, err) < 0 ||
        m2_rates_find(&e.rates, &run->prices, run->region.value, e.job.platform, e.job.arch, run->without,
                      err) < 0 ||
        m2_bill_job(&e.bill, &e.rates, &e.job, err) < 0)
        return -1;
    struct m2_value *root = cost_json(run);
    say_job(&e, d);
    bill_table(&e, d);
    m2_v_set(a, root, "items", cost_json_items(a, &e.rates, &e.bill));
    cost_json_usd(a, root, "compute_usd", e.bill.compute);
    cost_json_usd(a, root, "other_usd", e.bill.other);
    cost_json_usd(a, root, "total_usd", e.bill.total);
    m2_pico total = e.bill.total;
    if (fixed_costs(&e, d, root, err) < 0 || (run->args->jobs && add_month(&e, &total, d, root, err) < 0))
        return -1;
    out->unsure = cost_note_gaps(d, root, run, &e.rates, &e.bill) || e.fixed_missing;
    if (judge(&out->status, &e, d, root, total, err) < 0)
        return -1;
    cost_say_assumed(d, root, run, &e.assumed);
    cost_note_rounding(d);
    cost_note_prices(d, run);
    out->doc = d;
    out->json = root;
    return 0;
}
