/* A month of equal jobs: quantities add up before tiers and free allowances are applied. */
#include "cost/items.h"
#include "m2/str.h"

/* Prices whose free allowance is one (AWS Lambda pricing page: x86 and Arm together). */
static const char *const shared[] = { "lambda.gb-second.", NULL };

static int64_t gcd(int64_t a, int64_t b)
{
    while (b) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

/* False when the sum does not fit. */
static bool add(struct m2_ratio *sum, struct m2_ratio more)
{
    int64_t common = gcd(sum->den, more.den), den;
    m2_int128 left, right;
    if (__builtin_mul_overflow(sum->den, more.den / common, &den) ||
        __builtin_mul_overflow(sum->num, (m2_int128)(more.den / common), &left) ||
        __builtin_mul_overflow(more.num, (m2_int128)(sum->den / common), &right) ||
        __builtin_add_overflow(left, right, &sum->num))
        return false;
    sum->den = den;
    return true;
}

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

/* Whole units of what earlier lines of the same allowance have used. */
static int64_t used_before(const struct m2_month *m, size_t at)
{
    m2_int128 used = 0;
    for (size_t i = 0; i < at; i++)
        if (m2_str_eq(family(m->line[i].key), family(m->line[at].key)))
            used += (m->line[i].quantity.num + m->line[i].quantity.den - 1) / m->line[i].quantity.den;
    return used > INT64_MAX ? INT64_MAX : (int64_t)used;
}

static bool price_line(struct m2_month *m, size_t at)
{
    struct m2_month_line *line = &m->line[at];
    if (line->missing)
        return true;
    int64_t used = used_before(m, at);
    int64_t left = line->price->free_per_month > used ? line->price->free_per_month - used : 0;
    if (!m2_price_tiered(&line->list, line->price, line->quantity, 0) ||
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
               add(&line_of(&month, rates, i)->quantity, q);
    }
    for (size_t i = 0; i < month.n && fits; i++)
        fits = price_line(&month, i);
    if (!fits)
        return m2_fail(err, M2_ELIMIT, "%llu jobs a month cost more than can be counted",
                       (unsigned long long)jobs);
    *out = month;
    return 0;
}
