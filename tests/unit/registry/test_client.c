/* The client over a scripted network: what is sent to whom, what is kept, what hostile registries get. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clientfix.h"
#include "m2/digest.h"
#include "m2/file.h"
#include "m2/json.h"
#include "m2/registry.h"

#define CONFIG                                                                                               \
    "{\"architecture\":\"amd64\",\"os\":\"linux\",\"created\":\"2026-01-01T00:00:00Z\",\"config\":{\"Env\":" \
    "[\"K=HUSHenv\"]}}"
#define MANIFEST                                                                                             \
    "{\"schemaVersion\":2,\"mediaType\":\"application/"                                                      \
    "vnd.oci.image.manifest.v1+json\",\"config\":{\"digest\":\"sha256:c\","                                  \
    "\"size\":7},\"layers\":[{\"digest\":\"sha256:l\",\"size\":40},{\"digest\":\"sha256:m\",\"size\":2}]}"
#define PING "GET https://reg.example/v2/\n"
#define THE_MANIFEST "GET https://reg.example/v2/lab/run/manifests/v1\n"
#define BEARER(realm) "www-authenticate: Bearer realm=\"" realm "\",service=\"reg\""
#define LOGIN "bWU6SFVTSHB3" /* me:HUSHpw */

struct lab {
    struct clientfix fix;
    struct m2_registry *r;
    char dir[64];
    const char *env[16];
};

struct got {
    int n;
    struct m2_registry_answer a;
};

static void on_done(void *user, const struct m2_registry_answer *answer)
{
    struct got *g = user;
    g->n++;
    g->a = *answer;
}

/* AUTHS: the members of "auths" in Docker's configuration, or NULL for none. */
static void lab_open(struct lab *l, const struct script_row *rows, const char *auths)
{
    memset(l, 0, sizeof *l);
    (void)snprintf(l->dir, sizeof l->dir, "/tmp/m2-registry-XXXXXX");
    cr_assert(mkdtemp(l->dir));
    const char *env[] = { "AWS_ACCESS_KEY_ID",
                          "AKIDEXAMPLE",
                          "AWS_SECRET_ACCESS_KEY",
                          "HUSHkey",
                          "AWS_REGION",
                          "us-east-1",
                          "HOME",
                          "/nonexistent",
                          "DOCKER_CONFIG",
                          l->dir,
                          NULL };
    memcpy(l->env, env, sizeof env);
    clientfix_init(&l->fix, l->env, rows);
    if (auths) {
        struct m2_err err = { 0 };
        const char *text = m2_arena_printf(l->fix.arena, "{\"auths\":{%s}}", auths);
        cr_assert_eq(m2_file_write(m2_arena_printf(l->fix.arena, "%s/config.json", l->dir), m2_bytes_of(text),
                                   0600, &err),
                     0);
    }
    const struct m2_registry_options opt = {
        .sys = &l->fix.sys.sys, .net = &l->fix.net.net, .aws = l->fix.client, .config = &l->fix.config
    };
    l->r = m2_registry_new(&opt);
}

static void lab_close(struct lab *l)
{
    (void)unlink(m2_arena_printf(l->fix.arena, "%s/config.json", l->dir));
    (void)rmdir(l->dir);
    m2_registry_free(l->r);
    clientfix_free(&l->fix);
}

/* The answer's text holds no secret, whatever it is. */
static struct m2_registry_answer ask(struct lab *l, const char *operation, const char *image,
                                     const char *reference)
{
    struct got g = { 0 };
    struct m2_arena *a = l->fix.arena;
    struct m2_value *input = m2_v_object(a);
    m2_v_set_str(a, input, "image", image);
    if (reference)
        m2_v_set_str(a, input, "reference", reference);
    m2_registry_start(l->r, a, operation, input, on_done, &g);
    cr_assert_eq(g.n, 0, "answered from within the call");
    while (!g.n)
        cr_assert(m2_net_step(&l->fix.net.net, 10) || g.n, "%s %s is never answered", operation, image);
    const char *said = m2_arena_printf(a, "%s %s %s %s", m2_json_text(a, g.a.output), m2_str_or(g.a.code, ""),
                                       m2_str_or(g.a.message, ""), g.a.err.msg);
    cr_assert(!strstr(said, "HUSH") && !strstr(said, LOGIN), "a secret is told: %s", said);
    return g.a;
}

