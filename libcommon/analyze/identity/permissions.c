/* May the caller deploy, run, verify and clean up? From the answers of IAM's policy simulator, which knows
 * neither all condition keys nor organisation policies well: a denial that these may explain is told as not
 * known. Where it may not be asked: own_rights.c. */
#include "analyze/identity/identity.h"
#include "analyze/names.h"
#include "analyze/policy/organisation.h"
#include "analyze/policy/role.h"
#include "m2/str.h"

enum verdict { MAY, MAY_NOT, CANNOT_TELL };

static enum verdict judge(const struct m2_value *result)
{
    const char *decision = m2_v_str(result, "EvalDecision");
    if (m2_str_eq_ci(decision, "allowed"))
        return MAY;
    bool context = m2_v_len(m2_v_get(result, "MissingContextValues")) > 0;
    bool implied = m2_str_eq_ci(decision, "implicitDeny"); /* what matched then allows: no statement denied */
    bool matched = !implied && m2_v_len(m2_v_get(result, "MatchedStatements")) > 0;
    bool organisation =
        !m2_v_bool_or(m2_v_get(result, "OrganizationsDecisionDetail"), "AllowedByOrganizations", true);
    if (context || (organisation && !matched))
        return CANNOT_TELL;
    return implied || m2_str_eq_ci(decision, "explicitDeny") ? MAY_NOT : CANNOT_TELL;
}

static void deny(struct m2_check_run *r, const struct m2_call *c, const char *path,
                 const struct m2_value *result)
{
    const char *action = m2_v_str(result, "EvalActionName");
    bool explicit_deny = m2_str_eq_ci(m2_v_str(result, "EvalDecision"), "explicitDeny");
    const struct m2_value *boundary = m2_v_get(result, "PermissionsBoundaryDecisionDetail");
    bool outside = !m2_v_bool_or(boundary, "AllowedByPermissionsBoundary", true);
    struct m2_finding *f = m2_found(r, M2_FAIL, action, "permission.denied");
    m2_found_title(r, f, "You may not call %s", action);
    m2_found_detail(r, f, "%s",
                    explicit_deny ? "A policy denies it explicitly."
                    : outside     ? "The permissions boundary of your user or role does not include it."
                                  : "No policy of your user or role allows it.");
    if (explicit_deny)
        m2_found_fix(r, f, "Remove the Deny for %s, or use a user or role without it.", action);
    m2_found_evidence(r, f, c, path, result);
    m2_found_about(r, f, m2_v_str(c->input, "PolicySourceArn"));
}

static void cannot_tell(struct m2_check_run *r, const struct m2_call *c, const char *path,
                        const struct m2_value *result)
{
    const char *action = m2_v_str(result, "EvalActionName");
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, action, NULL);
    m2_found_title(r, f, "Whether you may call %s cannot be told", action);
    m2_found_detail(r, f, "IAM's simulator says %s, but %s, which it cannot judge from here.",
                    m2_str_or(m2_v_str(result, "EvalDecision"), "nothing"),
                    m2_v_len(m2_v_get(result, "MissingContextValues"))
                        ? "the answer hangs on condition keys"
                        : "only a policy of the organisation stands against it");
    m2_found_evidence(r, f, c, path, result);
}

/* The organisation's policies were read, and one of them denies it: no longer a guess. */
static bool organisation_denies(struct m2_check_run *r, const struct m2_call *c,
                                const struct m2_value *result)
{
    const char *action = m2_v_str(result, "EvalActionName");
    struct m2_role who = { .arn = m2_v_str(c->input, "PolicySourceArn"), .region = r->snap->region };
    const struct m2_policy all = { .document = m2_v_string(r->arena, M2_POLICY_EVERYTHING) };
    struct m2_needs needs = { 0 };
    struct m2_need_verdicts v = { 0 };
    m2_vec_push(r->arena, &who.policies.list, all);
    (void)m2_organisation_add(&who.policies, NULL, r->arena, r->snap);
    m2_needs_add(&needs, r->arena, action, NULL);
    m2_role_judge(&v, r->arena, &who, &needs);
    if (!v.denied.len)
        return false;
    struct m2_finding *f = m2_found(r, M2_FAIL, action, "permission.denied");
    m2_found_title(r, f, "You may not call %s", action);
    m2_found_detail(r, f, "The organisation does not let this account: %s.",
                    m2_verdict_text(r->arena, &v.denied.at[0].verdict));
    m2_found_verdict(r, f, &who, &v.denied.at[0].verdict);
    m2_found_about(r, f, who.arn);
    m2_found_fix(r, f, "Ask those who manage the organisation to allow %s in this account.", action);
    return true;
}

/* Results of one call; returns how many actions are allowed. */
static size_t read_results(struct m2_check_run *r, const struct m2_call *c)
{
    const struct m2_value *list = m2_v_get(c->output, "EvaluationResults"), *item = NULL;
    size_t allowed = 0;
    m2_v_each(item, i, list)
    {
        const char *path = m2_arena_printf(r->arena, "EvaluationResults[%zu]", i);
        if (m2_str_empty(m2_v_str(item, "EvalActionName")))
            continue;
        enum verdict v = judge(item);
        if (v == MAY_NOT)
            deny(r, c, path, item);
        else if (v == MAY)
            allowed++;
        else if (m2_v_len(m2_v_get(item, "MissingContextValues")) || !organisation_denies(r, c, item))
            cannot_tell(r, c, path, item);
    }
    return allowed;
}

static void unseen(struct m2_check_run *r, const struct m2_call *bad)
{
    struct m2_look look = m2_look_output(r->snap, "iam", "SimulatePrincipalPolicy", NULL);
    if (look.seen != M2_UNSEEN)
        look = (struct m2_look){ .seen = M2_UNSEEN, .call = bad };
    look.right = "iam:SimulatePrincipalPolicy";
    if (m2_str_empty(look.why) && bad)
        look.why = m2_look_why(r->arena, look.right, bad);
    m2_found_unseen(r, NULL, &look);
}

/* A policy given with the session limits it, and nobody can read it. Source: IAM User Guide, session
 * policies. */
static const char *session(const struct m2_snapshot *s)
{
    const char *arn = m2_v_str(m2_look_output(s, "sts", "GetCallerIdentity", NULL).item, "Arn");
    return m2_str_has_ci(arn, ":assumed-role/")
               ? "; a policy that your role's session was limited with, if any, cannot be read"
               : "";
}

void m2_identity_permissions(struct m2_check_run *r)
{
    size_t allowed = 0, by_own = 0, before = r->out->list.len;
    const struct m2_call *c = NULL, *bad = NULL;
    while ((c = m2_calls(r->snap, "iam", "SimulatePrincipalPolicy", c))) {
        if (c->status == M2_CALL_OK)
            allowed += read_results(r, c);
        else if (!m2_own_rights(&by_own, r, c))
            bad = bad ? bad : c;
    }
    bool wrong = r->out->list.len > before;
    if (bad || (!allowed && !by_own && !wrong))
        unseen(r, bad);
    else if (by_own && !wrong)
        m2_found_pass(
            r, NULL,
            "Your own policies allow all %zu actions that deploying, running, verifying and cleaning up "
            "need; IAM's simulator may not be asked; %s%s.",
            allowed + by_own, m2_organisation_text(r->arena, r->snap), session(r->snap));
    else if (!wrong)
        m2_found_pass(r, NULL,
                      "IAM's simulator allows all %zu actions that deploying, running, verifying and "
                      "cleaning up need%s.",
                      allowed, session(r->snap));
}
