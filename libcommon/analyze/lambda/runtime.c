/* lambda.runtime: is the runtime still maintained, and may functions still be made with it? */
#include <stdio.h>

#include "analyze/lambda/lambda.h"
#include "m2/str.h"
#include "m2/time.h"

/*
 * When support ends, and from when on Lambda refuses to make and to change functions. AWS has put off the
 * last two for many runtimes: where they are not certain they are not told, and such a runtime is only called
 * deprecated. Source: AWS Lambda Developer Guide, Runtimes: deprecated runtimes, supported runtimes.
 */
static const struct m2_runtime rows[] = {
    { "dotnet6", "2024-12-20", NULL, NULL, "dotnet8" },
    { "dotnet7", "2024-05-14", NULL, NULL, "dotnet8" },
    { "dotnetcore1.0", "2019-06-27", "2019-06-27", "2019-07-30", "dotnet8" },
    { "dotnetcore2.0", "2019-05-30", "2019-05-30", "2019-05-30", "dotnet8" },
    { "dotnetcore2.1", "2022-01-05", "2022-01-05", "2022-04-13", "dotnet8" },
    { "dotnetcore3.1", "2023-04-03", "2023-04-03", "2023-05-03", "dotnet8" },
    { "go1.x", "2024-01-08", NULL, NULL, "provided.al2023" },
    { "java8", "2024-01-08", NULL, NULL, "java21" },
    { "nodejs", "2016-10-31", "2016-10-31", "2016-10-31", "nodejs22.x" },
    { "nodejs4.3", "2020-03-05", "2020-03-05", "2020-03-05", "nodejs22.x" },
    { "nodejs4.3-edge", "2019-04-30", "2019-04-30", "2019-04-30", "nodejs22.x" },
    { "nodejs6.10", "2019-08-12", "2019-08-12", "2019-08-12", "nodejs22.x" },
    { "nodejs8.10", "2020-03-06", "2020-03-06", "2020-03-06", "nodejs22.x" },
    { "nodejs10.x", "2021-07-30", "2021-07-30", "2022-02-14", "nodejs22.x" },
    { "nodejs12.x", "2023-03-31", "2023-03-31", "2023-04-30", "nodejs22.x" },
    { "nodejs14.x", "2023-12-04", NULL, NULL, "nodejs22.x" },
    { "nodejs16.x", "2024-06-12", NULL, NULL, "nodejs22.x" },
    { "nodejs18.x", "2025-09-01", NULL, NULL, "nodejs22.x" },
    { "provided", "2024-01-08", NULL, NULL, "provided.al2023" },
    { "python2.7", "2021-07-15", "2021-07-15", "2022-05-30", "python3.13" },
    { "python3.6", "2022-07-18", "2022-07-18", "2022-08-29", "python3.13" },
    { "python3.7", "2023-12-04", NULL, NULL, "python3.13" },
    { "python3.8", "2024-10-14", NULL, NULL, "python3.13" },
    { "python3.9", "2025-12-15", NULL, NULL, "python3.13" },
    { "python3.10", "2026-06-30", "2026-07-31", "2026-08-31", "python3.13" },
    { "ruby2.5", "2021-07-30", "2021-07-30", "2022-03-31", "ruby3.4" },
    { "ruby2.7", "2023-12-07", NULL, NULL, "ruby3.4" },
};

const struct m2_runtime *m2_runtimes(size_t *n)
{
    *n = sizeof rows / sizeof rows[0];
    return rows;
}

static bool past(const char *date, int64_t now_ms)
{
    int64_t ms = 0;
    char text[32];
    if (!date)
        return false;
    (void)snprintf(text, sizeof text, "%sT00:00:00Z", date);
    return m2_time_parse(&ms, text) && now_ms >= ms;
}

enum m2_runtime_state m2_runtime_look(const struct m2_runtime **row, const char *name, int64_t now_ms)
{
    *row = NULL;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (m2_str_eq(rows[i].name, name))
            *row = &rows[i];
    const struct m2_runtime *r = *row;
    if (!r || !past(r->deprecated, now_ms))
        return M2_RUNTIME_GOOD;
    return past(r->no_update, now_ms)   ? M2_RUNTIME_NO_UPDATE
           : past(r->no_create, now_ms) ? M2_RUNTIME_NO_CREATE
                                        : M2_RUNTIME_DEPRECATED;
}

static void runtime(struct m2_check_run *r, const struct m2_job_function *f)
{
    const struct m2_runtime *row = NULL;
    const struct m2_value *value = m2_v_get(f->config, "Runtime");
    if (!m2_v_text(value)) {
        m2_found_pass(r, f->name, "%s brings its own runtime.", f->name);
        return;
    }
    enum m2_runtime_state state = m2_runtime_look(&row, m2_v_text(value), r->snap->collected_ms);
    if (!r->snap->collected_ms) {
        struct m2_finding *it = m2_found(r, M2_UNKNOWN, f->name, NULL);
        m2_found_detail(r, it, "The snapshot does not say when it was collected; runtimes end by date.");
    } else if (state == M2_RUNTIME_GOOD) {
        m2_found_pass(r, f->name, "%s runs on %s.", f->name, m2_v_text(value));
    } else {
        /* It runs on, so nothing fails here; it could not be made again. */
        bool blocked = state == M2_RUNTIME_NO_UPDATE;
        struct m2_finding *it =
            m2_found(r, M2_WARN, f->name, blocked ? "lambda.runtime-blocked" : "lambda.runtime-deprecated");
        m2_found_evidence(
            r, it, f->look.call,
            m2_str_empty(f->path) ? "Runtime" : m2_arena_printf(r->arena, "%s.Runtime", f->path), value);
        m2_found_detail(r, it, "%s runs on %s, whose support ended on %s%s%s.", f->name, row->name,
                        row->deprecated, blocked ? "; Lambda changes no function on it since " : "",
                        blocked ? row->no_update : "");
        m2_found_fix(r, it, "Set the runtime to %s in the template and update the stack.", row->successor);
        m2_found_about(r, it, m2_v_str(f->config, "FunctionArn"));
    }
}

void m2_lambda_runtime(struct m2_check_run *r)
{
    m2_each_function(r, runtime);
}
