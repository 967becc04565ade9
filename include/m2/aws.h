/*
 * m2/aws.h — call an AWS operation: endpoint, credentials, signature, retries, pages, one answer.
 *
 * Model:     m2_aws_start returns at once; the answer arrives from m2_net_step. A refused or failed call is
 * an answer with its code, message and the right it lacked, not an error of the client. Clock skew is
 * corrected once; expired credentials are refreshed once; throttling is respected over the whole run; a write
 * without token is repeated only when it is certain that it did not act. Lifetime:  a client lives until
 * m2_aws_free; answers live in the arena of their call.
 */
#ifndef M2_AWS_H
#define M2_AWS_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/awsconfig.h"
#include "m2/creds.h"
#include "m2/err.h"
#include "m2/net.h"
#include "m2/value.h"

struct m2_aws;

struct m2_aws_options {
    const struct m2_sys *sys;
    struct m2_net *net;                /* borrowed */
    const struct m2_awsconfig *config; /* borrowed */
    m2_mfa_prompt *mfa;
    void *mfa_user;
    size_t max_pages;         /* per call; 0: 10000 */
    int64_t deadline_mono_ms; /* credentials are not waited for longer; 0: none */
};

int m2_aws_new(struct m2_aws **out, const struct m2_aws_options *opt, struct m2_err *err) M2_MUST_USE;
void m2_aws_free(struct m2_aws *c); /* NULL is fine */
/** Credentials now, so that their absence is one clear sentence before anything else. */
int m2_aws_login(struct m2_aws *c, struct m2_err *err) M2_MUST_USE;
const char *m2_aws_region(const struct m2_aws *c);
/** Where the credentials came from; NULL before m2_aws_login. */
const char *m2_aws_credential_source(const struct m2_aws *c);
/** Milliseconds that the server's clock is ahead of ours, as last seen in a Date header; 0 before any answer.
 */
int64_t m2_aws_clock_skew_ms(const struct m2_aws *c);

struct m2_aws_call {
    const char *service, *operation;
    const char *region;           /* NULL: the client's; global services place themselves */
    const struct m2_value *input; /* object or NULL */
    bool one_page;                /* default: all pages, joined */
    /* What of an answer is kept, page by page; the rest is freed at once. NULL: all of it. */
    struct m2_value *(*keep)(struct m2_arena *a, const struct m2_value *page);
    /* Told, with m2_aws_start's USER, of the pages so far whenever another one would follow: JOINED grows with each, and holds
     * the next page's token as the answer named it. False: enough, JOINED is the answer. NULL: all pages. */
    bool (*more)(void *user, const struct m2_value *joined);
    bool once;       /* the caller paces and repeats: a refused or lost attempt is the answer, and no other call waits for it */
    bool repeatable; /* a second run does no harm (it deletes by version): connections are kept, a lost answer is asked for again */
    bool finish;     /* begun before the run is cancelled, it is finished (M2_HTTP_FINISH) */
};

enum m2_aws_status { M2_AWS_OK, M2_AWS_ERROR };
struct m2_aws_answer {
    enum m2_aws_status status;
    struct m2_value *output; /* OK */
    const char
        *code; /* ERROR: AWS's code, or "Network", "Tls", "Timeout", "Protocol", "Cancelled", "Credentials" */
    const char *message;
    int http_status;   /* 0 when no answer came */
    struct m2_err err; /* ERROR: the same as one sentence, with its class */
    int attempts;
    int64_t elapsed_ms;
};
typedef void m2_aws_done(void *user, const struct m2_aws_answer *answer);

/** Start CALL (copied); A holds the answer. A wrong service, operation or input is reported through DONE as
 * M2_EBUG. */
void m2_aws_start(struct m2_aws *c, struct m2_arena *a, const struct m2_aws_call *call, m2_aws_done *done,
                  void *user);
/** Start and wait for the whole answer, also one that refuses. */
void m2_aws_ask(struct m2_aws_answer *out, struct m2_arena *a, struct m2_aws *c, const struct m2_aws_call *call);
/** Start and wait. *out is the answer's output. Errors: the answer's err. */
int m2_aws_fetch(struct m2_value **out, struct m2_arena *a, struct m2_aws *c, const struct m2_aws_call *call,
                 struct m2_err *err) M2_MUST_USE;

/** Is CODE one that says the caller may not (AccessDenied, UnauthorizedOperation, …)? */
bool m2_aws_is_denied(const char *code);
/** Is CODE one that says the credentials have expired (ExpiredToken, …)? */
bool m2_aws_is_expired(const char *code);

/* ---- ARNs (arn.c) ---- */

/** Field N (0-based) of "arn:partition:service:region:account:rest" in A; "" when there is none. */
const char *m2_arn_field(struct m2_arena *a, const char *arn, int n);
/** NAME of "arn:…:stack/NAME/ID" in A; NULL when ARN (may be NULL) is none of a stack. */
const char *m2_arn_stack_name(struct m2_arena *a, const char *arn);

#endif
