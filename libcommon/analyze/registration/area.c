/* The area registration: can Brain be asked, does it know this stack, and as it should; does a job get
 * through. */
#include "analyze/area.h"
#include "analyze/registration/registration.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define NONE ((const char *const[]){ NULL })
#define COGNITO "https://docs.aws.amazon.com/cognito/latest/developerguide/"
#define APIGW "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
#define IAM "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
#define STATES "https://docs.aws.amazon.com/step-functions/latest/dg/"

static const struct m2_check checks[] = {
    { .id = "brain.reach",
      .area = "registration",
      .title = "CloudMR Brain answers at the given address",
      .why = "Registration, verification and users' jobs all go through CloudMR Brain's API.",
      .how =
          "Looks at what came of each call to Brain: no connection, a refused certificate, a web page or an "
          "unknown path, a server that fails. Brain is asked only when its address and a login are given.",
      .fix = "Correct the address, or wait until the server is well again.",
      .rights = NONE,
      .causes = LIST("brain.unreachable", "brain.tls", "brain.wrong-url"),
      .sources = LIST(APIGW "supported-gateway-response-types.html"),
      .run = m2_brain_reach },
    { .id = "brain.login",
      .area = "registration",
      .title = "The login to CloudMR Brain is accepted",
      .why = "Only a user with an active CloudMR account can register a computing unit; Mode 1 needs a "
             "member of "
             "Admins.",
      .how = "Looks at the answers to the login and to the calls that carry its token, and at what the token "
             "says "
             "of its time and groups.",
      .fix = "Correct e-mail and password, or get a new token.",
      .rights = NONE,
      .causes = LIST("brain.login-refused", "brain.token-expired", "brain.not-admin"),
      .sources = LIST(COGNITO "authentication.html"),
      .run = m2_brain_login },
    { .id = "brain.unit",
      .area = "registration",
      .title = "The stack is registered at CloudMR Brain, once",
      .why = "Brain sends a user's jobs to the computing unit that is registered. Without one they run in "
             "CloudMRHub's account or not at all; with two, nobody knows where.",
      .how =
          "Looks among the application's units for one of the same mode, account, region and state machine; "
          "where there is none, for the one most like it.",
      .fix = "Run m2-register; remove units that are one too many.",
      .rights = LIST("cloudformation:DescribeStacks", "states:DescribeStateMachine"),
      .causes = LIST("brain.unit-missing", "brain.unit-duplicate"),
      .sources = LIST(STATES "concepts-cross-acct-resources.html"),
      .essential = true,
      .run = m2_brain_unit },
    { .id = "brain.fields",
      .area = "registration",
      .title = "What is registered is what is deployed",
      .why = "Jobs are routed by what the unit says: mode, provider and account decide whether it is taken, "
             "region, state machine and role whether a job starts, buckets whether its data is found.",
      .how = "Compares the unit field by field with the stack's outputs, parameters and resources. What only "
             "follows from a unit of another account or region is told with it, not by itself.",
      .fix =
          "Run m2-register: it corrects what differs, or makes the right unit and names the one to remove.",
      .rights = LIST("cloudformation:DescribeStacks", "states:DescribeStateMachine", "iam:GetRole"),
      .causes = LIST("brain.mode", "brain.provider", "brain.account", "brain.region", "brain.state-machine",
                     "brain.bucket", "brain.role", "brain.external-id", "brain.alias", "brain.is-default"),
      .sources = LIST(IAM "id_roles_common-scenarios_third-party.html", IAM "confused-deputy.html"),
      .run = m2_brain_fields },
    { .id = "brain.canary",
      .area = "registration",
      .title = "A small job gets through Brain, the state machine and the results bucket",
      .why =
          "Everything can be in place and a job fail all the same: only a job shows that Brain may start the "
          "state machine, that the image runs, and that the result is written.",
      .how = "Only m2-verify --canary queues one, and follows its execution in your account to its end.",
      .fix = "Read the failed state's own words; m2-doctor names what they mean.",
      .rights = NONE,
      .causes = LIST("canary.not-queued", "canary.wrong-unit", "canary.failed", "canary.timeout"),
      .sources = LIST(STATES "concepts-view-execution-details.html"),
      .essential = true,
      .run = m2_brain_canary },
};

/* Both worlds: what is wrong in the account explains what is missing at Brain. */
static const struct m2_link links[] = {
    { "stack.failed", "brain.unit-missing", M2_JOIN_ALL },
    { "stack.missing", "brain.unit-missing", M2_JOIN_ALL },
    { "stack.delete-failed", "brain.unit-missing", M2_JOIN_ALL },
    { "stack.in-progress", "brain.unit-missing", M2_JOIN_ALL },
    { "stack.output-missing", "brain.unit-missing", M2_JOIN_ALL },
    { "stack.output-invalid", "brain.unit-missing", M2_JOIN_ALL },
    { "account.mismatch", "brain.unit-missing", M2_JOIN_ALL },
    { "account.is-cloudmrhub", "brain.unit-missing", M2_JOIN_ALL },
    { "account.mismatch", "brain.account", M2_JOIN_ALL },
    { "account.is-cloudmrhub", "brain.account", M2_JOIN_ALL },
    { "stack.output-invalid", "brain.state-machine", M2_JOIN_ANY },
    { "stack.output-invalid", "brain.role", M2_JOIN_ANY },
    { "access.role-missing", "brain.role", M2_JOIN_ANY },
    /* A job that does not get through the one unit. */
    { "brain.role", "canary.not-queued", M2_JOIN_ALL },
    { "brain.external-id", "canary.not-queued", M2_JOIN_ALL },
    { "brain.state-machine", "canary.not-queued", M2_JOIN_ALL },
    { "brain.account", "canary.not-queued", M2_JOIN_ALL },
    { "brain.region", "canary.not-queued", M2_JOIN_ALL },
    { "brain.unit-missing", "canary.not-queued", M2_JOIN_ALL },
    { "brain.mode", "canary.not-queued", M2_JOIN_ALL },
    { "access.role-missing", "canary.not-queued", M2_JOIN_ALL },
    { "access.trust-wrong-principal", "canary.not-queued", M2_JOIN_ALL },
    { "access.cannot-start", "canary.not-queued", M2_JOIN_ALL },
    { "workflow.missing", "canary.not-queued", M2_JOIN_ALL },
    { "brain.unit-duplicate", "canary.wrong-unit", M2_JOIN_ALL },
    { "brain.unit-missing", "canary.wrong-unit", M2_JOIN_ALL },
    { "brain.mode", "canary.wrong-unit", M2_JOIN_ALL },
    { "brain.account", "canary.wrong-unit", M2_JOIN_ALL },
    { "lambda.*", "canary.failed", M2_JOIN_ANY },
    { "workflow.*", "canary.failed", M2_JOIN_ANY },
    { "task.*", "canary.failed", M2_JOIN_ANY },
    { "execution.*", "canary.failed", M2_JOIN_ANY },
    { "image.*", "canary.failed", M2_JOIN_ANY },
    { "stack.resource-gone", "canary.failed", M2_JOIN_ANY },
    { "bucket.missing", "canary.failed", M2_JOIN_ANY },
    { "bucket.denied", "canary.failed", M2_JOIN_ANY },
    { "bucket.role-access", "canary.failed", M2_JOIN_ANY },
};

const struct m2_area m2_area_registration = {
    .name = "registration",
    .checks = checks,
    .n_checks = sizeof checks / sizeof checks[0],
    .causes = m2_registration_causes,
    .n_causes = M2_N_REGISTRATION_CAUSES,
    .links = links,
    .n_links = sizeof links / sizeof links[0],
};
