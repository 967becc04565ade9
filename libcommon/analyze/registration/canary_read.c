/* The test job's calls in a snapshot: how it was queued, what ran when, how it ended. */
#include "m2/canary.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/workflow/runs.h"
#include "m2/json.h"
#include "m2/registration.h"
#include "m2/stackview.h"
#include "m2/str.h"

#define DEFAULT_SELECTOR_MB 128

struct m2_value *m2_canary_task(struct m2_arena *a)
{
    struct m2_value *task = NULL;
    static const char text[] =
        "{\"name\":\"" M2_CANARY_TASK_NAME "\",\"version\":\"v0\",\"type\":\"snr\",\"id\":0,\"options\":"
        "{\"reconstructor\":{\"type\":\"recon\",\"name\":\"rss\",\"id\":0,\"options\":{}}},\"files\":[],"
        "\"output\":{\"coilsensitivity\":false,\"gfactor\":false,\"matlab\":false}}";
    return m2_json_parse(&task, a, m2_bytes_of(text), "the test task", NULL) == 0 ? task : m2_v_object(a);
}

/* ---- queued ---- */

static const char *text_of(const struct m2_value *body, const char *name)
{
    static const char *const wraps[] = { "data", "pipeline", "computingUnit" };
    const char *s = m2_v_text(m2_v_get(body, name));
    for (size_t i = 0; !s && i < sizeof wraps / sizeof wraps[0]; i++)
        s = m2_v_text(m2_v_get(m2_v_get(body, wraps[i]), name));
    return m2_str_empty(s) ? NULL : s;
}

/* 502 to 504 are the gateway's own, before Brain or instead of its answer. */
static bool is_gateways(int http_status)
{
    return http_status >= 502 && http_status <= 504;
}

/* Nobody knows what came of it. Where the server itself names an exception, it says that it did not start the
 * job. */
static bool is_lost(const struct m2_call *queue)
{
    static const enum m2_brain_fault lost[] = { M2_BRAIN_LOST, M2_BRAIN_BROKEN };
    const char *said = m2_str_or(queue->message, "");
    bool page = queue->http_status >= 200 && queue->http_status < 300 &&
                m2_str_eq(queue->code, m2_brain_faults()[M2_BRAIN_WRONG_URL].name);
    bool unknown = page || is_gateways(queue->http_status);
    for (size_t i = 0; i < sizeof lost / sizeof lost[0] && !unknown; i++)
        unknown = m2_str_eq(queue->code, m2_brain_faults()[lost[i]].name);
    return queue->status == M2_CALL_ERROR && unknown && !strstr(said, "Exception");
}

/* Who could not be asked, did not let the caller in or is too busy says nothing about the job. */
static bool was_judged(const struct m2_call *queue)
{
    static const enum m2_brain_fault before[] = { M2_BRAIN_UNREACHED, M2_BRAIN_TLS,     M2_BRAIN_WRONG_URL,
                                                  M2_BRAIN_LOGIN,     M2_BRAIN_EXPIRED, M2_BRAIN_NOT_ADMIN,
                                                  M2_BRAIN_LOST,      M2_BRAIN_STOPPED };
    if (queue->status == M2_CALL_OK)
        return true;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if (m2_str_eq(queue->code, m2_brain_faults()[before[i]].name))
            return false;
    return queue->http_status >= 400 && queue->http_status != 401 && queue->http_status != 408 &&
           queue->http_status != 429 && !is_gateways(queue->http_status);
}

