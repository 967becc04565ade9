/* The grammar of the shared files: what is accepted with a warning, what is refused, and on which line. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/ini.h"

#define BYTES(s)                                                                                             \
    {                                                                                                        \
        s, sizeof(s) - 1                                                                                     \
    }

Test(ini, refused_with_the_line)
{
    static const struct {
        struct m2_bytes text;
        const char *says;
    } cases[] = {
        { BYTES("a = b\n"), "f:1: expected a section header" },
        { BYTES("[default]\n\n# c\nregion us-east-1\n"), "f:4: expected an '='" },
        { BYTES("[default]\nregion : x\n"), "f:2: expected an '='" },
        { BYTES("[default\n"), "f:1: a section header must end with ']'" },
        { BYTES("[default]\n= v\n"), "f:2: the setting has no name" },
        { BYTES("[default]\ns3 =\n  v\n"), "f:3: expected an '=' in a nested setting" },
        { BYTES("[default]\ns3 =\n\n  = v\n"), "f:4: the nested setting has no name" },
        { BYTES("[default]\n  more\n"), "f:2: expected a setting" },
        { BYTES("[default]\na = b\0c\n"), "f:2: a NUL byte" },
        { BYTES("\xff\xfe[\0d\0"), "f:1: the file is UTF-16" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_ini ini = { .path = "untouched" };
        cr_assert(m2_ini_parse(&ini, a, cases[i].text, "f", &err) < 0, "%s: accepted", cases[i].says);
        cr_assert(err.code == M2_ECONFIG && m2_str_starts(err.msg, cases[i].says), "%s: %s", cases[i].says,
                  err.msg);
        cr_assert_str_eq(ini.path, "untouched");
        m2_arena_free(a);
    }
}

Test(ini, accepted_with_a_warning)
{
    static const struct {
        const char *text, *key, *value, *warning; /* key of [default] */
    } cases[] = {
        { "[default]\nk = v # note\n", "k", "v", "f:2: the text from '#' on" },
        { "[default]\nk = v;x\n", "k", "v;x", NULL },
        { "[default]\nk =#v\n", "k", "#v", NULL },
        { "[default]\nk = 1\nK = 2\n", "k", "2", "f:3: k is set already on line 2" },
        { "[default]\nk = 1\n[default]\nj = 2\n", "k", "1", "f:3: [default] is there already on line 1" },
        { "[default] tail\nk = 1\n", "k", "1", "f:1: the text after ']' is ignored" },
        { "[default]\nbad key = 1\n more\nk = 2\n", "k", "2", "f:2: the setting is left out" },
        { "[profile a b]\nk = 1\n  more\n[default]\nk = 2\n", "k", "2", "f:1: [profile a b] is left out" },
        { "[default]\nk = a\n [x]\n", "k", "a\n[x]", "f:3: this indented line continues the value of k" },
        { "\t[default]\n\tk = 1\n\tj = 2\n", "j", "2", NULL },
        { "\xef\xbb\xbf[default]\r\nk = v\r\n", "k", "v", NULL },
        { "[default]\nk = a\n   # comment\n  b", "k", "a\nb", NULL },
        { "[default]\nk =\n", "k", NULL, NULL },
        { "", "k", NULL, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_ini ini;
        cr_assert_eq(m2_ini_parse(&ini, a, m2_bytes_of(cases[i].text), "f", &err), 0, "%s: %s", cases[i].text,
                     err.msg);
        const char *got = m2_ini_value(m2_ini_section(&ini, "", "default"), cases[i].key);
        cr_assert(m2_str_eq(got, cases[i].value), "%s: %s", cases[i].text, m2_str_or(got, "(none)"));
        cr_assert_eq(ini.warnings.len, cases[i].warning ? 1 : 0, "%s: %s", cases[i].text,
                     ini.warnings.len ? ini.warnings.at[0] : "no warning");
        cr_assert(!cases[i].warning || m2_str_starts(ini.warnings.at[0], cases[i].warning), "%s: %s",
                  cases[i].text, ini.warnings.len ? ini.warnings.at[0] : "");
        m2_arena_free(a);
    }
}

Test(ini, nested_and_quoted)
{
    static const char text[] = "[services s]\nS3 =\n  Endpoint_URL = http://x # y\n\n  a = 1\n  a = 2\n"
                               "[profile \"a b\"]\nk = 1\n[profile 'c d']\nk = 2\n[profile m\xc3\xbcller]\nk "
                               "= 3\n[ profile  x ]\nk = 4\n";
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_ini ini;
    cr_assert_eq(m2_ini_parse(&ini, a, m2_bytes_of(text), "f", &err), 0, "%s", err.msg);
    const struct m2_ini_section *s = m2_ini_section(&ini, "services", "s");
    cr_assert_str_eq(m2_ini_nested(s, "s3", "endpoint_url"), "http://x");
    cr_assert_str_eq(m2_ini_nested(s, "s3", "a"), "2");
    cr_assert_null(m2_ini_nested(s, "s3", "b"));
    static const char *const names[] = { "a b", "c d", "m\xc3\xbcller", "x" };
    for (size_t i = 0; i < 4; i++) {
        char value[2] = { (char)('1' + (int)i), 0 };
        cr_assert_str_eq(m2_ini_value(m2_ini_section(&ini, "profile", names[i]), "k"), value, "%s", names[i]);
    }
    m2_arena_free(a);
}

/* Joining line by line took the square of the length. */
Test(ini, a_long_value_of_many_lines, .timeout = 20)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_ini ini;
    struct m2_buf b;
    m2_buf_init(&b, 10 << 20);
    m2_buf_adds(&b, "[default]\nk = x\n");
    for (int i = 0; i < 1000000; i++)
        m2_buf_adds(&b, " yyyyy\n");
    cr_assert_eq(m2_ini_parse(&ini, a, (struct m2_bytes){ b.data, b.len }, "f", &err), 0, "%s", err.msg);
    cr_assert_eq(strlen(m2_ini_value(m2_ini_section(&ini, "", "default"), "k")), 6000001);
    cr_assert_lt(m2_arena_used(a), 100000000);
    m2_buf_free(&b);
    m2_arena_free(a);
}
