#include "scriptnet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct script_question {
    struct script_question *next;
    m2_net_done *done;
    void *user;
    char *text;
};

struct script_timer {
    struct script_timer *next;
    int64_t due;
    m2_net_timer *fire;
    void *user;
};

static struct scriptnet *of(struct m2_net *n)
{
    return (struct scriptnet *)(void *)n;
}

static char *as_text(const struct m2_request *req)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 24);
    m2_buf_addf(&b, "%s %s\n", req->method, req->url);
    for (size_t i = 0; i < req->n_headers; i++)
        m2_buf_addf(&b, "%s: %s\n", req->headers[i].name, req->headers[i].value);
    m2_buf_adds(&b, "\n");
    m2_buf_add(&b, req->body.p, req->body.n);
    char *text = m2_xstrdup(b.data);
    m2_buf_free(&b);
    return text;
}

static void script_send(struct m2_net *n, const struct m2_request *req, m2_net_done *done, void *user)
{
    struct scriptnet *s = of(n);
    struct script_question *q = m2_xcalloc(1, sizeof *q);
    *q = (struct script_question){ NULL, done, user, as_text(req) };
    *s->end = q;
    s->end = &q->next;
    s->pending++;
    if (s->pending > s->most_at_once)
        s->most_at_once = s->pending;
    if (s->n_asked < SCRIPT_ASKED) {
        s->flags[s->n_asked] = req->flags;
        s->asked_at[s->n_asked] = s->sys->mono_ms;
        s->asked[s->n_asked++] = m2_xstrdup(q->text);
    }
}

static void script_after(struct m2_net *n, int64_t delay, m2_net_timer *fire, void *user)
{
    struct scriptnet *s = of(n);
    struct script_timer *t = m2_xcalloc(1, sizeof *t), **at = (struct script_timer **)(void *)&s->timers;
    *t = (struct script_timer){ NULL, s->sys->mono_ms + delay, fire, user };
    while (*at && (*at)->due <= t->due)
        at = &(*at)->next;
    t->next = *at;
    *at = t;
}

static size_t split_headers(struct m2_header *out, size_t max, char *text)
{
    size_t n = 0;
    for (char *line = strtok(text, "\n"); line && n < max; line = strtok(NULL, "\n")) {
        char *colon = strstr(line, ": ");
        if (!colon)
            abort();
        *colon = '\0';
        out[n++] = (struct m2_header){ line, colon + 2 };
    }
    return n;
}

static const struct script_row *row_for(struct scriptnet *s, const char *text)
{
    for (size_t i = 0; s->rows[i].has || s->rows[i].status || s->rows[i].fault; i++) {
        const struct script_row *r = &s->rows[i];
        if ((r->times && s->used[i] >= r->times) || (r->has && !strstr(text, r->has)) ||
            (r->also && !strstr(text, r->also)))
            continue;
        s->used[i]++;
        return r;
    }
    return NULL;
}

static void reply(struct scriptnet *s, struct script_question *q)
{
    struct m2_exchange x = { .sent = true };
    struct m2_header headers[16];
    const struct script_row *row = row_for(s, q->text);
    char *copy = m2_xstrdup(row && row->headers ? row->headers : "");
    if (!row) {
        (void)m2_fail(&x.err, M2_EBUG, "no row answers %s", q->text);
    } else if (row->fault) {
        x.sent = !row->unsent;
        (void)m2_fail(&x.err, row->fault, "scripted fault");
    } else {
        x.ok = true;
        x.response.status = row->status;
        x.response.headers = headers;
        x.response.n_headers = split_headers(headers, 16, copy);
        x.response.body = m2_bytes_of(row->body ? row->body : "");
    }
    q->done(q->user, &x);
    free(copy);
    free(q->text);
    free(q);
}

static bool script_step(struct m2_net *n, int max_wait)
{
    struct scriptnet *s = of(n);
    struct script_timer *t = s->timers;
    struct script_question *q = s->first;
    (void)max_wait;
    if (t && (t->due <= s->sys->mono_ms || !q)) {
        s->timers = t->next;
        if (t->due > s->sys->mono_ms) {
            s->sys->now_ms += t->due - s->sys->mono_ms;
            s->sys->mono_ms = t->due;
        }
        t->fire(t->user);
        free(t);
    } else if (q) {
        s->first = q->next;
        if (!s->first)
            s->end = &s->first;
        s->pending--;
        reply(s, q);
    }
    return s->first || s->timers;
}

static void script_free(struct m2_net *n)
{
    struct scriptnet *s = of(n);
    for (struct script_question *q = s->first, *next; q; q = next) {
        next = q->next;
        free(q->text);
        free(q);
    }
    for (struct script_timer *t = s->timers, *next; t; t = next) {
        next = t->next;
        free(t);
    }
    for (size_t i = 0; i < s->n_asked; i++)
        free(s->asked[i]);
}

static const struct m2_net_ops ops = { script_send, script_after, script_step, script_free };

struct m2_net *scriptnet_new(struct scriptnet *s, struct testsys *sys, const struct script_row *rows)
{
    *s = (struct scriptnet){ .net.ops = &ops, .sys = sys, .rows = rows };
    s->end = &s->first;
    return &s->net;
}

const char *scriptnet_header(const struct scriptnet *s, size_t i, const char *name)
{
    static char value[4096];
    char want[128];
    (void)snprintf(want, sizeof want, "\n%s: ", name);
    const char *at = i < s->n_asked ? strcasestr(s->asked[i], want) : NULL;
    if (!at)
        return "";
    at += strlen(want);
    (void)snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\n"), at);
    return value;
}
