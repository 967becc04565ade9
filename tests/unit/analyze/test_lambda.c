/* The area lambda: every cause, made by an edit to a healthy account, and what must not be taken for one. */
#include <criterion/criterion.h>
#include <string.h>

#include "account.h"
#include "analyze/lambda/lambda.h"
#include "m2/time.h"

/* clang-format off: one case, one or two lines */
#define F M2_FAIL
#define W M2_WARN
#define U M2_UNKNOWN
#define P M2_PASS
#define S M2_SKIP
#define FN "lambda:GetFunction RunJobLambda"
#define CONF "output.Configuration."
#define NO_STACK "ValidationError: Stack with id mroptimum-mode2 does not exist"

#define STATE(code)                                                                                          \
    { FN, CONF "State", "'Failed'" },                                                                        \
    {                                                                                                        \
        FN, CONF "StateReasonCode", "'" code "'"                                                             \
    }
#define CAPPED                                                                                               \
    "'Resource handler returned message: x MemorySize value failed to satisfy constraint: Member must have " \
    "value less than "                                                                                       \
    "or equal to 3008'"

#define NAME "mroptimum-mode2-RunJobLambda-abc"
#define GROUP "/aws/lambda/" NAME
#define TEXT(ms) "REPORT RequestId: 1\\tDuration: " ms " ms\\tBilled Duration: 1 ms"
#define JSON(ms)                                                                                             \
    "{\\\"type\\\":\\\"platform.report\\\",\\\"record\\\":{\\\"metrics\\\":{\\\"durationMs\\\":" ms "}}}"
#define LOG(group, stream, message)                                                                          \
    {                                                                                                        \
        "x", "new",                                                                                          \
            "{'service':'logs','operation':'FilterLogEvents','region':'us-east-1','input':{'logGroupName':'" \
            group "'},'status':'ok','output':{'events':[{'logStreamName':'" stream "','message':'" message   \
            "'}]}}"                                                                                          \
    }

#define USED(set, used, more)                                                                                \
    "REPORT RequestId: 1\\tDuration: 9000 ms\\tBilled Duration: 9000 ms\\tMemory Size: " set                  \
    " MB\\tMax Memory Used: " used " MB" more
#define LOG4(group, message)                                                                                 \
    LOG(group, "", message "'},{'message':'" USED("3008", "300", "") "'},{'message':'" USED("3008", "300", "") \
        "'},{'message':'" USED("3008", "300", ""))
