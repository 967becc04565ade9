/* Carrying the plan out: consent, journal, the run, and what came of it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "m2/empty.h"
#include "m2/file.h"

#define NOTHING "nothing was deleted"
#define MOST_QUESTIONS 3 /* the stack may change while its owner reads the plan */

/* ---- what the run asks back ---- */

static int read_again(void *user, struct m2_snapshot *out, struct m2_arena *a, const char *arn,
                      struct m2_err *err)
{
    struct cleanup_work *w = user;
    (void)a;
    int rc = cleanup_read(out, w, arn ? arn : w->session.stack.value, err);
    return rc == 0 && w->brain_problem ? m2_fail(err, M2_ENET, "CloudMR Brain: %s", w->brain_problem) : rc;
}

static void on_phase(void *user, const char *phase)
{
    struct cleanup_work *w = user;
    m2_progress_phase(w->progress, phase);
}

static void on_progress(void *user, const char *text)
{
    struct cleanup_work *w = user;
    m2_progress_update(w->progress, text);
}

static int unregister(void *user, const char *id, struct m2_err *err)
{
    struct cleanup_work *w = user;
    bool already;
    struct enroll e = { .arena = w->arena,
                        .sys = w->world->sys,
                        .net = w->session.net,
                        .brain = w->brain,
                        .journal = w->journal,
                        .tell = on_phase,
                        .tell_user = w };
    return enroll_remove(&already, &e, w->app, id, &w->units, err);
}

/* ---- consent ---- */

static void show_on_stderr(struct cleanup_work *w, const struct m2_plan *plan)
{
    struct m2_buf text;
    struct m2_term term = w->world->term;
    term.color = term.color && term.err_tty;
    m2_buf_init(&text, (size_t)16 << 20);
    m2_progress_clear(w->progress);
    cleanup_show_text(&text, w->arena, plan, &term);
    (void)fwrite(text.data, 1, text.len, stderr);
    m2_buf_free(&text);
}

static int ask(const char **typed, struct cleanup_work *w, const struct m2_plan *plan, struct m2_err *err)
{
    struct m2_err asked = { 0 };
    struct m2_buf question;
    m2_buf_init(&question, 4000);
    m2_buf_addf(&question, "\nThis cannot be undone. Type the stack's name, ");
    m2_term_clean(&question, plan->stack, true);
    m2_buf_addf(&question, ", to delete it in account %s%s", plan->account, *plan->alias ? " " : "");
    m2_term_clean(&question, plan->alias, true);
    m2_buf_adds(&question, ": ");
    int rc = m2_prompt_line(typed, w->arena, question.data, &asked);
    m2_buf_free(&question);
    if (rc == 0)
        return 0;
    if (asked.code == M2_EUSAGE)
        return m2_fail(err, M2_EUSAGE,
                       "there is no terminal to ask: give --confirm %s to delete the stack; " NOTHING,
                       plan->stack);
    return m2_fail(err, asked.code, "%s; " NOTHING, asked.msg);
}

/* The name itself is what is typed: a "yes" is given too easily. */
static int consent(struct cleanup_work *w, const struct m2_plan *plan, struct m2_err *err)
{
    const char *typed = w->args->confirm;
    if (!typed) {
        show_on_stderr(w, plan);
        if (ask(&typed, w, plan, err) < 0)
            return -1;
    }
    return m2_str_eq(typed, plan->stack)
               ? 0
               : m2_fail(err, M2_EUSAGE, "\"%s\" is not the name of the stack, %s; " NOTHING, typed,
                         plan->stack);
}

/* ---- the journal ---- */

static int open_journal(struct cleanup_work *w, const struct m2_plan *plan, struct m2_err *err)
{
    bool locked = false;
    const char *path = w->args->journal;
    if (!path)
        path = m2_teardown_journal(w->arena, w->world->sys, plan->stack_arn);
    if (!path)
        return m2_fail(err, M2_EIO,
                       "there is no place for the journal: set XDG_STATE_HOME or HOME, or give --journal "
                       "FILE; " NOTHING);
    if (m2_journal_open(&w->journal, w->arena, path, cleanup_tool.name, w->world->sys, err) < 0 ||
        m2_journal_lock(w->journal, &locked, err) < 0)
        return m2_fail(err, err->code, "%s; " NOTHING, m2_arena_strdup(w->arena, err->msg));
    return locked ? 0
                  : m2_fail(err, M2_EIO, "another m2-cleanup is at work on this stack (journal %s); " NOTHING,
                            path);
}

