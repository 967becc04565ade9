#include "m2/yaml.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "data/object.h"
#include "data/yaml_scalar.h"

struct anchor {
    struct m2_value *value; /* NULL while its own node is being read */
    size_t nodes, height;
};

/* Where we are, for the path of a duplicate; lives on the C stack. */
struct place {
    const struct place *above;
    const char *key; /* NULL: an item of a list */
    size_t index;
};

struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    bool have_event;
    struct m2_arena *a;
    struct m2_bytes text;
    const char *name;
    struct m2_err *err;
    size_t nodes, depth;
    M2_VEC(struct anchor) anchors;
    struct m2_value *anchor_names; /* name → place of its newest anchor */
    M2_VEC(struct m2_yaml_duplicate) duplicates;
};

/* A node as it was read: its size and height bound what an alias to it may cost. */
struct node {
    struct m2_value *value;
    size_t nodes, height;
};

static int fail_at(struct reader *r, enum m2_errc code, yaml_mark_t at, const char *fmt, ...) M2_PRINTF(4, 5);

static int fail_at(struct reader *r, enum m2_errc code, yaml_mark_t at, const char *fmt, ...)
{
    char what[240];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    return m2_fail(r->err, code, "%s:%zu:%zu: %s", r->name, at.line + 1, at.column + 1, what);
}

/* The reader's errors (bad UTF-8, control characters) come with a byte offset only. */
static yaml_mark_t mark_of_offset(const struct reader *r, size_t offset)
{
    yaml_mark_t m = { 0, 0, 0 };
    for (size_t i = 0; i < offset && i < r->text.n; i++) {
        unsigned char c = (unsigned char)r->text.p[i];
        if (c == '\n') {
            m.line++;
            m.column = 0;
        } else if ((c & 0xc0) != 0x80) {
            m.column++;
        }
    }
    return m;
}

static bool tab_at(const struct reader *r, yaml_mark_t m)
{
    const char *p = r->text.p, *end = p + r->text.n;
    for (size_t line = 0; p && p < end && line < m.line; line++) {
        p = memchr(p, '\n', (size_t)(end - p));
        p = p ? p + 1 : end;
    }
    while (p && p < end && *p == ' ')
        p++;
    return p && p < end && *p == '\t';
}

static bool at_end(const struct reader *r, yaml_mark_t m)
{
    size_t characters = 0;
    for (size_t i = 0; i < r->text.n; i++)
        characters += ((unsigned char)r->text.p[i] & 0xc0) != 0x80;
    return m.index >= characters;
}

static int explain(struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "not YAML";
    switch (p->error) {
    case YAML_MEMORY_ERROR:
        abort();
    case YAML_READER_ERROR:
        if (p->problem_value >= 0)
            return fail_at(r, M2_EINPUT, mark_of_offset(r, p->problem_offset), "%s (0x%02x)", problem,
                           (unsigned)p->problem_value);
        return fail_at(r, M2_EINPUT, mark_of_offset(r, p->problem_offset), "%s", problem);
    default:
        break;
    }
    if (tab_at(r, p->problem_mark))
        return fail_at(r, M2_EINPUT, p->problem_mark, "a tab indents this line; YAML wants spaces");
    if (at_end(r, p->problem_mark))
        return fail_at(r, M2_EINPUT, p->problem_mark, "the text ends too early: %s", problem);
    if (p->context && p->context_mark.line != p->problem_mark.line)
        return fail_at(r, M2_EINPUT, p->problem_mark, "%s (%s that began on line %zu)", problem, p->context,
                       p->context_mark.line + 1);
    return fail_at(r, M2_EINPUT, p->problem_mark, "%s", problem);
}

static int advance(struct reader *r)
{
    if (r->have_event)
        yaml_event_delete(&r->event);
    r->have_event = false;
    if (!yaml_parser_parse(&r->parser, &r->event))
        return explain(r);
    r->have_event = true;
    return 0;
}

static const char *path_text(struct reader *r, const struct place *at)
{
    if (!at || !at->above)
        return "";
    const char *above = path_text(r, at->above);
    if (!at->key)
        return m2_arena_printf(r->a, "%s[%zu]", above, at->index);
    return m2_arena_printf(r->a, "%s%s%.80s", above, *above ? "." : "", at->key);
}

static int count_nodes(struct reader *r, size_t n)
{
    r->nodes += n;
    if (r->nodes > M2_YAML_MAX_NODES)
        return fail_at(r, M2_ELIMIT, r->event.start_mark, "more than %d nodes, aliases included",
                       M2_YAML_MAX_NODES);
    return 0;
}

static int too_deep(struct reader *r)
{
    return fail_at(r, M2_ELIMIT, r->event.start_mark, "nested deeper than %d levels", M2_YAML_DEPTH);
}

