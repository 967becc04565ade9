/*
 * A template's text without secrets, its lines where they were. The tree tells which values are secrets (by
 * the names above them); each is replaced in the text where it stands. Then every line goes through what all
 * texts go through.
 */
#include "snapshot/redact_template.h"

#include <stdlib.h>
#include <string.h>

#include "m2/template.h"

enum kind {
    HIDE,  /* the stand-in */
    LINES, /* the stand-in for each line */
    PARTS  /* what is secret in each line */
};

struct edit {
    size_t at, n;
    enum kind kind;
};

struct editing {
    struct m2_arena *a;
    const char *text, *end;
    M2_VEC(size_t) lines;
    M2_VEC(struct edit) edits;
};

static void read_lines(struct editing *e)
{
    m2_vec_push(e->a, &e->lines, (size_t)0);
    for (const char *p = e->text; (p = memchr(p, '\n', (size_t)(e->end - p)));)
        m2_vec_push(e->a, &e->lines, (size_t)(++p - e->text));
}

static const char *place_of(const struct editing *e, const struct m2_value *v)
{
    if (!v->line || v->line > e->lines.len)
        return e->end;
    const char *p = e->text + e->lines.at[v->line - 1];
    for (uint32_t col = 1; col < v->col && p < e->end; col++)
        do
            p++;
        while (p < e->end && ((unsigned char)*p & 0xc0) == 0x80);
    return p;
}

static size_t indent_of(const struct editing *e, size_t line)
{
    const char *p = e->text + e->lines.at[line], *q = p;
    while (q < e->end && *q == ' ')
        q++;
    return (size_t)(q - p);
}

static bool blank(const struct editing *e, size_t line)
{
    const char *p = e->text + e->lines.at[line] + indent_of(e, line);
    return p >= e->end || *p == '\n' || *p == '\r';
}

static void add(struct editing *e, const char *from, const char *to, enum kind kind)
{
    if (to > from) {
        const struct edit edit = { (size_t)(from - e->text), (size_t)(to - from), kind };
        m2_vec_push(e->a, &e->edits, edit);
    }
}

/* All lines behind the one of V that are indented more: a block text, or one that goes on. */
static void add_rest(struct editing *e, const struct m2_value *v, enum kind kind)
{
    size_t first = v->line, last = first;
    while (last < e->lines.len && (blank(e, last) || indent_of(e, last) > indent_of(e, v->line - 1)))
        last++;
    if (last > first)
        add(e, e->text + e->lines.at[first], last < e->lines.len ? e->text + e->lines.at[last] : e->end,
            kind);
}

static const char *line_end(const struct editing *e, const char *p)
{
    const char *end = memchr(p, '\n', (size_t)(e->end - p));
    end = end ? end : e->end;
    return end > p && end[-1] == '\r' ? end - 1 : end;
}

/* P stands behind the quote. */
static void hide_quoted(struct editing *e, const struct m2_value *v, const char *p, char quote)
{
    const char *q = p, *end = line_end(e, p);
    while (q < end && *q != quote)
        q += quote == '"' && *q == '\\' && q + 1 < end ? 2 : 1;
    add(e, p, q, HIDE);
    if (q == end)
        add_rest(e, v, LINES);
}

static void hide_plain(struct editing *e, const struct m2_value *v, const char *p)
{
    size_t n = strlen(m2_v_text(v));
    bool block = p < e->end && (*p == '|' || *p == '>');
    if (!block && (size_t)(e->end - p) >= n && memcmp(p, m2_v_text(v), n) == 0) {
        add(e, p, p + n, HIDE);
        return;
    }
    if (!block)
        add(e, p, line_end(e, p), HIDE);
    add_rest(e, v, LINES);
}

/* V, a text or number, is a secret: what stands for it goes. */
static void hide(struct editing *e, const struct m2_value *v)
{
    const char *p = place_of(e, v);
    if (p < e->end && *p == '!') /* a tag goes before it */
        p += strcspn(p, " \n");
    p += strspn(p, " ");
    if (p < e->end && (*p == '"' || *p == '\''))
        hide_quoted(e, v, p + 1, *p);
    else
        hide_plain(e, v, p);
}

/* What is secret within V goes, the rest of it stays. */
static void hide_parts(struct editing *e, const struct m2_value *v)
{
    const char *p = place_of(e, v), *end = p;
    while (end < e->end && *end != '\n')
        end++;
    add(e, p, end, PARTS);
    add_rest(e, v, PARTS);
}

/* Names of other things are no secrets, wherever they stand. */
static bool is_name(const struct m2_value *v)
{
    static const char *const names[] = { "Ref", "Fn::GetAtt", "Fn::ImportValue", "Condition" };
    for (size_t i = 0; m2_v_is(v, M2_OBJECT) && m2_v_len(v) == 1 && i < sizeof names / sizeof names[0]; i++)
        if (strcmp(v->u.object.at[0].key, names[i]) == 0)
            return true;
    return false;
}

/* WAS and IS are the same tree, before and after. */
static void compare(struct editing *e, const struct m2_value *was, const struct m2_value *is)
{
    const char *before = m2_v_text(was), *after = m2_v_text(is);
    if (is_name(was))
        return;
    if (before && after && strcmp(before, after) != 0 && strstr(after, M2_REDACTED)) {
        if (strcmp(after, M2_REDACTED) == 0)
            hide(e, was);
        else
            hide_parts(e, was);
    }
    for (size_t i = 0; !before && m2_v_len(was) == m2_v_len(is) && i < m2_v_len(was); i++)
        compare(e, m2_v_at(was, i), m2_v_at(is, i));
}

