/* All trials, on all processors: trial i is the same whoever plays it. */
#include <gsl/gsl_errno.h>
#include <stdlib.h>

#include "cost/forecast/parts.h"
#include "m2/lanes.h"
#include "m2/mem.h"

#define PORTION 64 /* trials that a lane takes at a time */

struct work {
    m2_pico *out;
    const struct m2_forecast_ask *ask;
    int64_t month;
    size_t months;
    uint64_t next; /* trial that nobody has taken */
};
struct lane {
    struct m2_trial *trial;
    uint64_t from, to;
};

static int take(void *user, void *lane, struct m2_err *err)
{
    struct work *w = user;
    struct lane *l = lane;
    if (w->ask->sys && m2_cancelled(w->ask->sys))
        return m2_fail(err, M2_ECANCELLED, "interrupted while the months were played");
    l->from = w->next;
    l->to = l->from + PORTION < w->ask->trials ? l->from + PORTION : w->ask->trials;
    w->next = l->to;
    return l->from < l->to;
}

static int play(void *user, void *lane, struct m2_err *err)
{
    const struct work *w = user;
    struct lane *l = lane;
    m2_pico total[M2_FORECAST_MAX_MONTHS];
    (void)err;
    for (uint64_t i = l->from; i < l->to; i++) {
        m2_trial_play(total, l->trial, w->ask->seed + i, w->month, w->months);
        for (size_t m = 0; m < w->months; m++)
            w->out[m * w->ask->trials + i] = total[m];
    }
    return 0;
}

static int nothing(void *user, void *lane, struct m2_err *err)
{
    (void)user;
    (void)lane;
    (void)err;
    return 0;
}

int m2_trials_run(m2_pico *out, const struct m2_sampler *s, const struct m2_forecast_ask *ask, int64_t month,
                  size_t months, struct m2_err *err)
{
    struct work w = { .out = out, .ask = ask, .month = month, .months = months };
    struct lane lane[M2_LANES_MAX];
    void *of[M2_LANES_MAX];
    size_t n = ask->threads ? ask->threads : m2_lanes_usable();
    n = n > M2_LANES_MAX ? M2_LANES_MAX : n;
    (void)gsl_set_error_handler_off(); /* GSL's default ends the process */
    for (size_t i = 0; i < n; i++) {
        lane[i] = (struct lane){ .trial = m2_trial_new(s) };
        of[i] = &lane[i];
    }
    const struct m2_lanes lanes = { n, of, &w, take, play, nothing };
    int rc = m2_lanes_run(&lanes, err);
    for (size_t i = 0; i < n; i++)
        m2_trial_free(lane[i].trial);
    return rc;
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