/* A copy whose texts are shared: an alias costs nodes, which are counted, and never bytes. */
static struct m2_value *share(struct m2_arena *a, const struct m2_value *v)
{
    struct m2_value *c = m2_arena_alloc(a, sizeof *c);
    *c = *v;
    if (v->type == M2_ARRAY) {
        c->u.array.cap = c->u.array.len;
        c->u.array.at = m2_arena_new_array(a, struct m2_value *, c->u.array.len);
        for (size_t i = 0; i < c->u.array.len; i++)
            c->u.array.at[i] = share(a, v->u.array.at[i]);
    } else if (v->type == M2_OBJECT) {
        c->u.object.at = NULL;
        c->u.object.len = c->u.object.cap = 0;
        c->u.object.index = NULL;
        m2_object_reserve(a, c, v->u.object.len);
        for (size_t i = 0; i < v->u.object.len; i++) {
            const struct m2_member *m = &v->u.object.at[i];
            m2_object_add(a, c, m->key, m->key_len, share(a, m->value));
        }
    }
    return c;
}

static const struct anchor *find_anchor(struct reader *r, const char *name)
{
    int64_t at = m2_v_int_or(r->anchor_names, name, -1);
    return at < 0 ? NULL : &r->anchors.at[at];
}

/* Remember that an anchor begins here; returns its place, or SIZE_MAX without an anchor. */
static size_t begin_anchor(struct reader *r, const char *name)
{
    if (!name)
        return SIZE_MAX;
    const struct anchor fresh = { NULL, 0, 0 };
    m2_v_set_int(r->a, r->anchor_names, name, (int64_t)r->anchors.len);
    m2_vec_push(r->a, &r->anchors, fresh);
    return r->anchors.len - 1;
}

static void end_anchor(struct reader *r, size_t at, const struct node *n)
{
    if (at != SIZE_MAX)
        r->anchors.at[at] = (struct anchor){ n->value, n->nodes, n->height };
}

static int read_alias(struct reader *r, struct node *out)
{
    const char *name = (const char *)r->event.data.alias.anchor;
    const struct anchor *known = find_anchor(r, name);
    if (!known)
        return fail_at(r, M2_EINPUT, r->event.start_mark, "alias *%s has no anchor before it", name);
    if (!known->value)
        return fail_at(r, M2_EINPUT, r->event.start_mark, "alias *%s stands inside of its own anchor", name);
    if (r->depth + known->height > M2_YAML_DEPTH)
        return too_deep(r);
    if (count_nodes(r, known->nodes) < 0)
        return -1;
    *out = (struct node){ share(r->a, known->value), known->nodes, known->height };
    return advance(r);
}

static int read_scalar(struct reader *r, struct node *out)
{
    const char *p = (const char *)r->event.data.scalar.value, *tag = (const char *)r->event.data.scalar.tag;
    size_t n = r->event.data.scalar.length;
    if (count_nodes(r, 1) < 0)
        return -1;
    if (memchr(p, '\0', n))
        return fail_at(r, M2_EINPUT, r->event.start_mark, "a NUL character is not accepted in a text");
    size_t anchor = begin_anchor(r, (const char *)r->event.data.scalar.anchor);
    bool plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    *out = (struct node){ m2_yaml_scalar(r->a, tag, plain, p, n), 1, 0 };
    out->value->tag = m2_yaml_tag_is_local(tag) ? m2_arena_strdup(r->a, tag) : NULL;
    out->value->line = (uint32_t)r->event.start_mark.line + 1;
    out->value->col = (uint32_t)r->event.start_mark.column + 1;
    end_anchor(r, anchor, out);
    return advance(r);
}

static int read_node(struct reader *r, struct node *out, const struct place *at);

static int read_items(struct reader *r, struct node *out, const struct place *at)
{
    while (r->event.type != YAML_SEQUENCE_END_EVENT) {
        struct node item;
        const struct place here = { at, NULL, out->value->u.array.len };
        if (read_node(r, &item, &here) < 0)
            return -1;
        m2_v_push(r->a, out->value, item.value);
        out->nodes += item.nodes;
        if (item.height >= out->height)
            out->height = item.height + 1;
    }
    return 0;
}

/* The text of the key that the current event is; moves behind it. */
static int read_key(struct reader *r, struct m2_bytes *key)
{
    if (r->event.type == YAML_SCALAR_EVENT) {
        const char *p = (const char *)r->event.data.scalar.value;
        size_t n = r->event.data.scalar.length;
        if (memchr(p, '\0', n))
            return fail_at(r, M2_EINPUT, r->event.start_mark, "a NUL character is not accepted in a key");
        struct node anchored;
        *key = (struct m2_bytes){ m2_arena_strndup(r->a, p, n), n };
        if (r->event.data.scalar.anchor)
            return read_scalar(r, &anchored);
        return count_nodes(r, 1) < 0 ? -1 : advance(r);
    }
    yaml_mark_t mark = r->event.start_mark;
    struct node n = { 0 };
    if (r->event.type == YAML_ALIAS_EVENT && read_alias(r, &n) < 0)
        return -1;
    if (!m2_v_text(n.value))
        return fail_at(r, M2_EINPUT, mark, "a key must be a text");
    *key = n.value->u.text;
    return 0;
}

