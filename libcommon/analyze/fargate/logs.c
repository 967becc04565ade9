/* Can the task write its log? The group must exist (or be made by the task), and the execution role must be
 * allowed to write. */
#include "analyze/fargate/fargate.h"
#include "analyze/job.h"

#include <string.h>

#include "analyze/names.h"
#include "analyze/policy/role.h"
#include "m2/stackview.h"
#include "m2/str.h"

#define MANAGED_POLICY "AmazonECSTaskExecutionRolePolicy"
#define AN_ID "0123456789abcdef0123456789abcdef"

struct role {
    const char *name;
    const struct m2_value *task;
    const char *stream; /* such as a task makes: policies may narrow them */
};

/* ---- may the execution role do ACTION on the group? ---- */

/* Policies name a group with or without the ":*" that stands for its streams: one of both is enough, a Deny
 * of either is too much. */
static void judge_action(struct m2_need_verdicts *out, struct m2_check_run *r, const struct m2_role *role,
                         const char *action, const char *group, const char *stream)
{
    const char *arn =
        m2_arena_printf(r->arena, "arn:%s:logs:%s:%s:log-group:%s",
                        m2_str_or(m2_arn_part(r->arena, role->arn, M2_ARN_PARTITION), "aws"),
                        m2_str_or(r->snap->region, "*"), m2_str_or(m2_own_account(r->snap), "*"), group);
    const char *names[] = { m2_arena_printf(r->arena, "%s:log-stream:%s", arn, stream), arn };
    struct m2_need_verdicts all = { 0 };
    struct m2_needs needs = { 0 };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        m2_needs_add(&needs, r->arena, action, names[i]);
    m2_role_judge(&all, r->arena, role, &needs);
    for (size_t i = 0; i < all.denied.len; i++)
        if (all.denied.at[i].verdict.by_deny) {
            m2_vec_push(r->arena, &out->denied, all.denied.at[i]);
            return;
        }
    if (all.denied.len + all.unsure.len < needs.list.len)
        return;
    if (all.unsure.len)
        m2_vec_push(r->arena, &out->unsure, all.unsure.at[0]);
    else
        m2_vec_push(r->arena, &out->denied, all.denied.at[0]);
}

/* ---- judging ---- */

static struct m2_finding *bad_role(struct m2_check_run *r, const char *group, const struct role *role,
                                   const char *what)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, group, "fargate.log-role");
    m2_found_detail(r, f, "%s", what);
    m2_found_about(r, f, m2_v_str(role->task, "executionRoleArn"));
    m2_found_about(r, f, m2_v_str(role->task, "taskDefinitionArn"));
    return f;
}

/* What the role lacks first, of all that a task calls to write its log. */
static void lacks(struct m2_check_run *r, const char *group, const struct role *of,
                  const struct m2_role *role, const struct m2_need_verdict *v, bool creates)
{
    struct m2_finding *f =
        bad_role(r, group, of,
                 m2_arena_printf(r->arena, "The execution role %s may not call %s: %s.", role->name,
                                 v->need->action, m2_verdict_text(r->arena, &v->verdict)));
    m2_found_verdict(r, f, role, &v->verdict);
    if (v->verdict.by_deny) {
        m2_found_fix(r, f, "Remove the Deny for %s from the role's policies.", v->need->action);
        m2_found_command(r, f, "aws iam list-attached-role-policies --role-name %s",
                         m2_word(r->arena, role->name));
        m2_found_command(r, f, "aws iam list-role-policies --role-name %s", m2_word(r->arena, role->name));
    } else if (creates && m2_str_eq(v->need->action, "logs:CreateLogGroup")) {
        m2_found_command(r, f, "aws logs create-log-group --log-group-name %s", m2_word(r->arena, group));
    } else {
        m2_found_command(r, f,
                         "aws iam attach-role-policy --role-name %s --policy-arn "
                         "arn:aws:iam::aws:policy/service-role/" MANAGED_POLICY,
                         m2_word(r->arena, role->name));
    }
}

static void judge_role(struct m2_check_run *r, const char *group, const struct role *of, bool creates)
{
    static const char *const needed[] = { "logs:CreateLogGroup", "logs:CreateLogStream",
                                          "logs:PutLogEvents" };
    struct m2_need_verdicts v = { 0 };
    struct m2_role role = { 0 };
    m2_role_read(&role, r->arena, r->snap, m2_v_str(of->task, "executionRoleArn"));
    for (size_t i = creates ? 0 : 1; i < sizeof needed / sizeof needed[0]; i++)
        judge_action(&v, r, &role, needed[i], group, of->stream);
    if (v.denied.len)
        lacks(r, group, of, &role, &v.denied.at[0], creates);
    else if (!m2_found_unsure(r, &role, &v))
        m2_found_pass(r, group, "The log group is there%s and the execution role may write to it.",
                      creates ? " or will be made" : "");
}

