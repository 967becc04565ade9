/* m2-cost compare: the same job everywhere it can run. */
#include "m2/compare.h"
#include "cost.h"
#include "m2/str.h"

#define CHART_POINTS 60
#define LAMBDA_MOST_MS INT64_C(900000)

struct comparing {
    struct cost_run *run;
    struct m2_job job;
    struct m2_scaling scaling;
    struct m2_comparison all;
    cost_sentences assumed;
    const struct m2_choice *asked, *lambda,
        *fargate;   /* the last two: the cheapest of each, NULL when none fits */
    m2_pico *month; /* [choice] of --jobs at list price; NULL without it */
};

static const struct m2_choice *cheapest(const struct m2_comparison *c, enum m2_platform platform)
{
    for (size_t i = 0; i < c->choices.len; i++)
        if (c->choices.at[i].job.platform == platform)
            return &c->choices.at[i];
    return NULL;
}

static const char *choice_text(struct m2_arena *a, const struct m2_choice *c)
{
    return m2_arena_printf(a, "%s with %s", cost_platform_text(c->job.platform), cost_size_text(a, &c->job));
}

static void add_row(struct comparing *c, struct m2_doc_table *t, size_t i)
{
    const struct m2_choice *x = &c->all.choices.at[i];
    struct m2_arena *a = c->run->arena;
    char usd[M2_DECIMAL_SIZE], exact[M2_DECIMAL_SIZE], shown[M2_DECIMAL_SIZE], gb[M2_DECIMAL_SIZE],
        cpu[M2_DECIMAL_SIZE], s[M2_DECIMAL_SIZE];
    bool lambda = x->job.platform == M2_LAMBDA;
    m2_pico_print(exact, x->bill.total);
    m2_fixed_print(usd, x->bill.total, 12, 6, 6);
    m2_fixed_print(gb, x->job.memory_gb10, 10, 10, 0);
    m2_fixed_print(shown, x->job.memory_gb10, 10, 2, 0);
    m2_ratio_print(cpu,
                   lambda ? (struct m2_ratio){ x->job.memory_gb10, M2_GB_SCALE / 1024 * 1769 }
                          : (struct m2_ratio){ x->job.cpu_units, 1024 },
                   2);
    m2_fixed_print(s, x->job.duration_ms, 3, 3, 0);
    m2_doc_row(t, false);
    m2_doc_cell_exact(t, m2_platform_names()[x->job.platform], "%s%s", cost_platform_text(x->job.platform),
                      x->asked ? " (as given)" : "");
    m2_doc_cell(t, "%s", cpu);
    m2_doc_cell_exact(t, gb, "%s", shown);
    m2_doc_cell_exact(t, s, "%s", cost_duration_text(a, x->job.duration_ms));
    m2_doc_cell_exact(t, exact, "%s%s", usd, x->bill.incomplete ? " +?" : "");
    const char *change = c->asked && !x->asked
                             ? cost_change_text(a, x->bill.total - c->asked->bill.total, c->asked->bill.total)
                             : "";
    m2_doc_cell_exact(t, x->asked ? "yes" : "no", "%s%s", change, *change ? " %" : "");
    if (!c->month)
        return;
    m2_pico_print(exact, c->month[i]);
    m2_fixed_print(usd, c->month[i], 12, 2, 2);
    m2_doc_cell_exact(t, exact, "%s%s", usd, x->bill.incomplete ? " +?" : "");
}

static void table(struct comparing *c, struct m2_doc *d)
{
    bool every = c->run->args->common.verbose || m2_str_eq(c->run->args->common.format, "csv");
    struct m2_doc_table *t = m2_doc_table(d, "Cheapest first");
    m2_doc_column(t, "Platform", "platform", M2_LEFT);
    m2_doc_column(t, "vCPU", "vcpu", M2_RIGHT);
    m2_doc_column(t, "GB", "memory_gb", M2_RIGHT);
    m2_doc_column(t, "Duration", "duration_s", M2_RIGHT);
    m2_doc_column(t, "USD a job", "total_usd", M2_RIGHT);
    m2_doc_column(t, "Against given", "as_given", M2_RIGHT);
    if (c->month)
        m2_doc_column(
            t, m2_arena_printf(c->run->arena, "USD a month of %llu", (unsigned long long)c->run->args->jobs),
            "month_usd", M2_RIGHT);
    for (size_t i = 0; i < c->all.choices.len; i++) {
        const struct m2_choice *x = &c->all.choices.at[i];
        if (every || x->plain || x->asked)
            add_row(c, t, i);
    }
    if (!every)
        m2_doc_text(d, "Of the memory sizes that go with a number of vCPUs only the least that fits is shown "
                       "(-v shows all).");
}

