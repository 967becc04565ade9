/* The units at Brain that send jobs to this stack: those that name one of its own state machines. */
#include "cleanup/plan.h"

#include "analyze/names.h"
#include "m2/brain.h"
#include "m2/unit.h"

static const struct m2_resource *machine_of(const struct m2_planning *p, const struct m2_unit *u)
{
    const char *arn = u->at[M2_UNIT_STATE_MACHINE];
    for (size_t i = 0; arn && i < p->view.resources.len; i++) {
        const struct m2_resource *r = &p->view.resources.at[i];
        if (m2_str_eq(r->type, "AWS::StepFunctions::StateMachine") && m2_str_eq(r->physical_id, arn))
            return r;
    }
    return NULL;
}

static void read_units(struct m2_units *units, struct m2_planning *p)
{
    const struct m2_call *c = NULL;
    const char *operation = m2_brain_ops()[M2_BRAIN_OP_UNITS].path;
    while ((c = m2_calls(p->s, "brain", operation, c))) {
        struct m2_err err = { 0 };
        if (c->status == M2_CALL_OK && m2_units_read(units, p->a, c->output, &err) < 0)
            m2_plan_note_add(p, true, "brain.unread",
                             m2_arena_printf(p->a, "Brain's list of units could not be read: %s", err.msg),
                             "Run it again, or give --skip-brain.");
    }
}

/* A unit of another account that names this stack's machine was not registered from here. */
static bool other_account(const struct m2_planning *p, const struct m2_unit *u)
{
    const char *account = u->at[M2_UNIT_ACCOUNT];
    return account && !m2_str_eq(account, m2_own_account(p->s));
}

void m2_plan_units(struct m2_planning *p)
{
    struct m2_units units = { 0 };
    if (p->opt->skip_brain)
        return;
    read_units(&units, p);
    for (size_t i = 0; i < units.list.len; i++) {
        const struct m2_unit *u = &units.list.at[i];
        const struct m2_resource *machine = machine_of(p, u);
        if (!machine || !u->id)
            continue;
        struct m2_plan_item item = { .action = M2_ACT_UNREGISTER,
                                     .type = "unit",
                                     .resource = u->id,
                                     .logical_id = "",
                                     .stack_arn = m2_str_or(machine->stack_arn, ""),
                                     .reason = "",
                                     .why = "",
                                     .seconds = 3 };
        item.proof = m2_arena_printf(p->a, "It sends jobs to %s, resource %s of the stack.",
                                     machine->physical_id, m2_str_or(machine->logical_id, "?"));
        if (other_account(p, u)) {
            item.action = M2_ACT_KEEP;
            item.proof = "";
            item.reason = "unit.other-account";
            item.why = m2_arena_printf(p->a, "It is registered for account %s.", u->at[M2_UNIT_ACCOUNT]);
        }
        m2_vec_push(p->a, &p->out->items, item);
    }
}
