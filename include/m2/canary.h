/*
 * m2/canary.h — a test job's way through Brain and the account, as the snapshot tells it (pure).
 *
 * Model:     the job is queued and followed by others; here its calls are read: queue_job at Brain, DescribeExecution and
 *            GetExecutionHistory in the account. The job's own function catches its errors and returns them with a status of 500, so
 *            an execution that ended well is looked at once more.
 * Lifetime:  everything lives in the arena given or in the snapshot.
 * Source:    AWS Step Functions API Reference, HistoryEvent; the job's handler and state machine of MR Optimum.
 */
#ifndef M2_CANARY_H
#define M2_CANARY_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/cost.h"
#include "m2/mem.h"
#include "m2/snapshot.h"

/* The name of a task that the platform selector sends to Lambda: not "mr", not "pmr", and no espirit mask. */
#define M2_CANARY_TASK_NAME "ac"
/** The smallest task for Lambda: no data, so that the job's code runs, says that it has none, and ends. */
struct m2_value *m2_canary_task(struct m2_arena *a);

enum m2_canary_end {
    M2_CANARY_NOT_ASKED,
    M2_CANARY_NOT_QUEUED, /* Brain said no, or its answer names no execution */
    M2_CANARY_LOST,       /* the answer was lost, or the gateway gave up: it may be queued */
    M2_CANARY_UNSEEN,     /* queued, and the execution may not be read */
    M2_CANARY_RUNNING,    /* when it was looked at last */
    M2_CANARY_FAILED,
    M2_CANARY_NO_DATA, /* the task without data: it ran, and ended as such a task must */
    M2_CANARY_DONE,
};

struct m2_canary_state {
    const char *name;
    int64_t entered_ms, left_ms; /* left 0: it was not left */
};

struct m2_canary {
    enum m2_canary_end end;
    const struct m2_call *queue, *describe, *history; /* NULL when not made */
    const char *alias;                                 /* under which it is listed */
    const char *execution, *pipeline, *unit_id, *mode; /* NULL where Brain's answer has none */
    const char *status;                                /* of the execution */
    const char *said;                                  /* why it ended so: the service's own words, or "" */
    int64_t started_ms, stopped_ms;                    /* 0: not known */
    M2_VEC(struct m2_canary_state) states;             /* in the order in which they were entered */
    const char *failed_state;                          /* NULL when none */
    const char *function;                              /* ARN of the Lambda function that ran the job, or NULL */
    const char *bucket, *key;                          /* where the job says that its result is, or NULL */
    bool judged; /* Brain looked at the job: what it says is about the unit and the account */
    bool fargate;
    int64_t job_ms, selector_ms; /* running times by the history; 0: did not run */
};
void m2_canary_read(struct m2_canary *out, struct m2_arena *a, const struct m2_snapshot *s);
/* What the job logged, as far as it can be told from what others log there. */
struct m2_canary_log {
    M2_VEC(const char *) lines; /* of the job's run; else of its time */
    bool own;                   /* the lines are the job's: one of them names its pipeline */
    const char *bundle_bucket, *bundle_key; /* where its own lines say that the bundle of a failed job is, or NULL */
};
void m2_canary_log(struct m2_canary_log *out, struct m2_arena *a, const struct m2_canary *c, const struct m2_snapshot *s);
/** The log group of what ran the job, or NULL. */
const char *m2_canary_log_group(struct m2_arena *a, const struct m2_canary *c, const struct m2_snapshot *s);
/** What C used, for the bill; memory of the functions is taken from the snapshot. False when it ran nothing that costs. */
bool m2_canary_job(struct m2_job *out, const struct m2_canary *c, struct m2_arena *a, const struct m2_snapshot *s);

#endif
