/* support/policyrows.h — tables of policies, requests and what must come out. */
#ifndef M2_TEST_POLICYROWS_H
#define M2_TEST_POLICYROWS_H

#include "m2/policy.h"

/* Strings of JSON use ' instead of ", and ` instead of '. */
struct policy_row {
    const char *name; /* where it comes from */
    /* A letter and the policy: I(dentity), B(oundary), S(ession), O(rganisation, then a digit: the level),
     * E(ndpoint), R(esource). A lone statement "{'Effect':…}" or list of them gets Version 2012-10-17. "I!":
     * not read. */
    const char *policies[5];
    const char *action, *resource;
    /* "key=value|value;!absent;?present;~like=a*"; who asks by principal=, account=, service=, owner= (of the
     * resource), decides=1. Default: role/r of 123456789012. A value '' is the empty text. */
    const char *context;
    enum m2_decision expected;
    const char *says; /* part of the verdict's text, or NULL */
};

/* A row's policies and request, to be asked in other ways too. */
struct policy_case {
    struct m2_arena *arena;
    struct m2_policies policies;
    struct m2_policy_request request;
};
/** A case without policies yet. */
void policy_case_begin(struct policy_case *c, const char *action, const char *resource, const char *context);
void policy_case_open(struct policy_case *c, const struct policy_row *row);
void policy_case_close(struct policy_case *c);
struct m2_verdict policy_case_ask(struct policy_case *c);

void policy_rows_run(const struct policy_row *rows, size_t n);

#endif
