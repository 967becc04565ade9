/* The area storage: the buckets that jobs read from and write to. */
#include "analyze/area.h"
#include "analyze/storage/storage.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define S3 "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"

static const struct m2_check checks[] = {
    { .id = "storage.buckets",
      .area = "storage",
      .title = "The buckets are there, in the stack's region, your own, and not public",
      .why = "A job reads its data from one bucket and writes its result to others. A bucket that is gone or "
             "refused makes "
             "jobs fail; one that belongs to CloudMRHub takes the data out of your account; a "
             "public one shows it to "
             "everybody.",
      .how = "Takes the buckets' names from the stack's parameters, outputs and resources, asks S3 for each, "
             "and whether this "
             "account owns it; reads region, public access and encryption. Evaluates the policies of the "
             "job's roles and of the "
             "bucket: which must let them read the data and write results.",
      .fix = "Name buckets of your own account and region in the stack's parameters; block public access.",
      .rights =
          LIST("s3:ListBucket", "s3:GetBucketLocation", "s3:GetEncryptionConfiguration",
               "s3:GetBucketPublicAccessBlock", "s3:GetBucketPolicyStatus", "s3:GetBucketAcl",
               "s3:GetBucketPolicy", "iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies",
               "iam:GetRolePolicy", "iam:GetPolicy", "iam:GetPolicyVersion", "cloudformation:DescribeStacks"),
      .causes = LIST("bucket.missing", "bucket.foreign", "bucket.denied", "bucket.region", "bucket.public",
                     "bucket.no-encryption", "bucket.role-access"),
      .sources = LIST(S3 "UsingBucket.html", S3 "access-control-block-public-access.html",
                      S3 "bucket-owner-condition.html"),
      .run = m2_storage_buckets },
};

static const struct m2_cause causes[] = {
    { "bucket.missing", M2_FAIL, "A bucket that jobs use does not exist",
      "Jobs that read from it or write to it fail.",
      "Make the bucket, or name one that exists in the stack's parameters.", S3 "creating-bucket.html" },
    { "bucket.foreign", M2_WARN, "A bucket belongs to another account",
      "Mode 2 promises that data stays in your account; what is in this bucket does not. The template names "
      "CloudMRHub's "
      "buckets unless its parameters are set.",
      "Set DataBucketName, ResultsBucketName and FailedBucketName to buckets of your own and update the "
      "stack.",
      S3 "bucket-owner-condition.html" },
    { "bucket.denied", M2_FAIL, "S3 refuses access to a bucket",
      "The bucket exists, but its policy refuses you, or it belongs to somebody else; jobs will be refused "
      "as well.",
      "Correct the bucket's policy, or name a bucket of your own.", S3 "troubleshoot-403-errors.html" },
    { "bucket.region", M2_FAIL, "A bucket is in another region than the stack",
      "Requests that are signed for the stack's region are refused or redirected, and a private subnet's S3 "
      "endpoint does not "
      "reach other regions.",
      "Use a bucket in the stack's region.", S3 "UsingBucket.html" },
    { "bucket.public", M2_FAIL, "A bucket is open to everybody",
      "Anybody on the internet can read what jobs read or write there.", "Block public access to the bucket.",
      S3 "access-control-block-public-access.html" },
    { "bucket.no-encryption", M2_WARN, "A bucket has no default encryption",
      "S3 has encrypted new objects by itself since 2023, but this bucket has no rule that says with which "
      "key.",
      "Set default encryption for the bucket.", S3 "default-bucket-encryption.html" },
    { "bucket.role-access", M2_FAIL, "A role that jobs run with may not use a bucket",
      "Jobs read their data and write their results with the task's and the function's role; S3 refuses it.",
      "Allow the role s3:GetObject on the data bucket and s3:PutObject on the others, and remove what denies "
      "it.",
      S3 "troubleshoot-403-errors.html" },
};

static const struct m2_link links[] = {
    { "stack.failed", "bucket.missing", M2_JOIN_ABOUT },
    { "account.mismatch", "bucket.denied", M2_JOIN_ALL },
};

const struct m2_area m2_area_storage = {
    .name = "storage",
    .checks = checks,
    .n_checks = sizeof checks / sizeof checks[0],
    .causes = causes,
    .n_causes = sizeof causes / sizeof causes[0],
    .links = links,
    .n_links = sizeof links / sizeof links[0],
};
