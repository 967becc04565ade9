/*
 * cleanup/empty.h — the inside of m2_empty_bucket: one run, in rounds.
 *
 * A round lists everything once and deletes what it lists. Rounds follow each other until one lists nothing:
 * what S3 did not confirm, what was written meanwhile and what a listing skipped is met again. Listing
 * (empty_list.c) goes through several ranges of keys at once; a page becomes jobs (empty_delete.c), which
 * leave as empty_pace.c allows. Unfinished uploads are a listing of their own (empty_upload.c). Constant
 * memory: pages that are not deleted yet hold up the listing.
 */
#ifndef M2_EMPTY_INSIDE_H
#define M2_EMPTY_INSIDE_H

#include "cleanup/empty_pace.h"
#include "m2/empty.h"

#define M2_EMPTY_MOST 1000 /* versions a page, and a request that deletes (S3 API) */

struct m2_empty_item {
    const char *key, *version; /* of an unfinished upload: its id */
    uint64_t size;
};

/* What one answer of a listing held; lives as long as a job has items of it. */
struct m2_empty_page {
    struct m2_arena *arena;
    size_t jobs;
};

enum m2_empty_kind { M2_EMPTY_BATCH, M2_EMPTY_ONE, M2_EMPTY_ABORT };

/* One request that deletes. */
struct m2_empty_job {
    struct m2_empty_job *next;
    struct m2_emptier *e;
    struct m2_empty_page *page;
    enum m2_empty_kind kind;
    struct m2_empty_item *items; /* the page's */
    size_t n;
    unsigned tries;
    int64_t sent_ms;
    struct m2_arena *call;
};

/* Keys above AT (VERSION: the older ones of AT too), up to and with END. The ranges of a round do not overlap
 * and leave nothing out. */
struct m2_empty_range {
    struct m2_empty_range *next;
    struct m2_emptier *e;
    char *at, *version, *end;      /* NULL: from the first key; to the last */
    char *cut;                     /* where a split is being tried: what is there between CUT and END? */
    char *held_key, *held_version; /* listed, but the next page's marker: goes with that page */
    uint64_t held_size;
    bool asked, done;
    unsigned tries, cut_tries;
    struct m2_arena *call, *cut_call;
};

struct m2_empty_uploads {
    struct m2_emptier *e;
    char *at, *id;
    bool asked, done;
    unsigned tries;
    struct m2_arena *call;
};

struct m2_emptier {
    const struct m2_empty_options *opt;
    struct m2_arena *arena;
    struct m2_empty_result *out;
    struct m2_pace pace;
    struct m2_empty_job *queue, **queue_end;
    size_t queued, pages;   /* waiting jobs; pages alive */
    unsigned calls, timers; /* whose callbacks have not run; calls includes the deleting */
    struct m2_empty_range *ranges;
    char *origin;           /* the first key of the round */
    size_t n_ranges, lists; /* lists: asked for */
    struct m2_empty_uploads uploads;
    uint64_t round_listed, round_uploads, round_deleted, deleted_before;
    bool stopping, waking;
    struct m2_err err; /* why it stops, M2_OK: nothing is wrong */
    int64_t wake_ms, woken_ms, told_ms;
};

/* empty.c */
int64_t m2_empty_now(const struct m2_emptier *e);
double m2_empty_random(const struct m2_emptier *e);
/** Start OPERATION with INPUT (an object; the bucket and its owner are added). WRITES: it deletes. */
void m2_empty_call(struct m2_emptier *e, struct m2_arena *a, const char *operation, struct m2_value *input,
                   bool writes, m2_aws_done *done, void *user);
/** Start whatever may start now. */
void m2_empty_pump(struct m2_emptier *e);
void m2_empty_stop(struct m2_emptier *e, const struct m2_err *why);
/** One call has come back. An answer that ends the run (there is no bucket, no right, no credentials) does so
 * here: true. */
bool m2_empty_answered(struct m2_emptier *e, const struct m2_aws_answer *answer);
/** Is CODE, of a call or of a key, S3's own trouble? */
bool m2_empty_code_may_pass(const char *code);
bool m2_empty_is_throttled(const struct m2_aws_answer *answer);
/** May it be tried again? Then FIRE runs after a pause. False: the run is stopped with the answer's error. */
bool m2_empty_again(struct m2_emptier *e, unsigned *tries, const struct m2_aws_answer *answer,
                    m2_net_timer *fire, void *user);
void m2_empty_after(struct m2_emptier *e, int64_t delay_ms, m2_net_timer *fire, void *user);
/** May another page be asked for? */
bool m2_empty_has_room(const struct m2_emptier *e);
char *m2_empty_keep(const char *s); /* malloc'ed; NULL and "" give NULL */

/* empty_list.c */
void m2_empty_list_start(struct m2_emptier *e);
void m2_empty_list_pump(struct m2_emptier *e);
void m2_empty_list_free(struct m2_emptier *e);

/* empty_upload.c */
void m2_empty_uploads_start(struct m2_emptier *e);
void m2_empty_uploads_pump(struct m2_emptier *e);
void m2_empty_uploads_free(struct m2_emptier *e);

/* empty_delete.c */
/** The page's items (its arena's) become jobs; without items the page is freed. */
void m2_empty_enqueue(struct m2_emptier *e, struct m2_empty_page *page, enum m2_empty_kind kind,
                      struct m2_empty_item *items, size_t n);
void m2_empty_delete_pump(struct m2_emptier *e);
void m2_empty_delete_free(struct m2_emptier *e);
void m2_empty_keep_left(struct m2_emptier *e, const struct m2_empty_item *item, const char *code,
                        const char *message);
/** Can an XML body carry KEY? S3 takes no character reference for a control character (basho/riak_cs#974,
 * boto/boto3#2005). */
bool m2_empty_fits_xml(const char *key);

#endif