/* What --jobs of each choice cost in a month: tiers make it less than so many times one. */
static int add_months(struct comparing *c, struct m2_err *err)
{
    const uint64_t jobs = c->run->args->jobs;
    if (!jobs)
        return 0;
    c->month = m2_arena_new_array(c->run->arena, m2_pico, c->all.choices.len);
    for (size_t i = 0; i < c->all.choices.len; i++) {
        const struct m2_job *job = &c->all.choices.at[i].job;
        struct m2_rates rates;
        struct m2_month month;
        if (m2_rates_find(&rates, &c->run->prices, c->run->region.value, job->platform, job->arch,
                          c->run->without, err) < 0 ||
            m2_bill_month(&month, &rates, job, jobs, err) < 0)
            return -1;
        c->month[i] = month.list;
    }
    return 0;
}

/* ---- where Lambda stops being cheaper ---- */

static void chart(struct comparing *c, struct m2_doc *d, const struct m2_choice *on_lambda,
                  const struct m2_rates *lambda, const struct m2_rates *fargate, int64_t even_ms)
{
    struct m2_arena *a = c->run->arena;
    const char *x = choice_text(a, on_lambda), *y = choice_text(a, c->fargate);
    int64_t most = even_ms ? even_ms * 3 : c->job.duration_ms * 2;
    most = most > LAMBDA_MOST_MS ? LAMBDA_MOST_MS : most;
    const char *alt = even_ms ? m2_arena_printf(a, "Up to %s %s costs less, from there on %s.",
                                                cost_duration_text(a, even_ms), x, y)
                              : m2_arena_printf(a, "%s never costs more than %s up to %s.", x, y,
                                                cost_duration_text(a, most));
    struct m2_doc_chart *k = m2_doc_chart(d, M2_CHART_LINES, "Cost by duration", alt);
    const struct {
        const char *name;
        const struct m2_rates *rates;
        const struct m2_choice *choice;
    } lines[] = { { x, lambda, on_lambda }, { y, fargate, c->fargate } };
    m2_doc_axes(k, "seconds on the size given", "USD a job");
    for (size_t i = 0; i < 2; i++) {
        m2_doc_series(k, lines[i].name);
        for (int64_t p = 1; p <= CHART_POINTS; p++) {
            m2_pico total;
            int64_t ms = most * p / CHART_POINTS;
            if (ms > 0 && m2_choice_at(&total, lines[i].rates, lines[i].choice, &c->job, &c->scaling, ms))
                m2_doc_point(k, NULL, (double)ms / 1000, (double)total / 1e12);
        }
    }
    if (even_ms)
        m2_doc_mark_x(k, m2_arena_printf(a, "equal at %s", cost_duration_text(a, even_ms)),
                      (double)even_ms / 1000);
}

/* The cheapest Lambda size at a duration where Lambda can run it at all. */
static bool short_lambda(struct m2_choice *out, struct comparing *c, struct m2_err *err)
{
    struct m2_comparison brief;
    struct m2_job job = c->job;
    job.duration_ms = 20000;
    if (m2_compare(&brief, c->run->arena, &c->run->prices, c->run->region.value, &job, &c->scaling,
                   c->run->without, err) < 0)
        return false;
    const struct m2_choice *found = cheapest(&brief, M2_LAMBDA);
    if (found)
        *out = *found;
    return found != NULL;
}

