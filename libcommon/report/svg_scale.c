/* From values to pixels, and which values deserve a tick. */
#include <math.h>
#include <string.h>

#include "report/svg.h"

#define APART 10 /* pixels between two labels */

void m2_svg_include(double *lo, double *hi, double v)
{
    if (!m2_doc_drawable(v))
        return;
    bool first = *lo > *hi;
    *lo = first || v < *lo ? v : *lo;
    *hi = first || v > *hi ? v : *hi;
}

double m2_svg_at(const struct m2_svg_scale *c, double v)
{
    double part = c->log ? (log(v) - log(c->lo)) / (log(c->hi) - log(c->lo)) : (v - c->lo) / (c->hi - c->lo);
    return c->from + part * (c->to - c->from);
}

/* The exponent of the power of ten at or below V > 0, without log10's last bit. */
static int exponent(double v)
{
    int e = (int)floor(log10(v));
    return pow(10, e + 1) <= v ? e + 1 : pow(10, e) > v ? e - 1 : e;
}

/* 1, 2 or 5 times a power of ten, so that RANGE has at most MOST steps. */
static double round_step(double range, size_t most, int *places)
{
    double least = range / (double)most;
    int e = exponent(least);
    static const double factors[] = { 1, 2, 5, 10 };
    size_t i = 0;
    while (i < 3 && factors[i] * pow(10, e) < least * (1 - 1e-9))
        i++;
    e += i == 3;
    *places = e < 0 ? -e : 0;
    return i == 3 ? pow(10, e) : factors[i] * pow(10, e);
}

void m2_svg_round(struct m2_svg_scale *c, size_t most)
{
    if (!(c->hi - c->lo > 1e-290)) /* nothing to tell apart */
        c->hi = c->lo + (c->lo == 0 ? 1 : fabs(c->lo));
    for (int i = 0; i < 2; i++) { /* the wider range may ask for a larger step */
        int places;
        double step = round_step(c->hi - c->lo, most, &places);
        c->lo = floor(c->lo / step + 1e-9) * step;
        c->hi = ceil(c->hi / step - 1e-9) * step;
    }
}

static void add_tick(struct m2_svg *s, struct m2_svg_ticks *out, double value, int places)
{
    char text[M2_NUMBER_SIZE] = "0";
    if (out->n == M2_SVG_TICKS)
        return;
    if (value != 0)
        m2_chart_number(text, value, places);
    out->at[out->n++] = (struct m2_svg_tick){ value, m2_arena_strdup(s->arena, text) };
}

static void linear(struct m2_svg *s, struct m2_svg_ticks *out, const struct m2_svg_scale *c, size_t most)
{
    int places;
    double step = round_step(c->hi - c->lo, most, &places), first = ceil(c->lo / step - 1e-9);
    for (size_t i = 0; i <= most; i++) {
        double value = (first + (double)i) * step;
        if (value <= c->hi + step * 1e-9)
            add_tick(s, out, fabs(value) < step / 2 ? 0 : value, places);
    }
}

/* Powers of ten, with 2 and 5 between them when there are few decades, every second, third, … when there are
 * many. */
static void logarithmic(struct m2_svg *s, struct m2_svg_ticks *out, const struct m2_svg_scale *c, size_t most)
{
    static const double factors[] = { 1, 2, 5 };
    int first = exponent(c->lo), last = exponent(c->hi), decades = last - first + 1;
    int stride = 1 + (decades - 1) / (int)most;
    size_t n = (size_t)decades * 3 <= most ? 3 : 1;
    for (int e = first; e <= last; e += stride)
        for (size_t i = 0; i < n; i++) {
            double value = factors[i] * pow(10, e);
            if (value >= c->lo * (1 - 1e-9) && value <= c->hi * (1 + 1e-9))
                add_tick(s, out, value, e < 0 ? -e : 0);
        }
}

double m2_svg_inside(const struct m2_svg *s, double x, double wide)
{
    return fmax(wide / 2, fmin(x, s->width - wide / 2));
}

/* Do labels that stand under their ticks keep apart? */
static bool keep_apart(const struct m2_svg *s, const struct m2_svg_ticks *t, const struct m2_svg_scale *c)
{
    double end = -APART;
    for (size_t i = 0; i < t->n; i++) {
        double wide = m2_svg_text_width(t->at[i].label);
        double middle = m2_svg_inside(s, m2_svg_at(c, t->at[i].value), wide);
        if (middle - wide / 2 < end + APART)
            return false;
        end = middle + wide / 2;
    }
    return true;
}

void m2_svg_ticks(struct m2_svg *s, struct m2_svg_ticks *out, const struct m2_svg_scale *c, size_t most)
{
    bool across = c->to > c->from; /* an x axis; y grows upwards */
    for (; most; most--) {
        out->n = 0;
        (c->log ? logarithmic : linear)(s, out, c, most);
        if (!across || keep_apart(s, out, c))
            return;
    }
}
