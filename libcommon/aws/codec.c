#include "aws/codec.h"

#include <ctype.h>
#include <string.h>

#include "m2/digest.h"

void m2_wire_header(const struct m2_codec *c, struct m2_wire *w, const char *name, const char *value)
{
    const struct m2_header h = { name, value };
    m2_vec_push(c->a, &w->headers, h);
}

void m2_wire_body(const struct m2_codec *c, struct m2_wire *w, struct m2_buf *buf)
{
    w->body = (struct m2_bytes){ m2_arena_strndup(c->a, buf->data, buf->len), buf->len };
    m2_buf_free(buf);
}

/* A member the caller left out and that the client sets: an idempotency token, or S3's encoding of keys,
 * without which a key with a control character would make the answer malformed XML. */
static const char *default_of(const struct m2_codec *c, const struct m2_member *m, const struct m2_sys *sys)
{
    char uuid[M2_UUID_SIZE];
    if (m2_v_bool_or(m->value, "idempotencyToken", false)) {
        m2_uuid4(uuid, sys);
        return m2_arena_strdup(c->a, uuid);
    }
    if (m2_str_eq(m->key, "EncodingType") && m2_str_eq(c->op->service->name, "s3"))
        return "url";
    return NULL;
}

/* INPUT with such members set; INPUT itself when there is none to set. */
static const struct m2_value *fill_defaults(const struct m2_codec *c, const struct m2_value *input,
                                            const struct m2_sys *sys)
{
    const struct m2_value *members = m2_shape_members(m2_shape_input(c));
    struct m2_value *filled = NULL;
    m2_members_each(i, members)
    {
        const struct m2_member *m = &members->u.object.at[i];
        const struct m2_value *given = m2_v_get(input, m->key);
        const char *text = !given || m2_v_is(given, M2_NULL) ? default_of(c, m, sys) : NULL;
        if (!text)
            continue;
        if (!filled)
            filled = m2_v_is(input, M2_OBJECT) ? m2_v_copy(c->a, input) : m2_v_object(c->a);
        m2_v_set_str(c->a, filled, m->key, text);
    }
    return filled ? filled : input;
}

static bool host_label(const char *s)
{
    if (m2_str_empty(s))
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '-' && *s != '.')
            return false;
    return true;
}

/* endpoint.hostPrefix "{AccountId}.data-" with the labels put in. */
static int expand_host(const struct m2_codec *c, const struct m2_value *input, struct m2_wire *w,
                       struct m2_err *err)
{
    const char *at = m2_str_or(m2_v_str(m2_v_get(c->op->def, "endpoint"), "hostPrefix"), "");
    const char *prefix = "";
    while (*at) {
        const char *open = strchr(at, '{'), *close = open ? strchr(open, '}') : NULL;
        if (!close) {
            prefix = m2_arena_printf(c->a, "%s%s", prefix, at);
            break;
        }
        const char *name = m2_arena_strndup(c->a, open + 1, (size_t)(close - open - 1));
        const char *label = m2_v_str(input, name);
        if (!host_label(label))
            return m2_fail(err, M2_EBUG, "%s %s: input %s must be a host name's part", c->op->service->name,
                           c->op->name, name);
        prefix = m2_arena_printf(c->a, "%s%.*s%s", prefix, (int)(open - at), at, label);
        at = close + 1;
    }
    w->host_prefix = prefix;
    return 0;
}

/* S3 refuses some writes without a checksum of the body. */
static void add_checksum(const struct m2_codec *c, struct m2_wire *w)
{
    if (!m2_v_bool_or(m2_v_get(c->op->def, "httpChecksum"), "requestChecksumRequired", false))
        return;
    for (size_t i = 0; i < w->headers.len; i++)
        if (m2_str_starts(w->headers.at[i].name, "x-amz-checksum-") ||
            m2_str_eq_ci(w->headers.at[i].name, "Content-MD5"))
            return; /* the caller's own */
    const uint32_t crc = m2_crc32(w->body.p, w->body.n);
    const unsigned char big[4] = { (unsigned char)(crc >> 24), (unsigned char)(crc >> 16),
                                   (unsigned char)(crc >> 8), (unsigned char)crc };
    struct m2_buf text;
    m2_buf_init(&text, 16);
    m2_base64_add(&text, big, sizeof big);
    m2_wire_header(c, w, "x-amz-checksum-crc32", m2_arena_strdup(c->a, text.data));
    m2_buf_free(&text);
    for (size_t i = 0; i < w->headers.len; i++)
        if (m2_str_eq_ci(w->headers.at[i].name, "x-amz-sdk-checksum-algorithm")) {
            w->headers.at[i].value =
                "CRC32"; /* whatever ChecksumAlgorithm asked for: this is what we compute */
            return;
        }
    m2_wire_header(c, w, "x-amz-sdk-checksum-algorithm", "CRC32");
}

