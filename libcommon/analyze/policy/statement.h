/*
 * analyze/policy/statement.h — does a statement apply to a request? The parts that evaluate.c puts together.
 */
#ifndef M2_ANALYZE_POLICY_STATEMENT_H
#define M2_ANALYZE_POLICY_STATEMENT_H

#include "analyze/policy/pattern.h"
#include "m2/policy.h"

struct m2_eval {
    struct m2_arena *a;
    const struct m2_policy_request *req;
    struct m2_pattern action, resource; /* of the request */
    enum m2_policy_kind kind;           /* of the policy at hand */
    bool variables;                     /* its version knows ${…} */
    bool like;                          /* the value at hand has wildcards */
    bool negated;                       /* so is the operator at hand */
    bool by_arn;                        /* the statement at hand asks for a certain aws:PrincipalArn */
    const char *reason;                 /* what made the statement at hand unsure first; NULL */
};

/* How far an Allow of a resource's policy goes. Source: IAM User Guide, "Evaluating identity-based policies
 * with resource-based policies", "permissions boundaries"; "Principal", IAM role principals. */
enum m2_grant {
    M2_GRANT_DELEGATES, /* names the account: in it identity policies decide */
    M2_GRANT_ROLE,      /* names a role, or everybody: its boundary and session still limit */
    M2_GRANT_DIRECT, /* names a user or service, or everybody with a certain aws:PrincipalArn: nothing limits
                      */
    M2_GRANT_COUNT
};

/** Remember what made the answer unsure, first come; returns M2_MAYBE. */
enum m2_truth m2_unsure(struct m2_eval *ev, const char *what);

/* ---- context.c ---- */
struct m2_key_value {
    enum m2_key_state state;
    const char *const *values;
    size_t n;
};
/** What is known of KEY: as the request says, else as its principal implies. */
struct m2_key_value m2_context_value(struct m2_eval *ev, const char *key);

/* ---- variable.c ---- */
/** TEXT of the policy with its variables filled in. False when one of them is not in the request. */
bool m2_pattern_expand(struct m2_pattern *out, struct m2_eval *ev, const char *text, bool literal, bool fold);

/* ---- operator.c ---- */
struct m2_operator {
    const char *name;
    enum m2_truth (*match)(struct m2_eval *ev, const char *pattern, const char *value);
    bool negated;
    bool globs; /* a lone * matches whatever value there is */
};
const struct m2_operator *m2_operator_find(const char *name);

/* ---- condition.c ---- */
enum m2_truth m2_condition_holds(struct m2_eval *ev, const struct m2_value *condition);

/* ---- principal.c ---- */
/** BY[g]: is the caller named (or not among NotPrincipal) in a way that grants as far as g? */
void m2_principal_matches(enum m2_truth by[M2_GRANT_COUNT], struct m2_eval *ev, const struct m2_value *st);

/* ---- statement.c ---- */
/** Does ST apply at all; and BY[g], so that an Allow of it grants as far as g? */
enum m2_truth m2_statement_applies(enum m2_truth by[M2_GRANT_COUNT], struct m2_eval *ev,
                                   const struct m2_value *st);

#endif
