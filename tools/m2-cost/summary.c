/* What many jobs came to, for people and for programs: jobs and history say it alike. */
#include "cost.h"
#include "m2/str.h"

#define SHOWN_GROUPS 20 /* of users and sizes, in text for people; JSON has all */

static const int percents[] = { 50, 90, 99 };
#define PERCENTS (sizeof percents / sizeof percents[0])

static const struct {
    enum m2_by by;
    const char *heading, *column, *member; /* MEMBER: the name in JSON */
    const char *none, *rest;               /* instead of an empty name, and of all without a group */
} groupings[] = {
    { M2_BY_PLATFORM, "By platform", "Platform", "platform", "", "" },
    { M2_BY_MONTH, "By month", "Month (UTC)", "month", "", "other months" },
    { M2_BY_SIZE, "By size", "Size", "size", "", "other sizes" },
    { M2_BY_USER, "By user", "User", "user", "(none)", "other users" },
    { M2_BY_OUTCOME, "By outcome", "Outcome", "outcome", "", "" },
};

static m2_pico total_of(const struct m2_tally *t)
{
    return t->compute + t->other;
}

/* ---- by resource ---- */

static void say_items(struct m2_doc *d, struct m2_value *root, struct cost_run *run,
                      const struct m2_summary *s)
{
    struct m2_arena *a = run->arena;
    const struct m2_tally all = m2_summary_total(s);
    struct m2_value *items = m2_v_array(a);
    bool incomplete = false;
    struct m2_doc_table *t = m2_doc_table(d, "All jobs");
    char quantity[M2_DECIMAL_SIZE], most[M2_DECIMAL_SIZE], usd[M2_DECIMAL_SIZE], exact[M2_DECIMAL_SIZE],
        each[M2_DECIMAL_SIZE];
    m2_doc_column(t, "Item", "resource", M2_LEFT);
    m2_doc_column(t, "Quantity", "quantity", M2_RIGHT);
    m2_doc_column(t, "Unit", "unit", M2_LEFT);
    m2_doc_column(t, "USD each", "unit_price_usd", M2_RIGHT);
    m2_doc_column(t, "USD", "cost_usd", M2_RIGHT);
    for (int i = 0; i < M2_C_COUNT; i++) {
        const struct m2_cost_sum sum = m2_summary_item(s, (enum m2_cost_item)i);
        const struct m2_cost_item_row *row = m2_cost_item((enum m2_cost_item)i);
        if (!sum.quantity.num)
            continue;
        incomplete = incomplete || sum.missing;
        cost_quantity_print(quantity, sum.quantity, 3);
        m2_ratio_print(most, sum.quantity, 12);
        cost_usd_column(usd, sum.cost, total_of(&all));
        m2_pico_print(exact, sum.cost);
        const bool one_price = sum.price != M2_NO_ONE_PRICE;
        m2_pico_print(each, one_price ? sum.price : 0);
        m2_doc_row(t, false);
        m2_doc_cell_exact(t, row->resource, "%s", row->title);
        m2_doc_cell_exact(t, most, "%s", quantity);
        m2_doc_cell(t, "%s", row->unit);
        m2_doc_cell_exact(t, one_price ? each : "", "%s", one_price ? each : "various");
        m2_doc_cell_exact(t, exact, "%s", usd);
        struct m2_value *item = m2_v_object(a);
        m2_v_set_str(a, item, "resource", row->resource);
        m2_v_set_str(a, item, "quantity", most);
        m2_v_set_str(a, item, "unit", row->unit);
        m2_v_set(a, item, "unit_price_usd", one_price ? m2_v_string(a, each) : m2_v_null(a));
        m2_v_set_str(a, item, "cost_usd", exact);
        if (sum.missing)
            m2_v_set_int(a, item, "jobs_without_price", (int64_t)sum.missing);
        m2_v_push(a, items, item);
    }
    cost_usd_column(usd, total_of(&all), total_of(&all));
    m2_pico_print(exact, total_of(&all));
    m2_doc_row(t, true);
    m2_doc_cell_exact(t, "total", "Total%s", incomplete ? " without what has no price" : "");
    m2_doc_cell(t, "%s", "");
    m2_doc_cell(t, "%s", "");
    m2_doc_cell(t, "%s", "");
    m2_doc_cell_exact(t, exact, "%s", usd);
    cost_note_rounding(d);
    m2_v_set(a, root, "items", items);
    cost_json_usd(a, root, "compute_usd", all.compute);
    cost_json_usd(a, root, "other_usd", all.other);
    m2_v_set_str(a, root, "total_usd", exact);
}

