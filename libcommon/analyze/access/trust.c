/* Can CloudMR Brain take the role it starts jobs with, and nobody else? */
#include <string.h>

#include "analyze/access/access.h"
#include "analyze/names.h"
#include "analyze/policy/document.h"
#include "analyze/stack/stack.h"
#include "m2/json.h"
#include "m2/stackview.h"
#include "m2/str.h"

static const char *const default_accounts[] = { "469266894233", "262361552878", NULL };

/* Accounts that should be able to take the role: what the stack was told, and CloudMRHub's own. */
static const char *const *accounts(struct m2_arena *a, const struct m2_stackview *view)
{
    const char **list = m2_arena_new_array(a, const char *, 6);
    const char *account = m2_stackview_parameter(view, "CloudMRAccountId");
    const char *role = m2_stackview_parameter(view, "CloudMRQueueJobRoleArn");
    size_t n = 0;
    if (!m2_str_empty(account))
        list[n++] = account;
    if (!m2_str_empty(m2_arn_part(a, role, M2_ARN_ACCOUNT)))
        list[n++] = m2_arn_part(a, role, M2_ARN_ACCOUNT);
    for (size_t i = 0; default_accounts[i]; i++)
        list[n++] = default_accounts[i];
    return list;
}

static struct m2_finding *say(struct m2_check_run *r, enum m2_status status, const struct m2_look *look,
                              const char *name, const char *cause)
{
    struct m2_finding *f = m2_found(r, status, name, cause);
    m2_found_evidence(r, f, look->call, "Role.AssumeRolePolicyDocument",
                      m2_v_path(look->item, "Role.AssumeRolePolicyDocument"));
    m2_found_about(r, f, m2_v_pstr(look->item, "Role.Arn"));
    m2_found_command(r, f, "aws iam get-role --role-name %s --query Role.AssumeRolePolicyDocument",
                     m2_word(r->arena, name));
    return f;
}

static bool is_anyone(const struct m2_value *principal)
{
    const struct m2_value *aws = m2_v_is(principal, M2_OBJECT) ? m2_v_get(principal, "AWS") : principal;
    return m2_v_has(aws, "*");
}

/* WHO with NAMED in place of everybody; whom else it names stays. */
static struct m2_value *without_anyone(struct m2_arena *a, const struct m2_value *who, const char *named)
{
    const struct m2_value *aws = m2_v_get(who, "AWS");
    if (!m2_v_is(who, M2_OBJECT))
        return m2_v_object_of(a, "AWS", named, NULL);
    struct m2_value *out = m2_v_copy(a, who), *list = m2_v_array(a);
    if (!m2_v_is(aws, M2_ARRAY)) {
        m2_v_set(a, out, "AWS", m2_v_string(a, named));
        return out;
    }
    if (!m2_v_has(aws, named))
        m2_v_push(a, list, m2_v_string(a, named));
    const struct m2_value *one;
    m2_v_each(one, i, aws) if (!m2_str_eq(m2_v_text(one), "*")) m2_v_push(a, list, m2_v_copy(a, one));
    m2_v_set(a, out, "AWS", list);
    return out;
}

/* The trust policy as it stands, with PRINCIPAL in place of everybody; not of a redacted snapshot, whose
 * names are none. */
static void add_narrow_command(struct m2_check_run *r, struct m2_finding *f, const struct m2_look *look,
                               const char *name, const char *principal)
{
    struct m2_arena *a = r->arena;
    const struct m2_value *document =
        m2_policy_document(a, m2_v_path(look->item, "Role.AssumeRolePolicyDocument"));
    struct m2_value *whole = m2_v_copy(a, document), *statements = m2_v_array(a);
    bool changed = false;
    for (size_t i = 0; i < m2_policy_statements(document); i++) {
        struct m2_value *one = m2_v_copy(a, m2_policy_statement(document, i));
        if (is_anyone(m2_v_get(one, "Principal")) && m2_str_eq(m2_v_str(one, "Effect"), "Allow")) {
            m2_v_set(a, one, "Principal", without_anyone(a, m2_v_get(one, "Principal"), principal));
            changed = true;
        }
        m2_v_push(a, statements, one);
    }
    if (!changed || r->snap->redacted)
        return;
    m2_v_set(a, whole, "Statement", statements);
    m2_found_command(r, f, "aws iam update-assume-role-policy --role-name %s --policy-document %s",
                     m2_word(a, name), m2_word(a, m2_json_text(a, whole)));
}

