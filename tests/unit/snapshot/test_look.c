#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "m2/json.h"
#include "m2/snapshot.h"

static void load(struct m2_snapshot *s, struct m2_arena *a, const char *calls)
{
    struct m2_value *root = NULL;
    struct m2_err err = { 0 };
    const char *text = m2_arena_printf(a, "{\"schema\":\"m2-snapshot/1\",\"calls\":[%s]}", calls);
    cr_assert_eq(m2_json_parse(&root, a, m2_bytes_of(text), "test", &err), 0, "%s\n%s", err.msg, text);
    cr_assert_eq(m2_snapshot_from_value(s, a, root, "test", &err), 0, "%s", err.msg);
}

#define SUBNETS(input, ids)                                                                                  \
    "{\"service\":\"ec2\",\"operation\":\"DescribeSubnets\",\"input\":" input                                \
    ",\"output\":{\"Subnets\":[" ids "]}}"
#define REFUSED(input, code, message)                                                                        \
    "{\"service\":\"ec2\",\"operation\":\"DescribeSubnets\",\"input\":" input                                \
    ",\"status\":\"error\",\"error\":{\"code\":\"" code "\",\"message\":\"" message "\"}}"
#define ID(id) "{\"SubnetId\":\"" id "\",\"VpcId\":\"vpc-1\"}"

