/* Deleting the stack: at most three attempts, acting on the reasons in between. */
#include "cleanup/teardown.h"

#include <string.h>

#include "m2/check.h"

#define ATTEMPTS 3
#define DELETE "delete-stack"

/* ---- one request ---- */

/* The token of a request that a killed run began and of which nothing is known: sent again, AWS knows it. */
static const char *token_of(struct m2_teardown_run *x, const char *arn)
{
    const struct m2_step *open = m2_journal_open_step(x->opt->journal, DELETE, arn);
    static const char *const mark = "token ";
    if (open && m2_str_starts(open->reason, mark))
        return open->reason + strlen(mark);
    char uuid[M2_UUID_SIZE];
    m2_uuid4(uuid, x->opt->sys);
    return m2_arena_printf(x->a, "m2-cleanup-%s", uuid);
}

static struct m2_value *request(struct m2_teardown_run *x, const char *arn, const char *token,
                                const struct m2_value *retain)
{
    const char *role = x->opt->plan.role_arn;
    struct m2_value *v = m2_v_object_of(x->a, "StackName", arn, "ClientRequestToken", token,
                                        m2_str_empty(role) ? NULL : "RoleARN", role, NULL);
    if (m2_v_len(retain))
        m2_v_set(x->a, v, "RetainResources", m2_v_copy(x->a, retain));
    return v;
}

/* Ask CloudFormation to delete ARN. A lost answer is no harm: the state of the stack says what came of it. */
static int ask_to_delete(struct m2_teardown_run *x, const char *arn, const struct m2_value *retain,
                         struct m2_err *err)
{
    const char *token = token_of(x, arn);
    const struct m2_value *out = NULL;
    struct m2_err why = { 0 }, unread = { 0 };
    struct m2_stack_end end;
    if (m2_teardown_may_go_on(x, err) < 0 ||
        m2_teardown_note(x, DELETE, arn, M2_STEP_STARTED, m2_arena_printf(x->a, "token %s", token), err) < 0)
        return -1;
    enum m2_said said = m2_teardown_ask_change(&out, x, "cloudformation", "DeleteStack",
                                               request(x, arn, token, retain), &why);
    if (said == M2_SAID_NO && !m2_str_has_ci(why.msg, "TokenAlreadyExists") &&
        (m2_teardown_stack_state(&end, x, arn, &unread) == M2_SAID_NO ||
         !m2_str_starts(end.status, "DELETE_") || m2_str_eq(end.status, "DELETE_FAILED"))) {
        if (!m2_teardown_fatal(&why) && m2_teardown_note(x, DELETE, arn, M2_STEP_FAILED, why.msg, err) < 0)
            return -1;
        return m2_fail(err, why.code, "CloudFormation did not take the deletion of %s: %s", arn, why.msg);
    }
    return 0;
}

static int end_step(struct m2_teardown_run *x, const char *arn, const struct m2_stack_end *end,
                    struct m2_err *err)
{
    bool done = m2_str_eq(end->status, "DELETE_COMPLETE");
    return m2_teardown_note(x, DELETE, arn, done ? M2_STEP_DONE : M2_STEP_FAILED,
                            done ? NULL : m2_arena_printf(x->a, "%s: %s", end->status, end->reason), err);
}

/* Ask, unless it is being deleted already, and follow to the end. */
static int delete_once(struct m2_stack_end *end, struct m2_teardown_run *x, const char *arn,
                       const struct m2_value *retain, struct m2_err *err)
{
    struct m2_err why = { 0 };
    if (m2_teardown_stack_state(end, x, arn, &why) == M2_SAID_NO)
        return m2_fail(err, why.code, "%s", why.msg);
    if (m2_str_eq(end->status, "DELETE_COMPLETE"))
        return 0;
    const char *before = end->status;
    if (!m2_str_eq(before, "DELETE_IN_PROGRESS") && ask_to_delete(x, arn, retain, err) < 0)
        return -1;
    if (m2_teardown_follow(end, x, arn, before, err) < 0)
        return -1;
    return end_step(x, arn, end, err);
}

/* ---- what is let go ---- */

/* Kept by the plan, or (LAST, with the flag) all that still fails. A nested stack is let go of never: its own
 * resources are. */
static bool lets_go(const struct m2_teardown_run *x, const struct m2_failed *f, bool last)
{
    if (m2_str_eq(f->type, "AWS::CloudFormation::Stack"))
        return false;
    return (f->item && f->item->item->action == M2_ACT_KEEP) || (last && x->opt->plan.force_retain);
}

static int retained(struct m2_teardown_run *x, const struct m2_failed *f, struct m2_err *err)
{
    struct m2_teardown_item *t = f->item;
    if (t && t->item->action != M2_ACT_KEEP)
        m2_teardown_left(t, "retained.forced",
                         m2_arena_printf(x->a, "The stack let it go (--force-retain): %s", f->reason));
    return m2_teardown_note(x, "retain", f->physical_id, M2_STEP_DONE, f->logical_id, err);
}

static bool first_of_its_stack(const struct m2_failures *f, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (m2_str_eq(f->list.at[k].stack_arn, f->list.at[i].stack_arn))
            return false;
    return true;
}

