/* support/historyfix.h — executions, tasks and logs as a snapshot has them, short enough to write by hand;
 * and the history read from them. */
#ifndef M2_TEST_HISTORYFIX_H
#define M2_TEST_HISTORYFIX_H

#include "m2/history.h"

/* JSON here uses ' for ". */
#define MACHINE "arn:aws:states:us-east-1:111122223333:stateMachine:JobChooser"
#define EXEC(name) "arn:aws:states:us-east-1:111122223333:execution:JobChooser:" name
#define TASK(name) "arn:aws:ecs:us-east-1:111122223333:task/c1/" name
#define FN(name) "arn:aws:lambda:us-east-1:111122223333:function:" name
#define DAY INT64_C(86400000)
#define COLLECTED "2026-11-23T12:00:00Z"
#define AT "2026-11-23T08:"

/* One event; details may be empty. */
#define E(id, prev, at, type, details)                                                                       \
    "{'id':" #id ",'previousEventId':" #prev ",'timestamp':'" AT at "+00:00','type':'" type "'" details "}"
#define BEGIN E(1, 0, "00:00.000", "ExecutionStarted", "")
#define ENTER(id, prev, at, name)                                                                            \
    E(id, prev, at, "TaskStateEntered", ",'stateEnteredEventDetails':{'name':'" name "'}")
#define LAMBDA(id, prev, at, fn)                                                                             \
    E(id, prev, at, "LambdaFunctionScheduled",                                                               \
      ",'lambdaFunctionScheduledEventDetails':{'resource':'" FN(fn) "'}")
#define RUN_TASK(id, prev, at)                                                                               \
    E(id, prev, at, "TaskScheduled",                                                                         \
      ",'taskScheduledEventDetails':{'resourceType':'ecs','resource':'runTask.sync','parameters':'"          \
      "{\\\"TaskDefinition\\\":\\\"td:1\\\"}'}")
#define SUBMITTED(id, prev, at, arn)                                                                         \
    E(id, prev, at, "TaskSubmitted",                                                                         \
      ",'taskSubmittedEventDetails':{'resourceType':'ecs','resource':'runTask.sync','output':'"              \
      "{\\\"Tasks\\\":[{\\\"TaskArn\\\":\\\"" TASK(arn) "\\\"}],\\\"Failures\\\":[]}'}")
#define TASK_DONE(id, prev, at, text)                                                                        \
    E(id, prev, at, "TaskSucceeded",                                                                         \
      ",'taskSucceededEventDetails':{'resourceType':'ecs','resource':'runTask.sync','output':'" text "'}")
#define TASK_FAIL(id, prev, at, error, text)                                                                 \
    E(id, prev, at, "TaskFailed",                                                                            \
      ",'taskFailedEventDetails':{'resourceType':'ecs','resource':'runTask.sync','error':'" error            \
      "','cause':'" text "'}")
#define SIZE "\\\"Cpu\\\":\\\"2048\\\",\\\"Memory\\\":\\\"5120\\\""

#define MACHINE_CALL                                                                                         \
    "{'service':'stepfunctions','operation':'DescribeStateMachine','input':{'stateMachineArn':'" MACHINE     \
    "'},'status':'ok','output':{'stateMachineArn':'" MACHINE "','definition':'"                              \
    "{\\\"StartAt\\\":\\\"Pick\\\",\\\"States\\\":{\\\"Pick\\\":{\\\"Type\\\":\\\"Task\\\",\\\"Next\\\":"    \
    "\\\"Which\\\"},\\\"Which\\\":{\\\"Type\\\":\\\"Choice\\\"},\\\"RunViaFargate\\\":{\\\"Type\\\":"        \
    "\\\"Task\\\",\\\"Parameters\\\":{\\\"NetworkConfiguration\\\":{\\\"AwsvpcConfiguration\\\":"            \
    "{\\\"AssignPublicIp\\\":\\\"DISABLED\\\"}}}}}}'}}"
#define DEFINITION_CALL                                                                                      \
    "{'service':'ecs','operation':'DescribeTaskDefinition','input':{'taskDefinition':'td:1'},'status':'ok'," \
    "'output':{'taskDefinition':{'family':'td','cpu':'1024','memory':'2048','ephemeralStorage':"             \
    "{'sizeInGiB':30},'runtimePlatform':{'cpuArchitecture':'ARM64'}}}}"
#define HISTORY(name, events)                                                                                \
    "{'service':'stepfunctions','operation':'GetExecutionHistory','input':{'executionArn':'" EXEC(           \
        name) "'},'status':'ok','output':{'events':[" events "]}}"
#define LISTED(items)                                                                                        \
    "{'service':'stepfunctions','operation':'ListExecutions','input':{'stateMachineArn':'" MACHINE           \
    "'},'status':'ok','output':{'executions':[" items "]}}"
#define ITEM(name, status, start)                                                                            \
    "{'executionArn':'" EXEC(name) "','name':'" name "','status':'" status "','startDate':'" start "'}"
#define ONE LISTED(ITEM("one", "SUCCEEDED", AT "00:00Z"))

struct past {
    struct m2_arena *a;
    struct m2_snapshot s;
    struct m2_history h;
    struct m2_err err;
    int rc;
};

/** A snapshot of CALLS (comma between them), collected at COLLECTED, and its history. Free the arena. */
struct past past_since(const char *calls, int64_t since_ms);
/** The same; that it can be read is asserted. */
struct past past_of(const char *calls);
/** Is TEXT in what was not seen or what is told? */
bool past_says(const struct past *p, const char *text);
/** All of it, for messages. */
const char *past_said(const struct past *p);

#endif
