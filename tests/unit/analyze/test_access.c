/* The area access: every cause, made by an edit to a healthy account, and what must not be taken for one. */
#include <criterion/criterion.h>
#include <string.h>

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
    { "whole account", { { ROLE, TRUST "Principal", "{'AWS':['arn:aws:iam::469266894233:root']}" }, { ROLE, TRUST "Condition", NULL }
      }, "access.trust", W, "access.trust-whole-account" },
    { "whole account as a number", { { ROLE, TRUST "Principal", "{'AWS':'469266894233'}" }, { ROLE, TRUST "Condition", NULL } },
      "access.trust", W, "access.trust-whole-account" },
    { "whole account with an id was warned of as if it were open", { { ROLE, TRUST "Principal",
      "{'AWS':['arn:aws:iam::469266894233:root']}" } }, "access.trust", P, NULL },
    { "whole account with any id", { { ROLE, TRUST "Principal", "{'AWS':'469266894233'}" }, { ROLE, TRUST "Condition",
      "{'StringLike':{'sts:ExternalId':'?*'}}" } }, "access.trust", W, "access.trust-whole-account" },
    { "whole account, the id is asked for by a Deny", { { ROLE, "output.Role.AssumeRolePolicyDocument.Statement",
      "[{'Effect':'Allow','Principal':{'AWS':'469266894233'},'Action':'sts:AssumeRole'},{'Effect':'Deny','Principal':'*',"
      "'Action':'sts:AssumeRole','Condition':{'StringNotEquals':{'sts:ExternalId':'a'}}}]" } }, "access.trust", P, NULL },
    { "one way in asks for an id, another does not", { { ROLE, "output.Role.AssumeRolePolicyDocument.Statement",
      "[{'Effect':'Allow','Principal':{'AWS':'469266894233'},'Action':'sts:AssumeRole','Condition':{'StringEquals':{'sts:ExternalId':'a'}}},"
      "{'Effect':'Allow','Principal':{'AWS':'" CUT "'},'Action':'sts:AssumeRole'}]" } }, "access.trust", W, "access.trust-no-external-id" },
    { "denied unless of an organisation that CloudMR Brain may be in", { { ROLE, "output.Role.AssumeRolePolicyDocument.Statement",
      "[{'Effect':'Allow','Principal':{'AWS':'" CUT "'},'Action':'sts:AssumeRole'},{'Effect':'Deny','Principal':'*',"
      "'Action':'sts:AssumeRole','Condition':{'StringNotEquals':{'aws:PrincipalOrgID':'o-1'}}}]" } }, "access.trust", U, NULL },
    { "beside an organisation's members CloudMR Brain by name", { { ROLE, "output.Role.AssumeRolePolicyDocument.Statement",
      "[{'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole','Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-1','sts:ExternalId':'a'}}},"
      "{'Effect':'Allow','Principal':{'AWS':'" CUT "'},'Action':'sts:AssumeRole','Condition':{'StringEquals':{'sts:ExternalId':'a'}}}]" } },
      "access.trust", P, NULL },
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
      "{'StringEquals':{'aws:PrincipalAccount':'469266894233'}}" } }, "access.trust", W,
      "access.trust-whole-account" },
    { "anyone narrowed to an account and an id", { { ROLE, TRUST "Principal", "'*'" }, { ROLE, TRUST "Condition",
      "{'StringEquals':{'aws:PrincipalAccount':'469266894233','sts:ExternalId':'a'}}" } }, "access.trust", P, NULL },
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
    { "a grammar of a later day was taken for an open door", { { ROLE, "output.Role.AssumeRolePolicyDocument.Version", "'2031-01-01'" } },
      "access.trust", U, NULL },
    { "anyone under a condition that is not understood", { { ROLE, TRUST "Principal", "'*'" }, { ROLE, TRUST "Condition",
      "{'StringAlmostEquals':{'aws:PrincipalAccount':'469266894233'}}" } }, "access.trust", U, NULL },
    { "anyone from some addresses", { { ROLE, TRUST "Principal", "'*'" }, { ROLE, TRUST "Condition",
      "{'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}}" } }, "access.trust", F, "access.trust-anyone" },
    { "role denied", { { ROLE, "error", "AccessDenied" } }, "access.trust", U, NULL },
    { "not deployed", { { "cloudformation:DescribeStacks", "error", NO_STACK } }, "access.trust", S, NULL },
};

