/* What opens a repository: ECR's token by the caller, a challenge answered, what `docker login` left. */
#include <stdlib.h>
#include <string.h>

#include "m2/digest.h"
#include "m2/file.h"
#include "m2/json.h"
#include "registry/client.h"

#define MAX_TOKEN ((size_t)1 << 20)
#define MAX_DOCKER_CONFIG ((size_t)1 << 20)

struct m2_registry_grant *m2_registry_grant_of(struct m2_registry *r, const struct m2_registry_image *im)
{
    for (struct m2_registry_grant *g = r->grants; g; g = g->next)
        if (m2_str_eq(g->host, im->host) && m2_str_eq(g->repository, im->repository))
            return g;
    return NULL;
}

/* SCHEME and TEXT open the repository from now on; TEXT NULL: nothing is needed. */
static void grant(struct m2_registry_run *run, const char *scheme, const char *text)
{
    struct m2_registry_grant *g = m2_registry_grant_of(run->r, &run->im);
    if (!g) {
        g = m2_xcalloc(1, sizeof *g);
        g->host = m2_xstrdup(run->im.host);
        g->repository = m2_xstrdup(run->im.repository);
        g->next = run->r->grants;
        run->r->grants = g;
    }
    const char *header = text ? m2_arena_printf(run->own, "%s %s", scheme, text) : "";
    m2_secret_set(&g->header, header, strlen(header));
}

/* A token may hold no end of line: it goes into a header. */
static bool is_header_text(const char *s)
{
    for (; s && *s; s++)
        if ((unsigned char)*s < 0x21 || (unsigned char)*s > 0x7e)
            return false;
    return s;
}

/* Granted: a token was what was asked for, or it was on the way to something. METHOD: "ecr", "bearer",
 * "basic", "none". */
static void granted(struct m2_registry_run *run, const char *method)
{
    if (run->op != M2_REGISTRY_TOKEN) {
        m2_registry_read(run);
        return;
    }
    struct m2_value *output = m2_v_object(run->out);
    m2_v_set_str(run->out, output, "registry", run->im.host);
    m2_v_set_str(run->out, output, "method", method);
    if (run->realm) {
        m2_v_set_str(run->out, output, "realm", run->realm);
        m2_v_set_bool(run->out, output, "foreignRealm", run->foreign);
    }
    m2_v_set_bool(run->out, output, "credentials", m2_str_eq(method, "ecr") || (run->login && !run->foreign));
    m2_registry_finish(run, output);
}

/* ---- Docker's configuration ---- */

void m2_registry_docker_login(struct m2_secret *out, const struct m2_sys *sys, const char *host)
{
    struct m2_arena *a = m2_arena_new();
    const char *dir = m2_env(sys, "DOCKER_CONFIG"), *home = m2_env(sys, "HOME");
    struct m2_bytes text;
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    bool hub = m2_str_eq(host, "registry-1.docker.io");
    const char *path = dir    ? m2_arena_printf(a, "%s/config.json", dir)
                       : home ? m2_arena_printf(a, "%s/.docker/config.json", home)
                              : NULL;
    if (path && m2_file_read(&text, a, path, MAX_DOCKER_CONFIG, &err) == 0 &&
        m2_json_parse(&v, a, text, "config.json", &err) == 0) {
        const struct m2_value *auths = m2_v_get(v, "auths");
        const char *names[] = { hub ? "https://index.docker.io/v1/" : host,
                                m2_arena_printf(a, "https://%s", host) };
        for (size_t i = 0; i < sizeof names / sizeof names[0] && m2_secret_empty(out); i++) {
            const char *auth = m2_v_str(m2_v_get(auths, names[i]), "auth");
            const char *header = m2_arena_printf(a, "Basic %s", m2_str_or(auth, ""));
            if (!m2_str_empty(auth) && is_header_text(auth))
                m2_secret_set(out, header, strlen(header));
        }
        m2_wipe((void *)(uintptr_t)text.p, text.n);
    }
    m2_arena_free_wiped(a);
}

/* ---- challenges ---- */

static void on_token(struct m2_registry_run *run, const struct m2_response *res)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    if (res->status != 200) {
        m2_registry_refused(run, res);
        return;
    }
    bool json = m2_json_parse(&v, run->own, res->body, "token", &err) == 0;
    const char *token = m2_v_str(v, "token") ? m2_v_str(v, "token") : m2_v_str(v, "access_token");
    if (!json || m2_str_empty(token) || !is_header_text(token)) {
        m2_registry_refuse(run, "Protocol", 200, M2_EPROTO,
                           "the answer of the token server %s holds no token", run->realm);
        return;
    }
    grant(run, "Bearer", token);
    granted(run, "bearer");
}

static void encode(struct m2_buf *url, const char *name, const char *value)
{
    m2_buf_addf(url, "%c%s=", strchr(url->data, '?') ? '&' : '?', name);
    m2_uri_encode(url, value, strlen(value), 0);
}

