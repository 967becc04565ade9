#include "snapshot/strmap.h"

#include <string.h>

#define FIRST_CAP 16

static uint64_t hash_of(const char *s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 0x100000001b3u;
    return h ^ (h >> 29);
}

static struct m2_strmap_slot *slot_of(const struct m2_strmap *m, const char *key, uint64_t hash)
{
    size_t i = (size_t)hash & (m->cap - 1);
    while (m->slots[i].key && (m->slots[i].hash != hash || strcmp(m->slots[i].key, key) != 0))
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

static void grow(struct m2_strmap *m, struct m2_arena *a)
{
    struct m2_strmap old = *m;
    m->cap = old.cap ? old.cap * 2 : FIRST_CAP;
    m->slots = m2_arena_new_array(a, struct m2_strmap_slot, m->cap);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].key)
            *slot_of(m, old.slots[i].key, old.slots[i].hash) = old.slots[i];
}

size_t *m2_strmap_at(struct m2_strmap *m, struct m2_arena *a, const char *key, bool *is_new)
{
    if (m->len * 4 >= m->cap * 3)
        grow(m, a);
    uint64_t hash = hash_of(key);
    struct m2_strmap_slot *slot = slot_of(m, key, hash);
    if (is_new)
        *is_new = !slot->key;
    if (!slot->key) {
        *slot = (struct m2_strmap_slot){ .key = key, .hash = hash };
        m->len++;
    }
    return &slot->value;
}

const size_t *m2_strmap_find(const struct m2_strmap *m, const char *key)
{
    if (!m->cap || !key)
        return NULL;
    const struct m2_strmap_slot *slot = slot_of(m, key, hash_of(key));
    return slot->key ? &slot->value : NULL;
}