/* The requests that carried an Authorization. */
static size_t opened(const struct lab *l, const char *with)
{
    size_t n = 0;
    for (size_t i = 0; i < l->fix.net.n_asked; i++)
        n += strstr(l->fix.net.asked[i], "\nAuthorization: ") != NULL && strstr(l->fix.net.asked[i], with);
    return n;
}

static const char *digest_of(struct m2_arena *a, const char *text)
{
    char hex[M2_SHA256_HEX];
    m2_sha256_hex(hex, text, strlen(text));
    return m2_arena_printf(a, "sha256:%s", hex);
}

Test(registry, a_registry_that_is_open_to_all)
{
    const struct script_row rows[] = { { .has = PING, .status = 200, .body = "{}" },
                                       { .has = THE_MANIFEST, .status = 200, .body = MANIFEST },
                                       { 0 } };
    struct lab l;
    lab_open(&l, rows, "\"reg.example\":{\"auth\":\"" LOGIN "\"}");
    struct m2_registry_answer a = ask(&l, "GetToken", "reg.example/lab/run:v1", NULL);
    cr_assert_eq(a.status, M2_REGISTRY_OK, "%s", a.err.msg);
    cr_expect_str_eq(m2_v_str(a.output, "method"), "none");
    a = ask(&l, "GetManifest", "reg.example/lab/run:v1", "v1");
    cr_assert_eq(a.status, M2_REGISTRY_OK, "%s", a.err.msg);
    cr_expect_eq(m2_v_int_or(a.output, "layersSize", 0), 42);
    cr_expect_str_eq(m2_v_str(a.output, "digest"), digest_of(l.fix.arena, MANIFEST));
    cr_expect(strstr(l.fix.net.asked[1], "application/vnd.oci.image.index.v1+json") &&
              strstr(l.fix.net.asked[1], "application/vnd.docker.distribution.manifest.v2+json"));
    cr_expect_eq(opened(&l, ""), 0, "a login was shown to who did not ask for one");
    lab_close(&l);
}

Test(registry, basic_login_of_docker_is_used)
{
    const struct script_row rows[] = {
        { .has = PING, .status = 401, .headers = "www-authenticate: Basic realm=\"r\"" },
        { .has = THE_MANIFEST, .also = "Authorization: Basic " LOGIN "\n", .status = 200, .body = MANIFEST },
        { 0 }
    };
    struct lab l;
    lab_open(&l, rows, "\"reg.example\":{\"auth\":\"" LOGIN "\"}");
    struct m2_registry_answer a = ask(&l, "GetToken", "reg.example/lab/run:v1", NULL);
    cr_assert(a.status == M2_REGISTRY_OK && m2_v_bool_or(a.output, "credentials", false), "%s", a.err.msg);
    a = ask(&l, "GetManifest", "reg.example/lab/run:v1", "v1");
    cr_assert_eq(a.status, M2_REGISTRY_OK, "%s", a.err.msg);
    lab_close(&l);
}

Test(registry, without_a_login_the_refusal_says_what_is_missing)
{
    const struct script_row rows[] = {
        { .has = PING, .status = 401, .headers = "www-authenticate: Basic realm=\"r\"" }, { 0 }
    };
    struct lab l;
    lab_open(&l, rows, NULL);
    struct m2_registry_answer a = ask(&l, "GetToken", "reg.example/lab/run:v1", NULL);
    cr_expect(a.status == M2_REGISTRY_ERROR && m2_str_eq(a.code, "UNAUTHORIZED") && a.http_status == 401);
    cr_expect(strstr(a.message, "holds none for reg.example"), "%s", a.message);
    lab_close(&l);
}

