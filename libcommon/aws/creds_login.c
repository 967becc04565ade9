/*
 * aws/creds_login.c — the cache of `aws login`. Used while it is valid; only the AWS CLI holds the key that
 * renews it.
 */
#include <string.h>

#include "aws/config_files.h"
#include "aws/creds_source.h"
#include "m2/digest.h"
#include "m2/file.h"
#include "m2/json.h"

#define MAX_CACHE ((size_t)1 << 20)

static const char *cache_path(struct m2_creds_context *c, const char *session)
{
    char name[M2_SHA256_HEX];
    m2_sha256_hex(name, session, strlen(session));
    const char *directory = m2_env(c->sys, "AWS_LOGIN_CACHE_DIRECTORY");
    if (directory)
        return m2_arena_printf(c->arena, "%s/%s.json", m2_config_expand(c->arena, c->sys, directory), name);
    return m2_config_home_file(c->arena, c->sys, m2_arena_printf(c->arena, ".aws/login/cache/%s.json", name));
}

static int read_cache(struct m2_creds *out, struct m2_creds_context *c, struct m2_arena *secrets,
                      const char *path, struct m2_err *err)
{
    static const struct m2_cred_names names = { .id = "accessKeyId",
                                                .secret = "secretAccessKey",
                                                .token = "sessionToken",
                                                .account = "accountId",
                                                .expires = "expiresAt",
                                                .token_required = true,
                                                .expires_required = true };
    struct m2_bytes text;
    struct m2_value *root;
    struct m2_err why = { 0 };
    if (m2_file_read(&text, secrets, path, MAX_CACHE, &why) < 0)
        return why.code == M2_ENOTFOUND ? m2_fail(err, M2_ECRED, "not signed in (no %s)", path)
                                        : m2_fail(err, M2_ECRED, "%s", why.msg);
    if (m2_json_parse(&root, secrets, text, path, NULL) < 0)
        return m2_fail(err, M2_ECRED, "%s is not JSON", path);
    const char *source = m2_arena_printf(c->arena, "profile %s: login session", m2_cred_profile(c));
    if (m2_cred_from_json(out, c, m2_v_get(root, "accessToken"), &names, source, err) < 0)
        return m2_context(err, "accessToken in %s", path);
    return 0;
}

enum m2_cred_answer m2_cred_login(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err)
{
    const char *profile = m2_cred_profile(c), *session = m2_cred_get(c, "login_session");
    if (!session)
        return m2_cred_absent(err, "profile %s has no login_session", profile);
    const char *path = cache_path(c, session);
    if (!path)
        return m2_cred_broken(err, "profile %s: HOME is not set, so the sign-in cannot be found", profile);
    struct m2_arena *secrets = m2_arena_new();
    struct m2_err why = { 0 };
    int rc = read_cache(out, c, secrets, path, &why);
    m2_arena_free_wiped(secrets);
    return rc == 0 ? M2_CRED_FOUND
                   : m2_cred_broken(err, "profile %s: %s; run `aws login --profile %s`", profile, why.msg,
                                    m2_cred_quoted(c, profile));
}
