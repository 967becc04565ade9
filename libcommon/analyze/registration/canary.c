/* brain.canary: did the test job get through? */
#include <string.h>

#include "analyze/names.h"
#include "analyze/registration/registration.h"
#include "m2/canary.h"

#define RESOURCE "test job"

static const char *resource_of(const struct m2_canary *c)
{
    const char *name = c->execution ? strrchr(c->execution, ':') : NULL;
    return name && name[1] ? name + 1 : RESOURCE;
}

static void not_queued(struct m2_check_run *r, const struct m2_canary *c)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, RESOURCE, "canary.not-queued");
    f->apart = !c->judged;
    m2_found_detail(r, f, "%s", c->said);
    if (m2_str_has_ci(c->said, "AccessDenied"))
        m2_found_fix(
            r, f,
            "Brain may not start the state machine: compare the unit's role and external id with the "
            "stack's (brain.fields), and look at what the role trusts and allows (access.*); if both are "
            "right, ask CloudMRHub to let Brain take the role.");
    m2_found_evidence(r, f, c->queue, "", c->queue->status == M2_CALL_OK ? c->queue->output : NULL);
}

static void lost(struct m2_check_run *r, const struct m2_canary *c)
{
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, RESOURCE, NULL);
    m2_found_title(r, f, "Whether the test job was queued is not known");
    m2_found_detail(r, f,
                    "%s. It is not sent twice. If it was queued, it runs, and CloudMR lists it as \"%s\".",
                    c->said, m2_str_or(c->alias, "?"));
    m2_found_fix(r, f, "Look at CloudMR for a job of that name; if there is none, run this again.");
    m2_found_evidence(r, f, c->queue, "", NULL);
}

/* Why the execution is not one of the stack's own, or NULL. */
static const char *stray(struct m2_check_run *r, const struct m2_canary *c, const struct m2_registration *reg)
{
    const char *machine = reg->expected.at[M2_UNIT_STATE_MACHINE];
    const char *own = machine ? strstr(machine, ":stateMachine:") : NULL;
    if (reg->meant && c->unit_id && reg->meant->id && !m2_str_eq(c->unit_id, reg->meant->id))
        return m2_arena_printf(r->arena, "Brain took unit %s, not %s.", c->unit_id, reg->meant->id);
    if (c->mode && !m2_str_eq(c->mode, reg->expected.at[M2_UNIT_MODE]))
        return m2_arena_printf(r->arena, "Brain took a unit of %s, not of %s.", c->mode,
                               reg->expected.at[M2_UNIT_MODE]);
    if (own && m2_str_has_ci(c->execution, ":execution:") &&
        !m2_str_starts(c->execution, m2_arena_printf(r->arena, "%.*s:execution:%s:", (int)(own - machine),
                                                     machine, own + strlen(":stateMachine:"))))
        return m2_arena_printf(r->arena, "Its execution %s is not one of %s.", c->execution, machine);
    return NULL;
}

static void wrong_unit(struct m2_check_run *r, const struct m2_canary *c, const char *why)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, resource_of(c), "canary.wrong-unit");
    m2_found_detail(r, f, "%s", why);
    m2_found_evidence(r, f, c->queue, "", c->queue->output);
    m2_found_about(r, f, c->unit_id);
}

static void add_history_command(struct m2_check_run *r, struct m2_finding *f, const struct m2_canary *c)
{
    m2_found_command(
        r, f, "aws stepfunctions get-execution-history --reverse-order --max-results 20 --execution-arn %s",
        m2_word(r->arena, c->execution));
    m2_found_about(r, f, c->execution);
    m2_found_about(r, f, c->function);
}

static void failed(struct m2_check_run *r, const struct m2_canary *c)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, resource_of(c), "canary.failed");
    m2_found_detail(r, f, "The execution ended as %s%s%s: %s", c->status, c->failed_state ? " in state " : "",
                    m2_str_or(c->failed_state, ""), *c->said ? c->said : "no reason was given.");
    m2_found_evidence(r, f, c->describe, "", c->describe->output);
    add_history_command(r, f, c);
}

static void timeout(struct m2_check_run *r, const struct m2_canary *c)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, resource_of(c), "canary.timeout");
    const char *state = c->states.len ? c->states.at[c->states.len - 1].name : NULL;
    m2_found_detail(r, f, "Its execution is still %s%s%s.", c->status, state ? ", in state " : "",
                    m2_str_or(state, ""));
    m2_found_evidence(r, f, c->describe, "status", m2_v_get(c->describe->output, "status"));
    add_history_command(r, f, c);
    m2_found_command(r, f, "aws stepfunctions stop-execution --execution-arn %s",
                     m2_word(r->arena, c->execution));
}

static void unseen(struct m2_check_run *r, const struct m2_canary *c)
{
    struct m2_look look = { .seen = M2_UNSEEN,
                            .call = c->describe,
                            .right = "states:DescribeExecution",
                            .why = m2_look_why(r->arena, "states:DescribeExecution", c->describe) };
    m2_found_unseen(r, resource_of(c), &look);
}

void m2_brain_canary(struct m2_check_run *r)
{
    struct m2_canary c;
    struct m2_registration reg;
    m2_canary_read(&c, r->arena, r->snap);
    m2_registration_read(&reg, r->arena, r->snap);
    const char *why = c.execution ? stray(r, &c, &reg) : NULL;
    if (why) {
        wrong_unit(r, &c, why);
        return;
    }
    switch (c.end) {
    case M2_CANARY_NOT_ASKED:
        m2_found_skip(r, RESOURCE, "%s",
                      *c.said ? c.said : "No test job was asked for (m2-verify --canary).");
        break;
    case M2_CANARY_NOT_QUEUED:
        not_queued(r, &c);
        break;
    case M2_CANARY_LOST:
        lost(r, &c);
        break;
    case M2_CANARY_UNSEEN:
        unseen(r, &c);
        break;
    case M2_CANARY_RUNNING:
        timeout(r, &c);
        break;
    case M2_CANARY_FAILED:
        failed(r, &c);
        break;
    case M2_CANARY_NO_DATA:
        m2_found_pass(
            r, resource_of(&c),
            "Brain started it here, the image ran, and the job said that it has no data (%s): as a task "
            "without data must end. --task FILE tries one with data.",
            c.said);
        break;
    case M2_CANARY_DONE:
        m2_found_pass(r, resource_of(&c), "The execution succeeded%s%s%s%s.",
                      c.key ? "; its result is s3://" : "", m2_str_or(c.bucket, ""), c.key ? "/" : "",
                      m2_str_or(c.key, ""));
        break;
    }
}
