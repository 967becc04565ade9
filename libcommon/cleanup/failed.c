/* What CloudFormation could not delete, why, and what can be done about it. */
#include "cleanup/teardown.h"

#include "analyze/failure/catalogue.h"
#include "cleanup/plan.h"

static bool failed(const struct m2_value *resource)
{
    return m2_str_eq(m2_v_str(resource, "ResourceStatus"), "DELETE_FAILED");
}

struct m2_teardown_item *m2_teardown_find(struct m2_teardown_run *x, const char *stack_arn,
                                          const char *logical_id, const char *resource)
{
    for (size_t i = 0; i < x->out->items.len; i++) {
        const struct m2_plan_item *item = x->out->items.at[i].item;
        if (m2_str_eq(item->stack_arn, stack_arn) && m2_str_eq(item->logical_id, logical_id) &&
            m2_str_eq(item->resource, resource))
            return &x->out->items.at[i];
    }
    return NULL;
}

/* Only what the plan has shown, and proved, is looked into and may be deleted by its own ARN. */
static bool is_planned(struct m2_teardown_run *x, const char *arn, const struct m2_value *r)
{
    const struct m2_teardown_item *t =
        m2_teardown_find(x, arn, m2_str_or(m2_v_str(r, "LogicalResourceId"), ""),
                         m2_str_or(m2_v_str(r, "PhysicalResourceId"), ""));
    return t && t->item->action != M2_ACT_KEEP &&
           m2_str_eq(m2_v_str(r, "ResourceType"), "AWS::CloudFormation::Stack");
}

static int gather(struct m2_failures *out, struct m2_teardown_run *x, const char *arn, int depth,
                  struct m2_err *err)
{
    const struct m2_value *answer = NULL, *r;
    struct m2_err why = { 0 };
    enum m2_said said = m2_teardown_ask(&answer, x, "cloudformation", "ListStackResources",
                                        m2_v_object_of(x->a, "StackName", arn, NULL), &why);
    if (said == M2_SAID_NO)
        return m2_fail(err, why.code, "what could not be deleted cannot be listed: %s", why.msg);
    const struct m2_value *list = said == M2_SAID_YES ? m2_v_get(answer, "StackResourceSummaries") : NULL;
    m2_v_each(r, i, list) if (failed(r) && depth < M2_CLEANUP_NESTING && is_planned(x, arn, r) &&
                              m2_str_starts(m2_v_str(r, "PhysicalResourceId"), "arn:"))
    {
        if (gather(out, x, m2_v_str(r, "PhysicalResourceId"), depth + 1, err) < 0)
            return -1;
    }
    m2_v_each(r, i, list)
    {
        struct m2_failed f = { .stack_arn = arn,
                               .logical_id = m2_str_or(m2_v_str(r, "LogicalResourceId"), ""),
                               .physical_id = m2_str_or(m2_v_str(r, "PhysicalResourceId"), ""),
                               .type = m2_str_or(m2_v_str(r, "ResourceType"), ""),
                               .reason = m2_str_or(m2_v_str(r, "ResourceStatusReason"), "") };
        if (!failed(r))
            continue;
        f.slug = m2_failure_stack(x->a, f.reason);
        f.item = m2_teardown_find(x, arn, f.logical_id, f.physical_id);
        m2_vec_push(x->a, &out->list, f);
    }
    return 0;
}

int m2_teardown_failures(struct m2_failures *out, struct m2_teardown_run *x, const char *arn,
                         struct m2_err *err)
{
    *out = (struct m2_failures){ 0 };
    return gather(out, x, arn, 0, err);
}

/* ---- repair ---- */

static int stop_again(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err)
{
    (void)t;
    return m2_teardown_stop_all(x, err);
}

/* By what the plan does with it: nothing is done to what the plan did not show, or keeps. */
static int (*const repairs[M2_ACTIONS])(struct m2_teardown_run *x, struct m2_teardown_item *t,
                                        struct m2_err *err) = {
    [M2_ACT_STOP] = stop_again,
    [M2_ACT_EMPTY] = m2_teardown_empty,
    [M2_ACT_DELETE_REPOSITORY] = m2_teardown_repository,
};

int m2_teardown_repair(struct m2_teardown_run *x, const struct m2_failures *f, struct m2_err *err)
{
    for (size_t i = 0; i < f->list.len; i++) {
        struct m2_teardown_item *t = f->list.at[i].item;
        if (t && repairs[t->item->action] && repairs[t->item->action](x, t, err) < 0)
            return -1;
    }
    return 0;
}
