/* Verdict first, then root causes with proof and fix, then the rest by area: for a person under stress, 80
 * columns wide. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/mem.h"
#include "m2/str.h"
#include "report/render.h"

struct printer {
    struct m2_buf *out;
    const struct m2_findings *f;
    const struct m2_report_style *style;
    size_t width;
    bool *shown; /* per finding */
};

struct mark {
    const char *unicode, *ascii, *word, *color;
};

static const struct mark marks[M2_STATUS_COUNT] = {
    [M2_PASS] = { "\xe2\x9c\x93", "+", "pass", "32" },   [M2_WARN] = { "\xe2\x96\xb2", "!", "warn", "33" },
    [M2_FAIL] = { "\xe2\x9c\x97", "x", "FAIL", "1;31" }, [M2_UNKNOWN] = { "?", "?", "unknown", "35" },
    [M2_SKIP] = { "\xe2\x80\x93", "-", "skip", "2" },
};

static void colored(struct printer *p, const char *color, const char *s)
{
    if (p->style->color)
        m2_buf_addf(p->out, "\x1b[%sm%s\x1b[0m", color, s);
    else
        m2_buf_adds(p->out, s);
}

/* "✗ FAIL", padded to 9 columns where PAD. */
static void status(struct printer *p, enum m2_status s, bool pad)
{
    const struct mark *m = &marks[s];
    char text[32];
    (void)snprintf(text, sizeof text, "%s %s", p->style->unicode ? m->unicode : m->ascii, m->word);
    colored(p, m->color, text);
    if (pad)
        m2_buf_addf(p->out, "%*s", (int)(9 - m2_columns(text)), "");
}

/* LABEL, then S wrapped under itself. Nothing for an empty S. */
static void field(struct printer *p, size_t indent, const char *label, const char *s)
{
    if (m2_str_empty(s))
        return;
    size_t at = indent + m2_columns(label);
    m2_buf_addf(p->out, "%*s%s", (int)indent, "", label);
    m2_wrap(p->out, s, at, indent, p->width, false);
    m2_buf_addc(p->out, '\n');
}

/* A line that must not be broken: a command or an address. */
static void whole_line(struct printer *p, size_t indent, const char *label, const char *s)
{
    m2_buf_addf(p->out, "%*s%s", (int)indent, "", label);
    m2_term_clean(p->out, s, true);
    m2_buf_addc(p->out, '\n');
}

