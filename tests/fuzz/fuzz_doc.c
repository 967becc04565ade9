/* A document built from bytes, in every format: html is well-formed and the same whatever stands in the
 * texts, csv reads back to as many cells, nothing unsafe reaches a terminal, markdown holds no tag but our
 * own. */
#include <string.h>

#include "fuzz.h"
#include "m2/csv.h"
#include "m2/doc.h"
#include "m2/str.h"
#include "m2/xml.h"

struct input {
    const uint8_t *p;
    size_t n;
    struct m2_arena *arena;
};

static unsigned byte(struct input *in)
{
    if (!in->n)
        return 0;
    in->n--;
    return *in->p++;
}

static const char *text(struct input *in)
{
    size_t most = byte(in) % 24, n = most < in->n ? most : in->n;
    const char *s = m2_arena_strndup(in->arena, (const char *)in->p, n);
    in->p += n;
    in->n -= n;
    return s;
}

static double number(struct input *in)
{
    double v = 0;
    unsigned kind = byte(in);
    if (kind & 1 && in->n >= sizeof v) {
        memcpy(&v, in->p, sizeof v);
        in->p += sizeof v;
        in->n -= sizeof v;
        return v;
    }
    return (double)(kind / 2) - 20;
}

static void add_table(struct input *in, struct m2_doc *d, size_t *cells)
{
    struct m2_doc_table *t = m2_doc_table(d, byte(in) & 1 ? text(in) : NULL);
    size_t columns = byte(in) % 6, rows = byte(in) % 5, in_csv = 0;
    for (size_t i = 0; i < columns; i++) {
        unsigned flags = byte(in);
        bool csv = flags & 1;
        in_csv += csv;
        m2_doc_column(t, text(in), csv ? text(in) : NULL, flags & 2 ? M2_RIGHT : M2_LEFT);
    }
    for (size_t r = 0; r < rows; r++) {
        m2_doc_row(t, byte(in) & 1);
        for (size_t i = 0; i < columns; i++) {
            if (byte(in) & 1)
                m2_doc_cell_exact(t, text(in), "%s", text(in));
            else
                m2_doc_cell(t, "%s", text(in));
        }
    }
    if (byte(in) & 1)
        m2_doc_empty(t, text(in));
    if (*cells == (size_t)-1)
        *cells = in_csv * (rows + 1);
}

static void add_chart(struct input *in, struct m2_doc *d)
{
    struct m2_doc_chart *c = m2_doc_chart(d, (enum m2_doc_chart_kind)(byte(in) % 3), text(in), text(in));
    if (byte(in) & 1)
        m2_doc_axes(c, text(in), text(in));
    for (unsigned n = byte(in) % 40; n; n--) {
        unsigned what = byte(in) % 8;
        if (what == 0)
            m2_doc_series(c, text(in));
        else if (what == 1)
            m2_doc_mark_x(c, text(in), number(in));
        else if (what == 2)
            m2_doc_mark_y(c, text(in), number(in));
        else
            m2_doc_point(c, what & 1 ? text(in) : NULL, number(in), number(in));
    }
}

static struct m2_doc *build(struct input *in, size_t *cells)
{
    static void (*const sentences[])(struct m2_doc *, const char *, ...) = {
        m2_doc_lead, m2_doc_heading, m2_doc_text, m2_doc_item, m2_doc_warning, m2_doc_note, m2_doc_command,
    };
    struct m2_doc *d = m2_doc_new(in->arena, text(in));
    while (in->n) {
        unsigned what = byte(in) % 11;
        if (what < 7)
            sentences[what](d, "%s", text(in));
        else if (what < 9)
            add_table(in, d, cells);
        else
            add_chart(in, d);
    }
    return d;
}

/* ---- what must hold ---- */

static void check_html(const char *out, size_t cells)
{
    (void)cells;
    struct m2_arena *a = m2_arena_new();
    struct m2_xml *root = NULL;
    struct m2_err err = { 0 };
    fuzz_require(m2_xml_parse(&root, a, m2_bytes_of(strchr(out, '\n') + 1), &err) == 0, "%s\n%s", err.msg,
                 out);
    fuzz_require(!strstr(out, "<script"), "%s", out);
    m2_arena_free(a);
}

static int count(void *user, const struct m2_bytes *fields, size_t n, uint64_t line, struct m2_err *err)
{
    (void)fields;
    (void)line;
    (void)err;
    *(size_t *)user += n;
    return 0;
}

static void check_csv(const char *out, size_t cells)
{
    size_t seen = 0;
    struct m2_err err = { 0 };
    struct m2_csv *c = m2_csv_new("csv", 1000000, count, &seen);
    fuzz_require(m2_csv_push(c, out, strlen(out), &err) == 0 && m2_csv_finish(c, &err) == 0, "%s\n%s",
                 err.msg, out);
    fuzz_require(seen == (cells == (size_t)-1 ? 0 : cells), "%zu cells, not %zu:\n%s", seen, cells, out);
    m2_csv_free(c);
}

static void check_terminal(const char *out, size_t cells)
{
    (void)cells;
    uint32_t cp = 0;
    for (size_t i = 0, step, n = strlen(out); i < n; i += step) {
        step = m2_utf8_next(out + i, n - i, &cp);
        fuzz_require(step && (cp == '\n' || !m2_term_unsafe(cp)), "U+%04X at %zu", (unsigned)cp, i);
    }
}

/* Fences hold commands as they are. */
static void check_markdown(const char *out, size_t cells)
{
    check_terminal(out, cells);
    size_t fence = 0;
    for (const char *line = out; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        size_t ticks = strspn(line, "`"), n = strcspn(line, "\n");
        if (ticks >= 3 && (!fence || (ticks == fence && n == ticks)))
            fence = fence ? 0 : ticks;
        for (size_t i = 0; i < n && !fence; i++)
            fuzz_require(line[i] != '<' || strncmp(line + i, "<!-- -->", 8) == 0, "a tag: %.*s", (int)n,
                         line);
    }
    fuzz_require(!fence, "an open fence:\n%s", out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        const char *format;
        void (*check)(const char *out, size_t cells);
    } rows[] = { { "html", check_html },
                 { "csv", check_csv },
                 { "text", check_terminal },
                 { "markdown", check_markdown } };
    if (size > 8192)
        return 0; /* more of the same */
    struct input in = { data, size, m2_arena_new() };
    size_t cells = (size_t)-1;
    int width = (int)(byte(&in) % 120);
    bool unicode = byte(&in) & 1;
    struct m2_doc *d = build(&in, &cells);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct m2_buf b;
        m2_buf_init(&b, (size_t)1 << 28);
        m2_doc_renderer_find(rows[i].format)
            ->render(&b, d, &(struct m2_report_style){ .width = width, .unicode = unicode });
        rows[i].check(b.data, cells);
        m2_buf_free(&b);
    }
    m2_arena_free(in.arena);
    return 0;
}
