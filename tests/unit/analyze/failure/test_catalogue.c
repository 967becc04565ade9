#include <criterion/criterion.h>
#include <string.h>

#include "analyze/failure/catalogue.h"
#include "analyze/failure/pattern.h"
#include "m2/check.h"
#include "m2/str.h"

#define PULL "CannotPullContainerError: "
#define INIT "ResourceInitializationError: "

/* Texts as the ECS guide and users quote them; IDs shortened. */
static const struct {
    const char *stop_code, *reason;
    int64_t exit_code; /* -1: never ran */
    const char *want;  /* NULL: no failure */
} tasks[] = {
    { "TaskFailedToStart",
      PULL "pull image manifest has been retried 5 time(s): failed to resolve ref 1.dkr.ecr.us-east-1.amazonaws.com/a:b: "
           "failed to do request: Head \"https://1.dkr.ecr.us-east-1.amazonaws.com/v2/a/manifests/b\": dial tcp "
           "52.46.146.144:443: i/o timeout",
      -1, "task.pull.network" },
    { "TaskFailedToStart",
      PULL "The task cannot pull 1.dkr.ecr.us-east-1.amazonaws.com/a:b from Amazon ECR. There is a connection issue between "
           "the task and Amazon ECR. Check your task network configuration.",
      -1, "task.pull.network" },
    { "TaskFailedToStart", PULL "The task can\xe2\x80\x99t pull the image. Check your network configuration.", -1,
      "task.pull.network" },
    { "TaskFailedToStart", PULL "API error (500): Get https://1.dkr.ecr.us-east-1.amazonaws.com/v2/: net/http: request "
                                "canceled while waiting for connection",
      -1, "task.pull.network" },
    { "TaskFailedToStart", PULL "failed to copy: httpReadSeeker: failed open: unexpected status", -1,
      "task.pull.network" },
    { "TaskFailedToStart", PULL "failed to copy: httpReadSeeker: failed open: unexpected status code 403 Forbidden", -1,
      "task.pull.denied" },
    { "TaskFailedToStart", PULL "AccessDeniedException: User: arn:aws:sts::1:assumed-role/r/t is not authorized to "
                                "perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:2:repository/a",
      -1, "task.pull.denied" },
    { "TaskFailedToStart", PULL "pull access denied for a, repository does not exist or may require 'docker login'", -1,
      "task.pull.denied" },
    { "TaskFailedToStart", PULL "pull image manifest has been retried 1 time(s): failed to resolve ref 1.dkr.ecr/a:b: "
                                "1.dkr.ecr/a:b: not found",
      -1, "task.pull.missing-image" },
    { "TaskFailedToStart", PULL "inspect image has been retried 1 time(s): failed to resolve ref \"docker.io/a:b\"", -1,
      "task.pull.missing-image" },
    { "TaskFailedToStart", PULL "inspect image has been retried 5 time(s): httpReaderSeeker: failed open: unexpected "
                                "status code 429 Too Many Requests - toomanyrequests: You have reached your pull rate limit",
      -1, "task.pull.rate-limit" },
    { "TaskFailedToStart", PULL "write /var/lib/x: no space left on device", -1, "task.pull.disk" },
    { "TaskFailedToStart", PULL "image Manifest does not contain descriptor matching platform 'linux/amd64'", -1,
      "task.pull.platform" },
    { "TaskFailedToStart", PULL "something new", -1, "task.pull.other" },
    { "TaskFailedToStart",
      INIT "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry "
           "auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "
           "\"https://api.ecr.us-east-1.amazonaws.com/\": dial tcp 52.46.146.144:443: i/o timeout",
      -1, "task.init.registry-network" },
    { "TaskFailedToStart",
      INIT "unable to pull secrets or registry auth: The task cannot pull registry auth from Amazon ECR: There is a "
           "connection issue between the task and Amazon ECR. Check your task network configuration.",
      -1, "task.init.registry-network" },
    { "TaskFailedToStart", INIT "unable to pull secrets or registry auth: pull command failed: : signal: killed", -1,
      "task.init.secrets-network" },
    { "TaskFailedToStart",
      INIT "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry "
           "auth: service call has been retried 1 time(s): AccessDeniedException: User: x is not authorized to perform: "
           "ecr:GetAuthorizationToken",
      -1, "task.init.registry-denied" },
    { "TaskFailedToStart",
      INIT "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from "
           "asm: service call has been retried 1 time(s): failed to fetch secret: AccessDeniedException",
      -1, "task.init.secrets-denied" },
    { "TaskFailedToStart", INIT "unable to pull secrets: ResourceNotFoundException: Secrets Manager can't find the "
                                "specified secret.",
      -1, "task.init.secrets-missing" },
    { "TaskFailedToStart", INIT "failed to validate logger args: create stream has been retried 1 times: failed to create "
                                "Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.: "
                                "exit status 1",
      -1, "task.init.logs-missing" },
    { "TaskFailedToStart", INIT "failed to validate logger args: create stream has been retried 1 times: failed to create "
                                "Cloudwatch log stream: RequestError: dial tcp 1.2.3.4:443: i/o timeout",
      -1, "task.init.logs-network" },
    { "TaskFailedToStart", INIT "failed to validate logger args: AccessDeniedException: not authorized: logs:CreateLogGroup",
      -1, "task.init.logs-denied" },
    { "TaskFailedToStart", INIT "failed to validate logger args: awslogs-region is required", -1, "task.init.logs-config" },
    { "TaskFailedToStart", INIT "failed to download env files: file download command: non empty error stream", -1,
      "task.init.env-files" },
    { "TaskFailedToStart", "Unexpected EC2 error while attempting to Create Network Interface with public IP assignment "
                           "enabled in subnet 'subnet-1': InsufficientFreeAddressesInSubnet",
      -1, "task.init.no-free-ips" },
    { "TaskFailedToStart", "Timeout waiting for network interface provisioning to complete.", -1, "task.init.eni" },
    { "TaskFailedToStart", INIT "something new", -1, "task.init.other" },
    { "EssentialContainerExited", "Essential container in task exited; OutOfMemoryError: Container killed due to memory "
                                  "usage",
      137, "task.oom" },
    { "EssentialContainerExited", "Essential container in task exited", 137, "task.exit.137" },
    { "EssentialContainerExited", "Essential container in task exited", 139, "task.exit.139" },
    { "EssentialContainerExited", "Essential container in task exited", 1, "task.exit.nonzero" },
    { "EssentialContainerExited", "Essential container in task exited", 0, NULL },
    { "TaskFailedToStart", "CannotStartContainerError: ResourceInitializationError: unable to create new container: exec "
                           "/app: exec format error",
      -1, "task.start.exec-format" },
    { "TaskFailedToStart", "CannotStartContainerError: exec: \"run.sh\": executable file not found in $PATH", -1,
      "task.start.entrypoint" },
    { "SpotInterruption", "Your Spot Task was interrupted.", -1, "task.spot" },
    { "UserInitiated", "Task stopped by user", 143, "task.user-stopped" },
    { NULL, "Capacity is unavailable at this time. Please try again later or in a different availability zone", -1,
      "task.capacity" },
    { NULL, "You\xe2\x80\x99ve reached the limit on the number of vCPUs you can run concurrently", -1, "task.vcpu-quota" },
    { NULL, "RESOURCE:MEMORY", -1, "task.not-fargate" },
    { NULL, "AGENT", -1, "task.not-fargate" },
    { NULL, "No Fargate configuration exists for given values.", -1, "task.size-invalid" },
    { NULL, "a text that nobody has seen", -1, "task.unknown" },
    { "AStopCodeOfTomorrow", "", -1, "task.unknown" },
};

