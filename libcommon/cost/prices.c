#include "m2/prices.h"

#include <stdlib.h>
#include <string.h>

#include "m2/embed.h"
#include "m2/file.h"
#include "m2/json.h"
#include "m2/money.h"
#include "m2/str.h"
#include "m2/time.h"

#define MAX_LIST_BYTES ((size_t)16 << 20)
#define DAY_MS INT64_C(86400000)

/* Where in the list something stands, for messages: "prices.json:120: regions.eu-west-1.nat.gb". */
struct place {
    struct m2_arena *a;
    const char *file, *region, *item;
    struct m2_err *err;
};

static int wrong(const struct place *p, const struct m2_value *at, const char *what)
{
    if (at && at->line)
        return m2_fail(p->err, M2_EINPUT, "%s:%u: %s%s%s: %s", p->file, (unsigned)at->line,
                       m2_str_or(p->region, ""), p->item ? " " : "", m2_str_or(p->item, ""), what);
    return m2_fail(p->err, M2_EINPUT, "%s: %s%s%s: %s", p->file, m2_str_or(p->region, ""), p->item ? " " : "",
                   m2_str_or(p->item, ""), what);
}

static int read_usd(int64_t *out, const struct place *p, const struct m2_value *item)
{
    const struct m2_value *usd = m2_v_get(item, "usd");
    if (!usd)
        return wrong(p, item, "it has no \"usd\"");
    if (!m2_v_is(usd, M2_STRING))
        return wrong(p, usd, "\"usd\" must be a decimal in quotes, \"0.04048\": a bare number loses digits");
    if (!m2_fixed_parse(out, usd->u.text.p, usd->u.text.n, 12, M2_EXACT) || *out < 0)
        return wrong(p, usd, "\"usd\" is no price: a decimal of at most 12 places, not negative");
    return 0;
}

/* A whole number of units, as text or number. */
static int read_units(int64_t *out, const struct place *p, const struct m2_value *v, const char *name)
{
    if (!m2_v_to_int(v, out) || *out < 0)
        return wrong(p, v, m2_arena_printf(p->a, "\"%s\" must be a whole number of units", name));
    return 0;
}

static int read_tiers(struct m2_price *out, const struct place *p, const struct m2_value *item)
{
    const struct m2_value *list = m2_v_get(item, "tiers"), *row;
    size_t n = m2_v_len(list) ? m2_v_len(list) : 1;
    struct m2_price_tier *tiers = m2_arena_new_array(p->a, struct m2_price_tier, n);
    int64_t last = 0;
    tiers[0] = (struct m2_price_tier){ INT64_MAX, out->usd_pico };
    m2_v_each(row, i, list)
    {
        const struct m2_value *up_to = m2_v_get(row, "up_to");
        tiers[i].up_to = INT64_MAX;
        if (read_usd(&tiers[i].usd_pico, p, row) < 0)
            return -1;
        if (m2_v_is(up_to, M2_NULL) ? i + 1 != n : i + 1 == n)
            return wrong(p, row, "the last tier, and no other, has \"up_to\": null");
        if (!m2_v_is(up_to, M2_NULL) && read_units(&tiers[i].up_to, p, up_to, "up_to") < 0)
            return -1;
        if (tiers[i].up_to <= last)
            return wrong(p, row, "the tiers must ascend");
        last = tiers[i].up_to;
    }
    if (tiers[0].usd_pico != out->usd_pico)
        return wrong(p, list, "\"usd\" must be the price of the first tier");
    out->tiers = tiers;
    out->n_tiers = n;
    return 0;
}

static int read_item(struct m2_price *out, const struct place *p, const char *key,
                     const struct m2_value *item)
{
    const struct m2_value *free_units = m2_v_get(item, "free_per_month");
    if (!m2_v_is(item, M2_OBJECT))
        return wrong(p, item, "an item must be an object");
    *out = (struct m2_price){ .key = key,
                              .unit = m2_v_str(item, "unit"),
                              .source = m2_v_str(item, "source"),
                              .usagetype = m2_v_str(item, "usagetype"),
                              .note = m2_v_str(item, "note"),
                              .verified = m2_v_bool_or(item, "verified", true),
                              .estimate = m2_v_bool_or(item, "estimate", false) };
    if (!out->unit)
        return wrong(p, item, "it has no \"unit\"");
    if (free_units && read_units(&out->free_per_month, p, free_units, "free_per_month") < 0)
        return -1;
    return read_usd(&out->usd_pico, p, item) < 0 ? -1 : read_tiers(out, p, item);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct m2_price *)a)->key, ((const struct m2_price *)b)->key);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct m2_price_region *)a)->name, ((const struct m2_price_region *)b)->name);
}

static int read_region(struct m2_price_region *out, struct place *p, const struct m2_value *region)
{
    size_t n = m2_v_len(region);
    struct m2_price *items = m2_arena_new_array(p->a, struct m2_price, n);
    if (!m2_v_is(region, M2_OBJECT))
        return wrong(p, region, "a region must be an object of items");
    for (size_t i = 0; i < n; i++) {
        p->item = region->u.object.at[i].key;
        if (read_item(&items[i], p, p->item, region->u.object.at[i].value) < 0)
            return -1;
    }
    p->item = NULL;
    if (n)
        qsort(items, n, sizeof *items, by_key);
    out->name = p->region;
    out->items = items;
    out->n_items = n;
    return 0;
}

