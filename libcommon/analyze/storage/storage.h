/* analyze/storage/storage.h — the checks of the area storage. */
#ifndef M2_ANALYZE_STORAGE_H
#define M2_ANALYZE_STORAGE_H

#include "m2/check.h"

void m2_storage_buckets(struct m2_check_run *r);

#endif
