/*
 * aws/creds_role.c — role_arn: assumed with the credentials of another profile or of a named source, through
 * chains.
 */
#include <string.h>

#include "aws/creds_call.h"
#include "aws/creds_source.h"
#include "m2/buf.h"
#include "m2/secret.h"

#define MAX_CHAIN 20
#define CHAINED_MAX_S 3600

struct m2_cred_visit {
    const char *profile;
    const struct m2_cred_visit *before;
};

static bool has_static_keys(const struct m2_creds_context *c)
{
    return m2_cred_get(c, "aws_access_key_id") || m2_cred_get(c, "aws_secret_access_key");
}

/* " A -> B -> A" */
static void show_path(struct m2_buf *b, const struct m2_cred_visit *v)
{
    if (v->before)
        show_path(b, v->before);
    m2_buf_addf(b, "%s -> ", v->profile);
}

static enum m2_cred_answer loop_error(struct m2_creds_context *c, const char *again, struct m2_err *err)
{
    struct m2_buf b;
    m2_buf_init(&b, 600);
    show_path(&b, c->visits);
    m2_buf_adds(&b, again);
    enum m2_cred_answer answer = m2_cred_broken(err, "source_profile runs in a circle: %s", b.data);
    m2_buf_free(&b);
    return answer;
}

static size_t depth(const struct m2_cred_visit *v)
{
    size_t n = 0;
    for (; v; v = v->before)
        n++;
    return n;
}

/* What may stand behind a source profile: never the environment, the container or the instance. */
static enum m2_cred_answer from_profile(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err)
{
    bool role = m2_cred_get(c, "role_arn") && !m2_cred_get(c, "web_identity_token_file");
    if (role && !has_static_keys(c))
        return m2_cred_role(out, c, err);
    size_t n;
    const struct m2_cred_source *sources = m2_cred_sources(&n);
    for (size_t i = 0; i < n; i++) {
        if (!sources[i].in_profile)
            continue;
        enum m2_cred_answer answer = sources[i].load(out, c, err);
        if (answer == M2_CRED_BROKEN)
            return m2_cred_broken_by(err, "source_profile %s", m2_cred_profile(c));
        if (answer == M2_CRED_FOUND)
            return answer;
    }
    return m2_cred_broken(
        err,
        "source_profile %s has no credentials: no aws_access_key_id, role_arn, sso_account_id, "
        "credential_process or login_session%s",
        m2_cred_profile(c),
        m2_cred_get(c, "aws_secret_access_key") ? " (aws_secret_access_key alone is not enough)" : "");
}

static enum m2_cred_answer from_source_profile(struct m2_creds *out, struct m2_creds_context *c,
                                               const char *next, struct m2_err *err)
{
    const char *here = m2_cred_profile(c);
    const struct m2_cred_visit *const before = c->visits;
    const char *const via = c->via;
    struct m2_cred_visit visit = { here, before };
    enum m2_cred_answer answer;
    if (!m2_awsconfig_has_profile(c->config, next))
        return m2_cred_broken(
            err, "source_profile %s, which profile %s names, is in neither of the two files", next, here);
    c->visits = &visit;
    bool seen = m2_str_eq(next, here) && !has_static_keys(c);
    for (const struct m2_cred_visit *v = before; v; v = v->before)
        seen = seen || m2_str_eq(v->profile, next);
    if (seen) {
        answer = loop_error(c, next, err);
    } else if (depth(&visit) > MAX_CHAIN) {
        answer = m2_cred_broken(err, "more than %d profiles in a chain of source_profile", MAX_CHAIN);
    } else {
        c->via = next;
        answer = from_profile(out, c, err);
    }
    c->via = via;
    c->visits = before;
    return answer;
}

static enum m2_cred_answer from_named_source(struct m2_creds *out, struct m2_creds_context *c,
                                             const char *name, struct m2_err *err)
{
    static const struct {
        const char *name;
        m2_cred_load *load;
    } named[] = { { "Environment", m2_cred_environment_keys },
                  { "Ec2InstanceMetadata", m2_cred_imds },
                  { "EcsContainer", m2_cred_container } };
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (!m2_str_eq_ci(name, named[i].name))
            continue;
        if (named[i].load(out, c, err) == M2_CRED_FOUND)
            return M2_CRED_FOUND;
        return m2_cred_broken_by(err, "credential_source %s of profile %s", named[i].name,
                                 m2_cred_profile(c));
    }
    return m2_cred_broken(
        err, "credential_source %s of profile %s is not Environment, Ec2InstanceMetadata or EcsContainer",
        m2_cred_shown(c, name, 40), m2_cred_profile(c));
}

