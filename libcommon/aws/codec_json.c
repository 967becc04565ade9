#include <string.h>

#include "aws/codec.h"
#include "m2/json.h"

static void write_value(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                        struct m2_buf *out);

static void write_map(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                      struct m2_buf *out)
{
    const struct m2_shape value = m2_shape_part(c, s, "value");
    m2_buf_addc(out, '{');
    m2_members_each(i, v)
    {
        const struct m2_member *m = &v->u.object.at[i];
        if (i)
            m2_buf_addc(out, ',');
        m2_json_quote(out, m->key, m->key_len);
        m2_buf_addc(out, ':');
        write_value(c, value, m->value, out);
    }
    m2_buf_addc(out, '}');
}

static void write_list(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                       struct m2_buf *out)
{
    const struct m2_shape member = m2_shape_part(c, s, "member");
    const struct m2_value *item;
    m2_buf_addc(out, '[');
    m2_v_each(item, i, v)
    {
        if (i)
            m2_buf_addc(out, ',');
        write_value(c, member, item, out);
    }
    m2_buf_addc(out, ']');
}

static void write_value(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                        struct m2_buf *out)
{
    if (m2_v_is(v, M2_NULL) || s.kind == M2_K_DOCUMENT) {
        m2_json_write(out, v, false);
        return;
    }
    const char *text;
    switch (s.kind) {
    case M2_K_STRUCTURE:
        m2_json_body(c, s, v, false, out);
        return;
    case M2_K_LIST:
        write_list(c, s, v, out);
        return;
    case M2_K_MAP:
        write_map(c, s, v, out);
        return;
    case M2_K_TIMESTAMP:
        text = m2_scalar_text(c, s, v, M2_STAMP_EPOCH);
        if (m2_number_text(text, strlen(text)))
            m2_buf_adds(out, text);
        else
            m2_json_quote(out, text, strlen(text));
        return;
    case M2_K_BLOB:
        text = m2_scalar_text(c, s, v, M2_STAMP_EPOCH);
        m2_json_quote(out, text, strlen(text));
        return;
    default:
        if (m2_shape_has(s, "jsonvalue") && !m2_v_is(v, M2_STRING)) { /* a text that holds JSON */
            text = m2_json_text(c->a, v);
            m2_json_quote(out, text, strlen(text));
            return;
        }
        m2_json_write(out, v, false);
    }
}

void m2_json_body(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v, bool body_only,
                  struct m2_buf *out)
{
    const struct m2_value *members = m2_shape_members(s);
    bool first = true;
    m2_buf_addc(out, '{');
    if (m2_v_is(v, M2_OBJECT))
        m2_members_each(i, v)
        {
            const struct m2_member *m = &v->u.object.at[i];
            struct m2_shape member = m2_shape_of(c, m2_v_get(members, m->key));
            if (m2_v_is(m->value, M2_NULL) || (body_only && !m2_shape_in_body(member)))
                continue;
            const char *name = m2_str_or(m2_v_str(member.ref, "locationName"), m->key);
            if (!first)
                m2_buf_addc(out, ',');
            first = false;
            m2_json_quote(out, name, strlen(name));
            m2_buf_addc(out, ':');
            write_value(c, member, m->value, out);
        }
    m2_buf_addc(out, '}');
}

void m2_json_encode(const struct m2_codec *c, const struct m2_value *input, struct m2_wire *w)
{
    const struct m2_service *s = c->op->service;
    struct m2_buf body;
    m2_buf_init(&body, M2_CODEC_MAX);
    m2_json_body(c, m2_shape_input(c), input, false, &body);
    w->method = "POST";
    w->path = "/";
    m2_wire_header(c, w, "X-Amz-Target",
                   m2_arena_printf(c->a, "%s.%s", m2_str_or(s->target_prefix, ""), c->op->name));
    m2_wire_header(c, w, "Content-Type",
                   m2_arena_printf(c->a, "application/x-amz-json-%s", m2_str_or(s->json_version, "1.0")));
    if (m2_v_get(m2_v_get(s->root, "metadata"), "awsQueryCompatible"))
        m2_wire_header(c, w, "x-amzn-query-mode", "true");
    m2_wire_body(c, w, &body);
}

int m2_json_answer(struct m2_value **out, const struct m2_codec *c, const struct m2_response *res,
                   struct m2_err *err)
{
    struct m2_value *v = NULL;
    if (res->body.n == 0)
        v = m2_v_object(c->a);
    else if (m2_json_parse(&v, c->a, res->body, "answer", err) != 0) {
        if (err)
            err->code = M2_EPROTO;
        return m2_context(err, "%s %s", c->op->service->name, c->op->name);
    }
    *out = v;
    return 0;
}
