/*
 * m2/codec.h — from an operation's input to HTTP, and from HTTP to its output (pure).
 *
 * Model:     one codec per protocol (query, ec2, json, rest-json, rest-xml) behind m2_codec_encode/decode, chosen by the model, never
 *            by a reply's Content-Type. Inputs and outputs have the member names and shapes that
 *            `aws <service> <operation> --output json` uses: timestamps as ISO 8601 texts "2026-11-23T09:00:00+00:00", blobs as base64,
 *            IAM policy documents and JSON template bodies as objects (m2_codec_cli_shape).
 * Source:    smithy.io AWS protocols; botocore's protocol tests (350 input, 328 output cases).
 */
#ifndef M2_CODEC_H
#define M2_CODEC_H

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/model.h"
#include "m2/net.h"
#include "m2/sys.h"
#include "m2/value.h"

/* An unsigned request, relative to an endpoint. */
struct m2_wire {
    const char *method;
    const char *path;        /* encoded, begins with '/' */
    const char *query;       /* encoded "a=b&c=d" without '?', "" when none */
    const char *host_prefix; /* to put before the endpoint's host, or "" */
    M2_VEC(struct m2_header) headers;
    struct m2_bytes body;
};

struct m2_codec_options {
    bool timestamps_as_epoch; /* numbers, as the protocol tests compare; default texts */
    bool blobs_as_text;       /* decoded; default base64 */
};

/** Serialise INPUT (object or NULL). SYS gives the UUID of an unset idempotency token. S3 lists are asked for with
 * EncodingType "url", so that any key can be answered. Errors: M2_EBUG (unknown member, wrong type, empty label, a
 * text that XML cannot carry): the caller built a bad input; M2_ELIMIT (a body over 256 MiB). */
int m2_codec_encode(struct m2_wire *out, struct m2_arena *a, const struct m2_op *op,
                    const struct m2_value *input, const struct m2_sys *sys, struct m2_err *err) M2_MUST_USE;

/** Parse a success answer. Errors: M2_EPROTO (not this protocol's format; for S3 also a 200 that holds <Error>). */
int m2_codec_decode(struct m2_value **out, struct m2_arena *a, const struct m2_op *op,
                    const struct m2_response *res, const struct m2_codec_options *opt,
                    struct m2_err *err) M2_MUST_USE;

struct m2_api_error {
    const char *code;    /* "AccessDenied"; the status number as text when the body says nothing */
    const char *message; /* "" when none */
    const char *request_id;
    const struct m2_value *members; /* modelled members of the error's shape, or NULL */
    bool retryable_throttle, retryable; /* from the model */
};
/** Read an error answer of any wrapper; never fails. */
void m2_codec_error(struct m2_api_error *out, struct m2_arena *a, const struct m2_op *op,
                    const struct m2_response *res, const struct m2_codec_options *opt);

/** The differences between the wire and what the AWS CLI prints, in place: IAM documents (percent-decoded, JSON → object),
 * GetTemplate's JSON body → object, S3 url-encoded keys. For each page, before m2_page_next: S3's markers are decoded here. */
void m2_codec_cli_shape(struct m2_arena *a, const struct m2_op *op, struct m2_value *output);

/* ---- pagination and waiters: data of the model ---- */

/** Input of the next page into *next (a copy of INPUT with the tokens set), or NULL when OUTPUT was the last page or
 * the operation has no paginator. Errors: M2_EPROTO when the tokens repeat those of INPUT, or when there is more but no token. */
int m2_page_next(struct m2_value **next, struct m2_arena *a, const struct m2_op *op,
                 const struct m2_value *input, const struct m2_value *output, struct m2_err *err) M2_MUST_USE;
/** Append PAGE's result lists to JOINED (an empty object at first) and drop the token members, so that JOINED is what
 * the AWS CLI prints. Items are shared: PAGE must live as long as JOINED. Without a paginator JOINED takes all of PAGE. */
void m2_page_join(struct m2_arena *a, const struct m2_op *op, struct m2_value *joined,
                  const struct m2_value *page);
/** Set the output tokens of JOINED to those in NEXT (the next page's input; NULL: there is none), as an answer names them. */
void m2_page_mark(struct m2_arena *a, const struct m2_op *op, struct m2_value *joined, const struct m2_value *next);

enum m2_wait_state { M2_WAIT_RETRY, M2_WAIT_SUCCESS, M2_WAIT_FAILURE };
struct m2_waiter {
    struct m2_op op;
    int delay_s, max_attempts;
    const struct m2_value *acceptors;
};
int m2_waiter_find(struct m2_waiter *out, const struct m2_service *s, const char *name, struct m2_err *err) M2_MUST_USE;
/** State after one answer: OUTPUT, or ERROR_CODE when the call failed. */
enum m2_wait_state m2_waiter_state(const struct m2_waiter *w, const struct m2_value *output,
                                   int http_status, const char *error_code);

#endif
