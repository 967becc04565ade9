/*
 * aws/creds_imds.c — the role of an EC2 instance, by the metadata service version 2. Version 1 is never
 * asked: it answers anybody who can make the instance fetch a URL.
 */
#include <string.h>

#include "aws/creds_source.h"
#include "m2/buf.h"
#include "m2/digest.h"
#include "m2/json.h"
#include "m2/time.h"

#define MAX_ANSWER ((size_t)64 << 10)
#define MIN_MS INT64_C(60000)
#define STAY_MIN_MS (17 * MIN_MS)
#define STAY_SPREAD_MS (8 * MIN_MS)
#define RENEW_MS (15 * MIN_MS)

struct imds {
    struct m2_creds_context *c;
    struct m2_arena *secrets;
    const char *base;
    const char *token;
    int timeout_ms, attempts;
};

static const char *setting(const struct m2_creds_context *c, const char *variable, const char *key)
{
    const char *value = m2_env(c->sys, variable);
    return value ? value : m2_cred_get(c, key);
}

static int check_url(const char *url, struct m2_err *err)
{
    size_t scheme = m2_str_starts(url, "http://") ? 7 : m2_str_starts(url, "https://") ? 8 : 0;
    bool good = scheme && url[scheme] && url[scheme] != '/';
    for (const char *p = url; *p; p++)
        good = good && *p > 0x20 && *p < 0x7f && *p != '@' && *p != '?' && *p != '#';
    if (good)
        return 0;
    return m2_fail(err, M2_ECRED, "the metadata service endpoint is not an http URL with a host");
}

