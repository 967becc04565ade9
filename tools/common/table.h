/*
 * common/table.h — columns of text on a terminal; foreign text is cleaned.
 */
#ifndef M2_TOOLS_TABLE_H
#define M2_TOOLS_TABLE_H

#include "m2/buf.h"
#include "m2/mem.h"

#define TABLE_COLUMNS 8

struct table {
    struct m2_arena *arena;
    size_t columns;
    M2_VEC(const char **) rows; /* the first is the heading */
};

/** N cells as text; NULL and "" are shown as "-". */
void table_row(struct table *t, const char *const *cells, size_t n);
/** Each line begins with INDENT; the last column is not padded. */
void table_text(struct m2_buf *out, const struct table *t, const char *indent);

#endif