static const char *plural(size_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

static void verdict(struct printer *p)
{
    const struct m2_findings *f = p->f;
    size_t fails = f->counts[M2_FAIL], roots = f->root_causes.len, unknown = f->counts[M2_UNKNOWN];
    char text[160];
    if (fails > roots)
        (void)snprintf(text, sizeof text, "Not ready: %zu root %s %zu more %s.", roots,
                       plural(roots, "cause explains", "causes explain"), fails - roots,
                       plural(fails - roots, "failure", "failures"));
    else if (fails)
        (void)snprintf(text, sizeof text, "Not ready: %zu root %s.", roots, plural(roots, "cause", "causes"));
    else if (m2_str_eq(f->verdict, "inconclusive"))
        (void)snprintf(text, sizeof text, "Not known: nothing failed, but %zu %s not be made.", unknown,
                       plural(unknown, "check could", "checks could"));
    else
        (void)snprintf(text, sizeof text, "Ready: nothing failed.");
    colored(p, fails ? "1;31" : m2_str_eq(f->verdict, "ready") ? "1;32" : "1;33", text);
    m2_buf_addc(p->out, '\n');
}

static void target(struct printer *p)
{
    struct m2_buf line;
    m2_buf_init(&line, 4096);
    m2_buf_addf(&line, "Account %s, region %s", m2_str_or(p->f->account, "not known"),
                m2_str_or(p->f->region, "not known"));
    if (!m2_str_empty(p->f->stack))
        m2_buf_addf(&line, ", stack %s", p->f->stack);
    field(p, 0, "", line.data);
    m2_buf_free(&line);
}

static void subject(struct printer *p, const struct m2_finding *f, size_t indent)
{
    m2_buf_addf(p->out, "%*s", (int)indent, "");
    struct m2_buf line;
    m2_buf_init(&line, 4096);
    m2_buf_addf(&line, "%s (%s", m2_str_or(f->resource, "account"), f->id);
    if (f->cause)
        m2_buf_addf(&line, ", %s", f->cause);
    m2_buf_adds(&line, ")");
    if (f->count > 1)
        m2_buf_addf(&line, ", %lld times", (long long)f->count);
    m2_wrap(p->out, line.data, indent, indent, p->width, false);
    m2_buf_addc(p->out, '\n');
    m2_buf_free(&line);
}

static void evidence(struct printer *p, const struct m2_finding *f, size_t indent)
{
    for (size_t i = 0; i < f->evidence.len; i++) {
        const struct m2_evidence *e = &f->evidence.at[i];
        m2_buf_addf(p->out, "%*sSeen in %s%s", (int)indent, "", e->call, m2_str_empty(e->path) ? "" : " ");
        m2_term_clean(p->out, e->path, true);
        m2_buf_addc(p->out, '\n');
        if (m2_str_empty(e->value))
            continue;
        m2_buf_addf(p->out, "%*s", (int)indent + 2, "");
        m2_wrap(p->out, e->value, indent + 2, indent + 2, p->width, true);
        m2_buf_addc(p->out, '\n');
    }
}

static void fix(struct printer *p, const struct m2_finding *f, size_t indent)
{
    if (!m2_str_empty(f->fix_text)) {
        m2_buf_addf(p->out, "%*s", (int)indent, "");
        colored(p, "1", "Fix:");
        m2_buf_addc(p->out, ' ');
        m2_wrap(p->out, f->fix_text, indent + 5, indent, p->width, false);
        m2_buf_addc(p->out, '\n');
    }
    for (size_t i = 0; i < f->commands.len; i++)
        whole_line(p, indent + 2, "", f->commands.at[i]);
    for (size_t i = 0; i < f->docs.len; i++)
        whole_line(p, indent, "See ", f->docs.at[i]);
}

static size_t position(const struct m2_findings *f, const char *uid)
{
    size_t i = 0;
    while (i < f->list.len && !m2_str_eq(f->list.at[i]->uid, uid))
        i++;
    return i;
}

/* What F explains, directly and through others, each once in the whole report. */
static void explained(struct printer *p, const struct m2_finding *f, size_t indent, bool *heading)
{
    for (size_t i = 0; i < f->explains.len; i++) {
        size_t at = position(p->f, f->explains.at[i]);
        if (at == p->f->list.len || p->shown[at])
            continue;
        const struct m2_finding *effect = p->f->list.at[at];
        p->shown[at] = true;
        if (!*heading)
            m2_buf_addf(p->out, "%*sThis explains:\n", (int)indent, "");
        *heading = true;
        m2_buf_addf(p->out, "%*s", (int)indent + 2, "");
        status(p, effect->status, true);
        struct m2_buf line;
        m2_buf_init(&line, 1 << 16);
        const char *what = m2_str_empty(effect->detail) ? effect->title : effect->detail;
        bool named = m2_str_has_ci(what, effect->resource);
        m2_buf_addf(&line, "%s%s%s", named ? "" : effect->resource, named ? "" : ": ", what);
        m2_wrap(p->out, line.data, indent + 11, indent + 11, p->width, false);
        m2_buf_addc(p->out, '\n');
        m2_buf_free(&line);
        explained(p, effect, indent, heading);
    }
}

static void root_cause(struct printer *p, size_t number, size_t at)
{
    const struct m2_finding *f = p->f->list.at[at];
    char lead[32];
    (void)snprintf(lead, sizeof lead, "%zu. ", number);
    size_t indent = strlen(lead);
    bool heading = false;
    p->shown[at] = true;
    m2_buf_addf(p->out, "\n%s", lead);
    status(p, f->status, false);
    m2_buf_adds(p->out, "  ");
    m2_wrap(p->out, f->title, indent + 8, indent, p->width, false);
    m2_buf_addc(p->out, '\n');
    subject(p, f, indent);
    field(p, indent, "", f->detail);
    evidence(p, f, indent);
    explained(p, f, indent, &heading);
    fix(p, f, indent);
}

static void rest_of(struct printer *p, const struct m2_finding *f)
{
    m2_buf_adds(p->out, "  ");
    status(p, f->status, true);
    m2_buf_adds(p->out, "  ");
    m2_wrap(p->out, f->title, 13, 13, p->width, false);
    m2_buf_addc(p->out, '\n');
    subject(p, f, 13);
    field(p, 13, "", f->detail);
    if (!m2_str_empty(f->missing_right))
        field(p, 13, "Missing right: ", f->missing_right);
    if (f->status == M2_WARN || f->status == M2_FAIL) {
        evidence(p, f, 13);
        fix(p, f, 13);
    }
}

static bool wanted(const struct printer *p, size_t i)
{
    enum m2_status s = p->f->list.at[i]->status;
    return !p->shown[i] && (p->style->verbose || (s != M2_PASS && s != M2_SKIP));
}

static void rest_by_area(struct printer *p)
{
    const char *area = NULL;
    for (size_t i = 0; i < p->f->list.len; i++) {
        if (!wanted(p, i))
            continue;
        const struct m2_finding *f = p->f->list.at[i];
        if (!m2_str_eq(area, f->area)) {
            m2_buf_addc(p->out, '\n');
            colored(p, "1", f->area);
            m2_buf_addc(p->out, '\n');
        }
        area = f->area;
        rest_of(p, f);
    }
}

static void summary(struct printer *p)
{
    const size_t *n = p->f->counts;
    struct m2_buf line;
    m2_buf_init(&line, 4096);
    m2_buf_addf(&line, "%zu passed, %zu %s, %zu failed, %zu unknown, %zu skipped.", n[M2_PASS], n[M2_WARN],
                plural(n[M2_WARN], "warning", "warnings"), n[M2_FAIL], n[M2_UNKNOWN], n[M2_SKIP]);
    if (!p->style->verbose && n[M2_PASS] + n[M2_SKIP])
        m2_buf_adds(&line, " -v lists what passed and what was skipped.");
    m2_buf_addc(p->out, '\n');
    field(p, 0, "", line.data);
    m2_buf_free(&line);
    for (size_t i = 0; i < p->f->notes.len; i++)
        field(p, 0, "Note: ", p->f->notes.at[i]);
}

void m2_render_text(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style)
{
    struct printer p = {
        .out = out, .f = f, .style = style, .width = style->width > 0 ? (size_t)style->width : 80
    };
    p.shown = m2_xcalloc(f->list.len, sizeof *p.shown);
    verdict(&p);
    target(&p);
    for (size_t i = 0; i < f->root_causes.len; i++) {
        size_t at = position(f, f->root_causes.at[i]);
        if (at < f->list.len)
            root_cause(&p, i + 1, at);
    }
    if (!style->quiet) {
        rest_by_area(&p);
        summary(&p);
    }
    free(p.shown);
}
