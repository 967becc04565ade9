/*
 * m2/xml.h — XML answers of AWS as a small tree (expat; no DTD, no entities, limits).
 *
 * Model:     element and attribute names without namespace prefix; text is all character data directly inside the
 *            element, joined, white space kept. Children in document order.
 */
#ifndef M2_XML_H
#define M2_XML_H

#include <stddef.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/str.h"

#define M2_XML_DEPTH 64
#define M2_XML_MAX_NODES 4000000

struct m2_xml_attr {
    const char *name, *value;
};

struct m2_xml {
    const char *name;
    const char *text; /* "" when none */
    struct m2_xml_attr *attrs;
    size_t n_attrs;
    struct m2_xml *first, *next; /* first child, next sibling */
};

/** Errors: M2_EPROTO with line and column (malformed, DOCTYPE), M2_ELIMIT (depth, nodes). */
int m2_xml_parse(struct m2_xml **out, struct m2_arena *a, struct m2_bytes text, struct m2_err *err) M2_MUST_USE;
/** First child of NAME, or NULL. N may be NULL. */
struct m2_xml *m2_xml_child(const struct m2_xml *n, const char *name);
/** Next sibling of the same name as N, or NULL. */
struct m2_xml *m2_xml_next_same(const struct m2_xml *n);
const char *m2_xml_attr_value(const struct m2_xml *n, const char *name);

#endif
