/* m2-cost forecast: what the next months will cost, as a distribution. */
#include "m2/forecast.h"

#include <math.h>
#include <stdio.h>

#include "m2/str.h"
#include "m2/time.h"
#include "past.h"

#define USUAL_MONTHS 3
#define USUAL_TRIALS 10000
#define USUAL_SEED 1

struct forecasting {
    struct cost_run *run;
    struct m2_daily *daily;
    struct m2_forecast_ask ask;
    struct m2_forecast f;
    struct cost_past past;
};

static int add_job(void *user, const struct m2_priced *job, const struct m2_bill *bill, struct m2_err *err)
{
    struct forecasting *f = user;
    int64_t day = m2_day_of(job->started_ms);
    (void)bill;
    if (f->past.covered && (day < f->past.first_day || day > f->past.last_day)) /* of half a day */
        return 0;
    return m2_daily_add(f->daily, day, (m2_pico)job->compute + job->other, err);
}

/* ---- texts ---- */

static const char *usd(struct m2_arena *a, m2_pico pico)
{
    char text[M2_DECIMAL_SIZE];
    if (pico >= M2_PICO_PER_USD * 100)
        m2_fixed_print(text, pico, 12, 2, 2);
    else
        m2_pico_show(text, pico);
    return m2_arena_strdup(a, text);
}

/* For a column whose largest amount is LARGEST: the points stand below one another. */
static const char *column(struct m2_arena *a, m2_pico pico, m2_pico largest)
{
    char text[M2_DECIMAL_SIZE];
    const int places = largest >= M2_PICO_PER_USD ? 2 : 6;
    m2_fixed_print(text, pico, 12, places, places);
    return m2_arena_strdup(a, text);
}

static const char *part(struct m2_arena *a, uint64_t n, uint64_t of, int places)
{
    char text[M2_DECIMAL_SIZE];
    m2_fixed_print(text, m2_div_half_even((m2_int128)n * 100000000, (int64_t)of), 6, places, 0);
    return m2_arena_strdup(a, text);
}

/* "12.3 % ± 0.3"; nothing seen in N trials is no more than 3 in N (19 times in 20). */
static const char *chance_text(struct m2_arena *a, const struct m2_chance *c)
{
    char error[M2_DECIMAL_SIZE];
    if (c->passed == 0)
        return m2_arena_printf(a, "under %s %%", part(a, 3, c->trials, 3));
    if (c->passed == c->trials)
        return m2_arena_printf(a, "over %s %%", part(a, c->trials - 3, c->trials, 3));
    m2_fixed_print(error, (m2_int128)llround(c->error * 1e8), 6, 2, 0);
    bool rare = c->chance < 0.01 || c->chance > 0.99;
    return m2_arena_printf(a, "%s %% ± %s", part(a, c->passed, c->trials, rare ? 2 : 1), error);
}

/* "November 2026" of "2026-11" */
static const char *month_text(struct m2_arena *a, const char name[8])
{
    static const char *const months[] = { "January",   "February", "March",    "April",
                                          "May",       "June",     "July",     "August",
                                          "September", "October",  "November", "December" };
    return m2_arena_printf(a, "%s %.4s", months[(name[5] - '0') * 10 + name[6] - '0' - 1], name);
}

/* ---- the document ---- */

static void say_lead(struct m2_doc *d, const struct forecasting *f)
{
    struct m2_arena *a = f->run->arena;
    const struct m2_forecast_month *m = &f->f.months[0];
    m2_doc_lead(d, "%s will cost about %s USD, and with 8 chances in 10 between %s and %s.",
                month_text(a, m->name), usd(a, m->band.p50), usd(a, m->band.p10), usd(a, m->band.p90));
    if (!f->ask.budget)
        return;
    const char *all = f->f.n_months == 1 ? ""
                                         : m2_arena_printf(a, "; that one of the %zu months does, %s",
                                                           f->f.n_months, chance_text(a, &f->f.any));
    m2_doc_text(d, "The chance that it passes the budget of %s USD is %s%s.", usd(a, *f->ask.budget),
                chance_text(a, &m->over), all);
}