struct key_mark {
    uint32_t line, col;
};

static int read_members(struct reader *r, struct node *out, const struct place *at)
{
    struct m2_value *object = out->value;
    M2_VEC(struct key_mark) marks = { 0 };
    const char *path = NULL;
    while (r->event.type != YAML_MAPPING_END_EVENT) {
        const struct key_mark mark = { (uint32_t)r->event.start_mark.line + 1,
                                       (uint32_t)r->event.start_mark.column + 1 };
        struct m2_bytes key = { 0 };
        struct node n;
        if (read_key(r, &key) < 0)
            return -1;
        const struct place here = { at, key.p, 0 };
        if (read_node(r, &n, &here) < 0)
            return -1;
        size_t seen = m2_object_find(object, key.p, key.n);
        if (seen == SIZE_MAX) {
            m2_object_add(r->a, object, key.p, key.n, n.value);
            m2_vec_push(r->a, &marks, mark);
        } else {
            path = path ? path : path_text(r, at);
            const struct m2_yaml_duplicate d = { path,      key.p,   marks.at[seen].line, marks.at[seen].col,
                                                 mark.line, mark.col };
            m2_vec_push(r->a, &r->duplicates, d);
            object->u.object.at[seen].value = n.value;
        }
        out->nodes += n.nodes;
        if (n.height >= out->height)
            out->height = n.height + 1;
    }
    return 0;
}

static int read_container(struct reader *r, struct node *out, const struct place *at)
{
    bool mapping = r->event.type == YAML_MAPPING_START_EVENT;
    const char *tag =
        (const char *)(mapping ? r->event.data.mapping_start.tag : r->event.data.sequence_start.tag);
    const char *name =
        (const char *)(mapping ? r->event.data.mapping_start.anchor : r->event.data.sequence_start.anchor);
    if (r->depth == M2_YAML_DEPTH)
        return too_deep(r);
    if (count_nodes(r, 1) < 0)
        return -1;
    size_t anchor = begin_anchor(r, name);
    *out = (struct node){ mapping ? m2_v_object(r->a) : m2_v_array(r->a), 1, 1 };
    out->value->tag = m2_yaml_tag_is_local(tag) ? m2_arena_strdup(r->a, tag) : NULL;
    out->value->line = (uint32_t)r->event.start_mark.line + 1;
    out->value->col = (uint32_t)r->event.start_mark.column + 1;
    r->depth++;
    if (advance(r) < 0 || (mapping ? read_members(r, out, at) : read_items(r, out, at)) < 0)
        return -1;
    r->depth--;
    end_anchor(r, anchor, out);
    return advance(r);
}

static int read_node(struct reader *r, struct node *out, const struct place *at)
{
    if (r->event.type == YAML_ALIAS_EVENT)
        return read_alias(r, out);
    return r->event.type == YAML_SCALAR_EVENT ? read_scalar(r, out) : read_container(r, out, at);
}

static int read_document(struct reader *r, struct node *out)
{
    static const struct place root = { NULL, NULL, 0 };
    if (advance(r) < 0 || advance(r) < 0) /* to and past the start of the stream */
        return -1;
    if (r->event.type == YAML_STREAM_END_EVENT)
        return fail_at(r, M2_EINPUT, r->event.start_mark, "expected a document, but there is nothing");
    if (advance(r) < 0 || read_node(r, out, &root) < 0)
        return -1;
    if (advance(r) < 0) /* past the end of the document */
        return -1;
    if (r->event.type != YAML_STREAM_END_EVENT)
        return fail_at(r, M2_EINPUT, r->event.start_mark, "a second document begins here; one is expected");
    return 0;
}

int m2_yaml_parse(struct m2_yaml_doc *out, struct m2_arena *a, struct m2_bytes text, const char *name,
                  struct m2_err *err)
{
    struct reader r = { .a = a, .text = text, .name = name, .err = err, .anchor_names = m2_v_object(a) };
    struct node root = { 0 };
    if (!yaml_parser_initialize(&r.parser))
        abort(); /* only memory */
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.n ? text.p : ""), text.n);
    int rc = read_document(&r, &root);
    if (rc == 0)
        *out = (struct m2_yaml_doc){ root.value, r.duplicates.at, r.duplicates.len };
    if (r.have_event)
        yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    return rc;
}
