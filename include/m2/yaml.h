/*
 * m2/yaml.h — YAML as CloudFormation writes it (libyaml), into the value tree.
 *
 * Model:     plain scalars follow the YAML 1.1 that CloudFormation reads: true/yes/on and false/no/off in lower, upper or
 *            capitalised spelling are bool (y and n are text), empty, ~ and null are null. What JSON calls a number is a
 *            number with its text; every other spelling of one (012, 0x1F, 1_000, 1:30) and every date stays a string, so
 *            that account ids keep their zeros. Quoted and block scalars are strings, and so is every scalar with a short
 *            tag. Short tags (!Ref, !GetAtt, !Sub …) stay in `tag` with the node beneath; line and column on every node.
 *            Aliases are copies with the anchor's positions, within the limits; `<<` is kept as an ordinary key. A
 *            duplicate key is reported and its LAST value kept, in the first one's place.
 *            A text that is JSON goes to m2_json_parse: YAML knows no surrogate pairs in escapes.
 * Source:    YAML 1.1; the resolvers of PyYAML and SnakeYAML.
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
    const char *path; /* of the mapping: "Resources.Job.Properties", "" at the root */
    const char *key;
    uint32_t first_line, first_col, line, col;
};

struct m2_yaml_doc {
    struct m2_value *root;
    struct m2_yaml_duplicate *duplicates;
    size_t n_duplicates;
};

/** One document, UTF-8 or UTF-16 with its mark. Errors: M2_EINPUT "NAME:LINE:COL: what" (also an empty text, a second
 * document, a key that is no scalar, a NUL); M2_ELIMIT (depth, nodes). *out unchanged on failure. */
int m2_yaml_parse(struct m2_yaml_doc *out, struct m2_arena *a, struct m2_bytes text, const char *name,
                  struct m2_err *err) M2_MUST_USE;

#endif
