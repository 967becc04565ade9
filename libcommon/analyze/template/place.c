/* Where something is written in a template, and findings that say so. */
#include <ctype.h>
#include <string.h>

#include "analyze/template/template.h"
#include "m2/str.h"

#define LINES_BACK 40 /* so far above a value its key is looked for: comments may stand between */

struct m2_place m2_tpl_place(const struct m2_value *v)
{
    return v ? (struct m2_place){ v->line, v->col } : (struct m2_place){ 0, 0 };
}

static bool ends_key(const char *p, const char *end)
{
    if (p < end && (*p == '"' || *p == '\''))
        p++;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p < end && *p == ':';
}

static bool word_before(const char *line, const char *p)
{
    return p > line &&
           (isalnum((unsigned char)p[-1]) || (unsigned char)p[-1] >= 0x80 || strchr("_.:-/", p[-1]));
}

/* The last KEY of the line [P, END), or NULL. */
static const char *key_in_line(const char *p, const char *end, const char *key, size_t n)
{
    const char *found = NULL, *from = p;
    while ((size_t)(end - from) >= n && (from = memmem(from, (size_t)(end - from), key, n))) {
        if (!word_before(p, from) && ends_key(from + n, end))
            found = from;
        from++;
    }
    return found;
}

/* The character of column COL in a line; the readers count characters, not bytes. */
static const char *at_column(const char *p, const char *end, uint32_t col)
{
    for (uint32_t c = 1; p < end && c < col; c++)
        do
            p++;
        while (p < end && ((unsigned char)*p & 0xc0) == 0x80);
    return p;
}

static uint32_t column_of(const char *line, const char *p)
{
    uint32_t col = 1;
    for (; line < p; line++)
        col += ((unsigned char)*line & 0xc0) != 0x80;
    return col;
}

struct m2_place m2_tpl_key_place(const struct m2_tpl *t, const char *key, const struct m2_value *v)
{
    size_t n = strlen(key);
    if (!v || !v->line || v->line > t->n_lines || !n)
        return m2_tpl_place(v);
    const char *text = t->text.text.p, *all_end = text + t->text.text.n;
    for (uint32_t line = v->line; line > 0 && line + LINES_BACK > v->line; line--) {
        const char *p = text + t->lines[line - 1];
        const char *end = line < t->n_lines ? text + t->lines[line] : all_end;
        if (line == v->line)
            end = at_column(p, end, v->col);
        const char *found = key_in_line(p, end, key, n);
        if (found)
            return (struct m2_place){ line, column_of(p, found) };
    }
    return m2_tpl_place(v);
}

const char *m2_tpl_at(struct m2_arena *a, const struct m2_tpl *t, struct m2_place p)
{
    return p.line ? m2_arena_printf(a, "%s:%u:%u", t->name, p.line, p.col) : t->name;
}

struct m2_finding *m2_tpl_found(struct m2_check_run *r, enum m2_status status, const struct m2_tpl *t,
                                struct m2_place p, const char *cause, const struct m2_value *value)
{
    const char *at = m2_tpl_at(r->arena, t, p);
    /* CloudFormation has taken a deployed template; what it made of it is judged by the checks of that. */
    if (t->deployed && status == M2_FAIL)
        status = M2_WARN;
    struct m2_finding *f = m2_found(r, status, at, cause);
    m2_found_evidence(r, f, t->call, at, value);
    return f;
}