/* The names of resources, parameters and outputs are the author's and make no secret of what is beneath. */
static void sections(struct editing *e, const struct m2_value *root,
                     struct m2_value *(*clean)(void *user, const struct m2_value *v), void *user)
{
    for (size_t i = 0; i < m2_v_len(root); i++) {
        const struct m2_value *section = m2_v_at(root, i);
        for (size_t k = 0; m2_v_is(section, M2_OBJECT) && k < m2_v_len(section); k++)
            compare(e, m2_v_at(section, k), clean(user, m2_v_at(section, k)));
        if (!m2_v_is(section, M2_OBJECT))
            compare(e, section, clean(user, section));
    }
}

/* A parameter's default is a secret when its name or NoEcho says so. */
static void defaults(struct editing *e, const struct m2_value *root)
{
    const struct m2_value *parameters = m2_v_get(root, "Parameters");
    for (size_t i = 0; m2_v_is(parameters, M2_OBJECT) && i < m2_v_len(parameters); i++) {
        const struct m2_value *declared = m2_v_at(parameters, i), *value = m2_v_get(declared, "Default");
        bool secret =
            m2_v_bool_or(declared, "NoEcho", false) || m2_secret_setting(parameters->u.object.at[i].key);
        if (secret && m2_v_text(value) && *m2_v_text(value))
            hide(e, value);
    }
}

static int by_place(const void *x, const void *y)
{
    const struct edit *a = x, *b = y;
    return (a->at > b->at) - (a->at < b->at);
}

/* The stand-in, and the names that Sub puts into the text: those are no secrets, and a template without them
 * is another one. */
static void add_stand_in(struct m2_buf *out, const char *p, size_t n)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:.";
    const char *end = p + n;
    m2_buf_adds(out, M2_REDACTED);
    while ((p = memmem(p, (size_t)(end - p), "${", 2))) {
        size_t len = 2 + strspn(p + 2, name);
        if (p + len < end && p[len] == '}')
            m2_buf_add(out, p, len + 1);
        p += 2;
    }
}

static void add_block(struct m2_buf *out, const char *p, size_t n)
{
    for (const char *end = p + n; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t line = (size_t)((stop ? stop : end) - p);
        size_t indent = strspn(p, " ");
        m2_buf_add(out, p, indent < line ? indent : line);
        if (indent < line)
            add_stand_in(out, p + indent, line - indent);
        p += line;
        if (p < end) {
            m2_buf_addc(out, '\n');
            p++;
        }
    }
}

/* Every line as other texts; a private key over several lines goes with all of them. */
static const char *by_lines(struct m2_redactor *r, const char *text,
                            const char *(*redact)(struct m2_redactor *r, const char *s))
{
    struct m2_buf b;
    bool in_key = false;
    m2_buf_init(&b, 2 * M2_TEMPLATE_READ_BYTES);
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, "\n");
        const char *line = m2_arena_strndup(r->a, p, n);
        bool begins = strstr(line, "-----BEGIN ") && strstr(line, "PRIVATE KEY"),
             ends = strstr(line, "-----END ");
        if (in_key || (begins && !ends))
            m2_buf_addf(&b, "%.*s%s", (int)strspn(line, " "), line, M2_REDACTED);
        else
            m2_buf_adds(&b, redact(r, line));
        in_key = (in_key || begins) && !ends;
        p += n;
        if (*p) {
            m2_buf_addc(&b, '\n');
            p++;
        }
    }
    const char *out = m2_arena_strndup(r->a, b.data, b.len);
    m2_buf_free(&b);
    return out;
}

static void apply(struct m2_buf *out, struct editing *e, struct m2_redactor *r)
{
    size_t done = 0;
    if (e->edits.len)
        qsort(e->edits.at, e->edits.len, sizeof e->edits.at[0], by_place);
    for (size_t i = 0; i < e->edits.len; i++) {
        const struct edit *edit = &e->edits.at[i];
        if (edit->at < done)
            continue; /* within what went already */
        m2_buf_add(out, e->text + done, edit->at - done);
        switch (edit->kind) {
        case HIDE:
            add_stand_in(out, e->text + edit->at, edit->n);
            break;
        case LINES:
            add_block(out, e->text + edit->at, edit->n);
            break;
        case PARTS:
            m2_buf_adds(out,
                        by_lines(r, m2_arena_strndup(e->a, e->text + edit->at, edit->n), m2_redact_text));
            break;
        }
        done = edit->at + edit->n;
    }
    m2_buf_adds(out, e->text + done);
}

const char *m2_redact_template(struct m2_redactor *r, struct m2_bytes text,
                               struct m2_value *(*clean)(void *user, const struct m2_value *v), void *user)
{
    struct editing e = { .a = r->a, .text = text.p, .end = text.p + text.n };
    struct m2_template_text parsed;
    struct m2_buf b;
    m2_template_parse(&parsed, r->a, text);
    if (!parsed.root)
        return by_lines(r, text.p, m2_redact_text);
    read_lines(&e);
    sections(&e, parsed.root, clean, user);
    defaults(&e, parsed.root);
    m2_buf_init(&b, 2 * M2_TEMPLATE_READ_BYTES);
    apply(&b, &e, r);
    const char *out = by_lines(r, m2_arena_strndup(r->a, b.data, b.len), m2_redact_plain);
    m2_buf_free(&b);
    return out;
}
