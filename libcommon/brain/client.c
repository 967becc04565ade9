/* One call at a time to its end: sent, judged, repeated where that is harmless, handed over. */
#include "brain/client.h"

#include <stdlib.h>
#include <string.h>

#include "brain/unit.h"
#include "m2/json.h"

#define MAX_ATTEMPTS 3
#define MAX_ANSWER ((size_t)32 << 20)
#define ANSWER_MS 35000 /* API Gateway itself gives up after 29 s */

static const struct m2_brain_op_row ops[M2_BRAIN_OPS] = {
    [M2_BRAIN_OP_LOGIN] = { "POST", "/api/auth/login", "logging in", false },
    [M2_BRAIN_OP_PROFILE] = { "GET", "/api/auth/profile", "reading the profile", false },
    [M2_BRAIN_OP_APPS] = { "GET", "/api/cloudapp/list", "listing the applications", false },
    [M2_BRAIN_OP_UNITS] = { "GET", "/api/computing-unit/list", "listing the computing units", false },
    [M2_BRAIN_OP_REGISTER] = { "POST", "/api/computing-unit/register", "registering the unit", true },
    [M2_BRAIN_OP_DELETE] = { "POST", "/api/computing-unit/delete", "removing the unit", true },
    [M2_BRAIN_OP_QUEUE_JOB] = { "POST", "/api/pipeline/queue_job", "queuing the job", true },
    [M2_BRAIN_OP_PIPELINES] = { "GET", "/api/pipeline/list", "listing the jobs", false },
};

const struct m2_brain_op_row *m2_brain_ops(void)
{
    return ops;
}

struct call {
    struct m2_brain *b;
    struct m2_arena *a, *own; /* of the answer; of the request, wiped at the end */
    enum m2_brain_op op;
    const char *query;
    const struct m2_value *body;
    struct m2_request req;
    struct m2_header headers[3];
    m2_brain_done *done;
    void *user;
    struct m2_retry_state retry;
    int64_t started_ms;
};

static void send_call(struct call *c);

static double random01(const struct m2_sys *sys)
{
    uint32_t r;
    sys->random(sys->ctx, &r, sizeof r);
    return (double)r / 4294967296.0;
}

static enum m2_retry_class class_of(const struct call *c, const struct m2_brain_answer *answer)
{
    if (answer->http_status == 429)
        return M2_RETRY_THROTTLE;
    switch (answer->fault) {
    case M2_BRAIN_UNREACHED:
        return m2_retry_classify(0, NULL, answer->err.code);
    case M2_BRAIN_LOST:
    case M2_BRAIN_BROKEN:
        return ops[c->op].writes ? M2_RETRY_NOT : M2_RETRY_TRANSIENT;
    case M2_BRAIN_OK:
    case M2_BRAIN_TLS:
    case M2_BRAIN_WRONG_URL:
    case M2_BRAIN_LOGIN:
    case M2_BRAIN_EXPIRED:
    case M2_BRAIN_NOT_ADMIN:
    case M2_BRAIN_REFUSED:
    case M2_BRAIN_ROLE_FAULT:
    case M2_BRAIN_STOPPED:
    case M2_BRAIN_FAULTS:
        break;
    }
    return M2_RETRY_NOT;
}

/* ---- the token of a login ---- */

/* "id_token", "accessToken", "token", bare or under "data", or the text itself. */
static const char *token_of(const struct m2_value *body)
{
    static const char *const names[] = { "idToken", "accessToken", "token" };
    const struct m2_value *places[] = { body, m2_brain_member(body, "data") };
    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            if (m2_v_is(m2_brain_member(places[p], names[i]), M2_STRING))
                return m2_brain_text(places[p], names[i]);
        if (m2_v_is(places[p], M2_STRING) && places[p]->u.text.n)
            return places[p]->u.text.p;
    }
    return NULL;
}