int m2_imds_endpoint(const char **url, struct m2_creds_context *c, struct m2_err *err)
{
    const char *named = setting(c, "AWS_EC2_METADATA_SERVICE_ENDPOINT", "ec2_metadata_service_endpoint");
    const char *mode =
        setting(c, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ec2_metadata_service_endpoint_mode");
    if (named) {
        if (check_url(named, err) < 0)
            return -1;
        size_t n = strlen(named);
        *url = m2_arena_strndup(c->arena, named, named[n - 1] == '/' ? n - 1 : n);
        return 0;
    }
    if (mode && !m2_str_eq_ci(mode, "IPv4") && !m2_str_eq_ci(mode, "IPv6"))
        return m2_fail(err, M2_ECRED, "the metadata service endpoint mode \"%s\" is neither IPv4 nor IPv6",
                       m2_cred_shown(c, mode, 40));
    *url = m2_str_eq_ci(mode, "IPv6") ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
    return 0;
}

/* A whole number of the environment or the profile; FALLBACK when unset or unusable. */
static int number(const struct m2_creds_context *c, const char *variable, const char *key, int fallback,
                  int most)
{
    uint64_t n;
    const char *text = setting(c, variable, key);
    return text && m2_parse_u64(&n, text, 1, (uint64_t)most, key, NULL) == 0 ? (int)n : fallback;
}

static int ask(struct m2_response *out, const struct imds *m, const char *method, const char *path,
               struct m2_err *err)
{
    struct m2_header headers[1];
    bool want_token = m->token == NULL;
    headers[0] = want_token ? (struct m2_header){ "x-aws-ec2-metadata-token-ttl-seconds", "21600" }
                            : (struct m2_header){ "x-aws-ec2-metadata-token", m->token };
    struct m2_request req = { .method = method,
                              .url = m2_arena_printf(m->secrets, "%s%s", m->base, path),
                              .headers = headers,
                              .n_headers = 1,
                              .flags = M2_HTTP_PLAIN_OK | M2_HTTP_NO_PROXY,
                              .connect_timeout_ms = m->timeout_ms,
                              .total_timeout_ms = m2_cred_limit(m->c, m->timeout_ms),
                              .max_body = MAX_ANSWER,
                              .label = "instance metadata" };
    for (int attempt = 1;; attempt++) {
        int rc = m2_net_fetch(out, m->secrets, m->c->net, &req, err);
        bool good = rc == 0 && out->status < 500;
        if (good || attempt >= m->attempts || m2_cancelled(m->c->sys))
            return rc;
    }
}

static bool header_safe(const char *s)
{
    for (; *s; s++)
        if (*s <= 0x20 || *s >= 0x7f)
            return false;
    return true;
}

static int get_token(struct imds *m, struct m2_err *err)
{
    struct m2_response res;
    struct m2_err why = { 0 };
    if (ask(&res, m, "PUT", "/latest/api/token", &why) < 0) {
        if (why.code == M2_ETIMEOUT)
            return m2_fail(
                err, M2_ECRED,
                "%s gave no token within %d ms: this is no EC2 instance, or it is a container on one "
                "whose metadata hop limit is 1 (aws ec2 modify-instance-metadata-options "
                "--instance-id ID --http-put-response-hop-limit 2)",
                m->base, m->timeout_ms);
        return m2_fail(err, why.code == M2_ECANCELLED ? M2_ECANCELLED : M2_ECRED, "%s cannot be reached: %s",
                       m->base, why.msg);
    }
    if (res.status != 200)
        return m2_fail(err, M2_ECRED, "%s refused a token with HTTP %d%s", m->base, res.status,
                       res.status == 403 ? " (metadata access is turned off on this instance)" : "");
    char *token = m2_str_trim(m->secrets, m2_arena_strndup(m->secrets, res.body.p, res.body.n));
    if (!*token || !header_safe(token))
        return m2_fail(err, M2_ECRED, "%s answered something that is not a token", m->base);
    m->token = token;
    return 0;
}

/* Instances get new keys late; the old ones go on working in the meantime, so they stay and are asked for
 * again. */
static void keep_nearly_expired(struct m2_cred_parts *p, struct m2_creds_context *c)
{
    int64_t now = m2_now_ms(c->sys);
    uint32_t r;
    if (p->expires_ms - now > RENEW_MS)
        return;
    c->sys->random(c->sys->ctx, &r, sizeof r);
    p->expires_ms = now + STAY_MIN_MS + (int64_t)(r % (uint32_t)STAY_SPREAD_MS);
}

static int get_keys(struct m2_creds *out, struct imds *m, const char *role, struct m2_err *err)
{
    struct m2_response res;
    struct m2_value *v = NULL;
    struct m2_buf path;
    m2_buf_init(&path, 8192);
    m2_buf_adds(&path, "/latest/meta-data/iam/security-credentials/");
    m2_uri_encode(&path, role, strlen(role), 0);
    int rc = ask(&res, m, "GET", path.data, err);
    m2_buf_free(&path);
    if (rc < 0)
        return m2_context(err, "the role's keys");
    if (res.status != 200 || m2_json_parse(&v, m->secrets, res.body, "answer", NULL) < 0)
        return m2_fail(err, M2_ECRED, "the role's keys were answered with HTTP %d%s", res.status,
                       res.status == 200 ? " and no JSON" : "");
    const char *code = m2_v_str(v, "Code"), *expires = m2_v_str(v, "Expiration");
    if (code && !m2_str_eq(code, "Success"))
        return m2_fail(err, M2_ECRED, "the role's keys were refused: %s", m2_cred_shown(m->c, code, 80));
    struct m2_cred_parts p = { .id = m2_v_str(v, "AccessKeyId"),
                               .secret = m2_v_str(v, "SecretAccessKey"),
                               .token = m2_v_str(v, "Token"),
                               .account = m2_v_str(v, "AccountId"),
                               .id_name = "AccessKeyId",
                               .secret_name = "SecretAccessKey",
                               .source = m2_arena_printf(m->c->arena, "EC2 instance role %s", role) };
    if (m2_str_empty(p.token))
        return m2_fail(err, M2_ECRED, "Token is missing");
    if (!expires || !m2_time_parse(&p.expires_ms, expires))
        return m2_fail(err, M2_ECRED, "Expiration is missing");
    keep_nearly_expired(&p, m->c);
    return m2_cred_fill(out, m->c, &p, err);
}

static int fetch(struct m2_creds *out, struct imds *m, struct m2_err *err)
{
    struct m2_response res;
    if (get_token(m, err) < 0)
        return -1;
    if (ask(&res, m, "GET", "/latest/meta-data/iam/security-credentials/", err) < 0)
        return m2_context(err, "the name of the instance's role");
    const char *text = m2_arena_strndup(m->secrets, res.body.p, res.body.n);
    const char *role = m2_cred_shown(m->c, m2_arena_strndup(m->secrets, text, strcspn(text, "\r\n")), 128);
    if (res.status == 404 || (res.status == 200 && !*role))
        return m2_fail(err, M2_ECRED, "the instance has no role (instance profile)");
    if (res.status != 200)
        return m2_fail(err, M2_ECRED, "the name of the instance's role was answered with HTTP %d",
                       res.status);
    return get_keys(out, m, role, err);
}

enum m2_cred_answer m2_cred_imds(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err)
{
    struct imds m = { .c = c };
    const char *disabled = m2_env(c->sys, "AWS_EC2_METADATA_DISABLED");
    if (disabled && m2_str_eq_ci(disabled, "true"))
        return m2_cred_absent(err, "turned off by AWS_EC2_METADATA_DISABLED");
    if (m2_imds_endpoint(&m.base, c, err) < 0)
        return M2_CRED_ABSENT;
    m.timeout_ms = 1000 * number(c, "AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout", 1, 60);
    m.attempts = number(c, "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "metadata_service_num_attempts", 1, 10);
    m.secrets = m2_arena_new();
    int rc = fetch(out, &m, err);
    m2_arena_free_wiped(m.secrets);
    if (rc == 0)
        return M2_CRED_FOUND;
    return err && err->code == M2_ECANCELLED ? M2_CRED_BROKEN : M2_CRED_ABSENT;
}
