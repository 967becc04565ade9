/* Legend, axes, grid and marks of a plot. */
#include <math.h>
#include <stdlib.h>

#include "m2/str.h"
#include "report/svg.h"

#define SAMPLE 26 /* pixels of a legend's line */
#define Y_TICKS 5
#define APART 10
#define NAME_MOST 110 /* pixels of a point's label */

double m2_svg_x_of(const struct m2_doc_chart *c, const struct m2_doc_series *series, size_t i)
{
    return c->kind == M2_CHART_BAND ? (double)i : series->points.at[i].x;
}

/* ---- legend ---- */

/* One entry; wraps to a new row where it would leave the picture. */
static void legend_entry(struct m2_svg *s, double *x, double *y, const char *class, bool area,
                         const char *name)
{
    const char *text = m2_svg_fit(s, m2_str_or(name, "(no name)"), s->width - SAMPLE - 6);
    double wide = SAMPLE + 6 + m2_svg_text_width(text);
    if (*x > 0 && *x + wide > s->width) {
        *x = 0;
        *y += M2_SVG_LINE + 3;
    }
    if (area) {
        m2_buf_addf(s->out, "<rect class=\"area %s\"", class);
        m2_svg_attr(s, "x", *x);
        m2_svg_attr(s, "y", *y + 2);
        m2_svg_attr(s, "width", SAMPLE);
        m2_svg_attr(s, "height", 12);
        m2_buf_adds(s->out, "/>\n");
    } else {
        m2_svg_line(s, m2_arena_printf(s->arena, "line %s", class), *x, *y + 8, *x + SAMPLE, *y + 8);
    }
    m2_svg_text(s, *x + SAMPLE + 6, *y + 12, M2_SVG_START, NULL, text);
    *x += wide + 18;
}

/* The y below it. */
static double legend(struct m2_svg *s)
{
    const struct m2_doc_chart *c = s->chart;
    double x = 0, y = 0;
    size_t first = 0;
    if (c->series.len < 2)
        return 0;
    if (c->kind == M2_CHART_BAND && c->series.len >= 3) {
        legend_entry(s, &x, &y, "s1", false, c->series.at[1].name);
        legend_entry(s, &x, &y, "s1", true,
                     m2_arena_printf(s->arena, "%s to %s", c->series.at[0].name, c->series.at[2].name));
        first = 3;
    }
    for (size_t i = first; i < c->series.len; i++)
        legend_entry(s, &x, &y, m2_arena_printf(s->arena, "s%zu", i % 6 + 1), false, c->series.at[i].name);
    return y + M2_SVG_LINE + 8;
}

/* ---- axes ---- */

static void y_axis(struct m2_svg *s, const struct m2_svg_plot *p, const struct m2_svg_ticks *ticks)
{
    for (size_t i = 0; i < ticks->n; i++) {
        double y = m2_svg_at(&p->y, ticks->at[i].value);
        m2_svg_line(s, ticks->at[i].value == 0 ? "axis" : "grid", p->x.from, y, p->x.to, y);
        m2_svg_text(s, p->x.from - 8, y + 4, M2_SVG_END, "muted", ticks->at[i].label);
    }
}

static void x_label(struct m2_svg *s, const struct m2_svg_plot *p, double value, const char *text)
{
    double x = m2_svg_at(&p->x, value);
    m2_svg_line(s, "axis", x, p->bottom, x, p->bottom + 5);
    m2_svg_text(s, m2_svg_inside(s, x, m2_svg_text_width(text)), p->bottom + 19, M2_SVG_MIDDLE, "muted",
                text);
}

static const char *name_of(struct m2_svg *s, size_t i)
{
    return m2_svg_fit(s, m2_str_or(s->chart->series.at[0].points.at[i].label, ""), NAME_MOST);
}

/* Would every STRIDE-th name keep apart from the next? */
static bool names_fit(struct m2_svg *s, const struct m2_svg_plot *p, size_t stride)
{
    double end = -APART;
    for (size_t i = 0; i < p->names; i += stride) {
        double wide = m2_svg_text_width(name_of(s, i));
        double middle = m2_svg_inside(s, m2_svg_at(&p->x, (double)i), wide);
        if (middle - wide / 2 < end + APART)
            return false;
        end = middle + wide / 2;
    }
    return true;
}

static void x_axis(struct m2_svg *s, const struct m2_svg_plot *p)
{
    struct m2_svg_ticks ticks;
    size_t stride = 1;
    m2_svg_line(s, "axis", p->x.from, p->bottom, p->x.to, p->bottom);
    while (p->names && stride < p->names && !names_fit(s, p, stride))
        stride++;
    for (size_t i = 0; i < p->names; i += stride)
        x_label(s, p, (double)i, name_of(s, i));
    if (p->names)
        return;
    m2_svg_ticks(s, &ticks, &p->x, s->narrow ? 8 : 12);
    for (size_t i = 0; i < ticks.n; i++)
        x_label(s, p, ticks.at[i].value, ticks.at[i].label);
}

