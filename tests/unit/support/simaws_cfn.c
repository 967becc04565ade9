/* CloudFormation: stacks, their resources, and deletion with its failures. */
#include <string.h>

#include "simaws.h"

static struct sim_stack *find_stack(struct sim *s, const char *id)
{
    for (int i = 0; i < s->n_stacks; i++) /* a deleted stack answers to its ARN alone */
        if (m2_str_eq(s->stacks[i].arn, id) ||
            (m2_str_eq(s->stacks[i].name, id) && !m2_str_eq(s->stacks[i].status, "DELETE_COMPLETE")))
            return &s->stacks[i];
    return NULL;
}

static struct sim_stack *stack_of(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                                  const struct m2_value *in)
{
    const char *id = m2_v_str(in, "StackName");
    struct sim_stack *k = find_stack(s, id);
    if (!k)
        sim_error(out, "ValidationError", m2_arena_printf(a, "Stack with id %s does not exist", id), 400);
    return k;
}

/* ---- deletion ---- */

static const char *why_not(const struct sim_thing *t)
{
    if (t->kind == SIM_BUCKET && !m2_str_eq(t->owner, SIM_ACCOUNT))
        return "Access Denied (Service: S3, Status Code: 403)";
    if (t->kind == SIM_BUCKET && t->inside)
        return "The bucket you tried to delete is not empty (Service: S3, Status Code: 409)";
    if (t->kind == SIM_REPOSITORY && t->inside)
        return "The repository cannot be deleted because it still contains images "
               "(RepositoryNotEmptyException)";
    if (t->kind == SIM_CLUSTER && t->inside)
        return "The Cluster cannot be deleted while Tasks are active. (ClusterContainsTasksException)";
    return t->undeletable ? "Something of its own" : NULL;
}

static bool kept(const struct sim_resource *r)
{
    return r->policy && strcmp(r->policy, "Delete") != 0;
}

static void finish(struct sim *s, struct sim_stack *k);

static void delete_resource(struct sim *s, struct sim_resource *r)
{
    if (r->nested >= 0) {
        struct sim_stack *child = &s->stacks[r->nested];
        finish(s, child);
        r->status = m2_str_eq(child->status, "DELETE_COMPLETE") ? "DELETE_COMPLETE" : "DELETE_FAILED";
        r->reason = "Embedded stack was not successfully deleted";
        return;
    }
    struct sim_thing *t = &s->things[r->thing];
    const char *why = t->gone ? NULL : why_not(t);
    r->status = why ? "DELETE_FAILED" : "DELETE_COMPLETE";
    r->reason = why;
    if (why || t->gone)
        return;
    sim_touch(s, t, "deleted by its stack");
    t->gone = true;
}

static void finish(struct sim *s, struct sim_stack *k)
{
    bool failed = false;
    for (int i = 0; i < s->n_resources; i++) {
        struct sim_resource *r = &s->resources[i];
        if (&s->stacks[r->stack] != k || m2_str_eq(r->status, "DELETE_COMPLETE") ||
            m2_str_eq(r->status, "DELETE_SKIPPED"))
            continue;
        if (kept(r) || m2_v_has(k->retain, r->logical))
            r->status = "DELETE_SKIPPED";
        else
            delete_resource(s, r);
        failed = failed || m2_str_eq(r->status, "DELETE_FAILED");
    }
    k->status = failed ? "DELETE_FAILED" : "DELETE_COMPLETE";
    k->deleting = false;
}