/* What a total lacks, and what of it is only an estimate. */
static void say_gaps(struct m2_doc *d, struct m2_value *root, struct m2_arena *a, const struct m2_summary *s)
{
    bool incomplete = false;
    uint64_t spot = 0;
    for (int i = 0; i < M2_C_COUNT; i++) {
        const struct m2_cost_sum sum = m2_summary_item(s, (enum m2_cost_item)i);
        if (!sum.missing)
            continue;
        incomplete = true;
        m2_doc_warning(d,
                       "there is no price for %s in the region of %s, so the total lacks it there; "
                       "`m2-cost prices --update` may find it.",
                       m2_cost_item((enum m2_cost_item)i)->title, cost_count(a, sum.missing, "job", "jobs"));
    }
    const struct m2_groups platforms = m2_summary_groups(s, a, M2_BY_PLATFORM);
    for (size_t i = 0; i < platforms.n; i++)
        if (platforms.at[i].platform == M2_FARGATE_SPOT)
            spot = platforms.at[i].sum.jobs;
    if (spot)
        m2_doc_warning(d, "Spot prices move; the cost of %s on Spot is an estimate from the list's date.",
                       cost_count(a, spot, "job", "jobs"));
    m2_v_set_bool(a, root, "incomplete", incomplete);
    m2_v_set_bool(a, root, "estimate", spot > 0);
}

/* ---- groups ---- */

static struct m2_value *group_json(struct m2_arena *a, const struct m2_group *g, const char *member,
                                   enum m2_by by)
{
    struct m2_value *v = m2_v_object(a);
    char gb[M2_DECIMAL_SIZE], cpu[M2_DECIMAL_SIZE];
    if (g->rest)
        m2_v_set_bool(a, v, "rest", true);
    m2_v_set_str(a, v, member, g->name);
    if (by == M2_BY_SIZE && !g->rest) {
        m2_ratio_print(cpu, (struct m2_ratio){ g->cpu_units, 1024 }, 6);
        m2_fixed_print(gb, g->memory_gb10, 10, 10, 0);
        m2_v_set_str(a, v, "platform", m2_platform_names()[g->platform]);
        m2_v_set_str(a, v, "arch", m2_arch_names()[g->arch]);
        if (g->cpu_units)
            m2_v_set_str(a, v, "vcpu", cpu);
        m2_v_set_str(a, v, "memory_gb", gb);
    }
    m2_v_set_int(a, v, "jobs", (int64_t)g->sum.jobs);
    cost_json_usd(a, v, "compute_usd", g->sum.compute);
    cost_json_usd(a, v, "other_usd", g->sum.other);
    cost_json_usd(a, v, "total_usd", total_of(&g->sum));
    return v;
}

static void group_row(struct m2_doc_table *t, const char *name, const struct m2_tally *sum, m2_pico total)
{
    char usd[M2_DECIMAL_SIZE], each[M2_DECIMAL_SIZE], exact[M2_DECIMAL_SIZE];
    cost_usd_column(usd, total_of(sum), total);
    m2_pico_print(exact, total_of(sum));
    m2_fixed_print(each, sum->jobs ? m2_div_half_even(total_of(sum), (int64_t)sum->jobs) : 0, 12, 6, 6);
    m2_doc_row(t, false);
    m2_doc_cell(t, "%s", name);
    m2_doc_cell(t, "%llu", (unsigned long long)sum->jobs);
    m2_doc_cell(t, "%s", each);
    m2_doc_cell_exact(t, exact, "%s", usd);
}

static void chart_months(struct m2_doc *d, struct m2_arena *a, const struct m2_groups *g, m2_pico total)
{
    if (g->n < 2 || g->n > 60)
        return;
    struct m2_buf alt;
    char usd[M2_DECIMAL_SIZE];
    m2_buf_init(&alt, 8000);
    for (size_t i = 0; i < g->n; i++) {
        cost_usd_column(usd, total_of(&g->at[i].sum), total);
        m2_buf_addf(&alt, "%s%s: %s USD", i ? ", " : "", g->at[i].name, usd);
    }
    struct m2_doc_chart *c = m2_doc_chart(d, M2_CHART_BARS, "Cost by month", m2_arena_strdup(a, alt.data));
    m2_buf_free(&alt);
    m2_doc_axes(c, "month", "USD");
    m2_doc_series(c, "cost");
    for (size_t i = 0; i < g->n; i++)
        m2_doc_point(c, g->at[i].name, 0, (double)total_of(&g->at[i].sum) / (double)M2_PICO_PER_USD);
}

