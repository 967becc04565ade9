/* One record: its fields to numbers, its size to a cell, its price to the sums. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cost/jobcsv/parts.h"
#include "m2/mem.h"

#define SHOWN_BYTES 40 /* of a field in a message */

void m2_row_refuse(struct m2_lane *l, uint64_t line, const char *fmt, ...)
{
    if (l->bad < M2_JOBCSV_SHOWN) {
        struct m2_bad_row *b = &l->shown[l->bad];
        va_list ap;
        va_start(ap, fmt);
        b->line = line;
        (void)vsnprintf(b->reason, sizeof b->reason, fmt, ap);
        va_end(ap);
    }
    l->bad++;
}

static int shown(struct m2_bytes b)
{
    return b.n < SHOWN_BYTES ? (int)b.n : SHOWN_BYTES;
}

static bool refuse_number(struct m2_lane *l, uint64_t line, const struct m2_job_column *c,
                          struct m2_bytes text)
{
    const char *what = text.n && text.p[0] == '-' ? "is negative, or no number of" : "is no number of";
    if (!text.n)
        m2_row_refuse(l, line, "%s is empty", c->name);
    else
        m2_row_refuse(l, line, "%s: \"%.*s\" %s %s", c->name, shown(text), text.p, what, c->unit);
    return false;
}

/* TEXT in the unit of column C as the integer that its field wants; never negative. */
static bool convert(int64_t *out, const struct m2_job_column *c, struct m2_bytes text)
{
    int64_t v;
    if (!m2_number_read(&v, text, c->digits, c->round_up && c->div == 1 ? M2_ROUND_UP : M2_EXACT) || v < 0)
        return false;
    if (c->mul == 1 && c->div == 1) {
        *out = v;
        return true;
    }
    int64_t scaled;
    if (__builtin_mul_overflow(v, c->mul, &scaled))
        return false;
    const bool rest = scaled % c->div != 0;
    if (rest && !c->round_up)
        return false;
    *out = scaled / c->div + rest;
    return true;
}

/* The number of FIELD; FALLBACK when the column or the value is absent (negative: it may not be). */
static inline bool number(int64_t *out, struct m2_lane *l, uint64_t line, enum m2_job_field field,
                          int64_t fallback)
{
    const struct m2_job_column *c = l->columns->column[field];
    const struct m2_bytes text = l->field[field];
    if (fallback >= 0 && !text.n)
        return *out = fallback, true;
    return convert(out, c, text) || refuse_number(l, line, c, text);
}

static bool find_region(struct m2_lane *l, uint64_t line, struct m2_bytes name)
{
    const struct m2_prices *p = l->job->prices;
    if (!name.n)
        return l->region = l->default_region, true;
    for (size_t i = 0; i <= p->n_regions; i++) {
        size_t at = i ? i - 1 : l->region; /* the last one first */
        const char *known = p->regions[at].name;
        if (strlen(known) == name.n && memcmp(known, name.p, name.n) == 0)
            return l->region = at, true;
    }
    m2_row_refuse(l, line, "region: \"%.*s\" is not in the price list", shown(name), name.p);
    return false;
}

static struct m2_job_rates *rates_of(struct m2_lane *l, enum m2_platform platform, enum m2_arch arch)
{
    struct m2_job_rates *r = &l->rates[(l->region * M2_PLATFORM_COUNT + platform) * M2_ARCH_COUNT + arch];
    if (!r->known) {
        struct m2_err err = { 0 };
        const struct m2_prices *p = l->job->prices;
        if (m2_rates_find(&r->rates, p, p->regions[l->region].name, platform, arch, l->job->without, &err) <
            0)
            r->reason = m2_xstrdup(err.msg);
        r->known = true;
    }
    return r;
}

/* What decides on the price: the key of a cell. */
struct size {
    enum m2_platform platform;
    enum m2_arch arch;
    int64_t cpu_units, memory_gb10, disk_gb10;
};

