/* The area registration: every cause, made by an edit to a healthy account that is registered, and what is
 * none. */
#include <criterion/criterion.h>
#include <string.h>

#include "account.h"
#include "m2/registration.h"
#include "m2/str.h"

/* clang-format off: one case, one or two lines */
#define F M2_FAIL
#define W M2_WARN
#define U M2_UNKNOWN
#define P M2_PASS
#define S M2_SKIP
#define MACHINE "arn:aws:states:us-east-1:123456789012:stateMachine:mroptimum-mode2-JobChooser"
#define ROLE "arn:aws:iam::123456789012:role/mroptimum-mode2-CloudMRCrossAccountRole"

#define CALL(path, rest) "{'service':'brain','operation':'" path "'," rest "}"
#define OK(path, output) CALL(path, "'input':{},'status':'ok','output':" output)
#define ERR(path, code, message, http)                                                                       \
    CALL(path, "'input':{},'status':'error','error':{'code':'" code "','message':'" message                  \
               "','http_status':" http "}")
#define LIST(units)                                                                                          \
    CALL("/api/computing-unit/list", "'input':{'app_name':'MR Optimum'},'status':'ok','output':" units)
#define MODE1                                                                                                \
    "{'computingUnitId':'cu-hub','appName':'MR "                                                             \
    "Optimum','mode':'mode_1','provider':'cloudmrhub','awsAccountId':'262361552878','region':'us-east-1','"  \
    "stateMachineArn':'arn:aws:states:us-east-1:262361552878:stateMachine:x','isDefault':true,'alias':'"     \
    "Mode 1'}"
#define UNIT(id)                                                                                             \
    "{'computingUnitId':'" id "','appName':'MR "                                                             \
    "Optimum','mode':'mode_2','provider':'user','awsAccountId':'123456789012','"                             \
    "region':'us-east-1','stateMachineArn':'" MACHINE                                                        \
    "','resultsBucket':'mroptimum-results-123456789012','failedBucket':'mroptimum-failed-123456789012','"    \
    "dataBucket':'mroptimum-data-123456789012','isDefault':false,'alias':'Mode "                             \
    "2','crossAccountRoleArn':'" ROLE "','externalId':'ana-7'}"
#define LOGIN OK("/api/auth/login", "{'success':true,'claims':{'admin':false}}")
#define LOGGED_IN                                                                                            \
    {                                                                                                        \
        "x", "new", LOGIN                                                                                    \
    }
#define UNITS(list)                                                                                          \
    {                                                                                                        \
        "x", "new", LIST("{'units':[" list "]}")                                                             \
    }
#define REGISTERED LOGGED_IN, UNITS(MODE1 "," UNIT("cu-1"))
#define FIELD(name, value)                                                                                   \
    {                                                                                                        \
        "brain:/api/computing-unit/list", "output.units[1]." name, value                                     \
    }
#define AWAY "arn:aws:states:us-east-1:999999999999:stateMachine:other"
#define WEST "arn:aws:states:us-west-2:123456789012:stateMachine:other"
#define ROLE_CALL "iam:GetRole mroptimum-mode2-CloudMRCrossAccountRole"

