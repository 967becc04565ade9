/*
 * Findings as annotations of a GitHub workflow: root causes are errors, warnings are warnings, the verdict
 * comes first.
 *
 * Source:    GitHub Docs, "Workflow commands for GitHub Actions": a message ends at the line's end, "%", CR
 * and LF are written as %25, %0D, %0A; in properties also ":" and "," as %3A, %2C.
 */
#include "m2/diff.h"
#include "m2/str.h"
#include "report/render.h"

/* S cleaned, and escaped as a message or, with PROPERTY, as a property's value. */
static void put(struct m2_buf *out, const char *s, bool property)
{
    struct m2_buf clean;
    m2_buf_init(&clean, (size_t)-1 / 2);
    m2_term_clean(&clean, s, true);
    for (const char *p = clean.data; *p; p++)
        if (*p == '%')
            m2_buf_adds(out, "%25");
        else if (property && *p == ':')
            m2_buf_adds(out, "%3A");
        else if (property && *p == ',')
            m2_buf_adds(out, "%2C");
        else
            m2_buf_addc(out, *p);
    m2_buf_free(&clean);
}

static void begin(struct m2_buf *out, const char *kind, const char *title)
{
    m2_buf_addf(out, "::%s title=", kind);
    put(out, title, true);
    m2_buf_adds(out, "::");
}

static void line(struct m2_buf *out, const char *before, const char *s)
{
    if (m2_str_empty(s))
        return;
    m2_buf_adds(out, before);
    put(out, s, false);
}

void m2_github_annotation(struct m2_buf *out, const char *kind, const char *title, const char *message)
{
    begin(out, kind, title);
    put(out, message, false);
    m2_buf_addc(out, '\n');
}

static void list(struct m2_buf *out, const struct m2_findings *f, const char *before, const char *const *uids,
                 size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct m2_finding *it = m2_finding_by_uid(f, uids[i]);
        line(out, before, it ? it->title : uids[i]);
    }
}

static void annotate(struct m2_buf *out, struct m2_arena *a, const struct m2_findings *f,
                     const struct m2_finding *it)
{
    const char *const *explained = NULL;
    size_t n = m2_report_explained(&explained, a, f, it);
    const char *title = it->cause ? it->cause : it->id;
    begin(out, it->status == M2_FAIL ? "error" : "warning", title);
    put(out, it->title, false);
    line(out, "%0A", it->resource);
    line(out, "%0A", it->detail);
    for (size_t i = 0; i < it->evidence.len; i++) {
        line(out, "%0ASeen in ", it->evidence.at[i].call);
        line(out, " ", it->evidence.at[i].path);
        line(out, ": ", it->evidence.at[i].value);
    }
    line(out, "%0AFix: ", it->fix_text);
    for (size_t i = 0; i < it->commands.len; i++)
        line(out, "%0A  ", it->commands.at[i]);
    list(out, f, "%0AThis explains: ", explained, n);
    list(out, f, "%0AThis may explain: ", it->may_explain.at, it->may_explain.len);
    list(out, f, "%0AThis may itself come from: ", it->possible_causes.at, it->possible_causes.len);
    m2_buf_addc(out, '\n');
}

void m2_render_github(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style)
{
    struct m2_arena *a = m2_arena_new();
    m2_github_annotation(out, f->counts[M2_FAIL] ? "error" : "notice", m2_str_or(f->tool, "report"),
                         m2_report_verdict(a, f, f->root_causes.len));
    if (f->compared)
        m2_github_annotation(
            out, "notice", m2_str_or(f->tool, "report"),
            m2_arena_printf(a, "Compared with %s: %s.", f->compared->name, m2_diff_summary(a, f->compared)));
    for (size_t i = 0; i < f->root_causes.len; i++) {
        const struct m2_finding *it = m2_finding_by_uid(f, f->root_causes.at[i]);
        if (it)
            annotate(out, a, f, it);
    }
    for (size_t i = 0; i < f->list.len && !style->quiet; i++)
        if (f->list.at[i]->status == M2_WARN)
            annotate(out, a, f, f->list.at[i]);
    for (size_t i = 0; i < f->notes.len && !style->quiet; i++)
        m2_github_annotation(out, "notice", m2_str_or(f->tool, "report"), f->notes.at[i]);
    m2_arena_free(a);
}
