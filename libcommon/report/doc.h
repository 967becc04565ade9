/* report/doc.h — what a document consists of, for its renderers. */
#ifndef M2_REPORT_DOC_H
#define M2_REPORT_DOC_H

#include "m2/doc.h"

enum m2_doc_kind {
    M2_DOC_LEAD,
    M2_DOC_HEADING,
    M2_DOC_TEXT,
    M2_DOC_ITEM,
    M2_DOC_WARNING,
    M2_DOC_NOTE,
    M2_DOC_COMMAND,
    M2_DOC_TABLE,
    M2_DOC_CHART,
    M2_DOC_KIND_COUNT
};

struct m2_doc_block {
    enum m2_doc_kind kind;
    const char *text;                 /* all but tables and charts */
    const struct m2_doc_table *table; /* M2_DOC_TABLE */
    const struct m2_doc_chart *chart; /* M2_DOC_CHART */
};

struct m2_doc {
    struct m2_arena *arena;
    const char *title;
    M2_VEC(const struct m2_doc_block *) blocks;
};

struct m2_doc_column {
    const char *name, *csv; /* csv NULL: not in csv */
    enum m2_doc_align align;
};

struct m2_doc_cell {
    const char *text, *exact; /* never NULL */
};

struct m2_doc_row {
    bool total;
    size_t n;                  /* cells given so far */
    struct m2_doc_cell *cells; /* one a column; those not given are empty */
};

struct m2_doc_table {
    struct m2_arena *arena;
    const char *caption, *empty; /* NULL: none */
    M2_VEC(struct m2_doc_column) columns;
    M2_VEC(struct m2_doc_row) rows;
};

struct m2_doc_point {
    const char *label; /* NULL: none */
    double x, y;
};

struct m2_doc_series {
    const char *name;
    M2_VEC(struct m2_doc_point) points;
};

struct m2_doc_mark {
    const char *label;
    double at;
    bool vertical; /* at an x */
};

struct m2_doc_chart {
    struct m2_arena *arena;
    enum m2_doc_chart_kind kind;
    const char *title, *alt, *x_axis, *y_axis; /* never NULL */
    M2_VEC(struct m2_doc_series) series;
    M2_VEC(struct m2_doc_mark) marks;
};

/** The kind of block I; M2_DOC_KIND_COUNT where there is none (also before the first: I - 1 wraps). */
enum m2_doc_kind m2_doc_kind_at(const struct m2_doc *d, size_t i);
/** The first table, or NULL. */
const struct m2_doc_table *m2_doc_first_table(const struct m2_doc *d);
/** Can V be drawn? Not NaN, infinite, or so large that a difference of two would overflow. */
bool m2_doc_drawable(double v);

void m2_doc_render_text(struct m2_buf *out, const struct m2_doc *d, const struct m2_report_style *style);
void m2_doc_render_markdown(struct m2_buf *out, const struct m2_doc *d, const struct m2_report_style *style);
void m2_doc_render_html(struct m2_buf *out, const struct m2_doc *d, const struct m2_report_style *style);
void m2_doc_render_csv(struct m2_buf *out, const struct m2_doc *d, const struct m2_report_style *style);

#endif