Test(registry, a_token_server_of_the_same_domain_gets_the_login)
{
    const struct script_row rows[] = {
        { .has = PING, .status = 401, .headers = BEARER("https://auth.reg.example/token?a=b") },
        { .has = "GET https://auth.reg.example/token?a=b&service=reg&scope=repository%3Alab%2Frun%3Apull\n",
          .also = "Authorization: Basic " LOGIN "\n",
          .status = 200,
          .body = "{\"token\":\"HUSHtoken\"}" },
        { .has = THE_MANIFEST, .also = "Authorization: Bearer HUSHtoken\n", .status = 200, .body = MANIFEST },
        { 0 }
    };
    struct lab l;
    lab_open(&l, rows, "\"https://reg.example\":{\"auth\":\"" LOGIN "\"}");
    struct m2_registry_answer a = ask(&l, "GetToken", "reg.example/lab/run:v1", NULL);
    cr_assert_eq(a.status, M2_REGISTRY_OK, "%s", a.err.msg);
    cr_expect(!m2_v_bool_or(a.output, "foreignRealm", true) && m2_v_bool_or(a.output, "credentials", false));
    a = ask(&l, "GetManifest", "reg.example/lab/run:v1", "v1");
    cr_assert_eq(a.status, M2_REGISTRY_OK, "%s", a.err.msg);
    lab_close(&l);
}

Test(registry, a_foreign_token_server_gets_no_login_and_is_named)
{
    const struct script_row rows[] = {
        { .has = PING, .status = 401, .headers = BEARER("https://evil.example/token") },
        { .has = "GET https://evil.example/token?",
          .status = 401,
          .body = "{\"details\":\"give me a password\"}" },
        { 0 }
    };
    struct lab l;
    lab_open(&l, rows, "\"reg.example\":{\"auth\":\"" LOGIN "\"}");
    struct m2_registry_answer a = ask(&l, "GetToken", "reg.example/lab/run:v1", NULL);
    cr_expect_eq(opened(&l, ""), 0, "the login went to a foreign server");
    cr_expect(a.status == M2_REGISTRY_ERROR && a.http_status == 401);
    cr_expect(strstr(a.message, "evil.example is none of reg.example: it got no credentials"), "%s",
              a.message);
    lab_close(&l);
}

Test(registry, a_token_server_in_clear_or_one_that_sends_on_is_not_asked)
{
    static const char *const headers[] = { BEARER("http://reg.example/token"), BEARER("file:///etc/passwd"),
                                           BEARER("https://me:pw@reg.example/t"),
                                           BEARER("https://reg.example/on") };
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        const struct script_row rows[] = {
            { .has = PING, .status = 401, .headers = headers[i] },
            { .has = "https://reg.example/on", .status = 302, .headers = "location: https://evil.example/" },
            { 0 }
        };
        struct lab l;
        lab_open(&l, rows, "\"reg.example\":{\"auth\":\"" LOGIN "\"}");
        struct m2_registry_answer a = ask(&l, "GetToken", "reg.example/lab/run:v1", NULL);
        cr_expect(a.status == M2_REGISTRY_ERROR && m2_str_eq(a.code, "Redirect"), "%s: %s", headers[i],
                  a.code);
        cr_expect_eq(l.fix.net.n_asked, i == 3 ? 2 : 1, "%s", headers[i]);
        lab_close(&l);
    }
}

