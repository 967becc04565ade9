/* The rules by which reports of runs become what functions cost. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "historyfix.h"

#define CONFIG(name, more)                                                                                   \
    "{'service':'lambda','operation':'GetFunctionConfiguration','input':{'FunctionName':'" name              \
    "'},'status':'ok','output':{'FunctionName':'" name "'," more "}}"
#define JOB_CONFIG                                                                                           \
    CONFIG("job", "'MemorySize':3008,'Architectures':['arm64'],'EphemeralStorage':{'Size':4096}")
#define SEL_CONFIG CONFIG("sel", "'MemorySize':128,'Architectures':['x86_64']")
#define LOG(fn, events)                                                                                      \
    "{'service':'logs','operation':'FilterLogEvents','input':{'logGroupName':'/aws/lambda/" fn               \
    "'},'status':'ok','output':{'events':[" events "]}}"
#define REPORT(at, id, ms, billed)                                                                           \
    "{'timestamp':'" AT at "Z','logStreamName':'2026/11/23/[$LATEST]ab','message':'REPORT RequestId: " id    \
    "\\tDuration: " ms " ms\\tBilled Duration: " billed " ms\\tMemory Size: 3008 MB\\tMax Memory Used: "     \
    "99 MB\\tInit Duration: 1000.00 ms\\t'}"
#define RAN(id, prev, from, to, fn, end)                                                                     \
    LAMBDA(id, prev, from, fn)                                                                               \
    "," E(id##1, id, from, "LambdaFunctionStarted", "") "," E(id##2, id##1, to, end, "")

Test(history_function, a_run_of_a_function_is_billed_by_its_report_start_up_not_added_twice)
{
    struct past w = past_of(MACHINE_CALL "," JOB_CONFIG "," SEL_CONFIG "," ONE "," HISTORY(
        "one", BEGIN
        "," ENTER(2, 0, "00:00.000", "Pick") "," LAMBDA(3, 2, "00:00.000", "sel") "," E(4, 3, "00:00.010", "LambdaFunctionStarted", "") "," E(
            5, 4, "00:00.400", "LambdaFunctionSucceeded",
            "") "," E(6, 5, "00:00.400", "TaskStateExited",
                      "") "," ENTER(7, 6, "00:00.500",
                                    "RunViaLambda") "," LAMBDA(8, 7, "00:00.500",
                                                               "job:live") "," E(9, 8,
                                                                                 "00:00.600", "LambdaFunctionStarted",
                                                                                 "") "," E(10, 9, "00:20.000",
                                                                                           "LambdaFunctionSuc"
                                                                                           "ceeded",
                                                                                           "") "," E(11, 10,
                                                                                                     "00:20."
                                                                                                     "000",
                                                                                                     "Executi"
                                                                                                     "onSucce"
                                                                                                     "eded",
                                                                                                     "")) "," LOG("sel",
                                                                                                                  REPORT(
                                                                                                                      "00:00.390",
                                                                                                                      "a-1",
                                                                                                                      "341.20",
                                                                                                                      "342")) "," LOG("job",
                                                                                                                                      REPORT(
                                                                                                                                          "00:19.900",
                                                                                                                                          "b-1",
                                                                                                                                          "18300.00",
                                                                                                                                          "19300") "," REPORT("08:19.900",
                                                                                                                                                              "b-2",
                                                                                                                                                              "18300.00",
                                                                                                                                                              "19400")));
    const struct m2_history_job *job = &w.h.jobs.at[0];
    cr_assert_eq(job->runs.len, 1);
    const struct m2_job *u = &job->runs.at[0].usage;
    cr_expect_eq(u->platform, M2_LAMBDA);
    cr_expect_eq(u->duration_ms, 19300);
    cr_expect_eq(u->memory_gb10, INT64_C(29375000000));
    cr_expect_eq(u->disk_gb10, 4 * M2_GB_SCALE);
    cr_expect_eq(u->arch, M2_ARM64);
    cr_expect_eq(u->requests, 1);
    cr_expect_eq(u->transitions, 2);
    cr_expect_eq(u->selector_ms, 342);
    cr_expect_eq(u->selector_requests, 1);
    cr_expect_str_eq(job->runs.at[0].resource, "b-1");
    cr_expect(!job->estimated, "%s", past_said(&w));
    cr_expect_eq(w.h.unseen.len, 0, "%s", past_said(&w));
    m2_arena_free(w.a);
}

#define INVOKE(id, prev, at)                                                                                 \
    E(id, prev, at, "TaskScheduled",                                                                         \
      ",'taskScheduledEventDetails':{'resourceType':'lambda','resource':'invoke','parameters':'"             \
      "{\\\"FunctionName\\\":\\\"job\\\"}'}")
#define INVOKED(id, prev, at, request)                                                                       \
    E(id, prev, at, "TaskSucceeded",                                                                         \
      ",'taskSucceededEventDetails':{'resourceType':'lambda','resource':'invoke','output':'"                 \
      "{\\\"SdkResponseMetadata\\\":{\\\"RequestId\\\":\\\"" request "\\\"}}'}")
#define VIA_INVOKE(at, to, request)                                                                          \
    BEGIN "," ENTER(2, 0, at, "RunViaLambda") "," INVOKE(3, 2, at) "," E(4, 3, at, "TaskStarted",            \
                                                                         "") "," INVOKED(5, 4, to, request)

Test(history_function, a_request_s_own_report_is_nobody_else_s)
{
    /* Both ran at once; by time alone each could be the other's. The third has no id in its history. */
    struct past w = past_of(
        JOB_CONFIG
        "," LISTED(ITEM("two", "SUCCEEDED", AT "00:00Z") "," ITEM("one", "SUCCEEDED", AT "00:00Z") "," ITEM("six", "FAILED", AT "00:00Z")) "," HISTORY(
            "one",
            VIA_INVOKE(
                "00:00.000", "00:10.000",
                "r-1")) "," HISTORY("two",
                                    VIA_INVOKE(
                                        "00:00.000", "00:10.000",
                                        "r-2")) "," HISTORY("six", BEGIN
                                                            "," ENTER(2, 0, "00:00.000", "RunViaLambda") "," INVOKE(3, 2, "00:00.000") "," E(
                                                                4, 3, "00:10.000",
                                                                "TaskFailed",
                                                                ",'taskFailedEventDetails':{'"
                                                                "resourceType':'lambda','error':'"
                                                                "ValueError'}")) "," LOG("job",
                                                                                         "{'timestamp':"
                                                                                         "1795420809990,'"
                                                                                         "message':'{"
                                                                                         "\\\"type\\\":"
                                                                                         "\\\"platform."
                                                                                         "report\\\","
                                                                                         "\\\"record\\\":"
                                                                                         "{\\\"requestId"
                                                                                         "\\\":\\\"r-"
                                                                                         "2\\\","
                                                                                         "\\\"metrics\\\""
                                                                                         ":{"
                                                                                         "\\\"durationMs"
                                                                                         "\\\":9000.5,"
                                                                                         "\\\"billedDurat"
                                                                                         "ionMs\\\":9001,"
                                                                                         "\\\"memorySizeM"
                                                                                         "B\\\":2048}}}'}"
                                                                                         "," REPORT(
                                                                                             "00:09.995",
                                                                                             "r-9", "9500.00",
                                                                                             "9500") "," REPORT("00:09.999",
                                                                                                                "r-1",
                                                                                                                "9100.00",
                                                                                                                "9100")));
    cr_assert_eq(w.h.jobs.len, 3);
    static const struct {
        const char *id;
        int64_t ms;
    } expected[] = { { "one", 9100 }, { "six", 9500 }, { "two", 9001 } };
    for (size_t i = 0; i < 3; i++) {
        cr_expect_str_eq(w.h.jobs.at[i].id, expected[i].id);
        cr_expect_eq(w.h.jobs.at[i].runs.at[0].usage.duration_ms, expected[i].ms, "%s: %lld", expected[i].id,
                     (long long)w.h.jobs.at[i].runs.at[0].usage.duration_ms);
        cr_expect(!w.h.jobs.at[i].estimated, "%s", expected[i].id);
    }
    cr_expect_eq(w.h.jobs.at[2].runs.at[0].usage.memory_gb10, 2 * M2_GB_SCALE,
                 "the report's memory, not today's");
    m2_arena_free(w.a);
}

