/* Memory, timeout and disk of the functions, against Lambda's limits. Source: AWS Lambda Developer Guide,
 * quotas. */
#include "analyze/lambda/lambda.h"

#include <string.h>

#include "analyze/stack/stack.h"
#include "m2/str.h"
#include "m2/time.h"

#define MEMORY_MIN_MB 128
#define MEMORY_MAX_MB 10240
#define CAP_MB 3008 /* what AWS allows to some new accounts */
#define TIMEOUT_MAX_S 900
#define DISK_MIN_MB 512
#define DISK_MAX_MB 10240
#define DEFAULT_SINCE_MS ((int64_t)7 * 24 * 3600 * 1000)

void m2_each_function(struct m2_check_run *r,
                      void (*each)(struct m2_check_run *r, const struct m2_job_function *f))
{
    struct m2_job_functions all = { 0 };
    m2_job_functions(&all, r->arena, r->snap);
    for (size_t i = 0; i < all.list.len; i++) {
        const struct m2_job_function *f = &all.list.at[i];
        if (f->config)
            each(r, f);
        else if (f->look.seen == M2_ABSENT)
            m2_found_skip(r, f->name, "The function %s is not there any more.", f->name);
        else
            m2_found_unseen(r, f->name, &f->look);
    }
    if (all.list.len) {
        if (all.listing.seen == M2_UNSEEN)
            m2_found_unseen(r, NULL, &all.listing);
        return;
    }
    if (all.state == M2_STACK_UNSEEN)
        m2_found_unseen(r, NULL, &all.look);
    else
        m2_found_skip(r, NULL, "%s",
                      all.state == M2_STACK_NONE ? "The stack is not deployed yet."
                                                 : "The stack has no Lambda function now.");
}

static const char *path_of(struct m2_check_run *r, const struct m2_job_function *f, const char *key)
{
    return m2_str_empty(f->path) ? key : m2_arena_printf(r->arena, "%s.%s", f->path, key);
}

static struct m2_finding *wrong(struct m2_check_run *r, enum m2_status status,
                                const struct m2_job_function *f, const char *cause, const char *key,
                                const struct m2_value *value)
{
    struct m2_finding *it = m2_found(r, status, f->name, cause);
    m2_found_evidence(r, it, f->look.call, path_of(r, f, key), value);
    m2_found_about(r, it, m2_v_str(f->config, "FunctionArn"));
    return it;
}

/* ---- memory ---- */

static void memory(struct m2_check_run *r, const struct m2_job_function *f)
{
    int64_t mb = 0;
    if (!m2_v_int_of(f->config, "MemorySize", &mb)) {
        m2_found_skip(r, f->name, "The answer about %s does not say its memory.", f->name);
    } else if (mb < MEMORY_MIN_MB || mb > MEMORY_MAX_MB) {
        struct m2_finding *it =
            wrong(r, M2_FAIL, f, "lambda.memory-invalid", "MemorySize", m2_v_get(f->config, "MemorySize"));
        m2_found_detail(r, it, "%s is set to %lld MB; Lambda takes %d to %d MB.", f->name, (long long)mb,
                        MEMORY_MIN_MB, MEMORY_MAX_MB);
        m2_found_command(r, it,
                         "aws lambda update-function-configuration --function-name %s --memory-size %d",
                         m2_word(r->arena, f->name), mb < MEMORY_MIN_MB ? MEMORY_MIN_MB : CAP_MB);
    } else {
        m2_found_pass(r, f->name, "%s has %lld MB%s.", f->name, (long long)mb,
                      mb > CAP_MB ? ", more than the 3008 MB cap of some new accounts: it does not apply here"
                                  : "");
    }
}

/* An event that says the account may not have more than 3008 MB. */
static bool says_capped(const char *reason)
{
    return m2_str_has_ci(reason, "MemorySize") && m2_str_has_ci(reason, "less than or equal to 3008");
}

static bool recent(const struct m2_snapshot *s, const char *at)
{
    int64_t ms = 0, since = s->target.since_ms ? s->target.since_ms : DEFAULT_SINCE_MS;
    return !s->collected_ms || !m2_time_parse(&ms, at) || ms >= s->collected_ms - since;
}

static const struct m2_value *capped_event(const struct m2_snapshot *s, struct m2_arena *a,
                                           const struct m2_call **call, const char **path)
{
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "cloudformation", "DescribeStackEvents", c));) {
        const struct m2_value *item = NULL;
        m2_v_each(item, i, m2_v_get(c->output, "StackEvents")) if (says_capped(m2_v_str(
                                                                       item, "ResourceStatusReason")) &&
                                                                   recent(s, m2_v_str(item, "Timestamp")))
        {
            *call = c;
            *path = m2_arena_printf(a, "StackEvents[%zu].ResourceStatusReason", i);
            return item;
        }
    }
    return NULL;
}

/* A function that has more now proves that the cap is gone. */
static bool any_above_cap(const struct m2_job_functions *all)
{
    for (size_t i = 0; i < all->list.len; i++)
        if (m2_v_int_or(all->list.at[i].config, "MemorySize", 0) > CAP_MB)
            return true;
    return false;
}

