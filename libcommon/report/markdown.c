/* Findings as a document: the verdict, the root causes with proof and fix, then tables of the rest. Markdown
 * is its rendering. */
#include "m2/diff.h"
#include "m2/doc.h"
#include "m2/str.h"
#include "report/render.h"

static const char *place(struct m2_arena *a, const struct m2_evidence *e)
{
    return m2_arena_printf(a, "%s%s%s", e->call, m2_str_empty(e->path) ? "" : " ", m2_str_or(e->path, ""));
}

static void list(struct m2_doc *d, const struct m2_findings *f, const char *heading, const char *const *uids,
                 size_t n)
{
    if (n)
        m2_doc_text(d, "%s", heading);
    for (size_t i = 0; i < n; i++) {
        const struct m2_finding *it = m2_finding_by_uid(f, uids[i]);
        if (it)
            m2_doc_item(d, "%s: %s (%s, %s)", it->resource, it->title, it->id,
                        m2_str_or(it->cause, m2_status_name(it->status)));
    }
}

static void root_cause(struct m2_doc *d, struct m2_arena *a, const struct m2_findings *f,
                       const struct m2_finding *it, size_t number)
{
    const char *const *explained = NULL;
    m2_doc_heading(d, "Root cause %zu: %s", number, it->title);
    m2_doc_text(d, "%s (%s, %s)", it->resource, it->id, m2_str_or(it->cause, ""));
    m2_doc_text(d, "%s", it->detail);
    for (size_t i = 0; i < it->evidence.len; i++)
        m2_doc_item(d, "Seen in %s: %s", place(a, &it->evidence.at[i]),
                    m2_str_or(it->evidence.at[i].value, ""));
    if (!m2_str_empty(it->fix_text))
        m2_doc_text(d, "Fix: %s", it->fix_text);
    for (size_t i = 0; i < it->commands.len; i++)
        m2_doc_command(d, "%s", it->commands.at[i]);
    for (size_t i = 0; i < it->docs.len; i++)
        m2_doc_item(d, "See %s", it->docs.at[i]);
    size_t n = m2_report_explained(&explained, a, f, it);
    list(d, f, "This explains:", explained, n);
    list(d, f, "This may explain:", it->may_explain.at, it->may_explain.len);
    list(d, f, "This may itself come from:", it->possible_causes.at, it->possible_causes.len);
}

static bool is_root(const struct m2_findings *f, const struct m2_finding *it)
{
    for (size_t i = 0; i < f->root_causes.len; i++)
        if (m2_str_eq(f->root_causes.at[i], it->uid))
            return true;
    return false;
}

/* The findings of STATUS that are no root causes, one a row. */
static void rest(struct m2_doc *d, const struct m2_findings *f, enum m2_status status, const char *heading)
{
    struct m2_doc_table *t = NULL;
    for (size_t i = 0; i < f->list.len; i++) {
        const struct m2_finding *it = f->list.at[i];
        if (it->status != status || is_root(f, it))
            continue;
        if (!t) {
            m2_doc_heading(d, "%s", heading);
            t = m2_doc_table(d, NULL);
            m2_doc_column(t, "Check", "check", M2_LEFT);
            m2_doc_column(t, "Resource", "resource", M2_LEFT);
            m2_doc_column(t, "What", "what", M2_LEFT);
            m2_doc_column(t, "Fix", "fix", M2_LEFT);
        }
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s", it->id);
        m2_doc_cell(t, "%s", it->resource);
        m2_doc_cell(t, "%s%s%s", it->title, m2_str_empty(it->detail) ? "" : ": ", it->detail);
        m2_doc_cell(t, "%s", m2_str_or(it->fix_text, ""));
    }
}

