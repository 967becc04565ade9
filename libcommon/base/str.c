#include "m2/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct m2_bytes m2_bytes_of(const char *s)
{
    return (struct m2_bytes){ s, s ? strlen(s) : 0 };
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool white(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

bool m2_str_eq(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool m2_str_eq_ci(const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    while (*a && lower(*a) == lower(*b))
        a++, b++;
    return lower(*a) == lower(*b);
}

bool m2_str_starts(const char *s, const char *prefix)
{
    return s && strncmp(s, prefix, strlen(prefix)) == 0;
}

bool m2_str_ends(const char *s, const char *suffix)
{
    size_t n = s ? strlen(s) : 0, m = strlen(suffix);
    return s && n >= m && memcmp(s + n - m, suffix, m) == 0;
}

bool m2_str_has_ci(const char *hay, const char *needle)
{
    size_t n = strlen(needle);
    if (!hay)
        return false;
    for (; *hay || !n; hay++) {
        size_t i = 0;
        while (i < n && hay[i] && lower(hay[i]) == lower(needle[i]))
            i++;
        if (i == n)
            return true;
    }
    return false;
}

bool m2_str_empty(const char *s)
{
    return !s || !*s;
}

const char *m2_str_or(const char *s, const char *fallback)
{
    return m2_str_empty(s) ? fallback : s;
}

char *m2_str_lower(struct m2_arena *a, const char *s)
{
    char *copy = m2_arena_strdup(a, s);
    for (char *p = copy; p && *p; p++)
        *p = lower(*p);
    return copy;
}

char *m2_str_trim(struct m2_arena *a, const char *s)
{
    while (white(*s))
        s++;
    size_t n = strlen(s);
    while (n && white(s[n - 1]))
        n--;
    return m2_arena_strndup(a, s, n);
}

char *m2_str_cut(struct m2_arena *a, const char *s, char sep, const char **rest)
{
    const char *at = strchr(s, sep);
    *rest = at ? at + 1 : NULL;
    return m2_arena_strndup(a, s, at ? (size_t)(at - s) : strlen(s));
}

bool m2_str_glob(const char *pattern, const char *s, bool ignore_case)
{
    const char *star = NULL, *resume = NULL;
    while (*s) {
        bool same = *pattern == *s || (ignore_case && lower(*pattern) == lower(*s));
        if (*pattern == '*') {
            star = pattern++;
            resume = s;
        } else if (*pattern == '?' || (*pattern && same)) {
            pattern++;
            s++;
        } else if (star) {
            pattern = star + 1;
            s = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

int m2_parse_u64(uint64_t *out, const char *s, uint64_t min, uint64_t max, const char *what,
                 struct m2_err *err)
{
    uint64_t n = 0;
    bool good = s && *s;
    for (const char *p = s; good && *p; p++) {
        unsigned digit = (unsigned)(*p - '0');
        good = *p >= '0' && *p <= '9' && n <= (UINT64_MAX - digit) / 10;
        n = n * 10 + digit;
    }
    if (!good || n < min || n > max)
        return m2_fail(err, M2_EUSAGE, "%s: \"%s\" is not a whole number from %llu to %llu", what,
                       m2_str_or(s, ""), (unsigned long long)min, (unsigned long long)max);
    *out = n;
    return 0;
}

size_t m2_utf8_next(const char *s, size_t n, uint32_t *cp)
{
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *p = (const unsigned char *)s;
    if (!n)
        return 0;
    if (p[0] < 0x80) {
        *cp = p[0];
        return 1;
    }
    size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || len > n)
        return 0;
    uint32_t c = p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return 0;
    *cp = c;
    return len;
}

bool m2_utf8_valid(const char *p, size_t n)
{
    uint32_t cp;
    for (size_t i = 0, step; i < n; i += step) {
        step = m2_utf8_next(p + i, n - i, &cp);
        if (!step)
            return false;
    }
    return true;
}

bool m2_term_unsafe(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
           c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

void m2_term_clean(struct m2_buf *out, const char *s, bool one_line)
{
    size_t n = s ? strlen(s) : 0;
    for (size_t i = 0, step; i < n; i += step) {
        uint32_t cp = 0;
        step = m2_utf8_next(s + i, n - i, &cp);
        if (!step) {
            m2_buf_addf(out, "\\x%02x", (unsigned char)s[i]);
            step = 1;
        } else if (cp == '\n' || cp == '\t') {
            m2_buf_addc(out, one_line || cp == '\t' ? ' ' : '\n');
        } else if (m2_term_unsafe(cp)) {
            m2_buf_addf(out, cp < 0x100 ? "\\x%02x" : "\\u{%x}", (unsigned)cp);
        } else {
            m2_buf_add(out, s + i, step);
        }
    }
}

static size_t least3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/*
 * Optimal string alignment distance: a swap of neighbours, the commonest slip, costs one. LIMIT or more is
 * told as LIMIT: two rows in which nothing is nearer decide that, since a row is made of the two before it.
 */
static size_t edit_distance(const char *a, const char *b, size_t limit)
{
    enum { MOST = 64 };
    size_t n = strlen(a), m = strlen(b);
    if (n > MOST || m > MOST || n >= m + limit || m >= n + limit)
        return limit;
    size_t rows[3][MOST + 1], far = 0;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        size_t nearest = now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least3(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
            nearest = now[j] < nearest ? now[j] : nearest;
        }
        far = nearest >= limit ? far + 1 : 0;
        if (far == 2)
            return limit;
    }
    return rows[n % 3][m] < limit ? rows[n % 3][m] : limit;
}

const char *m2_str_nearest(const char *s, const char *const *names)
{
    const char *best = NULL;
    size_t best_distance = strlen(s) / 3 + 2;
    for (; *names; names++) {
        size_t d = edit_distance(s, *names, best_distance);
        if (m2_str_starts(*names, s) && d > 2)
            d = 2; /* the beginning of a name is a good guess */
        if (d < best_distance) {
            best_distance = d;
            best = *names;
        }
    }
    return best;
}

void m2_shell_quote(struct m2_buf *out, const char *s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
    if (*s && s[strspn(s, plain)] == '\0') {
        m2_buf_adds(out, s);
        return;
    }
    m2_buf_addc(out, '\'');
    for (; *s; s++) {
        if (*s == '\'')
            m2_buf_adds(out, "'\\''");
        else
            m2_buf_addc(out, *s);
    }
    m2_buf_addc(out, '\'');
}
