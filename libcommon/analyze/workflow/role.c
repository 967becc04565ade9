/* May the state machine's role be taken, call what its states call, and pass the task's roles? Source: AWS
 * Step Functions Developer Guide, "IAM policies for calling Amazon ECS", "… AWS Lambda". */
#include "analyze/workflow/role.h"

#include <string.h>

#include "analyze/names.h"
#include "m2/str.h"

#define TAKES_IT "states.amazonaws.com"
#define RULE "StepFunctionsGetEventsForECSTaskRule"

static const char *const of_rule[] = { "events:PutTargets", "events:PutRule", "events:DescribeRule" };
static const char *const passed[] = { "executionRoleArn", "taskRoleArn" };

static const char *own_arn(struct m2_check_run *r, const char *service, const char *resource)
{
    return m2_arena_printf(r->arena, "arn:aws*:%s:%s:%s:%s", service, m2_str_or(r->snap->region, "*"),
                           m2_str_or(m2_own_account(r->snap), "*"), resource);
}

void m2_workflow_needs_task(struct m2_needs *n, struct m2_check_run *r, const struct m2_value *definition,
                            bool sync)
{
    const char *arn = m2_v_str(definition, "taskDefinitionArn");
    const char *region = m2_arn_part(r->arena, arn, M2_ARN_REGION),
               *account = m2_arn_part(r->arena, arn, M2_ARN_ACCOUNT);
    if (!arn)
        return;
    m2_needs_add(n, r->arena, "ecs:RunTask", arn);
    for (size_t i = 0; i < sizeof passed / sizeof passed[0]; i++) {
        struct m2_need need = { .action = "iam:PassRole",
                                .resource = m2_v_str(definition, passed[i]),
                                .passed_to = "ecs-tasks.amazonaws.com" };
        if (!m2_str_empty(need.resource))
            m2_vec_push(r->arena, &n->list, need);
    }
    const char *rule = m2_arena_printf(r->arena, "arn:%s:events:%s:%s:rule/" RULE,
                                       m2_arn_part(r->arena, arn, M2_ARN_PARTITION), region, account);
    for (size_t i = 0; sync && i < sizeof of_rule / sizeof of_rule[0]; i++)
        m2_needs_add(n, r->arena, of_rule[i], rule);
}

void m2_workflow_needs_function(struct m2_needs *n, struct m2_check_run *r, const char *function)
{
    const char *arn = m2_str_starts(function, "arn:")
                          ? function
                          : own_arn(r, "lambda", m2_arena_printf(r->arena, "function:%s", function));
    m2_needs_add(n, r->arena, "lambda:InvokeFunction", arn);
}

static void split(struct m2_need_verdicts *pass, struct m2_need_verdicts *other, struct m2_arena *a,
                  const struct m2_need_verdicts *all)
{
    for (size_t i = 0; i < all->denied.len; i++) {
        bool is_pass = m2_str_eq(all->denied.at[i].need->action, "iam:PassRole");
        m2_vec_push(a, &(is_pass ? pass : other)->denied, all->denied.at[i]);
    }
    other->unsure = (__typeof__(other->unsure)){ all->unsure.at, all->unsure.len, all->unsure.cap };
}

static void not_taken(struct m2_check_run *r, const struct m2_role *role, const char *machine,
                      const struct m2_verdict *v)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, role->name, "workflow.role-missing-permissions");
    if (role->look.seen == M2_ABSENT) {
        m2_found_title(r, f, "The state machine's role does not exist");
        m2_found_detail(r, f, "%s names the role %s, which does not exist.", machine, role->name);
    } else {
        m2_found_title(r, f, "Step Functions may not take the state machine's role");
        m2_found_detail(r, f, "The trust policy of role %s does not let " TAKES_IT " take it: %s.",
                        role->name, m2_verdict_text(r->arena, v));
    }
    m2_found_evidence(r, f, role->look.call, "Role.AssumeRolePolicyDocument",
                      m2_v_path(role->look.item, "Role.AssumeRolePolicyDocument"));
    m2_found_about(r, f, role->arn);
    m2_found_about(r, f, machine);
}

bool m2_workflow_role(struct m2_check_run *r, const char *machine, const char *arn,
                      const struct m2_needs *needs)
{
    struct m2_role role = { 0 };
    struct m2_verdict trust = { 0 };
    struct m2_need_verdicts all = { 0 }, pass = { 0 }, other = { 0 };
    size_t before = r->out->list.len;
    if (m2_str_empty(arn))
        return false;
    m2_role_read(&role, r->arena, r->snap, arn);
    if (role.look.seen == M2_UNSEEN) {
        m2_found_unseen(r, role.name, &role.look);
        return true;
    }
    m2_role_trusts(&trust, r->arena, &role, TAKES_IT, machine);
    if (role.look.seen == M2_ABSENT || trust.decision == M2_DENIED) {
        not_taken(r, &role, machine, &trust);
        return true;
    }
    m2_role_judge(&all, r->arena, &role, needs);
    split(&pass, &other, r->arena, &all);
    struct m2_finding *f = m2_found_denied(r, M2_FAIL, "workflow.role-missing-permissions", &role, &other);
    if (f)
        m2_found_about(r, f, machine);
    f = m2_found_denied(r, M2_FAIL, "workflow.pass-role", &role, &pass);
    if (f)
        m2_found_about(r, f, machine);
    (void)m2_found_unsure(r, &role, &other);
    return r->out->list.len > before;
}
