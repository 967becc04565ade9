/*
 * cli/text.h — wrapping.
 */
#ifndef M2_CLI_TEXT_H
#define M2_CLI_TEXT_H

#include <stddef.h>

#include "m2/buf.h"

/** Append the words of TEXT. The cursor stands at COLUMN; new lines begin with INDENT spaces; no line passes
 * WIDTH unless a single word does. A blank line in TEXT separates paragraphs. Ends with a newline. */
void m2_text_wrap(struct m2_buf *out, const char *text, size_t column, size_t indent, size_t width);
void m2_text_pad(struct m2_buf *out, size_t spaces);

#endif
