/*
 * m2/cleanup.h — teardown of one stack: the plan (pure, over a snapshot) and carrying it out.
 *
 * Model:     a thing is deleted only when every guard (m2_cleanup_guards, docs/CLEANUP.md) holds for it; a guard that cannot be asked
 *            does not hold, but for a tag (none proves nothing) and for locks and MFA delete (S3 itself holds them). What is
 *            kept on purpose stays and is named; a thing that the stack lists and that is not proved the stack's own forbids the whole
 *            teardown. Carrying out makes the plan again, never does what the plan that was agreed to did
 *            not show, writes each destructive call into the journal before it leaves, and calls nothing done that was not seen gone.
 * Lifetime:  everything lives in the arena given or in the snapshot.
 * Source:    AWS CloudFormation, S3, Step Functions, ECS, ECR, Lambda guides; docs/CLEANUP.md.
 */
#ifndef M2_CLEANUP_H
#define M2_CLEANUP_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/aws.h"
#include "m2/err.h"
#include "m2/journal.h"
#include "m2/mem.h"
#include "m2/money.h"
#include "m2/prices.h"
#include "m2/snapshot.h"
#include "m2/sys.h"

#define M2_PLAN_SCHEMA "m2-plan/1"

/* ---- the plan ---- */

/* In the order in which they are carried out. */
enum m2_action {
    M2_ACT_UNREGISTER,        /* the unit at Brain */
    M2_ACT_STOP,              /* executions of a state machine, tasks of a cluster; the stack deletes it then */
    M2_ACT_DETACH,            /* a function from its VPC; the stack deletes it then */
    M2_ACT_EMPTY,             /* a bucket; the stack deletes it then */
    M2_ACT_DELETE_REPOSITORY, /* with its images */
    M2_ACT_DELETE_STACK,      /* the root */
    M2_ACT_DELETE,            /* goes with the stack */
    M2_ACT_DELETE_LOGS,       /* a log group that a function of the stack made */
    M2_ACT_KEEP,
    M2_ACTIONS
};
const char *m2_action_name(enum m2_action a); /* "unregister" … "keep" */

struct m2_plan_item {
    enum m2_action action;
    const char *type;       /* "AWS::S3::Bucket"; "unit", "stack", "log group" */
    const char *resource;   /* ARN or physical id */
    const char *logical_id; /* "" when none */
    const char *stack_arn;  /* "" when none */
    const char *proof;      /* why it counts as this stack's own, a sentence; "" when it does not */
    const char *reason;     /* KEEP: a stable slug, "retained.policy" */
    const char *why;        /* a sentence: why it stays, or what to know; "" */
    const char *command;    /* that ends what a kept thing costs, or NULL */
    bool counted;           /* the figures below are known */
    bool more;              /* there are more than these: counting stopped */
    int64_t versions, markers, uploads, bytes;
    int64_t running; /* executions or tasks; images of a repository */
    bool lock;       /* a bucket with object lock */
    bool priced;
    m2_pico month_usd; /* of what stays, list price */
    int64_t seconds;   /* estimate */
};

/* What forbids carrying out, or what to know. */
struct m2_plan_note {
    const char *slug, *said, *fix; /* fix "" when there is none */
};

enum m2_right_state { M2_RIGHT_ALLOWED, M2_RIGHT_MISSING, M2_RIGHT_DENIED, M2_RIGHT_UNKNOWN, M2_RIGHT_STATES };
const char *m2_right_state_name(enum m2_right_state s); /* "allowed", "missing", "denied", "unknown" */
struct m2_plan_right {
    const char *action; /* "s3:DeleteObjectVersion" */
    const char *what;   /* "emptying buckets" */
    enum m2_right_state state;
};

struct m2_plan_options {
    bool keep_data, delete_logs, force_retain, bypass_governance, skip_brain, disable_protection;
    bool look_again;              /* the stack is gone and an earlier run did not see the end: each resource is looked at */
    const char *role_arn;         /* for the deletion, or NULL */
    const char *confirm_account;  /* --confirm-account, or NULL */
    const char *expected_account; /* AWS_ACCOUNT_ID, or NULL */
    const char *brain_problem;    /* why Brain was not asked; NULL: it was (calls of service "brain" in the snapshot) or skip_brain */
    const struct m2_price_region *prices; /* NULL: costs are not told */
};

enum m2_plan_state { M2_PLAN_STACK, M2_PLAN_GONE, M2_PLAN_UNSEEN }; /* a stack, none of that name, it may not be read */
struct m2_plan {
    enum m2_plan_state state;
    const char *account, *alias, *region; /* alias "" when none */
    const char *stack, *stack_arn, *status; /* arn "" when not known; of the newest deleted one when GONE */
    const char *role_arn;                   /* that CloudFormation will use, "" for the caller's rights */
    bool termination_protected;
    const char *made_at; /* of the snapshot */
    M2_VEC(struct m2_plan_item) items;
    M2_VEC(struct m2_plan_note) blocked, warnings;
    M2_VEC(struct m2_plan_right) rights;
    char hash[65]; /* SHA-256 over account, stack ARN and the sorted pairs of action and resource */
    m2_pico kept_usd;
    bool all_priced;
    int64_t seconds;
};

