/* stack.status: what the state of the stack means for jobs and for the next command. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/stack/stack.h"
#include "m2/str.h"

#define DELETE_COMMAND "aws cloudformation delete-stack --stack-name %s"
#define EVENTS_COMMAND "aws cloudformation describe-stack-events --stack-name %s"

/* CloudFormation User Guide, "Stack status codes". */
static const struct m2_status_row rows[] = {
    { "CREATE_COMPLETE", NULL, M2_PASS, true, "It was created completely.", NULL, NULL },
    { "UPDATE_COMPLETE", NULL, M2_PASS, true, "Its last update is complete.", NULL, NULL },
    { "IMPORT_COMPLETE", NULL, M2_PASS, true, "Its last import is complete.", NULL, NULL },
    { "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", NULL, M2_PASS, true,
      "Its last update is complete; old resources are being removed.", NULL, NULL },
    { "UPDATE_ROLLBACK_COMPLETE", "stack.rollback", M2_WARN, true,
      "Its last update failed and was undone; it works as before the update.", NULL, EVENTS_COMMAND },
    { "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "stack.rollback", M2_WARN, true,
      "Its last update failed and was undone; the remains are being removed.", NULL, EVENTS_COMMAND },
    { "IMPORT_ROLLBACK_COMPLETE", "stack.rollback", M2_WARN, true,
      "Its last import failed and was undone; it works as before.", NULL, EVENTS_COMMAND },
    { "ROLLBACK_COMPLETE", "stack.failed", M2_FAIL, false,
      "Its creation failed and was undone. Nothing can be updated in this state: it must be deleted and "
      "created again.",
      "Mend the cause, delete the stack, and deploy it again.", DELETE_COMMAND },
    { "ROLLBACK_FAILED", "stack.failed", M2_FAIL, false,
      "Its creation failed, and undoing it failed too. It must be deleted and created again.",
      "Mend the cause, delete the stack, and deploy it again.", DELETE_COMMAND },
    { "CREATE_FAILED", "stack.failed", M2_FAIL, false,
      "Its creation failed and was left as it is. It can be rolled back, updated or deleted.",
      "Mend the cause, then delete the stack and deploy it again.", DELETE_COMMAND },
    { "UPDATE_ROLLBACK_FAILED", "stack.failed", M2_FAIL, false,
      "Its last update failed, and undoing it is stuck. Nothing else can be done until the undoing is "
      "continued.",
      "Mend what blocks the rollback, then continue it.",
      "aws cloudformation continue-update-rollback --stack-name %s" },
    { "UPDATE_FAILED", "stack.failed", M2_FAIL, false, "Its last update failed and was left as it is.",
      "Mend the cause and update it again, or roll the stack back.",
      "aws cloudformation rollback-stack --stack-name %s" },
    { "IMPORT_ROLLBACK_FAILED", "stack.failed", M2_FAIL, false,
      "Its last import failed, and undoing it is stuck.", "Mend what blocks the rollback, then continue it.",
      "aws cloudformation continue-update-rollback --stack-name %s" },
    { "DELETE_FAILED", "stack.delete-failed", M2_FAIL, false, "Its deletion stopped half-way.",
      "Mend what blocks the deletion, then delete the stack again.", DELETE_COMMAND },
    { "REVIEW_IN_PROGRESS", "stack.missing", M2_FAIL, false,
      "A change set was made for it but never executed: there is a name and nothing else.",
      "Execute the change set, or delete the empty stack and deploy.", DELETE_COMMAND },
};

static const struct m2_status_row in_progress = {
    "_IN_PROGRESS", "stack.in-progress", M2_UNKNOWN, true, "It is being changed right now.", NULL, NULL
};
static const struct m2_status_row failed = {
    "_FAILED", "stack.failed", M2_FAIL, false, "It is in a state in which it cannot be used.",
    NULL,      EVENTS_COMMAND
};
/* A state that CloudFormation got later, or an answer put together without it. */
static const struct m2_status_row other = {
    "", NULL, M2_UNKNOWN, true, "What this state means for jobs is not known here.", NULL, EVENTS_COMMAND
};

const struct m2_status_row *m2_status_row(const char *status)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (m2_str_eq(rows[i].status, status))
            return &rows[i];
    return m2_str_ends(status, "_IN_PROGRESS") ? &in_progress
           : m2_str_ends(status, "_FAILED")    ? &failed
                                               : &other;
}

/* Before a deployment that is as it should be; who verifies one expects a stack. */
static void none(struct m2_check_run *r, const struct m2_stackview *v, const char *name)
{
    const char *said = m2_arena_printf(r->arena,
                                       "There is no stack %s in %s: nothing is deployed yet, or --stack, "
                                       "--region or --profile point elsewhere.",
                                       name, m2_str_or(r->snap->region, "this region"));
    if (!r->snap->target.must_exist) {
        m2_found_skip(r, name, "%s", said);
        return;
    }
    struct m2_finding *f = m2_found(r, M2_FAIL, name, "stack.missing");
    m2_found_title(r, f, "There is no stack %s", name);
    m2_found_detail(r, f, "%s", said);
    m2_found_evidence(r, f, v->look.call, "Stacks", NULL);
}

void m2_stack_status(struct m2_check_run *r)
{
    struct m2_stackview v = { 0 };
    m2_stackview_make(&v, r->arena, r->snap);
    const char *name = m2_str_or(v.name, "mroptimum-mode2");
    if (v.state == M2_STACK_UNSEEN) {
        m2_found_unseen(r, name, &v.look);
        return;
    }
    if (v.state == M2_STACK_NONE) {
        none(r, &v, name);
        return;
    }
    const struct m2_status_row *row = m2_status_row(v.status);
    /* Who verifies needs a stack that is done, not one that will be. */
    bool waits =
        row->level == M2_UNKNOWN && r->snap->target.must_exist && m2_str_eq(row->cause, "stack.in-progress");
    struct m2_finding *f = m2_found(r, waits ? M2_FAIL : row->level, name, row->cause);
    const char *why = m2_v_str(v.root, "StackStatusReason");
    m2_found_title(r, f, "Stack %s is in state %s", name, m2_str_or(v.status, "(none)"));
    m2_found_detail(r, f, "%s%s%s", row->meaning, why ? " CloudFormation says: " : "", why ? why : "");
    m2_found_evidence(r, f, v.look.call,
                      m2_arena_printf(r->arena, "%s.StackStatus", m2_str_or(v.look.path, "Stacks[0]")),
                      m2_v_get(v.root, "StackStatus"));
    m2_found_about(r, f, v.arn);
    if (row->fix)
        m2_found_fix(r, f, "%s", row->fix);
    if (row->command && row->level != M2_PASS) {
        char *format = m2_arena_strdup(r->arena, row->command), *at = strstr(format, "%s");
        *at = '\0';
        m2_found_command(r, f, "%s%s%s", format, m2_word(r->arena, name), at + 2);
    }
}
