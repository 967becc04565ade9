/* What `m2-cost history` says: the total, what failures cost, the bill by item, groups, and what could not be
 * seen. */
#include "history.h"

#include "m2/str.h"
#include "m2/time.h"

/* ---- JSON ---- */

static void set_iso(struct m2_arena *a, struct m2_value *v, const char *key, int64_t ms)
{
    char iso[M2_ISO_SIZE];
    m2_time_iso(iso, ms);
    m2_v_set_str(a, v, key, iso);
}

static void set_fixed(struct m2_arena *a, struct m2_value *v, const char *key, int64_t n, int digits)
{
    char text[M2_DECIMAL_SIZE];
    m2_fixed_print(text, n, digits, digits, 0);
    m2_v_set_str(a, v, key, text);
}

static struct m2_value *run_json(struct m2_arena *a, const struct m2_history_run *run,
                                 const struct m2_bill *bill)
{
    struct m2_value *v = m2_v_object(a);
    const struct m2_job *u = &run->usage;
    m2_v_set_str(a, v, "platform", m2_platform_names()[u->platform]);
    m2_v_set_str(a, v, "arch", m2_arch_names()[u->arch]);
    if (u->platform != M2_LAMBDA) {
        char vcpu[M2_DECIMAL_SIZE];
        m2_ratio_print(vcpu, (struct m2_ratio){ u->cpu_units, 1024 }, 10);
        m2_v_set_str(a, v, "vcpu", vcpu);
    }
    set_fixed(a, v, "memory_gb", u->memory_gb10, 10);
    set_fixed(a, v, "duration_s", u->duration_ms, 3);
    set_iso(a, v, "started_at", run->started_ms);
    m2_v_set(a, v, "state", m2_v_string(a, run->state));
    m2_v_set(a, v, "resource", m2_v_string(a, run->resource));
    m2_v_set_bool(a, v, "failed", run->failed);
    m2_v_set(a, v, "estimated", m2_v_string(a, run->estimated));
    cost_json_usd(a, v, "total_usd", bill->total);
    return v;
}

static struct m2_value *strings(struct m2_arena *a, const char *const *at, size_t n)
{
    struct m2_value *list = m2_v_array(a);
    for (size_t i = 0; i < n; i++)
        m2_v_push(a, list, m2_v_string(a, at[i]));
    return list;
}

struct m2_value *history_json_job(const struct history_costs *c, const struct m2_history_job *job,
                                  const struct m2_bill *bills, m2_pico total)
{
    struct m2_arena *a = c->run->arena;
    struct m2_value *v = m2_v_object(a), *runs = m2_v_array(a);
    int64_t transitions = 0;
    for (size_t i = 0; i < job->runs.len; i++) {
        m2_v_push(a, runs, run_json(a, &job->runs.at[i], &bills[i]));
        transitions += job->runs.at[i].usage.transitions;
    }
    m2_v_set_str(a, v, "id", job->id);
    set_iso(a, v, "started_at", job->started_ms);
    m2_v_set_str(a, v, "outcome", m2_outcome_name(job->outcome));
    m2_v_set_int(a, v, "transitions", transitions);
    m2_v_set_bool(a, v, "estimated", job->estimated);
    m2_v_set(a, v, "notes", strings(a, job->notes.at, job->notes.len));
    m2_v_set(a, v, "runs", runs);
    cost_json_usd(a, v, "total_usd", total);
    return v;
}

static struct m2_value *names(struct m2_arena *a, const struct m2_history_job *at, size_t n)
{
    struct m2_value *list = m2_v_array(a);
    for (size_t i = 0; i < n; i++) {
        struct m2_value *v = m2_v_object(a);
        m2_v_set_str(a, v, "id", at[i].id);
        set_iso(a, v, "started_at", at[i].started_ms);
        m2_v_set_str(a, v, "outcome", m2_outcome_name(at[i].outcome));
        m2_v_push(a, list, v);
    }
    return list;
}

static struct m2_value *tally_json(struct m2_arena *a, const char *count, struct history_tally t)
{
    struct m2_value *v = m2_v_object(a);
    m2_v_set_int(a, v, count, (int64_t)t.jobs);
    cost_json_usd(a, v, "total_usd", t.usd);
    return v;
}

