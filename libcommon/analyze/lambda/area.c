/* The area lambda: settings and state of the stack's functions. */
#include "analyze/area.h"
#include "analyze/lambda/lambda.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define GUIDE "https://docs.aws.amazon.com/lambda/latest/dg/"
#define STATES GUIDE "functions-states.html"
#define DEPLOYMENT GUIDE "troubleshooting-deployment.html"
#define LIMITS GUIDE "gettingstarted-limits.html"

static const struct m2_check checks[] = {
    { .id = "lambda.memory",
      .area = "lambda",
      .title = "The functions' memory is within what Lambda and this account allow",
      .why = "Some new accounts may give a function at most 3008 MB. A template that asks for more fails "
             "there, and the whole "
             "stack is rolled back.",
      .how = "Reads MemorySize of each deployed function, and looks in the stack's events for AWS's refusal. "
             "A function that "
             "already has more than 3008 MB proves that the cap is not in force.",
      .fix = "Ask for 3008 MB or less, or run such jobs on Fargate.",
      .rights = LIST("lambda:GetFunction", "cloudformation:DescribeStackEvents",
                     "cloudformation:DescribeStacks", "cloudformation:ListStackResources"),
      .causes = LIST("lambda.memory-over-account-cap", "lambda.memory-invalid"),
      .sources = LIST(LIMITS, GUIDE "configuration-memory.html"),
      .run = m2_lambda_memory },
    { .id = "lambda.timeout",
      .area = "lambda",
      .title = "The functions' timeouts are valid and leave room",
      .why = "Lambda ends every run after at most 900 seconds. A job that needs longer dies without a result "
             "and must run on "
             "Fargate.",
      .how =
          "Reads Timeout of each function and, where its log may be read, the longest of the runs that the "
          "first page of Lambda's own reports since --since tells: at most 1000. A log that is not there "
          "or may not be read changes nothing.",
      .fix = "Set a timeout of 1 to 900 seconds; send longer jobs to Fargate.",
      .rights = LIST("lambda:GetFunction", "logs:FilterLogEvents", "cloudformation:DescribeStacks",
                     "cloudformation:ListStackResources"),
      .causes = LIST("lambda.timeout-invalid", "lambda.timeout-near"),
      .sources = LIST(GUIDE "configuration-timeout.html", LIMITS),
      .run = m2_lambda_timeout },
    { .id = "lambda.storage",
      .area = "lambda",
      .title = "The functions' disk space is valid",
      .why = "A job writes its data to /tmp. Lambda offers 512 to 10240 MB there and refuses any other size.",
      .how = "Reads EphemeralStorage of each function.",
      .fix = "Set a size from 512 to 10240 MB.",
      .rights =
          LIST("lambda:GetFunction", "cloudformation:DescribeStacks", "cloudformation:ListStackResources"),
      .causes = LIST("lambda.ephemeral-invalid"),
      .sources = LIST(GUIDE "configuration-ephemeral-storage.html"),
      .run = m2_lambda_storage },
    { .id = "lambda.runtime",
      .area = "lambda",
      .title = "The functions' runtimes are maintained",
      .why = "After its end of support a runtime gets no security updates; later Lambda refuses to make a "
             "function "
             "with it, then to change one: a stack with it can neither be deployed anew nor updated.",
      .how = "Compares Runtime of each deployed function with the dates that AWS has published, at the time "
             "of the "
             "snapshot. Templates are compared by template.limits.",
      .fix = "Set a maintained runtime in the template and update the stack.",
      .rights =
          LIST("lambda:GetFunction", "cloudformation:DescribeStacks", "cloudformation:ListStackResources"),
      .causes = LIST("lambda.runtime-deprecated", "lambda.runtime-blocked"),
      .sources = LIST(GUIDE "lambda-runtimes.html"),
      .run = m2_lambda_runtime },
    { .id = "lambda.state",
      .area = "lambda",
      .title = "The functions can be called",
      .why = "A function whose image cannot be loaded, or whose role cannot be taken, exists but answers no "
             "call: every job "
             "that is sent to it fails.",
      .how = "Reads State and LastUpdateStatus of each function with their reason codes.",
      .fix = "Remove the reason that Lambda names, then update the function.",
      .rights =
          LIST("lambda:GetFunction", "cloudformation:DescribeStacks", "cloudformation:ListStackResources"),
      .causes = LIST("lambda.image-access-denied", "lambda.image-deleted", "image.manifest-unsupported",
                     "lambda.runtime-blocked", "lambda.role-not-assumable", "lambda.vpc", "lambda.kms",
                     "lambda.efs", "lambda.init-failed", "lambda.config", "lambda.capacity",
                     "lambda.internal", "lambda.pending", "lambda.unknown"),
      .sources = LIST(STATES, DEPLOYMENT),
      .essential = true,
      .run = m2_lambda_state },
    { .id = "lambda.concurrency",
      .area = "lambda",
      .title = "The functions may run often enough at once",
      .why = "A function for which 0 runs are reserved refuses every call; with few, jobs that come together "
             "wait or "
             "fail.",
      .how = "Reads the concurrency reserved for each function, and the account's limit for those without. "
             "Fewer than "
             "10 are few: what AWS gives some new accounts.",
      .fix = "Remove the reservation, or ask for a higher quota.",
      .rights = LIST("lambda:GetFunction", "lambda:GetAccountSettings", "cloudformation:DescribeStacks",
                     "cloudformation:ListStackResources"),
      .causes = LIST("lambda.reserved-zero", "lambda.concurrency-low"),
      .sources = LIST(GUIDE "configuration-concurrency.html", GUIDE "lambda-concurrency.html"),
      .run = m2_lambda_concurrency },
    { .id = "lambda.memory-use",
      .area = "lambda",
      .title = "The functions' memory fits what their runs use",
      .why = "A run that needs more memory than the function has is killed without a result. Far too much "
             "memory is "
             "paid for and not used.",
      .how =
          "Reads Lambda's own reports of the runs since --since with the memory that is set now: the first "
          "page, at "
          "most 1000. Near is 90 % of it, oversized when none of at least 5 runs used 40 %. The saving is at "
          "list price, for the same running time.",
      .fix = "Set MemorySize to what the runs need with a quarter to spare, or send large jobs to Fargate.",
      .rights = LIST("lambda:GetFunction", "logs:FilterLogEvents", "cloudformation:DescribeStacks",
                     "cloudformation:ListStackResources"),
      .causes = LIST("lambda.out-of-memory", "lambda.memory-near", "lambda.memory-oversized"),
      .sources = LIST(GUIDE "configuration-memory.html", GUIDE "monitoring-cloudwatchlogs.html"),
      .run = m2_lambda_memory_use },
};

