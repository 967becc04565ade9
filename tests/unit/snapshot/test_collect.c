#include <criterion/criterion.h>
#include <string.h>

#include "m2/json.h"
#include "world.h"

#define ACCOUNT "111122223333"
#define ROOT "arn:aws:cloudformation:us-east-1:" ACCOUNT ":stack/mroptimum-mode2/aaaa"
#define NESTED "arn:aws:cloudformation:us-east-1:" ACCOUNT ":stack/mroptimum-mode2-App/bbbb"
#define MACHINE "arn:aws:states:us-east-1:" ACCOUNT ":stateMachine:JobChooser"
#define RESOURCE(type, id)                                                                                   \
    "{\"LogicalResourceId\":\"L\",\"ResourceType\":\"AWS::" type "\",\"PhysicalResourceId\":\"" id "\"}"
#define DEFINITION                                                                                           \
    "{\\\"States\\\":{\\\"A\\\":{\\\"Resource\\\":\\\"arn:aws:states:::ecs:runTask.sync\\\","                \
    "\\\"Parameters\\\":{"                                                                                   \
    "\\\"Cluster\\\":\\\"c1\\\",\\\"TaskDefinition\\\":\\\"td:1\\\",\\\"NetworkConfiguration\\\":{"          \
    "\\\"AwsvpcConfiguration\\\":{\\\"Subnets\\\":[\\\"subnet-1\\\",\\\"subnet-2\\\"],"                      \
    "\\\"SecurityGroups\\\":["                                                                               \
    "\\\"sg-1\\\"],\\\"AssignPublicIp\\\":\\\"DISABLED\\\"}}}},\\\"B\\\":{\\\"Resource\\\":"                 \
    "\\\"arn:aws:lambda:us-east-1:" ACCOUNT ":function:fn\\\"}}}"

#define CALLER                                                                                               \
    {                                                                                                        \
        "sts GetCallerIdentity", NULL,                                                                       \
            "{\"Account\":\"" ACCOUNT "\",\"Arn\":\"arn:aws:sts::" ACCOUNT ":assumed-role/Ops/me\"}", NULL,  \
            NULL                                                                                             \
    }
#define VPC_RULES                                                                                            \
    { "ec2 DescribeSubnets", "subnet-1", "{\"Subnets\":[{\"SubnetId\":\"subnet-1\",\"VpcId\":\"vpc-1\"}]}",  \
      NULL, NULL },                                                                                          \
        { "ec2 DescribeSubnets", "subnet-2", NULL, "InvalidSubnetID.NotFound",                               \
          "'subnet-2' does not exist" },                                                                     \
        { "ec2 DescribeSubnets", "vpc-",                                                                     \
          "{\"Subnets\":[{\"SubnetId\":\"subnet-8\",\"VpcId\":\"vpc-9\",\"MapPublicIpOnLaunch\":true}]}",    \
          NULL, NULL },                                                                                      \
        { "ec2 DescribeVpcs", NULL,                                                                          \
          "{\"Vpcs\":[{\"VpcId\":\"vpc-9\",\"IsDefault\":true,\"DhcpOptionsId\":\"dopt-1\"}]}", NULL,        \
          NULL },                                                                                            \
        { "ec2 DescribeVpcEndpoints", NULL,                                                                  \
          "{\"VpcEndpoints\":[{\"NetworkInterfaceIds\":[\"eni-1\",\"eni-2\"]}]}", NULL, NULL },              \
        { "ec2 DescribeRouteTables", NULL,                                                                   \
          "{\"RouteTables\":[{\"Routes\":[{\"DestinationPrefixListId\":\"pl-1\"}]}]}", NULL, NULL },         \
        { "ec2 DescribeSecurityGroups", "sg-1",                                                              \
          "{\"SecurityGroups\":[{\"GroupId\":\"sg-1\",\"VpcId\":\"vpc-7\"}]}", NULL, NULL },                 \
    {                                                                                                        \
        "ec2 DescribeSecurityGroups", "vpc-",                                                                \
            "{\"SecurityGroups\":[{\"GroupId\":\"sg-9\",\"GroupName\":\"default\",\"VpcId\":\"vpc-9\"}]}",   \
            NULL, NULL                                                                                       \
    }

