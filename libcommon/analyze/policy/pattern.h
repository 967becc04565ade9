/*
 * analyze/policy/pattern.h — texts with * and ? on both sides: does one cover all of the other, part of it,
 * or nothing?
 */
#ifndef M2_ANALYZE_POLICY_PATTERN_H
#define M2_ANALYZE_POLICY_PATTERN_H

#include "analyze/policy/truth.h"
#include "m2/mem.h"

/* Wildcards are bytes of their own, so that a literal * (of ${*}) differs from one. */
#define M2_ANY '\1'
#define M2_ONE '\2'

struct m2_pattern {
    const char *p;
    size_t n;
    bool hole; /* a M2_ANY stands for a value that is not known: it covers part at most */
};

/** TEXT with its wildcards, or (LITERAL) without; letters lowered when FOLD. Neighbouring * become one. */
struct m2_pattern m2_pattern_make(struct m2_arena *a, const char *text, bool literal, bool fold);
/** YES: P covers every text that T stands for; NO: none; MAYBE: some, or not known. */
enum m2_truth m2_pattern_covers(struct m2_arena *a, const struct m2_pattern *p, const struct m2_pattern *t);

#endif
