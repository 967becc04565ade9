/* One block: records to fields, by the plain scan or by libcsv. */
#include <stdlib.h>
#include <string.h>

#include "cost/jobcsv/parts.h"
#include "m2/mem.h"

static m2_csv_record on_record;

struct m2_lane *m2_lane_new(const struct m2_jobcsv *job, const struct m2_columns *columns, size_t region)
{
    struct m2_lane *l = m2_xcalloc(1, sizeof *l);
    l->job = job;
    l->columns = columns;
    l->region = l->default_region = region;
    l->block = m2_xcalloc(1, M2_JOBCSV_RECORD + M2_BLOCK_SLACK);
    m2_scan_init(&l->scan);
    l->csv = m2_csv_new("", M2_JOBCSV_RECORD, on_record, l);
    l->part = m2_summary_new(job->sys);
    l->rates = m2_xcalloc(job->prices->n_regions * M2_PLATFORM_COUNT * M2_ARCH_COUNT, sizeof *l->rates);
    m2_buf_init(&l->out, (size_t)-1 / 2);
    l->names = m2_arena_new();
    for (int f = 0; f < M2_F_COUNT; f++)
        l->field[f] = (struct m2_bytes){ "", 0 };
    return l;
}

void m2_lane_free(struct m2_lane *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < M2_CELLS; i++) {
        free(l->cell[i].cell);
        free(l->cell[i].reason);
    }
    for (size_t i = 0; i < l->job->prices->n_regions * M2_PLATFORM_COUNT * M2_ARCH_COUNT; i++)
        free(l->rates[i].reason);
    m2_scan_free(&l->scan);
    m2_csv_free(l->csv);
    m2_summary_free(l->part);
    m2_buf_free(&l->out);
    m2_arena_free(l->names);
    free(l->priced.at);
    free(l->cost);
    free(l->rates);
    free(l->block);
    free(l);
}

static inline struct m2_bytes trim(const char *p, const char *end)
{
    if (p<end && * p> ' ' && end[-1] > ' ')
        return (struct m2_bytes){ p, (size_t)(end - p) };
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return (struct m2_bytes){ p, (size_t)(end - p) };
}

static void wrong_count(struct m2_lane *l, uint64_t line, size_t n)
{
    m2_row_refuse(l, line, "%zu field%s, but the header names %zu", n, n == 1 ? "" : "s", l->columns->n);
}

/* ---- without quotation marks ---- */

/* Record I of the scan: its fields' marks are FIRST..FIRST+N. */
static int scanned_row(struct m2_lane *l, uint64_t line, const char *begin, size_t first, size_t n,
                       struct m2_err *err)
{
    const char *newline = l->block + l->scan.mark[first + n - 1], *end = newline;
    if (end > begin && end[-1] == '\r')
        end--;
    if (n == 1 && trim(begin, end).n == 0)
        return 0; /* a blank line */
    if (n != l->columns->n)
        return wrong_count(l, line, n), 0;
    const uint32_t *mark = l->scan.mark + first;
    for (int i = 0; i < l->columns->n_present; i++) {
        enum m2_job_field f = l->columns->present[i];
        size_t at = l->columns->at[f];
        l->field[f] = trim(at ? l->block + mark[at - 1] + 1 : begin, at + 1 < n ? l->block + mark[at] : end);
    }
    const char *file_end = l->block + l->n;
    l->raw = (struct m2_bytes){ begin, (size_t)(end - begin) };
    l->raw_end = (struct m2_bytes){ end, (size_t)((newline + 1 < file_end ? newline + 1 : file_end) - end) };
    return m2_row_price(l, line, err);
}

static int work_scanned(struct m2_lane *l, struct m2_err *err)
{
    const char *begin = l->block;
    size_t first = 0;
    for (size_t i = 0; i < l->scan.rows; i++) {
        size_t last = l->scan.row[i];
        if (scanned_row(l, i, begin, first, last - first + 1, err) < 0)
            return -1;
        begin = l->block + l->scan.mark[last] + 1;
        first = last + 1;
    }
    l->lines = l->scan.rows;
    return 0;
}

/* ---- with them ---- */

static int on_record(void *user, const struct m2_bytes *fields, size_t n, uint64_t line, struct m2_err *err)
{
    struct m2_lane *l = user;
    if (n != l->columns->n)
        return wrong_count(l, line, n), 0;
    for (int i = 0; i < l->columns->n_present; i++) {
        enum m2_job_field f = l->columns->present[i];
        struct m2_bytes v = fields[l->columns->at[f]];
        if (f != M2_F_USER && f != M2_F_JOB_ID && f != M2_F_RESOURCE)
            v = trim(v.p, v.p + v.n); /* " 4 " is no other number for being quoted */
        else if (l->job->each)
            v.p = m2_arena_strndup(l->names, v.p, v.n);
        l->field[f] = v;
    }
    return m2_row_price(l, line, err);
}

/* The record that begins at P, its line end apart. */
static size_t set_raw(struct m2_lane *l, const char *p, size_t n)
{
    size_t len = m2_record_length(p, n, true), text = len;
    if (text && p[text - 1] == '\n')
        text--;
    if (text && p[text - 1] == '\r')
        text--;
    l->raw = (struct m2_bytes){ p, text };
    l->raw_end = (struct m2_bytes){ p + text, len - text };
    return len;
}

/* libcsv's fault has no right line here: run tells it again, with the line. */
static int work_quoted(struct m2_lane *l, struct m2_err *err)
{
    struct m2_err fault = { 0 };
    int rc = 0;
    m2_csv_restart(l->csv, 0);
    for (size_t at = 0, len; at < l->n && rc == 0; at += len) {
        len = set_raw(l, l->block + at, l->n - at);
        rc = m2_csv_push(l->csv, l->block + at, len, &fault);
    }
    if (rc == 0 && l->whole)
        rc = m2_csv_finish(l->csv, &fault);
    l->lines = m2_csv_line(l->csv);
    if (rc == 0)
        return 0;
    if (fault.code == M2_EINPUT) {
        l->broken = true;
        return 0;
    }
    *err = fault;
    return -1;
}

static int finish(struct m2_lane *l, struct m2_err *err)
{
    for (size_t i = 0; i < M2_CELLS; i++)
        if (l->cell[i].cell && !l->cell[i].reason && m2_cell_flush(l->cell[i].cell, l->part, err) < 0)
            return -1;
    return m2_spool_add(l->part->spool, l->cost, l->cost_n, err);
}

int m2_lane_work(struct m2_lane *l, struct m2_err *err)
{
    size_t n = l->n;
    int rc;
    l->lines = l->jobs = l->bad = 0;
    l->broken = false;
    l->cost_n = l->priced.n = 0;
    m2_buf_reset(&l->out);
    if (l->job->each) {
        m2_arena_free(l->names);
        l->names = m2_arena_new();
    }
    if (l->block[n - 1] != '\n') /* the file's last line */
        l->block[n++] = '\n';
    if (l->whole && !memchr(l->block, '"', l->n) && m2_scan_block(&l->scan, l->block, n))
        rc = work_scanned(l, err);
    else
        rc = work_quoted(l, err);
    return rc < 0 || l->broken ? rc : finish(l, err);
}
