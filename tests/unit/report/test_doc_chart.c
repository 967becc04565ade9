/* Charts over data of every kind: no label leaves the picture or lies on another, no number is none; ticks
 * and figures. */
#include <criterion/criterion.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/str.h"
#include "m2/xml.h"
#include "report/svg.h"

/* ---- data ---- */

typedef double curve(size_t i, size_t n);
static double rising(size_t i, size_t n)
{
    return (double)i * 12.5 / (double)n + 0.4;
}
static double falling(size_t i, size_t n)
{
    return 3.0 - (double)i * 17.0 / (double)n;
}
static double zero(size_t i, size_t n)
{
    (void)i;
    (void)n;
    return 0;
}
static double huge(size_t i, size_t n)
{
    return (i % 2 ? -9e299 : 9e299) / (double)n;
}
static double tiny(size_t i, size_t n)
{
    (void)n;
    return (double)(i + 1) * 1e-299;
}
static double subnormal(size_t i, size_t n)
{
    (void)n;
    return (double)(i + 1) * DBL_TRUE_MIN;
}
static double below_any_scale(size_t i, size_t n) /* decades apart, and too small to divide */
{
    (void)n;
    return pow(10, (double)i - 305);
}
static double holes(size_t i, size_t n)
{
    static const double odd[] = { 5, NAN, 7, INFINITY, 8, 9, -INFINITY, DBL_MAX };
    (void)n;
    return odd[i % 8];
}
static double nothing(size_t i, size_t n)
{
    (void)i;
    (void)n;
    return NAN;
}
static double decades(size_t i, size_t n)
{
    return pow(10, (double)i * 18 / (double)n - 9);
}
static double everything(size_t i, size_t n)
{
    return pow(10, ((double)i / (double)n - 0.5) * 590);
}
static double instants(size_t i, size_t n)
{
    (void)n;
    return 1795424400.0 + (double)i * 86400;
}
static double near_one(size_t i, size_t n)
{
    (void)n;
    return 1e9 + (double)i * 1e-6;
}
static double money(size_t i, size_t n)
{
    (void)n;
    return 1234567890123.25 * (double)(i + 1);
}

#define LONG_NAME "a-very-long-service-account-name-that-goes-on-and-on-for-the-nightly-batch@example.org"
static const char *const names[] = { "anna",
                                     LONG_NAME,
                                     "",
                                     "\xe6\x9d\x8e\xe5\xb0\x8f\xe9\xbe\x8d\xe6\x9d\x8e\xe5\xb0\x8f",
                                     "WWWWWWWWWWWWWWWWWWWWWWWW",
                                     "Dec 2026",
                                     "</text>" };
#define NAMES (sizeof names / sizeof names[0])

struct shape {
    const char *name;
    curve *x, *y;
    size_t points, series, marks;
};

static struct m2_doc_chart *build(struct m2_arena *a, enum m2_doc_chart_kind kind, const struct shape *s)
{
    struct m2_doc_chart *c = m2_doc_chart(m2_doc_new(a, ""), kind, "Title", "Alt");
    m2_doc_axes(c, LONG_NAME, s->series % 2 ? "USD" : LONG_NAME);
    for (size_t i = 0; i < s->series; i++) {
        m2_doc_series(c, names[i % NAMES]);
        for (size_t k = 0; k < s->points; k++)
            m2_doc_point(c, k % 9 == 8 ? NULL : names[k % NAMES], s->x(k, s->points),
                         s->y(k, s->points) * (double)(i + 1));
    }
    for (size_t i = 0; i < s->marks; i++) {
        size_t k = i * 7 % (s->points ? s->points : 1);
        m2_doc_mark_x(c, names[i % NAMES], s->x(k, s->points ? s->points : 1));
        m2_doc_mark_y(c, names[(i + 1) % NAMES], s->y(k, s->points ? s->points : 1) + (double)(i % 3) * 0.1);
    }
    return c;
}

/* ---- what must hold of every picture ---- */

struct box {
    double left, right, top, bottom;
    const char *text;
};

static double attr(const struct m2_xml *n, const char *name)
{
    const char *value = m2_xml_attr_value(n, name);
    char *end = NULL;
    double v = value ? strtod(value, &end) : NAN;
    cr_assert(value && end && !*end && isfinite(v), "%s of %s is %s", name, n->name,
              value ? value : "missing");
    return v;
}

static size_t boxes(const struct m2_xml *n, struct box *out, size_t len, size_t most)
{
    if (m2_str_eq(n->name, "text")) {
        const char *anchor = m2_str_or(m2_xml_attr_value(n, "text-anchor"), "start");
        double x = attr(n, "x"), y = attr(n, "y"), wide = m2_svg_text_width(n->text);
        double left = m2_str_eq(anchor, "end") ? x - wide : m2_str_eq(anchor, "middle") ? x - wide / 2 : x;
        cr_assert(len < most);
        out[len++] = (struct box){ left, left + wide, y - 11, y + 3, n->text };
    }
    for (const struct m2_xml *c = n->first; c; c = c->next)
        len = boxes(c, out, len, most);
    return len;
}

