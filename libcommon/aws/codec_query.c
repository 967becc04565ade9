#include <ctype.h>
#include <string.h>

#include "aws/codec.h"
#include "m2/digest.h"

/* The form and the name of the parameter under way ("Filter.1.Value"). */
struct form {
    const struct m2_codec *c;
    struct m2_buf body, name;
    bool ec2;
};

static void form_add(struct form *f, const char *name, const char *value)
{
    if (f->body.len)
        m2_buf_addc(&f->body, '&');
    m2_uri_encode(&f->body, name, strlen(name), 0);
    m2_buf_addc(&f->body, '=');
    m2_uri_encode(&f->body, value, strlen(value), 0);
}

/* Append ".SEGMENT" to the name; the old length, for name_back, is returned. */
static size_t name_push(struct form *f, const char *segment)
{
    size_t old = f->name.len;
    if (old)
        m2_buf_addc(&f->name, '.');
    m2_buf_adds(&f->name, segment);
    return old;
}

static void name_back(struct form *f, size_t len)
{
    f->name.len = len;
    f->name.data[len] = '\0';
}

static size_t name_push_index(struct form *f, size_t i)
{
    size_t old = f->name.len;
    m2_buf_addf(&f->name, ".%zu", i);
    return old;
}

static const char *segment_of(const struct form *f, struct m2_shape s, const char *fallback)
{
    const char *name = f->ec2 ? m2_shape_str(s, "queryName") : NULL;
    if (name)
        return name;
    name = m2_shape_name(s, fallback);
    if (!f->ec2)
        return name;
    char *upper = m2_arena_strdup(f->c->a, name);
    upper[0] = (char)toupper((unsigned char)upper[0]);
    return upper;
}

static void write_value(struct form *f, struct m2_shape s, const struct m2_value *v);

static void write_structure(struct form *f, struct m2_shape s, const struct m2_value *v)
{
    const struct m2_value *members = m2_shape_members(s);
    m2_members_each(i, v)
    {
        const struct m2_member *m = &v->u.object.at[i];
        if (m2_v_is(m->value, M2_NULL))
            continue;
        struct m2_shape member = m2_shape_of(f->c, m2_v_get(members, m->key));
        size_t back = name_push(f, segment_of(f, member, m->key));
        write_value(f, member, m->value);
        name_back(f, back);
    }
}

static void write_list(struct form *f, struct m2_shape s, const struct m2_value *v)
{
    const struct m2_shape member = m2_shape_part(f->c, s, "member");
    const size_t back = f->name.len;
    if (!f->ec2) {
        if (m2_v_len(v) == 0)
            form_add(f, f->name.data, "");
        if (!m2_shape_has(s, "flattened")) {
            name_push(f, m2_shape_name(member, "member"));
        } else if (!m2_shape_name(s, NULL) && m2_shape_name(member, NULL)) {
            /* The elements' name takes the place of the list's own. */
            const char *dot = strrchr(f->name.data, '.');
            name_back(f, dot ? (size_t)(dot - f->name.data) : 0);
            name_push(f, m2_shape_name(member, NULL));
        }
    }
    const size_t list = f->name.len;
    const struct m2_value *item;
    m2_v_each(item, i, v)
    {
        name_push_index(f, i + 1);
        write_value(f, member, item);
        name_back(f, list);
    }
    if (back < f->name.len)
        name_back(f, back);
}

static void write_map(struct form *f, struct m2_shape s, const struct m2_value *v)
{
    const struct m2_shape key = m2_shape_part(f->c, s, "key"), value = m2_shape_part(f->c, s, "value");
    const size_t back = f->name.len;
    if (!m2_shape_has(s, "flattened"))
        name_push(f, "entry");
    const size_t map = f->name.len;
    m2_members_each(i, v)
    {
        const struct m2_member *m = &v->u.object.at[i];
        name_push_index(f, i + 1);
        size_t entry = name_push(f, m2_shape_name(key, "key"));
        form_add(f, f->name.data, m->key);
        name_back(f, entry);
        name_push(f, m2_shape_name(value, "value"));
        write_value(f, value, m->value);
        name_back(f, map);
    }
    name_back(f, back);
}

static void write_value(struct form *f, struct m2_shape s, const struct m2_value *v)
{
    switch (s.kind) {
    case M2_K_STRUCTURE:
        write_structure(f, s, v);
        return;
    case M2_K_LIST:
        write_list(f, s, v);
        return;
    case M2_K_MAP:
        write_map(f, s, v);
        return;
    default:
        form_add(f, f->name.data, m2_scalar_text(f->c, s, v, M2_STAMP_ISO));
    }
}

void m2_query_encode(const struct m2_codec *c, const struct m2_value *input, struct m2_wire *w)
{
    struct form f = { .c = c, .ec2 = c->op->service->protocol == M2_PROTO_EC2 };
    m2_buf_init(&f.body, M2_CODEC_MAX);
    m2_buf_init(&f.name, 1 << 16);
    form_add(&f, "Action", c->op->name);
    form_add(&f, "Version", m2_str_or(c->op->service->api_version, ""));
    if (m2_v_is(input, M2_OBJECT))
        write_structure(&f, m2_shape_input(c), input);
    w->method = "POST";
    w->path = "/";
    m2_wire_header(c, w, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    m2_wire_body(c, w, &f.body);
    m2_buf_free(&f.name);
}
