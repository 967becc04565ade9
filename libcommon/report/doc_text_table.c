/* Tables of a document in text: aligned by display width; what is too long is wrapped in its column; a table
 * that would not fit even so is laid out as one record after the other. */
#include <string.h>

#include "m2/str.h"
#include "report/doc_text.h"
#include "report/render.h"

#define INDENT 2
#define GAP 2
#define LEAST_COLUMNS 10 /* a text column is not made narrower than this, */
#define LONG_WORD 24     /* unless a word asks for more, up to this */

struct grid {
    const struct m2_doc_page *page;
    const struct m2_doc_table *table;
    struct m2_arena *arena;
    size_t n;
    const char **cells; /* cleaned; row 0 is the header */
    size_t *widths;
};

static const char *clean(struct m2_arena *a, const char *s)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)-1 / 2);
    m2_term_clean(&b, s, true);
    const char *text = m2_str_trim(a, b.data);
    m2_buf_free(&b);
    return text;
}

static size_t longest_word(const char *s)
{
    size_t longest = 0;
    for (s += strspn(s, " "); *s; s += strspn(s, " ")) {
        size_t n = strcspn(s, " "), wide = m2_text_width(s, n);
        longest = wide > longest ? wide : longest;
        s += n;
    }
    return longest;
}

/* Bytes of the next line of S in WIDTH columns: whole words, or part of one that is longer than a line. */
static size_t next_line(const char *s, size_t width)
{
    size_t fits = m2_text_fit(s, width), end = fits;
    if (!s[fits] || s[fits] == ' ')
        return fits;
    while (end && s[end] != ' ')
        end--;
    while (end && s[end - 1] == ' ')
        end--;
    if (end)
        return end;
    return fits ? fits : m2_text_fit(s, width + 1); /* a wide character in one column */
}

static const char **row_at(const struct grid *g, size_t row)
{
    return g->cells + row * g->n;
}

static size_t sum(const size_t *widths, size_t n)
{
    size_t total = INDENT;
    for (size_t i = 0; i < n; i++)
        total += widths[i] + (i ? GAP : 0);
    return total;
}

/* Column I: WIDEST, the width that holds all, and LEAST, to which it may shrink. Figures are never broken. */
static void measure(const struct grid *g, size_t i, size_t *widest, size_t *least)
{
    const char *name = row_at(g, 0)[i];
    size_t word = longest_word(name), wide = 0;
    for (size_t r = 1; r <= g->table->rows.len; r++) {
        const char *text = row_at(g, r)[i];
        size_t columns = m2_columns(text), part = longest_word(text);
        wide = columns > wide ? columns : wide;
        word = part > word && g->table->columns.at[i].align == M2_LEFT ? part : word;
    }
    size_t header = m2_columns(name);
    *widest = wide > header ? wide : header;
    if (g->table->columns.at[i].align == M2_RIGHT) {
        *least = wide > word ? wide : word;
        return;
    }
    *least = word > LONG_WORD ? LONG_WORD : word < LEAST_COLUMNS ? LEAST_COLUMNS : word;
    *least = *least < *widest ? *least : *widest;
}

/* Take columns from the widest that can give until all fit. False: they cannot. */
static bool fit(struct grid *g)
{
    size_t *least = m2_arena_new_array(g->arena, size_t, g->n);
    for (size_t i = 0; i < g->n; i++)
        measure(g, i, &g->widths[i], &least[i]);
    if (sum(least, g->n) > g->page->width)
        return false;
    while (sum(g->widths, g->n) > g->page->width) {
        size_t give = g->n;
        for (size_t i = 0; i < g->n; i++)
            if (g->widths[i] > least[i] && (give == g->n || g->widths[i] > g->widths[give]))
                give = i;
        g->widths[give]--;
    }
    return true;
}

static void rule(const struct grid *g, bool whole)
{
    m2_buf_addf(g->page->out, "%*s", INDENT, "");
    for (size_t i = 0; i < g->n; i++) {
        for (size_t k = 0; k < g->widths[i]; k++)
            m2_buf_adds(g->page->out, g->page->style->unicode ? "\xe2\x94\x80" : "-");
        if (i + 1 == g->n)
            continue;
        for (size_t k = 0; k < GAP; k++)
            m2_buf_adds(g->page->out, !whole ? " " : g->page->style->unicode ? "\xe2\x94\x80" : "-");
    }
    m2_buf_addc(g->page->out, '\n');
}

