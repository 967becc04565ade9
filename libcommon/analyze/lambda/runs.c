/* How long a function's runs took, from what Lambda itself writes into its log. */
#include "analyze/lambda/lambda.h"

#include "m2/runlog.h"
#include "m2/str.h"

static void take_longest(struct m2_lambda_run *longest, struct m2_arena *a, const struct m2_call *call,
                         const char *name, bool shared)
{
    const struct m2_value *item = NULL;
    m2_v_each(item, i, m2_v_get(call->output, "events"))
    {
        const char *stream = m2_v_str(item, "logStreamName");
        struct m2_run_report report;
        if (!stream)
            stream = m2_v_str(call->input, "logStreamName");
        if (!m2_run_log_stream_of(stream, name, shared) ||
            !m2_run_report_read(&report, a, m2_v_str(item, "message")) || !(report.ms > longest->ms))
            continue;
        *longest = (struct m2_lambda_run){ .ms = report.ms,
                                           .call = call,
                                           .path = m2_arena_printf(a, "events[%zu].message", i) };
    }
}

struct m2_lambda_run m2_lambda_longest_run(const struct m2_snapshot *s, struct m2_arena *a,
                                           const struct m2_job_function *f)
{
    static const char *const operations[] = { "FilterLogEvents", "GetLogEvents" };
    const char *group = m2_run_log_group(a, f->name, f->config);
    bool shared = m2_run_log_shared(s, group, f->name);
    struct m2_lambda_run longest = { 0 };
    for (size_t k = 0; k < 2; k++)
        for (const struct m2_call *c = NULL; (c = m2_calls(s, "logs", operations[k], c));)
            if (m2_str_eq(m2_v_str(c->input, "logGroupName"), group))
                take_longest(&longest, a, c, f->name, shared);
    return longest;
}
