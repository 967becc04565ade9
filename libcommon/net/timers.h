/* net/timers.h — timers of one loop: a binary heap by due time, then by the order they were set. */
#ifndef M2_NET_TIMERS_H
#define M2_NET_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/net.h"

struct m2_timer {
    int64_t due_ms;
    uint64_t seq;
    m2_net_timer *fire;
    void *user;
};

struct m2_timers {
    struct m2_timer *heap;
    size_t len, cap;
    uint64_t next_seq;
};

void m2_timers_add(struct m2_timers *t, int64_t due_ms, m2_net_timer *fire, void *user);
/** Remove the earliest into *out; false when there is none. */
bool m2_timers_pop(struct m2_timers *t, struct m2_timer *out);
/** The earliest, or NULL. */
const struct m2_timer *m2_timers_first(const struct m2_timers *t);
/** Run what is due at NOW_MS and was set before the call; a timer set meanwhile waits for the next call. True
 * if any ran. */
bool m2_timers_run(struct m2_timers *t, int64_t now_ms);
void m2_timers_free(struct m2_timers *t);

#endif
