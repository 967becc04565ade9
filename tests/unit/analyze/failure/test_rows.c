/* Every row of the catalogue is reached by a text as AWS writes it, in the old wording and in the new one. */
#include <criterion/criterion.h>
#include <string.h>

#include "analyze/failure/catalogue.h"
#include "analyze/failure/pattern.h"
#include "m2/str.h"

#define PULL "CannotPullContainerError: "
#define INIT "ResourceInitializationError: "
#define AUTH INIT "unable to pull secrets or registry auth: "
#define NOT_ALLOWED(action)                                                                                  \
    "User: arn:aws:sts::1:assumed-role/r/t is not authorized to perform: " action " on resource: *"

struct text {
    const char *want, *text;
};

static const struct text tasks[] = {
    { "task.pull.rate-limit",
      PULL "inspect image has been retried 5 time(s): 429 Too Many Requests - toomanyrequests: x" },
    { "task.pull.rate-limit", PULL "You have reached your pull rate limit" },
    { "task.pull.disk", PULL "write /var/lib/containerd/x: no space left on device: unknown" },
    { "task.pull.platform",
      PULL "image Manifest does not contain descriptor matching platform 'linux/amd64'" },
    { "task.pull.network", PULL
      "failed to do request: Head \"https://1.dkr.ecr.x.amazonaws.com\": dial tcp 1.1.1.1:443: i/o timeout" },
    { "task.pull.network", PULL "net/http: TLS handshake timeout" },
    { "task.pull.network", PULL
      "Get https://1.dkr.ecr/v2/: net/http: request canceled while waiting for connection (Client.Timeout "
      "exceeded while awaiting headers)" },
    { "task.pull.network", PULL "ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed "
                                "open: context deadline exceeded" },
    { "task.pull.network", "The task cannot pull 1.dkr.ecr.x/a:b from Amazon ECR. There is a connection "
                           "issue between the task and Amazon "
                           "ECR. Check your task network." },
    { "task.pull.network", "The task can\xe2\x80\x99t pull the image. Check your network configuration." },
    { "task.pull.network", PULL "invalid memory address or nil pointer dereference" },
    { "task.pull.network", PULL "failed to copy: httpReaderSeeker: failed open: unexpected" },
    { "task.pull.network", PULL "lookup 1.dkr.ecr.x on 10.0.0.2:53: no such host" },
    { "task.pull.denied",
      PULL "failed to copy: httpReadSeeker: failed open: unexpected status code https://x: 403 Forbidden" },
    { "task.pull.denied", PULL "no basic auth credentials" },
    { "task.pull.denied", PULL NOT_ALLOWED("ecr:BatchGetImage") },
    { "task.pull.denied", "The task can't pull the image. Check that the role has the permissions to pull "
                          "images from the registry." },
    { "task.pull.denied",
      "pull access denied for a/b, repository does not exist or may require 'docker login'" },
    { "task.pull.missing-image", PULL "1.dkr.ecr.x/a:b: not found" },
    { "task.pull.missing-image", PULL "manifest unknown: Requested image not found" },
    { "task.pull.missing-image", PULL "API error (404): repository a not there" },
    { "task.pull.missing-image", PULL "The task can't pull the image 'a'. Check whether the image exists." },
    { "task.pull.missing-image",
      PULL "inspect image has been retried 1 time(s): failed to resolve ref \"docker.io/a:b\"" },
    { "task.pull.other", PULL "error pulling image configuration" },
    { "task.pull.other", "CannotPullContainerManifestError: a word" },
    { "task.init.registry-network",
      AUTH "execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been "
           "retried 3 time(s): RequestError: dial tcp 1.1.1.1:443: i/o timeout" },
    { "task.init.registry-network",
      AUTH "Post \"https://api.ecr.us-east-1.amazonaws.com/\": dial tcp: i/o timeout" },
    { "task.init.registry-network",
      AUTH "The task cannot pull registry auth from Amazon ECR: There is a connection issue between the task "
           "and Amazon ECR. Check your task network configuration." },
    { "task.init.registry-network", INIT "The task cannot pull registry auth" },
    { "task.init.secrets-network", AUTH "pull command failed: : signal: killed" },
    { "task.init.secrets-network", INIT
      "The task can't pull secrets from AWS Systems Manager. There is a connection issue between the task "
      "and AWS Systems Manager Parameter Store. Check your task network configuration." },
    { "task.init.secrets-network", INIT
      "unable to pull secrets: The task can't retrieve it from AWS Secrets Manager: dial tcp: i/o timeout" },
    { "task.init.secrets-missing",
      AUTH "ResourceNotFoundException: Secrets Manager can\xe2\x80\x99t find the specified secret." },
    { "task.init.secrets-missing", INIT
      "The task can't retrieve the secret with ARN 'a' from AWS Secrets Manager. Check whether the secret "
      "exists in the specified Region." },
    { "task.init.registry-denied", AUTH "unable to retrieve ecr registry auth: AccessDeniedException: no" },
    { "task.init.registry-denied", INIT NOT_ALLOWED("ecr:GetAuthorizationToken") },
    { "task.init.secrets-denied", AUTH "unable to retrieve secret from asm: AccessDeniedException" },
    { "task.init.secrets-denied",
      AUTH "unable to retrieve secrets from ssm: " NOT_ALLOWED("ssm:GetParameters") },
    { "task.init.secrets-denied", AUTH NOT_ALLOWED("kms:Decrypt") },
    { "task.init.logs-network", INIT
      "failed to validate logger args: create stream has been retried 1 times: dial tcp 1.1.1.1:443: i/o "
      "timeout: exit status 1" },
    { "task.init.logs-network",
      INIT "The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a "
           "connection issue between the task and Amazon CloudWatch." },
    { "task.init.logs-denied", INIT "failed to validate logger args: " NOT_ALLOWED("logs:CreateLogStream") },
    { "task.init.logs-missing", INIT
      "failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch "
      "log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1" },
    { "task.init.logs-missing", INIT "failed to initialize logging driver: word" },
    { "task.init.logs-config",
      INIT "failed to validate logger args: awslogs-region is required: exit status 1" },
    { "task.init.env-files",
      INIT "failed to download env files: file download command: non empty error stream" },
    { "task.init.env-files", INIT "The task can't download the environment variable files from Amazon S3." },
    { "task.init.efs",
      INIT "failed to invoke EFS utils commands to set up EFS volumes: stderr: Failed to resolve fs-1" },
    { "task.init.eni", "Timeout waiting for network interface provisioning to complete." },
    { "task.init.eni", INIT "failed to configure ENI: failed to setup regular eni" },
    { "task.init.eni", "Unexpected EC2 error while attempting to Create Network Interface in subnet 's': "
                       "NetworkInterfaceLimitExceeded" },
    { "task.init.no-free-ips", "InsufficientFreeAddressesInSubnet" },
    { "task.init.no-free-ips", "Unexpected EC2 error while attempting to Create Network Interface with "
                               "public IP assignment enabled in "
                               "subnet 's': word" },
    { "task.init.storage", "Timeout waiting for EphemeralStorage provisioning to complete." },
    { "task.init.other", INIT "something new" },
    { "task.start.exec-format", "exec /app: exec format error" },
    { "task.start.entrypoint",
      "CannotStartContainerError: exec: \"a\": executable file not found in $PATH: unknown" },
    { "task.start.entrypoint", "CannotStartContainerError: stat /a: no such file or directory" },
    { "task.start.entrypoint", "CannotStartContainerError: exec: \"/a\": permission denied" },
    { "task.start.memory", "CannotStartContainerError: failed to get container status: <nil>" },
    { "task.start.other", "CannotCreateContainerError: API error" },
    { "task.start.other", "CannotCreateVolumeError: word" },
    { "task.start.timeout", "ContainerRuntimeTimeoutError: word" },
    { "task.start.timeout",
      "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s" },
    { "task.start.timeout", "Could not transition to running; timed out after waiting 4m0s" },
    { "task.runtime-error", "ContainerRuntimeError: word" },
    { "task.runtime-error", "CannotInspectContainerError: word" },
    { "task.runtime-error", "CannotStopContainerError: word" },
    { "task.runtime-error", "InternalError: word" },
    { "task.oom", "OutOfMemoryError: Container killed due to memory usage" },
    { "task.oom", "Container killed due to memory usage" },
    { "task.vcpu-quota",
      "You\xe2\x80\x99ve reached the limit on the number of vCPUs you can run concurrently" },
    { "task.vcpu-quota", "You've reached the limit on the number of tasks you can run concurrently" },
    { "task.vcpu-quota", "The requested CPU configuration is above your limit" },
    { "task.capacity",
      "Capacity is unavailable at this time. Please try again later or in a different availability zone" },
    { "task.not-fargate", "RESOURCE:CPU" },
    { "task.not-fargate", "RESOURCE:ENI" },
    { "task.not-fargate", "No Active Instances" },
    { "task.not-fargate", "EMPTY CAPACITY PROVIDER" },
    { "task.not-fargate", "MemberOf placement constraint unsatisfied." },
    { "task.not-fargate", "AGENT" },
    { "task.not-fargate", "ATTRIBUTE" },
    { "task.not-fargate", "LOCATION" },
    { "task.not-fargate", "INACTIVE" },
    { "task.gone", "MISSING" },
    { "api.throttled", "Error retrieving subnet information for [s]: Rate exceeded (ErrorCode: Throttling)" },
    { "task.sg-or-subnet-invalid",
      "Error retrieving security group information for [g]: The security group 'g' does not exist" },
    { "task.sg-or-subnet-invalid",
      "Error retrieving subnet information for [s]: The subnet ID 's' does not exist" },
    { "task.sg-or-subnet-invalid", "You have specified two resources that belong to different networks." },
    { "task.params", "Network Configuration must be provided when networkMode 'awsvpc' is specified." },
    { "task.params", "Container Overrides length must be at most 8192" },
    { "task.params", "TaskDefinition is inactive" },
    { "task.size-invalid", "No Fargate configuration exists for given values: 256 CPU, 4 memory." },
    { "task.execution-role-missing",
      "Fargate requires task definition to have execution role ARN to support log driver awslogs." },
    { "task.role-not-assumable", "ECS was unable to assume the role 'r' that was provided for this task." },
    { "task.pass-role", NOT_ALLOWED("iam:PassRole") },
    { "task.service-role-missing", "Unable to assume the service linked role." },
    { "task.cluster-missing", "ClusterNotFoundException: Cluster not found." },
    { "task.platform-version", "PlatformUnknownException" },
    { "task.platform-version", "PlatformTaskDefinitionIncompatibilityException" },
    { "task.platform-version", "UnsupportedFeatureException" },
    { "task.account-blocked", "BlockedException" },
};

