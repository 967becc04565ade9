/* What leads on in a teardown: the resources of the stack itself, and nothing that it only names as a
 * parameter or an output. */
#include <string.h>

#include "snapshot/collect.h"
#include "snapshot/follow.h"

#define MOST_LOG_GROUPS 512 /* the longest name that CloudWatch Logs takes */

static void follow_stack(struct m2_collect_run *run, const struct m2_value *stack, bool root)
{
    const char *arn = m2_v_str(stack, "StackId"), *role = m2_v_str(stack, "RoleARN");
    bool gone = m2_str_eq(m2_v_str(stack, "StackStatus"), "DELETE_COMPLETE");
    if (root) {
        m2_publish(run, gone ? M2_T_STACK_PAST : M2_T_STACK_LIVE, arn);
        m2_publish(run, M2_T_STACK_ABOVE, m2_v_str(stack, "ParentId"));
    }
    if (gone || !m2_is_published(run, M2_T_STACK_LIVE, arn))
        return;
    m2_publish(run, M2_T_ROLE, role ? m2_arn_name(role) : NULL);
    if (root)
        m2_publish(run, M2_T_ROLE, run->target.role ? m2_arn_name(run->target.role) : NULL);
    const struct m2_value *outputs = m2_v_get(stack, "Outputs"), *output;
    m2_v_each(output, i, outputs) m2_publish(run, M2_T_EXPORT, m2_v_str(output, "ExportName"));
}

static void follow_stacks(struct m2_collect_run *run, const struct m2_call *call)
{
    const char *asked = m2_v_str(call->input, "StackName");
    bool root = m2_str_eq(asked, run->target.stack);
    if (call->status == M2_CALL_ERROR) {
        if (root && m2_code_not_found(call->code, call->message))
            m2_publish(run, M2_T_STACK_GONE, asked);
        return;
    }
    const struct m2_value *stacks = m2_v_get(call->output, "Stacks"), *stack;
    m2_v_each(stack, i, stacks) follow_stack(run, stack, root);
}

struct place {
    const char *partition, *region, *account; /* of the stack whose resource it is */
};

static void follow_function(struct m2_collect_run *run, const char *id, const struct place *p)
{
    struct m2_arena *a = run->a;
    const char *name = m2_arn_name(id);
    m2_publish(run, M2_T_FUNCTION,
               m2_str_starts(id, "arn:") ? id
                                         : m2_arena_printf(a, "arn:%s:lambda:%s:%s:function:%s", p->partition,
                                                           p->region, p->account, name));
    const char *group = m2_arena_printf(a, "/aws/lambda/%s", name);
    if (strlen(group) <= MOST_LOG_GROUPS)
        m2_publish(run, M2_T_LOG_GROUP, m2_parts(a, (const char *[]){ group, p->region }, 2));
}

static void follow_nested(struct m2_collect_run *run, const char *id, const struct place *p)
{
    (void)p;
    if (!m2_str_starts(id, "arn:"))
        return;
    m2_publish(run, M2_T_STACK_LIVE, id);
    m2_publish(run, M2_T_STACK_NESTED, id);
}

static void follow_bucket(struct m2_collect_run *run, const char *id, const struct place *p)
{
    (void)p;
    m2_follow_bucket(run, id);
}

static void follow_machine(struct m2_collect_run *run, const char *id, const struct place *p)
{
    (void)p;
    m2_publish(run, M2_T_STATE_MACHINE, id);
}

static void follow_cluster(struct m2_collect_run *run, const char *id, const struct place *p)
{
    (void)p;
    m2_publish(run, M2_T_CLUSTER, id);
}

static void follow_repository(struct m2_collect_run *run, const char *id, const struct place *p)
{
    m2_publish(run, M2_T_REPOSITORY, m2_parts(run->a, (const char *[]){ p->account, id, p->region }, 3));
}

static const struct {
    const char *type;
    void (*follow)(struct m2_collect_run *run, const char *id, const struct place *p);
} types[] = {
    { "AWS::CloudFormation::Stack", follow_nested }, { "AWS::S3::Bucket", follow_bucket },
    { "AWS::ECR::Repository", follow_repository },   { "AWS::Lambda::Function", follow_function },
    { "AWS::ECS::Cluster", follow_cluster },         { "AWS::StepFunctions::StateMachine", follow_machine },
};

