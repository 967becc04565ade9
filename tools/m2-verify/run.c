/* One run of m2-verify: settings, waiting, reading, the test job, the verdict. */
#include <stdarg.h>
#include <string.h>

#include "m2/canary.h"
#include "m2/collect.h"
#include "m2/file.h"
#include "m2/json.h"
#include "m2/registration.h"
#include "m2/time.h"
#include "verify.h"

/* What is verified, ids and areas; a stack that failed is looked at with everything that m2-doctor knows. */
const char *const verify_checks[] = { "identity.credentials",
                                      "identity.account",
                                      "stack.status",
                                      "stack.outputs",
                                      "stack.resources",
                                      "workflow.state-machine",
                                      "lambda.state",
                                      "access",
                                      "storage",
                                      "registration",
                                      NULL };

void verify_note(struct verify *v, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    m2_vec_push(v->arena, &v->notes, m2_arena_vprintf(v->arena, fmt, ap));
    va_end(ap);
}

/* ---- time ---- */

int verify_sleep(struct verify *v, int64_t ms, const char *doing, struct m2_err *err)
{
    const struct m2_sys *sys = v->world->sys;
    int64_t left = v->deadline_mono_ms ? v->deadline_mono_ms - m2_mono_ms(sys) : ms;
    m2_net_pause(v->session.net, left < ms ? left : ms);
    if (m2_cancelled(sys))
        return m2_fail(err, M2_ECANCELLED, "interrupted while %s", doing);
    v->timed_out = v->deadline_mono_ms && m2_mono_ms(sys) >= v->deadline_mono_ms;
    return 0;
}

/* ---- reading ---- */

static void on_event(void *user, const struct m2_collect_event *e)
{
    struct verify *v = user;
    m2_progress_update(v->progress, m2_arena_printf(v->arena, "%zu %s read%s%s", e->done,
                                                    e->done == 1 ? "answer" : "answers",
                                                    e->waiting_for ? ", waiting for " : "",
                                                    m2_str_or(e->waiting_for, "")));
}

static void set_target(struct verify *v, struct m2_target *t)
{
    *t = (struct m2_target){ .stack = v->session.stack.value,
                             .assign_public_ip = -1,
                             .expected_account = m2_env(v->world->sys, "AWS_ACCOUNT_ID"),
                             .alias = v->units.alias,
                             .must_exist = true };
    for (size_t i = 0; i < v->args->expect.v.len; i++)
        m2_vec_push(v->arena, &t->expected_outputs, v->args->expect.v.at[i]);
}

int verify_read(struct verify *v, const char *const *checks, bool fresh, struct m2_err *err)
{
    struct m2_collect_options options = {
        .sys = v->world->sys,
        .net = v->session.net,
        .aws = v->session.aws,
        .registry = v->session.registry,
        .tool = m2_arena_printf(v->arena, "%s %s", verify_tool.name, m2_version()),
        .checks = checks,
        .deadline_mono_ms = v->deadline_mono_ms,
        .event = on_event,
        .event_user = v,
    };
    bool timed_out = false;
    struct m2_err refused = { 0 };
    set_target(v, &options.target);
    if (fresh)
        units_start(&v->units, v->deadline_mono_ms);
    /* Both ends are always awaited: a call under way points into this run. */
    int rc = m2_collect(&v->snap, v->arena, &options, &timed_out, &refused);
    if (units_finish(&v->units, err) < 0)
        return -1;
    if (rc < 0)
        return m2_fail(err, refused.code, "%s", refused.msg);
    v->timed_out |= timed_out;
    return units_add_calls(&v->units, &v->snap, err);
}

int verify_judge(struct m2_findings *out, struct verify *v, const char *const *only, struct m2_err *err)
{
    static const char *const no_canary[] = { "brain.canary", NULL };
    char now[M2_ISO_SIZE];
    m2_time_iso(now, m2_now_ms(v->world->sys) / 1000 * 1000);
    const struct m2_analyze_options options = {
        .only = only,
        .skip = v->args->canary ? NULL : no_canary,
        .tool = verify_tool.name,
        .version = m2_version(),
        .generated_at = m2_arena_strdup(v->arena, now),
        .profile = v->args->common.profile,
    };
    return m2_analyze(out, v->arena, &v->snap, &options, err);
}

