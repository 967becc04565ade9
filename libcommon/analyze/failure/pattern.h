/*
 * failure/pattern.h — recognising AWS's failure texts, which are reworded and cut at will.
 *
 * Model:     a pattern is terms joined by '&' (all must hold); a term is alternatives joined by '|' (one must
 * be in the text). "!x": x must not be in it; "=x": the text is x. "@NET" and "@DENIED" stand for the two
 * word groups of AWS's guide. Case, curly apostrophes and runs of white space do not matter. Source: Amazon
 * ECS Developer Guide, "Stopped tasks error codes" and "updates to error messages".
 */
#ifndef M2_FAILURE_PATTERN_H
#define M2_FAILURE_PATTERN_H

#include <stdbool.h>

#include "m2/mem.h"

/** TEXT as patterns see it: U+2019 becomes ', white space one space. NULL gives "". In A. */
const char *m2_failure_fold(struct m2_arena *a, const char *text);
/** Does folded TEXT match PATTERN? */
bool m2_failure_match(const char *pattern, const char *text);

#endif