/** Never fails: what cannot be seen blocks. */
void m2_plan_make(struct m2_plan *out, struct m2_arena *a, const struct m2_snapshot *s,
                  const struct m2_plan_options *opt);
/** The document m2-plan/1. */
struct m2_value *m2_plan_to_value(struct m2_arena *a, const struct m2_plan *p, const char *tool, const char *version);
/** Is there something of a stack that is gone which it let go, or which could not be looked at? */
bool m2_plan_leaves(const struct m2_plan *p);
/** Did the run of the journal J begin to delete the stack ARN and not see the end? */
bool m2_teardown_unfinished(const struct m2_journal *j, const char *stack_arn);
/** How many items of P do something. */
size_t m2_plan_work(const struct m2_plan *p);

/** Work of NOW (action and resource) that THEN does not show, one sentence each; empty: THEN's consent covers it. */
struct m2_plan_news {
    M2_VEC(const struct m2_plan_item *) list;
};
void m2_plan_compare(struct m2_plan_news *out, struct m2_arena *a, const struct m2_plan *then, const struct m2_plan *now);

/* What must hold before something is deleted; docs and tests walk the table. */
enum m2_guard_kind {
    M2_GUARD_LIVE, /* does not hold: it is the stack's no more, and not in the plan */
    M2_GUARD_OWN,  /* does not hold: it is not proved the stack's own, and the teardown is refused */
    M2_GUARD_KEEP  /* does not hold: it is kept, and named */
};
const char *m2_guard_kind_name(enum m2_guard_kind k); /* "left out", "refused", "kept" */
struct m2_guard_row {
    const char *name; /* "bucket-owner" */
    enum m2_guard_kind kind;
    const char *holds; /* what must be so: "S3 says that the bucket belongs to this account" */
};
/** N rows. Static storage. */
const struct m2_guard_row *m2_cleanup_guards(size_t *n);

/* ---- carrying it out ---- */

enum m2_teardown_state {
    M2_END_GONE,      /* seen gone at its own service */
    M2_END_KEPT,      /* on purpose, as the plan said */
    M2_END_LEFT,      /* still there: reason, sentence, command */
    M2_END_UNTOLD,    /* whether it is gone could not be seen */
    M2_END_NOT_BEGUN, /* the run ended before its turn */
    M2_END_STATES
};
const char *m2_teardown_state_name(enum m2_teardown_state s); /* "gone", "kept", "left", "unknown", "not-begun" */

struct m2_teardown_item {
    const struct m2_plan_item *item;
    enum m2_teardown_state state;
    const char *reason, *said; /* slug and sentence; "" when gone */
    const char *command;       /* that ends it, or NULL */
    bool acted;                /* its step was done; whether it is gone, STATE says */
};

struct m2_empty_result; /* m2/empty.h */
struct m2_empty_options;

struct m2_teardown_options {
    const struct m2_sys *sys;
    struct m2_net *net;
    struct m2_aws *aws;
    struct m2_plan_options plan;
    const struct m2_plan *agreed; /* what the user consented to */
    struct m2_journal *journal;   /* locked */
    int64_t deadline_mono_ms;     /* 0: none */
    void *user;
    /* Read the account (and Brain) again; the stack by ARN where ARN is not NULL. */
    int (*read)(void *user, struct m2_snapshot *out, struct m2_arena *a, const char *arn, struct m2_err *err);
    /* Remove the unit ID at Brain and see it gone. */
    int (*unregister)(void *user, const char *id, struct m2_err *err);
    /* m2_empty_bucket, or what stands for it in a test. */
    int (*empty)(struct m2_empty_result *out, struct m2_arena *a, const struct m2_empty_options *opt,
                 struct m2_err *err);
    void (*tell)(void *user, const char *phase);    /* may be NULL */
    void (*progress)(void *user, const char *text); /* may be NULL */
};

struct m2_teardown {
    struct m2_plan plan;  /* as it was made just before */
    struct m2_plan_news news;
    bool changed;         /* there is news: nothing was done, consent is needed anew */
    bool begun;           /* from then on things were changed */
    M2_VEC(struct m2_teardown_item) items; /* one for each of the plan's, in its order */
    size_t counts[M2_END_STATES];
    uint64_t versions, bytes, uploads; /* deleted */
    unsigned attempts;                 /* at deleting the stack */
    M2_VEC(const char *) notes;
};

/** Carry out what was agreed to. 0: to the end (OUT says what is left) or nothing because of news. -1: it stopped; OUT says what was
 * and was not done. Errors: M2_EDENIED (the plan is blocked now), M2_EINPUT (the journal is of another stack), M2_EIO (the journal
 * cannot be written), M2_ECRED, M2_ENET, M2_ESERVICE, M2_ECANCELLED, M2_ETIMEOUT. */
int m2_teardown_run(struct m2_teardown *out, struct m2_arena *a, const struct m2_teardown_options *opt,
                    struct m2_err *err) M2_MUST_USE;
/** m2-plan/1 with an "outcome" for each item. */
struct m2_value *m2_teardown_to_value(struct m2_arena *a, const struct m2_teardown *t, const char *tool,
                                      const char *version);
/** Where the journal of the stack ARN is by default; NULL without a home. */
const char *m2_teardown_journal(struct m2_arena *a, const struct m2_sys *sys, const char *stack_arn);

#endif
