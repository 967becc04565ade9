#include <assert.h>
#include <math.h>

#include "m2/str.h"
#include "report/doc.h"

struct m2_doc *m2_doc_new(struct m2_arena *a, const char *title)
{
    struct m2_doc *d = m2_arena_alloc(a, sizeof *d);
    d->arena = a;
    d->title = m2_arena_strdup(a, m2_str_or(title, ""));
    return d;
}

static void add(struct m2_doc *d, struct m2_doc_block block)
{
    struct m2_doc_block *b = m2_arena_alloc(d->arena, sizeof *b);
    *b = block;
    m2_vec_push(d->arena, &d->blocks, b);
}

/* The functions that differ only in the kind of the block they add. */
#define SENTENCE(function, block_kind)                                                                       \
    void function(struct m2_doc *d, const char *fmt, ...)                                                    \
    {                                                                                                        \
        va_list ap;                                                                                          \
        va_start(ap, fmt);                                                                                   \
        add(d, (struct m2_doc_block){ .kind = (block_kind), .text = m2_arena_vprintf(d->arena, fmt, ap) });  \
        va_end(ap);                                                                                          \
    }
SENTENCE(m2_doc_heading, M2_DOC_HEADING)
SENTENCE(m2_doc_text, M2_DOC_TEXT)
SENTENCE(m2_doc_item, M2_DOC_ITEM)
SENTENCE(m2_doc_warning, M2_DOC_WARNING)
SENTENCE(m2_doc_note, M2_DOC_NOTE)
SENTENCE(m2_doc_command, M2_DOC_COMMAND)

/* Leads stand before everything else, whenever they are given. */
void m2_doc_lead(struct m2_doc *d, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add(d, (struct m2_doc_block){ .kind = M2_DOC_LEAD, .text = m2_arena_vprintf(d->arena, fmt, ap) });
    va_end(ap);
    const struct m2_doc_block *lead = d->blocks.at[d->blocks.len - 1];
    size_t i = d->blocks.len - 1;
    for (; i && d->blocks.at[i - 1]->kind != M2_DOC_LEAD; i--)
        d->blocks.at[i] = d->blocks.at[i - 1];
    d->blocks.at[i] = lead;
}

/* ---- tables ---- */

struct m2_doc_table *m2_doc_table(struct m2_doc *d, const char *caption)
{
    struct m2_doc_table *t = m2_arena_alloc(d->arena, sizeof *t);
    t->arena = d->arena;
    t->caption = m2_arena_strdup(d->arena, caption);
    add(d, (struct m2_doc_block){ .kind = M2_DOC_TABLE, .table = t });
    return t;
}

void m2_doc_column(struct m2_doc_table *t, const char *name, const char *csv, enum m2_doc_align align)
{
    assert(!t->rows.len);
    struct m2_doc_column c = { m2_arena_strdup(t->arena, m2_str_or(name, "")), m2_arena_strdup(t->arena, csv),
                               align };
    m2_vec_push(t->arena, &t->columns, c);
}

void m2_doc_row(struct m2_doc_table *t, bool total)
{
    struct m2_doc_row r = { .total = total,
                            .cells = m2_arena_new_array(t->arena, struct m2_doc_cell, t->columns.len) };
    for (size_t i = 0; i < t->columns.len; i++)
        r.cells[i] = (struct m2_doc_cell){ "", "" };
    m2_vec_push(t->arena, &t->rows, r);
}

/* EXACT NULL: the same as TEXT. */
static void add_cell(struct m2_doc_table *t, const char *text, const char *exact)
{
    struct m2_doc_row *r = t->rows.len ? &t->rows.at[t->rows.len - 1] : NULL;
    assert(r && r->n < t->columns.len);
    if (r && r->n < t->columns.len)
        r->cells[r->n++] = (struct m2_doc_cell){ text, exact ? exact : text };
}

void m2_doc_cell(struct m2_doc_table *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add_cell(t, m2_arena_vprintf(t->arena, fmt, ap), NULL);
    va_end(ap);
}

void m2_doc_cell_exact(struct m2_doc_table *t, const char *exact, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add_cell(t, m2_arena_vprintf(t->arena, fmt, ap), m2_arena_strdup(t->arena, exact));
    va_end(ap);
}

void m2_doc_empty(struct m2_doc_table *t, const char *text)
{
    t->empty = m2_arena_strdup(t->arena, text);
}

/* ---- charts ---- */

struct m2_doc_chart *m2_doc_chart(struct m2_doc *d, enum m2_doc_chart_kind kind, const char *title,
                                  const char *alt)
{
    struct m2_doc_chart *c = m2_arena_alloc(d->arena, sizeof *c);
    c->arena = d->arena;
    c->kind = kind;
    c->title = m2_arena_strdup(d->arena, m2_str_or(title, ""));
    c->alt = m2_arena_strdup(d->arena, m2_str_or(alt, ""));
    c->x_axis = c->y_axis = "";
    add(d, (struct m2_doc_block){ .kind = M2_DOC_CHART, .chart = c });
    return c;
}

void m2_doc_axes(struct m2_doc_chart *c, const char *x, const char *y)
{
    c->x_axis = m2_arena_strdup(c->arena, m2_str_or(x, ""));
    c->y_axis = m2_arena_strdup(c->arena, m2_str_or(y, ""));
}

void m2_doc_series(struct m2_doc_chart *c, const char *name)
{
    struct m2_doc_series s = { .name = m2_arena_strdup(c->arena, m2_str_or(name, "")) };
    m2_vec_push(c->arena, &c->series, s);
}

void m2_doc_point(struct m2_doc_chart *c, const char *label, double x, double y)
{
    if (!c->series.len)
        m2_doc_series(c, NULL);
    struct m2_doc_series *s = &c->series.at[c->series.len - 1];
    struct m2_doc_point p = { m2_arena_strdup(c->arena, label), x, y };
    m2_vec_push(c->arena, &s->points, p);
}

static void add_mark(struct m2_doc_chart *c, const char *label, double at, bool vertical)
{
    struct m2_doc_mark m = { m2_arena_strdup(c->arena, m2_str_or(label, "")), at, vertical };
    m2_vec_push(c->arena, &c->marks, m);
}

void m2_doc_mark_y(struct m2_doc_chart *c, const char *label, double y)
{
    add_mark(c, label, y, false);
}

void m2_doc_mark_x(struct m2_doc_chart *c, const char *label, double x)
{
    add_mark(c, label, x, true);
}

/* ---- for the renderers ---- */

enum m2_doc_kind m2_doc_kind_at(const struct m2_doc *d, size_t i)
{
    return i < d->blocks.len ? d->blocks.at[i]->kind : M2_DOC_KIND_COUNT;
}

const struct m2_doc_table *m2_doc_first_table(const struct m2_doc *d)
{
    for (size_t i = 0; i < d->blocks.len; i++)
        if (d->blocks.at[i]->table)
            return d->blocks.at[i]->table;
    return NULL;
}

bool m2_doc_drawable(double v)
{
    return isfinite(v) && fabs(v) < 1e300;
}

static const struct m2_doc_renderer renderers[] = {
    { "text", m2_doc_render_text },
    { "markdown", m2_doc_render_markdown },
    { "html", m2_doc_render_html },
    { "csv", m2_doc_render_csv },
    { NULL, NULL },
};

const struct m2_doc_renderer *m2_doc_renderers(void)
{
    return renderers;
}

const struct m2_doc_renderer *m2_doc_renderer_find(const char *name)
{
    for (const struct m2_doc_renderer *r = renderers; r->name; r++)
        if (m2_str_eq(r->name, name))
            return r;
    return NULL;
}
