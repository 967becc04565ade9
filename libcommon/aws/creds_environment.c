/*
 * aws/creds_environment.c — keys in the environment.
 */
#include "aws/creds_source.h"
#include "m2/time.h"

enum m2_cred_answer m2_cred_environment_keys(struct m2_creds *out, struct m2_creds_context *c,
                                             struct m2_err *err)
{
    struct m2_cred_parts p = { .id = m2_env(c->sys, "AWS_ACCESS_KEY_ID"),
                               .secret = m2_env(c->sys, "AWS_SECRET_ACCESS_KEY"),
                               .token = m2_env(c->sys, "AWS_SESSION_TOKEN"),
                               .account = m2_env(c->sys, "AWS_ACCOUNT_ID"),
                               .id_name = "AWS_ACCESS_KEY_ID",
                               .secret_name = "AWS_SECRET_ACCESS_KEY",
                               .source = "environment",
                               .expires_ms = INT64_MAX };
    if (!p.id)
        return m2_cred_absent(err, "AWS_ACCESS_KEY_ID is not set%s",
                              p.secret ? " (AWS_SECRET_ACCESS_KEY is)" : "");
    if (!p.secret)
        return m2_cred_broken(err, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not");
    const char *expires = m2_env(c->sys, "AWS_CREDENTIAL_EXPIRATION");
    if (expires && !m2_time_parse(&p.expires_ms, expires))
        return m2_cred_broken(err,
                              "AWS_CREDENTIAL_EXPIRATION is not an instant such as 2026-11-23T09:00:00Z");
    if (m2_cred_fill(out, c, &p, err) < 0)
        return expires && p.expires_ms <= m2_now_ms(c->sys)
                   ? m2_cred_broken_by(err, "AWS_CREDENTIAL_EXPIRATION says that the keys have")
                   : M2_CRED_BROKEN;
    return M2_CRED_FOUND;
}

enum m2_cred_answer m2_cred_environment(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err)
{
    if (!m2_cred_may_use_environment(c))
        return m2_cred_absent(err, "not read, because --profile is given");
    return m2_cred_environment_keys(out, c, err);
}
