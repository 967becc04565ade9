/* --canary: one small job through Brain, followed in the account, and nothing left behind. */
#include <string.h>

#include "m2/canary.h"
#include "m2/registration.h"
#include "m2/time.h"
#include "verify.h"

#define FIRST_MS 1000
#define MOST_MS 10000
#define MOST_LOST 3 /* looks at the execution without an answer, one after the other */
#define LOG_LOOKS 3

struct canary {
    struct verify *v;
    struct m2_value *calls; /* for the snapshot */
    struct m2_registration reg;
    struct m2_queued_job job;
    const char *execution;
    int64_t queued_ms;
};

/* ---- calls, as the collector writes them ---- */

static struct m2_value *record(struct canary *c, const char *service, const char *operation,
                               const struct m2_value *input)
{
    struct m2_arena *a = c->v->arena;
    struct m2_value *call = m2_v_object(a);
    m2_v_set_str(a, call, "service", service);
    m2_v_set_str(a, call, "operation", operation);
    if (!m2_str_eq(service, "brain"))
        m2_v_set_str(a, call, "region", m2_aws_region(c->v->session.aws));
    m2_v_set(a, call, "input", m2_v_copy(a, input));
    m2_v_push(a, c->calls, call);
    return call;
}

/* Ask AWS and keep what came of it; the output, or NULL. */
static struct m2_value *ask(struct canary *c, struct m2_aws_answer *answer, const char *service,
                            const char *operation, const struct m2_value *input, bool one_page)
{
    struct m2_arena *a = c->v->arena;
    const struct m2_aws_call call = {
        .service = service, .operation = operation, .input = input, .one_page = one_page
    };
    m2_aws_ask(answer, a, c->v->session.aws, &call);
    struct m2_value *kept = record(c, service, operation, input), *error = m2_v_object(a);
    bool ok = answer->status == M2_AWS_OK;
    m2_v_set_str(a, kept, "status", ok ? "ok" : "error");
    if (ok) {
        m2_v_set(a, kept, "output", answer->output);
        return answer->output;
    }
    m2_v_set_str(a, error, "code", m2_str_or(answer->code, "Network"));
    m2_v_set_str(a, error, "message", m2_str_or(answer->message, ""));
    m2_v_set_int(a, error, "http_status", answer->http_status);
    m2_v_set(a, kept, "error", error);
    return NULL;
}

static struct m2_value *one_member(struct canary *c, const char *key, const char *value)
{
    struct m2_value *v = m2_v_object(c->v->arena);
    m2_v_set_str(c->v->arena, v, key, value);
    return v;
}

/* ---- queueing ---- */

/* Why no job can be queued, or NULL. */
static const char *hindrance(struct canary *c)
{
    const struct m2_stackview *view = &c->reg.deployment.view;
    if (c->v->timed_out)
        return "The time of the run was over before the test job.";
    if (view->state != M2_STACK_THERE)
        return "There is no stack that a test job could run on.";
    if (c->reg.seen != M2_BRAIN_READ)
        return "No test job was queued, because CloudMR Brain could not be asked.";
    return NULL;
}

static void skip(struct canary *c, const char *why)
{
    struct m2_value *call =
        record(c, "brain", m2_brain_ops()[M2_BRAIN_OP_QUEUE_JOB].path, m2_v_object(c->v->arena));
    m2_v_set_str(c->v->arena, call, "status", "skipped");
    m2_v_set_str(c->v->arena, call, "reason", why);
}

/* The name under which the user finds it among the jobs: one of a kind. */
static const char *alias_of(struct canary *c)
{
    char iso[M2_ISO_SIZE];
    unsigned char r[2];
    m2_time_iso(iso, c->queued_ms);
    c->v->world->sys->random(c->v->world->sys->ctx, r, sizeof r);
    return m2_arena_printf(c->v->arena, "m2-verify %.19s %02x%02x", iso, r[0], r[1]);
}

