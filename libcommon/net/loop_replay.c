#include "m2/digest.h"
#include "m2/mem.h"
#include "net/mask.h"
#include "net/recording.h"
#include "net/timers.h"

#include <ctype.h>
#include <stdlib.h>

/* How much of a request an entry must share, strictest first. */
enum tier { SAME, SAME_BUT_TOKENS, SAME_OPERATION, TIERS };

struct entry {
    const char *method, *url, *target, *action;
    const char *body, *plain_body; /* masked; plain: tokens replaced */
    bool used;
    struct m2_exchange answer;
};

struct question {
    struct question *next;
    const struct m2_request *req;
    m2_net_done *done;
    void *user;
};

struct replay {
    struct m2_net base;
    const struct m2_sys *sys;
    struct m2_arena *arena;
    struct entry *entries;
    size_t n_entries;
    struct question *first, **end;
    struct m2_timers timers;
    int64_t now; /* stands still but for the timers */
};

static struct replay *replay_of(struct m2_net *n)
{
    return (struct replay *)(void *)n;
}

char *m2_recording_url(struct m2_arena *a, const char *url)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)-1 / 2);
    m2_mask_url(&b, url);
    char *s = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return s;
}

static size_t uuid_length(const char *p)
{
    static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == 'x' ? !isxdigit((unsigned char)p[i]) : p[i] != '-')
            return 0;
    return sizeof shape - 1;
}

/* BODY with every UUID replaced: idempotency tokens differ from run to run. */
static char *without_tokens(struct m2_arena *a, const char *body)
{
    char *out = m2_arena_strdup(a, body), *to = out;
    while (*body) {
        size_t n = uuid_length(body);
        *to++ = n ? '*' : *body;
        body += n ? n : 1;
    }
    *to = '\0';
    return out;
}

/* Value of Action= in a form, or NULL. */
static const char *action_of(struct m2_arena *a, const char *body)
{
    if (!m2_str_starts(body, "Action="))
        return NULL;
    return m2_arena_strndup(a, body + 7, strcspn(body + 7, "&"));
}

static char *masked_body(struct m2_arena *a, struct m2_bytes body)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)-1 / 2);
    if (m2_utf8_valid(body.p, body.n) && !memchr(m2_str_or(body.p, ""), '\0', body.n))
        m2_mask_body(&b, body);
    else
        m2_base64_add(&b, body.p, body.n);
    char *s = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return s;
}

static void describe(struct entry *e, struct m2_arena *a)
{
    e->plain_body = without_tokens(a, m2_str_or(e->body, ""));
    e->action = action_of(a, m2_str_or(e->body, ""));
}

/* ---- reading the recording ---- */

static int read_body(struct m2_bytes *out, struct m2_arena *a, const struct m2_value *v, struct m2_err *err)
{
    const char *coded = m2_v_str(v, "body_base64");
    const struct m2_value *plain = m2_v_get(v, "body");
    if (!coded) {
        *out = m2_v_is(plain, M2_STRING) ? plain->u.text : (struct m2_bytes){ "", 0 };
        return 0;
    }
    struct m2_buf b;
    m2_buf_init(&b, (size_t)-1 / 2);
    int rc = m2_base64_decode(&b, coded, strlen(coded), err);
    if (rc == 0)
        *out = (struct m2_bytes){ m2_arena_strndup(a, b.data, b.len), b.len };
    m2_buf_free(&b);
    return rc;
}

static enum m2_errc errc_named(const char *name)
{
    for (int i = 1; i < M2_ERRC_COUNT; i++)
        if (m2_str_eq(m2_errc_row((enum m2_errc)i)->name, name))
            return (enum m2_errc)i;
    return M2_ENET;
}

static int read_answer(struct m2_exchange *x, struct m2_arena *a, const struct m2_value *v,
                       struct m2_err *err)
{
    const char *error = m2_v_str(v, "error");
    const struct m2_value *headers = m2_v_get(v, "headers");
    size_t n = m2_v_is(headers, M2_OBJECT) ? m2_v_len(headers) : 0;
    x->sent = m2_v_bool_or(v, "sent", true);
    if (error) {
        (void)m2_fail(&x->err, errc_named(error), "%s", m2_str_or(m2_v_str(v, "message"), error));
        return 0;
    }
    int64_t status = m2_v_int_or(v, "status", 0);
    if (status < 100 || status > 599)
        return m2_fail(err, M2_EINPUT, "\"status\" must be a number from 100 to 599");
    struct m2_header *list = m2_arena_new_array(a, struct m2_header, n);
    for (size_t i = 0; i < n; i++) {
        const struct m2_member *m = &headers->u.object.at[i];
        list[i] = (struct m2_header){ m2_str_lower(a, m->key), m2_str_or(m2_v_text(m->value), "") };
    }
    x->ok = true;
    x->response = (struct m2_response){ .status = (int)status, .headers = list, .n_headers = n };
    return read_body(&x->response.body, a, v, err);
}