static void read_queue(struct m2_canary *c, struct m2_arena *a)
{
    const struct m2_value *body = c->queue->output;
    c->alias = m2_v_str(c->queue->input, "alias");
    c->judged = was_judged(c->queue);
    if (is_lost(c->queue))
        c->end = M2_CANARY_LOST;
    c->execution = text_of(body, "executionArn");
    c->pipeline = text_of(body, "pipelineId");
    if (!c->pipeline)
        c->pipeline = m2_v_is(m2_v_get(body, "pipeline"), M2_OBJECT)
                          ? text_of(m2_v_get(body, "pipeline"), "id")
                          : m2_v_text(m2_v_get(body, "pipeline"));
    c->unit_id = text_of(body, "computingUnitId");
    c->mode = m2_unit_mode(a, text_of(m2_v_get(body, "computingUnit"), "mode"));
    if (c->queue->status != M2_CALL_OK)
        c->said = m2_str_or(c->queue->message, "no reason was given");
    else if (!c->execution)
        c->said = m2_str_or(text_of(body, "error"),
                            m2_str_or(text_of(body, "message"), "its answer names no execution"));
}

/* ---- what ran ---- */

struct telling {
    struct m2_canary *c;
    struct m2_arena *a;
    const struct m2_value *started; /* of the function or task under way */
    int64_t started_ms;
};

static void leave(struct m2_canary *c, int64_t at_ms)
{
    if (c->states.len && !c->states.at[c->states.len - 1].left_ms)
        c->states.at[c->states.len - 1].left_ms = at_ms;
}

/* What ran last in a state counts as the job, what ran in an earlier one as the selector. */
static void ran(struct telling *t, int64_t at_ms)
{
    int64_t ms = t->started_ms && at_ms > t->started_ms ? at_ms - t->started_ms : 0;
    if (!t->started_ms)
        return;
    t->c->selector_ms += t->c->job_ms;
    t->c->job_ms = ms ? ms : 1;
    t->started_ms = 0;
}

static void tell_event(struct telling *t, const struct m2_value *e)
{
    const char *type = m2_str_or(m2_v_str(e, "type"), "");
    int64_t at_ms = m2_run_time(e, "timestamp");
    struct m2_canary *c = t->c;
    if (m2_str_ends(type, "StateEntered")) {
        const char *name = m2_v_pstr(e, "stateEnteredEventDetails.name");
        leave(c, at_ms);
        m2_vec_push(t->a, &c->states, ((struct m2_canary_state){ m2_str_or(name, "?"), at_ms, 0 }));
    } else if (m2_str_ends(type, "StateExited")) {
        leave(c, at_ms);
    } else if (m2_str_eq(type, "LambdaFunctionScheduled")) {
        c->function = m2_str_or(m2_v_pstr(e, "lambdaFunctionScheduledEventDetails.resource"), c->function);
        t->started_ms = at_ms;
        c->fargate = false;
    } else if (m2_str_eq(type, "TaskScheduled")) {
        c->fargate = m2_str_eq(m2_v_pstr(e, "taskScheduledEventDetails.resourceType"), "ecs");
        t->started_ms = at_ms;
    } else if (m2_str_eq(type, "LambdaFunctionStarted") || m2_str_eq(type, "TaskStarted")) {
        t->started_ms = at_ms;
    } else if (m2_str_starts(type, "LambdaFunction") || m2_str_eq(type, "TaskSucceeded") ||
               m2_str_eq(type, "TaskFailed") || m2_str_eq(type, "TaskTimedOut")) {
        ran(t, at_ms);
    } else if (m2_str_starts(type, "Execution") && !m2_str_eq(type, "ExecutionStarted")) {
        leave(c, at_ms);
    }
}

static const struct m2_call *call_of(const struct m2_snapshot *s, const char *operation,
                                     const char *execution)
{
    const struct m2_call *last = NULL;
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "stepfunctions", operation, c));)
        if (m2_str_eq(m2_v_str(c->input, "executionArn"), execution))
            last = c;
    return last;
}

static void read_history(struct m2_canary *c, struct m2_arena *a)
{
    struct telling t = { .c = c, .a = a };
    const struct m2_value *event;
    m2_v_each(event, i, m2_v_get(c->history->output, "events")) tell_event(&t, event);
}

