#include <criterion/criterion.h>
#include <string.h>

#include "m2/json.h"
#include "networld.h"
#include "snapshot/topic.h"

#define TASK                                                                                                 \
    "{\\\"TaskArn\\\":\\\"t1\\\",\\\"Cpu\\\":\\\"4096\\\",\\\"PullStartedAt\\\":1795420800000,"              \
    "\\\"EphemeralStorage\\\":{\\\"SizeInGiB\\\":50},\\\"Attributes\\\":[{\\\"Name\\\":\\\"hush\\\","        \
    "\\\"Value\\\":\\\"hush\\\"},{"                                                                          \
    "\\\"Name\\\":\\\"ecs.cpu-architecture\\\",\\\"Value\\\":\\\"arm64\\\"}],\\\"Overrides\\\":{\\\"x\\\":"  \
    "\\\"hush\\\"},"                                                                                         \
    "\\\"StoppedReason\\\":\\\"hush\\\",\\\"Containers\\\":[\\\"hush\\\"]}"

Test(keep, nothing_a_job_worked_on_is_kept)
{
    static const struct {
        struct m2_value *(*keep)(struct m2_arena *a, const struct m2_value *output);
        const char *output, *kept;
    } cases[] = {
        { m2_keep_history,
          "{'events':[{'id':1,'previousEventId':0,'timestamp':'t','type':'ExecutionStarted','"
          "executionStartedEventDetails':{'input':"
          "'hush','roleArn':'hush'}},{'id':2,'type':'TaskStateEntered','stateEnteredEventDetails':{'name':'"
          "Run','input':'hush'}}],"
          "'nextToken':'hush'}",
          "{'events':[{'id':1,'previousEventId':0,'timestamp':'t','type':'ExecutionStarted','"
          "executionStartedEventDetails':{}},"
          "{'id':2,'type':'TaskStateEntered','stateEnteredEventDetails':{'name':'Run'}}]}" },
        { m2_keep_history,
          "{'events':[{'taskScheduledEventDetails':{'resourceType':'ecs','resource':'runTask.sync','region':'"
          "r','parameters':'{"
          "\\\"TaskDefinition\\\":\\\"td\\\",\\\"NetworkConfiguration\\\":{\\\"AwsvpcConfiguration\\\":{"
          "\\\"Subnets\\\":[\\\"hush\\\"],"
          "\\\"AssignPublicIp\\\":\\\"ENABLED\\\"}},\\\"Overrides\\\":{\\\"Cpu\\\":\\\"1024\\\","
          "\\\"ContainerOverrides\\\":[\\\"hush\\\"]}}'}}]}",
          "{'events':[{'taskScheduledEventDetails':{'resource':'runTask.sync','resourceType':'ecs','region':'"
          "r','parameters':'{"
          "\\\"TaskDefinition\\\":\\\"td\\\",\\\"Overrides\\\":{\\\"Cpu\\\":\\\"1024\\\"},"
          "\\\"NetworkConfiguration\\\":{"
          "\\\"AwsvpcConfiguration\\\":{\\\"AssignPublicIp\\\":\\\"ENABLED\\\"}}}'}}]}" },
        { m2_keep_history,
          "{'events':[{'taskFailedEventDetails':{'resourceType':'ecs','error':'E','cause':'" TASK "'}},"
          "{'taskFailedEventDetails':{'resourceType':'ecs','cause':'hush, no JSON'}},"
          "{'taskSubmittedEventDetails':{'resourceType':'ecs','output':'{\\\"Tasks\\\":[" TASK
          "],\\\"Failures\\\":[],\\\"Sdk\\\":\\\"hush\\\"}'}}]}",
          "{'events':[{'taskFailedEventDetails':{'resourceType':'ecs','error':'E','cause':'{\\\"TaskArn\\\":"
          "\\\"t1\\\","
          "\\\"PullStartedAt\\\":1795420800000,\\\"Cpu\\\":\\\"4096\\\",\\\"EphemeralStorage\\\":{"
          "\\\"SizeInGiB\\\":50},"
          "\\\"Attributes\\\":[{},{\\\"Name\\\":\\\"ecs.cpu-architecture\\\",\\\"Value\\\":\\\"arm64\\\"}]}'}"
          "},"
          "{'taskFailedEventDetails':{'resourceType':'ecs'}},"
          "{'taskSubmittedEventDetails':{'resourceType':'ecs','output':'{\\\"Tasks\\\":[{\\\"TaskArn\\\":"
          "\\\"t1\\\","
          "\\\"PullStartedAt\\\":1795420800000,\\\"Cpu\\\":\\\"4096\\\",\\\"EphemeralStorage\\\":{"
          "\\\"SizeInGiB\\\":50},"
          "\\\"Attributes\\\":[{},{\\\"Name\\\":\\\"ecs.cpu-architecture\\\",\\\"Value\\\":\\\"arm64\\\"}]}],"
          "\\\"Failures\\\":[]}'}}]}" },
        { m2_keep_history,
          "{'events':[{'taskSucceededEventDetails':{'resourceType':'lambda','output':'{\\\"Payload\\\":"
          "\\\"hush\\\","
          "\\\"SdkResponseMetadata\\\":{\\\"RequestId\\\":\\\"r-1\\\"}}'}},{'"
          "lambdaFunctionScheduledEventDetails':{'resource':'fn','input':'hush'}}]}",
          "{'events':[{'taskSucceededEventDetails':{'resourceType':'lambda','output':'{"
          "\\\"SdkResponseMetadata\\\":{\\\"RequestId\\\":"
          "\\\"r-1\\\"}}'}},{'lambdaFunctionScheduledEventDetails':{'resource':'fn'}}]}" },
        { m2_keep_tasks,
          "{'tasks':[{'taskArn':'t1','cpu':'256','overrides':'hush','stoppedReason':'hush'}],'failures':[{'"
          "arn':'t2','reason':'MISSING','detail':'hush'}]}",
          "{'tasks':[{'taskArn':'t1','cpu':'256'}],'failures':[{'arn':'t2','reason':'MISSING'}]}" },
        { m2_keep_task_definition,
          "{'taskDefinition':{'family':'f','cpu':'256','containerDefinitions':['hush'],'taskRoleArn':'hush'},"
          "'tags':'hush'}",
          "{'taskDefinition':{'family':'f','cpu':'256'}}" },
        { m2_keep_function,
          "{'FunctionName':'f','MemorySize':128,'Environment':{'Variables':{'K':'hush'}},'Role':'hush'}",
          "{'FunctionName':'f','MemorySize':128}" },
        { m2_keep_run_bills,
          "{'events':[{'timestamp':1,'message':'{\\\"type\\\":\\\"platform.report\\\",\\\"record\\\":{"
          "\\\"requestId\\\":\\\"r\\\",\\\"status\\\":"
          "\\\"timeout\\\",\\\"tracing\\\":\\\"hush\\\",\\\"metrics\\\":{\\\"billedDurationMs\\\":5}}}'},{'"
          "message':'hush'}]}",
          "{'events':[{'timestamp':1,'message':'{\\\"type\\\":\\\"platform.report\\\",\\\"record\\\":{"
          "\\\"metrics\\\":{\\\"billedDurationMs\\\":5},"
          "\\\"requestId\\\":\\\"r\\\",\\\"status\\\":\\\"timeout\\\"}}'}]}" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct m2_arena *a = m2_arena_new();
        const char *kept = m2_json_text(a, cases[i].keep(a, world_json(a, cases[i].output)));
        cr_expect_str_eq(kept, m2_json_text(a, world_json(a, cases[i].kept)), "%zu: %s", i, kept);
        cr_expect_null(strstr(kept, "hush"), "%zu: %s", i, kept);
        m2_arena_free(a);
    }
}
