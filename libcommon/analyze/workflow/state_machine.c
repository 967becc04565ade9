/* workflow.state-machine: is it there, can it be read, and does everything exist that it names? */
#include <string.h>

#include "analyze/names.h"
#include "analyze/stack/stack.h"
#include "analyze/workflow/role.h"
#include "analyze/workflow/workflow.h"
#include "m2/stackview.h"
#include "m2/str.h"

#define DEPTH 64

struct visit {
    struct m2_check_run *r;
    const struct m2_call *call;
    const char *machine;
    size_t targets, bad;
    M2_VEC(struct m2_look) unseen;
    struct m2_needs needs; /* of the machine's role */
};

/* A value that is only known when a job runs: a path, an intrinsic function, a JSONata expression. */
static bool decided_later(const char *s)
{
    return m2_str_empty(s) || strchr(s, '$') || strstr(s, "{%") || m2_str_starts(s, "States.");
}

static void judge(struct visit *v, const char *state, const char *what, const char *id,
                  const struct m2_look *look)
{
    v->targets++;
    if (look->seen == M2_SEEN)
        return;
    if (look->seen == M2_UNSEEN) {
        for (size_t i = 0; i < v->unseen.len; i++)
            if (m2_str_eq(v->unseen.at[i].right, look->right))
                return;
        m2_vec_push(v->r->arena, &v->unseen, *look);
        return;
    }
    v->bad++;
    struct m2_finding *f = m2_found(v->r, M2_FAIL, id, "workflow.target-missing");
    m2_found_title(v->r, f, "The state machine names a %s that does not exist", what);
    m2_found_detail(v->r, f, "State %s of %s uses the %s %s, which is not there.", state, v->machine, what,
                    id);
    m2_found_evidence(v->r, f, v->call, m2_arena_printf(v->r->arena, "definition.States.%s", state),
                      m2_v_string(v->r->arena, id));
    m2_found_evidence(v->r, f, look->call, "",
                      look->call && look->call->status == M2_CALL_OK ? look->call->output : NULL);
    m2_found_about(v->r, f, v->machine);
    if (m2_str_starts(id, "arn:")) /* the stack lists functions and clusters by name */
        m2_found_about(v->r, f, strrchr(id, '/') ? strrchr(id, '/') + 1 : strrchr(id, ':') + 1);
}

/* A function's ARN may end in a version or alias; the answer is about the function. */
static struct m2_look look_function(const struct visit *v, const char *id)
{
    struct m2_look look = m2_look_output(v->r->snap, "lambda", "GetFunction", id);
    if (look.seen == M2_UNSEEN && !look.call) {
        const char *name = m2_str_starts(id, "arn:") ? strstr(id, ":function:") : NULL;
        if (name) {
            name += strlen(":function:");
            look = m2_look_output(v->r->snap, "lambda", "GetFunction",
                                  m2_arena_strndup(v->r->arena, name, strcspn(name, ":")));
        }
    }
    if (look.seen == M2_UNSEEN) {
        struct m2_look second = m2_look_output(v->r->snap, "lambda", "GetFunctionConfiguration", id);
        if (second.seen != M2_UNSEEN)
            return second;
    }
    return look;
}

static struct m2_look look_cluster(const struct visit *v, const char *id)
{
    struct m2_look look = m2_look_output(v->r->snap, "ecs", "DescribeClusters", id);
    if (look.seen == M2_UNSEEN && !look.call && strrchr(id, '/'))
        look = m2_look_output(v->r->snap, "ecs", "DescribeClusters", strrchr(id, '/') + 1);
    const struct m2_value *c = m2_v_path(look.item, "clusters[0]");
    if (look.seen == M2_SEEN && (!c || m2_str_eq(m2_v_str(c, "status"), "INACTIVE")))
        look.seen = M2_ABSENT;
    return look;
}

static struct m2_look look_task_definition(const struct visit *v, const char *id)
{
    struct m2_look look = m2_look_output(v->r->snap, "ecs", "DescribeTaskDefinition", id);
    if (look.seen == M2_SEEN && m2_str_eq(m2_v_pstr(look.item, "taskDefinition.status"), "INACTIVE"))
        look.seen = M2_ABSENT;
    return look;
}

static struct m2_look look_subnet(const struct visit *v, const char *id)
{
    return m2_look_item(v->r->snap, "ec2", "DescribeSubnets", "Subnets", "SubnetId", id);
}

static struct m2_look look_group(const struct visit *v, const char *id)
{
    return m2_look_item(v->r->snap, "ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupId", id);
}

/* What a RunTask state names, by its place in the parameters. */
static const struct {
    const char *path, *what;
    struct m2_look (*look)(const struct visit *v, const char *id);
} run_task_targets[] = {
    { "Cluster", "cluster", look_cluster },
    { "TaskDefinition", "task definition", look_task_definition },
    { "NetworkConfiguration.AwsvpcConfiguration.Subnets", "subnet", look_subnet },
    { "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups", "security group", look_group },
};

static void visit_run_task(struct visit *v, const char *name, const struct m2_value *parameters)
{
    for (size_t i = 0; i < sizeof run_task_targets / sizeof run_task_targets[0]; i++) {
        const struct m2_value *value = m2_v_path(parameters, run_task_targets[i].path), *item;
        size_t n = m2_v_is(value, M2_ARRAY) ? m2_v_len(value) : value != NULL;
        for (size_t k = 0; k < n; k++) {
            item = m2_v_is(value, M2_ARRAY) ? m2_v_at(value, k) : value;
            const char *id = m2_v_is(item, M2_STRING) ? m2_v_text(item) : NULL;
            if (decided_later(id))
                continue;
            struct m2_look look = run_task_targets[i].look(v, id);
            judge(v, name, run_task_targets[i].what, id, &look);
        }
    }
}