Test(registry, ecr_opens_with_the_callers_own_token_and_blobs_elsewhere_are_fetched_without_it)
{
#define ECR_HOST "https://469266894233.dkr.ecr.us-west-2.amazonaws.com"
    struct m2_arena *own = m2_arena_new();
    const char *config = digest_of(own, CONFIG),
               *path = m2_arena_printf(own, "GET " ECR_HOST "/v2/lab/run/blobs/%s\n", config);
    const struct script_row rows[] = {
        { .has = "api.ecr.us-west-2.amazonaws.com",
          .also = "{\"registryIds\":[\"469266894233\"]}",
          .status = 200,
          .body = "{\"authorizationData\":[{\"authorizationToken\":\"HUSHecr\",\"expiresAt\":1795467600}]}" },
        { .has = "GET " ECR_HOST "/v2/lab/run/manifests/v1\n",
          .also = "Authorization: Basic HUSHecr\n",
          .status = 200,
          .body = MANIFEST },
        { .has = path,
          .also = "Authorization: Basic HUSHecr\n",
          .status = 307,
          .headers = "location: https://layers.s3.us-west-2.amazonaws.com/x?X-Amz-Signature=HUSHsigned" },
        { .has = "GET https://layers.s3.us-west-2.amazonaws.com/x?X-Amz-Signature=HUSHsigned\n",
          .status = 200,
          .body = CONFIG },
        { 0 }
    };
    struct lab l;
    lab_open(&l, rows, NULL);
    const char *image = "469266894233.dkr.ecr.us-west-2.amazonaws.com/lab/run:v1";
    struct m2_registry_answer a = ask(&l, "GetToken", image, NULL);
    cr_assert_eq(a.status, M2_REGISTRY_OK, "%s", a.err.msg);
    cr_expect_str_eq(m2_v_str(a.output, "method"), "ecr");
    a = ask(&l, "GetManifest", image, "v1");
    cr_assert_eq(a.status, M2_REGISTRY_OK, "%s", a.err.msg);
    a = ask(&l, "GetConfig", image, config);
    cr_assert_eq(a.status, M2_REGISTRY_OK, "%s", a.err.msg);
    cr_expect_str_eq(m2_v_str(a.output, "architecture"), "amd64");
    cr_expect_eq(opened(&l, "layers.s3"), 0, "the registry's password went to S3");
    cr_expect_eq(opened(&l, "GET " ECR_HOST), 2);
    lab_close(&l);
    m2_arena_free(own);
}

Test(registry, with_an_endpoint_of_its_own_the_real_ecr_is_not_asked)
{
    static const char *const images[] = { "469266894233.dkr.ecr.us-west-2.amazonaws.com/lab/run:v1",
                                          "public.ecr.aws/lab/run:v1" };
    const struct script_row rows[] = { { 0 } };
    for (size_t i = 0; i < 2; i++) {
        struct lab l;
        lab_open(&l, rows, NULL);
        l.fix.config.flags.endpoint_url = "http://127.0.0.1:4566";
        struct m2_registry_answer a = ask(&l, "GetToken", images[i], NULL);
        cr_expect(a.status == M2_REGISTRY_SKIPPED && strstr(a.message, "--endpoint-url"), "%s",
                  m2_str_or(a.message, ""));
        cr_expect_eq(l.fix.net.n_asked, 0);
        lab_close(&l);
    }
}

