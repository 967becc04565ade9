/*
 * cost/summary.h — a summary from the inside: for what counts many jobs at once (jobcsv/).
 */
#ifndef M2_COST_SUMMARY_H
#define M2_COST_SUMMARY_H

#include "cost/calendar.h"
#include "cost/quantile.h"
#include "cost/tally.h"
#include "m2/summary.h"

/* Key of a group by size; no padding, because its bytes are compared. */
struct m2_size_key {
    int64_t cpu_units, memory_gb10;
    int32_t platform, arch;
};

struct m2_summary {
    const struct m2_sys *sys;
    struct m2_tally total;
    struct m2_tally platform[M2_PLATFORM_COUNT];
    struct m2_tally outcome[2];          /* succeeded, failed */
    struct m2_tallies user, month, size; /* month: int32_t year × 12 + month - 1 */
    struct m2_cost_sum item[M2_C_COUNT];
    uint64_t estimated, cheaper_jobs;
    m2_pico cheapest;
    struct m2_spool *spool;
};

/** Where to count a job of USER. */
struct m2_tally *m2_summary_user(struct m2_summary *s, struct m2_bytes user);
struct m2_tally *m2_summary_month(struct m2_summary *s, int32_t month);
struct m2_tally *m2_summary_size(struct m2_summary *s, const struct m2_size_key *key);
/** QUANTITY and COST more of ITEM. Errors: M2_ELIMIT. */
int m2_summary_item_add(struct m2_summary *s, enum m2_cost_item item, const struct m2_cost_sum *more,
                        struct m2_err *err) M2_MUST_USE;

#endif
