/* The container's agent and the instance metadata service. */
#include <criterion/criterion.h>
#include <string.h>

#include "aws/creds_source.h"
#include "credlab.h"

#define AGENT "http://169.254.170.2/v2/credentials/x"
#define RELATIVE "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x"
#define FULL "AWS_CONTAINER_CREDENTIALS_FULL_URI"
#define KEYS(id, expires)                                                                                    \
    {                                                                                                        \
        200,                                                                                                 \
            "{\"Code\":\"Success\",\"AccessKeyId\":\"" id                                                    \
            "\",\"SecretAccessKey\":\"HUSHs\",\"Token\":\"HUSHt\",\"Expiration\":\"" expires "\"}",          \
            NULL, M2_OK                                                                                      \
    }
#define GOOD KEYS("ASIAECS", "2026-11-23T10:00:00Z")
#define DOWN                                                                                                 \
    {                                                                                                        \
        .fail = M2_ETIMEOUT                                                                                  \
    }

Test(creds, container)
{
    static const struct lab_case cases[] = {
        { .name = "relative",
          .env = { RELATIVE, FULL, "http://localhost/other" },
          .net = { { "GET", AGENT, { NULL }, GOOD } },
          .id = "ASIAECS",
          .source = "container",
          .expires_ms = CREDLAB_NOW + 3600000 },
        { .name = "profile from the flag or not",
          .profile_flag = "p",
          .config = "[profile p]\nregion = eu-west-1\n",
          .env = { RELATIVE },
          .net = { { "GET", AGENT, { NULL }, GOOD } },
          .id = "ASIAECS" },
        { .name = "token",
          .env = { RELATIVE, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic HUSHa" },
          .net = { { "GET", AGENT, { "Authorization: Basic HUSHa" }, GOOD } },
          .id = "ASIAECS" },
        { .name = "token file wins",
          .env = { RELATIVE, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "HUSHa",
                   "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "@HOME@/t" },
          .files = { { "t", "HUSHf" } },
          .net = { { "GET", AGENT, { "Authorization: HUSHf" }, GOOD } },
          .id = "ASIAECS" },
        { .name = "line break in the token",
          .env = { RELATIVE, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "HUSHa\r\nX-Y: z" },
          .says = { "holds a line break" } },
        { .name = "line break in the token file",
          .env = { RELATIVE, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "@HOME@/t" },
          .files = { { "t", "HUSH\nmore" } },
          .says = { "/t holds a line break" } },
        { .name = "token file missing",
          .env = { RELATIVE, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "@HOME@/t" },
          .says = { "No such file" } },
        { .name = "third time lucky",
          .env = { RELATIVE },
          .net = { { "GET", AGENT, { NULL }, DOWN },
                   { "GET", AGENT, { NULL }, { 503, "", NULL, M2_OK } },
                   { "GET", AGENT, { NULL }, GOOD } },
          .id = "ASIAECS" },
        { .name = "never",
          .env = { RELATIVE },
          .net = { { "GET", AGENT, { NULL }, DOWN },
                   { "GET", AGENT, { NULL }, DOWN },
                   { "GET", AGENT, { NULL }, DOWN } },
          .says = { "credentials from container: " AGENT ": no answer in 3 attempts" } },
        { .name = "refused",
          .env = { RELATIVE, "AWS_CONTAINER_AUTHORIZATION_TOKEN", "HUSHa" },
          .net = { { "GET",
                     AGENT,
                     { NULL },
                     { 403, "{\"code\":\"AccessDenied\",\"message\":\"not HUSHa\"}", NULL, M2_OK } } },
          .says = { "HTTP 403 AccessDenied: not *****" } },
        { .name = "garbage",
          .env = { RELATIVE },
          .net = { { "GET", AGENT, { NULL }, { 200, "HUSH{", NULL, M2_OK } } },
          .says = { "the answer is not JSON" } },
        { .name = "lacks the secret",
          .env = { RELATIVE },
          .net = { { "GET", AGENT, { NULL }, { 200, "{\"AccessKeyId\":\"A\"}", NULL, M2_OK } } },
          .says = { "SecretAccessKey is missing" } },
        { .name = "bad end",
          .env = { RELATIVE },
          .net = { { "GET", AGENT, { NULL }, KEYS("A", "tomorrow") } },
          .says = { "Expiration is not an instant" } },
        { .name = "expired",
          .env = { RELATIVE },
          .net = { { "GET", AGENT, { NULL }, KEYS("A", "2026-11-23T09:00:00Z") } },
          .says = { "expired at 2026-11-23T09:00:00Z" } },
        { .name = "the query is not shown",
          .env = { FULL, "https://h/x?HUSH=1" },
          .net = { { "GET", "https://h/x?HUSH=1", { NULL }, { 404, "", NULL, M2_OK } } },
          .says = { "https://h/x: HTTP 404" } },
    };
    credlab_run_all(cases, sizeof cases / sizeof cases[0]);
}

Test(creds, container_url_rules)
{
    static const struct {
        const char *relative, *full;
        int want;
    } cases[] = {
        { "/x", "", 1 },
        { "x", "", -1 },
        { ".evil.example/x", "", -1 },
        { "/a b", "", -1 },
        { "", "http://127.0.0.1/x", 1 },
        { "", "http://127.255.0.9:80/x", 1 },
        { "", "HTTP://LOCALHOST/x", 1 },
        { "", "http://[::1]:99/x", 1 },
        { "", "http://[0:0::1]/x", 1 },
        { "", "http://[fd00:ec2:0::23]/x", 1 },
        { "", "http://[fd00:ec2::24]/x", -1 },
        { "", "http://[::1/x", -1 },
        { "", "http://128.0.0.1/x", -1 },
        { "", "http://127.0.0.1.evil.example/x", -1 },
        { "", "http://127.0.0.1@evil.example/x", -1 },
        { "", "https://u:p@host/x", -1 },
        { "", "http://evil.example#@localhost/", -1 },
        { "", "http://evil.example\\@localhost/", -1 },
        { "", "http://169.254.170.2/x", 1 },
        { "", "http://169.254.170.23/x", 1 },
        { "", "http://169.254.169.254/x", -1 },
        { "", "http://localhost.evil.example/x", -1 },
        { "", "http:///x", -1 },
        { "", "ftp://localhost/x", -1 },
        { "", "https://any.example:8443/x", 1 },
        { "", "", 0 },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const env[] = { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", cases[i].relative, FULL,
                                    cases[i].full, NULL };
        struct testsys t;
        testsys_init(&t, env);
        struct m2_creds_context c = { .arena = a, .sys = &t.sys };
        struct m2_err err = { 0 };
        const char *url = NULL;
        cr_assert_eq(m2_container_url(&url, &c, &err), cases[i].want, "%s%s: %s", cases[i].relative,
                     cases[i].full, err.msg);
    }
    m2_arena_free(a);
}

#define META "http://169.254.169.254/latest/"
#define TOKEN                                                                                                \
    {                                                                                                        \
        "PUT", META "api/token", { "x-aws-ec2-metadata-token-ttl-seconds: 21600" },                          \
        {                                                                                                    \
            200, "HUSHtok", NULL, M2_OK                                                                      \
        }                                                                                                    \
    }
#define NAME                                                                                                 \
    {                                                                                                        \
        "GET", META "meta-data/iam/security-credentials/", { "x-aws-ec2-metadata-token: HUSHtok" },          \
        {                                                                                                    \
            200, "my-role\n", NULL, M2_OK                                                                    \
        }                                                                                                    \
    }
#define ROLE(...)                                                                                            \
    {                                                                                                        \
        "GET", META "meta-data/iam/security-credentials/my-role", { "x-aws-ec2-metadata-token: HUSHtok" },   \
            __VA_ARGS__                                                                                      \
    }

static void stays(const char *home, const struct m2_creds *creds)
{
    (void)home;
    int64_t left = creds->expires_ms - CREDLAB_NOW;
    cr_assert(left >= 17 * 60000 && left <= 25 * 60000, "%lld", (long long)left);
}

Test(creds, instance)
{
    static const struct lab_case nearly = { .name = "nearly expired keys stay in use",
                                            .net = { TOKEN, NAME,
                                                     ROLE(KEYS("ASIAEC2", "2026-11-23T09:05:00Z")) },
                                            .id = "ASIAEC2" };
    static const struct lab_case late = { .name = "expired keys too",
                                          .net = { TOKEN, NAME,
                                                   ROLE(KEYS("ASIAEC2", "2026-11-23T08:05:00Z")) },
                                          .id = "ASIAEC2" };
    static const struct lab_case cases[] = {
        { .name = "role",
          .net = { TOKEN, NAME, ROLE(KEYS("ASIAEC2", "2026-11-23T15:00:00Z")) },
          .id = "ASIAEC2",
          .source = "EC2 instance role my-role",
          .expires_ms = CREDLAB_NOW + 6 * 3600000 },
        { .name = "never version 1",
          .net = { { "PUT", META, { NULL }, { 404, "", NULL, M2_OK } } },
          .says = { "no credentials", "refused a token with HTTP 404" } },
        { .name = "turned off",
          .net = { { "PUT", META, { NULL }, { 403, "", NULL, M2_OK } } },
          .says = { "turned off on this instance" } },
        { .name = "hop limit",
          .net = { { "PUT", META, { NULL }, DOWN } },
          .says = { "hop limit is 1", "modify-instance-metadata-options" } },
        { .name = "no route",
          .net = { { "PUT", META, { NULL }, { .fail = M2_ENET } } },
          .says = { "cannot be reached" } },
        { .name = "attempts",
          .env = { "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "2", "AWS_METADATA_SERVICE_TIMEOUT", "3" },
          .net = { { "PUT", META, { NULL }, DOWN }, { "PUT", META, { NULL }, DOWN } },
          .says = { "within 3000 ms" } },
        { .name = "token is no token",
          .net = { { "PUT", META, { NULL }, { 200, "HUSH\r\nX: y", NULL, M2_OK } } },
          .says = { "not a token" } },
        { .name = "no role",
          .net = { TOKEN, { "GET", META, { NULL }, { 404, "", NULL, M2_OK } } },
          .says = { "the instance has no role" } },
        { .name = "not yet",
          .net = { TOKEN, NAME, ROLE({ 200, "{\"Code\":\"AssumeRoleUnauthorizedAccess\"}", NULL, M2_OK }) },
          .says = { "refused: AssumeRoleUnauthorizedAccess" } },
        { .name = "lacks the token",
          .net = { TOKEN, NAME,
                   ROLE({ 200, "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"HUSH\"}", NULL, M2_OK }) },
          .says = { "Token is missing" } },
        { .name = "garbage",
          .net = { TOKEN, NAME, ROLE({ 200, "HUSH", NULL, M2_OK }) },
          .says = { "no JSON" } },
        { .name = "bad mode",
          .env = { "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv5" },
          .says = { "\"IPv5\" is neither IPv4 nor IPv6" } },
        { .name = "other endpoint",
          .config = "[default]\nec2_metadata_service_endpoint = http://127.0.0.1:1338/\n",
          .net = { { "PUT", "http://127.0.0.1:1338/latest/api/token", { NULL }, DOWN } },
          .says = { "http://127.0.0.1:1338 gave no token" } },
    };
    credlab_run_all(cases, sizeof cases / sizeof cases[0]);
    credlab_run(&nearly, stays);
    credlab_run(&late, stays);
}
