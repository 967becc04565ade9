/*
 * cleanup/teardown.h — the parts of carrying a plan out.
 *
 * Model:     one call at a time, each written into the journal before it leaves when it changes something. A
 * step ends in 0, also when something could not be done (the item then says so), or in -1 when the run cannot
 * go on.
 */
#ifndef M2_CLEANUP_TEARDOWN_H
#define M2_CLEANUP_TEARDOWN_H

#include "cleanup/plan.h"
#include "m2/cleanup.h"
#include "m2/empty.h"

/* Who makes the calls: the AWS client, or a test. */
struct m2_teardown_seam {
    void (*start)(void *ctx, struct m2_arena *a, const struct m2_aws_call *call, m2_aws_done *done,
                  void *user);
    void *ctx;
    const struct m2_guard *guards; /* the table, or what a test left of it */
    size_t n_guards;
};

struct m2_teardown_run {
    struct m2_arena *a;
    const struct m2_teardown_options *opt;
    const struct m2_teardown_seam *seam;
    struct m2_teardown *out;
};

int m2_teardown_with(struct m2_teardown *out, struct m2_arena *a, const struct m2_teardown_options *opt,
                     const struct m2_teardown_seam *seam, struct m2_err *err) M2_MUST_USE;

/* ---- call.c ---- */
enum m2_said { M2_SAID_YES, M2_SAID_GONE, M2_SAID_NO }; /* done, there is no such thing, refused or failed */

/** Ask. *OUT is the answer when YES. ERR says why not when NO. */
enum m2_said m2_teardown_ask(const struct m2_value **out, struct m2_teardown_run *x, const char *service,
                             const char *operation, const struct m2_value *input, struct m2_err *err);
/** As above for one page. */
enum m2_said m2_teardown_ask_page(const struct m2_value **out, struct m2_teardown_run *x, const char *service,
                                  const char *operation, const struct m2_value *input, struct m2_err *err);
/** As above for a call that changes something, whose journal the caller keeps: once begun it is finished. */
enum m2_said m2_teardown_ask_change(const struct m2_value **out, struct m2_teardown_run *x,
                                    const char *service, const char *operation, const struct m2_value *input,
                                    struct m2_err *err);
/** Change something: STEP of RESOURCE into the journal, the call, its end into the journal. *SAID what came
 * of it, WHY (may be NULL) the error where it is NO. -1: the run cannot go on: the journal cannot be written,
 * the credentials, the network, the time are at an end. */
int m2_teardown_change(enum m2_said *said, struct m2_teardown_run *x, const char *step, const char *resource,
                       const char *service, const char *operation, const struct m2_value *input,
                       struct m2_err *why, struct m2_err *err);
/** Is the error of an answer one after which no call can succeed? */
bool m2_teardown_fatal(const struct m2_err *err);
/** Errors: M2_ECANCELLED, M2_ETIMEOUT. */
int m2_teardown_may_go_on(struct m2_teardown_run *x, struct m2_err *err);
int m2_teardown_wait(struct m2_teardown_run *x, int64_t ms, struct m2_err *err);
void m2_teardown_tell(struct m2_teardown_run *x, const char *fmt, ...) M2_PRINTF(2, 3);
void m2_teardown_progress(struct m2_teardown_run *x, const char *fmt, ...) M2_PRINTF(2, 3);
int m2_teardown_note(struct m2_teardown_run *x, const char *step, const char *resource,
                     enum m2_step_state state, const char *reason, struct m2_err *err);

/* ---- the steps ---- */
/** Stop what runs in all machines and clusters of the plan, and wait until nothing runs; twice. */
int m2_teardown_stop_all(struct m2_teardown_run *x, struct m2_err *err);
int m2_teardown_unregister(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err);
int m2_teardown_detach(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err);
int m2_teardown_empty(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err);
int m2_teardown_repository(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err);
int m2_teardown_logs(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err);
int m2_teardown_stack(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err);
int m2_teardown_verify(struct m2_teardown_run *x, struct m2_err *err);

/* ---- following one deletion: follow.c ---- */
struct m2_stack_end {
    const char *status; /* "DELETE_COMPLETE", "DELETE_FAILED", or a state outside of deletion; "" when it
                           could not be read */
    const char *reason; /* the status's own; "" when none */
};
/** The state of the stack ARN now. */
enum m2_said m2_teardown_stack_state(struct m2_stack_end *out, struct m2_teardown_run *x, const char *arn,
                                     struct m2_err *err);
/** Until it is no longer being deleted. BEFORE: its state before the request, which CloudFormation may show
 * for a moment more. */
int m2_teardown_follow(struct m2_stack_end *out, struct m2_teardown_run *x, const char *arn,
                       const char *before, struct m2_err *err);

/* ---- what could not be deleted: failed.c ---- */
struct m2_failed {
    const char *stack_arn, *logical_id, *physical_id, *type, *reason;
    const char *slug;              /* of the catalogue of failures */
    struct m2_teardown_item *item; /* of the plan; NULL when it does not know it */
};
struct m2_failures {
    M2_VEC(struct m2_failed) list; /* of nested stacks first */
};
int m2_teardown_failures(struct m2_failures *out, struct m2_teardown_run *x, const char *arn,
                         struct m2_err *err);
/** Do what the reasons ask for: empty again, delete images, stop tasks. */
int m2_teardown_repair(struct m2_teardown_run *x, const struct m2_failures *f, struct m2_err *err);

/** Nothing (more) is to be said of T. */
void m2_teardown_good(struct m2_teardown_item *t, enum m2_teardown_state state);
void m2_teardown_left(struct m2_teardown_item *t, const char *reason, const char *said);
struct m2_teardown_item *m2_teardown_find(struct m2_teardown_run *x, const char *stack_arn,
                                          const char *logical_id, const char *resource);

#endif
