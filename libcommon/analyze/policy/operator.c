/* Condition operators. Source: IAM User Guide, "IAM JSON policy elements: Condition operators". */
#include <string.h>

#include "analyze/network/cidr.h"
#include "analyze/policy/statement.h"
#include "m2/str.h"
#include "m2/time.h"

#define ARN_PARTS 6

/* A variable of PATTERN is not in the request: nothing matches it, and the statement is void; whether a
 * negated operator then holds AWS does not say. Source: IAM User Guide, "Variables and tags", principal key
 * values. */
static enum m2_truth void_variable(struct m2_eval *ev, const char *pattern)
{
    return ev->negated ? m2_unsure(ev, pattern) : M2_NO;
}

/* ---- texts ---- */

static enum m2_truth text(struct m2_eval *ev, const char *pattern, const char *value, bool literal, bool fold)
{
    struct m2_pattern p, v = m2_pattern_make(ev->a, value, !ev->like, fold);
    if (!m2_pattern_expand(&p, ev, pattern, literal, fold))
        return void_variable(ev, pattern);
    return m2_pattern_covers(ev->a, &p, &v);
}

static enum m2_truth equals(struct m2_eval *ev, const char *pattern, const char *value)
{
    return text(ev, pattern, value, true, false);
}

static enum m2_truth equals_ci(struct m2_eval *ev, const char *pattern, const char *value)
{
    return text(ev, pattern, value, true, true);
}

static enum m2_truth like(struct m2_eval *ev, const char *pattern, const char *value)
{
    return text(ev, pattern, value, false, false);
}

static enum m2_truth boolean(struct m2_eval *ev, const char *pattern, const char *value)
{
    return equals_ci(ev, pattern, value);
}

/* ---- ARNs: each of the six parts for itself ---- */

static bool split(struct m2_pattern part[ARN_PARTS], const struct m2_pattern *p)
{
    size_t at = 0;
    for (size_t i = 0; i < ARN_PARTS; i++) {
        const char *colon = i + 1 < ARN_PARTS ? memchr(p->p + at, ':', p->n - at) : NULL;
        if (!colon && i + 1 < ARN_PARTS)
            return false;
        size_t n = colon ? (size_t)(colon - p->p) - at : p->n - at;
        part[i] = (struct m2_pattern){ p->p + at, n, false };
        at += n + (colon != NULL);
    }
    return true;
}

static enum m2_truth arn(struct m2_eval *ev, const char *pattern, const char *value)
{
    struct m2_pattern p, v = m2_pattern_make(ev->a, value, !ev->like, false), of[ARN_PARTS], in[ARN_PARTS];
    if (!m2_pattern_expand(&p, ev, pattern, false, false))
        return void_variable(ev, pattern);
    enum m2_truth whole = m2_pattern_covers(ev->a, &p, &v), all = M2_YES;
    if (p.n == 1 && p.p[0] == M2_ANY)
        return whole;
    if (p.hole || !split(of, &p) || !split(in, &v)) /* no ARN: AWS does not say */
        return whole == M2_NO ? M2_NO : m2_unsure(ev, pattern);
    for (size_t i = 0; i < ARN_PARTS; i++)
        all = m2_and(all, m2_pattern_covers(ev->a, &of[i], &in[i]));
    return all;
}

/* ---- numbers and times ---- */

/* *order: of VALUE against PATTERN. */
static bool numbers(struct m2_eval *ev, int *order, const char *pattern, const char *value)
{
    double p = 0, v = 0;
    if (!m2_v_to_double(m2_v_string(ev->a, pattern), &p) || !m2_v_to_double(m2_v_string(ev->a, value), &v))
        return false;
    *order = (v > p) - (v < p);
    return true;
}

static bool times(struct m2_eval *ev, int *order, const char *pattern, const char *value)
{
    int64_t p = 0, v = 0;
    (void)ev;
    if (!m2_time_parse(&p, pattern) || !m2_time_parse(&v, value))
        return false;
    *order = (v > p) - (v < p);
    return true;
}

#define ORDERED(name, read, test)                                                                            \
    static enum m2_truth name(struct m2_eval *ev, const char *pattern, const char *value)                    \
    {                                                                                                        \
        int order = 0;                                                                                       \
        return read(ev, &order, pattern, value) ? m2_truth_of(order test 0) : m2_unsure(ev, pattern);        \
    }
ORDERED(number_equals, numbers, ==)
ORDERED(number_less, numbers, <)
ORDERED(number_at_most, numbers, <=)
ORDERED(number_greater, numbers, >)
ORDERED(number_at_least, numbers, >=)
ORDERED(date_equals, times, ==)
ORDERED(date_less, times, <)
ORDERED(date_at_most, times, <=)
ORDERED(date_greater, times, >)
ORDERED(date_at_least, times, >=)

/* ---- addresses ---- */

static enum m2_truth address(struct m2_eval *ev, const char *pattern, const char *value)
{
    struct m2_cidr p, v;
    if (!m2_cidr_parse(&p, pattern) || !m2_cidr_parse(&v, value))
        return m2_unsure(ev, pattern);
    return m2_truth_of(m2_cidr_covers(&p, &v));
}

static const struct m2_operator operators[] = {
    { "StringEquals", equals, false, false },
    { "StringNotEquals", equals, true, false },
    { "StringEqualsIgnoreCase", equals_ci, false, false },
    { "StringNotEqualsIgnoreCase", equals_ci, true, false },
    { "StringLike", like, false, true },
    { "StringNotLike", like, true, true },
    { "ArnEquals", arn, false, true },
    { "ArnLike", arn, false, true },
    { "ArnNotEquals", arn, true, true },
    { "ArnNotLike", arn, true, true },
    { "Bool", boolean, false, false },
    { "BinaryEquals", equals, false, false },
    { "IpAddress", address, false, false },
    { "NotIpAddress", address, true, false },
    { "NumericEquals", number_equals, false, false },
    { "NumericNotEquals", number_equals, true, false },
    { "NumericLessThan", number_less, false, false },
    { "NumericLessThanEquals", number_at_most, false, false },
    { "NumericGreaterThan", number_greater, false, false },
    { "NumericGreaterThanEquals", number_at_least, false, false },
    { "DateEquals", date_equals, false, false },
    { "DateNotEquals", date_equals, true, false },
    { "DateLessThan", date_less, false, false },
    { "DateLessThanEquals", date_at_most, false, false },
    { "DateGreaterThan", date_greater, false, false },
    { "DateGreaterThanEquals", date_at_least, false, false },
};

const struct m2_operator *m2_operator_find(const char *name)
{
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (m2_str_eq_ci(operators[i].name, name))
            return &operators[i];
    return NULL;
}
