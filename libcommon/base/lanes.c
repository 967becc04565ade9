#include "m2/lanes.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

struct run {
    const struct m2_lanes *lanes;
    pthread_mutex_t take_lock; /* holds: taken, ended */
    uint64_t taken;
    bool ended;

    pthread_mutex_t give_lock; /* holds: given, err */
    pthread_cond_t turn;
    uint64_t given;
    struct m2_err err;
    atomic_bool failed;
};

struct worker {
    struct run *run;
    void *lane;
    pthread_t thread;
};

/* As m2_lanes.take; *ticket is the piece's place in the stream, also of a failure. */
static int take(struct run *r, void *lane, uint64_t *ticket, struct m2_err *err)
{
    int rc = 0;
    (void)pthread_mutex_lock(&r->take_lock);
    *ticket = r->taken;
    if (!r->ended && !atomic_load(&r->failed))
        rc = r->lanes->take(r->lanes->user, lane, err);
    if (rc > 0)
        r->taken++;
    else
        r->ended = true;
    (void)pthread_mutex_unlock(&r->take_lock);
    return rc;
}

static void give(struct run *r, void *lane, uint64_t ticket, int rc, struct m2_err *err)
{
    (void)pthread_mutex_lock(&r->give_lock);
    while (r->given != ticket)
        (void)pthread_cond_wait(&r->turn, &r->give_lock);
    if (!atomic_load(&r->failed)) {
        if (rc == 0)
            rc = r->lanes->give(r->lanes->user, lane, err);
        if (rc < 0) {
            r->err = *err;
            atomic_store(&r->failed, true);
        }
    }
    r->given++;
    (void)pthread_cond_broadcast(&r->turn);
    (void)pthread_mutex_unlock(&r->give_lock);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct run *r = w->run;
    for (;;) {
        struct m2_err err = { 0 };
        uint64_t ticket;
        int rc = take(r, w->lane, &ticket, &err);
        if (rc == 0)
            return NULL;
        if (rc > 0)
            rc = r->lanes->work(r->lanes->user, w->lane, &err);
        give(r, w->lane, ticket, rc, &err);
    }
}

int m2_lanes_run(const struct m2_lanes *lanes, struct m2_err *err)
{
    assert(lanes->n >= 1 && lanes->n <= M2_LANES_MAX);
    struct run run = { .lanes = lanes,
                       .take_lock = PTHREAD_MUTEX_INITIALIZER,
                       .give_lock = PTHREAD_MUTEX_INITIALIZER,
                       .turn = PTHREAD_COND_INITIALIZER };
    struct worker workers[M2_LANES_MAX];
    size_t started = 1; /* fewer threads than asked for make it slower, not wrong */
    for (; started < lanes->n; started++) {
        workers[started] = (struct worker){ .run = &run, .lane = lanes->lane[started] };
        if (pthread_create(&workers[started].thread, NULL, work, &workers[started]) != 0)
            break;
    }
    workers[0] = (struct worker){ .run = &run, .lane = lanes->lane[0] };
    (void)work(&workers[0]);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(workers[i].thread, NULL);
    (void)pthread_cond_destroy(&run.turn);
    (void)pthread_mutex_destroy(&run.give_lock);
    (void)pthread_mutex_destroy(&run.take_lock);
    if (!atomic_load(&run.failed))
        return 0;
    if (err)
        *err = run.err;
    return -1;
}

size_t m2_lanes_usable(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        n = CPU_COUNT(&set);
#endif
    return n < 1 ? 1 : n > M2_LANES_MAX ? M2_LANES_MAX : (size_t)n;
}
