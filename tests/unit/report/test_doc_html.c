/* A document as html: well formed whatever the names are, nothing from outside, readable in both schemes; and
 * every cell is in every format. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "m2/csv.h"
#include "m2/digest.h"
#include "m2/doc.h"
#include "m2/embed.h"
#include "m2/str.h"
#include "m2/xml.h"

static const char *const hostile[] = {
    "</script><script>alert(1)</script>",
    "]]>",
    "<!--",
    "-->",
    "&amp;&lt;&#0;",
    "\"'`=onload=",
    "a\x01\x1b[31m\x7f"
    "b",
    "\xe2\x80\xae"
    "evil\xe2\x81\xa6",
    "\xff\xfe\x80",
    "\xef\xbf\xbe\xef\xbf\xbf",
    "\xed\xa0\x80",
    "two\r\nlines\ttab",
    "<?xml version='1.0'?>",
    "<!DOCTYPE html>",
    "=cmd|'/c calc'!A1",
    "a|b\\|c",
    "\xe6\x9d\x8e\xe5\xb0\x8f\xe9\xbe\x8d",
    "\xd9\x85\xd8\xad\xd9\x85\xd8\xaf",
    "",
    " ",
    "%s%n",
    "</style></title></svg>",
    "style=\"x\"",
    "\xf0\x9f\x9a\x80",
};
#define HOSTILE (sizeof hostile / sizeof hostile[0])

static char *render(struct m2_arena *a, const struct m2_doc *d, const char *format)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)1 << 26);
    m2_doc_renderer_find(format)->render(&b, d, &(struct m2_report_style){ .width = 200 });
    cr_assert(!b.over);
    char *text = m2_arena_strdup(a, b.data);
    m2_buf_free(&b);
    return text;
}

/* S in every place that takes text. */
static struct m2_doc *everywhere(struct m2_arena *a, const char *s)
{
    struct m2_doc *d = m2_doc_new(a, s);
    m2_doc_lead(d, "%s", s);
    m2_doc_heading(d, "%s", s);
    m2_doc_text(d, "%s", s);
    m2_doc_item(d, "%s", s);
    m2_doc_warning(d, "%s", s);
    m2_doc_note(d, "%s", s);
    m2_doc_command(d, "%s", s);
    for (size_t columns = 1; columns < 9; columns += 7) { /* one that fits on a phone, one that does not */
        struct m2_doc_table *t = m2_doc_table(d, s);
        for (size_t i = 0; i < columns; i++)
            m2_doc_column(t, s, s, i % 2 ? M2_RIGHT : M2_LEFT);
        for (size_t r = 0; r < 2; r++) {
            m2_doc_row(t, r);
            for (size_t i = 0; i < columns; i++)
                m2_doc_cell(t, "%s", s);
        }
    }
    m2_doc_empty(m2_doc_table(d, s), s);
    for (int kind = M2_CHART_BARS; kind <= M2_CHART_BAND; kind++) {
        struct m2_doc_chart *c = m2_doc_chart(d, (enum m2_doc_chart_kind)kind, s, s);
        m2_doc_axes(c, s, s);
        for (int i = 0; i < 3; i++) {
            m2_doc_series(c, s);
            m2_doc_point(c, s, 1, i);
            m2_doc_point(c, s, 2, i + 1);
        }
        m2_doc_mark_y(c, s, 1);
        m2_doc_mark_x(c, s, 1.5);
    }
    return d;
}

/* The page as XML (html's DOCTYPE left out, which our parser refuses). */
static struct m2_xml *parse(struct m2_arena *a, const char *html, const char *about)
{
    struct m2_xml *root = NULL;
    struct m2_err err = { 0 };
    cr_assert(m2_str_starts(html, "<!DOCTYPE html>\n"));
    int rc = m2_xml_parse(&root, a, m2_bytes_of(strchr(html, '\n') + 1), &err);
    cr_assert_eq(rc, 0, "%s: %s", about, err.msg);
    return root;
}

static size_t count(const struct m2_xml *n, const char *name)
{
    size_t total = m2_str_eq(n->name, name);
    for (const struct m2_xml *c = n->first; c; c = c->next)
        total += count(c, name);
    return total;
}

