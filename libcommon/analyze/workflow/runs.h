/*
 * workflow/runs.h — what failed lately: stopped tasks and failed executions, each with its slug.
 *
 * Source:    Amazon ECS Developer Guide (stopped tasks are readable for about an hour); AWS Step Functions
 * Developer Guide (histories are kept for 90 days).
 */
#ifndef M2_WORKFLOW_RUNS_H
#define M2_WORKFLOW_RUNS_H

#include "m2/check.h"

struct m2_failed_run {
    const char *slug;
    const char *text;      /* AWS's own words */
    int64_t at_ms;         /* 0 unknown */
    const char *task_arn;  /* NULL when no task came to be */
    const char *cluster;   /* name or ARN, or NULL */
    const char *execution; /* ARN, or NULL */
    const char *state;     /* of the execution that failed, or NULL */
    const char *subnet;    /* of the task's network interface, or NULL */
    bool of_task;          /* RunTask or the task failed (else the execution by itself) */
    const struct m2_call *call;
    const struct m2_value *evidence;
};

struct m2_failed_runs {
    M2_VEC(struct m2_failed_run) list;
    size_t ended_well;     /* tasks and executions that were seen and did not fail */
    size_t unexplained;    /* executions that are listed as failed, and nothing tells why */
    bool any_answer;       /* was anything readable at all? */
    struct m2_look unseen; /* UNSEEN: the first refusal */
};

/** The time KEY of ITEM in ms: text, or seconds since 1970 as older versions of the AWS CLI print it; 0
 * without. */
int64_t m2_run_time(const struct m2_value *item, const char *key);
/** Tasks of DescribeTasks that stopped in the time the user cares about. */
void m2_runs_of_tasks(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_snapshot *s);
/** Failed executions by their histories. */
void m2_runs_of_executions(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_snapshot *s);

/* ---- what one of them tells (runs_evidence.c) ---- */

/** The task as ECS or the execution's cause tells it; NULL when no task came to be. */
const struct m2_value *m2_run_task(struct m2_arena *a, const struct m2_failed_run *run);
/** Why TASK stopped: how each container ended, the stop code and reason, the task. */
struct m2_value *m2_run_why(struct m2_arena *a, const struct m2_value *task);
/** Did its containers start, so that there may be a log? */
bool m2_run_started(const struct m2_value *task);
/** When TASK ran, with which image, and where its log is. */
struct m2_value *m2_run_where(struct m2_arena *a, const struct m2_snapshot *s, const struct m2_value *task);
/** The log group of TASK's first container and its *STREAM; NULL when that was not read. */
const char *m2_run_log(const char **stream, struct m2_arena *a, const struct m2_snapshot *s,
                       const struct m2_value *task);
/** The state machine of an execution, from its ARN; NULL. */
const char *m2_run_machine(struct m2_arena *a, const char *execution);
/** What the run has in common with other findings. */
void m2_run_about(struct m2_check_run *r, struct m2_finding *f, const struct m2_failed_run *run);

/** One finding per slug, newest text as its detail, count and evidence of up to three runs. */
void m2_runs_report(struct m2_check_run *r, const struct m2_failed_runs *runs, bool of_task,
                    const char *noun);

#endif
