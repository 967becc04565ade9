#include <criterion/criterion.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_statistics.h>
#include <math.h>
#include <string.h>

#include "m2/forecast.h"
#include "m2/time.h"

#define USD(n) ((m2_pico)(n)*M2_PICO_PER_USD)

static int64_t day(const char *date)
{
    int64_t ms = -1;
    cr_assert(m2_time_parse(&ms, date), "%s", date);
    return m2_day_of(ms);
}

static void add(struct m2_daily *d, int64_t on, int jobs, m2_pico cost)
{
    struct m2_err err = { 0 };
    while (jobs-- > 0)
        cr_assert_eq(m2_daily_add(d, on, cost, &err), 0, "%s", err.msg);
}

static void cover(struct m2_daily *d, int64_t first, int64_t last)
{
    struct m2_err err = { 0 };
    cr_assert_eq(m2_daily_cover(d, first, last, &err), 0, "%s", err.msg);
}

static struct m2_forecast make(struct m2_arena *a, const struct m2_daily *d, struct m2_forecast_ask ask)
{
    struct m2_forecast f;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_forecast_make(&f, a, d, &ask, &err), 0, "%s", err.msg);
    return f;
}

/* GSL's own test, and the reference implementation's of 2002. */
Test(forecast, the_generator_is_mt19937)
{
    static const struct {
        unsigned long seed, nth, value;
    } rows[] = { { 4357, 1000, 1186927261 }, { 0, 1000, 1186927261 }, { 5489, 10000, 4123659995 } };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned long v = 0;
        gsl_rng_set(rng, rows[i].seed);
        for (unsigned long n = 0; n < rows[i].nth; n++)
            v = gsl_rng_get(rng);
        cr_expect_eq(v, rows[i].value, "seed %lu: %lu", rows[i].seed, v);
    }
    gsl_rng_free(rng);
}

Test(forecast, quantiles_are_those_of_gsl_and_exact_where_doubles_are_not)
{
    enum { MOST = 40 };
    m2_pico v[MOST];
    double x[MOST];
    for (size_t n = 1; n <= MOST; n++) {
        for (size_t i = 0; i < n; i++)
            x[i] = (double)(v[i] = (m2_pico)(i * i * 10 + 7));
        for (int p = 0; p <= 10; p++) {
            double gsl = gsl_stats_quantile_from_sorted_data(x, 1, n, p / 10.0);
            cr_expect(fabs((double)m2_quantile_tenths(v, n, p) - gsl) <= 0.5 + 1e-6, "n %zu p %d", n, p);
        }
    }
    const m2_pico large[] = { USD(9000001), USD(9000001) + 1, USD(9000001) + 3 };
    cr_expect(m2_quantile_tenths(large, 3, 5) == USD(9000001) + 1);
    cr_expect(m2_quantile_tenths(large, 3, 9) == USD(9000001) + 3); /* 1 + 0.8 × 2 = 2.6 */
    const m2_pico half[] = { 0, 1, 2, 3 };
    cr_expect(m2_quantile_tenths(half, 4, 5) == 1); /* 1.5, half to even per step: 1 + 0 */
}

/* Four jobs of 2.50 USD every day leave nothing to chance. */
Test(forecast, a_past_without_chance_has_one_answer)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_daily *d = m2_daily_new();
    m2_pico budget = USD(300);
    for (int64_t t = day("2026-09-01"); t <= day("2026-10-31"); t++)
        add(d, t, 4, USD(5) / 2);
    struct m2_forecast f = make(a, d, (struct m2_forecast_ask){ 4, 500, 1, &budget, 2, NULL });
    static const struct {
        const char *name;
        int days, passed;
    } rows[] = { { "2026-11", 30, 0 }, { "2026-12", 31, 500 }, { "2027-01", 31, 500 }, { "2027-02", 28, 0 } };
    cr_assert_eq(f.n_months, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct m2_forecast_month *m = &f.months[i];
        cr_expect_str_eq(m->name, rows[i].name);
        cr_expect_eq(m->days, rows[i].days);
        cr_expect(m->band.p10 == USD(10 * rows[i].days) && m->band.p90 == m->band.p10 &&
                  m->band.p50 == m->band.p10 && m->band.mean == m->band.p10);
        cr_expect_eq(m->over.passed, (uint64_t)rows[i].passed);
        cr_expect_float_eq(m->over.error, 0, 1e-12);
    }
    cr_expect(f.sum.p50 == USD(1200));
    cr_expect_eq(f.any.passed, 500);
    cr_expect(f.by_weekday && !f.few_jobs && !f.sums);
    cr_expect_eq(f.days, 61);
    cr_expect_eq(f.jobs, 244);
    cr_expect(f.total == USD(610));
    cr_expect(f.back.done && f.back.inside && f.back.actual == USD(310) && f.back.off == 0);
    cr_expect_str_eq(f.back.name, "2026-10");
    cr_expect_eq(f.back.days_before, 30);
    m2_daily_free(d);
    m2_arena_free(a);
}

