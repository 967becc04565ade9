/*
 * m2/sigv4.h — AWS Signature Version 4 (pure: the instant is an argument).
 *
 * Source:    IAM User Guide "Signature Version 4"; aws-c-auth's 38 vectors, header and query form, every stage.
 */
#ifndef M2_SIGV4_H
#define M2_SIGV4_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/net.h"
#include "m2/secret.h"

struct m2_keys {
    struct m2_secret access_key_id; /* not secret by itself, kept with the rest */
    struct m2_secret secret_access_key;
    struct m2_secret session_token; /* may be empty */
};

struct m2_sign_input {
    const char *method;
    const char *host;  /* as sent, ":port" only when not the default */
    const char *path;  /* encoded wire path */
    const char *query; /* encoded, "" when none */
    const struct m2_header *headers;
    size_t n_headers;
    struct m2_bytes body;
    const char *region, *service;
    const struct m2_keys *keys;
    int64_t time_ms;
    bool s3;               /* path as is; x-amz-content-sha256 sent and signed */
    bool path_is_raw;      /* PATH is not encoded yet (vectors): this is its only encoding */
    bool keep_path;        /* do not normalise (vectors' *-unnormalized) */
    bool hash_header;      /* add x-amz-content-sha256 though not s3 */
    bool unsigned_payload; /* S3 over https only */
    bool omit_token;       /* add the token after signing */
    int expires_s;         /* > 0: query form (presign), at most 604800 */
};

struct m2_signed {
    const char *canonical_request, *string_to_sign, *signature;
    M2_VEC(struct m2_header) headers; /* to add or replace: X-Amz-Date, Authorization, … (header form) */
    const char *query;                /* query form: the complete query */
};

/** Headers that the signer sets (Host, Authorization, X-Amz-Date, X-Amz-Security-Token) are ignored in IN, so that an attempt can be
 * signed again. Stages live in A; signing keys are wiped.
 * Errors: M2_EUSAGE (expires_s out of range, CR/LF in a header, unsigned_payload without s3), M2_ECRED (empty keys), M2_ELIMIT. */
int m2_sigv4_sign(struct m2_signed *out, struct m2_arena *a, const struct m2_sign_input *in,
                  struct m2_err *err) M2_MUST_USE;

#endif
