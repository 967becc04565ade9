/* The report: the findings, and beside them the units, the registration field by field, and the test job. */
#include "m2/canary.h"
#include "m2/json.h"
#include "m2/registration.h"
#include "m2/report.h"
#include "m2/time.h"
#include "verify.h"

#define SHOWN_LINES 20

struct shown {
    struct verify *v;
    const struct m2_findings *f;
    struct m2_registration reg;
    struct m2_canary canary;
    struct m2_canary_log log;
    struct m2_job job;
    struct m2_bill bill;
    const char *cost; /* "0.0012", or NULL */
};

/* ---- the bill ---- */

static void price(struct shown *s)
{
    struct m2_arena *a = s->v->arena;
    struct m2_prices prices;
    struct m2_rates rates;
    struct m2_err err = { 0 };
    const char *region = m2_str_or(s->v->snap.region, "us-east-1");
    char text[M2_DECIMAL_SIZE];
    if (!m2_canary_job(&s->job, &s->canary, a, &s->v->snap) || m2_prices_builtin(&prices, a, &err) < 0 ||
        m2_rates_find(&rates, &prices, region, s->job.platform, s->job.arch, NULL, &err) < 0 ||
        m2_bill_job(&s->bill, &rates, &s->job, &err) < 0)
        return;
    m2_pico_show(text, s->bill.total);
    s->cost = m2_arena_strdup(a, text);
}

/* ---- for people ---- */

static const char *seconds(struct m2_arena *a, int64_t ms)
{
    return m2_arena_printf(a, "%lld.%03lld s", (long long)(ms / 1000), (long long)(ms % 1000));
}

static void units_part(struct m2_doc *d, const struct shown *s)
{
    static const enum m2_unit_field told[] = { M2_UNIT_MODE, M2_UNIT_PROVIDER, M2_UNIT_ACCOUNT };
    const struct m2_registration *r = &s->reg;
    m2_doc_heading(d, "Units of %s", r->app);
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, "id", "id", M2_LEFT);
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
        m2_doc_column(t, m2_unit_rows()[told[i]].label, m2_unit_rows()[told[i]].key, M2_LEFT);
    m2_doc_column(t, "whose", "whose", M2_LEFT);
    m2_doc_column(t, "jobs go", "jobs", M2_LEFT);
    m2_doc_empty(t, "None is registered.");
    for (size_t i = 0; i < r->units.len; i++) {
        const struct m2_unit *u = r->units.at[i];
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s", m2_str_or(u->id, "-"));
        for (size_t k = 0; k < sizeof told / sizeof told[0]; k++)
            m2_doc_cell(t, "%s", m2_str_or(u->at[told[k]], "-"));
        m2_doc_cell(t, "%s", u == r->mode_1 ? "CloudMRHub's" : u == r->meant ? "this stack's" : "another");
        m2_doc_cell(t, "%s", u == r->route ? "here" : "");
    }
    m2_doc_text(d, "%s", r->route_why);
}

static void fields_part(struct m2_doc *d, const struct shown *s)
{
    const struct m2_fields *f = &s->reg.fields;
    if (!f->n)
        return;
    m2_doc_heading(d, "Registration of unit %s, field by field", m2_str_or(s->reg.meant->id, "(without id)"));
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, "field", "field", M2_LEFT);
    m2_doc_column(t, "expected", "expected", M2_LEFT);
    m2_doc_column(t, "registered", "registered", M2_LEFT);
    m2_doc_column(t, "verdict", "verdict", M2_LEFT);
    for (size_t i = 0; i < f->n; i++) {
        const struct m2_field *x = &f->at[i];
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s", m2_unit_rows()[x->field].key);
        m2_doc_cell(t, "%s", m2_str_empty(x->expected) ? "-" : x->expected);
        m2_doc_cell(t, "%s",
                    x->verdict == M2_FIELD_SAME   ? "="
                    : m2_str_empty(x->registered) ? "-"
                                                  : x->registered);
        m2_doc_cell(t, "%s", m2_field_verdict_name(x->verdict));
    }
}

