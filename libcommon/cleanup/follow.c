/* Following the deletion of one stack: its state, and what it says on the way. */
#include "cleanup/teardown.h"

#include <string.h>

#define LONGEST_POLL_MS 5000
#define FIRST_POLL_MS 1000
#define MOST_STALE 2  /* readings that may still show the state from before the request */
#define MOST_BLIND 24 /* readings in a row that may fail: two minutes */

enum m2_said m2_teardown_stack_state(struct m2_stack_end *out, struct m2_teardown_run *x, const char *arn,
                                     struct m2_err *err)
{
    const struct m2_value *answer = NULL;
    enum m2_said said = m2_teardown_ask(&answer, x, "cloudformation", "DescribeStacks",
                                        m2_v_object_of(x->a, "StackName", arn, NULL), err);
    *out = (struct m2_stack_end){ "", "" };
    if (said == M2_SAID_GONE) /* the ARN stays readable for 90 days after the deletion */
        *out = (struct m2_stack_end){ "DELETE_COMPLETE", "" };
    if (said != M2_SAID_YES)
        return said;
    const struct m2_value *stack = m2_v_path(answer, "Stacks[0]");
    out->status = m2_str_or(m2_v_str(stack, "StackStatus"), "");
    out->reason = m2_str_or(m2_v_str(stack, "StackStatusReason"), "");
    return M2_SAID_YES;
}

/* The newest event, for who waits; not being allowed to read events changes nothing. */
static void tell_event(struct m2_teardown_run *x, const char *arn)
{
    const struct m2_value *answer = NULL;
    struct m2_err why = { 0 };
    if (!x->opt->progress ||
        m2_teardown_ask_page(&answer, x, "cloudformation", "DescribeStackEvents",
                             m2_v_object_of(x->a, "StackName", arn, NULL), &why) != M2_SAID_YES)
        return;
    const struct m2_value *event = m2_v_path(answer, "StackEvents[0]");
    m2_teardown_progress(x, "%s %s %s", m2_str_or(m2_v_str(event, "ResourceType"), ""),
                         m2_str_or(m2_v_str(event, "LogicalResourceId"), ""),
                         m2_str_or(m2_v_str(event, "ResourceStatus"), ""));
}

/* An export that is used sends the stack back to where it was, never to DELETE_FAILED. */
static bool is_under_way(const char *status)
{
    return m2_str_eq(status, "DELETE_IN_PROGRESS");
}

int m2_teardown_follow(struct m2_stack_end *out, struct m2_teardown_run *x, const char *arn,
                       const char *before, struct m2_err *err)
{
    int64_t wait = FIRST_POLL_MS;
    for (int blind = 0, stale = 0;; wait = wait * 2 < LONGEST_POLL_MS ? wait * 2 : LONGEST_POLL_MS) {
        struct m2_err why = { 0 };
        if (m2_teardown_may_go_on(x, err) < 0)
            return -1;
        if (m2_teardown_stack_state(out, x, arn, &why) != M2_SAID_NO) {
            blind = 0;
            bool done = m2_str_eq(out->status, "DELETE_COMPLETE");
            if (done ||
                (!is_under_way(out->status) && (!m2_str_eq(out->status, before) || stale++ >= MOST_STALE)))
                return 0;
            tell_event(x, arn);
        } else if (why.code == M2_ECRED || why.code == M2_ECANCELLED || ++blind >= MOST_BLIND) {
            return m2_fail(err, why.code, "CloudFormation goes on deleting, but it cannot be followed: %s",
                           why.msg);
        }
        if (m2_teardown_wait(x, wait, err) < 0)
            return -1;
    }
}