static void month_row(struct m2_doc_table *t, const struct forecasting *f, const char *name, int days,
                      const struct m2_band *b, const struct m2_chance *over, bool total)
{
    struct m2_arena *a = f->run->arena;
    const m2_pico cells[] = { b->p10, b->p50, b->p90, b->mean };
    m2_doc_row(t, total);
    m2_doc_cell(t, "%s", name);
    m2_doc_cell(t, "%d", days);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        char exact[M2_DECIMAL_SIZE];
        m2_pico_print(exact, cells[i]);
        m2_doc_cell_exact(t, exact, "%s", column(a, cells[i], f->f.sum.p90));
    }
    if (f->ask.budget)
        m2_doc_cell_exact(t, over ? part(a, over->passed, over->trials, 6) : "", "%s",
                          over ? chance_text(a, over) : "");
}

static void months_table(struct m2_doc *d, const struct forecasting *f)
{
    int days = 0;
    struct m2_doc_table *t = m2_doc_table(d, "The months ahead, in USD");
    m2_doc_column(t, "Month", "month", M2_LEFT);
    m2_doc_column(t, "Days", "days", M2_RIGHT);
    m2_doc_column(t, "Low (P10)", "p10_usd", M2_RIGHT);
    m2_doc_column(t, "Middle (P50)", "p50_usd", M2_RIGHT);
    m2_doc_column(t, "High (P90)", "p90_usd", M2_RIGHT);
    m2_doc_column(t, "Mean", "mean_usd", M2_RIGHT);
    if (f->ask.budget)
        m2_doc_column(t, "Passes the budget", "over_budget_percent", M2_RIGHT);
    for (size_t i = 0; i < f->f.n_months; i++) {
        const struct m2_forecast_month *m = &f->f.months[i];
        month_row(t, f, m->name, m->days, &m->band, &m->over, false);
        days += m->days;
    }
    if (f->f.n_months > 1)
        month_row(t, f, "all", days, &f->f.sum, NULL, true);
}

static void chart(struct m2_doc *d, const struct forecasting *f)
{
    static const char *const names[] = { "low (P10)", "middle (P50)", "high (P90)" };
    struct m2_arena *a = f->run->arena;
    const struct m2_forecast_month *first = &f->f.months[0], *last = &f->f.months[f->f.n_months - 1];
    if (f->f.n_months == 1) /* three figures, which the table has */
        return;
    struct m2_doc_chart *c = m2_doc_chart(
        d, M2_CHART_BAND, "Spend by month",
        m2_arena_printf(
            a, "From %s to %s the middle goes from %s to %s USD a month; low is %s to %s, high %s to %s.",
            first->name, last->name, usd(a, first->band.p50), usd(a, last->band.p50), usd(a, first->band.p10),
            usd(a, last->band.p10), usd(a, first->band.p90), usd(a, last->band.p90)));
    m2_doc_axes(c, "month", "USD");
    for (size_t s = 0; s < 3; s++) {
        m2_doc_series(c, names[s]);
        for (size_t i = 0; i < f->f.n_months; i++) {
            const struct m2_band *b = &f->f.months[i].band;
            m2_doc_point(c, f->f.months[i].name, (double)i,
                         (double)(s == 0   ? b->p10
                                  : s == 1 ? b->p50
                                           : b->p90) /
                             1e12);
        }
    }
    if (f->ask.budget)
        m2_doc_mark_y(c, m2_arena_printf(a, "budget %s", usd(a, *f->ask.budget)),
                      (double)*f->ask.budget / 1e12);
}

