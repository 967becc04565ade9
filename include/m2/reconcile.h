/*
 * m2/reconcile.h — a bill of AWS beside what the jobs should have cost (pure but for reading the export).
 *
 * Model:     first the jobs go in, then the rows of one or more exports, both in any number; both are kept as sums by line of the bill and
 *            UTC day, and by Fargate task. A line is a price key in a region ("fargate.vcpu-hour.x86_64" in us-east-1); a row finds its line
 *            by service code and by the whole usage type behind its region's prefix, never by a part of it. List prices are compared
 *            with list prices: Usage and SavingsPlanCoveredUsage. Credits, discounts, plans and taxes are sums of their own.
 * Exactness: amounts are decimals, to 10^-12, rounded half to even; sums are exact.
 * Memory:    bounded by days, lines and the tasks of the history, not by the rows of the bill.
 * Source:    AWS Data Exports guide: CUR 2.0, legacy CUR, FOCUS 1.0 and 1.2 column dictionaries.
 */
#ifndef M2_RECONCILE_H
#define M2_RECONCILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/cost.h"
#include "m2/err.h"
#include "m2/mem.h"
#include "m2/money.h"
#include "m2/prices.h"
#include "m2/summary.h"
#include "m2/sys.h"

/* ---- rows of an export ---- */
enum m2_charge {
    M2_CHARGE_USAGE,    /* at list price */
    M2_CHARGE_COVERED,  /* used, and paid by a Savings Plan: at list price */
    M2_CHARGE_PLAN,     /* what takes the covered usage off again */
    M2_CHARGE_RESERVED, /* used, and paid by a reservation */
    M2_CHARGE_FEE,      /* one-off and recurring fees, plans' and reservations' among them */
    M2_CHARGE_DISCOUNT, M2_CHARGE_CREDIT, M2_CHARGE_REFUND, M2_CHARGE_TAX,
    M2_CHARGE_UNKNOWN,  /* a type that is not in the table: named in the report */
    M2_CHARGE_COUNT
};
/** "usage", "covered by a Savings Plan", …: for people. */
const char *m2_charge_title(enum m2_charge charge);

/* Texts are borrowed and end with the call; "" where the export has none. */
struct m2_bill_row {
    uint64_t line;
    enum m2_charge charge;
    const char *charge_name; /* as the export spells it */
    const char *service;     /* "AmazonECS" */
    const char *usage_type;  /* "USE1-Fargate-GB-Hours" */
    const char *region, *resource;
    const char *job;         /* value of the tag that names jobs, else "" */
    int64_t start_ms, end_ms, period_ms; /* end, and begin of the billing period: INT64_MIN where unknown */
    m2_pico list;            /* at list price (usage), else as billed */
    m2_pico billed;          /* on the invoice */
    m2_int128 quantity;      /* × 10^12 of the usage type's unit */
    bool invoiced;           /* has an invoice's number, or the export has no such column */
};
/** Return 0 to go on, -1 (with ERR set) to stop. */
typedef int m2_bill_row_read(void *user, const struct m2_bill_row *row, struct m2_err *err);

struct m2_bill_ask {
    const char *tag, *tag_value; /* only rows with this tag; NULL: all */
    const char *job_tag;         /* the tag whose value is a job's id; NULL: none */
    const struct m2_sys *sys;
};
struct m2_bill_export {
    const char *format;  /* "CUR 2.0", "CUR (legacy)", "FOCUS 1.0", "FOCUS 1.2" */
    bool has_resources;  /* resource ids are in it */
    uint64_t rows;       /* read */
    uint64_t split_rows; /* left out: parts of a parent that is there itself */
    uint64_t other_rows; /* left out: without the tag */
    m2_pico other_billed;
};
/** Read PATH ("-": standard input; gzip too) row by row. Errors: M2_ENOTFOUND, M2_EINPUT (Parquet, zip, binary, UTF-16, not CSV, no such
 * export, needed columns missing (named), a field that is no amount or time, another currency than USD; with file and line),
 * M2_ELIMIT, M2_ECANCELLED, what ROW says. */
int m2_bill_read(struct m2_bill_export *out, const char *path, const struct m2_bill_ask *ask, m2_bill_row_read *row,
                 void *user, struct m2_err *err) M2_MUST_USE;

/* What a row of usage is. KEY NULL: nothing that the toolkit knows. REGION is the prefix's (NULL: none, so us-east-1 or global). */
struct m2_usage_match {
    const char *key, *title, *region;
    bool per_task; /* its resource is a Fargate task */
};
struct m2_usage_match m2_usage_match(const char *service, const char *usage_type);

