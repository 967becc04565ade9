#include "m2/report.h"

#include "m2/json.h"
#include "m2/mem.h"
#include "m2/str.h"
#include "report/render.h"

static const struct m2_renderer renderers[] = {
    { "text", m2_render_text },
    { "json", m2_render_json },
    { "markdown", m2_render_markdown },
    { "html", m2_render_html },
    { "junit", m2_render_junit },
    { "github", m2_render_github },
    { NULL, NULL },
};

const struct m2_renderer *m2_renderers(void)
{
    return renderers;
}

const struct m2_renderer *m2_renderer_find(const char *name)
{
    for (const struct m2_renderer *r = renderers; r->name; r++)
        if (m2_str_eq(r->name, name))
            return r;
    return NULL;
}

void m2_render_json(struct m2_buf *out, const struct m2_findings *f, const struct m2_report_style *style)
{
    (void)style; /* one document, whatever the terminal */
    struct m2_arena *a = m2_arena_new();
    m2_json_write(out, m2_findings_to_value(a, f), true);
    m2_buf_addc(out, '\n');
    m2_arena_free(a);
}
