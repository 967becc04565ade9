/* A loop that breaks the exchanges it is told to break; everything else goes to the loop inside. */
#include <stdlib.h>
#include <string.h>

#include "m2/mem.h"
#include "net/request.h"

struct faulty {
    struct m2_net base;
    struct m2_net *inner;
    enum m2_fault fault;
    uint64_t at, times;
    struct broken *all;
};

/* One exchange that is to fail. */
struct broken {
    struct broken *next, **link;
    const struct m2_request *req;
    m2_net_done *done;
    void *user;
    enum m2_fault fault;
};

static struct faulty *faulty_of(struct m2_net *n)
{
    return (struct faulty *)(void *)n;
}

static const struct m2_header json_type[] = { { "content-type", "application/x-amz-json-1.1" },
                                              { "x-amzn-errortype", "ThrottlingException" } };
static const struct m2_header xml_type[] = { { "content-type", "text/xml" },
                                             { "x-amzn-errortype", "ThrottlingException" } };
static const struct m2_header html_type[] = { { "content-type", "text/html" } };

#define THROTTLED_JSON "{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}"
#define THROTTLED_XML                                                                                        \
    "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate "                         \
    "exceeded</Message></Error>"                                                                             \
    "<RequestId>0</RequestId></ErrorResponse>"
#define GARBAGE "\x00\xff\xfe<{[\x01 neither JSON nor XML"

static void answer(struct m2_exchange *x, int status, const struct m2_header *headers, size_t n,
                   const char *body, size_t len)
{
    x->ok = true;
    x->response = (struct m2_response){ status, headers, n, { body, len } };
}

static bool speaks_json(const struct m2_request *req)
{
    const char *type = m2_request_header(req, "content-type");
    return m2_request_header(req, "x-amz-target") || m2_str_has_ci(type, "json");
}

static void make(struct m2_exchange *x, const struct broken *b)
{
    *x = (struct m2_exchange){ .sent = true };
    switch (b->fault) {
    case M2_FAULT_REFUSED:
        x->sent = false;
        (void)m2_fail(&x->err, M2_ENET, "could not connect: connection refused (injected)");
        break;
    case M2_FAULT_TIMEOUT_BEFORE:
        x->sent = false;
        (void)m2_fail(&x->err, M2_ETIMEOUT, "no connection in time (injected)");
        break;
    case M2_FAULT_TIMEOUT_AFTER:
        (void)m2_fail(&x->err, M2_ETIMEOUT, "no answer in time (injected)");
        break;
    case M2_FAULT_RESET_BODY:
        (void)m2_fail(&x->err, M2_ENET, "the connection broke in the middle of the answer (injected)");
        break;
    case M2_FAULT_500:
        if (speaks_json(b->req))
            answer(x, 500, json_type, 1, "{\"__type\":\"InternalFailure\"}", 28);
        else
            answer(x, 500, xml_type, 1, "", 0);
        break;
    case M2_FAULT_500_HTML:
        answer(x, 500, html_type, 1, "<!doctype html><title>500</title>", 33);
        break;
    case M2_FAULT_THROTTLED:
        if (speaks_json(b->req))
            answer(x, 400, json_type, 2, THROTTLED_JSON, sizeof THROTTLED_JSON - 1);
        else
            answer(x, 400, xml_type, 2, THROTTLED_XML, sizeof THROTTLED_XML - 1);
        break;
    case M2_FAULT_GARBAGE:
        answer(x, 200, html_type, 1, GARBAGE, sizeof GARBAGE - 1);
        break;
    case M2_FAULT_EMPTY:
        answer(x, 200, NULL, 0, "", 0);
        break;
    case M2_FAULT_NONE:
    case M2_FAULT_COUNT:
        (void)m2_fail(&x->err, M2_EBUG, "no such fault");
        break;
    }
}

static void fail_now(void *user)
{
    struct broken *b = user;
    struct m2_exchange x;
    *b->link = b->next;
    if (b->next)
        b->next->link = b->link;
    make(&x, b);
    b->done(b->user, &x);
    free(b);
}

/* The server acted; its answer is lost. A failure of the loop inside (a cancelled run) stays what it is. */
static void lose_answer(void *user, const struct m2_exchange *real)
{
    struct broken *b = user;
    if (real->ok) {
        fail_now(b);
        return;
    }
    *b->link = b->next;
    if (b->next)
        b->next->link = b->link;
    b->done(b->user, real);
    free(b);
}

static void faulty_send(struct m2_net *n, const struct m2_request *req, m2_net_done *done, void *user)
{
    struct faulty *f = faulty_of(n);
    if (f->fault == M2_FAULT_NONE || n->started < f->at || n->started - f->at >= f->times) {
        m2_net_send(f->inner, req, done, user);
        return;
    }
    struct broken *b = m2_xmalloc(sizeof *b);
    *b = (struct broken){ f->all, &f->all, req, done, user, f->fault };
    if (b->next)
        b->next->link = &b->next;
    f->all = b;
    if (f->fault == M2_FAULT_TIMEOUT_AFTER || f->fault == M2_FAULT_RESET_BODY)
        m2_net_send(f->inner, req, lose_answer, b);
    else
        m2_net_after(f->inner, 0, fail_now, b);
}

static void faulty_after(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user)
{
    m2_net_after(faulty_of(n)->inner, delay_ms, fire, user);
}

static bool faulty_step(struct m2_net *n, int max_wait_ms)
{
    return m2_net_step(faulty_of(n)->inner, max_wait_ms);
}

static void faulty_free(struct m2_net *n)
{
    struct faulty *f = faulty_of(n);
    m2_net_free(f->inner);
    for (struct broken *b = f->all, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(f);
}

static const struct m2_net_ops ops = { faulty_send, faulty_after, faulty_step, faulty_free };

struct m2_net *m2_net_faulty(struct m2_net *inner, enum m2_fault fault, uint64_t at, uint64_t times)
{
    struct faulty *f = m2_xcalloc(1, sizeof *f);
    f->base.ops = &ops;
    f->inner = inner;
    f->fault = fault;
    f->at = at;
    f->times = times;
    return &f->base;
}
