/* One run of m2-doctor: snapshot in hand or collected, then findings, then a report. */
#include "doctor_run.h"

#include <stdlib.h>
#include <string.h>

#include "m2/check.h"
#include "m2/collect.h"
#include "m2/diff.h"
#include "m2/endpoint.h"
#include "m2/file.h"
#include "m2/report.h"
#include "m2/snapshot.h"
#include "m2/time.h"

#define DEFAULT_SINCE_MS (7 * INT64_C(86400000))

static const char *const *list_of(struct run *r, const struct m2_strlist *list)
{
    if (!list->v.len)
        return NULL;
    const char **ids = m2_arena_new_array(r->arena, const char *, list->v.len + 1);
    for (size_t i = 0; i < list->v.len; i++)
        ids[i] = list->v.at[i];
    return ids;
}

/* What --only names; templates alone answer their own area. */
static const char *const *only(struct run *r)
{
    static const char *const area[] = { "template", NULL };
    const char *const *named = list_of(r, &r->args->only);
    return !named && doctor_templates_alone(r->args) ? area : named;
}

/* What the user said on the command line goes over what is known already. */
static void set_target(struct run *r, struct m2_target *t)
{
    const struct doctor_args *a = r->args;
    t->stack = m2_str_or(t->stack, r->session.stack.value);
    if (a->common.stack)
        t->stack = a->common.stack;
    t->vpc = m2_str_or(a->vpc, t->vpc);
    t->lambda_image = m2_str_or(a->lambda_image, t->lambda_image);
    t->fargate_image = m2_str_or(a->fargate_image, t->fargate_image);
    t->expected_account = m2_str_or(a->expect_account, t->expected_account);
    if (a->since_ms)
        t->since_ms = a->since_ms;
    if (a->assign_public_ip)
        t->assign_public_ip = m2_str_eq(a->assign_public_ip, "yes");
    if (a->subnet.v.len) {
        t->subnets.len = 0;
        for (size_t i = 0; i < a->subnet.v.len; i++)
            m2_vec_push(r->arena, &t->subnets, a->subnet.v.at[i]);
        t->subnets_from = "--subnet";
    }
    if (a->security_group.v.len) {
        t->security_groups.len = 0;
        for (size_t i = 0; i < a->security_group.v.len; i++)
            m2_vec_push(r->arena, &t->security_groups, a->security_group.v.at[i]);
    }
}

static void on_event(void *user, const struct m2_collect_event *e)
{
    struct run *r = user;
    struct m2_buf text;
    m2_buf_init(&text, 400);
    m2_buf_addf(&text, "%zu %s read", e->done, e->done == 1 ? "answer" : "answers");
    if (e->waiting_for && e->waiting_ms >= 1000)
        m2_buf_addf(&text, ", waiting %lld s for %s", (long long)(e->waiting_ms / 1000), e->waiting_for);
    else if (e->waiting_for)
        m2_buf_addf(&text, ", waiting for %s", e->waiting_for);
    m2_progress_update(r->progress, text.data);
    m2_buf_free(&text);
}

static void note_settings(struct run *r)
{
    const struct m2_awsconfig *c = &r->session.config;
    for (size_t i = 0; i < c->warnings.len; i++)
        m2_vec_push(r->arena, &r->notes, c->warnings.at[i]);
    if (m2_str_eq(c->region.source, "default"))
        m2_vec_push(r->arena, &r->notes,
                    m2_arena_printf(r->arena,
                                    "No region is set anywhere: %s is assumed (--region NAME changes it).",
                                    c->region.value));
}

/* Read the account. A run without accepted credentials leaves a snapshot that says so: CUT is then set. */
int doctor_collect(struct run *r, const char *const *checks, struct m2_err *cut, struct m2_err *err)
{
    int64_t timeout_ms = r->args->common.timeout_ms;
    if (!r->session.net && session_connect(&r->session, r->world->net, err) < 0)
        return -1;
    m2_progress_phase(r->progress, "reading the account");
    struct m2_collect_options options = {
        .sys = r->world->sys,
        .net = r->session.net,
        .aws = r->session.aws,
        .registry = r->session.registry,
        .tool = r->tool,
        .checks = checks,
        .deadline_mono_ms = r->deadline_mono_ms,
        .event = on_event,
        .event_user = r,
    };
    options.target.assign_public_ip = -1;
    options.target.since_ms = DEFAULT_SINCE_MS;
    options.target.expected_account =
        m2_env(r->world->sys, "AWS_ACCOUNT_ID"); /* who is meant by "me", here */
    options.target.alias = r->units.alias;
    set_target(r, &options.target);
    bool timed_out = false;
    units_start(&r->units, options.deadline_mono_ms);
    if (m2_collect(&r->snap, r->arena, &options, &timed_out, err) < 0) {
        if (err->code != M2_ECRED || !r->snap.root)
            return -1;
        *cut = *err;
    }
    if (units_finish(&r->units, err) < 0 || units_add_calls(&r->units, &r->snap, err) < 0)
        return -1;
    r->timed_out = timed_out;
    if (timed_out && cut->code == M2_OK)
        m2_fail(cut, M2_ETIMEOUT,
                "the run was ended after %lld s (--timeout); the report holds what was read until then",
                (long long)(timeout_ms / 1000));
    return 0;
}

