/* Names, challenges, domains, manifests: what is read from text. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/registry.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct {
    const char *uri, *host, *repository, *reference, *account;
    bool aws, plain;
} good[] = {
    { "alpine", "registry-1.docker.io", "library/alpine", "latest", NULL, false, false },
    { "alpine:3", "registry-1.docker.io", "library/alpine", "3", NULL, false, false },
    { "docker.io/a/b:x", "registry-1.docker.io", "a/b", "x", NULL, false, false },
    { "lab/tool", "registry-1.docker.io", "lab/tool", "latest", NULL, false, false },
    { "ghcr.io/a/b@sha256:" HEX64, "ghcr.io", "a/b", "sha256:" HEX64, NULL, false, false },
    { "GHCR.io/a/b:v1@sha256:" HEX64, "ghcr.io", "a/b", "sha256:" HEX64, NULL, false, false },
    { "127.0.0.1:5000/a:b", "127.0.0.1:5000", "a", "b", NULL, false, true },
    { "localhost:5000/a", "localhost:5000", "a", "latest", NULL, false, true },
    { "localhost/a", "localhost", "a", "latest", NULL, false, true },
    { "[::1]:5000/a", "[::1]:5000", "a", "latest", NULL, false, true },
    { "public.ecr.aws/lambda/python:3.12", "public.ecr.aws", "lambda/python", "3.12", NULL, true, false },
    { "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1", "123456789012.dkr.ecr.eu-west-1.amazonaws.com", "a",
      "1", "123456789012", true, false },
    { "123456789012.dkr-ecr.eu-west-1.on.aws/a:1", "123456789012.dkr-ecr.eu-west-1.on.aws", "a", "1",
      "123456789012", true, false },
    /* The first labels of AWS's name on somebody else's domain: no token of AWS's goes there. */
    { "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example/a:1",
      "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example", "a", "1", NULL, false, false },
    { "123456789012.dkr.ecr.eu-west-1.evil.example/a:1", "123456789012.dkr.ecr.eu-west-1.evil.example", "a",
      "1", NULL, false, false },
    { "127.0.0.1.evil.example/a", "127.0.0.1.evil.example", "a", "latest", NULL, false, false },
    { "localhost.evil.example/a", "localhost.evil.example", "a", "latest", NULL, false, false },
};

static const char *const bad[] = { "",
                                   "/a",
                                   "h.example/",
                                   "h.example/A:1",
                                   "h.example/a:",
                                   "h.example/a:b c",
                                   "h.example/a@sha256:12",
                                   "h.example/a@" HEX64,
                                   "h.example/../v2:1",
                                   "h.example/a//b:1",
                                   "h.example/a/:1",
                                   "h.example/a?x:1",
                                   "h.example/a#x",
                                   "https://h.example/a",
                                   "u@h.example/a",
                                   "h.example:x/a",
                                   "h.example:123456/a",
                                   "h.example/a:-1",
                                   "h.example/a:\xc3\xa4",
                                   "-h.example/a" };

Test(names, what_registries_are_asked_for)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_registry_image im;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        cr_assert(m2_registry_image_parse(&im, a, good[i].uri), "%s", good[i].uri);
        cr_expect(m2_str_eq(im.host, good[i].host) && m2_str_eq(im.repository, good[i].repository) &&
                      m2_str_eq(im.reference, good[i].reference) &&
                      m2_str_eq(im.ecr_account, good[i].account) && im.aws == good[i].aws &&
                      im.plain == good[i].plain,
                  "%s: %s %s %s", good[i].uri, im.host, im.repository, im.reference);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect(!m2_registry_image_parse(&im, a, bad[i]), "%s", bad[i]);
    cr_expect(!m2_registry_image_parse(&im, a, NULL));
    m2_arena_free(a);
}

static const struct {
    const char *registry, *host;
    bool same;
} sites[] = {
    { "registry-1.docker.io", "auth.docker.io", true },
    { "registry.gitlab.com", "gitlab.com", true },
    { "ghcr.io", "ghcr.io", true },
    { "ghcr.io", "GHCR.IO", true },
    { "127.0.0.1:5000", "127.0.0.1:5001", true },
    { "[::1]:1", "[::1]:2", true },
    { "reg.lab.co.uk", "auth.lab.co.uk", true },
    { "reg.lab.co.uk", "auth.other.co.uk", false },
    { "registry-1.docker.io", "docker.io.evil.example", false },
    { "registry-1.docker.io", "evildocker.io", false },
    { "a.azurecr.io", "b.azurecr.io", false },
    { "a.amazonaws.com", "b.amazonaws.com", false },
    { "127.0.0.1:5000", "127.0.0.2:5000", false },
    { "10.0.0.1", "11.0.0.1", false },
    { "localhost", "evil.example", false },
    { "[::1]:1", "[::2]:1", false },
};

Test(names, credentials_stay_within_one_domain)
{
    for (size_t i = 0; i < sizeof sites / sizeof sites[0]; i++)
        cr_expect_eq(m2_registry_same_site(sites[i].registry, sites[i].host), sites[i].same, "%s %s",
                     sites[i].registry, sites[i].host);
}