#define BOUND(key, side, n)                                                                                  \
    "1 validation error detected: Value 'x' at '" key                                                        \
    "' failed to satisfy constraint: Member must have value " side " than or equal to " n

static const struct text functions[] = {
    { "lambda.image-access-denied",
      "Lambda does not have permission to access the ECR image. Check the ECR permissions." },
    { "image.tag-missing", "Source image 1.dkr.ecr.x/a:b does not exist. Provide a valid source image." },
    { "image.manifest-unsupported",
      "The image manifest, config or layer media type for the source image a:b is not supported." },
    { "image.manifest-unsupported",
      "The image manifest or layer media type for the source image a:b is not supported." },
    { "lambda.memory-over-account-cap",
      "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 3008" },
    { "lambda.memory-over-account-cap", BOUND("memorySize", "less", "3008") },
    { "lambda.memory-invalid", BOUND("memorySize", "less", "10240") },
    { "lambda.memory-invalid", BOUND("memorySize", "greater", "128") },
    { "lambda.timeout-invalid", BOUND("timeout", "less", "900") },
    { "lambda.concurrency-low", "Specified ReservedConcurrentExecutions for function decreases account's "
                                "UnreservedConcurrentExecution below "
                                "its minimum value of [10]." },
    { "lambda.runtime-blocked", "The runtime parameter of python3.8 is no longer supported for creating or "
                                "updating AWS Lambda functions." },
    { "lambda.role-not-assumable", "The role defined for the function cannot be assumed by Lambda." },
    { "lambda.timeout", "2026-11-23T08:00:00.000Z 1 Task timed out after 900.10 seconds" },
    { "lambda.timeout", "Sandbox.Timedout" },
    { "lambda.out-of-memory", "Error Type: Runtime.OutOfMemory" },
    { "lambda.entrypoint", "Runtime.InvalidEntrypoint" },
    { "lambda.entrypoint", "Couldn't find valid bootstrap(s): [/var/task/bootstrap]" },
    { "lambda.entrypoint", "Runtime.ImportModuleError: Unable to import module 'app'" },
    { "lambda.entrypoint", "Runtime.HandlerNotFound" },
    { "lambda.crash", "Runtime exited with error: exit status 1 Runtime.ExitError" },
    { "lambda.crash", "Runtime exited without providing a reason" },
    { "lambda.throttled", "ReservedFunctionConcurrentInvocationLimitExceeded" },
    { "lambda.busy", "ResourceConflictException: The operation cannot be performed at this time. The "
                     "function is currently in state Pending" },
};

