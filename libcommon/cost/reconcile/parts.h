/*
 * cost/reconcile/parts.h — what the parts of the comparison share.
 */
#ifndef M2_COST_RECONCILE_PARTS_H
#define M2_COST_RECONCILE_PARTS_H

#include "m2/reconcile.h"

#define QUANTITY_SCALE INT64_C(1000000000000)

/* One day of one line. [1]: of a task of the history, [0]: of all else. */
struct rec_slot {
    m2_pico expected, billed[2];
    m2_int128 expected_quantity, billed_quantity[2], free_quantity[2]; /* free: billed at nothing */
    uint64_t rows[2];
    bool missing; /* used, but the price list has no price */
};
struct rec_days {
    int64_t first;
    struct rec_slot *at;
    size_t n, cap;
};
struct rec_line {
    const char *region, *key;
    const char *title; /* NULL: no row of it came */
    bool per_task;
    struct rec_days days;
};
/* A usage type in a region, and what of it is not of the history's tasks. */
struct rec_kind {
    const char *service, *usage_type, *region, *title, *key;
    size_t line; /* of the bill, or REC_NO_LINE */
    bool per_task;
    const char *resource; /* of the largest row */
    m2_pico largest, cost;
    uint64_t rows;
};
#define REC_NO_LINE SIZE_MAX
struct rec_task {
    const char *id; /* what stands behind the ARN's last slash */
    int64_t first_day, last_day;
    m2_pico expected, billed;
    m2_int128 expected_vcpu, billed_vcpu, expected_gb, billed_gb;
    uint64_t rows;
};
struct rec_entry {
    uint64_t hash;
    size_t place;
};
struct rec_index {
    struct rec_entry *at;
    size_t n, size;
};

struct m2_reconcile {
    const struct m2_prices *prices;
    struct m2_arena *arena;
    M2_VEC(struct rec_line) lines;
    M2_VEC(struct rec_kind) kinds;
    M2_VEC(struct rec_task) tasks;
    struct rec_index kind_index, task_index;
    struct rec_days jobs; /* expected: their totals; rows[0]: how many */
    struct m2_sum_of_charge charge[M2_CHARGE_COUNT];
    M2_VEC(const char *) unknown_types;
    uint64_t rows, uninvoiced, task_rows;
    int64_t first_ms, last_ms, period_ms; /* of the usage; the last billing period's begin */
    bool by_month;
};

/* ---- table.c ---- */
/* The slot of DAY, made when it is not there. Errors: M2_EINPUT (a day before 1970 or after 2200). */
int m2_rec_slot(struct rec_slot **out, struct rec_days *d, int64_t day, struct m2_err *err);
/* The line of KEY in REGION, made when it is not there; valid until the next one is made. */
struct rec_line *m2_rec_line(struct m2_reconcile *r, struct m2_bytes region, const char *key);
/* The task that ID names; NULL when there is none and MAKE is false, or ID is empty. */
struct rec_task *m2_rec_task(struct m2_reconcile *r, struct m2_bytes id, bool make);
/* Made when it is not there. */
struct rec_kind *m2_rec_kind(struct m2_reconcile *r, const char *service, const char *usage_type,
                             const char *region);

/* ---- result.c ---- */
/* What is the difference of BILLED to EXPECTED allowed to be? TOLERANCE: percent × 10^6; AWS cuts each of
 * ROWS rows. */
bool m2_rec_within(m2_int128 billed, m2_int128 expected, uint64_t rows, int64_t tolerance);
enum m2_verdict m2_rec_verdict(m2_pico difference, m2_pico expected, uint64_t rows, int64_t tolerance);

/* ---- tasks.c ---- */
void m2_rec_tasks(struct m2_reconciliation *out, struct m2_arena *a, const struct m2_reconcile *r,
                  int64_t tolerance);

#endif
