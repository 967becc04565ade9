#include <criterion/criterion.h>
#include <string.h>

#include "m2/money.h"

static const char *print(m2_int128 v, int digits, int most, int least)
{
    static char out[M2_DECIMAL_SIZE];
    m2_fixed_print(out, v, digits, most, least);
    return out;
}

Test(money, decimals_are_read_exactly)
{
    static const struct {
        const char *text;
        int digits;
        enum m2_rounding rounding;
        bool good;
        int64_t value;
    } rows[] = {
        { "0.04048", 12, M2_EXACT, true, 40480000000 },
        { "0.0000000309", 12, M2_EXACT, true, 30900 },
        { "4", 0, M2_EXACT, true, 4 },
        { "1e3", 0, M2_EXACT, true, 1000 },
        { "1E-3", 3, M2_EXACT, true, 1 },
        { ".25", 2, M2_EXACT, true, 25 },
        { "007", 0, M2_EXACT, true, 7 },
        { "0", 12, M2_EXACT, true, 0 },
        { "-0.5", 1, M2_EXACT, true, -5 },
        { "0.10", 1, M2_EXACT, true, 1 },
        { "0.12", 1, M2_EXACT, false, 0 },
        { "60.0001", 0, M2_ROUND_UP, true, 61 },
        { "60.000", 0, M2_ROUND_UP, true, 60 },
        { "0.0000001", 0, M2_ROUND_UP, true, 1 },
        { "0.5", 0, M2_HALF_EVEN, true, 0 },
        { "1.5", 0, M2_HALF_EVEN, true, 2 },
        { "2.5", 0, M2_HALF_EVEN, true, 2 },
        { "2.50001", 0, M2_HALF_EVEN, true, 3 },
        { "0.05", 0, M2_HALF_EVEN, true, 0 },
        { "9223372036854775807", 0, M2_EXACT, true, INT64_MAX },
        { "9223372036854775808", 0, M2_EXACT, false, 0 },
        { "1e19", 0, M2_EXACT, false, 0 },
        { "1e999999999999999999999", 0, M2_EXACT, false, 0 },
        { "1e-999999999999999999999", 0, M2_HALF_EVEN, true, 0 },
        { "1,5", 1, M2_EXACT, false, 0 },
        { "0x10", 0, M2_EXACT, false, 0 },
        { "nan", 0, M2_EXACT, false, 0 },
        { "inf", 0, M2_EXACT, false, 0 },
        { "Infinity", 0, M2_EXACT, false, 0 },
        { "", 0, M2_EXACT, false, 0 },
        { "-", 0, M2_EXACT, false, 0 },
        { ".", 0, M2_EXACT, false, 0 },
        { "+1", 0, M2_EXACT, false, 0 },
        { " 1", 0, M2_EXACT, false, 0 },
        { "1 ", 0, M2_EXACT, false, 0 },
        { "1e", 0, M2_EXACT, false, 0 },
        { "1.", 0, M2_EXACT, false, 0 },
        { "1.2.3", 3, M2_EXACT, false, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t v = -77;
        bool good = m2_fixed_parse(&v, rows[i].text, strlen(rows[i].text), rows[i].digits, rows[i].rounding);
        cr_expect_eq(good, rows[i].good, "%s", rows[i].text);
        cr_expect_eq(v, rows[i].good ? rows[i].value : -77, "%s: %lld", rows[i].text, (long long)v);
    }
}

Test(money, a_half_goes_to_the_even_neighbour)
{
    static const struct {
        int64_t a, b, q;
    } rows[] = { { 5, 2, 2 },   { 7, 2, 4 },
                 { -5, 2, -2 }, { -7, 2, -4 },
                 { 1, 3, 0 },   { 2, 3, 1 },
                 { -1, 3, 0 },  { -2, 3, -1 },
                 { 0, 9, 0 },   { INT64_MAX, 1, INT64_MAX },
                 { 10, 4, 2 },  { 14, 4, 4 },
                 { 6, 4, 2 },   { INT64_MAX, INT64_MAX, 1 } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect(m2_div_half_even(rows[i].a, rows[i].b) == rows[i].q, "%lld/%lld", (long long)rows[i].a,
                  (long long)rows[i].b);
        m2_int128 shift = (m2_int128)rows[i].b << 62; /* the same beyond 64 bits */
        cr_expect(m2_div_half_even(rows[i].a + shift, rows[i].b) == rows[i].q + ((m2_int128)1 << 62));
    }
}

Test(money, decimals_are_printed_with_a_point_and_no_idle_zeros)
{
    cr_expect_str_eq(print(26986666667, 12, 12, 0), "0.026986666667");
    cr_expect_str_eq(print(-26986666667, 12, 12, 0), "-0.026986666667");
    cr_expect_str_eq(print(0, 12, 12, 0), "0");
    cr_expect_str_eq(print(0, 12, 12, 2), "0.00");
    cr_expect_str_eq(print(M2_PICO_PER_USD, 12, 12, 0), "1");
    cr_expect_str_eq(print(M2_PICO_PER_USD * 3 / 2, 12, 2, 2), "1.50");
    cr_expect_str_eq(print(5, 3, 2, 0), "0");
    cr_expect_str_eq(print(15, 3, 2, 0), "0.02");
    cr_expect_str_eq(print(1234, 0, 0, 0), "1234");
    cr_expect_str_eq(print((m2_int128)INT64_MAX * 1000000000, 12, 12, 0), "9223372036854775.807");
    char out[M2_DECIMAL_SIZE];
    m2_ratio_print(out, (struct m2_ratio){ 2, 3 }, 6);
    cr_expect_str_eq(out, "0.666667");
    m2_ratio_print(out, (struct m2_ratio){ (m2_int128)1 << 120, 3 }, 12);
    cr_expect_str_eq(out, "?");
}

Test(money, people_see_four_digits_and_cents)
{
    static const struct {
        int64_t pico;
        const char *text;
    } rows[] = {
        { 33863896746, "0.03386" }, { INT64_C(1234500000000000), "1234.50" }, { 0, "0.00" },
        { 200000, "0.0000002" },    { INT64_C(999999000000), "1.00" },        { -33863896746, "-0.03386" },
        { 75000000, "0.000075" },   { INT64_C(12345678000000), "12.35" },     { 1, "0.000000000001" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[M2_DECIMAL_SIZE];
        m2_pico_show(out, rows[i].pico);
        cr_expect_str_eq(out, rows[i].text);
    }
}

Test(money, a_product_that_does_not_fit_is_refused)
{
    m2_pico cost = 5;
    cr_expect(!m2_cost_of(&cost, (struct m2_ratio){ (m2_int128)1 << 100, 1 }, INT64_MAX));
    cr_expect(cost == 5);
    cr_expect(m2_cost_of(&cost, (struct m2_ratio){ 4096 * 600, 1024 * 3600 }, 40480000000));
    cr_expect(cost == 26986666667);
}

/* Where 64 bits end, printing changes its way: nothing is to be seen of that. */
Test(money, printing_beyond_64_bits)
{
    static const struct {
        uint64_t high, low; /* high × 10^18 + low */
        int most, least;
        const char *want;
    } cases[] = {
        { 18, 446744073709551615, 12, 0, "18446744.073709551615" },
        { 18, 446744073709551616, 12, 0, "18446744.073709551616" },
        { 18, 446744073709551620, 12, 0, "18446744.07370955162" },
        { 20, 0, 12, 0, "20000000" },
        { 200, 0, 12, 2, "200000000.00" },
        { 184, 467440737095516160, 12, 0, "184467440.73709551616" },
        { 1000000000000000000, 1, 12, 0, "1000000000000000000000000.000000000001" },
        { 0, 0, 12, 0, "0" },
        { 0, 0, 12, 2, "0.00" },
        { 0, 1, 12, 0, "0.000000000001" },
        { 0, 100000000000, 12, 0, "0.1" },
    };
    char text[M2_DECIMAL_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        m2_int128 v = (m2_int128)cases[i].high * INT64_C(1000000000000000000) + cases[i].low;
        m2_fixed_print(text, v, 12, cases[i].most, cases[i].least);
        cr_expect_str_eq(text, cases[i].want, "case %zu: %s", i, text);
    }
}
