/* What the snapshot says beside the histories: tasks still known, functions, their logs, sizes as they are
 * set today. */
#include <stdlib.h>
#include <string.h>

#include "cost/history/parts.h"
#include "m2/stackview.h"
#include "m2/str.h"

#define DEPTH 64
#define GB10_PER_MB (M2_GB_SCALE / 1024)

/* ---- functions ---- */

static const char *function_name(struct m2_arena *a, const char *resource)
{
    const char *at = strstr(resource, ":function:");
    if (!at)
        return resource;
    at += strlen(":function:");
    return m2_arena_strndup(a, at, strcspn(at, ":")); /* a version or alias may follow */
}

/* In the answers of either operation. */
static const struct m2_value *config_of(const struct m2_snapshot *s, const char *name)
{
    struct m2_look look = m2_look_output(s, "lambda", "GetFunctionConfiguration", name);
    if (look.seen == M2_SEEN)
        return look.item;
    look = m2_look_output(s, "lambda", "GetFunction", name);
    if (look.seen == M2_SEEN)
        return m2_v_get(look.item, "Configuration");
    /* Answers that were saved without their question. */
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "lambda", "GetFunctionConfiguration", c));)
        if (m2_str_eq(m2_v_str(c->output, "FunctionName"), name))
            return c->output;
    return NULL;
}

static void read_config(struct m2_called *f)
{
    const char *arch = m2_v_text(m2_v_at(m2_v_get(f->config, "Architectures"), 0));
    int64_t tmp_mb = 0;
    f->memory_mb = m2_v_int_or(f->config, "MemorySize", 0);
    if (arch)
        (void)m2_arch_read(&f->arch, arch, strlen(arch));
    if (m2_v_int_of(m2_v_get(f->config, "EphemeralStorage"), "Size", &tmp_mb) && tmp_mb > 0 &&
        tmp_mb <= INT64_MAX / GB10_PER_MB)
        f->tmp_gb10 = tmp_mb * GB10_PER_MB;
}

static int by_end(const void *left, const void *right)
{
    const struct m2_logged_run *l = left, *r = right;
    if (l->end_us != r->end_us)
        return l->end_us < r->end_us ? -1 : 1;
    return strcmp(m2_str_or(l->report.request_id, ""), m2_str_or(r->report.request_id, ""));
}

static void read_events(struct m2_history_world *w, struct m2_called *f, const struct m2_call *call,
                        bool shared)
{
    const struct m2_value *item;
    m2_v_each(item, i, m2_v_get(call->output, "events"))
    {
        const char *stream = m2_v_str(item, "logStreamName");
        struct m2_logged_run run = { 0 };
        if (!stream)
            stream = m2_v_str(call->input, "logStreamName");
        if (!m2_run_log_stream_of(stream, f->name, shared) ||
            !m2_run_report_read(&run.report, w->a, m2_v_str(item, "message")) || run.report.billed_ms < 0)
            continue;
        run.end_us = m2_instant_us(m2_v_get(item, "timestamp"));
        run.begin_us = run.end_us - (int64_t)(run.report.ms * 1000);
        m2_vec_push(w->a, &f->runs, run);
    }
}

/* A report that two answers hold is one run. */
static void drop_repeats(struct m2_logged_runs *runs)
{
    size_t kept = 0;
    for (size_t i = 0; i < runs->len; i++)
        if (!kept || by_end(&runs->at[kept - 1], &runs->at[i]) != 0 || !runs->at[i].report.request_id)
            runs->at[kept++] = runs->at[i];
    runs->len = kept;
}

static void read_log(struct m2_history_world *w, struct m2_called *f)
{
    static const char *const operations[] = { "FilterLogEvents", "GetLogEvents" };
    const char *group = m2_run_log_group(w->a, f->name, f->config);
    bool shared = m2_run_log_shared(w->s, group, f->name);
    for (size_t k = 0; k < 2; k++)
        for (const struct m2_call *c = NULL; (c = m2_calls(w->s, "logs", operations[k], c));)
            if (m2_str_eq(m2_v_str(c->input, "logGroupName"), group) && c->status == M2_CALL_OK) {
                f->log_read = true;
                read_events(w, f, c, shared);
            }
    if (f->runs.len)
        qsort(f->runs.at, f->runs.len, sizeof *f->runs.at, by_end);
    drop_repeats(&f->runs);
    for (size_t i = 0; i < f->runs.len; i++)
        if (f->runs.at[i].report.request_id)
            *m2_strmap_at(&f->by_request, w->a, f->runs.at[i].report.request_id, NULL) = i + 1;
}

