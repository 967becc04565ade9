/* Is this the account that is meant, and the user's own? */
#include "analyze/identity/identity.h"
#include "analyze/names.h"
#include "m2/stackview.h"
#include "m2/str.h"

/* Outputs that name things of the stack's own account. */
static const char *const own_outputs[] = { "CalculationStateMachineArn", "StateMachineArn", "RunJobLambdaArn",
                                           "CloudMRCrossAccountRoleArn" };

static void mismatch(struct m2_check_run *r, const char *account, const char *other, const char *where,
                     const struct m2_call *call, const char *path, const struct m2_value *value)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, NULL, "account.mismatch");
    m2_found_detail(r, f, "You are in account %s, but %s says account %s.", account, where, other);
    m2_found_evidence(r, f, call, path, value);
    m2_found_about(r, f, other);
    m2_found_command(r, f, "aws sts get-caller-identity");
    m2_found_command(r, f, "aws configure list-profiles");
}

static bool compare_arn(struct m2_check_run *r, const char *account, const char *arn, const char *where,
                        const struct m2_call *call)
{
    const char *other = m2_arn_part(r->arena, arn, M2_ARN_ACCOUNT);
    if (m2_str_empty(other) || m2_str_eq(other, account))
        return true;
    mismatch(r, account, other, where, call, "", m2_v_string(r->arena, arn));
    return false;
}

static bool compare_stack(struct m2_check_run *r, const char *account)
{
    struct m2_stackview view = { 0 };
    m2_stackview_make(&view, r->arena, r->snap);
    if (view.state == M2_STACK_UNSEEN)
        m2_found_unseen(r, NULL, &view.look);
    if (view.state != M2_STACK_THERE)
        return view.state == M2_STACK_NONE;
    if (!compare_arn(r, account, view.arn, "the stack's ARN", view.look.call))
        return false;
    for (size_t i = 0; i < sizeof own_outputs / sizeof own_outputs[0]; i++) {
        const struct m2_output *o = m2_stackview_output(&view, own_outputs[i]);
        if (o && !compare_arn(r, account, o->value,
                              m2_arena_printf(r->arena, "the stack's output %s", o->key), o->call))
            return false;
    }
    return true;
}

void m2_identity_account(struct m2_check_run *r)
{
    const struct m2_call *sts = m2_call_about(r->snap, "sts", "GetCallerIdentity", NULL);
    const char *account = sts && sts->status == M2_CALL_OK ? m2_v_str(sts->output, "Account") : NULL;
    const char *expected = r->snap->target.expected_account;
    if (m2_str_empty(account)) {
        struct m2_look look = m2_look_output(r->snap, "sts", "GetCallerIdentity", NULL);
        look.right = m2_str_or(look.right, "sts:GetCallerIdentity");
        m2_found_unseen(r, NULL, &look);
        return;
    }
    if (!m2_str_empty(expected) && !m2_str_eq(expected, account))
        mismatch(r, account, expected, "what you named", sts, "Account", m2_v_get(sts->output, "Account"));
    else if (!m2_str_empty(r->snap->account) && !m2_str_eq(r->snap->account, account))
        mismatch(r, account, r->snap->account, "the snapshot", sts, "Account",
                 m2_v_get(sts->output, "Account"));
    else if (!m2_is_cloudmrhub(account) && compare_stack(r, account))
        m2_found_pass(r, NULL, "The account is %s.", account);
    if (m2_is_cloudmrhub(account)) { /* also when it is not the one that is meant */
        struct m2_finding *f = m2_found(r, M2_FAIL, NULL, "account.is-cloudmrhub");
        m2_found_detail(r, f, "Account %s is CloudMRHub's own. Mode 2 is for the user's account.", account);
        m2_found_evidence(r, f, sts, "Account", m2_v_get(sts->output, "Account"));
        m2_found_command(r, f, "aws configure list-profiles");
    }
}
