/*
 * The IAM action that an operation needs.
 *
 * Source:    Service Authorization Reference (docs.aws.amazon.com/service-authorization): the prefix of each
 * service and, below, the operations whose action has another name than the operation.
 */
#include <stddef.h>

#include "m2/model.h"

/* IAM's name of a service where it is not that of the AWS CLI. */
static const struct {
    const char *service, *prefix;
} prefixes[] = {
    { "stepfunctions", "states" },
    { "service-quotas", "servicequotas" },
    { "resourcegroupstaggingapi", "tag" }, /* signed as "tagging", authorised as "tag" */
    { "sso-oidc", "sso-oauth" },
};

static const struct {
    const char *service, *operation, *action;
} exceptions[] = {
    /* "Actions, resources, and condition keys for Amazon S3": required permissions of each API operation */
    { "s3", "DeleteObjects",
      "s3:DeleteObjectVersion" }, /* always with version ids here; s3:DeleteObject without */
    { "s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration" },
    { "s3", "GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration" },
    { "s3", "GetBucketNotificationConfiguration", "s3:GetBucketNotification" },
    { "s3", "GetBucketReplication", "s3:GetReplicationConfiguration" },
    { "s3", "GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration" },
    { "s3", "GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock" },
    { "s3", "HeadBucket", "s3:ListBucket" },
    { "s3", "HeadObject", "s3:GetObject" },
    { "s3", "ListBuckets", "s3:ListAllMyBuckets" },
    { "s3", "ListMultipartUploads", "s3:ListBucketMultipartUploads" },
    { "s3", "ListObjectVersions", "s3:ListBucketVersions" },
    { "s3", "ListObjectsV2", "s3:ListBucket" },
    { "s3", "PutBucketEncryption", "s3:PutEncryptionConfiguration" },
    { "s3", "PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration" },
    { "s3", "PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock" },
    /* What a registry asks of the caller: Amazon ECR User Guide, "Private repository policy examples" */
    { "registry", "GetToken", "ecr:GetAuthorizationToken" },
    { "registry", "GetManifest", "ecr:BatchGetImage" },
    { "registry", "GetConfig", "ecr:GetDownloadUrlForLayer" },
    /* "… for AWS Lambda": Invoke is authorised by InvokeFunction */
    { "lambda", "Invoke", "lambda:InvokeFunction" },
    /* "… for AWS Budget Service": two actions stand for all operations */
    { "budgets", "CreateBudget", "budgets:ModifyBudget" },
    { "budgets", "DeleteBudget", "budgets:ModifyBudget" },
    { "budgets", "DescribeBudget", "budgets:ViewBudget" },
    { "budgets", "DescribeBudgets", "budgets:ViewBudget" },
    { "budgets", "DescribeNotificationsForBudget", "budgets:ViewBudget" },
    { "budgets", "DescribeSubscribersForNotification", "budgets:ViewBudget" },
};

const char *m2_model_iam_action(struct m2_arena *a, const char *service, const char *operation)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++)
        if (m2_str_eq(exceptions[i].service, service) && m2_str_eq(exceptions[i].operation, operation))
            return exceptions[i].action;
    const char *prefix = m2_str_or(service, "");
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (m2_str_eq(prefixes[i].service, service))
            prefix = prefixes[i].prefix;
    return m2_arena_printf(a, "%s:%s", prefix, m2_str_or(operation, ""));
}
