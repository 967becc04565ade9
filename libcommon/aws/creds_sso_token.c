/*
 * aws/creds_sso_token.c — the token cache that `aws sso login` writes, read and renewed.
 */
#include <string.h>

#include "aws/config_files.h"
#include "aws/creds_call.h"
#include "aws/creds_source.h"
#include "m2/digest.h"
#include "m2/file.h"
#include "m2/json.h"
#include "m2/secret.h"
#include "m2/time.h"

#define MAX_CACHE ((size_t)1 << 20)
#define RENEW_MS (INT64_C(15) * 60 * 1000)

struct cache {
    struct m2_creds_context *c;
    const struct m2_sso_login *login;
    struct m2_arena *secrets;
    const char *path;
    struct m2_value *root;
    int64_t expires_ms;
};

static int read_cache(struct cache *k, struct m2_err *err)
{
    struct m2_bytes text;
    struct m2_err why = { 0 };
    char name[M2_SHA1_HEX];
    m2_sha1_hex(name, k->login->cache_name, strlen(k->login->cache_name));
    k->path = m2_config_home_file(k->c->arena, k->c->sys,
                                  m2_arena_printf(k->c->arena, ".aws/sso/cache/%s.json", name));
    if (!k->path)
        return m2_fail(err, M2_ECRED, "HOME is not set, so the SSO sign-in cannot be found");
    if (m2_file_read(&text, k->secrets, k->path, MAX_CACHE, &why) < 0)
        return why.code == M2_ENOTFOUND ? m2_fail(err, M2_ECRED, "not signed in to SSO (no %s); run `%s`",
                                                  k->path, k->login->again)
                                        : m2_fail(err, M2_ECRED, "%s; run `%s`", why.msg, k->login->again);
    if (m2_json_parse(&k->root, k->secrets, text, k->path, NULL) < 0 || !m2_v_is(k->root, M2_OBJECT))
        return m2_fail(err, M2_ECRED, "%s is not a JSON object; run `%s`", k->path, k->login->again);
    if (m2_str_empty(m2_v_str(k->root, "accessToken")))
        return m2_fail(err, M2_ECRED, "%s has no accessToken; run `%s`", k->path, k->login->again);
    if (!m2_time_parse(&k->expires_ms, m2_v_str(k->root, "expiresAt")))
        return m2_fail(err, M2_ECRED, "%s has no readable expiresAt; run `%s`", k->path, k->login->again);
    return 0;
}

static bool can_renew(const struct cache *k)
{
    static const char *const needed[] = { "refreshToken", "clientId", "clientSecret" };
    int64_t registered;
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (m2_str_empty(m2_v_str(k->root, needed[i])))
            return false;
    return k->login->session && m2_time_parse(&registered, m2_v_str(k->root, "registrationExpiresAt")) &&
           registered > m2_now_ms(k->c->sys);
}

/* The file is the CLI's too: all of its other members stay, and nobody reads half a file. */
static void write_cache(const struct cache *k)
{
    struct m2_buf text;
    m2_buf_init(&text, 2 * MAX_CACHE);
    m2_json_write(&text, k->root, true);
    m2_buf_addc(&text, '\n');
    /* A cache that cannot be written costs another renewal next time; the token in hand is good. */
    if (!text.over)
        (void)!m2_file_write(k->path, (struct m2_bytes){ text.data, text.len }, 0600, NULL);
    m2_wipe(text.data, text.len);
    m2_buf_free(&text);
}

static int take_answer(struct cache *k, const struct m2_value *answer, struct m2_err *err)
{
    const char *token = m2_v_str(answer, "accessToken"), *renewed = m2_v_str(answer, "refreshToken");
    int64_t seconds;
    if (m2_str_empty(token) || !m2_v_int_of(answer, "expiresIn", &seconds) || seconds <= 0 ||
        seconds > INT64_C(1) << 32)
        return m2_fail(err, M2_ECRED, "the answer of sso-oidc CreateToken lacks accessToken or expiresIn");
    char when[M2_ISO_SIZE];
    k->expires_ms = (m2_now_ms(k->c->sys) / 1000 + seconds) * 1000;
    m2_time_iso(when, k->expires_ms);
    m2_v_set_str(k->secrets, k->root, "accessToken", token);
    m2_v_set_str(k->secrets, k->root, "expiresAt", when);
    if (!m2_str_empty(renewed))
        m2_v_set_str(k->secrets, k->root, "refreshToken", renewed);
    write_cache(k);
    return 0;
}

static int renew(struct cache *k, struct m2_err *err)
{
    static const char *const sent[] = { "clientId", "clientSecret", "refreshToken" };
    struct m2_value *body = m2_v_object(k->secrets);
    struct m2_cred_reply reply;
    m2_v_set_str(k->secrets, body, "grantType", "refresh_token");
    for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++)
        m2_v_set_str(k->secrets, body, sent[i], m2_v_str(k->root, sent[i]));
    struct m2_cred_call call = { .service = "sso-oidc",
                                 .region = k->login->region,
                                 .method = "POST",
                                 .path = "/token",
                                 .content_type = "application/json",
                                 .body = m2_bytes_of(m2_json_text(k->secrets, body)),
                                 .label = "sso-oidc CreateToken" };
    int rc = m2_cred_send(&reply, k->secrets, k->c, &call, err);
    if (rc == 0 && reply.code)
        rc = m2_fail(err, M2_ECRED, "sso-oidc CreateToken was refused: %s", reply.code);
    if (rc == 0)
        rc = take_answer(k, reply.json, err);
    for (size_t i = 0; rc < 0 && i < sizeof sent / sizeof sent[0]; i++)
        m2_cred_scrub(err, m2_v_str(k->root, sent[i]));
    return rc;
}

static int usable(struct cache *k, struct m2_err *err)
{
    struct m2_err why = { 0 };
    int64_t left = k->expires_ms - m2_now_ms(k->c->sys);
    bool tried = left < RENEW_MS && can_renew(k);
    if (left >= RENEW_MS || (tried && renew(k, &why) == 0) || left > 0)
        return 0;
    char when[M2_ISO_SIZE];
    m2_time_iso(when, k->expires_ms);
    return m2_fail(err, M2_ECRED, "the SSO sign-in expired at %s%s%s%s; run `%s`", when,
                   tried ? " and could not be renewed (" : "", why.msg, tried ? ")" : "", k->login->again);
}

int m2_sso_token(struct m2_secret *token, struct m2_creds_context *c, const struct m2_sso_login *login,
                 struct m2_err *err)
{
    struct cache k = { .c = c, .login = login, .secrets = m2_arena_new() };
    int rc = read_cache(&k, err);
    if (rc == 0)
        rc = usable(&k, err);
    if (rc == 0) {
        const char *text = m2_v_str(k.root, "accessToken");
        m2_secret_set(token, text, strlen(text));
    }
    m2_arena_free_wiped(k.secrets);
    return rc;
}
