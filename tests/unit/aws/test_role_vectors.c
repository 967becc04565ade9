/* The profile chains of smithy-rs's assume-role vectors, followed to the calls that a fake AWS sees. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "fakenet.h"
#include "home.h"
#include "m2/buf.h"
#include "m2/creds.h"
#include "m2/digest.h"
#include "m2/json.h"
#include "testsys.h"

struct aws {
    struct m2_arena *a;
    M2_VEC(const char *) calls; /* "imds", "sso ROLE ACCOUNT", "web KEYS BODY", "role KEYS BODY" */
    bool instance;              /* is this an EC2 instance? */
    char keys[4000];
};

static const char sts_answer[] =
    "<R><%sResult><Credentials><AccessKeyId>ASIA%zu</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
    "<SessionToken>t</SessionToken><Expiration>2026-11-23T10:00:00Z</Expiration></Credentials></%sResult></"
    "R>";

static struct fakenet_answer sts(struct aws *w, const struct m2_request *req)
{
    const char *body = m2_arena_strndup(w->a, req->body.p, req->body.n);
    bool web = strstr(body, "AssumeRoleWithWebIdentity&") != NULL;
    const char *authorization = fakenet_header(req, "authorization"), *key = "unsigned";
    if (authorization) {
        const char *at = strstr(authorization, "Credential=") + 11;
        key = m2_arena_strndup(w->a, at, strcspn(at, "/"));
    }
    m2_vec_push(w->a, &w->calls, m2_arena_printf(w->a, "%s %s &%s&", web ? "web" : "role", key, body));
    const char *action = web ? "AssumeRoleWithWebIdentity" : "AssumeRole";
    return (struct fakenet_answer){ .status = 200,
                                    .body = m2_arena_printf(w->a, sts_answer, action, w->calls.len, action) };
}

static struct fakenet_answer answer(void *user, const struct m2_request *req)
{
    struct aws *w = user;
    if (strstr(req->url, "://sts."))
        return sts(w, req);
    if (!w->instance && strstr(req->url, "/latest/"))
        return (struct fakenet_answer){ .fail = M2_ETIMEOUT };
    if (strstr(req->url, "/latest/api/token"))
        return (struct fakenet_answer){ .status = 200, .body = "TOKEN" };
    if (strstr(req->url, "/security-credentials/role"))
        return (struct fakenet_answer){
            .status = 200,
            .body = "{\"Code\":\"Success\",\"AccessKeyId\":\"FROMIMDS\",\"SecretAccessKey\":"
                    "\"s\",\"Token\":\"t\",\"Expiration\":\"2026-11-23T15:00:00Z\"}"
        };
    if (strstr(req->url, "/security-credentials/")) {
        m2_vec_push(w->a, &w->calls, "imds");
        return (struct fakenet_answer){ .status = 200, .body = "role" };
    }
    if (strstr(req->url, "/federation/credentials")) {
        m2_vec_push(w->a, &w->calls, m2_arena_printf(w->a, "sso %s", req->url));
        return (struct fakenet_answer){
            .status = 200,
            .body = "{\"roleCredentials\":{\"accessKeyId\":\"FROMSSO\",\"secretAccessKey\":"
                    "\"s\",\"sessionToken\":\"t\",\"expiration\":1795500000000}}"
        };
    }
    return (struct fakenet_answer){ .fail = M2_ENET };
}

static void add(struct m2_buf *b, const struct m2_value *sections, const char *type, const char *home)
{
    for (size_t i = 0; i < m2_v_len(sections); i++) {
        const struct m2_member *s = &sections->u.object.at[i];
        m2_buf_addf(b, "[%s %s]\n", type, s->key);
        for (size_t k = 0; k < m2_v_len(s->value); k++) {
            const struct m2_member *key = &s->value->u.object.at[k];
            const char *value = m2_v_text(key->value);
            bool token = m2_str_eq(key->key, "web_identity_token_file");
            m2_buf_addf(b, "%s = %s%s\n", key->key, token ? home : "", token ? "/token.jwt" : value);
        }
    }
}

static void sign_in(struct m2_arena *a, const char *home, const char *start_url)
{
    char name[M2_SHA1_HEX];
    m2_sha1_hex(name, start_url, strlen(start_url));
    home_write(a, home, m2_arena_printf(a, ".aws/sso/cache/%s.json", name),
               "{\"accessToken\":\"tok\",\"expiresAt\":\"2026-11-23T20:00:00Z\"}");
}

/* Has CALL "&NAME=VALUE&"? A field that the vector does not list must be absent, save the session name we
 * make up. */
static void check_field(struct m2_arena *a, const char *name, const char *call, const char *field,
                        const char *value, bool made_up)
{
    struct m2_buf b;
    m2_buf_init(&b, 4096);
    m2_buf_addf(&b, "&%s=", field);
    if (value) {
        m2_uri_encode(&b, value, strlen(value), 0);
        m2_buf_addc(&b, '&');
    } else if (made_up) {
        m2_buf_adds(&b, "botocore-session-1795424400&");
    }
    cr_assert_eq(strstr(call, b.data) != NULL, value || made_up, "%s: %s in %s", name, b.data, call);
    m2_buf_free(&b);
    (void)a;
}

