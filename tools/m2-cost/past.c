/* Jobs from a CSV file or from the account. */
#include "past.h"

#include <stdio.h>

#include "m2/forecast.h"
#include "m2/history.h"
#include "m2/jobcsv.h"
#include "m2/str.h"

#define KINDS (M2_PLATFORM_COUNT * M2_ARCH_COUNT)

struct reading {
    struct cost_run *run;
    const char *name;
    bool bills;
    cost_past_job *job;
    void *user;
    struct m2_rates *rates; /* [region][platform][arch], once found */
};

static void on_progress(void *user, uint64_t done, uint64_t all, uint64_t jobs)
{
    struct reading *r = user;
    char text[200];
    (void)snprintf(text, sizeof text, "%s: %llu of %llu MB, %llu jobs", r->name,
                   (unsigned long long)(done >> 20), (unsigned long long)(all >> 20),
                   (unsigned long long)jobs);
    m2_progress_update(r->run->progress, text);
}

static int rates_of(const struct m2_rates **out, struct reading *r, const struct m2_priced *job,
                    struct m2_err *err)
{
    size_t region = 0;
    while (region + 1 < r->run->prices.n_regions && r->run->prices.regions[region].name != job->region.p)
        region++;
    struct m2_rates *rates = &r->rates[region * KINDS + job->platform * M2_ARCH_COUNT + job->arch];
    if (!rates->region && m2_rates_find(rates, &r->run->prices, r->run->prices.regions[region].name,
                                        job->platform, job->arch, r->run->without, err) < 0)
        return -1;
    *out = rates;
    return 0;
}

static int on_job(void *user, const struct m2_priced *job, const struct m2_job *usage, struct m2_err *err)
{
    struct reading *r = user;
    const struct m2_rates *rates;
    struct m2_bill bill;
    if (!r->bills)
        return r->job(r->user, job, NULL, err);
    if (rates_of(&rates, r, job, err) < 0 || m2_bill_job(&bill, rates, usage, err) < 0)
        return -1;
    return r->job(r->user, job, &bill, err);
}

static int read_csv(struct cost_past *out, struct reading *r, const char *file, struct m2_err *err)
{
    struct m2_jobcsv_result result;
    struct m2_arena *a = r->run->arena;
    const struct m2_jobcsv job = { .path = file,
                                   .prices = &r->run->prices,
                                   .region = r->run->region.value,
                                   .without = r->run->without,
                                   .max_bad = r->run->args->max_bad,
                                   .sys = r->run->world->sys,
                                   .progress = on_progress,
                                   .each = on_job,
                                   .user = r };
    r->rates = m2_arena_new_array(a, struct m2_rates, r->run->prices.n_regions * KINDS);
    if (m2_jobcsv_run(&result, &job, err) < 0)
        return -1;
    m2_summary_free(result.summary);
    out->bad = result.bad;
    if (result.bad)
        m2_vec_push(a, &out->warnings,
                    m2_arena_printf(
                        a, "%s of %s could not be read and %s left out; the first is line %llu: %s",
                        cost_count(a, result.bad, "row", "rows"), out->name, result.bad == 1 ? "is" : "are",
                        (unsigned long long)result.shown[0].line, result.shown[0].reason));
    return 0;
}

/* ---- the account ---- */

/* The whole days that were looked at: not the first, in which the period begins, and not today. */
static void note_period(struct cost_past *out, const struct m2_history *h)
{
    out->first_day = m2_day_of(h->from_ms - 1) + 1;
    out->last_day = m2_day_of(h->to_ms) - 1;
    out->covered = out->first_day <= out->last_day;
}

/* A run of a job as a job of its own: the bill has a task a run, not an execution. */
static int give_runs(struct reading *r, struct m2_priced priced, const struct m2_history_job *job,
                     const struct m2_bill *bills, struct m2_err *err)
{
    for (size_t i = 0; i < job->runs.len; i++) {
        const struct m2_history_run *run = &job->runs.at[i];
        priced.resource = m2_bytes_of(run->resource);
        priced.platform = run->usage.platform;
        priced.arch = run->usage.arch;
        priced.started_ms = run->started_ms;
        priced.duration_ms = run->usage.duration_ms;
        if (r->job(r->user, &priced, &bills[i], err) < 0)
            return -1;
    }
    return 0;
}

static int give_job(struct cost_past *out, struct reading *r, struct m2_history_prices *prices,
                    const struct m2_history_job *job, struct m2_err *err)
{
    struct m2_priced priced;
    struct m2_bill sum;
    struct m2_err why = { 0 };
    struct m2_bill *bills = m2_arena_new_array(r->run->arena, struct m2_bill, job->runs.len);
    if (m2_history_price(&priced, &sum, bills, prices, job, &why) == 0)
        return r->bills ? give_runs(r, priced, job, bills, err) : r->job(r->user, &priced, NULL, err);
    if (why.code != M2_EINPUT) {
        *err = why;
        return -1;
    }
    if (out->bad++ == 0) /* the others lack the same price */
        m2_vec_push(r->run->arena, &out->warnings,
                    m2_arena_printf(r->run->arena, "jobs are left out: %s", why.msg));
    return 0;
}

static int read_account(struct cost_past *out, struct reading *r, struct m2_err *err)
{
    struct m2_history h;
    struct m2_err cut = { 0 };
    struct m2_arena *a = r->run->arena;
    if (cost_account_history(&h, r->run, &cut, err) < 0)
        return -1;
    struct m2_history_prices prices = { .prices = &r->run->prices,
                                        .region = r->run->region.value,
                                        .without = r->run->without };
    note_period(out, &h);
    if (cut.code != M2_OK)
        m2_vec_push(a, &out->warnings,
                    m2_arena_printf(a, "the account could not be read to the end: %s", cut.msg));
    for (size_t i = 0; i < h.unseen.len; i++)
        m2_vec_push(a, &out->warnings, h.unseen.at[i]);
    for (size_t i = 0; i < h.jobs.len; i++)
        if (give_job(out, r, &prices, &h.jobs.at[i], err) < 0)
            return -1;
    return 0;
}

/* ---- either ---- */

int cost_past_read(struct cost_past *out, struct cost_run *run, const char *file, bool bills,
                   cost_past_job *job, void *user, struct m2_err *err)
{
    struct reading r = { .run = run, .bills = bills, .job = job, .user = user };
    r.name = !file ? "the account's history" : m2_str_eq(file, "-") ? "standard input" : file;
    *out = (struct cost_past){ .name = r.name };
    int rc = file ? read_csv(out, &r, file, err) : read_account(out, &r, err);
    m2_progress_clear(run->progress);
    return rc;
}

void cost_past_say(struct m2_doc *d, struct m2_value *root, struct cost_run *run,
                   const struct cost_past *past)
{
    struct m2_value *list = m2_v_array(run->arena);
    for (size_t i = 0; i < past->warnings.len; i++) {
        m2_doc_warning(d, "%s", past->warnings.at[i]);
        m2_v_push(run->arena, list, m2_v_string(run->arena, past->warnings.at[i]));
    }
    if (past->warnings.len)
        m2_v_set(run->arena, root, "warnings", list);
}
