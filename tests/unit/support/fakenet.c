#include "fakenet.h"

#include <assert.h>
#include <string.h>

static void send_later(struct m2_net *n, const struct m2_request *req, m2_net_done *done, void *user)
{
    struct fakenet *f = (struct fakenet *)n;
    assert(f->n_waiting < 16);
    f->waiting[f->n_waiting].req = req;
    f->waiting[f->n_waiting].done = done;
    f->waiting[f->n_waiting++].user = user;
}

static void fire_later(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user)
{
    struct fakenet *f = (struct fakenet *)n;
    (void)delay_ms;
    assert(f->n_waiting < 16);
    f->waiting[f->n_waiting].req = NULL;
    f->waiting[f->n_waiting].fire = fire;
    f->waiting[f->n_waiting++].user = user;
    f->timers++;
}

static void deliver(struct fakenet *f, const struct m2_request *req, m2_net_done *done, void *user)
{
    struct fakenet_answer a = f->respond(f->user, req);
    struct m2_header date = { "date", a.date };
    struct m2_exchange x = { .ok = a.fail == M2_OK, .sent = true };
    x.response.status = a.status;
    x.response.body = m2_bytes_of(a.body ? a.body : "");
    x.response.headers = &date;
    x.response.n_headers = a.date ? 1 : 0;
    if (!x.ok)
        (void)m2_fail(&x.err, a.fail, "the test's network says no");
    done(user, &x);
}

static bool step(struct m2_net *n, int max_wait_ms)
{
    struct fakenet *f = (struct fakenet *)n;
    (void)max_wait_ms;
    if (!f->n_waiting)
        return false;
    const struct m2_request *req = f->waiting[0].req;
    m2_net_done *done = f->waiting[0].done;
    m2_net_timer *fire = f->waiting[0].fire;
    void *user = f->waiting[0].user;
    memmove(f->waiting, f->waiting + 1, --f->n_waiting * sizeof f->waiting[0]);
    if (req)
        deliver(f, req, done, user);
    else
        fire(user);
    return f->n_waiting > 0;
}

static void nothing(struct m2_net *n)
{
    (void)n;
}

void fakenet_init(struct fakenet *f, fakenet_respond *respond, void *user)
{
    static const struct m2_net_ops ops = { send_later, fire_later, step, nothing };
    *f = (struct fakenet){ .net = { .ops = &ops }, .respond = respond, .user = user };
}

const char *fakenet_header(const struct m2_request *req, const char *name)
{
    for (size_t i = 0; i < req->n_headers; i++)
        if (m2_str_eq_ci(req->headers[i].name, name))
            return req->headers[i].value;
    return NULL;
}
