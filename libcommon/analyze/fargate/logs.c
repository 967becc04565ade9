/* Can the task write its log? The group must exist (or be made by the task), and the execution role must be
 * allowed to write. */
#include "analyze/fargate/fargate.h"

#include <string.h>

#include "analyze/names.h"
#include "analyze/policy.h"
#include "m2/stackview.h"
#include "m2/str.h"

#define MANAGED_POLICY "AmazonECSTaskExecutionRolePolicy"

/* Each outweighs those before it: what one policy denies no other can allow. */
enum allowed { NO, CANNOT_SAY, YES, DENIED };

struct role {
    const char *name;
    const struct m2_value *task;
    struct m2_look refused; /* why it cannot be said */
};

/* ---- may the execution role do ACTION on the group? ---- */

static enum allowed document_allows(const struct m2_value *document, const char *action,
                                    const char *group_arn)
{
    enum allowed result = NO;
    for (size_t i = 0; i < m2_policy_statements(document); i++) {
        const struct m2_value *st = m2_policy_statement(document, i);
        if (!m2_statement_covers_action(st, action) || !m2_statement_covers_resource(st, group_arn))
            continue;
        if (m2_statement_denies(st) && !m2_v_get(st, "Condition"))
            return DENIED;
        if (m2_statement_allows(st))
            result = YES;
    }
    return result;
}

static enum allowed stronger(enum allowed a, enum allowed b)
{
    return a > b ? a : b;
}

static enum allowed inline_allow(struct m2_check_run *r, struct role *role, const char *action,
                                 const char *arn)
{
    struct m2_look names = m2_look_output(r->snap, "iam", "ListRolePolicies", role->name);
    const char *name = NULL;
    if (names.seen != M2_SEEN) {
        role->refused = names;
        return CANNOT_SAY;
    }
    const struct m2_value *list = m2_v_get(names.item, "PolicyNames");
    enum allowed result = NO;
    for (size_t i = 0; (name = m2_policy_text(list, i)); i++) {
        const struct m2_call *call = NULL;
        for (const struct m2_call *c = NULL; (c = m2_calls(r->snap, "iam", "GetRolePolicy", c));)
            if (m2_str_eq(m2_v_str(c->input, "RoleName"), role->name) &&
                m2_str_eq(m2_v_str(c->input, "PolicyName"), name))
                call = c;
        const struct m2_value *document =
            call ? m2_policy_document(r->arena, m2_v_get(call->output, "PolicyDocument")) : NULL;
        enum allowed one = document ? document_allows(document, action, arn) : CANNOT_SAY;
        if (!document)
            role->refused = m2_look_output(r->snap, "iam", "GetRolePolicy", name);
        result = stronger(result, one);
    }
    return result;
}

static enum allowed attached_allow(struct m2_check_run *r, struct role *role, const char *action,
                                   const char *arn)
{
    struct m2_look list = m2_look_output(r->snap, "iam", "ListAttachedRolePolicies", role->name);
    const struct m2_value *item = NULL;
    enum allowed result = NO;
    if (list.seen != M2_SEEN) {
        role->refused = list;
        return CANNOT_SAY;
    }
    m2_v_each(item, i, m2_v_get(list.item, "AttachedPolicies"))
    {
        const char *policy = m2_v_str(item, "PolicyArn");
        struct m2_look version = m2_look_output(r->snap, "iam", "GetPolicyVersion", policy);
        const struct m2_value *document =
            m2_policy_document(r->arena, m2_v_path(version.item, "PolicyVersion.Document"));
        enum allowed one = document ? document_allows(document, action, arn) : CANNOT_SAY;
        /* Known without being read: it writes to log groups, but makes none. */
        if (!document && m2_str_ends(policy, "/" MANAGED_POLICY))
            one = m2_str_eq(action, "logs:CreateLogGroup") ? NO : YES;
        else if (!document)
            role->refused = version;
        result = stronger(result, one);
    }
    return result;
}

/* Policies name a group with or without the ":*" that stands for its streams. */
static enum allowed role_may(struct m2_check_run *r, struct role *role, const char *action, const char *group)
{
    const char *account = m2_str_or(m2_own_account(r->snap), "*"), *region = m2_str_or(r->snap->region, "*");
    const char *arn = m2_arena_printf(r->arena, "arn:aws:logs:%s:%s:log-group:%s", region, account, group);
    const char *names[] = { m2_arena_printf(r->arena, "%s:log-stream:x", arn), arn };
    enum allowed best = NO;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        best = stronger(best, attached_allow(r, role, action, names[i]));
        best = stronger(best, inline_allow(r, role, action, names[i]));
    }
    return best;
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

