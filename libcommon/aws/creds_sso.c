/*
 * aws/creds_sso.c — IAM Identity Center: the sign-in of `aws sso login` exchanged for a role's keys.
 *
 * Two layouts: sso_session = NAME with [sso-session NAME], or all four sso_* keys in the profile (no refresh
 * there).
 */
#include <string.h>

#include "aws/creds_call.h"
#include "aws/creds_source.h"
#include "m2/buf.h"
#include "m2/digest.h"
#include "m2/secret.h"

struct sso_profile {
    const char *account, *role, *region, *start_url, *session;
};

/* A key may stand in both places only with the same value. */
static int session_value(const char **out, struct m2_creds_context *c, const struct m2_ini_section *session,
                         const char *key, struct m2_err *err)
{
    const char *there = m2_ini_value(session, key), *here = m2_cred_get(c, key);
    if (!there)
        return m2_fail(err, M2_ECRED, "[sso-session %s] in %s has no %s", session->name,
                       c->config->config_path, key);
    if (here && !m2_str_eq(here, there))
        return m2_fail(err, M2_ECRED, "%s of profile %s differs from that of [sso-session %s] (%s:%d)", key,
                       m2_cred_profile(c), session->name, c->config->config_path, session->line);
    *out = there;
    return 0;
}

static int read_profile(struct sso_profile *out, struct m2_creds_context *c, struct m2_err *err)
{
    struct sso_profile p = { .session = m2_cred_get(c, "sso_session") };
    const struct {
        const char *key, **to;
        bool in_session;
    } rows[] = { { "sso_account_id", &p.account, false },
                 { "sso_role_name", &p.role, false },
                 { "sso_region", &p.region, true },
                 { "sso_start_url", &p.start_url, true } };
    const struct m2_ini_section *session =
        p.session ? m2_ini_section(&c->config->config, "sso-session", p.session) : NULL;
    if (p.session && !session)
        return m2_fail(err, M2_ECRED, "[sso-session %s], which profile %s names, is not in %s", p.session,
                       m2_cred_profile(c), m2_str_or(c->config->config_path, "~/.aws/config"));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (session && rows[i].in_session) {
            if (session_value(rows[i].to, c, session, rows[i].key, err) < 0)
                return -1;
            continue;
        }
        *rows[i].to = m2_cred_get(c, rows[i].key);
        if (!*rows[i].to)
            return m2_fail(err, M2_ECRED, "profile %s has SSO settings, but %s is missing",
                           m2_cred_profile(c), rows[i].key);
    }
    *out = p;
    return 0;
}

static int refused(const struct m2_cred_reply *reply, const struct sso_profile *p, const char *again,
                   struct m2_err *err)
{
    if (m2_str_eq(reply->code, "UnauthorizedException") || m2_str_eq(reply->code, "401"))
        return m2_fail(err, M2_ECRED, "the SSO sign-in is no longer accepted (%s); run `%s`", reply->code,
                       again);
    if (m2_str_eq(reply->code, "ForbiddenException") || m2_str_eq(reply->code, "403"))
        return m2_fail(err, M2_ECRED,
                       "SSO does not give you the role %s in account %s (%s); ask who assigns access there",
                       p->role, p->account, reply->code);
    return m2_fail(err, M2_ECRED, "sso GetRoleCredentials of %s in account %s was refused: %s%s%s", p->role,
                   p->account, reply->code, *reply->message ? ": " : "", reply->message);
}

static int get_role(struct m2_creds *out, struct m2_creds_context *c, const struct sso_profile *p,
                    const char *token, const char *again, struct m2_err *err)
{
    static const struct m2_cred_names names = { .id = "accessKeyId",
                                                .secret = "secretAccessKey",
                                                .token = "sessionToken",
                                                .expires = "expiration",
                                                .token_required = true,
                                                .expires_required = true };
    struct m2_arena *secrets = m2_arena_new();
    struct m2_cred_reply reply;
    struct m2_buf query;
    m2_buf_init(&query, 16384);
    m2_buf_adds(&query, "role_name=");
    m2_uri_encode(&query, p->role, strlen(p->role), 0);
    m2_form_add(&query, "account_id", p->account);
    struct m2_cred_call call = { .service = "sso",
                                 .region = p->region,
                                 .method = "GET",
                                 .path = "/federation/credentials",
                                 .query = query.data,
                                 .bearer = token,
                                 .label = "sso GetRoleCredentials" };
    const char *source = m2_arena_printf(c->arena, "profile %s: SSO role %s in account %s",
                                         m2_cred_profile(c), p->role, p->account);
    int rc = m2_cred_send(&reply, secrets, c, &call, err);
    if (rc == 0 && reply.code)
        rc = refused(&reply, p, again, err);
    else if (rc == 0 &&
             m2_cred_from_json(out, c, m2_v_get(reply.json, "roleCredentials"), &names, source, err) < 0)
        rc = m2_context(err, "the answer of sso GetRoleCredentials");
    if (rc == 0 && !out->account_id)
        out->account_id = m2_arena_strdup(c->arena, p->account);
    m2_buf_free(&query);
    m2_arena_free_wiped(secrets);
    return rc;
}

enum m2_cred_answer m2_cred_sso(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err)
{
    if (!m2_cred_get(c, "sso_account_id") && !m2_cred_get(c, "sso_role_name"))
        return m2_cred_absent(err, "profile %s has %s", m2_cred_profile(c),
                              m2_cred_get(c, "sso_session")
                                  ? "sso_session, but neither sso_account_id nor sso_role_name"
                                  : "no sso_account_id");
    struct sso_profile p = { 0 };
    if (read_profile(&p, c, err) < 0)
        return M2_CRED_BROKEN;
    struct m2_sso_login login = { .cache_name = p.session ? p.session : p.start_url,
                                  .region = p.region,
                                  .session = p.session != NULL,
                                  .again = m2_arena_printf(c->arena, "aws sso login --profile %s",
                                                           m2_cred_quoted(c, m2_cred_profile(c))) };
    struct m2_secret token = { 0 };
    int rc = m2_sso_token(&token, c, &login, err);
    if (rc == 0)
        rc = get_role(out, c, &p, m2_secret_reveal(&token), login.again, err);
    if (rc < 0)
        m2_cred_scrub(err, m2_secret_reveal(&token));
    m2_secret_free(&token);
    return rc == 0 ? M2_CRED_FOUND : m2_cred_broken_by(err, "profile %s", m2_cred_profile(c));
}
