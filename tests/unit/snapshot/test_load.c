#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "m2/json.h"
#include "m2/snapshot.h"
#include "snapshot/names.h"

static struct m2_value *parse(struct m2_arena *a, const char *text)
{
    struct m2_value *v = NULL;
    struct m2_err err = { 0 };
    cr_assert_eq(m2_json_parse(&v, a, m2_bytes_of(text), "test", &err), 0, "%s", err.msg);
    return v;
}

#define CALLS(calls) "{\"schema\":\"m2-snapshot/1\",\"calls\":[" calls "]}"
#define OK_CALL "{\"service\":\"ec2\",\"operation\":\"DescribeVpcs\",\"output\":{\"Vpcs\":[]}}"

Test(load, refuses_what_is_not_a_snapshot_and_says_why)
{
    static const struct {
        const char *name, *text, *message;
    } cases[] = {
        { "array", "[]", "not a snapshot" },
        { "no schema", "{\"calls\":[]}", "no \"schema\"" },
        { "a report", "{\"schema\":\"m2-report/1\"}", "its schema is \"m2-report/1\"" },
        { "newer", "{\"schema\":\"m2-snapshot/2\",\"calls\":[]}", "written by a newer version" },
        { "much newer", "{\"schema\":\"m2-snapshot/10\",\"calls\":[]}", "written by a newer version" },
        { "zero", "{\"schema\":\"m2-snapshot/0\",\"calls\":[]}", "unknown schema" },
        { "no number", "{\"schema\":\"m2-snapshot/x\",\"calls\":[]}", "unreadable schema" },
        { "no calls", "{\"schema\":\"m2-snapshot/1\"}", "\"calls\" must be a list" },
        { "calls object", "{\"schema\":\"m2-snapshot/1\",\"calls\":{}}", "\"calls\" must be a list" },
        { "no service", CALLS(OK_CALL "," OK_CALL "," OK_CALL ",{\"operation\":\"X\",\"output\":{}}"),
          "calls[3]: \"service\" is missing" },
        { "no operation", CALLS(OK_CALL ",{\"service\":\"ec2\",\"output\":{}}"),
          "calls[1]: \"operation\" is missing" },
        { "not an object", CALLS("7"), "calls[0]: must be an object" },
        { "input list", CALLS("{\"service\":\"ec2\",\"operation\":\"X\",\"input\":[],\"output\":{}}"),
          "calls[0]: \"input\" must be an object" },
        { "region number", CALLS("{\"service\":\"ec2\",\"operation\":\"X\",\"region\":1,\"output\":{}}"),
          "calls[0]: \"region\" must be a string" },
        { "no answer", CALLS("{\"service\":\"ec2\",\"operation\":\"X\"}"), "calls[0]: has neither" },
        { "status", CALLS("{\"service\":\"ec2\",\"operation\":\"X\",\"status\":\"fine\",\"output\":{}}"),
          "calls[0]: \"status\" must be" },
        { "output list", CALLS("{\"service\":\"ec2\",\"operation\":\"X\",\"output\":[]}"),
          "calls[0]: \"output\" must be an object" },
        { "output list of a registry", CALLS("{\"service\":\"registry\",\"operation\":\"X\",\"output\":[]}"),
          "calls[0]: \"output\" must be an object" },
        { "error without code", CALLS("{\"service\":\"ec2\",\"operation\":\"X\",\"status\":\"error\"}"),
          "calls[0]: an error needs" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s = { 0 };
        struct m2_err err = { 0 };
        cr_expect_eq(m2_snapshot_from_value(&s, a, parse(a, cases[i].text), "file.json", &err), -1, "%s",
                     cases[i].name);
        cr_expect_eq(err.code, M2_EINPUT, "%s", cases[i].name);
        cr_expect(strstr(err.msg, cases[i].message) && strstr(err.msg, "file.json"), "%s: %s", cases[i].name,
                  err.msg);
        cr_expect_null(s.arena, "%s: out is untouched", cases[i].name);
        m2_arena_free(a);
    }
}

Test(load, fills_what_a_snapshot_made_by_hand_leaves_out)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_snapshot s = { 0 };
    struct m2_value *root = parse(
        a, CALLS("{\"service\":\"states\",\"operation\":\"describe-state-machine\",\"output\":"
                 "{\"stateMachineArn\":\"arn:aws:states:eu-west-1:111122223333:stateMachine:x\"},\"note\":1},"
                 "{\"service\":\"s3api\",\"operation\":\"head-bucket\",\"input\":{\"Bucket\":\"b\"},"
                 "\"status\":\"ok\"},"
                 "{\"service\":\"EC2\",\"operation\":\"describe_subnets\",\"region\":\"us-east-2\","
                 "\"input\":{\"SubnetIds\":[\"subnet-1\"]},\"error\":{\"Code\":\"UnauthorizedOperation\"}},"
                 "{\"service\":\"iam\",\"operation\":\"GetRole\",\"status\":\"skipped\"}"));
    cr_assert_eq(m2_snapshot_from_value(&s, a, root, "x", &err), 0, "%s", err.msg);
    cr_expect_str_eq(s.account, "111122223333");
    cr_expect_str_eq(s.region, "us-east-2", "the first region that any call names");
    cr_expect_eq(s.n_calls, 4);
    cr_expect_str_eq(s.calls[0].service, "stepfunctions");
    cr_expect_str_eq(s.calls[0].operation, "DescribeStateMachine");
    cr_expect_eq(s.calls[0].status, M2_CALL_OK);
    cr_expect_str_eq(s.calls[0].region, "us-east-2");
    cr_expect_str_eq(s.calls[1].service, "s3");
    cr_expect_eq(m2_v_len(s.calls[1].output), 0, "HeadBucket prints nothing");
    cr_expect_str_eq(s.calls[2].service, "ec2");
    cr_expect_str_eq(s.calls[2].operation, "DescribeSubnets");
    cr_expect_eq(s.calls[2].status, M2_CALL_ERROR);
    cr_expect_str_eq(s.calls[2].code, "UnauthorizedOperation");
    cr_expect_eq(s.calls[3].status, M2_CALL_SKIPPED);
    cr_expect_eq(m2_v_int_or(s.calls[0].raw, "note", 0), 1, "unknown fields stay");
    cr_expect_eq(s.target.assign_public_ip, -1);
    cr_expect_eq(s.target.subnets.len, 1, "subnets that are asked for by id are the target");
    m2_arena_free(a);
}