/* What the role lacks first, of all that a task calls to write its log; YES when nothing. */
static enum allowed first_lack(struct m2_check_run *r, struct role *role, const char *group, bool creates,
                               const char **action)
{
    static const char *const needed[] = { "logs:CreateLogGroup", "logs:CreateLogStream",
                                          "logs:PutLogEvents" };
    enum allowed worst = YES;
    for (size_t i = creates ? 0 : 1; i < sizeof needed / sizeof needed[0]; i++) {
        enum allowed may = role_may(r, role, needed[i], group);
        bool lacks = may == NO || may == DENIED, known = worst == NO || worst == DENIED;
        if (known || may == YES || (worst == CANNOT_SAY && !lacks))
            continue;
        worst = may;
        *action = needed[i];
    }
    return worst;
}

static void judge_role(struct m2_check_run *r, const char *group, struct role *role, bool creates)
{
    const char *action = NULL;
    enum allowed may = first_lack(r, role, group, creates, &action);
    if (may == YES) {
        m2_found_pass(r, group, "The log group is there%s and the execution role may write to it.",
                      creates ? " or will be made" : "");
    } else if (may == NO || may == DENIED) {
        struct m2_finding *f =
            bad_role(r, group, role,
                     m2_arena_printf(r->arena, "The execution role %s may not call %s%s.", role->name, action,
                                     may == DENIED ? ": a policy of it denies that" : ""));
        struct m2_look list = m2_look_output(r->snap, "iam", "ListAttachedRolePolicies", role->name);
        m2_found_evidence(r, f, list.call, "AttachedPolicies", m2_v_get(list.item, "AttachedPolicies"));
        if (may == DENIED) {
            m2_found_fix(r, f, "Remove the Deny for %s from the role's policies.", action);
            m2_found_command(r, f, "aws iam list-attached-role-policies --role-name %s",
                             m2_word(r->arena, role->name));
            m2_found_command(r, f, "aws iam list-role-policies --role-name %s",
                             m2_word(r->arena, role->name));
        } else if (creates && m2_str_eq(action, "logs:CreateLogGroup")) {
            m2_found_command(r, f, "aws logs create-log-group --log-group-name %s", m2_word(r->arena, group));
        } else {
            m2_found_command(r, f,
                             "aws iam attach-role-policy --role-name %s --policy-arn "
                             "arn:aws:iam::aws:policy/service-role/" MANAGED_POLICY,
                             m2_word(r->arena, role->name));
        }
    } else if (role->refused.seen == M2_UNSEEN) {
        m2_found_unseen(r, group, &role->refused);
    } else {
        struct m2_finding *f = m2_found(r, M2_UNKNOWN, group, NULL);
        m2_found_detail(r, f, "Whether the execution role %s may call %s cannot be told from what was read.",
                        role->name, action);
    }
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

static void judge_container(struct m2_check_run *r, const struct m2_value *options, struct role *role)
{
    const char *group = m2_v_str(options, "awslogs-group");
    bool creates = m2_v_bool_or(options, "awslogs-create-group", false);
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
        if (view.state == M2_STACK_UNSEEN && task.seen == M2_UNSEEN)
            m2_found_unseen(r, NULL, &view.look);
        else if (view.state == M2_STACK_NONE)
            m2_found_skip(r, NULL, "The stack is not deployed yet.");
        else if (task.seen == M2_UNSEEN)
            m2_found_unseen(r, NULL, &task);
        else
            m2_found_skip(r, NULL, "The stack has no task definition now.");
        return;
    }
    struct role role = { .name = role_name(r->arena, m2_v_str(task.item, "executionRoleArn")),
                         .task = task.item };
    m2_v_each(container, i, m2_v_get(task.item, "containerDefinitions"))
    {
        const struct m2_value *logs = m2_v_get(container, "logConfiguration");
        if (m2_str_eq(m2_v_str(logs, "logDriver"), "awslogs"))
            judge_container(r, m2_v_get(logs, "options"), &role);
    }
    if (r->out->list.len == before)
        m2_found_skip(r, NULL, "The task does not write to CloudWatch Logs.");
}
