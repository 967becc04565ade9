/*
 * support/simaws.h — a made-up account with stacks in it, behind the seam that starts calls: reads, deletes,
 * refuses as AWS does, and knows which of its things nobody may touch.
 *
 * Time is virtual. Every change to a thing that is not the stack's own is a violation and is kept as a
 * sentence.
 */
#ifndef M2_TEST_SIMAWS_H
#define M2_TEST_SIMAWS_H

#include "cleanup/teardown.h"
#include "snapshot/collect.h"

#define SIM_ACCOUNT "111122223333"
#define SIM_OTHER "444455556666"
#define SIM_REGION "us-east-1"
#define SIM_STACK "mroptimum-mode2"
#define SIM_ROOT "arn:aws:cloudformation:" SIM_REGION ":" SIM_ACCOUNT ":stack/" SIM_STACK "/root"

enum sim_kind {
    SIM_BUCKET,
    SIM_FUNCTION,
    SIM_MACHINE,
    SIM_CLUSTER,
    SIM_REPOSITORY,
    SIM_ROLE,
    SIM_LOGS,
    SIM_KINDS
};

enum sim_fate { SIM_GOES, SIM_STAYS, SIM_EITHER }; /* when the teardown is not refused */

struct sim_thing {
    enum sim_kind kind;
    const char *id;    /* physical id: a name, or the ARN of a machine */
    const char *owner; /* account */
    const char *region;
    const char *tag; /* its aws:cloudformation:stack-id, or NULL */
    bool foreign;    /* touching it is a violation */
    bool gone;
    int inside; /* versions, images, running executions or tasks, subnets */
    bool mfa;
    const char *lock; /* default retention, or NULL */
    bool undeletable; /* CloudFormation fails on it for a reason of its own */
    bool auto_delete; /* a bucket with the tag of CDK's emptier */
    int refills;      /* so many times something arrives after it was emptied */
    enum sim_fate fate;
};

struct sim_resource {
    int stack, thing; /* index; thing -1: a nested stack */
    int nested;       /* index of the stack, or -1 */
    const char *logical;
    const char *policy; /* DeletionPolicy, or NULL */
    const char *status; /* "CREATE_COMPLETE" */
    const char *reason;
};

struct sim_stack {
    const char *arn, *name, *status, *reason;
    const char *role, *export_name, *imported_by, *parent;
    bool protection, no_template;
    int polls; /* readings until its deletion ends */
    bool deleting;
    const struct m2_value *retain;
};

#define SIM_THINGS 96
#define SIM_RESOURCES 64
#define SIM_STACKS 6

enum sim_fault { SIM_NO_FAULT, SIM_LOST_BEFORE, SIM_LOST_AFTER, SIM_KILLED };

struct sim {
    struct m2_arena *a; /* of the world; answers live in the call's */
    struct m2_sys sys;
    struct m2_net net;
    int64_t now;
    struct sim_timer *timers;
    const char *caller, *alias;
    struct sim_thing things[SIM_THINGS];
    struct sim_resource resources[SIM_RESOURCES];
    struct sim_stack stacks[SIM_STACKS];
    int n_things, n_resources, n_stacks;
    bool gone_role, no_log_tags, no_alias;
    const char *custom;   /* type of a custom resource that the root lists too, or NULL */
    const char *role_arn; /* of --role-arn, to be looked at; or NULL */
    /* what happened */
    unsigned calls, writes;
    unsigned violations;
    char first_violation[300];
    enum sim_fault fault;
    unsigned fault_at;
    bool killed;
    uint64_t random;
};

void sim_init(struct sim *s, struct m2_arena *a);
/** A random account from SEED, and the options it is torn down with. *REFUSED: the teardown must be refused.
 */
void sim_random(struct sim *s, struct m2_plan_options *opt, bool *refused, uint64_t seed);
struct sim_thing *sim_add(struct sim *s, enum sim_kind kind, const char *id);
int sim_stack_add(struct sim *s, const char *arn, const char *name);
/** THING becomes resource LOGICAL of STACK. */
struct sim_resource *sim_list(struct sim *s, int stack, struct sim_thing *t, const char *logical);
struct sim_resource *sim_nest(struct sim *s, int stack, int nested, const char *logical);
/** The whole state as text: two worlds with the same text are the same. */
const char *sim_text(const struct sim *s, struct m2_arena *a);

/* The seam. */
void sim_start(void *ctx, struct m2_arena *a, const struct m2_aws_call *call, m2_aws_done *done, void *user);
int sim_read(struct sim *s, struct m2_snapshot *out, struct m2_arena *a, const char *stack,
             struct m2_err *err);
/** For m2_teardown_options.empty; the options' sys is the sim's. */
int sim_empty(struct m2_empty_result *out, struct m2_arena *a, const struct m2_empty_options *opt,
              struct m2_err *err);

struct sim_run {
    struct m2_teardown t;
    struct m2_plan plan; /* that was agreed to */
    struct m2_err err;
    int rc;
    bool refused; /* the plan was blocked: nothing was begun */
};
/** Plan, agree, carry out. JOURNAL: a path. GUARDS NULL: the table. */
void sim_teardown(struct sim_run *out, struct sim *s, struct m2_arena *a, const struct m2_plan_options *opt,
                  const char *journal, const struct m2_guard *guards, size_t n_guards);

/* ---- parts ---- */
struct sim_answer {
    struct m2_value *output; /* NULL: an error */
    const char *code, *message;
    int http;
};
typedef void sim_op(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in);
struct sim_op_row {
    const char *name; /* "s3 HeadBucket" */
    sim_op *op;
    bool writes;
};
extern const struct sim_op_row sim_ops_cfn[], sim_ops_services[];
void sim_error(struct sim_answer *out, const char *code, const char *message, int http);
struct m2_value *sim_json(struct m2_arena *a, const char *fmt, ...) M2_PRINTF(2, 3);
struct sim_thing *sim_find(struct sim *s, enum sim_kind kind, const char *id);
/** T was changed. */
void sim_touch(struct sim *s, struct sim_thing *t, const char *how);
const char *sim_type(enum sim_kind kind);

#endif
