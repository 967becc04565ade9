/* template.capabilities: what the one who deploys must acknowledge. Source: CloudFormation User Guide,
 * acknowledging IAM resources. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/template/template.h"
#include "m2/str.h"

enum { IAM = 1, NAMED = 2, EXPAND = 4 };

static const struct {
    const char *name;
    unsigned bit;
} capabilities[] = { { "CAPABILITY_IAM", IAM },
                     { "CAPABILITY_NAMED_IAM", NAMED },
                     { "CAPABILITY_AUTO_EXPAND", EXPAND } };

static const struct {
    const char *type, *name; /* name: the property that makes it a named one */
} iam_types[] = {
    { "AWS::IAM::Role", "RoleName" },
    { "AWS::IAM::ManagedPolicy", "ManagedPolicyName" },
    { "AWS::IAM::InstanceProfile", "InstanceProfileName" },
    { "AWS::IAM::User", "UserName" },
    { "AWS::IAM::Group", "GroupName" },
    { "AWS::IAM::Policy", NULL },
    { "AWS::IAM::RolePolicy", NULL },
    { "AWS::IAM::UserPolicy", NULL },
    { "AWS::IAM::GroupPolicy", NULL },
    { "AWS::IAM::AccessKey", NULL },
    { "AWS::IAM::UserToGroupAddition", NULL },
};

struct need {
    unsigned bits;
    const struct m2_tpl *t; /* where the first of them is */
    struct m2_place p;
    const char *id;
};

static void add(struct need *n, unsigned bits, const struct m2_tpl *t, struct m2_place p, const char *id)
{
    if (!n->t)
        *n = (struct need){ 0, t, p, id };
    n->bits |= bits;
}

/* A function of SAM without a role gets one made. */
static bool makes_role(const struct m2_tpls *all, const struct m2_tpl *t, const struct m2_value *resource)
{
    const char *type = m2_v_str(resource, "Type");
    bool sam =
        m2_str_eq(type, "AWS::Serverless::Function") || m2_str_eq(type, "AWS::Serverless::StateMachine");
    return t->sam && sam && !m2_tpl_property(all, t, resource, "Role");
}

static void of_template(struct need *n, const struct m2_tpls *all, const struct m2_tpl *t)
{
    const struct m2_value *resource = NULL, *transform = m2_v_get(t->root, "Transform");
    const char *id = NULL;
    m2_tpl_each_resource(all, t, id, resource)
    {
        for (size_t i = 0; i < sizeof iam_types / sizeof iam_types[0]; i++)
            if (m2_str_eq(m2_v_str(resource, "Type"), iam_types[i].type)) {
                bool named = iam_types[i].name && m2_tpl_property(all, t, resource, iam_types[i].name);
                add(n, named ? NAMED : IAM, t, m2_tpl_key_place(t, id, resource), id);
            }
        if (makes_role(all, t, resource))
            add(n, IAM, t, m2_tpl_key_place(t, id, resource), id);
        if (m2_str_eq(m2_v_str(resource, "Type"), "AWS::Serverless::Application"))
            add(n, EXPAND, t, m2_tpl_key_place(t, id, resource), id);
        const struct m2_tpl *nested = m2_tpl_nested(all, t, id);
        if (nested && nested->root)
            of_template(n, all, nested);
    }
    if (transform)
        add(n, EXPAND, t, m2_tpl_key_place(t, "Transform", transform), "Transform");
}

/* What the stack was deployed with; 0 when it is not there or may not be read. */
static unsigned acknowledged(const struct m2_snapshot *s, const char *stack)
{
    struct m2_look look = m2_look_item(s, "cloudformation", "DescribeStacks", "Stacks", "StackName", stack);
    const struct m2_value *list = look.seen == M2_SEEN ? m2_v_get(look.item, "Capabilities") : NULL;
    unsigned bits = 0;
    for (size_t i = 0; i < sizeof capabilities / sizeof capabilities[0]; i++)
        if (m2_v_has(list, capabilities[i].name))
            bits |= capabilities[i].bit;
    return bits & NAMED ? bits | IAM : bits;
}

static void judge(struct m2_check_run *r, const struct m2_tpls *all, const struct m2_tpl *t)
{
    struct need n = { 0 };
    const char *words = "";
    of_template(&n, all, t);
    unsigned want = n.bits & NAMED ? n.bits & ~(unsigned)IAM : n.bits; /* NAMED stands for both */
    unsigned have = acknowledged(r->snap, t->deployed ? t->name : r->snap->target.stack);
    for (size_t i = 0; i < sizeof capabilities / sizeof capabilities[0]; i++)
        if (want & capabilities[i].bit)
            words = m2_arena_printf(r->arena, "%s%s%s", words, *words ? " " : "", capabilities[i].name);
    if (!want) {
        m2_found_pass(r, t->name, "%s asks for no acknowledgement.", t->name);
    } else if ((have & want) == want) {
        m2_found_pass(r, t->name, "%s needs %s, as the stack was deployed with.", t->name, words);
    } else if (want == IAM) { /* no template that runs tasks does without a role */
        m2_found_pass(r, t->name,
                      "%s needs %s only, as whatever makes a role, for %s at %s: deploy with --capabilities %s.",
                      t->name, words, n.id, m2_tpl_at(r->arena, n.t, n.p), words);
    } else {
        struct m2_finding *f =
            m2_tpl_found(r, M2_WARN, n.t, n.p, "template.needs-capabilities", m2_v_string(r->arena, words));
        m2_found_title(r, f, "Who deploys the template must acknowledge what it makes");
        m2_found_detail(r, f, "%s needs %s, for %s at %s and the like; without, CloudFormation refuses it.",
                        t->name, words, n.id, m2_tpl_at(r->arena, n.t, n.p));
        m2_found_fix(r, f, "Deploy with --capabilities %s.", words);
        m2_found_command(
            r, f, "aws cloudformation deploy --template-file %s --stack-name %s --capabilities %s",
            m2_word(r->arena, t->name), m2_word(r->arena, m2_str_or(r->snap->target.stack, "STACK")), words);
    }
}

void m2_template_capabilities(struct m2_check_run *r)
{
    const struct m2_tpls *all = m2_tpls(r);
    if (m2_tpl_none(r, all))
        return;
    for (size_t i = 0; i < all->list.len; i++)
        if (all->list.at[i]->root && !all->list.at[i]->parent)
            judge(r, all, all->list.at[i]);
}