/* Where templates that stand alone are to be deployed; NULL: anywhere. */
static const char *region_of(const struct run *r)
{
    const char *named[] = { r->args->common.region, m2_env(r->world->sys, "AWS_REGION"),
                            m2_env(r->world->sys, "AWS_DEFAULT_REGION") };
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (!m2_str_empty(named[i]) && m2_region_valid(named[i]))
            return named[i];
    return NULL;
}

static int get_snapshot(struct run *r, const char *const *checks, struct m2_err *cut, struct m2_err *err)
{
    const struct doctor_args *a = r->args;
    if (a->snapshot) {
        if (m2_snapshot_load(&r->snap, r->arena, a->snapshot, err) < 0)
            return -1;
        if (a->expect_account && r->snap.redacted)
            return m2_fail(err, M2_EUSAGE,
                           "--expect-account: the account numbers in %s are stand-ins; nothing can be "
                           "compared with them",
                           a->snapshot);
        set_target(r, &r->snap.target);
        m2_snapshot_keep_target(&r->snap);
    } else if (doctor_templates_alone(a)) {
        const char *stack = m2_str_or(m2_env(r->world->sys, "STACK_NAME"), r->session.stack.value);
        if (doctor_snapshot_empty(&r->snap, r->arena, r->world->sys, r->tool, region_of(r), stack, err) < 0)
            return -1;
        set_target(r, &r->snap.target);
    } else {
        note_settings(r);
        if (doctor_collect(r, checks, cut, err) < 0)
            return -1;
    }
    return doctor_templates_read(&r->snap, a, err);
}

struct m2_analyze_options doctor_options(struct run *r)
{
    char now[M2_ISO_SIZE];
    m2_time_iso(now, m2_now_ms(r->world->sys) / 1000 * 1000);
    return (struct m2_analyze_options){
        .only = only(r),
        .skip = list_of(r, &r->args->skip),
        .tool = doctor_tool.name,
        .version = m2_version(),
        .generated_at = m2_arena_strdup(r->arena, now),
        .profile = r->args->common.profile,
    };
}

struct m2_report_style doctor_style(const struct run *r)
{
    const struct m2_common *common = &r->args->common;
    return (struct m2_report_style){
        .width = common->output ? 80 : r->world->term.width,
        .color = !common->output && r->world->term.color,
        .unicode = r->world->term.unicode,
        .verbose = common->verbose,
        .quiet = common->quiet,
    };
}

enum m2_exit doctor_status(const struct run *r, const struct m2_findings *found)
{
    bool strict = r->args->common.strict;
    if (found->counts[M2_FAIL] || (strict && found->counts[M2_WARN]))
        return M2_EXIT_FOUND;
    return strict && found->counts[M2_UNKNOWN] ? M2_EXIT_UNSURE : M2_EXIT_OK;
}

static int render(struct m2_buf *out, enum m2_exit *status, struct run *r, struct m2_err *err)
{
    const struct doctor_args *a = r->args;
    const struct m2_analyze_options options = doctor_options(r);
    struct m2_findings found = { 0 };
    struct m2_diff diff;
    if (m2_analyze(&found, r->arena, &r->snap, &options, err) < 0)
        return -1;
    for (size_t i = 0; i < r->notes.len; i++)
        m2_vec_push(r->arena, &found.notes, r->notes.at[i]);
    if (a->compare) {
        m2_diff_make(&diff, r->arena, &r->then, &found, a->compare);
        found.compared = &diff;
    }
    const struct m2_report_style style = doctor_style(r);
    m2_renderer_find(a->common.format)->render(out, &found, &style);
    *status = doctor_status(r, &found);
    return 0;
}

/* The report has the whole list of sources; beside it the fact is enough. */
static void shorten(struct m2_err *cut)
{
    if (cut->code == M2_ECRED && strstr(cut->msg, "no credentials: "))
        (void)m2_fail(cut, M2_ECRED, "no AWS credentials were found; the report says where was looked");
}

/* Nobody waits for an account to be read and is told then that the file cannot be written. */
static int check_files(const struct doctor_args *a, struct m2_err *err)
{
    const char *const paths[] = { a->common.output, a->save_snapshot, a->bundle };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (paths[i] && m2_file_probe(paths[i], err) < 0)
            return -1;
    return 0;
}

