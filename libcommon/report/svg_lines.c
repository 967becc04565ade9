/* Lines over x, and a band between the outer two of three series. */
#include <math.h>

#include "m2/str.h"
#include "report/svg.h"

#define FEW 12       /* so many points are also drawn as dots */
#define LOG_RATIO 50 /* x that spread wider than this are drawn on a logarithmic axis */

static bool is_band(const struct m2_doc_chart *c)
{
    return c->kind == M2_CHART_BAND && c->series.len >= 3;
}

static bool drawable(const struct m2_svg *s, const struct m2_svg_plot *p, size_t series, size_t i)
{
    const struct m2_doc_series *of = &s->chart->series.at[series];
    if (i >= of->points.len || !m2_doc_drawable(of->points.at[i].y))
        return false;
    double x = m2_svg_x_of(s->chart, of, i);
    return m2_doc_drawable(x) && x >= p->x.lo && x <= p->x.hi;
}

/* ---- scales ---- */

static void x_range(const struct m2_doc_chart *c, struct m2_svg_scale *x)
{
    x->lo = 1;
    x->hi = 0;
    for (size_t i = 0; i < c->series.len; i++)
        for (size_t k = 0; k < c->series.at[i].points.len; k++)
            m2_svg_include(&x->lo, &x->hi, c->series.at[i].points.at[k].x);
    for (size_t i = 0; i < c->marks.len; i++)
        if (c->marks.at[i].vertical)
            m2_svg_include(&x->lo, &x->hi, c->marks.at[i].at);
    if (x->lo > x->hi)
        return;                                     /* no x at all */
    double room = fmax(fabs(x->hi) * 1e-6, 1e-280); /* a range that doubles can still divide */
    if (x->hi - x->lo < room) {
        double half = fmax(fabs(x->hi) / 2, x->hi == 0 ? 1 : room);
        x->lo -= half;
        x->hi += half;
    }
    x->log = x->lo > 0 && x->hi / x->lo >= LOG_RATIO;
}

static struct m2_svg_plot scales(const struct m2_doc_chart *c)
{
    struct m2_svg_plot p = { .y = { .lo = 0, .hi = 0 } }; /* amounts are seen from zero */
    for (size_t i = 0; i < c->series.len; i++)
        for (size_t k = 0; k < c->series.at[i].points.len; k++)
            m2_svg_include(&p.y.lo, &p.y.hi, c->series.at[i].points.at[k].y);
    for (size_t i = 0; i < c->marks.len; i++)
        if (!c->marks.at[i].vertical)
            m2_svg_include(&p.y.lo, &p.y.hi, c->marks.at[i].at);
    if (c->kind == M2_CHART_BAND) {
        p.names = c->series.at[0].points.len;
        size_t n = p.names;
        for (size_t i = 1; i < c->series.len; i++)
            n = c->series.at[i].points.len > n ? c->series.at[i].points.len : n;
        p.x = (struct m2_svg_scale){ .lo = -0.5, .hi = (double)n - 0.5 };
    } else {
        x_range(c, &p.x);
    }
    return p;
}

/* ---- what is drawn ---- */

static void dot(struct m2_svg *s, const struct m2_svg_plot *p, size_t series, size_t i)
{
    const struct m2_doc_series *of = &s->chart->series.at[series];
    const struct m2_doc_point *point = &of->points.at[i];
    char x[M2_NUMBER_SIZE], y[M2_NUMBER_SIZE];
    m2_chart_number(x, m2_svg_x_of(s->chart, of, i), 2);
    m2_chart_number(y, point->y, m2_chart_places(s->chart));
    m2_buf_addf(s->out, "<circle class=\"dot s%zu\" r=\"3.5\"", is_band(s->chart) ? 1 : series % 6 + 1);
    m2_svg_attr(s, "cx", m2_svg_at(&p->x, m2_svg_x_of(s->chart, of, i)));
    m2_svg_attr(s, "cy", m2_svg_at(&p->y, point->y));
    m2_buf_addc(s->out, '>');
    m2_svg_hint(s, "%s%s%s: %s", of->name, *of->name ? ", " : "", m2_str_or(point->label, x), y);
    m2_buf_adds(s->out, "</circle>\n");
}

static void line(struct m2_svg *s, const struct m2_svg_plot *p, size_t series)
{
    const struct m2_doc_series *of = &s->chart->series.at[series];
    m2_buf_addf(s->out, "<path class=\"line s%zu\" d=\"", is_band(s->chart) ? 1 : series % 6 + 1);
    bool open = false;
    for (size_t i = 0; i < of->points.len; i++) {
        bool draw = drawable(s, p, series, i);
        if (draw) {
            m2_buf_adds(s->out, open ? " L" : " M");
            m2_svg_number(s, m2_svg_at(&p->x, m2_svg_x_of(s->chart, of, i)));
            m2_svg_number(s, m2_svg_at(&p->y, of->points.at[i].y));
        }
        open = draw;
    }
    m2_buf_adds(s->out, "\">");
    m2_svg_hint(s, "%s", of->name);
    m2_buf_adds(s->out, "</path>\n");
    for (size_t i = 0; i < of->points.len; i++) {
        bool alone = (!i || !drawable(s, p, series, i - 1)) && !drawable(s, p, series, i + 1);
        if (drawable(s, p, series, i) && (alone || of->points.len <= FEW))
            dot(s, p, series, i);
    }
}

/* From FIRST to before END, all drawable: there along the lower series, back along the upper one. */
static void area(struct m2_svg *s, const struct m2_svg_plot *p, size_t first, size_t end)
{
    const struct m2_doc_chart *c = s->chart;
    double half = end - first == 1 ? 8 : 0; /* one point alone: a bar */
    m2_buf_adds(s->out, "<path class=\"area s1\" d=\"");
    for (size_t i = 0; i < 2 * (end - first); i++) {
        bool back = i >= end - first;
        size_t k = back ? end - 1 - (i - (end - first)) : first + i;
        double x = m2_svg_at(&p->x, (double)k),
               y = m2_svg_at(&p->y, c->series.at[back ? 2 : 0].points.at[k].y);
        m2_buf_adds(s->out, i ? " L" : "M");
        m2_svg_number(s, half > 0 && back ? x + half : x - half);
        m2_svg_number(s, y);
        if (half > 0) {
            m2_buf_adds(s->out, " L");
            m2_svg_number(s, back ? x - half : x + half);
            m2_svg_number(s, y);
        }
    }
    m2_buf_adds(s->out, " Z\"/>\n");
}

static void band(struct m2_svg *s, const struct m2_svg_plot *p)
{
    size_t n = s->chart->series.at[0].points.len, first = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && drawable(s, p, 0, i) && drawable(s, p, 2, i))
            continue;
        if (i > first)
            area(s, p, first, i);
        first = i + 1;
    }
    line(s, p, 1);
}

double m2_svg_lines(struct m2_svg *s)
{
    struct m2_svg_plot p = scales(s->chart);
    if (p.x.lo > p.x.hi)
        return m2_svg_nothing(s);
    double height = m2_svg_plot_open(s, &p);
    if (is_band(s->chart))
        band(s, &p);
    for (size_t i = is_band(s->chart) ? 3 : 0; i < s->chart->series.len; i++)
        line(s, &p, i);
    m2_svg_plot_close(s, &p);
    return height;
}
