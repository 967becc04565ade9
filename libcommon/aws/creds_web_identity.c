/*
 * aws/creds_web_identity.c — a role assumed with an OpenID token from a file (EKS, GitHub Actions). The call
 * is unsigned.
 */
#include "aws/config_files.h"
#include "aws/creds_call.h"
#include "aws/creds_source.h"
#include "m2/buf.h"
#include "m2/file.h"
#include "m2/secret.h"

#define MAX_TOKEN ((size_t)64 << 10)

/* Each variable overrides its profile key. */
static const char *setting(const struct m2_creds_context *c, const char *variable, const char *key)
{
    const char *value = m2_cred_may_use_environment(c) ? m2_env(c->sys, variable) : NULL;
    return value ? value : m2_cred_get(c, key);
}

static enum m2_cred_answer assume(struct m2_creds *out, struct m2_creds_context *c, struct m2_arena *secrets,
                                  const char *path, const char *role, struct m2_err *err)
{
    struct m2_bytes text;
    if (m2_file_read(&text, secrets, path, MAX_TOKEN, err) < 0) /* each time anew: the platform rotates it */
        return m2_cred_broken_by(err, "the web identity token");
    const char *token = m2_str_trim(secrets, text.p);
    if (!*token)
        return m2_cred_broken(err, "the web identity token in %s is empty", path);
    struct m2_buf form;
    m2_buf_init(&form, 4 * MAX_TOKEN);
    m2_form_add(&form, "WebIdentityToken", token);
    struct m2_sts_call call = {
        .action = "AssumeRoleWithWebIdentity",
        .role_arn = role,
        .session_name = m2_sts_session_name(c, setting(c, "AWS_ROLE_SESSION_NAME", "role_session_name")),
        .form = { form.data, form.len },
        .source = m2_arena_printf(c->arena, "web identity: %s with the token in %s", role, path)
    };
    int rc = m2_sts_credentials(out, c, &call, err);
    m2_wipe(form.data, form.len);
    m2_buf_free(&form);
    if (rc < 0) {
        m2_cred_scrub(err, token);
        return m2_cred_broken_by(err, "token file %s", path);
    }
    return M2_CRED_FOUND;
}

enum m2_cred_answer m2_cred_web_identity(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err)
{
    const char *path = setting(c, "AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    if (!path)
        return m2_cred_absent(err,
                              m2_cred_may_use_environment(c)
                                  ? "neither AWS_WEB_IDENTITY_TOKEN_FILE nor web_identity_token_file is set"
                                  : "web_identity_token_file is not set");
    const char *role = setting(c, "AWS_ROLE_ARN", "role_arn");
    if (!role)
        return m2_cred_broken(
            err,
            "a web identity token file is given (%s), but neither AWS_ROLE_ARN nor the profile's "
            "role_arn says which role to assume with it",
            path);
    struct m2_arena *secrets = m2_arena_new();
    enum m2_cred_answer answer = assume(out, c, secrets, m2_config_expand(c->arena, c->sys, path), role, err);
    m2_arena_free_wiped(secrets);
    return answer;
}