/* Make SLOT the cell of SIZE. What the one before counted is kept. */
static int renew(struct m2_cell_slot *slot, struct m2_lane *l, const struct size *size,
                 const struct m2_rates *rates, struct m2_err *err)
{
    struct m2_err why = { 0 };
    struct m2_job job;
    if (slot->cell && m2_cell_flush(slot->cell, l->part, err) < 0)
        return -1;
    if (!slot->cell)
        slot->cell = m2_xcalloc(1, sizeof *slot->cell);
    free(slot->reason);
    *slot =
        (struct m2_cell_slot){ size->cpu_units, size->memory_gb10, size->disk_gb10, rates, slot->cell, NULL };
    m2_job_usual(&job, size->platform);
    job.arch = size->arch;
    job.cpu_units = size->cpu_units;
    job.memory_gb10 = size->memory_gb10;
    job.disk_gb10 = size->disk_gb10;
    struct m2_job_rates *other =
        rates_of(l, size->platform == M2_LAMBDA ? M2_FARGATE : M2_LAMBDA, size->arch);
    if (m2_cell_init(slot->cell, &job, rates, other->reason ? NULL : &other->rates, &why) < 0) {
        memset(slot->cell, 0, sizeof *slot->cell);
        slot->reason = m2_xstrdup(why.msg);
    }
    return 0;
}

static struct m2_cell_slot *cell_of(struct m2_lane *l, const struct size *size, const struct m2_rates *rates,
                                    struct m2_err *err)
{
    uint64_t h = (uint64_t)size->cpu_units * 31 + (uint64_t)size->memory_gb10 * 7 +
                 (uint64_t)size->disk_gb10 + (uint64_t)(uintptr_t)rates;
    h *= UINT64_C(0x9E3779B97F4A7C15);
    struct m2_cell_slot *slot = &l->cell[h >> 32 & (M2_CELLS - 1)];
    if (slot->cell && slot->cpu_units == size->cpu_units && slot->memory_gb10 == size->memory_gb10 &&
        slot->disk_gb10 == size->disk_gb10 && slot->rates == rates)
        return slot;
    return renew(slot, l, size, rates, err) < 0 ? NULL : slot;
}

/* The usual spellings fast: each has its own length. */
static bool read_platform(enum m2_platform *out, struct m2_bytes text)
{
    if (text.n == 7 && memcmp(text.p, "fargate", 7) == 0)
        return *out = M2_FARGATE, true;
    if (text.n == 6 && memcmp(text.p, "lambda", 6) == 0)
        return *out = M2_LAMBDA, true;
    return m2_platform_read(out, text.p, text.n);
}

/* Platform, architecture, region and size. */
static bool read_size(struct size *size, struct m2_lane *l, uint64_t line)
{
    const struct m2_bytes platform = l->field[M2_F_PLATFORM], arch = l->field[M2_F_ARCH];
    size->arch = M2_X86_64;
    if (!read_platform(&size->platform, platform)) {
        m2_row_refuse(l, line, "platform: \"%.*s\" is none of fargate, fargate-spot, lambda", shown(platform),
                      platform.p);
        return false;
    }
    if (arch.n && !m2_arch_read(&size->arch, arch.p, arch.n)) {
        m2_row_refuse(l, line, "arch: \"%.*s\" is none of x86_64, arm64", shown(arch), arch.p);
        return false;
    }
    const bool lambda = size->platform == M2_LAMBDA;
    if (!number(&size->cpu_units, l, line, M2_F_VCPU, lambda ? 0 : -1) ||
        !number(&size->memory_gb10, l, line, M2_F_MEMORY, -1) ||
        !number(&size->disk_gb10, l, line, M2_F_EPHEMERAL, 0) || !find_region(l, line, l->field[M2_F_REGION]))
        return false;
    if (lambda) /* it has as much CPU as its memory gives */
        size->cpu_units = 0;
    return true;
}

static bool any_of(const struct m2_lane *l, const enum m2_job_field *fields, int n)
{
    for (int i = 0; i < n; i++)
        if (l->field[fields[i]].n)
            return true;
    return false;
}