static const struct m2_cause causes[] = {
    { "lambda.memory-over-account-cap", M2_FAIL,
      "The function asks for more memory than this account may use",
      "Some new accounts may give a function at most 3008 MB. No quota request changes that; it goes away "
      "with use.",
      "In the template set the function's MemorySize to 3008 or less, and send jobs that need more to "
      "Fargate; then "
      "run m2-deploy. A stack whose creation failed has to be deleted before that (m2-cleanup).",
      GUIDE "configuration-memory.html" },
    { "lambda.memory-invalid", M2_FAIL, "The function's memory size is not one that Lambda offers",
      "Lambda takes 128 to 10240 MB.", "Set MemorySize to a value from 128 to 10240.",
      GUIDE "configuration-memory.html" },
    { "lambda.timeout-invalid", M2_FAIL, "The function's timeout is not one that Lambda offers",
      "Lambda ends each run after at most 900 seconds.", "Set Timeout to a value from 1 to 900.",
      GUIDE "configuration-timeout.html" },
    { "lambda.timeout-near", M2_WARN, "A run nearly reached the function's timeout",
      "A slightly larger job will be ended by Lambda before it has a result.",
      "Raise the timeout (at most 900 seconds) or send such jobs to Fargate.",
      GUIDE "configuration-timeout.html" },
    { "lambda.reserved-zero", M2_FAIL, "No run of the function is allowed",
      "Its reserved concurrency is 0, which switches it off: Lambda refuses every call.",
      "Remove the reservation, or reserve as many runs as jobs come at once.",
      GUIDE "configuration-concurrency.html" },
    { "lambda.memory-near", M2_WARN, "A run nearly used up the function's memory",
      "A slightly larger job will be killed without a result.",
      "Give the function more memory, or send such jobs to Fargate.", GUIDE "configuration-memory.html" },
    { "lambda.memory-oversized", M2_WARN, "The function has far more memory than its runs use",
      "Memory is paid for whether it is used or not.",
      "Set MemorySize to what the runs need with a quarter to spare, and compare the running times: "
      "processor time is in "
      "proportion to memory.",
      GUIDE "configuration-memory.html" },
    { "lambda.ephemeral-invalid", M2_FAIL, "The function's disk size is not one that Lambda offers",
      "Lambda offers 512 to 10240 MB in /tmp.", "Set EphemeralStorage to a value from 512 to 10240.",
      GUIDE "configuration-ephemeral-storage.html" },
    { "lambda.image-access-denied", M2_FAIL, "Lambda may not read the function's image",
      "The ECR repository does not let the Lambda service, or this account, read the image; or the image is "
      "gone.",
      "Let lambda.amazonaws.com read the repository, check that the image exists, then update the function.",
      DEPLOYMENT },
    { "lambda.image-deleted", M2_FAIL, "The function's image was deleted from its repository",
      "Lambda keeps a copy for a while only; then the function cannot start any more.",
      "Push the image again and update the function.", STATES },
    { "lambda.runtime-deprecated", M2_WARN, "The function's runtime is past its end of support",
      "It gets no security updates any more, and a date follows from which Lambda refuses it.",
      "Change the template to a newer runtime.", GUIDE "lambda-runtimes.html" },
    { "lambda.runtime-blocked", M2_FAIL, "The function's runtime is no longer accepted",
      "AWS refuses to create or update functions on runtimes that are past their end of support.",
      "Change the template to a newer runtime.", GUIDE "lambda-runtimes.html" },
    { "lambda.role-not-assumable", M2_FAIL, "Lambda cannot take the function's role",
      "The role is gone, does not trust lambda.amazonaws.com, or was made only seconds before.",
      "Let the role's trust policy name lambda.amazonaws.com; if the role is new, try again.",
      GUIDE "lambda-intro-execution-role.html" },
    { "lambda.vpc", M2_FAIL, "The function cannot attach to its VPC",
      "A subnet or security group is gone or full, or a quota of network interfaces is reached.",
      "Correct the function's subnets and security groups, or free addresses.",
      GUIDE "configuration-vpc.html" },
    { "lambda.kms", M2_FAIL, "The function's encryption key cannot be used",
      "The KMS key that protects the function's settings is gone, switched off, or does not let the function "
      "use it.",
      "Enable the key and allow the function's role to decrypt with it.",
      GUIDE "configuration-envvars-encryption.html" },
    { "lambda.efs", M2_FAIL, "The function cannot mount its file system",
      "The mount target is missing or not reachable from the function's subnets.",
      "Check the EFS mount targets and that port 2049 is open to the function.",
      GUIDE "configuration-filesystem.html" },
    { "lambda.init-failed", M2_FAIL, "The function's container does not start",
      "Lambda started the image, but its entry point failed, was not found, or took too long.",
      "Check ENTRYPOINT and CMD of the image and the function's log.", GUIDE "troubleshooting-images.html" },
    { "lambda.config", M2_FAIL, "Lambda does not accept the function's configuration",
      "The reason that Lambda gives says what it does not accept.",
      "Correct the setting that the reason names.", STATES },
    { "lambda.capacity", M2_FAIL, "Lambda has no capacity for the function",
      "A quota of the account, or the capacity in these zones, is used up.", "Raise the quota or try later.",
      LIMITS },
    { "lambda.internal", M2_FAIL, "Lambda had an internal error", "The fault is on the side of AWS.",
      "Update the function again; if it stays, ask AWS support.", STATES },
    { "lambda.pending", M2_UNKNOWN, "Lambda is still preparing the function",
      "A new or changed container image takes up to a few minutes to be ready.",
      "Wait a few minutes and run this again; after more than six minutes update the function.", STATES },
    { "lambda.unknown", M2_FAIL, "The function cannot be called, for a reason that is new to this tool",
      "Lambda names a reason code that the catalogue does not hold.", "Read the reason that Lambda gives.",
      STATES },
};