Test(failure_catalogue, stopped_tasks_are_recognised)
{
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        const struct m2_task_failure t = { .stop_code = tasks[i].stop_code, .reason = tasks[i].reason,
                                           .has_exit_code = tasks[i].exit_code >= 0, .exit_code = tasks[i].exit_code };
        const char *got = m2_failure_task(a, &t);
        cr_assert(m2_str_eq(got, tasks[i].want), "%s\n  got %s, want %s", tasks[i].reason, m2_str_or(got, "none"),
                  m2_str_or(tasks[i].want, "none"));
    }
    m2_arena_free(a);
}

#define HANDLER(text, code) \
    "Resource handler returned message: \"" text " (Service: Lambda, Status Code: 400, Request ID: x)\" (RequestToken: t, " \
    "HandlerErrorCode: " code ")"

static const struct {
    const char *reason, *want;
    bool fallout;
} stacks[] = {
    { HANDLER("'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 3008",
              "InvalidRequest"),
      "lambda.memory-over-account-cap", false },
    { HANDLER("Source image 1.dkr.ecr.us-east-1.amazonaws.com/a:b does not exist. Provide a valid source image.",
              "InvalidRequest"),
      "image.tag-missing", false },
    { HANDLER("The image manifest, config or layer media type for the source image x is not supported.", "InvalidRequest"),
      "image.manifest-unsupported", false },
    { HANDLER("Lambda does not have permission to access the ECR image. Check the ECR permissions.", "AccessDenied"),
      "lambda.image-access-denied", false },
    { HANDLER("The runtime parameter of python3.8 is no longer supported for creating or updating AWS Lambda functions.",
              "InvalidRequest"),
      "lambda.runtime-blocked", false },
    { HANDLER("User: arn:aws:iam::1:user/u is not authorized to perform: iam:CreateRole on resource: r", "AccessDenied"),
      "permission.denied", false },
    { "/ecs/run-job-fargate already exists in stack arn:aws:cloudformation:us-east-1:1:stack/other/x",
      "template.fixed-name-collides", false },
    { "The bucket you tried to delete is not empty (Service: Amazon S3; Status Code: 409; Error Code: BucketNotEmpty)",
      "cfn.bucket-not-empty", false },
    { "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [x].",
      "cfn.custom-resource-timeout", false },
    { "Received response status [FAILED] from custom resource. Message returned: Invalid token", "cfn.custom-resource-failed",
      false },
    { "resource sg-1 has a dependent object (Service: Ec2, Status Code: 400)", "cfn.in-use", false },
    { "Requires capabilities : [CAPABILITY_NAMED_IAM]", "template.needs-capabilities", false },
    { "No export named network-Vpc found", "cfn.export-missing", false },
    { "Resource creation cancelled", "cfn.unknown", true },
    { "The following resource(s) failed to create: [A, B]. Rollback requested by user.", "cfn.unknown", true },
    { "Embedded stack arn:aws:cloudformation:x was not successfully created: The following resource(s) failed to create: "
      "[RunJobLambda].",
      "cfn.unknown", true },
    { NULL, "cfn.unknown", false },
};