Test(history_function, runs_without_a_report_are_estimated_refused_ones_are_none)
{
    static const struct {
        const char *what, *end, *log;
        size_t requests;
        int64_t ms;
        bool estimated;
        const char *says;
    } cases[] = {
        { "no line in the log", "'LambdaFunctionSucceeded'", LOG("job", ""), 1, 9900, true,
          "reports are not in the log|report is not in the log" },
        { "log denied", "'LambdaFunctionSucceeded'",
          "{'service':'logs','operation':'FilterLogEvents','input':{'logGroupName':'/aws/lambda/"
          "job'},'status':'error','error':{"
          "'code':'AccessDeniedException','message':'no','http_status':400}}",
          1, 9900, true, "logs:FilterLogEvents was denied (AccessDeniedException)." },
        { "no log group", "'LambdaFunctionSucceeded'",
          "{'service':'logs','operation':'FilterLogEvents','input':{'logGroupName':'/aws/lambda/"
          "job'},'status':'error','error':{"
          "'code':'ResourceNotFoundException','message':'The specified log group does not "
          "exist.','http_status':400}}",
          1, 9900, true, "Log group /aws/lambda/job does not exist" },
        { "two of the moment", "'LambdaFunctionFailed'",
          LOG("job",
              REPORT("00:09.000", "x", "8000.00", "8000") "," REPORT("00:09.900", "y", "9000.00", "9000")),
          1, 9000, true, "matched to its report by time" },
        { "throttled",
          "'LambdaFunctionFailed','lambdaFunctionFailedEventDetails':{'error':'Lambda."
          "TooManyRequestsException'}",
          LOG("job", ""), 0, 0, false, NULL },
        { "could not be scheduled", "'LambdaFunctionScheduleFailed'", LOG("job", ""), 0, 0, false, NULL },
        { "another's time", "'LambdaFunctionSucceeded'",
          LOG("job", REPORT("05:09.900", "y", "9000.00", "9000")), 1, 9900, true, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char calls[8000];
        (void)snprintf(
            calls, sizeof calls,
            JOB_CONFIG "," ONE "," HISTORY(
                "one",
                BEGIN "," ENTER(2, 0, "00:00.000", "RunViaLambda") "," LAMBDA(3, 2, "00:00.000", "job") "," E(
                    4, 3, "00:00.100", "LambdaFunctionStarted",
                    "") ",{'id':5,'previousEventId':4,'timestamp':'" AT "00:10.000Z','type':%s}") ",%s",
            cases[i].end, cases[i].log);
        struct past w = past_of(calls);
        const struct m2_history_job *job = &w.h.jobs.at[0];
        cr_expect_eq(job->runs.at[0].usage.requests, cases[i].requests, "%s", cases[i].what);
        cr_expect_eq(job->runs.at[0].usage.duration_ms, cases[i].ms, "%s: %lld", cases[i].what,
                     (long long)job->runs.at[0].usage.duration_ms);
        cr_expect_eq(job->estimated, cases[i].estimated, "%s", cases[i].what);
        if (cases[i].says && !strchr(cases[i].says, '|'))
            cr_expect(past_says(&w, cases[i].says), "%s: %s", cases[i].what, past_said(&w));
        m2_arena_free(w.a);
    }
}
