/*
 * support/brainunits.h — calls of Brain and of a test job as edits of an account (support/account.h).
 */
#ifndef TEST_BRAINUNITS_H
#define TEST_BRAINUNITS_H

#define MACHINE "arn:aws:states:us-east-1:123456789012:stateMachine:mroptimum-mode2-JobChooser"
#define ROLE "arn:aws:iam::123456789012:role/mroptimum-mode2-CloudMRCrossAccountRole"

#define CALL(path, rest) "{'service':'brain','operation':'" path "'," rest "}"
#define OK(path, output) CALL(path, "'input':{},'status':'ok','output':" output)
#define ERR(path, code, message, http)                                                                       \
    CALL(path, "'input':{},'status':'error','error':{'code':'" code "','message':'" message                  \
               "','http_status':" http "}")
#define LIST(units)                                                                                          \
    CALL("/api/computing-unit/list", "'input':{'app_name':'MR Optimum'},'status':'ok','output':" units)
#define MODE1                                                                                                \
    "{'computingUnitId':'cu-hub','appName':'MR "                                                             \
    "Optimum','mode':'mode_1','provider':'cloudmrhub','awsAccountId':'262361552878','region':'us-east-1','"  \
    "stateMachineArn':'arn:aws:states:us-east-1:262361552878:stateMachine:x','isDefault':true,'alias':'"     \
    "Mode 1'}"
#define UNIT(id)                                                                                             \
    "{'computingUnitId':'" id "','appName':'MR "                                                             \
    "Optimum','mode':'mode_2','provider':'user','awsAccountId':'123456789012','"                             \
    "region':'us-east-1','stateMachineArn':'" MACHINE                                                        \
    "','resultsBucket':'mroptimum-results-123456789012','failedBucket':'mroptimum-failed-123456789012','"    \
    "dataBucket':'mroptimum-data-123456789012','isDefault':false,'alias':'Mode "                             \
    "2','crossAccountRoleArn':'" ROLE "','externalId':'ana-7'}"
#define LOGIN OK("/api/auth/login", "{'success':true,'claims':{'admin':false}}")
#define LOGGED_IN                                                                                            \
    {                                                                                                        \
        "x", "new", LOGIN                                                                                    \
    }
#define UNITS(list)                                                                                          \
    {                                                                                                        \
        "x", "new", LIST("{'units':[" list "]}")                                                             \
    }
#define REGISTERED LOGGED_IN, UNITS(MODE1 "," UNIT("cu-1"))
#define FIELD(name, value)                                                                                   \
    {                                                                                                        \
        "brain:/api/computing-unit/list", "output.units[1]." name, value                                     \
    }
#define AWAY "arn:aws:states:us-east-1:999999999999:stateMachine:other"
#define WEST "arn:aws:states:us-west-2:123456789012:stateMachine:other"
#define ROLE_CALL "iam:GetRole mroptimum-mode2-CloudMRCrossAccountRole"

/* A test job and its execution. */
#define ARN "arn:aws:states:us-east-1:123456789012:execution:mroptimum-mode2-JobChooser:job-1"
#define QUEUED(arn, unit, mode)                                                                              \
    {                                                                                                        \
        "x", "new",                                                                                          \
            CALL("/api/pipeline/queue_job",                                                                  \
                 "'input':{'mode':'mode_2','task':{'name':'ac','options':{'reconstructor':{'options':{}}}}}" \
                 ",'status':'ok','output':{'executionArn':'" arn                                             \
                 "','pipeline':'p-1','computingUnit':{'computingUnitId':'" unit "','mode':'" mode "'}}")     \
    }
#define OURS QUEUED(ARN, "cu-1", "mode_2")
#define EXECUTION(rest)                                                                                      \
    {                                                                                                        \
        "x", "new",                                                                                          \
            "{'service':'stepfunctions','operation':'DescribeExecution','input':{'executionArn':'" ARN       \
            "'},'status':'ok','output':{'executionArn':'" ARN "'," rest "}}"                                 \
    }
#define RETURNED(status, body)                                                                               \
    EXECUTION("'status':'SUCCEEDED','output':'{\\\"statusCode\\\":" status ",\\\"body\\\":\\\"" body "\\\"}" \
              "'")

#endif
