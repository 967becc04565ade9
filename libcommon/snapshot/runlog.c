#include "m2/runlog.h"

#include <string.h>

#include "m2/json.h"

/* ---- whose log ---- */

static const char *own_group(const struct m2_value *config)
{
    const char *group = m2_v_pstr(config, "LoggingConfig.LogGroup");
    return m2_str_empty(group) ? NULL : group;
}

const char *m2_run_log_group(struct m2_arena *a, const char *name, const struct m2_value *config)
{
    const char *group = own_group(config);
    return group ? group : m2_arena_printf(a, "/aws/lambda/%s", name);
}

bool m2_run_log_shared(const struct m2_snapshot *s, const char *group, const char *name)
{
    static const struct {
        const char *operation, *config; /* where its answer holds the configuration */
    } told[] = { { "GetFunction", "Configuration" }, { "GetFunctionConfiguration", NULL } };
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        for (const struct m2_call *c = NULL; (c = m2_calls(s, "lambda", told[i].operation, c));) {
            const struct m2_value *config = told[i].config ? m2_v_get(c->output, told[i].config) : c->output;
            const char *other = m2_v_str(c->input, "FunctionName");
            if (!other) /* an answer that was saved without its question */
                other = m2_v_str(config, "FunctionName");
            if (m2_str_eq(own_group(config), group) && !m2_str_eq(other, name))
                return true;
        }
    return false;
}

bool m2_run_log_stream_of(const char *stream, const char *name, bool shared)
{
    const char *end = stream ? strchr(stream, '[') : NULL, *from = end;
    while (from && from > stream && from[-1] != '/')
        from--;
    if (from == end)
        return !shared;
    return strlen(name) == (size_t)(end - from) && strncmp(from, name, (size_t)(end - from)) == 0;
}

/* ---- one report ---- */

/* FIELD of a text report: what stands behind "\tFIELD: " up to UNIT. */
static const struct m2_value *text_field(struct m2_arena *a, const char *message, const char *field,
                                         const char *unit)
{
    const char *label = m2_arena_printf(a, "\t%s: ", field);
    const char *at = strstr(message, label), *end = at ? strstr(at, unit) : NULL;
    if (!end)
        return NULL;
    at += strlen(label);
    return end > at ? m2_v_string_n(a, at, (size_t)(end - at)) : NULL;
}

static int64_t whole(const struct m2_value *v)
{
    int64_t n;
    return m2_v_to_int(v, &n) && n >= 0 ? n : -1;
}

static bool read_text(struct m2_run_report *out, struct m2_arena *a, const char *message)
{
    static const char lead[] = "REPORT RequestId:";
    if (!m2_str_starts(message, lead))
        return false;
    const char *line = m2_arena_strndup(a, message, strcspn(message, "\r\n"));
    const char *id = line + strlen(lead) + strspn(line + strlen(lead), " ");
    const char *status = strstr(line, "\tStatus: ");
    out->request_id = m2_arena_strndup(a, id, strcspn(id, "\t "));
    if (status) {
        status += strlen("\tStatus: ");
        out->status = m2_arena_strndup(a, status, strcspn(status, "\t "));
    }
    (void)m2_v_to_double(text_field(a, line, "Duration", " ms"), &out->ms);
    out->billed_ms = whole(text_field(a, line, "Billed Duration", " ms"));
    out->memory_mb = whole(text_field(a, line, "Memory Size", " MB"));
    out->used_mb = whole(text_field(a, line, "Max Memory Used", " MB"));
    (void)m2_v_to_double(text_field(a, line, "Init Duration", " ms"), &out->init_ms);
    const char *type = strstr(line, "\tError Type: ");
    if (type) {
        type += strlen("\tError Type: ");
        out->error_type = m2_arena_strndup(a, type, strcspn(type, "\t "));
    }
    return true;
}

static bool read_json(struct m2_run_report *out, struct m2_arena *a, const char *message)
{
    struct m2_value *line = NULL;
    struct m2_err err = { 0 };
    if (message[0] != '{' || !strstr(message, "platform.report") ||
        m2_json_parse(&line, a, m2_bytes_of(message), "log", &err) < 0 ||
        !m2_str_eq(m2_v_str(line, "type"), "platform.report"))
        return false;
    const struct m2_value *record = m2_v_get(line, "record"), *metrics = m2_v_get(record, "metrics");
    out->request_id = m2_v_str(record, "requestId");
    out->status = m2_str_eq(m2_v_str(record, "status"), "success") ? NULL : m2_v_str(record, "status");
    (void)m2_v_to_double(m2_v_get(metrics, "durationMs"), &out->ms);
    out->billed_ms = whole(m2_v_get(metrics, "billedDurationMs"));
    out->memory_mb = whole(m2_v_get(metrics, "memorySizeMB"));
    out->used_mb = whole(m2_v_get(metrics, "maxMemoryUsedMB"));
    (void)m2_v_to_double(m2_v_get(metrics, "initDurationMs"), &out->init_ms);
    out->error_type = m2_v_str(record, "errorType");
    return true;
}

bool m2_run_report_read(struct m2_run_report *out, struct m2_arena *a, const char *message)
{
    struct m2_run_report report = { .billed_ms = -1, .memory_mb = -1, .used_mb = -1 };
    if (!message || (!read_text(&report, a, message) && !read_json(&report, a, message)))
        return false;
    *out = report;
    return true;
}