static const struct world_rule deployed[] = {
    CALLER,
    { "iam GetRole", "\"Ops\"", "{\"Role\":{\"Arn\":\"arn:aws:iam::" ACCOUNT ":role/team/Ops\"}}", NULL,
      NULL },
    { "cloudformation DescribeStacks", "App",
      "{\"Stacks\":[{\"StackId\":\"" NESTED "\",\"StackName\":\"mroptimum-mode2-App\"}]}", NULL, NULL },
    { "cloudformation DescribeStacks", NULL,
      "{\"Stacks\":[{\"StackId\":\"" ROOT
      "\",\"StackName\":\"mroptimum-mode2\",\"StackStatus\":\"CREATE_COMPLETE\",\"Outputs\":["
      "{\"OutputKey\":\"CalculationStateMachineArn\",\"OutputValue\":\"" MACHINE "\"},"
      "{\"OutputKey\":\"ResultsBucketName\",\"OutputValue\":\"results-1\"}]}]}",
      NULL, NULL },
    { "cloudformation ListStackResources", "aaaa",
      "{\"StackResourceSummaries\":[" RESOURCE("CloudFormation::Stack", NESTED) "]}", NULL, NULL },
    { "cloudformation ListStackResources", "bbbb",
      "{\"StackResourceSummaries\":[" RESOURCE("Lambda::Function", "fn") "," RESOURCE(
          "ECS::TaskDefinition",
          "td:1") "," RESOURCE("IAM::Role", "r1") "," RESOURCE("StepFunctions::StateMachine", MACHINE) "]}",
      NULL, NULL },
    { "cloudformation DescribeStackEvents", "aaaa",
      "{\"StackEvents\":[{\"StackId\":\"" ROOT
      "\",\"ResourceType\":\"AWS::CloudFormation::Stack\",\"PhysicalResourceId\":\"" ROOT
      "\"},{\"StackId\":\"" ROOT
      "\",\"ResourceType\":\"AWS::CloudFormation::Stack\",\"PhysicalResourceId\":\"arn:old\"}]}",
      NULL, NULL },
    { "stepfunctions DescribeStateMachine", NULL,
      "{\"stateMachineArn\":\"" MACHINE "\",\"roleArn\":\"arn:aws:iam::" ACCOUNT
      ":role/r1\",\"definition\":\"" DEFINITION "\"}",
      NULL, NULL },
    { "stepfunctions ListExecutions", "FAILED",
      "{\"executions\":[{\"executionArn\":\"e:new\",\"startDate\":\"2026-09-21T00:00:00+00:00\"},"
      "{\"executionArn\":\"e:old\",\"startDate\":\"2020-01-01T00:00:00+00:00\"}]}",
      NULL, NULL },
    { "ecs ListTasks", NULL, "{\"taskArns\":[\"t1\",\"t2\"]}", NULL, NULL },
    { "ecs DescribeTaskDefinition", NULL,
      "{\"taskDefinition\":{\"executionRoleArn\":\"arn:aws:iam::" ACCOUNT
      ":role/r2\",\"containerDefinitions\":[{\"image\":\"" ACCOUNT ".dkr.ecr.eu-west-1.amazonaws.com/own/"
      "job:7\",\"logConfiguration\":{\"logDriver\":\"awslogs\",\"options\":{"
      "\"awslogs-group\":\"/ecs/x\",\"awslogs-region\":\"eu-west-1\"}}}]}}",
      NULL, NULL },
    { "lambda GetFunction", NULL,
      "{\"Configuration\":{\"PackageType\":\"Image\"},\"Code\":{\"ImageUri\":\"469266894233.dkr.ecr.us-east-"
      "1.amazonaws.com/l@sha256:ab\"}}",
      NULL, NULL },
    { "iam ListRolePolicies", "r1", "{\"PolicyNames\":[\"p\"]}", NULL, NULL },
    { "iam ListAttachedRolePolicies", "r1",
      "{\"AttachedPolicies\":[{\"PolicyArn\":\"arn:aws:iam::aws:policy/x\"}]}", NULL, NULL },
    { "iam GetPolicy", NULL, "{\"Policy\":{\"DefaultVersionId\":\"v3\"}}", NULL, NULL },
    VPC_RULES,
    { NULL, NULL, NULL, NULL, NULL },
};

