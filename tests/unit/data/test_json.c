#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "m2/file.h"
#include "m2/json.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct m2_value *parse(struct m2_arena *a, const char *text, struct m2_err *err)
{
    struct m2_value *v = NULL;
    return m2_json_parse(&v, a, m2_bytes_of(text), "t.json", err) == 0 ? v : NULL;
}

Test(json, compact_text_survives_the_round_trip)
{
    static const char *const cases[] = {
        "null",
        "true",
        "false",
        "0",
        "-0",
        "9007199254740993",
        "18446744073709551616",
        "0.30000000000000004",
        "1E400",
        "-1.50e-7",
        "\"\"",
        "\"a\\\"b\\\\c\"",
        "[]",
        "{}",
        "[[],{}]",
        "{\"b\":1,\"a\":[true,null]}",
        "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"",
        "\"\\u001b[31m\"",
        "\"\\b\\f\\n\\r\\t\\u007f\\u202e\"",
        "{\"\":{\"\":\"\"}}",
        "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "[1,-1234567890123456789012345678901234567890123456789012345678901234567890.5e-10,\"x\"]",
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_value *v = parse(a, cases[i], &err);
        cr_assert(v, "%s: %s", cases[i], err.msg);
        cr_assert_str_eq(m2_json_text(a, v), cases[i]);
        m2_arena_free(a);
    }
}

Test(json, what_is_wrong_is_said_with_its_place)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "", "t.json:1:1: expected a value, but there is nothing" },
        { " \n ", "t.json:2:2: expected a value, but there is nothing" },
        { "{", "t.json:1:2: the text ends in the middle of an object" },
        { "[1,", "t.json:1:4: the text ends in the middle of an array" },
        { "{\"a\"", "t.json:1:5: the text ends in the middle of an object" },
        { "\"abc", "t.json:1:5: the text ends in the middle of a string" },
        { "\"abc\\", "t.json:1:6: the text ends in the middle of a string" },
        { "\"\\u12", "t.json:1:6: the text ends in the middle of a string" },
        { "tru", "t.json:1:4: the text ends in the middle of true" },
        { "-", "t.json:1:2: the text ends in the middle of a number" },
        { "[1.", "t.json:1:4: the text ends in the middle of a number" },
        { "1e+", "t.json:1:4: the text ends in the middle of a number" },
        { "{\"a\":1,}", "t.json:1:8: a comma before \"}\"" },
        { "[1,\n]", "t.json:2:1: a comma before \"]\"" },
        { "[1 2]", "t.json:1:4: expected \",\" or \"]\", found \"2\"" },
        { "{a:1}", "t.json:1:2: expected a key in double quotes, found \"a\"" },
        { "{\"a\" 1}", "t.json:1:6: expected \":\" after the key, found \"1\"" },
        { "1 2", "t.json:1:3: expected the end of the text, found \"2\"" },
        { "{}}", "t.json:1:3: expected the end of the text, found \"}\"" },
        { "[012]", "t.json:1:2: \"012\" is not a number as JSON writes it" },
        { "+1", "t.json:1:1: expected a value, found \"+1\" (text needs double quotes)" },
        { ".5", "t.json:1:1: expected a value, found \".5\" (text needs double quotes)" },
        { "[NaN]", "t.json:1:2: expected a value, found \"NaN\" (text needs double quotes)" },
        { "'a'", "t.json:1:1: expected a value, found \"'\"" },
        { "\"a\nb\"", "t.json:1:3: a string must end on its line (write a line break as \\n)" },
        { "\"a\tb\"", "t.json:1:3: control character 0x09 in a string must be written as \\u0009" },
        { "\"\\x\"", "t.json:1:2: a backslash in a string needs one of \" \\ / b f n r t u behind it" },
        { "\"\\u12g4\"", "t.json:1:2: expected four hexadecimal digits after \\u" },
        { "\"\\u0000\"", "t.json:1:2: \\u0000 is not accepted in a string" },
        { "\"\\ud800\"", "t.json:1:2: \\ud800 is half of a surrogate pair" },
        { "\"\\udc00\\ud800\"", "t.json:1:2: \\udc00 is half of a surrogate pair" },
        { "\"\\ud800\\u0041\"", "t.json:1:2: \\ud800 is half of a surrogate pair" },
        { "\"\xff\"", "t.json:1:2: byte 0xff is not UTF-8" },
        { "\"\xc0\x80\"", "t.json:1:2: byte 0xc0 is not UTF-8" },
        { "\"\xed\xa0\x80\"", "t.json:1:2: byte 0xed is not UTF-8" },
        { "\xff\xfe{", "t.json:1:1: the text is UTF-16; it must be UTF-8" },
        { "[\"\xc3\xa9\xc3\xa9\", x]", "t.json:1:8: expected a value, found \"x\"" },
        { "{\"a\":1,\n \"b\":2,\n \"a\":3}", "t.json:3:2: the key \"a\" is there twice; first on line 1" },
        { "\x01", "t.json:1:1: expected a value, found byte 0x01" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        cr_assert_null(parse(a, cases[i].text, &err), "accepted: %s", cases[i].text);
        cr_assert_eq(err.code, M2_EINPUT);
        cr_assert_str_eq(err.msg, cases[i].want);
        m2_arena_free(a);
    }
}

