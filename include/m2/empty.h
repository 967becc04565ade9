/*
 * m2/empty.h — delete everything in one bucket: versions, delete markers, unfinished uploads.
 *
 * Model:     rounds follow each other until one lists nothing: what S3 did not confirm and what was written meanwhile is met again. In a
 *            round listing and deleting overlap: pages of up to 1,000 versions, several key ranges at once, many DeleteObjects in flight;
 *            the number in flight grows slowly and halves at SlowDown (AIMD), and once S3 has refused, keys per second are limited too.
 *            Memory does not depend on the number of keys. Every call carries x-amz-expected-bucket-owner, so that a bucket of somebody
 *            else is refused by S3 itself. Keys are bytes: control characters, "..", "//", 1,024 bytes, '%' and every Unicode character
 *            are deleted exactly; what XML cannot carry goes in a DeleteObject of its own, by its URL.
 *            Only what was listed with its VersionId is deleted ("null" too), with it; what S3 does not confirm is tried again.
 * Lifetime:  everything in the result lives in the arena given.
 * Source:    S3 API reference (DeleteObjects, ListObjectVersions, ListMultipartUploads); docs/CLEANUP.md.
 */
#ifndef M2_EMPTY_H
#define M2_EMPTY_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/aws.h"
#include "m2/err.h"
#include "m2/mem.h"

struct m2_empty_progress {
    uint64_t listed, deleted, failed; /* versions and markers; failed: of this round, uploads too */
    uint64_t uploads;                 /* aborted */
    uint64_t bytes;                   /* of the deleted versions */
    unsigned in_flight;               /* requests that delete */
    bool slowed;                      /* S3 asked for less within the last second */
};

#define M2_EMPTY_IN_FLIGHT 64

struct m2_empty_options {
    const struct m2_sys *sys;
    struct m2_net *net;
    struct m2_aws *aws;
    const char *bucket, *region;
    const char *owner;       /* account id; required: without it nothing is called */
    bool bypass_governance;  /* x-amz-bypass-governance-retention, only for a bucket that has a lock */
    unsigned max_in_flight;  /* 0: M2_EMPTY_IN_FLIGHT. The net loop's max_per_host should be 16 more, or requests stand in line */
    int64_t deadline_mono_ms; /* no request is begun later; 0: none */
    void (*progress)(void *user, const struct m2_empty_progress *p); /* may be NULL */
    void *user;
};

/* A key that stayed, and why. */
struct m2_empty_left {
    const char *key, *version; /* of an unfinished upload: its id */
    const char *code, *message; /* S3's, as it sent them: foreign text */
};
struct m2_empty_result {
    struct m2_empty_progress done;
    M2_VEC(struct m2_empty_left) left; /* the first 100 of them */
    bool empty;                        /* read again at the end: nothing is there */
    bool gone;                         /* there is no such bucket; empty is false then */
};

/** Empty the bucket. An account that denies some keys is a result with `left`, not an error; so is a bucket that is still not empty after
 * ten rounds that found little (somebody goes on writing): neither empty nor gone, with an empty `left`. Cancelled (m2_cancelled): requests in flight are
 * finished, nothing new is begun, and OUT says how far it came.
 * Errors: M2_EDENIED (listing or deleting at all is denied, MFA delete, or the bucket is another account's), M2_ECANCELLED, M2_ETIMEOUT, M2_ENET,
 * M2_ETHROTTLE, M2_ECRED; OUT is filled either way. */
int m2_empty_bucket(struct m2_empty_result *out, struct m2_arena *a, const struct m2_empty_options *opt,
                    struct m2_err *err) M2_MUST_USE;

#endif