static const struct m2_link links[] = {
    { "lambda.reserved-zero", "lambda.throttled", M2_JOIN_ANY },
    { "lambda.concurrency-low", "lambda.throttled", M2_JOIN_ANY },
    { "lambda.out-of-memory", "lambda.out-of-memory", M2_JOIN_ANY }, /* an execution that ended so */
    { "image.policy-lacks-lambda-service", "lambda.image-access-denied", M2_JOIN_ABOUT },
    { "image.policy-lacks-account", "lambda.image-access-denied", M2_JOIN_ABOUT },
    { "image.pull-denied", "lambda.image-access-denied", M2_JOIN_ABOUT },
    { "image.manifest-unsupported", "image.manifest-unsupported", M2_JOIN_ABOUT },
    { "image.repository-missing", "lambda.image-*", M2_JOIN_ABOUT },
    { "image.tag-missing", "lambda.image-*", M2_JOIN_ABOUT },
    { "image.region-mismatch", "lambda.image-access-denied", M2_JOIN_ABOUT },
    { "region.image-mismatch", "lambda.image-access-denied", M2_JOIN_ABOUT },
    { "net.subnet-missing", "lambda.vpc", M2_JOIN_ANY },
    { "net.subnet-no-free-ips", "lambda.vpc", M2_JOIN_ANY },
    { "net.security-group-missing", "lambda.vpc", M2_JOIN_ANY },
};

const struct m2_area m2_area_lambda = {
    .name = "lambda",
    .checks = checks,
    .n_checks = sizeof checks / sizeof checks[0],
    .causes = causes,
    .n_causes = sizeof causes / sizeof causes[0],
    .links = links,
    .n_links = sizeof links / sizeof links[0],
};
