/*
 * data/decimal.h — exact reading and ordering of number texts, without a detour through double.
 *
 * Model:     a number is sign × 0.d1d2d3… × 10^magnitude with d1 ≠ 0; zero has no digits. The digits stay in
 * the text.
 */
#ifndef M2_DATA_DECIMAL_H
#define M2_DATA_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct m2_decimal {
    bool negative;
    const char *digits; /* at the first non-zero digit; a '.' may stand between digits */
    size_t count;       /* significant digits, trailing zeros not counted; 0: the number is zero */
    int64_t magnitude;
};

/** Length of the JSON number that begins at P, as far as its grammar goes; 0 when none begins there. */
size_t m2_number_span(const char *p, size_t n);
/** Take TEXT apart; false when it is not exactly one JSON number. */
bool m2_decimal_read(struct m2_decimal *out, const char *text, size_t n);
/** Whole and within int64? */
bool m2_decimal_int(const struct m2_decimal *d, int64_t *out);
/** Negative, 0 or positive. 1, 1.0 and 10e-1 are equal. */
int m2_decimal_compare(const struct m2_decimal *a, const struct m2_decimal *b);

#endif
