/* What the test job logged: its own lines among those of other jobs of the same time. */
#include <string.h>

#include "m2/canary.h"
#include "m2/stackview.h"
#include "m2/str.h"

#define BUNDLE "uploaded failed bundle" /* the job's words before the address of what it left */

const char *m2_canary_log_group(struct m2_arena *a, const struct m2_canary *c, const struct m2_snapshot *s)
{
    struct m2_stackview v;
    if (c->fargate) {
        m2_stackview_make(&v, a, s);
        struct m2_look task = m2_view_task_definition(&v, a, s);
        return task.seen == M2_SEEN
                   ? m2_v_pstr(task.item, "containerDefinitions[0].logConfiguration.options.awslogs-group")
                   : NULL;
    }
    const char *name = c->function ? strstr(c->function, ":function:") : NULL;
    if (!name)
        return NULL;
    name += strlen(":function:");
    const struct m2_call *told = m2_call_about(s, "lambda", "GetFunction", c->function);
    const char *group = told ? m2_v_pstr(told->output, "Configuration.LoggingConfig.LogGroup") : NULL;
    return group ? group : m2_arena_printf(a, "/aws/lambda/%.*s", (int)strcspn(name, ":"), name);
}

struct reading {
    struct m2_canary_log *out;
    struct m2_arena *a;
    const struct m2_value *events;
};

static const char *stream_of(const struct m2_value *event)
{
    return m2_str_or(m2_v_str(event, "logStreamName"), "");
}

static const char *message_of(struct m2_arena *a, const struct m2_value *event)
{
    return m2_str_trim(a, m2_str_or(m2_v_str(event, "message"), ""));
}

/* "… s3://BUCKET/KEY" */
static void find_bundle(struct reading *r, const char *message)
{
    const char *said = strstr(message, BUNDLE), *url = said ? strstr(said, "s3://") : NULL;
    const char *bucket = url ? url + strlen("s3://") : NULL, *slash = bucket ? strchr(bucket, '/') : NULL;
    if (!slash || slash == bucket || !slash[1])
        return;
    r->out->bundle_bucket = m2_arena_strndup(r->a, bucket, (size_t)(slash - bucket));
    r->out->bundle_key = m2_arena_strdup(r->a, slash + 1);
}

/* The lines of the run that says NAMED at event AT: between START and REPORT of its stream. */
static void take_own(struct reading *r, size_t at)
{
    const char *stream = stream_of(m2_v_at(r->events, at));
    size_t from = at;
    for (size_t i = at + 1; i-- > 0;)
        if (m2_str_eq(stream_of(m2_v_at(r->events, i)), stream)) {
            from = i;
            if (m2_str_starts(message_of(r->a, m2_v_at(r->events, i)), "START RequestId"))
                break;
        }
    r->out->own = true;
    for (size_t i = from; i < m2_v_len(r->events); i++) {
        const char *message = message_of(r->a, m2_v_at(r->events, i));
        if (!m2_str_eq(stream_of(m2_v_at(r->events, i)), stream))
            continue;
        if (i > from && m2_str_starts(message, "START RequestId"))
            break;
        m2_vec_push(r->a, &r->out->lines, message);
        find_bundle(r, message);
        if (m2_str_starts(message, "REPORT RequestId"))
            break;
    }
}

void m2_canary_log(struct m2_canary_log *out, struct m2_arena *a, const struct m2_canary *c,
                   const struct m2_snapshot *s)
{
    *out = (struct m2_canary_log){ .own = false };
    const struct m2_call *last = NULL;
    for (const struct m2_call *call = NULL; (call = m2_calls(s, "logs", "FilterLogEvents", call));)
        last = call;
    struct reading r = { .out = out, .a = a, .events = last ? m2_v_get(last->output, "events") : NULL };
    for (size_t i = 0; i < m2_v_len(r.events) && !m2_str_empty(c->pipeline); i++)
        if (strstr(m2_str_or(m2_v_str(m2_v_at(r.events, i), "message"), ""), c->pipeline)) {
            take_own(&r, i);
            return;
        }
    for (size_t i = 0; i < m2_v_len(r.events); i++)
        m2_vec_push(a, &out->lines, message_of(a, m2_v_at(r.events, i)));
}
