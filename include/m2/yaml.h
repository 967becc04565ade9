/*
 * m2/yaml.h — YAML as CloudFormation writes it (libyaml), into the value tree.
 *
 * Model:     plain scalars follow the YAML 1.1 core that CloudFormation uses (bool, null, numbers keep their text, dates
 *            stay strings); quoted scalars are strings; short tags (!Ref, !GetAtt, !Sub …) stay in `tag` with the
 *            node beneath; line and column on every node; aliases are resolved within an expansion limit; `<<` merge
 *            keys are kept as an ordinary key. A duplicate key is reported and its LAST value kept.
 */
#ifndef M2_YAML_H
#define M2_YAML_H

#include <stddef.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/str.h"
#include "m2/value.h"

#define M2_YAML_DEPTH 64
#define M2_YAML_MAX_NODES 200000 /* after alias expansion */

struct m2_yaml_duplicate {
    const char *path; /* "Outputs" */
    const char *key;
    uint32_t first_line, first_col, line, col;
};

struct m2_yaml_doc {
    struct m2_value *root;
    struct m2_yaml_duplicate *duplicates;
    size_t n_duplicates;
};

/** One document. Errors: M2_EINPUT "NAME:LINE:COL: what"; M2_ELIMIT. */
int m2_yaml_parse(struct m2_yaml_doc *out, struct m2_arena *a, struct m2_bytes text, const char *name,
                  struct m2_err *err) M2_MUST_USE;

#endif
