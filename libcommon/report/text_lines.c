#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/str.h"
#include "report/text.h"

struct mark {
    const char *unicode, *ascii, *word, *color;
};

static const struct mark marks[M2_STATUS_COUNT] = {
    [M2_PASS] = { "\xe2\x9c\x93", "+", "pass", "32" },   [M2_WARN] = { "\xe2\x96\xb2", "!", "warn", "33" },
    [M2_FAIL] = { "\xe2\x9c\x97", "x", "FAIL", "1;31" }, [M2_UNKNOWN] = { "?", "?", "unknown", "35" },
    [M2_SKIP] = { "\xe2\x80\x93", "-", "skip", "2" },
};

void m2_report_colored(struct m2_printer *p, const char *color, const char *s)
{
    if (p->style->color)
        m2_buf_addf(p->out, "\x1b[%sm%s\x1b[0m", color, s);
    else
        m2_buf_adds(p->out, s);
}

void m2_report_status(struct m2_printer *p, enum m2_status s, bool pad)
{
    const struct mark *m = &marks[s];
    char text[32];
    (void)snprintf(text, sizeof text, "%s %s", p->style->unicode ? m->unicode : m->ascii, m->word);
    m2_report_colored(p, m->color, text);
    if (pad)
        m2_buf_addf(p->out, "%*s", (int)(9 - m2_columns(text)), "");
}

/* Length of the first LINES lines of S. */
static size_t first_lines(const char *s, size_t lines)
{
    const char *end = s;
    for (size_t i = 0; i < lines && end; i++)
        end = strchr(i ? end + 1 : end, '\n');
    return end ? (size_t)(end - s) : strlen(s);
}

#define LONG_WORD 20 /* columns: an address or ARN, better cut inside than left out */

/* Cut B to N bytes and end it with an ellipsis that still fits, after a whole word where the line has one. */
static void cut(struct m2_printer *p, struct m2_buf *b, size_t n, size_t at)
{
    size_t start = n;
    while (start && b->data[start - 1] != '\n')
        start--;
    b->data[n] = 0;
    size_t used = (start ? 0 : at) + m2_columns(b->data + start);
    size_t end = n;
    if (used + 4 > p->width) {
        while (end > start && b->data[end - 1] != ' ')
            end--;
        bool bare = strspn(b->data + start, " ") >= end - start;
        if (n > start + 4 && (bare || n - end > LONG_WORD))
            end = n - 4;
    }
    while (end > start && (b->data[end - 1] == ' ' || ((unsigned char)b->data[end] & 0xc0) == 0x80))
        end--;
    m2_buf_add(p->out, b->data, end);
    if (b->data[end] == ' ' || !b->data[end])
        m2_buf_addc(p->out, ' ');
    m2_buf_adds(p->out, p->style->unicode ? "\xe2\x80\xa6" : "...");
}

void m2_report_wrap(struct m2_printer *p, const char *s, size_t at, size_t indent, size_t lines)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    m2_wrap(&b, s, at, indent, p->width, lines & M2_HARD);
    size_t n = first_lines(b.data, lines & ~M2_HARD);
    if (n < b.len)
        cut(p, &b, n, at);
    else
        m2_buf_add(p->out, b.data, b.len);
    m2_buf_free(&b);
}

void m2_report_field(struct m2_printer *p, size_t indent, const char *label, const char *s, size_t lines)
{
    if (m2_str_empty(s))
        return;
    m2_buf_addf(p->out, "%*s%s", (int)indent, "", label);
    size_t at = indent + m2_columns(label);
    while (s && *s) {
        const char *rest = NULL;
        const char *line = m2_str_cut(p->arena, s, '\n', &rest);
        m2_report_wrap(p, line, at, indent + (m2_str_starts(line, "- ") ? 2 : 0), lines);
        m2_buf_addc(p->out, '\n');
        if (rest && *rest)
            m2_buf_addf(p->out, "%*s", (int)indent, "");
        at = indent;
        s = rest;
    }
}

void m2_report_whole_line(struct m2_printer *p, size_t indent, const char *label, const char *s)
{
    m2_buf_addf(p->out, "%*s%s", (int)indent, "", label);
    m2_term_clean(p->out, s, true);
    m2_buf_addc(p->out, '\n');
}

const char *m2_report_plural(size_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

const char *m2_report_names(struct m2_printer *p, const char *const *names, size_t n, size_t max)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 20);
    size_t shown = p->style->verbose || n <= max ? n : max;
    for (size_t i = 0; i < shown; i++) {
        bool last = i + 1 == n;
        m2_buf_adds(&b, !i ? "" : last ? " and " : ", ");
        m2_buf_adds(&b, names[i]);
    }
    if (shown < n)
        m2_buf_addf(&b, " and %zu more", n - shown);
    const char *text = m2_arena_strdup(p->arena, b.data);
    m2_buf_free(&b);
    return text;
}
