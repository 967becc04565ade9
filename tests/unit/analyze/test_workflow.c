/* The state machine's role: every cause, made by an edit to a healthy account, and what must not be taken for one. */
#include <criterion/criterion.h>

#include "account.h"

/* clang-format off: one case, one or two lines */
#define F M2_FAIL
#define U M2_UNKNOWN
#define P M2_PASS
#define CHECK "workflow.state-machine"
#define ROLE "iam:GetRole x"
#define CUR "iam:GetRolePolicy x"
#define ST "output.PolicyDocument.Statement"
#define EXECUTION "arn:aws:iam::123456789012:role/mroptimum-mode2-FargateExecutionRole-abc"
#define TASK "arn:aws:iam::123456789012:role/mroptimum-mode2-FargateTaskRole-abc"

static const struct sample rights[] = {
    { "as the template", { { 0 } }, CHECK, P, NULL },
    { "may not start tasks", { { CUR, ST "[1].Action", "'ecs:DescribeTasks'" } }, CHECK, F, "workflow.role-missing-permissions" },
    { "may start another task", { { CUR, ST "[1].Resource", "'arn:aws:ecs:us-east-1:123456789012:task-definition/other:*'" } }, CHECK, F,
      "workflow.role-missing-permissions" },
    { "may start each revision", { { CUR, ST "[1].Resource", "'arn:aws:ecs:us-east-1:123456789012:task-definition/run-job-fargate:*'" } },
      CHECK, P, NULL },
    { "may not make the rule that waits", { { CUR, ST "[3].Action", "'events:PutTargets'" } }, CHECK, F, "workflow.role-missing-permissions" },
    { "may not pass roles", { { CUR, ST "[2].Action", "'iam:GetRole'" } }, CHECK, F, "workflow.pass-role" },
    { "may pass one role only", { { CUR, ST "[2].Resource", "'" EXECUTION "'" } }, CHECK, F, "workflow.pass-role" },
    { "may pass roles to tasks", { { CUR, ST "[2].Condition", "{'StringEquals':{'iam:PassedToService':'ecs-tasks.amazonaws.com'}}" } },
      CHECK, P, NULL },
    { "may pass roles to functions", { { CUR, ST "[2].Condition", "{'StringEquals':{'iam:PassedToService':'lambda.amazonaws.com'}}" } },
      CHECK, F, "workflow.pass-role" },
    { "is denied to pass roles", { { CUR, ST "[0]", "{'Effect':'Deny','Action':'iam:*','Resource':'" TASK "'}" } }, CHECK, F,
      "workflow.pass-role" },
    { "may do it from somewhere", { { CUR, ST "[1].Condition", "{'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}}" } }, CHECK, U, NULL },
    { "is not taken by Step Functions", { { ROLE, "output.Role.AssumeRolePolicyDocument.Statement[0].Principal",
      "{'Service':'lambda.amazonaws.com'}" } }, CHECK, F, "workflow.role-missing-permissions" },
    { "gone", { { ROLE, "error", "NoSuchEntity: gone" } }, CHECK, F, "workflow.role-missing-permissions" },
    { "denied", { { ROLE, "error", "AccessDenied" } }, CHECK, U, NULL },
    { "its policies denied", { { "iam:ListRolePolicies x", "error", "AccessDenied" } }, CHECK, U, NULL },
};
/* clang-format on */

Test(causes, workflow_role)
{
    samples_run(rights, sizeof rights / sizeof rights[0]);
}
