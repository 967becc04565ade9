/* Who a resource's policy speaks of. Source: IAM User Guide, "AWS JSON policy elements: Principal" and
 * "NotPrincipal"; AWS PrivateLink guide for gateway endpoints. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/policy/document.h"
#include "analyze/policy/statement.h"
#include "m2/str.h"

/* "arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION": one session of the principal's role? */
static enum m2_truth one_session(struct m2_eval *ev, const char *arn)
{
    const char *resource = m2_arn_part(ev->a, arn, M2_ARN_RESOURCE), *rest = NULL;
    const char *mine = ev->req->principal ? strrchr(ev->req->principal, '/') : NULL;
    const char *role = m2_str_cut(ev->a, resource + strlen("assumed-role/"), '/', &rest);
    bool same =
        !ev->req->principal || (strstr(ev->req->principal, ":role/") && mine && m2_str_eq(mine + 1, role));
    return same ? m2_unsure(ev, "the session's name") : M2_NO;
}

static enum m2_truth by_account(struct m2_eval *ev, const char *account)
{
    if (!ev->req->account)
        return m2_unsure(ev, "the caller's account");
    if (!m2_str_eq(ev->req->account, account))
        return M2_NO;
    /* For gateway endpoints the account's id stands for its root user alone. */
    return ev->kind == M2_POLICY_ENDPOINT ? m2_unsure(ev, "the caller's role") : M2_YES;
}

static enum m2_grant everybody(const struct m2_eval *ev)
{
    return ev->by_arn ? M2_GRANT_DIRECT : M2_GRANT_ROLE;
}

static enum m2_truth aws(enum m2_grant *grant, struct m2_eval *ev, const char *text)
{
    const char *account = m2_arn_part(ev->a, text, M2_ARN_ACCOUNT);
    const char *resource = account ? m2_arn_part(ev->a, text, M2_ARN_RESOURCE) : NULL;
    *grant = everybody(ev);
    if (m2_str_eq(text, "*"))
        return M2_YES;
    if (ev->req->service)
        return M2_NO;
    if (m2_is_account_id(text) || m2_str_eq(resource, "root")) {
        *grant = M2_GRANT_DELEGATES;
        return by_account(ev, account ? account : text);
    }
    if (!account) /* the id of a user or role that was deleted */
        return M2_NO;
    if (ev->req->account && !m2_str_eq(ev->req->account, account))
        return M2_NO;
    *grant = m2_str_starts(resource, "role/") ? M2_GRANT_ROLE : M2_GRANT_DIRECT;
    if (m2_str_starts(resource, "assumed-role/"))
        return one_session(ev, text);
    if (!ev->req->principal)
        return m2_unsure(ev, "the caller's role");
    return m2_truth_of(m2_str_eq(text, ev->req->principal));
}

static enum m2_truth service(enum m2_grant *grant, struct m2_eval *ev, const char *text)
{
    *grant = M2_GRANT_DIRECT;
    return m2_truth_of(ev->req->service && (m2_str_eq(text, "*") || m2_str_eq_ci(text, ev->req->service)));
}

static enum m2_truth federated(enum m2_grant *grant, struct m2_eval *ev, const char *text)
{
    (void)ev;
    (void)text;
    *grant = M2_GRANT_DIRECT;
    return M2_NO;
}

/* Names an account by another number, which only S3 knows. */
static enum m2_truth canonical(enum m2_grant *grant, struct m2_eval *ev, const char *text)
{
    (void)text;
    *grant = M2_GRANT_DELEGATES;
    return ev->req->service ? M2_NO : m2_unsure(ev, "the account of a canonical user id");
}

static const struct {
    const char *type;
    enum m2_truth (*matches)(enum m2_grant *grant, struct m2_eval *ev, const char *text);
} types[] = {
    { "AWS", aws }, { "Service", service }, { "Federated", federated }, { "CanonicalUser", canonical }
};

static void among(enum m2_truth by[M2_GRANT_COUNT], struct m2_eval *ev, const struct m2_value *principal)
{
    const char *text = NULL;
    if (m2_v_is(principal, M2_STRING)) {
        by[everybody(ev)] = m2_str_eq(m2_v_text(principal), "*") ? M2_YES : m2_unsure(ev, "its Principal");
        return;
    }
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
        const struct m2_value *list = m2_v_get(principal, types[t].type);
        for (size_t i = 0; (text = m2_policy_text(list, i)); i++) {
            enum m2_grant grant = M2_GRANT_DELEGATES;
            enum m2_truth one = types[t].matches(&grant, ev, text);
            by[grant] = m2_or(by[grant], one);
        }
    }
}

/* Does LIST name a user, role or session of the caller's account? */
static bool names_some(struct m2_eval *ev, const struct m2_value *list)
{
    const char *text = NULL;
    for (size_t i = 0; (text = m2_policy_text(list, i)); i++)
        if (m2_str_eq(m2_arn_part(ev->a, text, M2_ARN_ACCOUNT), ev->req->account) &&
            !m2_str_eq(m2_arn_part(ev->a, text, M2_ARN_RESOURCE), "root"))
            return true;
    return false;
}

/* Does NotPrincipal, whose list gave BY, except the caller? A user is when both he and his account are named,
 * a role when the session is too, which is not known. An account beside some of its users and roles excepts
 * no others. */
static enum m2_truth excepted(const enum m2_truth by[M2_GRANT_COUNT], struct m2_eval *ev,
                              const struct m2_value *no)
{
    enum m2_truth account = by[M2_GRANT_DELEGATES], self = m2_or(by[M2_GRANT_ROLE], by[M2_GRANT_DIRECT]);
    bool user = ev->req->principal && strstr(ev->req->principal, ":user/");
    if (ev->req->service || (self == M2_NO && account == M2_NO))
        return m2_or(self, account);
    if (self == M2_NO && ev->req->account && names_some(ev, m2_v_get(no, "AWS")))
        return M2_NO;
    if (user && by[M2_GRANT_DIRECT] == M2_YES && account == M2_YES)
        return M2_YES;
    return m2_unsure(ev, "NotPrincipal");
}

void m2_principal_matches(enum m2_truth by[M2_GRANT_COUNT], struct m2_eval *ev, const struct m2_value *st)
{
    const struct m2_value *yes = m2_v_get(st, "Principal"), *no = m2_v_get(st, "NotPrincipal");
    memset(by, 0, M2_GRANT_COUNT * sizeof by[0]);
    ev->by_arn = yes && m2_statement_condition(st, "aws:PrincipalArn");
    if (ev->kind != M2_POLICY_RESOURCE && ev->kind != M2_POLICY_ENDPOINT) {
        by[M2_GRANT_DELEGATES] = M2_YES;
    } else if (yes) {
        among(by, ev, yes);
    } else if (!no) { /* not valid in the policy of a resource */
        by[M2_GRANT_ROLE] = m2_unsure(ev, "a statement without Principal");
    } else {
        among(by, ev, no);
        enum m2_truth applies = m2_not(excepted(by, ev, no));
        memset(by, 0, M2_GRANT_COUNT * sizeof by[0]);
        by[M2_GRANT_ROLE] = applies;
    }
}
