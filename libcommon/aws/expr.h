/*
 * aws/expr.h — the small part of JMESPath that paginators and waiters use (private to aws/).
 *
 * Model:     "A.B", "A[].B", "A[-1].B", "X || Y", "length(X) > `0`". Nothing is built: values are visited
 * where they are.
 */
#ifndef M2_AWS_EXPR_H
#define M2_AWS_EXPR_H

#include <stdbool.h>
#include <stddef.h>

#include "m2/value.h"

/** Calls VISIT with every value that the path EXPR (no "||", no function) selects. False when EXPR cannot be
 * read. */
bool m2_expr_each(const struct m2_value *v, const char *expr,
                  void (*visit)(void *user, const struct m2_value *v), void *user);
/** First value of EXPR that is neither absent, null, false nor empty; alternatives are tried in order. NULL
 * when none. */
const struct m2_value *m2_expr_first(const struct m2_value *v, const char *expr);
/** "length(PATH) OP `N`": *holds is its truth. False when EXPR is none. */
bool m2_expr_length(const struct m2_value *v, const char *expr, bool *holds);
/** Can EXPR be read at all? */
bool m2_expr_valid(const char *expr);

#endif