/* From which duration on Lambda costs more; 0: none, or it cannot be told. */
static int64_t break_even(struct comparing *c, struct m2_doc *d)
{
    struct m2_rates lambda, fargate;
    struct m2_choice brief;
    struct m2_err err = { 0 };
    struct cost_run *run = c->run;
    const struct m2_choice *cheapest_lambda = c->lambda;
    if (!cheapest_lambda && short_lambda(&brief, c, &err))
        cheapest_lambda = &brief;
    if (!cheapest_lambda || !c->fargate ||
        m2_rates_find(&lambda, &run->prices, run->region.value, M2_LAMBDA, c->job.arch, run->without, &err) <
            0 ||
        m2_rates_find(&fargate, &run->prices, run->region.value, M2_FARGATE, c->job.arch, run->without,
                      &err) < 0)
        return 0;
    int64_t ms = m2_break_even_ms(&lambda, cheapest_lambda, &fargate, c->fargate, &c->job, &c->scaling,
                                  LAMBDA_MOST_MS);
    m2_doc_heading(d, "Lambda or Fargate");
    if (ms)
        m2_doc_text(d,
                    "%s is the cheaper one for jobs shorter than %s (on the size given); longer ones cost "
                    "less on %s.",
                    choice_text(run->arena, cheapest_lambda), cost_duration_text(run->arena, ms),
                    choice_text(run->arena, c->fargate));
    chart(c, d, cheapest_lambda, &lambda, &fargate, ms);
    return ms;
}

/* ---- the whole ---- */

static void to_json(struct comparing *c, struct m2_value *root)
{
    struct m2_arena *a = c->run->arena;
    struct m2_value *list = m2_v_array(a), *unfit = m2_v_object(a);
    for (size_t i = 0; i < c->all.choices.len; i++) {
        const struct m2_choice *x = &c->all.choices.at[i];
        struct m2_value *v = m2_v_object(a);
        char text[M2_DECIMAL_SIZE];
        m2_v_set_str(a, v, "platform", m2_platform_names()[x->job.platform]);
        m2_v_set_str(a, v, "arch", m2_arch_names()[x->job.arch]);
        m2_ratio_print(text, (struct m2_ratio){ x->job.cpu_units, 1024 }, 6);
        m2_v_set(a, v, "vcpu", x->job.platform == M2_LAMBDA ? m2_v_null(a) : m2_v_string(a, text));
        m2_fixed_print(text, x->job.memory_gb10, 10, 10, 0);
        m2_v_set_str(a, v, "memory_gb", text);
        m2_fixed_print(text, x->job.duration_ms, 3, 3, 0);
        m2_v_set_str(a, v, "duration_s", text);
        cost_json_usd(a, v, "compute_usd", x->bill.compute);
        cost_json_usd(a, v, "other_usd", x->bill.other);
        cost_json_usd(a, v, "total_usd", x->bill.total);
        if (c->month)
            cost_json_usd(a, v, "month_usd", c->month[i]);
        m2_v_set_bool(a, v, "incomplete", x->bill.incomplete);
        m2_v_set_bool(a, v, "as_given", x->asked);
        m2_v_push(a, list, v);
    }
    for (int p = 0; p < M2_PLATFORM_COUNT; p++)
        if (c->all.unfit[p])
            m2_v_set_str(a, unfit, m2_platform_names()[p], c->all.unfit[p]);
    m2_v_set_str(a, root, "scaling", c->scaling.name);
    m2_v_set(a, root, "choices", list);
    m2_v_set(a, root, "unfit", unfit);
}

static void say_lead(struct comparing *c, struct m2_doc *d)
{
    struct m2_arena *a = c->run->arena;
    const struct m2_choice *first = &c->all.choices.at[0], *best = first;
    char usd[M2_DECIMAL_SIZE], own[M2_DECIMAL_SIZE];
    for (size_t i = 0; best->job.platform == M2_FARGATE_SPOT && c->job.platform != M2_FARGATE_SPOT &&
                       i < c->all.choices.len;
         i++)
        if (c->all.choices.at[i].job.platform != M2_FARGATE_SPOT)
            best = &c->all.choices.at[i]; /* Spot is another promise: named, not recommended */
    m2_pico_show(usd, best->bill.total);
    if (best->asked) {
        m2_doc_lead(d, "The size given is the cheapest: %s USD a job.", usd);
    } else if (c->asked) {
        m2_pico_show(own, c->asked->bill.total);
        m2_doc_lead(d, "%s is the cheapest: %s USD a job; as given it is %s USD.", choice_text(a, best), usd,
                    own);
    } else {
        m2_doc_lead(d, "%s is the cheapest: %s USD a job.", choice_text(a, best), usd);
    }
    if (best != first) {
        m2_pico_show(own, first->bill.total);
        m2_doc_text(d, "If AWS may end a job at any time, %s costs %s USD.", choice_text(a, first), own);
    }
    m2_doc_text(d, "The job: %s for %s on %s (%s) in %s. The duration on other sizes follows --scaling %s.",
                cost_size_text(a, &c->job), cost_duration_text(a, c->job.duration_ms),
                cost_platform_text(c->job.platform), m2_arch_names()[c->job.arch], c->run->region.value,
                c->scaling.name);
}

