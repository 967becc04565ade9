/* lambda.concurrency: how many runs at once the function may have. */
#include "analyze/lambda/lambda.h"

#include "m2/str.h"

#define FEW 10 /* what AWS gives some new accounts for all their functions */

static bool reserved_of(int64_t *out, const struct m2_value **value, const char **path,
                        const struct m2_job_function *f)
{
    static const char *const paths[] = { "Concurrency.ReservedConcurrentExecutions",
                                         "ReservedConcurrentExecutions" };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        *path = paths[i];
        *value = f->look.call ? m2_v_path(f->look.call->output, paths[i]) : NULL;
        if (m2_v_to_int(*value, out))
            return true;
    }
    return false;
}

static struct m2_finding *low(struct m2_check_run *r, const struct m2_job_function *f, enum m2_status status,
                              const char *cause, const char *path, const struct m2_value *value)
{
    struct m2_finding *it = m2_found(r, status, f->name, cause);
    m2_found_evidence(r, it, f->look.call, path, value);
    m2_found_about(r, it, m2_v_str(f->config, "FunctionArn"));
    return it;
}

static void of_account(struct m2_check_run *r, const struct m2_job_function *f)
{
    int64_t limit = 0;
    struct m2_look look = m2_look_output(r->snap, "lambda", "GetAccountSettings", NULL);
    const struct m2_value *value = m2_v_path(look.item, "AccountLimit.ConcurrentExecutions");
    if (look.seen == M2_UNSEEN) {
        m2_found_unseen(r, f->name, &look);
    } else if (!m2_v_to_int(value, &limit)) {
        m2_found_skip(r, f->name, "The account's settings do not say how many runs it may have at once.");
    } else if (limit <= FEW) {
        struct m2_finding *it = m2_found(r, M2_WARN, f->name, "lambda.concurrency-low");
        m2_found_title(r, it, "The account may run few functions at once");
        m2_found_detail(r, it,
                        "All functions of the account together may have %lld runs at once; more jobs than "
                        "that wait or fail.",
                        (long long)limit);
        m2_found_evidence(r, it, look.call, "AccountLimit.ConcurrentExecutions", value);
        m2_found_fix(r, it, "Ask for a higher quota of concurrent executions (Lambda, L-B99A9384).");
        m2_found_command(
            r, it,
            "aws service-quotas request-service-quota-increase --service-code lambda --quota-code "
            "L-B99A9384 --desired-value 1000");
    } else {
        m2_found_pass(r, f->name, "%s shares the account's %lld runs at once.", f->name, (long long)limit);
    }
}

static void concurrency(struct m2_check_run *r, const struct m2_job_function *f)
{
    int64_t reserved = 0;
    const struct m2_value *value;
    const char *path;
    bool whole = f->look.call && m2_str_eq(f->look.call->operation, "GetFunction");
    if (!reserved_of(&reserved, &value, &path, f)) {
        struct m2_look look = { .seen = M2_UNSEEN, .call = f->look.call, .right = "lambda:GetFunction" };
        look.why = "Only GetFunction tells whether runs are reserved for it.";
        if (whole)
            of_account(r, f);
        else
            m2_found_unseen(r, f->name, &look);
    } else if (reserved == 0) {
        struct m2_finding *it = low(r, f, M2_FAIL, "lambda.reserved-zero", path, value);
        m2_found_detail(r, it, "%s may have 0 runs at once: every call of it is refused.", f->name);
        m2_found_command(r, it, "aws lambda delete-function-concurrency --function-name %s",
                         m2_word(r->arena, f->name));
    } else if (reserved < FEW) {
        struct m2_finding *it = low(r, f, M2_WARN, "lambda.concurrency-low", path, value);
        m2_found_title(r, it, "The function may run few times at once");
        m2_found_detail(r, it, "%s may have %lld %s at once; more jobs than that wait or fail.", f->name,
                        (long long)reserved, reserved == 1 ? "run" : "runs");
        m2_found_fix(r, it, "Reserve more, or remove the reservation so that it shares the account's.");
        m2_found_command(r, it, "aws lambda delete-function-concurrency --function-name %s",
                         m2_word(r->arena, f->name));
    } else {
        m2_found_pass(r, f->name, "%s may have %lld runs at once.", f->name, (long long)reserved);
    }
}

void m2_lambda_concurrency(struct m2_check_run *r)
{
    m2_each_function(r, concurrency);
}
