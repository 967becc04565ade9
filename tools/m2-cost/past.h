/*
 * m2-cost/past.h — the jobs of the past, from a CSV file or from the account, one by one, for forecast and
 * reconcile.
 */
#ifndef M2_COST_PAST_H
#define M2_COST_PAST_H

#include "cost.h"
#include "m2/summary.h"

/* What was read. */
struct cost_past {
    const char *name; /* "history.csv", "the account's history" */
    bool covered;     /* the days from first to last were looked at, jobs or not */
    int64_t first_day, last_day;
    uint64_t bad;            /* rows left out */
    cost_sentences warnings; /* what is missing, or was assumed */
};
/** BILL is NULL unless cost_past_read was asked for bills. 0, or -1 with ERR set. */
typedef int cost_past_job(void *user, const struct m2_priced *job, const struct m2_bill *bill,
                          struct m2_err *err);

/** All jobs of FILE, or of the account when FILE is NULL, to JOB (with BILLS each run of a job of the account
 * by itself). Errors: those of m2_jobcsv_run or cost_account_history, and JOB's. */
int cost_past_read(struct cost_past *out, struct cost_run *run, const char *file, bool bills,
                   cost_past_job *job, void *user, struct m2_err *err) M2_MUST_USE;
/** The warnings into D and ROOT's "warnings". */
void cost_past_say(struct m2_doc *d, struct m2_value *root, struct cost_run *run,
                   const struct cost_past *past);

#endif
