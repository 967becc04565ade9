/*
 * Stopped tasks and RunTask. Network texts come before denials, denials before the family's rest.
 * Source: Amazon ECS Developer Guide: stopped-task-error-codes and its sub-pages, api_failures_messages,
 * service-event-messages-list; botocore's ecs model.
 */
#include <stddef.h>

#include "analyze/failure/catalogue.h"
#include "analyze/failure/pattern.h"
#include "m2/str.h"

#define PULL "CannotPullContainer&"
#define AUTH "unable to pull secrets or registry auth"

const struct m2_failure_row m2_failure_task_rows[] = {
    { "task.pull.rate-limit", PULL "toomanyrequests|pull rate limit" },
    { "task.pull.disk", PULL "no space left on device" },
    { "task.pull.platform", PULL "does not contain descriptor matching platform" },
    { "task.pull.network", PULL "@NET" },
    { "task.pull.network", "!ResourceInitializationError&cannot pull|can't pull&connection issue between the "
                           "task and&!registry auth" },
    { "task.pull.network", "can't pull the image&check your network configuration" },
    { "task.pull.network", PULL "invalid memory address or nil pointer dereference" },
    { "task.pull.network", PULL "failed to copy: httpRead&!403" },
    { "task.pull.denied", PULL "@DENIED" },
    { "task.pull.denied", "can't pull the image&check that the role has the permissions" },
    { "task.pull.denied", "pull access denied for" },
    { "task.pull.missing-image",
      PULL "not found|manifest unknown|API error (404)|Check whether the image exists" },
    { "task.pull.missing-image", PULL "has been retried&failed to resolve ref" },
    { "task.pull.other", "CannotPullContainer" },

    { "task.init.registry-network", AUTH "&ecr registry auth|api.ecr.&@NET" },
    { "task.init.registry-network", "cannot pull registry auth&!@DENIED" },
    { "task.init.secrets-network", AUTH "&@NET" },
    { "task.init.secrets-network", "pull secrets from AWS Systems Manager|AWS Secrets Manager&@NET" },
    { "task.init.secrets-missing", "Secrets Manager can't find the specified secret" },
    { "task.init.secrets-missing", "Check whether the secret exists in the specified Region" },
    { "task.init.registry-denied", "unable to retrieve ecr registry auth|ecr:GetAuthorizationToken&@DENIED" },
    { "task.init.secrets-denied", "unable to retrieve secret from asm|secrets from ssm|kms:Decrypt&@DENIED" },
    { "task.init.logs-network", "failed to validate logger args|failed to initialize logging driver&@NET" },
    { "task.init.logs-network", "cannot find the Amazon CloudWatch log group&connection issue" },
    { "task.init.logs-denied", "failed to validate logger args|failed to initialize logging driver&@DENIED" },
    { "task.init.logs-missing",
      "failed to create Cloudwatch log stream&The specified log group does not exist" },
    { "task.init.logs-missing", "failed to initialize logging driver" },
    { "task.init.logs-config", "failed to validate logger args" },
    { "task.init.env-files", "download the environment variable files|failed to download env files" },
    { "task.init.efs", "failed to invoke EFS utils commands to set up EFS volumes" },
    { "task.init.eni", "Timeout waiting for network interface provisioning|failed to configure ENI|"
                       "NetworkInterfaceLimitExceeded" },
    { "task.init.no-free-ips", "InsufficientFreeAddressesInSubnet" },
    { "task.init.no-free-ips",
      "Unexpected EC2 error while attempting to Create Network Interface&in subnet" },
    { "task.init.storage", "Timeout waiting for EphemeralStorage provisioning" },
    { "task.start.exec-format", "exec format error" },
    { "task.start.entrypoint",
      "CannotStartContainerError&executable file not found|no such file or directory|"
      "permission denied" },
    { "task.start.memory", "CannotStartContainerError&failed to get container status" },
    { "task.start.other", "CannotStartContainerError|CannotCreateContainerError|CannotCreateVolumeError" },
    { "task.start.timeout", "ContainerRuntimeTimeoutError|DockerTimeoutError" },
    { "task.start.timeout", "Could not transition to running&timed out" },
    { "task.oom", "OutOfMemoryError|killed due to memory usage" },
    { "task.runtime-error", "ContainerRuntimeError|CannotInspectContainerError|CannotStopContainerError" },
    { "task.vcpu-quota", "reached the limit on the number of vCPUs|number of tasks you can run concurrently|"
                         "configuration is above your limit" },
    { "task.capacity", "Capacity is unavailable at this time" },
    { "task.not-fargate", "RESOURCE:CPU|RESOURCE:MEMORY|RESOURCE:ENI|RESOURCE:GPU|RESOURCE:PORTS|NO ACTIVE "
                          "INSTANCES|EMPTY CAPACITY PROVIDER|"
                          "MemberOf placement constraint unsatisfied" },
    { "task.not-fargate", "=AGENT|=ATTRIBUTE|=LOCATION|=INACTIVE" },
    { "task.gone", "=MISSING" },
    { "api.throttled", "Error retrieving subnet information&Rate exceeded|Throttling" },
    { "task.sg-or-subnet-invalid",
      "Error retrieving subnet information|Error retrieving security group information&does not exist" },
    { "task.sg-or-subnet-invalid", "belong to different networks" },
    { "task.params", "Network Configuration must be provided when networkMode 'awsvpc' is specified|"
                     "Container Overrides length must be at most 8192|TaskDefinition is inactive" },
    { "task.size-invalid", "No Fargate configuration exists for given values" },
    { "task.execution-role-missing",
      "Fargate requires task definition to have execution role ARN to support" },
    { "task.role-not-assumable", "ECS was unable to assume the role" },
    { "task.pass-role", "iam:PassRole&@DENIED" },
    { "task.service-role-missing", "Unable to assume the service linked role" },
    { "task.cluster-missing", "ClusterNotFoundException|Cluster not found" },
    { "task.platform-version", "PlatformUnknownException|PlatformTaskDefinitionIncompatibilityException|"
                               "UnsupportedFeatureException" },
    { "task.account-blocked", "BlockedException" },
    { "task.init.other", "ResourceInitializationError" },
    { "task.runtime-error", "InternalError" },
    { NULL, NULL },
};

