/*
 * aws/creds_call.c — send one credentials call and read its answer.
 */
#include "aws/creds_call.h"

#include <string.h>

#include "aws/config_files.h"
#include "aws/creds_source.h"
#include "m2/buf.h"
#include "m2/digest.h"
#include "m2/endpoint.h"
#include "m2/json.h"
#include "m2/retry.h"
#include "m2/time.h"

#define MAX_ATTEMPTS 3
#define MAX_ANSWER ((size_t)1 << 20)
#define SKEW_MS (INT64_C(5) * 60 * 1000)

struct sending {
    struct m2_creds_context *c;
    const struct m2_cred_call *call;
    struct m2_arena *secrets;
    struct m2_endpoint at;
    bool custom;
    int64_t skew_ms;
};

static int place(struct sending *s, struct m2_err *err)
{
    const struct m2_awsconfig *config = s->c->config;
    struct m2_setting custom = m2_awsconfig_endpoint(config, s->c->arena, s->call->service);
    struct m2_endpoint_input in = { .service = s->call->service,
                                    .region = s->call->region,
                                    .fips = m2_config_is_true(config->fips.value),
                                    .dual_stack = m2_config_is_true(config->dual_stack.value),
                                    .sts_legacy_global = m2_str_eq_ci(config->sts_endpoints.value, "legacy"),
                                    .custom_url = custom.value };
    s->custom = custom.value != NULL;
    return m2_endpoint_resolve(&s->at, s->c->arena, &in, err);
}

static int sign(struct m2_header *headers, size_t *n, size_t room, const struct sending *s, const char *path,
                struct m2_err *err)
{
    struct m2_signed made = { 0 };
    struct m2_sign_input in = { .method = s->call->method,
                                .host = s->at.host,
                                .path = path,
                                .query = m2_str_or(s->call->query, ""),
                                .headers = headers,
                                .n_headers = *n,
                                .body = s->call->body,
                                .region = s->at.signing_region,
                                .service = s->at.signing_name,
                                .keys = s->call->keys,
                                .time_ms = m2_now_ms(s->c->sys) + s->skew_ms };
    if (m2_sigv4_sign(&made, s->secrets, &in, err) < 0)
        return -1;
    for (size_t i = 0; i < made.headers.len && *n < room; i++)
        if (!m2_str_eq_ci(made.headers.at[i].name, "host"))
            headers[(*n)++] = made.headers.at[i];
    return 0;
}

static int send_once(struct m2_response *out, struct sending *s, struct m2_err *err)
{
    struct m2_header headers[16];
    size_t n = 0;
    const char *path = m2_arena_printf(s->secrets, "%s%s", s->at.path, s->call->path);
    if (s->call->content_type)
        headers[n++] = (struct m2_header){ "Content-Type", s->call->content_type };
    headers[n++] =
        (struct m2_header){ "Accept", m2_str_eq(s->call->service, "sts") ? "*/*" : "application/json" };
    if (s->call->bearer)
        headers[n++] = (struct m2_header){ "x-amz-sso_bearer_token", s->call->bearer };
    if (s->call->keys && sign(headers, &n, sizeof headers / sizeof headers[0], s, path, err) < 0)
        return -1;
    struct m2_request req = { .method = s->call->method,
                              .url = m2_arena_printf(s->secrets, "%s://%s%s%s%s", s->at.scheme, s->at.host,
                                                     path, m2_str_empty(s->call->query) ? "" : "?",
                                                     m2_str_or(s->call->query, "")),
                              .headers = headers,
                              .n_headers = n,
                              .body = s->call->body,
                              .flags = s->custom ? M2_HTTP_PLAIN_OK : 0,
                              .total_timeout_ms = m2_cred_limit(s->c, 30000),
                              .max_body = MAX_ANSWER,
                              .label = s->call->label };
    return m2_net_fetch(out, s->secrets, s->c->net, &req, err);
}

/* The first element NAME in document order, at any depth. */
static const struct m2_xml *find_xml(const struct m2_xml *x, const char *name)
{
    for (; x; x = x->next) {
        if (m2_str_eq(x->name, name))
            return x;
        const struct m2_xml *below = find_xml(x->first, name);
        if (below)
            return below;
    }
    return NULL;
}

/* "prefix#Code:http://…" to "Code". */
static const char *short_code(struct m2_arena *a, const char *code)
{
    const char *hash = code ? strrchr(code, '#') : NULL;
    const char *begin = hash ? hash + 1 : code;
    return begin ? m2_arena_strndup(a, begin, strcspn(begin, ":")) : NULL;
}

