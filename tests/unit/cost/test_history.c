/* The rules by which executions and tasks become jobs that can be billed. */
#include <criterion/criterion.h>
#include <string.h>

#include "cost/history/parts.h"
#include "historyfix.h"
#include "networld.h"

/* ---- transitions ---- */

Test(history, a_transition_is_a_state_entered_a_retry_or_a_redrive)
{
#define CHOICE(id, prev, at)                                                                                 \
    E(id, prev, at, "ChoiceStateEntered", ",'stateEnteredEventDetails':{'name':'Which'}")
    static const struct {
        const char *what, *events;
        int64_t transitions;
        bool cut;
    } cases[] = {
        { "three states",
          BEGIN "," ENTER(2, 0, "00:01.000", "Pick") "," LAMBDA(3, 2, "00:01.000", "sel") "," E(
              4, 3, "00:01.100", "LambdaFunctionSucceeded",
              "") "," E(5, 4, "00:01.200", "TaskStateExited",
                        "") "," CHOICE(6, 5,
                                       "00:01.200") "," E(7, 6, "00:01.200", "ChoiceStateExited",
                                                          "") "," ENTER(8, 7, "00:01.200",
                                                                        "RunViaLambda") "," E(9, 8,
                                                                                              "00:01.300",
                                                                                              "ExecutionSucce"
                                                                                              "eded",
                                                                                              ""),
          3, false },
        { "a retry",
          BEGIN "," ENTER(2, 0, "00:01.000", "RunViaFargate") "," RUN_TASK(3, 2, "00:01.000") "," TASK_FAIL(
              4, 3, "00:02.000", "ECS.ServerException",
              "no") "," RUN_TASK(5, 4, "00:03.000") "," TASK_FAIL(6, 5, "00:04.000", "ECS.ServerException",
                                                                  "no") "," RUN_TASK(7, 6, "00:05.000"),
          3, false },
        { "a redrive and its rerun state",
          BEGIN "," ENTER(2, 0, "00:01.000", "RunViaFargate") "," RUN_TASK(3, 2, "00:01.000") "," TASK_FAIL(
              4, 3, "00:02.000", "X", "no") "," E(5, 4, "00:02.000", "ExecutionFailed",
                                                  "") "," E(6, 5, "10:00.000", "ExecutionRedriven",
                                                            ",'executionRedrivenEventDetails':{'redriveCount'"
                                                            ":1}") "," RUN_TASK(7, 6, "10:01.000"),
          3, false },
        { "a catch enters another state",
          BEGIN "," ENTER(2, 0, "00:01.000", "A") "," LAMBDA(3, 2, "00:01.000", "f") "," E(
              4, 3, "00:02.000", "LambdaFunctionFailed",
              "") "," E(5, 4, "00:02.000", "TaskStateExited",
                        "") "," E(6, 5, "00:02.000", "FailStateEntered",
                                  ",'stateEnteredEventDetails':{'name':'Failed'}"),
          2, false },
        { "branches that take turns",
          BEGIN
          "," E(2, 0, "00:01.000", "ParallelStateEntered", "") "," ENTER(3, 2, "00:01.000", "A") "," ENTER(
              4, 2, "00:01.000",
              "B") "," LAMBDA(5, 3, "00:01.000",
                              "f") "," LAMBDA(6, 4, "00:01.000",
                                              "f") "," E(7, 5, "00:02.000", "LambdaFunctionFailed",
                                                         "") "," LAMBDA(8, 7, "00:03.000",
                                                                        "f") "," E(9, 6, "00:03.000",
                                                                                   "LambdaFunctionSucceeded",
                                                                                   ""),
          4, false },
        { "newest first is the same",
          E(4, 3, "00:02.000", "ExecutionSucceeded",
            "") "," E(3, 2, "00:01.500", "TaskStateExited", "") "," ENTER(2, 0, "00:01.000", "A") "," BEGIN,
          1, false },
        { "only the newest events",
          ENTER(8, 7, "00:01.000", "A") "," E(9, 8, "00:01.500", "ExecutionSucceeded", ""), 1, true },
        { "a hole",
          BEGIN "," ENTER(2, 0, "00:01.000", "A") "," E(7, 6, "00:01.500", "ExecutionSucceeded", ""), 1,
          true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct m2_arena *a = m2_arena_new();
        struct m2_tries tries;
        struct m2_value *output = world_json(a, m2_arena_printf(a, "{'events':[%s]}", cases[i].events));
        m2_tries_read(&tries, a, output);
        cr_expect_eq(tries.transitions, cases[i].transitions, "%s: %lld", cases[i].what,
                     (long long)tries.transitions);
        cr_expect_eq(tries.cut, cases[i].cut, "%s", cases[i].what);
        m2_arena_free(a);
    }
}

/* ---- tasks ---- */

/* What comes of the task's state when its history ends with END. */
#define FARGATE(end)                                                                                         \
    BEGIN "," ENTER(2, 0, "00:00.000", "RunViaFargate") "," RUN_TASK(3, 2, "00:00.000") "," end
#define CALLS(events, more) MACHINE_CALL "," DEFINITION_CALL "," ONE "," HISTORY("one", events) more

Test(history, a_task_is_billed_from_its_pull_to_its_stop_however_it_is_told)
{
#define SUB SUBMITTED(4, 3, "00:01.000", "t1") ","
    static const struct {
        const char *what, *calls;
        int64_t ms, cpu, mib, disk;
        enum m2_platform platform;
        enum m2_arch arch;
        bool failed, estimated;
        const char *says;
    } cases[] = {
        { "capitals and epoch ms",
          CALLS(FARGATE(SUB TASK_DONE(
                    5, 4, "09:00.000",
                    "{" SIZE ",\\\"TaskArn\\\":\\\"" TASK(
                        "t1") "\\\",\\\"PullStartedAt\\\":1795420800000,\\\"StoppedAt\\\":1795421400400,"
                              "\\\"CapacityProviderName\\\":\\\"FARGATE\\\",\\\"Attributes\\\":[{"
                              "\\\"Name\\\":\\\"ecs.cpu-architecture\\\","
                              "\\\"Value\\\":\\\"x86_64\\\"}]}")),
                ""),
          600400, 2048, 5120, 30, M2_FARGATE, M2_X86_64, false, false, NULL },
        { "small letters and seconds with a fraction",
          CALLS(FARGATE(SUB TASK_DONE(5, 4, "09:00.000",
                                      "{\\\"cpu\\\":4096,\\\"memory\\\":16384,\\\"pullStartedAt\\\":"
                                      "1795420800.1234,\\\"stoppedAt\\\":1795420841.2345,"
                                      "\\\"capacityProviderName\\\":\\\"FARGATE_SPOT\\\","
                                      "\\\"ephemeralStorage\\\":{\\\"sizeInGiB\\\":50}}")),
                ""),
          41112, 4096, 16384, 50, M2_FARGATE_SPOT, M2_ARM64, false, false, NULL },
        { "ISO texts, in a failure's cause",
          CALLS(FARGATE(SUB TASK_FAIL(5, 4, "09:00.000", "States.TaskFailed",
                                      "{" SIZE
                                      ",\\\"PullStartedAt\\\":\\\"2026-11-23T08:00:10.020000+00:00\\\","
                                      "\\\"StoppedAt\\\":\\\"2026-11-23T09:00:10.021+01:00\\\"}")),
                ""),
          1, 2048, 5120, 30, M2_FARGATE, M2_ARM64, true, false, NULL },
        { "never pulled",
          CALLS(FARGATE(SUB TASK_FAIL(5, 4, "09:00.000", "States.TaskFailed",
                                      "{" SIZE
                                      ",\\\"CreatedAt\\\":1795420800000,\\\"StoppedAt\\\":1795420900000}")),
                ""),
          0, 2048, 5120, 30, M2_FARGATE, M2_ARM64, true, false, "never began to pull" },
        { "a cause that was cut: times of the events, size of the definition",
          CALLS(FARGATE(SUB TASK_FAIL(5, 4, "09:00.000", "States.TaskFailed", "{" SIZE ",\\\"Attach")), ""),
          539000, 1024, 2048, 30, M2_FARGATE, M2_ARM64, true, true, "billed by the times of its events" },
        { "aborted, and ECS still knows it",
          CALLS(FARGATE(SUB E(5, 4, "09:00.000", "ExecutionAborted", "")),
                ",{'service':'ecs','operation':'DescribeTasks','input':{},'status':'ok','output':{'tasks':[{'"
                "taskArn':'" TASK("t1") "','cpu':'512','memory':'1024','pullStartedAt':'" AT
                                        "00:30Z','executionStoppedAt':'" AT "09:00Z','stoppedAt':'" AT
                                        "09:30Z'}]}}"),
          540000, 512, 1024, 30, M2_FARGATE, M2_ARM64, true, false, NULL },
        { "aborted, and nobody knows it",
          CALLS(FARGATE(SUB E(5, 4, "09:00.500", "ExecutionAborted", "")), ""), 539500, 1024, 2048, 30,
          M2_FARGATE, M2_ARM64, true, true, "billed by the times of its events" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct past w = past_of(cases[i].calls);
        cr_assert_eq(w.h.jobs.len, 1, "%s: %zu", cases[i].what, w.h.jobs.len);
        const struct m2_history_job *job = &w.h.jobs.at[0];
        cr_assert_eq(job->runs.len, 1, "%s: %zu runs", cases[i].what, job->runs.len);
        const struct m2_history_run *run = &job->runs.at[0];
        cr_expect_eq(run->usage.duration_ms, cases[i].ms, "%s: %lld ms", cases[i].what,
                     (long long)run->usage.duration_ms);
        cr_expect_eq(run->usage.cpu_units, cases[i].cpu, "%s", cases[i].what);
        cr_expect_eq(run->usage.memory_gb10, cases[i].mib * (M2_GB_SCALE / 1024), "%s", cases[i].what);
        cr_expect_eq(run->usage.disk_gb10, cases[i].disk * M2_GB_SCALE, "%s", cases[i].what);
        cr_expect_eq(run->usage.platform, cases[i].platform, "%s", cases[i].what);
        cr_expect_eq(run->usage.arch, cases[i].arch, "%s", cases[i].what);
        cr_expect_eq(run->usage.public_ip, false, "%s: the machine gives none", cases[i].what);
        cr_expect_eq(run->failed, cases[i].failed, "%s", cases[i].what);
        cr_expect_eq(run->estimated != NULL, cases[i].estimated, "%s", cases[i].what);
        cr_expect_eq(job->estimated, cases[i].estimated, "%s", cases[i].what);
        if (cases[i].says)
            cr_expect(past_says(&w, cases[i].says), "%s: %s", cases[i].what, past_said(&w));
        m2_arena_free(w.a);
    }
}

Test(history, what_was_refused_placed_nothing_or_ran_elsewhere_is_no_task)
{
#define NOTHING SUBMITTED_NOTHING
#define SUBMITTED_NOTHING                                                                                    \
    E(4, 3, "00:01.000", "TaskSubmitted",                                                                    \
      ",'taskSubmittedEventDetails':{'resourceType':'ecs','output':'{\\\"Tasks\\\":[],\\\"Failures\\\":[{"   \
      "\\\"Reason\\\":\\\"RESOURCE:CPU\\\"}]}'}")
    static const struct {
        const char *what, *calls, *says;
    } cases[] = {
        { "refused",
          CALLS(FARGATE(TASK_FAIL(4, 3, "00:01.000", "ECS.AccessDeniedException", "User is not authorized")),
                ""),
          NULL },
        { "could not be submitted", CALLS(FARGATE(E(4, 3, "00:01.000", "TaskSubmitFailed", "")), ""), NULL },
        { "no room",
          CALLS(FARGATE(NOTHING "," TASK_FAIL(5, 4, "00:01.000", "AmazonECS.Unknown", "RESOURCE:CPU")), ""),
          NULL },
        { "on EC2",
          CALLS(FARGATE(SUB TASK_DONE(5, 4, "09:00.000",
                                      "{" SIZE
                                      ",\\\"LaunchType\\\":\\\"EC2\\\",\\\"PullStartedAt\\\":1795420800000,"
                                      "\\\"StoppedAt\\\":1795421400400}")),
                ""),
          "did not run on Fargate" },
        { "of no size", ONE "," HISTORY("one", FARGATE(SUB E(5, 4, "09:00.000", "ExecutionAborted", ""))),
          "nothing tells its size" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct past w = past_of(cases[i].calls);
        cr_assert_eq(w.h.jobs.len, 1, "%s", cases[i].what);
        const struct m2_history_job *job = &w.h.jobs.at[0];
        cr_assert_eq(job->runs.len, 1, "%s", cases[i].what);
        cr_expect_eq(job->runs.at[0].usage.duration_ms, 0, "%s", cases[i].what);
        cr_expect_eq(job->runs.at[0].usage.transitions, 1, "%s: states are billed all the same",
                     cases[i].what);
        cr_expect_eq(job->runs.at[0].usage.s3_puts + job->runs.at[0].usage.log_mb9, 0, "%s", cases[i].what);
        if (cases[i].says)
            cr_expect(past_says(&w, cases[i].says), "%s: %s", cases[i].what, past_said(&w));
        m2_arena_free(w.a);
    }
}

Test(history, each_try_is_billed_and_the_first_carries_the_transitions)
{
    struct past w = past_of(CALLS(
        FARGATE(SUB TASK_FAIL(
            5, 4, "01:30.000", "States.TaskFailed",
            "{" SIZE ",\\\"PullStartedAt\\\":1795420800000,\\\"StoppedAt\\\":"
            "1795420870000,\\\"CapacityProviderName\\\":\\\"FARGATE_"
            "SPOT\\\"}") "," RUN_TASK(6, 5,
                                      "01:40.000") "," SUBMITTED(7, 6, "01:41.000",
                                                                 "t2") "," TASK_DONE(8, 7, "09:00.000",
                                                                                     "{" SIZE
                                                                                     ",\\\"PullStartedAt\\\":"
                                                                                     "1795420900000,"
                                                                                     "\\\"StoppedAt\\\":"
                                                                                     "1795421200000,"
                                                                                     "\\\"ExecutionStoppedAt"
                                                                                     "\\\":1795421175000}")),
        ""));
    const struct m2_history_job *job = &w.h.jobs.at[0];
    cr_assert_eq(job->runs.len, 2);
    cr_expect(job->runs.at[0].failed && job->runs.at[0].usage.platform == M2_FARGATE_SPOT);
    cr_expect_eq(job->runs.at[0].usage.duration_ms, 70000);
    cr_expect_eq(job->runs.at[0].usage.transitions, 2);
    cr_expect(!job->runs.at[1].failed && job->runs.at[1].usage.platform == M2_FARGATE);
    cr_expect_eq(job->runs.at[1].usage.duration_ms, 300000);
    cr_expect_eq(job->runs.at[1].usage.transitions, 0);
    cr_expect_eq(job->runs.at[1].idle_ms, 25000);
    cr_expect(!job->estimated);
    m2_arena_free(w.a);
}

/* ---- which executions ---- */

Test(history, a_job_is_of_the_period_in_which_it_began)
{
    static const char calls[] = LISTED(
        ITEM("runs", "RUNNING", AT "30:00Z") "," ITEM("edge", "SUCCEEDED", "2026-10-24T12:00:00+00:00") "," ITEM("late", "SUCCEEDED", "2026-10-24T11:59:59.999000+00:00") "," ITEM(
            "gone", "SUCCEEDED",
            "2026-10-30T00:00:00Z") "," ITEM("bare", "FAILED",
                                             "2026-10-31T00:00:00Z") "," ITEM("edge", "SUCCEEDED",
                                                                              "2026-10-24T12:00:00+00:"
                                                                              "00")) "," HISTORY("edge", BEGIN
                                                                                                 "," ENTER(
                                                                                                     2, 0,
                                                                                                     "00:"
                                                                                                     "01."
                                                                                                     "00"
                                                                                                     "0",
                                                                                                     "A")) "," HISTORY("late",
                                                                                                                       BEGIN
                                                                                                                       "," ENTER(
                                                                                                                           2,
                                                                                                                           0,
                                                                                                                           "00:01.000",
                                                                                                                           "A")) ","
                                                                                                                                 "{'service':'stepfunctions','operation':'GetExecutionHistory','input':{'executionArn':'" EXEC(
                                                                                                                                     "gone") "'},'status':'error','error':{'code':'ExecutionDoesNotExist','message':'Execution Does Not Exist','http_status':400}}";
    struct past w = past_of(calls);
    cr_assert_eq(w.h.jobs.len, 1);
    cr_expect_str_eq(w.h.jobs.at[0].id, "edge");
    cr_expect_eq(w.h.to_ms - w.h.from_ms, 30 * DAY);
    cr_assert_eq(w.h.running.len, 1);
    cr_expect_eq(w.h.unread.len, 2);
    cr_expect(past_says(&w, "One execution has no history any more"), "%s", past_said(&w));
    cr_expect(past_says(&w, "One execution has no history in the snapshot"), "%s", past_said(&w));
    m2_arena_free(w.a);
    w = past_of(
        LISTED(ITEM("now", "SUCCEEDED", "2026-11-23T12:00:00.900000+00:00")) "," HISTORY("now", BEGIN));
    cr_expect_eq(w.h.jobs.len, 1, "began in the second in which the account was read");
    m2_arena_free(w.a);
    w = past_since(calls, 31 * DAY);
    cr_expect_eq(w.h.jobs.len, 2);
    cr_expect_str_eq(w.h.jobs.at[0].id, "late", "by start");
    m2_arena_free(w.a);
}

Test(history, what_could_not_be_listed_is_an_error_or_is_said)
{
    static const struct {
        const char *what, *calls, *says;
        enum m2_errc code;
    } cases[] = {
        { "denied",
          "{'service':'stepfunctions','operation':'ListExecutions','input':{'stateMachineArn':'m'},'status':'"
          "error','error':{"
          "'code':'AccessDeniedException','message':'no','http_status':400}}",
          "states:ListExecutions was denied", M2_EDENIED },
        { "out of time",
          "{'service':'stepfunctions','operation':'ListExecutions','input':{},'status':'skipped','reason':'"
          "late'}",
          "was skipped (late)", M2_ETIMEOUT },
        { "no stack seen",
          "{'service':'cloudformation','operation':'DescribeStacks','input':{},'status':'error','error':{"
          "'code':'AccessDenied','message':'no','http_status':403}}",
          "cloudformation:DescribeStacks was denied", M2_EDENIED },
        { "nothing", "{'service':'sts','operation':'GetCallerIdentity','input':{},'status':'ok','output':{}}",
          "no state machine was found", M2_ENOTFOUND },
        { "more pages",
          "{'service':'stepfunctions','operation':'ListExecutions','input':{'stateMachineArn':'m'},'status':'"
          "ok','output':{"
          "'nextToken':'t','executions':[" ITEM("runs", "RUNNING", AT "30:00Z") "]}}",
          "The list of executions ends at 2026-11-23T08:30:00Z", M2_OK },
        { "no list", HISTORY("edge", BEGIN "," ENTER(2, 0, "00:01.000", "A")), "Executions were not listed",
          M2_OK },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct past w = past_since(cases[i].calls, 0);
        cr_expect_eq(w.err.code, cases[i].code, "%s: %s", cases[i].what, w.err.msg);
        cr_expect(strstr(w.err.msg, cases[i].says) || past_says(&w, cases[i].says), "%s: %s%s", cases[i].what,
                  w.err.msg, past_said(&w));
        m2_arena_free(w.a);
    }
}
