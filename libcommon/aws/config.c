/*
 * aws/config.c — settings by AWS's order: flag, environment, profile, default; each with where it came from.
 */
#include "m2/awsconfig.h"

#include <string.h>

#include "aws/config_files.h"
#include "m2/endpoint.h"
#include "m2/str.h"

bool m2_awsconfig_has_profile(const struct m2_awsconfig *c, const char *profile)
{
    return m2_config_section(c, profile) || m2_credentials_section(c, profile);
}

static const struct m2_ini_key *key_in(const struct m2_ini_section *s, const char *key)
{
    for (size_t i = 0; s && i < s->keys.len; i++)
        if (m2_str_eq_ci(s->keys.at[i].name, key) && *s->keys.at[i].value)
            return &s->keys.at[i];
    return NULL;
}

const char *m2_awsconfig_get(const struct m2_awsconfig *c, const char *profile, const char *key,
                             const char **file, int *line)
{
    const char *path = c->credentials_path;
    const struct m2_ini_key *k = key_in(m2_credentials_section(c, profile), key);
    if (!k) {
        path = c->config_path;
        k = key_in(m2_config_section(c, profile), key);
    }
    if (!k)
        return NULL;
    if (file)
        *file = path;
    if (line)
        *line = k->line;
    return k->value;
}

static struct m2_setting from_profile(const struct m2_awsconfig *c, struct m2_arena *a, const char *name,
                                      const char *key)
{
    const char *file = "";
    int line = 0;
    const char *value = m2_awsconfig_get(c, c->profile, key, &file, &line);
    return (struct m2_setting){ name, value,
                                value ? m2_arena_printf(a, "profile %s (%s:%d)", c->profile, file, line)
                                      : "default" };
}

/* ENV lists up to two variables, the first wins. */
static struct m2_setting find(const struct m2_awsconfig *c, struct m2_arena *a, const char *name,
                              const char *const env[2], const char *key)
{
    for (size_t i = 0; i < 2 && env[i]; i++) {
        const char *value = m2_env(c->sys, env[i]);
        if (value)
            return (struct m2_setting){ name, value, m2_arena_printf(a, "environment %s", env[i]) };
    }
    return from_profile(c, a, name, key);
}

static int profile_missing(const struct m2_awsconfig *c, struct m2_arena *a, struct m2_err *err)
{
    M2_VEC(const char *) names = { 0 };
    for (size_t i = 0; i < c->config.sections.len; i++)
        if (m2_str_eq(c->config.sections.at[i].type, "profile") ||
            m2_str_eq(c->config.sections.at[i].name, "default"))
            m2_vec_push(a, &names, c->config.sections.at[i].name);
    for (size_t i = 0; i < c->credentials.sections.len; i++)
        if (!*c->credentials.sections.at[i].type)
            m2_vec_push(a, &names, c->credentials.sections.at[i].name);
    bool none = names.len == 0;
    m2_vec_push(a, &names, NULL);
    const char *nearest = m2_str_nearest(c->profile, names.at);
    return m2_fail(err, M2_ECONFIG, "profile \"%s\" (%s) is neither in %s nor in %s%s%s%s", c->profile,
                   c->profile_setting.source, m2_str_or(c->config_path, "~/.aws/config"),
                   m2_str_or(c->credentials_path, "~/.aws/credentials"), nearest ? "; did you mean \"" : "",
                   nearest ? nearest : (none ? "; there is no profile at all: run `aws configure`" : ""),
                   nearest ? "\"?" : "");
}

static int choose_region(struct m2_awsconfig *c, struct m2_arena *a, struct m2_err *err)
{
    static const char *const env[2] = { "AWS_REGION", "AWS_DEFAULT_REGION" };
    if (!m2_str_empty(c->flags.region))
        c->region = (struct m2_setting){ "region", c->flags.region, "--region" };
    else
        c->region = find(c, a, "region", env, "region");
    if (!c->region.value)
        c->region = (struct m2_setting){ "region", "us-east-1", "default" };
    if (m2_region_valid(c->region.value))
        return 0;
    return m2_fail(err, M2_EUSAGE, "\"%s\" (%s) is not a region; it is a name such as us-east-1",
                   c->region.value, c->region.source);
}

static int check_attempts(const struct m2_awsconfig *c, struct m2_err *err)
{
    uint64_t n;
    if (!c->max_attempts.value || m2_parse_u64(&n, c->max_attempts.value, 1, 100, "max_attempts", err) == 0)
        return 0;
    if (err)
        err->code = M2_ECONFIG;
    return m2_context(err, "%s", c->max_attempts.source);
}

static void warn_unless(struct m2_awsconfig *c, struct m2_arena *a, const struct m2_setting *s,
                        const char *one, const char *other)
{
    if (!s->value || m2_str_eq_ci(s->value, one) || m2_str_eq_ci(s->value, other))
        return;
    m2_vec_push(a, &c->warnings,
                m2_arena_printf(a, "%s = %.40s (%s) is neither %s nor %s; taken as %s", s->name, s->value,
                                s->source, one, other, other));
}

static int choose_rest(struct m2_awsconfig *c, struct m2_arena *a, struct m2_err *err)
{
    const struct {
        struct m2_setting *to;
        const char *name;
        const char *env[2];
    } rows[] = {
        { &c->ca_bundle, "ca_bundle", { "AWS_CA_BUNDLE", NULL } },
        { &c->max_attempts, "max_attempts", { "AWS_MAX_ATTEMPTS", NULL } },
        { &c->sts_endpoints, "sts_regional_endpoints", { "AWS_STS_REGIONAL_ENDPOINTS", NULL } },
        { &c->fips, "use_fips_endpoint", { "AWS_USE_FIPS_ENDPOINT", NULL } },
        { &c->dual_stack, "use_dualstack_endpoint", { "AWS_USE_DUALSTACK_ENDPOINT", NULL } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        *rows[i].to = find(c, a, rows[i].name, rows[i].env, rows[i].name);
    if (c->ca_bundle.value)
        c->ca_bundle.value = m2_config_expand(a, c->sys, c->ca_bundle.value);
    warn_unless(c, a, &c->fips, "true", "false");
    warn_unless(c, a, &c->dual_stack, "true", "false");
    warn_unless(c, a, &c->sts_endpoints, "legacy", "regional");
    return check_attempts(c, err);
}

int m2_awsconfig_load(struct m2_awsconfig *out, struct m2_arena *a, const struct m2_sys *sys,
                      const struct m2_aws_flags *flags, struct m2_err *err)
{
    struct m2_awsconfig c = { .sys = sys };
    if (flags)
        c.flags = *flags;
    m2_config_paths(&c, a);
    m2_config_choose_profile(&c);
    if (m2_config_read_files(&c, a, err) < 0)
        return -1;
    bool named = !m2_str_eq(c.profile_setting.source, "default");
    if (named && !m2_awsconfig_has_profile(&c, c.profile))
        return profile_missing(&c, a, err);
    if (choose_region(&c, a, err) < 0 || choose_rest(&c, a, err) < 0)
        return -1;
    *out = c;
    return 0;
}