/* What has gone with its stack: functions still name their log groups, state machines are what a unit names.
 */
static bool is_asked_when_gone(const char *type)
{
    return m2_str_eq(type, "AWS::Lambda::Function") || m2_str_eq(type, "AWS::StepFunctions::StateMachine");
}

static void follow_resources(struct m2_collect_run *run, const struct m2_call *call)
{
    struct m2_arena *a = run->a;
    const char *arn = m2_v_str(call->input, "StackName");
    const struct place p = { m2_arn_field(a, arn, 1), m2_arn_field(a, arn, 3), m2_arn_field(a, arn, 4) };
    bool past = m2_is_published(run, M2_T_STACK_PAST, arn);
    if (call->status != M2_CALL_OK || !*p.partition || !*p.region || !*p.account)
        return;
    const struct m2_value *items = m2_v_get(call->output, "StackResourceSummaries"), *item;
    m2_v_each(item, i, items)
    {
        const char *id = m2_v_str(item, "PhysicalResourceId"), *type = m2_v_str(item, "ResourceType");
        bool gone = m2_str_eq(m2_v_str(item, "ResourceStatus"), "DELETE_COMPLETE");
        if (past && gone && m2_str_eq(type, "AWS::CloudFormation::Stack"))
            m2_publish(run, M2_T_STACK_PAST, id);
        if (m2_str_empty(id) || (gone && !is_asked_when_gone(type)))
            continue;
        for (size_t k = 0; k < sizeof types / sizeof types[0]; k++)
            if (m2_str_eq(type, types[k].type))
                types[k].follow(run, id, &p);
    }
}

static void follow_repositories(struct m2_collect_run *run, const struct m2_call *call)
{
    const struct m2_value *list = m2_v_get(call->output, "repositories"), *item;
    m2_v_each(item, i, list) m2_publish(run, M2_T_TAGGED, m2_v_str(item, "repositoryArn"));
}

/* Only the group of exactly that name: the answer holds those that begin with it. */
static void follow_log_groups(struct m2_collect_run *run, const struct m2_call *call)
{
    const char *name = m2_v_str(call->input, "logGroupNamePrefix");
    const struct m2_value *list = m2_v_get(call->output, "logGroups"), *item;
    m2_v_each(item, i, call->status == M2_CALL_OK ? list : NULL)
    {
        const char *arn = m2_str_or(m2_v_str(item, "arn"), "");
        size_t n = strlen(arn) - (m2_str_ends(arn, ":*") ? 2 : 0);
        if (m2_str_eq(m2_v_str(item, "logGroupName"), name) && n)
            m2_publish(
                run, M2_T_LOG_TAGGED,
                m2_parts(run->a,
                         (const char *[]){ m2_arena_strndup(run->a, arn, n), m2_arn_field(run->a, arn, 3) }, 2));
    }
}

static void follow_nothing(struct m2_collect_run *run, const struct m2_call *call)
{
    (void)run, (void)call;
}

static const struct {
    const char *service, *operation;
    void (*follow)(struct m2_collect_run *run, const struct m2_call *call);
} follows[] = {
    { "cloudformation", "DescribeStacks", follow_stacks },
    { "cloudformation", "ListStackResources", follow_resources },
    { "ecr", "DescribeRepositories", follow_repositories },
    { "logs", "DescribeLogGroups", follow_log_groups },
    { "stepfunctions", "DescribeStateMachine", follow_nothing },
    { "stepfunctions", "ListExecutions", follow_nothing },
    { "ecs", "ListTasks", follow_nothing },
    { "lambda", "GetFunctionConfiguration", follow_nothing },
};

bool m2_follow_cleanup(struct m2_collect_run *run, const struct m2_call *call)
{
    for (size_t i = 0; i < sizeof follows / sizeof follows[0]; i++)
        if (strcmp(call->service, follows[i].service) == 0 &&
            strcmp(call->operation, follows[i].operation) == 0) {
            follows[i].follow(run, call);
            return true;
        }
    return false;
}