/* How each area did: one row a area, in the order of the report. */
static void summary(struct m2_doc *d, const struct m2_findings *f)
{
    struct m2_doc_table *t = m2_doc_table(d, NULL);
    m2_doc_column(t, "Area", "area", M2_LEFT);
    for (size_t s = 0; s < M2_STATUS_COUNT; s++)
        m2_doc_column(t, m2_status_name((enum m2_status)s), m2_status_name((enum m2_status)s), M2_RIGHT);
    for (size_t i = 0; i < f->list.len; i++) {
        const char *area = f->list.at[i]->area;
        size_t counts[M2_STATUS_COUNT] = { 0 };
        if (i && m2_str_eq(f->list.at[i - 1]->area, area))
            continue;
        for (size_t k = i; k < f->list.len && m2_str_eq(f->list.at[k]->area, area); k++)
            counts[f->list.at[k]->status]++;
        m2_doc_row(t, false);
        m2_doc_cell(t, "%s", area);
        for (size_t s = 0; s < M2_STATUS_COUNT; s++)
            m2_doc_cell(t, "%zu", counts[s]);
    }
}

static void compared(struct m2_doc *d, struct m2_arena *a, const struct m2_diff *diff)
{
    if (!diff)
        return;
    m2_doc_heading(d, "Compared with %s%s%s: %s", diff->name, diff->generated_at ? " of " : "",
                   m2_str_or(diff->generated_at, ""), m2_diff_summary(a, diff));
    if (diff->list.len) {
        struct m2_doc_table *t = m2_doc_table(d, NULL);
        m2_doc_column(t, "Change", "change", M2_LEFT);
        m2_doc_column(t, "Check", "check", M2_LEFT);
        m2_doc_column(t, "Resource", "resource", M2_LEFT);
        m2_doc_column(t, "What", "what", M2_LEFT);
        m2_doc_column(t, "Now", "now", M2_LEFT);
        for (size_t i = 0; i < diff->list.len; i++) {
            const struct m2_change *c = &diff->list.at[i];
            m2_doc_row(t, false);
            m2_doc_cell(t, "%s", m2_change_name(c->kind));
            m2_doc_cell(t, "%s", c->id);
            m2_doc_cell(t, "%s", c->resource);
            m2_doc_cell(t, "%s", c->title);
            m2_doc_cell(t, "%s", m2_change_states(a, c));
        }
    }
    if (diff->not_compared.len)
        m2_doc_note(d, "%zu checks are not compared, because only one side made them.",
                    diff->not_compared.len);
}

struct m2_doc *m2_report_doc(struct m2_arena *a, const struct m2_findings *f)
{
    struct m2_doc *d = m2_doc_new(a, m2_arena_printf(a, "%s: %s", m2_str_or(f->tool, "report"), f->verdict));
    m2_doc_lead(d, "%s", m2_report_verdict(a, f, f->root_causes.len));
    m2_doc_text(d, "Account %s, region %s%s%s", m2_str_or(f->account, "not known"),
                m2_str_or(f->region, "not known"), m2_str_empty(f->stack) ? "" : ", stack ",
                m2_str_or(f->stack, ""));
    compared(d, a, f->compared);
    for (size_t i = 0; i < f->root_causes.len; i++) {
        const struct m2_finding *it = m2_finding_by_uid(f, f->root_causes.at[i]);
        if (it)
            root_cause(d, a, f, it, i + 1);
    }
    return d;
}

void m2_report_doc_rest(struct m2_doc *d, const struct m2_findings *f)
{
    rest(d, f, M2_FAIL, "Explained failures");
    rest(d, f, M2_WARN, "Warnings");
    rest(d, f, M2_UNKNOWN, "Not known");
    m2_doc_heading(d, "All checks");
    summary(d, f);
    for (size_t i = 0; i < f->notes.len; i++)
        m2_doc_note(d, "%s", f->notes.at[i]);
}

void m2_render_markdown(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_doc *d = m2_report_doc(a, f);
    if (!style->quiet)
        m2_report_doc_rest(d, f);
    m2_doc_renderer_find("markdown")->render(out, d, style);
    m2_arena_free(a);
}