/* ---- settling ---- */

static int check_expect(const struct verify_args *args, struct m2_err *err)
{
    for (size_t i = 0; i < args->expect.v.len; i++) {
        const char *s = args->expect.v.at[i], *equals = strchr(s, '=');
        if (!equals || equals == s)
            return m2_fail(err, M2_EUSAGE, "--expect: \"%s\" is not KEY=VALUE, such as Mode=mode_2", s);
    }
    return 0;
}

static int check_usage(const struct verify_args *args, struct m2_err *err)
{
    if (args->canary && args->skip_brain)
        return m2_fail(err, M2_EUSAGE,
                       "--canary queues its job through CloudMR Brain; --skip-brain leaves it out");
    if (args->task && !args->canary)
        return m2_fail(err, M2_EUSAGE, "--task belongs to --canary");
    if (args->keep && !args->canary)
        return m2_fail(err, M2_EUSAGE, "--keep belongs to --canary");
    return check_expect(args, err);
}

static int read_task(struct verify *v, struct m2_err *err)
{
    const char *file = v->args->task;
    struct m2_value *task = NULL;
    if (!file) {
        v->task = m2_canary_task(v->arena);
        return 0;
    }
    if (m2_json_read_file(&task, v->arena, file, err) < 0)
        return -1;
    /* A whole job, as upstream keeps them, holds the task. */
    v->task = m2_v_is(m2_v_get(task, "task"), M2_OBJECT) ? m2_v_get(task, "task") : task;
    if (!m2_v_is(v->task, M2_OBJECT) || !m2_v_str(v->task, "name"))
        return m2_fail(err, M2_EINPUT,
                       "%s: a task is an object with a \"name\", as in {\"name\":\"ac\",\"options\":{…}}",
                       file);
    return 0;
}

static int settle_brain(struct verify *v, struct m2_err *err)
{
    if (!v->args->skip_brain) {
        if (units_settle(&v->units, v->arena, &v->session, &v->args->login, true, err) == 0)
            return 0;
        return m2_fail(err, err->code, "%s (--skip-brain leaves Brain out)", err->msg);
    }
    verify_note(
        v, "CloudMR Brain was left out (--skip-brain): whether the stack is registered was not looked at.");
    v->units = (struct units_reading){ .arena = v->arena,
                                       .session = &v->session,
                                       .alias = m2_arena_strdup(v->arena, m2_env(v->world->sys, "ALIAS")),
                                       .why_not = "CloudMR Brain was left out (--skip-brain)." };
    return 0;
}

static int settle(struct verify *v, struct m2_err *err)
{
    const struct verify_args *args = v->args;
    if (check_usage(args, err) < 0 ||
        session_settings(&v->session, v->arena, v->world->sys, &args->common, err) < 0 ||
        read_task(v, err) < 0 || settle_brain(v, err) < 0)
        return -1;
    if (args->common.output && m2_file_probe(args->common.output, err) < 0)
        return -1;
    const struct m2_awsconfig *c = &v->session.config;
    for (size_t i = 0; i < c->warnings.len; i++)
        verify_note(v, "%s", c->warnings.at[i]);
    if (m2_str_eq(c->region.source, "default"))
        verify_note(v, "No region is set anywhere: %s is assumed (--region NAME changes it).",
                    c->region.value);
    return 0;
}

/* ---- the verdict ---- */

static bool stack_failed(const struct verify *v, const struct m2_findings *f)
{
    struct m2_stackview view;
    m2_stackview_make(&view, v->arena, &v->snap);
    if (verify_is_doomed(view.status))
        return true;
    for (size_t i = 0; i < f->list.len; i++)
        if (m2_str_eq(f->list.at[i]->id, "stack.status") && f->list.at[i]->status == M2_FAIL)
            return !m2_str_eq(f->list.at[i]->cause, "stack.missing") &&
                   !m2_str_eq(f->list.at[i]->cause, "stack.in-progress");
    return false;
}

static bool is_unknown(const struct m2_findings *f, const char *check)
{
    for (size_t i = 0; i < f->list.len; i++)
        if (m2_str_eq(f->list.at[i]->id, check) && f->list.at[i]->status == M2_UNKNOWN)
            return true;
    return false;
}

