/*
 * Lambda's texts (AWS Lambda Developer Guide, troubleshooting-deployment and troubleshooting-invocation). Its
 * reason codes are in lambda/state.c.
 */
#include <stddef.h>

#include "analyze/failure/catalogue.h"

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
