/* The client against an endpoint that speaks AWS (an emulator): set M2_TEST_ENDPOINT to its URL. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "m2/aws.h"
#include "testsys.h"

static const struct {
    const char *service, *operation, *member;
} calls[] = {
    { "sts", "GetCallerIdentity", "Account" },
    { "ec2", "DescribeVpcs", "Vpcs" },
    { "ec2", "DescribeSubnets", "Subnets" },
    { "ec2", "DescribeRouteTables", "RouteTables" },
    { "ec2", "DescribeSecurityGroups", "SecurityGroups" },
    { "s3", "ListBuckets", "Buckets" },
    { "ecs", "ListClusters", "clusterArns" },
    { "ecs", "DescribeClusters", "clusters" },
    { "iam", "ListRoles", "Roles" },
    { "cloudformation", "DescribeStacks", "Stacks" },
    { "cloudformation", "ListStacks", "StackSummaries" },
    { "stepfunctions", "ListStateMachines", "stateMachines" },
    { "lambda", "ListFunctions", "Functions" },
    { "ecr", "DescribeRepositories", "repositories" },
    { "logs", "DescribeLogGroups", "logGroups" },
};

struct seen {
    int answers;
    char failed[4096];
};
struct one {
    struct seen *seen;
    size_t i;
};

static void on_done(void *user, const struct m2_aws_answer *a)
{
    struct one *o = user;
    o->seen->answers++;
    if (a->status != M2_AWS_OK || !m2_v_get(a->output, calls[o->i].member))
        (void)snprintf(o->seen->failed, sizeof o->seen->failed, "%s %s: %.1000s", calls[o->i].service,
                       calls[o->i].operation, a->err.msg);
}

Test(client_live, one_call_per_protocol_all_at_once)
{
    const char *endpoint = getenv("M2_TEST_ENDPOINT");
    if (!endpoint)
        cr_skip_test("M2_TEST_ENDPOINT is not set");
    const char *env[] = { "AWS_ACCESS_KEY_ID",
                          "test",
                          "AWS_SECRET_ACCESS_KEY",
                          "test",
                          "AWS_REGION",
                          "us-east-1",
                          "HOME",
                          "/nonexistent",
                          "AWS_ENDPOINT_URL",
                          endpoint,
                          NULL };
    struct testsys sys;
    struct m2_awsconfig config;
    struct m2_aws_flags flags = { 0 };
    struct m2_err err = { 0 };
    struct m2_net *net;
    struct m2_aws *client;
    struct m2_arena *a = m2_arena_new();
    struct seen seen = { 0 };
    struct one ones[sizeof calls / sizeof calls[0]];
    testsys_init(&sys, env);
    cr_assert_eq(m2_awsconfig_load(&config, a, &sys.sys, &flags, &err), 0, "%s", err.msg);
    struct m2_net_options net_opt = { .sys = &sys.sys };
    cr_assert_eq(m2_net_new(&net, &net_opt, &err), 0, "%s", err.msg);
    struct m2_aws_options opt = { .sys = &sys.sys, .net = net, .config = &config };
    cr_assert_eq(m2_aws_new(&client, &opt, &err), 0, "%s", err.msg);
    int64_t began = m2_mono_ms(m2_sys_real());
    size_t n = 0;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        struct m2_aws_call call = { .service = calls[i].service, .operation = calls[i].operation };
        ones[i] = (struct one){ &seen, i };
        m2_aws_start(client, a, &call, on_done, &ones[i]);
        n++;
    }
    while (m2_net_step(net, 250))
        ;
    cr_log_info("%zu calls in %lld ms", n, (long long)(m2_mono_ms(m2_sys_real()) - began));
    cr_assert_eq(seen.answers, (int)n);
    cr_assert_str_empty(seen.failed);
    struct m2_value *bucket = NULL, *input = m2_v_object(a);
    m2_v_set_str(a, input, "Bucket", "m2-client-test");
    struct m2_aws_call create = { .service = "s3", .operation = "CreateBucket", .input = input };
    cr_assert_eq(m2_aws_fetch(&bucket, a, client, &create, &err), 0, "%s", err.msg);
    struct m2_aws_call list = { .service = "s3", .operation = "ListObjectVersions", .input = input };
    cr_assert_eq(m2_aws_fetch(&bucket, a, client, &list, &err), 0, "%s", err.msg);
    struct m2_aws_call drop = { .service = "s3", .operation = "DeleteBucket", .input = input };
    cr_assert_eq(m2_aws_fetch(&bucket, a, client, &drop, &err), 0, "%s", err.msg);
    m2_aws_free(client);
    m2_net_free(net);
    m2_arena_free(a);
}
