/*
 * Failed executions of a state machine.
 * Source: AWS Step Functions Developer Guide (concepts-error-handling, connect-ecs); names compare without
 * case.
 */
#include <stddef.h>
#include <string.h>

#include "analyze/failure/catalogue.h"
#include "analyze/failure/pattern.h"
#include "m2/json.h"
#include "m2/str.h"

/* Over the Error's name. */
const struct m2_failure_row m2_failure_execution_rows[] = {
    { "execution.timeout", "=States.Timeout|=States.HeartbeatTimeout" },
    { "execution.data-limit", "=States.DataLimitExceeded" },
    { "workflow.role-missing-permissions", "=States.Permissions|=ECS.AccessDeniedException" },
    { "execution.definition", "=States.Runtime|=States.ParameterPathFailure|=States.ResultPathMatchFailure|"
                              "=States.NoChoiceMatched|=States.IntrinsicFailure|=States.BranchFailed|"
                              "=States.QueryEvaluationError" },
    { "lambda.timeout", "=Sandbox.Timedout" },
    { "lambda.throttled", "=Lambda.TooManyRequestsException" },
    { "lambda.crash", "=Runtime.ExitError" },
    { "workflow.target-missing", "=Lambda.ResourceNotFoundException" },
    { "task.cluster-missing", "=ECS.ClusterNotFoundException" },
    { "api.transient", "=Lambda.ServiceException|=Lambda.SdkClientException|=Lambda.AWSLambdaException" },
    { NULL, NULL },
};

static bool is_task_error(const char *error)
{
    return m2_failure_match("=States.TaskFailed|=AmazonECS.Unknown|ECS.", m2_str_or(error, ""));
}

/* The task that `ecs:runTask.sync` reports, in PascalCase; NULL when CAUSE is none. */
static const struct m2_value *task_of(struct m2_arena *a, const char *cause)
{
    struct m2_value *v = NULL;
    if (m2_str_empty(cause) || m2_json_parse(&v, a, m2_bytes_of(cause), "cause", NULL) < 0)
        return NULL;
    return m2_v_get(v, "StopCode") || m2_v_get(v, "StoppedReason") || m2_v_get(v, "Containers") ? v : NULL;
}

static const char *by_task(const char **text, struct m2_arena *a, const struct m2_value *task)
{
    struct m2_task_failure t = { .stop_code = m2_v_str(task, "StopCode") };
    const struct m2_value *containers = m2_v_get(task, "Containers"), *c;
    const char *reason = m2_str_or(m2_v_str(task, "StoppedReason"), "");
    m2_v_each(c, i, containers)
    {
        const char *own = m2_v_str(c, "Reason");
        if (!m2_str_empty(own))
            reason = m2_arena_printf(a, "%s%s%s", reason, *reason ? "; " : "", own);
        int64_t code;
        if (m2_v_int_of(c, "ExitCode", &code) && (!t.has_exit_code || t.exit_code == 0)) {
            t.has_exit_code = true;
            t.exit_code = code;
        }
    }
    t.reason = reason;
    *text = t.has_exit_code ? m2_arena_printf(a, "%s%sexit code %lld", reason, *reason ? "; " : "",
                                              (long long)t.exit_code)
                            : reason;
    const char *slug = m2_failure_task(a, &t);
    return slug ? slug : "execution.unknown";
}

/* The string member KEY of a JSON text that may break off (a Cause is cut at 32,768 characters). */
static const char *cut_member(struct m2_arena *a, const char *text, const char *key)
{
    const char *at = strstr(text, m2_arena_printf(a, "\"%s\":\"", key));
    if (!at)
        return NULL;
    at += strlen(key) + 4;
    size_t n = 0;
    while (at[n] && at[n] != '"')
        n += at[n] == '\\' && at[n + 1] ? 2 : 1;
    return m2_arena_strndup(a, at, n);
}

static const struct m2_value *cut_task_of(struct m2_arena *a, const char *cause)
{
    if (m2_str_empty(cause) || *cause != '{')
        return NULL;
    const char *reason = cut_member(a, cause, "StoppedReason"), *code = cut_member(a, cause, "StopCode");
    if (!reason && !code)
        return NULL;
    struct m2_value *task = m2_v_object(a);
    if (reason)
        m2_v_set_str(a, task, "StoppedReason", reason);
    if (code)
        m2_v_set_str(a, task, "StopCode", code);
    return task;
}

/* A Lambda state's Cause: {"errorMessage","errorType","stackTrace"}. */
static bool is_function_error(const char **text, struct m2_arena *a, const char *cause)
{
    struct m2_value *v = NULL;
    if (m2_str_empty(cause) || m2_json_parse(&v, a, m2_bytes_of(cause), "cause", NULL) < 0 ||
        !m2_v_str(v, "errorMessage"))
        return false;
    *text = m2_arena_printf(a, "%s: %s", m2_str_or(m2_v_str(v, "errorType"), "error"),
                            m2_v_str(v, "errorMessage"));
    return true;
}

/* RunTask that placed nothing answers with failures; each has a reason and sometimes a detail. */
static const char *by_refusal(const char **text, struct m2_arena *a, const char *cause)
{
    struct m2_value *v = NULL;
    if (m2_str_empty(cause) || m2_json_parse(&v, a, m2_bytes_of(cause), "cause", NULL) < 0)
        return NULL;
    const struct m2_value *first = m2_v_path(v, "Failures[0]");
    if (!first)
        first = m2_v_path(v, "failures[0]");
    const char *reason = m2_str_or(m2_v_str(first, "Reason"), m2_v_str(first, "reason"));
    const char *detail = m2_str_or(m2_v_str(first, "Detail"), m2_v_str(first, "detail"));
    if (m2_str_empty(reason))
        return NULL;
    *text = m2_arena_printf(a, "%s%s%s", reason, detail ? ": " : "", m2_str_or(detail, ""));
    return m2_failure_task(a, &(struct m2_task_failure){ .reason = reason });
}

const char *m2_failure_execution(const char **text, struct m2_arena *a, const char *error, const char *cause)
{
    *text = m2_str_or(cause, "");
    const struct m2_value *task = task_of(a, cause);
    if (!task)
        task = cut_task_of(a, cause);
    if (task)
        return by_task(text, a, task);
    const char *both = m2_arena_printf(a, "%s %s", m2_str_or(error, ""), *text);
    if (m2_failure_match("@DENIED", m2_failure_fold(a, both)))
        return m2_str_has_ci(both, "iam:PassRole") ? "workflow.pass-role"
                                                   : "workflow.role-missing-permissions";
    if (is_task_error(error)) {
        const char *refused = by_refusal(text, a, cause);
        if (refused)
            return refused;
        const char *found = m2_failure_find(m2_failure_task_rows, a, both);
        if (found)
            return found;
    }
    const char *slug = m2_failure_find(m2_failure_execution_rows, a, m2_str_or(error, ""));
    if (slug && !m2_str_eq(slug, "api.transient"))
        return slug;
    bool function_error = is_function_error(text, a, cause);
    const char *deeper = m2_failure_find(m2_failure_lambda_rows, a, both);
    if (deeper)
        return deeper;
    if (slug)
        return slug;
    if (function_error)
        return "lambda.function-error";
    return is_task_error(error) && !m2_str_eq_ci(error, "States.TaskFailed") ? "task.unknown"
                                                                             : "execution.unknown";
}