static void read_refusal(struct m2_cred_reply *out, struct sending *s, const struct m2_response *res)
{
    struct m2_xml *xml = NULL;
    struct m2_value *json = NULL;
    const char *code = m2_header_get(res, "x-amzn-errortype"), *message = NULL;
    if (m2_str_eq(s->call->service, "sts") && m2_xml_parse(&xml, s->secrets, res->body, NULL) == 0) {
        const struct m2_xml *e = find_xml(xml, "Error");
        const struct m2_xml *c = m2_xml_child(e, "Code"), *m = m2_xml_child(e, "Message");
        code = c ? c->text : code;
        message = m ? m->text : NULL;
    } else if (m2_json_parse(&json, s->secrets, res->body, "answer", NULL) == 0) {
        static const char *const codes[] = { "__type", "code", "Code", "error" };
        static const char *const messages[] = { "message", "Message", "error_description" };
        for (size_t i = 0; i < 4 && m2_str_empty(code); i++)
            code = m2_v_str(json, codes[i]);
        for (size_t i = 0; i < 3 && !message; i++)
            message = m2_v_str(json, messages[i]);
    }
    if (m2_str_empty(code))
        code = m2_arena_printf(s->secrets, "%d", res->status);
    out->code = m2_cred_shown(s->c, short_code(s->secrets, code), 80);
    out->message = m2_cred_shown(s->c, m2_str_or(message, ""), 300);
}

static int read_reply(struct m2_cred_reply *out, struct sending *s, const struct m2_response *res,
                      struct m2_err *err)
{
    struct m2_cred_reply reply = { .message = "" };
    struct m2_err why = { 0 };
    if (res->status >= 300 || res->status < 200) {
        read_refusal(&reply, s, res);
    } else {
        int rc = m2_str_eq(s->call->service, "sts")
                     ? m2_xml_parse(&reply.xml, s->secrets, res->body, &why)
                     : m2_json_parse(&reply.json, s->secrets, res->body, "answer", &why);
        /* The parser's own sentence might quote the answer, which holds secrets. */
        if (rc < 0)
            return m2_fail(err, M2_EPROTO, "%s: the answer of %s is not %s", s->call->label, s->at.host,
                           m2_str_eq(s->call->service, "sts") ? "XML" : "JSON");
    }
    *out = reply;
    return 0;
}

static bool may_be_clock(const char *code)
{
    static const char *const codes[] = { "RequestTimeTooSkewed",
                                         "RequestExpired",
                                         "RequestInTheFuture",
                                         "InvalidSignatureException",
                                         "SignatureDoesNotMatch",
                                         "AuthFailure",
                                         NULL };
    for (size_t i = 0; code && codes[i]; i++)
        if (m2_str_eq(code, codes[i]))
            return true;
    return false;
}

/* Take the server's clock when ours is more than five minutes off; true once. */
static bool correct_clock(struct sending *s, const struct m2_response *res, const char *code)
{
    int64_t server;
    const char *date = m2_header_get(res, "date");
    if (s->skew_ms || !s->call->keys || !may_be_clock(code) || !date || !m2_time_parse(&server, date))
        return false;
    int64_t off = server - m2_now_ms(s->c->sys);
    if (off < SKEW_MS && off > -SKEW_MS)
        return false;
    s->skew_ms = off;
    return true;
}

static double random01(const struct m2_sys *sys)
{
    uint32_t r;
    sys->random(sys->ctx, &r, sizeof r);
    return (double)r / 4294967296.0;
}

int m2_cred_send(struct m2_cred_reply *out, struct m2_arena *secrets, struct m2_creds_context *c,
                 const struct m2_cred_call *call, struct m2_err *err)
{
    struct sending s = { .c = c, .call = call, .secrets = secrets };
    struct m2_retry_budget budget = { .tokens = M2_RETRY_TOKENS };
    struct m2_retry_state state = { .attempt = 1 };
    if (place(&s, err) < 0)
        return -1;
    for (;;) {
        struct m2_response res = { 0 };
        struct m2_cred_reply reply = { 0 };
        struct m2_err why = { 0 };
        int rc = send_once(&res, &s, &why);
        if (rc == 0)
            rc = read_reply(&reply, &s, &res, &why);
        if (rc == 0 && !reply.code) {
            *out = reply;
            return 0;
        }
        if (rc == 0 && correct_clock(&s, &res, reply.code))
            continue;
        enum m2_retry_class cls = m2_retry_classify(res.status, reply.code, rc < 0 ? why.code : M2_OK);
        int64_t wait = m2_retry_next(&state, &budget, cls, MAX_ATTEMPTS, random01(c->sys), -1);
        if (wait < 0 || m2_cancelled(c->sys)) {
            if (rc == 0)
                *out = reply;
            return rc == 0 ? 0 : m2_fail(err, why.code, "%s", why.msg);
        }
        m2_net_pause(c->net, wait);
    }
}

