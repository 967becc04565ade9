/*
 * failure/catalogue.h — what AWS's failure codes and texts mean: rows in order, the first that matches wins.
 *
 * Source:    the AWS guides named at each table; slugs are rows of the causes.
 */
#ifndef M2_FAILURE_CATALOGUE_H
#define M2_FAILURE_CATALOGUE_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/mem.h"
#include "m2/value.h"

struct m2_failure_row {
    const char *slug;
    const char *pattern; /* over the folded text */
};
/* Each table ends with a row whose slug is NULL. */
extern const struct m2_failure_row m2_failure_task_rows[], m2_failure_lambda_rows[], m2_failure_stack_rows[],
    m2_failure_execution_rows[];
/** The slug of the first row that matches TEXT (any text), or NULL. */
const char *m2_failure_find(const struct m2_failure_row *rows, struct m2_arena *a, const char *text);

/* A task that stopped, or one that RunTask refused (reason only). */
struct m2_task_failure {
    const char *stop_code; /* may be NULL */
    const char *reason;    /* stoppedReason, the containers' reasons, RunTask's failure: joined */
    bool has_exit_code;    /* of the first container that failed */
    int64_t exit_code;
};
/** Slug of a task's failure; NULL when it ended normally (EssentialContainerExited with exit code 0). Never
 * an unknown row: falls back to "task.unknown". */
const char *m2_failure_task(struct m2_arena *a, const struct m2_task_failure *t);
/** Slug of a CloudFormation resource status reason; "cfn.unknown" when nothing matches. */
const char *m2_failure_stack(struct m2_arena *a, const char *reason);
/** Does REASON only report that something else failed (cancelled, embedded stack, "The following resource(s)
 * failed")? */
bool m2_failure_is_fallout(struct m2_arena *a, const char *reason);
/** Slug of a failed execution from its Error and Cause; *text gets the readable cause (of the task inside,
 * when there is one). */
const char *m2_failure_execution(const char **text, struct m2_arena *a, const char *error, const char *cause);

/* "User: P is not authorized to perform: A on resource: R because …" in parts; NULL where not stated. */
struct m2_denial {
    const char *principal, *action, *resource;
    const char *layer;   /* which policy must change, as a sentence; NULL when AWS does not say */
    const char *encoded; /* EC2's message that only `aws sts decode-authorization-message` can read */
};
/** False when TEXT is no denial. Either action or encoded is there, or both. */
bool m2_failure_denial(struct m2_denial *out, struct m2_arena *a, const char *text);
/** What to allow, to whom, in which policy; WHO where AWS does not name the principal. */
const char *m2_failure_denial_fix(struct m2_arena *a, const struct m2_denial *d, const char *who);

#endif