static void say_backtest(struct m2_doc *d, const struct forecasting *f)
{
    struct m2_arena *a = f->run->arena;
    const struct m2_backtest *b = &f->f.back;
    char off[M2_DECIMAL_SIZE];
    m2_doc_heading(d, "Would it have been right a month ago?");
    if (!b->done) {
        m2_doc_text(d, "That cannot be told: the history holds no whole month with %d days before it.",
                    M2_FORECAST_MIN_DAYS);
        return;
    }
    m2_fixed_print(off, isfinite(b->off) ? (m2_int128)llround(fabs(b->off) * 1e5) : 0, 3, 1, 0);
    m2_doc_text(
        d, "From the %d days before %s the same method gives %s USD for it (%s to %s). It came to %s: %s%s.",
        b->days_before, b->name, usd(a, b->band.p50), usd(a, b->band.p10), usd(a, b->band.p90),
        usd(a, b->actual), b->inside ? "within the band" : "outside the band",
        isfinite(b->off)
            ? m2_arena_printf(a, ", and the middle was %s %% too %s", off, b->off < 0 ? "low" : "high")
            : "");
}

static void past_table(struct m2_doc *d, const struct forecasting *f)
{
    m2_doc_heading(d, "What it is made from");
    m2_doc_text(d, "%s from %s to %s (%d days) in %s.", cost_count(f->run->arena, f->f.jobs, "job", "jobs"),
                cost_day_text(f->run->arena, f->f.first_day), cost_day_text(f->run->arena, f->f.last_day),
                f->f.days, f->past.name);
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, "Month", NULL, M2_LEFT);
    m2_doc_column(t, "Days of it", NULL, M2_RIGHT);
    m2_doc_column(t, "Jobs", NULL, M2_RIGHT);
    m2_doc_column(t, "USD", NULL, M2_RIGHT);
    for (size_t i = 0; i < f->f.n_past; i++) {
        const struct m2_past_month *m = &f->f.past[i];
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s", m->name);
        m2_doc_cell(t, "%d%s", m->days, m->whole ? "" : " (part)");
        m2_doc_cell(t, "%llu", (unsigned long long)m->jobs);
        m2_doc_cell(t, "%s", column(f->run->arena, m->total, f->f.total));
    }
}

static void say_method(struct m2_doc *d, const struct forecasting *f)
{
    m2_doc_heading(d, "How it was computed");
    m2_doc_item(d,
                "%llu simulated futures, seed %llu (the same seed gives the same figures); GSL's mt19937, "
                "one generator a future.",
                (unsigned long long)f->ask.trials, (unsigned long long)f->ask.seed);
    m2_doc_item(d,
                "Each day to come draws its number of jobs from the past days%s, then so many costs from the "
                "past jobs. Every draw "
                "goes back with a copy, so a short past makes a wide band.",
                f->f.by_weekday ? " of the same weekday" : " (all alike)");
    if (f->f.sums)
        m2_doc_item(
            d,
            "There are so many jobs that a day's cost was drawn as one sum (central limit), not job by job.");
    m2_doc_item(d, "Months are whole calendar months, UTC, beginning with the one after the last day of the "
                   "history; the rest of "
                   "that day's own month is not forecast.");
    m2_doc_item(d, "Quantiles are of type 7. No growth is assumed, and no change of prices.");
}

static void say_warnings(struct m2_doc *d, const struct forecasting *f)
{
    if (f->f.few_jobs)
        m2_doc_warning(d, "%s few: the band rests on little.",
                       cost_count(f->run->arena, f->f.jobs, "job is", "jobs are"));
    if (!f->f.by_weekday)
        m2_doc_note(d,
                    "The history is too short for a weekday pattern (%d days and %d jobs are needed): all "
                    "days are taken as alike.",
                    M2_FORECAST_WEEKDAY_DAYS, M2_FORECAST_FEW_JOBS);
    if (f->f.trend == M2_TREND_RISING || f->f.trend == M2_TREND_FALLING)
        m2_doc_warning(d,
                       "the cost a day has %s from month to month; the forecast does not go on with that, so "
                       "it is rather too %s.",
                       f->f.trend == M2_TREND_RISING ? "risen" : "fallen",
                       f->f.trend == M2_TREND_RISING ? "low" : "high");
    if (f->f.trend == M2_TREND_UNTOLD)
        m2_doc_note(d, "Fewer than three whole months: whether the cost rises or falls cannot be told.");
}

