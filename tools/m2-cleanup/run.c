/* One run of m2-cleanup: the plan, or carrying it out. */
#include "cleanup.h"
#include "m2/deployment.h"
#include "m2/empty.h"
#include "m2/file.h"

static int check_usage(struct m2_arena *a, const struct cleanup_args *args, struct m2_err *err)
{
    if (args->confirm && !args->apply)
        return m2_fail(err, M2_EUSAGE, "--confirm belongs to --apply");
    if (args->role_arn && (!m2_str_glob("arn:*:iam::*:role/?*", args->role_arn, false) ||
                           !m2_is_account_id(m2_arn_field(a, args->role_arn, 4))))
        return m2_fail(
            err, M2_EUSAGE,
            "\"%s\" (--role-arn) is no ARN of a role; it looks like arn:aws:iam::ACCOUNT:role/NAME",
            args->role_arn);
    if (args->confirm_account && !m2_is_account_id(args->confirm_account))
        return m2_fail(err, M2_EUSAGE, "\"%s\" (--confirm-account) is not an account id; it has 12 digits",
                       args->confirm_account);
    return 0;
}

/* An ARN tells where its stack is; elsewhere it would only not be found. */
static int check_stack(struct cleanup_work *w, struct m2_err *err)
{
    const char *stack = w->session.stack.value, *region = w->session.config.region.value;
    if (!m2_str_starts(stack, "arn:"))
        return 0;
    if (!m2_str_glob("arn:*:cloudformation:*:*:stack/?*/?*", stack, false) ||
        !m2_is_account_id(m2_arn_field(w->arena, stack, 4)))
        return m2_fail(err, M2_EUSAGE,
                       "\"%s\" (%s) is no ARN of a stack; it looks like "
                       "arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/ID",
                       stack, w->session.stack.source);
    const char *in = m2_arn_field(w->arena, stack, 3);
    if (!m2_str_eq(in, region))
        return m2_fail(err, M2_EUSAGE, "the stack %s is not in region %s: give --region %s", stack, region,
                       in);
    return 0;
}

static int settle_options(struct cleanup_work *w, struct m2_err *err)
{
    const struct cleanup_args *args = w->args;
    const char *expected = m2_env(w->world->sys, "AWS_ACCOUNT_ID"), *app = m2_env(w->world->sys, "APP_NAME");
    struct m2_err none = { 0 };
    w->app = args->app_name ? args->app_name : m2_str_or(m2_arena_strdup(w->arena, app), M2_USUAL_APP);
    w->options = (struct m2_plan_options){
        .keep_data = args->keep_data,
        .delete_logs = args->delete_logs,
        .force_retain = args->force_retain,
        .bypass_governance = args->bypass_governance,
        .skip_brain = args->skip_brain,
        .disable_protection = args->disable_protection,
        .role_arn = args->role_arn,
        .confirm_account = args->confirm_account,
        .expected_account = m2_arena_strdup(w->arena, expected),
    };
    if (m2_prices_builtin(&w->prices, w->arena, err) < 0)
        return -1;
    /* A region without prices: costs are then told as not known. */
    if (m2_prices_region(&w->options.prices, &w->prices, w->session.config.region.value, &none) < 0)
        w->options.prices = NULL;
    return 0;
}

static enum m2_exit status_of(const struct cleanup_work *w, const struct m2_plan *plan)
{
    if (plan->state == M2_PLAN_UNSEEN)
        return M2_EXIT_CANNOT;
    if (w->args->common.strict && (plan->blocked.len || plan->warnings.len))
        return M2_EXIT_FOUND;
    return M2_EXIT_OK;
}

static int plan_and_apply(struct m2_buf *out, enum m2_exit *status, struct cleanup_work *w,
                          struct m2_err *err)
{
    struct m2_snapshot snap;
    struct m2_plan plan;
    m2_progress_phase(w->progress, "reading the account");
    if (cleanup_read(&snap, w, w->session.stack.value, err) < 0)
        return -1;
    w->options.brain_problem = w->brain_problem;
    m2_plan_make(&plan, w->arena, &snap, &w->options);
    if (w->args->apply)
        return cleanup_apply(out, status, w, &plan, err);
    m2_progress_clear(w->progress);
    cleanup_show_plan(out, w, &plan);
    *status = status_of(w, &plan);
    return 0;
}

static int act(struct m2_buf *out, enum m2_exit *status, struct cleanup_work *w, struct m2_err *err)
{
    const struct cleanup_args *args = w->args;
    if (check_usage(w->arena, args, err) < 0 ||
        session_settings(&w->session, w->arena, w->world->sys, &args->common, err) < 0 ||
        check_stack(w, err) < 0 || settle_options(w, err) < 0)
        return -1;
    if (args->common.output && m2_file_probe(args->common.output, err) < 0)
        return -1;
    w->session.max_per_host = M2_EMPTY_IN_FLIGHT + 16;
    if (cleanup_settle_brain(w, err) < 0 || session_connect(&w->session, w->world->net, err) < 0)
        return -1;
    return plan_and_apply(out, status, w, err);
}

int cleanup_run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const void *args,
                const struct tool_world *world, struct m2_err *err)
{
    struct cleanup_work w = { .arena = a, .args = args, .world = world };
    const struct m2_common *common = &w.args->common;
    if (common->timeout_ms)
        w.deadline_mono_ms = m2_mono_ms(world->sys) + common->timeout_ms;
    w.progress = m2_progress_new(world->sys, stderr, world->term.err_tty, world->term.width, common->quiet);
    int rc = act(out, status, &w, err);
    m2_progress_clear(w.progress);
    m2_progress_free(w.progress);
    session_close(&w.session);
    m2_brain_free(w.brain);
    m2_journal_close(w.journal);
    login_free(&w.login);
    return rc;
}
