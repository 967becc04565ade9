#include <string.h>
#include <strings.h>

#include "aws/codec.h"
#include "m2/digest.h"
#include "m2/json.h"

/* Next item of a list header at *AT, unquoted; COMMAS is how many commas belong to one item (an RFC 822 date
 * has one). */
static bool next_item(struct m2_buf *item, const char **at, int commas)
{
    const char *p = *at;
    while (*p == ' ' || *p == '\t')
        p++;
    if (!*p)
        return false;
    m2_buf_reset(item);
    if (*p == '"') {
        for (p++; *p && *p != '"'; p++) {
            if (*p == '\\' && p[1])
                p++;
            m2_buf_addc(item, *p);
        }
        p += *p == '"';
        while (*p && *p != ',')
            p++;
    } else {
        for (; *p && (*p != ',' || commas-- > 0); p++)
            m2_buf_addc(item, *p);
        while (item->len && (item->data[item->len - 1] == ' ' || item->data[item->len - 1] == '\t'))
            item->data[--item->len] = '\0';
    }
    *at = p + (*p == ',');
    return true;
}

static struct m2_value *header_scalar(const struct m2_codec *c, struct m2_shape s, const char *text, size_t n)
{
    if (!m2_shape_has(s, "jsonvalue"))
        return m2_scalar_read(c, s, text, n);
    struct m2_value *v;
    return m2_json_parse(&v, c->a, m2_blob_bytes(c, text, n), "header", NULL) == 0
               ? v
               : m2_v_string_n(c->a, text, n);
}

static struct m2_value *header_value(const struct m2_codec *c, struct m2_shape s, const char *text)
{
    if (s.kind != M2_K_LIST)
        return header_scalar(c, s, text, strlen(text));
    const struct m2_shape member = m2_shape_part(c, s, "member");
    const char *format = m2_shape_str(member, "timestampFormat");
    const bool dates = member.kind == M2_K_TIMESTAMP && (!format || m2_str_eq_ci(format, "rfc822"));
    struct m2_value *out = m2_v_array(c->a);
    struct m2_buf item;
    m2_buf_init(&item, M2_CODEC_MAX);
    while (next_item(&item, &text, dates ? 1 : 0))
        m2_v_push(c->a, out, m2_scalar_read(c, member, item.data, item.len));
    m2_buf_free(&item);
    return out;
}

static void read_prefixed(const struct m2_codec *c, struct m2_shape s, const char *key,
                          const struct m2_response *res, struct m2_value *out)
{
    const char *prefix = m2_str_or(m2_shape_str(s, "locationName"), "");
    const size_t n = strlen(prefix);
    struct m2_value *map = m2_v_object(c->a);
    for (size_t i = 0; i < res->n_headers; i++)
        if (strncasecmp(res->headers[i].name, prefix, n) == 0)
            m2_v_set_str(c->a, map, res->headers[i].name + n, res->headers[i].value);
    m2_v_set(c->a, out, key, map);
}

void m2_rest_read_headers(const struct m2_codec *c, struct m2_shape s, const struct m2_response *res,
                          struct m2_value *out)
{
    const struct m2_value *members = m2_shape_members(s);
    m2_members_each(i, members)
    {
        const struct m2_member *m = &members->u.object.at[i];
        struct m2_shape member = m2_shape_of(c, m->value);
        const char *location = m2_shape_str(member, "location");
        if (m2_str_eq(location, "statusCode"))
            m2_v_set_int(c->a, out, m->key, res->status);
        else if (m2_str_eq(location, "headers"))
            read_prefixed(c, member, m->key, res, out);
        else if (m2_str_eq(location, "header")) {
            const char *text = m2_header_get(res, m2_shape_name(member, m->key));
            if (text)
                m2_v_set(c->a, out, m->key, header_value(c, member, text));
        }
    }
}

/* Nothing where a document belongs: an answer that was lost, not one that says "nothing is set". */
static int no_body(const struct m2_codec *c, struct m2_err *err)
{
    return m2_fail(err, M2_EPROTO, "%s %s: the answer is empty", c->op->service->name, c->op->name);
}

