/* The plain scan and libcsv agree on every job, every refusal and every line; so do records cut apart and the
 * text as a whole. */
#include <stdlib.h>
#include <string.h>

#include "cost/jobcsv/parts.h"
#include "fuzz.h"
#include "m2/mem.h"

static struct m2_arena *arena;
static struct m2_prices prices;
static struct m2_jobcsv job;
static struct m2_columns columns;

static void set_up(void)
{
    static const char *const names[] = { "job_id", "started_at", "platform", "vcpu",     "memory_gb",
                                         "user",   "duration_s", "log_mb",   "input_mb", "region" };
    struct m2_bytes header[sizeof names / sizeof names[0]];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        header[i] = m2_bytes_of(names[i]);
    arena = m2_arena_new();
    struct m2_err err = { 0 };
    fuzz_require(m2_prices_builtin(&prices, arena, &err) == 0, "%s", err.msg);
    job = (struct m2_jobcsv){
        .path = "fuzz", .per_job = "x", .prices = &prices, .region = "us-east-1", .sys = m2_sys_real()
    };
    fuzz_require(
        m2_columns_find(&columns, header, sizeof names / sizeof names[0], "fuzz", 1, true, false, &err) == 0,
        "%s", err.msg);
}

/* Lane I, made once, prices TEXT and what is BEHIND it. */
static const struct m2_lane *price(int i, const char *text, size_t n, const char *behind)
{
    static struct m2_lane *lanes[2];
    size_t region = 0, more = strlen(behind);
    while (strcmp(prices.regions[region].name, job.region) != 0)
        region++;
    if (lanes[i] && lanes[i]->broken) { /* its run would have ended there */
        m2_lane_free(lanes[i]);
        lanes[i] = NULL;
    }
    if (!lanes[i])
        lanes[i] = m2_lane_new(&job, &columns, region);
    struct m2_lane *l = lanes[i];
    struct m2_summary *sink = m2_summary_new(m2_sys_real());
    struct m2_err err = { 0 };
    memcpy(l->block, text, n);
    memcpy(l->block + n, behind, more);
    l->n = n + more;
    l->whole = true;
    fuzz_require(m2_lane_work(l, &err) == 0, "%s", err.msg);
    fuzz_require(m2_summary_merge(sink, l->part, &err) == 0, "%s", err.msg);
    fuzz_require(l->broken || m2_summary_total(sink).jobs == l->jobs, "the sums have other jobs");
    m2_summary_free(sink);
    return l;
}

static void same_by_both_ways(const char *text, size_t n)
{
    const struct m2_lane *scanned = price(0, text, n, ""), *quoted = price(1, text, n, "\"x\"\n");
    fuzz_require(scanned->broken == quoted->broken, "only one is broken");
    if (!scanned->broken) {
        fuzz_require(scanned->jobs == quoted->jobs && scanned->bad + 1 == quoted->bad,
                     "%llu jobs and %llu; %llu bad and %llu", (unsigned long long)scanned->jobs,
                     (unsigned long long)quoted->jobs, (unsigned long long)scanned->bad,
                     (unsigned long long)quoted->bad);
        for (uint64_t i = 0; i < scanned->bad && i < M2_JOBCSV_SHOWN; i++)
            fuzz_require(scanned->shown[i].line == quoted->shown[i].line &&
                             strcmp(scanned->shown[i].reason, quoted->shown[i].reason) == 0,
                         "%s, %s", scanned->shown[i].reason, quoted->shown[i].reason);
        fuzz_require(scanned->out.len == quoted->out.len &&
                         memcmp(scanned->out.data, quoted->out.data, quoted->out.len) == 0,
                     "other rows");
        fuzz_require(scanned->lines + 1 == quoted->lines, "%llu lines and %llu",
                     (unsigned long long)scanned->lines, (unsigned long long)quoted->lines);
    }
}

static int count(void *user, const struct m2_bytes *fields, size_t n, uint64_t line, struct m2_err *err)
{
    (void)fields, (void)n, (void)line, (void)err;
    ++*(uint64_t *)user;
    return 0;
}

static void same_as_a_whole(const char *text, size_t n)
{
    uint64_t records = 0;
    struct m2_err err = { 0 };
    struct m2_csv *csv = m2_csv_new("fuzz", M2_JOBCSV_RECORD, count, &records);
    m2_csv_restart(csv, 1);
    int rc = m2_csv_push(csv, text, n, &err);
    if (rc == 0)
        rc = m2_csv_finish(csv, &err);
    const struct m2_lane *l = price(0, text, n, "");
    fuzz_require((rc < 0) == l->broken, "whole: %s", err.msg);
    fuzz_require(l->broken || l->jobs + l->bad == records, "%llu records", (unsigned long long)records);
    m2_csv_free(csv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!arena)
        set_up();
    if (!size || size > 60000)
        return 0;
    char *text = m2_xmalloc(size + 1);
    memcpy(text, data, size);
    text[size] = '\n';
    same_as_a_whole(text, size + 1);
    for (size_t i = 0; i < size; i++)
        if (text[i] == '"')
            text[i] = '\'';
    same_by_both_ways(text, size + 1);
    free(text);
    return 0;
}
