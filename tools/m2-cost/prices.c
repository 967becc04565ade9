/* m2-cost prices: the list in use. */
#include "cost.h"
#include "m2/str.h"

static struct m2_value *price_json(struct m2_arena *a, const struct m2_price *p)
{
    struct m2_value *v = m2_v_object(a), *tiers = m2_v_array(a);
    m2_v_set_str(a, v, "price", p->key);
    m2_v_set_str(a, v, "unit", p->unit);
    cost_json_usd(a, v, "usd", p->usd_pico);
    for (size_t i = 0; i < p->n_tiers && p->n_tiers > 1; i++) {
        struct m2_value *tier = m2_v_object(a);
        m2_v_set(a, tier, "up_to",
                 p->tiers[i].up_to == INT64_MAX ? m2_v_null(a) : m2_v_int(a, p->tiers[i].up_to));
        cost_json_usd(a, tier, "usd", p->tiers[i].usd_pico);
        m2_v_push(a, tiers, tier);
    }
    if (p->n_tiers > 1)
        m2_v_set(a, v, "tiers", tiers);
    if (p->free_per_month)
        m2_v_set_int(a, v, "free_per_month", p->free_per_month);
    m2_v_set_bool(a, v, "verified", p->verified);
    m2_v_set(a, v, "source", m2_v_string(a, p->source));
    m2_v_set(a, v, "usagetype", m2_v_string(a, p->usagetype));
    return v;
}

static void add_row(struct m2_arena *a, struct m2_doc_table *t, const struct m2_price *p)
{
    char usd[M2_DECIMAL_SIZE];
    m2_pico_print(usd, p->usd_pico);
    m2_doc_row(t, false);
    m2_doc_cell(t, "%s", p->key);
    m2_doc_cell_exact(t, usd, "%s%s", usd, p->n_tiers > 1 ? " (first tier)" : "");
    m2_doc_cell(t, "%s", p->unit);
    m2_doc_cell(t, "%s", p->free_per_month ? m2_arena_printf(a, "%lld", (long long)p->free_per_month) : "");
    m2_doc_cell(t, "%s%s", m2_str_or(p->source, ""),
                p->estimate   ? ", estimate"
                : p->verified ? ""
                              : ", not confirmed");
}

static bool is_used(const struct m2_price_region *r, const char *source)
{
    for (size_t i = 0; i < r->n_items; i++)
        if (m2_str_eq(r->items[i].source, source))
            return true;
    return false;
}

static void say_sources(struct m2_doc *d, const struct m2_price_region *r)
{
    const struct m2_value *source, *list = m2_v_get(r->document, "sources");
    m2_doc_heading(d, "Sources");
    m2_v_each(source, i, list)
    {
        const char *id = m2_v_str(source, "id");
        if (id && is_used(r, id))
            m2_doc_item(d, "%s: %s", id, m2_str_or(m2_v_str(source, "name"), ""));
    }
}

int cost_prices(struct cost_result *out, struct cost_run *run, struct m2_err *err)
{
    const struct m2_price_region *r;
    struct m2_arena *a = run->arena;
    struct m2_doc *d = m2_doc_new(a, "The price list in use");
    struct m2_value *list = m2_v_array(a);
    if (run->args->update && cost_prices_update(d, run, err) < 0)
        return -1;
    if (m2_prices_region(&r, &run->prices, run->region.value, err) < 0)
        return -1;
    m2_doc_lead(d, "%s: %s of %s (%s).", r->name, cost_count(a, r->n_items, "price", "prices"), r->effective,
                r->origin);
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, "Price", "price", M2_LEFT);
    m2_doc_column(t, "USD", "usd", M2_RIGHT);
    m2_doc_column(t, "Unit", "unit", M2_LEFT);
    m2_doc_column(t, "Free a month", "free_per_month", M2_RIGHT);
    m2_doc_column(t, "Source", "source", M2_LEFT);
    for (size_t i = 0; i < r->n_items; i++) {
        add_row(a, t, &r->items[i]);
        m2_v_push(a, list, price_json(a, &r->items[i]));
    }
    say_sources(d, r);
    cost_note_prices(d, run);
    out->doc = d;
    out->json = cost_json(run);
    m2_v_set(a, out->json, "items", list);
    return 0;
}
