/*
 * m2/cost.h — what one job costs: usage in, the lines of the bill out (pure).
 *
 * Model:     a job is a few integers. Each line of the bill is a row of one table (m2_cost_item): which price, and how a job's
 *            usage becomes a quantity. A line's cost is rounded once to 10^-12 USD; the total is the sum of the lines. A line
 *            whose price is missing in the region is marked and counts nothing; the report says so.
 * Units:     GB and MB are 2^30 and 2^20 bytes, as AWS bills them.
 * Source:    AWS pricing pages of Fargate, Lambda, Step Functions, VPC, S3, CloudWatch; docs/COST.md has a rule and an
 *            example for each line.
 */
#ifndef M2_COST_H
#define M2_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/money.h"
#include "m2/prices.h"

enum m2_platform { M2_FARGATE, M2_FARGATE_SPOT, M2_LAMBDA, M2_PLATFORM_COUNT };
enum m2_arch { M2_X86_64, M2_ARM64, M2_ARCH_COUNT };

/** "fargate", "fargate-spot", "lambda"; NULL-ended. */
const char *const *m2_platform_names(void);
/** "x86_64", "arm64"; NULL-ended. */
const char *const *m2_arch_names(void);
/** False (unchanged) when NAME[0..N) is none of them; case is ignored. */
bool m2_platform_read(enum m2_platform *out, const char *name, size_t n);
bool m2_arch_read(enum m2_arch *out, const char *name, size_t n);

#define M2_GB_SCALE INT64_C(10000000000) /* memory and disks are GB × 10^10, exact */
#define M2_MB_SCALE INT64_C(1000000000)  /* data is MB × 10^9 */

/* What a job used. Quantities are never negative. */
struct m2_job {
    enum m2_platform platform;
    enum m2_arch arch;
    int64_t cpu_units;    /* Fargate: 1024 a vCPU; Lambda: 0 */
    int64_t memory_gb10;  /* GB × M2_GB_SCALE */
    int64_t duration_ms;  /* Fargate: from the pull's start to the stop; Lambda: the billed duration. Parts of a ms rounded up */
    int64_t disk_gb10;    /* Fargate: ephemeral storage, all of it (0: the free 20 GB); Lambda: /tmp (0: the free 0.5 GB) */
    int64_t transitions;  /* Step Functions states entered, retries and redrives included */
    int64_t requests;     /* Lambda invocations without the selector's */
    int64_t selector_ms;  /* billed duration of the platform selector, all invocations together */
    int64_t selector_mb;
    int64_t selector_requests;
    int64_t s3_puts, s3_gets;
    int64_t log_mb9;      /* MB × M2_MB_SCALE, raw bytes written to CloudWatch Logs */
    int64_t input_mb9, output_mb9; /* read from and written to S3 */
    int64_t download_mb9; /* results that leave AWS */
    int64_t image_mb9;    /* compressed image pulled from another region */
    int64_t nat_mb9;      /* through a NAT gateway */
    int64_t endpoint_mb9; /* through interface endpoints */
    int64_t kept_mb_hours9; /* data kept in S3: MB × hours × M2_MB_SCALE; may be 0 */
    bool public_ip;       /* a public IPv4 address while a Fargate task runs */
};
/** The usual Mode 2 job of PLATFORM: 3 transitions, selector 128 MB for 342 ms, 2 PUT, 2 GET, 64 KiB of logs, a public address.
 * Everything else is 0. Source: upstream's state machine; docs/COST.md. */
void m2_job_usual(struct m2_job *out, enum m2_platform platform);

/** "10m", "90s", "342ms", "1.5h", "1h30m", "600" (seconds): a job's duration, parts of a millisecond rounded up.
 * Errors: M2_EUSAGE naming WHAT (no duration, zero, negative, longer than a year). */
int m2_job_duration(int64_t *out_ms, const char *text, const char *what, struct m2_err *err) M2_MUST_USE;
/** Data that JOB moves: GETs and PUTs (uploads over 8 MB in parts of 8 MB: one to begin, one a part, one to complete;
 * downloads in ranges of 8 MB), one of each beside the data for the job's description and its result's; the results leave AWS. */
void m2_job_data(struct m2_job *job, int64_t input_mb9, int64_t output_mb9);

enum m2_cost_item {
    M2_C_FARGATE_VCPU, M2_C_FARGATE_MEMORY, M2_C_LAMBDA_COMPUTE, /* compute_usd */
    M2_C_FARGATE_STORAGE, M2_C_LAMBDA_STORAGE, M2_C_IPV4, M2_C_LAMBDA_REQUESTS, M2_C_SELECTOR_COMPUTE,
    M2_C_SELECTOR_REQUESTS, M2_C_TRANSITIONS, M2_C_LOGS, M2_C_S3_PUT, M2_C_S3_GET, M2_C_S3_STORAGE, M2_C_NAT_DATA,
    M2_C_ENDPOINT_DATA, M2_C_IMAGE_TRANSFER, M2_C_TRANSFER_OUT,
    M2_C_COUNT
};
struct m2_cost_item_row {
    const char *resource; /* "fargate.vcpu": items[].resource of m2-cost/1 */
    const char *title;    /* "Fargate vCPU" */
    const char *part;     /* what --without takes: "compute", "storage", "public-ip", … */
    const char *unit;     /* "vCPU-hour" */
    const char *rule;     /* one sentence for docs and --explain */
};
/** The row of ITEM; their order is that of the bill. */
const struct m2_cost_item_row *m2_cost_item(enum m2_cost_item item);
/** Names for --without, each once, NULL-ended ("compute" is none: it cannot be left out). */
const char *const *m2_cost_parts(void);

