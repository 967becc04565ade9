/* A document as one html file: nothing is loaded from anywhere, no script, a style that is named by its hash
 * in the content security policy. It is XML too, so that a parser can prove that no text breaks out. */
#include <stdio.h>
#include <string.h>

#include "m2/digest.h"
#include "m2/embed.h"
#include "m2/str.h"
#include "report/doc.h"
#include "report/html.h"
#include "report/svg.h"

void m2_html_text(struct m2_buf *out, const char *s)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)-1 / 2);
    m2_term_clean(&b, s, true);
    for (const char *p = b.data; *p; p++) {
        static const struct {
            char c;
            const char *entity;
        } entities[] = {
            { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" }
        };
        const char *entity = NULL;
        for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
            entity = entities[i].c == *p ? entities[i].entity : entity;
        if (entity)
            m2_buf_adds(out, entity);
        else if (strncmp(p, "\xef\xbf\xbe", 3) == 0 || strncmp(p, "\xef\xbf\xbf", 3) == 0) {
            m2_buf_adds(out, p[2] == '\xbe' ? "\\u{fffe}" : "\\u{ffff}"); /* no characters of XML */
            p += 2;
        } else
            m2_buf_addc(out, *p);
    }
    m2_buf_free(&b);
}

void m2_html_element(struct m2_buf *out, const char *open, const char *s, const char *close)
{
    m2_buf_adds(out, open);
    m2_html_text(out, s);
    m2_buf_adds(out, close);
}

static void head(struct m2_buf *out, const char *title)
{
    const struct m2_embedded *style = &m2_embedded_style[0];
    unsigned char hash[M2_SHA256_SIZE];
    m2_sha256(hash, style->data, style->size);
    m2_buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'sha256-");
    m2_base64_add(out, hash, sizeof hash);
    m2_buf_adds(out, "'; base-uri 'none'; form-action 'none'\"/>\n"
                     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                     "<meta name=\"color-scheme\" content=\"light dark\"/>\n");
    m2_html_element(out, "<title>", title, "</title>\n<style>");
    m2_buf_add(out, style->data, style->size);
    m2_buf_adds(out, "</style>\n</head>\n<body>\n<main>\n");
}

/* ---- charts: one picture for each width, of which the style shows one ---- */

static void chart(struct m2_buf *out, const struct m2_doc_chart *c, size_t number)
{
    char id[32];
    m2_buf_adds(out, "<figure>\n");
    m2_html_element(out, "<figcaption>", c->title, "</figcaption>\n");
    m2_html_element(out, "<p>", c->alt, "</p>\n");
    (void)snprintf(id, sizeof id, "c%zu", number);
    m2_svg_chart(out, c, id, false);
    (void)snprintf(id, sizeof id, "c%zun", number);
    m2_svg_chart(out, c, id, true);
    m2_buf_adds(out, "</figure>\n");
}

/* ---- the whole ---- */

static const struct {
    const char *open, *close;
} tags[M2_DOC_KIND_COUNT] = {
    [M2_DOC_LEAD] = { "<p class=\"lead\">", "</p>\n" },
    [M2_DOC_HEADING] = { "<h2>", "</h2>\n" },
    [M2_DOC_TEXT] = { "<p>", "</p>\n" },
    [M2_DOC_ITEM] = { "<li>", "</li>\n" },
    [M2_DOC_WARNING] = { "<p class=\"warning\"><strong>Warning:</strong> ", "</p>\n" },
    [M2_DOC_NOTE] = { "<p class=\"note\"><strong>Note:</strong> ", "</p>\n" },
    [M2_DOC_COMMAND] = { "<pre><code>", "</code></pre>\n" },
};

void m2_doc_render_html(struct m2_buf *out, const struct m2_doc *d, const struct m2_report_style *style)
{
    (void)style; /* the reader's screen decides */
    head(out, d->title);
    m2_html_element(out, "<h1>", d->title, "</h1>\n");
    for (size_t i = 0; i < d->blocks.len; i++) {
        const struct m2_doc_block *b = d->blocks.at[i];
        bool item = b->kind == M2_DOC_ITEM;
        m2_buf_adds(out, item && m2_doc_kind_at(d, i - 1) != M2_DOC_ITEM ? "<ul>\n" : "");
        if (b->table)
            m2_html_table(out, b->table, i);
        else if (b->chart)
            chart(out, b->chart, i);
        else
            m2_html_element(out, tags[b->kind].open, b->text, tags[b->kind].close);
        m2_buf_adds(out, item && m2_doc_kind_at(d, i + 1) != M2_DOC_ITEM ? "</ul>\n" : "");
    }
    m2_buf_adds(out, "</main>\n</body>\n</html>\n");
}