static void check_shapes(const struct m2_xml *n, double width, double height, const char *about)
{
    static const struct {
        const char *element, *attrs[5];
    } rows[] = {
        { "rect", { "x", "y", "width", "height" } },
        { "line", { "x1", "y1", "x2", "y2" } },
        { "circle", { "cx", "cy", "r" } },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t k = 0; m2_str_eq(n->name, rows[i].element) && rows[i].attrs[k]; k++) {
            double v = attr(n, rows[i].attrs[k]);
            cr_assert(v >= -0.05 && v <= fmax(width, height), "%s: %s %s is %f", about, n->name,
                      rows[i].attrs[k], v);
        }
    if (m2_str_eq(n->name, "path")) {
        const char *d = m2_xml_attr_value(n, "d");
        cr_assert(strspn(d, "MLZ 0123456789.-") == strlen(d), "%s: %s", about, d);
    }
    for (const struct m2_xml *c = n->first; c; c = c->next)
        check_shapes(c, width, height, about);
}

static void check(const struct m2_doc_chart *c, bool narrow, const char *about)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_buf b;
    struct m2_xml *svg = NULL;
    struct m2_err err = { 0 };
    m2_buf_init(&b, (size_t)1 << 26);
    m2_svg_chart(&b, c, "c1", narrow);
    cr_assert(m2_xml_parse(&svg, a, m2_bytes_of(b.data), &err) == 0, "%s: %s\n%s", about, err.msg, b.data);
    double width = narrow ? 358 : 720, height = 0;
    cr_assert_eq(sscanf(m2_xml_attr_value(svg, "viewBox"), "0 0 %*f %lf", &height), 1);
    static struct box all[40000];
    size_t n = boxes(svg, all, 0, 40000);
    cr_assert(n > 0 && height > 10, "%s", about);
    for (size_t i = 0; i < n; i++) {
        cr_assert(all[i].left >= -0.1 && all[i].right <= width + 0.1 && all[i].top >= -0.1 &&
                      all[i].bottom <= height + 0.1,
                  "%s: outside: %s (%.1f–%.1f, %.1f–%.1f of %.1f)", about, all[i].text, all[i].left,
                  all[i].right, all[i].top, all[i].bottom, height);
        for (size_t k = 0; k < i; k++) {
            bool apart = all[i].left >= all[k].right - 0.2 || all[k].left >= all[i].right - 0.2 ||
                         all[i].top >= all[k].bottom - 0.2 || all[k].top >= all[i].bottom - 0.2;
            cr_assert(apart, "%s: \"%s\" (%.1f–%.1f, %.1f–%.1f) lies on \"%s\" (%.1f–%.1f, %.1f–%.1f)", about,
                      all[i].text, all[i].left, all[i].right, all[i].top, all[i].bottom, all[k].text,
                      all[k].left, all[k].right, all[k].top, all[k].bottom);
        }
    }
    check_shapes(svg, width, height, about);
    cr_assert(!strstr(b.data, "nan") && !strstr(b.data, "inf"), "%s:\n%s", about, b.data);
    m2_buf_free(&b);
    m2_arena_free(a);
}

static const struct shape shapes[] = {
    { "no series", rising, rising, 0, 0, 0 },
    { "no points", rising, rising, 0, 3, 2 },
    { "one point", rising, rising, 1, 1, 0 },
    { "one point of a band", rising, rising, 1, 3, 1 },
    { "two points at one x", zero, rising, 2, 2, 0 },
    { "the usual", rising, rising, 12, 3, 2 },
    { "from above zero to below", rising, falling, 9, 3, 3 },
    { "all zero", rising, zero, 5, 3, 1 },
    { "huge", rising, huge, 6, 3, 2 },
    { "tiny", tiny, tiny, 6, 3, 2 },
    { "subnormal", subnormal, subnormal, 6, 3, 2 },
    { "decades below any scale", below_any_scale, rising, 8, 2, 1 },
    { "holes", rising, holes, 24, 3, 3 },
    { "holes in x", holes, rising, 24, 3, 2 },
    { "nothing but holes", rising, nothing, 4, 3, 1 },
    { "no x", nothing, rising, 4, 3, 1 },
    { "decades", decades, rising, 40, 4, 3 },
    { "hundreds of decades", everything, rising, 60, 3, 2 },
    { "hundreds of decades of y", rising, everything, 60, 3, 2 },
    { "instants", instants, rising, 200, 2, 2 },
    { "x that hardly differ", near_one, rising, 10, 2, 1 },
    { "trillions", money, money, 12, 3, 2 },
    { "many series", rising, rising, 3, 40, 0 },
    { "many marks", rising, falling, 50, 1, 30 },
    { "many points", rising, rising, 400, 3, 1 },
};

Test(chart, no_label_leaves_the_picture_or_lies_on_another)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int kind = M2_CHART_BARS; kind <= M2_CHART_BAND; kind++)
            for (int narrow = 0; narrow < 2; narrow++) {
                struct m2_arena *a = m2_arena_new();
                char about[100];
                (void)snprintf(about, sizeof about, "%s, kind %d, %s", shapes[i].name, kind,
                               narrow ? "narrow" : "wide");
                check(build(a, (enum m2_doc_chart_kind)kind, &shapes[i]), narrow, about);
                m2_arena_free(a);
            }
}

