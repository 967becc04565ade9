/*
 * cost/tally.h — sums by key: a hash table whose rows keep the order in which their keys came.
 */
#ifndef M2_COST_TALLY_H
#define M2_COST_TALLY_H

#include "m2/summary.h"

struct m2_tally_row {
    struct m2_tally sum;
    uint64_t hash;
    uint32_t at, n; /* the key, in the table's bytes */
};

struct m2_tallies {
    struct m2_tally_row *row;
    size_t n, cap;
    uint32_t *slot; /* row + 1, or 0 */
    size_t slots;   /* a power of two */
    char *keys;
    size_t keys_n, keys_cap;
    size_t max;           /* rows */
    struct m2_tally rest; /* what came when all rows were taken */
};

uint64_t m2_tally_hash(const void *key, size_t n);
void m2_tallies_init(struct m2_tallies *t, size_t max_rows);
void m2_tallies_free(struct m2_tallies *t);
/** Empty, its memory kept. */
void m2_tallies_reset(struct m2_tallies *t);
/** Where to count KEY of HASH (m2_tally_hash): its row's sum, or the rest's. Valid until the next call. */
struct m2_tally *m2_tally_of(struct m2_tallies *t, const void *key, size_t n, uint64_t hash);
void m2_tally_add(struct m2_tally *to, const struct m2_tally *more);

#endif
