#include <stdlib.h>
#include <string.h>

#include "fakes3.h"

struct fakes3_event {
    struct fakes3_event *next;
    int64_t due_ms;
    uint64_t seq;
    m2_net_timer *fire; /* or: */
    m2_net_done *done;
    void *user;
    const struct m2_request *req;
    struct fakes3_answer answer;
};

static struct fakes3net *of(struct m2_net *n)
{
    return (struct fakes3net *)(void *)n;
}

static struct fakes3_event *add(struct fakes3net *n, int64_t delay_ms, void *user)
{
    struct fakes3_event *e = m2_xcalloc(1, sizeof *e), **at = &n->events;
    e->due_ms = n->sys->mono_ms + delay_ms;
    e->user = user;
    e->seq = n->seq++;
    while (*at && (*at)->due_ms <= e->due_ms)
        at = &(*at)->next;
    e->next = *at;
    *at = e;
    return e;
}

static void on_after(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user)
{
    add(of(n), delay_ms, user)->fire = fire;
}

static const char *header_of(const void *user, const char *name)
{
    const struct m2_request *req = user;
    for (size_t i = 0; i < req->n_headers; i++)
        if (m2_str_eq_ci(req->headers[i].name, name))
            return req->headers[i].value;
    return NULL;
}

/* The bucket acts when the request leaves; the answer takes its time. */
static void on_send(struct m2_net *net, const struct m2_request *req, m2_net_done *done, void *user)
{
    struct fakes3net *n = of(net);
    n->s3->random = n->s3->random * 1664525u + 1013904223u;
    struct fakes3_event *e = add(n, 1 + (n->s3->random >> 8) % (n->longest_ms ? n->longest_ms : 20), user);
    e->done = done;
    e->req = req;
    if (++n->at_once > n->most_at_once)
        n->most_at_once = n->at_once;
    const char *path = strchr(strstr(req->url, "://") + 3, '/'), *mark = path ? strchr(path, '?') : NULL;
    if (!path)
        abort();
    char *whole = m2_xstrdup(path);
    if (mark)
        whole[mark - path] = '\0';
    char bucketed[8192] = "/b";
    bool in_path = m2_str_starts(whole, "/b/") || m2_str_eq(whole, "/b");
    strncat(bucketed, in_path ? "" : whole, sizeof bucketed - 3);
    fakes3_serve(n->s3, &e->answer, n->sys->mono_ms, req->method, in_path ? whole : bucketed,
                 mark ? mark + 1 : "", header_of, req, req->body);
    free(whole);
}

static void deliver(struct fakes3net *n, struct fakes3_event *e)
{
    struct m2_exchange x = { .ok = e->answer.status != 0, .sent = e->answer.arrived };
    n->at_once--;
    if (n->cancelled && !(e->req->flags & M2_HTTP_FINISH)) {
        x.ok = false;
        (void)m2_fail(&x.err, M2_ECANCELLED, "interrupted");
    } else if (!x.ok) {
        (void)m2_fail(&x.err, e->answer.arrived ? M2_ENET : M2_ETIMEOUT, "scripted loss");
    } else {
        x.response.status = e->answer.status;
        x.response.body = (struct m2_bytes){ e->answer.body.data, e->answer.body.len };
    }
    e->done(e->user, &x);
    m2_buf_free(&e->answer.body);
}

static bool on_step(struct m2_net *net, int max_wait_ms)
{
    struct fakes3net *n = of(net);
    struct fakes3_event *e = n->events;
    (void)max_wait_ms;
    if (!e)
        return false;
    n->events = e->next;
    if (e->due_ms > n->sys->mono_ms) {
        n->sys->now_ms += e->due_ms - n->sys->mono_ms;
        n->sys->mono_ms = e->due_ms;
    }
    if (e->fire)
        e->fire(e->user);
    else
        deliver(n, e);
    free(e);
    return n->events != NULL;
}

static void on_free(struct m2_net *net)
{
    struct fakes3net *n = of(net);
    for (struct fakes3_event *e = n->events, *next; e; e = next) {
        next = e->next;
        m2_buf_free(&e->answer.body);
        free(e);
    }
    n->events = NULL;
}

static const struct m2_net_ops ops = { on_send, on_after, on_step, on_free };

struct m2_net *fakes3net_new(struct fakes3net *n, struct fakes3 *s3, struct testsys *sys)
{
    *n = (struct fakes3net){ .net.ops = &ops, .s3 = s3, .sys = sys };
    return &n->net;
}