static m2_pico total(const struct history_costs *c)
{
    const struct m2_tally all = m2_summary_total(c->summary);
    return all.compute + all.other;
}

static struct history_tally failures(const struct history_costs *c)
{
    struct history_tally sum = { 0 };
    for (int i = 0; i < M2_OUTCOME_COUNT; i++)
        if (i != M2_OUT_SUCCEEDED) {
            sum.jobs += c->of[i].jobs;
            sum.usd += c->of[i].usd;
        }
    return sum;
}

static void add_json(struct m2_value *root, const struct history_costs *c)
{
    struct m2_arena *a = c->run->arena;
    const struct m2_history *h = &c->history;
    struct m2_value *period = m2_v_object(a), *outcomes = m2_v_object(a);
    set_iso(a, period, "from", h->from_ms);
    set_iso(a, period, "to", h->to_ms);
    for (int i = 0; i < M2_OUTCOME_COUNT; i++)
        if (c->of[i].jobs)
            m2_v_set(a, outcomes, m2_outcome_name((enum m2_outcome)i), tally_json(a, "jobs", c->of[i]));
    m2_v_set(a, root, "period", period);
    m2_v_set(a, root, "outcomes", outcomes);
    m2_v_set(a, root, "failed", tally_json(a, "jobs", failures(c)));
    m2_v_set(a, root, "failed_tries", tally_json(a, "runs", c->retries));
    m2_v_set(a, root, "jobs", c->jobs);
    m2_v_set(a, root, "running", names(a, h->running.at, h->running.len));
    m2_v_set(a, root, "unread", names(a, h->unread.at, h->unread.len));
    m2_v_set(a, root, "unseen", strings(a, h->unseen.at, h->unseen.len));
    m2_v_set(a, root, "told", strings(a, h->told.at, h->told.len));
    m2_v_set(a, root, "unpriced", strings(a, c->unpriced.at, c->unpriced.len));
}

/* ---- the document ---- */

/* PART of WHOLE as "12.5 %"; "" where there is no whole. */
static const char *share(struct m2_arena *a, m2_pico part, m2_pico whole)
{
    char text[M2_DECIMAL_SIZE];
    if (whole <= 0 || whole > INT64_MAX)
        return "";
    m2_fixed_print(text, m2_div_half_even(part * 1000, (int64_t)whole), 1, 1, 0);
    return m2_arena_printf(a, "%s %%", text);
}

static void lead(struct m2_doc *d, const struct history_costs *c)
{
    struct m2_arena *a = c->run->arena;
    const struct m2_history *h = &c->history;
    struct history_tally failed = failures(c);
    char usd[M2_DECIMAL_SIZE], from[M2_ISO_SIZE], to[M2_ISO_SIZE];
    m2_pico_show(usd, total(c));
    m2_time_iso(from, h->from_ms / 1000 * 1000);
    m2_time_iso(to, h->to_ms == INT64_MAX ? 0 : h->to_ms / 1000 * 1000);
    m2_doc_lead(d, "%s cost %s USD%s.", cost_count(a, m2_summary_total(c->summary).jobs, "job", "jobs"), usd,
                c->n_unpriced ? ", without those that have no price" : "");
    m2_doc_text(d, "Jobs that began from %s to %s in %s.", h->from_ms ? from : "the beginning",
                h->to_ms == INT64_MAX ? "the end" : to, c->prices.region);
    if (!failed.jobs && !c->retries.jobs)
        return;
    m2_pico_show(usd, failed.usd);
    m2_doc_text(d, "What failures cost: %s ended without a result and cost %s USD%s%s.",
                cost_count(a, failed.jobs, "job", "jobs"), usd, total(c) > 0 ? ", " : "",
                share(a, failed.usd, total(c)));
    if (!c->retries.jobs)
        return;
    m2_pico_show(usd, c->retries.usd);
    m2_doc_text(d, "%s failed in jobs that succeeded in the end, at %s USD.",
                cost_count(a, c->retries.jobs, "try", "tries"), usd);
}

