/* Pages that were saved one by one: which belong together, and what it costs to join them. */
#include <criterion/criterion.h>
#include <string.h>

#include "m2/json.h"
#include "m2/snapshot.h"
#include "snapshot/pages.h"

static void load(struct m2_snapshot *s, struct m2_arena *a, const char *calls)
{
    struct m2_value *root = NULL;
    struct m2_err err = { 0 };
    const char *text = m2_arena_printf(a, "{\"schema\":\"m2-snapshot/1\",\"calls\":[%s]}", calls);
    cr_assert_eq(m2_json_parse(&root, a, m2_bytes_of(text), "test", &err), 0, "%s\n%s", err.msg, text);
    cr_assert_eq(m2_snapshot_from_value(s, a, root, "test", &err), 0, "%s", err.msg);
}

#define CALL(where, input, output)                                                                           \
    "{\"service\":\"iam\",\"operation\":\"ListRolePolicies\",\"region\":\"" where "\",\"input\":{" input     \
    "},\"output\":{" output "}}"
#define ROLE(name) "\"RoleName\":\"" name "\""
#define FROM(token) "\"Marker\":\"" token "\""
#define NAMES(names) "\"PolicyNames\":[" names "]"
#define TO(token) ",\"IsTruncated\":true,\"Marker\":\"" token "\""

/* One token used by two roles gave the one the policies of the other. */
Test(pages, one_token_of_two_roles_joins_each_to_its_own)
{
    static const struct {
        const char *name, *calls;
        size_t left, names; /* calls afterwards; names in the first's answer */
        const char *last;
        bool whole;
    } cases[] = {
        { "another role's page",
          CALL("r", ROLE("a"), NAMES("\"a1\"") TO("m")) "," CALL("r", ROLE("b") "," FROM("m"),
                                                                 NAMES("\"b2\"")),
          2, 1, "a1", false },
        { "another region's page",
          CALL("r", ROLE("a"), NAMES("\"a1\"") TO("m")) "," CALL("q", ROLE("a") "," FROM("m"),
                                                                 NAMES("\"a2\"")),
          2, 1, "a1", false },
        { "each its own",
          CALL("r", ROLE("a"), NAMES("\"a1\"") TO("m")) "," CALL(
              "r", ROLE("b") "," FROM("m"),
              NAMES("\"b2\"")) "," CALL("r", FROM("m") "," ROLE("a"),
                                        NAMES("\"a2\"")) "," CALL("r", ROLE("b"), NAMES("\"b1\"") TO("m")),
          2, 2, "a2", true },
        { "pages of another size",
          CALL("r", ROLE("a") ",\"MaxItems\":1", NAMES("\"a1\"") TO("m")) "," CALL(
              "r", ROLE("a") "," FROM("m") ",\"MaxItems\":9,\"x\":1",
              NAMES("\"x\"")) "," CALL("r", ROLE("a") "," FROM("m") ",\"MaxItems\":9",
                                       NAMES("\"a2\",\"a3\"")),
          2, 3, "a3", true },
        { "a page twice",
          CALL("r", ROLE("a"), NAMES("\"a1\"") TO("m")) "," CALL(
              "r", ROLE("a") "," FROM("m"), NAMES("\"a2\"") TO("n")) "," CALL("r", ROLE("a") "," FROM("m"),
                                                                              NAMES("\"a2\"") TO("n")),
          2, 2, "a2", false },
        { "a page that leads to itself",
          CALL("r", ROLE("a"), NAMES("\"a1\"") TO("m")) "," CALL("r", ROLE("a") "," FROM("m"),
                                                                 NAMES("\"a2\"") TO("m")),
          1, 2, "a2", false },
        { "a list that the first page has not",
          CALL("r", ROLE("a"), "\"x\":1" TO("m")) "," CALL(
              "r", ROLE("a") "," FROM("m"), NAMES("\"a2\"") TO("n")) "," CALL("r", ROLE("a") "," FROM("n"),
                                                                              NAMES("\"a3\"")),
          1, 2, "a3", true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s = { 0 };
        load(&s, a, cases[i].calls);
        const struct m2_value *names = m2_v_get(s.calls[0].output, "PolicyNames");
        cr_expect_eq(s.n_calls, cases[i].left, "%s: %zu calls", cases[i].name, s.n_calls);
        cr_assert_eq(m2_v_len(names), cases[i].names, "%s: %s", cases[i].name,
                     m2_json_text(a, s.calls[0].output));
        cr_expect_str_eq(m2_v_text(m2_v_at(names, cases[i].names - 1)), cases[i].last, "%s", cases[i].name);
        cr_expect_eq(m2_answer_complete(&s.calls[0]), cases[i].whole, "%s", cases[i].name);
        m2_arena_free(a);
    }
}

/* An answer that is a list was read as an object. */
Test(pages, an_answer_that_is_no_object_is_no_page)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *first = m2_v_object_of(a, "NextToken", "t", NULL), *list = m2_v_array(a);
    for (int i = 0; i < 80; i++)
        m2_v_push(a, list, m2_v_string(a, "x"));
    struct m2_call calls[] = {
        { .service = "registry", .operation = "X", .input = m2_v_object(a), .output = first },
        { .service = "registry", .operation = "X", .input = first, .output = list },
    };
    struct m2_snapshot s = { .arena = a, .calls = calls, .n_calls = 2 };
    m2_pages_join(&s);
    cr_expect_eq(s.n_calls, 2);
    cr_expect_eq(s.calls[0].output, first);
    cr_expect_eq(s.calls[1].output, list);
    m2_arena_free(a);
}

/* The bytes that joining N pages of one list takes. */
static size_t bytes_for(size_t n)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s = { .arena = a, .n_calls = n };
    s.calls = m2_arena_new_array(a, struct m2_call, n);
    for (size_t i = 0; i < n; i++) {
        struct m2_value *in = m2_v_object_of(a, "StackName", "s", NULL), *out = m2_v_object(a),
                        *list = m2_v_array(a);
        if (i)
            m2_v_set_str(a, in, "NextToken", m2_arena_printf(a, "t%zu", i));
        if (i + 1 < n)
            m2_v_set_str(a, out, "NextToken", m2_arena_printf(a, "t%zu", i + 1));
        m2_v_push(a, list, m2_v_object_of(a, "EventId", m2_arena_printf(a, "%zu", i), NULL));
        m2_v_set(a, out, "StackEvents", list);
        s.calls[i] = (struct m2_call){
            .service = "cloudformation", .operation = "DescribeStackEvents", .input = in, .output = out
        };
    }
    size_t before = m2_arena_used(a);
    m2_pages_join(&s);
    size_t took = m2_arena_used(a) - before;
    cr_assert_eq(s.n_calls, 1, "%zu", s.n_calls);
    const struct m2_value *events = m2_v_get(s.calls[0].output, "StackEvents");
    cr_assert_eq(m2_v_len(events), n);
    for (size_t i = 0; i < n; i += n / 7)
        cr_expect_str_eq(m2_v_str(m2_v_at(events, i), "EventId"), m2_arena_printf(a, "%zu", i));
    cr_expect(m2_answer_complete(&s.calls[0]));
    m2_arena_free(a);
    return took;
}

/* Each page copied the whole list before it: 3000 pages took 1.4 GB. */
Test(pages, memory_grows_with_the_pages_alone)
{
    size_t small = bytes_for(500);
    cr_expect_lt(bytes_for(4000), 16 * small, "eight times the pages");
}
