/* One run of m2-deploy: what is there, what would change, consent, execution, registration, the report. */
#include <string.h>

#include "deploy.h"
#include "m2/check.h"
#include "m2/file.h"

#define NOTHING "nothing was changed"

const char *deploy_outcome_name(enum deploy_outcome o)
{
    static const char *const names[] = { "not-ready", "planned", "unchanged", "created",
                                         "updated",   "started", "failed" };
    return names[o];
}

const char *deploy_resume_command(struct deploy *d)
{
    const struct m2_common *c = &d->args->verify.common;
    const struct {
        const char *option, *value;
    } words[] = { { "--stack", d->stack }, { "--region", c->region }, { "--profile", c->profile } };
    struct m2_buf b;
    m2_buf_init(&b, 1000);
    m2_buf_adds(&b, "m2-deploy --resume");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!words[i].value)
            continue;
        m2_buf_addf(&b, " %s ", words[i].option);
        m2_shell_quote(&b, words[i].value);
    }
    const char *text = m2_arena_strndup(d->arena, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

/* ---- before anything is asked ---- */

static int check_usage(const struct deploy_args *x, struct m2_err *err)
{
    if (x->password)
        return m2_fail(
            err, M2_EUSAGE,
            "--password: every user of this computer could read it, and the shell would keep it; set "
            "CLOUDMR_PASSWORD, or send it to --password-stdin: m2-deploy --password-stdin <FILE. Or "
            "leave it out and be asked. Change the password if it was real");
    if (x->dry_run && (x->resume || x->detach))
        return m2_fail(err, M2_EUSAGE,
                       "--dry-run changes nothing; --resume and --detach do: give one of them");
    if (x->verify.canary && (x->no_register || x->detach || x->dry_run))
        return m2_fail(err, M2_EUSAGE, "--canary needs the registered unit; it goes not with %s",
                       x->no_register ? "--no-register"
                       : x->detach    ? "--detach"
                                      : "--dry-run");
    if (x->image_tag && x->lambda_image && x->fargate_image)
        return m2_fail(err, M2_EUSAGE, "--image-tag is of CloudMR's images, and both images are named");
    return 0;
}

static int read_template(struct deploy *d, struct m2_err *err)
{
    d->template_name = m2_str_or(d->args->template, "the built-in template");
    d->body.p = m2_deploy_template(&d->body.n);
    if (d->args->template &&
        m2_file_read(&d->body, d->arena, d->args->template, M2_TEMPLATE_READ_BYTES, err) < 0)
        return -1;
    if (d->body.n > M2_DEPLOY_TEMPLATE_MAX)
        return m2_fail(
            err, M2_EINPUT,
            "%s has %zu bytes; CloudFormation takes %d in a request. Leave out comments, or write it "
            "as JSON without spaces",
            d->template_name, d->body.n, M2_DEPLOY_TEMPLATE_MAX);
    m2_template_parse(&d->template, d->arena, d->body);
    if (!d->template.root)
        return m2_fail(err, M2_EINPUT, "%s:%u:%u: %s", d->template_name, d->template.line, d->template.col,
                       m2_str_or(d->template.fault, "it cannot be read"));
    const struct m2_value *r;
    m2_v_each(r, i, m2_v_get(d->template.root, "Resources")) if (m2_template_local(r)) return m2_fail(
        err, M2_EINPUT,
        "%s: resource %s is a local file, which CloudFormation cannot read; upload it first (aws "
        "cloudformation "
        "package)",
        d->template_name, m2_v_get(d->template.root, "Resources")->u.object.at[i].key);
    return 0;
}

static int read_tags(struct deploy *d, struct m2_err *err)
{
    struct m2_value *list = m2_v_array(d->arena);
    for (size_t i = 0; i < d->args->tag.v.len; i++) {
        const char *value = NULL, *key = m2_str_cut(d->arena, d->args->tag.v.at[i], '=', &value);
        if (!value || !*key)
            return m2_fail(err, M2_EUSAGE, "--tag: \"%s\" is not KEY=VALUE, such as project=mri",
                           d->args->tag.v.at[i]);
        m2_v_push(d->arena, list, m2_v_object_of(d->arena, "Key", key, "Value", value, NULL));
    }
    d->tags = list;
    return 0;
}

/* Who cannot log in learns it before the stack is made, not after. */
static int settle_brain(struct deploy *d, struct m2_err *err)
{
    bool needed = !d->args->no_register && !d->args->dry_run && !d->args->detach;
    d->v.units = (struct units_reading){ .arena = d->arena, .session = &d->v.session };
    if (needed) {
        if (units_settle(&d->v.units, d->arena, &d->v.session, &d->args->verify.login, true, err) < 0)
            return m2_fail(err, err->code, "%s (--no-register leaves Brain out); " NOTHING,
                           m2_arena_strdup(d->arena, err->msg));
        d->v.units.alias = m2_str_or(d->args->alias, d->v.units.alias);
    } else {
        d->v.units.why_not = "CloudMR Brain was left out (--no-register).";
        if (d->args->no_register && !d->args->dry_run && !d->args->detach)
            verify_note(&d->v,
                        "CloudMR Brain was left out (--no-register): whether the stack is registered was "
                        "not looked at.");
    }
    return 0;
}

static int settle(struct deploy *d, struct m2_err *err)
{
    const struct deploy_args *x = d->args;
    if (check_usage(x, err) < 0)
        return -1;
    if (read_template(d, err) < 0 || read_tags(d, err) < 0 ||
        session_settings(&d->v.session, d->arena, d->world.sys, &x->verify.common, err) < 0)
        return -1;
    d->stack = d->v.session.stack.value;
    if (x->verify.common.output && m2_file_probe(x->verify.common.output, err) < 0)
        return -1;
    const struct m2_awsconfig *c = &d->v.session.config;
    for (size_t i = 0; i < c->warnings.len; i++)
        verify_note(&d->v, "%s", c->warnings.at[i]);
    if (m2_str_eq(c->region.source, "default"))
        verify_note(&d->v, "No region is set anywhere: %s is assumed (--region NAME changes it).",
                    c->region.value);
    return settle_brain(d, err);
}

/* ---- what the state of the stack asks for ---- */

static int stop(const struct deploy *d, struct m2_err *err)
{
    char *fix = m2_arena_strdup(d->arena, m2_str_or(d->state->fix, "")), *at = strstr(fix, "%s");
    if (at)
        *at = '\0';
    return m2_fail(err, M2_ESERVICE, "stack %s is in state %s. %s %s%s%s " NOTHING, d->stack,
                   m2_str_or(d->view.status, "?"), d->state->said, fix, at ? d->stack : "", at ? at + 2 : "");
}

static int delete_first(struct deploy *d, struct m2_err *err)
{
    bool yes = false;
    if (d->args->dry_run) {
        verify_note(&d->v, "Stack %s is in state %s. %s It would be deleted first.", d->stack, d->view.status,
                    d->state->said);
        return 0;
    }
    const char *question = m2_arena_printf(d->arena, "Stack %s is in state %s. %s Delete it and deploy anew?",
                                           d->stack, d->view.status, d->state->said);
    if (deploy_consent(&yes, d, question, err) < 0)
        return -1;
    if (!yes)
        return m2_fail(err, M2_ECANCELLED, "not confirmed; " NOTHING);
    return deploy_delete_stack(d, err);
}

/* An operation under way: of a run of ours, or with --resume of anybody. */
static int follow_what_runs(struct deploy *d, struct m2_err *err)
{
    if (!d->token && !d->args->resume)
        return m2_fail(err, M2_ESERVICE,
                       "stack %s is in state %s. %s Wait for it, or follow it with %s; " NOTHING, d->stack,
                       d->view.status, d->state->said, deploy_resume_command(d));
    m2_progress_phase(d->v.progress, "following what CloudFormation does already");
    if (deploy_follow(d, d->token, NULL, err) < 0)
        return -1;
    d->change_set = NULL;
    return 0;
}

/* ---- the ends ---- */

/* Why it failed, as m2-doctor says. */
static int explain_failure(struct deploy *d, struct m2_err *err)
{
    static const char *const checks[] = { "stack.status", "stack.events", NULL };
    struct m2_snapshot snap;
    m2_progress_phase(d->v.progress, "it failed: reading why");
    if (deploy_collect(&snap, d, checks, NULL, err) < 0 ||
        deploy_judge(&d->failure, d, &snap, checks, err) < 0)
        return -1;
    d->failed = true;
    d->outcome = DEPLOY_FAILED;
    return 0;
}

/* The operation ended: the rest, or why it failed. A failure is a result, not an error. */
static int finish(struct deploy *d, struct m2_err *err)
{
    if (d->token && deploy_note(d, "execute", d->state->end == M2_DEPLOY_GOOD ? M2_STEP_DONE : M2_STEP_FAILED,
                                d->view.status, err) < 0)
        return -1;
    if (d->state->end != M2_DEPLOY_GOOD) {
        deploy_note_end(d, "deploy", M2_STEP_DONE, d->view.status);
        return explain_failure(d, err);
    }
    d->outcome = d->ends;
    if (deploy_join(d, err) < 0)
        return -1;
    return deploy_note(d, "deploy", M2_STEP_DONE, NULL, err);
}

/* ---- the change ---- */

static int not_allowed(struct deploy *d, struct m2_err *err)
{
    const struct m2_change *c =
        m2_changes_forbidden(&d->changes, d->args->allow_replace.v.at, d->args->allow_replace.v.len);
    if (!c)
        return 0;
    return m2_fail(err, M2_ESERVICE,
                   "%s (%s%s%s) holds data and would be %s: --allow-replace %s permits it; " NOTHING,
                   c->logical_id, c->type, *c->physical_id ? ", " : "", c->physical_id,
                   m2_str_eq(c->action, "Remove")      ? "removed"
                   : m2_str_eq(c->replacement, "True") ? "replaced"
                                                       : "replaced, perhaps",
                   c->logical_id);
}

static int ask(struct deploy *d, struct m2_err *err)
{
    bool yes = false;
    struct m2_buf text;
    m2_buf_init(&text, (size_t)4 << 20);
    deploy_show_changes(&text, d);
    deploy_say(d, "%s\n", m2_arena_strndup(d->arena, text.data, text.len));
    m2_buf_free(&text);
    if (not_allowed(d, err) < 0 ||
        deploy_consent(&yes, d,
                       m2_arena_printf(d->arena, "%s stack %s in account %s, region %s?",
                                       d->updates ? "Update" : "Create", d->stack,
                                       m2_str_or(d->preflight.account, "?"), m2_aws_region(d->v.session.aws)),
                       err) < 0)
        return -1;
    return yes ? 0 : m2_fail(err, M2_ECANCELLED, "not confirmed; " NOTHING);
}

static int same_template(struct deploy *d, struct m2_err *err)
{
    const char *then = m2_v_str(d->earlier, "template");
    if (!d->args->resume || !then || m2_str_eq(then, deploy_template_id(d)))
        return 0;
    return m2_fail(err, M2_EUSAGE,
                   "the deployment that is continued had another template than %s: give it with "
                   "--template FILE; " NOTHING,
                   d->template_name);
}

static int carry_out(struct deploy *d, struct m2_err *err)
{
    const char *before = d->view.status;
    if (ask(d, err) < 0) {
        struct m2_err why = *err;
        deploy_drop_change_set(d);
        deploy_note_end(d, "deploy", M2_STEP_SKIPPED, "not confirmed");
        *err = why;
        return -1;
    }
    if (deploy_execute(d, err) < 0)
        return -1;
    d->outcome = DEPLOY_STARTED;
    d->ends = d->updates ? DEPLOY_UPDATED : DEPLOY_CREATED;
    if (d->args->detach)
        return 0;
    if (deploy_follow(d, d->token, d->updates ? before : "REVIEW_IN_PROGRESS", err) < 0)
        return -1;
    return finish(d, err);
}

static int change(struct deploy *d, struct m2_err *err)
{
    bool empty = false;
    if (d->args->resume && !m2_v_len(d->tags) && m2_v_len(m2_v_get(d->earlier, "tags")))
        d->tags = m2_v_get(d->earlier, "tags");
    if (same_template(d, err) < 0 || deploy_settle(d, err) < 0)
        return -1;
    if (!d->args->dry_run && deploy_note_plan(d, err) < 0)
        return -1;
    if (deploy_make_change_set(&empty, d, err) < 0)
        return -1;
    if (d->args->dry_run) {
        d->outcome = empty ? DEPLOY_UNCHANGED : DEPLOY_PLANNED;
        deploy_drop_change_set(d);
        return 0;
    }
    d->ends = DEPLOY_UNCHANGED;
    return empty ? finish(d, err) : carry_out(d, err);
}

/* --resume of what has ended already: only the rest. */
static bool has_ended(const struct deploy *d)
{
    return d->args->resume && d->state->end == M2_DEPLOY_GOOD && (d->token || !d->earlier);
}

static int nothing_there(const struct deploy *d, struct m2_err *err)
{
    if (d->state->act != M2_DEPLOY_CREATE)
        return 0;
    if (d->args->update)
        return m2_fail(err, M2_EUSAGE, "--update: there is no stack %s in region %s; " NOTHING, d->stack,
                       m2_aws_region(d->v.session.aws));
    if (d->args->resume && !d->earlier)
        return m2_fail(err, M2_EUSAGE,
                       "--resume: there is no stack %s in region %s, and no deployment of it was "
                       "begun on this computer; " NOTHING,
                       d->stack, m2_aws_region(d->v.session.aws));
    return 0;
}

static int act(struct deploy *d, struct m2_err *err)
{
    if (deploy_preflight(d, err) < 0)
        return -1;
    if (d->state->act == M2_DEPLOY_STOP)
        return stop(d, err);
    if (d->state->act == M2_DEPLOY_FOLLOW) {
        d->outcome = DEPLOY_STARTED;
        d->ends = m2_str_starts(d->view.status, "UPDATE_") ? DEPLOY_UPDATED : DEPLOY_CREATED;
        if (d->args->detach && d->token)
            return 0;
        return follow_what_runs(d, err) < 0 ? -1 : finish(d, err);
    }
    if (nothing_there(d, err) < 0)
        return -1;
    if (has_ended(d)) {
        d->ends = DEPLOY_UNCHANGED;
        return finish(d, err);
    }
    if (deploy_hindrance(d)) {
        d->outcome = DEPLOY_NOT_READY;
        return 0;
    }
    if (d->state->act == M2_DEPLOY_DELETE_FIRST && (delete_first(d, err) < 0 || d->args->dry_run)) {
        d->outcome = DEPLOY_PLANNED;
        return d->args->dry_run && err->code == M2_OK ? 0 : -1;
    }
    return change(d, err);
}

static enum m2_exit status_of(const struct deploy *d)
{
    bool strict = d->args->verify.common.strict;
    if (d->outcome == DEPLOY_FAILED || d->outcome == DEPLOY_NOT_READY || d->verdict.counts[M2_FAIL] ||
        d->proofs.counts[M2_PROOF_WRONG] || (d->registered && d->enrolled.outcome > ENROLL_UPDATED))
        return M2_EXIT_FOUND;
    if (strict && (d->verdict.counts[M2_WARN] || d->preflight.counts[M2_WARN]))
        return M2_EXIT_FOUND;
    return strict && (d->verdict.counts[M2_UNKNOWN] || d->preflight.counts[M2_UNKNOWN]) ? M2_EXIT_UNSURE
                                                                                        : M2_EXIT_OK;
}

static int run(struct m2_buf *out, enum m2_exit *status, struct deploy *d, struct m2_err *err)
{
    if (settle(d, err) < 0 || session_connect(&d->v.session, d->world.net, err) < 0)
        return -1;
    int rc = act(d, err);
    m2_progress_clear(d->v.progress);
    if (rc < 0 && !d->token) /* nothing was executed: the sentence is all */
        return -1;
    deploy_show(out, d);
    *status = status_of(d);
    return 0; /* with ERR set: what was done is told before it */
}

int deploy_run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const void *args,
               const struct tool_world *world, struct m2_err *err)
{
    const struct deploy_args *x = args;
    struct deploy *d = m2_arena_alloc(a, sizeof *d);
    const struct m2_common *common = &x->verify.common;
    *status = M2_EXIT_OK;
    if (x->print_template) {
        size_t n;
        const char *text = m2_deploy_template(&n);
        m2_buf_add(out, text, n);
        return 0;
    }
    d->arena = a;
    d->args = x;
    d->world = *world;
    d->v = (struct verify){ .arena = a, .args = &x->verify, .world = &d->world };
    if (common->timeout_ms)
        d->v.deadline_mono_ms = m2_mono_ms(world->sys) + common->timeout_ms;
    d->v.progress =
        m2_progress_new(world->sys, stderr, world->term.err_tty, world->term.width, common->quiet);
    int rc = run(out, status, d, err);
    m2_progress_clear(d->v.progress);
    m2_progress_free(d->v.progress);
    session_close(&d->v.session);
    units_free(&d->v.units);
    m2_journal_close(d->journal);
    return rc;
}