static const struct sample session[] = {
    { "not asked", { { 0 } }, "brain.reach", S, NULL },
    { "not asked, login", { { 0 } }, "brain.login", S, NULL },
    { "not asked, unit", { { 0 } }, "brain.unit", S, NULL },
    { "not asked, fields", { { 0 } }, "brain.fields", S, NULL },
    { "address without a login",
      { { "x", "new",
          CALL("/api/auth/login", "'input':{},'status':'skipped','reason':'no login was given'") } },
      "brain.login",
      S,
      NULL },
    { "reached", { REGISTERED }, "brain.reach", P, NULL },
    { "logged in", { REGISTERED }, "brain.login", P, NULL },
    { "a ready token", { UNITS(MODE1 "," UNIT("cu-1")) }, "brain.login", P, NULL },
    { "no connection",
      { { "x", "new", ERR("/api/auth/login", "unreachable", "cannot be reached", "0") } },
      "brain.reach",
      F,
      "brain.unreachable" },
    { "no connection: no login told",
      { { "x", "new", ERR("/api/auth/login", "unreachable", "cannot be reached", "0") } },
      "brain.login",
      U,
      NULL },
    { "no connection: no unit told",
      { { "x", "new", ERR("/api/auth/login", "unreachable", "cannot be reached", "0") } },
      "brain.unit",
      U,
      NULL },
    { "no connection: no fields told",
      { { "x", "new", ERR("/api/auth/login", "unreachable", "cannot be reached", "0") } },
      "brain.fields",
      U,
      NULL },
    { "server broken",
      { LOGGED_IN, { "x", "new", ERR("/api/computing-unit/list", "broken", "HTTP 502", "502") } },
      "brain.reach",
      F,
      "brain.unreachable" },
    { "502 by hand",
      { LOGGED_IN, { "x", "new", ERR("/api/computing-unit/list", "502", "Internal server error", "502") } },
      "brain.reach",
      F,
      "brain.unreachable" },
    { "tls",
      { { "x", "new", ERR("/api/auth/login", "tls", "the certificate has ended", "0") } },
      "brain.reach",
      F,
      "brain.tls" },
    { "tls by hand",
      { { "x", "new", ERR("/api/auth/login", "60", "SSL certificate problem", "0") } },
      "brain.reach",
      F,
      "brain.tls" },
    { "wrong url",
      { { "x", "new", ERR("/api/auth/login", "wrong-url", "a web page came", "200") } },
      "brain.reach",
      F,
      "brain.wrong-url" },
    { "wrong url by hand",
      { { "x", "new", ERR("/auth/login", "403", "Missing Authentication Token", "403") } },
      "brain.reach",
      F,
      "brain.wrong-url" },
    { "interrupted",
      { { "x", "new", ERR("/api/auth/login", "stopped", "the time was over", "0") } },
      "brain.reach",
      U,
      NULL },
    { "password",
      { { "x", "new", ERR("/api/auth/login", "login-refused", "Incorrect username or password.", "401") } },
      "brain.login",
      F,
      "brain.login-refused" },
    { "password: Brain is there",
      { { "x", "new", ERR("/api/auth/login", "login-refused", "Incorrect username or password.", "401") } },
      "brain.reach",
      P,
      NULL },
    { "200 and no",
      { { "x", "new", OK("/api/auth/login", "{'success':false,'message':'no active CloudMR account'}") } },
      "brain.login",
      F,
      "brain.login-refused" },
    { "expired",
      { { "x", "new", ERR("/api/computing-unit/list", "401", "The incoming token has expired", "401") } },
      "brain.login",
      F,
      "brain.token-expired" },
    { "not admin, said by Brain",
      { LOGGED_IN, { "x", "new", ERR("/api/computing-unit/list", "not-admin", "Admins only", "403") } },
      "brain.login",
      F,
      "brain.not-admin" },
    { "not admin, by the token",
      { LOGGED_IN,
        { "sts:GetCallerIdentity", "output.Account", "'262361552878'" },
        { "", "account", "'262361552878'" },
        { "x", "new", LIST("[]") } },
      "brain.login",
      F,
      "brain.not-admin" },
};