#define HANDLER(text, code)                                                                                  \
    "Resource handler returned message: \"" text "\" (RequestToken: t, HandlerErrorCode: " code ")"

static const struct text stacks[] = {
    { "permission.denied", HANDLER("no", "AccessDenied") },
    { "permission.denied", HANDLER("no", "UnauthorizedTaggingOperation") },
    { "permission.denied", "API: iam:CreateRole " NOT_ALLOWED("iam:CreateRole") },
    { "permission.denied", "API: ec2:CreateVpc You are not authorized to perform this operation. Encoded "
                           "authorization failure message: aB-1" },
    { "permission.denied", "API: s3:CreateBucket Access Denied" },
    { "template.fixed-name-collides", HANDLER("no", "AlreadyExists") },
    { "template.fixed-name-collides",
      "/ecs/run-job-fargate already exists in stack arn:aws:cloudformation:us-east-1:1:stack/a/b" },
    { "template.fixed-name-collides", "(Service: S3, Status Code: 409, Error Code: BucketAlreadyExists)" },
    { "cfn.role-not-assumable", "The role arn:aws:iam::1:role/r is invalid or cannot be assumed" },
    { "cfn.quota", HANDLER("no", "ServiceLimitExceeded") },
    { "cfn.quota", "The maximum number of VPCs has been reached. (Error Code: VpcLimitExceeded)" },
    { "api.throttled", HANDLER("no", "Throttling") },
    { "api.throttled", "Rate exceeded (Service: Ecs, Status Code: 400)" },
    { "api.throttled",
      "Request limit exceeded. (Service: Ec2; Status Code: 503; Error Code: RequestLimitExceeded)" },
    { "cfn.not-stabilized", HANDLER("no", "NotStabilized") },
    { "cfn.not-stabilized", "Exceeded attempts to wait" },
    { "cfn.bucket-not-empty",
      "The bucket you tried to delete is not empty. You must delete all versions in the bucket." },
    { "cfn.in-use", "resource sg-1 has a dependent object (Error Code: DependencyViolation)" },
    { "cfn.in-use", "The Cluster cannot be deleted while Tasks are active. (ClusterContainsTasksException)" },
    { "cfn.custom-resource-failed",
      "Received response status [FAILED] from custom resource. Message returned: AccessDenied" },
    { "cfn.custom-resource-timeout",
      "CloudFormation did not receive a response from your Custom Resource. Please check your logs." },
    { "template.needs-capabilities", "Requires capabilities : [CAPABILITY_NAMED_IAM]" },
    { "template.syntax", "Template format error: YAML not well-formed. (line 3, column 9)" },
    { "template.syntax", "Template error: instance of Fn::GetAtt references undefined resource X" },
    { "template.parameter", "Parameters: [SubnetId1] must have values" },
    { "template.parameter", "Parameter 'Stage' must be one of AllowedValues" },
    { "template.parameter", "Parameters: [X] do not exist in the template" },
    { "cfn.export-missing", "No export named network-Vpc found" },
    { "stack.failed", "Stack:arn:a is in ROLLBACK_COMPLETE state and can not be updated." },
    { "cfn.protected", "Stack [a] cannot be deleted while TerminationProtection is enabled" },
    { "stack.missing", "Stack with id a does not exist" },
    { "cfn.internal", HANDLER("null", "InternalFailure") },
    { "cfn.internal", HANDLER("null", "HandlerInternalFailure") },
    { "cfn.internal", HANDLER("null", "NetworkFailure") },
    { "cfn.internal", "Internal Failure" },
};

