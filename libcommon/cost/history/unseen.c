/* What could not be seen, in sentences: each says what that means for the figures. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cost/history/parts.h"
#include "m2/model.h"
#include "m2/str.h"
#include "m2/time.h"

#define DAY_MS INT64_C(86400000)

static void unseen(struct m2_history_world *w, const char *fmt, ...) M2_PRINTF(2, 3);
static void told(struct m2_history_world *w, const char *fmt, ...) M2_PRINTF(2, 3);

static void unseen(struct m2_history_world *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    m2_vec_push(w->a, &w->out->unseen, m2_arena_vprintf(w->a, fmt, ap));
    va_end(ap);
}

static void told(struct m2_history_world *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    m2_vec_push(w->a, &w->out->told, m2_arena_vprintf(w->a, fmt, ap));
    va_end(ap);
}

/* ---- the list of executions ---- */

static void day(char out[M2_ISO_SIZE], int64_t ms)
{
    m2_time_iso(out, ms / 1000 * 1000);
}

static int64_t oldest_in(const struct m2_value *list)
{
    const struct m2_value *item;
    int64_t oldest = INT64_MAX;
    m2_v_each(item, i, list)
    {
        int64_t ms = m2_instant_us(m2_v_get(item, "startDate")) / 1000;
        oldest = ms && ms < oldest ? ms : oldest;
    }
    return oldest;
}

static void lists(struct m2_history_world *w)
{
    const char *right = m2_model_iam_action(w->a, "stepfunctions", "ListExecutions");
    bool any = false;
    for (const struct m2_call *c = NULL; (c = m2_calls(w->s, "stepfunctions", "ListExecutions", c));) {
        const struct m2_value *list = m2_v_get(c->output, "executions");
        const char *status = m2_v_str(c->input, "statusFilter");
        char iso[M2_ISO_SIZE];
        any = true;
        if (c->status != M2_CALL_OK) {
            unseen(w, "Executions%s%s of %s are missing: %s", status ? " that ended as " : "",
                   m2_str_or(status, ""), m2_str_or(m2_v_str(c->input, "stateMachineArn"), "a state machine"),
                   m2_look_why(w->a, right, c));
        } else if (m2_v_get(c->output, "nextToken") && oldest_in(list) >= w->out->from_ms) {
            day(iso, m2_v_len(list) ? oldest_in(list) : w->out->to_ms);
            unseen(w, "The list of executions%s%s ends at %s: what began before is missing.",
                   status ? " that ended as " : "", m2_str_or(status, ""), iso);
        }
    }
    if (!any)
        unseen(w, "Executions were not listed (%s): there may be more than those whose history is here.",
               right);
    int64_t asked = w->s->target.since_ms;
    if (asked > 0 && w->s->collected_ms && w->out->from_ms < w->s->collected_ms - asked)
        unseen(w, "What was read reaches back %lld days only, not %lld.", (long long)(asked / DAY_MS),
               (long long)((w->out->to_ms - w->out->from_ms) / DAY_MS));
}

/* ---- histories ---- */

/* Why executions without a history have none. */
struct reasons {
    size_t gone, late, refused, never;
    const struct m2_call *first_refused;
};

/* The time limit passed before any history's turn came: one skipped call, about none. */
static bool reached_too_late(const struct m2_snapshot *s)
{
    const struct m2_call *c = m2_calls(s, "stepfunctions", "GetExecutionHistory", NULL);
    return c && c->status == M2_CALL_SKIPPED && !m2_v_str(c->input, "executionArn");
}

static const char *executions(struct m2_history_world *w, size_t n)
{
    return n == 1 ? "One execution has" : m2_arena_printf(w->a, "%zu executions have", n);
}

static void histories(struct m2_history_world *w)
{
    struct reasons r = { 0 };
    for (size_t i = 0; i < w->out->unread.len; i++) {
        const struct m2_call *c =
            m2_call_about(w->s, "stepfunctions", "GetExecutionHistory", w->out->unread.at[i].arn);
        if (!c && reached_too_late(w->s))
            r.late++;
        else if (!c)
            r.never++;
        else if (c->status == M2_CALL_SKIPPED)
            r.late++;
        else if (m2_code_not_found(c->code, c->message))
            r.gone++;
        else {
            r.refused++;
            r.first_refused = r.first_refused ? r.first_refused : c;
        }
    }
    const char *right = m2_model_iam_action(w->a, "stepfunctions", "GetExecutionHistory");
    if (r.gone)
        unseen(w, "%s no history any more (AWS keeps it for 90 days after the end, or 30): not billed here.",
               executions(w, r.gone));
    if (r.late)
        unseen(w, "%s no history here, because the time limit passed first: not billed here.",
               executions(w, r.late));
    if (r.refused)
        unseen(w, "%s no history here: %s Not billed here.", executions(w, r.refused),
               m2_look_why(w->a, right, r.first_refused));
    if (r.never)
        unseen(w, "%s no history in the snapshot, which holds only some: not billed here.",
               executions(w, r.never));
}

/* ---- what was refused ---- */

/* A refusal matters when something had to be guessed or left out for want of it. */
static const struct {
    const char *service, *operation, *means;
    enum m2_count when[2];
} sources[] = {
    { "ecs",
      "ListTasks",
      "tasks that stopped within the last hour cannot be asked for",
      { M2_N_TASK_TIMES, M2_N_NO_SIZE } },
    { "ecs",
      "DescribeTasks",
      "tasks that stopped within the last hour cannot be asked for",
      { M2_N_TASK_TIMES, M2_N_NO_SIZE } },
    { "ecs",
      "DescribeTaskDefinition",
      "sizes that a task does not tell are not known",
      { M2_N_NO_SIZE, M2_N_NO_ARCH } },
    { "lambda",
      "GetFunctionConfiguration",
      "memory, architecture and /tmp of a function are not known",
      { M2_N_NO_SIZE, M2_N_NO_ARCH } },
};