static const struct world_rule fresh[] = {
    CALLER,
    { "cloudformation DescribeStacks", "mroptimum", NULL, "ValidationError",
      "Stack with id mroptimum-mode2 does not exist" },
    { "cloudformation DescribeStacks", "cccc",
      "{\"Stacks\":[{\"StackId\":\"cccc\",\"StackName\":\"mroptimum-mode2\",\"StackStatus\":\"DELETE_"
      "COMPLETE\"}]}",
      NULL, NULL },
    { "cloudformation ListStacks", NULL,
      "{\"StackSummaries\":[{\"StackName\":\"other\",\"StackId\":\"zzzz\",\"DeletionTime\":\"2026-11-01T00:"
      "00:00+00:00\"},"
      "{\"StackName\":\"mroptimum-mode2\",\"StackId\":\"bbbb\",\"DeletionTime\":\"2026-01-01T00:00:00+00:"
      "00\"},"
      "{\"StackName\":\"mroptimum-mode2\",\"StackId\":\"cccc\",\"DeletionTime\":\"2026-10-01T00:00:00+00:"
      "00\"}]}",
      NULL, NULL },
    VPC_RULES,
    { NULL, NULL, NULL, NULL, NULL },
};

static struct m2_collect_options options(void)
{
    struct m2_collect_options opt = { .tool = "test 1" };
    opt.target.stack = "mroptimum-mode2";
    opt.target.assign_public_ip = -1;
    return opt;
}

static void run(struct world *w, struct m2_snapshot *s, struct m2_arena *a, const struct world_rule *rules)
{
    struct m2_collect_options opt = options();
    struct m2_err err = { 0 };
    bool late = true;
    if (rules)
        world_init(w, rules);
    cr_assert_eq(world_collect(w, s, a, &opt, &late, &err), 0, "%s", err.msg);
    cr_expect(!late);
}

static struct world w; /* too large for a stack */

Test(collect, a_deployed_stack_is_followed_to_its_end)
{
    static const char *const expected[] = {
        "iam SimulatePrincipalPolicy",
        "cloudformation DescribeStacks us-east-1 {\"StackName\":\"mroptimum-mode2\"}",
        "cloudformation DescribeStacks us-east-1 {\"StackName\":\"" NESTED "\"}",
        "cloudformation DescribeStackEvents us-east-1 {\"StackName\":\"" NESTED "\"}",
        "cloudformation DescribeStackEvents us-east-1 {\"StackName\":\"arn:old\"}",
        "stepfunctions GetExecutionHistory us-east-1 {\"executionArn\":\"e:new\"",
        "ecs DescribeClusters us-east-1 {\"clusters\":[\"c1\"]}",
        "ecs DescribeTasks us-east-1 {\"cluster\":\"c1\",\"tasks\":[\"t1\",\"t2\"]}",
        "ecs DescribeTaskDefinition us-east-1 {\"taskDefinition\":\"td:1\"}",
        "lambda GetFunction us-east-1 {\"FunctionName\":\"fn\"}",
        "logs DescribeLogGroups eu-west-1 {\"logGroupNamePrefix\":\"/ecs/x\"}",
        "iam GetRolePolicy - {\"RoleName\":\"r1\",\"PolicyName\":\"p\"}",
        "iam GetPolicyVersion - {\"PolicyArn\":\"arn:aws:iam::aws:policy/x\",\"VersionId\":\"v3\"}",
        "iam GetRole - {\"RoleName\":\"r2\"}",
        "ec2 DescribeSubnets us-east-1 {\"SubnetIds\":[\"subnet-2\"]}",
        "ec2 DescribeVpcAttribute us-east-1 {\"VpcId\":\"vpc-1\",\"Attribute\":\"enableDnsHostnames\"}",
        "ec2 DescribeNatGateways us-east-1 {\"Filter\":[{\"Name\":\"vpc-id\",\"Values\":[\"vpc-1\"]}]}",
        "ec2 DescribeNetworkInterfaces us-east-1 {\"NetworkInterfaceIds\":[\"eni-1\",\"eni-2\"]}",
        "ec2 GetManagedPrefixListEntries us-east-1 {\"PrefixListId\":\"pl-1\"}",
        "ec2 DescribeSecurityGroupVpcAssociations us-east-1 "
        "{\"Filters\":[{\"Name\":\"group-id\",\"Values\":[\"sg-1\"]}]}",
        "ecr DescribeRepositories eu-west-1 {\"registryId\":\"" ACCOUNT
        "\",\"repositoryNames\":[\"own/job\"]}",
        "ecr DescribeImages eu-west-1 {\"registryId\":\"" ACCOUNT
        "\",\"repositoryName\":\"own/job\",\"imageIds\":[{\"imageTag\":\"7\"}]}",
        "ecr DescribeImages us-east-1 "
        "{\"registryId\":\"469266894233\",\"repositoryName\":\"l\",\"imageIds\":[{\"imageDigest\":\"sha256:"
        "ab\"}]}",
        "s3 HeadBucket us-east-1 {\"Bucket\":\"results-1\"}",
        "s3 HeadBucket us-east-1 {\"Bucket\":\"results-1\",\"ExpectedBucketOwner\":\"" ACCOUNT "\"}",
    };
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    run(&w, &s, a, deployed);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        cr_expect_geq(world_started(&w, expected[i]), 1, "not called: %s", expected[i]);
    cr_expect_eq(world_started(&w, "ecr DescribeRepositories us-east-1"), 0,
                 "a foreign registry is not ours to list");
    cr_expect_eq(world_started(&w, "stepfunctions GetExecutionHistory us-east-1 {\"executionArn\":\"e:old\""),
                 0);
    cr_expect_eq(world_started(&w, "lambda GetFunctionConfiguration"), 0);
    cr_expect_eq(world_started(&w, "ec2 DescribeVpcs us-east-1 {\"Filters\""), 0,
                 "the default VPC is not asked for");
    for (size_t i = 0; i < w.n; i++)
        cr_expect_eq(world_started(&w, w.started[i]), 1, "twice: %s", w.started[i]);
    cr_expect_str_eq(s.account, ACCOUNT);
    cr_expect_eq(s.n_calls, w.n);
    cr_expect_eq(s.target.subnets.len, 2);
    cr_expect_str_eq(s.target.subnets_from, "state machine " MACHINE);
    cr_expect_eq(s.target.assign_public_ip, 0);
    cr_expect_str_eq(s.target.fargate_image, ACCOUNT ".dkr.ecr.eu-west-1.amazonaws.com/own/job:7");
    cr_expect_str_eq(s.target.lambda_image, "469266894233.dkr.ecr.us-east-1.amazonaws.com/l@sha256:ab");
    struct m2_look denied = m2_look_output(&s, "lambda", "GetAccountSettings", NULL);
    cr_expect_eq(denied.seen, M2_UNSEEN);
    cr_expect_str_eq(denied.call->code, "AccessDenied");
    m2_arena_free(a);
}

