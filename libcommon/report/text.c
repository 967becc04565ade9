/* Verdict first, then root causes with proof and fix, then the rest by area: for a person under stress, 80
 * columns wide. */
#include <stdio.h>
#include <stdlib.h>

#include "m2/diff.h"
#include "m2/mem.h"
#include "m2/str.h"
#include "report/text.h"

#define READABLE_COLUMNS 100 /* longer lines are hard to read, however wide the terminal */

static void verdict(struct m2_printer *p, size_t roots)
{
    const struct m2_findings *f = p->f;
    bool ready = m2_str_eq(f->verdict, "ready");
    const char *text = m2_report_verdict(p->arena, f, roots);
    struct m2_buf b;
    m2_buf_init(&b, 4096);
    m2_wrap(&b, text, 0, 0, p->width, false);
    m2_report_colored(p, f->counts[M2_FAIL] ? "1;31" : ready ? "1;32" : "1;33", b.data);
    m2_buf_addc(p->out, '\n');
    m2_buf_free(&b);
}

static void target(struct m2_printer *p)
{
    const char *stack = p->f->stack;
    m2_report_field(p, 0, "",
                    m2_arena_printf(p->arena, "Account %s, region %s%s%s",
                                    m2_str_or(p->f->account, "not known"),
                                    m2_str_or(p->f->region, "not known"),
                                    m2_str_empty(stack) ? "" : ", stack ", m2_str_or(stack, "")),
                    M2_ALL_LINES);
}

/* Each line says in words what its mark says. */
static void changes(struct m2_printer *p, const struct m2_diff *d)
{
    static const char *const marks[M2_CHANGE_KINDS] = { "+ ", "- ", "~ " };
    for (size_t i = 0; i < d->list.len; i++) {
        const struct m2_change *c = &d->list.at[i];
        m2_report_field(p, 2, marks[c->kind],
                        m2_arena_printf(p->arena, "%s: %s, %s: %s (%s)", m2_change_name(c->kind), c->id,
                                        c->resource, c->title, m2_change_states(p->arena, c)),
                        M2_ALL_LINES);
    }
}

static void compared(struct m2_printer *p)
{
    const struct m2_diff *d = p->f->compared;
    if (!d)
        return;
    m2_buf_addc(p->out, '\n');
    m2_report_field(p, 0, "",
                    m2_arena_printf(p->arena, "Compared with %s%s%s: %s.", d->name,
                                    d->generated_at ? " of " : "", m2_str_or(d->generated_at, ""),
                                    m2_diff_summary(p->arena, d)),
                    M2_ALL_LINES);
    changes(p, d);
    if (d->not_compared.len)
        m2_report_field(p, 2, "",
                        m2_arena_printf(p->arena, "Not compared, because only one side made them: %s.",
                                        m2_report_names(p, d->not_compared.at, d->not_compared.len, 4)),
                        M2_ALL_LINES);
}

static struct m2_printer printer(struct m2_buf *out, struct m2_arena *a, const struct m2_report_style *style)
{
    size_t width = style->width > 0 ? (size_t)style->width : 80;
    return (struct m2_printer){
        .out = out, .arena = a, .style = style, .width = width > READABLE_COLUMNS ? READABLE_COLUMNS : width
    };
}

void m2_report_changes(struct m2_buf *out, struct m2_arena *a, const struct m2_diff *d,
                       const struct m2_report_style *style)
{
    struct m2_printer p = printer(out, a, style);
    changes(&p, d);
}

static void summary(struct m2_printer *p)
{
    const size_t *n = p->f->counts;
    bool more = !p->style->verbose && n[M2_PASS] + n[M2_WARN] + n[M2_UNKNOWN] + n[M2_SKIP];
    m2_buf_addc(p->out, '\n');
    m2_report_field(p, 0, "",
                    m2_arena_printf(p->arena, "%zu passed, %zu %s, %zu failed, %zu unknown, %zu skipped%s.",
                                    n[M2_PASS], n[M2_WARN],
                                    m2_report_plural(n[M2_WARN], "warning", "warnings"), n[M2_FAIL],
                                    n[M2_UNKNOWN], n[M2_SKIP], more ? " (-v lists them)" : ""),
                    M2_ALL_LINES);
    for (size_t i = 0; i < p->f->notes.len; i++)
        m2_report_field(p, 0, "Note: ", p->f->notes.at[i], M2_ALL_LINES);
}

void m2_render_text(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style)
{
    struct m2_printer p = printer(out, m2_arena_new(), style);
    p.f = f;
    struct m2_groups roots = { 0 };
    p.shown = m2_xcalloc(f->list.len, sizeof *p.shown);
    verdict(&p, m2_report_roots(&p, &roots));
    target(&p);
    compared(&p);
    m2_report_root_causes(&p, &roots);
    if (!style->quiet) {
        m2_report_rest(&p);
        summary(&p);
    }
    free(p.shown);
    m2_arena_free(p.arena);
}
