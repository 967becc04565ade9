/* What a run for the bill keeps of answers that hold more: a job's own data, environment and texts stay where
 * they are. */
#include <stdio.h>

#include "m2/json.h"
#include "snapshot/topic.h"

struct member {
    const struct m2_value *value; /* NULL: there is none */
    char name[40];
};

/* ECS's members have a small letter, in Step Functions' histories a capital. */
static struct member member(const struct m2_value *v, const char *name)
{
    struct member m = { .value = m2_v_get(v, name) };
    (void)snprintf(m.name, sizeof m.name, "%s", name);
    if (m.value)
        return m;
    m.name[0] = (char)(m.name[0] - 'a' + 'A');
    m.value = m2_v_get(v, m.name);
    return m;
}

static void pick(struct m2_arena *a, struct m2_value *to, const struct m2_value *from,
                 const char *const *names)
{
    for (; *names; names++) {
        const struct member m = member(from, *names);
        if (m.value)
            m2_v_set(a, to, m.name, m2_v_copy(a, m.value));
    }
}

static struct m2_value *picked(struct m2_arena *a, const struct m2_value *from, const char *const *names)
{
    struct m2_value *to = m2_v_object(a);
    pick(a, to, from, names);
    return to;
}

/* A list of objects, each through KEEP. */
static void pick_list(struct m2_arena *a, struct m2_value *to, const struct m2_value *from, const char *name,
                      struct m2_value *(*keep)(struct m2_arena *a, const struct m2_value *item))
{
    const struct member list = member(from, name);
    if (!m2_v_is(list.value, M2_ARRAY))
        return;
    struct m2_value *kept = m2_v_array(a);
    const struct m2_value *item;
    m2_v_each(item, i, list.value) m2_v_push(a, kept, keep(a, item));
    m2_v_set(a, to, list.name, kept);
}

/* ---- tasks ---- */

static struct m2_value *keep_attribute(struct m2_arena *a, const struct m2_value *attribute)
{
    static const char *const all[] = { "name", "value", NULL };
    const char *name = m2_v_text(member(attribute, "name").value);
    return m2_str_eq(name, "ecs.cpu-architecture") ? picked(a, attribute, all) : m2_v_object(a);
}

static struct m2_value *keep_task(struct m2_arena *a, const struct m2_value *task)
{
    static const char *const names[] = { "taskArn",
                                         "clusterArn",
                                         "taskDefinitionArn",
                                         "lastStatus",
                                         "stopCode",
                                         "createdAt",
                                         "pullStartedAt",
                                         "pullStoppedAt",
                                         "startedAt",
                                         "executionStoppedAt",
                                         "stoppingAt",
                                         "stoppedAt",
                                         "cpu",
                                         "memory",
                                         "ephemeralStorage",
                                         "fargateEphemeralStorage",
                                         "capacityProviderName",
                                         "launchType",
                                         "platformFamily",
                                         "platformVersion",
                                         NULL };
    struct m2_value *kept = picked(a, task, names);
    pick_list(a, kept, task, "attributes", keep_attribute);
    return kept;
}

static struct m2_value *keep_failure(struct m2_arena *a, const struct m2_value *failure)
{
    static const char *const names[] = { "arn", "reason", NULL };
    return picked(a, failure, names);
}

struct m2_value *m2_keep_tasks(struct m2_arena *a, const struct m2_value *output)
{
    struct m2_value *kept = m2_v_object(a);
    pick_list(a, kept, output, "tasks", keep_task);
    pick_list(a, kept, output, "failures", keep_failure);
    return kept;
}

struct m2_value *m2_keep_task_definition(struct m2_arena *a, const struct m2_value *output)
{
    static const char *const names[] = { "taskDefinitionArn",
                                         "family",
                                         "revision",
                                         "status",
                                         "cpu",
                                         "memory",
                                         "ephemeralStorage",
                                         "runtimePlatform",
                                         "requiresCompatibilities",
                                         NULL };
    struct m2_value *kept = m2_v_object(a);
    if (m2_v_get(output, "taskDefinition"))
        m2_v_set(a, kept, "taskDefinition", picked(a, m2_v_get(output, "taskDefinition"), names));
    return kept;
}

struct m2_value *m2_keep_function(struct m2_arena *a, const struct m2_value *output)
{
    static const char *const names[] = { "FunctionName",     "FunctionArn", "MemorySize", "Architectures",
                                         "EphemeralStorage", "PackageType", "Timeout",    "LoggingConfig",
                                         "LastModified",     NULL };
    struct m2_value *kept = m2_v_object(a);
    for (const char *const *n = names; *n; n++)
        if (m2_v_get(output, *n))
            m2_v_set(a, kept, *n, m2_v_copy(a, m2_v_get(output, *n)));
    return kept;
}

