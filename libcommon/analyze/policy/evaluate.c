/* All policies together. Source: IAM User Guide, "Policy evaluation logic", "How AWS enforcement code logic
 * evaluates requests", "Cross-account policy evaluation logic". */
#include "analyze/policy/document.h"
#include "analyze/policy/statement.h"
#include "m2/policy.h"
#include "m2/str.h"

/* A truth, and the statement or unread policy that it comes from. */
struct proof {
    enum m2_truth truth;
    enum m2_policy_kind kind;
    const struct m2_policy *policy;
    size_t statement;
    const char *key;
};

struct sum {
    struct proof deny, grant[M2_GRANT_COUNT]; /* grant: of the resource's policy */
    struct proof allow[M2_POLICY_KIND_COUNT];
    bool given[M2_POLICY_KIND_COUNT];
};

static void raise(struct proof *best, const struct proof *one)
{
    if (one->truth > best->truth || !best->policy)
        *best = *one;
}

/* DOCUMENT as it is read; NULL when AWS's grammar is not that of its Version. */
static const struct m2_value *understood(struct m2_arena *a, const struct m2_value *v)
{
    const struct m2_value *document = m2_policy_document(a, v);
    const char *version = m2_v_str(document, "Version");
    const struct m2_value *list = m2_v_get(document, "Statement");
    bool known = !m2_v_get(document, "Version") || m2_str_eq(version, "2012-10-17") ||
                 m2_str_eq(version, "2008-10-17");
    bool empty = document && m2_v_len(document) == 0; /* "{}" says nothing, and so allows nothing */
    return known && (empty || m2_v_is(list, M2_ARRAY) || m2_v_is(list, M2_OBJECT)) ? document : NULL;
}

static void add_statement(struct sum *s, struct proof *allow, struct m2_eval *ev, const struct m2_policy *p,
                          const struct m2_value *st, size_t i)
{
    enum m2_truth by[M2_GRANT_COUNT], applies = m2_statement_applies(by, ev, st);
    bool allows = m2_statement_allows(st), denies = m2_statement_denies(st), effect = allows || denies;
    enum m2_truth at_most = effect ? M2_YES : M2_MAYBE;
    const char *key = effect ? m2_str_or(ev->reason, "a condition") : "a statement without Effect";
    struct proof one = { m2_and(applies, at_most), p->kind, p, i, key };
    if (denies || !effect)
        raise(&s->deny, &one);
    if (denies)
        return;
    raise(allow, &one);
    for (size_t g = 0; p->kind == M2_POLICY_RESOURCE && g < M2_GRANT_COUNT; g++) {
        one.truth = m2_and(by[g], at_most);
        raise(&s->grant[g], &one);
    }
}

/* What one policy allows; its Denies go into S. */
static struct proof add_policy(struct sum *s, struct m2_eval *ev, const struct m2_policy *p)
{
    const struct m2_value *document = understood(ev->a, p->document);
    struct proof allow = { .truth = M2_NO, .kind = p->kind };
    s->given[p->kind] = true;
    ev->kind = p->kind;
    ev->variables = m2_str_eq(m2_v_str(document, "Version"), "2012-10-17");
    if (!document) {
        struct proof unread = { M2_MAYBE, p->kind, p, 0,
                                p->document ? "its grammar, which is not known here" : NULL };
        raise(&s->deny, &unread);
        for (size_t g = 0; p->kind == M2_POLICY_RESOURCE && g < M2_GRANT_COUNT; g++)
            raise(&s->grant[g], &unread);
        return unread;
    }
    for (size_t i = 0; i < m2_policy_statements(document); i++)
        add_statement(s, &allow, ev, p, m2_policy_statement(document, i), i);
    return allow;
}

static const struct proof *least(const struct proof *x, const struct proof *y)
{
    return y->truth < x->truth ? y : x;
}

static const struct proof *most(const struct proof *x, const struct proof *y)
{
    return y->truth > x->truth ? y : x;
}

