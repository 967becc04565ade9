/* report/render.h — the renderers and what they share. */
#ifndef M2_REPORT_RENDER_H
#define M2_REPORT_RENDER_H

#include "m2/report.h"

void m2_render_text(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style);
void m2_render_json(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style);

/** Columns that S takes on a terminal. */
size_t m2_columns(const char *s);
/**
 * Append S (foreign text: cleaned) broken at spaces into lines of at most WIDTH columns. The first line
 * starts at column AT, the others are indented by INDENT. A word longer than a line stays whole unless HARD.
 */
void m2_wrap(struct m2_buf *out, const char *s, size_t at, size_t indent, size_t width, bool hard);

#endif