int m2_codec_encode(struct m2_wire *out, struct m2_arena *a, const struct m2_op *op,
                    const struct m2_value *input, const struct m2_sys *sys, struct m2_err *err)
{
    const struct m2_codec c = { .a = a, .op = op };
    struct m2_wire w = { .method = "POST", .path = "/", .query = "", .host_prefix = "" };
    if (m2_codec_check(&c, input, err) != 0)
        return -1;
    input = fill_defaults(&c, input, sys);
    if (expand_host(&c, input, &w, err) != 0)
        return -1;
    switch (op->service->protocol) {
    case M2_PROTO_QUERY:
    case M2_PROTO_EC2:
        m2_query_encode(&c, input, &w);
        break;
    case M2_PROTO_JSON:
        m2_json_encode(&c, input, &w);
        break;
    case M2_PROTO_REST_JSON:
    case M2_PROTO_REST_XML:
        if (m2_rest_encode(&c, input, &w, err) != 0)
            return -1;
        break;
    }
    if (w.body.n >= M2_CODEC_MAX)
        return m2_fail(err, M2_ELIMIT, "%s %s: the request's body passes %zu MiB", op->service->name,
                       op->name, M2_CODEC_MAX >> 20);
    add_checksum(&c, &w);
    *out = w;
    return 0;
}

int m2_xml_answer(struct m2_xml **out, const struct m2_codec *c, const struct m2_response *res,
                  struct m2_err *err)
{
    struct m2_xml *root = NULL;
    if (m2_xml_parse(&root, c->a, res->body, err) != 0)
        return m2_context(err, "%s %s", c->op->service->name, c->op->name);
    if (m2_str_eq_ci(root->name, "html")) /* a portal's page in good XML must not be read as an empty list */
        return m2_fail(err, M2_EPROTO, "%s %s: the answer is a web page", c->op->service->name, c->op->name);
    *out = root;
    return 0;
}

static int decode_json(const struct m2_codec *c, const struct m2_response *res, struct m2_value **out,
                       struct m2_err *err)
{
    struct m2_value *body;
    if (m2_json_answer(&body, c, res, err) != 0)
        return -1;
    struct m2_shape s = m2_shape_output(c);
    struct m2_value *v = s.kind == M2_K_NONE ? m2_v_object(c->a) : m2_json_shape(c, s, body);
    if (!v)
        return m2_fail(err, M2_EPROTO, "%s %s: the answer is no JSON object", c->op->service->name,
                       c->op->name);
    *out = v;
    return 0;
}

/* query: <OpResponse><OpResult>…; ec2: the root itself. */
static int decode_xml(const struct m2_codec *c, const struct m2_response *res, struct m2_value **out,
                      struct m2_err *err)
{
    struct m2_shape s = m2_shape_output(c);
    struct m2_xml *root;
    if (s.kind == M2_K_NONE && res->body.n == 0) {
        *out = m2_v_object(c->a);
        return 0;
    }
    if (m2_xml_answer(&root, c, res, err) != 0)
        return -1;
    if (m2_xml_error(root))
        return m2_fail(err, M2_EPROTO, "%s %s: an error inside a success answer", c->op->service->name,
                       c->op->name);
    const struct m2_xml *at = root;
    if (c->op->service->protocol == M2_PROTO_QUERY) {
        const char *wrapper = m2_shape_str(s, "resultWrapper");
        const struct m2_xml *inner =
            m2_xml_child(root, wrapper ? wrapper : m2_arena_printf(c->a, "%sResult", c->op->name));
        at = inner ? inner : root;
    }
    *out = s.kind == M2_K_NONE ? m2_v_object(c->a) : m2_xml_read(c, s, at);
    return 0;
}

int m2_codec_decode(struct m2_value **out, struct m2_arena *a, const struct m2_op *op,
                    const struct m2_response *res, const struct m2_codec_options *opt, struct m2_err *err)
{
    const struct m2_codec c = { .a = a, .op = op, .opt = opt };
    switch (op->service->protocol) {
    case M2_PROTO_JSON:
        return decode_json(&c, res, out, err);
    case M2_PROTO_QUERY:
    case M2_PROTO_EC2:
        return decode_xml(&c, res, out, err);
    case M2_PROTO_REST_JSON:
    case M2_PROTO_REST_XML:
        return m2_rest_decode(&c, res, out, err);
    }
    return m2_fail(err, M2_EBUG, "%s: unknown protocol", op->service->name);
}