#define CUR "iam:GetRolePolicy CrossAccountRole"
#define ST "output.PolicyDocument.Statement"
#define RULE(n, what, value) CUR, ST "[" #n "]." what, value
#define ALLOW_MORE(action) CUR, ST "[2].Action", "['s3:GetObject','" action "']"
#define DENY(action) CUR, ST "[2]", "{'Effect':'Deny','Action':'" action "','Resource':'*'}"
#define BOUNDARY "output.Role.PermissionsBoundary"

static const struct sample permissions[] = {
    { "as promised", { { 0 } }, "access.permissions", P, NULL },
    { "cannot start", { { RULE(0, "Action", "'states:ListExecutions'") } }, "access.permissions", F, "access.cannot-start" },
    { "may start another machine", { { RULE(0, "Resource", "'arn:aws:states:us-east-1:123456789012:stateMachine:other'") } },
      "access.permissions", F, "access.cannot-start" },
    { "denied to start", { { DENY("states:Start*") } }, "access.permissions", F, "access.cannot-start" },
    { "cannot read the status", { { RULE(1, "Action", "'states:ListExecutions'") } }, "access.permissions", W,
      "access.cannot-read-status" },
    { "cannot read results", { { RULE(2, "Resource", "'arn:aws:s3:::other/*'") } }, "access.permissions", F, "access.cannot-read-results" },
    { "the bucket denies results", { { "s3:GetBucketPolicy results", "",
      "{'service':'s3','operation':'GetBucketPolicy','input':{'Bucket':'mroptimum-results-123456789012'},'status':'ok','output':{'Policy':"
      "{'Version':'2012-10-17','Statement':{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*'}}}}" } },
      "access.permissions", F, "access.cannot-read-results" },
    { "the bucket denies what is not TLS", { { "s3:GetBucketPolicy results", "",
      "{'service':'s3','operation':'GetBucketPolicy','input':{'Bucket':'mroptimum-results-123456789012'},'status':'ok','output':{'Policy':"
      "{'Version':'2012-10-17','Statement':{'Effect':'Deny','Principal':'*','Action':'s3:*','Resource':'*','Condition':{'Bool':"
      "{'aws:SecureTransport':'false'}}}}}}" } }, "access.permissions", P, NULL },
    { "part of the results", { { RULE(2, "Resource", "'arn:aws:s3:::mroptimum-results-123456789012/jobs/*'") } }, "access.permissions", U, NULL },
    { "only from one address", { { RULE(0, "Condition", "{'IpAddress':{'aws:SourceIp':'203.0.113.0/24'}}") } }, "access.permissions", U, NULL },
    { "may write results", { { ALLOW_MORE("s3:PutObject") } }, "access.permissions", W, "access.too-wide" },
    { "may delete results", { { ALLOW_MORE("s3:DeleteObject") } }, "access.permissions", F, "access.too-wide" },
    { "may delete results, by a wildcard", { { ALLOW_MORE("s3:*") } }, "access.permissions", F, "access.too-wide" },
    { "may delete results, by a wildcard inside", { { ALLOW_MORE("s3:*Object") } }, "access.permissions", F, "access.too-wide" },
    { "may change users", { { ALLOW_MORE("iam:PutRolePolicy") } }, "access.permissions", F, "access.too-wide" },
    { "may do everything", { { ALLOW_MORE("*") } }, "access.permissions", F, "access.too-wide" },
    { "all but something", { { RULE(2, "Action", NULL) }, { RULE(2, "NotAction", "'ec2:*'") } }, "access.permissions", F, "access.too-wide" },
    { "a boundary that was not read", { { ROLE, BOUNDARY, "{'PermissionsBoundaryArn':'arn:aws:iam::123456789012:policy/b'}" } },
      "access.permissions", U, NULL },
    { "a boundary does not allow to start", { { ROLE, BOUNDARY, "{'PermissionsBoundaryArn':'arn:aws:iam::123456789012:policy/b'}" },
      { "iam:x", "new", "{'service':'iam','operation':'GetPolicyVersion','input':{'PolicyArn':'arn:aws:iam::123456789012:policy/b','VersionId':'v1'},"
      "'status':'ok','output':{'PolicyVersion':{'Document':{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*'}}}}}" } },
      "access.permissions", F, "access.cannot-start" },
    { "its policies may not be listed", { { "iam:ListRolePolicies CrossAccountRole", "error", "AccessDenied" } }, "access.permissions", U, NULL },
    { "its policies go on on a page that is not there", { { "iam:ListRolePolicies CrossAccountRole", "output",
      "{'PolicyNames':[],'IsTruncated':true,'Marker':'m'}" } }, "access.permissions", U, NULL },
    { "the bucket's policy may not be read", { { "s3:GetBucketPolicy results", "error", "AccessDenied" } }, "access.permissions", U, NULL },
    { "the role may not be read", { { ROLE, "error", "AccessDenied" } }, "access.permissions", U, NULL },
    { "gone", { { ROLE, "error", "NoSuchEntity: gone" } }, "access.permissions", S, NULL },
    { "a stack that may not be read names no state machine", { { "cloudformation:DescribeStacks", "error", "AccessDenied" },
      { "stepfunctions:DescribeStateMachine", "error", "AccessDenied" } }, "access.permissions", U, NULL },
    { "a bucket for results that is not known is not one that may be read", { { "cloudformation:DescribeStacks", "error", "AccessDenied" } },
      "access.permissions", U, NULL },
    { "not deployed", { { "cloudformation:DescribeStacks", "error", NO_STACK } }, "access.permissions", S, NULL },
};

