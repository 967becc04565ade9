#include "data/decimal.h"

/* Exponents beyond this differ from all that can be counted; clamped so that sums cannot overflow. */
#define EXPONENT_MOST INT64_C(1000000000000000000)

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digit_run(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && digit(p[i]))
        i++;
    return i;
}

size_t m2_number_span(const char *p, size_t n)
{
    size_t i = n && p[0] == '-';
    size_t whole = digit_run(p + i, n - i);
    if (!whole)
        return 0;
    i += p[i] == '0' ? 1 : whole;
    if (i < n && p[i] == '.') {
        size_t run = digit_run(p + i + 1, n - i - 1);
        if (!run)
            return i;
        i += 1 + run;
    }
    if (i < n && (p[i] == 'e' || p[i] == 'E')) {
        size_t sign = i + 1 < n && (p[i + 1] == '+' || p[i + 1] == '-');
        size_t run = digit_run(p + i + 1 + sign, n - i - 1 - sign);
        if (run)
            i += 1 + sign + run;
    }
    return i;
}

static int64_t exponent_of(const char *p, size_t n)
{
    bool down = n && *p == '-';
    int64_t e = 0;
    for (size_t i = n && (*p == '-' || *p == '+'); i < n; i++)
        e = e < EXPONENT_MOST / 10 ? e * 10 + (p[i] - '0') : EXPONENT_MOST;
    return down ? -e : e;
}

bool m2_decimal_read(struct m2_decimal *out, const char *text, size_t n)
{
    if (!n || m2_number_span(text, n) != n)
        return false;
    *out = (struct m2_decimal){ .negative = text[0] == '-', .digits = text };
    int64_t seen = 0, before_point = -1, leading = 0;
    size_t i = text[0] == '-';
    for (; i < n && text[i] != 'e' && text[i] != 'E'; i++) {
        if (text[i] == '.') {
            before_point = seen;
            continue;
        }
        seen++;
        if (text[i] == '0')
            continue;
        if (!out->count) {
            out->digits = text + i;
            leading = seen - 1;
        }
        out->count = (size_t)(seen - leading);
    }
    if (out->count)
        out->magnitude = (before_point < 0 ? seen : before_point) - leading;
    if (out->count && i < n)
        out->magnitude += exponent_of(text + i + 1, n - i - 1);
    if (!out->count)
        out->negative = false; /* -0 is 0 */
    return true;
}

static unsigned next_digit(const char **p)
{
    if (**p == '.')
        ++*p;
    return (unsigned)(*(*p)++ - '0');
}

bool m2_decimal_int(const struct m2_decimal *d, int64_t *out)
{
    const uint64_t most = d->negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    if (d->count && (d->magnitude < (int64_t)d->count || d->magnitude > 19))
        return false;
    uint64_t n = 0;
    const char *p = d->digits;
    for (int64_t i = 0; i < d->magnitude; i++) {
        unsigned v = (size_t)i < d->count ? next_digit(&p) : 0;
        if (n > (most - v) / 10)
            return false;
        n = n * 10 + v;
    }
    *out = d->negative ? -(int64_t)(n - 1) - 1 : (int64_t)n;
    return true;
}

static int compare_size(const struct m2_decimal *a, const struct m2_decimal *b)
{
    if (!a->count || !b->count)
        return (a->count > 0) - (b->count > 0);
    if (a->magnitude != b->magnitude)
        return a->magnitude < b->magnitude ? -1 : 1;
    const char *p = a->digits, *q = b->digits;
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        unsigned x = next_digit(&p), y = next_digit(&q);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return (a->count > b->count) - (a->count < b->count);
}

int m2_decimal_compare(const struct m2_decimal *a, const struct m2_decimal *b)
{
    if (a->negative != b->negative)
        return a->negative ? -1 : 1;
    int size = compare_size(a, b);
    return a->negative ? -size : size;
}
