/* To Brain and its list of units, while the account is being read. */
#include <string.h>

#include "m2/digest.h"
#include "register.h"

#define LOCK_EVERY_MS 100

static void ring(void *user)
{
    *(bool *)user = true;
}

static int wait_for_lock(struct work *w, struct m2_err *err)
{
    bool locked = false;
    for (bool told = false; !locked; told = true) {
        if (m2_journal_lock(w->journal, &locked, err) < 0)
            return -1;
        if (locked)
            break;
        if (!told)
            m2_progress_phase(w->progress, "waiting for another m2-register to end");
        bool rung = false;
        m2_net_after(w->session.net, LOCK_EVERY_MS, ring, &rung);
        while (!rung && m2_net_step(w->session.net, LOCK_EVERY_MS))
            ;
        if (m2_cancelled(w->world->sys))
            return m2_fail(err, M2_ECANCELLED,
                           "interrupted while another m2-register was at work; nothing was written");
        if (w->deadline_mono_ms && m2_mono_ms(w->world->sys) >= w->deadline_mono_ms)
            return m2_fail(
                err, M2_ETIMEOUT,
                "another m2-register was still at work when the time of this run was over; nothing was "
                "written");
    }
    return 0;
}

/* One journal for each Brain: its lock keeps two runs from writing to the same one at a time. Without a place
 * for it the run goes on, and says what that means. */
static int open_journal(struct work *w, struct m2_err *err)
{
    char hash[M2_SHA256_HEX];
    struct m2_err why = { 0 };
    const char *dir = m2_state_dir(w->arena, w->world->sys);
    m2_sha256_hex(hash, w->login.base, strlen(w->login.base));
    const char *path = m2_arena_printf(w->arena, "%s/register-%.12s.jsonl", m2_str_or(dir, ""), hash);
    if (dir && m2_journal_open(&w->journal, w->arena, path, register_tool.name, w->world->sys, &why) == 0)
        return wait_for_lock(w, err);
    if (why.code == M2_EINPUT)
        return m2_fail(err, why.code, "%s", why.msg);
    m2_vec_push(w->arena, &w->notes,
                m2_arena_printf(w->arena,
                                "No journal is kept (%s): a run that is killed cannot say where it stopped, "
                                "and two runs at a time are not kept apart.",
                                dir ? why.msg : "neither XDG_STATE_HOME nor HOME is set"));
    return 0;
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
