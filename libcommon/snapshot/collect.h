/*
 * snapshot/collect.h — the run that turns the table into calls.
 *
 * Model:     answers publish values under topics (follow*.c); a value that is new makes one call per row of
 * its topic; a call that was made is not made again. What depends on a choice (where tasks would run when
 * nothing is deployed) is settled when no call that could still tell is under way.
 */
#ifndef M2_SNAPSHOT_COLLECT_H
#define M2_SNAPSHOT_COLLECT_H

#include "m2/collect.h"
#include "snapshot/strmap.h"
#include "snapshot/topic.h"

/* Who makes the calls: the AWS client, or a test. */
struct m2_collect_seam {
    void (*start)(void *ctx, struct m2_arena *a, const struct m2_aws_call *call, m2_aws_done *done,
                  void *user);
    void *ctx;
    const char *region;
    int64_t (*skew_ms)(void *ctx); /* how far AWS's clock is ahead of ours; may be NULL */
    struct m2_registry *registry;  /* NULL: no registry is asked */
};

struct m2_collect_run;

struct m2_collected {
    struct m2_collect_run *run;
    const struct m2_collect_row *row;
    size_t rank; /* first row of the same operation: the order in the snapshot */
    struct m2_call call;
    const char *input_text;
    bool finished;
    struct m2_err err; /* of an answer that is an error */
    int64_t started_ms;
    const struct m2_value *so_far; /* pages that came, when the last has not */
};

struct m2_collect_run {
    struct m2_arena *a;
    const struct m2_collect_options *opt;
    const struct m2_collect_seam *seam;
    const struct m2_collect_row *rows;
    size_t n_rows;
    bool *chosen;       /* per row */
    size_t *running_of; /* per rank */
    int64_t *next_ms;   /* per row: when its next call may begin (monotonic) */
    struct m2_strmap published, emitted;
    M2_VEC(struct m2_collected *) calls;
    M2_VEC(const char *) buckets;
    M2_VEC(const char *) images;
    size_t running, done, oldest;
    bool closed, dirty;
    int64_t now_ms; /* wall clock at the start */
    const char *account, *caller_role, *caller_role_arn;
    const char *organisation_owner; /* its management account; NULL: none that limits is known */
    struct m2_target target;
    bool deployed_settled, images_settled, picked;
};

int m2_collect_with(struct m2_snapshot *out, struct m2_arena *a, const struct m2_collect_options *opt,
                    const struct m2_collect_seam *seam, bool *timed_out, struct m2_err *err) M2_MUST_USE;

/** Which rows of the diagnosis the checks need, and what those rows need. */
void m2_collect_select(bool *chosen, const char *const *checks);
/** From when on RUN reads what happened. */
int64_t m2_collect_since(const struct m2_collect_run *run);
/** Does entry WANT of a row (an id or an area) hold check ID? */
bool m2_collect_wants(const char *want, const char *id);

/** The input of ROW for VALUE; *REGION the part that is one, or NULL. */
struct m2_value *m2_collect_input(struct m2_arena *a, const struct m2_collect_row *row, const char *value,
                                  const char **region);

/** Publish VALUE (NULL and "" are ignored). */
void m2_publish(struct m2_collect_run *run, enum m2_topic topic, const char *value);
bool m2_is_published(const struct m2_collect_run *run, enum m2_topic topic, const char *value);
/** Parts joined as a topic's value. */
const char *m2_parts(struct m2_arena *a, const char *const *parts, size_t n);

/** Publish what the answer of CALL tells. */
void m2_follow(struct m2_collect_run *run, const struct m2_call *call);
/** The same for a teardown, where only what the stack owns leads on. False: CALL is not among those that
 * differ. */
bool m2_follow_cleanup(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_organisation(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_organisation_account(struct m2_collect_run *run);
void m2_follow_organisation_parents(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_organisation_policies(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_stacks(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_past(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_resources(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_events(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_machine(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_executions(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_task_definition(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_function(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_function_configuration(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_image(struct m2_collect_run *run, const char *uri);
void m2_follow_token(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_manifest(struct m2_collect_run *run, const struct m2_call *call);
void m2_follow_bucket(struct m2_collect_run *run, const char *bucket);

/** What flags say, and what waits for nothing. */
void m2_collect_begin(struct m2_collect_run *run);
/** Settle what no call under way can still tell. */
void m2_collect_settle(struct m2_collect_run *run);
/** The document of what was collected so far. */
struct m2_value *m2_collect_document(struct m2_collect_run *run, bool final);

#endif