Test(collect, before_a_deployment_the_default_vpc_and_the_deleted_stack_are_read)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    run(&w, &s, a, fresh);
    cr_expect_eq(s.target.subnets.len, 1);
    cr_expect_str_eq(s.target.subnets.at[0], "subnet-8");
    cr_expect_str_eq(s.target.security_groups.at[0], "sg-9");
    cr_expect_str_eq(s.target.subnets_from, "default VPC");
    cr_expect_eq(s.target.assign_public_ip, 1);
    cr_expect(m2_str_ends(s.target.lambda_image, "/mroptimum-lambda:latest"));
    cr_expect_eq(world_started(&w, "cloudformation DescribeStackEvents us-east-1 {\"StackName\":\"cccc\"}"),
                 1);
    cr_expect_eq(world_started(&w, "cloudformation DescribeStackEvents"), 1, "only the newest of that name");
    cr_expect_eq(world_started(&w, "ecr DescribeImages us-east-1"), 2);
    cr_expect_eq(world_started(&w, "ec2 DescribeDhcpOptions us-east-1"), 1);
    m2_arena_free(a);
}

#define IN_ORGANISATION(owner)                                                                               \
    {                                                                                                        \
        "organizations DescribeOrganization", NULL,                                                          \
            "{\"Organization\":{\"Id\":\"o-1\",\"FeatureSet\":\"ALL\",\"MasterAccountEmail\":\"a@b.org\","   \
            "\"MasterAccountId\":\"" owner "\"}}",                                                           \
            NULL, NULL                                                                                       \
    }
