#include <string.h>

#include "aws/codec.h"

struct writer {
    const struct m2_codec *c;
    struct m2_buf *out;
    bool unfit; /* a character that XML 1.0 has no way to write */
};

static void escape(struct writer *w, const char *s, bool attribute)
{
    for (; *s; s++) {
        const unsigned char ch = (unsigned char)*s;
        if (ch == '&')
            m2_buf_adds(w->out, "&amp;");
        else if (ch == '<')
            m2_buf_adds(w->out, "&lt;");
        else if (ch == '>')
            m2_buf_adds(w->out, "&gt;");
        else if (ch == '"' && attribute)
            m2_buf_adds(w->out, "&quot;");
        else if (ch == '\r' || ((ch == '\n' || ch == '\t') && attribute))
            m2_buf_addf(w->out, "&#%d;", ch); /* a reader would make a space or a line feed of it */
        else if (ch < 0x20 && ch != '\n' && ch != '\t')
            w->unfit = true;
        else if (ch == 0xef && (unsigned char)s[1] == 0xbf &&
                 ((unsigned char)s[2] == 0xbe || (unsigned char)s[2] == 0xbf))
            w->unfit = true; /* U+FFFE, U+FFFF */
        else
            m2_buf_addc(w->out, *s);
    }
}

/* "<name xmlns…" without the '>' so that attributes can follow. */
static void open_tag(struct writer *w, struct m2_shape s, const char *name)
{
    const struct m2_value *ns = m2_v_get(s.ref, "xmlNamespace");
    if (!ns)
        ns = m2_v_get(s.def, "xmlNamespace");
    m2_buf_addf(w->out, "<%s", name);
    if (!ns)
        return;
    const char *prefix = m2_v_str(ns, "prefix"),
               *uri = m2_v_is(ns, M2_STRING) ? m2_v_text(ns) : m2_v_str(ns, "uri");
    m2_buf_addf(w->out, " xmlns%s%s=\"", m2_str_empty(prefix) ? "" : ":", m2_str_or(prefix, ""));
    escape(w, m2_str_or(uri, ""), true);
    m2_buf_addc(w->out, '"');
}

static void write_value(struct writer *w, struct m2_shape s, const char *name, const struct m2_value *v);

static void write_structure(struct writer *w, struct m2_shape s, const char *name, const struct m2_value *v,
                            bool body_only)
{
    const struct m2_value *members = m2_shape_members(s);
    open_tag(w, s, name);
    m2_members_each(i, v)
    {
        const struct m2_member *m = &v->u.object.at[i];
        struct m2_shape member = m2_shape_of(w->c, m2_v_get(members, m->key));
        if (m2_v_is(m->value, M2_NULL) || !m2_shape_has(member, "xmlAttribute"))
            continue;
        m2_buf_addf(w->out, " %s=\"", m2_shape_name(member, m->key));
        escape(w, m2_scalar_text(w->c, member, m->value, M2_STAMP_ISO), true);
        m2_buf_addc(w->out, '"');
    }
    m2_buf_addc(w->out, '>');
    m2_members_each(i, v)
    {
        const struct m2_member *m = &v->u.object.at[i];
        struct m2_shape member = m2_shape_of(w->c, m2_v_get(members, m->key));
        if (m2_v_is(m->value, M2_NULL) || m2_shape_has(member, "xmlAttribute") ||
            (body_only && !m2_shape_in_body(member)))
            continue;
        write_value(w, member, m2_shape_name(member, m->key), m->value);
    }
    m2_buf_addf(w->out, "</%s>", name);
}

static void write_list(struct writer *w, struct m2_shape s, const char *name, const struct m2_value *v)
{
    const struct m2_shape member = m2_shape_part(w->c, s, "member");
    const bool flat = m2_shape_has(s, "flattened");
    const struct m2_value *item;
    if (!flat) {
        open_tag(w, s, name);
        m2_buf_addc(w->out, '>');
    }
    m2_v_each(item, i, v) write_value(w, member, flat ? name : m2_shape_name(member, "member"), item);
    if (!flat)
        m2_buf_addf(w->out, "</%s>", name);
}

static void write_map(struct writer *w, struct m2_shape s, const char *name, const struct m2_value *v)
{
    const struct m2_shape key = m2_shape_part(w->c, s, "key"), value = m2_shape_part(w->c, s, "value");
    const bool flat = m2_shape_has(s, "flattened");
    const char *entry = flat ? name : "entry";
    if (!flat) {
        open_tag(w, s, name);
        m2_buf_addc(w->out, '>');
    }
    m2_members_each(i, v)
    {
        const struct m2_member *m = &v->u.object.at[i];
        m2_buf_addf(w->out, "<%s>", entry);
        write_value(w, key, m2_shape_name(key, "key"), m2_v_string_n(w->c->a, m->key, m->key_len));
        write_value(w, value, m2_shape_name(value, "value"), m->value);
        m2_buf_addf(w->out, "</%s>", entry);
    }
    if (!flat)
        m2_buf_addf(w->out, "</%s>", name);
}

static void write_value(struct writer *w, struct m2_shape s, const char *name, const struct m2_value *v)
{
    switch (s.kind) {
    case M2_K_STRUCTURE:
        write_structure(w, s, name, v, false);
        return;
    case M2_K_LIST:
        write_list(w, s, name, v);
        return;
    case M2_K_MAP:
        write_map(w, s, name, v);
        return;
    default:
        open_tag(w, s, name);
        m2_buf_addc(w->out, '>');
        escape(w, m2_scalar_text(w->c, s, v, M2_STAMP_ISO), false);
        m2_buf_addf(w->out, "</%s>", name);
    }
}

int m2_xml_body(const struct m2_codec *c, struct m2_shape s, const char *root, const struct m2_value *v,
                bool body_only, struct m2_buf *out, struct m2_err *err)
{
    struct writer w = { .c = c, .out = out };
    if (s.kind == M2_K_STRUCTURE)
        write_structure(&w, s, root, v, body_only);
    else
        write_value(&w, s, root, v);
    if (w.unfit)
        return m2_fail(err, M2_EBUG, "%s %s: input holds a control character, which XML cannot carry",
                       c->op->service->name, c->op->name);
    return 0;
}
