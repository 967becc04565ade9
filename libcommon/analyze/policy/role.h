/*
 * analyze/policy/role.h — a role as the snapshot shows it, and what it needs held against its policies.
 */
#ifndef M2_ANALYZE_POLICY_ROLE_H
#define M2_ANALYZE_POLICY_ROLE_H

#include "m2/check.h"
#include "m2/policy.h"

struct m2_role {
    const char *name, *arn;      /* arn: as given, or as IAM tells it */
    const char *region;          /* where it works, for aws:RequestedRegion; NULL: not known */
    const char *organisation;    /* id of its account's, for aws:PrincipalOrgID; "": none; NULL: not known */
    struct m2_look look;         /* GetRole */
    struct m2_policies policies; /* inline, attached, boundary, the organisation's; those that could not be
                                    read without document */
};
/** ROLE: its ARN or name. */
void m2_role_read(struct m2_role *out, struct m2_arena *a, const struct m2_snapshot *s, const char *role);
/** The same of the user ARN: its own policies and those of its groups. */
void m2_user_read(struct m2_role *out, struct m2_arena *a, const struct m2_snapshot *s, const char *arn);
/** May SERVICE ("ecs-tasks.amazonaws.com"), working for SOURCE (an ARN, with * for what is not known), take
 * the role? */
void m2_role_trusts(struct m2_verdict *out, struct m2_arena *a, const struct m2_role *role,
                    const char *service, const char *source);

/* What somebody must be allowed. */
struct m2_need {
    const char *action, *resource; /* as in struct m2_policy_request */
    const char *owner;             /* account of the resource; NULL: that of the role */
    const char *passed_to;         /* iam:PassRole: the service */
};
struct m2_needs {
    M2_VEC(struct m2_need) list;
};
void m2_needs_add(struct m2_needs *n, struct m2_arena *a, const char *action, const char *resource);

/* Where a need stands. */
struct m2_need_verdict {
    const struct m2_need *need;
    struct m2_verdict verdict;
};
struct m2_need_verdicts {
    M2_VEC(struct m2_need_verdict) denied, unsure, allowed;
};
void m2_role_judge(struct m2_need_verdicts *out, struct m2_arena *a, const struct m2_role *role,
                   const struct m2_needs *needs);

/** "A, B and C", each action once. */
const char *m2_need_names(struct m2_arena *a, const struct m2_need_verdict *at, size_t n);
/** A finding of CAUSE for what V denies, with evidence and a command that adds it; NULL when it denies
 * nothing. */
struct m2_finding *m2_found_denied(struct m2_check_run *r, enum m2_status status, const char *cause,
                                   const struct m2_role *role, const struct m2_need_verdicts *v);
/** `unknown` for what V leaves open, with the missing right or the condition key; NULL when nothing is. */
struct m2_finding *m2_found_unsure(struct m2_check_run *r, const struct m2_role *role,
                                   const struct m2_need_verdicts *v);
/** Evidence: the statement that V rests on, else the lists of the role's policies. */
void m2_found_verdict(struct m2_check_run *r, struct m2_finding *f, const struct m2_role *role,
                      const struct m2_verdict *v);

/** The policy of the bucket NAME, if it has one or has it hidden, into POLICIES. */
void m2_bucket_policy_add(struct m2_policies *policies, struct m2_arena *a, const struct m2_snapshot *s,
                          const char *name);

#endif
