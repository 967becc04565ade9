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

/* A unit of another account that names this stack's machine was not registered from here; one that names none
 * is as its machine. */
static const char *account_of(const struct m2_planning *p, const struct m2_unit *u)
{
    return m2_str_or(u->at[M2_UNIT_ACCOUNT], m2_arn_field(p->a, u->at[M2_UNIT_STATE_MACHINE], 4));
}

static const struct m2_plan_item *item_of(const struct m2_planning *p, const struct m2_resource *machine)
{
    for (size_t i = 0; i < p->out->items.len; i++)
        if (m2_str_eq(p->out->items.at[i].type, machine->type) &&
            m2_str_eq(p->out->items.at[i].resource, machine->physical_id))
            return &p->out->items.at[i];
    return NULL;
}

static void keep(struct m2_plan_item *item, const char *reason, const char *why)
{
    item->action = M2_ACT_KEEP;
    item->proof = "";
    item->reason = reason;
    item->why = why;
    item->seconds = 0;
}

/* The unit goes only with its machine: one that stays, or that lives under the name of one that is gone,
 * still gets jobs. */
static void judge(struct m2_planning *p, struct m2_plan_item *item, const struct m2_unit *u,
                  const struct m2_resource *machine)
{
    const struct m2_plan_item *own = item_of(p, machine);
    const char *account = account_of(p, u);
    struct m2_look look = m2_look_output(p->s, "stepfunctions", "DescribeStateMachine", machine->physical_id);
    if (!m2_str_eq(account, m2_own_account(p->s)))
        keep(item, "unit.other-account",
             m2_arena_printf(p->a, "It is registered for account %s.", *account ? account : "?"));
    else if (own && own->action == M2_ACT_KEEP)
        keep(item, "unit.machine-stays", m2_arena_printf(p->a, "Its state machine stays (%s).", own->reason));
    else if ((!own || p->out->state == M2_PLAN_GONE) && look.seen != M2_ABSENT)
        keep(item, look.seen == M2_SEEN ? "unit.adopted" : "unit.unread",
             look.seen == M2_SEEN ? "The stack's state machine is gone, and one of this name lives."
                                  : "Whether its state machine is gone could not be read.");
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
        judge(p, &item, u, machine);
        m2_vec_push(p->a, &p->out->items, item);
    }
}
