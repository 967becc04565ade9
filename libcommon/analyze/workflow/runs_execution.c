#include <string.h>

#include "analyze/failure/catalogue.h"
#include "analyze/workflow/runs.h"
#include "m2/json.h"
#include "m2/str.h"
#include "m2/time.h"

#define DEFAULT_SINCE_MS (INT64_C(7) * 86400000)

/* Events that carry why an execution failed, the most telling first (Step Functions API, HistoryEvent). */
static const struct {
    const char *type, *details;
    bool of_task;
} telling[] = {
    { "TaskFailed", "taskFailedEventDetails", true },
    { "TaskSubmitFailed", "taskSubmitFailedEventDetails", true },
    { "TaskStartFailed", "taskStartFailedEventDetails", true },
    { "TaskTimedOut", "taskTimedOutEventDetails", false },
    { "LambdaFunctionFailed", "lambdaFunctionFailedEventDetails", false },
    { "LambdaFunctionScheduleFailed", "lambdaFunctionScheduleFailedEventDetails", false },
    { "LambdaFunctionStartFailed", "lambdaFunctionStartFailedEventDetails", false },
    { "LambdaFunctionTimedOut", "lambdaFunctionTimedOutEventDetails", false },
    { "ActivityFailed", "activityFailedEventDetails", false },
    { "ExecutionFailed", "executionFailedEventDetails", false },
    { "ExecutionTimedOut", "executionTimedOutEventDetails", false },
};
#define N_TELLING (sizeof telling / sizeof telling[0])

struct told {
    const struct m2_value *event;
    size_t row;
    int64_t id;
};

/* The newest event of the most telling kind. */
static struct told most_telling(const struct m2_value *events)
{
    struct told best = { NULL, N_TELLING, 0 };
    const struct m2_value *e;
    m2_v_each(e, i, events)
    {
        size_t row = 0;
        while (row < N_TELLING && !m2_str_eq(telling[row].type, m2_v_str(e, "type")))
            row++;
        int64_t id = m2_v_int_or(e, "id", 0);
        /* The three task events tell the same kind of thing: of these the newest counts. */
        size_t rank = row < 3 ? 0 : row, best_rank = best.row < 3 ? 0 : best.row;
        if (row < N_TELLING && (rank < best_rank || (rank == best_rank && (!best.event || id > best.id))))
            best = (struct told){ e, row, id };
    }
    return best;
}

/* The state that was entered last before event ID. */
static const char *state_before(const struct m2_value *events, int64_t id)
{
    const struct m2_value *e;
    const char *name = NULL;
    int64_t newest = -1;
    m2_v_each(e, i, events)
    {
        int64_t at = m2_v_int_or(e, "id", 0);
        const char *entered = m2_v_pstr(e, "stateEnteredEventDetails.name");
        if (entered && at <= id && at > newest) {
            newest = at;
            name = entered;
        }
    }
    return name;
}

static void add_task_of(struct m2_failed_run *run, struct m2_arena *a, const char *cause)
{
    struct m2_value *task = NULL;
    if (m2_str_empty(cause) || m2_json_parse(&task, a, m2_bytes_of(cause), "cause", NULL) < 0)
        return;
    run->task_arn = m2_v_str(task, "TaskArn");
    run->cluster = m2_v_str(task, "ClusterArn");
    const struct m2_value *attachment, *detail;
    m2_v_each(attachment, i, m2_v_get(task, "Attachments"))
    {
        m2_v_each(detail, k, m2_v_get(attachment, "Details"))
        {
            if (m2_str_eq(m2_v_str(detail, "Name"), "subnetId"))
                run->subnet = m2_v_str(detail, "Value");
        }
    }
}

static bool by_ecs(const struct m2_value *details, const char *error)
{
    const char *type = m2_v_str(details, "resourceType");
    return m2_str_eq(type, "ecs") ||
           (error && (m2_str_starts(error, "ECS.") || m2_str_starts(error, "AmazonECS.")));
}

static void add_history(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_call *call,
                        const char *arn, int64_t at_ms, bool failed)
{
    const struct m2_value *events = m2_v_get(call->output, "events");
    struct told t = most_telling(events);
    if (!t.event) {
        out->ended_well += !failed;
        return;
    }
    const struct m2_value *details = m2_v_get(t.event, telling[t.row].details);
    const char *error = m2_v_str(details, "error"), *cause = m2_v_str(details, "cause");
    if (!error && m2_str_ends(telling[t.row].type, "TimedOut"))
        error = "States.Timeout";
    struct m2_failed_run run = { .execution = arn, .at_ms = at_ms, .call = call, .evidence = details };
    run.slug = m2_failure_execution(&run.text, a, error, cause);
    if (m2_str_empty(run.text))
        run.text = m2_str_or(error, "(no reason given)");
    else if (error && !m2_str_eq(error, "States.TaskFailed"))
        run.text = m2_arena_printf(a, "%s: %s", error, run.text);
    if (!run.at_ms)
        (void)m2_time_parse(&run.at_ms, m2_v_str(t.event, "timestamp"));
    run.state = state_before(events, t.id);
    run.of_task = telling[t.row].of_task && by_ecs(details, error);
    add_task_of(&run, a, cause);
    if (run.task_arn || m2_str_starts(run.slug, "task."))
        run.of_task = true;
    m2_vec_push(a, &out->list, run);
}

static bool recent(const struct m2_snapshot *s, int64_t at_ms)
{
    int64_t since = s->target.since_ms > 0 ? s->target.since_ms : DEFAULT_SINCE_MS;
    return !at_ms || !s->collected_ms || at_ms >= s->collected_ms - since;
}

/* Item of ListExecutions of the execution that CALL is about, or NULL. */
static const struct m2_value *listed(const struct m2_snapshot *s, const char *arn)
{
    return m2_look_item(s, "stepfunctions", "ListExecutions", "executions", "executionArn", arn).item;
}

void m2_runs_of_executions(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_snapshot *s)
{
    static const char *const operations[] = { "ListExecutions", "GetExecutionHistory" };
    out->unseen = (struct m2_look){ .seen = M2_SEEN };
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        const struct m2_call *call = NULL;
        while ((call = m2_calls(s, "stepfunctions", operations[i], call))) {
            if (call->status != M2_CALL_OK) {
                struct m2_look look = m2_look_output(s, "stepfunctions", operations[i], NULL);
                if (look.seen == M2_UNSEEN && out->unseen.seen == M2_SEEN &&
                    !m2_code_not_found(call->code, call->message))
                    out->unseen = look;
                continue;
            }
            out->any_answer = true;
            if (i == 0) {
                const struct m2_value *e;
                m2_v_each(e, k, m2_v_get(call->output, "executions"))
                {
                    out->ended_well += m2_str_eq(m2_v_str(e, "status"), "SUCCEEDED");
                }
                continue;
            }
            const char *arn = m2_v_str(call->input, "executionArn");
            const struct m2_value *item = listed(s, arn);
            int64_t at_ms = 0;
            (void)m2_time_parse(&at_ms, m2_str_or(m2_v_str(item, "stopDate"), m2_v_str(item, "startDate")));
            const char *status = m2_v_str(item, "status");
            if (recent(s, at_ms) && !m2_str_eq(status, "ABORTED"))
                add_history(out, a, call, arn, at_ms, !m2_str_eq(status, "SUCCEEDED"));
        }
    }
}
