#include <criterion/criterion.h>

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
