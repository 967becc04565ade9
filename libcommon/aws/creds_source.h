/*
 * aws/creds_source.h — what the credential sources share, and their entries.
 *
 * Model: a source answers found (OUT is set), absent or broken (ERR says why). Text that holds secrets is
 * read into an arena of its own that is wiped; only struct m2_creds keeps them.
 */
#ifndef M2_AWS_CREDS_SOURCE_H
#define M2_AWS_CREDS_SOURCE_H

#include "m2/creds.h"
#include "m2/value.h"

typedef enum m2_cred_answer m2_cred_load(struct m2_creds *out, struct m2_creds_context *c,
                                         struct m2_err *err);

m2_cred_load m2_cred_environment, m2_cred_role, m2_cred_web_identity, m2_cred_sso, m2_cred_credentials_file,
    m2_cred_login, m2_cred_process, m2_cred_config_file, m2_cred_container, m2_cred_imds;
/** The variables themselves, whatever profile was named (credential_source = Environment). */
m2_cred_load m2_cred_environment_keys;

/** Always M2_CRED_ABSENT or M2_CRED_BROKEN with the formatted reason in ERR (code M2_ECRED). */
enum m2_cred_answer m2_cred_absent(struct m2_err *err, const char *fmt, ...) M2_PRINTF(2, 3);
enum m2_cred_answer m2_cred_broken(struct m2_err *err, const char *fmt, ...) M2_PRINTF(2, 3);
/** M2_CRED_BROKEN with "context: " before what ERR says already. */
enum m2_cred_answer m2_cred_broken_by(struct m2_err *err, const char *fmt, ...) M2_PRINTF(2, 3);

/** The profile asked now: the chosen one, or one reached through source_profile. */
const char *m2_cred_profile(const struct m2_creds_context *c);
/** Key of that profile, or NULL. */
const char *m2_cred_get(const struct m2_creds_context *c, const char *key);
/** May variables of this source be read? Not with --profile, nor for a source profile. */
bool m2_cred_may_use_environment(const struct m2_creds_context *c);
/** S quoted for a command that the user can paste. */
const char *m2_cred_quoted(const struct m2_creds_context *c, const char *s);
/** S on one line, made safe for a terminal, at most MAX bytes. */
const char *m2_cred_shown(const struct m2_creds_context *c, const char *s, size_t max);
/** Replace every occurrence of SECRET in ERR's message. */
void m2_cred_scrub(struct m2_err *err, const char *secret);

struct m2_cred_parts {
    const char *id, *secret, *token, *account;
    const char *id_name, *secret_name; /* how messages call them */
    const char *source;
    int64_t expires_ms;
};
/** Fill OUT. Errors: M2_ECRED (a part missing or with bytes no key has, expired). */
int m2_cred_fill(struct m2_creds *out, struct m2_creds_context *c, const struct m2_cred_parts *p,
                 struct m2_err *err) M2_MUST_USE;

/* Names of the members of a JSON answer; NULL where the format has none. */
struct m2_cred_names {
    const char *id, *secret, *token, *account, *expires;
    bool token_required, expires_required;
};
/** Fill OUT from the object V. Errors: M2_ECRED naming the member. */
int m2_cred_from_json(struct m2_creds *out, struct m2_creds_context *c, const struct m2_value *v,
                      const struct m2_cred_names *names, const char *source, struct m2_err *err) M2_MUST_USE;

/** LIMIT_MS, or what is left of the run when that is less; at least 1. */
int m2_cred_limit(const struct m2_creds_context *c, int limit_ms);

/* ---- parts of single sources that tests look at alone ---- */

/** URL of the container source. 1 when set, 0 when no variable asks for it (ERR says so), -1 on error. */
int m2_container_url(const char **url, struct m2_creds_context *c, struct m2_err *err) M2_MUST_USE;
/** Base URL of the instance metadata service. Errors: M2_ECRED. */
int m2_imds_endpoint(const char **url, struct m2_creds_context *c, struct m2_err *err) M2_MUST_USE;

/** AccessToken of an SSO sign-in into TOKEN, refreshed when it can be. NAME: the session's name or the start
 * URL. */
struct m2_sso_login {
    const char *cache_name, *region;
    bool session;      /* legacy layouts never refresh */
    const char *again; /* the command that signs in again */
};
int m2_sso_token(struct m2_secret *token, struct m2_creds_context *c, const struct m2_sso_login *login,
                 struct m2_err *err) M2_MUST_USE;

#endif