void m2_form_add(struct m2_buf *b, const char *name, const char *value)
{
    if (!value)
        return;
    m2_buf_addf(b, "&%s=", name);
    m2_uri_encode(b, value, strlen(value), 0);
}

const char *m2_sts_session_name(struct m2_creds_context *c, const char *configured)
{
    return configured
               ? configured
               : m2_arena_printf(c->arena, "botocore-session-%lld", (long long)(m2_now_ms(c->sys) / 1000));
}

static const char *xml_text(const struct m2_xml *parent, const char *name)
{
    const struct m2_xml *x = m2_xml_child(parent, name);
    return x ? x->text : NULL;
}

static int fill_from_sts(struct m2_creds *out, struct m2_creds_context *c, const struct m2_sts_call *call,
                         const struct m2_xml *answer, struct m2_err *err)
{
    const struct m2_xml *keys = find_xml(answer, "Credentials");
    const char *arn = xml_text(find_xml(answer, "AssumedRoleUser"), "Arn");
    const char *expires = xml_text(keys, "Expiration");
    struct m2_cred_parts p = { .id = xml_text(keys, "AccessKeyId"),
                               .secret = xml_text(keys, "SecretAccessKey"),
                               .token = xml_text(keys, "SessionToken"),
                               .id_name = "AccessKeyId",
                               .secret_name = "SecretAccessKey",
                               .source = call->source };
    if (arn && m2_str_starts(arn, "arn:")) { /* arn:aws:sts::ACCOUNT:assumed-role/… */
        const char *at = arn;
        for (int colons = 0; at && colons < 4; colons++)
            at = strchr(at, ':') ? strchr(at, ':') + 1 : NULL;
        p.account = at ? m2_arena_strndup(c->arena, at, strcspn(at, ":")) : NULL;
    }
    if (!expires || !m2_time_parse(&p.expires_ms, expires))
        return m2_fail(err, M2_ECRED, "the answer of sts %s has no Expiration", call->action);
    if (m2_str_empty(p.token))
        return m2_fail(err, M2_ECRED, "the answer of sts %s has no SessionToken", call->action);
    if (m2_cred_fill(out, c, &p, err) < 0)
        return m2_context(err, "the answer of sts %s", call->action);
    return 0;
}

int m2_sts_credentials(struct m2_creds *out, struct m2_creds_context *c, const struct m2_sts_call *call,
                       struct m2_err *err)
{
    struct m2_arena *secrets = m2_arena_new();
    struct m2_cred_reply reply;
    struct m2_buf form;
    m2_buf_init(&form, 1 << 20);
    m2_buf_addf(&form, "Action=%s&Version=2011-06-15", call->action);
    m2_form_add(&form, "RoleArn", call->role_arn);
    m2_form_add(&form, "RoleSessionName", call->session_name);
    m2_buf_add(&form, call->form.p, call->form.n);
    struct m2_cred_call wire = { .service = "sts",
                                 .region = c->config->region.value,
                                 .method = "POST",
                                 .path = "/",
                                 .content_type = "application/x-www-form-urlencoded; charset=utf-8",
                                 .body = { form.data, form.len },
                                 .keys = call->keys,
                                 .label = m2_arena_printf(c->arena, "sts %s", call->action) };
    int rc = m2_cred_send(&reply, secrets, c, &wire, err);
    if (rc == 0 && reply.code)
        rc = m2_fail(err, M2_ECRED, "sts %s of %s was refused: %s%s%s", call->action, call->role_arn,
                     reply.code, *reply.message ? ": " : "", reply.message);
    else if (rc == 0)
        rc = fill_from_sts(out, c, call, reply.xml, err);
    m2_wipe(form.data, form.len);
    m2_buf_free(&form);
    m2_arena_free_wiped(secrets);
    return rc;
}
