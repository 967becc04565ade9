/*
 * snapshot/strmap.h — strings to numbers, in an arena.
 */
#ifndef M2_SNAPSHOT_STRMAP_H
#define M2_SNAPSHOT_STRMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/mem.h"

struct m2_strmap_slot {
    const char *key;
    uint64_t hash;
    size_t value;
};

struct m2_strmap {
    struct m2_strmap_slot *slots;
    size_t len, cap;
};

/** The value of KEY, made 0 when new (KEY must live as long as the map). *IS_NEW may be NULL. */
size_t *m2_strmap_at(struct m2_strmap *m, struct m2_arena *a, const char *key, bool *is_new);
/** NULL when KEY is not there. */
const size_t *m2_strmap_find(const struct m2_strmap *m, const char *key);

#endif