static const struct text executions[] = {
    { "execution.timeout", "States.HeartbeatTimeout" },
    { "execution.data-limit", "states.datalimitexceeded" },
    { "workflow.role-missing-permissions", "States.Permissions" },
    { "execution.definition", "States.QueryEvaluationError" },
    { "execution.definition", "States.IntrinsicFailure" },
    { "execution.definition", "States.ParameterPathFailure" },
    { "execution.definition", "States.ResultPathMatchFailure" },
    { "execution.definition", "States.BranchFailed" },
    { "lambda.timeout", "Sandbox.Timedout" },
    { "lambda.throttled", "Lambda.TooManyRequestsException" },
    { "lambda.crash", "Runtime.ExitError" },
    { "workflow.target-missing", "Lambda.ResourceNotFoundException" },
    { "task.cluster-missing", "Ecs.ClusterNotFoundException" },
    { "api.transient", "Lambda.SdkClientException" },
};

static const struct {
    const char *name;
    const struct m2_failure_row *rows;
    const struct text *texts;
    size_t n;
} tables[] = {
    { "tasks", m2_failure_task_rows, tasks, sizeof tasks / sizeof tasks[0] },
    { "functions", m2_failure_lambda_rows, functions, sizeof functions / sizeof functions[0] },
    { "stacks", m2_failure_stack_rows, stacks, sizeof stacks / sizeof stacks[0] },
    { "executions", m2_failure_execution_rows, executions, sizeof executions / sizeof executions[0] },
};