static int ask_mfa(struct m2_secret *code, struct m2_creds_context *c, const char *serial, struct m2_err *err)
{
    if (m2_str_eq(c->mfa_asked, serial))
        return m2_fail(err, M2_ECRED,
                       "the session made with the MFA code of %s has ended; run the command again", serial);
    if (!c->mfa)
        return m2_fail(err, M2_ECRED,
                       "a code of the MFA device %s is needed, and there is no terminal to ask on", serial);
    if (c->mfa(c->mfa_user, code, serial, err) < 0)
        return m2_context(err, "MFA device %s", serial);
    c->mfa_asked = m2_arena_strdup(c->arena, serial);
    if (m2_secret_empty(code))
        return m2_fail(err, M2_ECRED, "no code of the MFA device %s was given", serial);
    return 0;
}

static int check_duration(struct m2_creds_context *c, const char *text, bool chained, struct m2_err *err)
{
    uint64_t seconds;
    if (!text)
        return 0;
    if (m2_parse_u64(&seconds, text, 900, 43200, "duration_seconds", err) < 0)
        return m2_context(err, "profile %s", m2_cred_profile(c));
    if (chained && seconds > CHAINED_MAX_S)
        return m2_fail(err, M2_ECRED,
                       "duration_seconds = %s of profile %s: a role assumed with another role's credentials "
                       "lasts at most %d seconds",
                       text, m2_cred_profile(c), CHAINED_MAX_S);
    return 0;
}

static int assume(struct m2_creds *out, struct m2_creds_context *c, const struct m2_creds *source,
                  struct m2_err *err)
{
    const char *serial = m2_cred_get(c, "mfa_serial"), *duration = m2_cred_get(c, "duration_seconds");
    bool chained = m2_str_starts(source->source, "assumed role ");
    struct m2_secret code = { 0 };
    if (check_duration(c, duration, chained, err) < 0 || (serial && ask_mfa(&code, c, serial, err) < 0)) {
        m2_secret_free(&code);
        return -1;
    }
    struct m2_buf form;
    m2_buf_init(&form, 65536);
    m2_form_add(&form, "DurationSeconds", duration);
    m2_form_add(&form, "ExternalId", m2_cred_get(c, "external_id"));
    m2_form_add(&form, "SerialNumber", serial);
    m2_form_add(&form, "TokenCode", serial ? m2_secret_reveal(&code) : NULL);
    const char *role = m2_cred_get(c, "role_arn");
    struct m2_sts_call call = { .action = "AssumeRole",
                                .role_arn = role,
                                .session_name = m2_sts_session_name(c, m2_cred_get(c, "role_session_name")),
                                .form = { form.data, form.len },
                                .keys = &source->keys,
                                .source = m2_arena_printf(c->arena, "assumed role %s (profile %s) with %s",
                                                          role, m2_cred_profile(c), source->source) };
    int rc = m2_sts_credentials(out, c, &call, err);
    if (rc < 0)
        m2_cred_scrub(err, m2_secret_reveal(&code));
    m2_wipe(form.data, form.len);
    m2_buf_free(&form);
    m2_secret_free(&code);
    return rc;
}

enum m2_cred_answer m2_cred_role(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err)
{
    const char *profile = m2_cred_profile(c);
    if (!m2_cred_get(c, "role_arn"))
        return m2_cred_absent(err, "profile %s has no role_arn", profile);
    if (m2_cred_get(c, "web_identity_token_file"))
        return m2_cred_absent(err, "profile %s assumes its role with a web identity token", profile);
    const char *next = m2_cred_get(c, "source_profile"), *named = m2_cred_get(c, "credential_source");
    if (!next == !named)
        return m2_cred_broken(
            err, "profile %s has role_arn %s source_profile %s credential_source; it needs one of them",
            profile, next ? "and both" : "but neither", next ? "and" : "nor");
    struct m2_creds source = { 0 };
    enum m2_cred_answer answer =
        next ? from_source_profile(&source, c, next, err) : from_named_source(&source, c, named, err);
    if (answer != M2_CRED_FOUND)
        return answer;
    int rc = assume(out, c, &source, err);
    if (rc < 0) {
        answer = m2_cred_broken_by(err, "profile %s", profile);
        m2_cred_scrub(err, m2_secret_reveal(&source.keys.secret_access_key));
        m2_cred_scrub(err, m2_secret_reveal(&source.keys.session_token));
    }
    m2_creds_free(&source);
    return answer;
}
