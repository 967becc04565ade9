#include "analyze/network/cidr.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static bool bits_parse(int *out, const char *text, int most)
{
    if (*text < '0' || *text > '9')
        return false;
    int n = 0;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || n > most)
            return false;
        n = n * 10 + (*text - '0');
    }
    *out = n;
    return n <= most;
}

bool m2_cidr_parse(struct m2_cidr *out, const char *text)
{
    if (!text)
        return false;
    char host[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');
    size_t n = slash ? (size_t)(slash - text) : strlen(text);
    if (n >= sizeof host)
        return false;
    memcpy(host, text, n);
    host[n] = '\0';
    struct m2_cidr c = { .family = strchr(host, ':') ? 6 : 4 };
    int most = c.family == 4 ? 32 : 128;
    c.bits = most;
    if (inet_pton(c.family == 4 ? AF_INET : AF_INET6, host, c.ip) != 1 ||
        (slash && !bits_parse(&c.bits, slash + 1, most)))
        return false;
    for (int bit = c.bits; bit < most; bit++)
        c.ip[bit / 8] = (uint8_t)(c.ip[bit / 8] & ~(0x80u >> (bit % 8)));
    *out = c;
    return true;
}

static bool same_bits(const struct m2_cidr *a, const struct m2_cidr *b, int bits)
{
    int whole = bits / 8, rest = bits % 8;
    if (memcmp(a->ip, b->ip, (size_t)whole) != 0)
        return false;
    return !rest || (a->ip[whole] ^ b->ip[whole]) >> (8 - rest) == 0;
}

bool m2_cidr_covers(const struct m2_cidr *outer, const struct m2_cidr *inner)
{
    return outer->family == inner->family && outer->bits <= inner->bits &&
           same_bits(outer, inner, outer->bits);
}

bool m2_cidr_overlaps(const struct m2_cidr *a, const struct m2_cidr *b)
{
    return m2_cidr_covers(a, b) || m2_cidr_covers(b, a);
}

struct m2_set4 m2_set4_of(struct m2_arena *a, const struct m2_cidr *c)
{
    if (c->family != 4)
        return (struct m2_set4){ 0 };
    uint32_t first =
        (uint32_t)c->ip[0] << 24 | (uint32_t)c->ip[1] << 16 | (uint32_t)c->ip[2] << 8 | (uint32_t)c->ip[3];
    uint32_t host = c->bits == 0 ? UINT32_MAX : c->bits == 32 ? 0 : UINT32_MAX >> c->bits;
    struct m2_span4 *span = m2_arena_new_array(a, struct m2_span4, 1);
    *span = (struct m2_span4){ first, first | host };
    return (struct m2_set4){ span, 1 };
}

struct m2_set4 m2_set4_text(struct m2_arena *a, const char *text)
{
    struct m2_cidr c;
    return m2_cidr_parse(&c, text) ? m2_set4_of(a, &c) : (struct m2_set4){ 0 };
}

static int by_first(const void *x, const void *y)
{
    uint32_t a = ((const struct m2_span4 *)x)->first, b = ((const struct m2_span4 *)y)->first;
    return a < b ? -1 : a > b;
}

struct m2_set4 m2_set4_make(struct m2_arena *a, const struct m2_span4 *spans, size_t n)
{
    if (!n)
        return (struct m2_set4){ 0 };
    struct m2_span4 *at = m2_arena_new_array(a, struct m2_span4, n);
    memcpy(at, spans, n * sizeof *at);
    qsort(at, n, sizeof *at, by_first);
    size_t len = 1;
    for (size_t i = 1; i < n; i++) {
        struct m2_span4 *top = &at[len - 1];
        if (top->last == UINT32_MAX)
            break;
        if (at[i].first > top->last + 1)
            at[len++] = at[i];
        else if (at[i].last > top->last)
            top->last = at[i].last;
    }
    return (struct m2_set4){ at, len };
}

struct m2_set4 m2_set4_or(struct m2_arena *a, struct m2_set4 x, struct m2_set4 y)
{
    if (!x.len || !y.len)
        return x.len ? x : y;
    struct m2_span4 *all = m2_arena_new_array(a, struct m2_span4, x.len + y.len);
    memcpy(all, x.at, x.len * sizeof *all);
    memcpy(all + x.len, y.at, y.len * sizeof *all);
    return m2_set4_make(a, all, x.len + y.len);
}

struct m2_set4 m2_set4_and(struct m2_arena *a, struct m2_set4 x, struct m2_set4 y)
{
    if (!x.len || !y.len)
        return (struct m2_set4){ 0 };
    struct m2_span4 *at = m2_arena_new_array(a, struct m2_span4, x.len + y.len);
    size_t len = 0;
    for (size_t i = 0, k = 0; i < x.len && k < y.len;) {
        uint32_t first = x.at[i].first > y.at[k].first ? x.at[i].first : y.at[k].first;
        uint32_t last = x.at[i].last < y.at[k].last ? x.at[i].last : y.at[k].last;
        if (first <= last)
            at[len++] = (struct m2_span4){ first, last };
        if (x.at[i].last < y.at[k].last)
            i++;
        else
            k++;
    }
    return (struct m2_set4){ at, len };
}

/* What Y leaves free, so that "minus" is "and". */
static struct m2_set4 complement(struct m2_arena *a, struct m2_set4 y)
{
    struct m2_span4 *at = m2_arena_new_array(a, struct m2_span4, y.len + 1);
    size_t len = 0;
    uint32_t next = 0;
    bool open = true;
    for (size_t i = 0; i < y.len; i++) {
        if (y.at[i].first > next)
            at[len++] = (struct m2_span4){ next, y.at[i].first - 1 };
        open = y.at[i].last != UINT32_MAX;
        next = y.at[i].last + 1;
    }
    if (open)
        at[len++] = (struct m2_span4){ next, UINT32_MAX };
    return (struct m2_set4){ at, len };
}

struct m2_set4 m2_set4_minus(struct m2_arena *a, struct m2_set4 x, struct m2_set4 y)
{
    return y.len ? m2_set4_and(a, x, complement(a, y)) : x;
}

bool m2_set4_equal(struct m2_set4 x, struct m2_set4 y)
{
    if (x.len != y.len)
        return false;
    for (size_t i = 0; i < x.len; i++)
        if (x.at[i].first != y.at[i].first || x.at[i].last != y.at[i].last)
            return false;
    return true;
}
