#include <string.h>

#include "m2/json.h"

/* The characters that a JSON text may hold as they are but a terminal should not see. */
static void quote_code_point(struct m2_buf *out, uint32_t cp)
{
    if (cp > 0xffff)
        m2_buf_addf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((cp - 0x10000) >> 10)),
                    (unsigned)(0xdc00 + ((cp - 0x10000) & 0x3ff)));
    else
        m2_buf_addf(out, "\\u%04x", (unsigned)cp);
}

static void quote_ascii(struct m2_buf *out, char c)
{
    static const char special[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *at = c ? strchr(special, c) : NULL;
    if (at) {
        m2_buf_addc(out, '\\');
        m2_buf_addc(out, letters[at - special]);
    } else {
        quote_code_point(out, (unsigned char)c);
    }
}

void m2_json_quote(struct m2_buf *out, const char *s, size_t n)
{
    m2_buf_addc(out, '"');
    for (size_t i = 0; i < n;) {
        size_t run = i;
        while (run < n && (unsigned char)s[run] >= 0x20 && (unsigned char)s[run] < 0x7f && s[run] != '"' &&
               s[run] != '\\')
            run++;
        m2_buf_add(out, s + i, run - i);
        i = run;
        if (i == n)
            break;
        uint32_t cp = 0;
        size_t step = m2_utf8_next(s + i, n - i, &cp);
        if (!step) {
            m2_buf_adds(out, "\xef\xbf\xbd");
            step = 1;
        } else if (cp < 0x80) {
            quote_ascii(out, s[i]);
        } else if (m2_term_unsafe(cp)) {
            quote_code_point(out, cp);
        } else {
            m2_buf_add(out, s + i, step);
        }
        i += step;
    }
    m2_buf_addc(out, '"');
}

static void new_line(struct m2_buf *out, unsigned depth)
{
    m2_buf_addc(out, '\n');
    while (depth--)
        m2_buf_adds(out, "  ");
}

static void write_value(struct m2_buf *out, const struct m2_value *v, bool pretty, unsigned depth);

static void write_items(struct m2_buf *out, const struct m2_value *v, bool pretty, unsigned depth)
{
    bool object = v->type == M2_OBJECT;
    size_t n = m2_v_len(v);
    m2_buf_addc(out, object ? '{' : '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            m2_buf_addc(out, ',');
        if (pretty)
            new_line(out, depth + 1);
        if (object) {
            m2_json_quote(out, v->u.object.at[i].key, v->u.object.at[i].key_len);
            m2_buf_adds(out, pretty ? ": " : ":");
        }
        write_value(out, m2_v_at(v, i), pretty, depth + 1);
    }
    if (n && pretty)
        new_line(out, depth);
    m2_buf_addc(out, object ? '}' : ']');
}

static void write_value(struct m2_buf *out, const struct m2_value *v, bool pretty, unsigned depth)
{
    if (!v) {
        m2_buf_adds(out, "null");
        return;
    }
    switch (v->type) {
    case M2_NULL:
        m2_buf_adds(out, "null");
        break;
    case M2_BOOL:
        m2_buf_adds(out, v->u.boolean ? "true" : "false");
        break;
    case M2_NUMBER:
        m2_buf_add(out, v->u.text.p, v->u.text.n);
        break;
    case M2_STRING:
        m2_json_quote(out, v->u.text.p, v->u.text.n);
        break;
    case M2_ARRAY:
    case M2_OBJECT:
        write_items(out, v, pretty, depth);
        break;
    }
}

void m2_json_write(struct m2_buf *out, const struct m2_value *v, bool pretty)
{
    write_value(out, v, pretty, 0);
}

char *m2_json_text(struct m2_arena *a, const struct m2_value *v)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)-1 / 2);
    m2_json_write(&b, v, false);
    char *text = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}
