#include <stdlib.h>
#include <string.h>

#include "cost/jobcsv/parts.h"
#include "m2/mem.h"

#define E9 INT64_C(1000000000)

static const struct m2_job_column columns[] = {
    { "job_id", M2_F_JOB_ID, 0, 0, 1, false, NULL },
    { "started_at", M2_F_STARTED_AT, 0, 0, 1, false, NULL },
    { "platform", M2_F_PLATFORM, 0, 0, 1, false, NULL },
    { "vcpu", M2_F_VCPU, 10, 1024, 10 * E9, false, "vCPUs" },
    { "cpu_units", M2_F_VCPU, 0, 1, 1, false, "CPU units" },
    { "memory_gb", M2_F_MEMORY, 10, 1, 1, false, "GB" },
    { "memory_mb", M2_F_MEMORY, 10, 1, 1024, false, "MB" },
    { "memory_mib", M2_F_MEMORY, 10, 1, 1024, false, "MiB" },
    { "duration_s", M2_F_DURATION, 3, 1, 1, true, "seconds" },
    { "duration", M2_F_DURATION, 3, 1, 1, true, "seconds" },
    { "duration_ms", M2_F_DURATION, 0, 1, 1, true, "milliseconds" },
    { "duration_min", M2_F_DURATION, 9, 60000, E9, true, "minutes" },
    { "ephemeral_gb", M2_F_EPHEMERAL, 10, 1, 1, false, "GB" },
    { "arch", M2_F_ARCH, 0, 0, 1, false, NULL },
    { "region", M2_F_REGION, 0, 0, 1, false, NULL },
    { "resource", M2_F_RESOURCE, 0, 0, 1, false, NULL },
    { "task_arn", M2_F_RESOURCE, 0, 0, 1, false, NULL },
    { "input_mb", M2_F_INPUT, 9, 1, 1, false, "MB" },
    { "output_mb", M2_F_OUTPUT, 9, 1, 1, false, "MB" },
    { "log_mb", M2_F_LOG, 9, 1, 1, false, "MB" },
    { "user", M2_F_USER, 0, 0, 1, false, NULL },
    { "transitions", M2_F_TRANSITIONS, 0, 1, 1, false, "transitions" },
    { "requests", M2_F_REQUESTS, 0, 1, 1, false, "requests" },
    { "selector_ms", M2_F_SELECTOR_MS, 0, 1, 1, true, "milliseconds" },
    { "selector_mb", M2_F_SELECTOR_MB, 0, 1, 1, false, "MB" },
    { "selector_requests", M2_F_SELECTOR_REQUESTS, 0, 1, 1, false, "requests" },
    { "s3_puts", M2_F_S3_PUTS, 0, 1, 1, false, "requests" },
    { "s3_gets", M2_F_S3_GETS, 0, 1, 1, false, "requests" },
    { "public_ip", M2_F_PUBLIC_IP, 0, 0, 1, false, NULL },
    { "outcome", M2_F_OUTCOME, 0, 0, 1, false, NULL },
    { "estimated", M2_F_ESTIMATED, 0, 0, 1, false, NULL },
    { NULL, M2_F_COUNT, 0, 0, 1, false, NULL },
};

static const char *const added[] = { "compute_usd", "other_usd", "total_usd", NULL };

const struct m2_job_column *m2_jobcsv_columns(void)
{
    return columns;
}

static struct m2_bytes trim(struct m2_bytes b)
{
    while (b.n && strchr(" \t\r\n", b.p[0])) {
        b.p++;
        b.n--;
    }
    while (b.n && strchr(" \t\r\n", b.p[b.n - 1]))
        b.n--;
    return b;
}

static bool is_named(struct m2_bytes b, const char *name)
{
    return strlen(name) == b.n && strncasecmp(name, b.p, b.n) == 0;
}

static const struct m2_job_column *find(struct m2_bytes name)
{
    for (const struct m2_job_column *c = columns; c->name; c++)
        if (is_named(name, c->name))
            return c;
    return NULL;
}

/* All names that FIELD may have: "memory_gb (or memory_mb, memory_mib)". */
static void spell(struct m2_buf *out, enum m2_job_field field)
{
    int n = 0;
    for (const struct m2_job_column *c = columns; c->name; c++) {
        if (c->field != field)
            continue;
        m2_buf_addf(out, "%s%s", n == 0 ? "" : n == 1 ? " (or " : ", ", c->name);
        n++;
    }
    m2_buf_adds(out, n > 1 ? ")" : "");
}

