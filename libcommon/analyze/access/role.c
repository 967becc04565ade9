/* Which role is CloudMR Brain's? As the stack's outputs and resources say, else one that was asked for. */
#include <string.h>

#include "analyze/access/access.h"
#include "analyze/names.h"
#include "analyze/policy/document.h"
#include "m2/str.h"

/* Does a trust policy open to other accounts at all? Roles of services do not. */
static bool lets_accounts_in(struct m2_arena *a, const struct m2_call *call)
{
    const struct m2_value *document =
        m2_policy_document(a, m2_v_path(call->output, "Role.AssumeRolePolicyDocument"));
    for (size_t i = 0; i < m2_policy_statements(document); i++)
        if (m2_policy_text(m2_statement_principal(m2_policy_statement(document, i), "AWS"), 0))
            return true;
    return false;
}

/* Where the stack cannot be read: the role that was asked for by its usual name, or the one that lets
 * accounts in. */
static bool asked_role(struct m2_access_role *out, struct m2_arena *a, const struct m2_snapshot *s)
{
    for (int by_name = 1; by_name >= 0; by_name--)
        for (const struct m2_call *c = NULL; (c = m2_calls(s, "iam", "GetRole", c));) {
            const char *name = m2_v_str(c->input, "RoleName");
            bool fits = by_name ? m2_str_has_ci(name, "CrossAccount") && c->status != M2_CALL_SKIPPED
                                : c->status == M2_CALL_OK && lets_accounts_in(a, c);
            if (name && fits && !m2_str_starts(name, "AWSServiceRole")) {
                *out = (struct m2_access_role){ name, "a call of the snapshot", c };
                return true;
            }
        }
    return false;
}

bool m2_access_role_find(struct m2_access_role *out, struct m2_arena *a, const struct m2_stackview *view,
                         const struct m2_snapshot *s)
{
    const struct m2_output *o = m2_stackview_output(view, "CloudMRCrossAccountRoleArn");
    if (!o)
        o = m2_stackview_output(view, "CrossAccountRoleArn");
    const struct m2_resource *res = m2_stackview_resource(view, "AWS::IAM::Role", "CrossAccountRole");
    const char *resource = o ? m2_arn_part(a, o->value, M2_ARN_RESOURCE) : NULL;
    const char *slash = resource ? strrchr(resource, '/') : NULL;
    if (slash)
        *out = (struct m2_access_role){ slash + 1, m2_arena_printf(a, "the stack's output %s", o->key),
                                        o->call };
    else if (res && !m2_str_empty(res->physical_id) && !m2_str_eq(res->status, "DELETE_COMPLETE"))
        *out = (struct m2_access_role){ res->physical_id, "the stack's resources", res->call };
    else if (view->state != M2_STACK_NONE && !view->resources_complete)
        return asked_role(out, a, s);
    return out->name;
}
