/*
 * CloudFormation's status reasons. What the service said inside the reason is looked at first.
 * Source: CloudFormation User Guide (troubleshooting), botocore's cloudformation model (HandlerErrorCode).
 */
#include <stddef.h>

#include "analyze/failure/catalogue.h"
#include "analyze/failure/pattern.h"
#include "m2/str.h"

#define CODE(c) "HandlerErrorCode: " c

/* The few task texts that a resource's creation can end with. */
static const struct m2_failure_row task_texts[] = {
    { "task.size-invalid", "No Fargate configuration exists for given values" },
    { "task.execution-role-missing",
      "Fargate requires task definition to have execution role ARN to support" },
    { "task.service-role-missing", "Unable to assume the service linked role" },
    { "task.role-not-assumable", "ECS was unable to assume the role" },
    { NULL, NULL },
};

const struct m2_failure_row m2_failure_stack_rows[] = {
    { "template.needs-capabilities", "InsufficientCapabilitiesException|Requires capabilities :" },
    { "template.parameter", "must have values|Parameter validation failed|must be one of AllowedValues|"
                            "do not exist in the template" },
    { "template.syntax",
      "Template format error:|Template error:|YAML not well-formed|Unresolved resource dependencies" },
    { "stack.failed", "is in ROLLBACK_COMPLETE state and can not be updated" },
    { "cfn.export-missing", "No export named&found" },
    { "cfn.protected", "cannot be deleted while TerminationProtection is enabled" },
    { "stack.missing", "Stack with id&does not exist" },
    { "cfn.custom-resource-timeout", "did not receive a response from your Custom Resource" },
    { "cfn.custom-resource-failed", "Received response status [FAILED] from custom resource" },
    { "cfn.role-not-assumable", "cannot be assumed" },
    { "permission.denied", CODE("AccessDenied") "|" CODE("UnauthorizedTaggingOperation") },
    { "permission.denied", "not authorized to perform|AccessDenied|Access Denied|UnauthorizedOperation|"
                           "Encoded authorization failure message" },
    { "cfn.bucket-not-empty", "The bucket you tried to delete is not empty|BucketNotEmpty" },
    { "cfn.in-use", "has a dependent object|DependencyViolation|ClusterContainsTasksException|is in use" },
    { "template.fixed-name-collides", CODE("AlreadyExists") "|already exists|AlreadyExists" },
    { "api.throttled",
      CODE("Throttling") "|Rate exceeded|Throttling|RequestLimitExceeded|TooManyRequestsException" },
    { "cfn.quota", CODE("ServiceLimitExceeded") "|LimitExceeded|maximum number of|quota" },
    { "cfn.not-stabilized", CODE("NotStabilized") "|did not stabilize|Exceeded attempts to wait" },
    { "cfn.internal", CODE("InternalFailure") "|" CODE("ServiceInternalError") "|" CODE(
                          "NetworkFailure") "|" CODE("HandlerInternalFailure") "|Internal Failure" },
    { NULL, NULL },
};

static const struct m2_failure_row fallout[] = {
    { "cancelled", "Resource creation cancelled|Resource update cancelled|Resource deletion cancelled" },
    { "cancelled", "The following resource(s) failed to create|The following resource(s) failed to update|"
                   "The following resource(s) failed to delete" },
    { "embedded", "Embedded stack&was not successfully" },
    /* Alone: behind a reason of the stack itself it says what follows, not why. */
    { "rollback", "=Rollback requested by user|=Rollback requested by user." },
    { "nothing", "No updates are to be performed" },
    { NULL, NULL },
};

bool m2_failure_is_fallout(struct m2_arena *a, const char *reason)
{
    return m2_failure_find(fallout, a, reason) != NULL;
}

const char *m2_failure_stack(struct m2_arena *a, const char *reason)
{
    static const struct m2_failure_row *const order[] = { m2_failure_lambda_rows, task_texts,
                                                          m2_failure_stack_rows };
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        const char *slug = m2_failure_find(order[i], a, reason);
        if (slug)
            return slug;
    }
    return "cfn.unknown";
}