static void no_attribute_acts(const struct m2_xml *n)
{
    for (size_t i = 0; i < n->n_attrs; i++)
        cr_assert(!m2_str_starts(n->attrs[i].name, "on") && !m2_str_eq(n->attrs[i].name, "style") &&
                      !m2_str_eq(n->attrs[i].name, "src") && !m2_str_eq(n->attrs[i].name, "href"),
                  "%s of %s", n->attrs[i].name, n->name);
    for (const struct m2_xml *c = n->first; c; c = c->next)
        no_attribute_acts(c);
}

Test(doc_html, hostile_names_change_no_element)
{
    struct m2_arena *a = m2_arena_new();
    size_t elements[6] = { 0 };
    static const char *const names[] = { "script", "style", "svg", "table", "li", "pre" };
    for (size_t i = 0; i < HOSTILE; i++) {
        struct m2_xml *root = parse(a, render(a, everywhere(a, hostile[i]), "html"), hostile[i]);
        no_attribute_acts(root);
        for (size_t k = 0; k < 6; k++) {
            size_t n = count(root, names[k]);
            elements[k] = i ? elements[k] : n;
            cr_assert_eq(n, elements[k], "%zu %s with %s", n, names[k], hostile[i]);
        }
    }
    cr_assert(elements[0] == 0 && elements[1] == 1 && elements[2] == 8 && elements[3] == 2 &&
              elements[4] == 1);
    m2_arena_free(a);
}

Test(doc_html, only_a_table_that_is_too_wide_for_a_phone_becomes_records)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_doc *d = m2_doc_new(a, "Tables");
    for (size_t columns = 3; columns < 10; columns += 6) {
        struct m2_doc_table *t = m2_doc_table(d, NULL);
        for (size_t i = 0; i < columns; i++)
            m2_doc_column(t, i ? "Cost" : "Month", NULL, i ? M2_RIGHT : M2_LEFT);
        m2_doc_row(t, true);
        for (size_t i = 0; i < columns; i++)
            m2_doc_cell(t, "%s", i ? "12.50" : "2026-11");
    }
    const char *html = render(a, d, "html");
    cr_assert(strstr(html,
                     "<table class=\"whole few\">\n"
                     "<thead>\n<tr><th scope=\"col\">Month</th><th scope=\"col\" class=\"n\">Cost</th>"
                     "<th scope=\"col\" class=\"n\">Cost</th></tr>\n</thead>\n"
                     "<tbody>\n<tr class=\"total\"><th scope=\"row\" class=\"w\">2026-11</th>"
                     "<td class=\"n\">12.50</td><td class=\"n\">12.50</td></tr>\n</tbody>\n</table>\n"));
    cr_assert(strstr(html, "<table class=\"stack few\">\n"));
    cr_assert(strstr(
        html, "<th scope=\"row\" class=\"w\">2026-11</th><td class=\"n\" data-column=\"Cost\">12.50</td>"));
    m2_arena_free(a);
}

/* All ids are different; what refers to one finds it. */
static void collect(struct m2_arena *a, const struct m2_xml *n, const char *attr, struct m2_buf *out)
{
    const char *value = m2_xml_attr_value(n, attr);
    if (value)
        m2_buf_addf(out, "[%s]", value);
    for (const struct m2_xml *c = n->first; c; c = c->next)
        collect(a, c, attr, out);
}

Test(doc_html, ids_are_unique_and_every_reference_finds_one)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_buf ids, refs;
    m2_buf_init(&ids, (size_t)1 << 20);
    m2_buf_init(&refs, (size_t)1 << 20);
    struct m2_xml *root = parse(a, render(a, everywhere(a, "x"), "html"), "x");
    collect(a, root, "id", &ids);
    collect(a, root, "aria-labelledby", &refs);
    collect(a, root, "aria-describedby", &refs);
    size_t n = 0;
    for (char *at = ids.data; (at = strchr(at, '[')); at++, n++) {
        const char *id = m2_arena_strndup(a, at, (size_t)(strchr(at, ']') - at) + 1);
        cr_assert_null(strstr(at + 1, id), "twice: %s", id);
    }
    cr_assert(n >= 14, "%zu", n);
    n = 0;
    for (char *at = refs.data; (at = strchr(at, '[')); at++, n++)
        cr_assert(strstr(ids.data, m2_arena_strndup(a, at, (size_t)(strchr(at, ']') - at) + 1)), "%s", at);
    cr_assert(n >= 14, "%zu", n);
    m2_buf_free(&ids);
    m2_buf_free(&refs);
    m2_arena_free(a);
}

