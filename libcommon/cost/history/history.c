/* Executions to jobs. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cost/history/parts.h"
#include "m2/model.h"
#include "m2/str.h"

#define DAY_MS INT64_C(86400000)

static const struct {
    const char *name, *status; /* status: as Step Functions has it */
} outcomes[M2_OUTCOME_COUNT] = {
    [M2_OUT_SUCCEEDED] = { "succeeded", "SUCCEEDED" },
    [M2_OUT_FAILED] = { "failed", "FAILED" },
    [M2_OUT_TIMED_OUT] = { "timed-out", "TIMED_OUT" },
    [M2_OUT_ABORTED] = { "aborted", "ABORTED" },
    [M2_OUT_PENDING_REDRIVE] = { "pending-redrive", "PENDING_REDRIVE" },
    [M2_OUT_RUNNING] = { "running", "RUNNING" },
};

const char *m2_outcome_name(enum m2_outcome o)
{
    return outcomes[o].name;
}

/* How an execution ended, by the last event of its history. */
static const struct {
    const char *type;
    enum m2_outcome outcome;
} endings[] = {
    { "ExecutionSucceeded", M2_OUT_SUCCEEDED },
    { "ExecutionFailed", M2_OUT_FAILED },
    { "ExecutionTimedOut", M2_OUT_TIMED_OUT },
    { "ExecutionAborted", M2_OUT_ABORTED },
};

void m2_history_note(struct m2_history_world *w, struct m2_history_job *job, enum m2_count what,
                     const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    m2_vec_push(w->a, &job->notes, m2_arena_vprintf(w->a, fmt, ap));
    va_end(ap);
    w->count[what]++;
}

/* ---- which executions there are ---- */

struct execution {
    struct m2_history_job job;
    bool read;
    struct m2_tries tries;
};
struct executions {
    struct execution *at;
    size_t len, cap;
    struct m2_strmap by_arn; /* 1 + index */
};

static const char *name_of(const char *arn)
{
    const char *colon = strrchr(arn, ':');
    return colon ? colon + 1 : arn;
}

static enum m2_outcome outcome_of(const char *status)
{
    for (int i = 0; i < M2_OUTCOME_COUNT; i++)
        if (m2_str_eq(outcomes[i].status, status))
            return (enum m2_outcome)i;
    return M2_OUT_FAILED; /* one that is not known yet has ended somehow */
}

static struct execution *execution_at(struct executions *all, struct m2_arena *a, const char *arn,
                                      bool *is_new)
{
    size_t *at = m2_strmap_at(&all->by_arn, a, arn, is_new);
    if (*is_new) {
        m2_vec_push(a, all, ((struct execution){ .job = { .arn = arn, .id = name_of(arn) } }));
        *at = all->len;
    }
    return &all->at[*at - 1];
}

/* ITEM of ListExecutions, or the output of DescribeExecution. */
static void add_execution(struct executions *all, struct m2_arena *a, const struct m2_value *item)
{
    const char *arn = m2_v_str(item, "executionArn");
    int64_t began = m2_instant_us(m2_v_get(item, "startDate"));
    bool is_new;
    if (!arn || !began)
        return;
    struct execution *x = execution_at(all, a, arn, &is_new);
    int64_t ended = m2_instant_us(m2_v_get(item, "stopDate"));
    x->job.started_ms = began / 1000;
    /* Listed twice, while it ran and after: the end is newer. */
    if (is_new || x->job.outcome == M2_OUT_RUNNING) {
        x->job.ended_ms = ended / 1000;
        x->job.outcome = outcome_of(m2_v_str(item, "status"));
    }
}

static enum m2_outcome ending_of(const struct m2_value *output)
{
    const struct m2_value *e;
    int64_t newest = -1;
    enum m2_outcome outcome = M2_OUT_RUNNING;
    m2_v_each(e, i,
              m2_v_get(output, "events")) for (size_t k = 0; k < sizeof endings / sizeof *endings;
                                               k++) if (m2_str_eq(m2_v_str(e, "type"), endings[k].type) &&
                                                        m2_v_int_or(e, "id", 0) > newest)
    {
        newest = m2_v_int_or(e, "id", 0);
        outcome = endings[k].outcome;
    }
    return outcome;
}

static void add_history(struct executions *all, struct m2_history_world *w, const struct m2_call *call)
{
    const char *arn = m2_v_str(call->input, "executionArn");
    bool is_new;
    if (call->status != M2_CALL_OK)
        return;
    if (!arn) /* an answer that was saved without its question */
        arn = m2_arena_printf(w->a, "history %zu", call->index);
    struct execution *x = execution_at(all, w->a, arn, &is_new);
    struct m2_tries tries;
    m2_tries_read(&tries, w->a, call->output);
    if (x->read && x->tries.list.len >= tries.list.len) /* the one that tells more */
        return;
    x->read = true;
    x->tries = tries;
    if (is_new) {
        x->job.started_ms = tries.began_us / 1000;
        x->job.outcome = ending_of(call->output);
        x->job.ended_ms = x->job.outcome == M2_OUT_RUNNING ? 0 : tries.last_us / 1000;
    }
}

static int by_start(const void *left, const void *right)
{
    const struct execution *l = left, *r = right;
    if (l->job.started_ms != r->job.started_ms)
        return l->job.started_ms < r->job.started_ms ? -1 : 1;
    int id = strcmp(l->job.id, r->job.id);
    return id ? id : strcmp(l->job.arn, r->job.arn);
}

