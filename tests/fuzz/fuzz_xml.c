/* A tree that is read can be written as XML and read back the same. Names go into attributes: without its
 * prefix a name may have lost the letter that made it one. */
#include <string.h>

#include "fuzz.h"
#include "m2/xml.h"

static void escape(struct m2_buf *b, const char *s)
{
    for (; *s; s++) {
        if (strchr("<>&\"'\r\n\t", *s))
            m2_buf_addf(b, "&#%d;", *s);
        else
            m2_buf_addc(b, *s);
    }
}

static void write_node(struct m2_buf *b, const struct m2_xml *n)
{
    m2_buf_adds(b, "<e n=\"");
    escape(b, n->name);
    m2_buf_addc(b, '"');
    for (size_t i = 0; i < n->n_attrs; i++) {
        m2_buf_addf(b, " n%zu=\"", i);
        escape(b, n->attrs[i].name);
        m2_buf_addf(b, "\" v%zu=\"", i);
        escape(b, n->attrs[i].value);
        m2_buf_addc(b, '"');
    }
    m2_buf_addc(b, '>');
    escape(b, n->text);
    for (const struct m2_xml *c = n->first; c; c = c->next)
        write_node(b, c);
    m2_buf_adds(b, "</e>");
}

static void compare(const struct m2_xml *n, const struct m2_xml *w)
{
    fuzz_require(strcmp(n->name, w->attrs[0].value) == 0, "name %s", n->name);
    fuzz_require(*n->name, "an element without a name");
    fuzz_require(strcmp(n->text, w->text) == 0, "text %s", n->text);
    fuzz_require(w->n_attrs == 1 + 2 * n->n_attrs, "attributes of %s", n->name);
    for (size_t i = 0; i < n->n_attrs; i++)
        fuzz_require(strcmp(n->attrs[i].name, w->attrs[1 + 2 * i].value) == 0 &&
                         strcmp(n->attrs[i].value, w->attrs[2 + 2 * i].value) == 0,
                     "attribute %s", n->attrs[i].name);
    const struct m2_xml *c = n->first, *d = w->first;
    for (; c && d; c = c->next, d = d->next)
        compare(c, d);
    fuzz_require(!c && !d, "children of %s", n->name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_xml *root = NULL, *again = NULL;
    struct m2_err err = { 0 };
    if (m2_xml_parse(&root, a, (struct m2_bytes){ (const char *)data, size }, &err) == 0) {
        struct m2_buf b;
        m2_buf_init(&b, (size_t)1 << 30);
        write_node(&b, root);
        fuzz_require(m2_xml_parse(&again, a, (struct m2_bytes){ b.data, b.len }, &err) == 0, "%s: %s",
                     err.msg, b.data);
        compare(root, again);
        m2_buf_free(&b);
    } else {
        fuzz_require(!root && err.code != M2_EBUG && m2_str_starts(err.msg, "XML, line "), "message: %s",
                     err.msg);
    }
    m2_arena_free(a);
    return 0;
}
