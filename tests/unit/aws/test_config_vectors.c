/* The configuration vectors of smithy-rs and the endpoint URL cases of botocore. Every skip has its reason.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "aws/config_files.h"
#include "aws/creds_source.h"
#include "fakenet.h"
#include "home.h"
#include "m2/endpoint.h"
#include "m2/json.h"
#include "testsys.h"

static struct m2_value *vectors(struct m2_arena *a, const char *name)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    const char *path = m2_arena_printf(a, "%s/%s", M2_CONFORMANCE, name);
    if (m2_json_read_file(&v, a, path, &err) == 0)
        return v;
    cr_assert_eq(err.code, M2_ENOTFOUND, "%s", err.msg);
    (void)fprintf(stderr, "%s: not here, nothing run\n", name);
    cr_skip_test("no vectors at %s", path);
    return NULL;
}

static void counted(const char *name, size_t run, size_t skipped)
{
    (void)fprintf(stderr, "%s: %zu run, %zu skipped\n", name, run, skipped);
}

static const char *const *environment(struct m2_arena *a, const struct m2_value *object, const char *home)
{
    size_t n = m2_v_len(object);
    const char **env = m2_arena_new_array(a, const char *, 2 * n + 3);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        env[at++] = object->u.object.at[i].key;
        env[at++] = m2_v_text(object->u.object.at[i].value);
    }
    if (home) {
        env[at++] = "HOME";
        env[at++] = home;
    }
    return env;
}

static void add_section(struct m2_arena *a, struct m2_value *to, const char *name,
                        const struct m2_ini_section *s)
{
    struct m2_value *keys = m2_v_get(to, name);
    if (!keys)
        m2_v_set(a, to, name, keys = m2_v_object(a));
    for (size_t i = 0; s && i < s->keys.len; i++)
        m2_v_set_str(a, keys, s->keys.at[i].name, s->keys.at[i].value);
}

static void collect(struct m2_arena *a, struct m2_value *profiles, struct m2_value *sessions,
                    const struct m2_awsconfig *c)
{
    for (size_t i = 0; i < c->config.sections.len; i++) {
        const struct m2_ini_section *s = &c->config.sections.at[i];
        if (m2_str_eq(s->type, "sso-session"))
            add_section(a, sessions, s->name, s);
        else if (m2_str_eq(s->type, "profile") || m2_str_eq(s->name, "default"))
            add_section(a, profiles, s->name, m2_config_section(c, s->name));
    }
    for (size_t i = 0; i < c->credentials.sections.len; i++)
        if (!*c->credentials.sections.at[i].type)
            add_section(a, profiles, c->credentials.sections.at[i].name, &c->credentials.sections.at[i]);
}

Test(config_vectors, profile_parser)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root = vectors(a, "config/profile-parser-tests.json"), *test;
    size_t run = 0;
    m2_v_each(test, i, m2_v_get(root, "tests"))
    {
        const char *name = m2_v_str(test, "name");
        struct m2_awsconfig c = { 0 };
        struct m2_err err = { 0 };
        int rc = m2_ini_parse(&c.config, a, m2_bytes_of(m2_v_pstr(test, "input.configFile")), "config", &err);
        if (rc == 0)
            rc = m2_ini_parse(&c.credentials, a, m2_bytes_of(m2_v_pstr(test, "input.credentialsFile")),
                              "credentials", &err);
        run++;
        if (m2_v_path(test, "output.errorContaining")) {
            cr_assert(rc < 0 && err.code == M2_ECONFIG && strchr(err.msg, ':'), "%s: no error", name);
            continue;
        }
        cr_assert_eq(rc, 0, "%s: %s", name, err.msg);
        struct m2_value *profiles = m2_v_object(a), *sessions = m2_v_object(a);
        collect(a, profiles, sessions, &c);
        cr_assert(m2_v_equal(profiles, m2_v_path(test, "output.config.profiles")), "%s: %s", name,
                  m2_json_text(a, profiles));
        const struct m2_value *want = m2_v_path(test, "output.config.sso_sessions");
        cr_assert(want ? m2_v_equal(sessions, want) : m2_v_len(sessions) == 0, "%s: %s", name,
                  m2_json_text(a, sessions));
    }
    counted("profile-parser", run, 0);
    cr_assert_eq(run, 65);
    m2_arena_free(a);
}

Test(config_vectors, file_location)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root = vectors(a, "config/file-location-tests.json"), *test;
    size_t run = 0, skipped = 0;
    m2_v_each(test, i, m2_v_get(root, "tests"))
    {
        const char *name = m2_v_str(test, "name");
        if (!m2_str_eq(m2_v_str(test, "platform"), "linux")) {
            skipped++; /* Windows paths: the tools run on POSIX systems */
            continue;
        }
        struct testsys t;
        testsys_init(&t, environment(a, m2_v_get(test, "environment"), NULL));
        struct m2_awsconfig c = { .sys = &t.sys };
        m2_config_paths(&c, a);
        m2_config_choose_profile(&c);
        cr_assert_str_eq(c.config_path, m2_v_str(test, "configLocation"), "%s", name);
        cr_assert_str_eq(c.credentials_path, m2_v_str(test, "credentialsLocation"), "%s", name);
        if (m2_v_str(test, "profile"))
            cr_assert_str_eq(c.profile, m2_v_str(test, "profile"), "%s", name);
        run++;
    }
    counted("file-location (Windows skipped)", run, skipped);
    cr_assert(run == 4 && skipped == 5);
    m2_arena_free(a);
}