Test(load, account_comes_from_the_field_then_sts_then_arns)
{
    static const struct {
        const char *text, *account;
    } cases[] = {
        { "{\"schema\":\"m2-snapshot/1\",\"account\":\"123456789012\",\"calls\":[]}", "123456789012" },
        { "{\"schema\":\"m2-snapshot/1.3\",\"account\":12345678901,\"calls\":[]}", "012345678901" },
        { CALLS("{\"service\":\"iam\",\"operation\":\"GetRole\",\"output\":{\"Role\":{\"Arn\":"
                "\"arn:aws:iam::222222222222:role/x\"}}},"
                "{\"service\":\"sts\",\"operation\":\"get-caller-identity\",\"output\":"
                "{\"Account\":\"333333333333\"}}"),
          "333333333333" },
        { CALLS("{\"service\":\"iam\",\"operation\":\"GetRole\",\"output\":{\"Role\":{\"Arn\":"
                "\"arn:aws:iam::222222222222:role/x\"}}}"),
          "222222222222" },
        { CALLS(""), NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s = { 0 };
        struct m2_err err = { 0 };
        cr_assert_eq(m2_snapshot_from_value(&s, a, parse(a, cases[i].text), "x", &err), 0, "%zu: %s", i,
                     err.msg);
        cr_expect(m2_str_eq(s.account, cases[i].account), "%zu: %s", i, m2_str_or(s.account, "none"));
        m2_arena_free(a);
    }
}

Test(load, names_have_one_form)
{
    static const struct {
        const char *given, *want;
    } services[] = { { "s3api", "s3" },
                     { "states", "stepfunctions" },
                     { "sfn", "stepfunctions" },
                     { "Step Functions", "stepfunctions" },
                     { "servicequotas", "service-quotas" },
                     { "service-quotas", "service-quotas" },
                     { "cloudwatch-logs", "logs" },
                     { "CloudFormation", "cloudformation" },
                     { "cfn", "cloudformation" },
                     { "lambda", "lambda" },
                     { "brain", "brain" } },
      operations[] = { { "describe-subnets", "DescribeSubnets" },
                       { "describe_vpcs", "DescribeVpcs" },
                       { "describeStacks", "DescribeStacks" },
                       { "DescribeStacks", "DescribeStacks" },
                       { "get-aws-default-service-quota", "GetAWSDefaultServiceQuota" } };
    struct m2_arena *a = m2_arena_new();
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        cr_expect_str_eq(m2_service_name(a, services[i].given), services[i].want);
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        cr_expect_str_eq(m2_operation_name(a, operations[i].given), operations[i].want);
    for (const struct m2_service_alias *r = m2_service_aliases(); r->alias; r++)
        cr_expect_str_eq(m2_service_name(a, r->alias), r->service);
    m2_arena_free(a);
}

Test(load, saved_and_loaded_is_the_same_and_private)
{
    char path[] = "/tmp/m2-snapshot-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
    struct m2_arena *a = m2_arena_new();
    struct m2_err err = { 0 };
    struct m2_snapshot s = { 0 }, back = { 0 };
    struct m2_value *root = parse(a, CALLS(OK_CALL));
    cr_assert_eq(m2_snapshot_from_value(&s, a, root, "x", &err), 0);
    cr_assert_eq(m2_snapshot_save(&s, path, false, &err), 0, "%s", err.msg);
    struct stat st;
    cr_assert_eq(stat(path, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600);
    cr_assert_eq(m2_snapshot_load(&back, a, path, &err), 0, "%s", err.msg);
    cr_expect(m2_v_equal(back.root, root));
    cr_expect(!back.redacted);
    cr_assert_eq(m2_snapshot_save(&s, path, true, &err), 0, "%s", err.msg);
    cr_assert_eq(m2_snapshot_load(&back, a, path, &err), 0, "%s", err.msg);
    cr_expect(back.redacted);
    unlink(path);
    cr_expect_eq(m2_snapshot_load(&back, a, path, &err), -1);
    cr_expect(strstr(err.msg, path), "%s", err.msg);
    m2_arena_free(a);
}

#define STACKS                                                                                               \
    "{\"service\":\"cloudformation\",\"operation\":\"DescribeStacks\",\"input\":{\"StackName\":\"s\"},"
#define DEFAULT_VPC                                                                                          \
    "{\"service\":\"ec2\",\"operation\":\"DescribeVpcs\",\"output\":{\"Vpcs\":[{\"VpcId\":\"vpc-1\","        \
    "\"IsDefault\":true}]}},{\"service\":\"ec2\",\"operation\":\"DescribeSubnets\",\"output\":{\"Subnets\":" \
    "[{\"SubnetId\":\"subnet-1\",\"VpcId\":\"vpc-1\",\"MapPublicIpOnLaunch\":true}]}}"
#define REFUSED(code, text) STACKS "\"error\":{\"code\":\"" code "\",\"message\":\"" text "\"}},"

/* Found by breaking every exchange of a run: the default VPC was judged in place of the deployed one. */
Test(load, a_stack_that_cannot_be_read_is_not_taken_for_none)
{
    static const struct {
        const char *name, *text;
        size_t subnets;
    } cases[] = {
        { "not asked", CALLS(DEFAULT_VPC), 1 },
        { "not there", CALLS(REFUSED("ValidationError", "Stack with id s does not exist") DEFAULT_VPC), 1 },
        { "lost", CALLS(REFUSED("Protocol", "the answer is empty") DEFAULT_VPC), 0 },
        { "denied", CALLS(REFUSED("AccessDenied", "no") DEFAULT_VPC), 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s;
        struct m2_err err = { 0 };
        cr_assert_eq(m2_snapshot_from_value(&s, a, parse(a, cases[i].text), "test", &err), 0, "%s: %s",
                     cases[i].name, err.msg);
        cr_expect_eq(s.target.subnets.len, cases[i].subnets, "%s: %zu subnets", cases[i].name,
                     s.target.subnets.len);
        m2_arena_free(a);
    }
}
