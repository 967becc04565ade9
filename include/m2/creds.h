/*
 * m2/creds.h — credentials: ten sources behind one table, tried in AWS's order.
 *
 * Model:     a source answers found, absent or broken; absent goes on, broken stops the chain with its
 * reason. Every source tried is kept with what it said, so that "no credentials" explains itself. Credentials
 * are refreshed before they expire. Lifetime:  struct m2_creds owns its secrets; m2_creds_free wipes them.
 */
#ifndef M2_CREDS_H
#define M2_CREDS_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/awsconfig.h"
#include "m2/err.h"
#include "m2/net.h"
#include "m2/sigv4.h"
#include "m2/sys.h"

struct m2_creds {
    struct m2_keys keys;
    int64_t expires_ms;     /* INT64_MAX when never */
    const char *account_id; /* when the source says so, else NULL */
    const char *source;     /* "environment", "profile prod: sso session corp" … */
};
void m2_creds_free(struct m2_creds *c);

/* How a source asks the user for an MFA code, without echo. -1 when there is no terminal. */
typedef int m2_mfa_prompt(void *user, struct m2_secret *out, const char *serial, struct m2_err *err);

#define M2_CRED_SOURCES 10
struct m2_cred_tried {
    const char *source, *reason;
};
struct m2_cred_visit;

struct m2_creds_context {
    struct m2_arena *arena;
    const struct m2_sys *sys;
    struct m2_net *net;
    const struct m2_awsconfig *config;
    m2_mfa_prompt *mfa;
    void *mfa_user;
    int64_t deadline_mono_ms; /* of the run: no source waits longer; 0: none */

    /* Written by m2_creds_load: what each source said that gave nothing. Start zeroed. */
    struct m2_cred_tried tried[M2_CRED_SOURCES];
    size_t n_tried;
    /* The sources' own; start zeroed. */
    const char *via;                    /* the profile reached through source_profile; NULL: the chosen one */
    const struct m2_cred_visit *visits; /* the profiles passed on the way there */
    const char *mfa_asked;              /* the device whose code was asked: once per process */
};

enum m2_cred_answer { M2_CRED_ABSENT, M2_CRED_FOUND, M2_CRED_BROKEN };

/* One row per source, in order; the test walks it against docs/man. */
struct m2_cred_source {
    const char *name;  /* "environment", "assume-role", "web-identity", "sso", "credentials-file", "login",
                          "process",  "config-file", "container", "imds" */
    const char *about; /* one sentence for --explain-config and docs */
    /* OUT is set only when found; ERR holds the reason otherwise. */
    enum m2_cred_answer (*load)(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err);
    bool in_profile; /* may a source_profile use it? */
};
const struct m2_cred_source *m2_cred_sources(size_t *n);

/** Try the chain. Errors: M2_ECRED; the message lists each source tried and why it gave nothing, or the one
 * that broke. */
int m2_creds_load(struct m2_creds *out, struct m2_creds_context *c, struct m2_err *err) M2_MUST_USE;
/** Must they be renewed now (10 min left), or should they (15 min)? */
bool m2_creds_must_refresh(const struct m2_creds *c, int64_t now_ms);
bool m2_creds_should_refresh(const struct m2_creds *c, int64_t now_ms);

#endif
