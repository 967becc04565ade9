#include "data/json_scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "data/decimal.h"
#include "m2/json.h"
#include "m2/mem.h"

struct scan {
    const char *begin, *p, *end;
    const char
        *line_start; /* moved right by the continuation bytes of the line, so that col counts characters */
    uint32_t line;
    unsigned depth;
    const char *name;
    struct m2_json_tokens *out;
    struct m2_err *err;
};

static uint32_t column(const struct scan *s, const char *at)
{
    return at < s->line_start ? 1 : (uint32_t)(at - s->line_start) + 1;
}

static int fail_at(struct scan *s, enum m2_errc code, const char *at, const char *fmt, ...) M2_PRINTF(4, 5);

static int fail_at(struct scan *s, enum m2_errc code, const char *at, const char *fmt, ...)
{
    char what[200];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return m2_fail(s->err, code, "%s:%u:%u: %s", s->name, s->line, column(s, at), what);
}

static int ends_in(struct scan *s, const char *what)
{
    return fail_at(s, M2_EINPUT, s->end, "the text ends in the middle of %s", what);
}

static int expected(struct scan *s, const char *what)
{
    unsigned char c = (unsigned char)*s->p;
    if (c > 0x20 && c < 0x7f)
        return fail_at(s, M2_EINPUT, s->p, "expected %s, found \"%c\"", what, c);
    return fail_at(s, M2_EINPUT, s->p, "expected %s, found byte 0x%02x", what, c);
}

static void skip_space(struct scan *s)
{
    for (; s->p < s->end; s->p++) {
        if (*s->p == '\n') {
            s->line++;
            s->line_start = s->p + 1;
        } else if (*s->p != ' ' && *s->p != '\t' && *s->p != '\r') {
            return;
        }
    }
}

static struct m2_json_token *add_token(struct scan *s)
{
    struct m2_json_tokens *t = s->out;
    if (t->len == t->cap) {
        t->cap = t->cap ? t->cap * 2 : 64;
        t->at = m2_xrealloc(t->at, t->cap * sizeof *t->at);
    }
    struct m2_json_token *token = &t->at[t->len++];
    *token = (struct m2_json_token){ s->line, column(s, s->p), (uint32_t)(s->p - s->begin), 0 };
    return token;
}

/* The four hex digits at P, or -1. */
static int32_t hex4(const char *p)
{
    int32_t v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int d = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (d < 0)
            return -1;
        v = v * 16 + d;
    }
    return v;
}

static int scan_unicode(struct scan *s)
{
    if (s->end - s->p < 6)
        return ends_in(s, "a string");
    int32_t c = hex4(s->p + 2);
    if (c < 0)
        return fail_at(s, M2_EINPUT, s->p, "expected four hexadecimal digits after \\u");
    if (c == 0)
        return fail_at(s, M2_EINPUT, s->p, "\\u0000 is not accepted in a string");
    if (c < 0xd800 || c > 0xdfff) {
        s->p += 6;
        return 0;
    }
    bool high = c < 0xdc00;
    if (high && (s->end - s->p < 12) &&
        memcmp(s->p + 6, "\\u", s->end - s->p < 8 ? (size_t)(s->end - s->p - 6) : 2) == 0)
        return ends_in(s, "a string");
    int32_t low = high && s->end - s->p >= 12 && s->p[6] == '\\' && s->p[7] == 'u' ? hex4(s->p + 8) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return fail_at(s, M2_EINPUT, s->p, "\\u%.4s is half of a surrogate pair", s->p + 2);
    s->p += 12;
    return 0;
}

static int scan_escape(struct scan *s)
{
    if (s->end - s->p < 2)
        return ends_in(s, "a string");
    if (s->p[1] == 'u')
        return scan_unicode(s);
    if (!s->p[1] || !strchr("\"\\/bfnrt", s->p[1]))
        return fail_at(s, M2_EINPUT, s->p,
                       "a backslash in a string needs one of \" \\ / b f n r t u behind it");
    s->p += 2;
    return 0;
}

static int scan_multibyte(struct scan *s)
{
    unsigned char c = (unsigned char)*s->p;
    size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    size_t have = 1;
    while (have < n && s->p + have < s->end && ((unsigned char)s->p[have] & 0xc0) == 0x80)
        have++;
    if (have < n && s->p + have == s->end && c >= 0xc2 && c <= 0xf4)
        return ends_in(s, "a string");
    if (have < n || !m2_utf8_valid(s->p, n))
        return fail_at(s, M2_EINPUT, s->p, "byte 0x%02x is not UTF-8", c);
    s->p += n;
    s->line_start += n - 1;
    return 0;
}

/* At the opening quote. TOKEN gets the text between the quotes. */
static int scan_string(struct scan *s)
{
    size_t at = s->out->len;
    add_token(s);
    const char *text = ++s->p;
    for (;;) {
        while (s->p < s->end && (unsigned char)*s->p >= 0x20 && (unsigned char)*s->p < 0x80 && *s->p != '"' &&
               *s->p != '\\')
            s->p++;
        if (s->p == s->end)
            return ends_in(s, "a string");
        unsigned char c = (unsigned char)*s->p;
        if (c == '"')
            break;
        if (c == '\n' || c == '\r')
            return fail_at(s, M2_EINPUT, s->p, "a string must end on its line (write a line break as \\n)");
        if (c < 0x20)
            return fail_at(s, M2_EINPUT, s->p,
                           "control character 0x%02x in a string must be written as \\u%04x", c, c);
        if ((c == '\\' ? scan_escape(s) : scan_multibyte(s)) < 0)
            return -1;
    }
    s->out->at[at].offset = (uint32_t)(text - s->begin);
    s->out->at[at].len = (uint32_t)(s->p - text);
    s->p++;
    return 0;
}