Test(look, an_item_is_absent_only_when_an_answer_would_have_shown_it)
{
    static const struct {
        const char *name, *calls, *id;
        enum m2_seen seen;
        const char *why;
    } cases[] = {
        { "no call", "", "s-1", M2_UNSEEN, "ec2:DescribeSubnets was not collected" },
        { "there", SUBNETS("{}", ID("s-0") "," ID("s-1")), "s-1", M2_SEEN, NULL },
        { "whole list", SUBNETS("{}", ID("s-0")), "s-1", M2_ABSENT, NULL },
        { "whole list, one page of many",
          "{\"service\":\"ec2\",\"operation\":\"DescribeSubnets\",\"output\":{\"Subnets\":[],\"NextToken\":"
          "\"x\"}}",
          "s-1", M2_UNSEEN, "not collected" },
        { "paged input is whole", SUBNETS("{\"MaxResults\":5}", ""), "s-1", M2_ABSENT, NULL },
        { "asked by id", SUBNETS("{\"SubnetIds\":[\"s-1\"]}", ""), "s-1", M2_ABSENT, NULL },
        { "asked by filter", SUBNETS("{\"Filters\":[{\"Name\":\"subnet-id\",\"Values\":[\"s-1\"]}]}", ""),
          "s-1", M2_ABSENT, NULL },
        { "another filter too",
          SUBNETS(
              "{\"Filters\":[{\"Name\":\"subnet-id\",\"Values\":[\"s-1\"]},{\"Name\":\"state\",\"Values\":"
              "[\"pending\"]}]}",
              ""),
          "s-1", M2_UNSEEN, "not collected" },
        { "other subnets", SUBNETS("{\"SubnetIds\":[\"s-0\"]}", ID("s-0")), "s-1", M2_UNSEEN,
          "not collected" },
        { "not found", REFUSED("{\"SubnetIds\":[\"s-1\"]}", "InvalidSubnetID.NotFound", "x"), "s-1",
          M2_ABSENT, NULL },
        { "the other one is not found",
          REFUSED("{\"SubnetIds\":[\"s-0\",\"s-1\"]}", "InvalidSubnetID.NotFound", "'s-0' does not exist"),
          "s-1", M2_UNSEEN, "failed (InvalidSubnetID.NotFound)" },
        { "this one of two is not found",
          REFUSED("{\"SubnetIds\":[\"s-0\",\"s-1\"]}", "InvalidSubnetID.NotFound", "'s-1' does not exist"),
          "s-1", M2_ABSENT, NULL },
        { "denied", REFUSED("{\"SubnetIds\":[\"s-1\"]}", "UnauthorizedOperation", "x"), "s-1", M2_UNSEEN,
          "ec2:DescribeSubnets was denied (UnauthorizedOperation)" },
        { "denied elsewhere", REFUSED("{}", "UnauthorizedOperation", "x"), "s-1", M2_UNSEEN, "was denied" },
        { "denied, but listed",
          REFUSED("{\"SubnetIds\":[\"s-1\"]}", "UnauthorizedOperation", "x") "," SUBNETS("{}", ID("s-1")),
          "s-1", M2_SEEN, NULL },
        { "throttled", REFUSED("{\"SubnetIds\":[\"s-1\"]}", "RequestLimitExceeded", "x"), "s-1", M2_UNSEEN,
          "failed (RequestLimitExceeded)" },
        { "skipped",
          "{\"service\":\"ec2\",\"operation\":\"DescribeSubnets\",\"status\":\"skipped\",\"reason\":"
          "\"late\"}",
          "s-1", M2_UNSEEN, "was skipped (late)" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s;
        load(&s, a, cases[i].calls);
        struct m2_look l = m2_look_item(&s, "ec2", "DescribeSubnets", "Subnets", "SubnetId", cases[i].id);
        cr_expect_eq(l.seen, cases[i].seen, "%s: %d", cases[i].name, l.seen);
        if (cases[i].why)
            cr_expect(l.why && strstr(l.why, cases[i].why), "%s: %s", cases[i].name, m2_str_or(l.why, "-"));
        if (l.seen == M2_UNSEEN)
            cr_expect_str_eq(m2_str_or(l.right, "-"), "ec2:DescribeSubnets", "%s", cases[i].name);
        if (l.seen == M2_SEEN)
            cr_expect(l.item && l.call && m2_str_eq(m2_v_str(l.item, "SubnetId"), cases[i].id) &&
                          m2_v_path(l.call->output, l.path) == l.item,
                      "%s: %s", cases[i].name, m2_str_or(l.path, "-"));
        m2_arena_free(a);
    }
}

Test(look, outputs_are_found_by_name_and_by_arn)
{
#define ARN "arn:aws:iam::111122223333:role/path/x"
    static const struct {
        const char *name, *calls, *about;
        enum m2_seen seen;
    } cases[] = {
        { "by name",
          "{\"service\":\"iam\",\"operation\":\"GetRole\",\"input\":{\"RoleName\":\"x\"},\"output\":{}}", "x",
          M2_SEEN },
        { "by arn",
          "{\"service\":\"iam\",\"operation\":\"GetRole\",\"input\":{\"RoleName\":\"x\"},\"output\":{}}", ARN,
          M2_SEEN },
        { "asked by arn",
          "{\"service\":\"iam\",\"operation\":\"GetRole\",\"input\":{\"RoleName\":\"" ARN
          "\"},\"output\":{}}",
          "x", M2_SEEN },
        { "input left out",
          "{\"service\":\"iam\",\"operation\":\"GetRole\",\"output\":{\"Role\":{\"RoleName\":\"x\"}}}", "x",
          M2_SEEN },
        { "another",
          "{\"service\":\"iam\",\"operation\":\"GetRole\",\"input\":{\"RoleName\":\"y\"},\"output\":{}}", "x",
          M2_UNSEEN },
        { "gone",
          "{\"service\":\"iam\",\"operation\":\"GetRole\",\"input\":{\"RoleName\":\"x\"},\"error\":{\"code\":"
          "\"NoSuchEntity\"}}",
          "x", M2_ABSENT },
        { "any",
          "{\"service\":\"iam\",\"operation\":\"GetRole\",\"input\":{\"RoleName\":\"y\"},\"output\":{}}",
          NULL, M2_SEEN },
        { "a bare 404 is not the service's word",
          "{\"service\":\"iam\",\"operation\":\"GetRole\",\"input\":{\"RoleName\":\"x\"},\"error\":{\"code\":"
          "\"404\"}}",
          "x", M2_UNSEEN },
        { "any, gone",
          "{\"service\":\"iam\",\"operation\":\"GetRole\",\"error\":{\"code\":\"NoSuchEntity\"}}", NULL,
          M2_ABSENT },
        { "an ok one first",
          "{\"service\":\"iam\",\"operation\":\"GetRole\",\"input\":{\"RoleName\":\"x\"},\"error\":{\"code\":"
          "\"Throttling\"}},"
          "{\"service\":\"iam\",\"operation\":\"GetRole\",\"input\":{\"RoleName\":\"x\"},\"output\":{}}",
          "x", M2_SEEN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s;
        load(&s, a, cases[i].calls);
        struct m2_look l = m2_look_output(&s, "iam", "GetRole", cases[i].about);
        cr_expect_eq(l.seen, cases[i].seen, "%s: %d", cases[i].name, l.seen);
        m2_arena_free(a);
    }
}

Test(look, not_found_codes)
{
    static const struct {
        const char *code, *message;
        bool gone;
    } cases[] = {
        { "InvalidSubnetID.NotFound", "", true },
        { "NoSuchEntity", "", true },
        { "NoSuchBucket", "", true },
        { "404", "", true },
        { "NotFound", "", true },
        { "ResourceNotFoundException", "", true },
        { "ClusterNotFoundException", "", true },
        { "StateMachineDoesNotExist", "", true },
        { "RepositoryNotFoundException", "", true },
        { "ValidationError", "Stack with id x does not exist", true },
        { "ValidationError", "1 validation error detected", false },
        { "ClientException", "Unable to describe task definition.", true },
        { "ClientException", "Too many", false },
        { "AccessDenied", "", false },
        { "Throttling", "", false },
        { "Network", "host not found", false },
        { NULL, NULL, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_eq(m2_code_not_found(cases[i].code, cases[i].message), cases[i].gone, "%zu %s", i,
                     m2_str_or(cases[i].code, "NULL"));
}

Test(look, lists_are_joined_without_doubles_and_say_what_is_missing)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    load(&s, a,
         SUBNETS("{\"SubnetIds\":[\"s-1\"]}", ID("s-1")) "," SUBNETS(
             "{\"Filters\":[{\"Name\":\"vpc-id\",\"Values\":[\"vpc-1\"]}]}",
             ID("s-1") "," ID(
                 "s-2")) "," REFUSED("{\"Filters\":[{\"Name\":\"vpc-id\",\"Values\":[\"vpc-2\"]}]}",
                                     "UnauthorizedOperation", "x"));
    struct m2_look missing;
    struct m2_value *list =
        m2_look_list(&missing, a, &s, "ec2", "DescribeSubnets", "Subnets", "VpcId", "vpc-1", "SubnetId");
    cr_expect_eq(m2_v_len(list), 2);
    cr_expect_eq(missing.seen, M2_SEEN, "vpc-1 was listed: %s", m2_str_or(missing.why, ""));
    list = m2_look_list(&missing, a, &s, "ec2", "DescribeSubnets", "Subnets", "VpcId", "vpc-2", "SubnetId");
    cr_expect_eq(m2_v_len(list), 0);
    cr_expect_eq(missing.seen, M2_UNSEEN);
    cr_expect(strstr(missing.why, "was denied"));
    list = m2_look_list(&missing, a, &s, "ec2", "DescribeSubnets", "Subnets", NULL, NULL, NULL);
    cr_expect_eq(m2_v_len(list), 3, "without an identity nothing is a double");
    cr_expect_eq(missing.seen, M2_UNSEEN, "a refusal leaves a gap");
    list = m2_look_list(&missing, a, &s, "ec2", "DescribeVpcs", "Vpcs", NULL, NULL, NULL);
    cr_expect_eq(m2_v_len(list), 0);
    cr_expect_eq(missing.seen, M2_UNSEEN);
    const struct m2_call *c = NULL;
    size_t n = 0;
    while ((c = m2_calls(&s, "ec2", "DescribeSubnets", c)))
        cr_expect_eq(c->index, n++);
    cr_expect_eq(n, 3);
    m2_arena_free(a);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* CPU seconds to build a snapshot of N calls and ask for each of them. */
static double ask_for(int n)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root = m2_v_object(a), *calls = m2_v_array(a);
    m2_v_set_str(a, root, "schema", M2_SNAPSHOT_SCHEMA);
    for (int i = 0; i < n; i++) {
        struct m2_value *call = m2_v_object(a), *input = m2_v_object(a), *out = m2_v_object(a),
                        *list = m2_v_array(a), *item = m2_v_object(a);
        const char *id = m2_arena_printf(a, "vpc-%d", i);
        m2_v_set_str(a, call, "service", "ec2");
        m2_v_set_str(a, call, "operation", "DescribeVpcs");
        m2_v_set_str(a, input, "VpcId", id);
        m2_v_set(a, call, "input", input);
        m2_v_set_str(a, item, "VpcId", id);
        m2_v_push(a, list, item);
        m2_v_set(a, out, "Vpcs", list);
        m2_v_set(a, call, "output", out);
        m2_v_push(a, calls, call);
    }
    m2_v_set(a, root, "calls", calls);
    struct m2_snapshot s;
    struct m2_err err = { 0 };
    double start = seconds();
    cr_assert_eq(m2_snapshot_from_value(&s, a, root, "big", &err), 0);
    for (int i = 0; i < n; i++) {
        const char *id = m2_arena_printf(a, "vpc-%d", i);
        cr_assert_eq(m2_look_item(&s, "ec2", "DescribeVpcs", "Vpcs", "VpcId", id).seen, M2_SEEN);
        cr_assert_eq(m2_look_output(&s, "ec2", "DescribeVpcs", id).seen, M2_SEEN);
        cr_assert_eq(m2_look_item(&s, "ec2", "DescribeVpcs", "Vpcs", "VpcId", "vpc-x").seen, M2_UNSEEN);
    }
    double took = seconds() - start;
    m2_arena_free(a);
    return took;
}

/* Eight times the calls: eight times the work, or sixty-four times by the square. A ratio holds on any
 * machine. */
Test(look, asking_for_everything_is_linear)
{
    double small = ask_for(4000);
    cr_expect_lt(ask_for(32000), 24 * small);
}