/* clang-format on */

Test(access, the_guides_table_is_told_with_what_allows_and_what_does_not)
{
    static const struct edit wide = { ALLOW_MORE("s3:PutObject") };
    static const char *const rows[] = { "start jobs (states:StartExecution): yes, statement 1",
                                        "read how a job stands (states:DescribeExecution): yes, statement 2",
                                        "hand out results (s3:GetObject): yes, statement 3", "iam:*, cloudformation:*" };
    for (int broken = 0; broken < 2; broken++) {
        struct account ac;
        account_open(&ac);
        if (broken)
            account_edit(&ac, &wide);
        account_analyze(&ac, NULL);
        const struct m2_finding *f = broken ? account_finding(&ac, "access.permissions", W, "access.too-wide")
                                            : account_finding(&ac, "access.permissions", P, NULL);
        cr_assert(f, "%s", account_list(&ac));
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
            cr_expect(strstr(f->detail, rows[i]), "%s is not in: %s", rows[i], f->detail);
        cr_expect(!!strstr(f->detail, "s3:Put*): yes, at least a part") == !!broken, "%s", f->detail);
        cr_expect(f->evidence.len >= (broken ? 1 : 3), "%zu", f->evidence.len);
        account_close(&ac);
    }
}

Test(causes, access)
{
    samples_run(access, sizeof access / sizeof access[0]);
    samples_are_whole("access", "access.permissions", access, sizeof access / sizeof access[0]);
    samples_run(permissions, sizeof permissions / sizeof permissions[0]);
    samples_are_whole("access", "access.trust", permissions, sizeof permissions / sizeof permissions[0]);
}
