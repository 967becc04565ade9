#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/decimal.h"
#include "data/object.h"
#include "m2/value.h"

static struct m2_value *get_n(const struct m2_value *v, const char *key, size_t n)
{
    if (!m2_v_is(v, M2_OBJECT))
        return NULL;
    size_t i = m2_object_find(v, key, n);
    return i == SIZE_MAX ? NULL : v->u.object.at[i].value;
}

struct m2_value *m2_v_get(const struct m2_value *v, const char *key)
{
    return get_n(v, key, strlen(key));
}

/* "[12]" at *P: the item of V, with *P moved behind it. */
static struct m2_value *step_index(const struct m2_value *v, const char **p)
{
    size_t i = 0;
    const char *at = *p + 1;
    for (; *at >= '0' && *at <= '9'; at++)
        i = i < SIZE_MAX / 16 ? i * 10 + (size_t)(*at - '0') : i;
    if (*at != ']' || at == *p + 1)
        return NULL;
    *p = at + 1;
    return m2_v_is(v, M2_ARRAY) ? m2_v_at(v, i) : NULL;
}

struct m2_value *m2_v_path(const struct m2_value *v, const char *path)
{
    struct m2_value *at = NULL;
    for (const char *p = path; *p;) {
        if (*p == '[') {
            at = step_index(v, &p);
        } else {
            if (*p == '.')
                p++;
            size_t n = strcspn(p, ".[");
            at = get_n(v, p, n);
            p += n;
        }
        if (!at)
            return NULL;
        v = at;
    }
    return at;
}

const char *m2_v_text(const struct m2_value *v)
{
    return m2_v_is(v, M2_STRING) || m2_v_is(v, M2_NUMBER) ? v->u.text.p : NULL;
}

static const char *string_of(const struct m2_value *v)
{
    return m2_v_is(v, M2_STRING) ? v->u.text.p : NULL;
}

const char *m2_v_str(const struct m2_value *v, const char *key)
{
    return string_of(m2_v_get(v, key));
}

const char *m2_v_pstr(const struct m2_value *v, const char *path)
{
    return string_of(m2_v_path(v, path));
}

bool m2_v_to_int(const struct m2_value *v, int64_t *out)
{
    struct m2_decimal d;
    return m2_v_text(v) && m2_decimal_read(&d, v->u.text.p, v->u.text.n) && m2_decimal_int(&d, out);
}

bool m2_v_int_of(const struct m2_value *v, const char *key, int64_t *out)
{
    return m2_v_to_int(m2_v_get(v, key), out);
}

int64_t m2_v_int_or(const struct m2_value *v, const char *key, int64_t fallback)
{
    int64_t n = fallback;
    return m2_v_int_of(v, key, &n) ? n : fallback;
}

bool m2_v_to_double(const struct m2_value *v, double *out)
{
    if (!m2_v_text(v) || !v->u.text.n || m2_number_span(v->u.text.p, v->u.text.n) != v->u.text.n)
        return false;
    /* The user's locale may write 0,5: strtod would then read 0.5 as 0. */
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        abort(); /* only memory: "C" always exists */
    double d = strtod_l(v->u.text.p, NULL, c);
    freelocale(c);
    if (!isfinite(d))
        return false;
    *out = d;
    return true;
}

bool m2_v_bool_or(const struct m2_value *v, const char *key, bool fallback)
{
    const struct m2_value *m = m2_v_get(v, key);
    if (m2_v_is(m, M2_BOOL))
        return m->u.boolean;
    if (m2_str_eq(string_of(m), "true"))
        return true;
    return m2_str_eq(string_of(m), "false") ? false : fallback;
}

bool m2_v_has(const struct m2_value *v, const char *s)
{
    if (m2_v_is(v, M2_STRING))
        return m2_str_eq(v->u.text.p, s);
    for (size_t i = 0; m2_v_is(v, M2_ARRAY) && i < v->u.array.len; i++)
        if (s && m2_str_eq(string_of(v->u.array.at[i]), s))
            return true;
    return false;
}
