/* The area workflow, and task.failures of the area fargate: what runs, and what failed when it ran. */
#include "analyze/area.h"
#include "analyze/failure/causes.h"
#include "analyze/workflow/workflow.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define COUNT(x) (sizeof(x) / sizeof((x)[0]))
#define ECS "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
#define SFN "https://docs.aws.amazon.com/step-functions/latest/dg/"

static const struct m2_check task_checks[] = {
    { .id = "task.failures",
      .area = "fargate",
      .title = "Recent Fargate tasks did not fail",
      .why = "A task that cannot pull its image, reach the log service, or get a network address ends before "
             "the job "
             "begins, and the reason is a text that AWS rewords from time to time and keeps for an hour.",
      .how = "Reads the stopped tasks of the cluster and the histories of failed executions (which keep the "
             "task's "
             "reasons for 90 days), and groups them by cause.",
      .fix = "Mend the cause named for the group; where the network or the image is to blame, that finding "
             "is shown "
             "above it.",
      .rights = LIST("ecs:ListTasks", "ecs:DescribeTasks", "states:ListExecutions",
                     "states:GetExecutionHistory", "cloudformation:DescribeStacks"),
      .causes = LIST("task.*", "workflow.role-missing-permissions", "workflow.pass-role", "api.transient",
                     "api.throttled"),
      .sources = LIST(ECS "stopped-task-error-codes.html", ECS "api_failures_messages.html"),
      .run = m2_task_failures },
};

static const struct m2_check checks[] = {
    { .id = "workflow.state-machine",
      .area = "workflow",
      .title = "The state machine is there, so is what it names, and its role may use it",
      .why = "CloudMR Brain starts this state machine for every job. If it, its function, cluster, task "
             "definition, "
             "subnets or security groups were deleted, every job fails.",
      .how = "Reads the state machine's definition and looks up each thing it names; evaluates the role's "
             "policies for "
             "what each state calls, and for passing the task's roles.",
      .fix = "Deploy the stack again so that the missing parts are made anew.",
      .rights =
          LIST("states:DescribeStateMachine", "lambda:GetFunction", "ecs:DescribeClusters",
               "ecs:DescribeTaskDefinition", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups",
               "iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:GetRolePolicy",
               "iam:GetPolicy", "iam:GetPolicyVersion", "cloudformation:DescribeStacks"),
      .causes = LIST("workflow.missing", "workflow.definition-invalid", "workflow.target-missing",
                     "workflow.role-missing-permissions", "workflow.pass-role"),
      .sources = LIST(SFN "connect-ecs.html", SFN "concepts-amazon-states-language.html"),
      .run = m2_workflow_state_machine },
    { .id = "workflow.executions",
      .area = "workflow",
      .title = "Recent jobs did not fail",
      .why = "What failed lately will fail again unless its cause is mended.",
      .how = "Reads the histories of the newest failed executions, takes the failing event's error and cause "
             "(down to the "
             "container's exit code), and groups them by cause.",
      .fix = "Mend the cause named for the group.",
      .rights = LIST("states:ListExecutions", "states:GetExecutionHistory", "cloudformation:DescribeStacks"),
      .causes = LIST("execution.*", "task.*", "lambda.*", "workflow.role-missing-permissions",
                     "workflow.pass-role", "workflow.target-missing", "api.transient", "api.throttled"),
      .sources = LIST(SFN "concepts-error-handling.html"),
      .run = m2_workflow_executions },
};

static const struct m2_link task_links[] = {
    { "image.pull-denied", "task.pull.denied", M2_JOIN_ANY },
    { "image.policy-lacks-account", "task.pull.denied", M2_JOIN_ANY },
    { "image.role-missing-permissions", "task.pull.denied", M2_JOIN_ANY },
    { "image.role-missing-permissions", "task.init.registry-denied", M2_JOIN_ANY },
    { "image.role-trust", "task.role-not-assumable", M2_JOIN_ANY },
    { "workflow.pass-role", "workflow.pass-role", M2_JOIN_ANY },
    { "fargate.service-linked-role-missing", "task.service-role-missing", M2_JOIN_ALL },
    { "image.repository-missing", "task.pull.missing-image", M2_JOIN_ANY },
    { "image.repository-missing", "task.pull.denied", M2_JOIN_ANY },
    { "image.tag-missing", "task.pull.missing-image", M2_JOIN_ANY },
    { "image.architecture-mismatch", "task.pull.platform", M2_JOIN_ANY },
    { "image.architecture-mismatch", "task.start.exec-format", M2_JOIN_ANY },
    { "fargate.log-group-missing", "task.init.logs-missing", M2_JOIN_ANY },
    { "fargate.log-role", "task.init.logs-denied", M2_JOIN_ANY },
    { "fargate.vcpu-quota", "task.vcpu-quota", M2_JOIN_ALL },
    { "fargate.vcpu-quota", "task.capacity", M2_JOIN_ANY },
    { "fargate.size-invalid", "task.size-invalid", M2_JOIN_ANY },
    { "workflow.target-missing", "task.cluster-missing", M2_JOIN_ANY },
    { "workflow.target-missing", "task.sg-or-subnet-invalid", M2_JOIN_ANY },
    { "net.subnet-missing", "task.sg-or-subnet-invalid", M2_JOIN_ANY },
    { "net.subnets-different-vpc", "task.sg-or-subnet-invalid", M2_JOIN_ANY },
    { "net.security-group-*", "task.sg-or-subnet-invalid", M2_JOIN_ANY },
};

static const struct m2_link links[] = {
    { "stack.failed", "workflow.missing", M2_JOIN_ABOUT },
    { "stack.delete-failed", "workflow.missing", M2_JOIN_ABOUT },
    { "stack.output-invalid", "workflow.missing", M2_JOIN_ABOUT },
    { "net.subnet-missing", "workflow.target-missing", M2_JOIN_ABOUT },
    { "net.security-group-missing", "workflow.target-missing", M2_JOIN_ABOUT },
    { "task.*", "task.*", M2_JOIN_EVENT },
    { "workflow.pass-role", "workflow.pass-role", M2_JOIN_ABOUT },
    { "workflow.role-missing-permissions", "workflow.role-missing-permissions", M2_JOIN_ABOUT },
    { "api.*", "api.*", M2_JOIN_ABOUT },
    { "workflow.target-missing", "workflow.target-missing", M2_JOIN_ANY },
    { "lambda.image-*", "lambda.*", M2_JOIN_ANY },
    { "lambda.role-not-assumable", "lambda.*", M2_JOIN_ANY },
};

const struct m2_area m2_area_tasks = {
    .name = "fargate",
    .checks = task_checks,
    .n_checks = COUNT(task_checks),
    .causes = m2_task_causes,
    .n_causes = M2_N_TASK_CAUSES,
    .links = task_links,
    .n_links = COUNT(task_links),
};

const struct m2_area m2_area_workflow = {
    .name = "workflow",
    .checks = checks,
    .n_checks = COUNT(checks),
    .causes = m2_execution_causes,
    .n_causes = M2_N_EXECUTION_CAUSES,
    .links = links,
    .n_links = COUNT(links),
};