Test(json, depth_64_is_read_and_65_refused)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    char text[140] = { 0 };
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    struct m2_value *v = parse(a, text, &err);
    cr_assert(v, "%s", err.msg);
    cr_assert_str_eq(m2_json_text(a, v), text);
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    cr_assert_null(parse(a, text, &err));
    cr_assert_eq(err.code, M2_ELIMIT);
    cr_assert_str_eq(err.msg, "t.json:1:65: nested deeper than 64 levels");
    m2_arena_free(a);
}

Test(json, cut_at_every_byte_is_an_error_that_says_so)
{
    static const char text[] =
        "{\"a\": [1.5e+3, -2, \"x\\u00e9\\ud83d\\ude00\\n\xc3\xa9\", true, false, null],\n"
        " \"b\": {\"c\": {}, \"d\": []}}";
    const size_t first_line = strcspn(text, "\n") + 1;
    for (size_t n = 0; n < sizeof text - 1; n++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_value *v = NULL;
        /* An exact heap copy: a sanitizer sees any read behind the end. */
        char *cut = m2_xmalloc(n);
        memcpy(cut, text, n);
        cr_assert_eq(m2_json_parse(&v, a, (struct m2_bytes){ cut, n }, "cut", &err), -1, "accepted %zu bytes",
                     n);
        cr_assert_null(v);
        cr_assert(m2_str_starts(err.msg, n >= first_line ? "cut:2:" : "cut:1:"), "%zu: %s", n, err.msg);
        cr_assert(n == 0 || strstr(err.msg, "ends in the middle of"), "%zu: %s", n, err.msg);
        free(cut);
        m2_arena_free(a);
    }
}

Test(json, positions_and_pretty_text)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_value *v = parse(a, "\xef\xbb\xbf{\"a\": [1,\n  \"\xc3\xa9\", null], \"b\": {}}", &err);
    static const struct {
        const char *path;
        uint32_t line, col;
    } cases[] = { { "a", 1, 7 }, { "a[0]", 1, 8 }, { "a[1]", 2, 3 }, { "a[2]", 2, 8 }, { "b", 2, 20 } };
    cr_assert(v, "%s", err.msg);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct m2_value *at = m2_v_path(v, cases[i].path);
        cr_assert(at && at->line == cases[i].line && at->col == cases[i].col, "%s: %u:%u", cases[i].path,
                  at ? at->line : 0, at ? at->col : 0);
    }
    struct m2_buf b;
    m2_buf_init(&b, 1000);
    m2_json_write(&b, v, true);
    cr_assert_str_eq(b.data, "{\n  \"a\": [\n    1,\n    \"\xc3\xa9\",\n    null\n  ],\n  \"b\": {}\n}");
    m2_buf_reset(&b);
    m2_json_quote(&b, "a\xff\xc3", 3);
    cr_assert_str_eq(b.data, "\"a\xef\xbf\xbd\xef\xbf\xbd\"");
    cr_assert_str_eq(m2_json_text(a, NULL), "null");
    cr_assert_eq(m2_v_len(parse(a, "\xef\xbb\xbf[1]", &err)), 1, "a mark before a short text: %s", err.msg);
    cr_assert(parse(a,
                    "\xef\xbb\xbf"
                    "1",
                    &err),
              "a mark before a shorter text: %s", err.msg);
    m2_buf_free(&b);
    m2_arena_free(a);
}

