/*
 * common/table.h — columns of text on a terminal, folded to its width; foreign text is cleaned.
 */
#ifndef M2_TOOLS_TABLE_H
#define M2_TOOLS_TABLE_H

#include "m2/buf.h"
#include "m2/mem.h"

#define TABLE_COLUMNS 8

struct table {
    struct m2_arena *arena;
    int width; /* of the terminal; 0: 80 */
    size_t columns;
    M2_VEC(const char **) rows; /* the first is the heading */
};

/** N cells as text (borrowed); NULL and "" are shown as "-". */
void table_row(struct table *t, const char *const *cells, size_t n);
void table_text(struct m2_buf *out, const struct table *t);

#endif
