#include <string.h>

#include "aws/codec.h"

static enum m2_kind kind_of(const char *type)
{
    static const struct {
        const char *type;
        enum m2_kind kind;
    } rows[] = {
        { "string", M2_K_STRING },    { "structure", M2_K_STRUCTURE },
        { "list", M2_K_LIST },        { "integer", M2_K_INTEGER },
        { "boolean", M2_K_BOOLEAN },  { "timestamp", M2_K_TIMESTAMP },
        { "long", M2_K_INTEGER },     { "map", M2_K_MAP },
        { "blob", M2_K_BLOB },        { "double", M2_K_FLOAT },
        { "float", M2_K_FLOAT },      { "character", M2_K_STRING },
        { "bigdecimal", M2_K_FLOAT }, { "biginteger", M2_K_INTEGER },
    };
    for (size_t i = 0; type && i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].type, type) == 0)
            return rows[i].kind;
    return M2_K_NONE;
}

struct m2_shape m2_shape_of(const struct m2_codec *c, const struct m2_value *ref)
{
    struct m2_shape s = { .ref = ref, .def = ref ? m2_model_shape(c->op->service, ref) : NULL };
    s.kind = kind_of(m2_v_str(s.def, "type"));
    if (s.kind == M2_K_STRUCTURE && m2_v_bool_or(s.def, "document", false))
        s.kind = M2_K_DOCUMENT;
    return s;
}

struct m2_shape m2_shape_part(const struct m2_codec *c, struct m2_shape s, const char *part)
{
    return m2_shape_of(c, m2_v_get(s.def, part));
}

const char *m2_shape_str(struct m2_shape s, const char *trait)
{
    const char *t = m2_v_str(s.ref, trait);
    return t ? t : m2_v_str(s.def, trait);
}

bool m2_shape_has(struct m2_shape s, const char *trait)
{
    return m2_v_bool_or(s.ref, trait, m2_v_bool_or(s.def, trait, false));
}

const char *m2_shape_name(struct m2_shape s, const char *fallback)
{
    const char *name = m2_v_str(s.ref, "locationName");
    return name ? name : fallback;
}

const struct m2_value *m2_shape_members(struct m2_shape s)
{
    const struct m2_value *members = s.kind == M2_K_STRUCTURE ? m2_v_get(s.def, "members") : NULL;
    return m2_v_is(members, M2_OBJECT) ? members : NULL;
}

const char *m2_shape_root_name(struct m2_shape s, bool payload)
{
    const char *of_ref = m2_v_str(s.ref, "locationName"), *of_shape = m2_v_str(s.def, "locationName");
    const char *name = payload ? m2_str_or(of_ref, of_shape) : m2_str_or(of_shape, of_ref);
    return m2_str_or(name, m2_str_or(m2_v_str(s.ref, "shape"), ""));
}

bool m2_shape_in_answer(struct m2_shape member)
{
    const char *location = m2_shape_str(member, "location");
    return !m2_str_eq(location, "header") && !m2_str_eq(location, "headers") &&
           !m2_str_eq(location, "statusCode");
}

bool m2_shape_in_body(struct m2_shape member)
{
    return m2_shape_str(member, "location") == NULL;
}

struct m2_shape m2_shape_input(const struct m2_codec *c)
{
    return m2_shape_of(c, m2_v_get(c->op->def, "input"));
}

struct m2_shape m2_shape_output(const struct m2_codec *c)
{
    return m2_shape_of(c, m2_v_get(c->op->def, "output"));
}
