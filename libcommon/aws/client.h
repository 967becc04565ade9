/*
 * aws/client.h — the inside of the AWS client: one run per call in flight.
 *
 * Files:     client.c (interface), client_call.c (attempts, answers, pages), client_request.c (endpoint,
 * signature), client_error.c (codes, classes, sentences), client_creds.c (renewal, once for all), client_s3.c
 * (regions of buckets).
 */
#ifndef M2_AWS_CLIENT_H
#define M2_AWS_CLIENT_H

#include "m2/aws.h"
#include "m2/codec.h"
#include "m2/endpoint.h"
#include "m2/model.h"
#include "m2/retry.h"

/* A service that throttles: nothing more is asked of it before until_ms (monotonic). */
struct m2_gate {
    struct m2_gate *next;
    const char *service, *region;
    int64_t until_ms;
};

struct m2_bucket_home {
    struct m2_bucket_home *next;
    const char *bucket, *region;
};

struct m2_aws {
    struct m2_aws_options opt;
    struct m2_arena *arena;
    struct m2_creds creds;
    struct m2_creds_context creds_context;
    bool have_creds, renewing;
    unsigned generation;      /* of the credentials */
    int64_t renew_not_before; /* wall clock */
    int max_attempts;
    struct m2_retry_budget budget;
    int64_t seen_skew_ms, used_skew_ms;
    struct m2_gate *gates;
    struct m2_bucket_home *homes;
    struct m2_run *runs;    /* all in flight */
    struct m2_run *waiting; /* for the credentials that are being renewed */
};

struct m2_run {
    struct m2_run *next, **link, *next_waiting;
    struct m2_aws *client;
    struct m2_arena *out;     /* the caller's */
    struct m2_arena *arena;   /* of the call */
    struct m2_arena *scratch; /* of the attempt; holds secrets */
    m2_aws_done *done;
    void *user;

    const char *service_name, *operation, *region;
    struct m2_op op;
    bool one_page, repeatable; /* repeatable: a second run of the same request does no harm */
    struct m2_value *(*keep)(struct m2_arena *a, const struct m2_value *page);
    bool (*more)(void *user, const struct m2_value *joined);
    struct m2_value *input, *joined;
    size_t pages;
    const struct m2_value *page_mark; /* an earlier page's input: met again, the tokens go round */
    struct m2_wire wire;
    char invocation[M2_UUID_SIZE];

    struct m2_retry_state retry;
    bool skew_fixed, renewed, redirected;
    bool
        fresh; /* a connection broke: the kept ones may be just as dead, and libcurl would try each of them */
    unsigned generation; /* credentials that signed the attempt */
    int64_t signed_ms;   /* the instant in its signature */
    struct m2_endpoint at;
    struct m2_request req;
    bool clock_trusted; /* the answer's Date comes over TLS or loopback */

    int64_t began_ms, page_began_ms;
    int attempts;
    struct m2_err broken;              /* why the call could not even start */
    struct m2_api_error pending_error; /* client_s3.c: reported when the bucket's region stays unknown */
    int pending_status;
};

/* client_call.c */
void m2_run_attempt(struct m2_run *r);
void m2_run_begin(struct m2_run *r);
void m2_run_free(struct m2_run *r);
/** End R with what is in ERR; CODE NULL: the name of its class. Frees R. */
void m2_run_fail(struct m2_run *r, const char *code, const char *message, int status,
                 const struct m2_err *err);
void m2_run_fail_service(struct m2_run *r, const struct m2_api_error *e, int status);

/* client_request.c */
int m2_run_encode(struct m2_run *r, struct m2_err *err) M2_MUST_USE;
/** A fresh r->req in r->scratch, signed with one reading of the clock. */
int m2_run_build(struct m2_run *r, struct m2_err *err) M2_MUST_USE;
/** An unsigned HEAD of the bucket in r->req: any answer names the bucket's region. */
int m2_run_build_probe(struct m2_run *r, struct m2_err *err) M2_MUST_USE;

/* client_error.c */
bool m2_aws_is_skew(const char *code);
enum m2_errc m2_aws_error_class(const char *code, enum m2_retry_class retry);
const char *m2_aws_transport_code(enum m2_errc code);

/* client_creds.c */
/** Are there credentials to sign with now? If not, R is resumed by m2_run_attempt, or failed, later or before
 * this returns. */
bool m2_run_has_creds(struct m2_run *r);
/** After ExpiredToken: new credentials, then another attempt. False: they would be the same. */
bool m2_run_renew(struct m2_run *r);
int m2_aws_renew(struct m2_aws *c, struct m2_err *err) M2_MUST_USE;

/* client_s3.c */
/** Is the answer about a bucket in another region? Then R goes there, once. */
bool m2_run_redirect(struct m2_run *r, const struct m2_api_error *e, const struct m2_response *res);
const char *m2_run_bucket(const struct m2_run *r);
const char *m2_bucket_region(const struct m2_aws *c, const char *bucket);

#endif
