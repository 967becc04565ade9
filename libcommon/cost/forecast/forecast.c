#include "cost/calendar.h"
#include "cost/forecast/parts.h"

#include <math.h>
#include <stdlib.h>

#include "m2/mem.h"

#define TREND_MONTHS 3
#define TREND_PART 5 /* from first to last by a fifth of the first */

static int check_ask(const struct m2_forecast_ask *ask, struct m2_err *err)
{
    if (ask->months < 1 || ask->months > M2_FORECAST_MAX_MONTHS)
        return m2_fail(err, M2_EUSAGE, "--months must be 1 to %d", M2_FORECAST_MAX_MONTHS);
    if (ask->trials < 100 || ask->trials > M2_FORECAST_MAX_TRIALS)
        return m2_fail(err, M2_EUSAGE, "--trials must be 100 to %d", M2_FORECAST_MAX_TRIALS);
    if (ask->seed < 1 || ask->seed > M2_FORECAST_MAX_SEED)
        return m2_fail(err, M2_EUSAGE, "--seed must be 1 to %llu", (unsigned long long)M2_FORECAST_MAX_SEED);
    return 0;
}

static int check_past(const struct m2_forecast *f, struct m2_err *err)
{
    if (!f->jobs)
        return m2_fail(err, M2_EINPUT, "a forecast needs a history of jobs; there is none in this one");
    if (f->days < M2_FORECAST_MIN_DAYS)
        return m2_fail(err, M2_EINPUT,
                       "a forecast needs at least %d days of history; this one has %d, from which any figure "
                       "would be a guess",
                       M2_FORECAST_MIN_DAYS, f->days);
    return 0;
}

static void tell_past(struct m2_forecast *out, struct m2_arena *a, const struct m2_daily *d)
{
    out->first_day = d->first;
    out->last_day = d->last;
    out->days = (int)(d->last - d->first + 1);
    out->past = m2_arena_new_array(a, struct m2_past_month, d->n_months);
    out->n_past = d->n_months;
    for (size_t i = 0; i < d->n_months; i++) {
        struct m2_past_month *m = &out->past[i];
        int64_t month = d->first_month + (int64_t)i, first = m2_month_first_day(month);
        int64_t last = first + m2_month_days(month) - 1;
        m2_month_name(m->name, month);
        m->whole = first >= d->first && last <= d->last;
        m->days = (int)((last < d->last ? last : d->last) - (first > d->first ? first : d->first) + 1);
        m->jobs = d->month[i].jobs;
        m->total = d->month[i].total;
        out->jobs += m->jobs;
        out->total += m->total;
    }
    out->few_jobs = out->jobs < M2_FORECAST_FEW_JOBS;
}

/* X a day compared with Y a day, without rounding. */
static int compare_daily(const struct m2_past_month *x, const struct m2_past_month *y)
{
    m2_pico left = x->total * y->days, right = y->total * x->days;
    return left < right ? -1 : left > right;
}

/* Every whole month dearer a day than the one before (or every one cheaper), and by a fifth from first to
 * last. */
static enum m2_trend trend_of(const struct m2_forecast *f)
{
    const struct m2_past_month *first = NULL, *last = NULL;
    int up = 0, down = 0, n = 0;
    for (size_t i = 0; i < f->n_past; i++) {
        const struct m2_past_month *m = &f->past[i];
        if (!m->whole)
            continue;
        int step = last ? compare_daily(m, last) : 0;
        up += step > 0;
        down += step < 0;
        first = first ? first : m;
        last = m;
        n++;
    }
    if (n < TREND_MONTHS)
        return M2_TREND_UNTOLD;
    m2_pico before = first->total * last->days, after = last->total * first->days;
    if (up == n - 1 && (after - before) * TREND_PART > before)
        return M2_TREND_RISING;
    if (down == n - 1 && (before - after) * TREND_PART > before)
        return M2_TREND_FALLING;
    return M2_TREND_NONE;
}

static struct m2_chance chance_of(uint64_t passed, uint64_t trials)
{
    double p = (double)passed / (double)trials;
    return (struct m2_chance){ passed, trials, p, sqrt(p * (1 - p) / (double)trials) };
}

static void tell_chances(struct m2_forecast *out, const m2_pico *totals, uint64_t trials, m2_pico budget)
{
    uint64_t any = 0;
    for (uint64_t t = 0; t < trials; t++) {
        bool passed = false;
        for (size_t m = 0; m < out->n_months; m++)
            passed = passed || totals[m * trials + t] > budget;
        any += passed;
    }
    out->any = chance_of(any, trials);
    for (size_t m = 0; m < out->n_months; m++) {
        uint64_t passed = 0;
        for (uint64_t t = 0; t < trials; t++)
            passed += totals[m * trials + t] > budget;
        out->months[m].over = chance_of(passed, trials);
    }
}

/* Sorts TOTALS, so it comes last. */
static void tell_bands(struct m2_forecast *out, m2_pico *totals, uint64_t trials)
{
    m2_pico *sums = m2_xcalloc(trials, sizeof *sums);
    for (size_t m = 0; m < out->n_months; m++)
        for (uint64_t t = 0; t < trials; t++)
            sums[t] += totals[m * trials + t];
    m2_band_of(&out->sum, sums, trials);
    free(sums);
    for (size_t m = 0; m < out->n_months; m++)
        m2_band_of(&out->months[m].band, totals + m * trials, trials);
}

static uint64_t name_months(struct m2_forecast *out, struct m2_arena *a, int64_t month, size_t n)
{
    uint64_t days = 0;
    out->months = m2_arena_new_array(a, struct m2_forecast_month, n);
    out->n_months = n;
    for (size_t m = 0; m < n; m++) {
        m2_month_name(out->months[m].name, month + (int64_t)m);
        out->months[m].days = m2_month_days(month + (int64_t)m);
        days += (uint64_t)out->months[m].days;
    }
    return days;
}

int m2_forecast_make(struct m2_forecast *out, struct m2_arena *a, const struct m2_daily *d,
                     const struct m2_forecast_ask *ask, struct m2_err *err)
{
    struct m2_forecast f = { .n_past = 0 };
    if (check_ask(ask, err) < 0)
        return -1;
    tell_past(&f, a, d);
    if (check_past(&f, err) < 0)
        return -1;
    f.trend = trend_of(&f);

    int64_t month = m2_month_of_day(d->last) + 1;
    uint64_t days = name_months(&f, a, month, ask->months);
    struct m2_sampler *s = m2_sampler_new(d, d->last + 1, days * ask->trials);
    m2_pico *totals = m2_xcalloc(ask->trials * ask->months, sizeof *totals);
    f.by_weekday = m2_sampler_by_weekday(s);
    f.sums = m2_sampler_sums(s);
    int rc = m2_trials_run(totals, s, ask, month, f.n_months, err);
    if (rc == 0) {
        if (ask->budget)
            tell_chances(&f, totals, ask->trials, *ask->budget);
        tell_bands(&f, totals, ask->trials);
        rc = m2_backtest_make(&f.back, d, ask, err);
    }
    free(totals);
    m2_sampler_free(s);
    if (rc == 0)
        *out = f;
    return rc;
}
