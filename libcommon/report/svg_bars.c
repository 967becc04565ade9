/* Horizontal bars from zero, each with its name and its figure; no axis is needed then. */
#include <math.h>

#include "m2/str.h"
#include "report/svg.h"

#define BAR_HEIGHT 14
#define GAP 8

struct bars {
    struct m2_svg *svg;
    struct m2_svg_scale scale;
    double label; /* pixels before the bars; 0: labels stand above their bars */
    int places;
    double y;
};

static const char *figure(const struct bars *b, double v)
{
    char text[M2_NUMBER_SIZE] = "no data";
    if (m2_doc_drawable(v))
        m2_chart_number(text, v, b->places);
    return m2_arena_strdup(b->svg->arena, text);
}

static const char *name_of(const struct m2_doc_point *p)
{
    return m2_str_or(p->label, "(no name)");
}

/* Where the bars may be: behind the widest name, before the widest figure. */
static void lay_out(struct bars *b)
{
    const struct m2_doc_chart *c = b->svg->chart;
    double names = 0, figures = 0, lo = 0, hi = 0;
    for (size_t i = 0; i < c->series.len; i++)
        for (size_t k = 0; k < c->series.at[i].points.len; k++) {
            const struct m2_doc_point *p = &c->series.at[i].points.at[k];
            names = fmax(names, m2_svg_text_width(m2_svg_fit(b->svg, name_of(p), b->svg->width * 0.4)));
            figures = fmax(figures, m2_svg_text_width(figure(b, p->y)));
            m2_svg_include(&lo, &hi, p->y);
        }
    for (size_t i = 0; i < c->marks.len; i++)
        if (!c->marks.at[i].vertical)
            m2_svg_include(&lo, &hi, c->marks.at[i].at);
    b->label = b->svg->narrow ? 0 : names + 12;
    b->scale = (struct m2_svg_scale){ lo, lo < hi ? hi : 1, b->label, b->svg->width - figures - 8, false };
}

static void draw_bar(struct bars *b, const struct m2_doc_point *p, size_t series)
{
    struct m2_svg *s = b->svg;
    bool data = m2_doc_drawable(p->y);
    double zero = m2_svg_at(&b->scale, 0), end = data ? m2_svg_at(&b->scale, p->y) : zero;
    m2_buf_adds(s->out, "<g>");
    m2_svg_hint(s, "%s: %s", name_of(p), figure(b, p->y));
    m2_buf_addc(s->out, '\n');
    if (b->label <= 0) {
        m2_svg_text(s, 0, b->y + 12, M2_SVG_START, "halo", m2_svg_fit(s, name_of(p), s->width));
        b->y += M2_SVG_LINE + 2;
    } else {
        m2_svg_text(s, b->label - 12, b->y + 12, M2_SVG_END, NULL, m2_svg_fit(s, name_of(p), b->label - 12));
    }
    if (s->narrow && b->scale.lo < 0) /* beside each bar, not through the names */
        m2_svg_line(s, "axis", zero, b->y - 2, zero, b->y + BAR_HEIGHT + 2);
    if (data && end != zero) {
        double wide = fmax(fabs(end - zero), 1);
        m2_buf_addf(s->out, "<rect class=\"fill s%zu%s\"", series % 6 + 1, p->y < 0 ? " negative" : "");
        m2_svg_attr(s, "x", end < zero ? zero - wide : zero);
        m2_svg_attr(s, "y", b->y);
        m2_svg_attr(s, "width", wide);
        m2_svg_attr(s, "height", BAR_HEIGHT);
        m2_buf_adds(s->out, "/>\n");
    }
    m2_svg_text(s, fmax(end, zero) + 6, b->y + 12, M2_SVG_START, data ? "halo" : "halo muted",
                figure(b, p->y));
    m2_buf_adds(s->out, "</g>\n");
    b->y += BAR_HEIGHT + GAP;
}

static void draw_series(struct bars *b, size_t i)
{
    struct m2_svg *s = b->svg;
    const struct m2_doc_series *series = &s->chart->series.at[i];
    if (s->chart->series.len > 1 && *series->name) {
        m2_svg_text(s, 0, b->y + 12, M2_SVG_START, "halo muted", m2_svg_fit(s, series->name, s->width));
        b->y += M2_SVG_LINE + 4;
    }
    for (size_t k = 0; k < series->points.len; k++)
        draw_bar(b, &series->points.at[k], i);
}

double m2_svg_bars(struct m2_svg *s)
{
    struct bars b = { .svg = s, .places = m2_chart_places(s->chart) };
    const char *unit = m2_svg_fit(s, s->chart->y_axis, s->width);
    lay_out(&b);
    m2_svg_text(s, b.label, M2_SVG_LINE - 4, M2_SVG_START, "muted", m2_svg_fit(s, unit, s->width - b.label));
    b.y = *unit ? M2_SVG_LINE + 4 : 2;
    b.y += m2_svg_marks_height(s, &b.scale, false);
    struct m2_buf *out = s->out, bars; /* over the lines, which are as long as the bars are many */
    double top = b.y, zero = m2_svg_at(&b.scale, 0);
    m2_buf_init(&bars, (size_t)-1 / 2);
    s->out = &bars;
    for (size_t i = 0; i < s->chart->series.len; i++)
        draw_series(&b, i);
    s->out = out;
    if (!s->narrow)
        m2_svg_line(s, "axis", zero, top - 2, zero, b.y - GAP + 2);
    m2_svg_marks(s, &b.scale, false, top, b.y - GAP + 2);
    m2_buf_add(out, bars.data, bars.len);
    m2_buf_free(&bars);
    return b.y;
}