/* Jobs on Mondays only: the months differ by their Mondays alone, and by nothing when weekdays are not told
 * apart. */
Test(forecast, the_weekday_pattern_follows_the_calendar)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_daily *d = m2_daily_new();
    for (int64_t t = day("2026-08-03"); t <= day("2026-10-26"); t += 7)
        add(d, t, 3, USD(1));
    cover(d, day("2026-08-01"), day("2026-10-31"));
    struct m2_forecast f = make(a, d, (struct m2_forecast_ask){ 2, 200, 7, NULL, 1, NULL });
    cr_expect(f.by_weekday);
    cr_expect(f.months[0].band.p10 == USD(15) &&
              f.months[0].band.p90 == USD(15)); /* five Mondays in November */
    cr_expect(f.months[1].band.p10 == USD(12) && f.months[1].band.p90 == USD(12)); /* four in December */
    cr_expect_eq(f.n_past, 3);
    cr_expect(f.past[0].whole && f.past[2].whole && f.past[0].jobs == 15);
    m2_daily_free(d);

    d = m2_daily_new(); /* 14 days: no pattern */
    for (int64_t t = day("2026-10-05"); t <= day("2026-10-12"); t += 7)
        add(d, t, 20, USD(1));
    cover(d, day("2026-10-05"), day("2026-10-18"));
    f = make(a, d, (struct m2_forecast_ask){ 1, 200, 7, NULL, 1, NULL });
    cr_expect(!f.by_weekday && !f.few_jobs && !f.back.done && f.trend == M2_TREND_UNTOLD);
    cr_expect(f.months[0].band.p10 < f.months[0].band.p90);
    cr_expect_str_eq(f.months[0].name,
                     "2026-11"); /* whole months only: the rest of October is not forecast */
    m2_daily_free(d);
    m2_arena_free(a);
}

static void some_past(struct m2_daily *d, bool backwards)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    int64_t on[2000];
    m2_pico cost[2000];
    int64_t first = day("2026-06-11");
    for (size_t i = 0; i < 2000; i++) {
        on[i] = first + (int64_t)gsl_rng_uniform_int(rng, 130);
        cost[i] = (m2_pico)(gsl_ran_lognormal(rng, 0, 0.8) * 3e10);
    }
    for (size_t i = 0; i < 2000; i++)
        add(d, on[backwards ? 1999 - i : i], 1, cost[backwards ? 1999 - i : i]);
    gsl_rng_free(rng);
}

static bool same(const struct m2_forecast *x, const struct m2_forecast *y)
{
    return memcmp(x->months, y->months, x->n_months * sizeof *x->months) == 0 &&
           memcmp(&x->sum, &y->sum, sizeof x->sum) == 0 &&
           memcmp(&x->back.band, &y->back.band, sizeof x->back.band) == 0;
}

Test(forecast, the_same_seed_gives_the_same_bytes_whatever_the_threads_and_the_order)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_daily *d = m2_daily_new(), *other = m2_daily_new();
    m2_pico budget = USD(15);
    some_past(d, false);
    some_past(other, true);
    struct m2_forecast_ask ask = { 3, 700, 42, &budget, 1, NULL };
    struct m2_forecast one = make(a, d, ask);
    static const unsigned threads[] = { 2, 3, 8, 0 };
    for (size_t i = 0; i < 4; i++) {
        ask.threads = threads[i];
        struct m2_forecast f = make(a, i & 1 ? other : d, ask);
        cr_expect(same(&one, &f), "%u threads", threads[i]);
    }
    ask.seed = 43;
    struct m2_forecast f = make(a, d, ask);
    cr_expect(!same(&one, &f));
    cr_expect(one.months[0].over.passed > 0 && one.months[0].over.passed < 700);
    double p = (double)one.months[0].over.passed / 700;
    cr_expect_float_eq(one.months[0].over.error, sqrt(p * (1 - p) / 700), 1e-12);
    m2_daily_free(d);
    m2_daily_free(other);
    m2_arena_free(a);
}

