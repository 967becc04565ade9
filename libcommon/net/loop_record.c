/* A loop that writes down what passes through it, in the format that m2_net_replay reads. */
#include <stdlib.h>

#include "m2/digest.h"
#include "m2/mem.h"
#include "net/mask.h"
#include "net/recording.h"

struct recorder {
    struct m2_net base;
    struct m2_net *inner;
    struct m2_arena *arena;
    struct m2_value *list;
    struct taped *all;
};

struct taped {
    struct taped *next, **link;
    struct recorder *recorder;
    const struct m2_request *req;
    m2_net_done *done;
    void *user;
};

static struct recorder *recorder_of(struct m2_net *n)
{
    return (struct recorder *)(void *)n;
}

static void put_body(struct m2_arena *a, struct m2_value *o, const char *text_key, const char *base64_key,
                     struct m2_bytes body)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)-1 / 2);
    bool text = m2_utf8_valid(body.p, body.n) && !memchr(m2_str_or(body.p, ""), '\0', body.n);
    if (text)
        m2_mask_body(&b, body);
    else
        m2_base64_add(&b, body.p, body.n);
    m2_v_set(a, o, text ? text_key : base64_key, m2_v_string_n(a, b.data, b.len));
    m2_buf_free(&b);
}

/* A Location may carry a signature. */
static const char *header_value(struct m2_arena *a, const struct m2_header *h)
{
    if (m2_mask_header(h->name))
        return M2_MASK;
    return m2_str_eq_ci(h->name, "location") ? m2_recording_url(a, h->value) : h->value;
}

static struct m2_value *entry(struct m2_arena *a, const struct m2_request *req, const struct m2_exchange *x)
{
    struct m2_value *o = m2_v_object(a), *headers = m2_v_object(a);
    m2_v_set_str(a, o, "method", req->method);
    m2_v_set_str(a, o, "url", m2_recording_url(a, req->url));
    if (m2_request_header(req, "x-amz-target"))
        m2_v_set_str(a, o, "target", m2_request_header(req, "x-amz-target"));
    if (req->body.n)
        put_body(a, o, "request_body", "request_body_base64", req->body);
    if (!x->ok) {
        m2_v_set_str(a, o, "error", m2_errc_row(x->err.code)->name);
        m2_v_set_str(a, o, "message", x->err.msg);
        m2_v_set_bool(a, o, "sent", x->sent);
        return o;
    }
    m2_v_set_int(a, o, "status", x->response.status);
    for (size_t i = 0; i < x->response.n_headers; i++) {
        const struct m2_header *h = &x->response.headers[i];
        m2_v_set_str(a, headers, h->name, header_value(a, h));
    }
    m2_v_set(a, o, "headers", headers);
    put_body(a, o, "body", "body_base64", x->response.body);
    return o;
}

static void on_done(void *user, const struct m2_exchange *x)
{
    struct taped *t = user;
    struct recorder *r = t->recorder;
    *t->link = t->next;
    if (t->next)
        t->next->link = t->link;
    m2_v_push(r->arena, r->list, entry(r->arena, t->req, x));
    t->done(t->user, x);
    free(t);
}

static void record_send(struct m2_net *n, const struct m2_request *req, m2_net_done *done, void *user)
{
    struct recorder *r = recorder_of(n);
    struct taped *t = m2_xmalloc(sizeof *t);
    *t = (struct taped){ r->all, &r->all, r, req, done, user };
    if (t->next)
        t->next->link = &t->next;
    r->all = t;
    m2_net_send(r->inner, req, on_done, t);
}

static void record_after(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user)
{
    m2_net_after(recorder_of(n)->inner, delay_ms, fire, user);
}

static bool record_step(struct m2_net *n, int max_wait_ms)
{
    return m2_net_step(recorder_of(n)->inner, max_wait_ms);
}

static void record_free(struct m2_net *n)
{
    struct recorder *r = recorder_of(n);
    m2_net_free(r->inner);
    for (struct taped *t = r->all, *next; t; t = next) {
        next = t->next;
        free(t);
    }
    free(r);
}

static const struct m2_net_ops ops = { record_send, record_after, record_step, record_free };

struct m2_net *m2_net_recorder(struct m2_net *inner, struct m2_arena *a, struct m2_value *recording)
{
    struct recorder *r = m2_xcalloc(1, sizeof *r);
    r->base.ops = &ops;
    r->inner = inner;
    r->arena = a;
    r->list = m2_v_get(recording, "exchanges");
    if (!r->list) {
        m2_v_set_str(a, recording, "schema", M2_RECORDING_SCHEMA);
        m2_v_set(a, recording, "exchanges", r->list = m2_v_array(a));
    }
    return &r->base;
}
