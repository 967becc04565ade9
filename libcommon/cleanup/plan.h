/*
 * cleanup/plan.h — the parts of the plan: guards, items, what blocks, rights.
 */
#ifndef M2_CLEANUP_PLAN_H
#define M2_CLEANUP_PLAN_H

#include "m2/cleanup.h"
#include "m2/stackview.h"
#include "snapshot/strmap.h"

#define M2_CLEANUP_NESTING 32
#define M2_TAG_STACK_ID "aws:cloudformation:stack-id"

struct m2_guard;

struct m2_plan_template {
    const char *stack_arn;
    const struct m2_value *resources; /* NULL: not readable */
};

/* What one plan is made from. */
struct m2_planning {
    struct m2_arena *a;
    const struct m2_snapshot *s;
    const struct m2_plan_options *opt;
    const struct m2_guard *guards; /* the table, or what a test left of it */
    size_t n_guards;
    struct m2_stackview view;
    struct m2_plan *out;
    M2_VEC(struct m2_plan_template) templates; /* those read so far */
    struct m2_strmap parents;                  /* ARN of a nested stack to the index of its resource */
};

/* One thing that may be deleted. */
struct m2_subject {
    const struct m2_resource *r;
    const char *arn; /* of the resource where it can be told, else NULL */
    bool log_group;  /* the group that function R made, not R itself */
};

struct m2_refusal {
    const char *slug, *why, *fix; /* fix "" when none */
};

struct m2_guard {
    struct m2_guard_row pub;
    /* False when it does not hold; then *R says why. */
    bool (*holds)(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r);
};
const struct m2_guard *m2_guard_table(size_t *n);
/** The first guard that does not hold, or NULL. */
const struct m2_guard *m2_guards_ask(struct m2_planning *p, const struct m2_subject *t, struct m2_refusal *r);

/** m2_plan_make with GUARDS in place of the table. */
void m2_plan_make_with(struct m2_plan *out, struct m2_arena *a, const struct m2_snapshot *s,
                       const struct m2_plan_options *opt, const struct m2_guard *guards, size_t n_guards);

/* ---- the parts ---- */
void m2_plan_resources(struct m2_planning *p); /* a live stack */
void m2_plan_leftovers(struct m2_planning *p); /* a stack that is gone */
void m2_plan_units(struct m2_planning *p);
void m2_plan_log_group(struct m2_planning *p, const struct m2_resource *function);
void m2_plan_count(struct m2_planning *p, struct m2_plan_item *item); /* figures of buckets and what runs */
void m2_plan_cost(struct m2_planning *p, struct m2_plan_item *item);  /* of one that stays */
void m2_plan_blocks(struct m2_planning *p);
void m2_plan_custom_resources(struct m2_planning *p);
void m2_plan_rights(struct m2_planning *p);

/* ---- small readers ---- */
/** The ARN of R where its type tells it, else NULL. */
const char *m2_cleanup_arn(struct m2_arena *a, const struct m2_resource *r);
/** The stack id in the tags of what T is, where an answer tells it; NULL: not told. */
const char *m2_cleanup_stack_tag(const struct m2_planning *p, const struct m2_subject *t);
/** The stack id in the tags of the log group of function T->r; NULL: none. *ASKED: the call that tells, NULL
 * when not made. */
const char *m2_cleanup_log_tag(const struct m2_call **asked, const struct m2_planning *p,
                               const struct m2_subject *t);
/** "/aws/lambda/NAME" of a function's physical id. */
const char *m2_cleanup_log_group(struct m2_arena *a, const char *function);
/** Its DeletionPolicy: "Delete" where none is written; NULL when the template could not be read. */
const char *m2_cleanup_policy(struct m2_planning *p, const struct m2_resource *r);
/** Once view.resources is whole: whose resource each nested stack is. */
void m2_cleanup_index_parents(struct m2_planning *p);
/** The resource of the parent that is the nested stack ARN, or NULL for the root. */
const struct m2_resource *m2_cleanup_parent(const struct m2_planning *p, const char *stack_arn);
/** Has the stack resource R ended its life? */
bool m2_cleanup_ended(const struct m2_resource *r);
/** The command that ends what ITEM costs, or NULL. */
const char *m2_cleanup_end_command(const struct m2_planning *p, const struct m2_plan_item *item);
void m2_plan_note_add(struct m2_planning *p, bool blocks, const char *slug, const char *said,
                      const char *fix);

#endif
