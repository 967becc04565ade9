/* Ways through a network: a lane for each destination, a mark for each hop. A hop that stops traffic is a
 * cross, one that is not known a question mark; what lies behind a stop is dashed. */
#include <math.h>

#include "m2/str.h"
#include "report/svg.h"

#define LANE 30
#define RADIUS 6

struct lanes {
    struct m2_svg *svg;
    double from, to; /* of the line */
    double y;
    size_t hops;
    double room;   /* from one hop to the next */
    double radius; /* of a hop's mark */
};

static double hop_x(const struct lanes *l, size_t i)
{
    return l->from + (l->to - l->from) * ((double)i + 1) / ((double)l->hops + 1);
}

static bool is(const struct m2_doc_point *p, double mark)
{
    return fabs(p->y - mark) < 0.5;
}

static void circle(struct m2_svg *s, const char *class, double x, double y, double r)
{
    m2_buf_addf(s->out, "<circle class=\"%s\"", class);
    m2_svg_attr(s, "cx", x);
    m2_svg_attr(s, "cy", y);
    m2_svg_attr(s, "r", r);
    m2_buf_adds(s->out, "/>\n");
}

static void mark(struct lanes *l, const struct m2_doc_point *p, const char *to, double x)
{
    struct m2_svg *s = l->svg;
    const double r = l->radius;
    const char *said = is(p, M2_PATH_STOPPED)   ? "stops here"
                       : is(p, M2_PATH_UNKNOWN) ? "not known"
                                                : "passes";
    m2_buf_adds(s->out, "<g>");
    m2_svg_hint(s, "%s, %s: %s", to, m2_str_or(p->label, ""), said);
    m2_buf_addc(s->out, '\n');
    if (is(p, M2_PATH_STOPPED)) {
        circle(s, "hop stop", x, l->y, r * 1.6);
        m2_svg_line(s, "cross", x - r * 0.8, l->y - r * 0.8, x + r * 0.8, l->y + r * 0.8);
        m2_svg_line(s, "cross", x - r * 0.8, l->y + r * 0.8, x + r * 0.8, l->y - r * 0.8);
    } else if (is(p, M2_PATH_UNKNOWN)) {
        circle(s, "hop unsure", x, l->y, r * 1.5);
        m2_svg_text(s, x, l->y + 4.5, M2_SVG_MIDDLE, NULL, l->radius < RADIUS ? "" : "?");
    } else {
        circle(s, "hop", x, l->y, r);
    }
    m2_buf_adds(s->out, "</g>\n");
}

static void draw_lane(struct lanes *l, const struct m2_doc_series *series)
{
    struct m2_svg *s = l->svg;
    double x = l->from;
    bool open = true;
    if (s->narrow) {
        m2_svg_text(s, 0, l->y + 4, M2_SVG_START, NULL, m2_svg_fit(s, series->name, s->width));
        l->y += M2_SVG_LINE;
    }
    for (size_t i = 0; i <= series->points.len; i++) {
        double next = i < series->points.len ? hop_x(l, i) : l->to;
        m2_svg_line(s, open ? "way" : "way shut", x, l->y, next, l->y);
        open = open && i < series->points.len && !is(&series->points.at[i], M2_PATH_STOPPED);
        x = next;
    }
    for (size_t i = 0; i < series->points.len; i++)
        mark(l, &series->points.at[i], series->name, hop_x(l, i));
    if (!s->narrow)
        m2_svg_text(s, l->to + 10, l->y + 4.5, M2_SVG_START, NULL,
                    m2_svg_fit(s, series->name, s->width - l->to - 10));
    l->y += LANE;
}

/* The hops' names stand once, above their columns; every other one a line higher where they are close. */
static void head(struct lanes *l, const struct m2_doc_series *series)
{
    struct m2_svg *s = l->svg;
    double ends[2] = { -INFINITY, -INFINITY };
    for (size_t i = 0; i < series->points.len; i++) {
        const char *name = m2_str_or(series->points.at[i].label, "");
        bool high = i % 2 == 0;
        const char *text = m2_svg_fit(s, name, l->room * 2 - 8);
        double wide = m2_svg_text_width(text);
        double middle = m2_svg_inside(s, hop_x(l, i), wide);
        if (l->radius < RADIUS || middle - wide / 2 < ends[high] + 4) /* more hops than can be named */
            continue;
        ends[high] = middle + wide / 2;
        m2_svg_text(s, middle, high ? M2_SVG_LINE - 4 : 2 * M2_SVG_LINE - 4, M2_SVG_MIDDLE, "muted", text);
    }
}

double m2_svg_path(struct m2_svg *s)
{
    const struct m2_doc_chart *c = s->chart;
    struct lanes l = { .svg = s, .from = 2, .to = s->narrow ? s->width - 2 : s->width * 0.74 };
    for (size_t i = 0; i < c->series.len; i++)
        l.hops = c->series.at[i].points.len > l.hops ? c->series.at[i].points.len : l.hops;
    l.room = (l.to - l.from) / ((double)l.hops + 1);
    l.radius = fmin(RADIUS, l.room * 0.4);
    head(&l, &c->series.at[0]);
    l.y = 2 * M2_SVG_LINE + 14;
    for (size_t i = 0; i < c->series.len; i++)
        draw_lane(&l, &c->series.at[i]);
    return l.y - LANE / 2.0 + 4;
}