struct m2_value *m2_keep_organisation(struct m2_arena *a, const struct m2_value *output)
{
    static const char *const names[] = { "Id", "FeatureSet", "MasterAccountId", NULL };
    struct m2_value *kept = m2_v_object(a);
    if (m2_v_get(output, "Organization"))
        m2_v_set(a, kept, "Organization", picked(a, m2_v_get(output, "Organization"), names));
    return kept;
}

/* ---- histories ---- */

/* What ECS answered, in the texts that Step Functions hands on: one task, or the answer of RunTask. */
static struct m2_value *keep_ecs_text(struct m2_arena *a, const struct m2_value *parsed)
{
    return member(parsed, "tasks").value ? m2_keep_tasks(a, parsed) : keep_task(a, parsed);
}

static struct m2_value *keep_ecs_parameters(struct m2_arena *a, const struct m2_value *parsed)
{
    static const char *const names[] = { "cluster", "taskDefinition", "launchType",
                                         "capacityProviderStrategy", NULL };
    static const char *const sizes[] = { "cpu", "memory", "ephemeralStorage", NULL };
    struct m2_value *kept = picked(a, parsed, names);
    const struct member overrides = member(parsed, "overrides");
    const struct member network = member(parsed, "networkConfiguration");
    const struct member awsvpc = member(network.value, "awsvpcConfiguration");
    if (overrides.value)
        m2_v_set(a, kept, overrides.name, picked(a, overrides.value, sizes));
    if (!awsvpc.value)
        return kept;
    struct m2_value *inner = m2_v_object(a);
    m2_v_set(a, inner, awsvpc.name, picked(a, awsvpc.value, (const char *const[]){ "assignPublicIp", NULL }));
    m2_v_set(a, kept, network.name, inner);
    return kept;
}

/* Which request it was: Lambda's report of the run names it too. */
static struct m2_value *keep_lambda_text(struct m2_arena *a, const struct m2_value *parsed)
{
    struct m2_value *kept = m2_v_object(a);
    const char *id = m2_v_pstr(parsed, "SdkResponseMetadata.RequestId");
    if (id) {
        struct m2_value *metadata = m2_v_object(a);
        m2_v_set_str(a, metadata, "RequestId", id);
        m2_v_set(a, kept, "SdkResponseMetadata", metadata);
    }
    return kept;
}

static struct m2_value *keep_lambda_parameters(struct m2_arena *a, const struct m2_value *parsed)
{
    return picked(a, parsed, (const char *const[]){ "functionName", NULL });
}

static const struct {
    const char *resource_type, *text; /* a member of an event's details that holds JSON */
    struct m2_value *(*keep)(struct m2_arena *a, const struct m2_value *parsed);
} texts[] = {
    { "ecs", "output", keep_ecs_text },
    { "ecs", "cause", keep_ecs_text },
    { "ecs", "parameters", keep_ecs_parameters },
    { "lambda", "output", keep_lambda_text },
    { "lambda", "parameters", keep_lambda_parameters },
};

static struct m2_value *keep_details(struct m2_arena *a, const struct m2_value *details)
{
    static const char *const names[] = { "name",  "resource",     "resourceType",     "region",
                                         "error", "redriveCount", "timeoutInSeconds", NULL };
    struct m2_value *kept = picked(a, details, names);
    struct m2_arena *scratch = m2_arena_new();
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *text = m2_v_str(details, texts[i].text);
        struct m2_value *parsed = NULL;
        struct m2_err err = { 0 };
        if (text && m2_str_eq(m2_v_str(details, "resourceType"), texts[i].resource_type) &&
            m2_json_parse(&parsed, scratch, m2_bytes_of(text), "event", &err) == 0 &&
            m2_v_is(parsed, M2_OBJECT))
            m2_v_set_str(a, kept, texts[i].text, m2_json_text(scratch, texts[i].keep(scratch, parsed)));
    }
    m2_arena_free(scratch);
    return kept;
}

static struct m2_value *keep_event(struct m2_arena *a, const struct m2_value *event)
{
    static const char *const names[] = { "id", "previousEventId", "timestamp", "type", NULL };
    struct m2_value *kept = picked(a, event, names);
    for (size_t i = 0; m2_v_is(event, M2_OBJECT) && i < event->u.object.len; i++) {
        const struct m2_member *m = &event->u.object.at[i];
        if (m2_str_ends(m->key, "EventDetails"))
            m2_v_set(a, kept, m->key, keep_details(a, m->value));
    }
    return kept;
}

struct m2_value *m2_keep_history(struct m2_arena *a, const struct m2_value *output)
{
    struct m2_value *kept = m2_v_object(a);
    pick_list(a, kept, output, "events", keep_event);
    return kept;
}
