#include <string.h>

#include "aws/codec.h"
#include "m2/digest.h"

enum { CHECK_DEPTH = 64 };

/* Where in the input: a chain of names on the stack, printed only when something is wrong. */
struct place {
    const struct place *up;
    const char *name; /* NULL: item number */
    size_t item;
    int depth;
};

static const char *place_text(const struct m2_codec *c, const struct place *p)
{
    if (!p)
        return "";
    const char *up = place_text(c, p->up);
    return p->name ? m2_arena_printf(c->a, "%s%s%s", up, *up ? "." : "", p->name)
                   : m2_arena_printf(c->a, "%s[%zu]", up, p->item);
}

static int wrong(const struct m2_codec *c, const struct place *p, const char *what, struct m2_err *err)
{
    return m2_fail(err, M2_EBUG, "%s %s: input %s %s", c->op->service->name, c->op->name, place_text(c, p),
                   what);
}

static int check(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v, const struct place *p,
                 struct m2_err *err);

static int check_structure(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                           const struct place *p, struct m2_err *err)
{
    if (!m2_v_is(v, M2_OBJECT))
        return wrong(c, p, "must be an object", err);
    const struct m2_value *members = m2_shape_members(s);
    m2_members_each(i, v)
    {
        const struct m2_member *m = &v->u.object.at[i];
        const struct place here = { .up = p, .name = m->key, .depth = p ? p->depth + 1 : 1 };
        const struct m2_value *ref = m2_v_get(members, m->key);
        if (!ref)
            return wrong(c, &here, "is no member of the operation", err);
        if (!m2_v_is(m->value, M2_NULL) && check(c, m2_shape_of(c, ref), m->value, &here, err) != 0)
            return -1;
    }
    return 0;
}

static int check_list(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                      const struct place *p, struct m2_err *err)
{
    if (!m2_v_is(v, M2_ARRAY))
        return wrong(c, p, "must be a list", err);
    const struct m2_shape member = m2_shape_part(c, s, "member");
    const struct m2_value *item;
    m2_v_each(item, i, v)
    {
        const struct place here = { .up = p, .item = i, .depth = p ? p->depth + 1 : 1 };
        if (!m2_v_is(item, M2_NULL) && check(c, member, item, &here, err) != 0)
            return -1;
    }
    return 0;
}

static int check_map(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                     const struct place *p, struct m2_err *err)
{
    if (!m2_v_is(v, M2_OBJECT))
        return wrong(c, p, "must be an object", err);
    const struct m2_shape value = m2_shape_part(c, s, "value");
    m2_members_each(i, v)
    {
        const struct m2_member *m = &v->u.object.at[i];
        const struct place here = { .up = p, .name = m->key, .depth = p ? p->depth + 1 : 1 };
        if (!m2_v_is(m->value, M2_NULL) && check(c, value, m->value, &here, err) != 0)
            return -1;
    }
    return 0;
}

static bool is_base64(const struct m2_value *v)
{
    struct m2_buf b;
    m2_buf_init(&b, M2_CODEC_MAX);
    bool ok = m2_v_is(v, M2_STRING) && m2_base64_decode(&b, v->u.text.p, v->u.text.n, NULL) == 0;
    m2_buf_free(&b);
    return ok;
}

static bool is_float(const struct m2_value *v)
{
    const char *t = m2_v_is(v, M2_STRING) ? m2_v_text(v) : NULL;
    return m2_v_is(v, M2_NUMBER) || m2_str_eq(t, "NaN") || m2_str_eq(t, "Infinity") ||
           m2_str_eq(t, "-Infinity");
}

static bool is_whole(const struct m2_value *v)
{
    return m2_v_is(v, M2_NUMBER) && strpbrk(v->u.text.p, ".eE") == NULL;
}

static int check_scalar(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                        const struct place *p, struct m2_err *err)
{
    int64_t ms;
    switch (s.kind) {
    case M2_K_STRING:
        if (m2_v_is(v, M2_STRING) ? memchr(v->u.text.p, '\0', v->u.text.n) == NULL
                                  : m2_shape_has(s, "jsonvalue"))
            return 0;
        return wrong(c, p, "must be a text", err);
    case M2_K_INTEGER:
        return is_whole(v) ? 0 : wrong(c, p, "must be a whole number", err);
    case M2_K_FLOAT:
        return is_float(v) ? 0 : wrong(c, p, "must be a number", err);
    case M2_K_BOOLEAN:
        return m2_v_is(v, M2_BOOL) ? 0 : wrong(c, p, "must be true or false", err);
    case M2_K_TIMESTAMP:
        return m2_stamp_ms(&ms, v) ? 0 : wrong(c, p, "must be a time", err);
    case M2_K_BLOB:
        return is_base64(v) ? 0 : wrong(c, p, "must be base64", err);
    default:
        return wrong(c, p, "has a shape that the model does not define", err);
    }
}

static int check(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v, const struct place *p,
                 struct m2_err *err)
{
    if (p && p->depth > CHECK_DEPTH)
        return wrong(c, NULL, "is nested too deep", err);
    switch (s.kind) {
    case M2_K_STRUCTURE:
        return check_structure(c, s, v, p, err);
    case M2_K_LIST:
        return check_list(c, s, v, p, err);
    case M2_K_MAP:
        return check_map(c, s, v, p, err);
    case M2_K_DOCUMENT:
        return 0;
    default:
        return check_scalar(c, s, v, p, err);
    }
}

int m2_codec_check(const struct m2_codec *c, const struct m2_value *input, struct m2_err *err)
{
    if (!input || m2_v_is(input, M2_NULL))
        return 0;
    struct m2_shape s = m2_shape_input(c);
    if (s.kind == M2_K_NONE)
        return m2_v_is(input, M2_OBJECT) && m2_v_len(input) == 0
                   ? 0
                   : wrong(c, NULL, "is given but the operation takes none", err);
    return check(c, s, input, NULL, err);
}
