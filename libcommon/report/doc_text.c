/* A document for a terminal: 80 columns unless the style says otherwise, nothing said by colour alone. */
#include <string.h>

#include "m2/str.h"
#include "report/doc_text.h"
#include "report/render.h"

#define BAR_COLUMNS 30 /* at most; a third of the page when that is less */
#define READABLE_COLUMNS 100

/* What stands before a block's first line, and how far its other lines are indented. */
static const struct {
    const char *prefix, *color;
    size_t indent;
} looks[M2_DOC_KIND_COUNT] = {
    [M2_DOC_LEAD] = { "", "1", 0 },
    [M2_DOC_HEADING] = { "", "1", 0 },
    [M2_DOC_TEXT] = { "", NULL, 0 },
    [M2_DOC_ITEM] = { "- ", NULL, 2 },
    [M2_DOC_WARNING] = { "Warning: ", "1;33", 0 },
    [M2_DOC_NOTE] = { "Note: ", "2", 0 },
};

static void sentence(const struct m2_doc_page *p, enum m2_doc_kind kind, const char *s)
{
    bool all = kind == M2_DOC_LEAD || kind == M2_DOC_HEADING; /* else only the prefix has colour */
    const char *prefix = looks[kind].prefix, *color = p->style->color ? looks[kind].color : NULL;
    if (color)
        m2_buf_addf(p->out, "\x1b[%sm", color);
    m2_buf_adds(p->out, prefix);
    if (color && !all)
        m2_buf_adds(p->out, "\x1b[0m");
    m2_wrap(p->out, s, strlen(prefix), looks[kind].indent, p->readable, false);
    m2_buf_adds(p->out, color && all ? "\x1b[0m\n" : "\n");
}

/* ---- charts: the sentence, and bars where every one has its label ---- */

static size_t bar_columns(const struct m2_doc_page *p)
{
    return p->readable / 3 < BAR_COLUMNS ? p->readable / 3 : BAR_COLUMNS;
}

/* The bar of LENGTH eighths of a column. */
static void bar(const struct m2_doc_page *p, size_t length)
{
    for (; length >= 8; length -= 8)
        m2_buf_adds(p->out, p->style->unicode ? "\xe2\x96\x88" : "#");
    if (length && p->style->unicode)
        m2_buf_addf(p->out, "\xe2\x96%c", (char)(0x90 - (int)length)); /* U+2589 … U+258F */
    else if (length >= 4)
        m2_buf_addc(p->out, '#');
}

static void bar_row(const struct m2_doc_page *p, const struct m2_doc_point *point, size_t label, double most,
                    int places)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    m2_term_clean(&b, m2_str_or(point->label, "-"), true);
    size_t fits = m2_text_fit(b.data, label), wide = m2_text_width(b.data, fits);
    if (fits < b.len) { /* "…" and "..." take the place of what is cut */
        fits = m2_text_fit(b.data, label - (p->style->unicode ? 1 : 3));
        b.len = fits;
        m2_buf_adds(&b, p->style->unicode ? "\xe2\x80\xa6" : "...");
        wide = m2_text_width(b.data, b.len);
    }
    m2_buf_addf(p->out, "  %s%*s  ", b.data, (int)(label - wide), "");
    m2_buf_free(&b);
    if (!m2_doc_drawable(point->y)) {
        m2_buf_adds(p->out, "no data\n");
        return;
    }
    char number[M2_NUMBER_SIZE];
    double size = point->y < 0 ? -point->y : point->y;
    size_t eighths = most > 0 ? (size_t)(size / most * (double)bar_columns(p) * 8 + 0.5) : 0;
    bar(p, eighths);
    m2_chart_number(number, point->y, places);
    m2_buf_addf(p->out, "%s%s\n", eighths >= (p->style->unicode ? 1 : 4) ? " " : "", number);
}

