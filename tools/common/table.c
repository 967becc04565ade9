#include "common/table.h"

#include "m2/str.h"

void table_row(struct table *t, const char *const *cells, size_t n)
{
    const char **row = m2_arena_new_array(t->arena, const char *, TABLE_COLUMNS);
    struct m2_buf clean;
    m2_buf_init(&clean, (size_t)1 << 16);
    for (size_t i = 0; i < TABLE_COLUMNS; i++) {
        m2_buf_reset(&clean);
        if (i < n)
            m2_term_clean(&clean, m2_str_empty(cells[i]) ? "-" : cells[i], true);
        row[i] = m2_arena_strndup(t->arena, clean.data, clean.len);
    }
    m2_buf_free(&clean);
    if (n > t->columns)
        t->columns = n;
    m2_vec_push(t->arena, &t->rows, row);
}

/* Columns on a terminal: bytes that do not begin a character take no room. */
static int width_of(const char *s)
{
    int n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

void table_text(struct m2_buf *out, const struct table *t, const char *indent)
{
    int width[TABLE_COLUMNS] = { 0 };
    for (size_t r = 0; r < t->rows.len; r++)
        for (size_t c = 0; c < t->columns; c++)
            if (width_of(t->rows.at[r][c]) > width[c])
                width[c] = width_of(t->rows.at[r][c]);
    for (size_t r = 0; r < t->rows.len; r++) {
        m2_buf_adds(out, indent);
        for (size_t c = 0; c < t->columns; c++) {
            const char *cell = t->rows.at[r][c];
            m2_buf_addf(out, "%s%*s", cell, c + 1 < t->columns ? width[c] - width_of(cell) + 2 : 0, "");
        }
        m2_buf_addc(out, '\n');
    }
}
