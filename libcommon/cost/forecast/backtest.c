/* Would a forecast made a month ago have been right? */
#include <math.h>
#include <stdlib.h>

#include "cost/calendar.h"
#include "cost/forecast/parts.h"
#include "m2/mem.h"

/* The last month all of whose days are in the past. False: none. */
static bool last_whole_month(int64_t *month, const struct m2_daily *d)
{
    int64_t m = m2_month_of_day(d->last + 1) - 1;
    *month = m;
    return m2_month_first_day(m) >= d->first;
}

static double off_by(m2_pico forecast, m2_pico actual)
{
    if (actual == 0)
        return forecast == 0 ? 0 : (double)INFINITY;
    return (double)(forecast - actual) / (double)actual;
}

int m2_backtest_make(struct m2_backtest *out, const struct m2_daily *d, const struct m2_forecast_ask *ask,
                     struct m2_err *err)
{
    int64_t month;
    *out = (struct m2_backtest){ .done = false };
    if (!last_whole_month(&month, d))
        return 0;
    int64_t first = m2_month_first_day(month);
    m2_month_name(out->name, month);
    out->days_before = (int)(first - d->first);
    out->actual = d->month[month - d->first_month].total;
    if (out->days_before < M2_FORECAST_MIN_DAYS)
        return 0;
    struct m2_sampler *s = m2_sampler_new(d, first, ask->trials * (uint64_t)m2_month_days(month));
    if (!s)
        return 0;
    m2_pico *totals = m2_xcalloc(ask->trials, sizeof *totals);
    int rc = m2_trials_run(totals, s, ask, month, 1, err);
    if (rc == 0) {
        m2_band_of(&out->band, totals, ask->trials);
        out->done = true;
        out->inside = out->band.p10 <= out->actual && out->actual <= out->band.p90;
        out->off = off_by(out->band.p50, out->actual);
    }
    free(totals);
    m2_sampler_free(s);
    return rc;
}