Test(failure_catalogue, stack_reasons_are_recognised)
{
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof stacks / sizeof stacks[0]; i++) {
        cr_assert_str_eq(m2_failure_stack(a, stacks[i].reason), stacks[i].want, "%s: %s", m2_str_or(stacks[i].reason, "-"),
                         m2_failure_stack(a, stacks[i].reason));
        cr_assert_eq(m2_failure_is_fallout(a, stacks[i].reason), stacks[i].fallout, "%s",
                     m2_str_or(stacks[i].reason, "-"));
    }
    m2_arena_free(a);
}

static const struct {
    const char *error, *cause, *want, *text_has;
} executions[] = {
    { "States.TaskFailed",
      "{\"StopCode\":\"TaskFailedToStart\",\"StoppedReason\":\"CannotPullContainerError: x: dial tcp 1.1.1.1:443: i/o "
      "timeout\",\"Containers\":[{\"Name\":\"c\"}],\"TaskArn\":\"t\"}",
      "task.pull.network", "dial tcp" },
    { "States.TaskFailed",
      "{\"StopCode\":\"EssentialContainerExited\",\"StoppedReason\":\"Essential container in task "
      "exited\",\"Containers\":[{\"ExitCode\":1}]}",
      "task.exit.nonzero", "exit code 1" },
    { "States.TaskFailed",
      "{\"Attachments\":[],\"StopCode\":\"TaskFailedToStart\",\"StoppedReason\":\"CannotPullContainerError: toomanyrequests: "
      "pull rate limit\",\"Containers\":[{\"Na",
      "task.pull.rate-limit", "toomany" },
    { "AmazonECS.Unknown", "{\"failures\":[{\"reason\":\"Capacity is unavailable at this time. Please try again later\"}]}",
      "task.capacity", "Capacity" },
    { "ECS.ClusterNotFoundException", "Cluster not found. (Service: AmazonECS; Status Code: 400)", "task.cluster-missing",
      "Cluster" },
    { "ECS.AccessDeniedException", "User: arn:x is not authorized to perform: iam:PassRole on resource: r",
      "workflow.pass-role", "PassRole" },
    { "ecs.accessdeniedexception", "denied", "workflow.role-missing-permissions", "denied" },
    { "Lambda.AWSLambdaException", "User: x is not authorized to perform: lambda:InvokeFunction on resource: f",
      "workflow.role-missing-permissions", "lambda:InvokeFunction" },
    { "States.Timeout", "", "execution.timeout", "" },
    { "States.Runtime", "An error occurred while executing the state 'x'", "execution.definition", "error" },
    { "States.DataLimitExceeded", "too large", "execution.data-limit", "large" },
    { "Sandbox.Timedout", "{\"errorMessage\":\"2026 x Task timed out after 900.00 seconds\"}", "lambda.timeout", "900" },
    { "KeyError", "{\"errorMessage\":\"'task'\",\"errorType\":\"KeyError\",\"stackTrace\":[]}", "lambda.function-error",
      "KeyError: 'task'" },
    { "Lambda.Unknown", "Runtime exited with error: signal: killed Runtime.OutOfMemory", "lambda.out-of-memory", "killed" },
    { "Lambda.ServiceException", "", "api.transient", "" },
    { "SomethingElse", "words", "execution.unknown", "words" },
    { NULL, NULL, "execution.unknown", "" },
};