/* ---- the run ---- */

static int carry_out(struct m2_teardown *t, struct cleanup_work *w, const struct m2_plan *agreed,
                     struct m2_err *err)
{
    const struct m2_teardown_options options = { .sys = w->world->sys,
                                                 .net = w->session.net,
                                                 .aws = w->session.aws,
                                                 .plan = w->options,
                                                 .agreed = agreed,
                                                 .journal = w->journal,
                                                 .deadline_mono_ms = w->deadline_mono_ms,
                                                 .user = w,
                                                 .read = read_again,
                                                 .unregister = unregister,
                                                 .empty = m2_empty_bucket,
                                                 .tell = on_phase,
                                                 .progress = on_progress };
    return m2_teardown_run(t, w->arena, &options, err);
}

/* In a script nobody can look at what is new. */
static int changed(const struct cleanup_work *w, const struct m2_teardown *t, struct m2_err *err)
{
    const struct m2_plan_item *first = t->news.list.at[0];
    return w->args->confirm || t->news.list.len == 0
               ? m2_fail(err, M2_EDENIED,
                         "the stack changed since the plan was made: %s %s is new (%zu new in all); " NOTHING
                         ", run it again",
                         first->type, first->resource, t->news.list.len)
               : 0;
}

/* Only what could not be seen is mended by a right. */
static void forbidden(struct cleanup_work *w, const struct m2_plan_note *why, struct m2_err *err)
{
    bool right = m2_str_starts(why->slug, "right.") || m2_str_ends(why->slug, "unread");
    size_t n = strlen(why->said) - m2_str_ends(why->said, ".");
    (void)m2_fail(err, right ? M2_EDENIED : M2_ESERVICE, "%s; " NOTHING,
                  m2_arena_strndup(w->arena, why->said, n));
}

static int nothing_to_do(struct m2_buf *out, enum m2_exit *status, struct cleanup_work *w,
                         const struct m2_plan *plan, struct m2_err *err)
{
    m2_progress_clear(w->progress);
    cleanup_show_plan(out, w, plan);
    *status = m2_plan_leaves(plan) ? M2_EXIT_FOUND : M2_EXIT_OK;
    if (plan->state == M2_PLAN_UNSEEN || plan->blocked.len)
        forbidden(w, &plan->blocked.at[0], err);
    return 0;
}

/* The stack is gone: did an earlier run see that all of it is? If not, it is looked at now. */
static int look_again(struct cleanup_work *w, struct m2_plan *plan, struct m2_err *err)
{
    struct m2_snapshot snap;
    if (plan->state != M2_PLAN_GONE || m2_str_empty(plan->stack_arn) || plan->blocked.len ||
        m2_plan_work(plan))
        return 0;
    if (open_journal(w, plan, err) < 0)
        return -1;
    if (!m2_teardown_unfinished(w->journal, plan->stack_arn))
        return 0;
    w->options.look_again = true;
    if (read_again(w, &snap, w->arena, plan->stack_arn, err) < 0)
        return -1;
    m2_plan_make(plan, w->arena, &snap, &w->options);
    return 0;
}

int cleanup_apply(struct m2_buf *out, enum m2_exit *status, struct cleanup_work *w, struct m2_plan *plan,
                  struct m2_err *err)
{
    struct m2_teardown t = { 0 };
    if (look_again(w, plan, err) < 0)
        return -1;
    if (plan->blocked.len || !m2_plan_work(plan))
        return nothing_to_do(out, status, w, plan, err);
    for (int i = 0; i < MOST_QUESTIONS; i++) {
        if (consent(w, plan, err) < 0 || (!w->journal && open_journal(w, plan, err) < 0))
            return -1;
        int rc = carry_out(&t, w, plan, err);
        m2_progress_clear(w->progress);
        if (rc < 0 || !t.changed) {
            cleanup_show_teardown(out, w, &t, rc < 0 ? err : NULL);
            *status = t.counts[M2_END_LEFT] + t.counts[M2_END_UNTOLD] ? M2_EXIT_FOUND : M2_EXIT_OK;
            return 0; /* with ERR set: what was done is told before it */
        }
        if (changed(w, &t, err) < 0)
            return -1;
        *plan = t.plan;
    }
    return m2_fail(err, M2_EDENIED, "the stack changes again and again: somebody is at work on it; " NOTHING);
}
