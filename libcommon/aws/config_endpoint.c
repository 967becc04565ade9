/*
 * aws/config_endpoint.c — the configured endpoint of a service, and the S3 addressing style.
 *
 * Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints"; botocore's endpoint URL cases.
 */
#include <string.h>

#include "aws/config_files.h"
#include "m2/awsconfig.h"
#include "m2/str.h"

/* The variable is made of the service's API id, which differs from its CLI name for these. */
static const struct {
    const char *service, *id;
} ids[] = {
    { "ce", "COST_EXPLORER" },
    { "logs", "CLOUDWATCH_LOGS" },
    { "resourcegroupstaggingapi", "RESOURCE_GROUPS_TAGGING_API" },
    { "stepfunctions", "SFN" },
};

static char *service_id(struct m2_arena *a, const char *service)
{
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        if (m2_str_eq(ids[i].service, service))
            return m2_arena_strdup(a, ids[i].id);
    char *id = m2_arena_strdup(a, service);
    for (char *p = id; *p; p++)
        *p = *p == '-' ? '_' : *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
    return id;
}

static bool ignored(const struct m2_awsconfig *c)
{
    const char *env = m2_env(c->sys, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
    return m2_config_is_true(
        env ? env : m2_awsconfig_get(c, c->profile, "ignore_configured_endpoint_urls", NULL, NULL));
}

static bool from_environment(struct m2_setting *out, const struct m2_awsconfig *c, struct m2_arena *a,
                             const char *variable)
{
    out->value = m2_env(c->sys, variable);
    if (out->value)
        out->source = m2_arena_printf(a, "environment %s", variable);
    return out->value;
}

static bool from_services(struct m2_setting *out, const struct m2_awsconfig *c, struct m2_arena *a,
                          const char *id)
{
    const char *name = m2_awsconfig_get(c, c->profile, "services", NULL, NULL);
    const struct m2_ini_section *s = name ? m2_ini_section(&c->config, "services", name) : NULL;
    out->value = m2_ini_nested(s, id, "endpoint_url");
    if (!out->value)
        return false;
    for (size_t i = 0; i < s->keys.len; i++)
        if (m2_str_eq_ci(s->keys.at[i].name, id))
            for (size_t j = 0; j < s->keys.at[i].nested.len; j++)
                if (m2_str_eq(s->keys.at[i].nested.at[j].name, "endpoint_url"))
                    out->source = m2_arena_printf(a, "services %s (%s:%d)", name, c->config_path,
                                                  s->keys.at[i].nested.at[j].line);
    return true;
}

struct m2_setting m2_awsconfig_endpoint(const struct m2_awsconfig *c, struct m2_arena *a, const char *service)
{
    struct m2_setting out = { "endpoint_url", NULL, "default" };
    if (!m2_str_empty(c->flags.endpoint_url))
        return (struct m2_setting){ "endpoint_url", c->flags.endpoint_url, "--endpoint-url" };
    if (ignored(c))
        return out;
    const char *id = service ? service_id(a, service) : NULL;
    if ((id && from_environment(&out, c, a, m2_arena_printf(a, "AWS_ENDPOINT_URL_%s", id))) ||
        from_environment(&out, c, a, "AWS_ENDPOINT_URL") || (id && from_services(&out, c, a, id)))
        return out;
    const char *file = "";
    int line = 0;
    out.value = m2_awsconfig_get(c, c->profile, "endpoint_url", &file, &line);
    if (out.value)
        out.source = m2_arena_printf(a, "profile %s (%s:%d)", c->profile, file, line);
    return out;
}

const char *m2_awsconfig_s3_style(const struct m2_awsconfig *c)
{
    const char *style = m2_ini_nested(m2_credentials_section(c, c->profile), "s3", "addressing_style");
    if (!style)
        style = m2_ini_nested(m2_config_section(c, c->profile), "s3", "addressing_style");
    static const char *const known[] = { "path", "virtual" };
    for (size_t i = 0; style && i < 2; i++)
        if (m2_str_eq_ci(style, known[i]))
            return known[i];
    return NULL;
}
