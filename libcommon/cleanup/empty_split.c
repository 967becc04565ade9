#include "cleanup/empty_split.h"

#include <math.h>
#include <string.h>

#include "m2/str.h"

#define ASCII_END 0x80u
#define UNICODE_END 0x110000u
#define SURROGATES 0xd800u
#define SURROGATES_END 0xe000u

/* Bytes that A and B begin with alike, whole characters only. */
static size_t common(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n])
        n++;
    while (n && (((unsigned char)a[n] & 0xc0) == 0x80 || ((unsigned char)b[n] & 0xc0) == 0x80))
        n--;
    return n;
}

static size_t put_utf8(char *out, uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3f));
    out[0] = (char)(lead[n] | cp);
    return n;
}

/* The first N bytes of KEY and then CP. */
static const char *joined(struct m2_arena *a, const char *key, size_t n, uint32_t cp)
{
    char tail[4];
    size_t more = put_utf8(tail, cp);
    if (n + more > M2_KEY_MAX)
        return NULL;
    char *out = m2_arena_alloc(a, n + more + 1);
    memcpy(out, key, n);
    memcpy(out + n, tail, more);
    return out;
}

/* The first key behind all that begin with the first N bytes of KEY. */
static const char *behind(struct m2_arena *a, const char *key, size_t n)
{
    uint32_t cp = 0;
    size_t at = n;
    while (at && ((unsigned char)key[--at] & 0xc0) == 0x80)
        ;
    if (!n || !m2_utf8_next(key + at, n - at, &cp) || cp + 1 >= UNICODE_END)
        return NULL;
    return joined(a, key, at, cp + 1 == SURROGATES ? SURROGATES_END : cp + 1);
}

/* A character above LOW and below HIGH, or LOW. In the middle; but names in ASCII have no middle in Chinese.
 */
static uint32_t middle(uint32_t low, uint32_t high)
{
    if (low < ASCII_END - 1 && high > ASCII_END)
        high = ASCII_END;
    uint32_t mid = low + (high - low) / 2;
    if (mid >= SURROGATES && mid < SURROGATES_END)
        mid = high > SURROGATES_END ? SURROGATES_END : low < SURROGATES - 1 ? SURROGATES - 1 : low;
    return mid;
}

/* LOW is what LAST has at AT, 0 where it ends. */
static const char *between(struct m2_arena *a, const char *last, const char *end)
{
    size_t length = strlen(last), at = end ? common(last, end) : 0, step;
    uint32_t high = UNICODE_END, low;
    if (end && !m2_utf8_next(end + at, strlen(end + at), &high))
        return NULL;
    for (;; at += step, high = UNICODE_END) {
        low = 0;
        step = at < length ? m2_utf8_next(last + at, length - at, &low) : 0;
        if (at < length && !step)
            return NULL;
        uint32_t mid = middle(low, high);
        if (mid > low)
            return joined(a, last, at, mid);
        if (!step) /* END follows LAST at once, or nearly */
            return NULL;
    }
}

const char *m2_empty_split(struct m2_arena *a, const char *origin, const char *last, const char *end)
{
    size_t n = common(origin, last);
    if (!m2_utf8_valid(last, strlen(last)) || (end && !m2_utf8_valid(end, strlen(end))))
        return NULL;
    const char *at = end && strncmp(end, last, n) == 0 ? NULL : behind(a, last, n);
    if (!at || (end && strcmp(at, end) >= 0))
        at = between(a, last, end);
    return at && strcmp(at, last) > 0 && (!end || strcmp(at, end) < 0) ? at : NULL;
}

/* What KEY has behind its first N bytes as a fraction of 1. */
static double fraction(const char *key, size_t n)
{
    double f = 0, unit = 1;
    for (size_t i = n; i < n + 8 && key[i]; i++) {
        unit /= 256;
        f += unit * (unsigned char)key[i];
    }
    return f;
}

double m2_empty_pages_ahead(const char *first, const char *last, const char *end)
{
    if (!end)
        return INFINITY;
    size_t n = common(first, end);
    double page = fraction(last, n) - fraction(first, n);
    return page > 0 ? (fraction(end, n) - fraction(last, n)) / page : INFINITY;
}