/* ---- JSON ---- */

static struct m2_value *band_json(struct m2_arena *a, const struct m2_band *b)
{
    struct m2_value *v = m2_v_object(a);
    cost_json_usd(a, v, "p10_usd", b->p10);
    cost_json_usd(a, v, "p50_usd", b->p50);
    cost_json_usd(a, v, "p90_usd", b->p90);
    cost_json_usd(a, v, "mean_usd", b->mean);
    return v;
}

static void chance_json(struct m2_arena *a, struct m2_value *v, const struct m2_chance *c)
{
    char text[M2_DECIMAL_SIZE];
    if (!c->trials)
        return;
    m2_fixed_print(text, m2_div_half_even((m2_int128)c->passed * 1000000, (int64_t)c->trials), 6, 6, 0);
    m2_v_set_str(a, v, "chance_over_budget", text);
    m2_fixed_print(text, (m2_int128)llround(c->error * 1e6), 6, 6, 0);
    m2_v_set_str(a, v, "chance_error", text);
}

static struct m2_value *past_json(struct m2_arena *a, const struct m2_forecast *f)
{
    struct m2_value *v = m2_v_object(a), *list = m2_v_array(a);
    m2_v_set_str(a, v, "first_day", cost_day_text(a, f->first_day));
    m2_v_set_str(a, v, "last_day", cost_day_text(a, f->last_day));
    m2_v_set_int(a, v, "days", f->days);
    m2_v_set_int(a, v, "jobs", (int64_t)f->jobs);
    cost_json_usd(a, v, "total_usd", f->total);
    for (size_t i = 0; i < f->n_past; i++) {
        struct m2_value *m = m2_v_object(a);
        m2_v_set_str(a, m, "month", f->past[i].name);
        m2_v_set_int(a, m, "days", f->past[i].days);
        m2_v_set_bool(a, m, "whole", f->past[i].whole);
        m2_v_set_int(a, m, "jobs", (int64_t)f->past[i].jobs);
        cost_json_usd(a, m, "total_usd", f->past[i].total);
        m2_v_push(a, list, m);
    }
    m2_v_set(a, v, "months", list);
    return v;
}

static struct m2_value *backtest_json(struct m2_arena *a, const struct m2_backtest *b)
{
    char text[M2_DECIMAL_SIZE];
    if (!b->done)
        return m2_v_null(a);
    struct m2_value *v = band_json(a, &b->band);
    m2_v_set_str(a, v, "month", b->name);
    m2_v_set_int(a, v, "days_before", b->days_before);
    cost_json_usd(a, v, "actual_usd", b->actual);
    m2_v_set_bool(a, v, "inside", b->inside);
    m2_fixed_print(text, isfinite(b->off) ? (m2_int128)llround(b->off * 1e6) : 0, 6, 6, 0);
    m2_v_set(a, v, "off", isfinite(b->off) ? m2_v_string(a, text) : m2_v_null(a));
    return v;
}

