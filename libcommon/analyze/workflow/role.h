/* workflow/role.h — what the state machine's role needs for the states it runs. */
#ifndef M2_WORKFLOW_ROLE_H
#define M2_WORKFLOW_ROLE_H

#include "analyze/policy/role.h"

/** A RunTask state (SYNC: that waits for the end) with the task definition DEFINITION (as
 * DescribeTaskDefinition gives it; NULL: not known). */
void m2_workflow_needs_task(struct m2_needs *n, struct m2_check_run *r, const struct m2_value *definition,
                            bool sync);
/** A state that calls FUNCTION (ARN or name). */
void m2_workflow_needs_function(struct m2_needs *n, struct m2_check_run *r, const char *function);
/** Hold NEEDS against the role ARN of MACHINE; returns whether anything was found. */
bool m2_workflow_role(struct m2_check_run *r, const char *machine, const char *arn,
                      const struct m2_needs *needs);

#endif