static const struct sample units[] = {
    { "registered", { REGISTERED }, "brain.unit", P, NULL },
    { "as it should be", { REGISTERED }, "brain.fields", P, NULL },
    { "no job was queued", { REGISTERED }, "brain.canary", S, NULL },
    { "bare array", { LOGGED_IN, { "x", "new", LIST("[" UNIT("cu-1") "]") } }, "brain.unit", P, NULL },
    { "by mode",
      { LOGGED_IN, { "x", "new", LIST("{'mode_1':[" MODE1 "],'mode_2':[" UNIT("cu-1") "]}") } },
      "brain.unit",
      P,
      NULL },
    { "on the second page",
      { LOGGED_IN, UNITS(MODE1), { "x", "new", LIST("{'units':[" UNIT("cu-1") "]}") } },
      "brain.unit",
      P,
      NULL },
    { "self-hosted does as well",
      { REGISTERED, FIELD("provider", "'self-hosted'") },
      "brain.fields",
      P,
      NULL },
    { "no such shape", { LOGGED_IN, { "x", "new", LIST("{'count':2}") } }, "brain.unit", U, NULL },
    { "missing", { LOGGED_IN, UNITS(MODE1) }, "brain.unit", F, "brain.unit-missing" },
    { "missing: nothing to compare", { LOGGED_IN, UNITS(MODE1) }, "brain.fields", S, NULL },
    { "no units at all", { LOGGED_IN, { "x", "new", LIST("[]") } }, "brain.unit", F, "brain.unit-missing" },
    { "of another application",
      { LOGGED_IN,
        UNITS(UNIT("cu-1")),
        { "brain:/api/computing-unit/list", "output.units[0].appName", "'CAMRIE'" } },
      "brain.unit",
      F,
      "brain.unit-missing" },
    { "a worker is no stack's unit",
      { LOGGED_IN, UNITS("{'computingUnitId':'w','appName':'MR "
                         "Optimum','mode':'mode_2','provider':'self-hosted','awsAccountId':'123456789012','"
                         "apiEndpoint':'https://x'}") },
      "brain.unit",
      F,
      "brain.unit-missing" },
    { "not deployed",
      { LOGGED_IN,
        UNITS(MODE1),
        { "cloudformation:DescribeStacks", "error",
          "ValidationError: Stack with id mroptimum-mode2 does not exist" } },
      "brain.unit",
      S,
      NULL },
    { "not deployed, yet registered",
      { REGISTERED,
        { "cloudformation:DescribeStacks", "error",
          "ValidationError: Stack with id mroptimum-mode2 does not exist" } },
      "brain.fields",
      S,
      NULL },
    { "not readable, yet registered",
      { REGISTERED, { "cloudformation:DescribeStacks", "error", "AccessDenied" } },
      "brain.fields",
      U,
      NULL },
    { "twice",
      { LOGGED_IN, UNITS(MODE1 "," UNIT("cu-1") "," UNIT("cu-2")) },
      "brain.unit",
      F,
      "brain.unit-duplicate" },
    { "mode", { REGISTERED, FIELD("mode", "'mode_1'") }, "brain.fields", F, "brain.mode" },
    { "older spelling of the mode", { REGISTERED, FIELD("mode", "'mode2'") }, "brain.fields", P, NULL },
    { "provider", { REGISTERED, FIELD("provider", "'cloudmrhub'") }, "brain.fields", F, "brain.provider" },
    { "account",
      { REGISTERED, FIELD("awsAccountId", "'999999999999'") },
      "brain.fields",
      F,
      "brain.account" },
    { "account, everything with it",
      { REGISTERED, FIELD("awsAccountId", "'999999999999'"), FIELD("stateMachineArn", "'" AWAY "'"),
        FIELD("crossAccountRoleArn", "'arn:aws:iam::999999999999:role/r'") },
      "brain.fields",
      F,
      "brain.account" },
    { "region", { REGISTERED, FIELD("region", "'us-west-2'") }, "brain.fields", F, "brain.region" },
    { "region, everything with it",
      { REGISTERED, FIELD("region", "'us-west-2'"), FIELD("stateMachineArn", "'" WEST "'") },
      "brain.fields",
      F,
      "brain.region" },
    { "state machine",
      { REGISTERED, FIELD("stateMachineArn", "'arn:aws:states:us-east-1:123456789012:stateMachine:old'") },
      "brain.fields",
      F,
      "brain.state-machine" },
    { "no state machine",
      { REGISTERED, FIELD("stateMachineArn", NULL) },
      "brain.fields",
      F,
      "brain.state-machine" },
    { "bucket", { REGISTERED, FIELD("resultsBucket", "'elsewhere'") }, "brain.fields", F, "brain.bucket" },
    { "role",
      { REGISTERED, FIELD("crossAccountRoleArn", "'arn:aws:iam::123456789012:role/old'") },
      "brain.fields",
      F,
      "brain.role" },
    { "role lost",
      { REGISTERED, FIELD("crossAccountRoleArn", NULL), FIELD("externalId", NULL) },
      "brain.fields",
      F,
      "brain.role" },
    { "external id", { REGISTERED, FIELD("externalId", "'wrong'") }, "brain.fields", F, "brain.external-id" },
    { "external id that nobody asks for",
      { REGISTERED, { ROLE_CALL, "output.Role.AssumeRolePolicyDocument.Statement[0].Condition", NULL } },
      "brain.fields",
      F,
      "brain.external-id" },
    { "alias", { REGISTERED, FIELD("alias", "'My lab'") }, "brain.fields", W, "brain.alias" },
    { "alias that is meant",
      { REGISTERED, FIELD("alias", "'My lab'"), { "", "target.alias", "'My lab'" } },
      "brain.fields",
      P,
      NULL },
    { "default", { REGISTERED, FIELD("isDefault", "true") }, "brain.fields", W, "brain.is-default" },
};

