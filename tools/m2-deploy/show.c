/* The report: what was changed, where tasks run, the unit, the verdict, every name, what it costs. */
#include <string.h>

#include "deploy.h"
#include "m2/cost.h"
#include "m2/doc.h"
#include "m2/json.h"
#include "m2/str.h"

#define SECRET_PARAMETER "BrainSecretArn"

struct shown {
    struct deploy *d;
    struct m2_idle idle;
    const char *idle_usd, *job_usd; /* NULL: no prices for the region */
    const char *region;
};

/* ---- the diff ---- */

static const char *how(const struct m2_change *c)
{
    static const struct {
        const char *action, *replacement, *said;
    } rows[] = {
        { "Add", NULL, "make" },
        { "Import", NULL, "import" },
        { "Remove", NULL, "REMOVE" },
        { "Modify", "True", "REPLACE" },
        { "Modify", "Conditional", "change, perhaps REPLACE" },
        { "Modify", NULL, "change" },
        { "Dynamic", NULL, "change, perhaps REPLACE" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (m2_str_eq(rows[i].action, c->action) &&
            (!rows[i].replacement || m2_str_eq(rows[i].replacement, c->replacement)))
            return rows[i].said;
    return c->action;
}

static void changes_part(struct m2_doc *doc, struct deploy *d)
{
    const struct m2_changes *c = &d->changes;
    bool done = d->outcome == DEPLOY_CREATED || d->outcome == DEPLOY_UPDATED;
    const struct m2_common *common = &d->args->verify.common;
    if (!c->list.len)
        return;
    m2_doc_heading(doc, "What %s: %zu made, %zu changed, %zu replaced, %zu removed",
                   done ? "was changed" : "changes", c->added, c->modified, c->replaced, c->removed);
    if (done && !common->quiet && !common->verbose) /* it was shown before it was done */
        return;
    for (size_t i = 0; i < c->list.len; i++) {
        const struct m2_change *x = &c->list.at[i];
        m2_doc_item(doc, "%s %s (%s)%s%s%s%s%s", how(x), x->logical_id, x->type, *x->why ? ": " : "", x->why,
                    x->loses ? "; it holds data" : "",
                    x->loses && m2_str_has_ci(x->policy, "retain") ? ", the old one is kept" : "",
                    x->loses ? m2_arena_printf(d->arena, ": needs --allow-replace %s", x->logical_id) : "");
    }
}

/* What nobody said stays as it is: the whole list is in --format json. */
static void settings_part(struct m2_doc *doc, struct deploy *d)
{
    size_t others = 0;
    if (!d->changes.list.len)
        return;
    m2_doc_heading(doc, "Parameters");
    for (size_t i = 0; i < d->parameters.list.len; i++) {
        const struct m2_deploy_parameter *p = &d->parameters.list.at[i];
        if (p->use_previous || m2_str_eq(p->from, "the template's default"))
            others++;
        else
            m2_doc_item(doc, "%s = %s (%s)", p->key, p->hidden ? "(hidden)" : m2_str_or(p->value, "\"\""),
                        p->from);
    }
    if (others)
        m2_doc_item(doc, "%zu more as %s", others,
                    d->updates ? "they are, or at their defaults" : "the template has them");
}

static void warnings_part(struct m2_doc *doc, const struct m2_findings *f)
{
    for (size_t i = 0; i < f->list.len; i++) {
        const struct m2_finding *x = f->list.at[i];
        if (x->status == M2_WARN && !x->caused_by.len)
            m2_doc_warning(doc, "%s: %s%s%s", x->title, x->detail, x->fix_text ? " What to do: " : "",
                           m2_str_or(x->fix_text, ""));
    }
}

static struct m2_report_style style_of(const struct deploy *d, bool on_stderr)
{
    const struct m2_common *c = &d->args->verify.common;
    const struct m2_term *t = &d->world.term;
    return (struct m2_report_style){ .width = c->output && !on_stderr ? 80 : t->width,
                                     .color = !on_stderr && !c->output && t->color,
                                     .unicode = t->unicode,
                                     .verbose = c->verbose,
                                     .quiet = c->quiet };
}

/* ---- what it costs ---- */

/* The guide's example: 4 vCPU, 8 GB, 10 minutes. */
static void price_job(struct shown *s, const struct m2_prices *prices)
{
    struct m2_rates rates;
    struct m2_bill bill;
    struct m2_job job;
    struct m2_err none = { 0 };
    char text[M2_DECIMAL_SIZE];
    m2_job_usual(&job, M2_FARGATE);
    job.cpu_units = 4096;
    job.memory_gb10 = 8 * M2_GB_SCALE;
    job.duration_ms = INT64_C(600000);
    job.public_ip = !s->d->place || s->d->place->public_ip;
    if (m2_rates_find(&rates, prices, s->region, M2_FARGATE, M2_X86_64, NULL, &none) < 0 ||
        m2_bill_job(&bill, &rates, &job, &none) < 0)
        return;
    m2_pico_show(text, bill.total);
    s->job_usd = m2_arena_strdup(s->d->arena, text);
}

/* Logical ids of what is in the stack, or will be; NULL: not known. */
static const char *const *ids_of(struct deploy *d)
{
    struct m2_stackview view = { 0 };
    size_t n = 0;
    if (d->verified) {
        m2_stackview_make(&view, d->arena, &d->v.snap);
        const char **ids = m2_arena_new_array(d->arena, const char *, view.resources.len + 1);
        for (size_t i = 0; i < view.resources.len; i++)
            ids[i] = view.resources.at[i].logical_id;
        return view.resources_complete && view.resources.len ? ids : NULL;
    }
    const char **ids = m2_arena_new_array(d->arena, const char *, d->changes.list.len + 1);
    for (size_t i = 0; i < d->changes.list.len; i++)
        ids[n++] = d->changes.list.at[i].logical_id;
    return n && !d->updates ? ids : NULL;
}

/* The secret with Brain's token is the user's own, and is paid for. */
static size_t named_secrets(struct deploy *d)
{
    const struct m2_value *p, *before = m2_v_get(d->view.root, "Parameters");
    for (size_t i = 0; i < d->parameters.list.len; i++)
        if (m2_str_eq(d->parameters.list.at[i].key, SECRET_PARAMETER) &&
            !d->parameters.list.at[i].use_previous)
            return !m2_str_empty(d->parameters.list.at[i].value);
    m2_v_each(p, i,
              before) if (m2_str_eq(m2_v_str(p, "ParameterKey"),
                                    SECRET_PARAMETER)) return !m2_str_empty(m2_v_str(p, "ParameterValue"));
    return 0;
}

static void price(struct shown *s)
{
    struct deploy *d = s->d;
    struct m2_prices prices;
    const struct m2_price_region *region = NULL;
    struct m2_err none = { 0 };
    char text[M2_DECIMAL_SIZE];
    const char *const *ids = ids_of(d);
    if (!ids || m2_prices_builtin(&prices, d->arena, &none) < 0 ||
        m2_prices_region(&region, &prices, s->region, &none) < 0)
        return;
    m2_deploy_idle(&s->idle, d->arena, d->template.root, ids, d->place ? d->place->n_subnets : 2,
                   named_secrets(d), region);
    m2_fixed_print(text, s->idle.month, 12, 2, 2);
    s->idle_usd = m2_arena_strdup(d->arena, text);
    price_job(s, &prices);
}

static void cost_part(struct m2_doc *doc, const struct shown *s)
{
    if (!s->idle_usd)
        return;
    m2_doc_heading(doc, "What it costs");
    m2_doc_text(doc, "Without jobs: $%s a month, and what is kept in the buckets and logs.", s->idle_usd);
    for (size_t i = 0; i < s->idle.lines.len; i++)
        m2_doc_item(doc, "%s", s->idle.lines.at[i]);
    for (size_t i = 0; i < s->idle.unpriced.len; i++)
        m2_doc_item(doc, "%s: not in the price list, comes on top", s->idle.unpriced.at[i]);
    if (s->job_usd)
        m2_doc_text(doc, "A job with 4 vCPU and 8 GB for 10 minutes: about $%s (list price of %s).",
                    s->job_usd, s->region);
}

/* ---- before it is done ---- */

void deploy_show_changes(struct m2_buf *out, struct deploy *d)
{
    const struct m2_report_style style = style_of(d, true);
    struct m2_doc *doc = m2_doc_new(d->arena, "");
    warnings_part(doc, &d->preflight);
    settings_part(doc, d);
    changes_part(doc, d);
    if (!d->updates) {
        struct shown s = { .d = d, .region = m2_aws_region(d->v.session.aws) };
        price(&s);
        cost_part(doc, &s);
    }
    m2_doc_renderer_find("text")->render(out, doc, &style);
}

/* ---- for people ---- */

static const char *lead(const struct shown *s)
{
    const struct deploy *d = s->d;
    static const char *const said[] = {
        [DEPLOY_NOT_READY] = "Stack %s was not deployed: the account is not ready.",
        [DEPLOY_PLANNED] = "This is what would be done with stack %s; nothing was changed.",
        [DEPLOY_UNCHANGED] = "Stack %s is as it should be: nothing to do.",
        [DEPLOY_CREATED] = "Stack %s is deployed.",
        [DEPLOY_UPDATED] = "Stack %s is updated.",
        [DEPLOY_STARTED] = "CloudFormation is at work on stack %s.",
        [DEPLOY_FAILED] = "Stack %s was not deployed: it failed.",
    };
    char *text = m2_arena_strdup(d->arena, said[d->outcome]), *at = strstr(text, "%s");
    *at = '\0';
    return m2_arena_printf(d->arena, "%s%s%s", text, d->stack, at + 2);
}

static void one_root(struct m2_doc *doc, const struct m2_finding *f)
{
    m2_doc_heading(doc, "%s", f->title);
    if (*f->detail)
        m2_doc_text(doc, "%s", f->detail);
    if (f->fix_text)
        m2_doc_text(doc, "What to do: %s", f->fix_text);
    for (size_t i = 0; i < f->commands.len; i++)
        m2_doc_command(doc, "%s", f->commands.at[i]);
}

static void roots_part(struct m2_doc *doc, const struct m2_findings *f)
{
    for (size_t i = 0; i < f->list.len; i++)
        if (f->list.at[i]->status == M2_FAIL && !f->list.at[i]->caused_by.len)
            one_root(doc, f->list.at[i]);
}

static void outputs_part(struct m2_doc *doc, struct deploy *d)
{
    struct m2_stackview view = { 0 };
    if (!d->verified)
        return;
    m2_stackview_make(&view, d->arena, &d->v.snap);
    m2_doc_heading(doc, "Names");
    m2_doc_item(doc, "stack: %s", m2_str_or(view.arn, d->stack));
    for (size_t i = 0; i < view.outputs.len; i++)
        if (m2_str_eq(view.outputs.at[i].stack_name, view.name))
            m2_doc_item(doc, "%s: %s", view.outputs.at[i].key, view.outputs.at[i].value);
    if (d->registered)
        m2_doc_item(doc, "unit at CloudMR Brain: %s (%s)", m2_str_or(d->enrolled.unit.id, "without id"),
                    enroll_outcome_name(d->enrolled.outcome));
}

/* That it was run is worth a line of its own also when nothing is wrong. */
static void canary_part(struct m2_doc *doc, const struct m2_findings *f)
{
    for (size_t i = 0; i < f->list.len; i++) {
        const struct m2_finding *x = f->list.at[i];
        if (m2_str_eq(x->id, "brain.canary") && x->status == M2_PASS)
            m2_doc_text(doc, "The test job %s got through. %s", x->resource, x->detail);
    }
}

static void verdict_part(struct m2_doc *doc, struct deploy *d)
{
    const struct m2_findings *f = &d->verdict;
    if (!d->verified)
        return;
    m2_doc_text(doc, "Verified: %zu as they must be, %zu wrong, %zu %s, %zu could not be told%s.",
                f->counts[M2_PASS], f->counts[M2_FAIL], f->counts[M2_WARN],
                f->counts[M2_WARN] == 1 ? "warning" : "warnings", f->counts[M2_UNKNOWN],
                f->counts[M2_UNKNOWN] ? " (m2-verify says what and why)" : "");
    canary_part(doc, f);
    warnings_part(doc, f);
    for (size_t i = 0; i < d->proofs.list.len; i++)
        if (d->proofs.list.at[i].proof == M2_PROOF_WRONG)
            m2_doc_warning(doc, "%s", d->proofs.list.at[i].said);
    roots_part(doc, f);
}

static void text(struct m2_buf *out, const struct shown *s)
{
    struct deploy *d = s->d;
    const struct m2_report_style style = style_of(d, false);
    struct m2_doc *doc = m2_doc_new(d->arena, "");
    m2_doc_lead(doc, "%s", lead(s));
    if (d->outcome == DEPLOY_STARTED)
        m2_doc_command(doc, "%s", deploy_resume_command(d));
    verdict_part(doc, d);
    if (d->outcome == DEPLOY_NOT_READY)
        roots_part(doc, &d->preflight);
    if (d->failed)
        roots_part(doc, &d->failure);
    if (d->outcome == DEPLOY_PLANNED) {
        warnings_part(doc, &d->preflight);
        settings_part(doc, d);
    }
    changes_part(doc, d);
    outputs_part(doc, d);
    if (d->outcome != DEPLOY_NOT_READY && d->outcome != DEPLOY_FAILED)
        cost_part(doc, s);
    for (size_t i = 0; i < d->v.notes.len; i++)
        m2_doc_note(doc, "%s", d->v.notes.at[i]);
    m2_doc_renderer_find("text")->render(out, doc, &style);
}

/* ---- for programs ---- */

static struct m2_value *strings(struct m2_arena *a, const char *const *at, size_t n)
{
    struct m2_value *v = m2_v_array(a);
    for (size_t i = 0; i < n; i++)
        m2_v_push(a, v, m2_v_string(a, at[i]));
    return v;
}

static struct m2_value *place_value(struct m2_arena *a, const struct m2_placement *p)
{
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "vpc", p->vpc);
    m2_v_set(a, v, "subnets", strings(a, p->subnets, p->n_subnets));
    m2_v_set(a, v, "security_groups", strings(a, p->groups.at, p->groups.len));
    m2_v_set_bool(a, v, "assign_public_ip", p->public_ip);
    return v;
}

static struct m2_value *parameters_value(struct deploy *d)
{
    struct m2_arena *a = d->arena;
    struct m2_value *list = m2_v_array(a);
    for (size_t i = 0; i < d->parameters.list.len; i++) {
        const struct m2_deploy_parameter *p = &d->parameters.list.at[i];
        struct m2_value *v = m2_v_object(a);
        m2_v_set_str(a, v, "key", p->key);
        m2_v_set(a, v, "value", m2_v_string(a, p->hidden ? "(hidden)" : p->value));
        m2_v_set_str(a, v, "from", p->from);
        m2_v_push(a, list, v);
    }
    return list;
}

static struct m2_value *outputs_value(struct deploy *d)
{
    struct m2_value *v = m2_v_object(d->arena);
    struct m2_stackview view = { 0 };
    m2_stackview_make(&view, d->arena, &d->v.snap);
    for (size_t i = 0; i < view.outputs.len; i++)
        if (m2_str_eq(view.outputs.at[i].stack_name, view.name))
            m2_v_set_str(d->arena, v, view.outputs.at[i].key, view.outputs.at[i].value);
    return v;
}

static struct m2_value *cost_value(const struct shown *s)
{
    struct m2_arena *a = s->d->arena;
    struct m2_value *v = m2_v_object(a);
    m2_v_set_str(a, v, "idle_usd_month", s->idle_usd);
    m2_v_set(a, v, "idle_not_priced", strings(a, s->idle.unpriced.at, s->idle.unpriced.len));
    m2_v_set(a, v, "example_job_usd", m2_v_string(a, s->job_usd));
    return v;
}

/* The findings that matter: of what stopped it, else of what was verified. */
static const struct m2_findings *report_of(const struct deploy *d)
{
    return d->failed ? &d->failure : d->verified ? &d->verdict : d->preflight.list.len ? &d->preflight : NULL;
}

static void json(struct m2_buf *out, const struct shown *s)
{
    struct deploy *d = s->d;
    struct m2_arena *a = d->arena;
    struct m2_value *v = m2_v_object(a);
    const struct m2_findings *report = report_of(d);
    m2_v_set_str(a, v, "schema", "m2-deploy/1");
    m2_v_set_str(a, v, "tool", m2_arena_printf(a, "%s %s", deploy_tool.name, m2_version()));
    m2_v_set_str(a, v, "stack", d->stack);
    m2_v_set(a, v, "stack_arn", m2_v_string(a, d->arn));
    m2_v_set_str(a, v, "region", s->region);
    m2_v_set_str(a, v, "outcome", deploy_outcome_name(d->outcome));
    m2_v_set(a, v, "status", m2_v_string(a, d->view.status));
    if (d->place)
        m2_v_set(a, v, "place", place_value(a, d->place));
    m2_v_set(a, v, "parameters", parameters_value(d));
    m2_v_set(a, v, "changes", m2_changes_to_value(a, &d->changes));
    if (d->verified)
        m2_v_set(a, v, "outputs", outputs_value(d));
    if (d->registered) {
        struct m2_value *unit = m2_v_object(a);
        m2_v_set_str(a, unit, "id", m2_str_or(d->enrolled.unit.id, ""));
        m2_v_set_str(a, unit, "outcome", enroll_outcome_name(d->enrolled.outcome));
        m2_v_set(a, v, "unit", unit);
    }
    if (report)
        m2_v_set(a, v, "report", m2_findings_to_value(a, report));
    if (s->idle_usd)
        m2_v_set(a, v, "cost", cost_value(s));
    if (d->outcome == DEPLOY_STARTED)
        m2_v_set_str(a, v, "resume", deploy_resume_command(d));
    m2_v_set(a, v, "notes", strings(a, d->v.notes.at, d->v.notes.len));
    m2_json_write(out, v, true);
    m2_buf_addc(out, '\n');
}

void deploy_show(struct m2_buf *out, struct deploy *d)
{
    struct shown s = { .d = d, .region = m2_aws_region(d->v.session.aws) };
    price(&s);
    (m2_str_eq(d->args->verify.common.format, "json") ? json : text)(out, &s);
}
