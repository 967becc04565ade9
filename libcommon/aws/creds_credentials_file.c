/*
 * aws/creds_credentials_file.c — keys in the shared credentials file.
 */
#include "aws/config_files.h"
#include "aws/creds_static.h"

enum m2_cred_answer m2_cred_static(struct m2_creds *out, struct m2_creds_context *c,
                                   const struct m2_ini_section *s, const char *path, struct m2_err *err)
{
    const char *profile = m2_cred_profile(c);
    if (!path)
        return m2_cred_absent(err, "HOME is not set");
    if (!s)
        return m2_cred_absent(err, "no profile %s in %s", profile, path);
    struct m2_cred_parts p = { .id = m2_ini_value(s, "aws_access_key_id"),
                               .secret = m2_ini_value(s, "aws_secret_access_key"),
                               .token = m2_ini_value(s, "aws_session_token"),
                               .account = m2_ini_value(s, "aws_account_id"),
                               .id_name = "aws_access_key_id",
                               .secret_name = "aws_secret_access_key",
                               .source =
                                   m2_arena_printf(c->arena, "profile %s (%s:%d)", profile, path, s->line),
                               .expires_ms = INT64_MAX };
    if (!p.id)
        return m2_cred_absent(err, "profile %s in %s has no aws_access_key_id", profile, path);
    if (m2_cred_fill(out, c, &p, err) < 0)
        return m2_cred_broken_by(err, "%s", p.source);
    return M2_CRED_FOUND;
}

enum m2_cred_answer m2_cred_credentials_file(struct m2_creds *out, struct m2_creds_context *c,
                                             struct m2_err *err)
{
    return m2_cred_static(out, c, m2_credentials_section(c->config, m2_cred_profile(c)),
                          c->config->credentials_path, err);
}