static void bars(const struct m2_doc_page *p, const struct m2_doc_series *s, int places)
{
    size_t label = 1;
    double most = 0;
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    for (size_t i = 0; i < s->points.len; i++) {
        const struct m2_doc_point *point = &s->points.at[i];
        m2_buf_reset(&b);
        m2_term_clean(&b, m2_str_or(point->label, "-"), true);
        size_t wide = m2_text_width(b.data, b.len);
        double size = point->y < 0 ? -point->y : point->y;
        label = wide > label ? wide : label;
        most = m2_doc_drawable(size) && size > most ? size : most;
    }
    m2_buf_free(&b);
    size_t taken = bar_columns(p) + 16, room = p->readable > taken + 4 ? p->readable - taken : 4;
    for (size_t i = 0; i < s->points.len; i++)
        bar_row(p, &s->points.at[i], label < room ? label : room, most, places);
}

static void chart(const struct m2_doc_page *p, const struct m2_doc_chart *c)
{
    if (*c->title || *c->y_axis) {
        struct m2_buf b;
        m2_buf_init(&b, (size_t)1 << 20);
        bool unit = *c->y_axis && c->kind == M2_CHART_BARS;
        m2_buf_addf(&b, "%s%s%s%s", c->title, unit ? " (" : "", unit ? c->y_axis : "", unit ? ")" : "");
        sentence(p, M2_DOC_HEADING, b.data);
        m2_buf_free(&b);
    }
    if (*c->alt)
        sentence(p, M2_DOC_TEXT, c->alt);
    for (size_t i = 0; c->kind == M2_CHART_BARS && i < c->series.len; i++) {
        if (c->series.len > 1)
            sentence(p, M2_DOC_TEXT, c->series.at[i].name);
        bars(p, &c->series.at[i], m2_chart_places(c));
    }
}

/* ---- the whole ---- */

/* Does block I stand apart from the one before it? */
static bool apart(const struct m2_doc *d, size_t i)
{
    enum m2_doc_kind now = m2_doc_kind_at(d, i), before = m2_doc_kind_at(d, i - 1);
    if (before == M2_DOC_HEADING)
        return now == M2_DOC_TABLE || now == M2_DOC_CHART ? false : now == M2_DOC_HEADING;
    return now != before || now == M2_DOC_TEXT || now == M2_DOC_TABLE || now == M2_DOC_CHART ||
           now == M2_DOC_HEADING;
}

static void block(const struct m2_doc_page *p, const struct m2_doc_block *b)
{
    if (b->table) {
        m2_doc_text_table(p, b->table);
    } else if (b->chart) {
        chart(p, b->chart);
    } else if (b->kind == M2_DOC_COMMAND) {
        m2_buf_adds(p->out, "    "); /* never broken: it is to be pasted */
        m2_term_clean(p->out, b->text, true);
        m2_buf_addc(p->out, '\n');
    } else {
        sentence(p, b->kind, b->text);
    }
}

void m2_doc_render_text(struct m2_buf *out, const struct m2_doc *d, const struct m2_report_style *style)
{
    size_t width = style->width > 0 ? (size_t)style->width : 80;
    struct m2_doc_page p = { out, style, width, width < READABLE_COLUMNS ? width : READABLE_COLUMNS };
    bool first = true;
    if (*d->title && !style->quiet && m2_doc_kind_at(d, 0) != M2_DOC_LEAD) { /* an answer is its own title */
        sentence(&p, M2_DOC_TEXT, d->title);
        first = false;
    }
    for (size_t i = 0; i <= d->blocks.len; i++) {
        enum m2_doc_kind kind = m2_doc_kind_at(d, i);
        if (i == d->blocks.len || (style->quiet && kind != M2_DOC_LEAD && kind != M2_DOC_WARNING))
            continue;
        if (!first && apart(d, i) && kind != M2_DOC_LEAD)
            m2_buf_addc(out, '\n');
        block(&p, d->blocks.at[i]);
        first = false;
    }
}
