/* workflow/workflow.h — the checks of the area workflow, and task.failures of the area fargate. */
#ifndef M2_WORKFLOW_H
#define M2_WORKFLOW_H

#include "m2/check.h"

void m2_workflow_state_machine(struct m2_check_run *r);
void m2_workflow_executions(struct m2_check_run *r);
void m2_task_failures(struct m2_check_run *r);

#endif