/* A manifest that is answered with something else. */
static const struct {
    const char *name, *code, *says;
    struct script_row row;
    size_t asked;
} hostile[] = {
    { "the tag is unknown",
      "MANIFEST_UNKNOWN",
      "manifest unknown",
      { .status = 404,
        .body = "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}" },
      1 },
    { "html",
      "404",
      "a text that no registry writes",
      { .status = 404, .body = "<html>not here</html>" },
      1 },
    { "html as success", "Protocol", "no manifest", { .status = 200, .body = "<html>hello</html>" }, 1 },
    { "truncated JSON",
      "Protocol",
      "no manifest",
      { .status = 200, .body = "{\"schemaVersion\":2,\"layers\":[" },
      1 },
    { "wrong digest",
      "DigestMismatch",
      "were changed",
      { .status = 200,
        .headers =
            "docker-content-digest: sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        .body = MANIFEST },
      1 },
    { "401 again and again",
      "UNAUTHORIZED",
      "no",
      { .status = 401,
        .headers = BEARER("https://reg.example/token"),
        .body = "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"no\"}]}" },
      3 /* manifest, token, manifest */ },
    { "throttled for a short time", "429", "429", { .status = 429, .headers = "retry-after: 1" }, 3 },
    { "throttled for long: not waited for",
      "429",
      "429",
      { .status = 429, .headers = "retry-after: 600" },
      1 },
    { "server errors", "503", "503", { .status = 503 }, 3 },
    { "redirects for ever",
      "Redirect",
      "never ends",
      { .status = 307, .headers = "location: /v2/lab/run/manifests/v1" },
      6 },
    { "redirect in clear",
      "Redirect",
      "no https",
      { .status = 307, .headers = "location: http://reg.example/x" },
      1 },
    { "redirect to a file",
      "Redirect",
      "no https",
      { .status = 307, .headers = "location: file:///etc/passwd" },
      1 },
    { "no connection", "Network", "", { .fault = M2_ENET, .unsent = true }, 3 },
    { "no end in time", "Timeout", "", { .fault = M2_ETIMEOUT }, 1 },
    { "too much", "TooLarge", "", { .fault = M2_ELIMIT }, 1 },
    { "what was sent is said back",
      "DENIED",
      "***",
      { .status = 403,
        .body = "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no Bearer HUSHtoken\\u001b[31m\"}]}" },
      1 },
};

Test(registry, hostile_answers_are_clear_results)
{
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct script_row answer = hostile[i].row;
        answer.has = "/v2/lab/run/manifests/v1";
        const struct script_row rows[] = {
            { .has = PING, .times = 1, .status = 401, .headers = BEARER("https://reg.example/token") },
            { .has = "https://reg.example/token", .status = 200, .body = "{\"token\":\"HUSHtoken\"}" },
            answer,
            { 0 }
        };
        struct lab l;
        lab_open(&l, rows, NULL);
        struct m2_registry_answer a = ask(&l, "GetToken", "reg.example/lab/run:v1", NULL);
        cr_assert_eq(a.status, M2_REGISTRY_OK, "%s", a.err.msg);
        size_t before = l.fix.net.n_asked;
        a = ask(&l, "GetManifest", "reg.example/lab/run:v1", "v1");
        cr_expect(a.status == M2_REGISTRY_ERROR && m2_str_eq(a.code, hostile[i].code), "%s: %s %s",
                  hostile[i].name, m2_str_or(a.code, "ok"), m2_str_or(a.message, ""));
        cr_expect(strstr(m2_str_or(a.message, ""), hostile[i].says) &&
                      !strchr(m2_str_or(a.message, ""), '\x1b'),
                  "%s: %s", hostile[i].name, m2_str_or(a.message, ""));
        cr_expect_eq(l.fix.net.n_asked - before, hostile[i].asked, "%s: %zu requests", hostile[i].name,
                     l.fix.net.n_asked - before);
        lab_close(&l);
    }
}

/* Regression: a message was cut before it was searched for the secret, and a code was not searched at all. */
Test(registry, a_long_token_that_is_said_back_in_message_and_code_is_hidden)
{
    struct m2_arena *own = m2_arena_new();
    char token[1001];
    for (size_t i = 0; i < 1000; i++)
        token[i] = "HUSH"[i % 4];
    token[1000] = '\0';
    const char *granted = m2_arena_printf(own, "{\"token\":\"%s\"}", token),
               *echo = m2_arena_printf(own,
                                       "{\"errors\":[{\"code\":\"NO\\u001b[31m%s%s\",\"message\":\"sent: %s "
                                       "%0400d\"}]}",
                                       token, "and_a_code_that_goes_on_and_on_and_on_and_on_and_on_and_on",
                                       token, 0);
    const struct script_row rows[] = {
        { .has = PING, .status = 401, .headers = BEARER("https://reg.example/token") },
        { .has = "https://reg.example/token", .status = 200, .body = granted },
        { .has = THE_MANIFEST, .status = 403, .body = echo },
        { 0 }
    };
    struct lab l;
    lab_open(&l, rows, NULL);
    (void)ask(&l, "GetToken", "reg.example/lab/run:v1", NULL);
    struct m2_registry_answer a = ask(&l, "GetManifest", "reg.example/lab/run:v1", "v1");
    cr_assert_eq(a.status, M2_REGISTRY_ERROR);
    cr_expect(strstr(a.message, "sent: ***") && strlen(a.message) <= 300, "%s", a.message);
    cr_expect(m2_str_starts(a.code, "NO\\x1b[31m***and_a_code") && strlen(a.code) < 80, "%s", a.code);
    lab_close(&l);
    m2_arena_free(own);
}

/* Regression: with a token granted already, only that one was hidden, not the login shown to the token
 * server. */