/* X within what boundary and session allow. */
static const struct proof *limited(const struct sum *s, const struct proof *x)
{
    static const enum m2_policy_kind limits[] = { M2_POLICY_BOUNDARY, M2_POLICY_SESSION };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (s->given[limits[i]])
            x = least(x, &s->allow[limits[i]]);
    return x;
}

static const struct proof *granted(const struct sum *s, const struct m2_policy_request *req)
{
    const struct proof *names_role = &s->grant[M2_GRANT_ROLE], *direct = &s->grant[M2_GRANT_DIRECT];
    const struct proof *any = most(most(direct, names_role), &s->grant[M2_GRANT_DELEGATES]);
    bool same = !req->resource_account || m2_str_eq(req->resource_account, req->account);
    if (req->service)
        return any;
    const struct proof *side = limited(s, &s->allow[M2_POLICY_IDENTITY]);
    if (!same)
        return least(side, any);
    if (req->resource_decides)
        side = least(side, &s->grant[M2_GRANT_DELEGATES]);
    const struct proof *role = limited(s, names_role);
    return most(names_role->truth == M2_NO ? most(side, role) : most(role, side), direct);
}

/* The organisation's levels and the endpoint: each must allow. */
static struct proof filtered(struct m2_eval *ev, struct sum *s, const struct m2_policies *all)
{
    struct proof least_of_all = { .truth = M2_YES };
    bool *taken = m2_arena_new_array(ev->a, bool, all->list.len);
    struct proof *allow = m2_arena_new_array(ev->a, struct proof, all->list.len);
    for (size_t i = 0; i < all->list.len; i++) {
        allow[i] = add_policy(s, ev, &all->list.at[i]);
        if (all->list.at[i].kind != M2_POLICY_ORGANISATION && all->list.at[i].kind != M2_POLICY_ENDPOINT)
            raise(&s->allow[all->list.at[i].kind], &allow[i]);
    }
    for (size_t i = 0; i < all->list.len; i++) {
        const struct m2_policy *p = &all->list.at[i];
        struct proof level = allow[i];
        if (taken[i] || (p->kind != M2_POLICY_ORGANISATION && p->kind != M2_POLICY_ENDPOINT))
            continue;
        for (size_t k = i + 1; k < all->list.len; k++)
            if (all->list.at[k].kind == p->kind && all->list.at[k].level == p->level) {
                taken[k] = true;
                raise(&level, &allow[k]);
            }
        least_of_all = *least(&least_of_all, &level);
    }
    return least_of_all;
}

static void conclude(struct m2_verdict *out, const struct proof *p, enum m2_decision d)
{
    *out = (struct m2_verdict){ d,         false,        p->kind,
                                p->policy, p->statement, d == M2_CANNOT_TELL ? p->key : NULL };
    if (d == M2_DENIED) /* no statement denies: none allows */
        out->policy = NULL;
}

void m2_policy_evaluate(struct m2_verdict *out, struct m2_arena *a, const struct m2_policies *policies,
                        const struct m2_policy_request *req)
{
    struct sum s = { 0 };
    struct m2_eval ev = { .a = a, .req = req };
    for (size_t k = 0; k < M2_POLICY_KIND_COUNT; k++)
        s.allow[k].kind = (enum m2_policy_kind)k;
    for (size_t g = 0; g < M2_GRANT_COUNT; g++)
        s.grant[g].kind = M2_POLICY_RESOURCE;
    ev.action = m2_pattern_make(a, m2_str_or(req->action, "*"), false, true);
    ev.resource = m2_pattern_make(a, req->resource ? req->resource : "*", false, false);
    struct proof filter = filtered(&ev, &s, policies);
    const struct proof *result = least(granted(&s, req), &filter);
    if (s.deny.truth == M2_YES) {
        conclude(out, &s.deny, M2_DENIED);
        out->by_deny = true;
        out->policy = s.deny.policy;
    } else if (result->truth == M2_NO) {
        conclude(out, result, M2_DENIED);
    } else if (s.deny.truth == M2_MAYBE) {
        conclude(out, &s.deny, M2_CANNOT_TELL);
    } else {
        conclude(out, result, result->truth == M2_YES ? M2_ALLOWED : M2_CANNOT_TELL);
    }
}