/* The prices of one region, platform and architecture, found once and used for many jobs. */
struct m2_rates {
    const struct m2_price_region *region;
    enum m2_platform platform;
    enum m2_arch arch;
    const struct m2_price *of[M2_C_COUNT]; /* NULL: no such price there, or the item is not of this platform */
    bool left_out[M2_C_COUNT];             /* by --without */
    const char *key[M2_C_COUNT];           /* the price's key; NULL: not of this platform */
};
/** WITHOUT: parts left out, NULL-ended, or NULL. Errors: M2_EINPUT (no price for the compute itself, naming item and region),
 * M2_EUSAGE (a region without prices, listing those with; a part that there is not, with the nearest). */
int m2_rates_find(struct m2_rates *out, const struct m2_prices *prices, const char *region, enum m2_platform platform,
                  enum m2_arch arch, const char *const *without, struct m2_err *err) M2_MUST_USE;

struct m2_bill_line {
    struct m2_ratio quantity; /* num 0: nothing of it */
    m2_pico cost;
    int64_t price; /* of a unit, pico; M2_NO_ONE_PRICE where it has none, or a sum has several */
    bool missing;  /* used, but no price */
};
#define M2_NO_ONE_PRICE (-1)
struct m2_bill {
    struct m2_bill_line line[M2_C_COUNT];
    m2_pico compute, other, total; /* total = compute + other = the sum of the lines */
    bool incomplete;               /* a line is missing */
};
/** Errors: M2_ELIMIT (an amount that does not fit). */
int m2_bill_job(struct m2_bill *out, const struct m2_rates *rates, const struct m2_job *job, struct m2_err *err) M2_MUST_USE;
/** MORE's lines to those of TO, which begins as a zeroed bill. Errors: M2_ELIMIT. */
int m2_bill_add(struct m2_bill *to, const struct m2_bill *more, struct m2_err *err) M2_MUST_USE;
/** The quantity of ITEM that JOB uses (what m2_bill_job multiplies). */
struct m2_ratio m2_bill_quantity(enum m2_cost_item item, const struct m2_job *job);

/** Monthly cost of QUANTITY through PRICE's tiers, rounded once; the first ALLOWANCE units of it (0/1: none) cost nothing. False when it does
 * not fit. */
bool m2_price_tiered(m2_pico *out, const struct m2_price *price, struct m2_ratio quantity, struct m2_ratio allowance);

/* ---- a month of such jobs ---- */
struct m2_month_line {
    const struct m2_price *price;
    const char *key;
    struct m2_ratio quantity;  /* of all jobs */
    m2_pico list, after_free;  /* through the tiers; with the monthly free allowance taken off */
    bool missing;
};
struct m2_month {
    struct m2_month_line line[M2_C_COUNT]; /* lines with the same price are one: tiers count their sum */
    size_t n;
    m2_pico list, after_free;
};
/** JOBS runs of JOB in one month. Allowances that several prices share (Lambda's GB-seconds) are used in the order of the bill.
 * Errors: M2_ELIMIT. */
int m2_bill_month(struct m2_month *out, const struct m2_rates *rates, const struct m2_job *job, uint64_t jobs,
                  struct m2_err *err) M2_MUST_USE;
#define M2_MONTH_HOURS 730 /* the month of the AWS Pricing Calculator */

/* ---- sizes that AWS accepts: dated data, libcommon/cost/sizes.c ---- */
#define M2_FARGATE_SIZES_DATE "2026-09-28"

/* Memory from MIN to MAX in steps of STEP, in MiB; CPU in units, 1024 a vCPU. */
struct m2_fargate_size {
    int64_t cpu_units, min_mib, max_mib, step_mib;
};
/** Ascending by CPU, then memory; one CPU size may have several rows; ended by cpu_units 0. */
const struct m2_fargate_size *m2_fargate_sizes(void);
#define M2_LAMBDA_MAX_MS (INT64_C(900) * 1000)
#define M2_LAMBDA_MAX_MIB 10240
#define M2_LAMBDA_MIB_PER_VCPU 1769 /* memory that gives a function one vCPU. Source: AWS Lambda Developer Guide */
bool m2_fargate_size_valid(int64_t cpu_units, int64_t mib);
/** The offered pair that is nearest above, else the largest. */
void m2_fargate_size_nearest(int64_t *cpu_units, int64_t *mib);

/** Is the pair of JOB (Fargate) or the memory (Lambda), disk and duration one that AWS accepts?
 * Errors: M2_EUSAGE naming the nearest valid ones. */
int m2_job_check(const struct m2_job *job, struct m2_err *err) M2_MUST_USE;

#endif