#define ARN "arn:aws:states:us-east-1:123456789012:execution:mroptimum-mode2-JobChooser:job-1"
#define QUEUED(arn, unit, mode)                                                                              \
    {                                                                                                        \
        "x", "new",                                                                                          \
            CALL("/api/pipeline/queue_job",                                                                  \
                 "'input':{'mode':'mode_2','task':{'name':'ac','options':{'reconstructor':{'options':{}}}}}" \
                 ",'status':'ok','output':{'executionArn':'" arn                                             \
                 "','pipeline':'p-1','computingUnit':{'computingUnitId':'" unit "','mode':'" mode "'}}")     \
    }
#define OURS QUEUED(ARN, "cu-1", "mode_2")
#define EXECUTION(rest)                                                                                      \
    {                                                                                                        \
        "x", "new",                                                                                          \
            "{'service':'stepfunctions','operation':'DescribeExecution','input':{'executionArn':'" ARN       \
            "'},'status':'ok','output':{'executionArn':'" ARN "'," rest "}}"                                 \
    }
#define RETURNED(status, body)                                                                               \
    EXECUTION("'status':'SUCCEEDED','output':'{\\\"statusCode\\\":" status ",\\\"body\\\":\\\"" body "\\\"}" \
              "'")

static const struct sample canary[] = {
    { "done",
      { REGISTERED, OURS, EXECUTION("'status':'SUCCEEDED','output':'{}'") },
      "brain.canary",
      P,
      NULL },
    { "done, without an output",
      { REGISTERED, OURS, EXECUTION("'status':'SUCCEEDED'") },
      "brain.canary",
      P,
      NULL },
    { "could not be asked for",
      { REGISTERED,
        { "x", "new",
          CALL("/api/pipeline/queue_job", "'input':{},'status':'skipped','reason':'the stack is gone'") } },
      "brain.canary",
      S,
      NULL },
    { "refused",
      { REGISTERED,
        { "x", "new", ERR("/api/pipeline/queue_job", "refused", "AccessDeniedException: may not", "400") } },
      "brain.canary",
      F,
      "canary.not-queued" },
    { "no execution",
      { REGISTERED, { "x", "new", OK("/api/pipeline/queue_job", "{'error':'no'}") } },
      "brain.canary",
      F,
      "canary.not-queued" },
    { "another unit",
      { REGISTERED, QUEUED(ARN, "cu-hub", "mode_1") },
      "brain.canary",
      F,
      "canary.wrong-unit" },
    { "another mode", { REGISTERED, QUEUED(ARN, "cu-1", "mode_1") }, "brain.canary", F, "canary.wrong-unit" },
    { "another machine",
      { REGISTERED, QUEUED("arn:aws:states:us-east-1:262361552878:execution:x:job-1", "cu-1", "mode_2") },
      "brain.canary",
      F,
      "canary.wrong-unit" },
    { "not looked at", { REGISTERED, OURS }, "brain.canary", U, NULL },
    { "may not be looked at",
      { REGISTERED,
        OURS,
        { "x", "new",
          "{'service':'stepfunctions','operation':'DescribeExecution','input':{'executionArn':'" ARN
          "'},'status':'error','error':{'code':'AccessDeniedException','message':'no','http_status':400}"
          "}" } },
      "brain.canary",
      U,
      NULL },
    { "failed",
      { REGISTERED, OURS, EXECUTION("'status':'FAILED','error':'Lambda.Unknown','cause':'exit'") },
      "brain.canary",
      F,
      "canary.failed" },
    { "aborted", { REGISTERED, OURS, EXECUTION("'status':'ABORTED'") }, "brain.canary", F, "canary.failed" },
    { "still running",
      { REGISTERED, OURS, EXECUTION("'status':'RUNNING'") },
      "brain.canary",
      F,
      "canary.timeout" },
};
/* clang-format on */

