#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "m2/buf.h"
#include "m2/json.h"
#include "m2/yaml.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static int parse(struct m2_yaml_doc *doc, struct m2_arena *a, const char *text, struct m2_err *err)
{
    return m2_yaml_parse(doc, a, m2_bytes_of(text), "t.yaml", err);
}

Test(yaml, values_as_cloudformation_reads_them)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        { "a", "\"a\"" },
        { "[1, -2.50, 1e3, 0.30000000000000004, 12345678901234567890]",
          "[1,-2.50,1e3,0.30000000000000004,12345678901234567890]" },
        { "[012, 0x1F, 1_000, +1, .5, 1:30, .inf, 1.]",
          "[\"012\",\"0x1F\",\"1_000\",\"+1\",\".5\",\"1:30\",\".inf\",\"1.\"]" },
        { "[true, False, YES, no, On, off, y, n, tRUE]",
          "[true,false,true,false,true,false,\"y\",\"n\",\"tRUE\"]" },
        { "[~, null, NULL, '', \"\", nil]", "[null,null,null,\"\",\"\",\"nil\"]" },
        { "a:\nb: # c\n", "{\"a\":null,\"b\":null}" },
        { "Version: 2012-10-17\nTime: 2001-12-14T21:59:43Z",
          "{\"Version\":\"2012-10-17\",\"Time\":\"2001-12-14T21:59:43Z\"}" },
        { "['1', \"true\", !!str 5, !!int '7', ! 8]", "[\"1\",\"true\",\"5\",7,\"8\"]" },
        { "a: |\n  x\n  y\nb: >-\n  x\n  y\n", "{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}" },
        { "a: &x {k: [1]}\nb: *x\n", "{\"a\":{\"k\":[1]},\"b\":{\"k\":[1]}}" },
        { "&k a: 1\nb: *k\n*k : 2\n", NULL },
        { "x: &k a\n*k : 2\n", "{\"x\":\"a\",\"a\":2}" },
        { "<<: {a: 1}\nb: 2", "{\"<<\":{\"a\":1},\"b\":2}" },
        { "yes: 1\n1.0: 2\n", "{\"yes\":1,\"1.0\":2}" },
        { "\xef\xbb\xbf"
          "a: 1\r\nb: 2\r\n",
          "{\"a\":1,\"b\":2}" },
        { "---\na: 1\n...\n", "{\"a\":1}" },
        { "{\"json\": [1, {\"x\": null}]}", "{\"json\":[1,{\"x\":null}]}" },
        { "caf\xc3\xa9: \"\\u00e9\\x41\"", "{\"caf\xc3\xa9\":\"\xc3\xa9"
                                           "A\"}" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_yaml_doc doc = { 0 };
        cr_assert_eq(parse(&doc, a, cases[i].text, &err), 0, "%s: %s", cases[i].text, err.msg);
        if (cases[i].want)
            cr_assert_str_eq(m2_json_text(a, doc.root), cases[i].want);
        else
            cr_assert_eq(doc.n_duplicates, 1);
        m2_arena_free(a);
    }
}

Test(yaml, utf16_with_its_mark)
{
    static const char little[] = "\xff\xfe"
                                 "a\0:\0 \0\xe9\0",
                      big[] = "\xfe\xff\0a\0:\0 \0\xe9";
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_yaml_doc doc = { 0 };
    cr_assert_eq(m2_yaml_parse(&doc, a, (struct m2_bytes){ little, sizeof little - 1 }, "t", &err), 0, "%s",
                 err.msg);
    cr_assert_str_eq(m2_v_str(doc.root, "a"), "\xc3\xa9");
    cr_assert_eq(m2_yaml_parse(&doc, a, (struct m2_bytes){ big, sizeof big - 1 }, "t", &err), 0, "%s",
                 err.msg);
    cr_assert_str_eq(m2_v_str(doc.root, "a"), "\xc3\xa9");
    m2_arena_free(a);
}

