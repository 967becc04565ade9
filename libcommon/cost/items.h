/*
 * cost/items.h — the rows of the bill with what only the billing needs.
 */
#ifndef M2_COST_ITEMS_H
#define M2_COST_ITEMS_H

#include "m2/cost.h"

struct m2_item_rule {
    struct m2_cost_item_row pub;
    const char *key[M2_PLATFORM_COUNT][M2_ARCH_COUNT]; /* of the price; NULL: no line of this platform */
    struct m2_ratio (*quantity)(const struct m2_job *job);
};
/** M2_C_COUNT rows. */
const struct m2_item_rule *m2_item_rules(void);

/** Seconds that Fargate bills: rounded up, at least 60; 0 for a task that never began to pull. */
int64_t m2_fargate_billed_s(int64_t duration_ms);

#endif
