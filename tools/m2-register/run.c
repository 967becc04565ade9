/* One run of m2-register: list, remove, show, or register. */
#include <string.h>

#include "m2/collect.h"
#include "m2/file.h"
#include "register.h"

#define NOTHING "nothing was written"

static void note(struct work *w, const char *text)
{
    m2_vec_push(w->arena, &w->notes, text);
}

static void on_event(void *user, const struct m2_collect_event *e)
{
    struct work *w = user;
    struct m2_buf text;
    m2_buf_init(&text, 400);
    m2_buf_addf(&text, "%zu %s read", e->done, e->done == 1 ? "answer" : "answers");
    if (e->waiting_for)
        m2_buf_addf(&text, ", waiting for %s", e->waiting_for);
    m2_progress_update(w->progress, text.data);
    m2_buf_free(&text);
}

static void on_phase(void *user, const char *phase)
{
    struct work *w = user;
    m2_progress_phase(w->progress, phase);
}

/* ---- the account ---- */

/* What the user names itself is asked about too. */
static void name_targets(struct m2_target *t, struct work *w, const struct values *v)
{
    static const enum m2_unit_field buckets[] = { M2_UNIT_RESULTS, M2_UNIT_FAILED, M2_UNIT_DATA };
    t->assign_public_ip = -1;
    t->stack = w->session.stack.value;
    t->state_machine = v->at[M2_UNIT_STATE_MACHINE].value;
    t->role = v->at[M2_UNIT_ROLE].value;
    for (size_t i = 0; i < sizeof buckets / sizeof buckets[0]; i++)
        if (v->at[buckets[i]].value)
            m2_vec_push(w->arena, &t->buckets, v->at[buckets[i]].value);
}

static int read_account(struct m2_snapshot *out, struct work *w, const struct values *v, struct m2_err *err)
{
    m2_progress_phase(w->progress, "reading the stack");
    struct m2_collect_options options = {
        .sys = w->world->sys,
        .net = w->session.net,
        .aws = w->session.aws,
        .tool = m2_arena_printf(w->arena, "%s %s", register_tool.name, m2_version()),
        .checks = m2_deployment_collect,
        .deadline_mono_ms = w->deadline_mono_ms,
        .event = on_event,
        .event_user = w,
    };
    bool timed_out = false;
    name_targets(&options.target, w, v);
    if (m2_collect(out, w->arena, &options, &timed_out, err) < 0)
        return -1;
    if (m2_cancelled(w->world->sys)) /* calls that end so are answers to the collector */
        return m2_fail(err, M2_ECANCELLED, "interrupted while the stack was read; " NOTHING);
    if (timed_out)
        return m2_fail(err, M2_ETIMEOUT, "the time of the run was over before the stack was read; " NOTHING);
    return 0;
}

/* What registration cannot do without. Errors: exit 3 where the stack may not be read, else what is missing
 * is among the proofs. */
static int check_needed(struct m2_proofs *proofs, struct work *w, const struct values *v,
                        const struct m2_deployment *d, struct m2_err *err)
{
    static const struct {
        enum m2_unit_field field;
        const char *option;
    } needed[] = { { M2_UNIT_STATE_MACHINE, "--state-machine-arn" },
                   { M2_UNIT_RESULTS, "--results-bucket" },
                   { M2_UNIT_FAILED, "--failed-bucket" },
                   { M2_UNIT_DATA, "--data-bucket" } };
    const char *stack = w->session.stack.value;
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        const char *label = m2_unit_rows()[needed[i].field].label, *said;
        if (v->at[needed[i].field].value)
            continue;
        if (d->view.state == M2_STACK_UNSEEN)
            return m2_fail(err, M2_EDENIED,
                           "the stack %s may not be read: %s Give %s, or the right; " NOTHING, stack,
                           m2_str_or(d->view.look.why, ""), needed[i].option);
        if (d->view.state == M2_STACK_NONE)
            said = m2_arena_printf(w->arena,
                                   "There is no stack %s in region %s: deploy it, name another with --stack "
                                   "or --region, or give %s.",
                                   stack, m2_str_or(v->at[M2_UNIT_REGION].value, "?"), needed[i].option);
        else
            said = m2_arena_printf(w->arena,
                                   "The stack %s (%s) has no %s among its outputs, parameters and resources; "
                                   "look at its outputs, or give %s.",
                                   stack, m2_str_or(d->view.status, "?"), label, needed[i].option);
        m2_vec_push(w->arena, &proofs->list,
                    ((struct m2_proven){ needed[i].field, M2_PROOF_WRONG, said, false }));
        proofs->counts[M2_PROOF_WRONG]++;
    }
    return 0;
}

