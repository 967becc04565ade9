#include "common/session.h"

#include "m2/str.h"

#define DEFAULT_STACK "mroptimum-mode2"

/* The first of FLAG and the environment variables NAMES (NULL-ended) that is set. */
static struct m2_setting pick(struct session *s, const char *name, const char *flag, const char *const *names,
                              const char *fallback)
{
    struct m2_setting setting = { name, flag, m2_arena_printf(s->arena, "--%s", name) };
    if (flag)
        return setting;
    for (; *names; names++) {
        const char *value = m2_env(s->sys, *names);
        if (value)
            return (struct m2_setting){ name, m2_arena_strdup(s->arena, value),
                                        m2_arena_printf(s->arena, "environment %s", *names) };
    }
    return (struct m2_setting){ name, fallback, fallback ? "default" : "not set" };
}

void session_offline(struct session *s, struct m2_arena *a, const struct m2_sys *sys,
                     const struct m2_common *common)
{
    static const char *const stack_env[] = { "STACK_NAME", NULL };
    static const char *const api_env[] = { "CLOUDMR_API_URL", "CLOUDM_MR_BRAIN", NULL };
    *s = (struct session){ .arena = a, .sys = sys, .common = common };
    s->stack = pick(s, "stack", common->stack, stack_env, DEFAULT_STACK);
    s->api_url = pick(s, "api-url", common->api_url, api_env, NULL);
}

int session_settings(struct session *s, struct m2_arena *a, const struct m2_sys *sys,
                     const struct m2_common *common, struct m2_err *err)
{
    const struct m2_aws_flags flags = { common->profile, common->region, common->endpoint_url };
    session_offline(s, a, sys, common);
    return m2_awsconfig_load(&s->config, a, sys, &flags, err);
}

static void log_line(void *user, int level, const char *line)
{
    const struct session *s = user;
    if (level > s->common->verbose)
        return;
    struct m2_buf clean;
    m2_buf_init(&clean, (size_t)1 << 20);
    m2_term_clean(&clean, line, true);
    (void)fprintf(stderr, "%s\n", clean.data);
    m2_buf_free(&clean);
}

static int ask_mfa(void *user, struct m2_secret *out, const char *serial, struct m2_err *err)
{
    const struct session *s = user;
    return m2_prompt_secret(out, m2_arena_printf(s->arena, "MFA code for %s: ", serial), err);
}

int session_connect(struct session *s, struct m2_net *net, struct m2_err *err)
{
    const struct m2_net_options options = {
        .ca_bundle = s->config.ca_bundle.value,
        .user_agent = m2_arena_printf(s->arena, "mode2-toolkit/%s", m2_version()),
        .sys = s->sys,
        .max_per_host = s->max_per_host,
        .log = s->common->verbose ? log_line : NULL,
        .log_user = s,
    };
    s->net = net;
    if (!net) {
        if (m2_net_new(&s->net, &options, err) < 0)
            return -1;
        s->owns_net = true;
    }
    int64_t timeout_ms = s->common->timeout_ms;
    const struct m2_aws_options aws = { .sys = s->sys,
                                        .net = s->net,
                                        .config = &s->config,
                                        .mfa = ask_mfa,
                                        .mfa_user = s,
                                        .deadline_mono_ms =
                                            timeout_ms ? m2_mono_ms(s->sys) + timeout_ms : 0 };
    if (m2_aws_new(&s->aws, &aws, err) < 0)
        return -1;
    const struct m2_registry_options registry = {
        .sys = s->sys, .net = s->net, .aws = s->aws, .config = &s->config
    };
    s->registry = m2_registry_new(&registry);
    return 0;
}

void session_close(struct session *s)
{
    m2_registry_free(s->registry);
    m2_aws_free(s->aws);
    if (s->owns_net)
        m2_net_free(s->net);
    s->registry = NULL;
    s->aws = NULL;
    s->net = NULL;
}
