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

static void usd_cell(struct m2_doc_table *t, m2_pico usd)
{
    char exact[M2_DECIMAL_SIZE], shown[M2_DECIMAL_SIZE];
    m2_pico_print(exact, usd);
    m2_fixed_print(shown, usd, 12, 6, 2);
    m2_doc_cell_exact(t, exact, "%s", shown);
}

static const char *count_text(struct m2_arena *a, uint64_t n, const char *one, const char *many)
{
    return m2_arena_printf(a, "%llu %s", (unsigned long long)n, n == 1 ? one : many);
}

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
    m2_pico_show(usd, c->bill.total);
    m2_time_iso(from, h->from_ms / 1000 * 1000);
    m2_time_iso(to, h->to_ms == INT64_MAX ? 0 : h->to_ms / 1000 * 1000);
    m2_doc_lead(d, "%s cost %s USD%s.", count_text(a, m2_summary_total(c->summary).jobs, "job", "jobs"), usd,
                c->bill.incomplete || c->n_unpriced ? ", without what has no price" : "");
    m2_doc_text(d, "Jobs that began from %s to %s in %s.", h->from_ms ? from : "the beginning",
                h->to_ms == INT64_MAX ? "the end" : to, c->prices.region);
    if (!failed.jobs && !c->retries.jobs)
        return;
    m2_pico_show(usd, failed.usd);
    m2_doc_text(d, "What failures cost: %s ended without a result and cost %s USD%s%s.",
                count_text(a, failed.jobs, "job", "jobs"), usd, c->bill.total > 0 ? ", " : "",
                share(a, failed.usd, c->bill.total));
    if (!c->retries.jobs)
        return;
    m2_pico_show(usd, c->retries.usd);
    m2_doc_text(d, "%s more failed before its job succeeded in the end, at %s USD.",
                count_text(a, c->retries.jobs, "try", "tries"), usd);
}

static void items_table(struct m2_doc *d, const struct history_costs *c)
{
    struct m2_doc_table *t = m2_doc_table(d, "All jobs");
    char quantity[M2_DECIMAL_SIZE], most[M2_DECIMAL_SIZE];
    m2_doc_column(t, "Item", "resource", M2_LEFT);
    m2_doc_column(t, "Quantity", "quantity", M2_RIGHT);
    m2_doc_column(t, "Unit", "unit", M2_LEFT);
    m2_doc_column(t, "USD", "cost_usd", M2_RIGHT);
    for (size_t i = 0; i < M2_C_COUNT; i++) {
        const struct m2_bill_line *line = &c->bill.line[i];
        const struct m2_cost_item_row *row = m2_cost_item((enum m2_cost_item)i);
        if (line->quantity.num == 0)
            continue;
        m2_ratio_print(quantity, line->quantity, 6);
        m2_ratio_print(most, line->quantity, 12);
        m2_doc_row(t, false);
        m2_doc_cell_exact(t, row->resource, "%s", row->title);
        m2_doc_cell_exact(t, most, "%s", quantity);
        m2_doc_cell(t, "%s", row->unit);
        usd_cell(t, line->cost);
    }
    m2_doc_row(t, true);
    m2_doc_cell_exact(t, "total", "Total");
    m2_doc_cell(t, "%s", "");
    m2_doc_cell(t, "%s", "");
    usd_cell(t, c->bill.total);
    m2_doc_empty(t, "No job of the period has ended.");
}

static void group_table(struct m2_doc *d, const struct history_costs *c, enum m2_by by, const char *title)
{
    struct m2_groups groups = m2_summary_groups(c->summary, c->run->arena, by);
    if (!groups.n)
        return;
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, title, NULL, M2_LEFT);
    m2_doc_column(t, "Jobs", NULL, M2_RIGHT);
    m2_doc_column(t, "USD", NULL, M2_RIGHT);
    for (size_t i = 0; i < groups.n; i++) {
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s", groups.at[i].rest ? "all others" : groups.at[i].name);
        m2_doc_cell(t, "%llu", (unsigned long long)groups.at[i].sum.jobs);
        usd_cell(t, groups.at[i].sum.compute + groups.at[i].sum.other);
    }
}

static void outcome_table(struct m2_doc *d, const struct history_costs *c)
{
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, "Outcome", NULL, M2_LEFT);
    m2_doc_column(t, "Jobs", NULL, M2_RIGHT);
    m2_doc_column(t, "USD", NULL, M2_RIGHT);
    m2_doc_column(t, "Share", NULL, M2_RIGHT);
    for (int i = 0; i < M2_OUTCOME_COUNT; i++) {
        if (!c->of[i].jobs)
            continue;
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s", m2_outcome_name((enum m2_outcome)i));
        m2_doc_cell(t, "%llu", (unsigned long long)c->of[i].jobs);
        usd_cell(t, c->of[i].usd);
        m2_doc_cell(t, "%s", share(c->run->arena, c->of[i].usd, c->bill.total));
    }
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
            m2_doc_item(d, "%s have no price: %s.", count_text(c->run->arena, c->n_unpriced, "job", "jobs"),
                        c->unpriced.at[i]);
    }
    if (estimated)
        m2_doc_warning(d,
                       "%s of %llu (%s) are partly estimated, because the account does not tell all of their "
                       "usage any more.",
                       count_text(c->run->arena, estimated, "job", "jobs"), (unsigned long long)jobs,
                       share(c->run->arena, (m2_pico)estimated, (m2_pico)jobs));
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
    if (c->spot)
        m2_doc_warning(d, "Spot prices move; these are an estimate from the list's date.");
    cost_note_prices(d, c->run);
}

