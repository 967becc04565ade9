#include <string.h>

#include "m2/json.h"
#include "m2/stackview.h"

#define DEFINITION_DEPTH 64

/* What to say of a part that the stack should have but does not show. */
static struct m2_look part_missing(const struct m2_stackview *v, const struct m2_snapshot *s)
{
    if (v->state == M2_STACK_UNSEEN)
        return v->look;
    if (v->state == M2_STACK_NONE || v->resources_complete)
        return (struct m2_look){ .seen = M2_ABSENT, .call = v->look.call };
    struct m2_look look = m2_look_output(s, "cloudformation", "ListStackResources", v->arn);
    if (look.seen != M2_UNSEEN)
        look = (struct m2_look){ .seen = M2_UNSEEN,
                                 .call = look.call,
                                 .right = "cloudformation:ListStackResources",
                                 .why = "The resources of a nested stack could not be listed." };
    return look;
}

/* ---- the job chooser ---- */

static const char *machine_arn(const struct m2_stackview *v)
{
    static const char *const keys[] = { "CalculationStateMachineArn", "StateMachineArn" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct m2_output *o = m2_stackview_output(v, keys[i]);
        if (o && !m2_str_empty(o->value))
            return o->value;
    }
    const char *const type = "AWS::StepFunctions::StateMachine";
    const struct m2_resource *r = m2_stackview_resource(v, type, "JobChooser");
    if (!r)
        r = m2_stackview_resource(v, type, NULL);
    return r && !m2_str_empty(r->physical_id) ? r->physical_id : NULL;
}

struct m2_look m2_view_state_machine(const struct m2_stackview *v, struct m2_arena *a,
                                     const struct m2_snapshot *s)
{
    (void)a;
    const char *arn = machine_arn(v);
    if (arn)
        return m2_look_output(s, "stepfunctions", "DescribeStateMachine", arn);
    /* A snapshot made by hand may hold the machine without the stack. */
    if (v->state == M2_STACK_UNSEEN && m2_calls(s, "stepfunctions", "DescribeStateMachine", NULL))
        return m2_look_output(s, "stepfunctions", "DescribeStateMachine", NULL);
    return part_missing(v, s);
}

const struct m2_value *m2_view_definition(struct m2_arena *a, const struct m2_value *state_machine)
{
    const struct m2_value *given = m2_v_get(state_machine, "definition");
    if (m2_v_is(given, M2_OBJECT))
        return given;
    struct m2_value *parsed = NULL;
    struct m2_err err = { 0 };
    if (!m2_v_is(given, M2_STRING) || m2_json_parse(&parsed, a, given->u.text, "definition", &err) < 0)
        return NULL;
    return m2_v_is(parsed, M2_OBJECT) ? parsed : NULL;
}

static const struct m2_value *find_state(const struct m2_value *machine, const char *text, int depth);

static const struct m2_value *find_inside(const struct m2_value *state, const char *text, int depth)
{
    static const char *const inner[] = { "Iterator", "ItemProcessor" };
    const struct m2_value *found = NULL, *branch, *branches = m2_v_get(state, "Branches");
    m2_v_each(branch, i, branches) if (!found) found = find_state(branch, text, depth);
    for (size_t i = 0; i < sizeof inner / sizeof *inner && !found; i++)
        found = find_state(m2_v_get(state, inner[i]), text, depth);
    return found;
}

static const struct m2_value *find_state(const struct m2_value *machine, const char *text, int depth)
{
    const struct m2_value *states = m2_v_get(machine, "States");
    if (!m2_v_is(states, M2_OBJECT) || depth > DEFINITION_DEPTH)
        return NULL;
    for (size_t i = 0; i < states->u.object.len; i++) {
        const struct m2_value *state = states->u.object.at[i].value;
        const char *resource = m2_v_str(state, "Resource");
        if (resource && strstr(resource, text))
            return state;
        const struct m2_value *found = find_inside(state, text, depth + 1);
        if (found)
            return found;
    }
    return NULL;
}

const struct m2_value *m2_view_state(const struct m2_value *definition, const char *text)
{
    return find_state(definition, text, 0);
}

/* ---- the task definition ---- */

static const char *named_task_definition(struct m2_arena *a, const struct m2_value *machine)
{
    const struct m2_value *state = m2_view_state(m2_view_definition(a, machine), "ecs:runTask");
    const char *name = m2_v_pstr(state, "Parameters.TaskDefinition");
    if (!name)
        name = m2_v_pstr(state, "Arguments.TaskDefinition");
    return name && !strchr(name, '{') ? name : NULL;
}

struct m2_look m2_view_task_definition(const struct m2_stackview *v, struct m2_arena *a,
                                       const struct m2_snapshot *s)
{
    const char *name = NULL;
    struct m2_look machine = m2_view_state_machine(v, a, s);
    if (machine.seen == M2_SEEN)
        name = named_task_definition(a, machine.item);
    const struct m2_resource *r = m2_stackview_resource(v, "AWS::ECS::TaskDefinition", NULL);
    if (!name && r)
        name = r->physical_id;
    if (!name && (v->state != M2_STACK_UNSEEN || !m2_calls(s, "ecs", "DescribeTaskDefinition", NULL)))
        return part_missing(v, s);
    struct m2_look look = m2_look_output(s, "ecs", "DescribeTaskDefinition", name);
    if (look.seen == M2_SEEN) {
        look.item = m2_v_get(look.item, "taskDefinition");
        look.path = "taskDefinition";
    }
    return look;
}

/* ---- the job's function ---- */

static bool is_image(const struct m2_look *look)
{
    return look->seen == M2_SEEN && (m2_str_eq(m2_v_pstr(look->item, "Configuration.PackageType"), "Image") ||
                                     m2_v_pstr(look->item, "Code.ImageUri"));
}

struct m2_look m2_view_job_function(const struct m2_stackview *v, struct m2_arena *a,
                                    const struct m2_snapshot *s)
{
    (void)a;
    const char *const type = "AWS::Lambda::Function";
    const struct m2_output *o = m2_stackview_output(v, "RunJobLambdaArn");
    if (o && !m2_str_empty(o->value))
        return m2_look_output(s, "lambda", "GetFunction", o->value);
    const struct m2_resource *named = m2_stackview_resource(v, type, "RunJob");
    if (named && !m2_str_empty(named->physical_id))
        return m2_look_output(s, "lambda", "GetFunction", named->physical_id);
    struct m2_look refused = { .seen = M2_SEEN };
    for (size_t i = 0; i < v->resources.len; i++) {
        const struct m2_resource *r = &v->resources.at[i];
        if (!m2_str_eq(r->type, type) || m2_str_empty(r->physical_id))
            continue;
        struct m2_look look = m2_look_output(s, "lambda", "GetFunction", r->physical_id);
        if (is_image(&look))
            return look;
        if (look.seen == M2_UNSEEN)
            refused = look;
    }
    if (refused.seen == M2_UNSEEN)
        return refused;
    const struct m2_call *c = NULL;
    while (v->state == M2_STACK_UNSEEN && (c = m2_calls(s, "lambda", "GetFunction", c))) {
        struct m2_look look = { .seen = M2_SEEN, .item = c->output, .call = c, .path = "" };
        if (c->status == M2_CALL_OK && is_image(&look))
            return look;
    }
    return part_missing(v, s);
}
