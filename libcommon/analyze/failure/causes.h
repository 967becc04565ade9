/* failure/causes.h — the rows behind the slugs of the catalogue. */
#ifndef M2_FAILURE_CAUSES_H
#define M2_FAILURE_CAUSES_H

#include "m2/check.h"

/* Areas are static tables, so the counts are constants; a row too many does not compile, one too few has no
 * slug (a test looks). */
enum { M2_N_TASK_CAUSES = 55, M2_N_STACK_CAUSES = 23, M2_N_EXECUTION_CAUSES = 19 };
extern const struct m2_cause m2_task_causes[M2_N_TASK_CAUSES], m2_stack_causes[M2_N_STACK_CAUSES],
    m2_execution_causes[M2_N_EXECUTION_CAUSES];

#endif