Test(config_vectors, container)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root = vectors(a, "config/ecs-tests.json"), *test;
    size_t run = 0;
    m2_v_each(test, i, m2_v_get(root, "tests"))
    {
        struct testsys t;
        testsys_init(&t, environment(a, m2_v_get(test, "env"), NULL));
        struct m2_creds_context c = { .arena = a, .sys = &t.sys };
        struct m2_err err = { 0 };
        const char *url = NULL, *want = m2_v_pstr(test, "result.Ok");
        int rc = m2_container_url(&url, &c, &err);
        cr_assert(want ? rc == 1 && m2_str_eq(url, want) : rc <= 0 && *err.msg, "%s: %d %s %s",
                  m2_v_str(test, "docs"), rc, m2_str_or(url, "-"), err.msg);
        run++;
    }
    counted("ecs", run, 0);
    cr_assert_eq(run, 11);
    m2_arena_free(a);
}

Test(config_vectors, imds_endpoint)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root = vectors(a, "config/imds-endpoint-tests.json"), *test;
    const char *home = home_new(a);
    size_t run = 0, skipped = 0;
    m2_v_each(test, i, m2_v_get(root, "tests"))
    {
        const char *name = m2_v_str(test, "docs");
        if (m2_v_get(test, "endpoint_override") || m2_v_get(test, "mode_override")) {
            skipped++; /* set by a caller of the SDK; our tools have no such option */
            continue;
        }
        struct m2_value *env = m2_v_copy(a, m2_v_get(test, "env"));
        if (m2_v_get(env, "AWS_CONFIG_FILE"))
            m2_v_set_str(a, env, "AWS_CONFIG_FILE", m2_arena_printf(a, "%s/config", home));
        home_write(a, home, "config", m2_str_or(m2_v_pstr(test, "fs.config"), ""));
        struct testsys t;
        testsys_init(&t, environment(a, env, home));
        struct m2_awsconfig config;
        struct m2_err err = { 0 };
        cr_assert_eq(m2_awsconfig_load(&config, a, &t.sys, NULL, &err), 0, "%s: %s", name, err.msg);
        struct m2_creds_context c = { .arena = a, .sys = &t.sys, .config = &config };
        const char *url = NULL, *want = m2_v_pstr(test, "result.Ok");
        int rc = m2_imds_endpoint(&url, &c, &err);
        if (rc == 0)
            url = m2_arena_printf(a, "%s/latest/api/token", url);
        cr_assert(want ? rc == 0 && m2_str_eq(url, want) : rc < 0, "%s: %s %s", name, m2_str_or(url, "-"),
                  err.msg);
        run++;
    }
    home_remove(home);
    counted("imds-endpoint (a caller's own overrides skipped)", run, skipped);
    cr_assert(run == 11 && skipped == 3);
    m2_arena_free(a);
}