struct m2_called *m2_history_called(struct m2_history_world *w, const char *resource)
{
    const char *name = function_name(w->a, resource);
    for (size_t i = 0; i < w->called.len; i++)
        if (m2_str_eq(w->called.at[i]->name, name))
            return w->called.at[i];
    struct m2_called *f = m2_arena_alloc(w->a, sizeof *f);
    f->name = m2_arena_strdup(w->a, name);
    f->config = config_of(w->s, f->name);
    read_config(f);
    read_log(w, f);
    m2_vec_push(w->a, &w->called, f);
    return f;
}

/* ---- tasks and their definitions ---- */

static void index_tasks(struct m2_history_world *w)
{
    const struct m2_value *task;
    for (const struct m2_call *c = NULL; (c = m2_calls(w->s, "ecs", "DescribeTasks", c));)
        m2_v_each(task, i, m2_v_get(c->output, "tasks"))
        {
            const char *arn = m2_v_str(task, "taskArn");
            if (!arn)
                continue;
            m2_vec_push(w->a, &w->described, task);
            *m2_strmap_at(&w->tasks, w->a, arn, NULL) = w->described.len;
        }
}

/* ID is an ARN, "family" or "family:revision"; so is what was asked for. */
static bool is_definition(const struct m2_call *call, const char *id)
{
    const struct m2_value *d = m2_v_get(call->output, "taskDefinition");
    const char *arn = m2_v_str(d, "taskDefinitionArn"), *family = m2_v_str(d, "family");
    const char *slash = arn ? strrchr(arn, '/') : NULL;
    return m2_str_eq(id, arn) || m2_str_eq(id, family) || (slash && m2_str_eq(id, slash + 1)) ||
           m2_str_eq(id, m2_v_str(call->input, "taskDefinition"));
}

const struct m2_value *m2_history_task_definition(const struct m2_history_world *w, const char *id)
{
    const struct m2_value *only = NULL;
    size_t n = 0;
    for (const struct m2_call *c = NULL; (c = m2_calls(w->s, "ecs", "DescribeTaskDefinition", c));) {
        if (c->status != M2_CALL_OK)
            continue;
        only = m2_v_get(c->output, "taskDefinition");
        n++;
        if (id && is_definition(c, id))
            return only;
    }
    return n == 1 && !id ? only : NULL;
}

/* ---- the definition of the state machine ---- */

static const struct m2_value *find_state(const struct m2_value *v, const char *name, int depth)
{
    const struct m2_value *state = m2_v_get(m2_v_get(v, "States"), name), *found = state;
    if (state || !v || depth > DEPTH || (v->type != M2_OBJECT && v->type != M2_ARRAY))
        return state;
    for (size_t i = 0; i < m2_v_len(v) && !found; i++)
        found = find_state(m2_v_at(v, i), name, depth + 1);
    return found;
}

const struct m2_value *m2_history_state(const struct m2_history_world *w, const char *name)
{
    const struct m2_value *found = NULL;
    for (size_t i = 0; name && i < w->definitions.len && !found; i++)
        found = find_state(w->definitions.at[i], name, 0);
    return found;
}

void m2_history_world_make(struct m2_history_world *w, struct m2_arena *a, const struct m2_snapshot *s)
{
    *w = (struct m2_history_world){ .a = a, .s = s };
    index_tasks(w);
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "stepfunctions", "DescribeStateMachine", c));) {
        const struct m2_value *definition = c->status == M2_CALL_OK ? m2_view_definition(a, c->output) : NULL;
        if (definition)
            m2_vec_push(a, &w->definitions, definition);
    }
}
