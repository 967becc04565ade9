/*
 * cost/forecast/parts.h — what the parts of the forecast share.
 */
#ifndef M2_COST_FORECAST_PARTS_H
#define M2_COST_FORECAST_PARTS_H

#include <gsl/gsl_rng.h>

#include "m2/forecast.h"

/* ---- days.c: the past ---- */
struct m2_cost_class {
    uint64_t jobs;
    m2_uint128 sum;
};
#define M2_COST_CLASSES 128
struct m2_daily_month {
    uint64_t jobs;
    m2_pico total;
    struct m2_cost_class *octave[64]; /* [bit length of the cost] → M2_COST_CLASSES, or NULL */
};
struct m2_daily {
    int64_t first, last; /* days; last < first: none */
    uint32_t *count;     /* [day − first] */
    size_t cap;
    int64_t first_month;
    struct m2_daily_month *month; /* [month − first_month] */
    size_t n_months;
};

/* ---- draw.c: one trial ---- */
struct m2_sampler; /* read only once made: any number of threads may draw from it */
/* From the days before END (a month's first day, or the day after the past's last). EXPECTED_TRIALS × days to
 * come decides whether jobs are drawn one by one. NULL when those days have no job. */
struct m2_sampler *m2_sampler_new(const struct m2_daily *d, int64_t end, uint64_t days_to_draw);
void m2_sampler_free(struct m2_sampler *s);
bool m2_sampler_by_weekday(const struct m2_sampler *s);
bool m2_sampler_sums(const struct m2_sampler *s);

/* What one trial remembers; one a thread. */
struct m2_trial;
struct m2_trial *m2_trial_new(const struct m2_sampler *s);
void m2_trial_free(struct m2_trial *t);
/* The cost of each of N months from MONTH on into OUT, as the generator of SEED has it. */
void m2_trial_play(m2_pico *out, struct m2_trial *t, uint64_t seed, int64_t month, size_t n);

/* ---- trials.c: all of them ---- */
/* Total of month m in trial t at out[m × trials + t]. Errors: M2_ECANCELLED. */
int m2_trials_run(m2_pico *out, const struct m2_sampler *s, const struct m2_forecast_ask *ask, int64_t month,
                  size_t months, struct m2_err *err);
/* Sorts V. */
void m2_band_of(struct m2_band *out, m2_pico *v, size_t n);

/* ---- backtest.c ---- */
int m2_backtest_make(struct m2_backtest *out, const struct m2_daily *d, const struct m2_forecast_ask *ask,
                     struct m2_err *err);

#endif
