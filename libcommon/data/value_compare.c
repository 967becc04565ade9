#include <stdlib.h>
#include <string.h>

#include "data/decimal.h"
#include "data/object.h"
#include "m2/value.h"

static int compare_bytes(const char *a, size_t n, const char *b, size_t m)
{
    size_t least = n < m ? n : m;
    int c = least ? memcmp(a, b, least) : 0;
    return c ? c : (n > m) - (n < m);
}

static int compare_numbers(const struct m2_value *a, const struct m2_value *b)
{
    struct m2_decimal x = { 0 }, y = { 0 };
    (void)m2_decimal_read(&x, a->u.text.p, a->u.text.n);
    (void)m2_decimal_read(&y, b->u.text.p, b->u.text.n);
    return m2_decimal_compare(&x, &y);
}

bool m2_v_equal(const struct m2_value *a, const struct m2_value *b)
{
    if (a == b)
        return true;
    if (!a || !b || a->type != b->type)
        return false;
    switch (a->type) {
    case M2_NULL:
        return true;
    case M2_BOOL:
        return a->u.boolean == b->u.boolean;
    case M2_NUMBER:
        return compare_numbers(a, b) == 0;
    case M2_STRING:
        return compare_bytes(a->u.text.p, a->u.text.n, b->u.text.p, b->u.text.n) == 0;
    case M2_ARRAY:
        if (a->u.array.len != b->u.array.len)
            return false;
        for (size_t i = 0; i < a->u.array.len; i++)
            if (!m2_v_equal(a->u.array.at[i], b->u.array.at[i]))
                return false;
        return true;
    case M2_OBJECT:
        if (a->u.object.len != b->u.object.len)
            return false;
        for (size_t i = 0; i < a->u.object.len; i++) {
            const struct m2_member *m = &a->u.object.at[i];
            size_t at = m2_object_find(b, m->key, m->key_len);
            if (at == SIZE_MAX || !m2_v_equal(m->value, b->u.object.at[at].value))
                return false;
        }
        return true;
    }
    return false;
}

static int by_key(const void *a, const void *b)
{
    const struct m2_member *const *x = a, *const *y = b;
    return compare_bytes((*x)->key, (*x)->key_len, (*y)->key, (*y)->key_len);
}

static const struct m2_member **sorted_members(const struct m2_value *v)
{
    const struct m2_member **s = m2_xcalloc(v->u.object.len, sizeof *s);
    for (size_t i = 0; i < v->u.object.len; i++)
        s[i] = &v->u.object.at[i];
    qsort(s, v->u.object.len, sizeof *s, by_key);
    return s;
}

static int compare_objects(const struct m2_value *a, const struct m2_value *b)
{
    const struct m2_member **x = sorted_members(a), **y = sorted_members(b);
    size_t n = a->u.object.len, m = b->u.object.len;
    int c = 0;
    for (size_t i = 0; c == 0 && i < n && i < m; i++) {
        c = by_key(&x[i], &y[i]);
        if (c == 0)
            c = m2_v_compare(x[i]->value, y[i]->value);
    }
    free(x);
    free(y);
    return c ? c : (n > m) - (n < m);
}

static int compare_arrays(const struct m2_value *a, const struct m2_value *b)
{
    size_t n = a->u.array.len, m = b->u.array.len;
    for (size_t i = 0; i < n && i < m; i++) {
        int c = m2_v_compare(a->u.array.at[i], b->u.array.at[i]);
        if (c)
            return c;
    }
    return (n > m) - (n < m);
}

int m2_v_compare(const struct m2_value *a, const struct m2_value *b)
{
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    if (a->type != b->type)
        return a->type < b->type ? -1 : 1;
    switch (a->type) {
    case M2_NULL:
        return 0;
    case M2_BOOL:
        return a->u.boolean - b->u.boolean;
    case M2_NUMBER:
        return compare_numbers(a, b);
    case M2_STRING:
        return compare_bytes(a->u.text.p, a->u.text.n, b->u.text.p, b->u.text.n);
    case M2_ARRAY:
        return compare_arrays(a, b);
    case M2_OBJECT:
        return compare_objects(a, b);
    }
    return 0;
}
