/*
 * m2/compare.h — the same job on every platform and size that can run it (pure).
 *
 * Model:     a job measured on one size is moved to another: its duration changes with the number of vCPUs as the scaling says, what it
 *            moves and stores does not. Lambda gives a vCPU for each 1,769 MB.
 * Source:    AWS Lambda Developer Guide, "Configure Lambda function memory"; Amdahl 1967; libcommon/cost/sizes.c.
 */
#ifndef M2_COMPARE_H
#define M2_COMPARE_H

#include "m2/cost.h"
#include "m2/mem.h"

/* T(v) = T(ref) × ((1 − P) + P × ref / v); linear is P = 1, none P = 0. */
struct m2_scaling {
    const char *name;      /* "linear", "none", "amdahl:0.9" */
    int64_t parallel_ppm;  /* P × 10^6 */
};
/** "linear", "none", "amdahl:P" with P from 0 to 1. Errors: M2_EUSAGE. */
int m2_scaling_read(struct m2_scaling *out, const char *text, struct m2_err *err) M2_MUST_USE;

struct m2_choice {
    struct m2_job job; /* duration scaled */
    struct m2_bill bill;
    bool asked;        /* the size that the job was given with */
    bool plain;        /* the least memory of its vCPUs that fits (Lambda: or a whole number of vCPUs): worth a row */
};

struct m2_comparison {
    M2_VEC(struct m2_choice) choices; /* cheapest first; of equals the faster */
    /* Why a platform is not among them (NULL: it is): "the job takes 1,200 s; Lambda ends a run after 900 s". */
    const char *unfit[M2_PLATFORM_COUNT];
};
/** Every platform and size of JOB's architecture with at least its memory. Errors: M2_EUSAGE, M2_ELIMIT. A platform without prices
 * in REGION is unfit, not an error. */
int m2_compare(struct m2_comparison *out, struct m2_arena *a, const struct m2_prices *prices, const char *region,
               const struct m2_job *job, const struct m2_scaling *scaling, const char *const *without, struct m2_err *err) M2_MUST_USE;

/** The total of the job of CHOICE had it taken MS on the size that REF names (scaled to CHOICE's size). False when it does not fit the
 * platform or cannot be counted. */
bool m2_choice_at(m2_pico *out, const struct m2_rates *rates, const struct m2_choice *choice, const struct m2_job *ref,
                  const struct m2_scaling *scaling, int64_t ms);
/** The shortest duration (on REF's size) from which A costs more than B, by bisection; 0 when there is none up to MOST_MS. */
int64_t m2_break_even_ms(const struct m2_rates *a_rates, const struct m2_choice *a, const struct m2_rates *b_rates,
                         const struct m2_choice *b, const struct m2_job *ref, const struct m2_scaling *scaling, int64_t most_ms);

#endif