static void say_group(struct m2_doc *d, struct m2_value *summary, struct m2_arena *a,
                      const struct m2_summary *s, size_t i)
{
    const struct m2_groups g = m2_summary_groups(s, a, groupings[i].by);
    const struct m2_tally all = m2_summary_total(s);
    const enum m2_by by = groupings[i].by;
    const bool single = g.n == 1 && !g.at[0].rest;
    struct m2_value *list = m2_v_array(a);
    struct m2_doc_table *t = NULL;
    const size_t most = by == M2_BY_MONTH ? g.n : SHOWN_GROUPS;
    struct m2_tally rest = { 0 };
    /* One group without a name, or where all succeeded, says nothing new. */
    if (!(single && (by == M2_BY_OUTCOME || (by == M2_BY_USER && !*g.at[0].name))) && g.n) {
        m2_doc_heading(d, "%s", groupings[i].heading);
        t = m2_doc_table(d, NULL);
        m2_doc_column(t, groupings[i].column, groupings[i].member, M2_LEFT);
        m2_doc_column(t, "Jobs", "jobs", M2_RIGHT);
        m2_doc_column(t, "USD each", NULL, M2_RIGHT);
        m2_doc_column(t, "USD", "total_usd", M2_RIGHT);
    }
    for (size_t k = 0; k < g.n; k++) {
        const char *name = g.at[k].rest    ? groupings[i].rest
                           : *g.at[k].name ? g.at[k].name
                                           : groupings[i].none;
        m2_v_push(a, list, group_json(a, &g.at[k], groupings[i].member, by));
        if (t && k < most)
            group_row(t, name, &g.at[k].sum, total_of(&all));
        else
            rest = (struct m2_tally){ rest.jobs + g.at[k].sum.jobs, rest.compute + g.at[k].sum.compute,
                                      rest.other + g.at[k].sum.other };
    }
    if (t && g.n > most)
        group_row(t, m2_arena_printf(a, "%zu more", g.n - most), &rest, total_of(&all));
    if (g.n && g.at[g.n - 1].rest)
        m2_doc_note(d, "Only the first %d %ss have a row of their own; the others are counted together.",
                    M2_SUMMARY_GROUPS, groupings[i].member);
    m2_v_set(a, summary, m2_by_name(by), list);
    if (by == M2_BY_MONTH)
        chart_months(d, a, &g, total_of(&all));
}

/* ---- quantiles, the cheaper size ---- */

static int say_quantiles(struct m2_doc *d, struct m2_value *summary, struct m2_arena *a,
                         const struct m2_summary *s, struct m2_err *err)
{
    m2_pico q[PERCENTS] = { 0 };
    char usd[PERCENTS][M2_DECIMAL_SIZE];
    bool any = m2_summary_total(s).jobs > 0;
    if (m2_summary_quantiles(q, s, percents, PERCENTS, err) < 0)
        return -1;
    for (size_t i = 0; i < PERCENTS; i++) {
        const char *name = m2_arena_printf(a, "p%d_usd", percents[i]);
        m2_pico_show(usd[i], q[i]);
        if (any)
            cost_json_usd(a, summary, name, q[i]);
        else
            m2_v_set(a, summary, name, m2_v_null(a));
    }
    m2_v_set_str(a, summary, "quantiles", "type 7, exact");
    if (any)
        m2_doc_text(d,
                    "Half of the jobs cost at most %s USD (P50), 90 %% at most %s USD (P90), 99 %% at most "
                    "%s USD (P99). These "
                    "are the exact quantiles of all jobs, type 7 (as R and NumPy compute them).",
                    usd[0], usd[1], usd[2]);
    return 0;
}

static void say_cheapest(struct m2_doc *d, struct m2_value *summary, struct m2_arena *a,
                         const struct m2_summary *s)
{
    const m2_pico total = m2_summary_total(s).compute + m2_summary_total(s).other,
                  least = m2_summary_cheapest(s);
    const uint64_t jobs = m2_summary_cheaper_jobs(s);
    struct m2_value *v = m2_v_object(a);
    char usd[M2_DECIMAL_SIZE], less[M2_DECIMAL_SIZE];
    static const char rule[] =
        "each job with the same duration, architecture and region, on its own size or on the smallest "
        "Fargate task or Lambda function with at least its memory and CPU (Lambda: a vCPU for each "
        "1,769 MB, at most 900 s); Spot only where it ran on Spot";
    cost_json_usd(a, v, "total_usd", least);
    cost_json_usd(a, v, "saving_usd", total - least);
    m2_v_set_int(a, v, "cheaper_jobs", (int64_t)jobs);
    m2_v_set_str(a, v, "rule", rule);
    m2_v_set(a, summary, "cheapest", v);
    if (!m2_summary_total(s).jobs)
        return;
    m2_doc_heading(d, "On the cheapest size that fits");
    cost_usd_column(usd, least, total);
    cost_usd_column(less, total - least, total);
    if (!jobs)
        m2_doc_text(d, "No job would have been cheaper elsewhere.");
    else
        m2_doc_text(d,
                    "%s would have been cheaper elsewhere; with each on its cheapest size the total "
                    "is %s USD, %s USD less.",
                    cost_count(a, jobs, "job", "jobs"), usd, less);
    m2_doc_note(d, "Compared is %s.", rule);
}

int cost_say_summary(struct m2_value **summary, struct m2_doc *d, struct m2_value *root, struct cost_run *run,
                     const struct m2_summary *s, struct m2_err *err)
{
    struct m2_arena *a = run->arena;
    const struct m2_tally all = m2_summary_total(s);
    struct m2_value *v = m2_v_object(a);
    m2_v_set_int(a, v, "jobs", (int64_t)all.jobs);
    cost_json_usd(a, v, "compute_usd", all.compute);
    cost_json_usd(a, v, "other_usd", all.other);
    if (say_quantiles(d, v, a, s, err) < 0)
        return -1;
    say_items(d, root, run, s);
    say_gaps(d, root, a, s);
    for (size_t i = 0; i < sizeof groupings / sizeof groupings[0]; i++)
        say_group(d, v, a, s, i);
    say_cheapest(d, v, a, s);
    m2_v_set(a, root, "summary", v);
    *summary = v;
    return 0;
}