Test(failure_rows, every_row_is_reached_and_every_text_finds_its_own)
{
    struct m2_arena *a = m2_arena_new();
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        bool reached[200] = { false };
        for (size_t i = 0; i < tables[t].n; i++) {
            const char *folded = m2_failure_fold(a, tables[t].texts[i].text);
            size_t row = 0;
            while (tables[t].rows[row].slug && !m2_failure_match(tables[t].rows[row].pattern, folded))
                row++;
            cr_expect(m2_str_eq(tables[t].rows[row].slug, tables[t].texts[i].want),
                      "%s: %s\n  is %s (row %zu), wanted %s", tables[t].name, tables[t].texts[i].text,
                      m2_str_or(tables[t].rows[row].slug, "nothing"), row, tables[t].texts[i].want);
            reached[row] = true;
        }
        for (size_t row = 0; tables[t].rows[row].slug; row++)
            cr_expect(reached[row], "%s: no text reaches row %zu: %s %s", tables[t].name, row,
                      tables[t].rows[row].slug, tables[t].rows[row].pattern);
    }
    m2_arena_free(a);
}

/* Every slug that a resource's failure can carry inside CloudFormation's envelope is found there too. */
Test(failure_rows, functions_texts_inside_a_stacks_reason)
{
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        const char *reason = m2_arena_printf(
            a,
            "Resource handler returned message: \"%s (Service: Lambda, Status Code: 400, Request "
            "ID: 1)\" (RequestToken: t, HandlerErrorCode: InvalidRequest)",
            functions[i].text);
        cr_expect_str_eq(m2_failure_stack(a, reason), functions[i].want, "%s", reason);
    }
    m2_arena_free(a);
}

Test(failure_rows, refusals_of_run_task)
{
    static const struct {
        const char *error, *cause, *want;
    } cases[] = {
        { "AmazonECS.Unknown", "{\"Failures\":[{\"Arn\":\"a\",\"Reason\":\"AGENT\"}],\"Tasks\":[]}",
          "task.not-fargate" },
        { "ECS.AmazonECSException", "{\"failures\":[{\"reason\":\"RESOURCE:MEMORY\",\"detail\":\"d\"}]}",
          "task.not-fargate" },
        { "AmazonECS.Unknown", "{\"Failures\":[{\"Reason\":\"tomorrow's word\"}]}", "task.unknown" },
        { "ECS.PlatformUnknownException", "no such platform", "task.platform-version" },
        { "ECS.BlockedException", "no", "task.account-blocked" },
        { "ECS.ServerException", "Error retrieving subnet information: Throttling", "api.throttled" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = NULL;
        cr_expect_str_eq(m2_failure_execution(&text, a, cases[i].error, cases[i].cause), cases[i].want,
                         "%s %s", cases[i].error, cases[i].cause);
    }
    m2_arena_free(a);
}

Test(failure_rows, an_encoded_denial_is_a_denial)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_denial d = { 0 };
    cr_assert(m2_failure_denial(
        &d, a,
        "You are not authorized to perform this operation. User: arn:u is not authorized to perform: "
        "ec2:CreateVpc on resource: arn:v because no identity-based policy allows the ec2:CreateVpc "
        "action. Encoded authorization failure message: aB-c_1 (Service: Ec2)"));
    cr_assert_str_eq(d.action, "ec2:CreateVpc");
    cr_assert_str_eq(d.encoded, "aB-c_1");
    cr_assert(strstr(m2_failure_denial_fix(a, &d, "who"), "ec2:CreateVpc on arn:v to arn:u"));
    cr_assert(m2_failure_denial(&d, a, "Encoded authorization failure message: aB-c_1"));
    cr_assert_null(d.action);
    cr_assert(strstr(m2_failure_denial_fix(a, &d, "the deployer"), "the deployer"));
    m2_arena_free(a);
}