static void judge(struct m2_check_run *r, const struct m2_look *look, const char *name,
                  const struct m2_trust *t, const char *account, const char *brain_role)
{
    if (t->anyone) {
        struct m2_finding *f = say(r, M2_FAIL, look, name, "access.trust-anyone");
        add_narrow_command(r, f, look, name, brain_role);
        m2_found_detail(
            r, f,
            "Any AWS account may take the role %s; an ExternalId is no secret and does not make up for it.",
            name);
        return;
    }
    if (t->unclear) {
        struct m2_finding *f = say(r, M2_UNKNOWN, look, name, NULL);
        m2_found_detail(r, f, "Whether anybody may take the role %s cannot be told: %s.", name, t->unclear);
        return;
    }
    if (!t->expected && t->organisation) {
        struct m2_finding *f = say(r, M2_UNKNOWN, look, name, NULL);
        m2_found_detail(r, f,
                        "The role %s lets in the members of an organisation; whether CloudMR Brain's account "
                        "%s is one of them cannot be told from here.",
                        name, account);
        return;
    }
    if (!t->expected) {
        struct m2_finding *f = say(r, M2_FAIL, look, name, "access.trust-wrong-principal");
        m2_found_detail(r, f, "The role %s can be taken by %s, but not by CloudMR Brain's account %s.", name,
                        m2_str_or(t->others, "nobody"), account);
        return;
    }
    if (t->whole_account && !t->external_id) {
        struct m2_finding *f = say(r, M2_WARN, look, name, "access.trust-whole-account");
        m2_found_detail(r, f, "Every user and role of CloudMR Brain's account may take the role %s.", name);
    }
    if (!t->external_id) {
        struct m2_finding *f = say(r, M2_WARN, look, name, "access.trust-no-external-id");
        m2_found_detail(r, f, "The role %s asks for no ExternalId.", name);
    }
    if (!m2_str_empty(t->strangers)) {
        struct m2_finding *f = say(r, M2_WARN, look, name, "access.trust-wrong-principal");
        m2_found_title(r, f, "The role lets in others beside CloudMR Brain");
        m2_found_detail(r, f, "CloudMR Brain may take the role %s, but so may %s.", name, t->strangers);
        m2_found_fix(r, f, "Unless you know and trust them, remove them from the role's trust policy.");
    } else if (t->external_id) {
        m2_found_pass(r, name, "Only CloudMR Brain%s may take the role %s, with an ExternalId.",
                      t->whole_account ? ", that is whoever in its account knows yours," : "", name);
    }
}

static void no_role(struct m2_check_run *r, const struct m2_stackview *view)
{
    if (view->state == M2_STACK_UNSEEN) {
        m2_found_unseen(r, NULL, &view->look);
    } else if (view->state == M2_STACK_NONE) {
        m2_found_skip(r, NULL, "The stack is not deployed yet.");
    } else if (m2_status_row(view->status)->level == M2_UNKNOWN) {
        m2_found_skip(r, NULL, "The stack is being made or changed; its role may come yet.");
    } else if (!view->resources_complete) {
        struct m2_look look = m2_look_output(r->snap, "cloudformation", "ListStackResources", view->name);
        look.right = "cloudformation:ListStackResources";
        look.seen = M2_UNSEEN;
        m2_found_unseen(r, NULL, &look);
    } else {
        struct m2_finding *f = m2_found(r, M2_FAIL, NULL, "access.role-missing");
        m2_found_detail(r, f, "Stack %s has no cross-account role, neither as an output nor as a resource.",
                        m2_str_or(view->name, "?"));
        m2_found_evidence(r, f, view->look.call, "Stacks[0].Outputs", m2_v_get(view->root, "Outputs"));
        m2_found_about(r, f, view->name);
    }
}

void m2_access_trust(struct m2_check_run *r)
{
    struct m2_stackview view = { 0 };
    struct m2_access_role role = { 0 };
    struct m2_trust trust = { 0 };
    m2_stackview_make(&view, r->arena, r->snap);
    if (!m2_access_role_find(&role, r->arena, &view, r->snap)) {
        no_role(r, &view);
        return;
    }
    struct m2_look look = m2_look_output(r->snap, "iam", "GetRole", role.name);
    if (look.seen == M2_UNSEEN) {
        m2_found_unseen(r, role.name, &look);
        return;
    }
    if (look.seen == M2_ABSENT) {
        struct m2_finding *f = m2_found(r, M2_FAIL, role.name, "access.role-missing");
        m2_found_detail(r, f, "The role %s, named by %s, does not exist.", role.name, role.named_by);
        m2_found_evidence(r, f, look.call, "", NULL);
        return;
    }
    const struct m2_value *document =
        m2_policy_document(r->arena, m2_v_path(look.item, "Role.AssumeRolePolicyDocument"));
    if (!document) {
        struct m2_finding *f = m2_found(r, M2_UNKNOWN, role.name, NULL);
        m2_found_detail(r, f, "The answer about the role %s holds no trust policy that can be read.",
                        role.name);
        return;
    }
    const char *const *list = accounts(r->arena, &view);
    m2_trust_read(&trust, r->arena, document, list, m2_own_account(r->snap));
    const char *brain = m2_stackview_parameter(&view, "CloudMRQueueJobRoleArn");
    if (m2_str_empty(brain))
        brain =
            m2_arena_printf(r->arena, "arn:%s:iam::%s:root", m2_region_partition(r->snap->region), list[0]);
    judge(r, &look, role.name, &trust, list[0], brain);
}