static const struct m2_call *first_refused(const struct m2_snapshot *s, const char *service,
                                           const char *operation)
{
    for (const struct m2_call *c = NULL; (c = m2_calls(s, service, operation, c));)
        if (c->status != M2_CALL_OK &&
            !(c->status == M2_CALL_ERROR && m2_code_not_found(c->code, c->message)))
            return c;
    return NULL;
}

static void refusals(struct m2_history_world *w)
{
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const struct m2_call *c = first_refused(w->s, sources[i].service, sources[i].operation);
        const char *right = m2_model_iam_action(w->a, sources[i].service, sources[i].operation);
        if (c && (w->count[sources[i].when[0]] || w->count[sources[i].when[1]]))
            unseen(w, "%s So %s.", m2_look_why(w->a, right, c), sources[i].means);
    }
}

/* Functions that ran and whose log was not read. */
static void logs(struct m2_history_world *w)
{
    const char *right = m2_model_iam_action(w->a, "logs", "FilterLogEvents");
    for (size_t i = 0; i < w->called.len; i++) {
        const struct m2_called *f = w->called.at[i];
        const char *group = m2_run_log_group(w->a, f->name, f->config);
        if (f->log_read)
            continue;
        const struct m2_call *c = m2_call_about(w->s, "logs", "FilterLogEvents", group);
        if (c && c->status == M2_CALL_ERROR && m2_code_not_found(c->code, c->message))
            unseen(w,
                   "Log group %s does not exist, so runs of function %s are billed by the times of their "
                   "events.",
                   group, f->name);
        else
            unseen(w, "%s Runs of function %s are billed by the times of their events.",
                   m2_look_why(w->a, right, c), f->name);
    }
}

/* ---- what was counted ---- */

static const struct {
    bool unseen; /* else it is merely told */
    const char *one, *many;
} counted[M2_N_COUNT] = {
    [M2_N_TASK_TIMES] = { true,
                          "One task is billed by the times of its events: ECS's account of it is not there.",
                          "%zu tasks are billed by the times of their events: ECS's account of them is not "
                          "there." },
    [M2_N_RUN_TIMES] = { true,
                         "One run of a function is billed by the times of its events: its report is not in "
                         "the log.",
                         "%zu runs of functions are billed by the times of their events: their reports are "
                         "not in the log." },
    [M2_N_RUN_UNSURE] = { true,
                          "One run of a function was matched to its report by time, among several of that "
                          "moment.",
                          "%zu runs of functions were matched to their reports by time, among several of the "
                          "moment." },
    [M2_N_NO_RUN] = { false,
                      "In one job no task and no function ran: it passed through states only, and stands "
                      "under lambda.",
                      "In %zu jobs no task and no function ran: they passed through states only, and stand "
                      "under lambda." },
    [M2_N_NO_PULL] = { false, "One task never began to pull its image: billed 0.",
                       "%zu tasks never began to pull their images: billed 0." },
    [M2_N_NO_SIZE] = { true, "One task or run is not billed here, because nothing tells its size.",
                       "%zu tasks or runs are not billed here, because nothing tells their size." },
    [M2_N_NO_ARCH] = { true,
                       "One task or run is taken to have run on x86_64: nothing tells its architecture.",
                       "%zu tasks or runs are taken to have run on x86_64: nothing tells their "
                       "architecture." },
    [M2_N_NO_ADDRESS] = { true, "One task is taken to have had a public IPv4 address: nothing tells.",
                          "%zu tasks are taken to have had a public IPv4 address: nothing tells." },
    [M2_N_WINDOWS] = { true, "One Windows task is priced as one on Linux: its real price is higher.",
                       "%zu Windows tasks are priced as on Linux: their real price is higher." },
    [M2_N_OTHER_COMPUTE] = { true, "One task did not run on Fargate: not billed here.",
                             "%zu tasks did not run on Fargate: not billed here." },
    [M2_N_RUNS_ON] = { true,
                       "One task may have run longer than the state that began it: the rest is not billed "
                       "here.",
                       "%zu tasks may have run longer than the states that began them: the rest is not "
                       "billed here." },
    [M2_N_CUT] = { true,
                   "Of one execution a part of the history is missing: what happened there is not billed "
                   "here.",
                   "Of %zu executions a part of the history is missing: what happened there is not billed "
                   "here." },
};

static void counts(struct m2_history_world *w)
{
    for (size_t i = 0; i < M2_N_COUNT; i++) {
        char number[24];
        const char *at = strstr(counted[i].many, "%zu");
        if (!w->count[i])
            continue;
        (void)snprintf(number, sizeof number, "%zu", w->count[i]);
        const char *text = w->count[i] == 1 || !at
                               ? counted[i].one
                               : m2_arena_printf(w->a, "%.*s%s%s", (int)(at - counted[i].many),
                                                 counted[i].many, number, at + strlen("%zu"));
        if (counted[i].unseen)
            unseen(w, "%s", text);
        else
            told(w, "%s", text);
    }
}

void m2_history_unseen(struct m2_history_world *w)
{
    lists(w);
    histories(w);
    refusals(w);
    logs(w);
    counts(w);
}