static void check_role(struct m2_arena *a, const char *name, const struct m2_value *role, const char *call,
                       const char *keys)
{
    cr_assert(m2_str_starts(call, keys), "%s: %s is not signed by %s", name, call, keys);
    check_field(a, name, call, "RoleArn", m2_v_str(role, "role_arn"), false);
    check_field(a, name, call, "RoleSessionName", m2_v_str(role, "role_session_name"), true);
    check_field(a, name, call, "ExternalId", m2_v_str(role, "external_id"), false);
}

static void check_chain(struct aws *w, const char *name, const struct m2_value *chain)
{
    const char *signer = "?";
    size_t call = 0;
    struct m2_value *link;
    m2_v_each(link, i, chain)
    {
        const char *kind = link->u.object.at[0].key;
        const struct m2_value *v = link->u.object.at[0].value;
        if (m2_str_eq(kind, "AccessKey")) {
            signer = m2_v_str(v, "access_key_id");
            continue;
        }
        cr_assert(call < w->calls.len, "%s: only %zu calls", name, w->calls.len);
        const char *seen = w->calls.at[call++];
        if (m2_str_eq(kind, "NamedSource")) {
            cr_assert_str_eq(seen, "imds", "%s", name);
            signer = "FROMIMDS";
        } else if (m2_str_eq(kind, "Sso")) {
            cr_assert(strstr(seen, m2_v_str(v, "sso_account_id")) &&
                          strstr(seen, m2_v_str(v, "sso_role_name")) &&
                          strstr(seen, m2_v_str(v, "sso_region")),
                      "%s: %s", name, seen);
            signer = "FROMSSO";
        } else {
            bool web = m2_str_eq(kind, "WebIdentityToken");
            check_role(w->a, name, v, seen,
                       web ? "web unsigned " : m2_arena_printf(w->a, "role %s ", signer));
            signer = m2_arena_printf(w->a, "ASIA%zu", call);
        }
    }
    cr_assert_eq(call, w->calls.len, "%s: %zu calls too many", name, w->calls.len - call);
    cr_assert_str_eq(w->keys, signer, "%s", name);
}

static int load(struct aws *w, const struct m2_value *test, const char *home, struct m2_err *err)
{
    struct m2_buf b;
    m2_buf_init(&b, 65536);
    add(&b, m2_v_path(test, "input.profiles"), "profile", home);
    add(&b, m2_v_path(test, "input.sso_sessions"), "sso-session", home);
    home_write(w->a, home, ".aws/config", b.data);
    m2_buf_free(&b);
    const char *const env[] = { "HOME", home, "AWS_PROFILE", m2_v_pstr(test, "input.selected_profile"),
                                NULL };
    struct testsys t;
    testsys_init(&t, env);
    t.now_ms = INT64_C(1795424400000);
    struct fakenet net;
    fakenet_init(&net, answer, w);
    struct m2_awsconfig config;
    if (m2_awsconfig_load(&config, w->a, &t.sys, NULL, err) < 0)
        return -1;
    struct m2_creds_context c = { .arena = w->a, .sys = &t.sys, .net = &net.net, .config = &config };
    struct m2_creds creds = { 0 };
    int rc = m2_creds_load(&creds, &c, err);
    if (rc == 0)
        (void)snprintf(w->keys, sizeof w->keys, "%s", m2_secret_reveal(&creds.keys.access_key_id));
    m2_creds_free(&creds);
    return rc;
}

Test(role_vectors, chains)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root, *test;
    struct m2_err err = { 0 };
    if (m2_json_read_file(&root, a, M2_CONFORMANCE "/config/assume-role-tests.json", &err) < 0) {
        (void)fprintf(stderr, "assume-role: not here, nothing run\n");
        cr_skip_test("no vectors");
    }
    size_t run = 0, skipped = 0;
    m2_v_each(test, i, root)
    {
        const char *name = m2_v_str(test, "docs");
        if (m2_str_eq(name, "SSO token profile selected")) {
            skipped++; /* a bearer token alone, for services that sign nothing; none of our calls can use it
                        */
            continue;
        }
        struct aws w = { .a = a, .instance = m2_v_path(test, "output.ProfileChain[0].NamedSource") != NULL };
        const char *home = home_new(a);
        home_write(a, home, "token.jwt", "web.identity.token");
        sign_in(a, home, "https://foo.bar");
        err = (struct m2_err){ 0 };
        int rc = load(&w, test, home, &err);
        home_remove(home);
        run++;
        if (m2_v_path(test, "output.Error")) {
            cr_assert(rc < 0 && *err.msg, "%s: no error", name);
            cr_assert_eq(w.calls.len, 0, "%s: %s", name, w.calls.len ? w.calls.at[0] : "");
            continue;
        }
        cr_assert_eq(rc, 0, "%s: %s", name, err.msg);
        check_chain(&w, name, m2_v_path(test, "output.ProfileChain"));
    }
    (void)fprintf(stderr, "assume-role (a bearer token without a role skipped): %zu run, %zu skipped\n", run,
                  skipped);
    cr_assert(run == 27 && skipped == 1);
    m2_arena_free(a);
}
