/*
 * cost/jobcsv/parts.h — the parts of m2_jobcsv_run.
 *
 * Model:     reader (blocks of whole records, in order) → scan (fields) → row (numbers, price) → lane (what a
 * block came to) → run (put together in order). Only the reader and run see more than one block.
 */
#ifndef M2_COST_JOBCSV_PARTS_H
#define M2_COST_JOBCSV_PARTS_H

#include "cost/cell.h"
#include "m2/buf.h"
#include "m2/csv.h"
#include "m2/jobcsv.h"
#include "m2/source.h"

#define M2_BLOCK_SLACK 128 /* bytes that may be read behind a block */

/* ---- columns.c: what the header says ---- */
struct m2_columns {
    const struct m2_job_column *column[M2_F_COUNT]; /* NULL: absent */
    size_t at[M2_F_COUNT];                          /* index in a record */
    size_t n;                                       /* columns in all */
    enum m2_job_field present[M2_F_COUNT];          /* the fields that have a column and are looked at */
    int n_present;
    enum m2_job_field use[M2_F_COUNT]; /* those of them that tell what a job did besides running */
    int n_use;
    enum m2_job_field measured[M2_F_COUNT]; /* those that m2-cost history writes */
    int n_measured;
};
/** LINE of FILE is the header's. ADDS_COSTS: the three columns of per_job must not be there. TELLS: ids are
 * wanted too. Errors: M2_EINPUT, M2_ELIMIT. */
int m2_columns_find(struct m2_columns *out, const struct m2_bytes *names, size_t n, const char *file,
                    uint64_t line, bool adds_costs, bool tells, struct m2_err *err) M2_MUST_USE;

/* ---- reader.c: blocks that end where a record ends ---- */
struct m2_reader {
    struct m2_source *source;
    char *tail; /* begun, but not given yet */
    size_t tail_n;
    bool ended;
    char *header; /* the header as it stands in the file, without its line end */
    size_t header_n;
    char line_end[3];      /* of the header */
    uint64_t header_lines; /* lines up to and with the header */
};
/** Read the header and hand its fields to FOUND. Errors: M2_EINPUT (empty, no CSV), those of FOUND and of
 * m2_source_read. */
int m2_reader_open(struct m2_reader *r, const char *path, const struct m2_sys *sys, m2_csv_record *found,
                   void *user, struct m2_err *err) M2_MUST_USE;
/** The next whole records to P, at most M2_JOBCSV_RECORD bytes; *N 0 at the end. *WHOLE false: the next
 * record is longer than that, and P holds its begin. Errors: those of m2_source_read. */
int m2_reader_next(struct m2_reader *r, char *p, size_t *n, bool *whole, struct m2_err *err) M2_MUST_USE;
void m2_reader_close(struct m2_reader *r);
/** Bytes of the record that begins at P, line end included; 0 when it does not end within N. */
size_t m2_record_length(const char *p, size_t n, bool last);

/* ---- scan.c: records of a block ---- */
struct m2_scan {
    uint32_t *mark; /* where commas and newlines are */
    uint32_t *row;  /* for each record the index of its newline in mark */
    size_t rows;
};
void m2_scan_init(struct m2_scan *s);
void m2_scan_free(struct m2_scan *s);
/** Find all fields of P[0..N), which ends with a newline and has no quotation mark. False when it holds what
 * only libcsv judges (NUL bytes, a CR that is no part of a CRLF). P has M2_BLOCK_SLACK bytes more. */
bool m2_scan_block(struct m2_scan *s, const char *p, size_t n);

/* ---- number.c: text to numbers, the usual spellings fast ---- */
/** As m2_fixed_parse. */
bool m2_number_read(int64_t *out, struct m2_bytes text, int digits, enum m2_rounding rounding);
/** As m2_time_parse, and the month as m2_month_of has it. */
bool m2_started_read(int64_t *ms, int32_t *month, struct m2_bytes text);

/* ---- row.c, lane.c: one thread's work ---- */
#define M2_CELLS 512 /* a power of two */
struct m2_cell_slot {
    int64_t cpu_units, memory_gb10, disk_gb10; /* the key, with rates */
    const struct m2_rates *rates;
    struct m2_cell *cell; /* NULL: nothing here yet */
    char *reason;         /* why jobs of this size are refused, or NULL */
};

struct m2_job_rates {
    bool known;
    struct m2_rates rates;
    char *reason; /* why there are none */
};

struct m2_lane {
    const struct m2_jobcsv *job;
    const struct m2_columns *columns;
    /* the block */
    char *block;
    size_t n;
    bool whole;         /* ends where a record ends; else it is one record, or a part of it */
    uint64_t file_done; /* bytes of the file read when it was taken */
    struct m2_scan scan;
    struct m2_csv *csv;
    /* what it came to */
    uint64_t lines, jobs, bad;
    struct m2_bad_row shown[M2_JOBCSV_SHOWN]; /* lines from 0 at the block's begin */
    bool broken;                              /* no CSV: told by run, which knows the line */
    struct m2_summary *part;
    int64_t *cost;
    size_t cost_n, cost_cap;
    struct m2_buf out; /* for per_job */
    struct {
        struct m2_told {
            struct m2_priced job;
            struct m2_job usage;
        } * at;
        size_t n, cap;
    } priced;               /* for each() */
    struct m2_arena *names; /* what priced borrows when libcsv made the fields */
    /* kept from block to block */
    struct m2_job_rates *rates; /* [region][platform][arch] */
    size_t region, default_region;
    struct m2_cell_slot cell[M2_CELLS];
    /* the record */
    struct m2_bytes raw, raw_end;
    struct m2_bytes field[M2_F_COUNT]; /* of the record; .n 0 where there is no column */
};

struct m2_lane *m2_lane_new(const struct m2_jobcsv *job, const struct m2_columns *columns, size_t region);
void m2_lane_free(struct m2_lane *l);
/** Price the block. Errors: M2_ELIMIT, M2_EIO. */
int m2_lane_work(struct m2_lane *l, struct m2_err *err) M2_MUST_USE;
/** Price the record of the lane's fields, raw as it stands in the file. Counts it, or
 * keeps why not. Errors: M2_ELIMIT, M2_EIO. */
int m2_row_price(struct m2_lane *l, uint64_t line, struct m2_err *err) M2_MUST_USE;
void m2_row_refuse(struct m2_lane *l, uint64_t line, const char *fmt, ...) M2_PRINTF(3, 4);

#endif
