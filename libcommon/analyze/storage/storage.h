/* analyze/storage/storage.h — the checks of the area storage. */
#ifndef M2_ANALYZE_STORAGE_H
#define M2_ANALYZE_STORAGE_H

#include "analyze/storage/buckets.h"
#include "m2/check.h"

void m2_storage_buckets(struct m2_check_run *r);
/** bucket.role-access: the job's roles against the buckets B. */
void m2_storage_roles(struct m2_check_run *r, const struct m2_buckets *b);

#endif
