#include <string.h>

#include "cost/items.h"
#include "m2/str.h"

static int no_part(const char *name, struct m2_err *err)
{
    struct m2_buf parts;
    m2_buf_init(&parts, 400);
    for (const char *const *part = m2_cost_parts(); *part; part++)
        m2_buf_addf(&parts, "%s%s", parts.len ? ", " : "", *part);
    (void)m2_fail(err, M2_EUSAGE,
                  "--without: \"%.60s\" is no part of the bill that can be left out; these are: %s", name,
                  parts.data);
    m2_buf_free(&parts);
    return -1;
}

static int check_parts(const char *const *without, struct m2_err *err)
{
    for (; without && *without; without++) {
        const char *const *part = m2_cost_parts();
        while (*part && !m2_str_eq(*part, *without))
            part++;
        if (*part)
            continue;
        const char *near = m2_str_nearest(*without, m2_cost_parts());
        return near ? m2_fail(err, M2_EUSAGE, "--without: \"%.60s\" is no part of the bill; did you mean %s?",
                              *without, near)
                    : no_part(*without, err);
    }
    return 0;
}

static bool is_in(const char *const *list, const char *name)
{
    for (; list && *list; list++)
        if (m2_str_eq(*list, name))
            return true;
    return false;
}

/* The regions of P that have KEY, as text. */
static void regions_with(struct m2_buf *out, const struct m2_prices *p, const char *key)
{
    for (size_t i = 0; i < p->n_regions; i++)
        if (m2_price_find(&p->regions[i], key))
            m2_buf_addf(out, "%s%s", out->len ? ", " : "", p->regions[i].name);
}

static int no_price(const struct m2_prices *p, const struct m2_price_region *region, const char *key,
                    struct m2_err *err)
{
    struct m2_buf have;
    m2_buf_init(&have, 1500);
    regions_with(&have, p, key);
    (void)m2_fail(err, M2_EINPUT, "no price for %s in %s (price list of %s, %s)%s%s", key, region->name,
                  region->effective, region->origin, have.len ? "; regions that have it: " : "", have.data);
    m2_buf_free(&have);
    return -1;
}

int m2_rates_find(struct m2_rates *out, const struct m2_prices *prices, const char *region,
                  enum m2_platform platform, enum m2_arch arch, const char *const *without,
                  struct m2_err *err)
{
    struct m2_rates rates = { .platform = platform, .arch = arch };
    if (check_parts(without, err) < 0 || m2_prices_region(&rates.region, prices, region, err) < 0)
        return -1;
    for (size_t i = 0; i < M2_C_COUNT; i++) {
        const struct m2_item_rule *rule = &m2_item_rules()[i];
        rates.key[i] = rule->key[platform][arch];
        rates.left_out[i] = is_in(without, rule->pub.part);
        if (rates.key[i])
            rates.of[i] = m2_price_find(rates.region, rates.key[i]);
        if (rates.key[i] && !rates.of[i] && m2_str_eq(rule->pub.part, "compute"))
            return no_price(prices, rates.region, rates.key[i], err);
    }
    *out = rates;
    return 0;
}

int m2_bill_job(struct m2_bill *out, const struct m2_rates *rates, const struct m2_job *job,
                struct m2_err *err)
{
    const struct m2_item_rule *rules = m2_item_rules();
    memset(out, 0, sizeof *out);
    for (size_t i = 0; i < M2_C_COUNT; i++) {
        struct m2_bill_line *line = &out->line[i];
        line->quantity.den = 1;
        if (!rates->key[i] || rates->left_out[i])
            continue;
        line->quantity = rules[i].quantity(job);
        if (line->quantity.num == 0)
            continue;
        if (!rates->of[i]) {
            line->missing = out->incomplete = true;
            line->price = M2_NO_ONE_PRICE;
            continue;
        }
        line->price = rates->of[i]->usd_pico;
        if (!m2_cost_of(&line->cost, line->quantity, line->price))
            return m2_fail(err, M2_ELIMIT, "%s: the amount is larger than can be counted",
                           rules[i].pub.resource);
        *(i <= M2_C_LAMBDA_COMPUTE ? &out->compute : &out->other) += line->cost;
    }
    out->total = out->compute + out->other;
    return 0;
}

int m2_bill_add(struct m2_bill *to, const struct m2_bill *more, struct m2_err *err)
{
    for (size_t i = 0; i < M2_C_COUNT; i++) {
        struct m2_bill_line *line = &to->line[i];
        if (more->line[i].quantity.num)
            line->price = !line->quantity.num || line->price == more->line[i].price ? more->line[i].price
                                                                                    : M2_NO_ONE_PRICE;
        if (!line->quantity.den)
            line->quantity.den = more->line[i].quantity.den;
        if (!m2_ratio_add(&line->quantity, more->line[i].quantity))
            return m2_fail(err, M2_ELIMIT, "%s: the amount is larger than can be counted",
                           m2_item_rules()[i].pub.resource);
        line->cost += more->line[i].cost;
        line->missing = line->missing || more->line[i].missing;
    }
    to->compute += more->compute;
    to->other += more->other;
    to->total += more->total;
    to->incomplete = to->incomplete || more->incomplete;
    return 0;
}

/* What of NUM lies between FROM and TO. */
static m2_int128 within(m2_int128 num, m2_int128 from, m2_int128 to)
{
    m2_int128 high = num < to ? num : to;
    return high > from ? high - from : 0;
}

bool m2_price_tiered(m2_pico *out, const struct m2_price *price, struct m2_ratio quantity,
                     struct m2_ratio allowance)
{
    m2_int128 sum = 0, from = 0;
    struct m2_ratio used = { 0, 1 }, all = { 0, 1 };
    /* Both over one denominator: an allowance that other lines have begun ends between two units. */
    if (!m2_ratio_add(&used, allowance) || !m2_ratio_add(&used, (struct m2_ratio){ 0, quantity.den }) ||
        !m2_ratio_add(&all, quantity) || !m2_ratio_add(&all, (struct m2_ratio){ 0, used.den }))
        return false;
    for (size_t i = 0; i < price->n_tiers; i++) {
        const int64_t up_to = price->tiers[i].up_to;
        m2_int128 to = up_to == INT64_MAX ? all.num : (m2_int128)up_to * all.den, part;
        if (__builtin_mul_overflow(within(all.num, from > used.num ? from : used.num, to),
                                   (m2_int128)price->tiers[i].usd_pico, &part) ||
            __builtin_add_overflow(sum, part, &sum))
            return false;
        from = to;
    }
    *out = m2_div_half_even(sum, all.den);
    return true;
}
