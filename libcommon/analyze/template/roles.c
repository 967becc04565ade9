/* template.roles: who may take the role for CloudMR Brain, and what it may do then. */
#include <string.h>

#include "analyze/access/access.h"
#include "analyze/access/promise.h"
#include "analyze/names.h"
#include "analyze/policy/document.h"
#include "analyze/template/resolve.h"
#include "m2/str.h"

struct role {
    struct m2_check_run *r;
    const struct m2_tpls *all;
    const struct m2_tpl *t;
    const char *id;
    const struct m2_value *resource;
    size_t wrong, looked;
};

/* Accounts that are CloudMR Brain's: of the template's parameters, and CloudMRHub's. */
static const char *const *accounts(const struct role *q)
{
    static const char *const hub[] = { "469266894233", "262361552878" };
    static const char *const names[] = { "CloudMRAccountId", "CloudMRQueueJobRoleArn" };
    const char **list = m2_arena_new_array(q->r->arena, const char *, 5);
    size_t n = 0;
    for (size_t i = 0; i < 2; i++) {
        const char *text = m2_v_text(m2_tpl_ref(q->all, q->t, names[i]).v);
        const char *account = i ? m2_arn_part(q->r->arena, text, M2_ARN_ACCOUNT) : text;
        if (!m2_str_empty(account))
            list[n++] = account;
    }
    list[n++] = hub[0];
    list[n++] = hub[1];
    return list;
}

static struct m2_finding *say(struct role *q, enum m2_status status, const char *cause, const char *key,
                              const struct m2_value *v)
{
    struct m2_place p = m2_tpl_key_place(q->t, key, v);
    struct m2_finding *f = m2_tpl_found(q->r, status, q->t, p, cause, v);
    m2_found_about(q->r, f, q->id);
    q->wrong++;
    return f;
}

static const char *at(const struct role *q, const char *key, const struct m2_value *v)
{
    return m2_tpl_at(q->r->arena, q->t, m2_tpl_key_place(q->t, key, v));
}

/* True when the role is CloudMR Brain's. */
static bool trust(struct role *q)
{
    static const char self[] = { M2_SHAPE_ACCOUNT, '\0' };
    const char *key = "AssumeRolePolicyDocument", *own = m2_own_account(q->r->snap);
    const struct m2_value *written = m2_tpl_property(q->all, q->t, q->resource, key);
    struct m2_trust t = { 0 };
    const char *const *expected = accounts(q);
    m2_trust_read(&t, q->r->arena, m2_tpl_deep(q->all, q->t, written), expected, m2_str_or(own, self));
    if (t.anyone) {
        struct m2_finding *f = say(q, M2_FAIL, "access.trust-anyone", key, written);
        m2_found_detail(q->r, f, "%s: any AWS account may take the role %s.", at(q, key, written), q->id);
    } else if (!t.expected && !t.unclear && m2_str_has_ci(q->id, "CrossAccount") &&
               !strchr(t.others, M2_SHAPE_UNKNOWN)) {
        struct m2_finding *f = say(q, M2_FAIL, "access.trust-wrong-principal", key, written);
        m2_found_detail(q->r, f, "%s: the role %s can be taken by %s, but not by CloudMR Brain's account %s.",
                        at(q, key, written), q->id, m2_str_or(t.others, "nobody"), expected[0]);
    }
    if (t.expected && t.whole_account && !t.external_id) {
        struct m2_finding *f = say(q, M2_WARN, "access.trust-whole-account", key, written);
        m2_found_detail(
            q->r, f,
            "%s: unless parameters say otherwise, every user and role of CloudMR Brain's account may "
            "take the role %s.",
            at(q, key, written), q->id);
    }
    if (t.expected && !t.external_id) {
        struct m2_finding *f = say(q, M2_WARN, "access.trust-no-external-id", key, written);
        m2_found_detail(q->r, f, "%s: unless parameters say otherwise, the role %s asks for no ExternalId.",
                        at(q, key, written), q->id);
    }
    return t.expected;
}

/* ---- what it may do ---- */

static void beyond(struct role *q, const struct m2_beyond *b)
{
    struct m2_place p = m2_tpl_place(b->written);
    struct m2_finding *f =
        m2_tpl_found(q->r, b->danger ? M2_FAIL : M2_WARN, q->t, p, "access.too-wide", b->written);
    m2_found_detail(q->r, f,
                    "%s: the role %s may do %s; it is promised to start jobs, and to read their status and "
                    "results, and nothing more.",
                    m2_tpl_at(q->r->arena, q->t, p), q->id, b->action);
    m2_found_fix(q->r, f, "Remove %s from the policy of %s.", b->action, q->id);
    m2_found_about(q->r, f, q->id);
    q->wrong++;
}

