/* Findings as one html file: the document of the other reports, with the ways of the network drawn. */
#include "m2/doc.h"
#include "report/render.h"

void m2_render_html(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_doc *d = m2_report_doc(a, f);
    m2_report_paths(d, a, f);
    if (!style->quiet)
        m2_report_doc_rest(d, f);
    m2_doc_renderer_find("html")->render(out, d, style);
    m2_arena_free(a);
}