double m2_svg_plot_open(struct m2_svg *s, struct m2_svg_plot *p)
{
    struct m2_svg_ticks ticks;
    double left = 0, y = legend(s);
    m2_svg_round(&p->y, Y_TICKS);
    m2_svg_ticks(s, &ticks, &p->y, Y_TICKS);
    for (size_t i = 0; i < ticks.n; i++)
        left = fmax(left, m2_svg_text_width(ticks.at[i].label) + 8);
    p->x.from = left;
    p->x.to = s->width - (p->names ? 4 : 20);
    if (*s->chart->y_axis) {
        m2_svg_text(s, 0, y + 12, M2_SVG_START, "muted", m2_svg_fit(s, s->chart->y_axis, s->width));
        y += M2_SVG_LINE;
    }
    p->top = y + 8 + (p->names ? 0 : m2_svg_marks_height(s, &p->x, true));
    p->bottom = p->top + (s->narrow ? 190 : 230);
    p->y.from = p->bottom;
    p->y.to = p->top;
    y_axis(s, p, &ticks);
    x_axis(s, p);
    if (!*s->chart->x_axis)
        return p->bottom + 26;
    const char *title = m2_arena_printf(s->arena, "%s%s", s->chart->x_axis, p->x.log ? ", logarithmic" : "");
    title = m2_svg_fit(s, title, s->width);
    m2_svg_text(s, m2_svg_inside(s, (p->x.from + p->x.to) / 2, m2_svg_text_width(title)), p->bottom + 38,
                M2_SVG_MIDDLE, "muted", title);
    return p->bottom + 45;
}

/* ---- marks across the plot ---- */

static int by_y(const void *a, const void *b)
{
    const struct m2_doc_mark *const *one = a, *const *other = b;
    return ((*one)->at < (*other)->at) - ((*one)->at > (*other)->at);
}

/* How near the data come to a text that stands on LINE from LEFT to RIGHT. */
static double nearest(const struct m2_svg *s, const struct m2_svg_plot *p, double line, double left,
                      double right)
{
    double least = INFINITY;
    for (size_t i = 0; i < s->chart->series.len; i++) {
        const struct m2_doc_series *of = &s->chart->series.at[i];
        for (size_t k = 0; k < of->points.len; k++) {
            double x = m2_svg_x_of(s->chart, of, k), y = of->points.at[k].y;
            if (!m2_doc_drawable(x) || !m2_doc_drawable(y))
                continue;
            double at = m2_svg_at(&p->x, x), above = fabs(m2_svg_at(&p->y, y) - (line - 4));
            least = at >= left - 20 && at <= right + 20 && above < least ? above : least;
        }
    }
    return least;
}

/* The label of a line across the plot, at the end where it covers less. */
static void across_label(struct m2_svg *s, const struct m2_svg_plot *p, const char *label, double line)
{
    const char *text = m2_svg_fit(s, label, p->x.to - p->x.from - 8);
    double wide = m2_svg_text_width(text), left = p->x.from + 4, right = p->x.to - 4;
    if (nearest(s, p, line, left, left + wide) > nearest(s, p, line, right - wide, right))
        m2_svg_text(s, left, line, M2_SVG_START, "halo", text);
    else
        m2_svg_text(s, right, line, M2_SVG_END, "halo", text);
}

/* Labels stand above their lines, below at the plot's top; one that finds no room is left to the pointer. */
static void across(struct m2_svg *s, const struct m2_svg_plot *p)
{
    size_t n = 0;
    const struct m2_doc_mark **marks =
        m2_arena_new_array(s->arena, const struct m2_doc_mark *, s->chart->marks.len);
    for (size_t i = 0; i < s->chart->marks.len; i++)
        if (!s->chart->marks.at[i].vertical && m2_doc_drawable(s->chart->marks.at[i].at))
            marks[n++] = &s->chart->marks.at[i];
    qsort(marks, n, sizeof(*marks), by_y);
    for (size_t i = 0; i < n; i++) {
        double y = m2_svg_at(&p->y, marks[i]->at);
        m2_buf_adds(s->out, "<g>");
        m2_svg_hint(s, "%s", marks[i]->label);
        m2_svg_line(s, "mark", p->x.from, y, p->x.to, y);
        m2_buf_adds(s->out, "</g>\n");
    }
    double above = p->top - M2_SVG_LINE;
    for (size_t i = 0; i < n; i++) {
        double y = m2_svg_at(&p->y, marks[i]->at), line = y - p->top < M2_SVG_LINE ? y + 14 : y - 5;
        double free = fmax(line, above + M2_SVG_LINE);
        if (free - line > 2 * M2_SVG_LINE || free > p->bottom - 4)
            continue; /* far from its line it would seem to be another's */
        line = free;
        across_label(s, p, marks[i]->label, line);
        above = line;
    }
}

void m2_svg_plot_close(struct m2_svg *s, const struct m2_svg_plot *p)
{
    across(s, p);
    if (!p->names)
        m2_svg_marks(s, &p->x, true, p->top, p->bottom);
}
