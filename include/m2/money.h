/*
 * m2/money.h — exact decimals: money, prices and quantities as integers, rounded once, half to even.
 *
 * Model:     money and prices are whole 10^-12 USD ("pico"). A quantity is a ratio of integers, because an hour's
 *            part (600 s / 3600) has no finite decimal. A cost is quantity × price, rounded once to a whole pico;
 *            from there on there is only integer addition, so a total is exactly the sum of its lines, in any order.
 *            Nothing here is a binary floating point number.
 * Source:    facts of AWS's price list (10 decimals); IEEE 754 round-half-even.
 */
#ifndef M2_MONEY_H
#define M2_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef __int128 m2_int128;
__extension__ typedef unsigned __int128 m2_uint128;

/* USD × 10^12: ±1.7e26 USD. */
typedef m2_int128 m2_pico;
#define M2_PICO_PER_USD INT64_C(1000000000000)

/* NUM / DEN of a unit; DEN > 0. */
struct m2_ratio {
    m2_int128 num;
    int64_t den;
};

enum m2_rounding {
    M2_EXACT,     /* more digits than fit are refused (zeros behind are no digits) */
    M2_ROUND_UP,  /* away from zero: billed time */
    M2_HALF_EVEN
};

/** Decimal TEXT[0..N) ("4", ".25", "1e3", "-0.5"; no sign "+", no spaces) as a whole number of 10^-DIGITS (0..18).
 * False, *out unchanged, when it is no decimal, does not fit, or ROUNDING is M2_EXACT and digits would be lost. */
bool m2_fixed_parse(int64_t *out, const char *text, size_t n, int digits, enum m2_rounding rounding);

/** A / B rounded half to even; B > 0. */
m2_int128 m2_div_half_even(m2_int128 a, int64_t b);

/** *OUT = QUANTITY × PRICE_PICO, rounded once. False when the product does not fit (never wraps). */
bool m2_cost_of(m2_pico *out, struct m2_ratio quantity, int64_t price_pico);

/** *TO += MORE, exactly. False, *TO unchanged, when it does not fit. */
bool m2_ratio_add(struct m2_ratio *to, struct m2_ratio more);

/** Longest text of the printers below, NUL included. */
#define M2_DECIMAL_SIZE 64
/** V × 10^-DIGITS as a decimal with at most MOST and at least LEAST places (rounded half to even, zeros behind LEAST
 * trimmed). Always a point, whatever the locale. MOST <= DIGITS <= 18. */
void m2_fixed_print(char out[M2_DECIMAL_SIZE], m2_int128 v, int digits, int most, int least);
/** PICO in USD: exact ("0.026986666667"), trailing zeros trimmed. */
void m2_pico_print(char out[M2_DECIMAL_SIZE], m2_pico pico);
/** PICO in USD for people: at least 2 places, at least 4 significant digits, at most 12 places: "0.03386", "1234.50". */
void m2_pico_show(char out[M2_DECIMAL_SIZE], m2_pico pico);
/** Q rounded to PLACES (<= 12), trailing zeros trimmed. "?" when it does not fit. */
void m2_ratio_print(char out[M2_DECIMAL_SIZE], struct m2_ratio q, int places);

#endif
