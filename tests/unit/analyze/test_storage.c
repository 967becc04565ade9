/* The area storage: every cause, made by an edit to a healthy account, and what must not be taken for one. */
#include <criterion/criterion.h>

#include "account.h"

/* clang-format off: one case, one or two lines */
#define F M2_FAIL
#define W M2_WARN
#define U M2_UNKNOWN
#define P M2_PASS
#define S M2_SKIP
#define NO_STACK "ValidationError: Stack with id mroptimum-mode2 does not exist"

#define DATA "mroptimum-data"

static const struct sample storage[] = {
    { "pass", { { 0 } }, "storage.buckets", P, NULL },
    { "missing", { { "s3:HeadBucket " DATA, "error", "404: Not Found" } }, "storage.buckets", F,
      "bucket.missing" },
    { "missing, other words", { { "s3:HeadBucket " DATA, "error", "NoSuchBucket" } }, "storage.buckets", F,
      "bucket.missing" },
    { "foreign", { { "s3:HeadBucket " DATA, "error", "403: Forbidden" }, { "cloudformation:DescribeStacks",
      "output.Stacks[0].Parameters[0].ParameterValue", "'cloudmr-data-cloudmrhub-brain-us-east-1'" } },
      "storage.buckets", W, "bucket.foreign" },
    { "foreign and open to us", { { "s3:HeadBucket 123456789012", "", NULL }, { "x", "new",
      "{'service':'s3','operation':'HeadBucket','input':{'Bucket':'mroptimum-data-123456789012'},'status'"
      ":'ok','output':{}" "}" }, { "x", "new",
      "{'service':'s3','operation':'HeadBucket','input':{'Bucket':'mroptimum-data-123456789012','"
      "ExpectedBucketOwner':'"
      "123456789012'},'status':'error','error':{'code':'403','message':'Forbidden','http_status':403}" "}" } },
      "storage.buckets", W, "bucket.foreign" },
    { "denied", { { "s3:HeadBucket " DATA, "error", "403: Forbidden" } }, "storage.buckets", F, "bucket.denied"
      },
    { "only the caller may not", { { "s3:HeadBucket " DATA, "error", "403: Forbidden" }, {
      "s3:GetBucketEncryption " DATA, "error", "AccessDenied: because no identity-based policy allows it" } },
      "storage.buckets", U, NULL },
    { "region", { { "s3:HeadBucket " DATA, "output.BucketRegion", "'eu-west-1'" } }, "storage.buckets", F,
      "bucket.region" },
    { "redirected", { { "s3:HeadBucket " DATA, "error", "PermanentRedirect" } }, "storage.buckets", F,
      "bucket.region" },
    { "public by policy", { { "s3:GetPublicAccessBlock " DATA, "error", "NoSuchPublicAccessBlockConfiguration"
      }, { "x", "new", "{'service':'s3','operation':'GetBucketPolicyStatus','input':{'Bucket':'mroptimum-data-"
      "123456789012'},'status':'ok','" "output':{'PolicyStatus':{'IsPublic':true}}}" } }, "storage.buckets", F,
      "bucket.public" },
    { "public by list", { { "s3:GetPublicAccessBlock " DATA, "error", "NoSuchPublicAccessBlockConfiguration" },
      { "x", "new",
      "{'service':'s3','operation':'GetBucketAcl','input':{'Bucket':'mroptimum-data-123456789012'},'"
      "status':'ok','output':{"
      "'Grants':[{'Grantee':{'Type':'Group','URI':'http://acs.amazonaws.com/groups/global/"
      "AllUsers'},'Permission':'READ'}]" "}}" } }, "storage.buckets", F, "bucket.public" },
    { "public but blocked", { { "x", "new",
      "{'service':'s3','operation':'GetBucketPolicyStatus','input':{'Bucket':'mroptimum-data-"
      "123456789012'},'status':'ok','" "output':{'PolicyStatus':{'IsPublic':true}}}" } }, "storage.buckets", P,
      NULL },
    { "public, but the answers were lost", { { "s3:GetPublicAccessBlock " DATA, "error",
      "NoSuchPublicAccessBlockConfiguration" }, { "x", "new",
      "{'service':'s3','operation':'GetBucketPolicyStatus','input':{'Bucket':'mroptimum-data-"
      "123456789012'},'status':'error','error':{'code':'Network','message':'reset','http_status':0}}" } },
      "storage.buckets", U, NULL },
    { "plain", { { "s3:GetBucketEncryption " DATA, "error", "ServerSideEncryptionConfigurationNotFoundError" }
      }, "storage.buckets", W, "bucket.no-encryption" },
    { "not deployed", { { "cloudformation:DescribeStacks", "error", NO_STACK } }, "storage.buckets", S, NULL },
    { "the task may not read its data", { { "iam:GetRolePolicy FargateTaskRole", "output.PolicyDocument.Statement[0].Action",
      "'s3:PutObject'" } }, "storage.buckets", F, "bucket.role-access" },
    { "the function may not write results", { { "iam:GetRolePolicy lambda", "output.PolicyDocument.Statement[1].Resource",
      "'arn:aws:s3:::mroptimum-failed-123456789012/*'" } }, "storage.buckets", F, "bucket.role-access" },
    { "the bucket denies the task", { { "s3:GetBucketPolicy " DATA, "",
      "{'service':'s3','operation':'GetBucketPolicy','input':{'Bucket':'mroptimum-data-123456789012'},'status':'ok','output':{'Policy':"
      "'{\\u0022Version\\u0022:\\u00222012-10-17\\u0022,\\u0022Statement\\u0022:{\\u0022Effect\\u0022:\\u0022Deny\\u0022,"
      "\\u0022Principal\\u0022:\\u0022*\\u0022,\\u0022Action\\u0022:\\u0022s3:*\\u0022,\\u0022Resource\\u0022:\\u0022*\\u0022}}'}}" } },
      "storage.buckets", F, "bucket.role-access" },
    { "the task may use part of the bucket", { { "iam:GetRolePolicy FargateTaskRole", "output.PolicyDocument.Statement[0].Resource",
      "'arn:aws:s3:::mroptimum-data-123456789012/jobs/*'" } }, "storage.buckets", U, NULL },
    { "the bucket gives what the role lacks", { { "iam:GetRolePolicy FargateTaskRole", "output.PolicyDocument.Statement[0].Action",
      "'s3:PutObject'" }, { "s3:GetBucketPolicy " DATA, "",
      "{'service':'s3','operation':'GetBucketPolicy','input':{'Bucket':'mroptimum-data-123456789012'},'status':'ok','output':{'Policy':"
      "{'Statement':{'Effect':'Allow','Principal':{'AWS':'arn:aws:iam::123456789012:role/mroptimum-mode2-FargateTaskRole-abc'},"
      "'Action':'s3:GetObject','Resource':'arn:aws:s3:::mroptimum-data-123456789012/*'}}}}" } }, "storage.buckets", P, NULL },
};

/* clang-format on */

Test(causes, storage)
{
    samples_run(storage, sizeof storage / sizeof storage[0]);
    samples_are_whole("storage", NULL, storage, sizeof storage / sizeof storage[0]);
}
