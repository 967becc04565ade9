/* Tables in html. Figures and short texts are never broken; a table that is too wide for a phone that way
 * becomes a list of records there (doc.css), each value with its column's name. */
#include "m2/mem.h"
#include "m2/str.h"
#include "report/html.h"
#include "report/render.h"
#include "report/svg.h"

#define SHORT 24          /* columns of a text that is kept on one line */
#define LONG_PIXELS 130.0 /* what a longer one asks for at least */
#define PHONE 358.0       /* pixels of a phone's page */
#define PADDING 20.0
#define FEW 15                   /* rows that are kept on one printed page */
#define FONT_RATIO (15.0 / 13.0) /* of the table's font to the one that m2_svg_text_width knows */

struct look {
    const char *header, *cell; /* attribute, with a blank before it */
    double pixels;             /* that it asks for on a phone */
};

/* NAMING is the column that names a row: the first one of text. */
struct layout {
    struct look *columns;
    size_t naming;
    bool stack;
};

static struct look look_of(const struct m2_doc_table *t, size_t i)
{
    size_t columns = 0;
    double pixels = 0;
    bool right = t->columns.at[i].align == M2_RIGHT;
    for (size_t r = 0; r < t->rows.len; r++) {
        const char *text = t->rows.at[r].cells[i].text;
        size_t n = m2_columns(text);
        double wide = m2_svg_text_width(text) * FONT_RATIO;
        columns = n > columns ? n : columns;
        pixels = wide > pixels ? wide : pixels;
    }
    bool whole = right || columns <= SHORT;
    return (struct look){
        .header = right ? " class=\"n\"" : "",
        .cell = right   ? " class=\"n\""
                : whole ? " class=\"w\""
                        : "",
        .pixels = PADDING + (whole || pixels < LONG_PIXELS ? pixels : LONG_PIXELS),
    };
}

static struct layout lay_out(struct m2_arena *a, const struct m2_doc_table *t)
{
    struct layout l = { m2_arena_new_array(a, struct look, t->columns.len), t->columns.len, false };
    double pixels = 0;
    for (size_t i = t->columns.len; i-- > 0;) {
        l.columns[i] = look_of(t, i);
        l.naming = t->columns.at[i].align == M2_LEFT ? i : l.naming;
        pixels += l.columns[i].pixels;
    }
    l.stack = t->columns.len > 2 && pixels > PHONE;
    return l;
}

static void header_row(struct m2_buf *out, const struct m2_doc_table *t, const struct layout *l)
{
    m2_buf_adds(out, "<thead>\n<tr>");
    for (size_t i = 0; i < t->columns.len; i++) {
        const char *name = t->columns.at[i].name; /* an empty heading would name nothing */
        m2_buf_addf(out, "<%s%s>", *name ? "th scope=\"col\"" : "td", l->columns[i].header);
        m2_html_element(out, "", name, *name ? "</th>" : "</td>");
    }
    m2_buf_adds(out, "</tr>\n</thead>\n");
}

static void body_row(struct m2_buf *out, const struct m2_doc_table *t, const struct layout *l,
                     const struct m2_doc_row *row)
{
    m2_buf_adds(out, row->total ? "<tr class=\"total\">" : "<tr>");
    for (size_t i = 0; i < t->columns.len; i++) {
        const char *text = row->cells[i].text, *name = t->columns.at[i].name;
        bool naming = i == l->naming && *text;
        m2_buf_addf(out, "<%s%s", naming ? "th scope=\"row\"" : "td", l->columns[i].cell);
        if (l->stack && !naming && *name)
            m2_html_element(out, " data-column=\"", name, "\"");
        m2_html_element(out, ">", text, naming ? "</th>" : "</td>");
    }
    m2_buf_adds(out, "</tr>\n");
}

void m2_html_table(struct m2_buf *out, const struct m2_doc_table *t, size_t number)
{
    bool caption = !m2_str_empty(t->caption);
    if (!t->columns.len || (!t->rows.len && t->empty)) {
        if (caption)
            m2_html_element(out, "<p class=\"caption\">", t->caption, "</p>\n");
        m2_html_element(out, "<p class=\"empty\">", m2_str_or(t->empty, ""), "</p>\n");
        return;
    }
    struct m2_arena *a = m2_arena_new();
    struct layout l = lay_out(a, t);
    /* It scrolls in its own frame, which the keyboard must be able to reach. */
    m2_buf_adds(out, "<div class=\"scroll\" role=\"region\" tabindex=\"0\"");
    if (caption)
        m2_buf_addf(out, " aria-labelledby=\"t%zu\">\n", number);
    else
        m2_buf_addf(out, " aria-label=\"Table %zu\">\n", number);
    m2_buf_addf(out, "<table class=\"%s%s\">\n", l.stack ? "stack" : "whole",
                t->rows.len <= FEW ? " few" : "");
    if (caption) {
        m2_buf_addf(out, "<caption id=\"t%zu\">", number);
        m2_html_element(out, "", t->caption, "</caption>\n");
    }
    header_row(out, t, &l);
    m2_buf_adds(out, "<tbody>\n");
    for (size_t i = 0; i < t->rows.len; i++)
        body_row(out, t, &l, &t->rows.at[i]);
    m2_buf_adds(out, "</tbody>\n</table>\n</div>\n");
    m2_arena_free(a);
}
