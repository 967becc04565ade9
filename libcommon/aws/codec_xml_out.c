#include <string.h>

#include "aws/codec.h"

/* First child of N that holds member S; the names AWS may give it are tried in order. */
static const struct m2_xml *find_member(const struct m2_codec *c, struct m2_shape s, const char *key,
                                        const struct m2_xml *n)
{
    const struct m2_xml *at = m2_xml_child(n, m2_shape_name(s, key));
    if (at || s.kind != M2_K_LIST || !m2_shape_has(s, "flattened"))
        return at;
    /* A flattened list may go by its elements' name. */
    const char *element = m2_shape_name(m2_shape_part(c, s, "member"), NULL);
    return element ? m2_xml_child(n, element) : NULL;
}

static const char *attribute_of(struct m2_shape s, const char *key, const struct m2_xml *n)
{
    const char *name = m2_shape_name(s, key), *colon = strchr(name, ':');
    return m2_xml_attr_value(n, colon ? colon + 1 : name);
}

static struct m2_value *read_flat_list(const struct m2_codec *c, struct m2_shape s,
                                       const struct m2_xml *first)
{
    struct m2_value *out = m2_v_array(c->a);
    const struct m2_shape member = m2_shape_part(c, s, "member");
    for (const struct m2_xml *n = first; n; n = m2_xml_next_same(n))
        m2_v_push(c->a, out, m2_xml_read(c, member, n));
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

static struct m2_value *read_structure(const struct m2_codec *c, struct m2_shape s, const struct m2_xml *n)
{
    struct m2_value *out = m2_v_object(c->a);
    const struct m2_value *members = m2_shape_members(s);
    m2_members_each(i, members)
    {
        const struct m2_member *m = &members->u.object.at[i];
        struct m2_shape member = m2_shape_of(c, m->value);
        if (!m2_shape_in_answer(member))
            continue;
        if (m2_shape_has(member, "xmlAttribute")) {
            const char *text = attribute_of(member, m->key, n);
            if (text)
                m2_v_set(c->a, out, m->key, m2_scalar_read(c, member, text, strlen(text)));
            continue;
        }
        const struct m2_xml *at = find_member(c, member, m->key, n);
        if (at)
            m2_v_set(c->a, out, m->key, read_member(c, member, at));
    }
    return out;
}

static struct m2_value *read_list(const struct m2_codec *c, struct m2_shape s, const struct m2_xml *n)
{
    struct m2_value *out = m2_v_array(c->a);
    const struct m2_shape member = m2_shape_part(c, s, "member");
    for (const struct m2_xml *item = n->first; item; item = item->next)
        m2_v_push(c->a, out, m2_xml_read(c, member, item));
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