static int queue(struct canary *c, struct m2_err *err)
{
    struct verify *v = c->v;
    struct m2_brain_answer answer;
    struct m2_err refused = { 0 };
    size_t from = m2_v_len(m2_brain_calls(v->units.brain));
    c->queued_ms = m2_now_ms(v->world->sys);
    const struct m2_job_request request = {
        .app = v->units.app, .alias = alias_of(c), .task = v->task, .mode = c->reg.expected.at[M2_UNIT_MODE]
    };
    m2_progress_phase(v->progress, "queuing the test job");
    int rc = m2_brain_queue_job(&c->job, v->arena, v->units.brain, &request, &answer, &refused);
    const struct m2_value *made = m2_brain_calls(v->units.brain);
    for (size_t i = from; i < m2_v_len(made); i++)
        m2_v_push(v->arena, c->calls, m2_v_copy(v->arena, m2_v_at(made, i)));
    if (rc < 0 && answer.may_have_acted)
        verify_note(v, "The answer to the test job was lost: it may run all the same, listed as \"%s\".",
                    request.alias);
    if (m2_cancelled(v->world->sys))
        return m2_fail(err, M2_ECANCELLED,
                       "interrupted while the test job was queued; it may run, listed as \"%s\"",
                       request.alias);
    if (rc == 0)
        verify_note(v, "The test job stays listed at CloudMR as \"%s\".", request.alias);
    c->execution = rc == 0 ? c->job.execution_arn : NULL;
    return 0;
}

/* Is the execution one of the stack's own account? Another's cannot be looked at. */
static bool is_here(const struct canary *c)
{
    const char *machine = c->reg.expected.at[M2_UNIT_STATE_MACHINE];
    const char *end = machine ? strstr(machine, ":stateMachine:") : NULL;
    return c->execution && (!end || strncmp(c->execution, machine, (size_t)(end - machine)) == 0);
}

/* ---- following ---- */

/* What Brain gave the job holds its user's token: it is not kept. */
static void forget_input(struct m2_arena *a, struct m2_value *v)
{
    static const char *const secret[] = { "input", "inputDetails", "parameters" };
    for (size_t i = 0; m2_v_is(v, M2_OBJECT) && i < sizeof secret / sizeof secret[0]; i++)
        m2_v_set(a, v, secret[i], NULL);
}

/* One look; false when there is no sense in another. */
static bool look(struct canary *c, size_t *lost, bool *running)
{
    struct m2_aws_answer answer;
    struct m2_value *asked = one_member(c, "executionArn", c->execution);
    struct m2_value *output = ask(c, &answer, "stepfunctions", "DescribeExecution", asked, true);
    forget_input(c->v->arena, output);
    *lost = output ? 0 : *lost + 1;
    *running = output && m2_str_eq(m2_v_str(output, "status"), "RUNNING");
    return *running || (!output && !m2_aws_is_denied(answer.code) && *lost < MOST_LOST);
}

static int follow(struct canary *c, bool *running, struct m2_err *err)
{
    struct verify *v = c->v;
    int64_t started = m2_mono_ms(v->world->sys), pause = FIRST_MS;
    size_t lost = 0;
    m2_progress_phase(v->progress, "following the test job");
    while (look(c, &lost, running)) {
        int64_t passed = m2_mono_ms(v->world->sys) - started, left = v->args->canary_timeout_ms - passed;
        if (left <= 0 || v->timed_out)
            break;
        m2_progress_update(v->progress, m2_arena_printf(v->arena, "the test job is running, %lld s",
                                                        (long long)(passed / 1000)));
        if (verify_sleep(v, pause < left ? pause : left, "the test job was running", err) < 0)
            return m2_fail(err, err->code,
                           "%s; stop it with: aws stepfunctions stop-execution --execution-arn %s", err->msg,
                           c->execution);
        c->calls->u.array.len--; /* the last look alone is evidence */
        pause = pause * 3 / 2 < MOST_MS ? pause * 3 / 2 : MOST_MS;
    }
    return 0;
}

/* The history without what went in and out of the states. */
static void read_history(struct canary *c)
{
    struct m2_aws_answer answer;
    struct m2_value *input = one_member(c, "executionArn", c->execution), *event;
    m2_v_set_bool(c->v->arena, input, "includeExecutionData", false);
    struct m2_value *output = ask(c, &answer, "stepfunctions", "GetExecutionHistory", input, false);
    m2_v_each(event, i, m2_v_get(output, "events"))
    {
        for (size_t k = 0; k < m2_v_len(event); k++)
            forget_input(c->v->arena, event->u.object.at[k].value);
    }
}

/* A job that does not end is not left running at the user's cost. */
static void stop(struct canary *c)
{
    struct m2_aws_answer answer;
    struct m2_value *input = one_member(c, "executionArn", c->execution);
    if (ask(c, &answer, "stepfunctions", "StopExecution", input, true))
        verify_note(c->v, "The test job's execution was stopped after %lld s.",
                    (long long)(c->v->args->canary_timeout_ms / 1000));
    else
        verify_note(c->v, "The test job's execution is still running and could not be stopped (%s).",
                    m2_str_or(answer.code, "no answer"));
}

