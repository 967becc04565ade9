#include "m2/money.h"

#include <string.h>

#include "data/decimal.h"

#define MAX_DIGITS 18
#define NUMBER_MAX 400 /* a longer text is no amount of anything */

static int64_t power10(int n)
{
    int64_t p = 1;
    while (n-- > 0)
        p *= 10;
    return p;
}

/* Was anything cut off, and how does it compare with half of the last place? */
enum rest { REST_NONE, REST_BELOW, REST_HALF, REST_ABOVE };

static bool round_away(enum rest rest, enum m2_rounding rounding, bool odd)
{
    if (rounding == M2_ROUND_UP)
        return rest != REST_NONE;
    return rest == REST_ABOVE || (rest == REST_HALF && odd);
}

static unsigned next_digit(const char **p)
{
    if (**p == '.')
        ++*p;
    return (unsigned)(*(*p)++ - '0');
}

/* The first WHOLE of D's digits (zeros behind them where it has fewer) as a number, and what is cut off. */
static bool take(uint64_t *n, enum rest *rest, const struct m2_decimal *d, int64_t whole)
{
    const char *p = d->digits;
    *n = 0;
    *rest = REST_NONE;
    for (int64_t i = 0; i < whole; i++) {
        unsigned v = (size_t)i < d->count ? next_digit(&p) : 0;
        if (*n > ((uint64_t)INT64_MAX - v) / 10)
            return false;
        *n = *n * 10 + v;
    }
    if (whole >= 0 && (uint64_t)whole >= d->count)
        return true;
    if (whole < 0) { /* the first digit is below the tenth of the last place */
        *rest = REST_BELOW;
        return true;
    }
    unsigned first = next_digit(&p);
    bool more = (uint64_t)whole + 1 < d->count; /* m2_decimal counts no zeros behind */
    *rest = first > 5 || (first == 5 && more) ? REST_ABOVE : first == 5 ? REST_HALF : REST_BELOW;
    return true;
}

/* JSON's grammar wants a digit before the point and none in front of others; people and spreadsheets do not.
 */
static size_t normal(char out[NUMBER_MAX + 2], const char *text, size_t n)
{
    size_t len = 0, i = 0;
    if (!n || n >= NUMBER_MAX)
        return 0;
    if (text[0] == '-')
        out[len++] = text[i++];
    size_t zeros = i;
    while (i + 1 < n && text[i] == '0' && text[i + 1] >= '0' && text[i + 1] <= '9')
        i++;
    if (i - zeros > 40)
        return 0;
    if (i < n && text[i] == '.' && i + 1 < n && text[i + 1] >= '0' && text[i + 1] <= '9')
        out[len++] = '0';
    memcpy(out + len, text + i, n - i);
    len += n - i;
    return len;
}

bool m2_fixed_parse(int64_t *out, const char *text, size_t n, int digits, enum m2_rounding rounding)
{
    char copy[NUMBER_MAX + 2];
    struct m2_decimal d;
    size_t len = normal(copy, text, n);
    if (digits < 0 || digits > MAX_DIGITS || !len || !m2_decimal_read(&d, copy, len))
        return false;
    if (!d.count) {
        *out = 0;
        return true;
    }
    int64_t whole = d.magnitude + digits;
    uint64_t v;
    enum rest rest;
    if (whole > 19 || !take(&v, &rest, &d, whole))
        return false;
    if (rest != REST_NONE && rounding == M2_EXACT)
        return false;
    if (round_away(rest, rounding, v & 1))
        v++;
    if (v > (uint64_t)INT64_MAX)
        return false;
    *out = d.negative ? -(int64_t)v : (int64_t)v;
    return true;
}

m2_int128 m2_div_half_even(m2_int128 a, int64_t b)
{
    if (a >= 0 && a <= INT64_MAX) { /* nearly always, and many times faster */
        uint64_t n = (uint64_t)a, d = (uint64_t)b, q = n / d, r = n % d;
        return (m2_int128)(q + (r > d - r || (r == d - r && (q & 1))));
    }
    bool negative = a < 0;
    m2_uint128 n = negative ? -(m2_uint128)a : (m2_uint128)a, d = (m2_uint128)b;
    m2_uint128 q = n / d, r = n % d;
    q += r > d - r || (r == d - r && (q & 1));
    return negative ? -(m2_int128)q : (m2_int128)q;
}

bool m2_cost_of(m2_pico *out, struct m2_ratio quantity, int64_t price_pico)
{
    m2_int128 product;
    if (__builtin_mul_overflow(quantity.num, (m2_int128)price_pico, &product))
        return false;
    *out = m2_div_half_even(product, quantity.den);
    return true;
}

void m2_fixed_print(char out[M2_DECIMAL_SIZE], m2_int128 v, int digits, int most, int least)
{
    char text[M2_DECIMAL_SIZE];
    size_t at = sizeof text, len = 0;
    v = m2_div_half_even(v, power10(digits - most));
    bool negative = v < 0;
    m2_uint128 n = negative ? -(m2_uint128)v : (m2_uint128)v;
    int places = most;
    for (; n > UINT64_MAX && places > least && n % 10 == 0; places--) /* rare, and many times slower */
        n /= 10;
    uint64_t small = n > UINT64_MAX ? 1 : (uint64_t)n;
    for (; n <= UINT64_MAX && places > least && small % 10 == 0; places--)
        small /= 10;
    n = n > UINT64_MAX ? n : small;
    int i = 0;
    for (; n > UINT64_MAX; i++) {
        if (i == places && places)
            text[--at] = '.';
        text[--at] = (char)('0' + (int)(n % 10));
        n /= 10;
    }
    for (uint64_t rest = (uint64_t)n; i < places || rest || i == places; i++) {
        if (i == places && places)
            text[--at] = '.';
        text[--at] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    }
    if (negative)
        out[len++] = '-';
    memcpy(out + len, text + at, sizeof text - at);
    out[len + sizeof text - at] = '\0';
}

void m2_pico_print(char out[M2_DECIMAL_SIZE], m2_pico pico)
{
    m2_fixed_print(out, pico, 12, 12, 0);
}

void m2_pico_show(char out[M2_DECIMAL_SIZE], m2_pico pico)
{
    m2_uint128 size = pico < 0 ? -(m2_uint128)pico : (m2_uint128)pico;
    int places = 3 + 12 + 1; /* of four digits where the first is the thirteenth behind the point */
    for (; size && places > 2; size /= 10)
        places--;
    if (places > 12)
        places = 12;
    m2_fixed_print(out, pico, 12, places, 2);
}

void m2_ratio_print(char out[M2_DECIMAL_SIZE], struct m2_ratio q, int places)
{
    m2_int128 scaled;
    if (__builtin_mul_overflow(q.num, (m2_int128)power10(places), &scaled)) {
        memcpy(out, "?", 2);
        return;
    }
    m2_fixed_print(out, m2_div_half_even(scaled, q.den), places, places, 0);
}

static int64_t gcd(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Denominators are few and small (hours, GB, MiB), so their common multiple stays small too. */
bool m2_ratio_add(struct m2_ratio *to, struct m2_ratio more)
{
    m2_int128 left, right;
    int64_t den, common = gcd(to->den, more.den);
    if (__builtin_mul_overflow(to->den, more.den / common, &den) ||
        __builtin_mul_overflow(to->num, (m2_int128)(more.den / common), &left) ||
        __builtin_mul_overflow(more.num, (m2_int128)(to->den / common), &right) ||
        __builtin_add_overflow(left, right, &left))
        return false;
    *to = (struct m2_ratio){ left, den };
    return true;
}
