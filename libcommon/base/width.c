#include <string.h>

#include "m2/str.h"

/* First and last code points that take two columns, or none. Coarse, but enough for lines and tables. */
static const struct {
    uint32_t first, last;
    unsigned columns;
} widths[] = {
    { 0x0300, 0x036f, 0 },   { 0x200b, 0x200f, 0 },   { 0x20d0, 0x20ff, 0 },   { 0xfe00, 0xfe0f, 0 },
    { 0xfe20, 0xfe2f, 0 },   { 0x1100, 0x115f, 2 },   { 0x2e80, 0x303e, 2 },   { 0x3041, 0xa4cf, 2 },
    { 0xac00, 0xd7a3, 2 },   { 0xf900, 0xfaff, 2 },   { 0xfe30, 0xfe6f, 2 },   { 0xff00, 0xff60, 2 },
    { 0xffe0, 0xffe6, 2 },   { 0x1f300, 0x1f64f, 2 }, { 0x1f680, 0x1f6ff, 2 }, { 0x1f900, 0x1f9ff, 2 },
    { 0x1fa70, 0x1faff, 2 }, { 0x20000, 0x3fffd, 2 },
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
