/* support/fakes3.h — one bucket that answers as S3 does: lists, deletes, refuses. Behind a network loop with
 * virtual time here, behind a socket in tests/fake/s3.c. */
#ifndef M2_TEST_FAKES3_H
#define M2_TEST_FAKES3_H

#include "m2/net.h"
#include "testsys.h"

struct fakes3_entry {
    char *key, *version;
    uint64_t size;
    bool marker, locked, gone;
    unsigned deletes; /* how often it was deleted while it was there: 1 at most, or the fake is wrong */
};
struct fakes3_upload {
    char *key, *id;
    bool gone;
};

/* Chances in 1,000 that a request … */
struct fakes3_chances {
    unsigned lost_before, lost_after; /* … never arrives; acts, and its answer is lost */
    unsigned error_500, slow_503, slow_200;
    unsigned garbage; /* … is answered 200 with no XML */
    unsigned key_error, key_slow,
        key_silent; /* … to delete: a key of it fails, is refused, is deleted but not named */
};

struct fakes3 {
    struct fakes3_entry *at; /* in S3's order */
    size_t n, cap;
    size_t made;         /* > 0: so many keys are made up instead, one version each */
    uint64_t *made_gone; /* bits */
    struct fakes3_upload *uploads;
    size_t n_uploads;
    const char *owner; /* account */
    size_t page;       /* most items a page; 0: 1000 */
    bool mfa, no_bucket, deny_listing, deny_deleting, deny_uploads;
    struct fakes3_chances chances;
    unsigned random;
    double rate, burst, tokens; /* keys/s that may be deleted; 0: any */
    int64_t filled_ms;
    unsigned arriving; /* one new object with each of the next so many deletes */
    uint64_t requests, lists, lost_markers, refused, deletes_asked, unowned, bypassed, deleted, first_ms, last_ms;
};

struct fakes3_answer {
    int status; /* 0: none comes */
    bool arrived;
    struct m2_buf body;
};

void fakes3_init(struct fakes3 *s, const char *owner);
void fakes3_free(struct fakes3 *s);
/** Add a version, the newest of its key first; VERSION NULL: a new one. */
struct fakes3_entry *fakes3_add(struct fakes3 *s, const char *key, const char *version);
void fakes3_add_upload(struct fakes3 *s, const char *key, const char *id);
/** N keys spread evenly, made up when they are asked for. */
void fakes3_make(struct fakes3 *s, size_t n);
size_t fakes3_left(const struct fakes3 *s);
/** PATH is "/bucket[/key]", encoded; QUERY without '?'. HEADER gives a request header or NULL. */
void fakes3_serve(struct fakes3 *s, struct fakes3_answer *out, int64_t now_ms, const char *method,
                  const char *path, const char *query,
                  const char *(*header)(const void *user, const char *name), const void *user,
                  struct m2_bytes body);

/* The bucket behind a network loop: answers after a random time, so in any order; the clock of SYS jumps. */
struct fakes3net {
    struct m2_net net;
    struct fakes3 *s3;
    struct testsys *sys;
    unsigned longest_ms; /* of an answer; 0: 20 */
    unsigned most_at_once, at_once;
    bool cancelled; /* the run is; what is begun and must be finished is */
    struct fakes3_event *events;
    uint64_t seq;
};
struct m2_net *fakes3net_new(struct fakes3net *n, struct fakes3 *s3, struct testsys *sys);

#endif