static const struct sample lambda[] = {
    { "memory pass", { { 0 } }, "lambda.memory", P, NULL },
    { "memory low", { { FN, CONF "MemorySize", "64" } }, "lambda.memory", F, "lambda.memory-invalid" },
    { "memory high", { { FN, CONF "MemorySize", "10241" } }, "lambda.memory", F, "lambda.memory-invalid" },
    { "above the cap is proof", { { FN, CONF "MemorySize", "4096" } }, "lambda.memory", P, NULL },
    { "capped", { { FN, "error", "ResourceNotFoundException: Function not found" }, {
      "cloudformation:DescribeStackEvents", "output.StackEvents[0].ResourceStatusReason", CAPPED }, {
      "cloudformation:DescribeStacks", "output.Stacks[0].StackStatus", "'ROLLBACK_COMPLETE'" } },
      "lambda.memory", F, "lambda.memory-over-account-cap" },
    { "a refusal of an earlier operation is past", { {
      "cloudformation:DescribeStackEvents", "output.StackEvents[0].ResourceStatusReason", CAPPED } },
      "lambda.memory", P, NULL },
    { "timeout pass", { { 0 } }, "lambda.timeout", P, NULL },
    { "timeout", { { FN, CONF "Timeout", "901" } }, "lambda.timeout", F, "lambda.timeout-invalid" },
    { "near", { { "x", "new",
      "{'service':'logs','operation':'FilterLogEvents','region':'us-east-1','input':{'logGroupName':'/"
      "aws/lambda/" "mroptimum-mode2-RunJobLambda-abc'},'status':'ok','output':{'events':[{'message':'REPORT "
      "RequestId: 1\\tDuration: " "850000.5 ms\\tBilled Duration: 850001 ms'}]}}" } }, "lambda.timeout", W,
      "lambda.timeout-near" },
    { "not near yet", { LOG(GROUP, "", TEXT("809999.9")) }, "lambda.timeout", P, NULL },
    { "near to the millisecond", { LOG(GROUP, "", TEXT("810000.0")) }, "lambda.timeout", W,
      "lambda.timeout-near" },
    { "near, logged in JSON", { LOG(GROUP, "2026/11/23/[$LATEST]1", JSON("850000.5")) }, "lambda.timeout", W,
      "lambda.timeout-near" },
    { "a job's own line is no report", { LOG(GROUP, "", "a " TEXT("850000")) }, "lambda.timeout", P, NULL },
    { "a job's own object is no report", { LOG(GROUP, "", "{}platform.report") }, "lambda.timeout", P, NULL },
    { "a log that may not be read", { { "x", "new", "{'service':'logs','operation':'FilterLogEvents','input':{"
      "'logGroupName':'" GROUP "'},'status':'error','error':{'code':'AccessDeniedException','message':'no',"
      "'http_status':400}}" } }, "lambda.timeout", P, NULL },
    { "a group of one's own", { { FN, CONF "LoggingConfig", "{'LogGroup':'/lab/jobs'}" },
      LOG("/lab/jobs", "2026/11/23/" NAME "[$LATEST]1", TEXT("850000.5")) }, "lambda.timeout", W,
      "lambda.timeout-near" },
    { "another function's run in a shared group", { { FN, CONF "LoggingConfig", "{'LogGroup':'/lab/jobs'}" },
      LOG("/lab/jobs", "2026/11/23/other[$LATEST]1", TEXT("850000.5")) }, "lambda.timeout", P, NULL },
    { "the usual group is not the one that is configured", {
      { FN, CONF "LoggingConfig", "{'LogGroup':'/lab/jobs'}" }, LOG(GROUP, "", TEXT("850000.5")) },
      "lambda.timeout", P, NULL },
    { "disk pass", { { 0 } }, "lambda.storage", P, NULL },
    { "disk", { { FN, CONF "EphemeralStorage.Size", "20480" } }, "lambda.storage", F,
      "lambda.ephemeral-invalid" },
    { "runtime pass", { { 0 } }, "lambda.runtime", P, NULL },
    { "runtime past its end", { { FN, CONF "Runtime", "'python3.9'" } }, "lambda.runtime", W,
      "lambda.runtime-deprecated" },
    { "runtime that cannot be updated", { { FN, CONF "Runtime", "'nodejs12.x'" } }, "lambda.runtime", W,
      "lambda.runtime-blocked" },
    { "runtime, at an unknown time", { { "", "collected_at", NULL }, { FN, CONF "Runtime", "'python3.9'" } },
      "lambda.runtime", U, NULL },
    { "runtime that is maintained", { { FN, CONF "Runtime", "'python3.13'" } }, "lambda.runtime", P, NULL },
    { "state pass", { { 0 } }, "lambda.state", P, NULL },
    { "image denied", { STATE("ImageAccessDenied") }, "lambda.state", F, "lambda.image-access-denied" },
    { "image deleted", { STATE("ImageDeleted") }, "lambda.state", F, "lambda.image-deleted" },
    { "manifest", { STATE("InvalidImage") }, "lambda.state", F, "image.manifest-unsupported" },
    { "runtime", { STATE("InvalidRuntime") }, "lambda.state", F, "lambda.runtime-blocked" },
    { "role", { STATE("InsufficientRolePermissions") }, "lambda.state", F, "lambda.role-not-assumable" },
    { "vpc", { STATE("SubnetOutOfIPAddresses") }, "lambda.state", F, "lambda.vpc" },
    { "kms", { STATE("KMSKeyNotFound") }, "lambda.state", F, "lambda.kms" },
    { "efs", { STATE("EFSMountTimeout") }, "lambda.state", F, "lambda.efs" },
    { "init", { STATE("FunctionError.InitTimeout") }, "lambda.state", F, "lambda.init-failed" },
    { "config", { STATE("InvalidConfiguration") }, "lambda.state", F, "lambda.config" },
    { "capacity", { STATE("VcpuLimitExceeded") }, "lambda.state", F, "lambda.capacity" },
    { "internal", { STATE("InternalError") }, "lambda.state", F, "lambda.internal" },
    { "new code", { STATE("SomethingNew") }, "lambda.state", F, "lambda.unknown" },
    { "no code, known text", { { FN, CONF "State", "'Failed'" }, { FN, CONF "StateReason",
      "'Lambda does not have permission to access the ECR image. Check it.'" } }, "lambda.state", F,
      "lambda.image-access-denied" },
    { "update failed", { { FN, CONF "LastUpdateStatus", "'Failed'" }, { FN, CONF "LastUpdateStatusReasonCode",
      "'ImageDeleted'" } }, "lambda.state", F, "lambda.image-deleted" },
    { "pending", { { FN, CONF "State", "'Pending'" } }, "lambda.state", U, "lambda.pending" },
    { "idle", { { FN, CONF "State", "'Inactive'" }, { FN, CONF "StateReasonCode", "'Idle'" } }, "lambda.state",
      P, NULL },
    { "no state told", { { FN, CONF "State", NULL }, { FN, CONF "LastUpdateStatus", NULL } }, "lambda.state",
      U, NULL },
    { "only the configuration may be read", { { FN, "error", "AccessDeniedException" }, { "x", "new",
      "{'service':'lambda','operation':'GetFunctionConfiguration','input':{'FunctionName':'mroptimum-" "mode2-"
      "RunJobLambda-abc'},'status':'ok','output':{'FunctionName':'f','State':'Failed','StateReasonCode':'"
      "ImageDeleted'}}" } }, "lambda.state", F, "lambda.image-deleted" },
    { "concurrency pass", { { 0 } }, "lambda.concurrency", P, NULL },
    { "none at once", { { FN, "output.Concurrency", "{'ReservedConcurrentExecutions':0}" } }, "lambda.concurrency", F,
      "lambda.reserved-zero" },
    { "few at once", { { FN, "output.Concurrency", "{'ReservedConcurrentExecutions':2}" } }, "lambda.concurrency", W,
      "lambda.concurrency-low" },
    { "enough at once", { { FN, "output.Concurrency", "{'ReservedConcurrentExecutions':10}" } }, "lambda.concurrency", P,
      NULL },
    { "a new account", { { "lambda:GetAccountSettings", "output.AccountLimit.ConcurrentExecutions", "10" } },
      "lambda.concurrency", W, "lambda.concurrency-low" },
    { "the account's limit may not be read", { { "lambda:GetAccountSettings", "error", "AccessDeniedException" } },
      "lambda.concurrency", U, NULL },
    { "whether runs are reserved may not be read", { { FN, "error", "AccessDeniedException" }, { "x", "new",
      "{'service':'lambda','operation':'GetFunctionConfiguration','input':{'FunctionName':'" NAME "'},'status':'ok',"
      "'output':{'FunctionName':'f','MemorySize':3008}}" } }, "lambda.concurrency", U, NULL },
    { "no log yet", { { 0 } }, "lambda.memory-use", S, NULL },
    { "a log that nobody asked for", { { "logs:FilterLogEvents", "", NULL } }, "lambda.memory-use", U, NULL },
    { "a log that may not be read for memory", { { "logs:FilterLogEvents RunJob", "", NULL }, { "x", "new", "{'service':'logs','operation':'FilterLogEvents','input':{"
      "'logGroupName':'" GROUP "'},'status':'error','error':{'code':'AccessDeniedException','message':'no',"
      "'http_status':400}}" } }, "lambda.memory-use", U, NULL },
    { "memory fits", { LOG(GROUP, "", USED("3008", "2000", "")) }, "lambda.memory-use", P, NULL },
    { "memory near", { LOG(GROUP, "", USED("3008", "2708", "")) }, "lambda.memory-use", W, "lambda.memory-near" },
    { "not yet near", { LOG(GROUP, "", USED("3008", "2707", "")) }, "lambda.memory-use", P, NULL },
    { "killed", { LOG(GROUP, "", USED("3008", "3008", "\\tStatus: error\\tError Type: Runtime.OutOfMemory")) },
      "lambda.memory-use", F, "lambda.out-of-memory" },
    { "killed, as older runtimes tell it", { LOG(GROUP, "", USED("3008", "3007", "\\tStatus: error\\tError Type: "
      "Runtime.ExitError")) }, "lambda.memory-use", F, "lambda.out-of-memory" },
    { "killed, in JSON", { LOG(GROUP, "", "{\\\"type\\\":\\\"platform.report\\\",\\\"record\\\":{\\\"status\\\":\\\"error\\\","
      "\\\"errorType\\\":\\\"Runtime.OutOfMemory\\\",\\\"metrics\\\":{\\\"memorySizeMB\\\":3008,\\\"maxMemoryUsedMB\\\":3008}}}")
      }, "lambda.memory-use", F, "lambda.out-of-memory" },
    { "a timeout with all memory in use is a timeout", { LOG(GROUP, "", USED("3008", "3008", "\\tStatus: timeout")) },
      "lambda.memory-use", W, "lambda.memory-near" },
    { "killed before it got more", { LOG(GROUP, "", USED("1024", "1024", "\\tStatus: error\\tError Type: "
      "Runtime.OutOfMemory")) }, "lambda.memory-use", S, NULL },
    { "four small runs are not enough to tell", { LOG4(GROUP, USED("3008", "300", "")) }, "lambda.memory-use", P, NULL },
    { "five small runs", { LOG4(GROUP, USED("3008", "1203", "") "'},{'message':'" USED("3008", "300", "")) },
      "lambda.memory-use", W, "lambda.memory-oversized" },
    { "not deployed", { { "cloudformation:DescribeStacks", "error", NO_STACK }, { "lambda:GetFunction", "",
      NULL } }, "lambda.state", S, NULL },
};

