/* report/html.h — the one way of text into html and the svg inside it, and the parts of a page. */
#ifndef M2_REPORT_HTML_H
#define M2_REPORT_HTML_H

#include "report/doc.h"

/** Append S (foreign text) for an element or a quoted attribute, on one line: cleaned as for a terminal,
 * markup escaped. */
void m2_html_text(struct m2_buf *out, const char *s);
/** OPEN and CLOSE as they are, S between them as text. */
void m2_html_element(struct m2_buf *out, const char *open, const char *s, const char *close);
/** NUMBER makes its ids unique. */
void m2_html_table(struct m2_buf *out, const struct m2_doc_table *t, size_t number);

#endif
