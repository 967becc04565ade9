#include <criterion/criterion.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>

#include "m2/json.h"
#include "m2/value.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static struct m2_value *json(struct m2_arena *a, const char *text)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_json_parse(&v, a, m2_bytes_of(text), "t", &err), 0, "%s", err.msg);
    return v;
}

Test(value, whole_numbers_are_exact_or_refused)
{
    static const struct {
        const char *text;
        bool whole;
        int64_t want;
    } cases[] = {
        { "0", true, 0 },
        { "-0", true, 0 },
        { "0e99999999999999999999", true, 0 },
        { "0.000", true, 0 },
        { "1e3", true, 1000 },
        { "1.0", true, 1 },
        { "1.50e1", true, 15 },
        { "120e-1", true, 12 },
        { "1e-1", false, 0 },
        { "1.5", false, 0 },
        { "9223372036854775807", true, INT64_MAX },
        { "9223372036854775808", false, 0 },
        { "-9223372036854775808", true, INT64_MIN },
        { "-9223372036854775809", false, 0 },
        { "922337203685477580.7e1", true, INT64_MAX },
        { "9007199254740993", true, INT64_C(9007199254740993) },
        { "1e18", true, INT64_C(1000000000000000000) },
        { "1e19", false, 0 },
        { "1e99999999999999999999", false, 0 },
        { "1e-99999999999999999999", false, 0 },
        { "0.0000000000000000000012e22", true, 12 },
        { "\"42\"", true, 42 },
        { "\"-7\"", true, -7 },
        { "\"\"", false, 0 },
        { "\" 1\"", false, 0 },
        { "\"0x10\"", false, 0 },
        { "true", false, 0 },
        { "[]", false, 0 },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t got = 77;
        cr_assert_eq(m2_v_to_int(json(a, cases[i].text), &got), cases[i].whole, "%s", cases[i].text);
        cr_assert_eq(got, cases[i].whole ? cases[i].want : 77, "%s: %" PRId64, cases[i].text, got);
    }
    m2_arena_free(a);
}

Test(value, doubles_do_not_depend_on_the_locale)
{
    struct m2_arena *a = m2_arena_new();
    double d = 0;
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        fputs("no comma locale is installed here: the ordinary one is used\n", stderr);
    cr_assert(m2_v_to_double(json(a, "0.5"), &d) && d == 0.5);
    cr_assert(m2_v_to_double(json(a, "0.30000000000000004"), &d) && d == 0.30000000000000004);
    cr_assert(m2_v_to_double(json(a, "\"-1e3\""), &d) && d == -1000);
    d = 7;
    cr_assert_not(m2_v_to_double(json(a, "1e999"), &d));
    cr_assert_not(m2_v_to_double(json(a, "\"0,5\""), &d));
    cr_assert_not(m2_v_to_double(json(a, "\"nan\""), &d));
    cr_assert_not(m2_v_to_double(NULL, &d));
    cr_assert_eq(d, 7);
    m2_arena_free(a);
}

Test(value, paths)
{
    static const struct {
        const char *path, *want;
    } cases[] = {
        { "Stacks[0].Outputs[1].K", "v" },
        { "Stacks[1]", NULL },
        { "Stacks[0]x", NULL },
        { "Stacks[].x", NULL },
        { "Stacks[0", NULL },
        { "Stacks.Outputs", NULL },
        { "a[0][1]", "z" },
        { "", NULL },
        { "Stacks[99999999999999999999]", NULL },
        { "s.x", NULL },
        { "s[0]", NULL },
        { "s", "t" },
    };
    struct m2_arena *a = m2_arena_new();
    const struct m2_value *v =
        json(a, "{\"Stacks\":[{\"Outputs\":[null,{\"K\":\"v\"}]}],\"a\":[[\"y\",\"z\"]],\"s\":\"t\"}");
    for (size_t i = 0; i < COUNT(cases); i++)
        cr_assert(m2_str_eq(m2_v_pstr(v, cases[i].path), cases[i].want), "%s", cases[i].path);
    cr_assert_null(m2_v_path(NULL, "a.b"));
    m2_arena_free(a);
}