/* Regression: of these, all names of one suffix were one site. */
Test(names, nobody_shares_a_login_under_a_suffix_that_anybody_gets_a_name_under)
{
    static const char *const suffixes[] = { "amazonaws.com.cn",
                                            "cloudapp.azure.com",
                                            "azurecontainer.io",
                                            "firebaseapp.com",
                                            "r2.dev",
                                            "nip.io",
                                            "sslip.io",
                                            "gouv.fr" };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++)
        cr_expect_not(m2_registry_same_site(m2_arena_printf(a, "mine.%s", suffixes[i]),
                                            m2_arena_printf(a, "other.%s", suffixes[i])),
                      "%s", suffixes[i]);
    m2_arena_free(a);
}

static const struct {
    const char *header, *realm, *service;
    bool bearer, basic;
} challenges[] = {
    { "Bearer realm=\"https://a.example/t\",service=\"s\",scope=\"repository:x:pull\"", "https://a.example/t",
      "s", true, false },
    { "bearer realm=https://a.example/t , service = \"a \\\"b\\\"\"", "https://a.example/t", "a \"b\"", true,
      false },
    { "Basic realm=\"x\"", NULL, NULL, false, true },
    { "Basic realm=\"x\", Bearer realm=\"y\"", "y", NULL, true, true },
    { "Bearer realm=\"y\", Basic realm=\"x\"", "y", NULL, true, true },
    { "Negotiate abc==, Bearer realm=\"y\"", "y", NULL, true, false },
    { "Bearer", NULL, NULL, true, false },
    { "Bearer realm=\"never closed", "never closed", NULL, true, false },
    { "Bearer realm=\"first\",realm=\"second\"", "first", NULL, true, false },
    { "Digest realm=\"x\"", NULL, NULL, false, false },
    { ",,;;=\"\"", NULL, NULL, false, false },
    { "", NULL, NULL, false, false },
};

Test(names, challenges)
{
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof challenges / sizeof challenges[0]; i++) {
        struct m2_challenge c = { 0 };
        m2_challenge_read(&c, a, challenges[i].header);
        cr_expect(m2_str_eq(c.realm, challenges[i].realm) && m2_str_eq(c.service, challenges[i].service) &&
                      c.bearer == challenges[i].bearer && c.basic == challenges[i].basic,
                  "%s: %s %s %d %d", challenges[i].header, m2_str_or(c.realm, "-"), m2_str_or(c.service, "-"),
                  c.bearer, c.basic);
    }
    m2_arena_free(a);
}

#define MANIFEST(rest) "{\"schemaVersion\":2," rest "}"
#define CONFIG "\"config\":{\"digest\":\"sha256:c\",\"size\":7}"
static const char *const no_manifests[] = {
    "",
    "[]",
    "{}",
    "<html>",
    "{\"schemaVersion\":2}",
    MANIFEST("\"layers\":[]"),
    MANIFEST(CONFIG ",\"layers\":[{}]"),
    MANIFEST(CONFIG ",\"layers\":[{\"digest\":\"x\",\"size\":-1}]"),
    MANIFEST(CONFIG ",\"layers\":[{\"digest\":\"x\",\"size\":\"1\"}]"),
    MANIFEST(CONFIG
             ",\"layers\":[{\"digest\":\"x\",\"size\":9223372036854775807},{\"digest\":\"y\",\"size\":1}]"),
    MANIFEST(CONFIG ",\"layers\":[],\"manifests\":[]"),
    MANIFEST("\"manifests\":[1]"),
    MANIFEST(CONFIG ",\"layers\":["),
};

Test(names, what_is_no_manifest_is_refused)
{
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof no_manifests / sizeof no_manifests[0]; i++) {
        struct m2_value *v = NULL;
        struct m2_err err = { 0 };
        cr_expect_lt(m2_manifest_read(&v, a, m2_bytes_of(no_manifests[i]), NULL, &err), 0, "%s",
                     no_manifests[i]);
        cr_expect(err.code == M2_EPROTO && !v, "%s: %s", no_manifests[i], err.msg);
    }
    m2_arena_free(a);
}

Test(names, an_index_is_picked_from_and_an_attestation_is_no_platform)
{
    static const char text[] = MANIFEST(
        "\"manifests\":[{\"digest\":\"sha256:t\",\"size\":1,\"platform\":{\"os\":\"linux\",\"architecture\":"
        "\"amd64\"},"
        "\"annotations\":{\"vnd.docker.reference.type\":\"attestation-manifest\"}},"
        "{\"digest\":\"sha256:w\",\"size\":1,\"platform\":{\"os\":\"windows\",\"architecture\":\"amd64\"}},"
        "{\"digest\":\"sha256:l\",\"size\":1,\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}}]");
    struct m2_arena *a = m2_arena_new();
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_manifest_read(&v, a, m2_bytes_of(text),
                                  "application/vnd.oci.image.index.v1+json; charset=utf-8", &err),
                 0, "%s", err.msg);
    cr_expect_str_eq(m2_v_str(v, "mediaType"), "application/vnd.oci.image.index.v1+json");
    cr_expect_str_eq(m2_v_str(m2_manifest_pick(v, "amd64"), "digest"), "sha256:l");
    cr_expect_null(m2_manifest_pick(v, "arm64"));
    m2_arena_free(a);
}
