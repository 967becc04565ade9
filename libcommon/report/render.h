/* report/render.h — the renderers and what they share. */
#ifndef M2_REPORT_RENDER_H
#define M2_REPORT_RENDER_H

#include "m2/report.h"

void m2_render_text(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style);
void m2_render_json(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style);
void m2_render_markdown(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style);
void m2_render_html(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style);
void m2_render_junit(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style);
void m2_render_github(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style);

/** Append the network's paths to D, a chart for each place that they begin at. */
struct m2_doc;
void m2_report_paths(struct m2_doc *d, struct m2_arena *a, const struct m2_findings *f);

/** "Not ready: 2 root causes explain 3 more failures." ROOTS: how many are told. */
const char *m2_report_verdict(struct m2_arena *a, const struct m2_findings *f, size_t roots);

/** The uids of what ROOT explains, directly and through others, in the order of the checks: from the stack to
 * Brain. In A. Returns how many. */
size_t m2_report_explained(const char *const **uids, struct m2_arena *a, const struct m2_findings *f,
                           const struct m2_finding *root);

/** Columns that S takes on a terminal. */
size_t m2_columns(const char *s);

#endif
