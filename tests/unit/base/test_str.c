#include <criterion/criterion.h>
#include <string.h>

#include "m2/str.h"

Test(str, nearest_name)
{
    static const char *const names[] = { "profile", "region", "stack", "strict", NULL };
    static const struct {
        const char *typed, *want;
    } cases[] = {
        { "profil", "profile" }, { "regoin", "region" }, { "stakc", "stack" },
        { "pro", "profile" },    { "zzzzzz", NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *got = m2_str_nearest(cases[i].typed, names);
        cr_assert(m2_str_eq(got, cases[i].want), "%s: got %s", cases[i].typed, m2_str_or(got, "(none)"));
    }
}

Test(str, foreign_text_is_made_safe)
{
    static const struct {
        const char *raw, *clean;
    } cases[] = {
        { "plain", "plain" },
        { "a\x1b[31mb", "a\\x1b[31mb" },
        { "caf\xc3\xa9", "caf\xc3\xa9" },
        { "\xe2\x80\xae"
          "evil",
          "\\u{202e}evil" },
        { "bad\xff", "bad\\xff" },
        { "two\nlines", "two lines" },
        { "\xc2\x9b"
          "31m",
          "\\x9b31m" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_buf b;
        m2_buf_init(&b, 1000);
        m2_term_clean(&b, cases[i].raw, true);
        cr_assert_str_eq(b.data, cases[i].clean);
        m2_buf_free(&b);
    }
}

Test(str, glob)
{
    static const struct {
        const char *pattern, *text;
        bool want;
    } cases[] = {
        { "*", "", true },
        { "a*b", "ab", true },
        { "a*b", "axxb", true },
        { "a*b", "axx", false },
        { "a?c", "abc", true },
        { "a?c", "ac", false },
        { "*a*a*", "banana", true },
        { "", "", true },
        { "", "x", false },
        { "s3:Get*", "s3:GetObject", true },
        { "s3:get*", "s3:GetObject", false },
        { "**", "abc", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_eq(m2_str_glob(cases[i].pattern, cases[i].text, false), cases[i].want, "%s ~ %s",
                     cases[i].pattern, cases[i].text);
    cr_assert(m2_str_glob("S3:GET*", "s3:GetObject", true));
}

Test(str, numbers)
{
    static const struct {
        const char *text;
        bool good;
        uint64_t want;
    } cases[] = {
        { "0", true, 0 },
        { "007", true, 7 },
        { "18446744073709551615", true, UINT64_MAX },
        { "18446744073709551616", false, 0 },
        { "99999999999999999999", false, 0 },
        { "", false, 0 },
        { "+1", false, 0 },
        { "-1", false, 0 },
        { "1 ", false, 0 },
        { "0x1", false, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t n = 42;
        struct m2_err err = { 0 };
        int rc = m2_parse_u64(&n, cases[i].text, 0, UINT64_MAX, "--jobs", &err);
        cr_expect_eq(rc == 0, cases[i].good, "\"%s\"", cases[i].text);
        cr_expect_eq(n, rc == 0 ? cases[i].want : 42, "\"%s\"", cases[i].text);
    }
}

Test(str, utf8)
{
    static const struct {
        const char *bytes;
        bool valid;
    } cases[] = {
        { "", true },
        { "abc", true },
        { "\xc3\xa9", true },
        { "\xf0\x9f\x98\x80", true },
        { "\xf4\x8f\xbf\xbf", true },
        { "\x80", false },
        { "\xc3", false },
        { "\xc0\x80", false },
        { "\xe0\x80\x80", false },
        { "\xed\xa0\x80", false },
        { "\xf4\x90\x80\x80", false },
        { "\xff", false },
        { "\xe2\x82", false },
        { "\xf0\x9f\x98", false },
        { "\xc3(", false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_expect_eq(m2_utf8_valid(cases[i].bytes, strlen(cases[i].bytes)), cases[i].valid, "case %zu", i);
}

Test(str, shell_quote_and_parts)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "plain-1.2/x:y@z", "plain-1.2/x:y@z" },
        { "", "''" },
        { "a b", "'a b'" },
        { "it's", "'it'\\''s'" },
        { "$(rm)", "'$(rm)'" },
        { "~", "'~'" },
        { "a*", "'a*'" },
        { "caf\xc3\xa9", "'caf\xc3\xa9'" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_buf b;
        m2_buf_init(&b, 100);
        m2_shell_quote(&b, cases[i].text);
        cr_expect_str_eq(b.data, cases[i].want);
        m2_buf_free(&b);
    }
    struct m2_arena *a = m2_arena_new();
    const char *rest = "before";
    cr_assert_str_eq(m2_str_cut(a, "k=v=w", '=', &rest), "k");
    cr_assert_str_eq(rest, "v=w");
    cr_assert_str_eq(m2_str_cut(a, "k", '=', &rest), "k");
    cr_assert_null(rest);
    cr_assert_str_eq(m2_str_trim(a, " \t a b \n"), "a b");
    cr_assert_str_eq(m2_str_trim(a, "  "), "");
    cr_assert(m2_str_has_ci("AccessDenied", "denied") && m2_str_has_ci("", "") && !m2_str_has_ci(NULL, "x"));
    cr_assert(m2_str_ends("abc", "bc") && !m2_str_ends("c", "bc") && !m2_str_ends(NULL, "x"));
    cr_assert(m2_str_eq_ci("AbC", "aBc") && !m2_str_eq_ci("ab", "abc") && !m2_str_eq_ci(NULL, "a"));
    m2_arena_free(a);
}

Test(str, columns_on_a_terminal)
{
    static const struct {
        const char *s;
        size_t columns;
    } rows[] = {
        { "", 0 },
        { "abc", 3 },
        { "caf\xc3\xa9", 4 },
        { "e\xcc\x81", 1 }, /* a combining accent */
        { "\xe6\x97\xa5", 2 },
        { "\xf0\x9f\x9a\x80", 2 }, /* a rocket */
        { "a\xff", 2 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        cr_expect_eq(m2_text_width(rows[i].s, strlen(rows[i].s)), rows[i].columns, "%s", rows[i].s);
    cr_expect_eq(m2_text_fit("\xe6\x97\xa5\xe6\x97\xa5", 3), 3); /* half a character is none */
    cr_expect_eq(m2_text_fit("abc", 10), 3);
    cr_expect_eq(m2_text_fit("abc", 2), 2);
}
