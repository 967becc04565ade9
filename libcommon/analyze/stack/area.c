/* The area stack: its state, why it failed, what it gives out, what is left of it. */
#include "analyze/area.h"
#include "analyze/failure/causes.h"
#include "analyze/stack/stack.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define GUIDE "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"

static const struct m2_check checks[] = {
    { .id = "stack.status",
      .area = "stack",
      .title = "The stack is in a state in which jobs can run",
      .why = "A stack whose creation failed looks as if it were there, but cannot be updated; one that is "
             "stuck in a "
             "rollback refuses everything until it is continued. The name of the state says which command "
             "helps.",
      .how = "Reads StackStatus of the stack. Where no stack is deployed yet, that is no fault.",
      .fix = "Follow the command for the state; mend the cause that stack.events names first.",
      .rights = LIST("cloudformation:DescribeStacks"),
      .causes =
          LIST("stack.missing", "stack.failed", "stack.rollback", "stack.in-progress", "stack.delete-failed"),
      .sources = LIST(GUIDE "view-stack-events.html", GUIDE "troubleshooting.html"),
      .essential = true,
      .run = m2_stack_status },
    { .id = "stack.events",
      .area = "stack",
      .title = "The stack's last operation succeeded",
      .why = "CloudFormation reports dozens of failures when one resource fails: the others are cancelled, "
             "nested stacks "
             "are deleted with their own events. One line among them is the cause.",
      .how = "Takes the events of the last operation, of the stack and of its nested stacks, deleted ones "
             "too, and finds "
             "the oldest failure that is not the consequence of another. The consequences are counted.",
      .fix = "Mend the first failure; the others vanish with it.",
      .rights = LIST("cloudformation:DescribeStackEvents", "cloudformation:ListStacks",
                     "cloudformation:DescribeStacks"),
      .causes = LIST("cfn.*", "permission.denied", "lambda.*", "image.*", "task.*", "template.*", "api.*"),
      .sources = LIST(GUIDE "troubleshooting.html", GUIDE "view-stack-events-by-operation.html"),
      .run = m2_stack_events },
    { .id = "stack.outputs",
      .area = "stack",
      .title = "The stack gives out what registration needs",
      .why = "CloudMR Brain learns from the registration which state machine to start and which buckets and "
             "role to use. "
             "Registration takes them from the stack's outputs.",
      .how = "Looks for the outputs in the stack and its nested stacks, and reads each ARN's account and "
             "region.",
      .fix = "Add or correct the output in the template, then update the stack.",
      .rights = LIST("cloudformation:DescribeStacks"),
      .causes = LIST("stack.output-missing", "stack.output-invalid"),
      .sources = LIST(GUIDE "outputs-section-structure.html"),
      .run = m2_stack_outputs },
    { .id = "stack.resources",
      .area = "stack",
      .title = "Everything the stack made is still there",
      .why = "Something deleted by hand is still listed by CloudFormation, so an update says that nothing "
             "changed, and "
             "jobs fail all the same.",
      .how = "Asks the service of each resource (functions, state machine, cluster, task definition, roles, "
             "log groups, "
             "buckets) whether it still knows it.",
      .fix = "Have CloudFormation make the resource again: change one of its properties, or deploy anew.",
      .rights = LIST("cloudformation:ListStackResources", "lambda:GetFunction", "states:DescribeStateMachine",
                     "ecs:DescribeClusters", "ecs:DescribeTaskDefinition", "iam:GetRole",
                     "logs:DescribeLogGroups", "s3:ListBucket", "cloudformation:DescribeStacks"),
      .causes = LIST("stack.resource-gone"),
      .sources = LIST(GUIDE "using-cfn-stack-drift.html"),
      .run = m2_stack_resources },
};

static const struct m2_link links[] = {
    { "*", "stack.failed", M2_JOIN_ABOUT },
    { "*", "stack.delete-failed", M2_JOIN_ABOUT },
    { "permission.denied", "permission.denied", M2_JOIN_ABOUT },
    { "lambda.memory-*", "lambda.memory-*", M2_JOIN_ABOUT },
    { "lambda.timeout-invalid", "lambda.timeout-invalid", M2_JOIN_ABOUT },
    { "fargate.size-invalid", "task.size-invalid", M2_JOIN_ANY },
    { "image.tag-missing", "image.tag-missing", M2_JOIN_ANY },
    { "image.repository-missing", "image.tag-missing", M2_JOIN_ANY },
    { "image.manifest-unsupported", "image.manifest-unsupported", M2_JOIN_ANY },
    { "image.policy-lacks-*", "lambda.image-access-denied", M2_JOIN_ANY },
    { "region.image-mismatch", "lambda.image-access-denied", M2_JOIN_ANY },
    { "region.image-mismatch", "image.tag-missing", M2_JOIN_ANY },
};

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

const struct m2_area m2_area_stack = {
    .name = "stack",
    .checks = checks,
    .n_checks = COUNT(checks),
    .causes = m2_stack_causes,
    .n_causes = M2_N_STACK_CAUSES,
    .links = links,
    .n_links = COUNT(links),
};