/* What the job did besides running, into JOB, which holds what is usual. */
static bool read_use(struct m2_job *job, struct m2_lane *l, uint64_t line)
{
    int64_t input, output;
    if (!number(&input, l, line, M2_F_INPUT, 0) || !number(&output, l, line, M2_F_OUTPUT, 0) ||
        !number(&job->log_mb9, l, line, M2_F_LOG, job->log_mb9) ||
        !number(&job->transitions, l, line, M2_F_TRANSITIONS, job->transitions) ||
        !number(&job->requests, l, line, M2_F_REQUESTS, job->requests))
        return false;
    m2_job_data(job, input, output);
    return true;
}

static void print_cost(struct m2_lane *l, const struct m2_cell_price *p)
{
    const int64_t cost[] = { p->compute, p->other, p->compute + p->other };
    char text[M2_DECIMAL_SIZE];
    m2_buf_add(&l->out, l->raw.p, l->raw.n);
    for (int i = 0; i < 3; i++) {
        m2_pico_print(text, cost[i]);
        m2_buf_addc(&l->out, ',');
        m2_buf_adds(&l->out, text);
    }
    m2_buf_add(&l->out, l->raw_end.p, l->raw_end.n);
}

static struct m2_priced priced_of(const struct m2_lane *l, const struct size *size,
                                  const struct m2_cell_price *p, int64_t started_ms, int64_t duration_ms)
{
    return (struct m2_priced){ .id = l->field[M2_F_JOB_ID],
                               .resource = l->field[M2_F_RESOURCE],
                               .user = l->field[M2_F_USER],
                               .region = m2_bytes_of(l->job->prices->regions[l->region].name),
                               .platform = size->platform,
                               .arch = size->arch,
                               .cpu_units = size->cpu_units,
                               .memory_gb10 = size->memory_gb10,
                               .started_ms = started_ms,
                               .duration_ms = duration_ms,
                               .compute = p->compute,
                               .other = p->other,
                               .cheapest = p->cheapest };
}

static void tell(struct m2_lane *l, const struct m2_priced *priced, const struct m2_job *usage)
{
    if (l->priced.n == l->priced.cap) {
        l->priced.cap = l->priced.cap ? l->priced.cap * 2 : 1024;
        l->priced.at = m2_xrealloc(l->priced.at, l->priced.cap * sizeof *l->priced.at);
    }
    l->priced.at[l->priced.n++] = (struct m2_told){ *priced, *usage };
}

static void count(struct m2_lane *l, const struct m2_cell_price *p, int32_t month, struct m2_bytes user)
{
    const struct m2_tally one = { 1, p->compute, p->other };
    m2_tally_add(m2_summary_user(l->part, user), &one);
    m2_tally_add(m2_summary_month(l->part, month), &one);
    if (l->cost_n == l->cost_cap) {
        l->cost_cap = l->cost_cap ? l->cost_cap * 2 : 4096;
        l->cost = m2_xrealloc(l->cost, l->cost_cap * sizeof *l->cost);
    }
    l->cost[l->cost_n++] = p->compute + p->other;
    l->jobs++;
}

/* The cell that prices this record, or NULL: refused, or *RC < 0. */
static struct m2_cell *find_cell(struct size *size, struct m2_lane *l, uint64_t line, int *rc,
                                 struct m2_err *err)
{
    if (!read_size(size, l, line))
        return NULL;
    struct m2_job_rates *rates = rates_of(l, size->platform, size->arch);
    struct m2_cell_slot *slot = rates->reason ? NULL : cell_of(l, size, &rates->rates, err);
    if (rates->reason || (slot && slot->reason)) {
        m2_row_refuse(l, line, "%s", rates->reason ? rates->reason : slot->reason);
        return NULL;
    }
    *rc = slot ? 0 : -1;
    return slot ? slot->cell : NULL;
}

/* ---- rows that m2-cost history wrote: measured, each with a bill of its own ---- */

static bool is_word(struct m2_bytes b, const char *word)
{
    return strlen(word) == b.n && memcmp(word, b.p, b.n) == 0;
}

