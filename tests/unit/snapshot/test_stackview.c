#include <criterion/criterion.h>
#include <string.h>

#include "m2/json.h"
#include "m2/stackview.h"

#define ROOT "arn:aws:cloudformation:us-east-1:111122223333:stack/mroptimum-mode2/aaaa"
#define NESTED "arn:aws:cloudformation:us-east-1:111122223333:stack/mroptimum-mode2-CalculationApp-X/bbbb"
#define MACHINE "arn:aws:states:us-east-1:111122223333:stateMachine:mroptimum-mode2-JobChooser"
#define TASK "arn:aws:ecs:us-east-1:111122223333:task-definition/run-job-fargate:3"

#define STACK(name, id, status, more)                                                                        \
    "{\"service\":\"cloudformation\",\"operation\":\"DescribeStacks\",\"input\":{\"StackName\":\"" name      \
    "\"},\"output\":{\"Stacks\":[{\"StackName\":\"" name "\",\"StackId\":\"" id                              \
    "\",\"StackStatus\":\"" status "\"" more "}]}}"
#define LISTED(id, resources)                                                                                \
    "{\"service\":\"cloudformation\",\"operation\":\"ListStackResources\",\"input\":{\"StackName\":\"" id    \
    "\"},\"output\":{\"StackResourceSummaries\":[" resources "]}}"
#define RESOURCE(logical, type, physical)                                                                    \
    "{\"LogicalResourceId\":\"" logical "\",\"ResourceType\":\"" type                                        \
    "\",\"PhysicalResourceId\":\"" physical "\",\"ResourceStatus\":\"CREATE_COMPLETE\"}"
#define DEFINITION                                                                                           \
    "{\\\"StartAt\\\":\\\"P\\\",\\\"States\\\":{\\\"P\\\":{\\\"Type\\\":\\\"Parallel\\\",\\\"Branches\\\":[" \
    "{\\\"States\\\":{\\\"R\\\":{\\\"Resource\\\":\\\"arn:aws:states:::ecs:runTask.sync\\\","                \
    "\\\"Parameters\\\":{"                                                                                   \
    "\\\"TaskDefinition\\\":\\\"" TASK "\\\",\\\"NetworkConfiguration\\\":{\\\"AwsvpcConfiguration\\\":{"    \
    "\\\"Subnets\\\":[\\\"subnet-1\\\",\\\"subnet-2\\\"],\\\"SecurityGroups\\\":[\\\"sg-1\\\"],"             \
    "\\\"AssignPublicIp\\\":\\\"ENABLED\\\"}}}}}}]}}}"
#define WHOLE                                                                                                                            \
    STACK("mroptimum-mode2", ROOT, "CREATE_COMPLETE",                                                                                    \
          ",\"Outputs\":[{\"OutputKey\":\"CalculationStateMachineArn\",\"OutputValue\":\"" MACHINE "\"}],"                               \
          "\"Parameters\":[{\"ParameterKey\":\"StageName\",\"ParameterValue\":\"Prod\"}]")                                               \
    "," STACK(NESTED, NESTED, "CREATE_COMPLETE", ",\"Outputs\":[{\"OutputKey\":\"StateMachineArn\",\"OutputValue\":\"x\"}]") "," LISTED( \
        ROOT,                                                                                                                            \
        RESOURCE(                                                                                                                        \
            "CalculationApp", "AWS::CloudFormation::Stack",                                                                              \
            NESTED)) "," LISTED(NESTED,                                                                                                  \
                                RESOURCE("RunJobLambda", "AWS::Lambda::Function", "job-fn") "," RESOURCE(                                \
                                    "RunJobTaskDefinition", "AWS::ECS::TaskDefinition",                                                  \
                                    TASK)) ","                                                                                           \
                                           "{\"service\":\"stepfunctions\",\"operation\":"                                               \
                                           "\"DescribeStateMachine\",\"input\":{\"stateMachineArn\":"                                    \
                                           "\"" MACHINE "\"},\"output\":{\"stateMachineArn\":\"" MACHINE                                 \
                                           "\",\"definition\":\"" DEFINITION "\"}},"                                                     \
                                           "{\"service\":\"ecs\",\"operation\":\"DescribeTaskDefinition\","                              \
                                           "\"input\":{\"taskDefinition\":\"" TASK                                                       \
                                           "\"},\"output\":{\"taskDefinition\":{\"cpu\":\"4096\","                                       \
                                           "\"containerDefinitions\":[{\"image\":\"i:1\"}]}}},"                                          \
                                           "{\"service\":\"lambda\",\"operation\":\"GetFunction\","                                      \
                                           "\"input\":{\"FunctionName\":\"job-fn\"},\"output\":{"                                        \
                                           "\"Configuration\":{\"PackageType\":\"Image\"},\"Code\":{"                                    \
                                           "\"ImageUri\":\"l:1\"}}}"

