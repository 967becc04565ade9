#include "m2/value.h"

#include <stdarg.h>

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "data/decimal.h"
#include "data/object.h"

static struct m2_value *make(struct m2_arena *a, enum m2_type type)
{
    struct m2_value *v = m2_arena_alloc(a, sizeof *v);
    v->type = type;
    return v;
}

struct m2_value *m2_v_null(struct m2_arena *a)
{
    return make(a, M2_NULL);
}

struct m2_value *m2_v_bool(struct m2_arena *a, bool b)
{
    struct m2_value *v = make(a, M2_BOOL);
    v->u.boolean = b;
    return v;
}

static struct m2_value *make_text(struct m2_arena *a, enum m2_type type, const char *p, size_t n)
{
    struct m2_value *v = make(a, type);
    v->u.text = (struct m2_bytes){ m2_arena_strndup(a, p, n), n };
    return v;
}

struct m2_value *m2_v_int(struct m2_arena *a, int64_t n)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%" PRId64, n);
    return make_text(a, M2_NUMBER, text, (size_t)len);
}

struct m2_value *m2_v_number(struct m2_arena *a, const char *text, size_t n)
{
    assert(n && m2_number_span(text, n) == n);
    return make_text(a, M2_NUMBER, text, n);
}

struct m2_value *m2_v_string(struct m2_arena *a, const char *s)
{
    return s ? make_text(a, M2_STRING, s, strlen(s)) : make(a, M2_NULL);
}

struct m2_value *m2_v_string_n(struct m2_arena *a, const char *p, size_t n)
{
    return make_text(a, M2_STRING, p, n);
}

struct m2_value *m2_v_array(struct m2_arena *a)
{
    return make(a, M2_ARRAY);
}

struct m2_value *m2_v_object(struct m2_arena *a)
{
    return make(a, M2_OBJECT);
}

struct m2_value *m2_v_copy(struct m2_arena *a, const struct m2_value *v)
{
    if (!v)
        return NULL;
    struct m2_value *c = make(a, v->type);
    c->line = v->line;
    c->col = v->col;
    c->tag = m2_arena_strdup(a, v->tag);
    switch (v->type) {
    case M2_NULL:
        break;
    case M2_BOOL:
        c->u.boolean = v->u.boolean;
        break;
    case M2_NUMBER:
    case M2_STRING:
        c->u.text = (struct m2_bytes){ m2_arena_strndup(a, v->u.text.p, v->u.text.n), v->u.text.n };
        break;
    case M2_ARRAY:
        for (size_t i = 0; i < v->u.array.len; i++)
            m2_v_push(a, c, m2_v_copy(a, v->u.array.at[i]));
        break;
    case M2_OBJECT:
        m2_object_reserve(a, c, v->u.object.len);
        for (size_t i = 0; i < v->u.object.len; i++) {
            const struct m2_member *m = &v->u.object.at[i];
            m2_object_add(a, c, m2_arena_strndup(a, m->key, m->key_len), m->key_len, m2_v_copy(a, m->value));
        }
        break;
    }
    return c;
}

void m2_v_push(struct m2_arena *a, struct m2_value *array, struct m2_value *item)
{
    assert(array->type == M2_ARRAY && item);
    m2_vec_push(a, &array->u.array, item);
}

void m2_v_set_str(struct m2_arena *a, struct m2_value *object, const char *key, const char *s)
{
    m2_v_set(a, object, key, m2_v_string(a, s));
}

void m2_v_set_int(struct m2_arena *a, struct m2_value *object, const char *key, int64_t n)
{
    m2_v_set(a, object, key, m2_v_int(a, n));
}

void m2_v_set_bool(struct m2_arena *a, struct m2_value *object, const char *key, bool b)
{
    m2_v_set(a, object, key, m2_v_bool(a, b));
}

struct m2_value *m2_v_object_of(struct m2_arena *a, const char *key, ...)
{
    struct m2_value *v = m2_v_object(a);
    va_list ap;
    va_start(ap, key);
    while (key) {
        const char *value = va_arg(ap, const char *);
        if (value)
            m2_v_set_str(a, v, key, value);
        key = va_arg(ap, const char *);
    }
    va_end(ap);
    return v;
}
