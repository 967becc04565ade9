/* What the caller's own policies say, where IAM's simulator may not be asked. A denial is told as one only
 * where nothing that was not read could allow the action after all: a bucket's policy can, so can a policy
 * that was refused. */
#include "analyze/identity/identity.h"
#include "analyze/policy/document.h"
#include "analyze/policy/role.h"
#include "m2/str.h"

static bool was_read(const struct m2_role *who)
{
    size_t own = 0;
    for (size_t i = 0; i < who->policies.list.len; i++) {
        const struct m2_policy *p = &who->policies.list.at[i];
        if (p->document && p->kind != M2_POLICY_ORGANISATION)
            return true;
        own += p->kind != M2_POLICY_ORGANISATION;
    }
    return !own && who->look.seen == M2_SEEN; /* all lists were read: there are none */
}

static void deny(struct m2_check_run *r, const struct m2_role *who, const struct m2_need_verdict *v)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, v->need->action, "permission.denied");
    m2_found_title(r, f, "You may not call %s", v->need->action);
    m2_found_detail(r, f, "IAM's simulator may not be asked; by your own policies: %s.",
                    m2_verdict_text(r->arena, &v->verdict));
    if (v->verdict.kind == M2_POLICY_ORGANISATION)
        m2_found_fix(r, f, "Ask those who manage the organisation to allow %s in this account.",
                     v->need->action);
    else if (v->verdict.by_deny)
        m2_found_fix(r, f, "Remove the Deny for %s, or use a user or role without it.", v->need->action);
    m2_found_verdict(r, f, who, &v->verdict);
    m2_found_about(r, f, who->arn);
}

/* Of a bucket the owner's policy alone may allow as much as the caller's own; an organisation's limits both.
 */
static bool may_be_allowed_elsewhere(const struct m2_need_verdict *v)
{
    return !v->verdict.by_deny && v->verdict.kind != M2_POLICY_ORGANISATION &&
           m2_str_starts(v->need->action, "s3:");
}

static void not_sure(struct m2_check_run *r, const struct m2_role *who, const struct m2_need_verdicts *v)
{
    const struct m2_need_verdict *first = &v->unsure.at[0];
    const struct m2_policy *p = first->verdict.policy;
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, NULL, NULL);
    m2_found_detail(
        r, f,
        "IAM's simulator may not be asked, and your own policies do not tell whether you may call %s: %s.",
        m2_need_names(r->arena, v->unsure.at, v->unsure.len),
        may_be_allowed_elsewhere(first) && first->verdict.decision == M2_DENIED
            ? "a bucket's policy may allow it"
            : m2_verdict_text(r->arena, &first->verdict));
    f->missing_right = m2_arena_strdup(
        r->arena, p && !p->document && p->look.right ? p->look.right : "iam:SimulatePrincipalPolicy");
    m2_found_verdict(r, f, who, &first->verdict);
    m2_found_fix(r, f, "Let your user or role call %s, then run this again.", f->missing_right);
}

bool m2_own_rights(size_t *allowed, struct m2_check_run *r, const struct m2_call *call)
{
    const char *arn = m2_v_str(call->input, "PolicySourceArn"), *action = NULL;
    const struct m2_value *actions = m2_v_get(call->input, "ActionNames");
    struct m2_needs needs = { 0 };
    struct m2_need_verdicts v = { 0 }, open = { 0 };
    struct m2_role who = { 0 };
    if (m2_str_empty(arn) || !m2_policy_text(actions, 0))
        return false;
    if (m2_str_has_ci(arn, ":user/"))
        m2_user_read(&who, r->arena, r->snap, arn);
    else
        m2_role_read(&who, r->arena, r->snap, arn);
    if (!was_read(&who))
        return false;
    for (size_t i = 0; (action = m2_policy_text(actions, i)); i++)
        m2_needs_add(&needs, r->arena, action, NULL);
    m2_role_judge(&v, r->arena, &who, &needs);
    open.unsure = v.unsure;
    for (size_t i = 0; i < v.denied.len; i++)
        if (may_be_allowed_elsewhere(&v.denied.at[i]))
            m2_vec_push(r->arena, &open.unsure, v.denied.at[i]);
        else
            deny(r, &who, &v.denied.at[i]);
    if (open.unsure.len)
        not_sure(r, &who, &open);
    *allowed += v.allowed.len;
    return true;
}
