/* The past: jobs a day, and their costs in classes by month. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "cost/calendar.h"
#include "cost/forecast/parts.h"
#include "m2/time.h"

#define LAST_DAY INT64_C(84006) /* 2200-01-01 */
#define DAY_MS INT64_C(86400000)
#define CLASS_BITS 7
static_assert(M2_COST_CLASSES == 1 << CLASS_BITS, "classes are the bits behind the first");

struct m2_daily *m2_daily_new(void)
{
    struct m2_daily *d = m2_xcalloc(1, sizeof *d);
    d->last = -1;
    return d;
}

void m2_daily_free(struct m2_daily *d)
{
    if (!d)
        return;
    for (size_t m = 0; m < d->n_months; m++)
        for (size_t i = 0; i < 64; i++)
            free(d->month[m].octave[i]);
    free(d->month);
    free(d->count);
    free(d);
}

/* Make room for the days FIRST to LAST, those that are there among them. */
static void widen(struct m2_daily *d, int64_t first, int64_t last)
{
    size_t have = (size_t)(d->last - d->first + 1), want = (size_t)(last - first + 1);
    size_t at = have ? (size_t)(d->first - first) : 0;
    if (want > d->cap) {
        d->cap = want * 2;
        d->count = m2_xrealloc(d->count, d->cap * sizeof *d->count);
    }
    memmove(d->count + at, d->count, have * sizeof *d->count);
    memset(d->count, 0, at * sizeof *d->count);
    memset(d->count + at + have, 0, (want - at - have) * sizeof *d->count);
    d->first = first;
    d->last = last;

    int64_t month = m2_month_of_day(first);
    size_t months = (size_t)(m2_month_of_day(last) - month) + 1;
    if (months == d->n_months)
        return;
    struct m2_daily_month *fresh = m2_xcalloc(months, sizeof *fresh);
    if (d->n_months)
        memcpy(fresh + (d->first_month - month), d->month, d->n_months * sizeof *fresh);
    free(d->month);
    d->month = fresh;
    d->n_months = months;
    d->first_month = month;
}

int m2_daily_cover(struct m2_daily *d, int64_t first, int64_t last, struct m2_err *err)
{
    if (d->last >= d->first) {
        first = first < d->first ? first : d->first;
        last = last > d->last ? last : d->last;
        if (first == d->first && last == d->last)
            return 0;
    }
    char from[M2_ISO_SIZE], to[M2_ISO_SIZE];
    if (first < 0 || last > LAST_DAY)
        return m2_fail(err, M2_EINPUT, "a job that began before 1970 or after 2200; is its date wrong?");
    if (last - first >= M2_DAILY_MAX_DAYS) {
        m2_time_iso(from, first * DAY_MS);
        m2_time_iso(to, last * DAY_MS);
        return m2_fail(
            err, M2_EINPUT,
            "the history reaches from %.10s to %.10s, longer than twenty years; is one of these dates "
            "wrong?",
            from, to);
    }
    widen(d, first, last);
    return 0;
}

int m2_daily_add(struct m2_daily *d, int64_t day, m2_pico cost, struct m2_err *err)
{
    if (cost < 0 || cost > INT64_MAX)
        return m2_fail(err, M2_ELIMIT, "a job that costs less than nothing or more than 9 million USD");
    if (m2_daily_cover(d, day, day, err) < 0)
        return -1;
    uint64_t v = (uint64_t)cost;
    int bits = v ? 64 - __builtin_clzll(v) : 0;
    size_t class = bits <= CLASS_BITS ? v : (v >> (bits - 1 - CLASS_BITS)) & (M2_COST_CLASSES - 1);
    struct m2_daily_month *m = &d->month[m2_month_of_day(day) - d->first_month];
    if (!m->octave[bits])
        m->octave[bits] = m2_xcalloc(M2_COST_CLASSES, sizeof *m->octave[bits]);
    m->octave[bits][class].jobs++;
    m->octave[bits][class].sum += v;
    m->jobs++;
    m->total += cost;
    d->count[day - d->first]++;
    return 0;
}