static void take_token(struct call *c, struct m2_brain_answer *answer, const struct m2_value *body)
{
    const char *text = token_of(body);
    struct m2_secret token = { 0 };
    struct m2_err err = { 0 };
    if (!text) {
        m2_brain_say(answer, M2_BRAIN_BROKEN, c->op, "the answer holds no token");
        return;
    }
    m2_secret_set(&token, text, strlen(text));
    if (m2_brain_use_token(c->b, &token, &err) < 0)
        m2_brain_say(answer, M2_BRAIN_BROKEN, c->op, "the token in the answer is none: %s", err.msg);
    m2_secret_free(&token);
}

/* ---- to the end ---- */

static void finish(struct call *c, struct m2_brain_answer *answer, const struct m2_value *body)
{
    struct m2_brain *b = c->b;
    answer->attempts = c->retry.attempt;
    answer->elapsed_ms = m2_mono_ms(b->opt.sys) - c->started_ms;
    answer->message = m2_arena_strdup(c->a, answer->message);
    if (c->op == M2_BRAIN_OP_LOGIN && answer->fault == M2_BRAIN_OK)
        take_token(c, answer, body);
    if (c->op != M2_BRAIN_OP_LOGIN && body)
        answer->body = m2_v_copy(c->a, body);
    if (answer->fault == M2_BRAIN_OK)
        m2_retry_success(&c->retry, &b->budget);
    m2_brain_note(b, c->op, c->query, c->body, answer);
    if (c->op == M2_BRAIN_OP_LOGIN)
        m2_secret_free(&b->password);
    m2_brain_done *done = c->done;
    void *user = c->user;
    m2_arena_free_wiped(c->own); /* C is gone */
    done(user, answer);
}

static void again(void *user)
{
    send_call(user);
}

static bool time_is_over(const struct m2_brain *b)
{
    return b->opt.deadline_mono_ms && m2_mono_ms(b->opt.sys) >= b->opt.deadline_mono_ms;
}

static void on_exchange(void *user, const struct m2_exchange *x)
{
    struct call *c = user;
    struct m2_brain_answer answer;
    const struct m2_value *body;
    m2_brain_judge(&answer, &body, c->own, c->b, c->op, x);
    int64_t wait = -1;
    if (answer.fault != M2_BRAIN_OK && !m2_cancelled(c->b->opt.sys) && !time_is_over(c->b))
        wait = m2_retry_next(&c->retry, &c->b->budget, class_of(c, &answer), MAX_ATTEMPTS,
                             random01(c->b->opt.sys), -1);
    if (wait >= 0)
        m2_net_after(c->b->opt.net, wait, again, c);
    else
        finish(c, &answer, body);
}

static void stop(void *user)
{
    struct call *c = user;
    struct m2_brain_answer answer = { .message = "" };
    bool cancelled = m2_cancelled(c->b->opt.sys);
    answer.err.code = cancelled ? M2_ECANCELLED : M2_ETIMEOUT;
    m2_brain_say(&answer, M2_BRAIN_STOPPED, c->op, "%s",
                 cancelled ? "interrupted before it was sent"
                           : "the time of the run was over before it was sent");
    finish(c, &answer, NULL);
}

static void send_call(struct call *c)
{
    const struct m2_brain_options *o = &c->b->opt;
    if (m2_cancelled(o->sys) || time_is_over(c->b)) {
        m2_net_after(o->net, 0, stop, c); /* never from within m2_brain_start */
        return;
    }
    int64_t left = o->deadline_mono_ms ? o->deadline_mono_ms - m2_mono_ms(o->sys) : ANSWER_MS;
    c->req.total_timeout_ms = (int)(left < ANSWER_MS ? left : ANSWER_MS);
    c->req.idle_timeout_ms = c->req.total_timeout_ms;
    m2_net_send(o->net, &c->req, on_exchange, c);
}

/* BODY as text in memory that is wiped. */
static struct m2_bytes text_of(struct m2_arena *own, const struct m2_value *body)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)16 << 20);
    m2_json_write(&b, body, false);
    struct m2_bytes text = { m2_arena_strndup(own, b.data, b.len), b.len };
    m2_wipe(b.data, b.len);
    m2_buf_free(&b);
    return text;
}

