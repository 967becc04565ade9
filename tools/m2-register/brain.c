/* To Brain and its list of units, while the account is being read. */
#include "register.h"

static void on_phase(void *user, const char *phase)
{
    struct work *w = user;
    m2_progress_phase(w->progress, phase);
}

/* Without a place for it the run goes on, and says what that means. */
static int open_journal(struct work *w, struct m2_err *err)
{
    const char *why_none = NULL;
    struct enroll e = {
        .arena = w->arena, .sys = w->world->sys, .net = w->session.net, .tell = on_phase, .tell_user = w
    };
    int rc = enroll_journal_open(&why_none, &e, w->login.base, register_tool.name, w->deadline_mono_ms, err);
    w->journal = e.journal;
    if (why_none)
        m2_vec_push(w->arena, &w->notes, why_none);
    return rc;
}

static void on_units(void *user, const struct m2_brain_answer *answer)
{
    struct chain *c = user;
    c->answer = *answer;
    c->done = true;
}

static void on_login(void *user, const struct m2_brain_answer *answer)
{
    struct chain *c = user;
    c->answer = *answer;
    if (answer->fault == M2_BRAIN_OK)
        m2_brain_units_start(c->w->brain, c->w->arena, c->w->app, &c->w->units, on_units, c);
    else
        c->done = true;
}

int chain_start(struct chain *c, struct work *w, bool writes, struct m2_err *err)
{
    *c = (struct chain){ .w = w };
    if (writes && open_journal(w, err) < 0)
        return -1;
    const struct m2_brain_options options = { .sys = w->world->sys,
                                              .net = w->session.net,
                                              .url = w->login.base,
                                              .deadline_mono_ms = w->deadline_mono_ms };
    w->brain = m2_brain_new(&options);
    login_start(&w->login, w->brain, w->arena, on_login, c);
    return 0;
}

int chain_finish(struct chain *c, struct m2_err *err)
{
    while (!c->done)
        if (!m2_net_step(c->w->session.net, 250) && !c->done)
            return m2_fail(err, M2_EBUG, "the network loop ended without an answer of CloudMR Brain");
    if (c->answer.fault == M2_BRAIN_OK)
        return 0;
    *err = c->answer.err;
    return -1;
}