Test(yaml, tags_and_positions)
{
    static const char text[] = "Resources:\n"
                               "  Job:\n"
                               "    Role: !GetAtt Role.Arn\n"
                               "    Name: !Sub '${AWS::StackName}-caf\xc3\xa9'\n"
                               "    On: !Equals [!Ref Env, 12]\n"
                               "    Map: !Transform\n"
                               "      Name: yes\n"
                               "    Flag: !Ref true\n";
    static const struct {
        const char *path, *tag;
        enum m2_type type;
        uint32_t line, col;
    } cases[] = {
        { "Resources", NULL, M2_OBJECT, 2, 3 },
        { "Resources.Job.Role", "!GetAtt", M2_STRING, 3, 11 },
        { "Resources.Job.Name", "!Sub", M2_STRING, 4, 11 },
        { "Resources.Job.On", "!Equals", M2_ARRAY, 5, 9 },
        { "Resources.Job.On[0]", "!Ref", M2_STRING, 5, 18 },
        { "Resources.Job.On[1]", NULL, M2_NUMBER, 5, 28 },
        { "Resources.Job.Map", "!Transform", M2_OBJECT, 6, 10 },
        { "Resources.Job.Map.Name", NULL, M2_BOOL, 7, 13 },
        { "Resources.Job.Flag", "!Ref", M2_STRING, 8, 11 },
    };
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_yaml_doc doc = { 0 };
    cr_assert_eq(parse(&doc, a, text, &err), 0, "%s", err.msg);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct m2_value *v = m2_v_path(doc.root, cases[i].path);
        cr_assert(v, "%s", cases[i].path);
        cr_assert(m2_str_eq(v->tag, cases[i].tag), "%s: tag %s", cases[i].path, m2_str_or(v->tag, "none"));
        cr_assert_eq(v->type, cases[i].type, "%s", cases[i].path);
        cr_assert(v->line == cases[i].line && v->col == cases[i].col, "%s: %u:%u", cases[i].path, v->line,
                  v->col);
    }
    m2_arena_free(a);
}

Test(yaml, duplicates_with_both_places_and_the_last_value)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_yaml_doc doc = { 0 };
    cr_assert_eq(parse(&doc, a, "a: 1\nOutputs:\n  x:\n  - {k: 1, k: 2}\n  x: 3\na: 4\na: 5\n", &err), 0,
                 "%s", err.msg);
    static const struct m2_yaml_duplicate want[] = {
        { "Outputs.x[0]", "k", 4, 6, 4, 12 },
        { "Outputs", "x", 3, 3, 5, 3 },
        { "", "a", 1, 1, 6, 1 },
        { "", "a", 1, 1, 7, 1 },
    };
    cr_assert_eq(doc.n_duplicates, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        const struct m2_yaml_duplicate *d = &doc.duplicates[i];
        cr_assert(m2_str_eq(d->path, want[i].path) && m2_str_eq(d->key, want[i].key), "%s / %s", d->path,
                  d->key);
        cr_assert(d->first_line == want[i].first_line && d->first_col == want[i].first_col &&
                      d->line == want[i].line && d->col == want[i].col,
                  "%s: %u:%u %u:%u", d->key, d->first_line, d->first_col, d->line, d->col);
    }
    cr_assert_str_eq(m2_json_text(a, doc.root), "{\"a\":5,\"Outputs\":{\"x\":3}}");
    m2_arena_free(a);
}

Test(yaml, faults_have_their_place)
{
    static const struct {
        const char *text, *want;
        enum m2_errc code;
    } cases[] = {
        { "", "t.yaml:1:1: expected a document, but there is nothing", M2_EINPUT },
        { "# only a comment\n", "t.yaml:2:1: expected a document, but there is nothing", M2_EINPUT },
        { "a: 1\n---\nb: 2\n", "t.yaml:2:1: a second document begins here; one is expected", M2_EINPUT },
        { "a:\n\tb: 1\n", "t.yaml:2:1: a tab indents this line; YAML wants spaces", M2_EINPUT },
        { "a: *none\n", "t.yaml:1:4: alias *none has no anchor before it", M2_EINPUT },
        { "a: &x [*x]\n", "t.yaml:1:8: alias *x stands inside of its own anchor", M2_EINPUT },
        { "? [a]\n: 1\n", "t.yaml:1:3: a key must be a text", M2_EINPUT },
        { "a: \"x\\0y\"\n", "t.yaml:1:4: a NUL character is not accepted in a text", M2_EINPUT },
        { "\"x\\0y\": 1\n", "t.yaml:1:1: a NUL character is not accepted in a key", M2_EINPUT },
        { "a: 1\n b: 2\n", "t.yaml:2:3: mapping values are not allowed in this context", M2_EINPUT },
        { "a: [1,\n", "t.yaml:2:1: the text ends too early: did not find expected node content", M2_EINPUT },
        { "a:\n  - [1, 2}\n  - b\n", "t.yaml:2:10: did not find expected ',' or ']'", M2_EINPUT },
        { "a: {\n  b: 1\n  c: 2}\n",
          "t.yaml:3:4: did not find expected ',' or '}' (while parsing a flow mapping that began on line 1)",
          M2_EINPUT },
        { "a: b\nc: \xff\n", "t.yaml:2:4: invalid leading UTF-8 octet (0xff)", M2_EINPUT },
        { "a: \x01\n", "t.yaml:1:4: control characters are not allowed (0x01)", M2_EINPUT },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_yaml_doc doc = { 0 };
        cr_assert_eq(parse(&doc, a, cases[i].text, &err), -1, "%s", cases[i].text);
        cr_assert_null(doc.root);
        cr_assert_eq(err.code, cases[i].code);
        cr_assert_str_eq(err.msg, cases[i].want);
        m2_arena_free(a);
    }
}

