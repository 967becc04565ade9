/*
 * cost/history/parts.h — the inside of the history: tries found in events, tasks and reports of runs that belong to
 * them.
 *
 * Files:     history.c (executions to jobs), events.c (events to tries and transitions),
 * task.c (Fargate), function.c (functions and their reports), world.c (what the
 * snapshot says beside the histories), unseen.c (what could not be seen).
 */
#ifndef M2_COST_HISTORY_PARTS_H
#define M2_COST_HISTORY_PARTS_H

#include "m2/history.h"
#include "m2/runlog.h"
#include "snapshot/strmap.h"

/* ---- events ---- */

enum m2_try_kind { M2_TRY_OTHER, M2_TRY_TASK, M2_TRY_FUNCTION };
enum m2_try_end {
    M2_TRY_CUT,
    M2_TRY_DONE,
    M2_TRY_FAILED,
    M2_TRY_NEVER_RAN
}; /* CUT: the execution ended first */

/* One try of a state: what a *Scheduled event begins. */
struct m2_try {
    enum m2_try_kind kind;
    enum m2_try_end end;
    bool sync;            /* the state waits for the end of its task */
    const char *state;    /* its name; NULL: not in the history */
    const char *resource; /* as scheduled: ARN of a function, "runTask.sync", "invoke" */
    const char *error;
    int64_t scheduled_us, started_us, submitted_us, ended_us; /* 0: not told */
    const struct m2_value *parameters, *submitted, *result;   /* parsed; NULL: none, or cut */
};

struct m2_tries {
    M2_VEC(struct m2_try) list; /* in the order of their beginning */
    int64_t transitions;
    bool cut; /* the history does not begin at its beginning, or has more pages */
    int64_t began_us, last_us;
};
/** From the output of GetExecutionHistory, in either order. */
void m2_tries_read(struct m2_tries *out, struct m2_arena *a, const struct m2_value *output);

/** An instant in µs: ISO 8601 text, or epoch seconds or milliseconds as a number; 0 when V is none. */
int64_t m2_instant_us(const struct m2_value *v);
/** Member NAME (small first letter) of V, or the same with a capital. */
const struct m2_value *m2_either(const struct m2_value *v, const char *name);

/* ---- the world of the snapshot ---- */

struct m2_logged_run {
    struct m2_run_report report;
    int64_t begin_us, end_us;
    bool claimed; /* an execution names its request */
    bool taken;
};
struct m2_logged_runs {
    struct m2_logged_run *at; /* by end */
    size_t len, cap;
};

struct m2_called {
    const char *name;
    const struct m2_value *config; /* NULL: not seen */
    enum m2_arch arch;
    int64_t memory_mb; /* 0: not known */
    int64_t tmp_gb10;  /* 0: the free size */
    bool log_read;     /* its log was read, with or without runs */
    struct m2_logged_runs runs;
    struct m2_strmap by_request; /* request id → 1 + index in runs */
};

/* What the figures of a job were estimated from, and other things worth counting. */
enum m2_count {
    M2_N_TASK_TIMES,    /* tasks billed by the times of events */
    M2_N_RUN_TIMES,     /* runs of functions billed by the times of events */
    M2_N_RUN_UNSURE,    /* runs whose report may be another's of the same moment */
    M2_N_NO_RUN,        /* jobs in which nothing ran */
    M2_N_NO_PULL,       /* tasks that never began to pull */
    M2_N_NO_SIZE,       /* tasks or runs whose size nothing tells */
    M2_N_NO_ARCH,       /* architecture taken to be x86_64 */
    M2_N_NO_ADDRESS,    /* public address taken to be there */
    M2_N_WINDOWS,       /* priced as Linux */
    M2_N_OTHER_COMPUTE, /* tasks on EC2 or elsewhere */
    M2_N_RUNS_ON,       /* tasks that outlived their state, of unknown end */
    M2_N_CUT,           /* histories of which a part is missing */
    M2_N_COUNT
};

struct m2_history_world {
    struct m2_arena *a;
    const struct m2_snapshot *s;
    struct m2_history *out;
    struct m2_strmap tasks; /* ARN → 1 + index in described */
    M2_VEC(const struct m2_value *) described;
    M2_VEC(struct m2_called *) called;
    M2_VEC(const struct m2_value *) definitions; /* parsed, of the state machines */
    size_t count[M2_N_COUNT];
};
void m2_history_world_make(struct m2_history_world *w, struct m2_arena *a, const struct m2_snapshot *s);
/** The function that RESOURCE (ARN or name) names; made when it is not known. */
struct m2_called *m2_history_called(struct m2_history_world *w, const char *resource);
/** The task definition that ID (ARN, family or family:revision; NULL: any) names, or NULL. */
const struct m2_value *m2_history_task_definition(const struct m2_history_world *w, const char *id);
/** State NAME of any definition, or NULL. */
const struct m2_value *m2_history_state(const struct m2_history_world *w, const char *name);

/* ---- runs ---- */

/** The tasks of T as runs of JOB. */
void m2_history_task(struct m2_history_world *w, struct m2_history_job *job, const struct m2_try *t);

/* What the platform selector used in one execution. */
struct m2_selected {
    int64_t ms, mb, requests;
};
/** Keep the report of the request that T names for T. For all tries before the next is asked of any. */
void m2_history_claim(struct m2_history_world *w, const struct m2_try *t);
/** The run of T: of the job's function as a run of JOB, of the selector into SELECTED. */
void m2_history_function(struct m2_history_world *w, struct m2_history_job *job, struct m2_selected *selected,
                         const struct m2_try *t);

void m2_history_note(struct m2_history_world *w, struct m2_history_job *job, enum m2_count what,
                     const char *fmt, ...) M2_PRINTF(4, 5);
/** Fill `unseen` and `told`. */
void m2_history_unseen(struct m2_history_world *w);

#endif
