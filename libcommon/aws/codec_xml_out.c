#include <string.h>

#include "aws/codec.h"

/* What the model says of a member, looked up once for all items of a list. */
struct field {
    const char *key, *name, *element; /* element: the other name a flattened list may go by, or NULL */
    struct m2_shape shape;
    bool attribute;
};

struct fields {
    struct field *at;
    size_t n;
};

static struct fields fields_of(const struct m2_codec *c, struct m2_shape s)
{
    const struct m2_value *members = m2_shape_members(s);
    struct fields f = { m2_arena_new_array(c->a, struct field, m2_v_len(members)), 0 };
    m2_members_each(i, members)
    {
        const struct m2_member *m = &members->u.object.at[i];
        const struct m2_shape member = m2_shape_of(c, m->value);
        if (!m2_shape_in_answer(member))
            continue;
        struct field *field = &f.at[f.n++];
        *field = (struct field){ .key = m->key, .name = m2_shape_name(member, m->key), .shape = member };
        field->attribute = m2_shape_has(member, "xmlAttribute");
        if (member.kind == M2_K_LIST && m2_shape_has(member, "flattened"))
            field->element = m2_shape_name(m2_shape_part(c, member, "member"), NULL);
    }
    return f;
}

/* First child of N that holds the member; the names AWS may give it are tried in order. */
static const struct m2_xml *find_member(const struct field *f, const struct m2_xml *n)
{
    const struct m2_xml *at = m2_xml_child(n, f->name);
    return at || !f->element ? at : m2_xml_child(n, f->element);
}

static const char *attribute_of(const struct field *f, const struct m2_xml *n)
{
    const char *colon = strchr(f->name, ':');
    return m2_xml_attr_value(n, colon ? colon + 1 : f->name);
}

static struct m2_value *read_fields(const struct m2_codec *c, const struct fields *f, const struct m2_xml *n);

static struct m2_value *read_flat_list(const struct m2_codec *c, struct m2_shape s,
                                       const struct m2_xml *first)
{
    struct m2_value *out = m2_v_array(c->a);
    const struct m2_shape member = m2_shape_part(c, s, "member");
    const bool structures = member.kind == M2_K_STRUCTURE;
    const struct fields f = structures ? fields_of(c, member) : (struct fields){ 0 };
    for (const struct m2_xml *n = first; n; n = m2_xml_next_same(n))
        m2_v_push(c->a, out, structures ? read_fields(c, &f, n) : m2_xml_read(c, member, n));
    return out;
}

static void read_entry(const struct m2_codec *c, struct m2_shape s, const struct m2_xml *entry,
                       struct m2_value *out)
{
    const struct m2_shape key = m2_shape_part(c, s, "key"), value = m2_shape_part(c, s, "value");
    const struct m2_xml *k = m2_xml_child(entry, m2_shape_name(key, "key"));
    const struct m2_xml *v = m2_xml_child(entry, m2_shape_name(value, "value"));
    if (k && v)
        m2_v_set(c->a, out, k->text, m2_xml_read(c, value, v));
}

static struct m2_value *read_flat_map(const struct m2_codec *c, struct m2_shape s, const struct m2_xml *first)
{
    struct m2_value *out = m2_v_object(c->a);
    for (const struct m2_xml *n = first; n; n = m2_xml_next_same(n))
        read_entry(c, s, n, out);
    return out;
}

static struct m2_value *read_member(const struct m2_codec *c, struct m2_shape s, const struct m2_xml *n)
{
    if (s.kind == M2_K_LIST && m2_shape_has(s, "flattened"))
        return read_flat_list(c, s, n);
    if (s.kind == M2_K_MAP && m2_shape_has(s, "flattened"))
        return read_flat_map(c, s, n);
    return m2_xml_read(c, s, n);
}

static struct m2_value *read_fields(const struct m2_codec *c, const struct fields *f, const struct m2_xml *n)
{
    struct m2_value *out = m2_v_object(c->a);
    for (size_t i = 0; i < f->n; i++) {
        const struct field *field = &f->at[i];
        if (field->attribute) {
            const char *text = attribute_of(field, n);
            if (text)
                m2_v_set(c->a, out, field->key, m2_scalar_read(c, field->shape, text, strlen(text)));
            continue;
        }
        const struct m2_xml *at = find_member(field, n);
        if (at)
            m2_v_set(c->a, out, field->key, read_member(c, field->shape, at));
    }
    return out;
}

static struct m2_value *read_structure(const struct m2_codec *c, struct m2_shape s, const struct m2_xml *n)
{
    const struct fields f = fields_of(c, s);
    return read_fields(c, &f, n);
}

static struct m2_value *read_list(const struct m2_codec *c, struct m2_shape s, const struct m2_xml *n)
{
    struct m2_value *out = m2_v_array(c->a);
    const struct m2_shape member = m2_shape_part(c, s, "member");
    const bool structures = member.kind == M2_K_STRUCTURE;
    const struct fields f = structures ? fields_of(c, member) : (struct fields){ 0 };
    for (const struct m2_xml *item = n->first; item; item = item->next)
        m2_v_push(c->a, out, structures ? read_fields(c, &f, item) : m2_xml_read(c, member, item));
    return out;
}

static struct m2_value *read_map(const struct m2_codec *c, struct m2_shape s, const struct m2_xml *n)
{
    struct m2_value *out = m2_v_object(c->a);
    for (const struct m2_xml *entry = n->first; entry; entry = entry->next)
        read_entry(c, s, entry, out);
    return out;
}

struct m2_value *m2_xml_read(const struct m2_codec *c, struct m2_shape s, const struct m2_xml *n)
{
    switch (s.kind) {
    case M2_K_STRUCTURE:
        return read_structure(c, s, n);
    case M2_K_LIST:
        return read_list(c, s, n);
    case M2_K_MAP:
        return read_map(c, s, n);
    default:
        return m2_scalar_read(c, s, n->text, strlen(n->text));
    }
}

const struct m2_xml *m2_xml_error(const struct m2_xml *root)
{
    if (!root)
        return NULL;
    if (m2_str_eq(root->name, "Error")) /* S3 */
        return root;
    const struct m2_xml *errors = m2_xml_child(root, "Errors"); /* ec2: <Response><Errors><Error> */
    if (errors)
        return m2_xml_child(errors, "Error");
    return m2_str_eq(root->name, "ErrorResponse") ? m2_xml_child(root, "Error") : NULL;
}
