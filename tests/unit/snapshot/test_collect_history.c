/* What is read to tell what jobs cost: only what ran in the period, and nothing of what it worked on. */
#include <criterion/criterion.h>
#include <string.h>

#include "world.h"

#define STACK "arn:aws:cloudformation:us-east-1:111122223333:stack/s/aaaa"
#define MACHINE "arn:aws:states:us-east-1:111122223333:stateMachine:m"
#define RESOURCE(type, id) "{\"ResourceType\":\"AWS::" type "\",\"PhysicalResourceId\":\"" id "\"}"
#define ITEM(arn, status, start)                                                                             \
    "{\"executionArn\":\"" arn "\",\"status\":\"" status "\",\"startDate\":\"" start "\"}"

/* The world's clock stands at 2026-09-21T14:13:21Z. */
static const struct world_rule lab[] = {
    { "sts GetCallerIdentity", NULL, "{\"Account\":\"111122223333\",\"Arn\":\"a\"}", NULL, NULL },
    { "cloudformation DescribeStacks", NULL,
      "{\"Stacks\":[{\"StackId\":\"" STACK "\",\"StackStatus\":\"CREATE_COMPLETE\"}]}", NULL, NULL },
    { "cloudformation ListStackResources", NULL,
      "{\"StackResourceSummaries\":[" RESOURCE("StepFunctions::StateMachine", MACHINE) "," RESOURCE(
          "Lambda::Function",
          "fn") "," RESOURCE("Lambda::Function",
                             "other") "," RESOURCE("ECS::Cluster", "c1") "," RESOURCE("IAM::Role", "r1") "]}",
      NULL, NULL },
    { "stepfunctions DescribeStateMachine", NULL,
      "{\"stateMachineArn\":\"" MACHINE
      "\",\"definition\":\"{\\\"States\\\":{\\\"A\\\":{\\\"Resource\\\":\\\"arn:aws:lambda:us-east-1:"
      "111122223333:function:fn\\\"},\\\"B\\\":{\\\"Resource\\\":\\\"arn:aws:states:::ecs:runTask.sync\\\","
      "\\\"Parameters\\\":{"
      "\\\"Cluster\\\":\\\"c1\\\",\\\"TaskDefinition\\\":\\\"td:1\\\"}}}}\"}",
      NULL, NULL },
    { "stepfunctions ListExecutions", NULL,
      "{\"executions\":[" ITEM("e:runs", "RUNNING", "2026-09-21T14:00:00+00:00") "," ITEM(
          "e:in", "FAILED", "2026-09-20T14:13:21+00:00") "," ITEM("e:out", "SUCCEEDED",
                                                                  "2026-09-20T14:13:20.999000+00:00") "]}",
      NULL, NULL },
    { "ecs ListTasks", NULL, "{\"taskArns\":[\"t1\"]}", NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static struct world w; /* too large for a stack */

static void collect(struct m2_snapshot *s, struct m2_arena *a, enum m2_reading reading)
{
    struct m2_collect_options opt = { .tool = "test 1", .reading = reading };
    struct m2_err err = { 0 };
    bool late = true;
    opt.target.stack = "s";
    opt.target.since_ms = 86400000;
    opt.target.assign_public_ip = -1;
    world_init(&w, lab);
    cr_assert_eq(world_collect(&w, s, a, &opt, &late, &err), 0, "%s", err.msg);
}

Test(collect_history, reads_what_began_in_the_period_and_has_ended)
{
    static const char *const asked[] = {
        "stepfunctions ListExecutions us-east-1 {\"stateMachineArn\":\"" MACHINE "\",\"maxResults\":1000}",
        "stepfunctions GetExecutionHistory us-east-1 "
        "{\"executionArn\":\"e:in\",\"maxResults\":1000,\"includeExecutionData\":true}",
        "ecs DescribeTasks us-east-1 {\"cluster\":\"c1\",\"tasks\":[\"t1\"]}",
        "ecs DescribeTaskDefinition us-east-1 {\"taskDefinition\":\"td:1\"}",
        "lambda GetFunctionConfiguration us-east-1 {\"FunctionName\":\"fn\"}",
        /* refused, so the log may be in either format */
        "logs FilterLogEvents us-east-1 {\"logGroupName\":\"/aws/lambda/fn\",\"filterPattern\":\"?\\\"REPORT "
        "RequestId:\\\" "
        "?\\\"platform.report\\\"\",\"startTime\":",
    };
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    collect(&s, a, M2_READ_HISTORY);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        cr_expect_eq(world_started(&w, asked[i]), 1, "not called: %s", asked[i]);
    cr_expect_eq(world_started(&w, "stepfunctions GetExecutionHistory"), 1);
    cr_expect_eq(world_started(&w, "lambda GetFunctionConfiguration"), 1, "only what a state machine calls");
    cr_expect_eq(world_started(&w, "iam") + world_started(&w, "ec2") + world_started(&w, "s3") +
                     world_started(&w, "ecr"),
                 0);
    cr_expect_eq(w.n, 11, "%zu calls", w.n);
    cr_expect_null(m2_v_path(s.root, "target.lambda_image"), "where the next would run is nobody's question");
    m2_arena_free(a);
}

Test(collect_history, the_diagnosis_reads_none_of_it)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    collect(&s, a, M2_READ_CHECKS);
    cr_expect_eq(world_started(&w, "stepfunctions ListExecutions us-east-1 {\"stateMachineArn\":\"" MACHINE
                                   "\",\"maxResults\":1000}"),
                 0);
    cr_expect_eq(world_started(&w, "stepfunctions ListExecutions"), 4, "a page of each status");
    cr_expect_eq(world_started(&w, "lambda GetFunctionConfiguration"), 2, "where GetFunction was refused");
    cr_expect_eq(world_started(&w, "logs FilterLogEvents"), 0, "and nothing where both were");
    m2_arena_free(a);
}
