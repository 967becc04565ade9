/* The rights that this teardown needs, and what IAM's policy simulator says of them. */
#include "cleanup/plan.h"

/* When is the right needed? An item with ACTION (M2_ACTIONS: any work) of TYPE (NULL: any). */
static const struct {
    const char *right, *what;
    enum m2_action action;
    const char *type;
} needs[] = {
    { "cloudformation:DeleteStack", "deleting the stack", M2_ACT_DELETE_STACK, NULL },
    { "cloudformation:DescribeStackEvents", "following the deletion", M2_ACT_DELETE_STACK, NULL },
    { "states:StopExecution", "stopping executions", M2_ACT_STOP, "AWS::StepFunctions::StateMachine" },
    { "ecs:StopTask", "stopping tasks", M2_ACT_STOP, "AWS::ECS::Cluster" },
    { "lambda:UpdateFunctionConfiguration", "detaching functions from their VPC", M2_ACT_DETACH, NULL },
    { "s3:ListBucketVersions", "emptying buckets", M2_ACT_EMPTY, NULL },
    { "s3:DeleteObjectVersion", "emptying buckets", M2_ACT_EMPTY, NULL },
    { "s3:ListBucketMultipartUploads", "emptying buckets", M2_ACT_EMPTY, NULL },
    { "s3:AbortMultipartUpload", "emptying buckets", M2_ACT_EMPTY, NULL },
    { "ecr:DeleteRepository", "deleting repositories", M2_ACT_DELETE_REPOSITORY, NULL },
    { "logs:DeleteLogGroup", "deleting log groups", M2_ACT_DELETE_LOGS, NULL },
};

/* CloudFormation's own, with the caller's rights unless the stack has a role. */
static const struct {
    const char *right, *type;
} through_stack[] = {
    { "s3:DeleteBucket", "AWS::S3::Bucket" },
    { "iam:DeleteRole", "AWS::IAM::Role" },
    { "iam:DeleteRolePolicy", "AWS::IAM::Role" },
    { "iam:DetachRolePolicy", "AWS::IAM::Role" },
    { "lambda:DeleteFunction", "AWS::Lambda::Function" },
    { "states:DeleteStateMachine", "AWS::StepFunctions::StateMachine" },
    { "ecs:DeleteCluster", "AWS::ECS::Cluster" },
    { "ecs:DeregisterTaskDefinition", "AWS::ECS::TaskDefinition" },
};

static enum m2_right_state ask(const struct m2_snapshot *s, const char *right)
{
    const struct m2_call *c = NULL;
    while ((c = m2_calls(s, "iam", "SimulatePrincipalPolicy", c))) {
        const struct m2_value *list = m2_v_get(c->output, "EvaluationResults"), *item;
        m2_v_each(item, i, c->status == M2_CALL_OK ? list : NULL)
        {
            const char *decision = m2_v_str(item, "EvalDecision");
            if (!m2_str_eq_ci(m2_v_str(item, "EvalActionName"), right))
                continue;
            if (m2_str_eq_ci(decision, "allowed"))
                return M2_RIGHT_ALLOWED;
            if (m2_v_len(m2_v_get(item, "MissingContextValues")))
                return M2_RIGHT_UNKNOWN;
            if (m2_str_eq_ci(decision, "explicitDeny"))
                return M2_RIGHT_DENIED;
            return m2_str_eq_ci(decision, "implicitDeny") ? M2_RIGHT_MISSING : M2_RIGHT_UNKNOWN;
        }
    }
    return M2_RIGHT_UNKNOWN;
}

static void need(struct m2_planning *p, const char *right, const char *what)
{
    struct m2_plan *out = p->out;
    for (size_t i = 0; i < out->rights.len; i++)
        if (m2_str_eq(out->rights.at[i].action, right))
            return;
    const struct m2_plan_right r = { right, what, ask(p->s, right) };
    m2_vec_push(p->a, &out->rights, r);
    if (r.state == M2_RIGHT_DENIED)
        m2_plan_note_add(p, true, "right.denied",
                         m2_arena_printf(p->a, "A policy denies you %s, needed for %s.", right, what),
                         "Use a user or role without that Deny.");
    if (r.state == M2_RIGHT_MISSING)
        m2_plan_note_add(p, false, "right.missing",
                         m2_arena_printf(p->a,
                                         "No policy allows you %s on every resource, needed for %s; one that "
                                         "names single resources may still allow it.",
                                         right, what),
                         "");
}

static bool works(const struct m2_plan *out, enum m2_action action, const char *type)
{
    for (size_t i = 0; i < out->items.len; i++) {
        const struct m2_plan_item *item = &out->items.at[i];
        bool wanted = action == M2_ACTIONS ? item->action != M2_ACT_KEEP : item->action == action;
        if (wanted && (!type || m2_str_eq(item->type, type)))
            return true;
    }
    return false;
}

static bool bypasses(const struct m2_planning *p)
{
    for (size_t i = 0; p->opt->bypass_governance && i < p->out->items.len; i++)
        if (p->out->items.at[i].action == M2_ACT_EMPTY && p->out->items.at[i].lock)
            return true;
    return false;
}

void m2_plan_rights(struct m2_planning *p)
{
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (works(p->out, needs[i].action, needs[i].type))
            need(p, needs[i].right, needs[i].what);
    if (bypasses(p))
        need(p, "s3:BypassGovernanceRetention", "deleting versions under governance retention");
    if (p->out->termination_protected && p->opt->disable_protection)
        need(p, "cloudformation:UpdateTerminationProtection", "switching termination protection off");
    if (p->opt->role_arn)
        need(p, "iam:PassRole", "giving CloudFormation the role");
    if (p->out->state != M2_PLAN_STACK || *p->out->role_arn)
        return;
    for (size_t i = 0; i < sizeof through_stack / sizeof through_stack[0]; i++)
        if (works(p->out, M2_ACTIONS, through_stack[i].type))
            need(p, through_stack[i].right, "the deletion by CloudFormation");
}