Test(doc_html, one_file_that_needs_nothing_and_allows_nothing)
{
    struct m2_arena *a = m2_arena_new();
    const char *html = render(a, everywhere(a, "name"), "html");
    static const char *const never[] = { "://",        "@import", "url(",  "<script",
                                         "javascript", "style=",  "<link", "<img" };
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        cr_assert_null(strstr(html, never[i]), "%s", never[i]);
    static const char *const always[] = { "<html lang=\"en\">",
                                          "<meta name=\"viewport\" content=\"width=device-width",
                                          "<title>name</title>",
                                          "<h1>name</h1>",
                                          "<caption id=",
                                          "<th scope=\"col\"",
                                          "<th scope=\"row\"",
                                          "role=\"img\"",
                                          "default-src 'none'",
                                          "@media print",
                                          "prefers-color-scheme: dark",
                                          "tabular-nums" };
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        cr_assert(strstr(html, always[i]), "%s", always[i]);
    /* The policy names the very style that is there. */
    const char *style = strstr(html, "<style>") + 7, *end = strstr(style, "</style>");
    unsigned char hash[M2_SHA256_SIZE];
    struct m2_buf b;
    m2_buf_init(&b, 1000);
    m2_sha256(hash, style, (size_t)(end - style));
    m2_buf_adds(&b, "style-src 'sha256-");
    m2_base64_add(&b, hash, sizeof hash);
    m2_buf_adds(&b, "';");
    cr_assert(strstr(html, b.data), "%s", b.data);
    m2_buf_free(&b);
    m2_arena_free(a);
}

/* ---- contrast: WCAG 2.2, 1.4.3 (text, 4.5) and 1.4.11 (graphics, 3) ---- */