/* A question whose answer was lost is no proof of anything: nothing is written on it. */
static int check_lost(const struct m2_proofs *proofs, struct m2_err *err)
{
    for (size_t i = 0; i < proofs->list.len; i++)
        if (proofs->list.at[i].lost)
            return m2_fail(err, M2_ESERVICE, "%s Run it again; " NOTHING, proofs->list.at[i].said);
    return 0;
}

/* The account, the values, the proofs. */
static int prepare(struct values *v, struct m2_proofs *proofs, struct work *w, struct m2_err *err)
{
    struct m2_snapshot snap;
    struct m2_deployment d;
    if (read_account(&snap, w, v, err) < 0)
        return -1;
    m2_deployment_detect(&d, w->arena, &snap, v->at[M2_UNIT_ROLE].value);
    if (values_settle(v, w->arena, &d, err) < 0)
        return -1;
    m2_deployment_check(proofs, w->arena, &snap, d.account, &v->unit);
    if (check_needed(proofs, w, v, &d, err) < 0 || check_lost(proofs, err) < 0)
        return -1;
    for (size_t i = 0; i < v->notes.len; i++)
        note(w, v->notes.at[i]);
    return 0;
}

/* ---- the actions ---- */

static enum m2_exit status_of(const struct register_args *args, const struct m2_proofs *proofs,
                              const struct enroll_result *r, size_t warnings)
{
    if (proofs->counts[M2_PROOF_WRONG] || (r && r->outcome > ENROLL_UPDATED))
        return M2_EXIT_FOUND;
    if (args->common.strict && (proofs->counts[M2_PROOF_NOTED] || warnings))
        return M2_EXIT_FOUND;
    return args->common.strict && proofs->counts[M2_PROOF_UNKNOWN] ? M2_EXIT_UNSURE : M2_EXIT_OK;
}

#define UNFOLDED 1000 /* lines are for programs then: grep, awk */

static int table_width(const struct work *w)
{
    const struct m2_term *term = &w->world->term;
    return term->out_tty && !w->args->common.output ? term->width : UNFOLDED;
}

static struct shown shown_of(const struct work *w, const struct values *v, const struct m2_proofs *proofs,
                             const struct enroll_result *r)
{
    return (struct shown){ .format = w->args->common.format,
                           .values = v,
                           .proofs = proofs,
                           .result = r,
                           .base = w->login.base,
                           .notes = w->notes.at,
                           .n_notes = w->notes.len,
                           .width = table_width(w) };
}

static int run_dry(struct m2_buf *out, enum m2_exit *status, struct work *w, struct values *v,
                   struct m2_err *err)
{
    struct m2_proofs proofs;
    if (session_connect(&w->session, w->world->net, err) < 0 || prepare(v, &proofs, w, err) < 0)
        return -1;
    const struct shown s = shown_of(w, v, &proofs, NULL);
    show_payload(out, w->arena, &s);
    *status = status_of(w->args, &proofs, NULL, 0);
    return 0;
}

static int may_mode(const struct work *w, const struct values *v, struct m2_err *err)
{
    const struct m2_claims *c = m2_brain_claims(w->brain);
    if (!m2_str_eq(v->at[M2_UNIT_MODE].value, "mode_1") || !c->has_groups || c->admin)
        return 0;
    return m2_fail(err, M2_ELOGIN,
                   "mode_1 is registered by CloudMRHub's administrators, and this login is not in the group "
                   "Admins; " NOTHING);
}

static void start_enroll(struct work *w)
{
    w->enroll = (struct enroll){ .arena = w->arena,
                                 .sys = w->world->sys,
                                 .net = w->session.net,
                                 .brain = w->brain,
                                 .journal = w->journal,
                                 .tell = on_phase,
                                 .tell_user = w };
}

static int run_register(struct m2_buf *out, enum m2_exit *status, struct work *w, struct values *v,
                        struct m2_err *err)
{
    struct chain chain;
    struct m2_proofs proofs;
    struct m2_err refused = { 0 };
    struct enroll_result result;
    if (session_connect(&w->session, w->world->net, err) < 0 || chain_start(&chain, w, true, err) < 0)
        return -1;
    /* Both ends are always awaited: a call under way points into this run. */
    int rc = prepare(v, &proofs, w, err);
    int brain = chain_finish(&chain, &refused);
    if (rc < 0)
        return -1;
    if (brain < 0)
        return m2_fail(err, refused.code, "%s", refused.msg);
    if (may_mode(w, v, err) < 0)
        return -1;
    bool stop = proofs.counts[M2_PROOF_WRONG] || (w->args->common.strict && proofs.counts[M2_PROOF_UNKNOWN]);
    if (!stop) {
        start_enroll(w);
        memcpy(w->enroll.soft, v->soft, sizeof v->soft);
        if (enroll_unit(&result, &w->enroll, &v->unit, &w->units, err) < 0)
            return -1;
        for (size_t i = 0; i < result.notes.len; i++)
            note(w, result.notes.at[i]);
    }
    const struct shown s = shown_of(w, v, &proofs, stop ? NULL : &result);
    show_result(out, w->arena, &s);
    *status = status_of(w->args, &proofs, stop ? NULL : &result, stop ? 0 : result.fields.warnings);
    return 0;
}

