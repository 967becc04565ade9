#include <stdio.h>
#include <string.h>

#include "aws/client.h"
#include "aws/config_files.h"
#include "m2/sigv4.h"

#define ATTEMPT_MS 60000 /* an answer is a page; who needs longer for it drips */

/* Members that make a repeat harmless though the model does not mark them. */
static const char *const cloudformation_tokens[] = { "ClientRequestToken", "ClientToken" };

static bool has_member(const struct m2_run *r, const char *name)
{
    return m2_v_get(m2_v_get(r->op.input, "members"), name) != NULL;
}

static void fill_in(struct m2_run *r)
{
    char uuid[M2_UUID_SIZE];
    if (m2_str_eq(r->service_name, "s3") && has_member(r, "EncodingType") &&
        !m2_v_get(r->input, "EncodingType"))
        m2_v_set_str(r->arena, r->input, "EncodingType", "url"); /* keys may hold what XML cannot carry */
    if (!m2_str_eq(r->service_name, "cloudformation"))
        return;
    for (size_t i = 0; i < sizeof cloudformation_tokens / sizeof cloudformation_tokens[0]; i++) {
        if (!has_member(r, cloudformation_tokens[i]))
            continue;
        if (!m2_v_get(r->input, cloudformation_tokens[i])) {
            m2_uuid4(uuid, r->client->opt.sys);
            m2_v_set_str(r->arena, r->input, cloudformation_tokens[i], uuid);
        }
        r->repeatable = true;
    }
}

int m2_run_encode(struct m2_run *r, struct m2_err *err)
{
    r->repeatable = r->op.read_only || r->op.has_token || r->harmless;
    fill_in(r);
    m2_uuid4(r->invocation, r->client->opt.sys);
    return m2_codec_encode(&r->wire, r->arena, &r->op, r->input, r->client->opt.sys, err);
}

static struct m2_arena *fresh_scratch(struct m2_run *r)
{
    if (r->scratch)
        m2_arena_free_wiped(r->scratch);
    return r->scratch = m2_arena_new();
}

static bool is_address(const char *host)
{
    return *host == '[' || m2_str_starts(host, "localhost") ||
           strspn(host, "0123456789.") == strcspn(host, ":");
}

static int resolve(struct m2_run *r, struct m2_err *err)
{
    const struct m2_awsconfig *config = r->client->opt.config;
    const char *style = m2_awsconfig_s3_style(config);
    struct m2_setting custom = m2_awsconfig_endpoint(config, r->scratch, r->service_name);
    struct m2_endpoint_input in = { .service = r->service_name,
                                    .region = r->region,
                                    .fips = m2_config_is_true(config->fips.value),
                                    .dual_stack = m2_config_is_true(config->dual_stack.value),
                                    .sts_legacy_global = m2_str_eq_ci(config->sts_endpoints.value, "legacy"),
                                    .custom_url = custom.value,
                                    .bucket = m2_run_bucket(r),
                                    .force_path_style = m2_str_eq(style, "path") ||
                                                        (custom.value && !m2_str_eq(style, "virtual")) };
    return m2_endpoint_resolve(&r->at, r->scratch, &in, err);
}

/* The bucket is the endpoint's part: the codec's path begins with it all the same. */
static const char *full_path(const struct m2_run *r)
{
    const char *rest = r->wire.path;
    if (m2_run_bucket(r) && m2_str_starts(m2_v_pstr(r->op.def, "http.requestUri"), "/{Bucket}")) {
        rest = m2_str_or(strchr(rest + 1, '/'), "");
        if (!*rest && !r->at.bucket_in_path)
            rest = "/";
    }
    return m2_arena_printf(r->scratch, "%s%s", r->at.path, rest);
}

static const char *full_host(const struct m2_run *r)
{
    const struct m2_sys *sys = r->client->opt.sys;
    if (m2_str_empty(r->wire.host_prefix) || is_address(r->at.host) ||
        m2_config_is_true(m2_env(sys, "AWS_DISABLE_HOST_PREFIX_INJECTION")))
        return r->at.host;
    return m2_arena_printf(r->scratch, "%s%s", r->wire.host_prefix, r->at.host);
}

