/*
 * m2/jobcsv.h — a history of jobs in a CSV file of any size, priced as it is read.
 *
 * Model:     columns by name (the table m2_jobcsv_columns), any order, others kept. The file is cut into blocks at record ends; blocks are
 *            priced side by side and put together in their order, so the result does not depend on the number of threads.
 *            Memory does not grow with the file. A row that cannot be priced is counted, told with its line and left out.
 * Grammar:   m2/csv.h. A block without any quotation mark is split by a plain scan, all others by libcsv; both agree (tests/fuzz).
 * Source:    RFC 4180; docs/FORMATS.md (Cost).
 */
#ifndef M2_JOBCSV_H
#define M2_JOBCSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/prices.h"
#include "m2/summary.h"
#include "m2/sys.h"

/* What a column can tell. */
enum m2_job_field {
    M2_F_JOB_ID, M2_F_STARTED_AT, M2_F_PLATFORM, M2_F_VCPU, M2_F_MEMORY, M2_F_DURATION, /* needed */
    M2_F_EPHEMERAL, M2_F_ARCH, M2_F_REGION, M2_F_RESOURCE, M2_F_INPUT, M2_F_OUTPUT, M2_F_LOG, M2_F_USER, M2_F_TRANSITIONS, M2_F_REQUESTS,
    /* what m2-cost history writes: measured, in place of what is usual */
    M2_F_SELECTOR_MS, M2_F_SELECTOR_MB, M2_F_SELECTOR_REQUESTS, M2_F_S3_PUTS, M2_F_S3_GETS, M2_F_PUBLIC_IP, M2_F_OUTCOME,
    M2_F_ESTIMATED,
    M2_F_COUNT
};
#define M2_F_NEEDED M2_F_EPHEMERAL /* those before it */
#define M2_F_MEASURED M2_F_SELECTOR_MS /* those from it on */

struct m2_job_column {
    const char *name; /* "memory_mb" */
    enum m2_job_field field;
    int digits;      /* a number is read as × 10^DIGITS, … */
    int64_t mul, div; /* … and then × MUL / DIV; MUL 0: it is text */
    bool round_up;   /* else more digits than fit are a fault */
    const char *unit; /* "MB": for docs and messages; NULL: text */
};
/** Every name that a column may have, the first of each field being the usual one; ended by a NULL name. */
const struct m2_job_column *m2_jobcsv_columns(void);

#define M2_JOBCSV_RECORD ((size_t)256 << 10) /* bytes of the longest record */
#define M2_JOBCSV_SHOWN 10                   /* bad rows that are told one by one */

struct m2_jobcsv {
    const char *path;          /* "-": standard input */
    const char *per_job;       /* each job's cost goes there; NULL: nowhere */
    const struct m2_prices *prices;
    const char *region;        /* of jobs that name none */
    const char *const *without; /* as for m2_rates_find */
    uint64_t max_bad;
    size_t threads;            /* 0: as many as there are processors */
    const struct m2_sys *sys;
    /* May be NULL. Both are called by one thread at a time, in the order of the file. */
    void (*progress)(void *user, uint64_t bytes_done, uint64_t bytes_all, uint64_t jobs); /* bytes of the file; all 0: not known */
    int (*each)(void *user, const struct m2_priced *job, const struct m2_job *usage, struct m2_err *err);
    void *user;
};

struct m2_bad_row {
    uint64_t line; /* where the record begins, 1-based */
    char reason[200];
};

struct m2_jobcsv_result {
    struct m2_summary *summary; /* to be freed */
    uint64_t bad;
    struct m2_bad_row shown[M2_JOBCSV_SHOWN]; /* the first of them */
    const struct m2_job_column *column[M2_F_COUNT]; /* as found; NULL: absent */
};

/** Read, price, sum up. PER_JOB appears only when all went well.
 * Errors: M2_EINPUT (not CSV, columns missing or twice, more bad rows than allowed, gzip damaged), M2_ENOTFOUND, M2_EUSAGE (region, WITHOUT),
 * M2_ELIMIT (a record or sum too large), M2_EIO, M2_ECANCELLED. */
int m2_jobcsv_run(struct m2_jobcsv_result *out, const struct m2_jobcsv *job, struct m2_err *err) M2_MUST_USE;

#endif
