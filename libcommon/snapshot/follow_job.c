#include <string.h>

#include "m2/json.h"
#include "m2/registry.h"
#include "m2/stackview.h"
#include "m2/time.h"
#include "snapshot/collect.h"
#include "snapshot/follow.h"

#define DEFINITION_DEPTH 64

/* ---- what a state machine names ---- */

/* A function of the machine's own account and region goes by its name, as the stack's resources do. */
static const char *function_name(struct m2_collect_run *run, const char *given, const char *machine)
{
    const char *tail = given ? strstr(given, ":function:") : NULL;
    if (!tail || !machine)
        return given;
    const char *name = tail + strlen(":function:");
    const char *place = strstr(given, ":lambda:"), *home = strstr(machine, ":states:");
    if (!place || !home || strchr(name, ':'))
        return given;
    place += strlen(":lambda:");
    home += strlen(":states:");
    size_t n = (size_t)(tail - place);
    return strncmp(place, home, n) == 0 && home[n] == ':' ? m2_arena_strdup(run->a, name) : given;
}

/* "$.x", "States.Format(…)" and "{% … %}" are not names. */
static const char *literal(const char *s)
{
    return s && !strpbrk(s, "${}() ") ? s : NULL;
}

static void publish_list(struct m2_collect_run *run, enum m2_topic topic, const struct m2_value *list)
{
    const struct m2_value *item;
    m2_v_each(item, i, list) m2_publish(run, topic, literal(m2_v_text(item)));
}

static void publish_called(struct m2_collect_run *run, const char *function)
{
    m2_publish(run, M2_T_FUNCTION, function);
    m2_publish(run, M2_T_FUNCTION_CALLED, function);
}

static void follow_state(struct m2_collect_run *run, const struct m2_value *state, const char *machine)
{
    const char *resource = m2_v_str(state, "Resource");
    const struct m2_value *with = m2_v_get(state, "Parameters");
    if (!with)
        with = m2_v_get(state, "Arguments");
    if (!resource)
        return;
    if (strstr(resource, ":lambda:") && strstr(resource, ":function:"))
        publish_called(run, function_name(run, resource, machine));
    if (strstr(resource, "lambda:invoke"))
        publish_called(run, function_name(run, literal(m2_v_str(with, "FunctionName")), machine));
    if (strstr(resource, "states:startExecution"))
        m2_publish(run, M2_T_STATE_MACHINE, literal(m2_v_str(with, "StateMachineArn")));
    if (!strstr(resource, "ecs:runTask"))
        return;
    const struct m2_value *awsvpc = m2_v_path(with, "NetworkConfiguration.AwsvpcConfiguration");
    m2_publish(run, M2_T_CLUSTER, literal(m2_v_str(with, "Cluster")));
    m2_publish(run, M2_T_TASK_DEFINITION, literal(m2_v_str(with, "TaskDefinition")));
    publish_list(run, M2_T_SUBNET, m2_v_get(awsvpc, "Subnets"));
    publish_list(run, M2_T_GROUP, m2_v_get(awsvpc, "SecurityGroups"));
}

static void follow_states(struct m2_collect_run *run, const struct m2_value *v, const char *machine,
                          int depth)
{
    if (!v || depth > DEFINITION_DEPTH)
        return;
    if (v->type == M2_OBJECT) {
        follow_state(run, v, machine);
        for (size_t i = 0; i < v->u.object.len; i++)
            follow_states(run, v->u.object.at[i].value, machine, depth + 1);
    } else if (v->type == M2_ARRAY) {
        for (size_t i = 0; i < v->u.array.len; i++)
            follow_states(run, v->u.array.at[i], machine, depth + 1);
    }
}

void m2_follow_machine(struct m2_collect_run *run, const struct m2_call *call)
{
    m2_publish(run, M2_T_ROLE, m2_arn_name(m2_v_str(call->output, "roleArn")));
    follow_states(run, m2_view_definition(run->a, call->output), m2_v_str(call->output, "stateMachineArn"),
                  0);
}

/* ---- what ran ---- */

/* Newest first, as AWS lists them; a state that was caught ends in a success. */
static const struct {
    const char *status;
    int most;
} history_of[] = { { "FAILED", 5 }, { "TIMED_OUT", 3 }, { "ABORTED", 3 }, { "SUCCEEDED", 3 } };

/* For the bill: all that began in the period and have ended. */
static void follow_ended(struct m2_collect_run *run, const struct m2_call *call)
{
    const struct m2_value *e;
    m2_v_each(e, i, m2_v_get(call->output, "executions"))
    {
        const char *when = m2_v_str(e, "startDate");
        int64_t ms;
        if (when && m2_time_parse(&ms, when) && ms >= m2_collect_since(run) &&
            !m2_str_eq(m2_v_str(e, "status"), "RUNNING"))
            m2_publish(run, M2_T_EXECUTION, m2_v_str(e, "executionArn"));
    }
}

void m2_follow_executions(struct m2_collect_run *run, const struct m2_call *call)
{
    const char *status = m2_v_str(call->input, "statusFilter");
    int left = 0;
    if (run->opt->reading == M2_READ_HISTORY) {
        follow_ended(run, call);
        return;
    }
    for (size_t i = 0; i < sizeof history_of / sizeof *history_of; i++)
        if (m2_str_eq(status, history_of[i].status))
            left = history_of[i].most;
    int64_t since = m2_collect_since(run);
    const struct m2_value *list = m2_v_get(call->output, "executions"), *e;
    m2_v_each(e, i, list)
    {
        const char *when = m2_v_str(e, "stopDate");
        int64_t ms = 0;
        if (!when)
            when = m2_v_str(e, "startDate");
        if (left <= 0 || !when || !m2_time_parse(&ms, when) || ms < since)
            continue;
        m2_publish(run, M2_T_EXECUTION, m2_v_str(e, "executionArn"));
        left--;
    }
}

