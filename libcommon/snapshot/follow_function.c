#include <string.h>

#include "m2/json.h"
#include "snapshot/collect.h"
#include "snapshot/follow.h"

/* How a run's report begins. The JSON log format has another one (AWS Lambda Developer Guide, log formats).
 */
#define TEXT_REPORT "REPORT RequestId:"
#define JSON_REPORT "platform.report"

/* Where a function writes its reports, and from when on they matter: whole seconds, as collected_at is told.
 */
static void publish_log(struct m2_collect_run *run, const char *name, const struct m2_value *config)
{
    const char *group = m2_v_pstr(config, "LoggingConfig.LogGroup");
    const char *format = m2_v_pstr(config, "LoggingConfig.LogFormat");
    const char *pattern = m2_str_eq(format, "JSON") ? "\"" JSON_REPORT "\"" : "\"" TEXT_REPORT "\"";
    if (!config) /* refused: either format */
        pattern = "?\"" TEXT_REPORT "\" ?\"" JSON_REPORT "\"";
    /* An ARN is that of a function elsewhere: its logs are not the job's. */
    if (m2_str_empty(name) || strchr(name, ':'))
        return;
    if (m2_str_empty(group))
        group = m2_arena_printf(run->a, "/aws/lambda/%s", name);
    int64_t from = m2_collect_since(run);
    const char *parts[] = { group, pattern,
                            m2_arena_printf(run->a, "%lld", (long long)(from > 0 ? from : 0)) };
    m2_publish(run, M2_T_FUNCTION_LOG, m2_parts(run->a, parts, 3));
}

void m2_follow_function(struct m2_collect_run *run, const struct m2_call *call)
{
    const char *asked = m2_v_str(call->input, "FunctionName");
    if (call->status == M2_CALL_ERROR) {
        if (!m2_code_not_found(call->code, call->message))
            m2_publish(run, M2_T_FUNCTION_REFUSED, asked);
        return;
    }
    m2_follow_image(run, m2_v_pstr(call->output, "Code.ImageUri"));
    m2_publish(run, M2_T_ROLE, m2_arn_name(m2_v_pstr(call->output, "Configuration.Role")));
    publish_log(run, asked, m2_v_get(call->output, "Configuration"));
}

void m2_follow_function_configuration(struct m2_collect_run *run, const struct m2_call *call)
{
    /* The diagnosis asks for a configuration only where more was refused; without it there is nothing to
     * compare. */
    if (call->status == M2_CALL_OK || run->opt->reading == M2_READ_HISTORY)
        publish_log(run, m2_v_str(call->input, "FunctionName"), call->output);
}

/* ---- what is kept of a log ---- */

/* Only its first line: a trace's id may follow. */
static struct m2_value *text_report(struct m2_arena *a, const char *message)
{
    return m2_str_starts(message, TEXT_REPORT) ? m2_v_string_n(a, message, strcspn(message, "\r\n")) : NULL;
}

/* Only what Lambda measured, and of which request. */
static struct m2_value *json_report(struct m2_arena *a, const char *message, bool request)
{
    struct m2_value *line = NULL;
    struct m2_err err = { 0 };
    if (message[0] != '{' || !strstr(message, JSON_REPORT) ||
        m2_json_parse(&line, a, m2_bytes_of(message), "log", &err) < 0 ||
        !m2_str_eq(m2_v_str(line, "type"), JSON_REPORT))
        return NULL;
    const struct m2_value *metrics = m2_v_path(line, "record.metrics");
    struct m2_value *kept = m2_v_object(a), *record = m2_v_object(a);
    m2_v_set_str(a, kept, "type", JSON_REPORT);
    if (metrics)
        m2_v_set(a, record, "metrics", m2_v_copy(a, metrics));
    if (request && m2_v_pstr(line, "record.requestId"))
        m2_v_set_str(a, record, "requestId", m2_v_pstr(line, "record.requestId"));
    static const char *const ends[] = { "status", "errorType" };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (m2_v_str(m2_v_get(line, "record"), ends[i]))
            m2_v_set_str(a, record, ends[i], m2_v_str(m2_v_get(line, "record"), ends[i]));
    m2_v_set(a, kept, "record", record);
    return m2_v_string(a, m2_json_text(a, kept));
}

static struct m2_value *keep_reports(struct m2_arena *a, const struct m2_value *output, bool request)
{
    struct m2_value *kept = m2_v_object(a), *events = m2_v_array(a);
    const struct m2_value *item;
    m2_v_each(item, i, m2_v_get(output, "events"))
    {
        const char *message = m2_v_str(item, "message");
        struct m2_value *report = message ? text_report(a, message) : NULL;
        if (message && !report)
            report = json_report(a, message, request);
        if (!report)
            continue;
        struct m2_value *event = m2_v_object(a);
        if (m2_v_str(item, "logStreamName"))
            m2_v_set_str(a, event, "logStreamName", m2_v_str(item, "logStreamName"));
        if (m2_v_get(item, "timestamp"))
            m2_v_set(a, event, "timestamp", m2_v_copy(a, m2_v_get(item, "timestamp")));
        m2_v_set(a, event, "message", report);
        m2_v_push(a, events, event);
    }
    m2_v_set(a, kept, "events", events);
    return kept;
}

struct m2_value *m2_keep_run_reports(struct m2_arena *a, const struct m2_value *output)
{
    return keep_reports(a, output, false);
}

struct m2_value *m2_keep_run_bills(struct m2_arena *a, const struct m2_value *output)
{
    return keep_reports(a, output, true);
}