Test(forecast, a_past_too_short_or_wrong_is_refused)
{
    static const struct {
        const char *first, *last;
        int jobs;
        uint64_t months, trials, seed;
        enum m2_errc code;
        const char *says;
    } rows[] = {
        { "2026-10-01", "2026-10-13", 50, 1, 100, 1, M2_EINPUT, "14 days of history; this one has 13" },
        { "2026-10-01", "2026-10-20", 0, 1, 100, 1, M2_EINPUT, "none" },
        { "2026-10-01", "2026-10-14", 50, 1, 100, 1, M2_OK, "" },
        { "2026-10-01", "2026-10-20", 1, 1, 100, 1, M2_OK, "" },
        { "2026-10-01", "2026-10-20", 50, 0, 100, 1, M2_EUSAGE, "--months" },
        { "2026-10-01", "2026-10-20", 50, 25, 100, 1, M2_EUSAGE, "--months" },
        { "2026-10-01", "2026-10-20", 50, 1, 99, 1, M2_EUSAGE, "--trials" },
        { "2026-10-01", "2026-10-20", 50, 1, 100001, 1, M2_EUSAGE, "--trials" },
        { "2026-10-01", "2026-10-20", 50, 1, 100, 0, M2_EUSAGE, "--seed" },
        { "2026-10-01", "2026-10-20", 50, 1, 100, M2_FORECAST_MAX_SEED + 1, M2_EUSAGE, "--seed" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_daily *d = m2_daily_new();
        struct m2_forecast f;
        struct m2_err err = { 0 };
        add(d, day(rows[i].last), rows[i].jobs, USD(1));
        cover(d, day(rows[i].first), day(rows[i].last));
        struct m2_forecast_ask ask = { rows[i].months, rows[i].trials, rows[i].seed, NULL, 1, NULL };
        int rc = m2_forecast_make(&f, a, d, &ask, &err);
        cr_expect_eq(err.code, rows[i].code, "%zu: %s", i, err.msg);
        cr_expect(strstr(err.msg, rows[i].says) != NULL, "%s", err.msg);
        if (rc == 0)
            cr_expect_eq(f.few_jobs, rows[i].jobs < 30);
        m2_daily_free(d);
    }
    struct m2_daily *d = m2_daily_new();
    struct m2_err err = { 0 };
    cr_expect_eq(m2_daily_add(d, -1, 1, &err), -1);
    cr_expect_eq(m2_daily_add(d, day("2201-01-01"), 1, &err), -1);
    cr_expect_eq(m2_daily_add(d, day("2026-01-01"), -1, &err), -1);
    cr_expect_eq(m2_daily_add(d, day("2026-01-01"), (m2_pico)INT64_MAX + 1, &err), -1);
    cr_expect_eq(m2_daily_add(d, day("2026-01-01"), INT64_MAX, &err), 0);
    err = (struct m2_err){ 0 };
    cr_expect_eq(m2_daily_add(d, day("2046-06-01"), 1, &err), -1);
    cr_expect(strstr(err.msg, "2026-01-01 to 2046-06-01") != NULL, "%s", err.msg);
    m2_daily_free(d);
    m2_arena_free(a);
}

Test(forecast, a_trend_is_told_from_three_whole_months_and_not_continued)
{
    static const struct {
        int per_day[4];
        const char *first;
        enum m2_trend trend;
    } rows[] = { { { 4, 5, 6, 8 }, "2026-07-01", M2_TREND_RISING },
                 { { 8, 6, 5, 4 }, "2026-07-01", M2_TREND_FALLING },
                 { { 4, 5, 4, 8 }, "2026-07-01", M2_TREND_NONE },
                 { { 40, 41, 42, 43 }, "2026-07-01", M2_TREND_NONE }, /* less than a fifth */
                 { { 0, 5, 6, 7 }, "2026-08-01", M2_TREND_RISING },
                 { { 0, 0, 6, 7 }, "2026-09-01", M2_TREND_UNTOLD },
                 { { 0, 5, 6, 7 }, "2026-08-02", M2_TREND_UNTOLD } }; /* August is not whole */
    static const char *const firsts[] = { "2026-07-01", "2026-08-01", "2026-09-01", "2026-10-01",
                                          "2026-11-01" };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_daily *d = m2_daily_new();
        for (size_t m = 0; m < 4; m++)
            for (int64_t t = day(firsts[m]); t < day(firsts[m + 1]); t++)
                if (t >= day(rows[i].first))
                    add(d, t, rows[i].per_day[m], USD(1));
        struct m2_forecast f = make(a, d, (struct m2_forecast_ask){ 1, 100, 1, NULL, 1, NULL });
        cr_expect_eq(f.trend, rows[i].trend, "row %zu: %d", i, (int)f.trend);
        m2_daily_free(d);
    }
    m2_arena_free(a);
}

