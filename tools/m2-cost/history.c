/* m2-cost history: what the account's own jobs have cost. */
#include "history.h"

#include "m2/file.h"
#include "m2/str.h"

#define MOST_CSV ((size_t)1 << 30)

/* A platform without prices in the region leaves its jobs out, and that is said; anything else ends the run.
 */
static bool leave_out(struct history_costs *c, struct m2_err *err)
{
    if (err->code != M2_EINPUT)
        return false;
    c->n_unpriced++;
    for (size_t i = 0; i < c->unpriced.len; i++)
        if (m2_str_eq(c->unpriced.at[i], err->msg))
            return true;
    m2_vec_push(c->run->arena, &c->unpriced, m2_arena_strdup(c->run->arena, err->msg));
    return true;
}

static void count(struct history_costs *c, const struct m2_history_job *job, const struct m2_bill *bills,
                  m2_pico total)
{
    c->of[job->outcome].jobs++;
    c->of[job->outcome].usd += total;
    for (size_t i = 0; i < job->runs.len; i++) {
        const struct m2_history_run *run = &job->runs.at[i];
        c->idle_ms += run->idle_ms;
        if (job->outcome != M2_OUT_SUCCEEDED || !run->failed)
            continue;
        c->retries.jobs++;
        c->retries.usd += bills[i].total;
    }
}

static int price(struct history_costs *c, struct m2_buf *csv, const struct m2_history_job *job,
                 struct m2_err *err)
{
    struct m2_priced priced;
    struct m2_bill sum;
    struct m2_bill *bills = m2_arena_new_array(c->run->arena, struct m2_bill, job->runs.len);
    struct m2_err why = { 0 };
    if (m2_history_price(&priced, &sum, bills, &c->prices, job, &why) < 0) {
        if (leave_out(c, &why))
            return 0;
        *err = why;
        return -1;
    }
    if (m2_summary_add(c->summary, &priced, &sum, err) < 0)
        return -1;
    count(c, job, bills, sum.total);
    m2_v_push(c->run->arena, c->jobs, history_json_job(c, job, bills, sum.total));
    if (csv)
        history_csv_job(csv, c, job, bills);
    return 0;
}

static int price_all(struct history_costs *c, struct m2_buf *csv, struct m2_err *err)
{
    for (size_t i = 0; i < c->history.jobs.len; i++)
        if (price(c, csv, &c->history.jobs.at[i], err) < 0)
            return -1;
    return 0;
}

static int write_csv(const char *path, const struct m2_buf *csv, struct m2_err *err)
{
    if (csv->over)
        return m2_fail(err, M2_ELIMIT, "%s would be larger than %zu bytes", path, MOST_CSV);
    return m2_file_write(path, (struct m2_bytes){ csv->data, csv->len }, 0644, err);
}

static int run_in(struct cost_result *out, struct history_costs *c, struct m2_buf *csv, struct m2_err *err)
{
    struct cost_run *run = c->run;
    const struct m2_price_region *region;
    struct m2_err cut = { 0 };
    const char *per_job = run->args->per_job;
    if ((per_job && m2_file_probe(per_job, err) < 0) ||
        cost_account_history(&c->history, run, &cut, err) < 0 ||
        m2_prices_region(&region, &run->prices, run->region.value, err) < 0)
        return -1;
    c->prices =
        (struct m2_history_prices){ &run->prices, region->name, run->without, { { { 0 } } }, { { 0 } } };
    history_csv_header(csv);
    if (price_all(c, per_job ? csv : NULL, err) < 0 || history_say(out, c, err) < 0 ||
        (per_job && write_csv(per_job, csv, err) < 0))
        return -1;
    if (cut.code != M2_OK) { /* there is a report, and why it is not whole ends the run */
        *err = cut;
        out->status = M2_EXIT_CANNOT;
    }
    return 0;
}

int cost_history(struct cost_result *out, struct cost_run *run, struct m2_err *err)
{
    struct history_costs c = { .run = run };
    struct m2_buf csv;
    m2_buf_init(&csv, MOST_CSV);
    c.summary = m2_summary_new(run->world->sys);
    c.jobs = m2_v_array(run->arena);
    int rc = run_in(out, &c, &csv, err);
    m2_summary_free(c.summary);
    m2_buf_free(&csv);
    return rc;
}
