/* A month of equal jobs: quantities add up before tiers and free allowances are applied. */
#include "cost/items.h"
#include "m2/str.h"

/* Prices whose free allowance is one (AWS Lambda pricing page: x86 and Arm together). */
static const char *const shared[] = { "lambda.gb-second.", NULL };

static struct m2_month_line *line_of(struct m2_month *m, const struct m2_rates *rates, size_t item)
{
    for (size_t i = 0; i < m->n; i++)
        if (m2_str_eq(m->line[i].key, rates->key[item]))
            return &m->line[i];
    m->line[m->n] = (struct m2_month_line){
        .price = rates->of[item], .key = rates->key[item], .quantity = { 0, 1 }, .missing = !rates->of[item]
    };
    return &m->line[m->n++];
}

static const char *family(const char *key)
{
    for (const char *const *f = shared; *f; f++)
        if (m2_str_starts(key, *f))
            return *f;
    return key;
}

/* What earlier lines leave of the line's allowance. */
static bool left_of(struct m2_ratio *out, const struct m2_month *m, size_t at)
{
    struct m2_ratio left = { m->line[at].price->free_per_month, 1 };
    for (size_t i = 0; i < at; i++) {
        const struct m2_ratio used = m->line[i].quantity;
        if (m2_str_eq(family(m->line[i].key), family(m->line[at].key)) &&
            !m2_ratio_add(&left, (struct m2_ratio){ -used.num, used.den }))
            return false;
    }
    *out = left.num > 0 ? left : (struct m2_ratio){ 0, 1 };
    return true;
}

static bool price_line(struct m2_month *m, size_t at)
{
    struct m2_month_line *line = &m->line[at];
    struct m2_ratio left;
    if (line->missing)
        return true;
    if (!left_of(&left, m, at) ||
        !m2_price_tiered(&line->list, line->price, line->quantity, (struct m2_ratio){ 0, 1 }) ||
        !m2_price_tiered(&line->after_free, line->price, line->quantity, left))
        return false;
    m->list += line->list;
    m->after_free += line->after_free;
    return true;
}

int m2_bill_month(struct m2_month *out, const struct m2_rates *rates, const struct m2_job *job, uint64_t jobs,
                  struct m2_err *err)
{
    struct m2_month month = { 0 };
    bool fits = true;
    for (size_t i = 0; i < M2_C_COUNT && fits; i++) {
        if (!rates->key[i] || rates->left_out[i])
            continue;
        struct m2_ratio q = m2_bill_quantity((enum m2_cost_item)i, job);
        if (q.num == 0)
            continue;
        fits = !__builtin_mul_overflow(q.num, (m2_int128)jobs, &q.num) &&
               m2_ratio_add(&line_of(&month, rates, i)->quantity, q);
    }
    for (size_t i = 0; i < month.n && fits; i++)
        fits = price_line(&month, i);
    if (!fits)
        return m2_fail(err, M2_ELIMIT, "%llu jobs a month cost more than can be counted",
                       (unsigned long long)jobs);
    *out = month;
    return 0;
}