static void load(struct m2_snapshot *s, struct m2_arena *a, const char *target, const char *calls)
{
    struct m2_value *root = NULL;
    struct m2_err err = { 0 };
    const char *text =
        m2_arena_printf(a, "{\"schema\":\"m2-snapshot/1\",\"target\":%s,\"calls\":[%s]}", target, calls);
    cr_assert_eq(m2_json_parse(&root, a, m2_bytes_of(text), "test", &err), 0, "%s\n%s", err.msg, text);
    cr_assert_eq(m2_snapshot_from_value(s, a, root, "test", &err), 0, "%s", err.msg);
}

Test(stackview, sees_a_deployed_stack_through_its_nested_one)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    load(&s, a, "{\"stack\":\"mroptimum-mode2\"}", WHOLE);
    struct m2_stackview v;
    m2_stackview_make(&v, a, &s);
    cr_assert_eq(v.state, M2_STACK_THERE);
    cr_expect_str_eq(v.arn, ROOT);
    cr_expect_str_eq(v.status, "CREATE_COMPLETE");
    cr_expect_eq(v.stacks.len, 2);
    cr_expect_eq(v.resources.len, 3);
    cr_expect(v.resources_complete);
    const struct m2_resource *r = m2_stackview_resource(&v, "AWS::Lambda::Function", "runjob");
    cr_assert_not_null(r);
    cr_expect_str_eq(r->physical_id, "job-fn");
    cr_expect_str_eq(r->stack_arn, NESTED);
    cr_expect_str_eq(r->stack_name, "mroptimum-mode2-CalculationApp-X");
    cr_expect_null(m2_stackview_resource(&v, "AWS::Lambda::Function", "Selector"));
    cr_expect_str_eq(m2_stackview_output(&v, "StateMachineArn")->value, "x", "of the nested stack");
    cr_expect_str_eq(m2_stackview_parameter(&v, "StageName"), "Prod");
    cr_expect_null(m2_stackview_parameter(&v, "Nothing"));
    struct m2_look machine = m2_view_state_machine(&v, a, &s);
    cr_assert_eq(machine.seen, M2_SEEN);
    const struct m2_value *state = m2_view_state(m2_view_definition(a, machine.item), "ecs:runTask");
    cr_expect_not_null(state, "inside a Parallel");
    struct m2_look task = m2_view_task_definition(&v, a, &s);
    cr_assert_eq(task.seen, M2_SEEN);
    cr_expect_str_eq(m2_v_str(task.item, "cpu"), "4096");
    struct m2_look f = m2_view_job_function(&v, a, &s);
    cr_assert_eq(f.seen, M2_SEEN);
    cr_expect_str_eq(m2_v_pstr(f.item, "Code.ImageUri"), "l:1");
    cr_expect_eq(s.target.subnets.len, 2, "the target is what is deployed");
    cr_expect_str_eq(s.target.subnets.at[0], "subnet-1");
    cr_expect_str_eq(s.target.security_groups.at[0], "sg-1");
    cr_expect_eq(s.target.assign_public_ip, 1);
    cr_expect_str_eq(s.target.subnets_from, "state machine " MACHINE);
    cr_expect_str_eq(s.target.fargate_image, "i:1");
    cr_expect_str_eq(s.target.lambda_image, "l:1");
    m2_arena_free(a);
}

