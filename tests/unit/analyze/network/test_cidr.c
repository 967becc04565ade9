#include <criterion/criterion.h>

#include "analyze/network/cidr.h"

#include <stdio.h>
#include <string.h>

Test(cidr, parse)
{
    static const struct {
        const char *text;
        bool ok;
        int family, bits;
    } cases[] = {
        { "10.0.0.0/16", true, 4, 16 },
        { "0.0.0.0/0", true, 4, 0 },
        { "1.2.3.4", true, 4, 32 },
        { "::/0", true, 6, 0 },
        { "2600:1f18::/56", true, 6, 56 },
        { "fe80::1", true, 6, 128 },
        { "10.0.0.0/33", false, 0, 0 },
        { "10.0.0/8", false, 0, 0 },
        { "10.0.0.0/", false, 0, 0 },
        { "10.0.0.0/1x", false, 0, 0 },
        { "::/129", false, 0, 0 },
        { "", false, 0, 0 },
        { "pl-63a5400a", false, 0, 0 },
        { "10.0.0.0/-1", false, 0, 0 },
        { "10.0.0.0/99999999999", false, 0, 0 },
        { NULL, false, 0, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_cidr c = { .family = -1 };
        cr_assert_eq(m2_cidr_parse(&c, cases[i].text), cases[i].ok, "%s",
                     cases[i].text ? cases[i].text : "NULL");
        if (cases[i].ok)
            cr_assert(c.family == cases[i].family && c.bits == cases[i].bits, "%s", cases[i].text);
        else
            cr_assert_eq(c.family, -1, "%s: out changed", cases[i].text ? cases[i].text : "NULL");
    }
}

Test(cidr, covers_and_overlaps)
{
    static const struct {
        const char *a, *b;
        bool covers, overlaps;
    } cases[] = {
        { "10.0.0.0/8", "10.1.0.0/16", true, true },    { "10.1.0.0/16", "10.0.0.0/8", false, true },
        { "10.0.0.0/16", "10.1.0.0/16", false, false }, { "0.0.0.0/0", "1.2.3.4/32", true, true },
        { "::/0", "1.2.3.4/32", false, false },         { "2600::/12", "2607::/16", true, true },
        { "2600::/12", "2610::/16", false, false },     { "10.0.0.77/24", "10.0.0.0/24", true, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_cidr a, b;
        cr_assert(m2_cidr_parse(&a, cases[i].a) && m2_cidr_parse(&b, cases[i].b));
        cr_assert_eq(m2_cidr_covers(&a, &b), cases[i].covers, "%s %s", cases[i].a, cases[i].b);
        cr_assert_eq(m2_cidr_overlaps(&a, &b), cases[i].overlaps, "%s %s", cases[i].a, cases[i].b);
    }
}

/* ---- property: sets of random prefixes against one bit per address of a small universe at both ends of the
 * space ---- */

enum { UNIVERSE = 1024 }; /* 512 addresses at the bottom, 512 at the top */

static uint32_t rng_state = 0x9e3779b9u;
static uint32_t rng(void)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 17;
    rng_state ^= rng_state << 5;
    return rng_state;
}

static uint32_t address(size_t i)
{
    return i < UNIVERSE / 2 ? (uint32_t)i : UINT32_MAX - (UNIVERSE - 1 - (uint32_t)i);
}

static bool holds(struct m2_set4 s, uint32_t ip)
{
    for (size_t i = 0; i < s.len; i++)
        if (ip >= s.at[i].first && ip <= s.at[i].last)
            return true;
    return false;
}

static struct m2_set4 random_set(struct m2_arena *a, bool *bits)
{
    struct m2_set4 s = { 0 };
    memset(bits, 0, UNIVERSE * sizeof *bits);
    for (uint32_t n = rng() % 5; n > 0; n--) {
        uint32_t ip = address(rng() % UNIVERSE), len = rng() % 20 == 0 ? rng() % 3 : 23 + rng() % 10;
        char text[40];
        snprintf(text, sizeof text, "%u.%u.%u.%u/%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255, len);
        for (size_t i = 0; i < UNIVERSE; i++)
            if (len == 0 || (address(i) ^ ip) >> (32 - len) == 0)
                bits[i] = true;
        s = m2_set4_or(a, s, m2_set4_text(a, text));
    }
    return s;
}

static void well_formed(struct m2_set4 s)
{
    for (size_t i = 0; i < s.len; i++) {
        cr_assert_leq(s.at[i].first, s.at[i].last);
        if (i)
            cr_assert(s.at[i - 1].last < UINT32_MAX && s.at[i].first > s.at[i - 1].last + 1);
    }
}

Test(cidr, set_algebra_agrees_with_a_slow_oracle)
{
    struct m2_arena *a = m2_arena_new();
    for (int round = 0; round < 2000; round++) {
        bool bx[UNIVERSE], by[UNIVERSE];
        struct m2_set4 x = random_set(a, bx), y = random_set(a, by);
        struct m2_set4 either = m2_set4_or(a, x, y), both = m2_set4_and(a, x, y),
                       less = m2_set4_minus(a, x, y);
        well_formed(either);
        well_formed(less);
        well_formed(m2_set4_or(a, both, less));
        for (size_t i = 0; i < UNIVERSE; i++) {
            cr_assert_eq(holds(x, address(i)), bx[i], "round %d", round);
            cr_assert_eq(holds(either, address(i)), bx[i] || by[i], "or, round %d", round);
            cr_assert_eq(holds(both, address(i)), bx[i] && by[i], "and, round %d", round);
            cr_assert_eq(holds(less, address(i)), bx[i] && !by[i], "minus, round %d", round);
        }
        cr_assert(m2_set4_equal(m2_set4_or(a, both, less), x), "round %d", round);
    }
    m2_arena_free(a);
}