static int read_head(struct m2_prices *out, const struct place *p, const struct m2_value *root)
{
    const char *schema = m2_v_str(root, "schema"), *date = m2_v_str(root, "effective");
    if (!m2_str_eq(schema, M2_PRICES_SCHEMA))
        return m2_fail(p->err, M2_EINPUT,
                       "%s: this is no price list: \"schema\" is %s%.40s%s, expected \"" M2_PRICES_SCHEMA
                       "\"",
                       p->file, schema ? "\"" : "", m2_str_or(schema, "missing"), schema ? "\"" : "");
    if (!m2_str_eq(m2_v_str(root, "currency"), "USD"))
        return m2_fail(p->err, M2_EINPUT, "%s: \"currency\" must be \"USD\"", p->file);
    if (!date || !m2_time_parse(&out->effective_ms, date))
        return m2_fail(p->err, M2_EINPUT, "%s: \"effective\" must be the list's date, like \"2026-09-11\"",
                       p->file);
    out->effective = date;
    return 0;
}

int m2_prices_from_value(struct m2_prices *out, struct m2_arena *a, const struct m2_value *root,
                         const char *name, struct m2_err *err)
{
    struct place p = { .a = a, .file = name, .err = err };
    struct m2_prices list = { .origin = name };
    if (read_head(&list, &p, root) < 0)
        return -1;
    const struct m2_value *regions = m2_v_get(root, "regions");
    if (!m2_v_is(regions, M2_OBJECT) || !m2_v_len(regions))
        return m2_fail(err, M2_EINPUT, "%s: \"regions\" must be an object with at least one region", name);
    size_t n = m2_v_len(regions);
    struct m2_price_region *rows = m2_arena_new_array(a, struct m2_price_region, n);
    for (size_t i = 0; i < n; i++) {
        p.region = regions->u.object.at[i].key;
        rows[i].effective = list.effective;
        rows[i].effective_ms = list.effective_ms;
        rows[i].origin = name;
        rows[i].document = root;
        if (read_region(&rows[i], &p, regions->u.object.at[i].value) < 0)
            return -1;
    }
    qsort(rows, n, sizeof *rows, by_name);
    list.regions = rows;
    list.n_regions = n;
    *out = list;
    return 0;
}

int m2_prices_builtin(struct m2_prices *out, struct m2_arena *a, struct m2_err *err)
{
    const struct m2_embedded *file = m2_embedded_prices;
    struct m2_value *root = NULL;
    if (m2_json_parse(&root, a, (struct m2_bytes){ file->data, file->size }, file->name, err) < 0 ||
        m2_prices_from_value(out, a, root, "built in", err) < 0) {
        if (err)
            err->code = M2_EBUG;
        return m2_context(err, "the built-in price list");
    }
    return 0;
}

int m2_prices_load(struct m2_prices *out, struct m2_arena *a, const char *path, struct m2_err *err)
{
    struct m2_bytes text;
    struct m2_value *root = NULL;
    if (m2_file_read(&text, a, path, MAX_LIST_BYTES, err) < 0 || m2_json_parse(&root, a, text, path, err) < 0)
        return -1;
    return m2_prices_from_value(out, a, root, path, err);
}

static bool has_region(const struct m2_prices *p, const char *name)
{
    for (size_t i = 0; i < p->n_regions; i++)
        if (m2_str_eq(p->regions[i].name, name))
            return true;
    return false;
}

void m2_prices_over(struct m2_prices *out, struct m2_arena *a, const struct m2_prices *base,
                    const struct m2_prices *over)
{
    struct m2_prices list = *base;
    struct m2_price_region *rows =
        m2_arena_new_array(a, struct m2_price_region, base->n_regions + over->n_regions);
    list.n_regions = 0;
    for (size_t i = 0; i < base->n_regions; i++)
        if (!has_region(over, base->regions[i].name))
            rows[list.n_regions++] = base->regions[i];
    for (size_t i = 0; i < over->n_regions; i++)
        rows[list.n_regions++] = over->regions[i];
    if (list.n_regions)
        qsort(rows, list.n_regions, sizeof *rows, by_name);
    list.regions = rows;
    *out = list;
}

int m2_prices_region(const struct m2_price_region **out, const struct m2_prices *p, const char *region,
                     struct m2_err *err)
{
    struct m2_buf names;
    m2_buf_init(&names, 1500);
    for (size_t i = 0; i < p->n_regions; i++) {
        m2_buf_addf(&names, "%s%s", i ? ", " : "", p->regions[i].name);
        if (m2_str_eq(p->regions[i].name, region)) {
            *out = &p->regions[i];
            m2_buf_free(&names);
            return 0;
        }
    }
    (void)m2_fail(err, M2_EUSAGE,
                  "there are no prices for region \"%.40s\" in the list of %s (%s); it has %s", region,
                  p->effective, p->origin, names.data);
    m2_buf_free(&names);
    return -1;
}

const struct m2_price *m2_price_find(const struct m2_price_region *r, const char *key)
{
    const struct m2_price wanted = { .key = key };
    return r->n_items ? bsearch(&wanted, r->items, r->n_items, sizeof *r->items, by_key) : NULL;
}

int64_t m2_prices_age_days(const struct m2_price_region *r, int64_t now_ms)
{
    int64_t ms = now_ms - r->effective_ms;
    return ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS);
}