static void log_part(struct m2_doc *d, const struct shown *s)
{
    size_t n = s->log.lines.len, from = n > SHOWN_LINES ? n - SHOWN_LINES : 0;
    if (!n || s->canary.end != M2_CANARY_FAILED)
        return;
    m2_doc_text(d, "%s%s:",
                s->log.own ? "What the job logged" : "What was logged in its time (others may be among it)",
                from ? m2_arena_printf(s->v->arena, ", the last %d lines", SHOWN_LINES) : "");
    for (size_t i = from; i < n; i++)
        m2_doc_item(d, "%s", s->log.lines.at[i]);
}

static void canary_part(struct m2_doc *d, const struct shown *s)
{
    struct m2_arena *a = s->v->arena;
    const struct m2_canary *c = &s->canary;
    if (!c->execution)
        return;
    m2_doc_heading(d, "Test job");
    m2_doc_text(d, "Execution %s%s%s", c->execution, c->status ? ": " : "", m2_str_or(c->status, ""));
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, "state", "state", M2_LEFT);
    m2_doc_column(t, "time", "time", M2_RIGHT);
    m2_doc_empty(t, "The history of its states could not be read.");
    for (size_t i = 0; i < c->states.len; i++) {
        const struct m2_canary_state *x = &c->states.at[i];
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s", x->name);
        m2_doc_cell(t, "%s", x->left_ms ? seconds(a, x->left_ms - x->entered_ms) : "not left");
    }
    if (c->stopped_ms && c->started_ms) {
        m2_doc_row(t, true);
        m2_doc_cell(t, "whole execution");
        m2_doc_cell(t, "%s", seconds(a, c->stopped_ms - c->started_ms));
    }
    if (c->bucket && c->key)
        m2_doc_text(d, "Its result: s3://%s/%s", c->bucket, c->key);
    if (s->cost)
        m2_doc_text(d, "It cost about $%s (%s, list price of %s).", s->cost,
                    m2_platform_names()[s->job.platform], m2_str_or(s->v->snap.region, "us-east-1"));
    log_part(d, s);
}

static void append(struct m2_doc *d, const struct shown *s)
{
    if (s->reg.seen == M2_BRAIN_READ) {
        units_part(d, s);
        fields_part(d, s);
    }
    canary_part(d, s);
}

/* ---- for programs ---- */

static struct m2_value *registration_value(struct m2_arena *a, const struct m2_registration *r)
{
    struct m2_value *v = m2_v_object(a), *units = m2_v_array(a);
    for (size_t i = 0; i < r->units.len; i++)
        m2_v_push(a, units, m2_unit_to_value(a, r->units.at[i]));
    m2_v_set_str(a, v, "app", r->app);
    m2_v_set(a, v, "units", units);
    m2_v_set(a, v, "unit", m2_v_string(a, r->meant ? m2_str_or(r->meant->id, "") : NULL));
    m2_v_set(a, v, "mode_1", m2_v_string(a, r->mode_1 ? m2_str_or(r->mode_1->id, "") : NULL));
    m2_v_set(a, v, "jobs_go_to", m2_v_string(a, r->route ? m2_str_or(r->route->id, "") : NULL));
    m2_v_set(a, v, "fields", m2_fields_to_value(a, &r->fields));
    return v;
}

static void set_time(struct m2_arena *a, struct m2_value *v, const char *key, int64_t ms)
{
    char iso[M2_ISO_SIZE];
    if (!ms)
        return;
    m2_time_iso(iso, ms);
    m2_v_set_str(a, v, key, iso);
}