/* Could the text at P go on as part of a number or a word? */
static bool word_goes_on(const struct scan *s, const char *p)
{
    return p < s->end && *p &&
           (strchr("+-._", *p) || (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
            (*p >= 'a' && *p <= 'z'));
}

static int scan_number(struct scan *s)
{
    size_t n = m2_number_span(s->p, (size_t)(s->end - s->p));
    const char *stop = s->p + n;
    if (n && !word_goes_on(s, stop)) {
        add_token(s)->len = (uint32_t)n;
        if (n > s->out->longest_number)
            s->out->longest_number = n;
        s->p = stop;
        return 0;
    }
    while (word_goes_on(s, stop))
        stop++;
    bool cut = stop == s->end && strchr("-+.eE", stop[-1]) && s->p + n + 2 >= stop;
    if (cut)
        return ends_in(s, "a number");
    return fail_at(s, M2_EINPUT, s->p, "\"%.*s\" is not a number as JSON writes it",
                   (int)(stop - s->p > 40 ? 40 : stop - s->p), s->p);
}

static int scan_word(struct scan *s)
{
    static const char *const words[] = { "true", "false", "null" };
    const char *stop = s->p;
    while (word_goes_on(s, stop))
        stop++;
    size_t n = (size_t)(stop - s->p);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (n == strlen(words[i]) && memcmp(s->p, words[i], n) == 0) {
            add_token(s)->len = (uint32_t)n;
            s->p = stop;
            return 0;
        }
        if (n && n < strlen(words[i]) && stop == s->end && memcmp(s->p, words[i], n) == 0)
            return ends_in(s, words[i]);
    }
    if (n > 1)
        return fail_at(s, M2_EINPUT, s->p, "expected a value, found \"%.*s\" (text needs double quotes)",
                       (int)(n > 40 ? 40 : n), s->p);
    return expected(s, "a value");
}

static int scan_value(struct scan *s);

static int scan_member(struct scan *s)
{
    if (*s->p != '"')
        return expected(s, "a key in double quotes");
    if (scan_string(s) < 0)
        return -1;
    skip_space(s);
    if (s->p == s->end)
        return ends_in(s, "an object");
    if (*s->p != ':')
        return expected(s, "\":\" after the key");
    s->p++;
    skip_space(s);
    return s->p == s->end ? ends_in(s, "an object") : scan_value(s);
}

/* Behind the closing bracket of the container whose token is number AT. */
static int end_container(struct scan *s, size_t at)
{
    struct m2_json_token *token = &s->out->at[at];
    token->len = (uint32_t)(s->p - s->begin) - token->offset;
    s->depth--;
    return 0;
}

/* At the opening bracket. */
static int scan_container(struct scan *s, char close, const char *what, const char *comma_or_close)
{
    int (*scan_item)(struct scan *) = close == '}' ? scan_member : scan_value;
    if (s->depth == M2_JSON_DEPTH)
        return fail_at(s, M2_ELIMIT, s->p, "nested deeper than %d levels", M2_JSON_DEPTH);
    s->depth++;
    size_t at = s->out->len;
    add_token(s);
    s->p++;
    skip_space(s);
    if (s->p < s->end && *s->p == close) {
        s->p++;
        return end_container(s, at);
    }
    for (;;) {
        if (s->p == s->end)
            return ends_in(s, what);
        if (*s->p == close)
            return fail_at(s, M2_EINPUT, s->p, "a comma before \"%c\"", close);
        if (scan_item(s) < 0)
            return -1;
        skip_space(s);
        if (s->p == s->end)
            return ends_in(s, what);
        if (*s->p == close)
            break;
        if (*s->p != ',')
            return expected(s, comma_or_close);
        s->p++;
        skip_space(s);
    }
    s->p++;
    return end_container(s, at);
}

static int scan_value(struct scan *s)
{
    char c = *s->p;
    if (c == '{')
        return scan_container(s, '}', "an object", "\",\" or \"}\"");
    if (c == '[')
        return scan_container(s, ']', "an array", "\",\" or \"]\"");
    if (c == '"')
        return scan_string(s);
    if (c == '-' || (c >= '0' && c <= '9'))
        return scan_number(s);
    return scan_word(s);
}

int m2_json_scan(struct m2_json_tokens *out, struct m2_bytes text, const char *name, struct m2_err *err)
{
    const char *p = text.n ? text.p : "";
    struct scan s = { p, p, p + text.n, p, 1, 0, name, out, err };
    if (text.n > UINT32_MAX / 2)
        return m2_fail(err, M2_ELIMIT, "%s: larger than 2 GiB", name);
    if (text.n >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0))
        return m2_fail(err, M2_EINPUT, "%s:1:1: the text is UTF-16; it must be UTF-8", name);
    if (text.n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
        s.p += 3;
        s.line_start += 3;
    }
    skip_space(&s);
    if (s.p == s.end)
        return fail_at(&s, M2_EINPUT, s.p, "expected a value, but there is nothing");
    if (scan_value(&s) < 0)
        return -1;
    skip_space(&s);
    return s.p == s.end ? 0 : expected(&s, "the end of the text");
}
