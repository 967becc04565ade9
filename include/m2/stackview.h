/*
 * m2/stackview.h — the deployed stack as the checks see it: nested resources, outputs, the task, the function, the state machine.
 *
 * Model:     pure views over the snapshot; nothing is judged. Every part may be missing (NULL), with the look that says why.
 *            Before a deployment `state` is M2_STACK_NONE and everything else is empty.
 */
#ifndef M2_STACKVIEW_H
#define M2_STACKVIEW_H

#include <stdbool.h>

#include "m2/mem.h"
#include "m2/snapshot.h"
#include "m2/value.h"

enum m2_stack_state { M2_STACK_UNSEEN, M2_STACK_NONE, M2_STACK_THERE };

struct m2_resource {
    const char *logical_id, *physical_id, *type, *status;
    const char *stack_arn;        /* the (nested) stack it belongs to */
    const char *stack_name;
    const struct m2_value *item;  /* of ListStackResources / DescribeStackResources */
    const struct m2_call *call;
};

struct m2_output {
    const char *key, *value, *stack_name;
    const struct m2_call *call;
};

struct m2_stackview {
    enum m2_stack_state state;
    struct m2_look look;              /* of the root stack */
    const struct m2_value *root;      /* item of DescribeStacks */
    const char *name, *arn, *status;
    M2_VEC(const struct m2_value *) stacks; /* root and nested, items of DescribeStacks */
    M2_VEC(struct m2_resource) resources;   /* all, through nested stacks */
    M2_VEC(struct m2_output) outputs;
    bool resources_complete;          /* false: a nested listing was refused */
};

void m2_stackview_make(struct m2_stackview *out, struct m2_arena *a, const struct m2_snapshot *s);
/** First resource of TYPE whose logical id contains HINT (NULL: any). */
const struct m2_resource *m2_stackview_resource(const struct m2_stackview *v, const char *type, const char *hint);
/** Output KEY of the root, else of a nested stack; NULL when none. */
const struct m2_output *m2_stackview_output(const struct m2_stackview *v, const char *key);
/** Parameter KEY of the root stack, or NULL. */
const char *m2_stackview_parameter(const struct m2_stackview *v, const char *key);

/* The parts a job runs through. Each look says SEEN with the item, ABSENT, or UNSEEN with the right. */
/** Output of DescribeStateMachine of the job chooser (by output CalculationStateMachineArn, else StateMachineArn, else the resource). */
struct m2_look m2_view_state_machine(const struct m2_stackview *v, struct m2_arena *a, const struct m2_snapshot *s);
/** `taskDefinition` of DescribeTaskDefinition. */
struct m2_look m2_view_task_definition(const struct m2_stackview *v, struct m2_arena *a, const struct m2_snapshot *s);
/** Output of GetFunction of the job's (image) function. */
struct m2_look m2_view_job_function(const struct m2_stackview *v, struct m2_arena *a, const struct m2_snapshot *s);
/** The parsed ASL definition, or NULL. */
const struct m2_value *m2_view_definition(struct m2_arena *a, const struct m2_value *state_machine);
/** First state of the definition whose Resource contains TEXT ("ecs:runTask"), searched through Parallel and Map; NULL. */
const struct m2_value *m2_view_state(const struct m2_value *definition, const char *text);

#endif