Test(failure_catalogue, executions_are_recognised)
{
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof executions / sizeof executions[0]; i++) {
        const char *text = NULL, *got = m2_failure_execution(&text, a, executions[i].error, executions[i].cause);
        cr_assert_str_eq(got, executions[i].want, "%s / %s: %s", m2_str_or(executions[i].error, "-"),
                         m2_str_or(executions[i].cause, "-"), got);
        cr_assert(strstr(text, executions[i].text_has), "%s: text is %s", got, text);
    }
    m2_arena_free(a);
}

Test(failure_catalogue, every_slug_has_a_cause)
{
    const struct m2_failure_row *const tables[] = { m2_failure_task_rows, m2_failure_lambda_rows, m2_failure_stack_rows,
                                                    m2_failure_execution_rows };
    for (size_t t = 0; t < 4; t++)
        for (const struct m2_failure_row *row = tables[t]; row->slug; row++)
            cr_assert(m2_cause_find(row->slug), "%s has no row among the causes", row->slug);
    static const char *const others[] = { "task.spot", "task.user-stopped", "task.scheduler-stopped", "task.unknown",
                                          "task.exit.125", "task.exit.126", "task.exit.127", "task.exit.137",
                                          "task.exit.139", "task.exit.143", "task.exit.255", "task.exit.nonzero",
                                          "cfn.unknown", "execution.unknown", "lambda.unknown", "lambda.function-error" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        cr_assert(m2_cause_find(others[i]), "%s", others[i]);
}

Test(failure_catalogue, denials_name_action_and_layer)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_denial d = { 0 };
    cr_assert(m2_failure_denial(&d, a, "User: arn:aws:sts::1:assumed-role/r/s is not\nauthorized to perform: "
                                       "iam:CreateRole on resource: arn:aws:iam::1:role/x because no identity-based policy "
                                       "allows the iam:CreateRole action"));
    cr_assert_str_eq(d.action, "iam:CreateRole");
    cr_assert_str_eq(d.resource, "arn:aws:iam::1:role/x");
    cr_assert_str_eq(d.principal, "arn:aws:sts::1:assumed-role/r/s");
    cr_assert(strstr(d.layer, "none allows"));
    cr_assert(m2_failure_denial(&d, a, "User: u is not authorized to perform: s3:CreateBucket with an explicit deny in a "
                                       "service control policy: arn:aws:organizations::1:policy/p"));
    cr_assert(strstr(d.layer, "organisation"));
    cr_assert_not(m2_failure_denial(&d, a, "Access Denied"));
    m2_arena_free(a);
}

Test(failure_pattern, language)
{
    static const struct {
        const char *pattern, *text;
        bool want;
    } cases[] = {
        { "a&b", "xaxbx", true },   { "a&b", "xax", false },    { "a|b&c", "bc", true },
        { "a|b&c", "b", false },    { "!a&b", "b", true },      { "!a&b", "ab", false },
        { "=AGENT", "agent", true }, { "=AGENT", "agents", false }, { "@NET", "DIAL TCP 1", true },
        { "!@DENIED", "ok", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_eq(m2_failure_match(cases[i].pattern, cases[i].text), cases[i].want, "%s ~ %s", cases[i].pattern,
                     cases[i].text);
}
