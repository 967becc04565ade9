/* The account and what Brain says, read side by side into one snapshot. */
#include <string.h>

#include "cleanup.h"
#include "m2/collect.h"

int cleanup_settle_brain(struct cleanup_work *w, struct m2_err *err)
{
    struct m2_err why = { 0 };
    if (w->args->skip_brain)
        return 0;
    if (!w->session.api_url.value) {
        w->brain_problem = "its address is not known (CLOUDMR_API_URL, --api-url)";
        return 0;
    }
    if (login_settle(&w->login, w->arena, &w->session, &w->args->login, &why) == 0)
        return 0;
    if (why.code != M2_ELOGIN)
        return m2_fail(err, why.code, "%s", why.msg);
    w->brain_problem = m2_arena_strdup(w->arena, why.msg);
    return 0;
}

/* ---- Brain ---- */

struct chain {
    struct cleanup_work *w;
    bool done;
    struct m2_brain_answer answer; /* of the last call */
};

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
    c->w->units = (struct m2_units){ 0 };
    if (answer->fault == M2_BRAIN_OK)
        m2_brain_units_start(c->w->brain, c->w->arena, c->w->app, &c->w->units, on_units, c);
    else
        c->done = true;
}

/* Log in once; a later reading uses the same token. */
static void chain_start(struct chain *c, struct cleanup_work *w)
{
    const struct m2_brain_answer in = { .message = "" };
    *c = (struct chain){ .w = w, .done = w->args->skip_brain || w->brain_problem };
    if (c->done)
        return;
    if (w->brain) {
        on_login(c, &in);
        return;
    }
    const struct m2_brain_options options = { .sys = w->world->sys,
                                              .net = w->session.net,
                                              .url = w->login.base,
                                              .deadline_mono_ms = w->deadline_mono_ms };
    w->brain = m2_brain_new(&options);
    login_start(&w->login, w->brain, w->arena, on_login, c);
}

/* Both ends are always awaited: a call under way points into this run. */
static void chain_finish(struct chain *c)
{
    struct cleanup_work *w = c->w;
    while (!c->done && m2_net_step(w->session.net, 250))
        ;
    if (!c->done)
        w->brain_problem = "the network loop ended without an answer";
    else if (c->answer.fault != M2_BRAIN_OK)
        w->brain_problem = m2_arena_strdup(w->arena, c->answer.err.msg);
}

/* The calls to Brain from the N-th on, into the document. */
static int add_calls(struct m2_snapshot *out, struct cleanup_work *w, size_t n, struct m2_err *err)
{
    struct m2_value *calls = m2_v_get(out->root, "calls");
    const struct m2_value *brain = w->brain ? m2_brain_calls(w->brain) : NULL;
    for (size_t i = n; i < m2_v_len(brain); i++)
        m2_v_push(w->arena, calls, m2_v_copy(w->arena, m2_v_at(brain, i)));
    return m2_v_len(brain) > n ? m2_snapshot_from_value(out, w->arena, out->root, "what was collected", err)
                               : 0;
}

/* ---- the account ---- */

static void on_event(void *user, const struct m2_collect_event *e)
{
    struct cleanup_work *w = user;
    struct m2_buf text;
    m2_buf_init(&text, 400);
    m2_buf_addf(&text, "%zu %s read", e->done, e->done == 1 ? "answer" : "answers");
    if (e->waiting_for)
        m2_buf_addf(&text, ", waiting for %s", e->waiting_for);
    m2_progress_update(w->progress, text.data);
    m2_buf_free(&text);
}

int cleanup_read(struct m2_snapshot *out, struct cleanup_work *w, const char *stack, struct m2_err *err)
{
    struct chain chain;
    bool timed_out = false;
    size_t before = w->brain ? m2_v_len(m2_brain_calls(w->brain)) : 0;
    struct m2_collect_options options = {
        .sys = w->world->sys,
        .net = w->session.net,
        .aws = w->session.aws,
        .tool = m2_arena_printf(w->arena, "%s %s", cleanup_tool.name, m2_version()),
        .reading = M2_READ_CLEANUP,
        .deadline_mono_ms = w->deadline_mono_ms,
        .event = on_event,
        .event_user = w,
    };
    options.target.stack = stack;
    options.target.assign_public_ip = -1;
    options.target.role = w->args->role_arn;
    chain_start(&chain, w);
    int rc = m2_collect(out, w->arena, &options, &timed_out, err);
    chain_finish(&chain);
    if (rc < 0)
        return -1;
    if (timed_out)
        return m2_fail(err, M2_ETIMEOUT, "the time of the run was over before the account was read");
    return add_calls(out, w, before, err);
}
