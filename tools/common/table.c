#include "common/table.h"

#include "m2/doc.h"
#include "m2/str.h"

void table_row(struct table *t, const char *const *cells, size_t n)
{
    const char **row = m2_arena_new_array(t->arena, const char *, TABLE_COLUMNS);
    for (size_t i = 0; i < n; i++)
        row[i] = m2_str_empty(cells[i]) ? "-" : cells[i];
    if (n > t->columns)
        t->columns = n;
    m2_vec_push(t->arena, &t->rows, row);
}

void table_text(struct m2_buf *out, const struct table *t)
{
    struct m2_doc *d = m2_doc_new(t->arena, "");
    struct m2_doc_table *shown = m2_doc_table(d, NULL);
    for (size_t c = 0; c < t->columns; c++)
        m2_doc_column(shown, t->rows.at[0][c], NULL, M2_LEFT);
    for (size_t r = 1; r < t->rows.len; r++) {
        m2_doc_row(shown, false);
        for (size_t c = 0; c < t->columns; c++)
            m2_doc_cell(shown, "%s", m2_str_or(t->rows.at[r][c], ""));
    }
    m2_doc_renderer_find("text")->render(out, d, &(struct m2_report_style){ .width = t->width });
}