static int run_list(struct m2_buf *out, struct work *w, struct m2_err *err)
{
    struct chain chain;
    if (session_connect(&w->session, w->world->net, err) < 0 || chain_start(&chain, w, false, err) < 0)
        return -1;
    m2_progress_phase(w->progress, "reading the computing units");
    if (chain_finish(&chain, err) < 0)
        return -1;
    show_units(out, w->arena, w->args->common.format, w->app, &w->units, table_width(w));
    return 0;
}

/* The id itself is what is typed: a "yes" is given too easily. */
static int confirm(const struct work *w, struct m2_err *err)
{
    const char *id = w->args->unregister, *typed = w->args->confirm;
    struct m2_err asked = { 0 };
    if (!typed && m2_prompt_line(&typed, w->arena,
                                 m2_arena_printf(w->arena, "Type %s to remove this unit: ", id), &asked) < 0)
        return asked.code == M2_EUSAGE
                   ? m2_fail(err, M2_EUSAGE,
                             "there is no terminal to ask: give --confirm %s to remove the unit", id)
                   : m2_fail(err, asked.code, "%s; " NOTHING, asked.msg);
    if (!m2_str_eq(typed, id))
        return m2_fail(err, M2_EUSAGE, "\"%s\" is not the id %s; " NOTHING, typed, id);
    return 0;
}

static int run_unregister(struct m2_buf *out, struct work *w, struct m2_err *err)
{
    struct chain chain;
    bool already = false;
    const char *id = w->args->unregister;
    if (confirm(w, err) < 0 || session_connect(&w->session, w->world->net, err) < 0 ||
        chain_start(&chain, w, true, err) < 0)
        return -1;
    m2_progress_phase(w->progress, "reading the computing units");
    if (chain_finish(&chain, err) < 0)
        return -1;
    start_enroll(w);
    if (enroll_remove(&already, &w->enroll, w->app, id, &w->units, err) < 0)
        return -1;
    show_removed(out, w->arena, w->args->common.format, id, already);
    return 0;
}

/* ---- the run ---- */

static int check_usage(const struct register_args *args, struct m2_err *err)
{
    int actions = args->dry_run + args->list + (args->unregister != NULL);
    if (actions > 1)
        return m2_fail(err, M2_EUSAGE,
                       "--dry-run, --list and --unregister are different things; give one of them");
    if (args->confirm && !args->unregister)
        return m2_fail(err, M2_EUSAGE, "--confirm belongs to --unregister ID");
    return 0;
}

/* REGION is where the scripts take the unit's region from; a flag goes over it. */
static int settle_session(struct work *w, struct m2_err *err)
{
    const char *region = m2_env(w->world->sys, "REGION");
    w->common = w->args->common;
    bool from_env = !w->common.region && region;
    if (from_env)
        w->common.region = m2_arena_strdup(w->arena, region);
    if (session_settings(&w->session, w->arena, w->world->sys, &w->common, err) < 0)
        return -1;
    if (from_env)
        w->session.config.region.source = "environment REGION";
    return 0;
}

static int act(struct m2_buf *out, enum m2_exit *status, struct work *w, struct m2_err *err)
{
    struct values v;
    const struct register_args *args = w->args;
    if (check_usage(args, err) < 0 || settle_session(w, err) < 0 ||
        values_given(&v, w->arena, args, &w->session, err) < 0)
        return -1;
    w->app = m2_str_or(v.at[M2_UNIT_APP].value, M2_USUAL_APP);
    if (args->common.output && m2_file_probe(args->common.output, err) < 0)
        return -1;
    if (args->dry_run)
        return run_dry(out, status, w, &v, err);
    if (login_settle(&w->login, w->arena, &w->session, &args->login, err) < 0)
        return -1;
    if (args->list)
        return run_list(out, w, err);
    if (args->unregister)
        return run_unregister(out, w, err);
    return run_register(out, status, w, &v, err);
}

int register_run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const void *args,
                 const struct tool_world *world, struct m2_err *err)
{
    struct work w = { .arena = a, .args = args, .world = world };
    const struct m2_common *common = &w.args->common;
    *status = M2_EXIT_OK;
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