/* Jobs that ran or are not billed, by name: few; and how many more. */
static void list_jobs(struct m2_doc *d, const struct m2_history_job *at, size_t n)
{
    enum { SHOWN = 10 };
    char iso[M2_ISO_SIZE];
    for (size_t i = 0; i < n && i < SHOWN; i++) {
        m2_time_iso(iso, at[i].started_ms / 1000 * 1000);
        m2_doc_item(d, "%s, began %s", at[i].id, iso);
    }
    if (n > SHOWN)
        m2_doc_item(d, "and %zu more", n - SHOWN);
}

static void say_unseen(struct m2_doc *d, const struct history_costs *c)
{
    const struct m2_history *h = &c->history;
    uint64_t jobs = m2_summary_total(c->summary).jobs, estimated = m2_summary_estimated(c->summary);
    if (h->running.len) {
        m2_doc_heading(d, "Still running, not billed here");
        list_jobs(d, h->running.at, h->running.len);
    }
    if (h->unread.len) {
        m2_doc_heading(d, "Ended, but without a history");
        list_jobs(d, h->unread.at, h->unread.len);
    }
    if (h->unseen.len || c->unpriced.len) {
        m2_doc_heading(d, "What could not be seen");
        for (size_t i = 0; i < h->unseen.len; i++)
            m2_doc_item(d, "%s", h->unseen.at[i]);
        for (size_t i = 0; i < c->unpriced.len; i++)
            m2_doc_item(d, "%s no price: %s.",
                        cost_count(c->run->arena, c->n_unpriced, "job has", "jobs have"), c->unpriced.at[i]);
    }
    if (estimated)
        m2_doc_warning(d,
                       "%s of %llu (%s) %s partly estimated, because the account does not tell all of their "
                       "usage any more.",
                       cost_count(c->run->arena, estimated, "job", "jobs"), (unsigned long long)jobs,
                       share(c->run->arena, (m2_pico)estimated, (m2_pico)jobs),
                       estimated == 1 ? "is" : "are");
}

static void notes(struct m2_doc *d, const struct history_costs *c)
{
    for (size_t i = 0; i < c->history.told.len; i++)
        m2_doc_note(d, "%s", c->history.told.at[i]);
    m2_doc_note(d, "A job belongs to the period in which it began. S3 requests and log text are not told by "
                   "the account: "
                   "each run is taken to make 2 PUTs, 2 GETs and 64 KiB of logs.");
    if (c->run->args->common.verbose && c->idle_ms)
        m2_doc_note(
            d, "Tasks are billed until they have stopped: %s of that came after their containers had ended.",
            cost_duration_text(c->run->arena, c->idle_ms));
    cost_note_prices(d, c->run);
}

static int say_budget(struct cost_result *out, struct m2_doc *d, struct m2_value *root,
                      const struct history_costs *c, struct m2_err *err)
{
    bool given;
    m2_pico budget;
    char usd[M2_DECIMAL_SIZE];
    if (cost_budget(&given, &budget, c->run, err) < 0)
        return -1;
    if (!given)
        return 0;
    const bool passed = total(c) > budget;
    m2_pico_show(usd, budget);
    if (passed)
        m2_doc_warning(d, "the total passes the budget of %s USD.", usd);
    else
        m2_doc_text(d, "The total is within the budget of %s USD.", usd);
    cost_json_usd(c->run->arena, root, "budget_usd", budget);
    m2_v_set_bool(c->run->arena, root, "budget_passed", passed);
    out->status = passed ? M2_EXIT_FOUND : M2_EXIT_OK;
    return 0;
}

int history_say(struct cost_result *out, struct history_costs *c, struct m2_err *err)
{
    struct m2_doc *d = m2_doc_new(c->run->arena, "What the account's jobs have cost");
    struct m2_value *root = cost_json(c->run), *summary;
    lead(d, c);
    if (say_budget(out, d, root, c, err) < 0 ||
        cost_say_summary(&summary, d, root, c->run, c->summary, err) < 0)
        return -1;
    m2_v_set_int(c->run->arena, summary, "estimated", (int64_t)m2_summary_estimated(c->summary));
    say_unseen(d, c);
    notes(d, c);
    add_json(root, c);
    out->doc = d;
    out->json = root;
    out->unsure = c->history.unseen.len || c->unpriced.len || m2_v_bool_or(root, "incomplete", false);
    return 0;
}