static enum m2_errc class_of(const struct m2_call *call)
{
    return call && m2_aws_is_denied(call->code) ? M2_EDENIED : M2_ESERVICE;
}

/* What verifying cannot do without: the report stands, and the run ends with 3. */
static void find_cut(struct m2_err *cut, const struct verify *v, const struct m2_findings *f)
{
    struct m2_registration reg;
    struct m2_canary canary;
    m2_registration_read(&reg, v->arena, &v->snap);
    m2_canary_read(&canary, v->arena, &v->snap);
    const struct m2_stackview *view = &reg.deployment.view;
    int64_t timeout_ms = v->args->common.timeout_ms;
    if (v->timed_out)
        (void)m2_fail(cut, M2_ETIMEOUT,
                      "the run was ended after %lld s (--timeout); the report holds what was read until then",
                      (long long)(timeout_ms / 1000));
    else if (view->state == M2_STACK_UNSEEN)
        (void)m2_fail(cut, class_of(view->look.call), "the stack %s may not be read: %s",
                      m2_str_or(view->name, "?"), m2_str_or(view->look.why, ""));
    else if (v->units.asks && v->units.answer.fault != M2_BRAIN_OK)
        *cut = v->units.answer.err;
    else if (canary.end == M2_CANARY_LOST)
        (void)m2_fail(cut, M2_ESERVICE,
                      "whether the test job was queued is not known (listed as \"%s\" if it was): %s",
                      m2_str_or(canary.alias, "?"), canary.said);
    else if (canary.describe && is_unknown(f, "brain.canary"))
        (void)m2_fail(cut, class_of(canary.describe), "the test job's execution may not be read: %s",
                      m2_look_why(v->arena, "states:DescribeExecution", canary.describe));
}

static int report(struct m2_buf *out, enum m2_exit *status, struct verify *v, const char *const *checks,
                  struct m2_err *err)
{
    struct m2_findings found = { 0 };
    struct m2_err cut = { 0 };
    if (verify_judge(&found, v, checks, err) < 0)
        return -1;
    for (size_t i = 0; i < v->notes.len; i++)
        m2_vec_push(v->arena, &found.notes, v->notes.at[i]);
    verify_show(out, v, &found);
    *status = M2_EXIT_OK;
    if (v->args->common.strict && found.counts[M2_UNKNOWN])
        *status = M2_EXIT_UNSURE;
    if (found.counts[M2_FAIL] || (v->args->common.strict && found.counts[M2_WARN]))
        *status = M2_EXIT_FOUND;
    find_cut(&cut, v, &found);
    if (cut.code != M2_OK)
        *err = cut; /* there is a report all the same */
    return 0;
}

static int act(struct m2_buf *out, enum m2_exit *status, struct verify *v, struct m2_err *err)
{
    struct m2_findings found = { 0 };
    const char *const *checks = verify_checks;
    if (settle(v, err) < 0 || session_connect(&v->session, v->world->net, err) < 0)
        return -1;
    if (v->args->wait_ms && verify_wait(v, err) < 0)
        return -1;
    m2_progress_phase(v->progress, "reading the stack and the units");
    if (verify_read(v, verify_checks, true, err) < 0 || verify_judge(&found, v, verify_checks, err) < 0)
        return -1;
    if (stack_failed(v, &found) && !v->timed_out) {
        m2_progress_phase(v->progress, "the stack failed: reading why");
        checks = NULL;
        if (verify_read(v, NULL, false, err) < 0)
            return -1;
    } else if (v->args->canary && verify_canary(v, err) < 0) {
        return -1;
    }
    m2_progress_clear(v->progress);
    return report(out, status, v, checks, err);
}

int verify_run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const void *args,
               const struct tool_world *world, struct m2_err *err)
{
    struct verify v = { .arena = a, .args = args, .world = world };
    const struct m2_common *common = &v.args->common;
    if (common->timeout_ms)
        v.deadline_mono_ms = m2_mono_ms(world->sys) + common->timeout_ms;
    v.progress = m2_progress_new(world->sys, stderr, world->term.err_tty, world->term.width, common->quiet);
    int rc = act(out, status, &v, err);
    m2_progress_clear(v.progress);
    m2_progress_free(v.progress);
    session_close(&v.session);
    units_free(&v.units);
    return rc;
}
