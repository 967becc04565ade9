/*
 * analyze/access/promise.h — what the guide promises that CloudMR Brain's role can do, for what is deployed
 * and what a template would: "start Step Function executions, read execution status, generate presigned URLs
 * for result downloads; no access to modify or delete resources, nor to IAM, CloudFormation or other
 * services."
 */
#ifndef M2_ANALYZE_ACCESS_PROMISE_H
#define M2_ANALYZE_ACCESS_PROMISE_H

#include "m2/policy.h"

#define M2_PROMISE_START "states:StartExecution"
#define M2_PROMISE_STATUS "states:DescribeExecution"
#define M2_PROMISE_RESULTS "s3:GetObject"

/** Does ACTION, as a policy writes it, no more than the promise, or read no more than what belongs to it? */
bool m2_promise_holds(struct m2_arena *a, const char *action);
/** May ACTION, in part at least, do harm to the whole account or delete data? */
bool m2_promise_danger(struct m2_arena *a, const char *action);
/** Whether POLICIES leave ACTION, in part at least, to the role ARN (may be NULL) on anything at all. */
struct m2_verdict m2_promise_ask(struct m2_arena *a, const struct m2_policies *policies, const char *arn,
                                 const char *action);

/* An Allow that goes beyond the promise and that no Deny takes back. */
struct m2_beyond {
    const struct m2_policy *policy;
    size_t statement;
    const struct m2_value *written; /* the action's text, or NotAction's list */
    const char *action;             /* "all but NotAction" for the latter */
    bool danger;
};
struct m2_beyonds {
    M2_VEC(struct m2_beyond) list;
};
/** All of them in the identity policies among POLICIES. */
void m2_promise_beyond(struct m2_beyonds *out, struct m2_arena *a, const struct m2_policies *policies,
                       const char *arn);

#endif
