/* What to ask AWS's Price List API, and what its answers say. */
#include <stdlib.h>
#include <string.h>

#include "m2/json.h"
#include "m2/money.h"
#include "m2/prices.h"
#include "m2/str.h"
#include "m2/time.h"

#define HOME_REGION "us-east-1" /* the region whose list has every item */

/* Items by the beginning of their key. Lambda's tiered logs, Spot and what is free are not in the API. */
static const struct {
    const char *key, *service_code;
} services[] = {
    { "fargate.", "AmazonECS" },
    { "lambda.", "AWSLambda" },
    { "states.transition", "AmazonStates" },
    { "s3.storage-gb-month", "AmazonS3" },
    { "s3.request.tier", "AmazonS3" },
    { "logs.ingest-gb", "AmazonCloudWatch" },
    { "logs.storage-gb-month", "AmazonCloudWatch" },
    { "ipv4.public-hour", "AmazonVPC" },
    { "vpce.interface-", "AmazonVPC" },
    { "nat.", "AmazonEC2" },
    { "ecr.storage-gb-month", "AmazonECR" },
    { "transfer.out-gb", "AWSDataTransfer" },
};

/* How usage types of a region begin. In us-east-1 the older services have no prefix. */
static const struct {
    const char *region, *prefix;
} prefixes[] = {
    { "us-east-1", "USE1-" },      { "us-east-2", "USE2-" },      { "us-west-1", "USW1-" },
    { "us-west-2", "USW2-" },      { "ca-central-1", "CAN1-" },   { "eu-west-1", "EU-" },
    { "eu-west-2", "EUW2-" },      { "eu-west-3", "EUW3-" },      { "eu-central-1", "EUC1-" },
    { "eu-north-1", "EUN1-" },     { "ap-northeast-1", "APN1-" }, { "ap-northeast-2", "APN2-" },
    { "ap-southeast-1", "APS1-" }, { "ap-southeast-2", "APS2-" }, { "ap-south-1", "APS3-" },
    { "sa-east-1", "SAE1-" },
};

static const char *service_of(const char *key)
{
    for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
        if (m2_str_starts(key, services[i].key))
            return services[i].service_code;
    return NULL;
}

static const char *prefix_of(const char *region)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (m2_str_eq(prefixes[i].region, region))
            return prefixes[i].prefix;
    return NULL;
}

static int no_prefix(const char *region, struct m2_err *err)
{
    struct m2_buf names;
    m2_buf_init(&names, 1000);
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        m2_buf_addf(&names, "%s%s", i ? ", " : "", prefixes[i].region);
    (void)m2_fail(err, M2_EUSAGE, "how AWS names its usage in region \"%.40s\" is not known; known are %s",
                  region, names.data);
    m2_buf_free(&names);
    return -1;
}

static void add_filter(struct m2_arena *a, struct m2_value *filters, const char *field, const char *value)
{
    struct m2_value *f = m2_v_object(a);
    m2_v_set_str(a, f, "Type", "TERM_MATCH");
    m2_v_set_str(a, f, "Field", field);
    m2_v_set_str(a, f, "Value", value);
    m2_v_push(a, filters, f);
}

static struct m2_value *question(struct m2_arena *a, const char *service_code, const char *usagetype)
{
    struct m2_value *input = m2_v_object(a), *filters = m2_v_array(a);
    m2_v_set_str(a, input, "ServiceCode", service_code);
    add_filter(a, filters, "usagetype", usagetype);
    m2_v_set(a, input, "Filters", filters);
    m2_v_set_str(a, input, "FormatVersion", "aws_v1");
    m2_v_set_int(a, input, "MaxResults", 100);
    return input;
}

int m2_price_queries(struct m2_price_queries *out, struct m2_arena *a, const struct m2_prices *base,
                     const char *region, struct m2_err *err)
{
    const struct m2_price_region *home;
    const char *prefix = prefix_of(region), *home_prefix = prefix_of(HOME_REGION);
    struct m2_price_queries list = { 0 };
    if (!prefix)
        return no_prefix(region, err);
    if (m2_prices_region(&home, base, HOME_REGION, err) < 0)
        return -1;
    for (size_t i = 0; i < home->n_items; i++) {
        const struct m2_price *p = &home->items[i];
        const char *service_code = service_of(p->key), *usagetype = p->usagetype;
        if (!service_code || !usagetype || strchr(usagetype, '<'))
            continue;
        if (!m2_str_eq(region, HOME_REGION)) {
            if (m2_str_starts(usagetype, home_prefix))
                usagetype += strlen(home_prefix);
            usagetype = m2_arena_printf(a, "%s%s", prefix, usagetype);
        }
        m2_vec_push(a, &list.v,
                    ((struct m2_price_query){ p->key, service_code, usagetype, p->unit, p->free_per_month,
                                              question(a, service_code, usagetype) }));
    }
    *out = list;
    return 0;
}

/* ---- answers ---- */

struct reading {
    struct m2_arena *a;
    const struct m2_price_query *q;
    int64_t now_ms;
    const char **why;
};

static struct m2_value *no(const struct reading *r, const char *why)
{
    *r->why = why;
    return NULL;
}

