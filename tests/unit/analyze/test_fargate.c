/* The area fargate: every cause, made by an edit to a healthy account, and what must not be taken for one. */
#include <criterion/criterion.h>

#include "account.h"

/* clang-format off: one case, one or two lines */
#define F M2_FAIL
#define W M2_WARN
#define U M2_UNKNOWN
#define P M2_PASS
#define S M2_SKIP
#define TASK "ecs:DescribeTaskDefinition"
#define DEF "output.taskDefinition."
#define INLINE                                                                                               \
    "{'service':'iam','operation':'GetRolePolicy','input':{'RoleName':'mroptimum-mode2-FargateExecutionRole" \
    "-abc','PolicyName':'p'},'status':'ok','output':{'PolicyDocument':{'Statement':["
#define INLINE_END "]}}}"

static const struct sample fargate[] = {
    { "size pass", { { 0 } }, "fargate.size", P, NULL },
    { "pair", { { TASK, DEF "memory", "'4096'" } }, "fargate.size", F, "fargate.size-invalid" },
    { "step", { { TASK, DEF "memory", "'16385'" } }, "fargate.size", F, "fargate.size-invalid" },
    { "no cpu", { { TASK, DEF "cpu", NULL } }, "fargate.size", F, "fargate.size-invalid" },
    { "words", { { TASK, DEF "cpu", "'4 vCPU'" }, { TASK, DEF "memory", "'16GB'" } }, "fargate.size", P, NULL },
    { "large", { { TASK, DEF "cpu", "'32768'" }, { TASK, DEF "memory", "'249856'" } }, "fargate.size", P, NULL
      },
    { "Windows", { { TASK, DEF "cpu", "'8192'" }, { TASK, DEF "runtimePlatform",
      "{'operatingSystemFamily':'WINDOWS_SERVER_2022_CORE'}" } }, "fargate.size", F, "fargate.size-invalid" },
    { "disk", { { TASK, DEF "ephemeralStorage", "{'sizeInGiB':201}" } }, "fargate.size", F,
      "fargate.size-invalid" },
    { "quota pass", { { 0 } }, "fargate.quota", P, NULL },
    { "none fits", { { "service-quotas:GetServiceQuota", "output.Quota.Value", "2.0" } }, "fargate.quota", F,
      "fargate.vcpu-quota" },
    { "few fit", { { "service-quotas:GetServiceQuota", "output.Quota.Value", "6.0" } }, "fargate.quota", W,
      "fargate.vcpu-quota" },
    { "just four", { { "service-quotas:GetServiceQuota", "output.Quota.Value", "16" } }, "fargate.quota", P,
      NULL },
    { "quota denied", { { "service-quotas:GetServiceQuota", "error", "AccessDeniedException" } },
      "fargate.quota", U, NULL },
    { "logs pass", { { 0 } }, "fargate.logs", P, NULL },
    { "no group", { { "logs:DescribeLogGroups", "output.logGroups", "[]" } }, "fargate.logs", F,
      "fargate.log-group-missing" },
    { "created by the task, role may not", { { "logs:DescribeLogGroups", "output.logGroups", "[]" }, { TASK,
      DEF "containerDefinitions[0].logConfiguration.options.awslogs-create-group", "'true'" } },
      "fargate.logs", F, "fargate.log-role" },
    { "created by the task, role may", { { "logs:DescribeLogGroups", "output.logGroups", "[]" }, { TASK, DEF
      "containerDefinitions[0].logConfiguration.options.awslogs-create-group", "'true'" }, {
      "iam:ListRolePolicies", "output.PolicyNames", "['p']" }, { "x", "new",
      "{'service':'iam','operation':'GetRolePolicy','input':{'RoleName':'mroptimum-mode2-"
      "FargateExecutionRole-abc','"
      "PolicyName':'p'},'status':'ok','output':{'PolicyDocument':{'Statement':[{'Effect':'Allow','Action'"
      ":'logs:*','" "Resource':'*'}]}}}" } }, "fargate.logs", P, NULL },
    { "role without policies", { { "iam:ListAttachedRolePolicies", "output.AttachedPolicies", "[]" } },
      "fargate.logs", F, "fargate.log-role" },
    { "no execution role", { { TASK, DEF "executionRoleArn", NULL } }, "fargate.logs", F, "fargate.log-role" },
    { "a Deny beats the managed policy's Allow", { { "iam:ListRolePolicies", "output.PolicyNames", "['p']" }, {
      "x", "new", INLINE "{'Effect':'Deny','Action':'logs:Put*','Resource':'*'}" INLINE_END } }, "fargate.logs",
      F, "fargate.log-role" },
    { "a Deny with a condition is not weighed", { { "iam:ListRolePolicies", "output.PolicyNames", "['p']" }, {
      "x", "new", INLINE "{'Effect':'Deny','Action':'logs:Put*','Resource':'*','Condition':{'Bool':{'aws:"
      "SecureTransport':'false'}}}" INLINE_END } }, "fargate.logs", P, NULL },
    { "streams without events", { { "iam:ListAttachedRolePolicies", "output.AttachedPolicies", "[]" }, {
      "iam:ListRolePolicies", "output.PolicyNames", "['p']" }, { "x", "new", INLINE "{'Effect':'Allow',"
      "'Action':'logs:CreateLogStream','Resource':'*'}" INLINE_END } }, "fargate.logs", F,
      "fargate.log-role" },
    { "another group's streams", { { "iam:ListAttachedRolePolicies", "output.AttachedPolicies", "[]" }, {
      "iam:ListRolePolicies", "output.PolicyNames", "['p']" }, { "x", "new", INLINE "{'Effect':'Allow',"
      "'Action':'logs:*','Resource':'arn:aws:logs:*:*:log-group:/other:*'}" INLINE_END } }, "fargate.logs", F,
      "fargate.log-role" },
    { "policies denied", { { "iam:ListAttachedRolePolicies", "error", "AccessDenied" } }, "fargate.logs", U,
      NULL },
    { "another driver", { { TASK, DEF "containerDefinitions[0].logConfiguration.logDriver", "'splunk'" } },
      "fargate.logs", S, NULL },
    { "service role", { { 0 } }, "fargate.service-role", P, NULL },
    { "no service role", { { "iam:GetRole AWSServiceRoleForECS", "error", "NoSuchEntity: gone" } }, "fargate.service-role", W,
      "fargate.service-linked-role-missing" },
    { "service role denied", { { "iam:GetRole AWSServiceRoleForECS", "error", "AccessDenied" } }, "fargate.service-role", U, NULL },
};

/* clang-format on */

Test(causes, fargate)
{
    samples_run(fargate, sizeof fargate / sizeof fargate[0]);
    samples_are_whole("fargate", "task.failures", fargate, sizeof fargate / sizeof fargate[0]);
}