static int retain_list(struct m2_value **out, struct m2_teardown_run *x, const struct m2_failures *f,
                       const char *arn, bool last, struct m2_err *err)
{
    *out = m2_v_array(x->a);
    for (size_t i = 0; i < f->list.len; i++) {
        if (!m2_str_eq(f->list.at[i].stack_arn, arn) || !lets_go(x, &f->list.at[i], last))
            continue;
        if (retained(x, &f->list.at[i], err) < 0)
            return -1;
        m2_v_push(x->a, *out, m2_v_string(x->a, f->list.at[i].logical_id));
    }
    return 0;
}

/* Nested stacks that must let something go do so first, by their own ARN: what is retained is named per
 * stack. */
static int delete_nested(struct m2_teardown_run *x, const struct m2_failures *f, const char *root, bool last,
                         struct m2_err *err)
{
    for (size_t i = 0; i < f->list.len; i++) {
        const char *arn = f->list.at[i].stack_arn;
        struct m2_value *retain;
        struct m2_stack_end end;
        if (m2_str_eq(arn, root) || !first_of_its_stack(f, i))
            continue;
        if (retain_list(&retain, x, f, arn, last, err) < 0)
            return -1;
        if (m2_v_len(retain) && delete_once(&end, x, arn, retain, err) < 0)
            return -1;
    }
    return 0;
}

/* ---- the attempts ---- */

static void say_failures(struct m2_teardown_run *x, struct m2_teardown_item *stack,
                         const struct m2_failures *f)
{
    const struct m2_failed *first = NULL;
    for (size_t i = 0; i < f->list.len; i++) {
        const struct m2_failed *one = &f->list.at[i];
        const struct m2_cause *cause = m2_cause_find(one->slug);
        bool nested = m2_str_eq(one->type, "AWS::CloudFormation::Stack");
        if (nested && one->item)
            m2_teardown_left(one->item, "stack.delete-failed", "Something in it could not be deleted.");
        if (nested)
            continue;
        first = first ? first : one;
        if (one->item && one->item->state != M2_END_LEFT && one->item->item->action != M2_ACT_KEEP)
            m2_teardown_left(one->item, one->slug,
                             m2_arena_printf(x->a, "%s%s%s", one->reason, cause ? " " : "",
                                             cause ? m2_str_or(cause->fix, "") : ""));
    }
    m2_teardown_left(stack, first ? first->slug : "stack.delete-failed",
                     first ? m2_arena_printf(x->a, "%s (%s) could not be deleted: %s", first->logical_id,
                                             first->physical_id, first->reason)
                           : "CloudFormation could not delete it and does not say what failed.");
}

/* Outside of deletion again: an export is used, or somebody works on it. */
static void say_refused(struct m2_teardown_run *x, struct m2_teardown_item *stack,
                        const struct m2_stack_end *end)
{
    bool used = m2_str_has_ci(end->reason, "in use by");
    m2_teardown_left(stack, used ? "stack.export-in-use" : "stack.not-deleted",
                     m2_arena_printf(x->a, "It went back to %s. %s", end->status, end->reason));
}

/* A bucket that could not be emptied would fail the deletion half way: what is needed to try again may be
 * gone then. */
static bool ready(struct m2_teardown_run *x, struct m2_teardown_item *stack)
{
    for (size_t i = 0; i < x->out->items.len; i++) {
        const struct m2_teardown_item *t = &x->out->items.at[i];
        if (t->state != M2_END_LEFT || x->opt->plan.force_retain ||
            (t->item->action != M2_ACT_EMPTY && t->item->action != M2_ACT_DELETE_REPOSITORY))
            continue;
        m2_teardown_left(
            stack, t->reason,
            m2_arena_printf(x->a,
                            "Not begun, because %s could not be emptied; --force-retain lets the "
                            "stack go without it.",
                            t->item->resource));
        return false;
    }
    return true;
}

int m2_teardown_stack(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err)
{
    const char *arn = t->item->resource;
    struct m2_failures f = { 0 };
    struct m2_stack_end end = { "", "" };
    if (!ready(x, t))
        return 0;
    for (x->out->attempts = 1;; x->out->attempts++) {
        bool last = x->out->attempts >= ATTEMPTS;
        struct m2_value *retain = NULL;
        m2_teardown_tell(x, x->out->attempts == 1 ? "deleting the stack" : "deleting the stack, attempt %u",
                         x->out->attempts);
        if (x->out->attempts > 1 &&
            (m2_teardown_repair(x, &f, err) < 0 || delete_nested(x, &f, arn, last, err) < 0 ||
             retain_list(&retain, x, &f, arn, last, err) < 0))
            return -1;
        if (delete_once(&end, x, arn, retain, err) < 0)
            return -1;
        if (m2_str_eq(end.status, "DELETE_COMPLETE"))
            return 0;
        if (!m2_str_eq(end.status, "DELETE_FAILED")) {
            say_refused(x, t, &end);
            return 0;
        }
        if (m2_teardown_failures(&f, x, arn, err) < 0)
            return -1;
        if (last)
            break;
    }
    say_failures(x, t, &f);
    return 0;
}
