/* Rows of the history: a job history that `m2-cost jobs` reads back to the same totals. */
#include <string.h>

#include "history.h"
#include "m2/str.h"
#include "m2/time.h"

/* One row for each run; what belongs to the whole execution stands in its first. */
static const char *const columns[] = { "job_id",     "run",          "started_at",  "platform",
                                       "arch",       "region",       "vcpu",        "memory_gb",
                                       "duration_s", "ephemeral_gb", "public_ip",   "transitions",
                                       "requests",   "selector_ms",  "selector_mb", "selector_requests",
                                       "s3_puts",    "s3_gets",      "log_mb",      "outcome",
                                       "failed",     "estimated",    "resource",    "compute_usd",
                                       "other_usd",  "total_usd" };

static void text(struct m2_buf *out, const char *s)
{
    bool quote = strpbrk(s, ",\"\r\n") || s[0] == ' ' || s[0] == '\t';
    if (out->len && out->data[out->len - 1] != '\n')
        m2_buf_addc(out, ',');
    if (quote)
        m2_buf_addc(out, '"');
    for (; *s; s++) {
        if (*s == '"')
            m2_buf_addc(out, '"');
        m2_buf_addc(out, *s);
    }
    if (quote)
        m2_buf_addc(out, '"');
}

static void number(struct m2_buf *out, int64_t v, int digits)
{
    char s[M2_DECIMAL_SIZE];
    m2_fixed_print(s, v, digits, digits, 0);
    text(out, s);
}

static void usd(struct m2_buf *out, m2_pico v)
{
    char s[M2_DECIMAL_SIZE];
    m2_pico_print(s, v);
    text(out, s);
}

void history_csv_header(struct m2_buf *out)
{
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        m2_buf_addf(out, "%s%s", i ? "," : "", columns[i]);
    m2_buf_addc(out, '\n');
}

static void size(struct m2_buf *out, const struct m2_job *u)
{
    char vcpu[M2_DECIMAL_SIZE];
    m2_ratio_print(vcpu, (struct m2_ratio){ u->cpu_units, 1024 }, 10);
    text(out, u->platform == M2_LAMBDA ? "" : vcpu);
    number(out, u->memory_gb10, 10);
    number(out, u->duration_ms, 3);
    number(out, u->disk_gb10, 10);
}

static void usage(struct m2_buf *out, const struct m2_job *u)
{
    text(out, u->public_ip ? "yes" : "no");
    number(out, u->transitions, 0);
    number(out, u->requests, 0);
    number(out, u->selector_ms, 0);
    number(out, u->selector_mb, 0);
    number(out, u->selector_requests, 0);
    number(out, u->s3_puts, 0);
    number(out, u->s3_gets, 0);
    number(out, u->log_mb9, 9);
}

void history_csv_job(struct m2_buf *out, const struct history_costs *c, const struct m2_history_job *job,
                     const struct m2_bill *bills)
{
    for (size_t i = 0; i < job->runs.len; i++) {
        const struct m2_history_run *run = &job->runs.at[i];
        char iso[M2_ISO_SIZE];
        m2_time_iso(iso, job->started_ms); /* of the job: its month is the bill's */
        text(out, job->id);
        number(out, (int64_t)i + 1, 0);
        text(out, iso);
        text(out, m2_platform_names()[run->usage.platform]);
        text(out, m2_arch_names()[run->usage.arch]);
        text(out, c->prices.region);
        size(out, &run->usage);
        usage(out, &run->usage);
        text(out, m2_outcome_name(job->outcome));
        text(out, run->failed ? "yes" : "no");
        text(out, run->estimated ? "yes" : "no");
        text(out, m2_str_or(run->resource, ""));
        usd(out, bills[i].compute);
        usd(out, bills[i].other);
        usd(out, bills[i].total);
        m2_buf_addc(out, '\n');
    }
}
