/* analyze/lambda/lambda.h — the checks of the area lambda. */
#ifndef M2_ANALYZE_LAMBDA_H
#define M2_ANALYZE_LAMBDA_H

#include "analyze/job.h"
#include "m2/check.h"
#include "m2/runlog.h"

void m2_lambda_memory(struct m2_check_run *r);
void m2_lambda_timeout(struct m2_check_run *r);
void m2_lambda_storage(struct m2_check_run *r);
void m2_lambda_runtime(struct m2_check_run *r);
void m2_lambda_state(struct m2_check_run *r);
void m2_lambda_concurrency(struct m2_check_run *r);
void m2_lambda_memory_use(struct m2_check_run *r);

/* A runtime whose end is known; dates are "2026-07-31", NULL: not certain. */
struct m2_runtime {
    const char *name, *deprecated, *no_create, *no_update, *successor;
};
enum m2_runtime_state { M2_RUNTIME_GOOD, M2_RUNTIME_DEPRECATED, M2_RUNTIME_NO_CREATE, M2_RUNTIME_NO_UPDATE };
const struct m2_runtime *m2_runtimes(size_t *n);
/** *ROW: of NAME, or NULL when its end is not known. */
enum m2_runtime_state m2_runtime_look(const struct m2_runtime **row, const char *name, int64_t now_ms);

/** Cause slug of a StateReasonCode or LastUpdateStatusReasonCode with its text; "lambda.unknown" for a new
 * one. */
const char *m2_lambda_reason_cause(const char *code, const char *text);

/** Run EACH on every function of the stack that was read; says skip, unknown or gone for the rest. */
void m2_each_function(struct m2_check_run *r,
                      void (*each)(struct m2_check_run *r, const struct m2_job_function *f));

struct m2_lambda_run {
    double ms;                  /* 0: none was told */
    const struct m2_call *call; /* the log that tells it */
    const char *path;
    struct m2_look unread; /* UNSEEN: the log was not read, and not because there is none */
};
/** What LOG, as m2_lambda_each_report gives it, does not tell; SEEN where it was read or is not there yet. */
struct m2_look m2_lambda_log_unread(struct m2_arena *a, const struct m2_call *log);
/** Walk the reports of F's runs in the logs of S, in their order. *LOG: the call that was made about its log,
 * NULL when none was. */
void m2_lambda_each_report(const struct m2_call **log, const struct m2_snapshot *s, struct m2_arena *a,
                           const struct m2_job_function *f,
                           void (*each)(void *user, const struct m2_run_report *report,
                                        const struct m2_call *call, size_t event),
                           void *user);
/** The longest run of F that the logs in S tell. */
struct m2_lambda_run m2_lambda_longest_run(const struct m2_snapshot *s, struct m2_arena *a,
                                           const struct m2_job_function *f);

#endif
