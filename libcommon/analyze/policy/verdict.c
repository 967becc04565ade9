/* A verdict in words. */
#include "analyze/policy/document.h"
#include "m2/policy.h"
#include "m2/str.h"

static const char *const kind_names[M2_POLICY_KIND_COUNT] = {
    [M2_POLICY_IDENTITY] = "policy of the user or role",
    [M2_POLICY_BOUNDARY] = "permissions boundary",
    [M2_POLICY_SESSION] = "session policy",
    [M2_POLICY_ORGANISATION] = "policy of the organisation",
    [M2_POLICY_ENDPOINT] = "policy of the VPC endpoint",
    [M2_POLICY_RESOURCE] = "policy of the resource",
};

const struct m2_value *m2_verdict_statement(const char **path, struct m2_arena *a, const struct m2_verdict *v)
{
    const struct m2_value *document = v->policy ? m2_policy_document(a, v->policy->document) : NULL;
    const struct m2_value *st = m2_policy_statement(document, v->statement);
    const char *base = v->policy ? m2_str_or(v->policy->path, "") : "";
    bool list = m2_v_is(m2_v_get(document, "Statement"), M2_ARRAY);
    *path = base;
    if (st && m2_v_is(v->policy->document, M2_OBJECT))
        *path = m2_arena_printf(a, list ? "%s%sStatement[%zu]" : "%s%sStatement", base, *base ? "." : "",
                                v->statement);
    return st;
}

/* "statement 2 (Sid) of policy X" */
static const char *place(struct m2_arena *a, const struct m2_verdict *v)
{
    const char *path = NULL, *sid = m2_v_str(m2_verdict_statement(&path, a, v), "Sid");
    return m2_arena_printf(a, "statement %zu%s%s%s of %s", v->statement + 1, sid ? " (" : "",
                           m2_str_or(sid, ""), sid ? ")" : "",
                           m2_str_or(v->policy->name, kind_names[v->kind]));
}

const char *m2_verdict_text(struct m2_arena *a, const struct m2_verdict *v)
{
    const char *name = v->policy ? m2_str_or(v->policy->name, kind_names[v->kind]) : kind_names[v->kind];
    switch (v->decision) {
    case M2_ALLOWED:
        return v->policy ? m2_arena_printf(a, "%s allows it", place(a, v)) : "it is allowed";
    case M2_DENIED:
        if (v->by_deny && v->policy)
            return m2_arena_printf(a, "%s denies it", place(a, v));
        return m2_arena_printf(a, "no %s allows it", kind_names[v->kind]);
    case M2_CANNOT_TELL:
        if (v->key && v->policy && m2_policy_document(a, v->policy->document))
            return m2_arena_printf(a, "it hangs on %s in %s", v->key, place(a, v));
        return m2_arena_printf(a, "%s could not be read", name);
    }
    return "";
}
