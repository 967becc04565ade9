/* A stack that is gone: what it left behind. Resources that it let go are named and never deleted: somebody
 * kept them. */
#include <string.h>

#include "cleanup/plan.h"

static void orphan(struct m2_planning *p, const char *type, const char *id, const char *logical_id,
                   const char *why)
{
    for (size_t i = 0; i < p->out->items.len; i++)
        if (m2_str_eq(p->out->items.at[i].resource, id))
            return;
    struct m2_plan_item item = { .action = M2_ACT_KEEP,
                                 .type = type,
                                 .resource = id,
                                 .logical_id = logical_id,
                                 .stack_arn = p->out->stack_arn,
                                 .proof = "",
                                 .reason = "stack.left-behind",
                                 .why = why };
    item.command = m2_cleanup_end_command(p, &item);
    m2_plan_count(p, &item);
    m2_vec_push(p->a, &p->out->items, item);
}

/* "arn:aws:s3:::name" as the resource it is. */
static void tagged(struct m2_planning *p, const char *arn)
{
    static const char *const bucket = ":s3:::";
    const char *at = strstr(arn, bucket);
    orphan(p, at ? "AWS::S3::Bucket" : "resource", at ? at + strlen(bucket) : arn, "",
           "Its tag " M2_TAG_STACK_ID " names the stack that is gone.");
}

static void listed(struct m2_planning *p, const struct m2_resource *r)
{
    struct m2_arena *a = p->a;
    if (!m2_str_empty(r->physical_id) && !m2_str_eq(r->status, "DELETE_COMPLETE"))
        orphan(
            p, m2_str_or(r->type, ""), r->physical_id, m2_str_or(r->logical_id, ""),
            m2_arena_printf(a, "The stack let it go when it was deleted (%s).", m2_str_or(r->status, "?")));
    if (m2_str_eq(r->type, "AWS::Lambda::Function") && !m2_str_empty(r->physical_id))
        m2_plan_log_group(p, r);
}

void m2_plan_leftovers(struct m2_planning *p)
{
    const struct m2_call *c = NULL;
    const struct m2_value *item;
    while ((c = m2_calls(p->s, "cloudformation", "ListStackResources", c))) {
        const struct m2_value *items = m2_v_get(c->output, "StackResourceSummaries");
        const char *arn = m2_v_str(c->input, "StackName");
        m2_v_each(item, i, c->status == M2_CALL_OK ? items : NULL)
        {
            const struct m2_resource r = { .logical_id = m2_v_str(item, "LogicalResourceId"),
                                           .physical_id = m2_v_str(item, "PhysicalResourceId"),
                                           .type = m2_v_str(item, "ResourceType"),
                                           .status = m2_v_str(item, "ResourceStatus"),
                                           .stack_arn = arn,
                                           .item = item,
                                           .call = c };
            m2_vec_push(p->a, &p->view.resources, r);
        }
    }
    for (size_t i = 0; i < p->view.resources.len; i++)
        listed(p, &p->view.resources.at[i]);
    while ((c = m2_calls(p->s, "resourcegroupstaggingapi", "GetResources", c))) {
        const struct m2_value *list = m2_v_get(c->output, "ResourceTagMappingList");
        m2_v_each(item, i, c->status == M2_CALL_OK ? list : NULL) if (m2_v_str(item, "ResourceARN"))
            tagged(p, m2_v_str(item, "ResourceARN"));
    }
}
