/*
 * m2-cost/history.h — the parts of `m2-cost history`: pricing (history.c), rows of --per-job (history_csv.c),
 * what is said (history_say.c).
 */
#ifndef M2_COST_TOOL_HISTORY_H
#define M2_COST_TOOL_HISTORY_H

#include "cost.h"
#include "m2/history.h"
#include "m2/summary.h"

struct history_tally {
    uint64_t jobs;
    m2_pico usd;
};

struct history_costs {
    struct cost_run *run;
    struct m2_history history;
    struct m2_history_prices prices;
    struct m2_summary *summary;
    struct history_tally of[M2_OUTCOME_COUNT];
    struct history_tally retries; /* runs that failed in jobs that succeeded in the end */
    struct m2_value *jobs;        /* "jobs" of the JSON document */
    cost_sentences unpriced;      /* why some jobs have no price, each reason once */
    uint64_t n_unpriced;
    int64_t idle_ms;
};

/** The header of --per-job's CSV and the rows of JOB. */
void history_csv_header(struct m2_buf *out);
void history_csv_job(struct m2_buf *out, const struct history_costs *c, const struct m2_history_job *job,
                     const struct m2_bill *bills);
/** JOB for the JSON document. */
struct m2_value *history_json_job(const struct history_costs *c, const struct m2_history_job *job,
                                  const struct m2_bill *bills, m2_pico total);
/** Everything into the document and the JSON of OUT. Errors: as m2_summary_quantiles, cost_budget. */
int history_say(struct cost_result *out, struct history_costs *c, struct m2_err *err) M2_MUST_USE;

#endif
