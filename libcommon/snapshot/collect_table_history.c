/* What is read to tell what jobs cost: what ran in the period, how large it was and how long, and nothing of
 * what it worked on. */
#include "m2/time.h"
#include "snapshot/collect_table.h"

/* Half of what AWS grants an account (API action throttling quotas of Step Functions: GetExecutionHistory 20
 * a second after a burst of 400): a console or another tool beside this one goes on working. */
#define HISTORIES_PER_SECOND 10
#define HISTORIES_AT_ONCE 200

#define OF_STACK LIST("cloudformation:DescribeStacks", "cloudformation:ListStackResources")
#define OF_MACHINE                                                                                           \
    LIST("cloudformation:DescribeStacks", "cloudformation:ListStackResources",                               \
         "stepfunctions:DescribeStateMachine")
#define HISTORY LIST("m2-cost history")

/* Executions are listed newest first: behind the first that began before the period there are only such. */
static bool more_executions(const struct m2_value *joined, int64_t since_ms)
{
    const struct m2_value *list = m2_v_get(joined, "executions");
    const char *oldest = m2_v_len(list) ? m2_v_str(m2_v_at(list, m2_v_len(list) - 1), "startDate") : NULL;
    int64_t ms;
    return !oldest || !m2_time_parse(&ms, oldest) || ms >= since_ms;
}

static const struct m2_collect_row rows[] = {
    { ROW("sts", "GetCallerIdentity", NOW, HISTORY), .topic = M2_T_START, .global = true },
    { ROW("cloudformation", "DescribeStacks", NOW, HISTORY), .topic = M2_T_STACK,
      .input = "{'StackName':'$1'}" },
    { ROW("cloudformation", "ListStackResources", OF_STACK, HISTORY), .topic = M2_T_STACK_LIVE,
      .input = "{'StackName':'$1'}" },
    { ROW("stepfunctions", "DescribeStateMachine", OF_STACK, HISTORY), .topic = M2_T_STATE_MACHINE,
      .input = "{'stateMachineArn':'$1'}" },
    { ROW("stepfunctions", "ListExecutions", OF_STACK, HISTORY), .topic = M2_T_STATE_MACHINE,
      .input = "{'stateMachineArn':'$1','maxResults':1000}", .more = more_executions },
    { ROW("stepfunctions", "GetExecutionHistory", LIST("stepfunctions:ListExecutions"), HISTORY),
      .topic = M2_T_EXECUTION, .input = "{'executionArn':'$1','maxResults':1000,'includeExecutionData':true}",
      .leaf = true, .keep = m2_keep_history, .per_second = HISTORIES_PER_SECOND, .burst = HISTORIES_AT_ONCE },
    { ROW("ecs", "ListTasks", OF_MACHINE, HISTORY), .topic = M2_T_CLUSTER,
      .input = "{'cluster':'$1','desiredStatus':'STOPPED'}" },
    { ROW("ecs", "DescribeTasks", LIST("ecs:ListTasks"), HISTORY), .topic = M2_T_TASKS,
      .input = "{'cluster':'$1','tasks':['$*']}", .leaf = true, .keep = m2_keep_tasks },
    { ROW("ecs", "DescribeTaskDefinition", OF_MACHINE, HISTORY), .topic = M2_T_TASK_DEFINITION,
      .input = "{'taskDefinition':'$1'}", .leaf = true, .keep = m2_keep_task_definition },
    { ROW("lambda", "GetFunctionConfiguration", LIST("stepfunctions:DescribeStateMachine"), HISTORY),
      .topic = M2_T_FUNCTION_CALLED, .input = "{'FunctionName':'$1'}", .keep = m2_keep_function },
    { ROW("logs", "FilterLogEvents", LIST("lambda:GetFunctionConfiguration"), HISTORY),
      .topic = M2_T_FUNCTION_LOG, .input = "{'logGroupName':'$1','filterPattern':'$2','startTime':'#3'}",
      .leaf = true, .keep = m2_keep_run_bills },
};

const struct m2_collect_row *m2_collect_rows_of_history(size_t *n)
{
    *n = sizeof rows / sizeof *rows;
    return rows;
}
