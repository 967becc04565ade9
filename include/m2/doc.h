/*
 * m2/doc.h — a small document (headings, sentences, tables, charts) that text, markdown, html and csv are made from.
 *
 * Model:     what to say is decided once, when the document is built; renderers only lay out. Text given to a document is plain: each
 *            renderer escapes it for its target, so foreign names are safe everywhere. JSON is no rendering of a document: it has its own
 *            stable formats.
 * Lifetime:  everything is copied into the arena of m2_doc_new.
 */
#ifndef M2_DOC_H
#define M2_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "m2/buf.h"
#include "m2/err.h"
#include "m2/mem.h"
#include "m2/report.h"

struct m2_doc;
struct m2_doc_table;
struct m2_doc_chart;

/** TITLE: the page's title and first heading. */
struct m2_doc *m2_doc_new(struct m2_arena *a, const char *title);
/** The answer, shown first and large: "One job costs $0.0339." */
void m2_doc_lead(struct m2_doc *d, const char *fmt, ...) M2_PRINTF(2, 3);
void m2_doc_heading(struct m2_doc *d, const char *fmt, ...) M2_PRINTF(2, 3);
void m2_doc_text(struct m2_doc *d, const char *fmt, ...) M2_PRINTF(2, 3);
/** One point of a list; neighbours make one list. */
void m2_doc_item(struct m2_doc *d, const char *fmt, ...) M2_PRINTF(2, 3);
/** What the reader must know before trusting a figure: "Warning: the price list is 200 days old." (prefix is added) */
void m2_doc_warning(struct m2_doc *d, const char *fmt, ...) M2_PRINTF(2, 3);
void m2_doc_note(struct m2_doc *d, const char *fmt, ...) M2_PRINTF(2, 3);
/** A command that can be pasted as it stands. */
void m2_doc_command(struct m2_doc *d, const char *fmt, ...) M2_PRINTF(2, 3);

enum m2_doc_align { M2_LEFT, M2_RIGHT };
/** CAPTION may be NULL. The first table of a document is what csv prints: RFC 4180 with newlines alone, quotes where needed. A cell that
 * a spreadsheet would take for a formula (it begins with = + - @, their full-width forms, tab or line end, and is no number) gets an
 * apostrophe in front, as OWASP advises; control characters become visible escapes. */
struct m2_doc_table *m2_doc_table(struct m2_doc *d, const char *caption);
/** NAME is the heading; CSV the name of the column in csv (NULL: no csv column). Columns come before rows. */
void m2_doc_column(struct m2_doc_table *t, const char *name, const char *csv, enum m2_doc_align align);
/** Begin a row; TOTAL: set apart as the sum of those above. */
void m2_doc_row(struct m2_doc_table *t, bool total);
/** The next cell of the last row: text for people. */
void m2_doc_cell(struct m2_doc_table *t, const char *fmt, ...) M2_PRINTF(2, 3);
/** As m2_doc_cell, with another text for csv (all digits). */
void m2_doc_cell_exact(struct m2_doc_table *t, const char *exact, const char *fmt, ...) M2_PRINTF(3, 4);
/** One sentence that stands in the place of a table without rows. */
void m2_doc_empty(struct m2_doc_table *t, const char *text);

enum m2_doc_chart_kind {
    M2_CHART_BARS,    /* one bar a point, horizontal, in the given order */
    M2_CHART_LINES,   /* one line a series over x */
    M2_CHART_PATH,    /* a series is a lane of hops: a point's label names the hop, its y is one of enum m2_path_mark */
    M2_CHART_BAND     /* three series of equal length (low, middle, high) over labelled x */
};
enum m2_path_mark { M2_PATH_OPEN, M2_PATH_STOPPED, M2_PATH_UNKNOWN };
/** ALT: the whole message of the chart in words, for who cannot see it (and in place of it in text and markdown). */
struct m2_doc_chart *m2_doc_chart(struct m2_doc *d, enum m2_doc_chart_kind kind, const char *title, const char *alt);
void m2_doc_axes(struct m2_doc_chart *c, const char *x, const char *y);
void m2_doc_series(struct m2_doc_chart *c, const char *name);
/** A point of the last series; LABEL may be NULL for lines. Y in the unit of the axis. */
void m2_doc_point(struct m2_doc_chart *c, const char *label, double x, double y);
/** A horizontal line across the chart with its label (a budget), or vertical at X (break-even). */
void m2_doc_mark_y(struct m2_doc_chart *c, const char *label, double y);
void m2_doc_mark_x(struct m2_doc_chart *c, const char *label, double x);

/* ---- findings as a document ---- */

/** The verdict, what it is about, and the root causes. */
struct m2_doc *m2_report_doc(struct m2_arena *a, const struct m2_findings *f);
/** Append what else was found, and the notes. */
void m2_report_doc_rest(struct m2_doc *d, const struct m2_findings *f);

struct m2_doc_renderer {
    const char *name; /* "text", "markdown", "html", "csv" */
    void (*render)(struct m2_buf *out, const struct m2_doc *d, const struct m2_report_style *style);
};
/** Ended by a row whose name is NULL. */
const struct m2_doc_renderer *m2_doc_renderers(void);
const struct m2_doc_renderer *m2_doc_renderer_find(const char *name);

#endif
