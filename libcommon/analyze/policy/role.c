/* A role's policies, as the snapshot shows them. */
#include "analyze/policy/role.h"

#include <string.h>

#include "analyze/names.h"
#include "analyze/policy/document.h"
#include "analyze/policy/organisation.h"
#include "m2/str.h"
#include "snapshot/pages.h"

/* AWS's own, whose texts are public: known without being read. */
static const struct {
    const char *arn_end, *document;
} managed[] = {
    { ":aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"ecr:"
      "GetAuthorizationToken\","
      "\"ecr:BatchCheckLayerAvailability\",\"ecr:GetDownloadUrlForLayer\",\"ecr:BatchGetImage\","
      "\"logs:CreateLogStream\",\"logs:PutLogEvents\"],\"Resource\":\"*\"}]}" },
    { ":aws:policy/service-role/AWSLambdaBasicExecutionRole",
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[\"logs:CreateLogGroup\","
      "\"logs:CreateLogStream\",\"logs:PutLogEvents\"],\"Resource\":\"*\"}]}" },
    { ":aws:policy/AdministratorAccess", "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                                         "\"Action\":\"*\",\"Resource\":\"*\"}]}" },
};

static void add_unread(struct m2_role *out, struct m2_arena *a, enum m2_policy_kind kind, const char *name,
                       const struct m2_look *look)
{
    struct m2_policy p = { .kind = kind, .name = name, .call = look->call, .look = *look };
    m2_vec_push(a, &out->policies.list, p);
}

static void add_managed(struct m2_role *out, struct m2_arena *a, const struct m2_snapshot *s,
                        enum m2_policy_kind kind, const char *arn)
{
    const char *slash = arn ? strrchr(arn, '/') : NULL;
    struct m2_policy p = { .kind = kind, .path = "PolicyVersion.Document" };
    p.name = m2_arena_printf(a, "%s %s", kind == M2_POLICY_BOUNDARY ? "permissions boundary" : "policy",
                             slash ? slash + 1 : m2_str_or(arn, "?"));
    p.look = m2_look_output(s, "iam", "GetPolicyVersion", arn);
    p.call = p.look.call;
    p.document = m2_v_path(p.look.item, p.path);
    for (size_t i = 0; !p.document && i < sizeof managed / sizeof managed[0]; i++)
        if (m2_str_ends(arn, managed[i].arn_end))
            p.document = m2_v_string(a, managed[i].document);
    m2_vec_push(a, &out->policies.list, p);
}

/* Who has policies, and how they are read. */
static const struct holder {
    const char *what, *key, *attached, *names, *get, *right;
} role_holder = { "role",          "RoleName",         "ListAttachedRolePolicies", "ListRolePolicies",
                  "GetRolePolicy", "iam:GetRolePolicy" },
  user_holder = { "user",          "UserName",         "ListAttachedUserPolicies", "ListUserPolicies",
                  "GetUserPolicy", "iam:GetUserPolicy" },
  group_holder = { "group",          "GroupName",         "ListAttachedGroupPolicies", "ListGroupPolicies",
                   "GetGroupPolicy", "iam:GetGroupPolicy" };

/* The list OPERATION gives of WHO. Without its last page it is unseen: what is not there may allow, or deny,
 * whatever what is there does not. */
static struct m2_look list_of(struct m2_arena *a, const struct m2_snapshot *s, const char *operation,
                              const char *who)
{
    struct m2_look list = m2_look_output(s, "iam", operation, who);
    if (list.seen != M2_SEEN || m2_answer_complete(list.call))
        return list;
    list.seen = M2_UNSEEN;
    list.right = m2_arena_printf(a, "iam:%s", operation);
    list.why = m2_arena_printf(a, "Not all pages of %s were collected.", list.right);
    return list;
}

static void add_attached(struct m2_role *out, struct m2_arena *a, const struct m2_snapshot *s,
                         const struct holder *h, const char *who)
{
    struct m2_look list = list_of(a, s, h->attached, who);
    const struct m2_value *item = NULL;
    if (list.seen == M2_UNSEEN)
        add_unread(out, a, M2_POLICY_IDENTITY,
                   m2_arena_printf(a, "the list of policies attached to %s %s", h->what, who), &list);
    m2_v_each(item, i, m2_v_get(list.item, "AttachedPolicies"))
        add_managed(out, a, s, M2_POLICY_IDENTITY, m2_v_str(item, "PolicyArn"));
}

static const struct m2_call *inline_call(const struct m2_snapshot *s, const struct holder *h, const char *who,
                                         const char *policy)
{
    const struct m2_call *found = NULL;
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "iam", h->get, c));)
        if (m2_str_eq(m2_v_str(c->input, h->key), who) &&
            m2_str_eq(m2_v_str(c->input, "PolicyName"), policy) && (!found || c->status == M2_CALL_OK))
            found = c;
    return found;
}

static void add_inline(struct m2_role *out, struct m2_arena *a, const struct m2_snapshot *s,
                       const struct holder *h, const char *who)
{
    struct m2_look list = list_of(a, s, h->names, who);
    const char *name = NULL;
    if (list.seen == M2_UNSEEN)
        add_unread(out, a, M2_POLICY_IDENTITY,
                   m2_arena_printf(a, "the list of %s %s's own policies", h->what, who), &list);
    for (size_t i = 0; (name = m2_policy_text(m2_v_get(list.item, "PolicyNames"), i)); i++) {
        const struct m2_call *c = inline_call(s, h, who, name);
        struct m2_policy p = { .name = m2_arena_printf(a, "policy %s", name),
                               .call = c,
                               .path = "PolicyDocument" };
        p.document = c && c->status == M2_CALL_OK ? m2_v_get(c->output, p.path) : NULL;
        if (!p.document)
            p.look = (struct m2_look){
                .seen = M2_UNSEEN, .call = c, .right = h->right, .why = m2_look_why(a, h->right, c)
            };
        m2_vec_push(a, &out->policies.list, p);
    }
}

