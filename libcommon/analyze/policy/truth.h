/* analyze/policy/truth.h — three-valued logic (Kleene): and is the least, or the greatest. */
#ifndef M2_ANALYZE_POLICY_TRUTH_H
#define M2_ANALYZE_POLICY_TRUTH_H

#include <stdbool.h>

enum m2_truth { M2_NO, M2_MAYBE, M2_YES };

static inline enum m2_truth m2_and(enum m2_truth x, enum m2_truth y)
{
    return x < y ? x : y;
}

static inline enum m2_truth m2_or(enum m2_truth x, enum m2_truth y)
{
    return x > y ? x : y;
}

static inline enum m2_truth m2_not(enum m2_truth x)
{
    return (enum m2_truth)(M2_YES - x);
}

static inline enum m2_truth m2_truth_of(bool b)
{
    return b ? M2_YES : M2_NO;
}

#endif