static void write_profiles(struct m2_arena *a, struct m2_buf *b, const struct m2_value *sections,
                           const char *type)
{
    (void)a;
    for (size_t i = 0; i < m2_v_len(sections); i++) {
        const struct m2_member *s = &sections->u.object.at[i];
        m2_buf_addf(b, "[%s %s]\n", type, s->key);
        for (size_t k = 0; k < m2_v_len(s->value); k++) {
            const struct m2_member *key = &s->value->u.object.at[k];
            if (m2_v_is(key->value, M2_OBJECT))
                m2_buf_addf(b, "%s =\n  endpoint_url = %s\n", key->key, m2_v_str(key->value, "endpoint_url"));
            else
                m2_buf_addf(b, "%s = %s\n", key->key, m2_v_text(key->value));
        }
    }
}

Test(config_vectors, endpoint_urls)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *suite = m2_v_path(vectors(a, "endpoint-urls/profile-tests.json"), "testSuites[0]"),
                    *test;
    const char *home = home_new(a);
    struct m2_buf b;
    m2_buf_init(&b, 65536);
    write_profiles(a, &b, m2_v_get(suite, "profiles"), "profile");
    write_profiles(a, &b, m2_v_get(suite, "services"), "services");
    home_write(a, home, ".aws/config", b.data);
    m2_buf_free(&b);
    size_t run = 0;
    m2_v_each(test, i, m2_v_get(suite, "endpointUrlTests"))
    {
        const char *name = m2_v_str(test, "name"), *service = m2_v_str(test, "service");
        const struct m2_value *client =
            m2_v_get(m2_v_get(suite, "client_configs"), m2_v_str(test, "client_config"));
        struct m2_value *env =
            m2_v_copy(a, m2_v_get(m2_v_get(suite, "environments"), m2_v_str(test, "environment")));
        if (m2_v_bool_or(client, "ignore_configured_endpoint_urls",
                         false)) /* our way to say it is the variable */
            m2_v_set_str(a, env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        struct testsys t;
        testsys_init(&t, environment(a, env, home));
        struct m2_aws_flags flags = { .profile = m2_v_str(test, "profile"),
                                      .endpoint_url = m2_v_str(client, "endpoint_url") };
        struct m2_awsconfig config;
        struct m2_err err = { 0 };
        cr_assert_eq(m2_awsconfig_load(&config, a, &t.sys, &flags, &err), 0, "%s: %s", name, err.msg);
        struct m2_setting set = m2_awsconfig_endpoint(&config, a, service);
        /* dynamodb is none of our services; where its calls would go is settled by its setting alone. */
        struct m2_endpoint_input in = { .service = m2_str_eq(service, "dynamodb") ? "ecs" : service,
                                        .region = config.region.value,
                                        .custom_url = set.value };
        struct m2_endpoint at;
        cr_assert_eq(m2_endpoint_resolve(&at, a, &in, &err), 0, "%s: %s", name, err.msg);
        const char *url = m2_arena_printf(a, "%s://%s", at.scheme, at.host);
        cr_assert_str_eq(url, m2_v_pstr(test, "output.endpointUrl"), "%s (from %s)", name, set.source);
        run++;
    }
    home_remove(home);
    counted("endpoint-urls", run, 0);
    cr_assert_eq(run, 39);
    m2_arena_free(a);
}
