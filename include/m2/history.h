/*
 * m2/history.h — what ran in an account: executions of the stack's state machines as jobs that can be billed (pure).
 *
 * Model:     an execution that has ended is a job. Each task and each run of a function in it is billed by itself, retries, redrives and
 *            failures too; the first run carries the execution's state transitions and its platform selector. What the account no longer
 *            told is estimated from the events' times and says so; what cannot be told at all is left out and named in `unseen`.
 * Units:     as struct m2_job. Times are ms since 1970 UTC.
 * Lifetime:  everything lives in the arena given, which must not outlive the snapshot.
 * Source:    AWS Step Functions API reference (HistoryEvent), Amazon ECS API reference (Task), AWS Lambda Developer Guide (REPORT line);
 *            docs/COST.md.
 */
#ifndef M2_HISTORY_H
#define M2_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/cost.h"
#include "m2/err.h"
#include "m2/mem.h"
#include "m2/snapshot.h"
#include "m2/summary.h"

enum m2_outcome {
    M2_OUT_SUCCEEDED, M2_OUT_FAILED, M2_OUT_TIMED_OUT, M2_OUT_ABORTED, M2_OUT_PENDING_REDRIVE, M2_OUT_RUNNING,
    M2_OUTCOME_COUNT
};
/** "succeeded", "failed", "timed-out", … */
const char *m2_outcome_name(enum m2_outcome o);

/* One task, or one run of a function. */
struct m2_history_run {
    struct m2_job usage;
    int64_t started_ms;    /* Fargate: when the pull began */
    const char *resource;  /* ARN of the task, or the request's id; NULL: not known */
    const char *state;     /* of the state machine; NULL: not known */
    bool failed;
    const char *estimated; /* why its usage is a guess; NULL: it was measured */
    int64_t idle_ms;       /* Fargate: between the end of the containers and that of the task, billed too */
};

struct m2_history_job {
    const char *id; /* name of the execution */
    const char *arn;
    int64_t started_ms, ended_ms;
    enum m2_outcome outcome;
    M2_VEC(struct m2_history_run) runs; /* at least one: a job without any has one of no duration */
    bool estimated;                     /* one of the runs is */
    M2_VEC(const char *) notes;
};

struct m2_history {
    int64_t from_ms, to_ms;               /* jobs that began in between */
    const char *region;                   /* NULL: not told by the snapshot */
    M2_VEC(struct m2_history_job) jobs;   /* by start, then by id */
    M2_VEC(struct m2_history_job) running; /* not billed yet; no runs */
    M2_VEC(struct m2_history_job) unread; /* ended, but their history is not there; no runs */
    M2_VEC(const char *) unseen;          /* sentences: what could not be seen, and what that means for the figures */
    M2_VEC(const char *) told;            /* sentences: what was assumed, and what need not be a fault */
};

/** The jobs that began in the SINCE_MS before S was collected (0: what S was collected for, else 30 days).
 * Errors: M2_ENOTFOUND (S holds neither executions nor the reason why not), M2_EDENIED, M2_ESERVICE (they could not be listed at all). */
int m2_history_read(struct m2_history *out, struct m2_arena *a, const struct m2_snapshot *s, int64_t since_ms,
                    struct m2_err *err) M2_MUST_USE;
#define M2_HISTORY_DAYS 30

/* ---- what it cost ---- */

/* Prices of one region, looked up once for each platform and architecture. Begins with the first three set and the rest 0. */
struct m2_history_prices {
    const struct m2_prices *prices;
    const char *region;
    const char *const *without; /* as for m2_rates_find */
    struct m2_rates rates[M2_PLATFORM_COUNT][M2_ARCH_COUNT];
    bool found[M2_PLATFORM_COUNT][M2_ARCH_COUNT];
};
/** Each run of JOB into BILLS (room for all of them) and all of them together into SUM and OUT. A job counts for the platform and size of
 * its last run. Errors: as m2_rates_find and m2_bill_job. */
int m2_history_price(struct m2_priced *out, struct m2_bill *sum, struct m2_bill *bills, struct m2_history_prices *p,
                     const struct m2_history_job *job, struct m2_err *err) M2_MUST_USE;

#endif