static void delete_stack(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    struct sim_stack *k = stack_of(s, out, a, in);
    const struct m2_value *retain = m2_v_get(in, "RetainResources");
    if (!k)
        return;
    if (k->protection) {
        sim_error(out, "ValidationError", "Stack cannot be deleted while TerminationProtection is enabled",
                  400);
        return;
    }
    if (m2_v_len(retain) && !m2_str_eq(k->status, "DELETE_FAILED")) {
        sim_error(out, "ValidationError", "Invalid operation: RetainResources", 400);
        return;
    }
    out->output = m2_v_object(a);
    if (m2_str_eq(k->status, "DELETE_COMPLETE"))
        return;
    if (k != &s->stacks[0] && !m2_str_eq(k->parent, s->stacks[0].arn) && !s->violations++)
        (void)memcpy(s->first_violation, "another stack was deleted", 26);
    k->status = "DELETE_IN_PROGRESS";
    k->deleting = true;
    k->polls = 2;
    k->retain = retain ? m2_v_copy(s->a, retain) : NULL;
}

static void advance(struct sim *s, struct sim_stack *k)
{
    if (!k->deleting || k->polls-- > 0)
        return;
    if (k->imported_by) {
        k->status = "CREATE_COMPLETE";
        k->reason = "Export x cannot be deleted as it is in use by other";
        k->deleting = false;
        return;
    }
    finish(s, k);
}

static void unprotect(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    struct sim_stack *k = stack_of(s, out, a, in);
    if (!k)
        return;
    k->protection = m2_v_bool_or(in, "EnableTerminationProtection", true);
    out->output = m2_v_object(a);
}

/* ---- reading ---- */

static struct m2_value *stack_value(struct m2_arena *a, const struct sim_stack *k)
{
    struct m2_value *v =
        sim_json(a, "{'StackId':'%s','StackName':'%s','StackStatus':'%s'}", k->arn, k->name, k->status);
    m2_v_set_str(a, v, "StackStatusReason", k->reason);
    m2_v_set_bool(a, v, "EnableTerminationProtection", k->protection);
    if (k->role)
        m2_v_set_str(a, v, "RoleARN", k->role);
    if (k->parent) {
        m2_v_set_str(a, v, "ParentId", k->parent);
        m2_v_set_str(a, v, "RootId", k->parent);
    }
    if (k->export_name)
        m2_v_set(a, v, "Outputs",
                 sim_json(a, "[{'OutputKey':'O','OutputValue':'x','ExportName':'%s'}]", k->export_name));
    return v;
}

static void describe_stacks(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                            const struct m2_value *in)
{
    struct sim_stack *k = stack_of(s, out, a, in);
    if (!k)
        return;
    advance(s, k);
    out->output = sim_json(a, "{'Stacks':[]}");
    m2_v_push(a, m2_v_get(out->output, "Stacks"), stack_value(a, k));
}

static void list_stacks(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    (void)in;
    out->output = sim_json(a, "{'StackSummaries':[]}");
    for (int i = 0; i < s->n_stacks; i++)
        if (m2_str_eq(s->stacks[i].status, "DELETE_COMPLETE"))
            m2_v_push(a, m2_v_get(out->output, "StackSummaries"), stack_value(a, &s->stacks[i]));
}

static void list_resources(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                           const struct m2_value *in)
{
    const struct sim_stack *k = stack_of(s, out, a, in);
    if (!k)
        return;
    out->output = sim_json(a, "{'StackResourceSummaries':[]}");
    for (int i = 0; i < s->n_resources; i++) {
        const struct sim_resource *r = &s->resources[i];
        if (&s->stacks[r->stack] != k)
            continue;
        struct m2_value *v = m2_v_object(a);
        m2_v_set_str(a, v, "LogicalResourceId", r->logical);
        m2_v_set_str(a, v, "PhysicalResourceId",
                     r->nested >= 0 ? s->stacks[r->nested].arn : s->things[r->thing].id);
        m2_v_set_str(a, v, "ResourceType",
                     r->nested >= 0 ? "AWS::CloudFormation::Stack" : sim_type(s->things[r->thing].kind));
        m2_v_set_str(a, v, "ResourceStatus", r->status);
        m2_v_set_str(a, v, "ResourceStatusReason", r->reason ? r->reason : "");
        m2_v_push(a, m2_v_get(out->output, "StackResourceSummaries"), v);
    }
    if (s->custom && k == &s->stacks[0])
        m2_v_push(a, m2_v_get(out->output, "StackResourceSummaries"),
                  sim_json(a,
                           "{'LogicalResourceId':'Custom','PhysicalResourceId':'e','ResourceType':'%s',"
                           "'ResourceStatus':'%s'}",
                           s->custom,
                           m2_str_eq(k->status, "DELETE_COMPLETE") ? k->status : "CREATE_COMPLETE"));
}