/* What is compared with is read before the account is: a wrong file is told at once. */
static int read_compared(struct run *r, struct m2_err *err)
{
    const struct m2_analyze_options options = doctor_options(r);
    return r->args->compare ? doctor_compare_read(&r->then, r->arena, r->args->compare, &options, err) : 0;
}

/* A snapshot is read without the reader's own AWS configuration, be it broken or for another account. */
static int read_settings(struct run *r, struct m2_err *err)
{
    const struct doctor_args *a = r->args;
    if (!a->snapshot && !doctor_templates_alone(a))
        return session_settings(&r->session, r->arena, r->world->sys, &a->common, err);
    if (a->common.region && !m2_region_valid(a->common.region))
        return m2_fail(err, M2_EUSAGE, "\"%s\" (--region) is not a region; it is a name such as us-east-1",
                       a->common.region);
    session_offline(&r->session, r->arena, r->world->sys, &a->common);
    return 0;
}

/* Brain is asked by a live run that wants to know and can log in. */
static int settle_brain(struct run *r, const char *const *checks, struct m2_err *err)
{
    bool wanted = false;
    for (; *checks; checks++)
        wanted |= m2_str_starts(*checks, "brain.");
    if (!wanted || r->args->snapshot || doctor_templates_alone(r->args))
        return 0;
    return units_settle(&r->units, r->arena, &r->session, &r->args->login, false, err);
}

static int check_usage(const struct doctor_args *a, struct m2_err *err)
{
    if (!a->watch_ms)
        return 0;
    if (a->snapshot || doctor_templates_alone(a))
        return m2_fail(err, M2_EUSAGE,
                       "--watch looks at the account again and again; a file does not change: leave %s out",
                       a->snapshot ? "--snapshot" : "--watch");
    if (!m2_str_eq(a->common.format, "text") && !m2_str_eq(a->common.format, "json"))
        return m2_fail(err, M2_EUSAGE, "--watch prints what changes as text or json, not as %s",
                       a->common.format);
    if (a->common.output || a->bundle || a->save_snapshot || a->compare)
        return m2_fail(
            err, M2_EUSAGE,
            "--watch prints what changes to standard output; run again without it for --output, --bundle, "
            "--save-snapshot or --compare");
    if (a->watch_ms < DOCTOR_WATCH_LEAST_MS)
        return m2_fail(err, M2_EUSAGE,
                       "--watch: AWS counts requests; %d seconds are the least between two looks",
                       DOCTOR_WATCH_LEAST_MS / 1000);
    return 0;
}

static int run_in(struct m2_buf *out, enum m2_exit *status, struct run *r, struct m2_err *err)
{
    const struct doctor_args *a = r->args;
    struct m2_err cut = { 0 };
    const char *const *checks = NULL;
    if (check_usage(a, err) < 0)
        return -1;
    if (m2_checks_select(&checks, r->arena, only(r), list_of(r, &a->skip), err) < 0 ||
        read_settings(r, err) < 0 || check_files(a, err) < 0 || read_compared(r, err) < 0 ||
        settle_brain(r, checks, err) < 0)
        return -1;
    if (a->watch_ms) {
        note_settings(r);
        return doctor_watch(out, status, r, checks, err);
    }
    if (get_snapshot(r, checks, &cut, err) < 0)
        return -1;
    m2_progress_clear(r->progress);
    if (a->save_snapshot && m2_snapshot_save(&r->snap, a->save_snapshot, !a->no_redact, err) < 0)
        return -1;
    const struct m2_analyze_options options = doctor_options(r);
    if (a->bundle && doctor_bundle(&r->snap, a->bundle, &options, err) < 0)
        return -1;
    if (render(out, status, r, err) < 0)
        return -1;
    if (cut.code != M2_OK) {
        shorten(&cut);
        *err = cut;
        *status = M2_EXIT_CANNOT;
    }
    return 0;
}

int doctor_run(struct m2_buf *out, enum m2_exit *status, const struct doctor_args *args,
               const struct tool_world *world, struct m2_err *err)
{
    struct run r = { .arena = m2_arena_new(), .args = args, .world = world };
    r.tool = m2_arena_printf(r.arena, "%s %s", doctor_tool.name, m2_version());
    if (args->common.timeout_ms)
        r.deadline_mono_ms = m2_mono_ms(world->sys) + args->common.timeout_ms;
    r.progress =
        m2_progress_new(world->sys, stderr, world->term.err_tty, world->term.width, args->common.quiet);
    int rc = run_in(out, status, &r, err);
    m2_progress_clear(r.progress);
    m2_progress_free(r.progress);
    session_close(&r.session);
    units_free(&r.units);
    m2_arena_free(r.arena);
    return rc;
}
