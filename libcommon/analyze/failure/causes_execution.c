#include "analyze/failure/causes.h"

#define GUIDE "https://docs.aws.amazon.com/step-functions/latest/dg/"
#define ERRORS GUIDE "concepts-error-handling.html"

const struct m2_cause m2_execution_causes[] = {
    { "workflow.missing", M2_FAIL, "The state machine that runs the jobs does not exist",
      "The stack or its output names it, but Step Functions does not know it.", "Deploy the stack again.",
      "https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html" },
    { "workflow.definition-invalid", M2_FAIL, "The state machine's definition cannot be read",
      "It is not valid JSON or has no states.",
      "Correct the definition in the template and update the stack.",
      GUIDE "concepts-amazon-states-language.html" },
    { "workflow.target-missing", M2_FAIL, "The state machine names something that no longer exists",
      "A function, cluster, task definition, subnet or security group was deleted after the deployment.",
      "Deploy the stack again, or correct the definition.", GUIDE "connect-ecs.html" },
    { "workflow.role-missing-permissions", M2_FAIL, "The state machine's role lacks a right",
      "Step Functions calls Lambda and ECS with this role.",
      "Allow the action that the text names to the state machine's role.", GUIDE "connect-ecs.html" },
    { "workflow.pass-role", M2_FAIL, "The state machine's role may not pass the task's roles",
      "Starting a Fargate task hands two roles to ECS; that needs iam:PassRole on both.",
      "Allow iam:PassRole on the execution role and the task role to the state machine's role.",
      GUIDE "connect-ecs.html" },
    { "execution.timeout", M2_FAIL, "A job ran longer than the state machine allows",
      "TimeoutSeconds of the state or of the whole execution passed.",
      "Raise TimeoutSeconds, or choose a larger task size.", ERRORS },
    { "execution.definition", M2_FAIL, "The job's input does not fit the state machine",
      "A path, choice or function of the definition met input that it cannot handle.",
      "Compare the input of the execution with the definition.", ERRORS },
    { "execution.data-limit", M2_FAIL, "A state's data is larger than 256 KiB",
      "Step Functions limits what states hand on.", "Pass S3 keys instead of contents.",
      GUIDE "limits-overview.html" },
    { "execution.unknown", M2_FAIL, "An execution failed for a reason that is not in the catalogue",
      "Nothing was recognised.", "Read the text; it is AWS's own.", ERRORS },
    { "api.throttled", M2_FAIL, "AWS throttled the call",
      "Too many calls in a short time, of all users of the account together.", "Try again later.",
      "https://docs.aws.amazon.com/general/latest/gr/api-retries.html" },
    { "api.transient", M2_FAIL, "A service failed for a moment", "AWS documents these errors as passing.",
      "Run the job again; the state machine should retry them.", ERRORS },
};
const size_t m2_n_execution_causes = sizeof m2_execution_causes / sizeof m2_execution_causes[0];
