/* analyze/template/resolve.h — the pieces of a value's resolution that the checks share. */
#ifndef M2_ANALYZE_TEMPLATE_RESOLVE_H
#define M2_ANALYZE_TEMPLATE_RESOLVE_H

#include "analyze/template/template.h"

/* A piece of Fn::Sub's text: a literal, or the NAME in "${NAME}". */
struct m2_sub_part {
    const char *name; /* trimmed, in the arena; NULL: a literal */
    struct m2_bytes literal;
};
/** The piece at *AT, which moves behind it; false at the end. "${!x}" is the literal "${x}"; an unclosed "${"
 * too. */
bool m2_sub_next(struct m2_sub_part *out, struct m2_arena *a, const char **at);

/** What Ref NAME gives in T. */
struct m2_tpl_value m2_tpl_ref(const struct m2_tpls *all, const struct m2_tpl *t, const char *name);
/** A value from its SHAPE: known when every part is. */
struct m2_tpl_value m2_tpl_of_shape(const struct m2_tpls *all, const char *shape, unsigned deps);
bool m2_shape_known(const char *shape);

#endif
