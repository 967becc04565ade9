/* All trials, on all processors: trial i is the same whoever plays it. */
#include <gsl/gsl_errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "cost/forecast.h"
#include "m2/mem.h"

#define MOST_THREADS 64
#define PORTION 16 /* trials that a thread takes at a time */

struct work {
    m2_pico *out;
    const struct m2_sampler *s;
    const struct m2_forecast_ask *ask;
    int64_t month;
    size_t months;
    atomic_uint_fast64_t next;
    atomic_bool stop;
};

static void *play(void *arg)
{
    struct work *w = arg;
    struct m2_trial *t = m2_trial_new(w->s);
    m2_pico total[M2_FORECAST_MAX_MONTHS];
    uint64_t trials = w->ask->trials;
    for (uint64_t i; !w->stop && (i = atomic_fetch_add(&w->next, PORTION)) < trials;) {
        if (w->ask->sys && m2_cancelled(w->ask->sys))
            w->stop = true;
        for (uint64_t end = i + PORTION < trials ? i + PORTION : trials; i < end; i++) {
            m2_trial_play(total, t, w->ask->seed + i, w->month, w->months);
            for (size_t m = 0; m < w->months; m++)
                w->out[m * trials + i] = total[m];
        }
    }
    m2_trial_free(t);
    return NULL;
}

static size_t thread_count(const struct m2_forecast_ask *ask)
{
    long online = ask->threads ? (long)ask->threads : sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : online > MOST_THREADS ? MOST_THREADS : (size_t)online;
}

int m2_trials_run(m2_pico *out, const struct m2_sampler *s, const struct m2_forecast_ask *ask, int64_t month,
                  size_t months, struct m2_err *err)
{
    struct work w = { .out = out, .s = s, .ask = ask, .month = month, .months = months };
    pthread_t others[MOST_THREADS];
    size_t started = 0, want = thread_count(ask) - 1;
    (void)gsl_set_error_handler_off(); /* GSL's default ends the process */
    while (started < want && pthread_create(&others[started], NULL, play, &w) == 0)
        started++;
    (void)play(&w); /* alone, if no thread can be had */
    for (size_t i = 0; i < started; i++)
        (void)pthread_join(others[i], NULL);
    return w.stop ? m2_fail(err, M2_ECANCELLED, "interrupted while the months were played") : 0;
}

m2_pico m2_quantile_tenths(const m2_pico *sorted, size_t n, int p10)
{
    size_t h = (n - 1) * (size_t)p10, i = h / 10;
    if (i + 1 >= n)
        return sorted[n - 1];
    return sorted[i] + m2_div_half_even((sorted[i + 1] - sorted[i]) * (m2_int128)(h % 10), 10);
}

static int by_value(const void *a, const void *b)
{
    m2_pico x = *(const m2_pico *)a, y = *(const m2_pico *)b;
    return x < y ? -1 : x > y;
}

void m2_band_of(struct m2_band *out, m2_pico *v, size_t n)
{
    m2_int128 sum = 0;
    qsort(v, n, sizeof *v, by_value);
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    *out = (struct m2_band){ m2_quantile_tenths(v, n, 1), m2_quantile_tenths(v, n, 5),
                             m2_quantile_tenths(v, n, 9), m2_div_half_even(sum, (int64_t)n) };
}
