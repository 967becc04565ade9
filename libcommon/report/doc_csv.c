/* The first table as RFC 4180 records, ended by a newline each. A cell that a spreadsheet would take for a
 * formula gets an apostrophe in front, as OWASP advises ("CSV Injection"); numbers, also negative ones, stay
 * as they are. Control characters become visible escapes, since csv is printed on terminals too; a newline in
 * a cell stays. */
#include <string.h>

#include "m2/str.h"
#include "report/doc.h"

static const char digits[] = "0123456789";

/* Is S a signed decimal and nothing else: "-0.5", "+1e-3", "-12 %"? */
static bool is_number(const char *s)
{
    s += *s == '-' || *s == '+';
    size_t before = strspn(s, digits), after = 0;
    s += before;
    if (*s == '.') {
        after = strspn(s + 1, digits);
        s += 1 + after;
    }
    if (!before && !after)
        return false;
    if (*s == 'e' || *s == 'E') {
        s += 1 + (s[1] == '-' || s[1] == '+');
        size_t n = strspn(s, digits);
        if (!n)
            return false;
        s += n;
    }
    s += *s == ' ';
    s += *s == '%';
    return !*s;
}

/* What begins a formula: the signs, their full-width forms, and (of the raw text) tab and carriage return. */
static bool is_formula(const char *s)
{
    static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0" };
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
        if (m2_str_starts(s, wide[i]))
            return true;
    return *s && strchr("=+-@\t\r\n", *s) && !is_number(s);
}

static bool needs_quotes(const char *s, bool only)
{
    size_t n = strlen(s);
    if (!n)
        return only; /* else the record would be a blank line */
    return strpbrk(s, ",\"\n") || s[0] == ' ' || s[n - 1] == ' ';
}

/* The one escaping function of csv. ONLY: the record has no other field. */
static void field(struct m2_buf *out, const char *s, bool only)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)-1 / 2);
    if (is_formula(s))
        m2_buf_addc(&b, '\'');
    m2_term_clean(&b, s, false);
    if (!needs_quotes(b.data, only)) {
        m2_buf_add(out, b.data, b.len);
    } else {
        m2_buf_addc(out, '"');
        for (const char *p = b.data; *p; p++)
            m2_buf_adds(out, *p == '"' ? "\"\"" : (char[]){ *p, 0 });
        m2_buf_addc(out, '"');
    }
    m2_buf_free(&b);
}

/* ROW NULL: the header. */
static void record(struct m2_buf *out, const struct m2_doc_table *t, const struct m2_doc_row *row, size_t n)
{
    size_t done = 0;
    for (size_t i = 0; i < t->columns.len; i++) {
        if (!t->columns.at[i].csv)
            continue;
        m2_buf_adds(out, done++ ? "," : "");
        field(out, row ? row->cells[i].exact : t->columns.at[i].csv, n == 1);
    }
    m2_buf_addc(out, '\n');
}

void m2_doc_render_csv(struct m2_buf *out, const struct m2_doc *d, const struct m2_report_style *style)
{
    (void)style;
    const struct m2_doc_table *t = m2_doc_first_table(d);
    size_t n = 0;
    for (size_t i = 0; t && i < t->columns.len; i++)
        n += t->columns.at[i].csv != NULL;
    if (!n)
        return;
    record(out, t, NULL, n);
    for (size_t i = 0; i < t->rows.len; i++)
        record(out, t, &t->rows.at[i], n);
}
