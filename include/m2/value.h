/*
 * m2/value.h — the one value tree: what JSON, YAML, query answers and snapshots are read into.
 *
 * Model:     null, bool, number, string, array, object. A number is its text, so no digit is lost. An object
 *            keeps its order; a key is unique (the parser decides what to do with a duplicate). Where a
 *            value was read from a text, `line` and `col` (1-based) say where; else 0. `tag` is a YAML tag
 *            ("!Ref") or NULL.
 * Lifetime:  all nodes live in the arena that made them. Reading functions accept NULL and answer "absent",
 *            so paths can be chained without checks.
 */
#ifndef M2_VALUE_H
#define M2_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/mem.h"
#include "m2/str.h"

enum m2_type { M2_NULL, M2_BOOL, M2_NUMBER, M2_STRING, M2_ARRAY, M2_OBJECT };

struct m2_value;

struct m2_member {
    const char *key;
    size_t key_len;
    struct m2_value *value;
};

struct m2_value {
    enum m2_type type;
    uint32_t line, col;
    const char *tag;
    union {
        bool boolean;
        struct m2_bytes text; /* string, or a number's text; NUL-terminated */
        struct {
            struct m2_value **at;
            size_t len, cap;
        } array;
        struct {
            struct m2_member *at;
            size_t len, cap;
            uint32_t *index; /* hash index, made when the object grows; internal */
        } object;
    } u;
};

/* ---- making ---- */
struct m2_value *m2_v_null(struct m2_arena *a);
struct m2_value *m2_v_bool(struct m2_arena *a, bool b);
struct m2_value *m2_v_int(struct m2_arena *a, int64_t n);
/** A number from its text, which must be a JSON number (asserted). */
struct m2_value *m2_v_number(struct m2_arena *a, const char *text, size_t n);
struct m2_value *m2_v_string(struct m2_arena *a, const char *s); /* NULL gives null */
struct m2_value *m2_v_string_n(struct m2_arena *a, const char *p, size_t n);
struct m2_value *m2_v_array(struct m2_arena *a);
struct m2_value *m2_v_object(struct m2_arena *a);
/** Deep copy into A. */
struct m2_value *m2_v_copy(struct m2_arena *a, const struct m2_value *v);

void m2_v_push(struct m2_arena *a, struct m2_value *array, struct m2_value *item);
/** Set or replace KEY (copied). VALUE NULL removes the key. */
void m2_v_set(struct m2_arena *a, struct m2_value *object, const char *key, struct m2_value *value);
void m2_v_set_str(struct m2_arena *a, struct m2_value *object, const char *key, const char *s);
/** A new object {"K1":"V1",…} of the pairs given, ended by NULL; members whose value is NULL are left out. */
struct m2_value *m2_v_object_of(struct m2_arena *a, const char *key, ...);
void m2_v_set_int(struct m2_arena *a, struct m2_value *object, const char *key, int64_t n);
void m2_v_set_bool(struct m2_arena *a, struct m2_value *object, const char *key, bool b);

/* ---- reading (V may be NULL everywhere) ---- */
/* These three are most of the work of walking a tree: a call each would cost as much again. */
#define M2_INLINE static inline __attribute__((unused))
M2_INLINE bool m2_v_is(const struct m2_value *v, enum m2_type type)
{
    return v && v->type == type;
}
/** Items or members; 0 for the rest. */
M2_INLINE size_t m2_v_len(const struct m2_value *v)
{
    if (m2_v_is(v, M2_ARRAY))
        return v->u.array.len;
    return m2_v_is(v, M2_OBJECT) ? v->u.object.len : 0;
}
/** Item, or value of the i-th member; NULL beyond the last. */
M2_INLINE struct m2_value *m2_v_at(const struct m2_value *v, size_t i)
{
    if (i >= m2_v_len(v))
        return NULL;
    return v->type == M2_ARRAY ? v->u.array.at[i] : v->u.object.at[i].value;
}
struct m2_value *m2_v_get(const struct m2_value *v, const char *key); /* case matters */
/** "Stacks[0].Outputs", keys and indices; NULL where the path ends early. */
struct m2_value *m2_v_path(const struct m2_value *v, const char *path);
const char *m2_v_text(const struct m2_value *v); /* of a string or number; else NULL */
/** Text of member KEY when it is a string, else NULL. */
const char *m2_v_str(const struct m2_value *v, const char *key);
/** As m2_v_str through a path. */
const char *m2_v_pstr(const struct m2_value *v, const char *path);
/** Whole number (also from a string that is a JSON number) that fits int64; 1e3 and 1.0 are whole. *out else unchanged. */
bool m2_v_to_int(const struct m2_value *v, int64_t *out);
bool m2_v_int_of(const struct m2_value *v, const char *key, int64_t *out);
int64_t m2_v_int_or(const struct m2_value *v, const char *key, int64_t fallback);
bool m2_v_to_double(const struct m2_value *v, double *out); /* locale-free; false beyond double's range */
/** true/false, also from "true"/"false". FALLBACK when absent or something else. */
bool m2_v_bool_or(const struct m2_value *v, const char *key, bool fallback);
/** Does array V hold the string S? (A lone string counts as a list of one.) */
bool m2_v_has(const struct m2_value *v, const char *s);
bool m2_v_equal(const struct m2_value *a, const struct m2_value *b); /* member order ignored, 1 equals 1.0 */
/** Negative, 0, positive; a total order over values, member order ignored. */
int m2_v_compare(const struct m2_value *a, const struct m2_value *b);

#define m2_v_each(item, i, v) \
    for (size_t i = 0; i < m2_v_len(v) && (((item) = m2_v_at((v), i)), true); i++)

#endif
