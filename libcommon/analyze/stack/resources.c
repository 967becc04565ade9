/* stack.resources: does each service still know what CloudFormation lists? */
#include "analyze/names.h"
#include "analyze/stack/stack.h"
#include "m2/str.h"

struct probe {
    const char *type, *service, *operation;
    struct m2_look (*look)(const struct probe *p, const struct m2_check_run *r, const char *id);
};

static struct m2_look by_answer(const struct probe *p, const struct m2_check_run *r, const char *id)
{
    return m2_look_output(r->snap, p->service, p->operation, id);
}

static struct m2_look function(const struct probe *p, const struct m2_check_run *r, const char *id)
{
    struct m2_look look = by_answer(p, r, id);
    if (look.seen != M2_UNSEEN)
        return look;
    struct m2_look second = m2_look_output(r->snap, "lambda", "GetFunctionConfiguration", id);
    return second.seen == M2_UNSEEN ? look : second;
}

static struct m2_look cluster(const struct probe *p, const struct m2_check_run *r, const char *id)
{
    struct m2_look look = by_answer(p, r, id);
    const struct m2_value *c = m2_v_path(look.item, "clusters[0]");
    const struct m2_value *missing = m2_v_path(look.item, "failures[0]");
    if (look.seen == M2_SEEN && (m2_str_eq(m2_v_str(c, "status"), "INACTIVE") || (!c && missing)))
        look.seen = M2_ABSENT;
    return look;
}

static struct m2_look task_definition(const struct probe *p, const struct m2_check_run *r, const char *id)
{
    struct m2_look look = by_answer(p, r, id);
    if (look.seen == M2_SEEN && m2_str_eq(m2_v_pstr(look.item, "taskDefinition.status"), "INACTIVE"))
        look.seen = M2_ABSENT;
    return look;
}

static struct m2_look log_group(const struct probe *p, const struct m2_check_run *r, const char *id)
{
    return m2_look_item(r->snap, p->service, p->operation, "logGroups", "logGroupName", id);
}

static struct m2_look state_machine(const struct probe *p, const struct m2_check_run *r, const char *id)
{
    struct m2_look look = by_answer(p, r, id);
    if (look.seen == M2_SEEN && m2_str_eq(m2_v_str(look.item, "status"), "DELETING"))
        look.seen = M2_ABSENT;
    return look;
}

static const struct probe probes[] = {
    { "AWS::StepFunctions::StateMachine", "stepfunctions", "DescribeStateMachine", state_machine },
    { "AWS::Lambda::Function", "lambda", "GetFunction", function },
    { "AWS::ECS::Cluster", "ecs", "DescribeClusters", cluster },
    { "AWS::ECS::TaskDefinition", "ecs", "DescribeTaskDefinition", task_definition },
    { "AWS::Logs::LogGroup", "logs", "DescribeLogGroups", log_group },
    { "AWS::IAM::Role", "iam", "GetRole", by_answer },
    { "AWS::S3::Bucket", "s3", "HeadBucket", by_answer },
};

static const struct probe *probe_of(const char *type)
{
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        if (m2_str_eq(probes[i].type, type))
            return &probes[i];
    return NULL;
}

static void gone(struct m2_check_run *r, const struct m2_resource *x, const struct m2_look *look)
{
    struct m2_finding *f = m2_found(r, M2_FAIL, x->physical_id, "stack.resource-gone");
    m2_found_title(r, f, "%s was deleted outside the stack", x->logical_id);
    m2_found_detail(r, f, "CloudFormation lists %s (%s) as %s, but the service does not know %s.",
                    x->logical_id, x->type, m2_str_or(x->status, "there"), x->physical_id);
    m2_found_evidence(r, f, look->call, "",
                      look->call && look->call->status == M2_CALL_OK ? look->call->output : NULL);
    m2_found_about(r, f, x->logical_id);
}

struct tally {
    size_t alive, gone;
    M2_VEC(struct m2_look) unseen; /* one per right */
};

static void note_unseen(struct m2_check_run *r, struct tally *t, const struct m2_look *look)
{
    for (size_t i = 0; i < t->unseen.len; i++)
        if (m2_str_eq(t->unseen.at[i].right, look->right))
            return;
    m2_vec_push(r->arena, &t->unseen, *look);
}

static bool expected(const struct m2_resource *x)
{
    return !m2_str_empty(x->physical_id) && x->status && !m2_str_starts(x->status, "DELETE_") &&
           !m2_str_ends(x->status, "_FAILED") && !m2_str_starts(x->status, "CREATE_IN");
}

static void walk(struct m2_check_run *r, const struct m2_stackview *v)
{
    struct tally t = { 0 };
    for (size_t i = 0; i < v->resources.len; i++) {
        const struct m2_resource *x = &v->resources.at[i];
        const struct probe *p = probe_of(x->type);
        if (!p || !expected(x))
            continue;
        struct m2_look look = p->look(p, r, x->physical_id);
        t.gone += look.seen == M2_ABSENT;
        if (look.seen == M2_ABSENT)
            gone(r, x, &look);
        else if (look.seen == M2_UNSEEN)
            note_unseen(r, &t, &look);
        else
            t.alive++;
    }
    for (size_t i = 0; i < t.unseen.len; i++)
        m2_found_unseen(r, m2_str_or(t.unseen.at[i].right, v->name), &t.unseen.at[i]);
    if (t.alive && !t.unseen.len && v->resources_complete)
        m2_found_pass(r, v->name, "%zu resources of the stack answer.", t.alive);
    if (!t.alive && !t.unseen.len && !t.gone && v->resources_complete)
        m2_found_skip(r, v->name, "The stack holds nothing now that could be looked up.");
}

void m2_stack_resources(struct m2_check_run *r)
{
    struct m2_stackview v = { 0 };
    m2_stackview_make(&v, r->arena, r->snap);
    if (v.state == M2_STACK_UNSEEN) {
        m2_found_unseen(r, v.name, &v.look);
        return;
    }
    if (v.state == M2_STACK_NONE) {
        m2_found_skip(r, v.name, "There is no stack yet.");
        return;
    }
    if (!v.resources_complete) {
        struct m2_look look = m2_look_output(r->snap, "cloudformation", "ListStackResources", v.arn);
        if (look.seen != M2_UNSEEN)
            look = (struct m2_look){ .seen = M2_UNSEEN,
                                     .right = "cloudformation:ListStackResources",
                                     .why = "The resources of a nested stack could not be listed." };
        m2_found_unseen(r, v.name, &look);
    }
    walk(r, &v);
}