/* ---- the task definition ---- */

static void follow_container(struct m2_collect_run *run, const struct m2_value *container)
{
    const struct m2_value *logs = m2_v_get(container, "logConfiguration");
    const struct m2_value *options = m2_v_get(logs, "options");
    const char *group = m2_v_str(options, "awslogs-group");
    m2_follow_image(run, m2_v_str(container, "image"));
    if (m2_str_eq(m2_v_str(logs, "logDriver"), "awslogs") && group)
        m2_publish(run, M2_T_LOG_GROUP,
                   m2_parts(run->a,
                            (const char *[]){ group, m2_str_or(m2_v_str(options, "awslogs-region"),
                                                               m2_str_or(run->seam->region, "")) },
                            2));
}

void m2_follow_task_definition(struct m2_collect_run *run, const struct m2_call *call)
{
    const struct m2_value *task = m2_v_get(call->output, "taskDefinition");
    const struct m2_value *containers = m2_v_get(task, "containerDefinitions"), *container;
    m2_publish(run, M2_T_ROLE, m2_arn_name(m2_v_str(task, "executionRoleArn")));
    m2_publish(run, M2_T_ROLE, m2_arn_name(m2_v_str(task, "taskRoleArn")));
    m2_v_each(container, i, containers) follow_container(run, container);
}

/* ---- images ---- */

static const char *between(struct m2_arena *a, const char *from, const char *to)
{
    return to > from ? m2_arena_strndup(a, from, (size_t)(to - from)) : NULL;
}

bool m2_image_parse(struct m2_image_ref *out, struct m2_arena *a, const char *uri)
{
    static const char *const hosts[] = { ".dkr.ecr.", ".dkr-ecr.", ".dkr.ecr-fips.", ".dkr-ecr-fips." };
    const char *slash = uri ? strchr(uri, '/') : NULL;
    if (!slash || strspn(uri, "0123456789") != 12)
        return false;
    struct m2_image_ref ref = { .registry = m2_arena_strndup(a, uri, 12) };
    for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
        if (strncmp(uri + 12, hosts[i], strlen(hosts[i])) == 0) {
            const char *region = uri + 12 + strlen(hosts[i]);
            ref.region = between(a, region, region + strcspn(region, "./"));
        }
    const char *name = slash + 1, *at = strchr(name, '@'), *end = at ? at : name + strlen(name);
    const char *tag = memchr(name, ':', (size_t)(end - name));
    ref.name = between(a, name, tag ? tag : end);
    if (at)
        ref.digest = at[1] ? at + 1 : NULL;
    else
        ref.tag = tag ? between(a, tag + 1, end) : "latest";
    if (!ref.region || !ref.name || (!ref.tag && !ref.digest))
        return false;
    *out = ref;
    return true;
}

void m2_follow_image(struct m2_collect_run *run, const char *uri)
{
    struct m2_image_ref ref;
    m2_publish(run, M2_T_PULL, uri);
    if (!m2_image_parse(&ref, run->a, uri))
        return;
    const char *parts[] = { ref.registry, ref.name, ref.region, ref.digest ? ref.digest : ref.tag };
    const enum m2_topic topic = ref.digest ? M2_T_IMAGE_DIGEST : M2_T_IMAGE_TAG;
    const char *image = m2_parts(run->a, parts, 4);
    if (!m2_is_published(run, topic, image))
        m2_vec_push(run->a, &run->images, uri);
    if (m2_str_eq(ref.registry, run->account))
        m2_publish(run, M2_T_REPOSITORY, m2_parts(run->a, parts, 3));
    m2_publish(run, topic, image);
}

/* ---- the pull ---- */

void m2_follow_token(struct m2_collect_run *run, const struct m2_call *call)
{
    struct m2_registry_image im;
    const char *uri = m2_v_str(call->input, "image");
    if (m2_registry_image_parse(&im, run->a, uri))
        m2_publish(run, M2_T_PULL_MANIFEST, m2_parts(run->a, (const char *[]){ uri, im.reference }, 2));
}

/* Of an index what Lambda and Fargate can run. */
void m2_follow_manifest(struct m2_collect_run *run, const struct m2_call *call)
{
    static const char *const architectures[] = { "amd64", "arm64" };
    const char *uri = m2_v_str(call->input, "image"), *config = m2_v_pstr(call->output, "config.digest");
    if (config)
        m2_publish(run, M2_T_PULL_CONFIG, m2_parts(run->a, (const char *[]){ uri, config }, 2));
    for (size_t i = 0; i < sizeof architectures / sizeof architectures[0]; i++) {
        const char *digest = m2_v_str(m2_manifest_pick(call->output, architectures[i]), "digest");
        if (digest && !m2_v_str(call->input, "platform")) /* an index in an index is not followed further */
            m2_publish(run, M2_T_PULL_PLATFORM,
                       m2_parts(run->a,
                                (const char *[]){ uri, digest,
                                                  m2_arena_printf(run->a, "linux/%s", architectures[i]) },
                                3));
    }
}
