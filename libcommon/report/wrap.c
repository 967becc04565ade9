#include <string.h>

#include "m2/str.h"
#include "report/render.h"

size_t m2_columns(const char *s)
{
    return m2_text_width(s, strlen(s));
}

static void new_line(struct m2_buf *out, size_t indent)
{
    m2_buf_addf(out, "\n%*s", (int)indent, "");
}

void m2_wrap(struct m2_buf *out, const char *s, size_t at, size_t indent, size_t width, bool hard)
{
    struct m2_buf clean;
    size_t room = width > indent + 10 ? width : indent + 10;
    m2_buf_init(&clean, (size_t)1 << 20);
    m2_term_clean(&clean, s, true);
    bool start = true;
    for (const char *p = clean.data + strspn(clean.data, " "); *p; p += strspn(p, " ")) {
        size_t n = strcspn(p, " "), columns = m2_text_width(p, n);
        if (!start && at + 1 + columns > room) {
            new_line(out, indent);
            at = indent;
        } else if (!start) {
            m2_buf_addc(out, ' ');
            at++;
        }
        while (hard && at + columns > room && at < room) {
            size_t part = m2_text_fit(p, room - at);
            m2_buf_add(out, p, part);
            new_line(out, indent);
            at = indent;
            p += part;
            n -= part;
            columns = m2_text_width(p, n);
        }
        m2_buf_add(out, p, n);
        at += columns;
        p += n;
        start = false;
    }
    m2_buf_free(&clean);
}