/* ---- both ---- */

static int say_quantiles(struct m2_doc *d, struct m2_value *summary, const struct history_costs *c,
                         struct m2_err *err)
{
    static const int percent[] = { 50, 90, 99 };
    static const char *const keys[] = { "p50_usd", "p90_usd", "p99_usd" };
    m2_pico q[3];
    char text[3][M2_DECIMAL_SIZE];
    if (!m2_summary_total(c->summary).jobs)
        return 0;
    if (m2_summary_quantiles(q, c->summary, percent, 3, err) < 0)
        return -1;
    for (size_t i = 0; i < 3; i++) {
        cost_json_usd(c->run->arena, summary, keys[i], q[i]);
        m2_pico_show(text[i], q[i]);
    }
    m2_doc_text(d,
                "Half of the jobs cost up to %s USD, nine of ten up to %s USD, 99 of 100 up to %s USD "
                "(quantiles of type 7).",
                text[0], text[1], text[2]);
    return 0;
}

static struct m2_value *groups_json(const struct history_costs *c, enum m2_by by)
{
    struct m2_arena *a = c->run->arena;
    struct m2_groups groups = m2_summary_groups(c->summary, a, by);
    struct m2_value *list = m2_v_array(a);
    for (size_t i = 0; i < groups.n; i++) {
        struct m2_value *v = m2_v_object(a);
        m2_v_set_str(a, v, "name", groups.at[i].name);
        m2_v_set_int(a, v, "jobs", (int64_t)groups.at[i].sum.jobs);
        cost_json_usd(a, v, "total_usd", groups.at[i].sum.compute + groups.at[i].sum.other);
        m2_v_push(a, list, v);
    }
    return list;
}

static struct m2_value *items_json(const struct history_costs *c)
{
    struct m2_arena *a = c->run->arena;
    struct m2_value *items = m2_v_array(a);
    for (size_t i = 0; i < M2_C_COUNT; i++) {
        const struct m2_bill_line *line = &c->bill.line[i];
        const struct m2_cost_item_row *row = m2_cost_item((enum m2_cost_item)i);
        char quantity[M2_DECIMAL_SIZE];
        if (line->quantity.num == 0)
            continue;
        struct m2_value *v = m2_v_object(a);
        m2_ratio_print(quantity, line->quantity, 12);
        m2_v_set_str(a, v, "resource", row->resource);
        m2_v_set_str(a, v, "quantity", quantity);
        m2_v_set_str(a, v, "unit", row->unit);
        cost_json_usd(a, v, "cost_usd", line->cost);
        m2_v_push(a, items, v);
    }
    return items;
}

static int say_budget(struct cost_result *out, struct m2_doc *d, const struct history_costs *c,
                      struct m2_err *err)
{
    bool given;
    m2_pico budget;
    char usd[M2_DECIMAL_SIZE];
    if (cost_budget(&given, &budget, c->run, err) < 0)
        return -1;
    if (!given)
        return 0;
    m2_pico_show(usd, budget);
    if (c->bill.total > budget) {
        out->status = M2_EXIT_FOUND;
        m2_doc_warning(d, "the jobs cost more than the budget of %s USD.", usd);
    } else {
        m2_doc_text(d, "That is within the budget of %s USD.", usd);
    }
    return 0;
}

int history_say(struct cost_result *out, struct history_costs *c, struct m2_err *err)
{
    struct m2_arena *a = c->run->arena;
    struct m2_doc *d = m2_doc_new(a, "What the account's jobs have cost");
    struct m2_value *root = cost_json(c->run), *summary = m2_v_object(a);
    lead(d, c);
    if (say_budget(out, d, c, err) < 0 || say_quantiles(d, summary, c, err) < 0)
        return -1;
    items_table(d, c);
    outcome_table(d, c);
    group_table(d, c, M2_BY_PLATFORM, "Platform");
    group_table(d, c, M2_BY_SIZE, "Size");
    group_table(d, c, M2_BY_MONTH, "Month (UTC)");
    say_unseen(d, c);
    notes(d, c);
    m2_v_set(a, root, "items", items_json(c));
    cost_json_usd(a, root, "compute_usd", c->bill.compute);
    cost_json_usd(a, root, "other_usd", c->bill.other);
    cost_json_usd(a, root, "total_usd", c->bill.total);
    m2_v_set_int(a, summary, "jobs", (int64_t)m2_summary_total(c->summary).jobs);
    m2_v_set_int(a, summary, "estimated", (int64_t)m2_summary_estimated(c->summary));
    cost_json_usd(a, summary, "total_usd", c->bill.total);
    for (int by = 0; by < M2_BY_COUNT; by++)
        if (by != M2_BY_USER)
            m2_v_set(a, summary, m2_by_name((enum m2_by)by), groups_json(c, (enum m2_by)by));
    m2_v_set(a, root, "summary", summary);
    add_json(root, c);
    out->doc = d;
    out->json = root;
    out->unsure = c->history.unseen.len || c->unpriced.len || c->bill.incomplete;
    return 0;
}
