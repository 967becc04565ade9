/* analyze/template/references.h — the two halves of template.references: names within a template, nested
 * templates. */
#ifndef M2_ANALYZE_TEMPLATE_REFERENCES_H
#define M2_ANALYZE_TEMPLATE_REFERENCES_H

#include "analyze/template/template.h"

struct m2_refs {
    struct m2_check_run *r;
    const struct m2_tpls *all;
    const struct m2_tpl *t;
    const char *resource;  /* the one that is walked, or NULL */
    bool parameters_only;  /* in Conditions: resources cannot be named there */
    bool transforms;       /* a snippet is included that may use parameters */
    struct m2_value *used; /* an object: the parameters that something uses */
    size_t hints;          /* how often a name was guessed; a template of nothing but faults gets no more */
    size_t found, unsure;
};

/** Check every name that V uses. */
void m2_refs_walk(struct m2_refs *rf, const struct m2_value *v);
/** NAME, which HOW ("Ref") uses at P, is no WHAT ("parameter"). Where a macro may make it, it is only
 * counted. */
void m2_refs_missing(struct m2_refs *rf, struct m2_place p, const char *how, const char *name,
                     const char *what);
/** The nested stacks of the template: their files, and the parameters they are given. */
void m2_refs_nested(struct m2_refs *rf);

#endif