static const struct world_rule of_member[] = {
    CALLER,
    IN_ORGANISATION("999999999999"),
    { "organizations ListParents", ACCOUNT,
      "{\"Parents\":[{\"Id\":\"ou-1\",\"Type\":\"ORGANIZATIONAL_UNIT\"}]}", NULL, NULL },
    { "organizations ListParents", "ou-1", "{\"Parents\":[{\"Id\":\"r-1\",\"Type\":\"ROOT\"}]}", NULL, NULL },
    { "organizations ListPoliciesForTarget", "r-1", "{\"Policies\":[{\"Id\":\"p-FullAWSAccess\"}]}", NULL,
      NULL },
    { "organizations ListPoliciesForTarget", NULL,
      "{\"Policies\":[{\"Id\":\"p-FullAWSAccess\"},{\"Id\":\"p-1\"}]}", NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};
static const struct world_rule of_refused_member[] = { CALLER,
                                                       IN_ORGANISATION("999999999999"),
                                                       { NULL, NULL, NULL, NULL, NULL } };
static const struct world_rule of_management[] = { CALLER,
                                                   IN_ORGANISATION(ACCOUNT),
                                                   { NULL, NULL, NULL, NULL, NULL } };
static const struct world_rule of_none[] = { CALLER,
                                             { "organizations DescribeOrganization", NULL, NULL,
                                               "AWSOrganizationsNotInUseException", "not in use" },
                                             { NULL, NULL, NULL, NULL, NULL } };

Test(collect, the_organisation_is_climbed_only_where_its_policies_limit)
{
    static const struct {
        const struct world_rule *rules;
        size_t calls, parents, targets, policies;
    } cases[] = {
        { of_member, 7, 2, 3, 1 },
        { of_refused_member, 2, 1, 0, 0 },
        { of_management, 1, 0, 0, 0 },
        { of_none, 1, 0, 0, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s;
        run(&w, &s, a, cases[i].rules);
        cr_expect_eq(world_started(&w, "organizations "), cases[i].calls, "%zu", i);
        cr_expect_eq(world_started(&w, "organizations ListParents"), cases[i].parents, "%zu", i);
        cr_expect_eq(world_started(&w, "organizations ListPoliciesForTarget"), cases[i].targets, "%zu", i);
        cr_expect_eq(world_started(&w, "organizations DescribePolicy"), cases[i].policies, "%zu", i);
        cr_expect_null(strstr(m2_json_text(a, s.root), "a@b.org"));
        m2_arena_free(a);
    }
}

static int64_t scrambled(const struct world *unused, const struct m2_aws_call *call, size_t number)
{
    (void)unused, (void)call;
    return (int64_t)((number * 7919) % 97);
}

Test(collect, the_snapshot_does_not_depend_on_who_answers_first)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot first, second;
    const struct world_rule *const accounts[] = { deployed, fresh };
    for (size_t i = 0; i < 2; i++) {
        run(&w, &first, a, accounts[i]);
        world_init(&w, accounts[i]);
        w.latency = scrambled;
        run(&w, &second, a, NULL);
        cr_expect_str_eq(m2_json_text(a, first.root), m2_json_text(a, second.root), "account %zu", i);
    }
    m2_arena_free(a);
}

Test(collect, the_wall_time_is_the_longest_chain)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    run(&w, &s, a, deployed);
    /* DescribeStacks, DescribeStateMachine, DescribeSubnets, DescribeVpcs and its peers, DescribeDhcpOptions;
     * the nested resources, role, policies, policy, version take one more. */
    cr_expect_leq(w.now - 1000, 7 * 80, "%d ms for %zu calls", (int)(w.now - 1000), w.n);
    cr_expect_geq(w.n, 60);
    run(&w, &s, a, fresh);
    cr_expect_leq(w.now - 1000, 5 * 80, "%d ms for %zu calls", (int)(w.now - 1000), w.n);
    m2_arena_free(a);
}

Test(collect, at_the_deadline_the_rest_is_skipped)
{
    for (int64_t deadline = 1000; deadline < 1700; deadline += 40) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s = { 0 };
        struct m2_collect_options opt = options();
        struct m2_err err = { 0 };
        bool late = false;
        world_init(&w, deployed);
        opt.deadline_mono_ms = deadline;
        cr_assert_eq(world_collect(&w, &s, a, &opt, &late, &err), 0, "%s", err.msg);
        cr_expect_leq(w.now, deadline + 1);
        size_t skipped = 0;
        for (size_t i = 0; i < s.n_calls; i++)
            skipped += s.calls[i].status == M2_CALL_SKIPPED && s.calls[i].reason[0];
        cr_expect_eq(late, skipped > 0, "at %d", (int)deadline);
        if (deadline < 1300)
            cr_expect(late);
        if (late)
            cr_expect_eq(
                m2_look_item(&s, "ec2", "DescribeDhcpOptions", "DhcpOptions", "DhcpOptionsId", "dopt-1").seen,
                M2_UNSEEN);
        /* Answers that come after the end find nobody and do no harm. */
        while (w.net.ops->step(&w.net, 1000))
            continue;
        m2_arena_free(a);
    }
}

