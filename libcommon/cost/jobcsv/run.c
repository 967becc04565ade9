/* Blocks in order: what each came to is put together here, by one thread at a time. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cost/jobcsv/parts.h"
#include "m2/file.h"
#include "m2/lanes.h"
#include "m2/mem.h"

#define WAIT_MS 200
#define PIPE_PIECE ((size_t)4096) /* what a pipe that is ready takes without waiting: PIPE_BUF */

struct run {
    const struct m2_jobcsv *job;
    struct m2_columns columns;
    struct m2_reader reader;
    struct m2_jobcsv_result *result;
    struct m2_newfile *per_job;
    uint64_t line; /* of the next block's first record */
    uint64_t jobs;
};

static const char *shown(const char *path)
{
    return m2_str_eq(path, "-") ? "standard output" : path;
}

/* A regular file takes all at once. For a pipe that nobody reads, an interrupt is looked for between pieces.
 */
static int write_out(const struct run *r, const char *p, size_t n, struct m2_err *err)
{
    struct stat st;
    const int fd = fileno(m2_newfile_stream(r->per_job));
    const bool regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    while (n) {
        struct pollfd wait = { .fd = fd, .events = POLLOUT };
        if (m2_cancelled(r->job->sys))
            return m2_fail(err, M2_ECANCELLED, "%s: interrupted before it was written",
                           shown(r->job->per_job));
        int ready = regular ? 1 : poll(&wait, 1, WAIT_MS);
        if (ready == 0 || (ready < 0 && errno == EINTR))
            continue;
        ssize_t done = write(fd, p, regular || n < PIPE_PIECE ? n : PIPE_PIECE);
        if (done < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (done <= 0)
            return m2_fail(err, M2_EIO, "%s: cannot be written: %s", shown(r->job->per_job),
                           strerror(errno ? errno : EIO));
        p += done;
        n -= (size_t)done;
    }
    return 0;
}

static int on_header(void *user, const struct m2_bytes *fields, size_t n, uint64_t line, struct m2_err *err)
{
    struct run *r = user;
    return m2_columns_find(&r->columns, fields, n, r->job->path, line, r->job->per_job != NULL,
                           r->job->each != NULL, err);
}

/* ---- the lanes' functions ---- */

static int take(void *user, void *lane, struct m2_err *err)
{
    struct run *r = user;
    struct m2_lane *l = lane;
    if (m2_cancelled(r->job->sys))
        return m2_fail(err, M2_ECANCELLED, "%s: interrupted while it was read",
                       m2_source_name(r->reader.source));
    if (m2_reader_next(&r->reader, l->block, &l->n, &l->whole, err) < 0)
        return -1;
    l->file_done = m2_source_done(r->reader.source); /* the next take changes it while we are given */
    return l->n > 0;
}

static int work(void *user, void *lane, struct m2_err *err)
{
    (void)user;
    return m2_lane_work(lane, err);
}

static int no_record(void *user, const struct m2_bytes *fields, size_t n, uint64_t line, struct m2_err *err)
{
    (void)user, (void)fields, (void)n, (void)line, (void)err;
    return 0;
}

/* The block is no CSV: read it once more, for a message with the right line. */
static int tell_fault(const struct run *r, const struct m2_lane *l, struct m2_err *err)
{
    struct m2_csv *csv = m2_csv_new(m2_source_name(r->reader.source), M2_JOBCSV_RECORD, no_record, NULL);
    m2_csv_restart(csv, r->line);
    int rc = m2_csv_push(csv, l->block, l->n, err);
    if (rc == 0)
        rc = m2_csv_finish(csv, err);
    m2_csv_free(csv);
    return rc < 0 ? rc : m2_fail(err, M2_EBUG, "a block is CSV only when it is read again");
}

static void keep_bad(struct run *r, const struct m2_lane *l)
{
    for (uint64_t i = 0; i < l->bad && i < M2_JOBCSV_SHOWN && r->result->bad + i < M2_JOBCSV_SHOWN; i++) {
        struct m2_bad_row *b = &r->result->shown[r->result->bad + i];
        *b = l->shown[i];
        b->line += r->line;
    }
    r->result->bad += l->bad;
}

static int give(void *user, void *lane, struct m2_err *err)
{
    struct run *r = user;
    struct m2_lane *l = lane;
    if (l->broken)
        return tell_fault(r, l, err);
    if (!l->whole)
        return m2_fail(err, M2_ELIMIT,
                       "%s:%llu: this record is longer than %zu bytes; is a quotation mark not closed?",
                       m2_source_name(r->reader.source), (unsigned long long)r->line, M2_JOBCSV_RECORD);
    keep_bad(r, l);
    if (l->out.len && write_out(r, l->out.data, l->out.len, err) < 0)
        return -1;
    for (size_t i = 0; i < l->priced.n; i++)
        if (r->job->each(r->job->user, &l->priced.at[i].job, &l->priced.at[i].usage, err) < 0)
            return -1;
    r->line += l->lines;
    r->jobs += l->jobs;
    if (r->job->progress)
        r->job->progress(r->job->user, l->file_done, m2_source_size(r->reader.source), r->jobs);
    return m2_summary_merge(r->result->summary, l->part, err);
}

/* ---- all of it ---- */

static int open_per_job(struct run *r, struct m2_err *err)
{
    static const char columns[] = ",compute_usd,other_usd,total_usd";
    const char *end = *r->reader.line_end ? r->reader.line_end : "\n";
    if (!r->job->per_job)
        return 0;
    if (m2_newfile_open(&r->per_job, r->job->per_job, 0666, err) < 0)
        return -1;
    if (write_out(r, r->reader.header, r->reader.header_n, err) < 0 ||
        write_out(r, columns, sizeof columns - 1, err) < 0 || write_out(r, end, strlen(end), err) < 0)
        return -1;
    return 0;
}

static int run_lanes(struct run *r, size_t region, struct m2_err *err)
{
    void *lane[M2_LANES_MAX];
    size_t n = r->job->threads ? r->job->threads : m2_lanes_usable();
    n = n < M2_LANES_MAX ? n : M2_LANES_MAX;
    for (size_t i = 0; i < n; i++)
        lane[i] = m2_lane_new(r->job, &r->columns, region);
    const struct m2_lanes lanes = { n, lane, r, take, work, give };
    int rc = m2_lanes_run(&lanes, err);
    for (size_t i = 0; i < n; i++)
        m2_lane_free(lane[i]);
    return rc;
}

static int judge_bad(const struct run *r, struct m2_err *err)
{
    const uint64_t bad = r->result->bad, allowed = r->job->max_bad;
    if (bad <= allowed)
        return 0;
    struct m2_buf list;
    m2_buf_init(&list, 1600);
    uint64_t told = 0;
    for (; told < bad && told < M2_JOBCSV_SHOWN; told++)
        m2_buf_addf(&list, "%sline %llu: %.120s", told ? "; " : "",
                    (unsigned long long)r->result->shown[told].line, r->result->shown[told].reason);
    if (told < bad)
        m2_buf_addf(&list, "; and %llu more", (unsigned long long)(bad - told));
    (void)m2_fail(err, M2_EINPUT, "%s: %llu bad row%s, and --max-bad allows %llu: %s",
                  m2_source_name(r->reader.source), (unsigned long long)bad, bad == 1 ? "" : "s",
                  (unsigned long long)allowed, list.data);
    m2_buf_free(&list);
    return -1;
}

/* The region and --without are judged once, not row by row. */
static int check_prices(size_t *region, const struct m2_jobcsv *job, struct m2_err *err)
{
    const struct m2_price_region *found;
    struct m2_rates rates;
    struct m2_err why = { 0 };
    if (m2_prices_region(&found, job->prices, job->region, err) < 0)
        return -1;
    *region = (size_t)(found - job->prices->regions);
    if (m2_rates_find(&rates, job->prices, job->region, M2_LAMBDA, M2_X86_64, job->without, &why) < 0 &&
        why.code == M2_EUSAGE) {
        if (err)
            *err = why;
        return -1;
    }
    return 0;
}

int m2_jobcsv_run(struct m2_jobcsv_result *out, const struct m2_jobcsv *job, struct m2_err *err)
{
    struct m2_jobcsv_result result = { 0 };
    struct run run = { .job = job, .result = &result };
    size_t region;
    if (check_prices(&region, job, err) < 0 ||
        m2_reader_open(&run.reader, job->path, job->sys, on_header, &run, err) < 0)
        return -1;
    run.line = run.reader.header_lines + 1;
    memcpy(result.column, run.columns.column, sizeof result.column);
    result.summary = m2_summary_new(job->sys);
    int rc = open_per_job(&run, err);
    if (rc == 0)
        rc = run_lanes(&run, region, err);
    if (rc == 0)
        rc = judge_bad(&run, err);
    if (rc == 0 && run.per_job) {
        rc = m2_newfile_commit(run.per_job, err);
        run.per_job = NULL;
    }
    m2_newfile_abort(run.per_job);
    m2_reader_close(&run.reader);
    if (rc < 0)
        m2_summary_free(result.summary);
    else
        *out = result;
    return rc;
}
