/*
 * cost/cell.h — jobs of one size in one region: what m2_bill_job says, with everything that does not change
 * from job to job worked out once.
 *
 * Model:     of the lines of a bill, some grow with the billed time (a factor each), some are the same for
 * every job, and some depend on what a job read, wrote and logged. A cell holds the factors and the sums of
 * the jobs priced with it. Each line is rounded as m2_bill_job rounds it, so both agree to the last digit
 * (tests/unit/cost/test_cell.c).
 */
#ifndef M2_COST_CELL_H
#define M2_COST_CELL_H

#include "cost/summary.h"

/* Lines that depend on what a job did besides running. */
enum m2_use { M2_U_REQUESTS, M2_U_TRANSITIONS, M2_U_LOGS, M2_U_PUTS, M2_U_GETS, M2_U_OUT, M2_U_COUNT };

#define M2_TIMED 4 /* lines that grow with time, of one platform: compute first */
struct m2_timed {
    enum m2_cost_item item;
    int64_t factor, den;  /* cost = time × factor / den */
    struct m2_ratio unit; /* quantity of one unit of time */
};

/* The same job's price on one platform and size. */
struct m2_tariff {
    const struct m2_rates *rates;
    struct m2_job usual; /* of this size; duration 0 */
    struct m2_timed timed[M2_TIMED];
    int n_timed, n_compute;
    int64_t max_time;        /* beyond it a product could overflow */
    int64_t fixed;           /* lines that are the same for every job */
    struct m2_cost_sum use[M2_U_COUNT]; /* the usual job's */
};

struct m2_cell {
    struct m2_tariff own, other; /* other.rates NULL: no other platform fits */
    /* what was priced since m2_cell_flush */
    struct m2_tally sum;
    uint64_t usual_jobs; /* that used what is usual */
    uint64_t cheaper_jobs;
    m2_pico cheapest, timed_cost[M2_TIMED];
    m2_int128 time;
    struct m2_cost_sum use[M2_U_COUNT]; /* of the others */
};

struct m2_cell_price {
    int64_t compute, other, cheapest;
};

/** JOB: the size, with duration 0 and what is usual. RATES are its own, OTHER those of the other platform in
 * the same region, or NULL. Both must outlive the cell. Errors: those of m2_job_check, M2_ELIMIT. */
int m2_cell_init(struct m2_cell *c, const struct m2_job *job, const struct m2_rates *rates,
                 const struct m2_rates *other, struct m2_err *err) M2_MUST_USE;
/** Price a job of the cell's size and add it to the sums. USED NULL: as usual, only the duration differs.
 * Errors: m2_job_check's, and M2_ELIMIT: nothing was added. */
int m2_cell_price(struct m2_cell_price *out, struct m2_cell *c, int64_t duration_ms,
                  const struct m2_job *used, struct m2_err *err) M2_MUST_USE;
/** What one JOB would cost on its own size or on the other platform's smallest that fits, whichever is less; TOTAL, what it costs,
 * where that cannot be told. RATES are its own, OTHER as above. */
int64_t m2_cell_cheapest(const struct m2_job *job, int64_t total, const struct m2_rates *rates,
                         const struct m2_rates *other);
/** Add the sums to S (all but users, months and quantiles) and start again from 0. Errors: M2_ELIMIT. */
int m2_cell_flush(struct m2_cell *c, struct m2_summary *s, struct m2_err *err) M2_MUST_USE;

#endif
