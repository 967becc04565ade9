#include "cli/text.h"

#include <stdbool.h>
#include <string.h>

#include "m2/str.h"

/* First and last code points that take two columns, or none. Coarse, but enough for one status line. */
static const struct {
    uint32_t first, last;
    unsigned columns;
} widths[] = {
    { 0x0300, 0x036f, 0 }, { 0x200b, 0x200f, 0 },   { 0x20d0, 0x20ff, 0 },   { 0xfe00, 0xfe0f, 0 },
    { 0xfe20, 0xfe2f, 0 }, { 0x1100, 0x115f, 2 },   { 0x2e80, 0x303e, 2 },   { 0x3041, 0xa4cf, 2 },
    { 0xac00, 0xd7a3, 2 }, { 0xf900, 0xfaff, 2 },   { 0xfe30, 0xfe6f, 2 },   { 0xff00, 0xff60, 2 },
    { 0xffe0, 0xffe6, 2 }, { 0x1f300, 0x1f64f, 2 }, { 0x1f900, 0x1f9ff, 2 }, { 0x20000, 0x3fffd, 2 },
};

static size_t columns_of(uint32_t cp)
{
    for (size_t i = 0; cp >= 0x300 && i < sizeof widths / sizeof widths[0]; i++)
        if (cp >= widths[i].first && cp <= widths[i].last)
            return widths[i].columns;
    return 1;
}

/* Length of the character at S, with its columns; an invalid byte counts as one. */
static size_t next(const char *s, size_t n, size_t *columns)
{
    uint32_t cp = 0;
    size_t step = m2_utf8_next(s, n, &cp);
    *columns = step ? columns_of(cp) : 1;
    return step ? step : 1;
}

size_t m2_text_width(const char *s, size_t n)
{
    size_t total = 0, columns;
    for (size_t i = 0; i < n; total += columns)
        i += next(s + i, n - i, &columns);
    return total;
}

size_t m2_text_fit(const char *s, size_t columns)
{
    size_t n = strlen(s), at = 0, used = 0;
    while (at < n) {
        size_t wide, step = next(s + at, n - at, &wide);
        if (used + wide > columns)
            break;
        used += wide;
        at += step;
    }
    return at;
}

void m2_text_pad(struct m2_buf *out, size_t spaces)
{
    for (; spaces; spaces--)
        m2_buf_addc(out, ' ');
}

void m2_text_wrap(struct m2_buf *out, const char *text, size_t column, size_t indent, size_t width)
{
    bool fresh = true; /* nothing on this line yet */
    while (*text) {
        size_t gap = strspn(text, " \n"), newlines = 0;
        for (size_t i = 0; i < gap; i++)
            newlines += text[i] == '\n';
        text += gap;
        if (!*text)
            break;
        size_t len = strcspn(text, " \n"), wide = m2_text_width(text, len);
        bool paragraph = newlines > 1 && !fresh;
        if (paragraph || (!fresh && column + 1 + wide > width)) {
            m2_buf_adds(out, paragraph ? "\n\n" : "\n");
            m2_text_pad(out, indent);
            column = indent;
            fresh = true;
        }
        if (!fresh) {
            m2_buf_addc(out, ' ');
            column++;
        }
        m2_buf_add(out, text, len);
        column += wide;
        text += len;
        fresh = false;
    }
    m2_buf_addc(out, '\n');
}
