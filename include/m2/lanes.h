/*
 * m2/lanes.h — the one place for threads: pieces of a stream taken in order, worked on side by side, given back in order.
 *
 * Model:     each lane has its own state. take runs for one lane at a time, in the order of the stream; work runs for all lanes at
 *            the same time and touches nothing but its lane; give runs for one lane at a time, in the order of take. So what
 *            take and give see is the same for any number of lanes, and only work has to be free of shared state.
 * Threads:   the caller's thread is the first lane; with one lane no thread is started. All are joined before m2_lanes_run returns.
 * Source:    POSIX threads.
 */
#ifndef M2_LANES_H
#define M2_LANES_H

#include <stddef.h>

#include "m2/err.h"

#define M2_LANES_MAX 8 /* more would only wait for take */

struct m2_lanes {
    size_t n;     /* 1..M2_LANES_MAX */
    void **lane;  /* n of them */
    void *user;   /* all lanes' */
    /* 1: the lane holds the next piece; 0: the stream has ended; -1: failed. */
    int (*take)(void *user, void *lane, struct m2_err *err);
    int (*work)(void *user, void *lane, struct m2_err *err); /* 0, or -1: failed */
    int (*give)(void *user, void *lane, struct m2_err *err); /* 0, or -1: failed */
};

/** Run until the stream ends or something fails. The failure told is the first in the order of the stream; no give follows it.
 * Errors: those of the functions. */
int m2_lanes_run(const struct m2_lanes *lanes, struct m2_err *err) M2_MUST_USE;
/** Processors that this process may use, 1..M2_LANES_MAX. */
size_t m2_lanes_usable(void);

#endif
