#include <string.h>

#include "m2/net.h"

uint64_t m2_net_started(const struct m2_net *n)
{
    return n->started;
}

void m2_net_free(struct m2_net *n)
{
    if (n)
        n->ops->free(n);
}

void m2_net_send(struct m2_net *n, const struct m2_request *req, m2_net_done *done, void *user)
{
    n->started++;
    n->ops->send(n, req, done, user);
}

void m2_net_after(struct m2_net *n, int64_t delay_ms, m2_net_timer *fire, void *user)
{
    n->ops->after(n, delay_ms < 0 ? 0 : delay_ms, fire, user);
}

bool m2_net_step(struct m2_net *n, int max_wait_ms)
{
    return n->ops->step(n, max_wait_ms);
}

static void ring(void *user)
{
    *(bool *)user = true;
}

void m2_net_pause(struct m2_net *n, int64_t ms)
{
    bool rung = false; /* a cancelled run rings it at once: no timer outlives this frame */
    m2_net_after(n, ms, ring, &rung);
    while (!rung && m2_net_step(n, 250))
        ;
}
