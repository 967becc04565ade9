#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "aws/expr.h"
#include "m2/codec.h"
#include "m2/json.h"

static struct m2_value *json(struct m2_arena *a, const char *text)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_json_parse(&v, a, m2_bytes_of(text), "test", &err), 0, "%s", err.msg);
    return v;
}

static struct m2_op op_of(const char *service, const char *operation)
{
    const struct m2_service *s;
    struct m2_op op = { 0 };
    struct m2_err err = { 0 };
    cr_assert_eq(m2_model_service(&s, service, &err), 0, "%s", err.msg);
    cr_assert_eq(m2_model_op(&op, s, operation, &err), 0, "%s", err.msg);
    return op;
}

Test(page, next_input)
{
    static const struct {
        const char *service, *operation, *input, *output, *next; /* next NULL: last page; "error" */
    } cases[] = {
        { "ec2", "DescribeSubnets", "{\"SubnetIds\":[\"s-1\"]}", "{\"Subnets\":[],\"NextToken\":\"t1\"}",
          "{\"SubnetIds\":[\"s-1\"],\"NextToken\":\"t1\"}" },
        { "ec2", "DescribeSubnets", "{\"NextToken\":\"t1\"}", "{\"Subnets\":[]}", NULL },
        { "ec2", "DescribeSubnets", "{\"NextToken\":\"t1\"}", "{\"Subnets\":[],\"NextToken\":\"\"}", NULL },
        { "ec2", "DescribeSubnets", "{\"NextToken\":\"t1\"}", "{\"Subnets\":[],\"NextToken\":\"t1\"}",
          "error" },
        { "ecs", "ListTasks", "null", "{\"taskArns\":[],\"nextToken\":\"n\"}", "{\"nextToken\":\"n\"}" },
        { "iam", "ListRoles", "{}", "{\"IsTruncated\":false,\"Marker\":\"m\"}", NULL },
        { "iam", "ListRoles", "{}", "{\"IsTruncated\":true,\"Marker\":\"m\"}", "{\"Marker\":\"m\"}" },
        { "iam", "ListRoles", "{}", "{\"IsTruncated\":true}", "error" },
        { "s3", "ListObjectVersions", "{\"Bucket\":\"b\"}",
          "{\"IsTruncated\":true,\"NextKeyMarker\":\"k\",\"NextVersionIdMarker\":\"null\"}",
          "{\"Bucket\":\"b\",\"KeyMarker\":\"k\",\"VersionIdMarker\":\"null\"}" },
        { "s3", "ListObjectVersions", "{\"Bucket\":\"b\",\"KeyMarker\":\"a\",\"VersionIdMarker\":\"v\"}",
          "{\"IsTruncated\":true,\"NextKeyMarker\":\"k\"}", "{\"Bucket\":\"b\",\"KeyMarker\":\"k\"}" },
        { "s3", "ListObjectVersions", "{\"Bucket\":\"b\",\"KeyMarker\":\"k\",\"VersionIdMarker\":\"v1\"}",
          "{\"IsTruncated\":true,\"NextKeyMarker\":\"k\",\"NextVersionIdMarker\":\"v2\"}",
          "{\"Bucket\":\"b\",\"KeyMarker\":\"k\",\"VersionIdMarker\":\"v2\"}" },
        { "s3", "ListObjectsV2", "{\"Bucket\":\"b\"}",
          "{\"IsTruncated\":true,\"NextContinuationToken\":\"c\"}",
          "{\"Bucket\":\"b\",\"ContinuationToken\":\"c\"}" },
        { "s3", "GetBucketPolicy", "{\"Bucket\":\"b\"}", "{\"Policy\":\"{}\"}", NULL },
        { "ce", "GetCostAndUsage", "{}", "{\"NextPageToken\":\"p\"}", "{\"NextPageToken\":\"p\"}" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_op op = op_of(cases[i].service, cases[i].operation);
        struct m2_value *next = NULL;
        struct m2_err err = { 0 };
        int rc = m2_page_next(&next, a, &op, json(a, cases[i].input), json(a, cases[i].output), &err);
        if (m2_str_eq(cases[i].next, "error")) {
            cr_expect(rc == -1 && err.code == M2_EPROTO, "case %zu", i);
            continue;
        }
        cr_assert_eq(rc, 0, "case %zu: %s", i, err.msg);
        cr_expect(cases[i].next ? m2_v_equal(next, json(a, cases[i].next)) : next == NULL, "case %zu: %s", i,
                  m2_json_text(a, next));
    }
    m2_arena_free(a);
}

Test(page, joined_is_what_the_AWS_CLI_prints)
{
    static const struct {
        const char *service, *operation, *pages[3], *want;
    } cases[] = {
        { "ec2",
          "DescribeSubnets",
          { "{\"Subnets\":[{\"SubnetId\":\"1\"}],\"NextToken\":\"a\"}",
            "{\"Subnets\":[],\"NextToken\":\"b\"}", "{\"Subnets\":[{\"SubnetId\":\"2\"}]}" },
          "{\"Subnets\":[{\"SubnetId\":\"1\"},{\"SubnetId\":\"2\"}]}" },
        { "s3",
          "ListObjectVersions",
          { "{\"Name\":\"b\",\"Prefix\":\"\",\"IsTruncated\":true,\"Versions\":[{\"Key\":\"1\"}]}",
            "{\"Name\":\"b\",\"Prefix\":\"\",\"IsTruncated\":false,\"DeleteMarkers\":[{\"Key\":\"2\"}],"
            "\"Versions\":[{\"Key\":\"3\"}]}",
            NULL },
          "{\"Prefix\":\"\",\"Versions\":[{\"Key\":\"1\"},{\"Key\":\"3\"}],\"DeleteMarkers\":[{\"Key\":\"2\"}"
          "]}" },
        { "athena",
          "GetQueryResults",
          { "{\"ResultSet\":{\"Rows\":[{}],\"ResultSetMetadata\":{\"ColumnInfo\":[]}},\"NextToken\":\"x\"}",
            "{\"ResultSet\":{\"Rows\":[{},{}],\"ResultSetMetadata\":{\"ColumnInfo\":[]}}}", NULL },
          "{\"ResultSet\":{\"Rows\":[{},{},{}],\"ResultSetMetadata\":{\"ColumnInfo\":[]}}}" },
        { "ecs", "ListTasks", { "{\"taskArns\":[]}", NULL }, "{\"taskArns\":[]}" },
        { "cloudformation",
          "GetTemplate",
          { "{\"TemplateBody\":\"x\",\"StagesAvailable\":[\"Original\"]}", NULL },
          "{\"TemplateBody\":\"x\",\"StagesAvailable\":[\"Original\"]}" },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_op op = op_of(cases[i].service, cases[i].operation);
        struct m2_value *joined = m2_v_object(a);
        for (size_t k = 0; k < 3 && cases[i].pages[k]; k++)
            m2_page_join(a, &op, joined, json(a, cases[i].pages[k]));
        cr_expect(m2_v_equal(joined, json(a, cases[i].want)), "%s: %s", cases[i].operation,
                  m2_json_text(a, joined));
    }
    m2_arena_free(a);
}

Test(page, expressions)
{
    static const char doc[] =
        "{\"NextMarker\":null,\"E\":\"\",\"Contents\":[{\"Key\":\"a\"},{\"Key\":\"z\"}],\"N\":{\"M\":[1,2]},"
        "\"S\":[{\"T\":[{\"U\":1}]},{\"T\":[{\"U\":2},{\"U\":3}]}]}";
    static const struct {
        const char *expr, *first;
    } cases[] = {
        { "NextMarker || Contents[-1].Key", "\"z\"" },
        { "E || Contents[0].Key", "\"a\"" },
        { "Contents[-3].Key", "null" },
        { "Contents[7].Key", "null" },
        { "N.M[1]", "2" },
        { "S[].T[].U", "1" },
        { "Absent.Below", "null" },
        { "N.M[-1] || E", "2" },
    };
    static const struct {
        const char *expr;
        bool readable, holds;
    } lengths[] = {
        { "length(Contents[]) > `1`", true, true },     { "length(Contents[].Key) == `2`", true, true },
        { "length(Absent[]) == `0`", true, true },      { "length(S[].T[]) >= `4`", true, false },
        { "length(S[].T[]) == `3`", true, true },       { "length(Contents[])", false, false },
        { "length(Contents[?x]) > `0`", false, false },
    };
    struct m2_arena *a = m2_arena_new();
    const struct m2_value *v = json(a, doc);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect(m2_expr_valid(cases[i].expr), "%s", cases[i].expr);
        cr_expect_str_eq(m2_json_text(a, m2_expr_first(v, cases[i].expr)), cases[i].first, "%s",
                         cases[i].expr);
    }
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        bool holds = false;
        cr_expect_eq(m2_expr_length(v, lengths[i].expr, &holds), lengths[i].readable, "%s", lengths[i].expr);
        cr_expect_eq(holds, lengths[i].holds, "%s", lengths[i].expr);
    }
    static const char *const bad[] = { "", "a[?b]", "a.*", "a[", "a..b", "a.", "@", "a || ", "sort(a)" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        cr_expect(i == 7 || !m2_expr_valid(bad[i]), "'%s'", bad[i]);
    m2_arena_free(a);
}