Test(registry, a_login_that_is_said_back_when_a_token_is_renewed_is_hidden)
{
    const struct script_row rows[] = {
        { .has = PING, .status = 401, .headers = BEARER("https://reg.example/token") },
        { .has = "https://reg.example/token",
          .times = 1,
          .status = 200,
          .body = "{\"token\":\"HUSHtoken\"}" },
        { .has = THE_MANIFEST, .status = 401, .headers = BEARER("https://reg.example/token") },
        { .has = "https://reg.example/token",
          .status = 401,
          .body = "{\"errors\":[{\"code\":\"Basic " LOGIN "\",\"message\":\"no Basic " LOGIN
                  " and no HUSHtoken\"}]}" },
        { 0 }
    };
    struct lab l;
    lab_open(&l, rows, "\"reg.example\":{\"auth\":\"" LOGIN "\"}");
    struct m2_registry_answer a = ask(&l, "GetToken", "reg.example/lab/run:v1", NULL);
    cr_assert_eq(a.status, M2_REGISTRY_OK, "%s", a.err.msg);
    a = ask(&l, "GetManifest", "reg.example/lab/run:v1", "v1");
    cr_expect_str_eq(a.message, "no Basic *** and no ***");
    cr_expect_str_eq(a.code, "Basic ***");
    lab_close(&l);
}

Test(registry, a_redirect_to_another_host_loses_the_token_and_back_it_stays_lost)
{
    const struct script_row rows[] = {
        { .has = PING, .status = 401, .headers = BEARER("https://reg.example/token") },
        { .has = "https://reg.example/token", .status = 200, .body = "{\"token\":\"HUSHtoken\"}" },
        { .has = THE_MANIFEST, .status = 307, .headers = "location: https://evil.example/x" },
        { .has = "https://evil.example/x", .status = 307, .headers = "location: https://reg.example/y" },
        { .has = "https://reg.example/y", .status = 200, .body = MANIFEST },
        { 0 }
    };
    struct lab l;
    lab_open(&l, rows, NULL);
    (void)ask(&l, "GetToken", "reg.example/lab/run:v1", NULL);
    struct m2_registry_answer a = ask(&l, "GetManifest", "reg.example/lab/run:v1", "v1");
    cr_assert_eq(a.status, M2_REGISTRY_OK, "%s", a.err.msg);
    cr_expect_eq(opened(&l, "evil.example"), 0);
    cr_expect_eq(opened(&l, "/y"), 0);
    lab_close(&l);
}

Test(registry, a_config_that_has_other_bytes_than_its_digest_names_is_refused)
{
    static const char named[] = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const struct script_row rows[] = { { .has = "/blobs/", .status = 200, .body = CONFIG }, { 0 } };
    struct lab l;
    lab_open(&l, rows, NULL);
    struct m2_registry_answer a = ask(&l, "GetConfig", "reg.example/lab/run:v1", named);
    cr_expect(a.status == M2_REGISTRY_ERROR && m2_str_eq(a.code, "DigestMismatch"), "%s",
              m2_str_or(a.code, "ok"));
    lab_close(&l);
}

Test(registry, what_is_no_image_or_no_reference_is_not_sent)
{
    const struct script_row rows[] = { { 0 } };
    struct lab l;
    lab_open(&l, rows, NULL);
    cr_expect_str_eq(ask(&l, "GetToken", "https://reg.example/x", NULL).code, "BadImage");
    cr_expect_str_eq(ask(&l, "GetManifest", "reg.example/x:v1", "../../secret").code, "BadImage");
    cr_expect_eq(l.fix.net.n_asked, 0);
    lab_close(&l);
}

Test(registry, a_client_is_freed_with_calls_under_way)
{
    const struct script_row rows[] = { { .has = PING, .status = 200 }, { 0 } };
    struct lab l;
    struct got g = { 0 };
    lab_open(&l, rows, NULL);
    struct m2_value *input = m2_v_object(l.fix.arena);
    m2_v_set_str(l.fix.arena, input, "image", "reg.example/x:v1");
    m2_registry_start(l.r, l.fix.arena, "GetToken", input, on_done, &g);
    lab_close(&l);
    cr_expect_eq(g.n, 0);
}
