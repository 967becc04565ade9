/* What base does with foreign text: an instant survives its own text, what a terminal gets is harmless,
 * encodings come back. */
#include <string.h>

#include "fuzz.h"
#include "m2/digest.h"
#include "m2/json.h"
#include "m2/str.h"
#include "m2/time.h"

static void check_time(const char *s)
{
    static void (*const writers[])(char *, int64_t) = { m2_time_iso, m2_time_cli };
    char text[M2_ISO_SIZE];
    int64_t ms = 0, back = 0;
    struct m2_err err = { 0 };
    if (m2_time_parse(&ms, s))
        for (size_t i = 0; i < sizeof writers / sizeof writers[0]; i++) {
            writers[i](text, ms);
            fuzz_require(m2_time_parse(&back, text) && back == ms, "%s became %s", s, text);
        }
    if (m2_duration_parse(&ms, s, "x", &err) == 0)
        fuzz_require(ms >= 0, "a duration of %lld", (long long)ms);
}

static void check_terminal(struct m2_buf *b, const char *s)
{
    uint32_t cp = 0;
    m2_buf_reset(b);
    m2_term_clean(b, s, true);
    for (size_t i = 0, step; i < b->len; i += step) {
        step = m2_utf8_next(b->data + i, b->len - i, &cp);
        fuzz_require(step && !m2_term_unsafe(cp), "U+%04X reaches the terminal", (unsigned)cp);
    }
}

static void check_encodings(struct m2_buf *b, struct m2_buf *c, const char *p, size_t n)
{
    struct m2_err err = { 0 };
    m2_buf_reset(b);
    m2_buf_reset(c);
    m2_base64_add(b, p, n);
    fuzz_require(m2_base64_decode(c, b->data, b->len, &err) == 0 && c->len == n && memcmp(c->data, p, n) == 0,
                 "base64");
    m2_buf_reset(b);
    m2_buf_reset(c);
    m2_uri_encode(b, p, n, 0);
    m2_uri_decode(c, b->data, b->len, 1);
    fuzz_require(c->len == n && memcmp(c->data, p, n) == 0, "percent encoding");
    m2_buf_reset(c);
    if (m2_base64_decode(c, p, n, &err) < 0)
        fuzz_require(c->len == 0, "a refused base64 text left bytes");
}

static void check_json_string(struct m2_arena *a, struct m2_buf *b, const char *p, size_t n)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    if (memchr(p, '\0', n))
        return;
    m2_buf_reset(b);
    m2_json_quote(b, p, n);
    fuzz_require(m2_json_parse(&v, a, (struct m2_bytes){ b->data, b->len }, "quoted", &err) == 0, "%s",
                 err.msg);
    if (m2_utf8_valid(p, n))
        fuzz_require(v->u.text.n == n && memcmp(v->u.text.p, p, n) == 0, "another string: %s", b->data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_buf b, c;
    m2_buf_init(&b, (size_t)1 << 30);
    m2_buf_init(&c, (size_t)1 << 30);
    const char *s = m2_arena_strndup(a, (const char *)data, size);
    check_time(s);
    check_terminal(&b, s);
    check_encodings(&b, &c, s, size);
    check_json_string(a, &b, s, size);
    (void)m2_str_glob(s, s + strlen(s) / 2, true);
    m2_buf_free(&b);
    m2_buf_free(&c);
    m2_arena_free(a);
    return 0;
}
