#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "m2/str.h"

Test(str_edges, a_shell_reads_back_what_was_quoted)
{
    static const struct {
        const char *raw, *want;
    } cases[] = {
        { "plain-1.x/y:z=@%+,", "plain-1.x/y:z=@%+," },
        { "", "''" },
        { "two words", "'two words'" },
        { "it's", "'it'\\''s'" },
        { "$(rm x) `y` \"z\" \\ !*?[]{}~#&;|<>\n\tend", NULL },
        { "'", NULL },
        { "''\\''", NULL },
        { "caf\xc3\xa9", NULL },
        { "~", NULL },
        { "-x", NULL },
    };
    struct m2_buf b;
    m2_buf_init(&b, 10000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        m2_buf_reset(&b);
        m2_shell_quote(&b, cases[i].raw);
        if (cases[i].want)
            cr_assert_str_eq(b.data, cases[i].want);
        char command[400], got[200] = { 0 };
        (void)snprintf(command, sizeof command, "printf %%s %s", b.data);
        if (cases[i].raw[0] == '-')
            (void)snprintf(command, sizeof command, "printf %%s -- %s | cut -c 3-", b.data);
        FILE *f = popen(command, "r");
        cr_assert(f);
        size_t n = fread(got, 1, sizeof got - 1, f);
        if (cases[i].raw[0] == '-' && n)
            got[strcspn(got, "\n")] = '\0';
        cr_assert_eq(pclose(f), 0, "%s", command);
        cr_assert_str_eq(got, cases[i].raw, "%s gave %s", command, got);
    }
    m2_buf_free(&b);
}

Test(str_edges, utf8_is_judged_as_the_standard_has_it)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        { "", true },
        { "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", true },
        { "\xf4\x8f\xbf\xbf", true },
        { "\xf4\x90\x80\x80", false },
        { "\xc0\x80", false },
        { "\xc1\xbf", false },
        { "\xe0\x9f\xbf", false },
        { "\xf0\x8f\xbf\xbf", false },
        { "\xed\x9f\xbf", true },
        { "\xed\xa0\x80", false },
        { "\xed\xbf\xbf", false },
        { "\x80", false },
        { "\xc3", false },
        { "\xe2\x82", false },
        { "\xf0\x9f\x98", false },
        { "\xff", false },
        { "\xc3\xc3\xa9", false },
    };
    uint32_t cp = 5;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        cr_assert_eq(m2_utf8_valid(cases[i].text, strlen(cases[i].text)), cases[i].good, "case %zu", i);
    cr_assert(m2_utf8_valid("a\0b", 3) && m2_utf8_valid(NULL, 0));
    cr_assert_eq(m2_utf8_next("\xf0\x9f\x98\x80", 4, &cp), 4);
    cr_assert_eq(cp, 0x1f600);
    cr_assert_eq(m2_utf8_next("\xf0\x9f\x98\x80", 3, &cp), 0);
    cr_assert_eq(m2_utf8_next("", 0, &cp), 0);
    cr_assert_eq(cp, 0x1f600);
}

Test(str_edges, a_pattern_of_many_stars_stays_fast)
{
    char text[5001], pattern[2001];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i + 1 < sizeof pattern; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[sizeof pattern - 2] = 'b';
    pattern[sizeof pattern - 1] = '\0';
    cr_assert_not(m2_str_glob(pattern, text, false)); /* backtracking over every star would never end */
}
