#include "cost/tally.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 64
#define FIRST_KEYS 256

/* The product's halves folded: every bit of the key reaches every bit of the slot. */
static uint64_t mix(uint64_t a)
{
    m2_uint128 m = (m2_uint128)a * UINT64_C(0x9E3779B97F4A7C15);
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

/* Eight bytes at a time; the last ones overlap those before. */
uint64_t m2_tally_hash(const void *key, size_t n)
{
    const unsigned char *p = key;
    uint64_t h = mix(n + 1), v = 0;
    if (n >= 8) {
        for (; n > 8; n -= 8, p += 8) {
            memcpy(&v, p, 8);
            h = mix(h ^ v);
        }
        memcpy(&v, p + n - 8, 8);
    } else if (n >= 4) {
        uint32_t low, high;
        memcpy(&low, p, 4);
        memcpy(&high, p + n - 4, 4);
        v = (uint64_t)high << 32 | low;
    } else if (n) {
        v = (uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1];
    }
    return mix(h ^ v);
}

void m2_tallies_init(struct m2_tallies *t, size_t max_rows)
{
    *t = (struct m2_tallies){ .max = max_rows, .slots = FIRST_SLOTS, .keys_cap = FIRST_KEYS };
    t->keys = m2_xmalloc(t->keys_cap);
    t->slot = m2_xcalloc(t->slots, sizeof *t->slot);
}

void m2_tallies_free(struct m2_tallies *t)
{
    free(t->row);
    free(t->slot);
    free(t->keys);
}

void m2_tallies_reset(struct m2_tallies *t)
{
    memset(t->slot, 0, t->slots * sizeof *t->slot);
    t->n = t->keys_n = 0;
    t->rest = (struct m2_tally){ 0 };
}

static void rehash(struct m2_tallies *t)
{
    free(t->slot);
    t->slots *= 2;
    t->slot = m2_xcalloc(t->slots, sizeof *t->slot);
    for (size_t i = 0; i < t->n; i++) {
        size_t s = t->row[i].hash & (t->slots - 1);
        while (t->slot[s])
            s = (s + 1) & (t->slots - 1);
        t->slot[s] = (uint32_t)i + 1;
    }
}

static struct m2_tally *add_row(struct m2_tallies *t, const void *key, size_t n, uint64_t hash, size_t s)
{
    if (t->n == t->cap) {
        t->cap = t->cap ? t->cap * 2 : FIRST_SLOTS;
        t->row = m2_xrealloc(t->row, t->cap * sizeof *t->row);
    }
    if (t->keys_n + n > t->keys_cap) {
        t->keys_cap = (t->keys_n + n) * 2;
        t->keys = m2_xrealloc(t->keys, t->keys_cap);
    }
    if (n) /* KEY may be NULL then */
        memcpy(t->keys + t->keys_n, key, n);
    t->row[t->n] = (struct m2_tally_row){ .hash = hash, .at = (uint32_t)t->keys_n, .n = (uint32_t)n };
    t->keys_n += n;
    t->slot[s] = (uint32_t)++t->n;
    if (t->n * 2 > t->slots)
        rehash(t);
    return &t->row[t->n - 1].sum;
}

struct m2_tally *m2_tally_of(struct m2_tallies *t, const void *key, size_t n, uint64_t hash)
{
    size_t s = hash & (t->slots - 1);
    for (; t->slot[s]; s = (s + 1) & (t->slots - 1)) {
        struct m2_tally_row *r = &t->row[t->slot[s] - 1];
        if (r->hash == hash && r->n == n && (n == 0 || memcmp(t->keys + r->at, key, n) == 0))
            return &r->sum;
    }
    return t->n < t->max ? add_row(t, key, n, hash, s) : &t->rest;
}

void m2_tally_add(struct m2_tally *to, const struct m2_tally *more)
{
    to->jobs += more->jobs;
    to->compute += more->compute;
    to->other += more->other;
}
