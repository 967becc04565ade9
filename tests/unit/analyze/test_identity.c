/* The area identity: every cause, made by an edit to a healthy account, and what must not be taken for one. */
#include <criterion/criterion.h>

#include "account.h"

/* clang-format off: one case, one or two lines */
#define F M2_FAIL
#define W M2_WARN
#define U M2_UNKNOWN
#define P M2_PASS
#define FN "lambda:GetFunction RunJobLambda"
#define SIM "output.EvaluationResults[0]."
#define NO_STACK "ValidationError: Stack with id mroptimum-mode2 does not exist"

#define REFUSED { "iam:SimulatePrincipalPolicy", "error", "AccessDenied" }
#define OWN(member, json) { "iam:GetUserPolicy", "output.PolicyDocument.Statement[0]." member, json }

static const struct sample identity[] = {
    { "credentials pass", { { 0 } }, "identity.credentials", P, NULL },
    { "expired", { { "sts:GetCallerIdentity", "error", "ExpiredToken: it is expired" } },
      "identity.credentials", F, "credentials.expired" },
    { "expired during the run", { { "s3:HeadBucket data", "error", "ExpiredToken" } }, "identity.credentials",
      F, "credentials.expired" },
    { "none", { { "sts:GetCallerIdentity", "error", "Credentials: no credentials in any source" } },
      "identity.credentials", F, "credentials.missing" },
    { "an expired session file", { { "sts:GetCallerIdentity", "error",
      "Credentials: the SSO session has expired" } }, "identity.credentials", F, "credentials.expired" },
    { "unknown key", { { "sts:GetCallerIdentity", "error", "InvalidClientTokenId: no" } },
      "identity.credentials", F, "credentials.invalid" },
    { "bad signature", { { "sts:GetCallerIdentity", "error", "SignatureDoesNotMatch: does not match" } },
      "identity.credentials", F, "credentials.invalid" },
    { "old signature", { { "sts:GetCallerIdentity", "error",
      "SignatureDoesNotMatch: Signature expired: a is now earlier" } }, "identity.credentials", F, "clock.skew"
      },
    { "young signature", { { "sts:GetCallerIdentity", "error",
      "InvalidSignatureException: Signature not yet current: a" } }, "identity.credentials", F, "clock.skew" },
    { "S3 sees skew", { { "sts:GetCallerIdentity", "", NULL }, { "s3:HeadBucket data", "error",
      "RequestTimeTooSkewed" } }, "identity.credentials", F, "clock.skew" },
    { "recorded skew", { { "", "clock_skew_ms", "400000" } }, "identity.credentials", F, "clock.skew" },
    { "recorded skew, slow side", { { "", "clock_skew_ms", "-300001" } }, "identity.credentials", F,
      "clock.skew" },
    { "small skew", { { "", "clock_skew_ms", "299000" } }, "identity.credentials", P, NULL },
    { "network", { { "sts:GetCallerIdentity", "error", "Network: refused" } }, "identity.credentials", U, NULL
      },
    { "EC2 AuthFailure with a good caller", { { "s3:HeadBucket data", "error", "AuthFailure" } },
      "identity.credentials", P, NULL },
    { "account pass", { { 0 } }, "identity.account", P, NULL },
    { "hub", { { "sts:GetCallerIdentity", "output.Account", "'469266894233'" }, { "", "account",
      "'469266894233'" } }, "identity.account", F, "account.is-cloudmrhub" },
    { "expected", { { "", "target.expected_account", "'999999999999'" } }, "identity.account", F,
      "account.mismatch" },
    { "stack elsewhere", { { "cloudformation:DescribeStacks", "output.Stacks[0].StackId",
      "'arn:aws:cloudformation:us-east-1:999999999999:stack/x/y'" } }, "identity.account", F,
      "account.mismatch" },
    { "output elsewhere", { { "cloudformation:DescribeStacks", "output.Stacks[0].Outputs[1].OutputValue",
      "'arn:aws:lambda:us-east-1:999999999999:function:x'" } }, "identity.account", F, "account.mismatch" },
    { "account denied", { { "sts:GetCallerIdentity", "error", "AccessDenied" } }, "identity.account", U, NULL },
    { "region pass", { { 0 } }, "identity.region", P, NULL },
    { "image region", { { FN, "output.Code.ImageUri", "'123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:v1'" }
      }, "identity.region", F, "region.image-mismatch" },
    { "default image outside us-east-1 before a deployment", { { "cloudformation:DescribeStacks", "error",
      NO_STACK }, { "", "region", "'eu-west-1'" } }, "identity.region", F, "region.image-mismatch" },
    { "opt in", { { "service-quotas:GetServiceQuota", "error", "OptInRequired: not subscribed" } },
      "identity.region", F, "region.unsupported" },
    { "bucket elsewhere", { { "s3:HeadBucket data", "output.BucketRegion", "'eu-west-1'" } },
      "identity.region", W, "region.bucket-mismatch" },
    { "permissions pass", { { 0 } }, "identity.permissions", P, NULL },
    { "explicit deny", { { "iam:SimulatePrincipalPolicy", SIM "EvalDecision", "'explicitDeny'" } },
      "identity.permissions", F, "permission.denied" },
    { "plain implicit deny", { { "iam:SimulatePrincipalPolicy", SIM "EvalDecision", "'implicitDeny'" }, {
      "iam:SimulatePrincipalPolicy", SIM "MatchedStatements", "[]" } }, "identity.permissions", F,
      "permission.denied" },
    { "organisation", { { "iam:SimulatePrincipalPolicy", SIM "EvalDecision", "'implicitDeny'" }, {
      "iam:SimulatePrincipalPolicy", SIM "MatchedStatements", "[]" }, { "iam:SimulatePrincipalPolicy", SIM
      "OrganizationsDecisionDetail", "{'AllowedByOrganizations':false}" } }, "identity.permissions", U, NULL },
    { "an organisation's silence beside an Allow that matched", { { "iam:SimulatePrincipalPolicy", SIM
      "EvalDecision", "'implicitDeny'" }, { "iam:SimulatePrincipalPolicy", SIM "MatchedStatements",
      "[{'SourcePolicyId':'AdministratorAccess'}]" }, { "iam:SimulatePrincipalPolicy", SIM
      "OrganizationsDecisionDetail", "{'AllowedByOrganizations':false}" } }, "identity.permissions", U, NULL },
    { "condition key", { { "iam:SimulatePrincipalPolicy", SIM "EvalDecision", "'implicitDeny'" }, {
      "iam:SimulatePrincipalPolicy", SIM "MissingContextValues", "['aws:RequestedRegion']" } },
      "identity.permissions", U, NULL },
    { "not simulated, a user whose policies allow it", { REFUSED }, "identity.permissions", P, NULL },
    { "not simulated, a user whose policies do not mention it", { REFUSED, OWN("Action", "'ec2:*'") }, "identity.permissions", F,
      "permission.denied" },
    { "not simulated, a user whose policies deny it", { REFUSED, OWN("Effect", "'Deny'") }, "identity.permissions", F,
      "permission.denied" },
    { "not simulated, only with a second factor", { REFUSED, OWN("Condition", "{'Bool':{'aws:MultiFactorAuthPresent':'true'}}") },
      "identity.permissions", U, NULL },
    { "not simulated, on some resources only", { REFUSED, OWN("Resource", "'arn:aws:ecs:*:*:task-definition/x'") },
      "identity.permissions", U, NULL },
    { "not simulated, a group that was not read may allow it", { REFUSED, OWN("Action", "'ec2:*'"),
      { "iam:ListGroupsForUser", "error", "AccessDenied" } }, "identity.permissions", U, NULL },
    { "not simulated, a bucket's policy may allow what the user's do not", { REFUSED, OWN("Action", "['ecs:*','iam:*']"),
      { "iam:SimulatePrincipalPolicy", "input.ActionNames[0]", "'s3:GetObject'" } }, "identity.permissions", U, NULL },
    { "not simulated, a boundary that was not read", { REFUSED, { "iam:GetUser ana", "output.User.PermissionsBoundary",
      "{'PermissionsBoundaryArn':'arn:aws:iam::123456789012:policy/b'}" } }, "identity.permissions", U, NULL },
    { "not simulated, the user's own policy may not be read", { REFUSED, { "iam:GetUserPolicy", "error", "AccessDenied" } },
      "identity.permissions", U, NULL },
    { "simulator not asked", { { "iam:SimulatePrincipalPolicy", "", NULL } }, "identity.permissions", U, NULL },
};

/* clang-format on */

Test(causes, identity)
{
    samples_run(identity, sizeof identity / sizeof identity[0]);
    samples_are_whole("identity", NULL, identity, sizeof identity / sizeof identity[0]);
}
