#include "common/units.h"

#include "m2/str.h"

#define NO_LOGIN                                                                                             \
    "CloudMR Brain was not asked: its address is known, but there is nothing to log in with (CLOUDMR_EMAIL " \
    "and "                                                                                                   \
    "CLOUDMR_PASSWORD, CLOUDMR_ADMIN_TOKEN, or --email with --password-stdin)."

static bool has_login(const struct session *s, const struct login_args *args)
{
    static const char *const tokens[] = { "CLOUDMR_ADMIN_TOKEN", "ID_TOKEN" };
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
        if (!m2_str_empty(m2_env(s->sys, tokens[i])))
            return true;
    return args->email || args->password_stdin || args->token_stdin ||
           (!m2_str_empty(m2_env(s->sys, "CLOUDMR_EMAIL")) &&
            !m2_str_empty(m2_env(s->sys, "CLOUDMR_PASSWORD")));
}

int units_settle(struct units_reading *u, struct m2_arena *a, const struct session *s,
                 const struct login_args *args, bool needed, struct m2_err *err)
{
    *u = (struct units_reading){ .arena = a, .session = s };
    u->app = m2_str_or(m2_arena_strdup(a, m2_env(s->sys, "APP_NAME")), M2_USUAL_APP);
    u->alias = m2_arena_strdup(a, m2_env(s->sys, "ALIAS"));
    bool can = has_login(s, args);
    if (!needed && !can && s->api_url.value)
        u->why_not = NO_LOGIN;
    if (!needed && (!can || !s->api_url.value))
        return 0;
    u->asks = true;
    return login_settle(&u->login, a, s, args, err);
}

static void on_units(void *user, const struct m2_brain_answer *answer)
{
    struct units_reading *u = user;
    u->answer = *answer;
    u->done = true;
}

static void on_login(void *user, const struct m2_brain_answer *answer)
{
    struct units_reading *u = user;
    if (answer->fault == M2_BRAIN_OK)
        m2_brain_units_start(u->brain, u->arena, u->app, &u->units, on_units, u);
    else
        on_units(u, answer);
}

static struct m2_brain *make_client(const struct units_reading *u, int64_t deadline_mono_ms)
{
    const struct m2_brain_options options = { .sys = u->session->sys,
                                              .net = u->session->net,
                                              .url = u->login.base,
                                              .deadline_mono_ms = deadline_mono_ms };
    return m2_brain_new(&options);
}

void units_start(struct units_reading *u, int64_t deadline_mono_ms)
{
    bool logged_in = u->brain && u->answer.fault == M2_BRAIN_OK;
    if (!u->asks)
        return;
    if (!u->brain)
        u->brain = make_client(u, deadline_mono_ms);
    u->from = m2_v_len(m2_brain_calls(u->brain));
    u->done = false;
    if (logged_in)
        m2_brain_units_start(u->brain, u->arena, u->app, &u->units, on_units, u);
    else
        login_start(&u->login, u->brain, u->arena, on_login, u);
}

int units_finish(struct units_reading *u, struct m2_err *err)
{
    if (!u->asks)
        return 0;
    while (!u->done)
        if (!m2_net_step(u->session->net, 250) && !u->done)
            return m2_fail(err, M2_EBUG, "the network loop ended without an answer of CloudMR Brain");
    if (m2_cancelled(u->session->sys))
        return m2_fail(err, M2_ECANCELLED, "interrupted while CloudMR Brain was asked");
    return 0;
}

/* In place of calls that nobody made: why. A token that is none was never sent. */
static struct m2_value *not_made(const struct units_reading *u)
{
    struct m2_arena *a = u->arena;
    struct m2_value *list = m2_v_array(a), *call = m2_v_object(a), *error = m2_v_object(a);
    m2_v_set_str(a, call, "service", "brain");
    m2_v_set_str(a, call, "operation", m2_brain_ops()[M2_BRAIN_OP_LOGIN].path);
    m2_v_set(a, call, "input", m2_v_object(a));
    if (u->why_not) {
        m2_v_set_str(a, call, "status", "skipped");
        m2_v_set_str(a, call, "reason", u->why_not);
    } else {
        m2_v_set_str(a, call, "status", "error");
        m2_v_set_str(a, error, "code", m2_brain_faults()[u->answer.fault].name);
        m2_v_set_str(a, error, "message", u->answer.err.msg);
        m2_v_set_int(a, error, "http_status", 0);
        m2_v_set(a, call, "error", error);
    }
    m2_v_push(a, list, call);
    return list;
}

int units_add_calls(const struct units_reading *u, struct m2_snapshot *s, struct m2_err *err)
{
    if (!u->asks && !u->why_not)
        return 0;
    const struct m2_value *made = u->brain ? m2_brain_calls(u->brain) : NULL;
    struct m2_value *calls = m2_v_array(u->arena);
    for (size_t i = u->from; i < m2_v_len(made); i++)
        m2_v_push(u->arena, calls, m2_v_copy(u->arena, m2_v_at(made, i)));
    if (!m2_v_len(calls))
        calls = not_made(u);
    return m2_snapshot_add(s, calls, err);
}

void units_free(struct units_reading *u)
{
    m2_brain_free(u->brain);
    login_free(&u->login);
}
