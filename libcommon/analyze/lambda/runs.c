/* How a function's runs went, from what Lambda itself writes into its log. */
#include "analyze/lambda/lambda.h"

#include "m2/str.h"

struct walk {
    struct m2_arena *a;
    const char *name;
    bool shared;
    void (*each)(void *user, const struct m2_run_report *report, const struct m2_call *call, size_t event);
    void *user;
};

static void walk_call(const struct walk *w, const struct m2_call *call)
{
    const struct m2_value *item = NULL;
    m2_v_each(item, i, m2_v_get(call->output, "events"))
    {
        const char *stream = m2_v_str(item, "logStreamName");
        struct m2_run_report report;
        if (!stream)
            stream = m2_v_str(call->input, "logStreamName");
        if (m2_run_log_stream_of(stream, w->name, w->shared) &&
            m2_run_report_read(&report, w->a, m2_v_str(item, "message")))
            w->each(w->user, &report, call, i);
    }
}

void m2_lambda_each_report(const struct m2_call **log, const struct m2_snapshot *s, struct m2_arena *a,
                           const struct m2_job_function *f,
                           void (*each)(void *user, const struct m2_run_report *report,
                                        const struct m2_call *call, size_t event),
                           void *user)
{
    static const char *const operations[] = { "FilterLogEvents", "GetLogEvents" };
    const char *group = m2_run_log_group(a, f->name, f->config);
    const struct walk w = { a, f->name, m2_run_log_shared(s, group, f->name), each, user };
    *log = NULL;
    for (size_t k = 0; k < 2; k++)
        for (const struct m2_call *c = NULL; (c = m2_calls(s, "logs", operations[k], c));) {
            if (!m2_str_eq(m2_v_str(c->input, "logGroupName"), group))
                continue;
            if (!*log || c->status == M2_CALL_OK)
                *log = c;
            walk_call(&w, c);
        }
}

struct m2_look m2_lambda_log_unread(struct m2_arena *a, const struct m2_call *log)
{
    struct m2_look look = { .seen = M2_SEEN, .call = log };
    if (log && (log->status == M2_CALL_OK || m2_code_not_found(log->code, log->message)))
        return look;
    look.seen = M2_UNSEEN;
    look.right = "logs:FilterLogEvents";
    look.why = m2_look_why(a, look.right, log);
    return look;
}

struct longest {
    struct m2_arena *a;
    struct m2_lambda_run run;
};

static void take_longest(void *user, const struct m2_run_report *report, const struct m2_call *call,
                         size_t event)
{
    struct longest *l = user;
    if (report->ms > l->run.ms)
        l->run = (struct m2_lambda_run){ .ms = report->ms,
                                         .call = call,
                                         .path = m2_arena_printf(l->a, "events[%zu].message", event) };
}

struct m2_lambda_run m2_lambda_longest_run(const struct m2_snapshot *s, struct m2_arena *a,
                                           const struct m2_job_function *f)
{
    const struct m2_call *log;
    struct longest l = { .a = a };
    m2_lambda_each_report(&log, s, a, f, take_longest, &l);
    l.run.unread = m2_lambda_log_unread(a, log);
    return l.run;
}
