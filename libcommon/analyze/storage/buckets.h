/*
 * analyze/storage/buckets.h — the buckets a job uses, with what was read about each.
 */
#ifndef M2_ANALYZE_STORAGE_BUCKETS_H
#define M2_ANALYZE_STORAGE_BUCKETS_H

#include "m2/check.h"
#include "m2/stackview.h"

enum m2_bucket_owner { M2_OWNER_UNKNOWN, M2_OWNER_SELF, M2_OWNER_OTHER };

struct m2_bucket {
    const char *name;
    const char *named_by; /* "the stack's output DataBucketName" */
    bool in_stack;        /* a resource of the stack */
    bool made;            /* and CloudFormation made it */
    enum m2_bucket_owner owner;
    const char *region; /* NULL when not known */
    const struct m2_call *region_call;
    const char *region_path;
    const struct m2_call *head; /* HeadBucket without expected owner, or with; NULL when not made */
    bool missing;
};

struct m2_buckets {
    M2_VEC(struct m2_bucket) list; /* sorted by name */
    struct m2_stackview view;
};

/** Every bucket named by parameters, outputs and resources of the stack. */
void m2_buckets_list(struct m2_buckets *out, struct m2_arena *a, const struct m2_snapshot *s);
/** Fill what the snapshot says of B, whose name and in_stack are set. */
void m2_bucket_look(struct m2_bucket *b, struct m2_arena *a, const struct m2_snapshot *s);
/** The answer of OPERATION about BUCKET (ok before refused); NULL when it was not asked. */
const struct m2_call *m2_bucket_call(const struct m2_snapshot *s, const char *operation, const char *bucket);

#endif