static struct call *make_call(struct m2_brain *b, struct m2_arena *a, enum m2_brain_op op, const char *query,
                              m2_brain_done *done, void *user)
{
    struct m2_arena *own = m2_arena_new();
    struct call *c = m2_arena_alloc(own, sizeof *c);
    *c = (struct call){ .b = b, .a = a, .own = own, .op = op, .done = done, .user = user };
    c->retry.attempt = 1;
    c->started_ms = m2_mono_ms(b->opt.sys);
    c->query = m2_arena_strdup(own, query);
    size_t n = 0;
    c->headers[n++] = (struct m2_header){ "Accept", "application/json" };
    if (op != M2_BRAIN_OP_LOGIN && !m2_secret_empty(&b->token))
        c->headers[n++] = (struct m2_header){ "Authorization", m2_arena_printf(own, "Bearer %s",
                                                                               m2_secret_reveal(&b->token)) };
    c->req = (struct m2_request){
        .method = ops[op].method,
        .url = m2_arena_printf(own, "%s%s%s%s", b->base, ops[op].path, m2_str_empty(query) ? "" : "?",
                               m2_str_or(query, "")),
        .headers = c->headers,
        .n_headers = n,
        .flags = M2_HTTP_PLAIN_OK | (ops[op].writes ? M2_HTTP_NO_REUSE : 0u),
        .max_body = MAX_ANSWER,
        .label = m2_arena_printf(own, "brain %s", ops[op].doing),
    };
    return c;
}

static void set_body(struct call *c, struct m2_bytes text)
{
    c->headers[c->req.n_headers++] = (struct m2_header){ "Content-Type", "application/json" };
    c->req.body = text;
}

void m2_brain_start(struct m2_brain *b, struct m2_arena *a, enum m2_brain_op op, const char *query,
                    const struct m2_value *body, m2_brain_done *done, void *user)
{
    struct call *c = make_call(b, a, op, query, done, user);
    if (body) {
        c->body = m2_v_copy(c->own, body);
        set_body(c, text_of(c->own, body));
    }
    send_call(c);
}

void m2_brain_login_start(struct m2_brain *b, struct m2_arena *a, const char *email,
                          const struct m2_secret *password, m2_brain_done *done, void *user)
{
    struct call *c = make_call(b, a, M2_BRAIN_OP_LOGIN, NULL, done, user);
    struct m2_value *body = m2_v_object(c->own);
    m2_secret_set(&b->password, m2_secret_reveal(password), password->len);
    m2_v_set_str(c->own, body, "email", email);
    m2_v_set(c->own, body, "password", m2_v_string_n(c->own, m2_secret_reveal(password), password->len));
    set_body(c, text_of(c->own, body));
    send_call(c);
}

/* ---- the client ---- */

struct m2_brain *m2_brain_new(const struct m2_brain_options *opt)
{
    struct m2_brain *b = m2_xcalloc(1, sizeof *b);
    b->opt = *opt;
    b->arena = m2_arena_new();
    b->base = m2_arena_strdup(b->arena, opt->url);
    b->budget.tokens = M2_RETRY_TOKENS;
    b->calls = m2_v_array(b->arena);
    return b;
}

void m2_brain_free(struct m2_brain *b)
{
    if (!b)
        return;
    m2_secret_free(&b->token);
    m2_secret_free(&b->password);
    m2_arena_free(b->arena);
    free(b);
}

const struct m2_claims *m2_brain_claims(const struct m2_brain *b)
{
    return &b->claims;
}

int m2_brain_use_token(struct m2_brain *b, const struct m2_secret *token, struct m2_err *err)
{
    const char *s = m2_secret_reveal(token);
    if (m2_secret_empty(token))
        return m2_fail(err, M2_EUSAGE, "the token of CloudMR Brain is empty");
    for (size_t i = 0; i < token->len; i++)
        if (s[i] <= ' ' || s[i] > '~')
            return m2_fail(
                err, M2_EUSAGE,
                "the token of CloudMR Brain holds a space, a line end or another character that no "
                "token has, at position %zu",
                i + 1);
    m2_secret_set(&b->token, s, token->len);
    m2_token_claims(&b->claims, token);
    return 0;
}