/* A simulated lab: Poisson jobs by weekday, busier days now and then, costs lognormal. The month that comes
 * true. */
static m2_pico live(struct m2_daily *d, gsl_rng *rng, int64_t first, int64_t last)
{
    static const double usual[] = { 3, 3, 3, 3, 3, 0.5, 0.2 };
    m2_pico sum = 0;
    for (int64_t t = first; t <= last; t++) {
        unsigned n = gsl_ran_poisson(rng, usual[(t + 3) % 7] * gsl_ran_gamma(rng, 4, 0.25));
        for (; n; n--) {
            m2_pico cost = (m2_pico)(gsl_ran_lognormal(rng, 0, 0.6) * 3e10);
            sum += cost;
            if (d)
                add(d, t, 1, cost);
        }
    }
    return sum;
}

/* P10–P90 must hold eight months in ten. 200 labs each: the share is 0.80 ± 0.028 (one standard error); a
 * plain bootstrap would hold 0.5 to 0.65 of them. Seeds are fixed. */
Test(forecast, the_band_holds_the_coming_month_eight_times_in_ten)
{
    enum { LABS = 200 };
    static const char *const firsts[] = { "2026-10-18", "2026-10-04", "2026-09-06", "2026-05-01" };
    int64_t end = day("2026-10-31");
    for (size_t i = 0; i < 4; i++) {
        int inside = 0, below = 0;
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
        gsl_rng_set(rng, 20261100 + i);
        for (int lab = 0; lab < LABS; lab++) {
            struct m2_arena *a = m2_arena_new();
            struct m2_daily *d = m2_daily_new();
            (void)live(d, rng, day(firsts[i]), end);
            cover(d, day(firsts[i]), end);
            m2_pico truth = live(NULL, rng, end + 1, end + 30);
            struct m2_forecast f =
                make(a, d, (struct m2_forecast_ask){ 1, 300, (uint64_t)lab + 1, NULL, 1, NULL });
            inside += f.months[0].band.p10 <= truth && truth <= f.months[0].band.p90;
            below += truth < f.months[0].band.p50;
            m2_daily_free(d);
            m2_arena_free(a);
        }
        double error = sqrt(0.8 * 0.2 / LABS);
        cr_expect(fabs((double)inside / LABS - 0.8) < 2.6 * error, "history from %s: %d of %d inside",
                  firsts[i], inside, LABS);
        cr_expect(abs(below - LABS / 2) < 3.0 * sqrt(LABS / 4.0),
                  "history from %s: %d of %d below the median", firsts[i], below, LABS);
        gsl_rng_free(rng);
    }
}

/* Millions of jobs a month are drawn as sums; at the border both ways must agree. */
Test(forecast, sums_and_single_jobs_agree)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_daily *d = m2_daily_new();
    for (int64_t t = day("2026-09-01"); t <= day("2026-10-31"); t++)
        for (int i = 0; i < 500; i++)
            add(d, t, 1, USD(1 + i % 7));
    struct m2_forecast x = make(a, d, (struct m2_forecast_ask){ 1, 3000, 1, NULL, 0, NULL }); /* 45 M draws */
    struct m2_forecast y = make(a, d, (struct m2_forecast_ask){ 1, 6000, 1, NULL, 0, NULL }); /* 90 M */
    cr_assert(!x.sums && y.sums);
    double width = (double)(x.months[0].band.p90 - x.months[0].band.p10);
    cr_expect(fabs((double)(x.months[0].band.p50 - y.months[0].band.p50)) < 0.06 * width);
    cr_expect(fabs((double)(y.months[0].band.p90 - y.months[0].band.p10) / width - 1) < 0.08);
    m2_daily_free(d);
    m2_arena_free(a);
}

static bool yes(void *ctx)
{
    return ctx == NULL;
}

Test(forecast, a_cancelled_run_says_so)
{
    struct m2_sys sys = { .cancelled = yes };
    struct m2_arena *a = m2_arena_new();
    struct m2_daily *d = m2_daily_new();
    struct m2_forecast f;
    struct m2_err err = { 0 };
    some_past(d, false);
    struct m2_forecast_ask ask = { 1, 5000, 1, NULL, 2, &sys };
    cr_expect_eq(m2_forecast_make(&f, a, d, &ask, &err), -1);
    cr_expect_eq(err.code, M2_ECANCELLED);
    m2_daily_free(d);
    m2_arena_free(a);
}