static void ask_for_token(struct m2_registry_run *run, const struct m2_challenge *c)
{
    const char *host = strstr(c->realm, "://");
    struct m2_buf url;
    if (!host || strlen(c->realm) > 2000 || strpbrk(c->realm, "#\"<> \t\r\n")) {
        m2_registry_refuse(run, "Protocol", 401, M2_EPROTO,
                           "the registry names a token server that is no address");
        return;
    }
    run->realm = m2_str_lower(run->own, m2_arena_strndup(run->own, host + 3, strcspn(host + 3, "/?")));
    run->foreign = !m2_registry_same_site(run->im.host, run->realm);
    m2_secret_free(&run->credential);
    m2_registry_docker_login(&run->credential, run->r->opt.sys, run->im.host);
    run->login = !m2_secret_empty(&run->credential);
    if (run->foreign)
        m2_secret_free(&run->credential);
    m2_buf_init(&url, (size_t)64 << 10);
    m2_buf_adds(&url, c->realm);
    if (c->service)
        encode(&url, "service", c->service);
    encode(&url, "scope", m2_arena_printf(run->own, "repository:%s:pull", run->im.repository));
    m2_registry_get(run, url.data, MAX_TOKEN, false, on_token);
    m2_buf_free(&url);
}

void m2_registry_authenticate(struct m2_registry_run *run, const struct m2_response *res)
{
    struct m2_challenge c = { 0 };
    struct m2_secret login = { 0 };
    for (size_t i = 0; i < res->n_headers; i++)
        if (m2_str_eq_ci(res->headers[i].name, "www-authenticate"))
            m2_challenge_read(&c, run->own, res->headers[i].value);
    if (c.bearer && c.realm) {
        ask_for_token(run, &c);
        return;
    }
    /* ECR's password is in the grant already: asked again, it is refused. */
    if (c.basic && !run->im.ecr_account)
        m2_registry_docker_login(&login, run->r->opt.sys, run->im.host);
    run->login = !m2_secret_empty(&login);
    if (run->login) {
        grant(run, "Basic", m2_secret_reveal(&login) + strlen("Basic "));
        m2_secret_free(&login);
        granted(run, "basic");
    } else if (c.basic && !run->im.ecr_account) {
        m2_registry_refuse(
            run, "UNAUTHORIZED", 401, M2_ESERVICE,
            "the registry asks for a name and a password, and Docker's configuration holds none for %s",
            run->im.host);
    } else {
        m2_registry_refused(run, res);
    }
}

static void on_ping(struct m2_registry_run *run, const struct m2_response *res)
{
    if (res->status == 401) {
        run->challenged = true;
        m2_registry_authenticate(run, res);
    } else if (res->status == 200) {
        grant(run, "", NULL);
        granted(run, "none");
    } else {
        m2_registry_refused(run, res);
    }
}

/* ---- ECR ---- */

static void on_ecr_token(void *user, const struct m2_aws_answer *answer)
{
    struct m2_registry_run *run = user;
    if (answer->status != M2_AWS_OK) {
        m2_registry_refuse(run, m2_str_or(answer->code, "Unknown"), answer->http_status, answer->err.code,
                           "%s", m2_str_or(answer->message, answer->err.msg));
        return;
    }
    const char *token = m2_v_pstr(answer->output, "authorizationData[0].authorizationToken");
    if (m2_str_empty(token) || !is_header_text(token)) {
        m2_registry_refuse(run, "Protocol", answer->http_status, M2_EPROTO,
                           "ecr:GetAuthorizationToken answered no token");
        return;
    }
    grant(run, "Basic", token);
    granted(run, "ecr");
}

static void ask_ecr(struct m2_registry_run *run)
{
    struct m2_value *input = m2_v_object(run->own), *ids = m2_v_array(run->own);
    m2_v_push(run->own, ids, m2_v_string(run->own, run->im.ecr_account));
    m2_v_set(run->own, input, "registryIds", ids);
    const struct m2_aws_call call = {
        .service = "ecr", .operation = "GetAuthorizationToken", .region = run->im.ecr_region, .input = input
    };
    m2_aws_start(run->r->opt.aws, run->own, &call, on_ecr_token, run);
}

void m2_registry_token(struct m2_registry_run *run)
{
    const struct m2_registry_options *o = &run->r->opt;
    const struct m2_setting at =
        o->config ? m2_awsconfig_endpoint(o->config, run->own, "ecr") : (struct m2_setting){ .value = NULL };
    if (run->im.aws && at.value)
        m2_registry_skip(
            run, m2_arena_printf(run->own,
                                 "ECR is at an address of its own (%s), so AWS's registry %s was not asked",
                                 m2_str_or(at.source, "configured"), run->im.host));
    else if (run->im.ecr_account && !o->aws)
        m2_registry_skip(run,
                         "ECR hands out tokens to callers of AWS only, and AWS is not asked in this run");
    else if (run->im.ecr_account)
        ask_ecr(run);
    else
        m2_registry_get(run, m2_arena_printf(run->own, "%s/v2/", m2_registry_base(run)), MAX_TOKEN, false,
                        on_ping);
}