static void visit_task(struct visit *v, const char *name, const struct m2_value *state)
{
    const char *resource = m2_str_or(m2_v_str(state, "Resource"), "");
    const struct m2_value *parameters = m2_v_get(state, "Parameters");
    if (!parameters)
        parameters = m2_v_get(state, "Arguments");
    if (strstr(resource, "ecs:runTask")) {
        const char *task = m2_v_str(parameters, "TaskDefinition");
        struct m2_look look = { 0 };
        if (!decided_later(task))
            look = look_task_definition(v, task);
        m2_workflow_needs_task(&v->needs, v->r, m2_v_get(look.item, "taskDefinition"),
                               strstr(resource, ".sync"));
        visit_run_task(v, name, parameters);
        return;
    }
    const char *function = strstr(resource, ":lambda:invoke") ? m2_v_str(parameters, "FunctionName")
                           : strstr(resource, ":function:")   ? resource
                                                              : NULL;
    if (decided_later(function) && !m2_str_empty(function) && m2_str_ends(function, ":$LATEST"))
        function = m2_arena_strndup(v->r->arena, function, strlen(function) - strlen(":$LATEST"));
    if (decided_later(function))
        return;
    struct m2_look look = look_function(v, function);
    m2_workflow_needs_function(&v->needs, v->r, function);
    judge(v, name, "function", function, &look);
}

static void visit_states(struct visit *v, const struct m2_value *machine, int depth)
{
    const struct m2_value *states = m2_v_get(machine, "States"), *branch;
    if (!m2_v_is(states, M2_OBJECT) || depth > DEPTH)
        return;
    for (size_t i = 0; i < states->u.object.len; i++) {
        const struct m2_value *state = states->u.object.at[i].value;
        if (m2_str_eq(m2_v_str(state, "Type"), "Task"))
            visit_task(v, states->u.object.at[i].key, state);
        m2_v_each(branch, k, m2_v_get(state, "Branches")) visit_states(v, branch, depth + 1);
        visit_states(v, m2_v_get(state, "Iterator"), depth + 1);
        visit_states(v, m2_v_get(state, "ItemProcessor"), depth + 1);
    }
}

static void missing(struct m2_check_run *r, const struct m2_stackview *v, const struct m2_look *look)
{
    const struct m2_output *o = m2_stackview_output(v, "CalculationStateMachineArn");
    if (!o)
        o = m2_stackview_output(v, "StateMachineArn");
    const struct m2_resource *x = m2_stackview_resource(v, "AWS::StepFunctions::StateMachine", NULL);
    const char *arn = o ? o->value : x ? x->physical_id : NULL;
    struct m2_finding *f = m2_found(r, M2_FAIL, m2_str_or(arn, v->name), "workflow.missing");
    if (arn)
        m2_found_detail(r, f, "%s names %s, but Step Functions does not know it.",
                        o ? m2_arena_printf(r->arena, "The output %s", o->key) : "The stack", arn);
    else
        m2_found_detail(r, f, "The stack %s holds no state machine and names none in its outputs.", v->name);
    m2_found_evidence(r, f, look->call, "", NULL);
    if (!x || !m2_str_ends(x->status, "_COMPLETE")) /* one that was made has gone for another reason */
        m2_found_about(r, f, v->arn);
    m2_found_about(r, f, x ? x->logical_id : NULL);
}

void m2_workflow_state_machine(struct m2_check_run *r)
{
    struct m2_stackview view = { 0 };
    m2_stackview_make(&view, r->arena, r->snap);
    struct m2_look look = m2_view_state_machine(&view, r->arena, r->snap);
    if (view.state == M2_STACK_NONE) {
        m2_found_skip(r, view.name, "There is no stack yet, so there is no state machine.");
        return;
    }
    if (look.seen == M2_UNSEEN) {
        m2_found_unseen(r, view.name, &look);
        return;
    }
    if (look.seen == M2_ABSENT && m2_status_row(view.status)->level == M2_UNKNOWN) {
        m2_found_skip(r, view.name, "The stack is being made or changed; its state machine may come yet.");
        return;
    }
    if (look.seen == M2_ABSENT || m2_str_eq(m2_v_str(look.item, "status"), "DELETING")) {
        missing(r, &view, &look);
        return;
    }
    const char *arn = m2_str_or(m2_v_str(look.item, "stateMachineArn"), view.name);
    const struct m2_value *definition = m2_view_definition(r->arena, look.item);
    if (!definition || !m2_v_is(m2_v_get(definition, "States"), M2_OBJECT)) {
        struct m2_finding *f = m2_found(r, M2_FAIL, arn, "workflow.definition-invalid");
        m2_found_detail(r, f, "The definition of %s is no JSON object with States.", arn);
        m2_found_evidence(r, f, look.call, "definition", m2_v_get(look.item, "definition"));
        return;
    }
    struct visit v = { .r = r, .call = look.call, .machine = arn };
    visit_states(&v, definition, 0);
    for (size_t i = 0; i < v.unseen.len; i++)
        m2_found_unseen(r, m2_str_or(v.unseen.at[i].right, arn), &v.unseen.at[i]);
    bool by_role = m2_workflow_role(r, arn, m2_v_str(look.item, "roleArn"), &v.needs);
    if (!v.bad && !v.unseen.len && !by_role)
        m2_found_pass(
            r, arn, "The state machine is there, and so are the %zu things it names; its role may use them.",
            v.targets);
}
