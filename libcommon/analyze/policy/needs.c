/* What a role needs, held against its policies, and how that is told. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/policy/role.h"
#include "m2/buf.h"
#include "m2/endpoint.h"
#include "m2/json.h"
#include "m2/str.h"

#define MAX_TEXT 4000

void m2_needs_add(struct m2_needs *n, struct m2_arena *a, const char *action, const char *resource)
{
    struct m2_need need = { .action = action, .resource = resource };
    m2_vec_push(a, &n->list, need);
}

/* The region that a call of ACTION on RESOURCE goes to, NULL when it is not known. Global services are called
 * where they live; a bucket may be elsewhere. Source: AWS global condition context keys, aws:RequestedRegion.
 */
static const char *requested_region(struct m2_arena *a, const struct m2_need *need, const char *region)
{
    const char *named = m2_arn_part(a, need->resource, M2_ARN_REGION);
    if (m2_str_starts(need->action, "iam:"))
        return region ? m2_partition_of(region)->global_region : NULL;
    if (!m2_str_empty(named))
        return strchr(named, '*') ? NULL : named;
    return m2_str_starts(need->action, "s3:") && need->resource ? NULL : region;
}

void m2_role_judge(struct m2_need_verdicts *out, struct m2_arena *a, const struct m2_role *role,
                   const struct m2_needs *needs)
{
    for (size_t i = 0; i < needs->list.len; i++) {
        const struct m2_need *need = &needs->list.at[i];
        const char *service[] = { need->passed_to, NULL };
        const char *region[] = { requested_region(a, need, role->region), NULL };
        const char *organisation[] = { m2_str_empty(role->organisation) ? NULL : role->organisation, NULL };
        enum m2_key_state member = *organisation        ? M2_KEY_KNOWN
                                   : role->organisation ? M2_KEY_ABSENT
                                                        : M2_KEY_UNKNOWN;
        const struct m2_context_key context[] = {
            { "aws:PrincipalOrgID", member, organisation },
            { "aws:ResourceOrgID", need->owner ? M2_KEY_UNKNOWN : member, organisation },
            { "aws:RequestedRegion", *region ? M2_KEY_KNOWN : M2_KEY_UNKNOWN, region },
            { "iam:PassedToService", *service ? M2_KEY_KNOWN : M2_KEY_UNKNOWN, service },
        };
        struct m2_policy_request req = { .action = need->action,
                                         .resource = need->resource,
                                         .principal = role->arn,
                                         .account = m2_arn_part(a, role->arn, M2_ARN_ACCOUNT),
                                         .resource_account = need->owner,
                                         .context = context,
                                         .n_context = sizeof context / sizeof context[0] };
        struct m2_need_verdict v = { .need = need };
        m2_policy_evaluate(&v.verdict, a, &role->policies, &req);
        if (v.verdict.decision == M2_DENIED)
            m2_vec_push(a, &out->denied, v);
        else if (v.verdict.decision == M2_CANNOT_TELL)
            m2_vec_push(a, &out->unsure, v);
        else
            m2_vec_push(a, &out->allowed, v);
    }
}

static bool named_before(const struct m2_need_verdict *at, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (m2_str_eq(at[k].need->action, at[i].need->action))
            return true;
    return false;
}

const char *m2_need_names(struct m2_arena *a, const struct m2_need_verdict *at, size_t n)
{
    struct m2_buf b;
    size_t left = 0, said = 0;
    for (size_t i = 0; i < n; i++)
        left += !named_before(at, i);
    m2_buf_init(&b, MAX_TEXT);
    for (size_t i = 0; i < n; i++)
        if (!named_before(at, i)) {
            m2_buf_addf(&b, "%s%s", !said ? "" : said + 1 == left ? " and " : ", ", at[i].need->action);
            said++;
        }
    const char *text = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

void m2_found_verdict(struct m2_check_run *r, struct m2_finding *f, const struct m2_role *role,
                      const struct m2_verdict *v)
{
    const char *path = "";
    const struct m2_value *st = m2_verdict_statement(&path, r->arena, v);
    if (v->policy && v->policy->call) {
        m2_found_evidence(r, f, v->policy->call, path, st);
        return;
    }
    struct m2_look attached = m2_look_output(r->snap, "iam", "ListAttachedRolePolicies", role->name);
    struct m2_look own = m2_look_output(r->snap, "iam", "ListRolePolicies", role->name);
    m2_found_evidence(r, f, attached.call, "AttachedPolicies", m2_v_get(attached.item, "AttachedPolicies"));
    m2_found_evidence(r, f, own.call, "PolicyNames", m2_v_get(own.item, "PolicyNames"));
}

/* A policy that allows what is lacking, to be pasted. */
static const char *missing_policy(struct m2_arena *a, const struct m2_need_verdicts *v)
{
    struct m2_value *document = m2_v_object(a), *list = m2_v_array(a);
    for (size_t i = 0; i < v->denied.len; i++) {
        struct m2_value *st = m2_v_object(a);
        m2_v_set_str(a, st, "Effect", "Allow");
        m2_v_set_str(a, st, "Action", v->denied.at[i].need->action);
        m2_v_set_str(a, st, "Resource", m2_str_or(v->denied.at[i].need->resource, "*"));
        m2_v_push(a, list, st);
    }
    m2_v_set_str(a, document, "Version", "2012-10-17");
    m2_v_set(a, document, "Statement", list);
    return m2_json_text(a, document);
}

struct m2_finding *m2_found_denied(struct m2_check_run *r, enum m2_status status, const char *cause,
                                   const struct m2_role *role, const struct m2_need_verdicts *v)
{
    if (!v->denied.len)
        return NULL;
    const struct m2_verdict *first = &v->denied.at[0].verdict;
    const char *resource = v->denied.at[0].need->resource;
    struct m2_finding *f = m2_found(r, status, role->name, cause);
    m2_found_detail(r, f, "The role %s may not call %s%s%s: %s.", role->name,
                    m2_need_names(r->arena, v->denied.at, v->denied.len),
                    v->denied.len == 1 && !m2_str_empty(resource) ? " on " : "",
                    v->denied.len == 1 ? m2_str_or(resource, "") : "", m2_verdict_text(r->arena, first));
    m2_found_verdict(r, f, role, first);
    m2_found_about(r, f, role->arn);
    if (first->by_deny)
        m2_found_fix(r, f, "Change that statement so that it does not deny %s to the role.",
                     v->denied.at[0].need->action);
    else if (first->kind == M2_POLICY_IDENTITY)
        m2_found_command(
            r, f,
            "aws iam put-role-policy --role-name %s --policy-name MissingPermissions --policy-document %s",
            m2_word(r->arena, role->name), m2_word(r->arena, missing_policy(r->arena, v)));
    return f;
}

struct m2_finding *m2_found_unsure(struct m2_check_run *r, const struct m2_role *role,
                                   const struct m2_need_verdicts *v)
{
    if (!v->unsure.len)
        return NULL;
    const struct m2_verdict *first = &v->unsure.at[0].verdict;
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, role->name, NULL);
    const struct m2_policy *p = first->policy;
    m2_found_detail(r, f, "Whether the role %s may call %s cannot be told: %s.", role->name,
                    m2_need_names(r->arena, v->unsure.at, v->unsure.len), m2_verdict_text(r->arena, first));
    m2_found_verdict(r, f, role, first);
    if (p && !p->document && p->look.right) {
        f->missing_right = m2_arena_strdup(r->arena, p->look.right);
        m2_found_fix(r, f, "Let your user or role call %s, then run this again.", p->look.right);
    }
    return f;
}
