#include <string.h>

#include "m2/net.h"

struct fetch {
    struct m2_arena *arena;
    struct m2_response response;
    struct m2_err err;
    bool done, ok;
};

static void keep(void *user, const struct m2_exchange *x)
{
    struct fetch *f = user;
    f->done = true;
    f->ok = x->ok;
    f->err = x->err;
    if (!x->ok)
        return;
    const struct m2_response *from = &x->response;
    struct m2_header *headers = m2_arena_new_array(f->arena, struct m2_header, from->n_headers);
    for (size_t i = 0; i < from->n_headers; i++)
        headers[i] = (struct m2_header){ m2_arena_strdup(f->arena, from->headers[i].name),
                                         m2_arena_strdup(f->arena, from->headers[i].value) };
    f->response.status = from->status;
    f->response.headers = headers;
    f->response.n_headers = from->n_headers;
    f->response.body.p = m2_arena_strndup(f->arena, from->body.p, from->body.n);
    f->response.body.n = from->body.n;
}

int m2_net_fetch(struct m2_response *out, struct m2_arena *a, struct m2_net *n, const struct m2_request *req,
                 struct m2_err *err)
{
    struct fetch f = { .arena = a };
    m2_net_send(n, req, keep, &f);
    while (!f.done)
        if (!m2_net_step(n, 250) && !f.done)
            return m2_fail(err, M2_EBUG, "the network loop ended without an answer to %s",
                           m2_str_or(req->label, "a request"));
    if (!f.ok) {
        if (err)
            *err = f.err;
        return -1;
    }
    *out = f.response;
    return 0;
}

const char *m2_header_get(const struct m2_response *r, const char *name)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (m2_str_eq_ci(r->headers[i].name, name))
            return r->headers[i].value;
    return NULL;
}
