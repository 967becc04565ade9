/*
 * data/object.h — members of an object by key: linear while small, by hash index once it grows.
 */
#ifndef M2_DATA_OBJECT_H
#define M2_DATA_OBJECT_H

#include "m2/value.h"

/** Position of KEY, or SIZE_MAX. */
size_t m2_object_find(const struct m2_value *object, const char *key, size_t key_len);
/** Append a member whose KEY (NUL-terminated, borrowed) is known to be new. */
void m2_object_add(struct m2_arena *a, struct m2_value *object, const char *key, size_t key_len,
                   struct m2_value *value);
/** Room for N members at once. */
void m2_object_reserve(struct m2_arena *a, struct m2_value *object, size_t n);

#endif