/* An entry of PriceList is a document as text; a client may have read it already. */
static const struct m2_value *product_of(const struct reading *r, const struct m2_value *entry)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    if (!m2_v_is(entry, M2_STRING))
        return entry;
    return m2_json_parse(&v, r->a, entry->u.text, "PriceList", &err) == 0 ? v : NULL;
}

/* The on-demand term in force: the latest that has begun. */
static const struct m2_value *term_of(const struct reading *r, const struct m2_value *product)
{
    const struct m2_value *term, *best = NULL, *terms = m2_v_path(product, "terms.OnDemand");
    int64_t best_ms = INT64_MIN, ms;
    m2_v_each(term, i, terms)
    {
        const char *date = m2_v_str(term, "effectiveDate");
        if (date && m2_time_parse(&ms, date) && ms <= r->now_ms && ms > best_ms) {
            best = term;
            best_ms = ms;
        }
    }
    return best;
}

struct tier {
    int64_t begin;
    const char *end, *usd;
};

static int by_begin(const void *x, const void *y)
{
    int64_t a = ((const struct tier *)x)->begin, b = ((const struct tier *)y)->begin;
    return a < b ? -1 : a > b;
}

static bool whole(int64_t *out, const char *text)
{
    return text && m2_fixed_parse(out, text, strlen(text), 0, M2_EXACT) && *out >= 0;
}

/* "0.0404800000" as the list writes it: "0.04048". */
static const char *plain(struct m2_arena *a, const char *usd)
{
    int64_t pico;
    char text[M2_DECIMAL_SIZE];
    if (!usd || !m2_fixed_parse(&pico, usd, strlen(usd), 12, M2_EXACT) || pico < 0)
        return NULL;
    m2_pico_print(text, pico);
    return m2_arena_strdup(a, text);
}

/* The dimensions of TERM as tiers without a gap; NULL with a reason. */
static struct m2_value *tiers_of(const struct reading *r, const struct m2_value *term)
{
    const struct m2_value *d, *dimensions = m2_v_get(term, "priceDimensions");
    size_t n = m2_v_len(dimensions);
    struct tier *rows = m2_arena_new_array(r->a, struct tier, n + 1);
    struct m2_value *list = m2_v_array(r->a);
    m2_v_each(d, i, dimensions)
    {
        rows[i].end = m2_v_str(d, "endRange");
        rows[i].usd = plain(r->a, m2_v_pstr(d, "pricePerUnit.USD"));
        if (!rows[i].usd)
            return no(r, "the answer has no price in USD");
        if (!rows[i].end || !whole(&rows[i].begin, m2_v_str(d, "beginRange")))
            return no(r, "the answer has tiers without whole limits");
    }
    if (!n)
        return no(r, "the answer has no price");
    qsort(rows, n, sizeof *rows, by_begin);
    int64_t reached = 0;
    for (size_t i = 0; i < n; i++) {
        struct m2_value *tier = m2_v_object(r->a);
        bool last = i + 1 == n;
        if (rows[i].begin != reached || m2_str_eq(rows[i].end, "Inf") != last ||
            (!last && !whole(&reached, rows[i].end)))
            return no(r, "the answer's tiers have gaps or overlap");
        m2_v_set(r->a, tier, "up_to", last ? m2_v_null(r->a) : m2_v_string(r->a, rows[i].end));
        m2_v_set_str(r->a, tier, "usd", rows[i].usd);
        m2_v_push(r->a, list, tier);
    }
    return list;
}

static struct m2_value *item_of(const struct reading *r, struct m2_value *tiers)
{
    struct m2_value *item = m2_v_object(r->a);
    m2_v_set_str(r->a, item, "usd", m2_v_str(m2_v_at(tiers, 0), "usd"));
    m2_v_set_str(r->a, item, "unit", r->q->unit);
    m2_v_set_str(r->a, item, "source", "API");
    m2_v_set_str(r->a, item, "usagetype", r->q->usagetype);
    if (m2_v_len(tiers) > 1)
        m2_v_set(r->a, item, "tiers", tiers);
    if (r->q->free_per_month)
        m2_v_set_str(r->a, item, "free_per_month",
                     m2_arena_printf(r->a, "%lld", (long long)r->q->free_per_month));
    return item;
}

struct m2_value *m2_price_from_products(const char **why, struct m2_arena *a, const struct m2_price_query *q,
                                        const struct m2_value *output, int64_t now_ms)
{
    const struct reading r = { a, q, now_ms, why };
    const struct m2_value *entry, *list = m2_v_get(output, "PriceList");
    struct m2_value *found = NULL;
    m2_v_each(entry, i, list)
    {
        const struct m2_value *product = product_of(&r, entry);
        if (!product)
            return no(&r, "the answer holds a document that is not JSON");
        if (!m2_str_eq(m2_v_pstr(product, "product.attributes.usagetype"), q->usagetype))
            continue; /* the filter says equal; a peer that only looks for a part must not win */
        const struct m2_value *term = term_of(&r, product);
        if (!term)
            continue;
        struct m2_value *tiers = tiers_of(&r, term);
        if (!tiers)
            return NULL;
        if (found && !m2_v_equal(found, tiers))
            return no(&r, "several products with different prices");
        found = tiers;
    }
    return found ? item_of(&r, found) : no(&r, "no product of this usage type with a price in force");
}
