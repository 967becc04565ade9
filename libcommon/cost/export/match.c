/*
 * What a row of usage is. A usage type is a region's prefix and a name; only the whole name counts, because
 * GB-Hours is also the end of ARM, Windows and ephemeral storage, NatGateway-Hours that of
 * RegionalNatGateway-Hours, and TimedStorage-ByteHrs is S3's, ECR's and CloudWatch's alike. Source: AWS Price
 * List (usagetype, regionCode).
 */
#include <string.h>

#include "m2/reconcile.h"
#include "m2/str.h"

static const struct {
    const char *prefix, *region;
} prefixes[] = {
    { "USE1", "us-east-1" },      { "USE2", "us-east-2" },      { "USW1", "us-west-1" },
    { "USW2", "us-west-2" },      { "CAN1", "ca-central-1" },   { "CAN2", "ca-west-1" },
    { "EU", "eu-west-1" },        { "EUW1", "eu-west-1" },      { "EUW2", "eu-west-2" },
    { "EUW3", "eu-west-3" },      { "EUC1", "eu-central-1" },   { "EUC2", "eu-central-2" },
    { "EUN1", "eu-north-1" },     { "EUS1", "eu-south-1" },     { "EUS2", "eu-south-2" },
    { "APN1", "ap-northeast-1" }, { "APN2", "ap-northeast-2" }, { "APN3", "ap-northeast-3" },
    { "APS1", "ap-southeast-1" }, { "APS2", "ap-southeast-2" }, { "APS3", "ap-south-1" },
    { "APE1", "ap-east-1" },      { "SAE1", "sa-east-1" },      { "AFS1", "af-south-1" },
    { "MES1", "me-south-1" },     { "MEC1", "me-central-1" },   { "ILC1", "il-central-1" },
};

static const struct {
    const char *service; /* NULL: whichever has it */
    const char *name, *key, *title;
    bool per_task;
} rows[] = {
    { "AmazonECS", "Fargate-vCPU-Hours:perCPU", "fargate.vcpu-hour.x86_64", "Fargate vCPU", true },
    { "AmazonECS", "Fargate-GB-Hours", "fargate.gb-hour.x86_64", "Fargate memory", true },
    { "AmazonECS", "Fargate-ARM-vCPU-Hours:perCPU", "fargate.vcpu-hour.arm64", "Fargate vCPU (arm64)", true },
    { "AmazonECS", "Fargate-ARM-GB-Hours", "fargate.gb-hour.arm64", "Fargate memory (arm64)", true },
    { "AmazonECS", "Fargate-EphemeralStorage-GB-Hours", "fargate.ephemeral-gb-hour",
      "Fargate ephemeral storage", true },
    { "AmazonECS", "SpotUsage-Fargate-vCPU-Hours:perCPU", "fargate-spot.vcpu-hour.x86_64",
      "Fargate Spot vCPU", true },
    { "AmazonECS", "SpotUsage-Fargate-GB-Hours", "fargate-spot.gb-hour.x86_64", "Fargate Spot memory", true },
    { "AmazonECS", "SpotUsage-Fargate-ARM-vCPU-Hours:perCPU", "fargate-spot.vcpu-hour.arm64",
      "Fargate Spot vCPU (arm64)", true },
    { "AmazonECS", "SpotUsage-Fargate-ARM-GB-Hours", "fargate-spot.gb-hour.arm64",
      "Fargate Spot memory (arm64)", true },
    { "AmazonECS", "Fargate-Windows-vCPU-Hours:perCPU", "fargate.vcpu-hour.windows", "Fargate vCPU (Windows)",
      true },
    { "AmazonECS", "Fargate-Windows-OS-Hours:perCPU", "fargate.os-vcpu-hour.windows",
      "Fargate Windows licence", true },
    { "AmazonECS", "Fargate-Windows-GB-Hours", "fargate.gb-hour.windows", "Fargate memory (Windows)", true },
    { "AWSLambda", "Lambda-GB-Second", "lambda.gb-second.x86_64", "Lambda duration", false },
    { "AWSLambda", "Lambda-GB-Second-ARM", "lambda.gb-second.arm64", "Lambda duration (arm64)", false },
    { "AWSLambda", "Lambda-Storage-GB-Second", "lambda.ephemeral-gb-second", "Lambda /tmp storage", false },
    { "AWSLambda", "Request", "lambda.request", "Lambda requests", false },
    { "AWSLambda", "Request-ARM", "lambda.request", "Lambda requests", false },
    { "AmazonStates", "StateTransition", "states.transition", "Step Functions transitions", false },
    { "AmazonS3", "TimedStorage-ByteHrs", "s3.storage-gb-month", "S3 storage", false },
    { "AmazonS3", "Requests-Tier1", "s3.request.tier1", "S3 PUT and LIST requests", false },
    { "AmazonS3", "Requests-Tier2", "s3.request.tier2", "S3 GET requests", false },
    { "AmazonCloudWatch", "DataProcessing-Bytes", "logs.ingest-gb", "Log ingest", false },
    { "AmazonCloudWatch", "VendedLog-Bytes", "logs.ingest-gb", "Log ingest",
      false }, /* Lambda's, since 2025 */
    { "AmazonCloudWatch", "TimedStorage-ByteHrs", "logs.storage-gb-month", "Log storage", false },
    { "AmazonVPC", "PublicIPv4:InUseAddress", "ipv4.public-hour", "Public IPv4 address", false },
    { "AmazonVPC", "PublicIPv4:IdleAddress", NULL, "Public IPv4 address, idle", false },
    { "AmazonVPC", "VpcEndpoint-Hours", "vpce.interface-hour-az", "VPC endpoint hours", false },
    { "AmazonVPC", "VpcEndpoint-Bytes", "vpce.interface-gb", "VPC endpoint data", false },
    { "AmazonEC2", "NatGateway-Hours", "nat.hour", "NAT gateway hours", false },
    { "AmazonEC2", "NatGateway-Bytes", "nat.gb", "NAT gateway data", false },
    { "AmazonECR", "TimedStorage-ByteHrs", "ecr.storage-gb-month", "Image storage (ECR)", false },
    { NULL, "DataTransfer-Out-Bytes", "transfer.out-gb", "Data transfer out", false },
    { NULL, "DataTransfer-Regional-Bytes", "transfer.cross-az-gb", "Data transfer between zones", false },
    { NULL, "AWS-Out-Bytes", "transfer.cross-region-gb", "Data transfer to another region", false },
};

/* TYPE behind a region's prefix; TYPE itself without one. */
static const char *behind_prefix(const char *type, const char **region)
{
    const char *dash = strchr(type, '-');
    for (size_t i = 0; dash && i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (strlen(prefixes[i].prefix) == (size_t)(dash - type) &&
            memcmp(prefixes[i].prefix, type, (size_t)(dash - type)) == 0) {
            *region = prefixes[i].region;
            return dash + 1;
        }
    return type;
}

struct m2_usage_match m2_usage_match(const char *service, const char *usage_type)
{
    struct m2_usage_match match = { .region = NULL };
    const char *to = NULL, *name = behind_prefix(usage_type, &match.region);
    if (m2_str_ends(name, "-AWS-Out-Bytes")) /* USE1-EUC1-AWS-Out-Bytes: from, to */
        name = behind_prefix(name, &to);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, name) == 0 && (!rows[i].service || strcmp(rows[i].service, service) == 0)) {
            match.key = rows[i].key;
            match.title = rows[i].title;
            match.per_task = rows[i].per_task;
            break;
        }
    return match;
}
