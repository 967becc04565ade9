/* Can the functions be called? Codes: StateReasonCode and LastUpdateStatusReasonCode of the Lambda service
 * model. */
#include "analyze/lambda/lambda.h"

#include <string.h>

#include "m2/str.h"

struct reason_row {
    const char *code; /* a trailing "*" matches the rest */
    const char *cause;
};

static const struct reason_row reasons[] = {
    { "ImageAccessDenied", "lambda.image-access-denied" },
    { "ImageDeleted", "lambda.image-deleted" },
    { "InvalidImage", "image.manifest-unsupported" },
    { "InvalidRuntime", "lambda.runtime-blocked" },
    { "InsufficientRolePermissions", "lambda.role-not-assumable" },
    { "SubnetOutOfIPAddresses", "lambda.vpc" },
    { "EniLimitExceeded", "lambda.vpc" },
    { "InvalidSubnet", "lambda.vpc" },
    { "InvalidSecurityGroup", "lambda.vpc" },
    { "DisallowedByVpcEncryptionControl", "lambda.vpc" },
    { "KMSKeyAccessDenied", "lambda.kms" },
    { "KMSKeyNotFound", "lambda.kms" },
    { "InvalidStateKMSKey", "lambda.kms" },
    { "DisabledKMSKey", "lambda.kms" },
    { "EFSIOError", "lambda.efs" },
    { "EFSMount*", "lambda.efs" },
    { "FunctionError*", "lambda.init-failed" },
    { "InvalidConfiguration", "lambda.config" },
    { "InvalidZipFileException", "lambda.config" },
    { "VcpuLimitExceeded", "lambda.capacity" },
    { "CapacityProviderScalingLimitExceeded", "lambda.capacity" },
    { "InsufficientCapacity", "lambda.capacity" },
    { "EC2RequestLimitExceeded", "lambda.capacity" },
    { "InternalError", "lambda.internal" },
};

/* Where no code is given. */
static const struct {
    const char *text, *cause;
} texts[] = {
    { "does not have permission to access the ECR image", "lambda.image-access-denied" },
    { "cannot be assumed by Lambda", "lambda.role-not-assumable" },
    { "layer media type", "image.manifest-unsupported" },
};

const char *m2_lambda_reason_cause(const char *code, const char *text)
{
    for (size_t i = 0; !m2_str_empty(code) && i < sizeof reasons / sizeof reasons[0]; i++)
        if (m2_str_glob(reasons[i].code, code, false))
            return reasons[i].cause;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (m2_str_has_ci(text, texts[i].text))
            return texts[i].cause;
    return "lambda.unknown";
}

static void evidence(struct m2_check_run *r, struct m2_finding *it, const struct m2_job_function *f,
                     const char *key)
{
    const char *path = m2_str_empty(f->path) ? key : m2_arena_printf(r->arena, "%s.%s", f->path, key);
    if (m2_v_get(f->config, key))
        m2_found_evidence(r, it, f->look.call, path, m2_v_get(f->config, key));
}

/* PREFIX is "State" or "LastUpdateStatus": both have a …Reason and a …ReasonCode. */
static struct m2_finding *say(struct m2_check_run *r, const struct m2_job_function *f, enum m2_status status,
                              const char *cause, const char *prefix)
{
    const char *reason = m2_arena_printf(r->arena, "%sReason", prefix);
    const char *code = m2_arena_printf(r->arena, "%sReasonCode", prefix);
    struct m2_finding *it = m2_found(r, status, f->name, cause);
    m2_found_detail(r, it, "%s: %s is %s%s%s. %s", f->name, prefix,
                    m2_str_or(m2_v_str(f->config, prefix), "not told"), m2_v_str(f->config, code) ? ", " : "",
                    m2_str_or(m2_v_str(f->config, code), ""), m2_str_or(m2_v_str(f->config, reason), ""));
    evidence(r, it, f, prefix);
    evidence(r, it, f, code);
    evidence(r, it, f, reason);
    m2_found_about(r, it, m2_v_str(f->config, "FunctionArn"));
    m2_found_about(r, it, m2_v_str(f->config, "Role"));
    m2_found_about(r, it, m2_v_pstr(f->look.item, "Code.ImageUri"));
    return it;
}

static void fail(struct m2_check_run *r, const struct m2_job_function *f, const char *prefix)
{
    const char *code = m2_v_str(f->config, m2_arena_printf(r->arena, "%sReasonCode", prefix));
    const char *text = m2_v_str(f->config, m2_arena_printf(r->arena, "%sReason", prefix));
    const char *cause = m2_lambda_reason_cause(code, text), *image = m2_v_pstr(f->look.item, "Code.ImageUri");
    struct m2_finding *it = say(r, f, M2_FAIL, cause, prefix);
    if (image && (m2_str_starts(cause, "lambda.image-") || m2_str_starts(cause, "image.")))
        m2_found_command(r, it, "aws lambda update-function-code --function-name %s --image-uri %s",
                         m2_word(r->arena, f->name), m2_word(r->arena, image));
    else
        m2_found_command(r, it, "aws lambda get-function --function-name %s --query Configuration",
                         m2_word(r->arena, f->name));
}

static void state(struct m2_check_run *r, const struct m2_job_function *f)
{
    const char *now = m2_v_str(f->config, "State"), *code = m2_v_str(f->config, "StateReasonCode");
    const char *update = m2_v_str(f->config, "LastUpdateStatus");
    bool idle = m2_str_eq(now, "Inactive") && (m2_str_empty(code) || m2_str_eq(code, "Idle"));
    bool usable = !now || m2_str_eq(now, "Active") || idle;
    if (!now && !update) {
        struct m2_finding *it = m2_found(r, M2_UNKNOWN, f->name, NULL);
        m2_found_detail(r, it, "The answer about %s does not say its state.", f->name);
    } else if (m2_str_eq(now, "Pending"))
        say(r, f, M2_UNKNOWN, "lambda.pending", "State");
    else if (!usable)
        fail(r, f, "State");
    else if (m2_str_eq(update, "Failed"))
        fail(r, f, "LastUpdateStatus");
    else if (m2_str_eq(update, "InProgress"))
        say(r, f, M2_UNKNOWN, "lambda.pending", "LastUpdateStatus");
    else
        m2_found_pass(r, f->name,
                      idle ? "%s is idle: its next call works, after a slow start." : "%s can be called.",
                      f->name);
}

void m2_lambda_state(struct m2_check_run *r)
{
    m2_each_function(r, state);
}