#define COUNT(x) (sizeof(x) / sizeof((x)[0]))

Test(causes, registration)
{
    struct sample all[COUNT(session) + COUNT(units) + COUNT(canary)];
    memcpy(all, session, sizeof session);
    memcpy(all + COUNT(session), units, sizeof units);
    memcpy(all + COUNT(session) + COUNT(units), canary, sizeof canary);
    samples_run(all, COUNT(all));
    samples_are_whole("registration", NULL, all, COUNT(all));
}

static void open_with(struct account *ac, const struct edit *edits, size_t n)
{
    account_open(ac);
    for (size_t i = 0; i < n; i++)
        account_edit(ac, &edits[i]);
    account_analyze(ac, NULL);
}
#define OPEN(ac, ...)                                                                                        \
    open_with(ac, (const struct edit[]){ __VA_ARGS__ },                                                      \
              sizeof((const struct edit[]){ __VA_ARGS__ }) / sizeof(struct edit))

static const struct m2_finding *failing(struct account *ac, const char *check, const char *cause)
{
    const struct m2_finding *f = account_finding(ac, check, M2_FAIL, cause);
    cr_assert(f, "no %s %s:%s", check, cause, account_list(ac));
    return f;
}

static bool is_caused_by(const struct m2_finding *f, const char *uid)
{
    for (size_t i = 0; i < f->caused_by.len; i++)
        if (m2_str_starts(f->caused_by.at[i], uid))
            return true;
    return false;
}

/* Causes across both worlds. */
Test(links, a_failed_stack_explains_the_missing_unit)
{
    struct account ac;
    OPEN(&ac, LOGGED_IN, UNITS(MODE1),
         { "cloudformation:DescribeStacks", "output.Stacks[0].StackStatus", "'ROLLBACK_COMPLETE'" });
    const struct m2_finding *f = failing(&ac, "brain.unit", "brain.unit-missing");
    cr_assert(is_caused_by(f, "stack.status/"), "%s", account_list(&ac));
    cr_assert_not(account_is_root(&ac, f));
    account_close(&ac);
}

Test(links, a_stack_that_must_be_there_explains_the_missing_unit)
{
    struct account ac;
    OPEN(&ac, LOGGED_IN, UNITS(MODE1), { "", "target.must_exist", "true" },
         { "cloudformation:DescribeStacks", "error",
           "ValidationError: Stack with id mroptimum-mode2 does not exist" });
    cr_assert(is_caused_by(failing(&ac, "brain.unit", "brain.unit-missing"), "stack.status/"), "%s",
              account_list(&ac));
    account_close(&ac);
}

