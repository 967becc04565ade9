/* How long a function's runs took, from what Lambda itself writes into its log: "REPORT" lines, or objects of
 * type platform.report where the function logs in JSON. */
#include "analyze/lambda/lambda.h"

#include <string.h>

#include "m2/json.h"
#include "m2/str.h"

static const char *group_of(const struct m2_value *config)
{
    const char *group = m2_v_pstr(config, "LoggingConfig.LogGroup");
    return m2_str_empty(group) ? NULL : group;
}

/* Does another function write into GROUP too? */
static bool is_shared(const struct m2_snapshot *s, const char *group, const char *name)
{
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "lambda", "GetFunction", c));)
        if (m2_str_eq(group_of(m2_v_get(c->output, "Configuration")), group) &&
            !m2_str_eq(m2_v_str(c->input, "FunctionName"), name))
            return true;
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "lambda", "GetFunctionConfiguration", c));)
        if (m2_str_eq(group_of(c->output), group) && !m2_str_eq(m2_v_str(c->input, "FunctionName"), name))
            return true;
    return false;
}

/* In a group of one's own choice a stream is called DATE/FUNCTION[VERSION]ID, else DATE/[VERSION]ID. */
static bool is_stream_of(const char *stream, const char *name, bool shared)
{
    const char *end = stream ? strchr(stream, '[') : NULL, *from = end;
    while (from && from > stream && from[-1] != '/')
        from--;
    if (from == end)
        return !shared;
    return strlen(name) == (size_t)(end - from) && strncmp(from, name, (size_t)(end - from)) == 0;
}

static bool text_duration(double *ms, struct m2_arena *a, const char *message)
{
    static const char field[] = "\tDuration: ";
    const char *at = m2_str_starts(message, "REPORT RequestId:") ? strstr(message, field) : NULL;
    const char *end = at ? strstr(at, " ms") : NULL;
    if (!end)
        return false;
    at += strlen(field);
    return end > at && m2_v_to_double(m2_v_string_n(a, at, (size_t)(end - at)), ms);
}

static bool json_duration(double *ms, struct m2_arena *a, const char *message)
{
    struct m2_value *line = NULL;
    struct m2_err err = { 0 };
    return message[0] == '{' && strstr(message, "platform.report") &&
           m2_json_parse(&line, a, m2_bytes_of(message), "log", &err) == 0 &&
           m2_str_eq(m2_v_str(line, "type"), "platform.report") &&
           m2_v_to_double(m2_v_path(line, "record.metrics.durationMs"), ms);
}

static void take_longest(struct m2_lambda_run *longest, struct m2_arena *a, const struct m2_call *call,
                         const char *name, bool shared)
{
    const struct m2_value *item = NULL;
    m2_v_each(item, i, m2_v_get(call->output, "events"))
    {
        const char *message = m2_v_str(item, "message"), *stream = m2_v_str(item, "logStreamName");
        double ms = 0;
        if (!stream)
            stream = m2_v_str(call->input, "logStreamName");
        if (!message || !is_stream_of(stream, name, shared) ||
            (!text_duration(&ms, a, message) && !json_duration(&ms, a, message)) || !(ms > longest->ms))
            continue;
        *longest = (struct m2_lambda_run){ .ms = ms,
                                           .call = call,
                                           .path = m2_arena_printf(a, "events[%zu].message", i) };
    }
}

struct m2_lambda_run m2_lambda_longest_run(const struct m2_snapshot *s, struct m2_arena *a,
                                           const struct m2_job_function *f)
{
    static const char *const operations[] = { "FilterLogEvents", "GetLogEvents" };
    const char *group = group_of(f->config);
    if (!group)
        group = m2_arena_printf(a, "/aws/lambda/%s", f->name);
    bool shared = is_shared(s, group, f->name);
    struct m2_lambda_run longest = { 0 };
    for (size_t k = 0; k < 2; k++)
        for (const struct m2_call *c = NULL; (c = m2_calls(s, "logs", operations[k], c));)
            if (m2_str_eq(m2_v_str(c->input, "logGroupName"), group))
                take_longest(&longest, a, c, f->name, shared);
    return longest;
}