/* ---- what it wrote ---- */

static int keep_calls(struct canary *c, struct m2_err *err)
{
    int rc = m2_snapshot_add(&c->v->snap, c->calls, err);
    c->calls = m2_v_array(c->v->arena);
    return rc;
}

/* Logs come a little late; who finds the job's own lines has them all. */
static int read_logs(struct canary *c, const struct m2_canary *told, struct m2_err *err)
{
    struct verify *v = c->v;
    struct m2_aws_answer answer;
    const char *group = m2_canary_log_group(v->arena, told, &v->snap);
    for (int i = 0; group && i < LOG_LOOKS; i++) {
        struct m2_canary_log log;
        struct m2_value *input = one_member(c, "logGroupName", group);
        m2_v_set_int(v->arena, input, "startTime", told->started_ms ? told->started_ms : c->queued_ms);
        struct m2_value *output = ask(c, &answer, "logs", "FilterLogEvents", input, false);
        if (keep_calls(c, err) < 0)
            return -1;
        m2_canary_log(&log, v->arena, told, &v->snap);
        if (!output || log.own || v->timed_out)
            break;
        if (i + 1 < LOG_LOOKS && verify_sleep(v, FIRST_MS, "the test job's log was read", err) < 0)
            return -1;
    }
    return 0;
}

/* Only what lies in this stack's own buckets; those of CloudMRHub are never touched. */
static void remove_object(struct canary *c, const char *bucket, const char *key)
{
    static const enum m2_unit_field places[] = { M2_UNIT_RESULTS, M2_UNIT_FAILED };
    struct m2_aws_answer answer;
    bool ours = false;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        ours |= m2_str_eq(bucket, c->reg.expected.at[places[i]]) && !m2_is_cloudmrhub_bucket(bucket);
    if (!bucket || !key)
        return;
    struct m2_value *input = one_member(c, "Bucket", bucket);
    m2_v_set_str(c->v->arena, input, "Key", key);
    if (!ours || c->v->args->keep)
        verify_note(c->v, "The test job left s3://%s/%s%s.", bucket, key,
                    ours ? "" : ", which is none of this stack's buckets");
    else if (ask(c, &answer, "s3", "DeleteObject", input, true))
        verify_note(c->v, "Removed what the test job wrote: s3://%s/%s.", bucket, key);
    else
        verify_note(c->v, "The test job left s3://%s/%s, which could not be removed (%s).", bucket, key,
                    m2_str_or(answer.code, "no answer"));
}

static int clean_up(struct canary *c, struct m2_err *err)
{
    struct verify *v = c->v;
    struct m2_canary told;
    struct m2_canary_log log;
    struct m2_aws_answer answer;
    m2_canary_read(&told, v->arena, &v->snap);
    if (told.end == M2_CANARY_FAILED || told.end == M2_CANARY_NO_DATA) {
        if (read_logs(c, &told, err) < 0)
            return -1;
        m2_canary_log(&log, v->arena, &told, &v->snap);
        remove_object(c, log.bundle_bucket, log.bundle_key);
    }
    if (told.bucket && told.key) {
        struct m2_value *input = one_member(c, "Bucket", told.bucket);
        m2_v_set_str(v->arena, input, "Key", told.key);
        (void)ask(c, &answer, "s3", "HeadObject", input, true);
        remove_object(c, told.bucket, told.key);
    }
    return keep_calls(c, err);
}

int verify_canary(struct verify *v, struct m2_err *err)
{
    struct canary c = { .v = v, .calls = m2_v_array(v->arena) };
    bool running = false;
    m2_registration_read(&c.reg, v->arena, &v->snap);
    const char *why = hindrance(&c);
    if (why)
        skip(&c, why);
    else if (queue(&c, err) < 0)
        return -1;
    if (is_here(&c)) {
        if (follow(&c, &running, err) < 0)
            return -1;
        read_history(&c);
        if (running)
            stop(&c);
    }
    if (m2_cancelled(v->world->sys))
        return m2_fail(err, M2_ECANCELLED, "interrupted after the test job was queued");
    return keep_calls(&c, err) < 0 ? -1 : clean_up(&c, err);
}
