/*
 * report/svg.h — charts as inline SVG, drawn to be read: labels are measured (generously, since the reader's
 * font is not known), cut or left out, so that none leaves the picture or lies on another. Coordinates are
 * CSS pixels.
 */
#ifndef M2_REPORT_SVG_H
#define M2_REPORT_SVG_H

#include "report/chart.h"

#define M2_SVG_LINE 17 /* height of a line of text; the font is 13 pixels */

enum m2_svg_anchor { M2_SVG_START, M2_SVG_MIDDLE, M2_SVG_END };

struct m2_svg {
    struct m2_buf *out;
    struct m2_arena *arena; /* of the drawing */
    const struct m2_doc_chart *chart;
    double width;
    bool narrow; /* for a phone */
};

/** Draw C into OUT; ID makes its elements' ids unique. */
void m2_svg_chart(struct m2_buf *out, const struct m2_doc_chart *c, const char *id, bool narrow);

/* ---- kinds of charts: draw, and return the height that was needed ---- */
double m2_svg_bars(struct m2_svg *s);
double m2_svg_lines(struct m2_svg *s); /* bands too */
double m2_svg_path(struct m2_svg *s);
/** Says that there is nothing to draw. */
double m2_svg_nothing(struct m2_svg *s);

/* ---- elements (svg.c) ---- */

/** Pixels that TEXT takes at most. */
double m2_svg_text_width(const char *text);
/** TEXT cleaned, and cut with "…" where it would take more than PIXELS. Lives in the drawing's arena. */
const char *m2_svg_fit(struct m2_svg *s, const char *text, double pixels);
void m2_svg_attr(struct m2_svg *s, const char *name, double v);
/** A number of a path, after a blank. */
void m2_svg_number(struct m2_svg *s, double v);
/** TEXT with its baseline at Y. CLASS may be NULL. */
void m2_svg_text(struct m2_svg *s, double x, double y, enum m2_svg_anchor anchor, const char *class,
                 const char *text);
void m2_svg_line(struct m2_svg *s, const char *class, double x1, double y1, double x2, double y2);
/** What a pointer resting on the element around it shows. */
void m2_svg_hint(struct m2_svg *s, const char *fmt, ...) M2_PRINTF(2, 3);

/* ---- scales (svg_scale.c) ---- */

#define M2_SVG_TICKS 24 /* at most */

struct m2_svg_scale {
    double lo, hi;   /* values, lo < hi */
    double from, to; /* their pixels */
    bool log;
};
struct m2_svg_tick {
    double value;
    const char *label;
};
struct m2_svg_ticks {
    struct m2_svg_tick at[M2_SVG_TICKS];
    size_t n;
};

/** Grow [*LO, *HI] by V; the first one (LO > HI) sets it. What cannot be drawn is left out. */
void m2_svg_include(double *lo, double *hi, double v);
/** The middle of a text of WIDE pixels that would stand at X, moved into the picture. */
double m2_svg_inside(const struct m2_svg *s, double x, double wide);
double m2_svg_at(const struct m2_svg_scale *scale, double v);
/** Ticks at round numbers, about MOST of them, fewer when labels beneath an x axis would touch. */
void m2_svg_ticks(struct m2_svg *s, struct m2_svg_ticks *out, const struct m2_svg_scale *scale, size_t most);
/** Widen SCALE to round numbers, so that there is a tick at both ends. */
void m2_svg_round(struct m2_svg_scale *scale, size_t most);

/* ---- marks at an x of the picture (svg_marks.c) ---- */

/** Height above the plot that the labels of m2_svg_marks take. */
double m2_svg_marks_height(struct m2_svg *s, const struct m2_svg_scale *x, bool vertical);
/** The marks of a plot that are VERTICAL, or those of bars that are not: lines from TOP to BOTTOM, labels
 * above TOP. */
void m2_svg_marks(struct m2_svg *s, const struct m2_svg_scale *x, bool vertical, double top, double bottom);

/* ---- what stands around the lines of a plot (svg_plot.c) ---- */

struct m2_svg_plot {
    struct m2_svg_scale x, y;
    double top, bottom; /* pixels */
    size_t names;       /* x are the labels of so many points; 0: numbers */
};
/** Where point I of SERIES stands on the x axis: a band's points by their order. */
double m2_svg_x_of(const struct m2_doc_chart *c, const struct m2_doc_series *series, size_t i);
/** Legend, axes and grid; P's scales have their values, and get their pixels. Returns the picture's height.
 */
double m2_svg_plot_open(struct m2_svg *s, struct m2_svg_plot *p);
/** Marks, over the lines. */
void m2_svg_plot_close(struct m2_svg *s, const struct m2_svg_plot *p);

#endif
