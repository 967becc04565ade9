/* Settings and where each came from. */
#include <criterion/criterion.h>
#include <string.h>

#include "home.h"
#include "m2/awsconfig.h"
#include "m2/str.h"
#include "testsys.h"

struct seen {
    const char *what, *value, *source;
};
struct config_case {
    const char *name;
    const char *env[12];
    const char *config, *credentials;
    struct m2_aws_flags flags;
    struct seen seen[4];  /* of a good one */
    const char *endpoint; /* service asked for */
    const char *says;     /* of a refused one */
    enum m2_errc code;
    const char *warning;
};

static struct m2_setting named(const struct m2_awsconfig *c, struct m2_arena *a, const struct config_case *k,
                               const char *what)
{
    const struct m2_setting all[] = { c->profile_setting, c->region, c->ca_bundle, c->max_attempts,
                                      c->sts_endpoints,   c->fips,   c->dual_stack };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (m2_str_eq(all[i].name, what))
            return all[i];
    if (m2_str_eq(what, "s3"))
        return (struct m2_setting){ "s3", m2_awsconfig_s3_style(c), "" };
    return m2_awsconfig_endpoint(c, a, k->endpoint);
}

static void check_good(const struct config_case *k, const struct m2_awsconfig *c, struct m2_arena *a,
                       const char *home)
{
    for (size_t i = 0; i < 4 && k->seen[i].what; i++) {
        struct m2_setting s = named(c, a, k, k->seen[i].what);
        const char *value = home_text(a, home, k->seen[i].value),
                   *source = home_text(a, home, k->seen[i].source);
        cr_assert(m2_str_eq(s.value, value), "%s: %s is %s", k->name, k->seen[i].what,
                  m2_str_or(s.value, "(none)"));
        cr_assert(!source || m2_str_eq(s.source, source), "%s: %s from %s", k->name, k->seen[i].what,
                  s.source);
    }
    bool warned = !k->warning;
    for (size_t i = 0; i < c->warnings.len; i++)
        warned = warned || strstr(c->warnings.at[i], home_text(a, home, k->warning));
    cr_assert(warned, "%s: %s", k->name, c->warnings.len ? c->warnings.at[0] : "no warning");
}

static void run(const struct config_case *k)
{
    struct m2_arena *a = m2_arena_new();
    const char *home = home_new(a), *env[14] = { "HOME", home };
    for (size_t i = 0; i < 12 && k->env[i]; i++)
        env[2 + i] = home_text(a, home, k->env[i]);
    if (k->config)
        home_write(a, home, ".aws/config", k->config);
    if (k->credentials)
        home_write(a, home, ".aws/credentials", k->credentials);
    struct testsys t;
    testsys_init(&t, env);
    struct m2_awsconfig c;
    struct m2_err err = { 0 };
    int rc = m2_awsconfig_load(&c, a, &t.sys, &k->flags, &err);
    if (k->says) {
        cr_assert(rc < 0 && err.code == k->code && strstr(err.msg, home_text(a, home, k->says)), "%s: %d %s",
                  k->name, rc, err.msg);
    } else {
        cr_assert_eq(rc, 0, "%s: %s", k->name, err.msg);
        check_good(k, &c, a, home);
    }
    home_remove(home);
    m2_arena_free(a);
}