Test(collect, only_what_the_checks_need)
{
    static const struct {
        const char *check, *called, *not_called;
    } cases[] = {
        { "identity.account", "sts GetCallerIdentity", "ec2 " },
        { "net.egress", "ec2 DescribeNatGateways", "s3 " },
        { "network", "ec2 DescribeNatGateways", "ecr " },
        { "storage.buckets", "s3 HeadBucket", "ec2 " },
        { "stack.events", "cloudformation DescribeStackEvents", "lambda " },
        { "lambda.storage", "lambda GetFunction", "cloudformation DescribeStackEvents" },
        { "images", "ecr DescribeImages", "s3 " },
        { "task.failures", "ecs DescribeTasks", "s3 " },
        { "access.trust", "iam GetRole", "ecr " },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s;
        struct m2_collect_options opt = options();
        struct m2_err err = { 0 };
        bool late;
        opt.checks = (const char *const[]){ cases[i].check, NULL };
        world_init(&w, deployed);
        cr_assert_eq(world_collect(&w, &s, a, &opt, &late, &err), 0, "%s", err.msg);
        cr_expect_geq(world_started(&w, cases[i].called), 1, "%s", cases[i].check);
        cr_expect_eq(world_started(&w, cases[i].not_called), 0, "%s: %s", cases[i].check,
                     cases[i].not_called);
        cr_expect_eq(world_started(&w, "sts GetCallerIdentity"), 1, "%s", cases[i].check);
        m2_arena_free(a);
    }
}

Test(collect, flags_win)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    struct m2_collect_options opt = options();
    struct m2_err err = { 0 };
    bool late;
    const char *subnets[] = { "subnet-1" };
    opt.target.subnets.at = subnets;
    opt.target.subnets.len = opt.target.subnets.cap = 1;
    opt.target.fargate_image = "111122223333.dkr.ecr.us-west-2.amazonaws.com/x";
    opt.target.assign_public_ip = 1;
    world_init(&w, deployed);
    cr_assert_eq(world_collect(&w, &s, a, &opt, &late, &err), 0, "%s", err.msg);
    cr_expect_eq(s.target.subnets.len, 1);
    cr_expect_str_eq(s.target.subnets_from, "--subnet");
    cr_expect_eq(s.target.assign_public_ip, 1);
    cr_expect_eq(world_started(&w, "ecr DescribeImages us-west-2"), 1);
    cr_expect(strstr(m2_json_text(a, s.root), "\"imageTag\":\"latest\""));
    m2_arena_free(a);
}

Test(collect, an_account_that_cannot_be_reached_is_one_error)
{
    static const struct {
        enum m2_errc broken, code;
    } cases[] = { { M2_ECRED, M2_ECRED }, { M2_ENET, M2_ENET }, { M2_ETLS, M2_ETLS } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s = { 0 };
        struct m2_collect_options opt = options();
        struct m2_err err = { 0 };
        bool late = false;
        world_init(&w, deployed);
        w.broken = cases[i].broken;
        cr_expect_eq(world_collect(&w, &s, a, &opt, &late, &err), -1);
        cr_expect_eq(err.code, cases[i].code);
        /* Refused credentials leave their refusals, so that a report can name the cause. */
        cr_expect_eq(s.arena != NULL, cases[i].code == M2_ECRED);
        m2_arena_free(a);
    }
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s = { 0 };
    struct m2_collect_options opt = options();
    struct m2_err err = { 0 };
    bool late = false;
    world_init(&w, deployed);
    w.cancelled = true;
    cr_expect_eq(world_collect(&w, &s, a, &opt, &late, &err), -1);
    cr_expect_eq(err.code, M2_ECANCELLED);
    world_init(&w, (const struct world_rule[]){ { NULL, NULL, NULL, NULL, NULL } });
    cr_expect_eq(world_collect(&w, &s, a, &opt, &late, &err), 0, "everything denied is still a snapshot");
    for (size_t i = 0; i < s.n_calls; i++)
        cr_expect_eq(s.calls[i].status, M2_CALL_ERROR);
    m2_arena_free(a);
}