static void no_role(struct m2_check_run *r, const char *group, const struct role *role)
{
    struct m2_finding *f = bad_role(
        r, group, role, "The task definition has no execution role, which Fargate needs to write logs.");
    m2_found_evidence(r, f, m2_call_about(r->snap, "ecs", "DescribeTaskDefinition", NULL),
                      "taskDefinition.executionRoleArn", NULL);
    m2_found_fix(r, f,
                 "Set ExecutionRoleArn in the task definition to a role with " MANAGED_POLICY
                 " that ecs-tasks.amazonaws.com may assume, and deploy again.");
}

static void missing_group(struct m2_check_run *r, const char *group, const struct m2_look *look,
                          const struct role *role)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, group, "fargate.log-group-missing");
    m2_found_detail(r, f, "The task writes to log group %s, which does not exist, and may not make it.",
                    group);
    m2_found_evidence(r, f, look->call, "logGroups",
                      m2_v_get(look->call ? look->call->output : NULL, "logGroups"));
    m2_found_about(r, f, m2_v_str(role->task, "taskDefinitionArn"));
    m2_found_about(r, f, m2_v_str(role->task, "family"));
    m2_found_command(r, f, "aws logs create-log-group --log-group-name %s", m2_word(r->arena, group));
}

static const char *role_name(struct m2_arena *a, const char *arn)
{
    const char *resource = m2_arn_part(a, arn, M2_ARN_RESOURCE),
               *slash = resource ? strrchr(resource, '/') : NULL;
    return slash ? slash + 1 : m2_str_or(arn, NULL);
}

/* "PREFIX/CONTAINER/TASK"; without a prefix the container's own id. */
static const char *stream_of(struct m2_arena *a, const struct m2_value *container,
                             const struct m2_value *options)
{
    const char *prefix = m2_v_str(options, "awslogs-stream-prefix");
    return prefix ? m2_arena_printf(a, "%s/%s/" AN_ID, prefix, m2_str_or(m2_v_str(container, "name"), "app"))
                  : AN_ID;
}

static void judge_container(struct m2_check_run *r, const struct m2_value *container, struct role *role)
{
    const struct m2_value *options = m2_v_path(container, "logConfiguration.options");
    const char *group = m2_v_str(options, "awslogs-group");
    bool creates = m2_v_bool_or(options, "awslogs-create-group", false);
    role->stream = stream_of(r->arena, container, options);
    if (m2_str_empty(group)) {
        struct m2_finding *f = m2_found(r, M2_FAIL, NULL, "fargate.log-group-missing");
        m2_found_detail(r, f, "The task's log settings name no log group (awslogs-group).");
        m2_found_evidence(r, f, m2_call_about(r->snap, "ecs", "DescribeTaskDefinition", NULL),
                          "logConfiguration", options);
        return;
    }
    struct m2_look look =
        m2_look_item(r->snap, "logs", "DescribeLogGroups", "logGroups", "logGroupName", group);
    if (look.seen == M2_UNSEEN)
        m2_found_unseen(r, group, &look);
    else if (look.seen == M2_ABSENT && !creates)
        missing_group(r, group, &look, role);
    else if (m2_str_empty(role->name))
        no_role(r, group, role);
    else
        judge_role(r, group, role, look.seen == M2_ABSENT);
}

void m2_fargate_logs(struct m2_check_run *r)
{
    struct m2_stackview view = { 0 };
    m2_stackview_make(&view, r->arena, r->snap);
    struct m2_look task = m2_view_task_definition(&view, r->arena, r->snap);
    const struct m2_value *container = NULL;
    size_t before = r->out->list.len;
    if (task.seen != M2_SEEN) {
        m2_job_no_task(r, &view, &task);
        return;
    }
    struct role role = { .name = role_name(r->arena, m2_v_str(task.item, "executionRoleArn")),
                         .task = task.item };
    m2_v_each(container, i, m2_v_get(task.item, "containerDefinitions"))
    {
        const struct m2_value *logs = m2_v_get(container, "logConfiguration");
        if (m2_str_eq(m2_v_str(logs, "logDriver"), "awslogs"))
            judge_container(r, container, &role);
    }
    if (r->out->list.len == before)
        m2_found_skip(r, NULL, "The task does not write to CloudWatch Logs.");
}
