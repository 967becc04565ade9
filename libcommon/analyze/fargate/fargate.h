/* analyze/fargate/fargate.h — the checks of the area fargate that read settings. */
#ifndef M2_ANALYZE_FARGATE_H
#define M2_ANALYZE_FARGATE_H

#include <stddef.h>
#include <stdint.h>

#include "m2/check.h"

void m2_fargate_size(struct m2_check_run *r);
void m2_fargate_quota(struct m2_check_run *r);
void m2_fargate_logs(struct m2_check_run *r);
void m2_fargate_service_role(struct m2_check_run *r);

/** Units from "4096", "4 vCPU", ".5 vcpu"; MiB from "16384", "16GB", "16 GB". False for anything else. */
bool m2_fargate_cpu(int64_t *units, const char *text);
bool m2_fargate_memory(int64_t *mib, const char *text);

#endif
