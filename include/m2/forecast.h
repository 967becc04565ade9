/*
 * m2/forecast.h — what the next months will probably cost, from what the jobs of the past did (pure).
 *
 * Model:     the past is a count of jobs a day and a bag of job costs. A trial plays the coming months day by day: it draws the day's
 *            count from the past days of the same weekday, then that many costs from the past jobs. Many trials give the spread.
 *            Each draw goes back with a copy of itself (Pólya's urn, which is Rubin's Bayesian bootstrap): from a short past the
 *            band is wider, because what a usual day is, is not well known.
 * Exactness: sums are exact; the spread is statistics and uses double and a generator. Trial i has its own generator, seeded SEED + i:
 *            the same seed gives the same bytes, whatever the number of threads and the order of the jobs.
 * Memory:    bounded by the length of the past, not by its jobs: costs are kept in classes at most 1/128 wide, each with its exact mean.
 * Source:    GSL (mt19937, discrete and normal variates); Rubin, The Bayesian Bootstrap (1981); Hyndman & Fan (1996), type 7.
 */
#ifndef M2_FORECAST_H
#define M2_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/money.h"
#include "m2/sys.h"

/* ---- the past ---- */
#define M2_DAILY_MAX_DAYS 7320 /* twenty years */

struct m2_daily;
struct m2_daily *m2_daily_new(void);
void m2_daily_free(struct m2_daily *d); /* NULL is fine */
/** The UTC day (days since 1970-01-01) of an instant. */
int64_t m2_day_of(int64_t ms);
/** A job that began on DAY and cost COST, in any order. Errors: M2_EINPUT (a day before 1970 or after 2200, or the past would be
 * longer than M2_DAILY_MAX_DAYS), M2_ELIMIT (a job of less than nothing or of more than 9 million USD). */
int m2_daily_add(struct m2_daily *d, int64_t day, m2_pico cost, struct m2_err *err) M2_MUST_USE;
/** The days FIRST to LAST were looked at, whether they have jobs or not. Without it the past reaches from the first job to the
 * last. Errors: as m2_daily_add. */
int m2_daily_cover(struct m2_daily *d, int64_t first, int64_t last, struct m2_err *err) M2_MUST_USE;

/* ---- the months to come ---- */
#define M2_FORECAST_MIN_DAYS 14    /* a shorter past is refused */
#define M2_FORECAST_FEW_JOBS 30    /* fewer: a warning */
#define M2_FORECAST_WEEKDAY_DAYS 28 /* a shorter past, or few jobs: all days are alike */
#define M2_FORECAST_MAX_MONTHS 24
#define M2_FORECAST_MAX_TRIALS 100000
#define M2_FORECAST_MAX_SEED UINT64_C(4000000000)

struct m2_forecast_ask {
    uint64_t months, trials, seed; /* at least 1, 100, 1 */
    const m2_pico *budget;         /* of one month; NULL: none */
    unsigned threads;              /* 0: one a processor */
    const struct m2_sys *sys;      /* asked whether the user wants to stop; NULL: never */
};

struct m2_band {
    m2_pico p10, p50, p90; /* quantiles of the trials, type 7 */
    m2_pico mean;          /* of the trials, to a whole pico */
};
struct m2_chance {
    uint64_t passed, trials; /* in so many of the trials the budget was passed */
    double chance, error;    /* passed / trials, and its Monte-Carlo standard error */
};

struct m2_forecast_month {
    char name[8]; /* "2026-12" */
    int days;
    struct m2_band band;
    struct m2_chance over; /* trials 0 without a budget */
};
struct m2_past_month {
    char name[8];
    bool whole; /* all of its days are in the past */
    int days;   /* of them, so many */
    uint64_t jobs;
    m2_pico total;
};
enum m2_trend { M2_TREND_UNTOLD, M2_TREND_NONE, M2_TREND_RISING, M2_TREND_FALLING };

/* The last whole month forecast from what came before it. */
struct m2_backtest {
    bool done;         /* false: not enough came before it */
    char name[8];
    int days_before;
    m2_pico actual;
    struct m2_band band;
    bool inside;       /* actual between P10 and P90 */
    double off;        /* P50 / actual − 1; 0 when both are nothing, INFINITY when only actual is */
};

struct m2_forecast {
    int64_t first_day, last_day; /* of the past */
    int days;
    uint64_t jobs;
    m2_pico total;
    bool few_jobs;     /* fewer than M2_FORECAST_FEW_JOBS */
    bool by_weekday;   /* false: too short, all days alike */
    bool sums;         /* so many jobs that a day's cost is drawn as one normal variate, not job by job */
    enum m2_trend trend; /* of the past's whole months; a forecast never goes on with it. UNTOLD: fewer than three */
    struct m2_past_month *past;
    size_t n_past;
    struct m2_forecast_month *months; /* whole ones, beginning with the one after the past's last day */
    size_t n_months;
    struct m2_band sum;      /* of all of them together */
    struct m2_chance any;    /* that one of them passes the budget */
    struct m2_backtest back;
};
/** Errors: M2_EUSAGE (months, trials or seed out of range), M2_EINPUT (no job, or a past under M2_FORECAST_MIN_DAYS, saying so),
 * M2_ECANCELLED. */
int m2_forecast_make(struct m2_forecast *out, struct m2_arena *a, const struct m2_daily *d,
                     const struct m2_forecast_ask *ask, struct m2_err *err) M2_MUST_USE;

/** Type 7 of SORTED (ascending, N > 0) at P10 tenths, exact on integers, then rounded half to even. */
m2_pico m2_quantile_tenths(const m2_pico *sorted, size_t n, int p10);

#endif