Test(stackview, states_of_a_stack)
{
    static const struct {
        const char *name, *calls;
        enum m2_stack_state state;
        enum m2_seen machine;
        bool complete;
    } cases[] = {
        { "nothing collected", "", M2_STACK_UNSEEN, M2_UNSEEN, false },
        { "none",
          "{\"service\":\"cloudformation\",\"operation\":\"DescribeStacks\",\"input\":{\"StackName\":"
          "\"mroptimum-mode2\"},"
          "\"error\":{\"code\":\"ValidationError\",\"message\":\"Stack with id mroptimum-mode2 does not "
          "exist\"}}",
          M2_STACK_NONE, M2_ABSENT, true },
        { "denied",
          "{\"service\":\"cloudformation\",\"operation\":\"DescribeStacks\",\"input\":{\"StackName\":"
          "\"mroptimum-mode2\"},"
          "\"error\":{\"code\":\"AccessDenied\"}}",
          M2_STACK_UNSEEN, M2_UNSEEN, false },
        { "deleted", STACK("mroptimum-mode2", ROOT, "DELETE_COMPLETE", ""), M2_STACK_NONE, M2_ABSENT, true },
        { "listing missing", STACK("mroptimum-mode2", ROOT, "CREATE_COMPLETE", ""), M2_STACK_THERE, M2_UNSEEN,
          false },
        { "nested listing missing",
          STACK("mroptimum-mode2", ROOT, "CREATE_COMPLETE",
                "") "," LISTED(ROOT, RESOURCE("App", "AWS::CloudFormation::Stack", NESTED)),
          M2_STACK_THERE, M2_UNSEEN, false },
        { "no machine in it", STACK("mroptimum-mode2", ROOT, "CREATE_COMPLETE", "") "," LISTED(ROOT, ""),
          M2_STACK_THERE, M2_ABSENT, true },
        { "a stack that holds itself",
          STACK("mroptimum-mode2", ROOT, "CREATE_COMPLETE",
                "") "," LISTED(ROOT, RESOURCE("App", "AWS::CloudFormation::Stack", ROOT)),
          M2_STACK_THERE, M2_ABSENT, true },
        { "asked by hand, by name",
          STACK("mroptimum-mode2", ROOT, "CREATE_COMPLETE", "") "," LISTED("mroptimum-mode2", ""),
          M2_STACK_THERE, M2_ABSENT, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s;
        struct m2_stackview v;
        load(&s, a, "{\"stack\":\"mroptimum-mode2\"}", cases[i].calls);
        m2_stackview_make(&v, a, &s);
        cr_expect_eq(v.state, cases[i].state, "%s: %d", cases[i].name, v.state);
        cr_expect_eq(v.resources_complete, cases[i].complete, "%s", cases[i].name);
        struct m2_look machine = m2_view_state_machine(&v, a, &s);
        cr_expect_eq(machine.seen, cases[i].machine, "%s: %d", cases[i].name, machine.seen);
        if (machine.seen == M2_UNSEEN)
            cr_expect(machine.right && machine.why, "%s", cases[i].name);
        cr_expect_eq(m2_view_task_definition(&v, a, &s).seen, cases[i].machine, "%s: task", cases[i].name);
        cr_expect_eq(m2_view_job_function(&v, a, &s).seen, cases[i].machine, "%s: function", cases[i].name);
        m2_arena_free(a);
    }
}

Test(stackview, target_before_a_deployment_is_what_the_script_picks)
{
#define VPCS(items) "{\"service\":\"ec2\",\"operation\":\"DescribeVpcs\",\"output\":{\"Vpcs\":[" items "]}}"
#define VPC(id, def) "{\"VpcId\":\"" id "\",\"IsDefault\":" def "}"
#define SUBNET(id, vpc, pub) "{\"SubnetId\":\"" id "\",\"VpcId\":\"" vpc "\",\"MapPublicIpOnLaunch\":" pub "}"
    const char *calls = VPCS(VPC("vpc-1", "false") "," VPC(
        "vpc-2",
        "true")) ","
                 "{\"service\":\"ec2\",\"operation\":\"DescribeSubnets\",\"output\":{\"Subnets\":"
                 "[" SUBNET("subnet-1", "vpc-1", "true") "," SUBNET("subnet-2", "vpc-2", "false") "," SUBNET(
                     "subnet-3", "vpc-2", "true") "," SUBNET("subnet-4", "vpc-2",
                                                             "true") "," SUBNET("subnet-5", "vpc-2",
                                                                                "true") "]}},"
                                                                                        "{\"service\":"
                                                                                        "\"ec2\","
                                                                                        "\"operation\":"
                                                                                        "\"DescribeSecurit"
                                                                                        "yGroups\","
                                                                                        "\"output\":{"
                                                                                        "\"SecurityGroups"
                                                                                        "\":["
                                                                                        "{\"GroupId\":"
                                                                                        "\"sg-1\","
                                                                                        "\"GroupName\":"
                                                                                        "\"default\","
                                                                                        "\"VpcId\":\"vpc-"
                                                                                        "1\"},"
                                                                                        "{\"GroupId\":"
                                                                                        "\"sg-2\","
                                                                                        "\"GroupName\":"
                                                                                        "\"web\","
                                                                                        "\"VpcId\":\"vpc-"
                                                                                        "2\"},"
                                                                                        "{\"GroupId\":"
                                                                                        "\"sg-3\","
                                                                                        "\"GroupName\":"
                                                                                        "\"default\","
                                                                                        "\"VpcId\":\"vpc-"
                                                                                        "2\"}]}}";
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    load(&s, a, "{}", calls);
    cr_expect_eq(s.target.subnets.len, 2);
    cr_expect_str_eq(s.target.subnets.at[0], "subnet-3");
    cr_expect_str_eq(s.target.subnets.at[1], "subnet-4");
    cr_expect_str_eq(s.target.security_groups.at[0], "sg-3");
    cr_expect_str_eq(s.target.subnets_from, "default VPC");
    cr_expect_str_eq(s.target.vpc, "vpc-2");
    cr_expect_eq(s.target.assign_public_ip, 1);
    load(&s, a, "{\"vpc\":\"vpc-1\"}", calls);
    cr_expect_eq(s.target.subnets.len, 1);
    cr_expect_str_eq(s.target.subnets.at[0], "subnet-1");
    cr_expect_str_eq(s.target.security_groups.at[0], "sg-1");
    load(&s, a, "{\"subnets\":[\"subnet-2\"],\"assign_public_ip\":false}", calls);
    cr_expect_eq(s.target.subnets.len, 1, "what is told stays");
    cr_expect_eq(s.target.assign_public_ip, 0);
    cr_expect_str_eq(s.target.vpc, "vpc-2");
    cr_expect_str_eq(s.target.security_groups.at[0], "sg-3");
    m2_arena_free(a);
}

/* What lies deeper than is looked is not said to be all. */
Test(stackview, nesting_deeper_than_is_looked_is_not_called_whole)
{
    static const int depths[] = { 16, 17 };
    for (size_t k = 0; k < 2; k++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s;
        struct m2_stackview v;
        const char *calls = STACK("deep", "arn:d:stack/deep/0", "CREATE_COMPLETE", "");
        for (int i = 0; i <= depths[k]; i++) {
            const char *next = i == depths[k]
                                   ? ""
                                   : m2_arena_printf(a, RESOURCE("N", "AWS::CloudFormation::Stack", "%s"),
                                                     m2_arena_printf(a, "arn:d:stack/deep/%d", i + 1));
            calls = m2_arena_printf(a, "%s," LISTED("%s", "%s"), calls,
                                    m2_arena_printf(a, "arn:d:stack/deep/%d", i), next);
        }
        load(&s, a, "{\"stack\":\"deep\"}", calls);
        m2_stackview_make(&v, a, &s);
        cr_assert_eq(v.state, M2_STACK_THERE);
        cr_expect_eq(v.resources_complete, k == 0, "%d deep", depths[k]);
        m2_arena_free(a);
    }
}