static bool read_measured(struct m2_job *job, struct m2_lane *l, uint64_t line)
{
    if (!read_use(job, l, line) || !number(&job->selector_ms, l, line, M2_F_SELECTOR_MS, job->selector_ms) ||
        !number(&job->selector_mb, l, line, M2_F_SELECTOR_MB, job->selector_mb) ||
        !number(&job->selector_requests, l, line, M2_F_SELECTOR_REQUESTS, job->selector_requests) ||
        !number(&job->s3_puts, l, line, M2_F_S3_PUTS, job->s3_puts) ||
        !number(&job->s3_gets, l, line, M2_F_S3_GETS, job->s3_gets))
        return false;
    if (l->field[M2_F_PUBLIC_IP].n)
        job->public_ip = !is_word(l->field[M2_F_PUBLIC_IP], "no");
    return true;
}

/* Other words than those of m2-cost history are somebody's own. */
static bool did_fail(struct m2_bytes outcome)
{
    static const char *const words[] = { "failed", "timed-out", "aborted", "pending-redrive", NULL };
    const char *const *w = words;
    while (*w && !is_word(outcome, *w))
        w++;
    return *w != NULL;
}

static int price_measured(struct m2_lane *l, const struct size *size, const struct m2_cell *cell,
                          int64_t started_ms, int64_t duration_ms, uint64_t line, struct m2_err *err)
{
    const struct m2_rates *rates = cell->own.rates;
    struct m2_job job = cell->own.usual;
    struct m2_bill bill;
    struct m2_err why = { 0 };
    job.duration_ms = duration_ms;
    if (!read_measured(&job, l, line))
        return 0;
    if (m2_bill_job(&bill, rates, &job, &why) < 0 || bill.total > INT64_MAX)
        return m2_row_refuse(l, line, "%s", why.code ? why.msg : "the job costs more than can be counted"), 0;
    const struct m2_cell_price price = { (int64_t)bill.compute, (int64_t)bill.other,
                                         m2_cell_cheapest(&job, (int64_t)bill.total, rates,
                                                          cell->other.rates) };
    struct m2_priced priced = priced_of(l, size, &price, started_ms, duration_ms);
    priced.failed = did_fail(l->field[M2_F_OUTCOME]);
    priced.estimated = is_word(l->field[M2_F_ESTIMATED], "yes");
    l->jobs++;
    if (l->job->per_job)
        print_cost(l, &price);
    if (l->job->each)
        tell(l, &priced, &job);
    return m2_summary_add(l->part, &priced, &bill, err);
}

int m2_row_price(struct m2_lane *l, uint64_t line, struct m2_err *err)
{
    struct size size;
    struct m2_job used;
    struct m2_cell_price price;
    struct m2_err why;
    int64_t started_ms, duration_ms;
    int32_t month;
    int rc = 0;
    const struct m2_bytes started = l->field[M2_F_STARTED_AT];
    if (!m2_started_read(&started_ms, &month, started)) {
        m2_row_refuse(l, line, "started_at: \"%.*s\" is no time (2026-11-23T09:00:00Z)", shown(started),
                      started.p);
        return 0;
    }
    struct m2_cell *cell = find_cell(&size, l, line, &rc, err);
    if (!cell || !number(&duration_ms, l, line, M2_F_DURATION, -1))
        return rc;
    /* A task that never pulled its image is billed, with 0. */
    if (any_of(l, l->columns->measured, l->columns->n_measured))
        return price_measured(l, &size, cell, started_ms, duration_ms, line, err);
    if (duration_ms == 0)
        return m2_row_refuse(l, line, "%s is 0; a job takes some time",
                             l->columns->column[M2_F_DURATION]->name),
               0;
    const bool told = any_of(l, l->columns->use, l->columns->n_use);
    if (told) {
        used = cell->own.usual;
        if (!read_use(&used, l, line))
            return 0;
    }
    if (m2_cell_price(&price, cell, duration_ms, told ? &used : NULL, &why) < 0)
        return m2_row_refuse(l, line, "%s", why.msg), 0;
    count(l, &price, month, l->field[M2_F_USER]);
    if (l->job->per_job)
        print_cost(l, &price);
    if (l->job->each) {
        const struct m2_priced priced = priced_of(l, &size, &price, started_ms, duration_ms);
        if (!told)
            used = cell->own.usual;
        used.duration_ms = duration_ms;
        tell(l, &priced, &used);
    }
    return 0;
}