Test(yaml, depth_and_alias_bombs_are_bounded)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_yaml_doc doc = { 0 };
    struct m2_buf b;
    m2_buf_init(&b, 1 << 20);
    for (int depth = 64; depth <= 65; depth++) {
        m2_buf_reset(&b);
        for (int i = 0; i < depth; i++)
            m2_buf_addc(&b, '[');
        for (int i = 0; i < depth; i++)
            m2_buf_addc(&b, ']');
        cr_assert_eq(parse(&doc, a, b.data, &err), depth == 64 ? 0 : -1, "%s", err.msg);
    }
    cr_assert_str_eq(err.msg, "t.yaml:1:65: nested deeper than 64 levels");
    m2_buf_reset(&b);
    for (int i = 0; i < 30000; i++)
        m2_buf_addc(&b, '[');
    cr_assert_eq(parse(&doc, a, b.data, &err), -1);

    m2_buf_reset(&b);
    m2_buf_adds(&b, "a0: &a0 [x, x]\n");
    for (int i = 1; i < 40; i++)
        m2_buf_addf(&b, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
    cr_assert_eq(parse(&doc, a, b.data, &err), -1);
    cr_assert_eq(err.code, M2_ELIMIT);
    cr_assert(strstr(err.msg, "more than 200000 nodes, aliases included"), "%s", err.msg);

    m2_buf_reset(&b); /* one level deeper with each alias */
    m2_buf_adds(&b, "a0: &a0 [x]\n");
    for (int i = 1; i < 80; i++)
        m2_buf_addf(&b, "a%d: &a%d [*a%d]\n", i, i, i - 1);
    cr_assert_eq(parse(&doc, a, b.data, &err), -1);
    cr_assert_str_eq(err.msg, "t.yaml:64:12: nested deeper than 64 levels");

    m2_buf_reset(&b); /* a long text behind many aliases costs its bytes once */
    m2_buf_adds(&b, "t: &t ");
    for (int i = 0; i < 100000; i++)
        m2_buf_addc(&b, 'x');
    m2_buf_adds(&b, "\nl:\n");
    for (int i = 0; i < 20000; i++)
        m2_buf_adds(&b, "- *t\n");
    struct m2_arena *small = m2_arena_new();
    cr_assert_eq(parse(&doc, small, b.data, &err), 0, "%s", err.msg);
    cr_assert_lt(m2_arena_used(small), (size_t)8 << 20);
    m2_arena_free(small);
    m2_buf_free(&b);
    m2_arena_free(a);
}

Test(yaml, cut_at_every_byte_never_crashes_and_keeps_out_on_failure)
{
    static const char text[] =
        "a: &x {k: [1, \"t\\u00e9\", 'q''q']}\nb: !Sub |\n  x ${y}\nc: *x\n? d\n: - 1\n  - ~\n";
    size_t refused = 0;
    for (size_t n = 0; n <= sizeof text - 1; n++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_err err = { 0 };
        struct m2_yaml_doc doc = { 0 };
        char *cut = m2_xmalloc(n);
        memcpy(cut, text, n);
        if (m2_yaml_parse(&doc, a, (struct m2_bytes){ cut, n }, "cut", &err) < 0) {
            cr_assert_null(doc.root);
            cr_assert(m2_str_starts(err.msg, "cut:"), "%zu: %s", n, err.msg);
            refused++;
        }
        free(cut);
        m2_arena_free(a);
    }
    cr_assert_gt(refused, 30);
}