struct headers {
    M2_VEC(struct m2_header) v;
};

static void put(struct m2_run *r, struct headers *h, struct m2_header header)
{
    for (size_t i = 0; i < h->v.len; i++)
        if (m2_str_eq_ci(h->v.at[i].name, header.name)) {
            h->v.at[i] = header;
            return;
        }
    m2_vec_push(r->scratch, &h->v, header);
}

static int sign(struct m2_run *r, struct headers *h, const char *host, const char *path, struct m2_err *err)
{
    struct m2_aws *c = r->client;
    struct m2_signed made = { 0 };
    r->signed_ms = m2_now_ms(c->opt.sys) + c->used_skew_ms;
    r->generation = c->generation;
    if (r->op.unsigned_call)
        return 0;
    struct m2_sign_input in = { .method = r->wire.method,
                                .host = host,
                                .path = path,
                                .query = r->wire.query,
                                .headers = h->v.at,
                                .n_headers = h->v.len,
                                .body = r->wire.body,
                                .region = r->at.signing_region,
                                .service = r->at.signing_name,
                                .keys = &c->creds.keys,
                                .time_ms = r->signed_ms,
                                .s3 = m2_str_eq(r->service_name, "s3") };
    if (m2_sigv4_sign(&made, r->scratch, &in, err) < 0)
        return -1;
    for (size_t i = 0; i < made.headers.len; i++)
        if (!m2_str_eq_ci(made.headers.at[i].name, "host")) /* the transport's own, equal to HOST */
            put(r, h, made.headers.at[i]);
    return 0;
}

static void set_request(struct m2_run *r, const char *method, const char *host, const char *path,
                        const char *query)
{
    bool plain = m2_str_eq(r->at.scheme, "http");
    r->clock_trusted = !plain || m2_str_starts(host, "127.") || m2_str_starts(host, "localhost") ||
                       m2_str_starts(host, "[::1]");
    r->req =
        (struct m2_request){ .method = method,
                             .url = m2_arena_printf(r->scratch, "%s://%s%s%s%s", r->at.scheme, host, path,
                                                    *query ? "?" : "", query),
                             .flags = plain ? M2_HTTP_PLAIN_OK : 0,
                             .total_timeout_ms = ATTEMPT_MS,
                             .label = m2_arena_printf(r->scratch, "%s %s", r->service_name, r->operation) };
}

int m2_run_build(struct m2_run *r, struct m2_err *err)
{
    struct headers h = { 0 };
    (void)fresh_scratch(r);
    if (resolve(r, err) < 0)
        return -1;
    const char *path = full_path(r), *host = full_host(r);
    for (size_t i = 0; i < r->wire.headers.len; i++)
        m2_vec_push(r->scratch, &h.v, r->wire.headers.at[i]);
    put(r, &h, (struct m2_header){ "amz-sdk-invocation-id", r->invocation });
    put(r, &h,
        (struct m2_header){ "amz-sdk-request", m2_arena_printf(r->scratch, "attempt=%d; max=%d",
                                                               r->retry.attempt, r->client->max_attempts) });
    if (sign(r, &h, host, path, err) < 0)
        return -1;
    set_request(r, r->wire.method, host, path, r->wire.query);
    r->req.headers = h.v.at;
    r->req.n_headers = h.v.len;
    r->req.body = r->wire.body;
    if (r->fresh || (!r->repeatable && m2_str_eq(r->wire.method, "POST")))
        r->req.flags |= M2_HTTP_NO_REUSE;
    if (r->finish)
        r->req.flags |= M2_HTTP_FINISH;
    return 0;
}

int m2_run_build_probe(struct m2_run *r, struct m2_err *err)
{
    (void)fresh_scratch(r);
    if (resolve(r, err) < 0)
        return -1;
    set_request(r, "HEAD", r->at.host, m2_str_or(r->at.path, "/"), "");
    return 0;
}