static void gather(struct executions *all, struct m2_history_world *w)
{
    const struct m2_value *item;
    for (const struct m2_call *c = NULL; (c = m2_calls(w->s, "stepfunctions", "ListExecutions", c));)
        m2_v_each(item, i, m2_v_get(c->output, "executions")) add_execution(all, w->a, item);
    for (const struct m2_call *c = NULL; (c = m2_calls(w->s, "stepfunctions", "DescribeExecution", c));)
        add_execution(all, w->a, c->output);
    for (const struct m2_call *c = NULL; (c = m2_calls(w->s, "stepfunctions", "GetExecutionHistory", c));)
        add_history(all, w, c);
    size_t kept = 0;
    for (size_t i = 0; i < all->len; i++) /* no end: collected_at is a whole second, and jobs began in it */
        if (all->at[i].job.started_ms >= w->out->from_ms)
            all->at[kept++] = all->at[i];
    all->len = kept; /* by_arn is not asked any more */
    if (kept)
        qsort(all->at, kept, sizeof *all->at, by_start);
}

/* ---- one job ---- */

/* A job that ran nothing still passed through states. */
static void add_empty_run(struct m2_history_world *w, struct m2_history_job *job)
{
    struct m2_history_run run = { .started_ms = job->started_ms, .failed = job->outcome != M2_OUT_SUCCEEDED };
    w->count[M2_N_NO_RUN]++;
    run.usage = (struct m2_job){ .platform = M2_LAMBDA, .memory_gb10 = M2_GB_SCALE / 8 };
    m2_vec_push(w->a, &job->runs, run);
}

static void bill(struct m2_history_world *w, struct execution *x)
{
    struct m2_history_job *job = &x->job;
    struct m2_selected selected = { 0 };
    for (size_t i = 0; i < x->tries.list.len; i++) {
        const struct m2_try *t = &x->tries.list.at[i];
        if (t->kind == M2_TRY_TASK)
            m2_history_task(w, job, t);
        else if (t->kind == M2_TRY_FUNCTION)
            m2_history_function(w, job, &selected, t);
    }
    if (x->tries.cut)
        m2_history_note(w, job, M2_N_CUT,
                        "Part of its history is missing: what happened there is not billed here.");
    if (!job->runs.len)
        add_empty_run(w, job);
    for (size_t i = 0; i < job->runs.len; i++) {
        struct m2_job *usage = &job->runs.at[i].usage;
        bool first = i == 0;
        usage->transitions = first ? x->tries.transitions : 0;
        usage->selector_ms = first ? selected.ms : 0;
        usage->selector_mb = first ? selected.mb : 0;
        usage->selector_requests = first ? selected.requests : 0;
        job->estimated = job->estimated || job->runs.at[i].estimated;
    }
    job->estimated = job->estimated || x->tries.cut;
}

/* ---- the period ---- */

/* Nothing was listed: says the snapshot why? */
static int check_listed(const struct m2_snapshot *s, struct m2_err *err)
{
    const struct m2_call *refused = NULL;
    static const char *const operations[] = { "ListExecutions", "GetExecutionHistory", "DescribeExecution" };
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        for (const struct m2_call *c = NULL; (c = m2_calls(s, "stepfunctions", operations[i], c));) {
            if (c->status == M2_CALL_OK)
                return 0;
            refused = refused ? refused : c;
        }
    const char *stack = m2_str_or(s->target.stack, "of the snapshot");
    if (refused)
        return m2_fail(err, refused->status == M2_CALL_SKIPPED ? M2_ETIMEOUT : M2_EDENIED,
                       "the executions cannot be listed: %s",
                       m2_look_why(s->arena,
                                   m2_model_iam_action(s->arena, "stepfunctions", refused->operation),
                                   refused));
    struct m2_look look = m2_look_output(s, "cloudformation", "DescribeStacks", s->target.stack);
    if (look.seen == M2_UNSEEN && look.call)
        return m2_fail(err, M2_EDENIED, "no state machine was found, because stack %s cannot be read: %s",
                       stack, look.why);
    return m2_fail(err, M2_ENOTFOUND,
                   "no state machine was found in stack %s in %s, so there are no executions to bill", stack,
                   m2_str_or(s->region, "its region"));
}

int m2_history_read(struct m2_history *out, struct m2_arena *a, const struct m2_snapshot *s, int64_t since_ms,
                    struct m2_err *err)
{
    struct m2_history_world w;
    struct executions all = { 0 };
    if (check_listed(s, err) < 0)
        return -1;
    if (since_ms <= 0)
        since_ms = s->target.since_ms > 0 ? s->target.since_ms : M2_HISTORY_DAYS * DAY_MS;
    *out = (struct m2_history){ .to_ms = s->collected_ms ? s->collected_ms : INT64_MAX, .region = s->region };
    /* Without a date of its own, a snapshot made by hand is taken whole. */
    out->from_ms = s->collected_ms && since_ms < s->collected_ms ? s->collected_ms - since_ms : 0;
    m2_history_world_make(&w, a, s);
    w.out = out;
    gather(&all, &w);
    for (size_t i = 0; i < all.len; i++)
        for (size_t k = 0; k < all.at[i].tries.list.len; k++)
            if (all.at[i].tries.list.at[k].kind == M2_TRY_FUNCTION)
                m2_history_claim(&w, &all.at[i].tries.list.at[k]);
    for (size_t i = 0; i < all.len; i++) {
        struct execution *x = &all.at[i];
        if (x->job.outcome == M2_OUT_RUNNING) {
            m2_vec_push(a, &out->running, x->job);
        } else if (!x->read) {
            m2_vec_push(a, &out->unread, x->job);
        } else {
            bill(&w, x);
            m2_vec_push(a, &out->jobs, x->job);
        }
    }
    m2_history_unseen(&w);
    return 0;
}