/* PATH of the answer that OUT->look is. */
static void add_boundary(struct m2_role *out, struct m2_arena *a, const struct m2_snapshot *s,
                         const struct holder *h, const char *path)
{
    const char *boundary = m2_v_pstr(out->look.item, path);
    if (boundary)
        add_managed(out, a, s, M2_POLICY_BOUNDARY, boundary);
    else if (out->look.seen == M2_UNSEEN)
        add_unread(out, a, M2_POLICY_BOUNDARY,
                   m2_arena_printf(a, "whether %s %s has a permissions boundary", h->what, out->name),
                   &out->look);
}

/* Of roles of its own account; those that are linked to a service are not limited. */
static void add_organisation(struct m2_role *out, struct m2_arena *a, const struct m2_snapshot *s)
{
    const char *account = m2_arn_part(a, out->arn, M2_ARN_ACCOUNT);
    out->region = s->region;
    if (!account || !m2_str_eq(account, m2_own_account(s)))
        return;
    out->organisation = m2_organisation_id(s);
    if (!strstr(out->arn, ":role/aws-service-role/"))
        (void)m2_organisation_add(&out->policies, NULL, a, s);
}

void m2_role_read(struct m2_role *out, struct m2_arena *a, const struct m2_snapshot *s, const char *role)
{
    const char *slash = m2_str_starts(role, "arn:") ? strrchr(role, '/') : NULL;
    *out = (struct m2_role){ .name = slash ? slash + 1 : role };
    out->look = m2_look_output(s, "iam", "GetRole", out->name);
    out->arn = m2_str_or(m2_v_pstr(out->look.item, "Role.Arn"), slash ? role : NULL);
    add_attached(out, a, s, &role_holder, out->name);
    add_inline(out, a, s, &role_holder, out->name);
    add_boundary(out, a, s, &role_holder, "Role.PermissionsBoundary.PermissionsBoundaryArn");
    add_organisation(out, a, s);
}

void m2_user_read(struct m2_role *out, struct m2_arena *a, const struct m2_snapshot *s, const char *arn)
{
    const char *slash = strrchr(arn, '/');
    const struct m2_value *group = NULL;
    *out = (struct m2_role){ .name = slash ? slash + 1 : arn, .arn = arn };
    out->look = m2_look_output(s, "iam", "GetUser", out->name);
    add_attached(out, a, s, &user_holder, out->name);
    add_inline(out, a, s, &user_holder, out->name);
    struct m2_look groups = list_of(a, s, "ListGroupsForUser", out->name);
    if (groups.seen == M2_UNSEEN)
        add_unread(out, a, M2_POLICY_IDENTITY, m2_arena_printf(a, "the list of user %s's groups", out->name),
                   &groups);
    m2_v_each(group, i, m2_v_get(groups.item, "Groups"))
    {
        const char *name = m2_str_or(m2_v_str(group, "GroupName"), "?");
        add_attached(out, a, s, &group_holder, name);
        add_inline(out, a, s, &group_holder, name);
    }
    add_boundary(out, a, s, &user_holder, "User.PermissionsBoundary.PermissionsBoundaryArn");
    add_organisation(out, a, s);
}

void m2_role_trusts(struct m2_verdict *out, struct m2_arena *a, const struct m2_role *role,
                    const char *service, const char *source)
{
    const char *account = m2_arn_part(a, source, M2_ARN_ACCOUNT);
    const char *accounts[] = { account, NULL }, *sources[] = { source, NULL };
    bool known = account && !strchr(account, '*');
    const struct m2_context_key context[] = {
        { "aws:SourceAccount", known ? M2_KEY_KNOWN : M2_KEY_UNKNOWN, accounts },
        { "aws:SourceArn", known ? M2_KEY_LIKE : M2_KEY_UNKNOWN, sources },
    };
    struct m2_policies policies = { 0 };
    struct m2_policy p = { .kind = M2_POLICY_RESOURCE,
                           .name = "the trust policy",
                           .call = role->look.call,
                           .path = "Role.AssumeRolePolicyDocument",
                           .look = role->look };
    p.document = m2_v_path(role->look.item, p.path);
    m2_vec_push(a, &policies.list, p);
    struct m2_policy_request req = { .action = "sts:AssumeRole",
                                     .resource = "",
                                     .service = service,
                                     .context = context,
                                     .n_context = sizeof context / sizeof context[0] };
    m2_policy_evaluate(out, a, &policies, &req);
}

void m2_bucket_policy_add(struct m2_policies *policies, struct m2_arena *a, const struct m2_snapshot *s,
                          const char *name)
{
    struct m2_look look = m2_look_output(s, "s3", "GetBucketPolicy", name);
    struct m2_policy p = { .kind = M2_POLICY_RESOURCE,
                           .name = m2_arena_printf(a, "the policy of bucket %s", name),
                           .call = look.call,
                           .path = "Policy",
                           .look = look };
    p.document = m2_v_get(look.item, "Policy");
    bool none =
        look.call && look.call->status == M2_CALL_ERROR && m2_str_eq(look.call->code, "NoSuchBucketPolicy");
    if (!none)
        m2_vec_push(a, &policies->list, p);
}