static bool function_lives(const struct m2_job_functions *all, const char *physical_id)
{
    for (size_t i = 0; i < all->list.len; i++)
        if (all->list.at[i].config && m2_str_eq(all->list.at[i].name, physical_id))
            return true;
    return false;
}

/* A stack that is in order got past the refusal. */
static bool stack_in_order(struct m2_check_run *r)
{
    struct m2_stackview view = { 0 };
    m2_stackview_make(&view, r->arena, r->snap);
    return view.state == M2_STACK_THERE && m2_status_row(view.status)->level == M2_PASS;
}

static void capped(struct m2_check_run *r)
{
    struct m2_job_functions all = { 0 };
    if (stack_in_order(r))
        return;
    const struct m2_call *call = NULL;
    const char *path = NULL;
    m2_job_functions(&all, r->arena, r->snap);
    const struct m2_value *event = any_above_cap(&all) ? NULL : capped_event(r->snap, r->arena, &call, &path);
    const char *logical = m2_v_str(event, "LogicalResourceId"),
               *physical = m2_v_str(event, "PhysicalResourceId");
    if (!event || function_lives(&all, m2_str_or(physical, "-")))
        return;
    struct m2_finding *it = m2_found(r, M2_FAIL, m2_str_or(logical, NULL), "lambda.memory-over-account-cap");
    m2_found_detail(r, it, "AWS refused %s: this account may give a function at most %d MB.",
                    m2_str_or(logical, "the function"), CAP_MB);
    m2_found_evidence(r, it, call, path, m2_v_get(event, "ResourceStatusReason"));
    m2_found_about(r, it, m2_v_str(event, "StackName"));
    m2_found_about(r, it, physical);
}

void m2_lambda_memory(struct m2_check_run *r)
{
    capped(r);
    m2_each_function(r, memory);
}

/* ---- timeout ---- */

static void timeout(struct m2_check_run *r, const struct m2_job_function *f)
{
    int64_t seconds = 0;
    const struct m2_value *value = m2_v_get(f->config, "Timeout");
    if (!m2_v_to_int(value, &seconds)) {
        m2_found_skip(r, f->name, "The answer about %s does not say its timeout.", f->name);
        return;
    }
    const struct m2_lambda_run longest = m2_lambda_longest_run(r->snap, r->arena, f);
    if (seconds < 1 || seconds > TIMEOUT_MAX_S) {
        struct m2_finding *it = wrong(r, M2_FAIL, f, "lambda.timeout-invalid", "Timeout", value);
        m2_found_detail(r, it, "%s is set to %lld seconds; Lambda takes 1 to %d.", f->name,
                        (long long)seconds, TIMEOUT_MAX_S);
        m2_found_command(r, it, "aws lambda update-function-configuration --function-name %s --timeout %d",
                         m2_word(r->arena, f->name), TIMEOUT_MAX_S);
    } else if (longest.ms >= 900.0 * (double)seconds) {
        struct m2_finding *it = wrong(r, M2_WARN, f, "lambda.timeout-near", "Timeout", value);
        m2_found_detail(r, it, "A run of %s took %.0f s of the %lld s it may take.", f->name,
                        longest.ms / 1000, (long long)seconds);
        m2_found_evidence(r, it, longest.call, longest.path,
                          m2_v_string(r->arena, m2_arena_printf(r->arena, "%.0f ms", longest.ms)));
    } else if (longest.unread.seen == M2_UNSEEN) {
        struct m2_finding *it = m2_found_unseen(r, f->name, &longest.unread);
        m2_found_detail(r, it, "%s may run %lld seconds; how near its runs come to that is not known. %s",
                        f->name, (long long)seconds, longest.unread.why);
    } else {
        m2_found_pass(r, f->name, "%s may run %lld seconds.", f->name, (long long)seconds);
    }
}

void m2_lambda_timeout(struct m2_check_run *r)
{
    m2_each_function(r, timeout);
}

/* ---- disk ---- */

static void disk(struct m2_check_run *r, const struct m2_job_function *f)
{
    int64_t mb = 0;
    const struct m2_value *value = m2_v_path(f->config, "EphemeralStorage.Size");
    if (!value) {
        m2_found_pass(r, f->name, "%s has the usual %d MB in /tmp.", f->name, DISK_MIN_MB);
    } else if (!m2_v_to_int(value, &mb) || mb < DISK_MIN_MB || mb > DISK_MAX_MB) {
        struct m2_finding *it =
            wrong(r, M2_FAIL, f, "lambda.ephemeral-invalid", "EphemeralStorage.Size", value);
        m2_found_detail(r, it, "%s asks for %s MB in /tmp; Lambda takes %d to %d MB.", f->name,
                        m2_str_or(m2_v_text(value), "?"), DISK_MIN_MB, DISK_MAX_MB);
        m2_found_command(
            r, it, "aws lambda update-function-configuration --function-name %s --ephemeral-storage Size=%d",
            m2_word(r->arena, f->name), mb < DISK_MIN_MB ? DISK_MIN_MB : DISK_MAX_MB);
    } else {
        m2_found_pass(r, f->name, "%s has %lld MB in /tmp.", f->name, (long long)mb);
    }
}

void m2_lambda_storage(struct m2_check_run *r)
{
    m2_each_function(r, disk);
}