static int missing(const struct m2_columns *found, const char *file, uint64_t line, bool bare_memory,
                   struct m2_err *err)
{
    struct m2_buf list;
    m2_buf_init(&list, 1000);
    int n = 0;
    for (int f = 0; f < M2_F_NEEDED; f++) {
        if (found->column[f])
            continue;
        m2_buf_adds(&list, n++ ? ", " : "");
        spell(&list, (enum m2_job_field)f);
    }
    if (n)
        (void)m2_fail(err, M2_EINPUT, "%s:%llu: %s missing: %s%s", file, (unsigned long long)line,
                      n > 1 ? "these columns are" : "this column is", list.data,
                      bare_memory && !found->column[M2_F_MEMORY] ? "; \"memory\" alone does not tell its unit"
                                                                 : "");
    m2_buf_free(&list);
    return n ? -1 : 0;
}

static int by_name(const struct m2_bytes *a, const struct m2_bytes *b)
{
    int order = strncasecmp(a->p, b->p, a->n < b->n ? a->n : b->n);
    return order ? order : (a->n > b->n) - (a->n < b->n);
}

static int by_name_then_place(const void *x, const void *y)
{
    const struct m2_bytes *a = x, *b = y;
    int order = by_name(a, b);
    return order ? order : (a->p > b->p) - (a->p < b->p);
}

/* A file may have thousands of columns: sorted, twins are neighbours. */
static int twice(const struct m2_bytes *names, size_t n, const char *file, uint64_t line, struct m2_err *err)
{
    struct m2_arena *a = m2_arena_new();
    struct m2_bytes *sorted = m2_arena_new_array(a, struct m2_bytes, n + 1);
    for (size_t i = 0; i < n; i++)
        sorted[i] = trim(names[i]);
    qsort(sorted, n, sizeof *sorted, by_name_then_place);
    int rc = 0;
    for (size_t i = 1; i < n && rc == 0; i++)
        if (sorted[i].n && by_name(&sorted[i - 1], &sorted[i]) == 0)
            rc = m2_fail(err, M2_EINPUT, "%s:%llu: two columns are called \"%.*s\"", file,
                         (unsigned long long)line, (int)(sorted[i].n > 60 ? 60 : sorted[i].n), sorted[i].p);
    m2_arena_free(a);
    return rc;
}

static int take(struct m2_columns *out, struct m2_bytes name, size_t i, const char *file, uint64_t line,
                struct m2_err *err)
{
    const struct m2_job_column *c = find(name);
    if (!c)
        return 0;
    if (out->column[c->field])
        return m2_fail(err, M2_EINPUT, "%s:%llu: the columns %s and %s say the same; leave one of them out",
                       file, (unsigned long long)line, out->column[c->field]->name, c->name);
    out->column[c->field] = c;
    out->at[c->field] = i;
    return 0;
}

int m2_columns_find(struct m2_columns *out, const struct m2_bytes *names, size_t n, const char *file,
                    uint64_t line, bool adds_costs, bool tells, struct m2_err *err)
{
    struct m2_columns found = { .n = n };
    bool bare_memory = false;
    if (n > 10000)
        return m2_fail(err, M2_ELIMIT, "%s:%llu: more than 10000 columns", file, (unsigned long long)line);
    if (twice(names, n, file, line, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct m2_bytes name = trim(names[i]);
        bare_memory |= is_named(name, "memory");
        if (take(&found, name, i, file, line, err) < 0)
            return -1;
        for (const char *const *a = added; adds_costs && *a; a++)
            if (is_named(name, *a))
                return m2_fail(err, M2_EINPUT,
                               "%s:%llu: the column %s is there already; --per-job would add it again", file,
                               (unsigned long long)line, *a);
    }
    if (missing(&found, file, line, bare_memory, err) < 0)
        return -1;
    for (int f = 0; f < M2_F_COUNT; f++) {
        if (!found.column[f])
            continue;
        if ((f != M2_F_JOB_ID && f != M2_F_RESOURCE) || tells)
            found.present[found.n_present++] = (enum m2_job_field)f;
        if (f >= M2_F_MEASURED)
            found.measured[found.n_measured++] = (enum m2_job_field)f;
        else if (f >= M2_F_INPUT && f != M2_F_USER)
            found.use[found.n_use++] = (enum m2_job_field)f;
    }
    *out = found;
    return 0;
}
