/*
 * aws/creds.c — the chain: ten sources in AWS's order, the first that has something wins.
 */
#include "m2/creds.h"

#include <string.h>

#include "aws/creds_source.h"
#include "m2/buf.h"
#include "m2/str.h"

#define MANDATORY_MS (INT64_C(10) * 60 * 1000)
#define ADVISORY_MS (INT64_C(15) * 60 * 1000)

static const struct m2_cred_source sources[] = {
    { "environment",
      "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; not read when --profile is given",
      m2_cred_environment, false },
    { "assume-role",
      "the profile's role_arn, assumed with the credentials of source_profile or credential_source",
      m2_cred_role, false },
    { "web-identity",
      "a role assumed with the token in AWS_WEB_IDENTITY_TOKEN_FILE or the profile's web_identity_token_file",
      m2_cred_web_identity, true },
    { "sso", "the profile's sso_account_id and sso_role_name, with the sign-in of `aws sso login`",
      m2_cred_sso, true },
    { "credentials-file", "aws_access_key_id of the profile in the shared credentials file",
      m2_cred_credentials_file, true },
    { "login", "the profile's login_session, with the sign-in of `aws login`", m2_cred_login, true },
    { "process", "the answer of the profile's credential_process, a program run without a shell",
      m2_cred_process, true },
    { "config-file", "aws_access_key_id of the profile in the shared config file", m2_cred_config_file,
      true },
    { "container", "the ECS or EKS agent named by AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI",
      m2_cred_container, false },
    { "imds", "the role of the EC2 instance, from the instance metadata service (version 2 only)",
      m2_cred_imds, false },
};
_Static_assert(sizeof sources / sizeof sources[0] == M2_CRED_SOURCES, "one row per source");

const struct m2_cred_source *m2_cred_sources(size_t *n)
{
    *n = M2_CRED_SOURCES;
    return sources;
}

void m2_creds_free(struct m2_creds *c)
{
    if (!c)
        return;
    m2_secret_free(&c->keys.access_key_id);
    m2_secret_free(&c->keys.secret_access_key);
    m2_secret_free(&c->keys.session_token);
    *c = (struct m2_creds){ 0 };
}

static int none_found(const struct m2_creds_context *c, struct m2_err *err)
{
    struct m2_buf b;
    m2_buf_init(&b, 16384);
    for (size_t i = 0; i < c->n_tried; i++)
        m2_buf_addf(&b, "%s%s: %s", i ? "; " : "", c->tried[i].source, c->tried[i].reason);
    (void)m2_fail(err, M2_ECRED, "no credentials: %s", b.data);
    m2_buf_free(&b);
    return -1;
}

int m2_creds_load(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err)
{
    c->n_tried = 0;
    c->via = NULL;
    c->visits = NULL;
    for (size_t i = 0; i < M2_CRED_SOURCES; i++) {
        struct m2_err why = { 0 };
        struct m2_creds found = { 0 };
        switch (sources[i].load(&found, c, &why)) {
        case M2_CRED_FOUND:
            m2_creds_free(out);
            *out = found;
            return 0;
        case M2_CRED_BROKEN:
            return m2_fail(err, why.code == M2_ECANCELLED ? M2_ECANCELLED : M2_ECRED,
                           "credentials from %s: %s", sources[i].name, why.msg);
        case M2_CRED_ABSENT:
            c->tried[c->n_tried++] =
                (struct m2_cred_tried){ sources[i].name, m2_arena_strdup(c->arena, why.msg) };
            break;
        }
    }
    return none_found(c, err);
}

static bool within(const struct m2_creds *c, int64_t now_ms, int64_t margin_ms)
{
    return c->expires_ms != INT64_MAX && c->expires_ms - now_ms <= margin_ms;
}

bool m2_creds_must_refresh(const struct m2_creds *c, int64_t now_ms)
{
    return within(c, now_ms, MANDATORY_MS);
}

bool m2_creds_should_refresh(const struct m2_creds *c, int64_t now_ms)
{
    return within(c, now_ms, ADVISORY_MS);
}