/* ---- both sides ---- */
struct m2_reconcile;
/** PRICES value what was free. */
struct m2_reconcile *m2_reconcile_new(const struct m2_prices *prices);
void m2_reconcile_free(struct m2_reconcile *r); /* NULL is fine */
/** A job that should be on the bill; all of them come before the first row. JOB->id: a task's ARN or id, or what the job tag says.
 * Errors: M2_EINPUT (a date before 1970 or after 2200), M2_ELIMIT. */
int m2_reconcile_job(struct m2_reconcile *r, const struct m2_priced *job, const struct m2_bill *bill,
                     struct m2_err *err) M2_MUST_USE;
/** A row of the bill (an m2_bill_row_read; USER is the m2_reconcile). */
m2_bill_row_read m2_reconcile_row;

enum m2_verdict {
    M2_AGREES,
    M2_BILLED_MORE, M2_BILLED_LESS,
    M2_NOT_BILLED,
    M2_NOT_PRICED, /* the price list has no price: only quantities can be compared */
    M2_VERDICT_COUNT
};
/** "agrees", "billed more", … */
const char *m2_verdict_name(enum m2_verdict v);

struct m2_day_compared {
    int64_t day;
    m2_pico expected, billed; /* free usage valued in billed */
};
struct m2_line_compared {
    const char *region, *key, *title, *unit;
    uint64_t rows;
    m2_int128 expected_quantity, billed_quantity; /* × 10^12 */
    m2_pico expected, billed; /* billed: at list price, without what was free */
    m2_pico free_value;       /* usage billed at nothing, at list price: monthly free allowances */
    m2_pico difference;       /* billed + free_value − expected */
    bool quantity_agrees;
    bool estimate;            /* the price list's price is one (Spot) */
    bool by_task;             /* only rows of the history's tasks; false: all rows, by day */
    enum m2_verdict verdict;
    struct m2_day_compared worst; /* the day that is off most; only when VERDICT is more, less or not billed */
};
struct m2_unexplained {
    const char *service, *usage_type, *title; /* title "" when the usage type is not known */
    const char *resource;                     /* of its largest row */
    uint64_t rows;
    m2_pico cost;
};
struct m2_task_compared {
    const char *id;
    enum m2_verdict verdict;
    m2_int128 expected_vcpu, billed_vcpu, expected_gb, billed_gb; /* hours × 10^12 */
    m2_pico expected, billed; /* vCPU and memory */
};
struct m2_sum_of_charge {
    uint64_t rows;
    m2_pico cost;
};

#define M2_TASKS_SHOWN 20
struct m2_reconciliation {
    int64_t first_day, last_day; /* of the bill; only jobs of these days are compared */
    bool running;     /* a billing period has not ended */
    bool uninvoiced;  /* rows without an invoice's number */
    bool by_task;     /* tasks were found by their ids */
    bool by_month;    /* rows longer than a day: days cannot be compared */
    uint64_t jobs, jobs_outside; /* compared; not of the bill's days */
    m2_pico outside;
    struct m2_line_compared *lines; /* in the bill's order */
    size_t n_lines;
    m2_pico expected, billed, free_value, difference; /* their sums */
    struct m2_unexplained *unexplained; /* largest first; usage that no job explains */
    size_t n_unexplained;
    m2_pico unexplained_cost;
    struct m2_sum_of_charge charge[M2_CHARGE_COUNT]; /* usage at list price, all else as it changes the invoice: their sum is INVOICE */
    m2_pico invoice;
    const char *const *unknown_types; /* NULL-ended */
    struct m2_task_compared *tasks;   /* those that differ, largest first, at most M2_TASKS_SHOWN */
    size_t n_tasks;
    uint64_t tasks_agree, tasks_differ, tasks_cut; /* cut: partly outside of the bill's days, not compared */
    uint64_t tasks_not_billed;
    bool passed; /* a line's difference is larger than the tolerance */
};
struct m2_reconcile_ask {
    int64_t tolerance; /* percent × 10^6 */
    int64_t now_ms;
};
/** The lists in A; their texts live as long as R. Errors: M2_EINPUT (no row of a bill), M2_ELIMIT. */
int m2_reconcile_finish(struct m2_reconciliation *out, struct m2_arena *a, struct m2_reconcile *r,
                        const struct m2_reconcile_ask *ask, struct m2_err *err) M2_MUST_USE;

#endif
