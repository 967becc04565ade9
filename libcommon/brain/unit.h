/*
 * brain/unit.h — members of Brain's answers, found by name without regard to case, '_' and '-'.
 */
#ifndef M2_BRAIN_UNIT_H
#define M2_BRAIN_UNIT_H

#include "m2/unit.h"

bool m2_brain_key_is(const char *key, const char *name);
/** Member NAME of V; NULL when absent or null. */
const struct m2_value *m2_brain_member(const struct m2_value *v, const char *name);
/** Its text (of a string, number or boolean); NULL when absent or empty. */
const char *m2_brain_text(const struct m2_value *v, const char *name);

#endif
