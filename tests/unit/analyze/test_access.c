/* The area access: every cause, made by an edit to a healthy account, and what must not be taken for one. */
#include <criterion/criterion.h>

#include "account.h"

/* clang-format off: one case, one or two lines */
#define F M2_FAIL
#define W M2_WARN
#define U M2_UNKNOWN
#define P M2_PASS
#define S M2_SKIP
#define TRUST "output.Role.AssumeRolePolicyDocument.Statement[0]."
#define ROLE "iam:GetRole CrossAccountRole"
#define CUT "arn:aws:iam::469266894233:role/QueueJob"
#define NO_STACK "ValidationError: Stack with id mroptimum-mode2 does not exist"

static const struct sample access[] = {
    { "trust pass", { { 0 } }, "access.trust", P, NULL },
    { "gone", { { ROLE, "error", "NoSuchEntity: gone" } }, "access.trust", F, "access.role-missing" },
    { "no role in the stack", { { "cloudformation:DescribeStacks", "output.Stacks[0].Outputs", "[]" }, {
      "cloudformation:ListStackResources", "output.StackResourceSummaries[3].ResourceType", "'AWS::X::Y'" } },
      "access.trust", F, "access.role-missing" },
    { "another account", { { ROLE, TRUST "Principal", "{'AWS':'arn:aws:iam::111111111111:root'}" } },
      "access.trust", F, "access.trust-wrong-principal" },
    { "a service", { { ROLE, TRUST "Principal", "{'Service':'ec2.amazonaws.com'}" } }, "access.trust", F,
      "access.trust-wrong-principal" },
    { "a deleted role", { { ROLE, TRUST "Principal", "{'AWS':'AROAEXAMPLEID'}" } }, "access.trust", F,
      "access.trust-wrong-principal" },
    { "federated", { { ROLE, TRUST "Principal", "{'Federated':'cognito-identity.amazonaws.com'}" } },
      "access.trust", F, "access.trust-wrong-principal" },
    { "denied again", { { ROLE, "output.Role.AssumeRolePolicyDocument.Statement",
      "[{'Effect':'Allow','Principal':{'AWS':'469266894233'},'Action':'sts:*'},{'Effect':'Deny','"
      "Principal':'*','Action':'" "sts:AssumeRole'}]" } }, "access.trust", F, "access.trust-wrong-principal" },
    { "whole account with an id", { { ROLE, TRUST "Principal", "{'AWS':['arn:aws:iam::469266894233:root']}" }
      }, "access.trust", W, "access.trust-whole-account" },
    { "whole account as a number", { { ROLE, TRUST "Principal", "{'AWS':'469266894233'}" } }, "access.trust",
      W, "access.trust-whole-account" },
    { "whole account narrowed", { { ROLE, TRUST "Principal", "{'AWS':'469266894233'}" }, { ROLE, TRUST
      "Condition", "{'ArnEquals':{'aws:PrincipalArn':'" CUT "'},'StringEquals':{'sts:ExternalId':'a'}}" } },
      "access.trust", P, NULL },
    { "no id", { { ROLE, TRUST "Condition", NULL } }, "access.trust", W, "access.trust-no-external-id" },
    { "id of anything", { { ROLE, TRUST "Condition", "{'StringLike':{'sts:ExternalId':'*'}}" } },
      "access.trust", W, "access.trust-no-external-id" },
    { "id if it exists", { { ROLE, TRUST "Condition", "{'StringEqualsIfExists':{'sts:ExternalId':'a'}}" } },
      "access.trust", W, "access.trust-no-external-id" },
    { "anyone", { { ROLE, TRUST "Principal", "'*'" } }, "access.trust", F, "access.trust-anyone" },
    { "anyone in a list", { { ROLE, TRUST "Principal", "{'AWS':['" CUT "','*']}" } }, "access.trust", F,
      "access.trust-anyone" },
    { "all but one", { { ROLE, TRUST "Principal", NULL }, { ROLE, TRUST "NotPrincipal", "{'AWS':'1'}" } },
      "access.trust", F, "access.trust-anyone" },
    { "anyone narrowed to an account", { { ROLE, TRUST "Principal", "'*'" }, { ROLE, TRUST "Condition",
      "{'StringEquals':{'aws:PrincipalAccount':'469266894233','sts:ExternalId':'a'}}" } }, "access.trust", W,
      "access.trust-whole-account" },
    { "a stranger beside CloudMR Brain is not nobody else", { { ROLE, TRUST "Principal", "{'AWS':['" CUT "',"
      "'arn:aws:iam::999999999999:role/x']}" } }, "access.trust", W, "access.trust-wrong-principal" },
    { "a role of the own account is no stranger", { { ROLE, TRUST "Principal", "{'AWS':['" CUT "',"
      "'arn:aws:iam::123456789012:role/x']}" } }, "access.trust", P, NULL },
    { "an organisation may hold CloudMR Brain or not", { { ROLE, TRUST "Principal", "'*'" }, { ROLE, TRUST
      "Condition", "{'StringEquals':{'aws:PrincipalOrgID':'o-1','sts:ExternalId':'a'}}" } }, "access.trust", U,
      NULL },
    { "percent-encoded text", { { ROLE, "output.Role.AssumeRolePolicyDocument",
      "'%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%22*%22%2C%22Action%22%3A%"
      "22sts%3AAssumeRole%" "22%7D%7D'" } }, "access.trust", F, "access.trust-anyone" },
    { "role denied", { { ROLE, "error", "AccessDenied" } }, "access.trust", U, NULL },
    { "not deployed", { { "cloudformation:DescribeStacks", "error", NO_STACK } }, "access.trust", S, NULL },
};

/* clang-format on */

Test(causes, access)
{
    samples_run(access, sizeof access / sizeof access[0]);
    samples_are_whole("access", NULL, access, sizeof access / sizeof access[0]);
}
