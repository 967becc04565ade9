/* The logs of functions: which are read, from when on, and what is kept of them. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "m2/json.h"
#include "world.h"

#define STACK "arn:aws:cloudformation:us-east-1:111122223333:stack/s/aaaa"
#define RESOURCE(id) "{\"ResourceType\":\"AWS::Lambda::Function\",\"PhysicalResourceId\":\"" id "\"}"
#define ELSEWHERE "arn:aws:lambda:eu-west-1:999988887777:function:other"

static const struct world_rule functions[] = {
    { "cloudformation DescribeStacks", NULL,
      "{\"Stacks\":[{\"StackId\":\"" STACK "\",\"StackStatus\":\"CREATE_COMPLETE\"}]}", NULL, NULL },
    { "cloudformation ListStackResources", NULL,
      "{\"StackResourceSummaries\":[" RESOURCE("plain") "," RESOURCE("json") "," RESOURCE(
          "own1") "," RESOURCE("own2") "," RESOURCE("half") "," RESOURCE("gone") "," RESOURCE(ELSEWHERE) "]}",
      NULL, NULL },
    { "lambda GetFunction", "\"plain\"", "{\"Configuration\":{}}", NULL, NULL },
    { "lambda GetFunction", "\"json\"",
      "{\"Configuration\":{\"LoggingConfig\":{\"LogFormat\":\"JSON\",\"LogGroup\":\"/aws/lambda/json\"}}}",
      NULL, NULL },
    { "lambda GetFunction", "\"own",
      "{\"Configuration\":{\"LoggingConfig\":{\"LogFormat\":\"Text\",\"LogGroup\":\"/lab/jobs\"}}}", NULL,
      NULL },
    { "lambda GetFunction", "\"gone\"", NULL, "ResourceNotFoundException", "Function not found" },
    { "lambda GetFunction", "other", "{\"Configuration\":{\"FunctionName\":\"other\"}}", NULL, NULL },
    { "lambda GetFunctionConfiguration", "\"half\"", "{\"FunctionName\":\"half\"}", NULL, NULL },
    { "logs FilterLogEvents", "/aws/lambda/plain",
      "{\"events\":[{\"message\":\"key=hush REPORT RequestId: 1\"},{\"message\":\"REPORT RequestId: "
      "2\\tDuration: "
      "5.00 ms\\t\\nXRAY TraceId: hush\",\"timestamp\":17,\"eventId\":\"e\",\"logStreamName\":\"s\"},{},7],"
      "\"nextToken\":\"hush\",\"searchedLogStreams\":[]}",
      NULL, NULL },
    { "logs FilterLogEvents", "/aws/lambda/json",
      "{\"events\":[{\"message\":\"{\\\"type\\\":\\\"platform.report\\\",\\\"record\\\":{\\\"requestId\\\":"
      "\\\"hush"
      "\\\",\\\"metrics\\\":{\\\"durationMs\\\":5.5}}}\"},{\"message\":\"{\\\"type\\\":\\\"app\\\",\\\"m\\\":"
      "\\\"hush platform.report\\\"}\"},{\"message\":\"{platform.report hush\"}]}",
      NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static struct world w; /* too large for a stack */

static void collect(struct m2_snapshot *s, struct m2_arena *a, int64_t since_ms, const char *check)
{
    struct m2_collect_options opt = { .tool = "test 1" };
    struct m2_err err = { 0 };
    bool late = true;
    opt.target.stack = "s";
    opt.target.since_ms = since_ms;
    opt.target.assign_public_ip = -1;
    opt.checks = (const char *const[]){ check, NULL };
    world_init(&w, functions);
    cr_assert_eq(world_collect(&w, s, a, &opt, &late, &err), 0, "%s", err.msg);
}

Test(function_log, is_read_once_for_each_group_from_since_on)
{
    static const struct {
        const char *group, *pattern;
    } cases[] = {
        { "/aws/lambda/plain", "\\\"REPORT RequestId:\\\"" },
        { "/aws/lambda/json", "\\\"platform.report\\\"" },
        { "/lab/jobs", "\\\"REPORT RequestId:\\\"" },
        { "/aws/lambda/half", "\\\"REPORT RequestId:\\\"" },
    };
    static const struct {
        int64_t since_ms;
        const char *from;
    } since[] = {
        { 0, "1789395201000" },       /* a week before collected_at */
        { 3600000, "1789996401000" }, /* --since 1h */
        { INT64_C(1) << 45, "0" },    /* before all time */
    };
    for (size_t k = 0; k < sizeof since / sizeof *since; k++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_snapshot s;
        collect(&s, a, since[k].since_ms, "lambda");
        cr_expect_eq(s.collected_ms, 1790000001000);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            char call[400];
            (void)snprintf(call, sizeof call,
                           "logs FilterLogEvents us-east-1 {\"logGroupName\":\"%s\",\"filterPattern\":\"%s\","
                           "\"startTime\":%s,\"limit\":1000}",
                           cases[i].group, cases[i].pattern, since[k].from);
            cr_expect_eq(world_started(&w, call), 1, "%s", call);
        }
        cr_expect_eq(world_started(&w, "logs FilterLogEvents"), sizeof cases / sizeof *cases,
                     "not of what is gone or elsewhere, and a shared group once");
        m2_arena_free(a);
    }
}

Test(function_log, is_read_for_the_timeout_alone)
{
    static const char *const others[] = { "lambda.memory", "lambda.state", "fargate", "images", "stack" };
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    collect(&s, a, 0, "lambda.timeout");
    cr_expect_eq(world_started(&w, "logs FilterLogEvents"), 4);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        collect(&s, a, 0, others[i]);
        cr_expect_eq(world_started(&w, "logs FilterLogEvents"), 0, "%s", others[i]);
    }
    m2_arena_free(a);
}

Test(function_log, only_reports_of_runs_are_kept)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_snapshot s;
    collect(&s, a, 0, "lambda.timeout");
    const char *text = m2_json_text(a, s.root);
    cr_expect_not(strstr(text, "hush"), "%s", text);
    cr_expect(strstr(text, "{\"events\":[{\"logStreamName\":\"s\",\"timestamp\":17,\"message\":"
                           "\"REPORT RequestId: 2\\tDuration: 5.00 ms\\t\"}]}"),
              "%s", text);
    cr_expect(strstr(text, "{\"events\":[{\"message\":\"{\\\"type\\\":\\\"platform.report\\\",\\\"record\\\":"
                           "{\\\"metrics\\\":{\\\"durationMs\\\":5.5}}}\"}]}"),
              "%s", text);
    m2_arena_free(a);
}