Test(waiter, states)
{
    static const struct {
        const char *service, *waiter, *output; /* NULL: the call failed */
        int status;
        const char *code;
        enum m2_wait_state want;
    } cases[] = {
        { "cloudformation", "StackCreateComplete", "{\"Stacks\":[{\"StackStatus\":\"CREATE_COMPLETE\"}]}",
          200, NULL, M2_WAIT_SUCCESS },
        { "cloudformation", "StackCreateComplete", "{\"Stacks\":[{\"StackStatus\":\"CREATE_IN_PROGRESS\"}]}",
          200, NULL, M2_WAIT_RETRY },
        { "cloudformation", "StackCreateComplete", "{\"Stacks\":[{\"StackStatus\":\"ROLLBACK_COMPLETE\"}]}",
          200, NULL, M2_WAIT_FAILURE },
        { "cloudformation", "StackCreateComplete", "{\"Stacks\":[]}", 200, NULL, M2_WAIT_RETRY },
        { "cloudformation", "StackDeleteComplete", NULL, 400, "ValidationError", M2_WAIT_SUCCESS },
        { "cloudformation", "StackDeleteComplete", NULL, 403, "AccessDenied", M2_WAIT_FAILURE },
        { "cloudformation", "StackExists", "{\"Stacks\":[]}", 200, NULL, M2_WAIT_SUCCESS },
        { "cloudformation", "StackExists", NULL, 400, "ValidationError", M2_WAIT_RETRY },
        { "ec2", "NatGatewayAvailable",
          "{\"NatGateways\":[{\"State\":\"available\"},{\"State\":\"pending\"}]}", 200, NULL, M2_WAIT_RETRY },
        { "ec2", "NatGatewayAvailable", "{\"NatGateways\":[{\"State\":\"pending\"},{\"State\":\"failed\"}]}",
          200, NULL, M2_WAIT_FAILURE },
        { "ec2", "SecurityGroupExists", "{\"SecurityGroups\":[{\"GroupId\":\"sg-1\"}]}", 200, NULL,
          M2_WAIT_SUCCESS },
        { "ec2", "SecurityGroupExists", "{\"SecurityGroups\":[]}", 200, NULL, M2_WAIT_RETRY },
        { "ecs", "TasksStopped", "{\"tasks\":[{\"lastStatus\":\"STOPPED\"},{\"lastStatus\":\"STOPPED\"}]}",
          200, NULL, M2_WAIT_SUCCESS },
        { "ecs", "TasksRunning", "{\"tasks\":[],\"failures\":[{\"reason\":\"MISSING\"}]}", 200, NULL,
          M2_WAIT_FAILURE },
        { "lambda", "FunctionActiveV2", "{\"Configuration\":{\"State\":\"Pending\"}}", 200, NULL,
          M2_WAIT_RETRY },
        { "lambda", "FunctionActiveV2", "{\"Configuration\":{\"State\":\"Active\"}}", 200, NULL,
          M2_WAIT_SUCCESS },
        { "s3", "BucketNotExists", NULL, 404, "404", M2_WAIT_SUCCESS },
        { "s3", "BucketExists", NULL, 404, "404", M2_WAIT_RETRY },
    };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct m2_service *s;
        struct m2_waiter w;
        struct m2_err err = { 0 };
        cr_assert_eq(m2_model_service(&s, cases[i].service, &err), 0, "%s", err.msg);
        cr_assert_eq(m2_waiter_find(&w, s, cases[i].waiter, &err), 0, "%s", err.msg);
        cr_expect(w.delay_s > 0 && w.max_attempts > 0);
        const struct m2_value *output = cases[i].output ? json(a, cases[i].output) : NULL;
        cr_expect_eq(m2_waiter_state(&w, output, cases[i].status, cases[i].code), cases[i].want,
                     "case %zu: %s", i, cases[i].waiter);
    }
    m2_arena_free(a);
}