/* The lines of one row; each cell goes on in its own column. */
static void grid_row(const struct grid *g, const char *const *cells, bool strong)
{
    struct m2_buf *out = g->page->out;
    const char **at = m2_arena_new_array(g->arena, const char *, g->n);
    memcpy(at, cells, g->n * sizeof *at);
    bool more = true;
    while (more) {
        size_t owed = INDENT; /* blanks that only a later cell of this line makes necessary */
        more = false;
        if (strong && g->page->style->color)
            m2_buf_adds(out, "\x1b[1m");
        for (size_t i = 0; i < g->n; i++) {
            size_t n = next_line(at[i], g->widths[i]), wide = m2_text_width(at[i], n);
            size_t free = g->widths[i] > wide ? g->widths[i] - wide : 0;
            bool right = g->table->columns.at[i].align == M2_RIGHT;
            owed += (i ? GAP : 0) + (right ? free : 0);
            if (n) {
                m2_buf_addf(out, "%*s", (int)owed, "");
                m2_buf_add(out, at[i], n);
                owed = 0;
            }
            owed += right ? 0 : free;
            at[i] += n;
            at[i] += strspn(at[i], " ");
            more = more || *at[i];
        }
        m2_buf_adds(out, strong && g->page->style->color ? "\x1b[0m\n" : "\n");
    }
}

static void as_grid(const struct grid *g)
{
    grid_row(g, row_at(g, 0), true);
    rule(g, false);
    for (size_t r = 0; r < g->table->rows.len; r++) {
        bool total = g->table->rows.at[r].total;
        if (total && r && !g->table->rows.at[r - 1].total)
            rule(g, true);
        grid_row(g, row_at(g, r + 1), total);
    }
}

/* "Name:  value"; LABEL columns are kept for names. A value without a name heads its record. */
static void field(const struct grid *g, const char *name, const char *text, size_t label)
{
    struct m2_buf *out = g->page->out;
    size_t wide = m2_columns(name), at = INDENT + (*name ? (wide > label ? wide : label) + 1 + GAP : 0);
    if (!*text)
        return;
    m2_buf_addf(out, "%*s%s%s", INDENT, "", name, *name ? ":" : "");
    m2_buf_addf(out, "%*s", *name ? (int)(at - INDENT - wide - 1) : 0, "");
    m2_wrap(out, text, at, INDENT + (*name ? label + 1 + GAP : 0), g->page->width, true);
    m2_buf_addc(out, '\n');
}

static void as_records(const struct grid *g)
{
    struct m2_buf *out = g->page->out;
    size_t label = 0;
    for (size_t i = 0; i < g->n; i++) {
        size_t wide = m2_columns(row_at(g, 0)[i]);
        label = wide > label ? wide : label;
    }
    label = label < g->page->width / 3 ? label : g->page->width / 3;
    for (size_t r = 0; r < g->table->rows.len; r++) {
        m2_buf_adds(out, r ? "\n" : "");
        if (g->table->rows.at[r].total)
            m2_buf_addf(out, "%*sTotal\n", INDENT, "");
        for (size_t i = 0; i < g->n; i++)
            field(g, row_at(g, 0)[i], row_at(g, r + 1)[i], label);
    }
}

void m2_doc_text_table(const struct m2_doc_page *p, const struct m2_doc_table *t)
{
    struct grid g = { .page = p, .table = t, .arena = m2_arena_new(), .n = t->columns.len };
    if (!m2_str_empty(t->caption)) {
        m2_wrap(p->out, t->caption, 0, 0, p->readable, false);
        m2_buf_addc(p->out, '\n');
    }
    if (!t->rows.len && t->empty) {
        m2_buf_addf(p->out, "%*s", INDENT, "");
        m2_wrap(p->out, t->empty, INDENT, INDENT, p->readable, false);
        m2_buf_addc(p->out, '\n');
    } else if (g.n) {
        g.cells = m2_arena_new_array(g.arena, const char *, (t->rows.len + 1) * g.n);
        g.widths = m2_arena_new_array(g.arena, size_t, g.n);
        for (size_t i = 0; i < g.n; i++)
            g.cells[i] = clean(g.arena, t->columns.at[i].name);
        for (size_t r = 0; r < t->rows.len; r++)
            for (size_t i = 0; i < g.n; i++)
                row_at(&g, r + 1)[i] = clean(g.arena, t->rows.at[r].cells[i].text);
        if (fit(&g))
            as_grid(&g);
        else
            as_records(&g);
    }
    m2_arena_free(g.arena);
}