static void document(struct role *q, struct m2_policies *all, const struct m2_value *written)
{
    struct m2_policy p = { .document = m2_tpl_deep(q->all, q->t, written) };
    if (p.document)
        m2_vec_push(q->r->arena, &all->list, p);
}

/* Policies of their own that name the role. */
static void attached(struct role *q, struct m2_policies *policies)
{
    const struct m2_value *resource = NULL, *item = NULL;
    const char *id = NULL;
    m2_tpl_each_resource(q->all, q->t, id, resource)
    {
        (void)id; /* which policy it is does not matter */
        const char *type = m2_v_str(resource, "Type");
        if (!m2_str_eq(type, "AWS::IAM::Policy") && !m2_str_eq(type, "AWS::IAM::ManagedPolicy"))
            continue;
        const struct m2_value *roles = m2_tpl_property(q->all, q->t, resource, "Roles");
        m2_v_each(item, i, roles)
        {
            const struct m2_member *m = m2_tpl_intrinsic(item);
            if (m && m2_str_eq(m->key, "Ref") && m2_str_eq(m2_v_text(m->value), q->id))
                document(q, policies, m2_tpl_property(q->all, q->t, resource, "PolicyDocument"));
        }
    }
}

static void permissions(struct role *q)
{
    const struct m2_value *written = m2_tpl_property(q->all, q->t, q->resource, "Policies"), *item = NULL;
    struct m2_arena *a = q->r->arena;
    struct m2_policies policies = { 0 };
    struct m2_beyonds wide = { 0 };
    m2_v_each(item, i, m2_v_is(written, M2_ARRAY) ? written : NULL)
        document(q, &policies, m2_v_get(item, "PolicyDocument"));
    attached(q, &policies);
    m2_promise_beyond(&wide, a, &policies, NULL);
    for (size_t i = 0; i < wide.list.len; i++)
        beyond(q, &wide.list.at[i]);
    const struct m2_verdict start = m2_promise_ask(a, &policies, NULL, M2_PROMISE_START);
    bool status = m2_promise_ask(a, &policies, NULL, M2_PROMISE_STATUS).decision != M2_DENIED;
    bool managed = m2_tpl_property(q->all, q->t, q->resource, "ManagedPolicyArns") != NULL;
    if (start.decision == M2_DENIED || !start.policy || status || managed)
        return;
    const struct m2_value *st = m2_policy_statement(start.policy->document, start.statement);
    const struct m2_value *at = m2_v_get(st, "Action") ? m2_v_get(st, "Action") : st;
    struct m2_place p = m2_tpl_key_place(q->t, "Action", at);
    struct m2_finding *f = m2_tpl_found(q->r, M2_WARN, q->t, p, "access.cannot-read-status", at);
    m2_found_detail(q->r, f, "%s: the role %s may start jobs, but nothing allows it " M2_PROMISE_STATUS ".",
                    m2_tpl_at(a, q->t, p), q->id);
    m2_found_fix(q->r, f, "Allow " M2_PROMISE_STATUS " on the executions of the state machine.");
    m2_found_about(q->r, f, q->id);
    q->wrong++;
}

void m2_template_roles(struct m2_check_run *r)
{
    const struct m2_tpls *all = m2_tpls(r);
    if (m2_tpl_none(r, all))
        return;
    for (size_t i = 0; i < all->list.len; i++) {
        struct role q = { .r = r, .all = all, .t = all->list.at[i] };
        const struct m2_value *resource = NULL;
        m2_tpl_each_resource(all, q.t, q.id,
                             resource) if (m2_str_eq(m2_v_str(resource, "Type"), "AWS::IAM::Role"))
        {
            q.resource = resource;
            q.looked++;
            if (trust(&q))
                permissions(&q);
        }
        if (q.t->root && !q.wrong && q.looked)
            m2_found_pass(r, q.t->name, "The roles of %s let in nobody they should not.", q.t->name);
        else if (q.t->root && !q.looked)
            m2_found_skip(r, q.t->name, "%s makes no role.", q.t->name);
    }
}
