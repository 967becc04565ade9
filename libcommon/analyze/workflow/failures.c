/* task.failures and workflow.executions. */
#include "analyze/names.h"
#include "analyze/workflow/runs.h"
#include "analyze/workflow/workflow.h"
#include "m2/stackview.h"
#include "m2/str.h"

static bool known(const struct m2_failed_runs *runs, const char *task_arn)
{
    for (size_t i = 0; task_arn && i < runs->list.len; i++)
        if (m2_str_eq(runs->list.at[i].task_arn, task_arn))
            return true;
    return false;
}

/* A task that ECS still knows and its execution tell of one failure. */
static void merge(struct m2_check_run *r, struct m2_failed_runs *tasks,
                  const struct m2_failed_runs *executions)
{
    for (size_t i = 0; i < executions->list.len; i++)
        if (executions->list.at[i].of_task && !known(tasks, executions->list.at[i].task_arn))
            m2_vec_push(r->arena, &tasks->list, executions->list.at[i]);
}

/* Is there nothing that could have run: no stack, or one that never got as far as a state machine? */
static bool before_deployment(struct m2_check_run *r, const char *what)
{
    struct m2_stackview v = { 0 };
    m2_stackview_make(&v, r->arena, r->snap);
    if (v.state == M2_STACK_NONE) {
        m2_found_skip(r, v.name, "There is no stack yet, so %s.", what);
        return true;
    }
    bool none = v.state == M2_STACK_THERE && v.resources_complete &&
                m2_view_state_machine(&v, r->arena, r->snap).seen == M2_ABSENT &&
                !m2_stackview_resource(&v, "AWS::StepFunctions::StateMachine", NULL);
    if (none)
        m2_found_skip(r, v.name, "The stack has no state machine now, so there is nothing to ask what ran.");
    return none;
}

static void conclude(struct m2_check_run *r, const struct m2_failed_runs *runs, size_t reported,
                     const char *noun)
{
    if (runs->unseen.seen == M2_UNSEEN)
        m2_found_unseen(r, m2_str_or(runs->unseen.right, noun), &runs->unseen);
    else if (!reported && runs->any_answer)
        m2_found_pass(r, NULL, "No %s failed in the time that is looked at (%zu ended well).", noun,
                      runs->ended_well);
    else if (!reported) {
        struct m2_look look = m2_str_eq(noun, "task")
                                  ? m2_look_output(r->snap, "ecs", "ListTasks", NULL)
                                  : m2_look_output(r->snap, "stepfunctions", "ListExecutions", NULL);
        m2_found_unseen(r, NULL, &look);
    }
}

void m2_task_failures(struct m2_check_run *r)
{
    struct m2_failed_runs tasks = { 0 }, executions = { 0 };
    m2_runs_of_tasks(&tasks, r->arena, r->snap);
    m2_runs_of_executions(&executions, r->arena, r->snap);
    merge(r, &tasks, &executions);
    if (!tasks.list.len && !tasks.any_answer && before_deployment(r, "no task has run"))
        return;
    /* ECS forgets a stopped task within the hour; what failed before, only executions tell. */
    if (tasks.unseen.seen == M2_SEEN)
        tasks.unseen = executions.unseen;
    m2_runs_report(r, &tasks, true, "task");
    conclude(r, &tasks, tasks.list.len, "task");
}

void m2_workflow_executions(struct m2_check_run *r)
{
    struct m2_failed_runs runs = { 0 };
    m2_runs_of_executions(&runs, r->arena, r->snap);
    if (!runs.list.len && !runs.any_answer && before_deployment(r, "nothing has been executed"))
        return;
    m2_runs_report(r, &runs, false, "execution");
    conclude(r, &runs, runs.list.len, "execution");
}