Test(config, settings_and_their_sources)
{
    static const struct config_case cases[] = {
        { .name = "nothing",
          .seen = { { "region", "us-east-1", "default" },
                    { "profile", "default", "default" },
                    { "ca_bundle", NULL, "default" },
                    { "s3", NULL, "" } } },
        { .name = "region by flag",
          .flags = { .region = "eu-west-1" },
          .env = { "AWS_REGION", "a-b-1" },
          .seen = { { "region", "eu-west-1", "--region" } } },
        { .name = "AWS_REGION first",
          .env = { "AWS_DEFAULT_REGION", "eu-west-2", "AWS_REGION", "eu-west-1" },
          .seen = { { "region", "eu-west-1", "environment AWS_REGION" } } },
        { .name = "AWS_DEFAULT_REGION",
          .env = { "AWS_DEFAULT_REGION", "eu-west-2" },
          .config = "[default]\nregion = eu-west-3\n",
          .seen = { { "region", "eu-west-2", "environment AWS_DEFAULT_REGION" } } },
        { .name = "profile's region",
          .config = "# c\n[profile p]\nregion = eu-west-3\n",
          .env = { "AWS_PROFILE", "p" },
          .seen = { { "region", "eu-west-3", "profile p (@HOME@/.aws/config:3)" },
                    { "profile", "p", "environment AWS_PROFILE" } } },
        { .name = "credentials file over config file",
          .config = "[default]\nregion = eu-west-3\n",
          .credentials = "[default]\nregion = eu-west-1\n",
          .seen = { { "region", "eu-west-1", "profile default (@HOME@/.aws/credentials:2)" } } },
        { .name = "an empty key does not hide",
          .config = "[default]\nregion = eu-west-3\n",
          .credentials = "[default]\nregion =\n",
          .seen = { { "region", "eu-west-3", NULL } } },
        { .name = "switches",
          .env = { "AWS_CA_BUNDLE", "~/ca.pem", "AWS_USE_FIPS_ENDPOINT", "TRUE" },
          .config = "[default]\nmax_attempts = 5\nuse_dualstack_endpoint = true\n",
          .seen = { { "ca_bundle", "@HOME@/ca.pem", "environment AWS_CA_BUNDLE" },
                    { "max_attempts", "5", NULL },
                    { "use_fips_endpoint", "TRUE", NULL },
                    { "use_dualstack_endpoint", "true", "profile default (@HOME@/.aws/config:3)" } } },
        { .name = "files elsewhere",
          .env = { "AWS_CONFIG_FILE", "$SUB/.aws/config", "SUB", "@HOME@" },
          .config = "[default]\nregion = eu-west-3\n",
          .seen = { { "region", "eu-west-3", "profile default (@HOME@/.aws/config:2)" } } },
        { .name = "a named file that is not there",
          .env = { "AWS_CONFIG_FILE", "${HOME}/none" },
          .warning = "AWS_CONFIG_FILE names @HOME@/none, which does not exist" },
        { .name = "a profile without the word",
          .config = "[prod]\nregion = eu-west-1\n",
          .warning =
              "@HOME@/.aws/config:1: [prod] is not a profile; in this file it is written [profile prod]" },
        { .name = "neither true nor false",
          .config = "[default]\nuse_fips_endpoint = yes\n",
          .warning = "use_fips_endpoint = yes" },
        { .name = "S3 style",
          .config = "[default]\ns3 =\n  addressing_style = Path\n",
          .seen = { { "s3", "path", NULL } } },
        { .name = "endpoint of a service with another name",
          .env = { "AWS_ENDPOINT_URL_SFN", "http://a", "AWS_ENDPOINT_URL", "http://b" },
          .endpoint = "stepfunctions",
          .seen = { { "endpoint_url", "http://a", "environment AWS_ENDPOINT_URL_SFN" } } },
        { .name = "its services entry",
          .config = "[default]\nservices = s\n[services s]\nsso_oidc =\n  endpoint_url = http://c\n",
          .endpoint = "sso-oidc",
          .seen = { { "endpoint_url", "http://c", "services s (@HOME@/.aws/config:5)" } } },
        { .name = "ignored",
          .config = "[default]\nendpoint_url = http://c\n",
          .env = { "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True" },
          .endpoint = "ec2",
          .seen = { { "endpoint_url", NULL, "default" } } },
        { .name = "bad region",
          .env = { "AWS_REGION", "us-east-1.evil.example/" },
          .says = "\"us-east-1.evil.example/\" (environment AWS_REGION) is not a region",
          .code = M2_EUSAGE },
        { .name = "bad attempts",
          .config = "[default]\nmax_attempts = many\n",
          .says = "profile default (@HOME@/.aws/config:2)",
          .code = M2_ECONFIG },
        { .name = "syntax error",
          .credentials = "[default]\nregion\n",
          .says = "@HOME@/.aws/credentials:2: expected an '='",
          .code = M2_ECONFIG },
        { .name = "a directory",
          .env = { "AWS_CONFIG_FILE", "@HOME@" },
          .says = "@HOME@: ",
          .code = M2_ECONFIG },
        { .name = "no such profile",
          .env = { "AWS_PROFILE", "default" },
          .says = "profile \"default\" (environment AWS_PROFILE) is neither in @HOME@/.aws/config",
          .code = M2_ECONFIG },
        { .name = "near name of the other file",
          .flags = { .profile = "porduction" },
          .credentials = "[production]\nregion = a\n",
          .says = "did you mean \"production\"?",
          .code = M2_ECONFIG },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        run(&cases[i]);
}
