/* A document as GitHub-flavoured markdown. */
#include <string.h>

#include "m2/str.h"
#include "report/doc.h"

/* A comment after '@' or '#' keeps a name from calling a person or linking an issue; nothing else does. */
#define APART "<!-- -->"

/* A digit run that would begin a numbered list: its length, or 0. */
static size_t list_number(const char *s)
{
    size_t n = strspn(s, "0123456789");
    return n && (s[n] == '.' || s[n] == ')') && (s[n + 1] == ' ' || !s[n + 1]) ? n : 0;
}

/* A heading, a list item or a rule at the line's start? */
static bool opens_block(const char *p)
{
    return *p == '#' || ((*p == '-' || *p == '+') && (p[1] == ' ' || p[1] == *p || !p[1]));
}

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c & 0x80);
}

/* Must C at P be escaped by a backslash? A dollar sign opens mathematics unless an amount follows; "://" and
 * "www." make links of their own. */
static bool is_special(const char *p, const char *start)
{
    switch (*p) {
    case '$':
        return !(p[1] >= '0' && p[1] <= '9');
    case ':':
        return p[1] == '/';
    case '.':
        return p - start >= 3 && (p[-1] | 0x20) == 'w' && (p[-2] | 0x20) == 'w' && (p[-3] | 0x20) == 'w';
    default:
        return strchr("\\`*_[]|~", *p) != NULL;
    }
}

/* The one escaping function of markdown: S on one line, nothing in it with a meaning of its own. */
static void text(struct m2_buf *out, const char *s)
{
    struct m2_buf b;
    m2_buf_init(&b, (size_t)-1 / 2);
    m2_term_clean(&b, s, true);
    while (b.len && b.data[b.len - 1] == ' ')
        b.data[--b.len] = 0;
    const char *start = b.data + strspn(b.data, " ");
    size_t number = list_number(start);
    for (const char *p = start; *p; p++) {
        bool first = p == start;
        if (*p == '<' || *p == '>' || *p == '&')
            m2_buf_adds(out, *p == '<' ? "&lt;" : *p == '>' ? "&gt;" : "&amp;");
        else if ((*p == '@' || *p == '#') && (first || !is_word(p[-1])) && is_word(p[1]))
            m2_buf_addf(out, "%s%c" APART, first ? "\\" : "", *p);
        else if (is_special(p, start) || (first && opens_block(p)) || (number && p == start + number))
            m2_buf_addf(out, "\\%c", *p);
        else
            m2_buf_addc(out, *p);
    }
    m2_buf_free(&b);
}

static void paragraph(struct m2_buf *out, const char *before, const char *s, const char *after)
{
    m2_buf_adds(out, before);
    text(out, s);
    m2_buf_adds(out, after);
}

/* A command in a fence longer than any in it. */
static void command(struct m2_buf *out, const char *s)
{
    size_t longest = 2;
    for (const char *p = s; *p; p += *p != 0) {
        size_t n = strspn(p, "`");
        longest = n > longest ? n : longest;
        p += n;
    }
    for (size_t i = 0; i <= longest; i++)
        m2_buf_addc(out, '`');
    m2_buf_adds(out, "sh\n");
    m2_term_clean(out, s, true);
    m2_buf_addc(out, '\n');
    for (size_t i = 0; i <= longest; i++)
        m2_buf_addc(out, '`');
    m2_buf_addc(out, '\n');
}

static void cell(struct m2_buf *out, const char *s, bool strong)
{
    strong = strong && s[strspn(s, " ")];
    paragraph(out, strong ? " **" : " ", s, strong ? "** |" : " |");
}

static void table(struct m2_buf *out, const struct m2_doc_table *t)
{
    if (t->caption && t->caption[strspn(t->caption, " ")])
        paragraph(out, "**", t->caption, t->columns.len ? "**\n\n" : "**\n");
    if (!t->rows.len && t->empty) {
        paragraph(out, "", t->empty, "\n");
        return;
    }
    if (!t->columns.len)
        return;
    m2_buf_addc(out, '|');
    for (size_t i = 0; i < t->columns.len; i++)
        cell(out, t->columns.at[i].name, false);
    m2_buf_adds(out, "\n|");
    for (size_t i = 0; i < t->columns.len; i++)
        m2_buf_adds(out, t->columns.at[i].align == M2_RIGHT ? " ---: |" : " --- |");
    m2_buf_addc(out, '\n');
    for (size_t r = 0; r < t->rows.len; r++) {
        m2_buf_addc(out, '|');
        for (size_t i = 0; i < t->columns.len; i++)
            cell(out, t->rows.at[r].cells[i].text, t->rows.at[r].total);
        m2_buf_addc(out, '\n');
    }
}

static void chart(struct m2_buf *out, const struct m2_doc_chart *c)
{
    if (c->title[strspn(c->title, " ")])
        paragraph(out, "**", c->title, ":** ");
    paragraph(out, "", c->alt, "\n");
}

void m2_doc_render_markdown(struct m2_buf *out, const struct m2_doc *d, const struct m2_report_style *style)
{
    static const struct {
        const char *before, *after;
    } around[M2_DOC_KIND_COUNT] = {
        [M2_DOC_LEAD] = { "**", "**\n" },
        [M2_DOC_HEADING] = { "## ", "\n" },
        [M2_DOC_TEXT] = { "", "\n" },
        [M2_DOC_ITEM] = { "- ", "\n" },
        [M2_DOC_WARNING] = { "> **Warning:** ", "\n" },
        [M2_DOC_NOTE] = { "> **Note:** ", "\n" },
    };
    (void)style;
    paragraph(out, "# ", d->title, "\n");
    for (size_t i = 0; i < d->blocks.len; i++) {
        const struct m2_doc_block *b = d->blocks.at[i];
        if (b->kind != M2_DOC_ITEM || m2_doc_kind_at(d, i - 1) != M2_DOC_ITEM)
            m2_buf_addc(out, '\n');
        if (b->table)
            table(out, b->table);
        else if (b->chart)
            chart(out, b->chart);
        else if (b->kind == M2_DOC_COMMAND)
            command(out, b->text);
        else if (b->text[strspn(b->text, " ")])
            paragraph(out, around[b->kind].before, b->text, around[b->kind].after);
    }
}
