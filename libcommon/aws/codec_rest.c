#include <string.h>

#include "aws/codec.h"
#include "m2/digest.h"
#include "m2/json.h"

static bool at_location(struct m2_shape s, const char *location)
{
    return m2_str_eq(m2_shape_str(s, "location"), location);
}

/* Member of INPUT that the label NAME of the path stands for. */
static const char *label_text(const struct m2_codec *c, const struct m2_value *input, const char *name)
{
    const struct m2_value *members = m2_shape_members(m2_shape_input(c));
    m2_members_each(i, members)
    {
        const struct m2_member *m = &members->u.object.at[i];
        struct m2_shape s = m2_shape_of(c, m->value);
        if (!at_location(s, "uri") || !m2_str_eq(m2_shape_name(s, m->key), name))
            continue;
        const struct m2_value *v = m2_v_get(input, m->key);
        return v && !m2_v_is(v, M2_NULL) ? m2_scalar_text(c, s, v, M2_STAMP_ISO) : NULL;
    }
    return NULL;
}

/* "/{Bucket}/{Key+}" with the labels put in, up to the '?'. */
static int write_path(const struct m2_codec *c, const struct m2_value *input, const char *uri,
                      struct m2_buf *out, struct m2_err *err)
{
    while (*uri && *uri != '?') {
        const char *close = *uri == '{' ? strchr(uri, '}') : NULL;
        if (!close) {
            m2_buf_addc(out, *uri++);
            continue;
        }
        const int greedy = close[-1] == '+';
        const char *name = m2_arena_strndup(c->a, uri + 1, (size_t)(close - uri - 1 - greedy));
        const char *text = label_text(c, input, name);
        if (m2_str_empty(text))
            return m2_fail(err, M2_EBUG, "%s %s: input %s must not be empty", c->op->service->name,
                           c->op->name, name);
        m2_uri_encode(out, text, strlen(text), greedy);
        uri = close + 1;
    }
    return 0;
}

static void query_add(struct m2_buf *out, const char *name, const char *value)
{
    if (out->len)
        m2_buf_addc(out, '&');
    m2_uri_encode(out, name, strlen(name), 0);
    m2_buf_addc(out, '=');
    m2_uri_encode(out, value, strlen(value), 0);
}

static void query_add_values(const struct m2_codec *c, struct m2_buf *out, struct m2_shape s,
                             const char *name, const struct m2_value *v)
{
    const struct m2_value *item;
    if (s.kind != M2_K_LIST) {
        query_add(out, name, m2_scalar_text(c, s, v, M2_STAMP_ISO));
        return;
    }
    m2_v_each(item, i, v) if (!m2_v_is(item, M2_NULL))
        query_add(out, name, m2_scalar_text(c, m2_shape_part(c, s, "member"), item, M2_STAMP_ISO));
}

/* Is NAME the parameter of a member of its own that INPUT sets? Such a member wins over a key of a map. */
static bool query_bound(const struct m2_codec *c, const struct m2_value *input, const char *name)
{
    const struct m2_value *members = m2_shape_members(m2_shape_input(c));
    m2_members_each(i, input)
    {
        const struct m2_member *m = &input->u.object.at[i];
        struct m2_shape s = m2_shape_of(c, m2_v_get(members, m->key));
        if (at_location(s, "querystring") && s.kind != M2_K_MAP && !m2_v_is(m->value, M2_NULL) &&
            m2_str_eq(m2_shape_name(s, m->key), name))
            return true;
    }
    return false;
}

static void write_query(const struct m2_codec *c, const struct m2_value *input, struct m2_buf *out)
{
    const struct m2_value *members = m2_shape_members(m2_shape_input(c));
    m2_members_each(i, input)
    {
        const struct m2_member *m = &input->u.object.at[i];
        struct m2_shape s = m2_shape_of(c, m2_v_get(members, m->key));
        if (!at_location(s, "querystring") || m2_v_is(m->value, M2_NULL))
            continue;
        if (s.kind != M2_K_MAP) {
            query_add_values(c, out, s, m2_shape_name(s, m->key), m->value);
            continue;
        }
        m2_members_each(k, m->value)
        {
            const struct m2_member *entry = &m->value->u.object.at[k];
            if (!query_bound(c, input, entry->key))
                query_add_values(c, out, m2_shape_part(c, s, "value"), entry->key, entry->value);
        }
    }
}

/* One item of a list header: quoted when it holds what separates items. */
static void header_item(struct m2_buf *out, struct m2_shape s, const char *text)
{
    if (s.kind != M2_K_STRING || !strpbrk(text, "\","))
        m2_buf_adds(out, text);
    else {
        m2_buf_addc(out, '"');
        for (; *text; text++) {
            if (*text == '"' || *text == '\\')
                m2_buf_addc(out, '\\');
            m2_buf_addc(out, *text);
        }
        m2_buf_addc(out, '"');
    }
}