static void say_other_arch(struct comparing *c, struct m2_doc *d)
{
    struct m2_comparison other;
    struct m2_job job = c->job;
    struct m2_err err = { 0 };
    char usd[M2_DECIMAL_SIZE];
    job.arch = job.arch == M2_ARM64 ? M2_X86_64 : M2_ARM64;
    if (m2_compare(&other, c->run->arena, &c->run->prices, c->run->region.value, &job, &c->scaling,
                   c->run->without, &err) < 0 ||
        !other.choices.len || other.choices.at[0].bill.total >= c->all.choices.at[0].bill.total)
        return;
    m2_pico_show(usd, other.choices.at[0].bill.total);
    m2_doc_note(d, "With an image built for %s, %s would cost %s USD.", m2_arch_names()[job.arch],
                choice_text(c->run->arena, &other.choices.at[0]), usd);
}

static bool say_gaps(struct comparing *c, struct m2_doc *d)
{
    bool incomplete = false, spot = false;
    for (size_t i = 0; i < c->all.choices.len; i++) {
        incomplete = incomplete || c->all.choices.at[i].bill.incomplete;
        spot = spot || c->all.choices.at[i].job.platform == M2_FARGATE_SPOT;
    }
    if (incomplete)
        m2_doc_warning(
            d,
            "rows with +? lack a price of this region, so the order may be another; m2-cost estimate names "
            "it, `m2-cost prices --update` may find it.");
    if (spot)
        m2_doc_warning(
            d, "Spot prices move and Spot tasks may be ended by AWS at any time; these are estimates.");
    for (int p = 0; p < M2_PLATFORM_COUNT; p++)
        if (c->all.unfit[p])
            m2_doc_note(d, "Not on %s: %s.", cost_platform_text((enum m2_platform)p), c->all.unfit[p]);
    return incomplete;
}

int cost_compare(struct cost_result *out, struct cost_run *run, struct m2_err *err)
{
    struct comparing c = { .run = run };
    struct m2_doc *d = m2_doc_new(run->arena, "The job on every platform and size");
    if (m2_scaling_read(&c.scaling, m2_str_or(run->args->scaling, "linear"), err) < 0 ||
        cost_job(&c.job, &c.assumed, run, err) < 0 ||
        m2_compare(&c.all, run->arena, &run->prices, run->region.value, &c.job, &c.scaling, run->without,
                   err) < 0)
        return -1;
    if (!c.all.choices.len)
        return m2_fail(err, M2_EINPUT, "no platform has prices for such a job in %s: %s", run->region.value,
                       m2_str_or(c.all.unfit[c.job.platform], "none can run it"));
    for (size_t i = 0; i < c.all.choices.len; i++)
        if (c.all.choices.at[i].asked)
            c.asked = &c.all.choices.at[i];
    c.lambda = cheapest(&c.all, M2_LAMBDA);
    c.fargate = cheapest(&c.all, M2_FARGATE);
    struct m2_value *root = cost_json(run);
    if (add_months(&c, err) < 0)
        return -1;
    to_json(&c, root);
    say_lead(&c, d);
    table(&c, d);
    int64_t even_ms = break_even(&c, d);
    char even[M2_DECIMAL_SIZE];
    m2_fixed_print(even, even_ms, 3, 3, 0);
    m2_v_set(run->arena, root, "break_even_s",
             even_ms ? m2_v_string(run->arena, even) : m2_v_null(run->arena));
    out->unsure = say_gaps(&c, d);
    say_other_arch(&c, d);
    cost_say_assumed(d, root, run, &c.assumed);
    if (run->args->nat || run->args->endpoints)
        m2_doc_note(d, "Not in these figures: what a NAT gateway or endpoints cost by the hour, jobs or not; "
                       "m2-cost estimate shows it.");
    cost_note_prices(d, run);
    out->doc = d;
    out->json = root;
    return 0;
}