/* stopCode is the one field AWS promises not to reword. */
static const struct {
    const char *code, *slug;
} stop_codes[] = {
    { "SpotInterruption", "task.spot" },
    { "TerminationNotice", "task.spot" },
    { "UserInitiated", "task.user-stopped" },
    { "ServiceSchedulerInitiated", "task.scheduler-stopped" },
};

/* The same said in words only, where no stopCode was kept. */
static const struct m2_failure_row stop_texts[] = {
    { "task.spot", "Your Spot Task was interrupted" },
    { "task.user-stopped", "Task stopped by user" },
    { "task.scheduler-stopped", "Scaling activity initiated by" },
    { NULL, NULL },
};

static const struct {
    int64_t code;
    const char *slug;
} exit_codes[] = {
    { 125, "task.exit.125" }, { 126, "task.exit.126" }, { 127, "task.exit.127" }, { 137, "task.exit.137" },
    { 139, "task.exit.139" }, { 143, "task.exit.143" }, { 255, "task.exit.255" },
};

static const char *by_exit_code(const struct m2_task_failure *t)
{
    for (size_t i = 0; i < sizeof exit_codes / sizeof exit_codes[0]; i++)
        if (exit_codes[i].code == t->exit_code)
            return exit_codes[i].slug;
    return "task.exit.nonzero";
}

const char *m2_failure_task(struct m2_arena *a, const struct m2_task_failure *t)
{
    for (size_t i = 0; i < sizeof stop_codes / sizeof stop_codes[0]; i++)
        if (m2_str_eq(t->stop_code, stop_codes[i].code))
            return stop_codes[i].slug;
    const char *slug = m2_failure_find(m2_failure_task_rows, a, t->reason);
    if (!slug && !t->stop_code)
        slug = m2_failure_find(stop_texts, a, t->reason);
    if (slug)
        return slug;
    if (t->has_exit_code && t->exit_code != 0)
        return by_exit_code(t);
    if (t->has_exit_code && (!t->stop_code || m2_str_eq(t->stop_code, "EssentialContainerExited")))
        return NULL;
    return "task.unknown";
}
