#include "data/object.h"

#include <string.h>

#define INDEX_FROM 16 /* members; below, comparing is faster than hashing */

/* index[0] is the mask of the table behind it; a slot holds a member's position + 1, or 0. */

static uint32_t hash(const char *p, size_t n)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * UINT64_C(0x100000001b3);
    return (uint32_t)(h ^ h >> 32);
}

static void put(uint32_t *index, const struct m2_member *m, size_t at)
{
    uint32_t mask = index[0], slot = hash(m->key, m->key_len) & mask;
    while (index[1 + slot])
        slot = (slot + 1) & mask;
    index[1 + slot] = (uint32_t)at + 1;
}

static void make_index(struct m2_arena *a, struct m2_value *object)
{
    size_t slots = 4 * INDEX_FROM;
    while (slots < object->u.object.cap * 2)
        slots *= 2;
    uint32_t *index = m2_arena_new_array(a, uint32_t, slots + 1);
    index[0] = (uint32_t)slots - 1;
    for (size_t i = 0; i < object->u.object.len; i++)
        put(index, &object->u.object.at[i], i);
    object->u.object.index = index;
}

size_t m2_object_find(const struct m2_value *object, const char *key, size_t key_len)
{
    const struct m2_member *at = object->u.object.at;
    const uint32_t *index = object->u.object.index;
    if (!index) {
        for (size_t i = 0; i < object->u.object.len; i++)
            if (at[i].key_len == key_len && memcmp(at[i].key, key, key_len) == 0)
                return i;
        return SIZE_MAX;
    }
    for (uint32_t mask = index[0], slot = hash(key, key_len) & mask; index[1 + slot];
         slot = (slot + 1) & mask) {
        size_t i = index[1 + slot] - 1;
        if (at[i].key_len == key_len && memcmp(at[i].key, key, key_len) == 0)
            return i;
    }
    return SIZE_MAX;
}

void m2_object_reserve(struct m2_arena *a, struct m2_value *object, size_t n)
{
    if (n <= object->u.object.cap)
        return;
    struct m2_member *at = m2_arena_new_array(a, struct m2_member, n);
    if (object->u.object.len)
        memcpy(at, object->u.object.at, object->u.object.len * sizeof *at);
    object->u.object.at = at;
    object->u.object.cap = n;
    object->u.object.index = NULL;
}

void m2_object_add(struct m2_arena *a, struct m2_value *object, const char *key, size_t key_len,
                   struct m2_value *value)
{
    size_t len = object->u.object.len;
    if (len == object->u.object.cap)
        m2_object_reserve(a, object, len ? len * 2 : 4);
    object->u.object.at[len] = (struct m2_member){ key, key_len, value };
    object->u.object.len = len + 1;
    if (object->u.object.index)
        put(object->u.object.index, &object->u.object.at[len], len);
    else if (len + 1 > INDEX_FROM)
        make_index(a, object);
}

void m2_v_set(struct m2_arena *a, struct m2_value *object, const char *key, struct m2_value *value)
{
    size_t n = strlen(key), i = m2_object_find(object, key, n);
    if (i == SIZE_MAX) {
        if (value)
            m2_object_add(a, object, m2_arena_strndup(a, key, n), n, value);
        return;
    }
    struct m2_member *at = object->u.object.at;
    if (value) {
        at[i].value = value;
        return;
    }
    object->u.object.len--;
    memmove(at + i, at + i + 1, (object->u.object.len - i) * sizeof *at);
    object->u.object.index = NULL;
    if (object->u.object.len > INDEX_FROM)
        make_index(a, object);
}
