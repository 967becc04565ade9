/* The area fargate: the task's size, the account's quota, the log. (What failed tasks say is an area of its
 * own with the same name.) */
#include "analyze/area.h"
#include "analyze/fargate/fargate.h"
#include "m2/cost.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define GUIDE "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"

static const struct m2_check checks[] = {
    { .id = "fargate.size",
      .area = "fargate",
      .title = "The task's CPU and memory are a size that Fargate offers",
      .why = "Fargate offers fixed pairs of CPU and memory. Any other pair is refused, and no large job can "
             "run.",
      .how =
          "Compares cpu and memory of the task definition with the table of sizes (of " M2_FARGATE_SIZES_DATE
          "), and the disk with 20 to 200 GiB.",
      .fix = "Choose a pair that Fargate offers.",
      .rights = LIST("ecs:DescribeTaskDefinition", "cloudformation:DescribeStacks"),
      .causes = LIST("fargate.size-invalid"),
      .sources = LIST(GUIDE "task_definition_parameters.html", GUIDE "task-cpu-memory-error.html"),
      .run = m2_fargate_size },
    { .id = "fargate.quota",
      .area = "fargate",
      .title = "The account may run enough tasks at one time",
      .why = "New accounts may run only a few vCPU on Fargate. A task above the quota is not started, and "
             "the job fails.",
      .how = "Compares the quota L-3032A538 (Fargate On-Demand vCPU resource count) with the vCPU of one "
             "task, and of four.",
      .fix = "Ask AWS for a higher quota; the finding has the command.",
      .rights = LIST("servicequotas:GetServiceQuota"),
      .causes = LIST("fargate.vcpu-quota"),
      .sources = LIST(GUIDE "service-quotas.html"),
      .run = m2_fargate_quota },
    { .id = "fargate.logs",
      .area = "fargate",
      .title = "The task can write its log",
      .why = "Fargate opens the log before the job starts. When the log group is missing or the role may not "
             "write, the task is "
             "stopped before it runs.",
      .how = "Reads the log settings of the task definition, looks for the log group, and reads the "
             "execution role's policies.",
      .fix = "Make the log group, or attach AmazonECSTaskExecutionRolePolicy to the execution role.",
      .rights = LIST("ecs:DescribeTaskDefinition", "logs:DescribeLogGroups", "iam:GetRole",
                     "iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:GetRolePolicy",
                     "iam:GetPolicy", "iam:GetPolicyVersion", "cloudformation:DescribeStacks"),
      .causes = LIST("fargate.log-group-missing", "fargate.log-role"),
      .sources = LIST(GUIDE "using_awslogs.html", GUIDE "task_execution_IAM_role.html"),
      .run = m2_fargate_logs },
    { .id = "fargate.service-role",
      .area = "fargate",
      .title = "ECS has its own role in the account",
      .why = "ECS works in an account with a role of its own, which it makes with the first cluster. Where "
             "making it "
             "was refused, the first task fails.",
      .how = "Looks for the role AWSServiceRoleForECS.",
      .fix = "Make the role once per account; the finding has the command.",
      .rights = LIST("iam:GetRole"),
      .causes = LIST("fargate.service-linked-role-missing"),
      .sources = LIST(GUIDE "using-service-linked-roles.html"),
      .run = m2_fargate_service_role },
};

static const struct m2_cause causes[] = {
    { "fargate.service-linked-role-missing", M2_WARN, "ECS has no role of its own in this account",
      "ECS makes it with the first cluster; where that was refused, the first task cannot start.",
      "Make the role AWSServiceRoleForECS.", GUIDE "using-service-linked-roles.html" },
    { "fargate.size-invalid", M2_FAIL, "The task's size is not one that Fargate offers",
      "Fargate offers fixed pairs of CPU and memory and refuses any other.",
      "Choose a pair that Fargate offers and deploy again.", GUIDE "task-cpu-memory-error.html" },
    { "fargate.vcpu-quota", M2_FAIL, "The account's Fargate quota is too small",
      "Each account may run only so many vCPU on Fargate at one time, new accounts very few.",
      "Ask AWS to raise the quota \"Fargate On-Demand vCPU resource count\".", GUIDE "service-quotas.html" },
    { "fargate.log-group-missing", M2_FAIL, "The task's log group does not exist",
      "Fargate opens the log before the job starts, and stops the task when it cannot.",
      "Make the log group.", GUIDE "using_awslogs.html" },
    { "fargate.log-role", M2_FAIL, "The execution role may not write the task's log",
      "Fargate writes the log with the task's execution role, and stops the task when that is refused.",
      "Attach AmazonECSTaskExecutionRolePolicy to the execution role, or make the log group beforehand.",
      GUIDE "task_execution_IAM_role.html" },
};

const struct m2_area m2_area_fargate = {
    .name = "fargate",
    .checks = checks,
    .n_checks = sizeof checks / sizeof checks[0],
    .causes = causes,
    .n_causes = sizeof causes / sizeof causes[0],
};