Test(chart, without_data_it_says_so)
{
    static const struct {
        enum m2_doc_chart_kind kind;
        double x, y;
        bool empty;
    } rows[] = {
        { M2_CHART_BARS, NAN, 1, false },      { M2_CHART_BARS, 1, NAN, true },
        { M2_CHART_LINES, 1, 1, false },       { M2_CHART_LINES, NAN, 1, true },
        { M2_CHART_LINES, 1, INFINITY, true }, { M2_CHART_BAND, NAN, 1, false },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_doc_chart *c = m2_doc_chart(m2_doc_new(a, ""), rows[i].kind, "", "");
        struct m2_buf b;
        m2_buf_init(&b, (size_t)1 << 20);
        m2_doc_point(c, "one", rows[i].x, rows[i].y);
        m2_svg_chart(&b, c, "c", false);
        cr_expect_eq(strstr(b.data, "There is no data to draw.") != NULL, rows[i].empty, "row %zu: %s", i,
                     b.data);
        m2_buf_free(&b);
    }
    m2_arena_free(a);
}

/* ---- figures and ticks ---- */

Test(chart, figures_are_short_and_the_same_in_every_locale)
{
    static const struct {
        double v;
        int places;
        const char *text;
    } rows[] = {
        { 0, 2, "0.00" },
        { 1, 0, "1" },
        { 9999, 0, "9999" },
        { 12345.6, 2, "12,345.60" },
        { 1234567, 0, "1,234,567" },
        { -12345, 0, "-12,345" },
        { 0.005, 2, "0.01" },
        { 0.004, 2, "<0.01" },
        { -0.004, 2, ">-0.01" },
        { 0.4, 0, "<1" },
        { 1e18, 0, "1e18" },
        { -1.25e18, 2, "-1.25e18" },
        { 9.999e20, 0, "1e21" },
        { 1.5e-20, 12, "1.5e-20" },
        { 0.1 + 0.2, 1, "0.3" },
        { DBL_TRUE_MIN, 2, "0.00" },
        { 1e-5, -3, "<1" },
        { 2.0e-13, 40, "2e-13" },
    };
    static const char *const locales[] = { "C", "de_DE.UTF-8" };
    for (size_t k = 0; k < 2; k++) {
        (void)setlocale(LC_ALL, locales[k]); /* where it is installed */
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            char text[M2_NUMBER_SIZE];
            m2_chart_number(text, rows[i].v, rows[i].places);
            cr_expect_str_eq(text, rows[i].text);
        }
    }
    (void)setlocale(LC_ALL, "C");
}

Test(chart, ticks_stand_at_round_numbers)
{
    static const struct {
        double lo, hi;
        bool log;
        size_t most;
        const char *labels;
    } rows[] = {
        { 0, 100, false, 5, "0 20 40 60 80 100" },
        { 0, 0.21, false, 5, "0 0.05 0.10 0.15 0.20" },
        { -3, 7, false, 5, "-2 0 2 4 6" },
        { 0, 30000, false, 5, "0 10,000 20,000 30,000" },
        { 1, 3600, true, 12, "1 2 5 10 20 50 100 200 500 1000 2000" },
        { 1, 1e6, true, 12, "1 10 100 1000 10,000 100,000 1,000,000" },
        { 0.001, 0.5, true, 12, "0.001 0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5" },
        { 1795424400, 1795424400 + 86400 * 30.0, false, 4, "1,796,000,000 1,797,000,000 1,798,000,000" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_svg s = { .arena = a, .width = 720 };
        struct m2_svg_scale scale = { rows[i].lo, rows[i].hi, 50, 700, rows[i].log };
        struct m2_svg_ticks ticks;
        struct m2_buf b;
        m2_buf_init(&b, 1000);
        m2_svg_ticks(&s, &ticks, &scale, rows[i].most);
        for (size_t k = 0; k < ticks.n; k++)
            m2_buf_addf(&b, "%s%s", k ? " " : "", ticks.at[k].label);
        cr_expect_str_eq(b.data, rows[i].labels);
        m2_buf_free(&b);
    }
    m2_arena_free(a);
}

Test(chart, a_wide_range_of_x_is_drawn_by_its_logarithm)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    static const struct {
        double first, last;
        bool log;
    } rows[] = { { 1, 3600, true }, { 10, 400, false }, { 0, 3600, false }, { -5, 3600, false } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_doc_chart *c = m2_doc_chart(m2_doc_new(a, ""), M2_CHART_LINES, "", "");
        m2_doc_axes(c, "Seconds", "USD");
        m2_doc_point(c, NULL, rows[i].first, 1);
        m2_doc_point(c, NULL, rows[i].last, 2);
        m2_buf_reset(&b);
        m2_svg_chart(&b, c, "c", false);
        cr_expect_eq(strstr(b.data, "Seconds, logarithmic") != NULL, rows[i].log, "%f to %f", rows[i].first,
                     rows[i].last);
    }
    m2_buf_free(&b);
    m2_arena_free(a);
}
