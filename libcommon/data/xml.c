#include "m2/xml.h"

#include <expat.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m2/buf.h"

#define CHUNK ((size_t)1 << 20)

struct open_element {
    struct m2_xml *node, *last_child;
    struct m2_buf text;
};

struct parse {
    XML_Parser parser;
    struct m2_arena *a;
    struct m2_err *err;
    bool failed;
    struct m2_xml *root;
    size_t nodes, depth, bufs; /* bufs: how many of the stack's buffers have been made */
    struct open_element stack[M2_XML_DEPTH];
};

static void stop(struct parse *p, enum m2_errc code, const char *what)
{
    if (p->failed)
        return;
    p->failed = true;
    m2_fail(p->err, code, "XML, line %lu, column %lu: %s", (unsigned long)XML_GetCurrentLineNumber(p->parser),
            (unsigned long)XML_GetCurrentColumnNumber(p->parser) + 1, what);
    (void)XML_StopParser(p->parser, XML_FALSE);
}

static const char *without_prefix(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon && colon[1] ? colon + 1 : name;
}

static bool declares_namespace(const char *name)
{
    return strncmp(name, "xmlns", 5) == 0 && (name[5] == ':' || !name[5]);
}

static void set_attributes(struct parse *p, struct m2_xml *node, const XML_Char **attrs)
{
    size_t n = 0;
    while (attrs[2 * n])
        n++;
    if (!n)
        return;
    node->attrs = m2_arena_new_array(p->a, struct m2_xml_attr, n);
    for (size_t i = 0; i < n; i++)
        if (!declares_namespace(attrs[2 * i]))
            node->attrs[node->n_attrs++] =
                (struct m2_xml_attr){ m2_arena_strdup(p->a, without_prefix(attrs[2 * i])),
                                      m2_arena_strdup(p->a, attrs[2 * i + 1]) };
}

static void on_start(void *user, const XML_Char *name, const XML_Char **attrs)
{
    struct parse *p = user;
    if (p->failed)
        return;
    if (p->depth == M2_XML_DEPTH) {
        stop(p, M2_ELIMIT, "elements are nested too deeply");
        return;
    }
    if (++p->nodes > M2_XML_MAX_NODES) {
        stop(p, M2_ELIMIT, "too many elements");
        return;
    }
    struct m2_xml *node = m2_arena_alloc(p->a, sizeof *node);
    node->name = m2_arena_strdup(p->a, without_prefix(name));
    node->text = "";
    set_attributes(p, node, attrs);
    if (p->depth) {
        struct open_element *parent = &p->stack[p->depth - 1];
        *(parent->last_child ? &parent->last_child->next : &parent->node->first) = node;
        parent->last_child = node;
    } else {
        p->root = node;
    }
    struct open_element *e = &p->stack[p->depth];
    if (p->depth == p->bufs) {
        m2_buf_init(&e->text, (size_t)INT_MAX);
        p->bufs++;
    }
    m2_buf_reset(&e->text);
    e->node = node;
    e->last_child = NULL;
    p->depth++;
}

static void on_end(void *user, const XML_Char *name)
{
    struct parse *p = user;
    (void)name;
    if (p->failed)
        return;
    struct open_element *e = &p->stack[--p->depth];
    if (e->text.len)
        e->node->text = m2_arena_strndup(p->a, e->text.data, e->text.len);
}

static void on_text(void *user, const XML_Char *s, int n)
{
    struct parse *p = user;
    if (!p->failed && p->depth)
        m2_buf_add(&p->stack[p->depth - 1].text, s, (size_t)n);
}

static void on_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                       int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(user, M2_EPROTO, "a document type declaration is not accepted");
}

static void explain(struct parse *p)
{
    enum XML_Error code = XML_GetErrorCode(p->parser);
    char what[160];
    if (code == XML_ERROR_NO_MEMORY)
        abort();
    bool cut = code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
               code == XML_ERROR_PARTIAL_CHAR || code == XML_ERROR_UNCLOSED_CDATA_SECTION;
    if (cut && p->depth)
        (void)snprintf(what, sizeof what, "the text ends in the middle of <%s>",
                       p->stack[p->depth - 1].node->name);
    else if (cut)
        (void)snprintf(what, sizeof what, "the text ends before its first element is complete");
    else
        (void)snprintf(what, sizeof what, "%s", XML_ErrorString(code));
    stop(p, M2_EPROTO, what);
}

static int feed(struct parse *p, struct m2_bytes text)
{
    for (size_t at = 0, n;; at += n) {
        n = text.n - at < CHUNK ? text.n - at : CHUNK;
        bool last = at + n == text.n;
        if (XML_Parse(p->parser, n ? text.p + at : "", (int)n, last) != XML_STATUS_OK) {
            explain(p);
            return -1;
        }
        if (last)
            return 0;
    }
}

int m2_xml_parse(struct m2_xml **out, struct m2_arena *a, struct m2_bytes text, struct m2_err *err)
{
    static const XML_Memory_Handling_Suite memory = { m2_xmalloc, m2_xrealloc, free };
    struct parse *p = m2_xcalloc(1, sizeof *p);
    p->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
    if (!p->parser)
        abort(); /* only memory */
    p->a = a;
    p->err = err;
    XML_SetUserData(p->parser, p);
    XML_SetElementHandler(p->parser, on_start, on_end);
    XML_SetCharacterDataHandler(p->parser, on_text);
    XML_SetStartDoctypeDeclHandler(p->parser, on_doctype);
    int rc = feed(p, text);
    if (rc == 0)
        *out = p->root;
    for (size_t i = 0; i < p->bufs; i++)
        m2_buf_free(&p->stack[i].text);
    XML_ParserFree(p->parser);
    free(p);
    return rc;
}

struct m2_xml *m2_xml_child(const struct m2_xml *n, const char *name)
{
    for (struct m2_xml *c = n ? n->first : NULL; c; c = c->next)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

struct m2_xml *m2_xml_next_same(const struct m2_xml *n)
{
    for (struct m2_xml *c = n ? n->next : NULL; c; c = c->next)
        if (strcmp(c->name, n->name) == 0)
            return c;
    return NULL;
}

const char *m2_xml_attr_value(const struct m2_xml *n, const char *name)
{
    for (size_t i = 0; n && i < n->n_attrs; i++)
        if (strcmp(n->attrs[i].name, name) == 0)
            return n->attrs[i].value;
    return NULL;
}
