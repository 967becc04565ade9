#include <string.h>

#include "analyze/failure/catalogue.h"
#include "analyze/workflow/runs.h"
#include "m2/str.h"
#include "m2/time.h"

#define DEFAULT_SINCE_MS (INT64_C(7) * 86400000)

int64_t m2_run_time(const struct m2_value *item, const char *key)
{
    const struct m2_value *v = m2_v_get(item, key);
    double seconds = 0;
    int64_t ms = 0;
    if (m2_v_is(v, M2_STRING))
        (void)m2_time_parse(&ms, m2_v_text(v));
    else if (m2_v_to_double(v, &seconds) && seconds > 0 && seconds < 1e11)
        ms = (int64_t)(seconds * 1000);
    return ms;
}

static bool recent(const struct m2_snapshot *s, int64_t at_ms)
{
    int64_t since = s->target.since_ms > 0 ? s->target.since_ms : DEFAULT_SINCE_MS;
    return !at_ms || !s->collected_ms || at_ms >= s->collected_ms - since;
}

static const char *interface_subnet(const struct m2_value *task)
{
    const struct m2_value *attachment, *detail;
    m2_v_each(attachment, i, m2_v_get(task, "attachments"))
    {
        m2_v_each(detail, k, m2_v_get(attachment, "details"))
        {
            if (m2_str_eq(m2_v_str(detail, "name"), "subnetId"))
                return m2_v_str(detail, "value");
        }
    }
    return NULL;
}

/* Reasons of the task and its containers in one text, and the exit code of the first that failed. */
static void read_reasons(struct m2_task_failure *out, struct m2_arena *a, const struct m2_value *task)
{
    const char *reason = m2_str_or(m2_v_str(task, "stoppedReason"), "");
    const struct m2_value *c;
    m2_v_each(c, i, m2_v_get(task, "containers"))
    {
        const char *own = m2_v_str(c, "reason");
        if (!m2_str_empty(own))
            reason = m2_arena_printf(a, "%s%s%s", reason, *reason ? "; " : "", own);
        int64_t code;
        if (m2_v_int_of(c, "exitCode", &code) && (!out->has_exit_code || out->exit_code == 0)) {
            out->has_exit_code = true;
            out->exit_code = code;
        }
    }
    out->reason = reason;
    out->stop_code = m2_v_str(task, "stopCode");
}

static void add_task(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_snapshot *s,
                     const struct m2_call *call, const struct m2_value *task)
{
    struct m2_failed_run run = { .of_task = true, .call = call, .evidence = task };
    run.at_ms = m2_run_time(task, m2_v_get(task, "stoppedAt") ? "stoppedAt" : "stoppingAt");
    bool ended =
        run.at_ms || m2_str_eq(m2_v_str(task, "lastStatus"), "STOPPED") || m2_v_str(task, "stopCode");
    if (!ended || !recent(s, run.at_ms))
        return;
    struct m2_task_failure t = { 0 };
    read_reasons(&t, a, task);
    run.slug = m2_failure_task(a, &t);
    if (!run.slug) {
        out->ended_well++;
        return;
    }
    run.text = t.has_exit_code && t.exit_code ? m2_arena_printf(a, "%s%sexit code %lld", t.reason,
                                                                *t.reason ? "; " : "", (long long)t.exit_code)
                                              : t.reason;
    if (m2_str_empty(run.text))
        run.text = m2_str_or(t.stop_code, "(no reason given)");
    run.task_arn = m2_v_str(task, "taskArn");
    for (size_t i = 0; run.task_arn && i < out->list.len; i++)
        if (m2_str_eq(out->list.at[i].task_arn, run.task_arn))
            return; /* in two answers */
    run.cluster = m2_v_str(task, "clusterArn");
    run.subnet = interface_subnet(task);
    m2_vec_push(a, &out->list, run);
}

static void add_failure(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_call *call,
                        const struct m2_value *failure)
{
    const char *reason = m2_v_str(failure, "reason");
    if (m2_str_eq(reason, "MISSING")) /* older than ECS keeps tasks: nothing failed by that */
        return;
    const struct m2_task_failure t = { .reason = m2_str_or(reason, "") };
    struct m2_failed_run run = { .of_task = true, .call = call, .evidence = failure };
    run.slug = m2_failure_task(a, &t);
    run.text = m2_arena_printf(a, "%s%s%s", m2_str_or(reason, ""), m2_v_str(failure, "detail") ? ": " : "",
                               m2_str_or(m2_v_str(failure, "detail"), ""));
    m2_vec_push(a, &out->list, run);
}

void m2_runs_of_tasks(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_snapshot *s)
{
    static const char *const operations[] = { "ListTasks", "DescribeTasks", "RunTask" };
    out->unseen = (struct m2_look){ .seen = M2_SEEN };
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        const struct m2_call *call = NULL;
        while ((call = m2_calls(s, "ecs", operations[i], call))) {
            if (call->status != M2_CALL_OK) {
                struct m2_look look = m2_look_output(s, "ecs", operations[i], NULL);
                if (look.seen == M2_UNSEEN && out->unseen.seen == M2_SEEN &&
                    !m2_code_not_found(call->code, call->message))
                    out->unseen = look;
                continue;
            }
            const struct m2_value *item;
            out->any_answer = true;
            m2_v_each(item, k, m2_v_get(call->output, "tasks")) add_task(out, a, s, call, item);
            m2_v_each(item, k, m2_v_get(call->output, "failures")) add_failure(out, a, call, item);
        }
    }
    if (out->unseen.seen == M2_SEEN && !m2_calls(s, "ecs", "ListTasks", NULL))
        out->unseen = m2_look_output(s, "ecs", "ListTasks", NULL);
}
