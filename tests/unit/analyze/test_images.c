/* The area images: every cause, made by an edit to a healthy account, and what must not be taken for one. */
#include <criterion/criterion.h>

#include "account.h"

/* clang-format off: one case, one or two lines */
#define F M2_FAIL
#define W M2_WARN
#define U M2_UNKNOWN
#define P M2_PASS
#define FN "lambda:GetFunction RunJobLambda"
#define CONF "output.Configuration."
#define TASK "ecs:DescribeTaskDefinition"
#define DEF "output.taskDefinition."
#define HUB_IMAGE "'469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-lambda:v1'"
#define NO_STACK "ValidationError: Stack with id mroptimum-mode2 does not exist"

#define EXECUTION "iam:GetRole FargateExecutionRole"
#define LISTED "iam:ListAttachedRolePolicies FargateExecutionRole"
#define TRUSTED "output.Role.AssumeRolePolicyDocument.Statement[0]."
#define POLICY(rest) "{'Version':'2012-10-17','Statement':[{'Effect':" rest "}]}"

static const struct sample images[] = {
    { "uri pass", { { 0 } }, "image.uri", P, NULL },
    { "https", { { FN, "output.Code.ImageUri", "'https://123456789012.dkr.ecr.us-east-1.amazonaws.com/a:v1'" }
      }, "image.uri", F, "image.uri-invalid" },
    { "capitals", { { FN, "output.Code.ImageUri", "'123456789012.dkr.ecr.us-east-1.amazonaws.com/MyImage:v1'" }
      }, "image.uri", F, "image.uri-invalid" },
    { "short account", { { FN, "output.Code.ImageUri", "'12345.dkr.ecr.us-east-1.amazonaws.com/a:v1'" } },
      "image.uri", F, "image.uri-invalid" },
    { "Docker Hub for Lambda", { { FN, "output.Code.ImageUri", "'docker.io/library/alpine:3'" } }, "image.uri",
      F, "image.uri-invalid" },
    { "bad digest", { { FN, "output.Code.ImageUri",
      "'123456789012.dkr.ecr.us-east-1.amazonaws.com/a@sha256:12'" } }, "image.uri", F, "image.uri-invalid" },
    { "region", { { FN, "output.Code.ImageUri", "'123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:v1'" } },
      "image.uri", F, "image.region-mismatch" },
    { "latest", { { FN, "output.Code.ImageUri", "'123456789012.dkr.ecr.us-east-1.amazonaws.com/a:latest'" } },
      "image.uri", W, "image.tag-latest" },
    { "no tag", { { FN, "output.Code.ImageUri", "'123456789012.dkr.ecr.us-east-1.amazonaws.com/a'" } },
      "image.uri", W, "image.tag-latest" },
    { "Docker Hub for Fargate", { { TASK, DEF "containerDefinitions[0].image", "'alpine:3'" } }, "image.uri",
      P, NULL },
    { "the option wins", { { "", "target.lambda_image", "'bad uri'" } }, "image.uri", F, "image.uri-invalid" },
    { "before a deployment", { { "cloudformation:DescribeStacks", "error", NO_STACK } }, "image.uri", W,
      "image.tag-latest" },
    { "exists pass", { { 0 } }, "image.exists", P, NULL },
    { "no repository", { { "ecr:DescribeImages mroptimum-lambda", "error", "RepositoryNotFoundException" } },
      "image.exists", F, "image.repository-missing" },
    { "no tag there", { { "ecr:DescribeImages mroptimum-lambda", "error", "ImageNotFoundException" } },
      "image.exists", F, "image.tag-missing" },
    { "whole list without it", { { "ecr:DescribeImages mroptimum-lambda", "output.imageDetails[0].imageTags",
      "['v2']" }, { "ecr:DescribeImages mroptimum-lambda", "input.imageIds", NULL } }, "image.exists", F,
      "image.tag-missing" },
    { "denied", { { "ecr:DescribeImages mroptimum-lambda", "error", "AccessDeniedException" } },
      "image.exists", U, NULL },
    { "foreign account is not asked about", { { FN, "output.Code.ImageUri", HUB_IMAGE } }, "image.exists", U,
      NULL },
    { "access pass", { { 0 } }, "image.access", P, NULL },
    { "own, policy without Lambda, though the function lives", { { "ecr:GetRepositoryPolicy mroptimum-lambda",
      "output.policyText", "{'Version':'2012-10-17','Statement':[]}" } }, "image.access", F, "image.policy-lacks-lambda-service" },
    { "own, policy without Lambda, function refused", { { "ecr:GetRepositoryPolicy mroptimum-lambda",
      "output.policyText", "{'Version':'2012-10-17','Statement':[]}" }, { FN, CONF "State", "'Failed'" }, { FN, CONF "StateReasonCode",
      "'ImageAccessDenied'" } }, "image.access", F, "image.policy-lacks-lambda-service" },
    { "own without policy", { { "ecr:GetRepositoryPolicy mroptimum-lambda", "error",
      "RepositoryPolicyNotFoundException" } }, "image.access", P, NULL },
    { "own, Lambda let in for another account's functions", { { "ecr:GetRepositoryPolicy mroptimum-lambda", "output.policyText", POLICY(
      "'Allow','Principal':{'Service':'lambda.amazonaws.com'},'Action':'ecr:*','Condition':{'StringLike':{'aws:SourceArn':"
      "'arn:aws:lambda:us-east-1:999999999999:function:*'}}") } }, "image.access", F, "image.policy-lacks-lambda-service" },
    { "own, Lambda let in for this account", { { "ecr:GetRepositoryPolicy mroptimum-lambda", "output.policyText", POLICY(
      "'Allow','Principal':{'Service':'lambda.amazonaws.com'},'Action':'ecr:*','Condition':{'StringEquals':{'aws:SourceAccount':"
      "'123456789012'}}") } }, "image.access", P, NULL },
    { "own, a condition on Lambda that cannot be seen is not one that holds", { { "ecr:GetRepositoryPolicy mroptimum-lambda",
      "output.policyText", POLICY("'Allow','Principal':{'Service':'lambda.amazonaws.com'},'Action':'ecr:*','Condition':{'StringEquals':"
      "{'aws:SourceOrgID':'o-1'}}") } }, "image.access", U, NULL },
    { "own, a Deny keeps the execution role out", { { "ecr:GetRepositoryPolicy mroptimum-fargate", "output.policyText", POLICY(
      "'Deny','Principal':'*','Action':'ecr:BatchGetImage'") } }, "image.access", F, "image.policy-lacks-account" },
    { "foreign, an organisation that may not be this account's is not known", { { FN, "output.Code.ImageUri", HUB_IMAGE }, {
      "ecr:GetRepositoryPolicy mroptimum-lambda", "input.registryId", "'469266894233'" }, { "ecr:GetRepositoryPolicy mroptimum-lambda",
      "output.policyText", POLICY("'Allow','Principal':'*','Action':'ecr:*','Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-1'}}") } },
      "image.access", U, NULL },
    { "foreign, policy read, this account not named", { { FN, "output.Code.ImageUri", HUB_IMAGE }, {
      "ecr:GetRepositoryPolicy mroptimum-lambda", "input.registryId", "'469266894233'" } }, "image.access", F,
      "image.policy-lacks-account" },
    { "foreign, no policy", { { FN, "output.Code.ImageUri", HUB_IMAGE }, {
      "ecr:GetRepositoryPolicy mroptimum-lambda", "input.registryId", "'469266894233'" }, {
      "ecr:GetRepositoryPolicy mroptimum-lambda", "error", "RepositoryPolicyNotFoundException" } },
      "image.access", F, "image.policy-lacks-lambda-service" },
    { "pull refused by the repository", { { FN, "output.Code.ImageUri", HUB_IMAGE }, { "x", "new",
      "{'service':'ecr','operation':'BatchGetImage','region':'us-east-1','input':{'registryId':'"
      "469266894233','"
      "repositoryName':'mroptimum-lambda','imageIds':[{'imageTag':'v1'}]},'status':'error','error':{'"
      "code':'"
      "AccessDeniedException','message':'because no resource-based policy allows the ecr:BatchGetImage "
      "action'}}" } }, "image.access", F, "image.pull-denied" },
    { "pull refused to the caller only", { { FN, "output.Code.ImageUri", HUB_IMAGE }, { "x", "new",
      "{'service':'ecr','operation':'BatchGetImage','region':'us-east-1','input':{'registryId':'"
      "469266894233','"
      "repositoryName':'mroptimum-lambda','imageIds':[{'imageTag':'v1'}]},'status':'error','error':{'"
      "code':'"
      "AccessDeniedException','message':'because no identity-based policy allows the ecr:BatchGetImage "
      "action'}}" } }, "image.access", U, NULL },
    { "execution role", { { 0 } }, "image.execution-role", P, NULL },
    { "execution role without policies", { { LISTED, "output.AttachedPolicies", "[]" } }, "image.execution-role", F,
      "image.role-missing-permissions" },
    { "execution role that another service takes", { { EXECUTION, TRUSTED "Principal", "{'Service':'ec2.amazonaws.com'}" } },
      "image.execution-role", F, "image.role-trust" },
    { "execution role for this account's tasks", { { EXECUTION, TRUSTED "Condition",
      "{'StringEquals':{'aws:SourceAccount':'123456789012'},'ArnLike':{'aws:SourceArn':'arn:aws:ecs:us-east-1:123456789012:*'}}" } },
      "image.execution-role", P, NULL },
    { "execution role for another region's tasks", { { EXECUTION, TRUSTED "Condition",
      "{'ArnLike':{'aws:SourceArn':'arn:aws:ecs:eu-west-1:123456789012:*'}}" } }, "image.execution-role", F, "image.role-trust" },
    { "execution role for one task", { { EXECUTION, TRUSTED "Condition",
      "{'ArnLike':{'aws:SourceArn':'arn:aws:ecs:us-east-1:123456789012:task/x/*'}}" } }, "image.execution-role", U, NULL },
    { "execution role for this account", { { EXECUTION, TRUSTED "Condition", "{'StringEquals':{'aws:SourceAccount':'123456789012'}}" } },
      "image.execution-role", P, NULL },
    { "execution role for another account", { { EXECUTION, TRUSTED "Condition", "{'StringEquals':{'aws:SourceAccount':'111111111111'}}" } },
      "image.execution-role", F, "image.role-trust" },
    { "execution role gone", { { EXECUTION, "error", "NoSuchEntity: gone" } }, "image.execution-role", F, "image.role-trust" },
    { "execution role denied", { { EXECUTION, "error", "AccessDenied" } }, "image.execution-role", U, NULL },
    { "execution role's policies denied", { { LISTED, "error", "AccessDenied" } }, "image.execution-role", U, NULL },
    { "execution role within a boundary that was not read", { { EXECUTION, "output.Role.PermissionsBoundary",
      "{'PermissionsBoundaryArn':'arn:aws:iam::123456789012:policy/b'}" } }, "image.execution-role", U, NULL },
    { "no execution role, no stack", { { "cloudformation:DescribeStacks", "error",
      "ValidationError: Stack with id mroptimum-mode2 does not exist" } }, "image.execution-role", M2_SKIP, NULL },
};

/* clang-format on */

Test(causes, images)
{
    samples_run(images, sizeof images / sizeof images[0]);
    samples_are_whole("images", NULL, images, sizeof images / sizeof images[0]);
}