static void read_failure(struct m2_canary *c, struct m2_arena *a, const struct m2_snapshot *s)
{
    struct m2_failed_runs runs = { .any_answer = false };
    const char *error = m2_v_str(c->describe->output, "error"),
               *cause = m2_v_str(c->describe->output, "cause");
    c->said =
        m2_arena_printf(a, "%s%s%s", m2_str_or(error, ""), error && cause ? ": " : "", m2_str_or(cause, ""));
    m2_runs_of_executions(&runs, a, s);
    for (size_t i = 0; i < runs.list.len; i++)
        if (m2_str_eq(runs.list.at[i].execution, c->execution)) {
            c->said = m2_str_or(runs.list.at[i].text, c->said);
            c->failed_state = runs.list.at[i].state;
        }
    if (!c->failed_state && c->states.len)
        c->failed_state = c->states.at[c->states.len - 1].name;
}

/* ---- how it ended ---- */

/* The answer of the job's handler: {"statusCode", "body": JSON as text}, perhaps under Payload. */
static const struct m2_value *handler_answer(struct m2_arena *a, const struct m2_value *describe)
{
    struct m2_value *v = NULL;
    const char *text = m2_v_str(describe, "output");
    if (m2_str_empty(text) || m2_json_parse(&v, a, m2_bytes_of(text), "output", NULL) < 0)
        return NULL;
    return m2_v_is(m2_v_get(v, "Payload"), M2_OBJECT) ? m2_v_get(v, "Payload") : v;
}

static const struct m2_value *body_of(struct m2_arena *a, const struct m2_value *answer)
{
    const struct m2_value *body = m2_v_get(answer, "body");
    struct m2_value *v = NULL;
    if (!m2_v_is(body, M2_STRING))
        return body ? body : answer;
    return m2_json_parse(&v, a, body->u.text, "body", NULL) == 0 ? v : NULL;
}

/* The last line of a Python traceback is what it means. */
static const char *last_line(struct m2_arena *a, const char *s)
{
    size_t n = strlen(s);
    while (n && strchr(" \r\n", s[n - 1]))
        n--;
    size_t from = n;
    while (from && s[from - 1] != '\n')
        from--;
    return m2_arena_strndup(a, s + from, n - from);
}

static bool has_no_data(const struct m2_call *queue)
{
    const struct m2_value *options = m2_v_path(queue->input, "task.options.reconstructor.options");
    return m2_str_eq(m2_v_pstr(queue->input, "task.name"), M2_CANARY_TASK_NAME) &&
           !m2_v_get(options, "signal") && !m2_v_get(options, "noise");
}

static void read_answer(struct m2_canary *c, struct m2_arena *a)
{
    const struct m2_value *answer = handler_answer(a, c->describe->output), *body = body_of(a, answer);
    const char *error = m2_v_text(m2_v_get(body, "error"));
    int64_t status = m2_v_int_or(answer, "statusCode", 200);
    c->bucket = m2_v_pstr(body, "results.bucket");
    c->key = m2_v_pstr(body, "results.key");
    c->end = M2_CANARY_DONE;
    if (status < 400 && m2_str_empty(error))
        return;
    c->said = m2_str_empty(error) ? m2_arena_printf(a, "the job returned status %lld", (long long)status)
                                  : last_line(a, error);
    c->end = has_no_data(c->queue) && m2_str_has_ci(c->said, "not available") ? M2_CANARY_NO_DATA
                                                                              : M2_CANARY_FAILED;
    if (c->end == M2_CANARY_FAILED && c->states.len)
        c->failed_state = c->states.at[c->states.len - 1].name;
}