static void to_json(struct m2_value *root, const struct forecasting *f)
{
    static const char *const trends[] = { NULL, "none", "rising", "falling" };
    struct m2_arena *a = f->run->arena;
    struct m2_value *list = m2_v_array(a), *summary = m2_v_object(a), *all = band_json(a, &f->f.sum);
    for (size_t i = 0; i < f->f.n_months; i++) {
        struct m2_value *m = band_json(a, &f->f.months[i].band);
        m2_v_set_str(a, m, "month", f->f.months[i].name);
        m2_v_set_int(a, m, "days", f->f.months[i].days);
        chance_json(a, m, &f->f.months[i].over);
        m2_v_push(a, list, m);
    }
    m2_v_set(a, root, "months", list);
    chance_json(a, all, &f->f.any);
    m2_v_set(a, root, "all_months", all);
    cost_json_usd(a, root, "total_usd", f->f.sum.p50);
    m2_v_set(a, summary, "history", past_json(a, &f->f));
    m2_v_set(a, summary, "backtest", backtest_json(a, &f->f.back));
    m2_v_set_int(a, summary, "trials", (int64_t)f->ask.trials);
    m2_v_set_int(a, summary, "seed", (int64_t)f->ask.seed);
    m2_v_set_str(a, summary, "quantiles", "type 7");
    m2_v_set_bool(a, summary, "by_weekday", f->f.by_weekday);
    m2_v_set_bool(a, summary, "few_jobs", f->f.few_jobs);
    m2_v_set_str(a, summary, "trend", trends[f->f.trend]);
    m2_v_set(a, root, "summary", summary);
    if (f->ask.budget)
        cost_json_usd(a, root, "budget_usd", *f->ask.budget);
}

/* ---- the whole ---- */

static int check(const struct cost_args *args, struct m2_err *err)
{
    bool file = args->operands.v.len > 0;
    bool account = args->history || args->snapshot;
    if (file && account)
        return m2_fail(err, M2_EUSAGE,
                       "forecast takes a FILE or the account (--history, --snapshot), not both");
    if (!file && !account)
        return m2_fail(
            err, M2_EUSAGE,
            "forecast needs a job history: a FILE (- is standard input), or --history for the account's own");
    return 0;
}

static int compute(struct forecasting *f, struct m2_err *err)
{
    const struct cost_args *args = f->run->args;
    const char *file = args->operands.v.len ? args->operands.v.at[0] : NULL;
    if (cost_past_read(&f->past, f->run, file, false, add_job, f, err) < 0 ||
        (f->past.covered && m2_daily_cover(f->daily, f->past.first_day, f->past.last_day, err) < 0))
        return -1;
    m2_progress_phase(f->run->progress, "playing the months to come");
    if (m2_forecast_make(&f->f, f->run->arena, f->daily, &f->ask, err) < 0)
        return err->code == M2_EINPUT ? m2_context(err, "%s", f->past.name) : -1;
    return 0;
}

static void say(struct cost_result *out, const struct forecasting *f)
{
    struct m2_doc *d = m2_doc_new(f->run->arena, "What the next months will cost");
    out->json = cost_json(f->run);
    say_lead(d, f);
    cost_past_say(d, out->json, f->run, &f->past);
    say_warnings(d, f);
    months_table(d, f);
    chart(d, f);
    say_backtest(d, f);
    past_table(d, f);
    say_method(d, f);
    cost_note_prices(d, f->run);
    to_json(out->json, f);
    out->doc = d;
    for (size_t i = 0; i < f->f.n_months; i++) /* rather than not */
        if (f->f.months[i].over.chance > 0.5)
            out->status = M2_EXIT_FOUND;
    if (f->ask.budget)
        m2_v_set_bool(f->run->arena, out->json, "budget_passed", out->status == M2_EXIT_FOUND);
}

int cost_forecast(struct cost_result *out, struct cost_run *run, struct m2_err *err)
{
    const struct cost_args *args = run->args;
    struct forecasting f = { .run = run,
                             .ask = { .months = args->months ? args->months : USUAL_MONTHS,
                                      .trials = args->trials ? args->trials : USUAL_TRIALS,
                                      .seed = args->seed ? args->seed : USUAL_SEED,
                                      .sys = run->world->sys } };
    bool given;
    m2_pico budget;
    if (check(args, err) < 0 || cost_budget(&given, &budget, run, err) < 0)
        return -1;
    f.ask.budget = given ? &budget : NULL;
    f.daily = m2_daily_new();
    int rc = compute(&f, err);
    if (rc == 0)
        say(out, &f);
    m2_daily_free(f.daily);
    return rc;
}
