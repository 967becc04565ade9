/*
 * m2/prices.h — price lists: the built-in one, a file, or what AWS's Price List API said.
 *
 * Model:     format m2-prices/1 (docs/FORMATS): regions → items → price as a decimal string, tiers, monthly free
 *            allowance. An item that a region lacks has no price: it is never taken from another region, never 0.
 * Lifetime:  everything lives in the arena given.
 * Source:    libcommon/cost/prices.json names the source of every figure.
 */
#ifndef M2_PRICES_H
#define M2_PRICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/value.h"

#define M2_PRICES_SCHEMA "m2-prices/1"

struct m2_price_tier {
    int64_t up_to;    /* monthly usage up to and with so many units; INT64_MAX: no bound */
    int64_t usd_pico; /* USD × 10^12 per unit */
};

struct m2_price {
    const char *key;  /* "fargate.vcpu-hour.x86_64" */
    const char *unit; /* "vCPU-hour" */
    const char *source, *usagetype, *note; /* may be NULL */
    int64_t usd_pico;                      /* of the first tier */
    const struct m2_price_tier *tiers;     /* ascending, the last without bound; at least one */
    size_t n_tiers;
    int64_t free_per_month; /* units per account and month; 0: none */
    bool verified;          /* false: an estimate, or not confirmed at its source */
    bool estimate;          /* moves from hour to hour (Spot) */
};

struct m2_price_region {
    const char *name;
    const char *effective, *origin; /* of these prices: a list may be put together from several */
    int64_t effective_ms;
    const struct m2_price *items; /* sorted by key */
    size_t n_items;
    const struct m2_value *document; /* the list that they came from: its "sources" */
};

struct m2_prices {
    const char *effective; /* "2026-09-11" */
    int64_t effective_ms;
    const char *origin; /* "built in", or the file's path: of the list that others were laid over */
    const struct m2_price_region *regions; /* sorted by name */
    size_t n_regions;
};

/** The list that the toolkit was built with. Errors: M2_EBUG. */
int m2_prices_builtin(struct m2_prices *out, struct m2_arena *a, struct m2_err *err) M2_MUST_USE;
/** Errors: M2_EINPUT (not JSON, schema, a price that is no decimal string, tiers out of order, with the place), M2_ENOTFOUND,
 * M2_ELIMIT. */
int m2_prices_load(struct m2_prices *out, struct m2_arena *a, const char *path, struct m2_err *err) M2_MUST_USE;
/** From a parsed document named NAME; ROOT must live in A. */
int m2_prices_from_value(struct m2_prices *out, struct m2_arena *a, const struct m2_value *root, const char *name,
                         struct m2_err *err) M2_MUST_USE;

/** BASE with the regions of OVER in place of its own. */
void m2_prices_over(struct m2_prices *out, struct m2_arena *a, const struct m2_prices *base, const struct m2_prices *over);
/** Errors: M2_EUSAGE, listing the regions that have prices. */
int m2_prices_region(const struct m2_price_region **out, const struct m2_prices *p, const char *region,
                     struct m2_err *err) M2_MUST_USE;
/** NULL when the region has no price for KEY. */
const struct m2_price *m2_price_find(const struct m2_price_region *r, const char *key);
/** Days from the prices' date to NOW_MS; negative for a date ahead. */
int64_t m2_prices_age_days(const struct m2_price_region *r, int64_t now_ms);
/* ---- AWS's Price List API ---- */

/* One question for one item; `input` is GetProducts'. */
struct m2_price_query {
    const char *key, *service_code, *usagetype, *unit;
    int64_t free_per_month;
    struct m2_value *input;
};
struct m2_price_queries {
    M2_VEC(struct m2_price_query) v;
};
/** Questions for every item of the list that the API can answer. Errors: M2_EUSAGE (a region whose usage types are not known,
 * listing those that are). Source: AWS Billing User Guide, Price List Query API; docs/COST.md. */
int m2_price_queries(struct m2_price_queries *out, struct m2_arena *a, const struct m2_prices *base, const char *region,
                     struct m2_err *err) M2_MUST_USE;
/** An item (as in m2-prices/1) from OUTPUT, the answer to Q: the term in force at NOW_MS, its tiers in order. NULL with *WHY set when
 * no product or more than one price fits: nothing is guessed. */
struct m2_value *m2_price_from_products(const char **why, struct m2_arena *a, const struct m2_price_query *q,
                                        const struct m2_value *output, int64_t now_ms);

#define M2_PRICES_OLD_DAYS 180 /* older: a warning in every report */

#endif
