#include <string.h>

#include "analyze/failure/catalogue.h"
#include "analyze/workflow/runs.h"
#include "m2/json.h"
#include "m2/str.h"

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

/* Did the state that failed at event ID succeed when it was tried again? */
static bool recovered(const struct m2_value *events, int64_t id)
{
    int64_t left = INT64_MAX, good = INT64_MAX;
    const struct m2_value *e;
    m2_v_each(e, i, events)
    {
        const char *type = m2_v_str(e, "type");
        int64_t at = m2_v_int_or(e, "id", 0);
        if (at <= id)
            continue;
        if ((m2_str_ends(type, "StateEntered") || m2_str_ends(type, "StateExited")) && at < left)
            left = at;
        if (m2_str_ends(type, "Succeeded") && !m2_str_eq(type, "ExecutionSucceeded") && at < good)
            good = at;
    }
    return good < left;
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

/* What is known of one execution. */
struct execution {
    const char *arn, *status; /* status NULL when only its history is there */
    int64_t at_ms;
    const struct m2_call *call;
};

/* DETAILS hold error and cause; they may hold neither. */
static void add_run(struct m2_failed_runs *out, struct m2_arena *a, const struct execution *x,
                    const struct m2_value *details, const char *fallback_error, const char *state)
{
    const char *error = m2_v_str(details, "error"), *cause = m2_v_str(details, "cause");
    if (m2_str_empty(error))
        error = fallback_error;
    struct m2_failed_run run = {
        .execution = x->arn, .at_ms = x->at_ms, .call = x->call, .evidence = details, .state = state
    };
    run.slug = m2_failure_execution(&run.text, a, error, cause);
    if (m2_str_empty(run.text))
        run.text = m2_str_or(error, "(no reason given)");
    else if (error && !m2_str_eq(error, "States.TaskFailed"))
        run.text = m2_arena_printf(a, "%s: %s", error, run.text);
    add_task_of(&run, a, cause);
    run.of_task = run.task_arn || m2_str_starts(run.slug, "task.") ||
                  (by_ecs(details, error) && !m2_str_starts(run.slug, "execution."));
    m2_vec_push(a, &out->list, run);
}

static void add_history(struct m2_failed_runs *out, struct m2_arena *a, struct execution x)
{
    const struct m2_value *events = m2_v_get(x.call->output, "events"), *e;
    struct told t = most_telling(events);
    bool aborted = false;
    m2_v_each(e, i, events) aborted = aborted || m2_str_eq(m2_v_str(e, "type"), "ExecutionAborted");
    if (aborted)
        return;
    if (!t.event || recovered(events, t.id)) {
        if (m2_str_eq(x.status, "FAILED"))
            add_run(out, a, &x, NULL, NULL, NULL);
        else
            out->ended_well++;
        return;
    }
    if (!x.at_ms)
        x.at_ms = m2_run_time(t.event, "timestamp");
    add_run(out, a, &x, m2_v_get(t.event, telling[t.row].details),
            m2_str_ends(telling[t.row].type, "TimedOut") ? "States.Timeout" : NULL,
            state_before(events, t.id));
}

static bool recent(const struct m2_snapshot *s, int64_t at_ms)
{
    int64_t since = s->target.since_ms > 0 ? s->target.since_ms : DEFAULT_SINCE_MS;
    return !at_ms || !s->collected_ms || at_ms >= s->collected_ms - since;
}

static struct execution execution_of(const struct m2_value *item, const struct m2_call *call)
{
    struct execution x = { .arn = m2_v_str(item, "executionArn"),
                           .status = m2_v_str(item, "status"),
                           .call = call };
    x.at_ms = m2_run_time(item, m2_v_get(item, "stopDate") ? "stopDate" : "startDate");
    return x;
}

static bool has_history(const struct m2_snapshot *s, const char *arn)
{
    const struct m2_call *call = m2_call_about(s, "stepfunctions", "GetExecutionHistory", arn);
    return call && call->status == M2_CALL_OK;
}

static void read_history(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_snapshot *s,
                         const struct m2_call *call)
{
    const char *arn = m2_v_str(call->input, "executionArn");
    struct m2_look listed =
        m2_look_item(s, "stepfunctions", "ListExecutions", "executions", "executionArn", arn);
    if (listed.seen != M2_SEEN)
        listed = m2_look_output(s, "stepfunctions", "DescribeExecution", arn);
    struct execution x = execution_of(listed.item, call);
    x.arn = arn;
    if (recent(s, x.at_ms) && !m2_str_eq(x.status, "ABORTED"))
        add_history(out, a, x);
}

/* DescribeExecution of a failed execution holds error and cause, which do where its history was not read. */
static void read_description(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_snapshot *s,
                             const struct m2_call *call)
{
    struct execution x = execution_of(call->output, call);
    if (!recent(s, x.at_ms) || has_history(s, x.arn))
        return;
    if (m2_str_eq(x.status, "FAILED") || m2_str_eq(x.status, "TIMED_OUT"))
        add_run(out, a, &x, call->output, m2_str_eq(x.status, "FAILED") ? NULL : "States.Timeout", NULL);
}

static void read_list(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_snapshot *s,
                      const struct m2_call *call)
{
    const struct m2_value *item;
    m2_v_each(item, i, m2_v_get(call->output, "executions"))
    {
        struct execution x = execution_of(item, call);
        struct m2_look more = m2_look_output(s, "stepfunctions", "DescribeExecution", x.arn);
        out->ended_well += m2_str_eq(x.status, "SUCCEEDED");
        if (!recent(s, x.at_ms) || has_history(s, x.arn) || more.seen == M2_SEEN)
            continue;
        if (m2_str_eq(x.status, "TIMED_OUT"))
            add_run(out, a, &x, item, "States.Timeout", NULL);
        else if (m2_str_eq(x.status, "FAILED"))
            out->unexplained++;
    }
}

static const struct {
    const char *operation;
    void (*read)(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_snapshot *s,
                 const struct m2_call *call);
} sources[] = {
    { "ListExecutions", read_list },
    { "GetExecutionHistory", read_history },
    { "DescribeExecution", read_description },
};

void m2_runs_of_executions(struct m2_failed_runs *out, struct m2_arena *a, const struct m2_snapshot *s)
{
    out->unseen = (struct m2_look){ .seen = M2_SEEN };
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        const struct m2_call *call = NULL;
        while ((call = m2_calls(s, "stepfunctions", sources[i].operation, call))) {
            if (call->status == M2_CALL_OK) {
                out->any_answer = true;
                sources[i].read(out, a, s, call);
                continue;
            }
            struct m2_look look = m2_look_output(s, "stepfunctions", sources[i].operation, NULL);
            if (look.seen == M2_UNSEEN && out->unseen.seen == M2_SEEN &&
                !m2_code_not_found(call->code, call->message))
                out->unseen = look;
        }
    }
    /* Histories of some executions do not say that there were no others. */
    if (out->unseen.seen == M2_SEEN && !m2_calls(s, "stepfunctions", "ListExecutions", NULL))
        out->unseen = m2_look_output(s, "stepfunctions", "ListExecutions", NULL);
    if (out->unexplained && !out->list.len && out->unseen.seen == M2_SEEN)
        out->unseen = m2_look_output(s, "stepfunctions", "GetExecutionHistory", "the failed ones");
}