static double luminance(const char *block, const char *name)
{
    char variable[32];
    unsigned rgb = 0;
    (void)snprintf(variable, sizeof variable, "--%s: #", name);
    const char *at = strstr(block, variable);
    cr_assert(at && sscanf(at + strlen(variable), "%6x", &rgb) == 1, "no --%s", name);
    double linear[3];
    for (int i = 0; i < 3; i++) {
        double c = (rgb >> (16 - 8 * i) & 0xff) / 255.0;
        linear[i] = c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

Test(doc_html, contrast_is_enough_in_both_schemes)
{
    static const struct {
        const char *front, *back;
        double least;
    } rows[] = {
        { "ink", "page", 7 },    { "muted", "page", 4.5 },      { "ink", "caution", 4.5 },
        { "ink", "quiet", 4.5 }, { "caution-edge", "page", 3 }, { "s1", "page", 3 },
        { "s2", "page", 3 },     { "s3", "page", 3 },           { "s4", "page", 3 },
        { "s5", "page", 3 },     { "s6", "page", 3 },           { "mark", "page", 3 },
    };
    const char *light = m2_embedded_style[0].data, *dark = strstr(light, "prefers-color-scheme: dark");
    cr_assert(dark);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            double one = luminance(k ? dark : light, rows[i].front),
                   other = luminance(k ? dark : light, rows[i].back);
            double ratio = (fmax(one, other) + 0.05) / (fmin(one, other) + 0.05);
            cr_expect(ratio >= rows[i].least, "%s: %s on %s is %.2f", k ? "dark" : "light", rows[i].front,
                      rows[i].back, ratio);
        }
}

/* ---- every cell is in every format ---- */

static void gather(const struct m2_xml *n, struct m2_buf *out)
{
    m2_buf_addf(out, "%s\n", n->text);
    for (const struct m2_xml *c = n->first; c; c = c->next)
        gather(c, out);
}

static int gather_record(void *user, const struct m2_bytes *fields, size_t n, uint64_t line,
                         struct m2_err *err)
{
    (void)line;
    (void)err;
    for (size_t i = 0; i < n; i++)
        m2_buf_addf(user, "%s\n", fields[i].p);
    return 0;
}

/* What a reader of FORMAT sees, with markup undone. */
static const char *read_back(struct m2_arena *a, const struct m2_doc *d, const char *format)
{
    struct m2_buf b;
    char *text = render(a, d, format);
    m2_buf_init(&b, (size_t)1 << 26);
    if (m2_str_eq(format, "html")) {
        gather(parse(a, text, format), &b);
    } else if (m2_str_eq(format, "csv")) {
        struct m2_err err = { 0 };
        struct m2_csv *c = m2_csv_new("csv", 100000, gather_record, &b);
        cr_assert(m2_csv_push(c, text, strlen(text), &err) == 0 && m2_csv_finish(c, &err) == 0, "%s",
                  err.msg);
        m2_csv_free(c);
    } else if (m2_str_eq(format, "markdown")) {
        for (const char *p = text; *p; p++) {
            static const char *const marks[][2] = {
                { "<!-- -->", "" }, { "&lt;", "<" }, { "&gt;", ">" }, { "&amp;", "&" }
            };
            size_t i = 0;
            while (i < 4 && !m2_str_starts(p, marks[i][0]))
                i++;
            if (i < 4) {
                m2_buf_adds(&b, marks[i][1]);
                p += strlen(marks[i][0]) - 1;
            } else {
                p += *p == '\\';
                m2_buf_addc(&b, *p);
            }
        }
    } else {
        m2_buf_adds(&b, text);
    }
    const char *seen = m2_arena_strdup(a, b.data);
    m2_buf_free(&b);
    return seen;
}

/* Rows of ROWS x COLUMNS cells from a small generator; the texts are words of hostile and plain letters. */
static const char *word(struct m2_arena *a, uint64_t *seed)
{
    static const char *const letters[] = { "a",
                                           "Z",
                                           "7",
                                           "-",
                                           "=",
                                           "@",
                                           "#",
                                           "|",
                                           "\\",
                                           "<",
                                           ">",
                                           "&",
                                           "\"",
                                           "'",
                                           "*",
                                           "_",
                                           "`",
                                           "$",
                                           "[",
                                           "]",
                                           "(",
                                           ")",
                                           "~",
                                           ".",
                                           ":",
                                           "/",
                                           ",",
                                           ";",
                                           "\xc3\xa9",
                                           "\xe6\x97\xa5",
                                           "\xf0\x9f\x9a\x80",
                                           "\x1b",
                                           "\xe2\x80\xae",
                                           "\xff",
                                           "!",
                                           "%" };
    struct m2_buf b;
    m2_buf_init(&b, 1000);
    for (int i = 0; i < 12; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        if ((*seed >> 40) % 4)
            m2_buf_adds(&b, letters[(*seed >> 33) % (sizeof letters / sizeof letters[0])]);
    }
    const char *text = m2_arena_strdup(a, b.data);
    m2_buf_free(&b);
    return text;
}

Test(doc_html, every_cell_is_in_every_format)
{
    uint64_t seed = 4;
    for (int round = 0; round < 60; round++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_doc *d = m2_doc_new(a, "Table");
        struct m2_doc_table *t = m2_doc_table(d, NULL);
        size_t columns = 1 + (size_t)round % 7;
        const char *cells[70];
        for (size_t i = 0; i < columns; i++)
            m2_doc_column(t, "name", "name", i % 3 == 2 ? M2_RIGHT : M2_LEFT);
        for (size_t i = 0; i < columns * 10; i++) {
            if (i % columns == 0)
                m2_doc_row(t, i == columns * 9);
            struct m2_buf clean;
            m2_buf_init(&clean, 10000);
            const char *text = word(a, &seed);
            m2_term_clean(&clean, text, true);
            cells[i] = m2_arena_strdup(a, clean.data);
            m2_buf_free(&clean);
            m2_doc_cell(t, "%s", text);
        }
        for (const struct m2_doc_renderer *r = m2_doc_renderers(); r->name; r++) {
            const char *seen = read_back(a, d, r->name);
            for (size_t i = 0; i < columns * 10; i++)
                cr_assert(strstr(seen, cells[i]), "%s: %s\n%s", r->name, cells[i], seen);
        }
        m2_arena_free(a);
    }
}
