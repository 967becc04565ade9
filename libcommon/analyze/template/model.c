/* The templates of a snapshot: their parts, and which is nested in which. */
#include <string.h>

#include "analyze/template/template.h"
#include "m2/aws.h"
#include "m2/json.h"
#include "m2/str.h"

#define SAM_TRANSFORM "AWS::Serverless-2016-10-31"

/* Transforms that make no resource a template could name. */
static const char *const plain_transforms[] = { SAM_TRANSFORM, "AWS::LanguageExtensions",
                                                "AWS::CodeDeployBlueGreen", NULL };

static bool starts(const char *key, const char *prefix)
{
    return strncmp(key, prefix, strlen(prefix)) == 0;
}

static const struct m2_value *object_of(const struct m2_value *root, const char *key)
{
    const struct m2_value *v = m2_v_get(root, key);
    return m2_v_is(v, M2_OBJECT) ? v : NULL;
}

static void read_transforms(struct m2_tpl *t)
{
    const struct m2_value *list = m2_v_get(t->root, "Transform");
    size_t n = m2_v_is(list, M2_ARRAY) ? m2_v_len(list) : list ? 1 : 0;
    for (size_t i = 0; i < n; i++) {
        const struct m2_value *item = m2_v_is(list, M2_ARRAY) ? m2_v_at(list, i) : list;
        const char *name = m2_v_is(item, M2_OBJECT) ? m2_v_str(item, "Name") : m2_v_text(item);
        bool plain = false;
        for (const char *const *p = plain_transforms; *p; p++)
            plain |= m2_str_eq(name, *p);
        t->sam |= m2_str_eq(name, SAM_TRANSFORM);
        t->generated |= !plain;
    }
}

/* Fn::ForEach and Fn::Transform beside resources, conditions or outputs make more of them. */
static bool makes_members(const struct m2_value *section)
{
    for (size_t i = 0; m2_v_is(section, M2_OBJECT) && i < section->u.object.len; i++)
        if (starts(section->u.object.at[i].key, "Fn::"))
            return true;
    return false;
}

static void read_lines(struct m2_tpl *t, struct m2_arena *a)
{
    M2_VEC(size_t) lines = { 0 };
    m2_vec_push(a, &lines, (size_t)0);
    for (const char *p = t->text.text.p, *end = p + t->text.text.n;
         p && (p = memchr(p, '\n', (size_t)(end - p)));) {
        p++;
        m2_vec_push(a, &lines, (size_t)(p - t->text.text.p));
    }
    t->lines = lines.at;
    t->n_lines = lines.len;
}

static void read_parts(struct m2_tpl *t)
{
    t->root = m2_v_is(t->text.root, M2_OBJECT) ? t->text.root : NULL;
    t->parameters = object_of(t->root, "Parameters");
    t->mappings = object_of(t->root, "Mappings");
    t->conditions = object_of(t->root, "Conditions");
    t->resources = object_of(t->root, "Resources");
    t->outputs = object_of(t->root, "Outputs");
    t->globals = object_of(t->root, "Globals");
    read_transforms(t);
    t->generated |= makes_members(t->root) || makes_members(t->resources) || makes_members(t->conditions) ||
                    makes_members(t->parameters) || makes_members(t->outputs) || makes_members(t->mappings);
}

static struct m2_tpl *new_template(struct m2_tpls *all, const struct m2_call *call, const char *name)
{
    struct m2_tpl *t = m2_arena_alloc(all->a, sizeof *t);
    const struct m2_value *body = m2_v_get(call->output, "TemplateBody");
    t->name = m2_str_or(name, "template");
    t->identity = t->name;
    t->call = call;
    if (call->status == M2_CALL_OK) {
        /* The AWS CLI prints a JSON template as an object: its places are those of the usual print. */
        struct m2_bytes text = { 0 };
        struct m2_buf b;
        m2_buf_init(&b, M2_JSON_MAX_FILE);
        if (m2_v_is(body, M2_STRING))
            text = body->u.text;
        else if (body) {
            m2_json_write(&b, body, true);
            text = (struct m2_bytes){ m2_arena_strndup(all->a, b.data, b.len), b.len };
        }
        m2_buf_free(&b);
        m2_template_parse(&t->text, all->a, text);
        read_lines(t, all->a);
        read_parts(t);
    }
    m2_vec_push(all->a, &all->list, t);
    return t;
}

static struct m2_tpl *by_identity(const struct m2_tpls *all, const char *identity)
{
    for (size_t i = 0; i < all->list.len; i++)
        if (m2_str_eq(all->list.at[i]->identity, identity))
            return all->list.at[i];
    return NULL;
}

const struct m2_tpl *m2_tpl_nested(const struct m2_tpls *all, const struct m2_tpl *t, const char *id)
{
    for (size_t i = 0; i < all->list.len; i++)
        if (all->list.at[i]->parent == t && m2_str_eq(all->list.at[i]->nested_as, id))
            return all->list.at[i];
    return NULL;
}

static void give(struct m2_tpls *all, struct m2_tpl *t, const char *name, struct m2_tpl_value value)
{
    const struct m2_tpl_given given = { name, value };
    m2_vec_push(all->a, &t->given, given);
}