/* clang-format on */

Test(causes, lambda)
{
    samples_run(lambda, sizeof lambda / sizeof lambda[0]);
    samples_are_whole("lambda", NULL, lambda, sizeof lambda / sizeof lambda[0]);
}

/* The three dates of a runtime come one after the other, and each changes what is said. */
Test(lambda, runtimes)
{
    size_t n = 0;
    const struct m2_runtime *rows = m2_runtimes(&n), *row = NULL;
    const int64_t day = INT64_C(86400000);
    cr_assert_gt(n, 20);
    for (size_t i = 0; i < n; i++) {
        cr_assert(rows[i].successor && rows[i].deprecated, "%s", rows[i].name);
        cr_assert(!rows[i].no_create || strcmp(rows[i].deprecated, rows[i].no_create) <= 0, "%s", rows[i].name);
        cr_assert(!rows[i].no_update || (rows[i].no_create && strcmp(rows[i].no_create, rows[i].no_update) <= 0), "%s",
                  rows[i].name);
        cr_assert_eq(m2_runtime_look(&row, rows[i].successor, INT64_MAX / 2), M2_RUNTIME_GOOD, "%s", rows[i].name);
        cr_assert_neq(m2_runtime_look(&row, rows[i].name, INT64_MAX / 2), M2_RUNTIME_GOOD);
        cr_assert_eq(row, &rows[i], "%s is there twice", rows[i].name);
    }
    int64_t refused = 0;
    cr_assert(m2_time_parse(&refused, "2026-07-31T00:00:00Z"));
    cr_assert_eq(m2_runtime_look(&row, "python3.10", refused - 60 * day), M2_RUNTIME_GOOD);
    cr_assert_eq(m2_runtime_look(&row, "python3.10", refused - 1), M2_RUNTIME_DEPRECATED);
    cr_assert_eq(m2_runtime_look(&row, "python3.10", refused), M2_RUNTIME_NO_CREATE);
    cr_assert_eq(m2_runtime_look(&row, "python3.10", refused + 31 * day), M2_RUNTIME_NO_UPDATE);
    cr_assert_eq(m2_runtime_look(&row, "python4", refused), M2_RUNTIME_GOOD);
    cr_assert_null(row);
}
