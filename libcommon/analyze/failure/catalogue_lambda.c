/*
 * Lambda: reason codes (botocore's lambda model, complete enumeration) and texts (AWS Lambda Developer Guide,
 * troubleshooting-deployment and troubleshooting-invocation).
 */
#include <stddef.h>

#include "analyze/failure/catalogue.h"
#include "m2/str.h"

static const struct {
    const char *code, *slug; /* slug NULL: a normal state */
} codes[] = {
    { "ImageAccessDenied", "lambda.image-access-denied" },
    { "ImageDeleted", "lambda.image-deleted" },
    { "InvalidImage", "image.manifest-unsupported" },
    { "InvalidRuntime", "lambda.runtime-blocked" },
    { "InsufficientRolePermissions", "lambda.role-not-assumable" },
    { "SubnetOutOfIPAddresses", "lambda.vpc" },
    { "EniLimitExceeded", "lambda.vpc" },
    { "InvalidSubnet", "lambda.vpc" },
    { "InvalidSecurityGroup", "lambda.vpc" },
    { "DisallowedByVpcEncryptionControl", "lambda.vpc" },
    { "KMSKeyAccessDenied", "lambda.kms" },
    { "KMSKeyNotFound", "lambda.kms" },
    { "InvalidStateKMSKey", "lambda.kms" },
    { "DisabledKMSKey", "lambda.kms" },
    { "EFSIOError", "lambda.efs" },
    { "EFSMountConnectivityError", "lambda.efs" },
    { "EFSMountFailure", "lambda.efs" },
    { "EFSMountTimeout", "lambda.efs" },
    { "FunctionError", "lambda.init-failed" },
    { "InvalidConfiguration", "lambda.config" },
    { "InvalidZipFileException", "lambda.config" },
    { "VcpuLimitExceeded", "lambda.capacity" },
    { "CapacityProviderScalingLimitExceeded", "lambda.capacity" },
    { "InsufficientCapacity", "lambda.capacity" },
    { "EC2RequestLimitExceeded", "lambda.capacity" },
    { "InternalError", "lambda.internal" },
    { "Creating", "lambda.pending" },
    { "Restoring", "lambda.pending" },
    { "Idle", NULL },
    { "DrainingDurableExecutions", NULL },
};

const char *m2_failure_lambda_code(const char *code)
{
    if (m2_str_empty(code))
        return NULL;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (m2_str_eq(code, codes[i].code))
            return codes[i].slug;
    return m2_str_starts(code, "FunctionError.") ? "lambda.init-failed" : "lambda.unknown";
}

const struct m2_failure_row m2_failure_lambda_rows[] = {
    { "lambda.image-access-denied", "Lambda does not have permission to access the ECR image" },
    { "image.tag-missing", "Source image&does not exist&Provide a valid source image" },
    { "image.manifest-unsupported",
      "media type for the source image|manifest or layer media type&is not supported" },
    { "lambda.memory-over-account-cap",
      "'MemorySize' value failed to satisfy constraint&less than or equal to 3008" },
    { "lambda.memory-over-account-cap", "MemorySize&less than or equal to 3008" },
    { "lambda.memory-invalid", "MemorySize&less than or equal to 10240|greater than or equal to 128" },
    { "lambda.timeout-invalid", "Timeout&Member must have value less than or equal to 900" },
    { "lambda.concurrency-low", "UnreservedConcurrentExecution below its minimum value" },
    { "lambda.runtime-blocked", "runtime parameter of&is no longer supported for creating or updating" },
    { "lambda.role-not-assumable", "The role defined for the function cannot be assumed by Lambda" },
    { "lambda.timeout", "Task timed out after|Sandbox.Timedout" },
    { "lambda.out-of-memory", "Runtime.OutOfMemory" },
    { "lambda.entrypoint",
      "Runtime.InvalidEntrypoint|Couldn't find valid bootstrap|Runtime.ImportModuleError|"
      "Runtime.HandlerNotFound" },
    { "lambda.crash",
      "Runtime.ExitError|Runtime exited with error|Runtime exited without providing a reason" },
    { "lambda.throttled", "Lambda.TooManyRequestsException|ConcurrentInvocationLimitExceeded|"
                          "ReservedFunctionConcurrentInvocationLimitExceeded" },
    { "lambda.busy", "ResourceConflictException&The operation cannot be performed at this time" },
    { NULL, NULL },
};
