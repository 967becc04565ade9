/* A stack that is gone: what it left behind. Resources that it let go are named and never deleted: somebody
 * kept them. */
#include <string.h>

#include "cleanup/plan.h"

/* Its owner may have deleted it since; by what its own service says, where it was asked. */
static bool is_gone(struct m2_planning *p, const struct m2_resource *r)
{
    static const struct {
        const char *type, *service, *operation;
        bool by_arn;
    } rows[] = {
        { "AWS::S3::Bucket", "s3", "HeadBucket", false },
        { "AWS::Lambda::Function", "lambda", "GetFunctionConfiguration", true },
        { "AWS::StepFunctions::StateMachine", "stepfunctions", "DescribeStateMachine", true },
        { "AWS::ECS::Cluster", "ecs", "DescribeClusters", false },
        { "AWS::ECR::Repository", "ecr", "DescribeRepositories", false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!m2_str_eq(r->type, rows[i].type))
            continue;
        const char *id = rows[i].by_arn ? m2_cleanup_arn(p->a, r) : r->physical_id;
        struct m2_look look = m2_look_output(p->s, rows[i].service, rows[i].operation, id);
        const char *failed = m2_v_pstr(look.item, "failures[0].reason"),
                   *status = m2_v_pstr(look.item, "clusters[0].status");
        return look.seen == M2_ABSENT || m2_str_eq(failed, "MISSING") || m2_str_eq(status, "INACTIVE");
    }
    return false;
}

static void orphan(struct m2_planning *p, const struct m2_resource *r, const char *reason, const char *why)
{
    for (size_t i = 0; i < p->out->items.len; i++)
        if (m2_str_eq(p->out->items.at[i].resource, r->physical_id))
            return;
    struct m2_plan_item item = { .action = M2_ACT_KEEP,
                                 .type = m2_str_or(r->type, ""),
                                 .resource = r->physical_id,
                                 .logical_id = m2_str_or(r->logical_id, ""),
                                 .stack_arn = p->out->stack_arn,
                                 .proof = "",
                                 .reason = reason,
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
    const struct m2_resource r = { .type = at ? "AWS::S3::Bucket" : "resource",
                                   .physical_id = at ? at + strlen(bucket) : arn };
    orphan(p, &r, "stack.left-behind", "Its tag " M2_TAG_STACK_ID " names the stack that is gone.");
}

/* An earlier teardown did not see the end: CloudFormation's word alone is not enough. */
static void look_again(struct m2_planning *p, const struct m2_resource *r)
{
    const struct m2_plan_item item = { .action = M2_ACT_DELETE,
                                       .type = m2_str_or(r->type, ""),
                                       .resource = r->physical_id,
                                       .logical_id = m2_str_or(r->logical_id, ""),
                                       .stack_arn = m2_str_or(r->stack_arn, ""),
                                       .proof =
                                           "It was deleted with its stack; whether it is gone is looked at.",
                                       .reason = "",
                                       .why = "" };
    if (p->opt->look_again)
        m2_vec_push(p->a, &p->out->items, item);
}

static void listed(struct m2_planning *p, const struct m2_resource *r)
{
    const char *policy = m2_cleanup_policy(p, r);
    if (m2_str_empty(r->physical_id))
        return;
    bool complete = m2_str_eq(r->status, "DELETE_COMPLETE");
    if (!complete && is_gone(p, r))
        return;
    if (complete) {
        look_again(p, r);
        if (m2_str_eq(r->type, "AWS::Lambda::Function")) /* one that was let go writes on */
            m2_plan_log_group(p, r);
    } else if (policy && !m2_str_eq(policy, "Delete")) {
        orphan(p, r, "retained.policy",
               m2_arena_printf(p->a, "The template said DeletionPolicy: %s.", policy));
    } else {
        orphan(p, r, "stack.left-behind",
               m2_arena_printf(p->a, "The stack let it go when it was deleted (%s).",
                               m2_str_or(r->status, "?")));
    }
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
    m2_cleanup_index_parents(p);
    for (size_t i = 0; i < p->view.resources.len; i++)
        listed(p, &p->view.resources.at[i]);
    while ((c = m2_calls(p->s, "resourcegroupstaggingapi", "GetResources", c))) {
        const struct m2_value *list = m2_v_get(c->output, "ResourceTagMappingList");
        m2_v_each(item, i, c->status == M2_CALL_OK ? list : NULL) if (m2_v_str(item, "ResourceARN"))
            tagged(p, m2_v_str(item, "ResourceARN"));
    }
}
