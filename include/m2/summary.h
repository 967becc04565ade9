/*
 * m2/summary.h — many priced jobs in; totals, groups, quantiles and the cheaper size out.
 *
 * Model:     a priced job is added to a summary; summaries are merged. Sums are exact, so neither the order of the jobs nor the
 *            number of threads changes them. Quantiles are exact too (type 7, on whole 10^-12 USD): a histogram is counted as costs
 *            come in, the costs are spooled (memory up to a bound, then an unlinked temporary file), and only the values of the
 *            bucket that holds the rank are looked at in the end.
 * Bounds:    M2_SUMMARY_GROUPS groups of a kind have a name of their own, those that came first; later ones are counted together. A
 *            name is cut at M2_SUMMARY_NAME bytes. Memory does not grow with the number of jobs.
 * Threads:   a summary belongs to one thread at a time.
 * Source:    Hyndman and Fan 1996 (type 7).
 */
#ifndef M2_SUMMARY_H
#define M2_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/cost.h"
#include "m2/err.h"
#include "m2/mem.h"
#include "m2/money.h"
#include "m2/str.h"
#include "m2/sys.h"

#define M2_SUMMARY_GROUPS 10000
#define M2_SUMMARY_NAME 200

/* A job and what it costs. Money is whole 10^-12 USD, never negative: 9.2 million USD for one job at most. */
struct m2_priced {
    struct m2_bytes id, user, region; /* borrowed; .n 0: not known */
    struct m2_bytes resource;         /* the task's ARN; likewise */
    enum m2_platform platform;
    enum m2_arch arch;
    int64_t cpu_units;   /* Lambda: 0 */
    int64_t memory_gb10; /* GB × M2_GB_SCALE */
    int64_t started_ms;
    int64_t duration_ms;
    bool failed;    /* it ended without a result, and is billed all the same */
    bool estimated; /* part of its usage was not recorded */
    int64_t compute, other;
    int64_t cheapest; /* total on the cheapest size that fits; compute + other when it has that already, or it is not known */
};

struct m2_tally {
    uint64_t jobs;
    m2_pico compute, other; /* the total is their sum */
};

enum m2_by { M2_BY_PLATFORM, M2_BY_USER, M2_BY_MONTH, M2_BY_SIZE, M2_BY_OUTCOME, M2_BY_COUNT };
/** "by_platform", "by_user", …: the member of the JSON summary. */
const char *m2_by_name(enum m2_by by);

struct m2_group {
    const char *name; /* "fargate", "ada" ("" where none is told), "2026-09", "fargate x86_64 4 vCPU 8 GB", "succeeded" or "failed" */
    bool rest;        /* all that have no group of their own; NAME is then "" */
    enum m2_platform platform; /* M2_BY_SIZE: the size itself */
    enum m2_arch arch;
    int64_t cpu_units, memory_gb10;
    struct m2_tally sum;
};
struct m2_groups {
    struct m2_group *at; /* months by time, all others by cost (largest first), then by name; the rest last */
    size_t n;
};

struct m2_cost_sum {
    struct m2_ratio quantity;
    m2_pico cost;
    int64_t price;    /* as that of a m2_bill_line */
    uint64_t missing; /* jobs that used it where it has no price */
};

struct m2_summary;
/** SYS says where temporary files belong (TMPDIR). */
struct m2_summary *m2_summary_new(const struct m2_sys *sys);
void m2_summary_free(struct m2_summary *s); /* NULL is fine */

/** BILL: its lines, for the sums by resource; NULL: the job counts in everything else. Errors: M2_EIO (the spool cannot be written),
 * M2_ELIMIT (a quantity that does not fit). */
int m2_summary_add(struct m2_summary *s, const struct m2_priced *job, const struct m2_bill *bill,
                   struct m2_err *err) M2_MUST_USE;
/** All of FROM into S; FROM is empty afterwards and can be used again. Errors as above. */
int m2_summary_merge(struct m2_summary *s, struct m2_summary *from, struct m2_err *err) M2_MUST_USE;

/* ---- what came of it ---- */
struct m2_tally m2_summary_total(const struct m2_summary *s);
/** Jobs whose usage was partly guessed, and what all jobs would have cost on the cheapest size that fits each. */
uint64_t m2_summary_estimated(const struct m2_summary *s);
m2_pico m2_summary_cheapest(const struct m2_summary *s);
uint64_t m2_summary_cheaper_jobs(const struct m2_summary *s); /* jobs for which there is a cheaper size */
struct m2_groups m2_summary_groups(const struct m2_summary *s, struct m2_arena *a, enum m2_by by);
struct m2_cost_sum m2_summary_item(const struct m2_summary *s, enum m2_cost_item item);
/** The quantiles of the totals at PERCENT[0..N) (0..100, ascending), rounded half to even to a whole 10^-12 USD. None of them is set when
 * there was no job. Errors: M2_EIO. */
int m2_summary_quantiles(m2_pico *out, const struct m2_summary *s, const int *percent, size_t n,
                         struct m2_err *err) M2_MUST_USE;

#endif