Test(value, absent_values_answer_absent)
{
    const struct m2_value *v = NULL;
    int64_t n = 5;
    cr_assert_eq(m2_v_len(v), 0);
    cr_assert_null(m2_v_at(v, 0));
    cr_assert_null(m2_v_get(v, "x"));
    cr_assert_null(m2_v_text(v));
    cr_assert_null(m2_v_str(v, "x"));
    cr_assert_not(m2_v_int_of(v, "x", &n));
    cr_assert_eq(m2_v_int_or(v, "x", 9), 9);
    cr_assert(m2_v_bool_or(v, "x", true));
    cr_assert_not(m2_v_has(v, "x"));
    cr_assert_eq(m2_v_compare(NULL, NULL), 0);
    struct m2_arena *a = m2_arena_new();
    cr_assert_null(m2_v_copy(a, NULL));
    cr_assert(m2_v_is(m2_v_string(a, NULL), M2_NULL));
    m2_arena_free(a);
}

Test(value, members_are_set_replaced_and_removed_at_every_size)
{
    for (int size = 1; size < 200; size += size < 40 ? 1 : 37) {
        struct m2_arena *a = m2_arena_new();
        struct m2_value *o = m2_v_object(a);
        char key[16];
        for (int i = 0; i < size; i++) {
            (void)snprintf(key, sizeof key, "k%d", i);
            m2_v_set_int(a, o, key, i);
            m2_v_set_int(a, o, key, i + 1000);
        }
        cr_assert_eq(m2_v_len(o), (size_t)size);
        m2_v_set(a, o, "k0", NULL);
        m2_v_set(a, o, "none", NULL);
        cr_assert_eq(m2_v_len(o), (size_t)size - 1);
        cr_assert_null(m2_v_get(o, "k0"));
        for (int i = 1; i < size; i++) {
            (void)snprintf(key, sizeof key, "k%d", i);
            cr_assert_eq(m2_v_int_or(o, key, -1), i + 1000, "%d of %d", i, size);
        }
        m2_v_set_str(a, o, "k0", "back");
        cr_assert_str_eq(m2_v_str(o, "k0"), "back");
        cr_assert(m2_v_equal(o, m2_v_copy(a, o)), "%d", size);
        m2_arena_free(a);
    }
}

Test(value, order_is_total_and_agrees_with_equality)
{
    /* Ascending; "=" marks an entry that equals the one before. */
    static const char *const cases[] = {
        "null",
        "false",
        "true",
        "-1e400",
        "-10",
        "-9.5",
        "-0.5",
        "0",
        "=-0.0",
        "1e-400",
        "0.09",
        "0.5",
        "=5e-1",
        "=50e-2",
        "9",
        "10",
        "=1e1",
        "=10.00",
        "9007199254740992",
        "9007199254740993",
        "\"\"",
        "\"A\"",
        "\"AB\"",
        "\"a\"",
        "[]",
        "[1]",
        "=[1.0]",
        "[1,1]",
        "[2]",
        "{}",
        "{\"a\":1}",
        "{\"a\":1,\"b\":2}",
        "={\"b\":2,\"a\":1}",
        "{\"a\":2}",
        "{\"b\":0}",
    };
    struct m2_arena *a = m2_arena_new();
    int rank[COUNT(cases)];
    struct m2_value *v[COUNT(cases)];
    for (size_t i = 0, at = 0; i < COUNT(cases); i++) {
        bool same = cases[i][0] == '=';
        v[i] = json(a, cases[i] + same);
        at += !same;
        rank[i] = (int)at;
    }
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t j = 0; j < COUNT(cases); j++) {
            int c = m2_v_compare(v[i], v[j]), want = (rank[i] > rank[j]) - (rank[i] < rank[j]);
            cr_assert_eq((c > 0) - (c < 0), want, "%s and %s: %d", cases[i], cases[j], c);
            cr_assert_eq(m2_v_equal(v[i], v[j]), want == 0, "%s and %s", cases[i], cases[j]);
        }
    m2_arena_free(a);
}

Test(value, lists_and_flags)
{
    struct m2_arena *a = m2_arena_new();
    const struct m2_value *v =
        json(a, "{\"l\":[\"a\",1,\"b\"],\"s\":\"a\",\"t\":\"true\",\"f\":\"false\",\"x\":\"yes\"}");
    cr_assert(m2_v_has(m2_v_get(v, "l"), "b"));
    cr_assert_not(m2_v_has(m2_v_get(v, "l"), "1"));
    cr_assert_not(m2_v_has(m2_v_get(v, "l"), NULL));
    cr_assert(m2_v_has(m2_v_get(v, "s"), "a"));
    cr_assert(m2_v_bool_or(v, "t", false));
    cr_assert_not(m2_v_bool_or(v, "f", true));
    cr_assert(m2_v_bool_or(v, "x", true));
    struct m2_value *item;
    size_t n = 0;
    m2_v_each(item, i, m2_v_get(v, "l")) n += item != NULL;
    cr_assert_eq(n, 3);
    m2_arena_free(a);
}
