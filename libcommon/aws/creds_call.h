/*
 * aws/creds_call.h — the few calls that credentials themselves need (STS, SSO, SSO OIDC), without the full
 * client.
 *
 * Model: one small request by hand, signed or not, repeated on passing trouble and once for a wrong clock. A
 * service's refusal is a reply with its code, not an error.
 */
#ifndef M2_AWS_CREDS_CALL_H
#define M2_AWS_CREDS_CALL_H

#include "m2/creds.h"
#include "m2/value.h"
#include "m2/xml.h"

struct m2_cred_call {
    const char *service, *region; /* "sts", "sso", "sso-oidc" */
    const char *method, *path, *query;
    const char *content_type; /* NULL: no body */
    struct m2_bytes body;
    const char *bearer;         /* x-amz-sso_bearer_token, or NULL */
    const struct m2_keys *keys; /* NULL: unsigned */
    const char *label;
};

struct m2_cred_reply {
    struct m2_xml *xml;    /* success of sts */
    struct m2_value *json; /* success of the others */
    const char *code;      /* refusal: AWS's code, or the status as text; NULL on success */
    const char *message;   /* "" when none */
};

/** Send and read the answer into SECRETS, an arena that the caller wipes. Errors: the transport's, M2_EPROTO,
 * M2_ECONFIG. */
int m2_cred_send(struct m2_cred_reply *out, struct m2_arena *secrets, struct m2_creds_context *c,
                 const struct m2_cred_call *call, struct m2_err *err) M2_MUST_USE;

/* An STS answer that carries credentials. */
struct m2_sts_call {
    const char *action; /* "AssumeRole" */
    const char *role_arn, *session_name;
    struct m2_bytes form;       /* further "&Name=value" pairs, encoded */
    const struct m2_keys *keys; /* NULL: unsigned */
    const char *source;         /* of the credentials made */
};
/** Call STS and fill OUT from <Action>Result/Credentials. Errors: M2_ECRED, or the transport's. */
int m2_sts_credentials(struct m2_creds *out, struct m2_creds_context *c, const struct m2_sts_call *call,
                       struct m2_err *err) M2_MUST_USE;
/** Append "&NAME=VALUE", VALUE percent-encoded; nothing when VALUE is NULL. */
void m2_form_add(struct m2_buf *b, const char *name, const char *value);
/** The session name to use when none is configured. */
const char *m2_sts_session_name(struct m2_creds_context *c, const char *configured);

#endif
