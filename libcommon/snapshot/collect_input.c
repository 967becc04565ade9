#include <stdlib.h>
#include <string.h>

#include "m2/json.h"
#include "snapshot/collect.h"

const char *m2_parts(struct m2_arena *a, const char *const *parts, size_t n)
{
    struct m2_buf b;
    m2_buf_init(&b, M2_JSON_MAX_FILE);
    for (size_t i = 0; i < n; i++) {
        if (i)
            m2_buf_addc(&b, M2_TOPIC_SEP);
        m2_buf_adds(&b, parts[i]);
    }
    const char *s = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return s;
}

/* Part N (1-based) of VALUE; NULL past the end. */
static const char *part(struct m2_arena *a, const char *value, unsigned n)
{
    const char *rest = value;
    const char *p = NULL;
    for (unsigned i = 0; i < n; i++) {
        if (!rest)
            return NULL;
        p = m2_str_cut(a, rest, M2_TOPIC_SEP, &rest);
    }
    return p;
}

struct filling {
    struct m2_arena *a;
    const char *value;
    unsigned highest; /* parts that stand by themselves; $* is what comes after them */
};

static struct m2_value *fill(struct filling *f, const struct m2_value *v);

static void fill_rest(struct filling *f, struct m2_value *array)
{
    unsigned n = f->highest + 1;
    for (const char *p; (p = part(f->a, f->value, n)); n++)
        m2_v_push(f->a, array, m2_v_string(f->a, p));
}

static struct m2_value *fill_array(struct filling *f, const struct m2_value *v)
{
    struct m2_value *out = m2_v_array(f->a);
    for (size_t i = 0; i < v->u.array.len; i++) {
        if (m2_str_eq(m2_v_text(v->u.array.at[i]), "$*"))
            fill_rest(f, out);
        else
            m2_v_push(f->a, out, fill(f, v->u.array.at[i]));
    }
    return out;
}

static struct m2_value *fill(struct filling *f, const struct m2_value *v)
{
    const char *text = v->type == M2_STRING ? v->u.text.p : NULL;
    if (text && (text[0] == '$' || text[0] == '#')) {
        unsigned n = (unsigned)strtoul(text + 1, NULL, 10);
        if (n > f->highest)
            f->highest = n;
        const char *p = m2_str_or(part(f->a, f->value, n), "");
        return text[0] == '$' ? m2_v_string(f->a, p) : m2_v_int(f->a, strtoll(p, NULL, 10));
    }
    if (v->type == M2_ARRAY)
        return fill_array(f, v);
    if (v->type != M2_OBJECT)
        return m2_v_copy(f->a, v);
    struct m2_value *out = m2_v_object(f->a);
    for (size_t i = 0; i < v->u.object.len; i++)
        m2_v_set(f->a, out, v->u.object.at[i].key, fill(f, v->u.object.at[i].value));
    return out;
}

struct m2_value *m2_collect_input(struct m2_arena *a, const struct m2_collect_row *row, const char *value,
                                  const char **region)
{
    *region = row->region_part ? part(a, value, row->region_part) : NULL;
    if (!row->input)
        return m2_v_object(a);
    char *json = m2_arena_strdup(a, row->input);
    for (char *p = json; *p; p++)
        if (*p == '\'')
            *p = '"';
    struct m2_value *shape = NULL;
    struct m2_err err = { 0 };
    if (m2_json_parse(&shape, a, m2_bytes_of(json), "table", &err) < 0)
        return m2_v_object(a);
    struct filling f = { a, value, 0 };
    return fill(&f, shape);
}
