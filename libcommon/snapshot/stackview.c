#include "m2/stackview.h"

#include <string.h>

#include "m2/aws.h"
#include "snapshot/strmap.h"

#define NESTING 16

static bool deleted(const char *status)
{
    return m2_str_eq(status, "DELETE_COMPLETE");
}

/* ---- the root ---- */

static struct m2_look look_root(const struct m2_snapshot *s)
{
    const char *stack = s->target.stack;
    if (stack)
        return m2_look_item(s, "cloudformation", "DescribeStacks", "Stacks",
                            m2_str_starts(stack, "arn:") ? "StackId" : "StackName", stack);
    struct m2_look all = m2_look_output(s, "cloudformation", "DescribeStacks", NULL);
    if (all.seen != M2_SEEN)
        return all;
    const struct m2_value *stacks = m2_v_get(all.item, "Stacks"), *item;
    m2_v_each(item, i, stacks) if (!m2_v_get(item, "ParentId"))
    {
        all.item = item;
        all.path = m2_arena_printf(s->arena, "Stacks[%zu]", i);
        return all;
    }
    return (struct m2_look){ .seen = M2_ABSENT, .call = all.call };
}

static void set_root(struct m2_stackview *v, const struct m2_snapshot *s)
{
    v->look = look_root(s);
    v->name = s->target.stack;
    if (v->look.seen != M2_SEEN) {
        v->state = v->look.seen == M2_ABSENT ? M2_STACK_NONE : M2_STACK_UNSEEN;
        return;
    }
    v->root = v->look.item;
    v->name = m2_str_or(m2_v_str(v->root, "StackName"), v->name);
    v->arn = m2_v_str(v->root, "StackId");
    v->status = m2_v_str(v->root, "StackStatus");
    v->state = deleted(v->status) ? M2_STACK_NONE : M2_STACK_THERE;
}

/* ---- resources, through nested stacks ---- */

struct walk {
    struct m2_stackview *v;
    struct m2_arena *a;
    const struct m2_snapshot *s;
    struct m2_strmap seen;
};

static const struct {
    const char *operation, *list;
} listings[] = {
    { "ListStackResources", "StackResourceSummaries" },
    { "DescribeStackResources", "StackResources" },
};

static const struct m2_call *listing_of(const struct m2_snapshot *s, const char *arn, const char *name,
                                        const struct m2_value **items)
{
    for (size_t i = 0; i < sizeof listings / sizeof *listings; i++) {
        const struct m2_call *c = arn ? m2_call_about(s, "cloudformation", listings[i].operation, arn) : NULL;
        if (!c && name)
            c = m2_call_about(s, "cloudformation", listings[i].operation, name);
        if (c && c->status == M2_CALL_OK) {
            *items = m2_v_get(c->output, listings[i].list);
            return c;
        }
    }
    return NULL;
}

static void walk_stack(struct walk *w, const char *arn, const char *name, int depth)
{
    bool is_new = true;
    if (arn)
        (void)m2_strmap_at(&w->seen, w->a, arn, &is_new);
    if (is_new && depth > NESTING)
        w->v->resources_complete = false;
    if (!is_new || depth > NESTING)
        return;
    struct m2_look self = m2_look_item(w->s, "cloudformation", "DescribeStacks", "Stacks",
                                       arn ? "StackId" : "StackName", arn ? arn : name);
    if (self.seen == M2_SEEN)
        m2_vec_push(w->a, &w->v->stacks, self.item);
    const struct m2_value *items = NULL, *item;
    const struct m2_call *call = listing_of(w->s, arn, name, &items);
    if (!call) {
        w->v->resources_complete = false;
        return;
    }
    m2_v_each(item, i, items)
    {
        struct m2_resource r = {
            .logical_id = m2_v_str(item, "LogicalResourceId"),
            .physical_id = m2_v_str(item, "PhysicalResourceId"),
            .type = m2_v_str(item, "ResourceType"),
            .status = m2_v_str(item, "ResourceStatus"),
            .stack_arn = arn,
            .stack_name = name,
            .item = item,
            .call = call,
        };
        m2_vec_push(w->a, &w->v->resources, r);
        if (m2_str_eq(r.type, "AWS::CloudFormation::Stack") && !m2_str_empty(r.physical_id) &&
            !deleted(r.status))
            walk_stack(w, r.physical_id, m2_arn_stack_name(w->a, r.physical_id), depth + 1);
    }
}

static void collect_outputs(struct m2_stackview *v, struct m2_arena *a, const struct m2_snapshot *s)
{
    for (size_t i = 0; i < v->stacks.len; i++) {
        const struct m2_value *stack = v->stacks.at[i], *outputs = m2_v_get(stack, "Outputs"), *o;
        const char *id = m2_v_str(stack, "StackId");
        struct m2_look look =
            m2_look_item(s, "cloudformation", "DescribeStacks", "Stacks", id ? "StackId" : "StackName",
                         id ? id : m2_v_str(stack, "StackName"));
        m2_v_each(o, k, outputs)
        {
            struct m2_output out = { m2_v_str(o, "OutputKey"), m2_v_str(o, "OutputValue"),
                                     m2_v_str(stack, "StackName"), look.call };
            if (out.key)
                m2_vec_push(a, &v->outputs, out);
        }
    }
}

void m2_stackview_make(struct m2_stackview *out, struct m2_arena *a, const struct m2_snapshot *s)
{
    struct m2_stackview v = { .resources_complete = true };
    set_root(&v, s);
    if (v.state == M2_STACK_THERE) {
        struct walk w = { .v = &v, .a = a, .s = s };
        walk_stack(&w, v.arn, v.name, 0);
        if (!v.stacks.len)
            m2_vec_push(a, &v.stacks, v.root);
        collect_outputs(&v, a, s);
    } else if (v.state == M2_STACK_UNSEEN) {
        v.resources_complete = false;
    }
    *out = v;
}

const struct m2_resource *m2_stackview_resource(const struct m2_stackview *v, const char *type,
                                                const char *hint)
{
    const struct m2_resource *gone = NULL;
    for (size_t i = 0; i < v->resources.len; i++) {
        const struct m2_resource *r = &v->resources.at[i];
        if (!m2_str_eq(r->type, type) || (hint && !m2_str_has_ci(r->logical_id, hint)))
            continue;
        if (!deleted(r->status))
            return r;
        if (!gone)
            gone = r;
    }
    return gone;
}

const struct m2_output *m2_stackview_output(const struct m2_stackview *v, const char *key)
{
    for (size_t i = 0; i < v->outputs.len; i++)
        if (m2_str_eq(v->outputs.at[i].key, key))
            return &v->outputs.at[i];
    return NULL;
}

const char *m2_stackview_parameter(const struct m2_stackview *v, const char *key)
{
    const struct m2_value *parameters = m2_v_get(v->root, "Parameters"), *p;
    m2_v_each(p, i, parameters) if (m2_str_eq(m2_v_str(p, "ParameterKey"), key))
    {
        const char *resolved = m2_v_str(p, "ResolvedValue");
        return resolved ? resolved : m2_v_str(p, "ParameterValue");
    }
    return NULL;
}
