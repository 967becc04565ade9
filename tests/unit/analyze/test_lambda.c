/* The area lambda: every cause, made by an edit to a healthy account, and what must not be taken for one. */
#include <criterion/criterion.h>

#include "account.h"

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
    { "disk pass", { { 0 } }, "lambda.storage", P, NULL },
    { "disk", { { FN, CONF "EphemeralStorage.Size", "20480" } }, "lambda.storage", F,
      "lambda.ephemeral-invalid" },
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
    { "not deployed", { { "cloudformation:DescribeStacks", "error", NO_STACK }, { "lambda:GetFunction", "",
      NULL } }, "lambda.state", S, NULL },
};

/* clang-format on */

Test(causes, lambda)
{
    samples_run(lambda, sizeof lambda / sizeof lambda[0]);
    samples_are_whole("lambda", NULL, lambda, sizeof lambda / sizeof lambda[0]);
}
