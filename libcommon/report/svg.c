#include "report/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "m2/str.h"
#include "report/html.h"

/* Widths of 13 pixel DejaVu Sans, the widest of the common sans serifs, rounded up. */
static double char_width(uint32_t cp, size_t columns)
{
    static const struct {
        const char *chars;
        double width;
    } ascii[] = { { " !'(),./:;I[\\]`fijlrt|-", 5.5 }, { "%@MWmw", 13 }, { "+<>=~^#&", 11 } };
    for (size_t i = 0; cp < 0x80 && i < sizeof ascii / sizeof ascii[0]; i++)
        if (strchr(ascii[i].chars, (int)cp))
            return ascii[i].width;
    if (cp < 0x80)
        return cp >= 'A' && cp <= 'Z' ? 9.8 : 8.4;
    bool punctuation = cp >= 0x2010 && cp <= 0x2030; /* dashes and the ellipsis */
    return columns == 2 ? 14.5 : columns == 0 ? 0 : punctuation ? 13 : 10.5;
}

/* Pixels of S's longest beginning of at most MOST pixels; *END is where it ends. */
static double measure(const char *s, double most, size_t *end)
{
    size_t n = strlen(s), i = 0;
    double total = 0;
    while (i < n) {
        uint32_t cp = 0;
        size_t step = m2_utf8_next(s + i, n - i, &cp);
        double wide = step ? char_width(cp, m2_text_width(s + i, step)) : 8;
        if (total + wide > most)
            break;
        total += wide;
        i += step ? step : 1;
    }
    *end = i;
    return total;
}

double m2_svg_text_width(const char *text)
{
    size_t end;
    return measure(text, INFINITY, &end);
}

const char *m2_svg_fit(struct m2_svg *s, const char *text, double pixels)
{
    struct m2_buf b;
    size_t end;
    m2_buf_init(&b, (size_t)-1 / 2);
    m2_term_clean(&b, text, true);
    measure(b.data, pixels, &end);
    if (end < b.len) {
        measure(b.data, pixels - m2_svg_text_width("\xe2\x80\xa6"), &end);
        b.data[b.len = end] = '\0';
        m2_buf_adds(&b, "\xe2\x80\xa6");
    }
    const char *fitting = m2_arena_strdup(s->arena, b.data);
    m2_buf_free(&b);
    return fitting;
}

/* ---- elements ---- */

/* In tenths, by integers: a locale must not get at the point. */
static void number(struct m2_buf *out, double v)
{
    double most = 1e7, inside = v > most ? most : v < -most ? -most : v;
    long tenths = lround(inside * 10), whole = labs(tenths) / 10, rest = labs(tenths) % 10;
    m2_buf_addf(out, "%s%ld", tenths < 0 ? "-" : "", whole);
    if (rest)
        m2_buf_addf(out, ".%ld", rest);
}

void m2_svg_attr(struct m2_svg *s, const char *name, double v)
{
    m2_buf_addf(s->out, " %s=\"", name);
    number(s->out, v);
    m2_buf_addc(s->out, '"');
}

void m2_svg_number(struct m2_svg *s, double v)
{
    m2_buf_addc(s->out, ' ');
    number(s->out, v);
}

void m2_svg_text(struct m2_svg *s, double x, double y, enum m2_svg_anchor anchor, const char *class,
                 const char *text)
{
    static const char *const anchors[] = {
        [M2_SVG_START] = "",
        [M2_SVG_MIDDLE] = " text-anchor=\"middle\"",
        [M2_SVG_END] = " text-anchor=\"end\"",
    };
    if (m2_str_empty(text))
        return;
    m2_buf_adds(s->out, "<text");
    m2_svg_attr(s, "x", x);
    m2_svg_attr(s, "y", y);
    m2_buf_adds(s->out, anchors[anchor]);
    if (class)
        m2_buf_addf(s->out, " class=\"%s\"", class);
    m2_buf_addc(s->out, '>');
    m2_html_text(s->out, text);
    m2_buf_adds(s->out, "</text>\n");
}

void m2_svg_line(struct m2_svg *s, const char *class, double x1, double y1, double x2, double y2)
{
    m2_buf_addf(s->out, "<line class=\"%s\"", class);
    m2_svg_attr(s, "x1", x1);
    m2_svg_attr(s, "y1", y1);
    m2_svg_attr(s, "x2", x2);
    m2_svg_attr(s, "y2", y2);
    m2_buf_adds(s->out, "/>\n");
}

void m2_svg_hint(struct m2_svg *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    m2_buf_adds(s->out, "<title>");
    m2_html_text(s->out, m2_arena_vprintf(s->arena, fmt, ap));
    m2_buf_adds(s->out, "</title>");
    va_end(ap);
}

/* ---- the picture ---- */

double m2_svg_nothing(struct m2_svg *s)
{
    m2_svg_text(s, 0, M2_SVG_LINE, M2_SVG_START, "muted", "There is no data to draw.");
    return M2_SVG_LINE + 8;
}

static bool has_data(const struct m2_doc_chart *c)
{
    for (size_t i = 0; i < c->series.len; i++)
        for (size_t k = 0; k < c->series.at[i].points.len; k++)
            if (m2_doc_drawable(c->series.at[i].points.at[k].y))
                return true;
    return false;
}

static void open_picture(struct m2_svg *s, const char *id, double height)
{
    static const struct {
        const char *element, *suffix;
    } names[] = { { "title", "t" }, { "desc", "d" } };
    m2_buf_addf(s->out, "<svg class=\"%s\" viewBox=\"0 0", s->narrow ? "narrow" : "wide");
    m2_svg_number(s, s->width);
    m2_svg_number(s, height);
    m2_buf_addf(s->out, "\" role=\"img\" aria-labelledby=\"%st\" aria-describedby=\"%sd\">\n", id, id);
    for (size_t i = 0; i < 2; i++) {
        m2_buf_addf(s->out, "<%s id=\"%s%s\">", names[i].element, id, names[i].suffix);
        m2_html_text(s->out, i ? s->chart->alt : s->chart->title);
        m2_buf_addf(s->out, "</%s>\n", names[i].element);
    }
}

void m2_svg_chart(struct m2_buf *out, const struct m2_doc_chart *c, const char *id, bool narrow)
{
    static double (*const draw[])(struct m2_svg *) = {
        [M2_CHART_BARS] = m2_svg_bars,
        [M2_CHART_LINES] = m2_svg_lines,
        [M2_CHART_PATH] = m2_svg_path,
        [M2_CHART_BAND] = m2_svg_lines,
    };
    struct m2_buf inside; /* drawn first: the picture's height is known then */
    m2_buf_init(&inside, (size_t)-1 / 2);
    struct m2_svg s = { &inside, m2_arena_new(), c, narrow ? 358 : 720, narrow };
    double height = has_data(c) ? draw[c->kind](&s) : m2_svg_nothing(&s);
    s.out = out;
    open_picture(&s, id, height);
    m2_buf_add(out, inside.data, inside.len);
    m2_buf_adds(out, "</svg>\n");
    m2_buf_free(&inside);
    m2_arena_free(s.arena);
}