/* What the stack above passes down. The parents stand before their children in the list. */
static void give_from_parent(struct m2_tpls *all, struct m2_tpl *t)
{
    const struct m2_value *resource = m2_v_get(t->parent->resources, t->nested_as);
    const struct m2_value *given = m2_tpl_property(all, t->parent, resource, "Parameters");
    for (size_t i = 0; m2_v_is(given, M2_OBJECT) && i < given->u.object.len; i++) {
        const struct m2_member *m = &given->u.object.at[i];
        struct m2_tpl_value v = m2_tpl_resolve(all, t->parent, m->value);
        if (!(v.deps & M2_DEP_NOVALUE))
            give(all, t, m->key, v);
    }
}

/* What the deployed stack has, where the user named no other: a local template is for that stack. */
static void give_from_stack(struct m2_tpls *all, struct m2_tpl *t, const char *stack)
{
    struct m2_look look =
        m2_look_item(all->snap, "cloudformation", "DescribeStacks", "Stacks", "StackName", stack);
    const struct m2_value *list = m2_v_get(look.seen == M2_SEEN ? look.item : NULL, "Parameters"),
                          *item = NULL;
    m2_v_each(item, i, list)
    {
        const char *key = m2_v_str(item, "ParameterKey"), *value = m2_v_str(item, "ParameterValue");
        if (!key || !value || strncmp(value, "****", 4) == 0) /* NoEcho */
            continue;
        give(all, t, key,
             (struct m2_tpl_value){ m2_v_string(all->a, value), m2_arena_strdup(all->a, value),
                                    M2_DEP_PARAMETER });
    }
}

/* What it is to be deployed with; over what the stack has. */
static void give_as_planned(struct m2_tpls *all, struct m2_tpl *t, const struct m2_value *given)
{
    for (size_t i = 0; m2_v_is(given, M2_OBJECT) && i < given->u.object.len; i++) {
        const char *value = m2_v_text(given->u.object.at[i].value);
        if (value)
            give(all, t, given->u.object.at[i].key,
                 (struct m2_tpl_value){ m2_v_string(all->a, value), m2_arena_strdup(all->a, value),
                                        M2_DEP_PARAMETER });
    }
}

static void add_local(struct m2_tpls *all, const struct m2_call *call)
{
    struct m2_tpl *t = new_template(all, call, m2_v_str(call->input, "Path"));
    const char *nested_in = m2_v_str(call->input, "NestedIn");
    t->parent = nested_in ? by_identity(all, nested_in) : NULL;
    if (t->parent == t)
        t->parent = NULL;
    if (!t->parent) {
        give_from_stack(all, t, all->snap->target.stack);
        give_as_planned(all, t, m2_v_get(call->input, "Parameters"));
        return;
    }
    t->nested_as = m2_str_or(m2_v_str(call->input, "LogicalId"), "");
    t->identity = m2_arena_printf(all->a, "%s/%s", t->parent->identity, t->nested_as);
    give_from_parent(all, t);
}

static void add_deployed(struct m2_tpls *all, const struct m2_call *call)
{
    const char *stack = m2_v_str(call->input, "StackName");
    struct m2_tpl *t = new_template(all, call, m2_str_or(m2_arn_stack_name(all->a, stack), stack));
    t->deployed = true;
    give_from_stack(all, t, t->name);
}

void m2_tpls_make(struct m2_tpls *out, struct m2_arena *a, const struct m2_snapshot *s)
{
    *out = (struct m2_tpls){ .a = a, .snap = s };
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "template", "ReadFile", c));)
        add_local(out, c);
    if (out->list.len) /* what is asked about is what will be deployed, not what is */
        return;
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "cloudformation", "GetTemplate", c));)
        if (c->status == M2_CALL_OK)
            add_deployed(out, c);
}

const struct m2_tpls *m2_tpls(struct m2_check_run *r)
{
    struct m2_tpls *all = r->shared ? r->shared->templates : NULL;
    if (all)
        return all;
    all = m2_arena_alloc(r->arena, sizeof *all);
    m2_tpls_make(all, r->arena, r->snap);
    if (r->shared)
        r->shared->templates = all;
    return all;
}

bool m2_tpl_none(struct m2_check_run *r, const struct m2_tpls *all)
{
    for (size_t i = 0; i < all->list.len; i++)
        if (all->list.at[i]->root)
            return false;
    const struct m2_call *deployed = m2_calls(r->snap, "cloudformation", "GetTemplate", NULL);
    struct m2_look look = { .seen = M2_UNSEEN, .call = deployed, .right = "cloudformation:GetTemplate" };
    if (!all->list.len && deployed && deployed->status == M2_CALL_ERROR &&
        !m2_code_not_found(deployed->code, deployed->message)) {
        look.why = m2_look_why(r->arena, look.right, deployed);
        m2_found_unseen(r, NULL, &look);
    } else if (!all->list.len)
        m2_found_skip(r, NULL,
                      "No template is given, and no deployed one was read; --template FILE names one.");
    else
        m2_found_skip(r, NULL, "No template could be read; template.parse says why.");
    return true;
}
