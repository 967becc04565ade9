/*
 * What a failed task tells, whoever tells it: ECS names the members in lower case and times as text, the
 * cause of a Step Functions execution in upper case and times as milliseconds since 1970.
 *
 * Source:    Amazon ECS API Reference, Task and Container; the cause that Step Functions writes for
 * ecs:runTask.sync; Amazon ECS Developer Guide, "awslogs" (stream names are prefix/container/task id).
 */
#include <ctype.h>
#include <string.h>

#include "analyze/names.h"
#include "analyze/workflow/runs.h"
#include "m2/json.h"
#include "m2/stackview.h"
#include "m2/str.h"
#include "m2/time.h"

#define SECONDS_BELOW 1e11 /* as a number of seconds this is the year 5138 */

static const struct m2_value *member(const struct m2_value *v, const char *name)
{
    char upper[40];
    const struct m2_value *found = m2_v_get(v, name);
    if (found || strlen(name) >= sizeof upper)
        return found;
    memcpy(upper, name, strlen(name) + 1);
    upper[0] = (char)toupper((unsigned char)upper[0]);
    return m2_v_get(v, upper);
}

static const char *text_of(const struct m2_value *v, const char *name)
{
    return m2_v_text(member(v, name));
}

static bool is_task(const struct m2_value *v)
{
    return m2_v_is(v, M2_OBJECT) && (member(v, "stoppedReason") || member(v, "containers"));
}

const struct m2_value *m2_run_task(struct m2_arena *a, const struct m2_failed_run *run)
{
    const char *cause = m2_v_str(run->evidence, "cause");
    struct m2_value *task = NULL;
    if (is_task(run->evidence))
        return run->evidence;
    if (m2_str_empty(cause) || m2_json_parse(&task, a, m2_bytes_of(cause), "cause", NULL) < 0)
        return NULL;
    return is_task(task) ? task : NULL;
}

static void copy(struct m2_arena *a, struct m2_value *out, const struct m2_value *from, const char *name)
{
    const struct m2_value *v = member(from, name);
    if (v && !(m2_v_is(v, M2_STRING) && m2_str_empty(m2_v_text(v))))
        m2_v_set(a, out, name, m2_v_copy(a, v));
}

/* The container's end first: it is what the person can act on. */
struct m2_value *m2_run_why(struct m2_arena *a, const struct m2_value *task)
{
    static const char *const of_container[] = { "name", "exitCode", "reason" };
    const struct m2_value *container = NULL;
    struct m2_value *out = m2_v_object(a), *containers = m2_v_array(a);
    m2_v_each(container, i, member(task, "containers"))
    {
        struct m2_value *one = m2_v_object(a);
        for (size_t k = 0; k < sizeof of_container / sizeof of_container[0]; k++)
            copy(a, one, container, of_container[k]);
        m2_v_push(a, containers, one);
    }
    if (m2_v_len(containers))
        m2_v_set(a, out, "containers", containers);
    copy(a, out, task, "stopCode");
    copy(a, out, task, "stoppedReason");
    copy(a, out, task, "taskArn");
    return out;
}

/* ---- when, which image, which log ---- */

static int64_t time_of(const struct m2_value *task, const char *name)
{
    const struct m2_value *v = member(task, name);
    double n = 0;
    int64_t ms = 0;
    if (m2_v_is(v, M2_STRING))
        (void)m2_time_parse(&ms, m2_v_text(v));
    else if (m2_v_to_double(v, &n) && n > 0 && n < SECONDS_BELOW * 1000)
        ms = (int64_t)(n < SECONDS_BELOW ? n * 1000 : n);
    return ms;
}

static void add_time(struct m2_arena *a, struct m2_value *out, const struct m2_value *task, const char *name)
{
    char text[M2_ISO_SIZE];
    int64_t ms = time_of(task, name);
    if (ms) {
        m2_time_iso(text, ms / 1000 * 1000);
        m2_v_set_str(a, out, name, text);
    }
}

static const struct m2_value *first_container(const struct m2_value *task)
{
    return m2_v_at(member(task, "containers"), 0);
}

const char *m2_run_log(const char **stream, struct m2_arena *a, const struct m2_snapshot *s,
                       const struct m2_value *task)
{
    const char *definition = text_of(task, "taskDefinitionArn"), *arn = text_of(task, "taskArn");
    const char *name = text_of(first_container(task), "name");
    const char *id = arn ? strrchr(arn, '/') : NULL;
    struct m2_look look = m2_look_output(s, "ecs", "DescribeTaskDefinition", definition);
    const struct m2_value *c = NULL;
    /* Only the revision that ran: another may log elsewhere. */
    if (!definition || !id || !name || look.seen != M2_SEEN ||
        !m2_str_eq(m2_v_pstr(look.item, "taskDefinition.taskDefinitionArn"), definition))
        return NULL;
    m2_v_each(c, i, m2_v_path(look.item, "taskDefinition.containerDefinitions"))
    {
        const struct m2_value *log = m2_v_get(c, "logConfiguration"), *options = m2_v_get(log, "options");
        const char *group = m2_v_str(options, "awslogs-group"),
                   *prefix = m2_v_str(options, "awslogs-stream-prefix");
        if (!m2_str_eq(m2_v_str(c, "name"), name) || !m2_str_eq(m2_v_str(log, "logDriver"), "awslogs") ||
            !group)
            continue;
        *stream = prefix ? m2_arena_printf(a, "%s/%s/%s", prefix, name, id + 1) : NULL;
        return group;
    }
    return NULL;
}

