#include <string.h>

#include "aws/codec.h"
#include "m2/json.h"

/* "aws.protocoltests#FooError:http://…" → "FooError" */
static const char *bare_code(struct m2_arena *a, const char *code)
{
    if (m2_str_empty(code))
        return NULL;
    size_t n = strcspn(code, ":");
    const char *text = m2_arena_strndup(a, code, n), *hash = strrchr(text, '#');
    text = m2_str_trim(a, hash ? hash + 1 : text);
    return *text ? text : NULL;
}

static const char *first_str(const struct m2_value *v, const char *const *names)
{
    for (; *names; names++) {
        const char *s = m2_v_str(v, *names);
        if (!m2_str_empty(s))
            return s;
    }
    return NULL;
}

/* Error shape of the operation whose name, or stated code, is CODE. */
static struct m2_shape error_shape(const struct m2_codec *c, const char *code)
{
    const struct m2_value *errors = m2_v_get(c->op->def, "errors"), *ref;
    m2_v_each(ref, i, errors)
    {
        struct m2_shape s = m2_shape_of(c, ref);
        const char *stated = m2_v_str(m2_v_get(s.def, "error"), "code");
        if (m2_str_eq(m2_v_str(ref, "shape"), code) || m2_str_eq(stated, code))
            return s;
    }
    return (struct m2_shape){ 0 };
}

static void read_json(const struct m2_codec *c, const struct m2_response *res, struct m2_api_error *out)
{
    static const char *const json[] = { "__type", "code", "Code", NULL };
    static const char *const rest[] = { "code", "Code", "__type", NULL };
    static const char *const message[] = { "message", "Message", "errorMessage", "error_description", NULL };
    const bool is_rest = c->op->service->protocol == M2_PROTO_REST_JSON;
    struct m2_value *body = NULL;
    if (res->body.n == 0 || m2_json_parse(&body, c->a, res->body, "answer", NULL) != 0)
        body = NULL;
    const char *header = m2_header_get(res, "x-amzn-errortype"),
               *inside = first_str(body, is_rest ? rest : json);
    const char *code = bare_code(c->a, is_rest || !inside ? m2_str_or(header, inside) : inside);
    if (code)
        out->code = code;
    struct m2_shape s = error_shape(c, out->code);
    if (s.kind == M2_K_STRUCTURE) {
        struct m2_value *members = m2_json_shape(c, s, body ? body : m2_v_object(c->a));
        members = members ? members : m2_v_object(c->a);
        m2_rest_read_headers(c, s, res, members);
        out->members = members;
    }
    const char *text = first_str(body, message);
    out->message = text ? text : m2_str_or(first_str(out->members, message), "");
    /* A service that once spoke the query protocol names its old code: "CODE;Sender". */
    const char *old = m2_header_get(res, "x-amzn-query-error"), *semicolon = old ? strchr(old, ';') : NULL;
    if (semicolon && semicolon > old && semicolon[1] && !strchr(semicolon + 1, ';'))
        out->code = m2_arena_strndup(c->a, old, (size_t)(semicolon - old));
}

static const char *child_text(const struct m2_xml *n, const char *name)
{
    const struct m2_xml *at = m2_xml_child(n, name);
    return at && *at->text ? at->text : NULL;
}

static void read_xml(const struct m2_codec *c, const struct m2_response *res, struct m2_api_error *out)
{
    struct m2_xml *root = NULL;
    if (res->body.n == 0 || m2_xml_parse(&root, c->a, res->body, NULL) != 0)
        return;
    const struct m2_xml *e = m2_xml_error(root);
    const char *code = child_text(e, "Code");
    if (code)
        out->code = m2_str_trim(c->a, code);
    out->message = m2_str_or(child_text(e, "Message"), m2_str_or(child_text(e, "message"), ""));
    static const char *const ids[] = { "RequestId", "RequestID", "requestId" };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0] && !out->request_id; i++) {
        out->request_id = child_text(root, ids[i]);
        if (!out->request_id && e)
            out->request_id = child_text(e, ids[i]);
    }
    struct m2_shape s = error_shape(c, out->code);
    if (e && s.kind == M2_K_STRUCTURE) {
        struct m2_value *members = m2_xml_read(c, s, e);
        m2_rest_read_headers(c, s, res, members);
        out->members = members;
    }
}

void m2_codec_error(struct m2_api_error *out, struct m2_arena *a, const struct m2_op *op,
                    const struct m2_response *res, const struct m2_codec_options *opt)
{
    const struct m2_codec c = { .a = a, .op = op, .opt = opt };
    struct m2_api_error e = { .code = m2_arena_printf(a, "%d", res->status), .message = "" };
    const enum m2_protocol p = op->service->protocol;
    if (p == M2_PROTO_JSON || p == M2_PROTO_REST_JSON)
        read_json(&c, res, &e);
    else
        read_xml(&c, res, &e);
    const char *id = m2_header_get(res, "x-amzn-requestid");
    if (!e.request_id)
        e.request_id = m2_str_or(id ? id : m2_header_get(res, "x-amz-request-id"), "");
    const struct m2_value *retry = m2_v_get(error_shape(&c, e.code).def, "retryable");
    e.retryable = retry != NULL;
    e.retryable_throttle = m2_v_bool_or(retry, "throttling", false);
    *out = e;
    /* All texts live in A or are static, but for headers: they end with the response. */
    out->request_id = m2_arena_strdup(a, e.request_id);
    out->code = m2_arena_strdup(a, e.code);
    out->message = m2_arena_strdup(a, e.message);
}