static void get_template(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const struct sim_stack *k = stack_of(s, out, a, in);
    if (!k)
        return;
    if (k->no_template) {
        sim_error(out, "AccessDenied", "no", 403);
        return;
    }
    struct m2_value *resources = m2_v_object(a);
    for (int i = 0; i < s->n_resources; i++) {
        const struct sim_resource *r = &s->resources[i];
        if (&s->stacks[r->stack] != k)
            continue;
        struct m2_value *v =
            sim_json(a, "{'Type':'%s'}",
                     r->nested >= 0 ? "AWS::CloudFormation::Stack" : sim_type(s->things[r->thing].kind));
        if (r->policy)
            m2_v_set_str(a, v, "DeletionPolicy", r->policy);
        m2_v_set(a, resources, r->logical, v);
    }
    struct m2_value *body = m2_v_object(a);
    m2_v_set(a, body, "Resources", resources);
    out->output = m2_v_object(a);
    m2_v_set(a, out->output, "TemplateBody", body);
}

static void list_imports(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const char *name = m2_v_str(in, "ExportName");
    for (int i = 0; i < s->n_stacks; i++)
        if (m2_str_eq(s->stacks[i].export_name, name) && s->stacks[i].imported_by) {
            out->output = sim_json(a, "{'Imports':['%s']}", s->stacks[i].imported_by);
            return;
        }
    sim_error(out, "ValidationError", m2_arena_printf(a, "Export '%s' is not imported by any stack.", name),
              400);
}

static void describe_events(struct sim *s, struct sim_answer *out, struct m2_arena *a,
                            const struct m2_value *in)
{
    if (stack_of(s, out, a, in))
        out->output = sim_json(a, "{'StackEvents':[]}");
}

/* ---- whose tags ---- */

static const char *arn_of(struct m2_arena *a, const struct sim_thing *t)
{
    const struct m2_resource r = { .physical_id = t->id, .type = sim_type(t->kind), .stack_arn = SIM_ROOT };
    return m2_cleanup_arn(a, &r);
}

static void get_tagged(struct sim *s, struct sim_answer *out, struct m2_arena *a, const struct m2_value *in)
{
    const char *wanted = m2_v_pstr(in, "TagFilters[0].Values[0]");
    out->output = sim_json(a, "{'ResourceTagMappingList':[]}");
    for (int i = 0; i < s->n_things; i++) {
        const struct sim_thing *t = &s->things[i];
        if (t->gone || !m2_str_eq(t->tag, wanted) || !arn_of(a, t) || !m2_str_eq(t->owner, s->caller))
            continue;
        m2_v_push(a, m2_v_get(out->output, "ResourceTagMappingList"),
                  sim_json(a,
                           "{'ResourceARN':'%s','Tags':[{'Key':'aws:cloudformation:stack-id','Value':'%s'}]}",
                           arn_of(a, t), t->tag));
    }
}

const struct sim_op_row sim_ops_cfn[] = {
    { "cloudformation DescribeStacks", describe_stacks, false },
    { "cloudformation ListStacks", list_stacks, false },
    { "cloudformation ListStackResources", list_resources, false },
    { "cloudformation GetTemplate", get_template, false },
    { "cloudformation ListImports", list_imports, false },
    { "cloudformation DescribeStackEvents", describe_events, false },
    { "cloudformation DeleteStack", delete_stack, true },
    { "cloudformation UpdateTerminationProtection", unprotect, true },
    { "resourcegroupstaggingapi GetResources", get_tagged, false },
    { NULL, NULL, false },
};