static void read_execution(struct m2_canary *c, struct m2_arena *a, const struct m2_snapshot *s)
{
    c->describe = call_of(s, "DescribeExecution", c->execution);
    c->history = call_of(s, "GetExecutionHistory", c->execution);
    c->end = M2_CANARY_UNSEEN;
    if (c->history && c->history->status == M2_CALL_OK)
        read_history(c, a);
    if (!c->describe || c->describe->status != M2_CALL_OK) {
        c->said = c->describe ? m2_str_or(c->describe->message, "") : "its execution was not looked at";
        if (c->describe && m2_code_not_found(c->describe->code, c->describe->message)) {
            c->end = M2_CANARY_NOT_QUEUED;
            c->said = m2_arena_printf(a, "Brain names the execution %s, which does not exist.", c->execution);
        }
        return;
    }
    c->status = m2_str_or(m2_v_str(c->describe->output, "status"), "?");
    c->started_ms = m2_run_time(c->describe->output, "startDate");
    c->stopped_ms = m2_run_time(c->describe->output, "stopDate");
    if (m2_str_eq(c->status, "SUCCEEDED")) {
        read_answer(c, a);
    } else if (m2_str_eq(c->status, "RUNNING") || m2_str_eq(c->status, "PENDING_REDRIVE")) {
        c->end = M2_CANARY_RUNNING;
    } else {
        c->end = M2_CANARY_FAILED;
        read_failure(c, a, s);
    }
}

void m2_canary_read(struct m2_canary *out, struct m2_arena *a, const struct m2_snapshot *s)
{
    struct m2_canary c = { .said = "" };
    for (const struct m2_call *q = NULL; (q = m2_brain_call(s, "pipeline/queue_job", q));)
        c.queue = q;
    if (c.queue && c.queue->status != M2_CALL_SKIPPED) {
        c.end = M2_CANARY_NOT_QUEUED;
        read_queue(&c, a);
        if (c.queue->status == M2_CALL_OK && c.execution)
            read_execution(&c, a, s);
    } else if (c.queue) {
        c.said = m2_str_or(c.queue->reason, "");
    }
    *out = c;
}

/* ---- for the bill ---- */

static int64_t memory_of(const struct m2_snapshot *s, const char *function, int64_t fallback)
{
    static const struct {
        const char *operation, *path;
    } told[] = { { "GetFunction", "Configuration.MemorySize" },
                 { "GetFunctionConfiguration", "MemorySize" } };
    const char *name = function ? strrchr(function, ':') : NULL;
    for (size_t i = 0; i < sizeof told / sizeof told[0] && function; i++) {
        const struct m2_call *c = m2_call_about(s, "lambda", told[i].operation, function);
        if (!c && name)
            c = m2_call_about(s, "lambda", told[i].operation, name + 1);
        const char *text = c ? m2_v_text(m2_v_path(c->output, told[i].path)) : NULL;
        if (text)
            return strtoll(text, NULL, 10);
    }
    return fallback;
}

bool m2_canary_job(struct m2_job *out, const struct m2_canary *c, struct m2_arena *a,
                   const struct m2_snapshot *s)
{
    if (!c->states.len)
        return false;
    m2_job_usual(out, c->fargate ? M2_FARGATE : M2_LAMBDA);
    out->transitions = (int64_t)c->states.len + 1; /* the last one ends the execution */
    out->selector_ms = c->selector_ms;
    out->selector_mb = DEFAULT_SELECTOR_MB;
    out->selector_requests = c->selector_ms > 0;
    out->duration_ms = c->job_ms;
    out->s3_gets = 0;
    out->s3_puts = c->key || c->end == M2_CANARY_NO_DATA;
    out->log_mb9 = 0;
    if (c->fargate) {
        struct m2_stackview v;
        m2_stackview_make(&v, a, s);
        struct m2_look task = m2_view_task_definition(&v, a, s);
        const char *cpu = task.seen == M2_SEEN ? m2_v_text(m2_v_get(task.item, "cpu")) : NULL;
        const char *memory = task.seen == M2_SEEN ? m2_v_text(m2_v_get(task.item, "memory")) : NULL;
        out->cpu_units = cpu ? strtoll(cpu, NULL, 10) : 4096;
        out->memory_gb10 = (memory ? strtoll(memory, NULL, 10) : 16384) * (M2_GB_SCALE / 1024);
        out->requests = 0;
    } else {
        out->memory_gb10 = memory_of(s, c->function, 3008) * (M2_GB_SCALE / 1024);
        out->requests = c->job_ms > 0;
    }
    return true;
}