bool m2_run_started(const struct m2_value *task)
{
    return time_of(task, "startedAt") != 0;
}

struct m2_value *m2_run_where(struct m2_arena *a, const struct m2_snapshot *s, const struct m2_value *task)
{
    struct m2_value *out = m2_v_object(a);
    const struct m2_value *container = first_container(task);
    const char *stream = NULL, *group = m2_run_log(&stream, a, s, task);
    add_time(a, out, task, "startedAt");
    add_time(a, out, task, "stoppedAt");
    if (group && m2_run_started(task))
        m2_v_set_str(a, out, "log", stream ? m2_arena_printf(a, "%s in %s", stream, group) : group);
    copy(a, out, container, "imageDigest");
    copy(a, out, container, "image");
    const char *definition = text_of(task, "taskDefinitionArn"),
               *name = definition ? strrchr(definition, '/') : NULL;
    if (name)
        m2_v_set_str(a, out, "taskDefinition", name + 1);
    return out;
}

/* ---- names ---- */

static const struct m2_value *state_named(const struct m2_value *v, const char *name, int depth)
{
    const struct m2_value *states = m2_v_get(v, "States");
    const struct m2_value *found = m2_v_get(states, name), *inner = NULL;
    if (found || depth > 16)
        return found;
    for (size_t i = 0; i < m2_v_len(states) && !found; i++) {
        const struct m2_value *state = m2_v_at(states, i);
        m2_v_each(inner, k, m2_v_get(state, "Branches")) found =
            found ? found : state_named(inner, name, depth + 1);
        if (!found)
            found = state_named(m2_v_get(state, "Iterator"), name, depth + 1);
        if (!found)
            found = state_named(m2_v_get(state, "ItemProcessor"), name, depth + 1);
    }
    return found;
}

/* The function that STATE calls; an ARN, or its name. */
static const char *function_of(const struct m2_value *state)
{
    static const char *const places[] = { "Resource", "Parameters.FunctionName", "Arguments.FunctionName" };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *text = m2_v_pstr(state, places[i]);
        if (text && (i || strstr(text, ":function:")))
            return text;
    }
    return NULL;
}

/* "arn:…:function:name:version" without its end: other checks know the function alone. */
static const char *without_version(struct m2_arena *a, const char *function)
{
    const char *name = function ? strstr(function, ":function:") : NULL;
    const char *end = name ? strchr(name + strlen(":function:"), ':') : NULL;
    return end ? m2_arena_strndup(a, function, (size_t)(end - function)) : function;
}

const char *m2_run_machine(struct m2_arena *a, const char *execution)
{
    const char *at = execution ? strstr(execution, ":execution:") : NULL;
    const char *name = at ? at + strlen(":execution:") : NULL, *end = name ? strchr(name, ':') : NULL;
    return end ? m2_arena_printf(a, "%.*s:stateMachine:%.*s", (int)(at - execution), execution,
                                 (int)(end - name), name)
               : NULL;
}

void m2_run_about(struct m2_check_run *r, struct m2_finding *f, const struct m2_failed_run *run)
{
    struct m2_arena *a = r->arena;
    const struct m2_value *task = m2_run_task(a, run), *container = NULL;
    const char *machine = m2_run_machine(a, run->execution);
    m2_found_about(r, f, run->task_arn);
    m2_found_about(r, f, run->execution);
    m2_found_about(r, f, run->cluster);
    m2_found_about(r, f, run->subnet);
    m2_found_about(r, f, machine);
    m2_found_about(r, f, text_of(task, "taskDefinitionArn"));
    m2_v_each(container, i, member(task, "containers")) m2_found_about(r, f, text_of(container, "image"));
    if (run->of_task && !run->subnet)
        for (size_t i = 0; i < r->snap->target.subnets.len; i++)
            m2_found_either(r, f, r->snap->target.subnets.at[i]);
    if (run->of_task || !run->state || !machine)
        return;
    struct m2_look look = m2_look_output(r->snap, "stepfunctions", "DescribeStateMachine", machine);
    const struct m2_value *definition = look.seen == M2_SEEN ? m2_view_definition(a, look.item) : NULL;
    m2_found_about(r, f, without_version(a, function_of(state_named(definition, run->state, 0))));
}