Test(links, another_profile_explains_the_wrong_account)
{
    struct account ac;
    OPEN(&ac, REGISTERED, FIELD("awsAccountId", "'999999999999'"),
         { "", "target.expected_account", "'999999999999'" });
    cr_assert(is_caused_by(failing(&ac, "brain.fields", "brain.account"), "identity.account/"), "%s",
              account_list(&ac));
    account_close(&ac);
}

Test(links, a_lost_role_explains_the_job_that_was_not_queued)
{
    struct account ac;
    OPEN(&ac, REGISTERED, FIELD("crossAccountRoleArn", NULL), FIELD("externalId", NULL),
         { "x", "new", ERR("/api/pipeline/queue_job", "refused", "AccessDeniedException: may not", "400") });
    const struct m2_finding *f = failing(&ac, "brain.canary", "canary.not-queued");
    cr_assert(is_caused_by(f, "brain.fields/cu-1"), "%s", account_list(&ac));
    account_close(&ac);
}

Test(links, a_unit_of_another_account_is_told_once)
{
    struct account ac;
    OPEN(&ac, REGISTERED, FIELD("awsAccountId", "'999999999999'"), FIELD("stateMachineArn", "'" AWAY "'"),
         FIELD("crossAccountRoleArn", "'arn:aws:iam::999999999999:role/r'"),
         FIELD("resultsBucket", "'theirs'"));
    const struct m2_finding *f = failing(&ac, "brain.fields", "brain.account");
    cr_assert(strstr(f->detail, "stateMachineArn, resultsBucket, crossAccountRoleArn differ with it"), "%s",
              f->detail);
    cr_assert_eq(ac.found.counts[M2_FAIL], 1, "%s", account_list(&ac));
    cr_assert_eq(f->commands.len, 2);
    cr_assert_str_eq(f->commands.at[0], "m2-register --stack mroptimum-mode2");
    cr_assert_str_eq(f->commands.at[1], "m2-register --unregister cu-1 --confirm cu-1");
    account_close(&ac);
}

/* The job's own function catches its errors: an execution that ended well may hold a failed job. */
Test(canary, a_job_that_returns_its_error)
{
    static const struct {
        struct edit execution;
        enum m2_status status;
        const char *says;
    } rows[] = {
        { RETURNED("500", "{\\\\\\\"error\\\\\\\":\\\\\\\"Traceback\\\\\\\\nException: Noise or signal not "
                          "available, cannot proceed\\\\\\\"}"),
          M2_PASS, "Exception: Noise or signal not available, cannot proceed" },
        { RETURNED("500", "{\\\\\\\"error\\\\\\\":\\\\\\\"Traceback\\\\\\\\nKeyError: task\\\\\\\"}"),
          M2_FAIL, "KeyError: task" },
        { RETURNED("200", "{\\\\\\\"results\\\\\\\":{\\\\\\\"key\\\\\\\":\\\\\\\"MR "
                          "Optimum/u/x.zip\\\\\\\",\\\\\\\"bucket\\\\\\\":\\\\\\\"b\\\\\\\"}}"),
          M2_PASS, "s3://b/MR Optimum/u/x.zip" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct account ac;
        OPEN(&ac, REGISTERED, OURS, rows[i].execution);
        const struct m2_finding *f = account_finding(&ac, "brain.canary", rows[i].status, NULL);
        cr_assert(f && strstr(f->detail, rows[i].says), "%zu:%s", i, account_list(&ac));
        account_close(&ac);
    }
}

Test(outputs, what_the_user_expects)
{
    struct account ac;
    OPEN(&ac,
         { "", "target.expected_outputs",
           "['ResultsBucketName=mroptimum-results-123456789012','RunJobLambdaArn=x','Nothing=','Mode=']" });
    cr_assert(account_finding(&ac, "stack.outputs", M2_PASS, NULL));
    cr_assert(strstr(failing(&ac, "stack.outputs", "stack.output-invalid")->detail, "expected was \"x\""));
    cr_assert(strstr(failing(&ac, "stack.outputs", "stack.output-missing")->detail, "expected was \"\""));
    account_close(&ac);
}