/* The body as one member. */
static int read_payload(const struct m2_codec *c, struct m2_shape s, const char *key,
                        const struct m2_response *res, struct m2_value *out, struct m2_err *err)
{
    if (s.kind == M2_K_BLOB || s.kind == M2_K_STRING) {
        struct m2_value *v = m2_v_string_n(c->a, res->body.p ? res->body.p : "", res->body.n);
        if (s.kind == M2_K_BLOB && !(c->opt && c->opt->blobs_as_text)) {
            struct m2_buf b;
            m2_buf_init(&b, 2 * M2_CODEC_MAX);
            m2_base64_add(&b, res->body.p, res->body.n);
            v = m2_v_string_n(c->a, b.data, b.len);
            m2_buf_free(&b);
        }
        if (res->body.n || m2_shape_has(s, "streaming"))
            m2_v_set(c->a, out, key, v);
        return 0;
    }
    if (res->body.n == 0)
        return s.kind == M2_K_STRUCTURE && !m2_shape_has(s, "union") ? no_body(c, err) : 0;
    if (c->op->service->protocol == M2_PROTO_REST_JSON) {
        struct m2_value *body;
        if (m2_json_answer(&body, c, res, err) != 0)
            return -1;
        m2_v_set(c->a, out, key, m2_v_is(body, M2_NULL) ? NULL : m2_json_shape(c, s, body));
        return 0;
    }
    struct m2_xml *root;
    if (m2_xml_answer(&root, c, res, err) != 0)
        return -1;
    if (m2_xml_error(root) && !m2_str_eq(m2_shape_name(s, key), "Error"))
        return m2_fail(err, M2_EPROTO, "%s %s: an error inside a success answer", c->op->service->name,
                       c->op->name);
    m2_v_set(c->a, out, key, m2_xml_read(c, s, root));
    return 0;
}

static void take_members(const struct m2_codec *c, struct m2_value *out, const struct m2_value *from)
{
    m2_members_each(i, from) m2_v_set(c->a, out, from->u.object.at[i].key, from->u.object.at[i].value);
}

/* Has S a member in the body? */
static bool any_in_body(const struct m2_codec *c, struct m2_shape s)
{
    const struct m2_value *members = m2_shape_members(s);
    m2_members_each(
        i, members) if (m2_shape_in_answer(m2_shape_of(c, members->u.object.at[i].value))) return true;
    return false;
}

static int read_members(const struct m2_codec *c, struct m2_shape s, const struct m2_response *res,
                        struct m2_value *out, struct m2_err *err)
{
    if (c->op->service->protocol == M2_PROTO_REST_JSON) {
        struct m2_value *body;
        if (!any_in_body(c, s))
            return 0;
        if (m2_json_answer(&body, c, res, err) != 0)
            return -1;
        struct m2_value *v = m2_json_shape(c, s, body);
        if (!v)
            return m2_fail(err, M2_EPROTO, "%s %s: the answer is no JSON object", c->op->service->name,
                           c->op->name);
        const struct m2_value *members = m2_shape_members(s);
        m2_members_each(i, members) if (!m2_shape_in_answer(m2_shape_of(c, members->u.object.at[i].value)))
            m2_v_set(c->a, v, members->u.object.at[i].key, NULL);
        take_members(c, out, v);
        return 0;
    }
    struct m2_xml *root;
    if (res->body.n == 0)
        return any_in_body(c, s) ? no_body(c, err) : 0;
    if (m2_xml_answer(&root, c, res, err) != 0)
        return -1;
    if (m2_xml_error(root))
        return m2_fail(err, M2_EPROTO, "%s %s: an error inside a success answer", c->op->service->name,
                       c->op->name);
    struct m2_value *v = m2_xml_read(c, s, root);
    /* GetBucketLocation: the root is the member itself, empty for us-east-1, where the AWS CLI prints null.
     */
    const struct m2_shape alone = m2_shape_of(c, m2_v_get(m2_shape_members(s), root->name));
    if (alone.kind == M2_K_STRING && !root->first)
        m2_v_set(c->a, v, root->name, *root->text ? m2_v_string(c->a, root->text) : m2_v_null(c->a));
    take_members(c, out, v);
    return 0;
}

int m2_rest_decode(const struct m2_codec *c, const struct m2_response *res, struct m2_value **out,
                   struct m2_err *err)
{
    const struct m2_shape s = m2_shape_output(c);
    const char *payload = m2_v_str(s.def, "payload");
    struct m2_value *v = m2_v_object(c->a);
    if (s.kind == M2_K_STRUCTURE) {
        m2_rest_read_headers(c, s, res, v);
        int rc = payload ? read_payload(c, m2_shape_of(c, m2_v_get(m2_shape_members(s), payload)), payload,
                                        res, v, err)
                         : read_members(c, s, res, v, err);
        if (rc != 0)
            return -1;
    }
    *out = v;
    return 0;
}
