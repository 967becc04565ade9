/*
 * m2/policy.h — may somebody do something? IAM policies, evaluated as AWS does, as far as they can be read.
 *
 * Model:     three answers: allowed, denied, cannot tell. What is not known (a condition key, a policy that
 *            could not be read, part of the resource's name) never makes a definite answer that another value
 *            of it would contradict. Whoever asks gives all policies that apply; a kind of which none is
 * given sets no limit (organisation policies cannot be read by everybody: `allowed` is then before them).
 * Lifetime:  verdicts point into the policies given; texts are made in the arena.
 * Source:    AWS IAM User Guide: policy evaluation logic (single account, cross-account), the elements of a
 *            JSON policy, condition operators, multivalued context keys, policy variables.
 */
#ifndef M2_POLICY_H
#define M2_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "m2/mem.h"
#include "m2/snapshot.h"
#include "m2/value.h"

enum m2_policy_kind {
    M2_POLICY_IDENTITY,     /* of the user or role, attached or inline */
    M2_POLICY_BOUNDARY,     /* limits what identity policies give */
    M2_POLICY_SESSION,      /* the same, of one session */
    M2_POLICY_ORGANISATION, /* service or resource control policy: each level must allow */
    M2_POLICY_ENDPOINT,     /* of the VPC endpoint that the call goes through */
    M2_POLICY_RESOURCE,     /* of the resource: bucket, repository; a role's trust policy */
    M2_POLICY_KIND_COUNT
};

struct m2_policy {
    enum m2_policy_kind kind;
    int level;                       /* M2_POLICY_ORGANISATION: of one level one policy must allow */
    const char *name;                /* "policy S3Access", for texts */
    const struct m2_value *document; /* the tree, or JSON text; NULL: could not be read */
    const struct m2_call *call;      /* where it was read, or was not, may be NULL */
    const char *path;                /* in the call's output */
    struct m2_look look;             /* document NULL: why, with the missing right */
};

/* Text of a policy that allows everything: for asking about the other policies alone. */
#define M2_POLICY_EVERYTHING                                                                                 \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}"

struct m2_policies {
    M2_VEC(struct m2_policy) list;
};

enum m2_key_state {
    M2_KEY_KNOWN,   /* has `values` */
    M2_KEY_LIKE,    /* has a value that one of `values` stands for with its * and ? */
    M2_KEY_ABSENT,  /* is not in the request */
    M2_KEY_PRESENT, /* is, with a value that is not known */
    M2_KEY_UNKNOWN  /* nothing is known: also every key that is not listed */
};
struct m2_context_key {
    const char *key; /* letter case ignored */
    enum m2_key_state state;
    const char *const *values; /* NULL-ended; KNOWN, LIKE (one) */
};

struct m2_policy_request {
    const char *action;   /* "s3:GetObject" */
    const char *resource; /* ARN; NULL: not known. In both * and ? stand for what is not known: asked is about
                             all that fit */
    const char *principal;        /* ARN of the role or user, not of a session; NULL: not known */
    const char *account;          /* of the principal; NULL: not known */
    const char *service;          /* the caller is this service ("lambda.amazonaws.com"), not a principal */
    const char *resource_account; /* NULL: as account */
    bool resource_decides; /* without a statement of the resource's policy nothing is allowed, in its own
                              account too: roles (sts:AssumeRole), KMS keys */
    const struct m2_context_key *context;
    size_t n_context;
};

enum m2_decision { M2_DENIED, M2_CANNOT_TELL, M2_ALLOWED };

struct m2_verdict {
    enum m2_decision decision;
    bool by_deny;             /* DENIED by a Deny; else because nothing of `kind` allows it */
    enum m2_policy_kind kind; /* that denies, does not allow, or is unsure */
    const struct m2_policy
        *policy;      /* whose statement allows or denies, or that makes it unsure; may be NULL */
    size_t statement; /* 0-based, of policy */
    const char *key;  /* CANNOT_TELL: the condition key it hangs on, or "the resource", … ; NULL when
                         the policy was not read */
};

void m2_policy_evaluate(struct m2_verdict *out, struct m2_arena *a, const struct m2_policies *policies,
                        const struct m2_policy_request *request);
/** One clause, in A: "statement 2 (DenyAll) of policy X denies it", "no identity-based policy allows it", "it
 * hangs on aws:SourceIp in …". */
const char *m2_verdict_text(struct m2_arena *a, const struct m2_verdict *v);
/** "iam:GetRolePolicy", "PolicyDocument.Statement[1]" and the statement, for evidence; NULL when V names
 * none. */
const struct m2_value *m2_verdict_statement(const char **path, struct m2_arena *a,
                                            const struct m2_verdict *v);

#endif
