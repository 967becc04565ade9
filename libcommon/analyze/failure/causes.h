/* failure/causes.h — the rows behind the slugs of the catalogue. */
#ifndef M2_FAILURE_CAUSES_H
#define M2_FAILURE_CAUSES_H

#include "m2/check.h"

extern const struct m2_cause m2_task_causes[], m2_stack_causes[], m2_execution_causes[];
extern const size_t m2_n_task_causes, m2_n_stack_causes, m2_n_execution_causes;

#endif