static const char *header_text(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v)
{
    struct m2_buf b;
    m2_buf_init(&b, M2_CODEC_MAX);
    if (s.kind == M2_K_LIST) {
        const struct m2_shape member = m2_shape_part(c, s, "member");
        const struct m2_value *item;
        m2_v_each(item, i, v)
        {
            if (m2_v_is(item, M2_NULL))
                continue;
            if (b.len)
                m2_buf_adds(&b, ", ");
            header_item(&b, member, m2_scalar_text(c, member, item, M2_STAMP_RFC822));
        }
    } else if (m2_shape_has(s, "jsonvalue")) {
        const char *json = m2_v_is(v, M2_STRING) ? m2_v_text(v) : m2_json_text(c->a, v);
        m2_base64_add(&b, json, strlen(json));
    } else
        m2_buf_adds(&b, m2_scalar_text(c, s, v, M2_STAMP_RFC822));
    const char *text = m2_arena_strndup(c->a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

static void write_headers(const struct m2_codec *c, const struct m2_value *input, struct m2_wire *w)
{
    const struct m2_value *members = m2_shape_members(m2_shape_input(c));
    m2_members_each(i, input)
    {
        const struct m2_member *m = &input->u.object.at[i];
        struct m2_shape s = m2_shape_of(c, m2_v_get(members, m->key));
        if (m2_v_is(m->value, M2_NULL))
            continue;
        if (at_location(s, "header") && !(s.kind == M2_K_LIST && m2_v_len(m->value) == 0))
            m2_wire_header(c, w, m2_shape_name(s, m->key), header_text(c, s, m->value));
        if (!at_location(s, "headers"))
            continue;
        const char *prefix = m2_str_or(m2_shape_str(s, "locationName"), "");
        m2_members_each(k, m->value)
        {
            const struct m2_member *entry = &m->value->u.object.at[k];
            if (!m2_v_is(entry->value, M2_NULL))
                m2_wire_header(c, w, m2_arena_printf(c->a, "%s%s", prefix, entry->key),
                               header_text(c, m2_shape_part(c, s, "value"), entry->value));
        }
    }
}

static bool has_header(const struct m2_wire *w, const char *name)
{
    for (size_t i = 0; i < w->headers.len; i++)
        if (m2_str_eq_ci(w->headers.at[i].name, name))
            return true;
    return false;
}

static void content_type(const struct m2_codec *c, struct m2_wire *w, const char *type)
{
    if (!has_header(w, "Content-Type"))
        m2_wire_header(c, w, "Content-Type", type);
}

/* A structure in the body: all members of the input, or the payload member S. */
static int write_structure(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                           bool body_only, struct m2_wire *w, struct m2_err *err)
{
    struct m2_buf body;
    m2_buf_init(&body, M2_CODEC_MAX);
    if (c->op->service->protocol == M2_PROTO_REST_JSON) {
        if (s.kind == M2_K_STRUCTURE)
            m2_json_body(c, s, v, body_only, &body);
        else
            m2_json_write(&body, v, false); /* a document, list or map */
        content_type(c, w, "application/json");
    } else {
        if (m2_xml_body(c, s, m2_shape_root_name(s, !body_only), v, body_only, &body, err) != 0) {
            m2_buf_free(&body);
            return -1;
        }
        content_type(c, w, "application/xml");
    }
    m2_wire_body(c, w, &body);
    return 0;
}

static int write_payload(const struct m2_codec *c, struct m2_shape s, const struct m2_value *v,
                         struct m2_wire *w, struct m2_err *err)
{
    const bool json = c->op->service->protocol == M2_PROTO_REST_JSON, given = v && !m2_v_is(v, M2_NULL);
    if (s.kind == M2_K_BLOB || s.kind == M2_K_STRING) {
        if (given && s.kind == M2_K_BLOB)
            w->body = m2_blob_bytes(c, v->u.text.p, v->u.text.n);
        else if (given)
            w->body = m2_bytes_of(m2_scalar_text(c, s, v, M2_STAMP_ISO));
        if (given && json) /* S3 would keep the type with the object */
            content_type(c, w, s.kind == M2_K_BLOB ? "application/octet-stream" : "text/plain");
        return 0;
    }
    if (given)
        return write_structure(c, s, v, false, w, err);
    return json && s.kind == M2_K_STRUCTURE && !m2_shape_has(s, "union")
               ? write_structure(c, s, m2_v_object(c->a), false, w, err)
               : 0;
}

static int write_members(const struct m2_codec *c, const struct m2_value *input, struct m2_wire *w,
                         struct m2_err *err)
{
    const struct m2_shape s = m2_shape_input(c);
    const struct m2_value *members = m2_shape_members(s);
    bool modelled = false, given = false;
    m2_members_each(i, members)
    {
        const struct m2_member *m = &members->u.object.at[i];
        if (!m2_shape_in_body(m2_shape_of(c, m->value)))
            continue;
        const struct m2_value *v = m2_v_get(input, m->key);
        modelled = true;
        given |= v && !m2_v_is(v, M2_NULL);
    }
    if (given || (modelled && c->op->service->protocol == M2_PROTO_REST_JSON))
        return write_structure(c, s, input, true, w, err);
    return 0;
}

int m2_rest_encode(const struct m2_codec *c, const struct m2_value *input, struct m2_wire *w,
                   struct m2_err *err)
{
    const struct m2_value *http = m2_v_get(c->op->def, "http");
    const char *uri = m2_str_or(m2_v_str(http, "requestUri"), "/"), *fixed = strchr(uri, '?');
    const struct m2_value *members = m2_shape_members(m2_shape_input(c));
    struct m2_buf path, query;
    m2_buf_init(&path, M2_CODEC_MAX);
    m2_buf_init(&query, M2_CODEC_MAX);
    w->method = m2_str_or(m2_v_str(http, "method"), "POST");
    int rc = write_path(c, input, uri, &path, err);
    if (rc == 0) {
        if (fixed)
            m2_buf_adds(&query, fixed + 1);
        if (m2_v_is(input, M2_OBJECT)) {
            write_query(c, input, &query);
            write_headers(c, input, w);
        }
        w->path = m2_arena_strndup(c->a, path.data, path.len);
        w->query = m2_arena_strndup(c->a, query.data, query.len);
        const char *payload = m2_v_str(c->op->input, "payload");
        rc = payload ? write_payload(c, m2_shape_of(c, m2_v_get(members, payload)), m2_v_get(input, payload),
                                     w, err)
                     : write_members(c, input, w, err);
    }
    m2_buf_free(&path);
    m2_buf_free(&query);
    return rc;
}