Test(json, many_members_and_their_duplicate)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_buf b;
    m2_buf_init(&b, 1 << 24);
    m2_buf_adds(&b, "{");
    for (int i = 0; i < 100000; i++)
        m2_buf_addf(&b, "\"key%d\":%d,\n", i, i);
    size_t len = b.len;
    m2_buf_adds(&b, "\"last\":0}");
    struct m2_value *v = parse(a, b.data, &err);
    cr_assert(v, "%s", err.msg);
    cr_assert_eq(m2_v_len(v), 100001);
    cr_assert_eq(m2_v_int_or(v, "key77777", -1), 77777);
    cr_assert_null(m2_v_get(v, "key100000"));
    b.data[b.len = len] = '\0';
    m2_buf_adds(&b, "\"key5\":0}");
    cr_assert_null(parse(a, b.data, &err));
    cr_assert_str_eq(err.msg, "t.json:100001:1: the key \"key5\" is there twice; first on line 6");
    m2_buf_free(&b);
    m2_arena_free(a);
}

Test(json, files)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_value *v = NULL;
    cr_assert_eq(m2_json_read_file(&v, a, "/nonexistent/x.json", &err), -1);
    cr_assert_eq(err.code, M2_ENOTFOUND);
    cr_assert_null(v);
    m2_arena_free(a);
}

/* "OPEN inner , pad , inner CLOSE" with a pad that makes it too large to be parsed in one piece. */
static struct m2_value *parse_large(struct m2_arena *a, const char *format, const char *inner, char pad,
                                    struct m2_err *err)
{
    char *padding = m2_arena_alloc(a, 70001);
    memset(padding + 1, 'x', 69999);
    padding[0] = pad;
    struct m2_value *v = parse(a, m2_arena_printf(a, format, inner, padding, inner, "\"end\":0"), err);
    return v;
}

Test(json, a_large_text_is_read_as_its_parts_are)
{
    static const char *const inner[] = {
        "{}",
        "[]",
        "\"\"",
        "true",
        "null",
        "-1.50e-7",
        "\"\\b\\f\\n\\r\\t\\u007f\\u202e\"",
        "{\"a\\\"\\u001b\":[1,{\"\":false}],\"b\":\"{[\"}",
        "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"",
    };
    for (size_t i = 0; i < COUNT(inner); i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_value *list = parse_large(a, "[%s,\n\"%s\",\n %s]", inner[i], '{', &err);
        cr_assert(list, "%s: %s", inner[i], err.msg);
        const struct m2_value *first = m2_v_at(list, 0), *last = m2_v_at(list, 2);
        cr_expect_eq(m2_v_len(list), 3);
        cr_expect(m2_v_equal(first, parse(a, inner[i], &err)) && m2_v_equal(first, last), "%s", inner[i]);
        cr_expect_eq(m2_v_len(m2_v_at(list, 1)) + strlen(m2_v_text(m2_v_at(list, 1))), 70000);
        cr_expect(list->line == 1 && first->col == 2 && last->line == 3 && last->col == 2, "%s", inner[i]);
        struct m2_value *object =
            parse_large(a, "{\"k\\\"\\u0041\":%s,\"pad\":[\"%s\"],\"\":%s,%s}", inner[i], '[', &err);
        cr_assert(object, "%s: %s", inner[i], err.msg);
        cr_expect(m2_v_len(object) == 4 && m2_v_equal(m2_v_get(object, "k\"A"), first), "%s", inner[i]);
        cr_expect(m2_v_equal(m2_v_get(object, ""), first) && m2_v_get(object, "end"), "%s", inner[i]);
        m2_arena_free(a);
    }
}

Test(json, a_duplicate_in_a_large_object_is_refused)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    cr_expect_null(parse_large(a, "{\"k\":%s,\"pad\":\"%s\",\n\"\\u006b\":%s,%s}", "1", 'x', &err));
    cr_expect_str_eq(err.msg, "t.json:2:1: the key \"k\" is there twice; first on line 1");
    m2_arena_free(a);
}