static struct m2_value *canary_value(struct m2_arena *a, const struct shown *s)
{
    const struct m2_canary *c = &s->canary;
    struct m2_value *v = m2_v_object(a), *states = m2_v_array(a), *log = m2_v_array(a);
    m2_v_set_str(a, v, "execution", c->execution);
    m2_v_set(a, v, "pipeline", m2_v_string(a, c->pipeline));
    m2_v_set(a, v, "unit", m2_v_string(a, c->unit_id));
    m2_v_set(a, v, "status", m2_v_string(a, c->status));
    set_time(a, v, "started_at", c->started_ms);
    set_time(a, v, "stopped_at", c->stopped_ms);
    for (size_t i = 0; i < c->states.len; i++) {
        const struct m2_canary_state *x = &c->states.at[i];
        struct m2_value *state = m2_v_object(a);
        m2_v_set_str(a, state, "name", x->name);
        set_time(a, state, "entered_at", x->entered_ms);
        if (x->left_ms)
            m2_v_set_int(a, state, "duration_ms", x->left_ms - x->entered_ms);
        m2_v_push(a, states, state);
    }
    m2_v_set(a, v, "states", states);
    if (c->bucket && c->key)
        m2_v_set_str(a, v, "result", m2_arena_printf(a, "s3://%s/%s", c->bucket, c->key));
    if (s->cost) {
        char total[M2_DECIMAL_SIZE];
        m2_pico_print(total, s->bill.total);
        m2_v_set_str(a, v, "platform", m2_platform_names()[s->job.platform]);
        m2_v_set_str(a, v, "cost_usd", total);
    }
    for (size_t i = 0; c->end == M2_CANARY_FAILED && i < s->log.lines.len; i++)
        m2_v_push(a, log, m2_v_string(a, s->log.lines.at[i]));
    m2_v_set(a, v, "log", log);
    return v;
}

static void show_json(struct m2_buf *out, const struct shown *s)
{
    struct m2_arena *a = s->v->arena;
    struct m2_value *v = m2_findings_to_value(a, s->f);
    if (s->reg.seen == M2_BRAIN_READ)
        m2_v_set(a, v, "registration", registration_value(a, &s->reg));
    if (s->canary.execution)
        m2_v_set(a, v, "canary", canary_value(a, s));
    m2_json_write(out, v, true);
    m2_buf_addc(out, '\n');
}

/* ---- by format ---- */

static void show_text(struct m2_buf *out, const struct shown *s, const struct m2_report_style *style)
{
    struct m2_doc *d = m2_doc_new(s->v->arena, "");
    append(d, s);
    m2_renderer_find("text")->render(out, s->f, style);
    if (style->quiet && s->v->args->skip_brain) /* "nothing failed" is not of it */
        m2_buf_adds(out, "CloudMR Brain was left out (--skip-brain).\n");
    if (style->quiet || (s->reg.seen != M2_BRAIN_READ && !s->canary.execution))
        return;
    m2_buf_addc(out, '\n');
    m2_doc_renderer_find("text")->render(out, d, style);
}

static void show_document(struct m2_buf *out, const struct shown *s, const struct m2_doc_renderer *renderer,
                          const struct m2_report_style *style)
{
    struct m2_doc *d = m2_report_doc(s->v->arena, s->f);
    if (!style->quiet) {
        append(d, s);
        m2_report_doc_rest(d, s->f);
    }
    renderer->render(out, d, style);
}

void verify_show(struct m2_buf *out, struct verify *v, const struct m2_findings *f)
{
    const struct m2_common *common = &v->args->common;
    const struct m2_report_style style = {
        .width = common->output ? 80 : v->world->term.width,
        .color = !common->output && v->world->term.color,
        .unicode = v->world->term.unicode,
        .verbose = common->verbose,
        .quiet = common->quiet,
    };
    struct shown s = { .v = v, .f = f };
    m2_registration_read(&s.reg, v->arena, &v->snap);
    m2_canary_read(&s.canary, v->arena, &v->snap);
    m2_canary_log(&s.log, v->arena, &s.canary, &v->snap);
    price(&s);
    if (m2_str_eq(common->format, "json"))
        show_json(out, &s);
    else if (m2_str_eq(common->format, "text"))
        show_text(out, &s, &style);
    else if (m2_doc_renderer_find(common->format))
        show_document(out, &s, m2_doc_renderer_find(common->format), &style);
    else
        m2_renderer_find(common->format)->render(out, f, &style);
}
