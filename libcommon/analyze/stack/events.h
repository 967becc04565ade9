/*
 * stack/events.h — the first true failure of a stack's last operation, through nested stacks.
 *
 * Source:    CloudFormation User Guide, "Troubleshooting" and "View stack events by operation".
 */
#ifndef M2_STACK_EVENTS_H
#define M2_STACK_EVENTS_H

#include "m2/mem.h"
#include "m2/snapshot.h"

struct m2_stack_failure {
    const struct m2_value *event; /* of the resource that failed; NULL when none did */
    const struct m2_call *call;
    const char *stack_arn, *stack_name; /* the (nested) stack it happened in */
    const char *logical_id, *physical_id, *type, *status, *reason;
    const char *slug; /* of the catalogue */
    int64_t at_ms;
    size_t fallout;        /* other failures of the operation, in all stacks looked into */
    struct m2_look unseen; /* UNSEEN: events that would tell more were not readable */
    bool any_event;
};

/** Look into the last operation of STACK, an ARN or a name. */
void m2_stack_first_failure(struct m2_stack_failure *out, struct m2_arena *a, const struct m2_snapshot *s,
                            const char *stack);
/** Of the newest stack called NAME, which is gone: what its last creation or update failed for. How its
 * deletion went does not matter any more. */
void m2_stack_last_deployment(struct m2_stack_failure *out, struct m2_arena *a, const struct m2_snapshot *s,
                              const char *name);
/** The first true failure of the rollback that followed; event NULL when the rollback went well. */
void m2_stack_rollback_failure(struct m2_stack_failure *out, struct m2_arena *a, const struct m2_snapshot *s,
                               const char *stack);

#endif