static int read_entry(struct entry *e, struct m2_arena *a, const struct m2_value *v, struct m2_err *err)
{
    e->method = m2_v_str(v, "method");
    const char *url = m2_v_str(v, "url");
    if (!e->method || !url)
        return m2_fail(err, M2_EINPUT, "\"method\" and \"url\" must be texts");
    e->url = m2_recording_url(a, url);
    e->target = m2_v_str(v, "target");
    const char *text = m2_v_str(v, "request_body");
    e->body = text ? masked_body(a, m2_bytes_of(text)) : m2_v_str(v, "request_body_base64");
    describe(e, a);
    return read_answer(&e->answer, a, v, err);
}

/* ---- matching ---- */

static bool matches(const struct entry *e, const struct entry *q, enum tier tier)
{
    if (!m2_str_eq(e->method, q->method) || !m2_str_eq(e->url, q->url))
        return false;
    if (e->target && !m2_str_eq(e->target, q->target))
        return false;
    switch (tier) {
    case SAME:
        return e->body ? m2_str_eq(e->body, q->body) : m2_str_empty(q->body);
    case SAME_BUT_TOKENS:
        return e->body && m2_str_eq(e->plain_body, q->plain_body);
    case SAME_OPERATION: /* what names no body answers any; else the operation decides */
        return !e->body || e->target || (e->action && m2_str_eq(e->action, q->action));
    case TIERS:
        break;
    }
    return false;
}

static struct entry *find(struct replay *r, const struct entry *q)
{
    for (enum tier tier = SAME; tier < TIERS; tier++) {
        struct entry *last = NULL;
        for (size_t i = 0; i < r->n_entries; i++) {
            if (!matches(&r->entries[i], q, tier))
                continue;
            last = &r->entries[i];
            if (!last->used)
                return last;
        }
        if (last)
            return last;
    }
    return NULL;
}

static void reply(struct replay *r, struct question *question)
{
    const struct m2_request *req = question->req;
    struct m2_arena *a = m2_arena_new();
    struct m2_exchange x = { 0 };
    struct m2_target target;
    struct entry q = { .method = req->method, .target = m2_request_header(req, "x-amz-target") };
    if (m2_cancelled(r->sys)) {
        (void)m2_fail(&x.err, M2_ECANCELLED, "interrupted");
    } else if (m2_request_check(&target, req, &x.err) == 0) {
        q.url = m2_recording_url(a, req->url);
        q.body = masked_body(a, req->body);
        describe(&q, a);
        struct entry *e = find(r, &q);
        if (e) {
            e->used = true;
            x = e->answer;
        } else {
            const char *what = q.target ? q.target : m2_str_or(q.action, "");
            (void)m2_fail(&x.err, M2_ENET, "the recording holds no answer to %s %s%s%s", q.method, q.url,
                          *what ? " " : "", what);
        }
    }
    question->done(question->user, &x);
    m2_arena_free(a);
    free(question);
}

/* ---- the loop ---- */

static void replay_send(struct m2_net *n, const struct m2_request *req, m2_net_done *done, void *user)
{
    struct replay *r = replay_of(n);
    struct question *q = m2_xmalloc(sizeof *q);
    *q = (struct question){ NULL, req, done, user };
    *r->end = q;
    r->end = &q->next;
}

static void replay_after(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user)
{
    struct replay *r = replay_of(n);
    m2_timers_add(&r->timers, r->now + delay_ms, fire, user);
}

/* Answers come first: a deadline must not pass while there is one. */
static bool replay_step(struct m2_net *n, int max_wait_ms)
{
    struct replay *r = replay_of(n);
    (void)max_wait_ms;
    (void)m2_timers_run(&r->timers, r->now);
    struct question *q = r->first;
    const struct m2_timer *t = m2_timers_first(&r->timers);
    if (q) {
        r->first = q->next;
        if (!r->first)
            r->end = &r->first;
        reply(r, q);
    } else if (t) {
        r->now = t->due_ms;
        (void)m2_timers_run(&r->timers, r->now);
    }
    return r->first || r->timers.len;
}

static void replay_free(struct m2_net *n)
{
    struct replay *r = replay_of(n);
    for (struct question *q = r->first, *next; q; q = next) {
        next = q->next;
        free(q);
    }
    m2_timers_free(&r->timers);
    m2_arena_free(r->arena);
    free(r);
}

static const struct m2_net_ops ops = { replay_send, replay_after, replay_step, replay_free };

int m2_net_replay(struct m2_net **out, const struct m2_value *recording, const struct m2_sys *sys,
                  struct m2_err *err)
{
    const char *schema = m2_v_str(recording, "schema");
    if (!m2_str_eq(schema, M2_RECORDING_SCHEMA))
        return m2_fail(err, M2_EINPUT, "\"schema\" must be \"" M2_RECORDING_SCHEMA "\", not \"%s\"",
                       m2_str_or(schema, ""));
    struct replay *r = m2_xcalloc(1, sizeof *r);
    r->base.ops = &ops;
    r->sys = sys;
    r->arena = m2_arena_new();
    r->end = &r->first;
    const struct m2_value *list = m2_v_get(m2_v_copy(r->arena, recording), "exchanges");
    r->entries = m2_arena_new_array(r->arena, struct entry, m2_v_len(list));
    const struct m2_value *v;
    m2_v_each(v, i, list)
    {
        if (read_entry(&r->entries[r->n_entries++], r->arena, v, err) < 0) {
            replay_free(&r->base);
            return m2_context(err, "exchanges[%zu]", i);
        }
    }
    *out = &r->base;
    return 0;
}
