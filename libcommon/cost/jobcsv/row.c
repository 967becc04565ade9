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
    m2_int128 scaled = (m2_int128)v * c->mul, rest = scaled % c->div;
    scaled = scaled / c->div + (c->round_up && rest);
    if ((rest && !c->round_up) || scaled > INT64_MAX)
        return false;
    *out = (int64_t)scaled;
    return true;
}

/* The number of FIELD; FALLBACK when the column or the value is absent (negative: it may not be). */
static bool number(int64_t *out, struct m2_lane *l, uint64_t line, const struct m2_bytes *fields,
                   enum m2_job_field field, int64_t fallback)
{
    const struct m2_job_column *c = l->columns->column[field];
    if (fallback >= 0 && (!c || !fields[field].n)) {
        *out = fallback;
        return true;
    }
    return convert(out, c, fields[field]) || refuse_number(l, line, c, fields[field]);
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

/* Make SLOT the cell of JOB. What the one before counted is kept. */
static int renew(struct m2_cell_slot *slot, struct m2_lane *l, const struct m2_job *job,
                 const struct m2_rates *rates, struct m2_err *err)
{
    struct m2_err why = { 0 };
    if (slot->cell && m2_cell_flush(slot->cell, l->part, err) < 0)
        return -1;
    if (!slot->cell)
        slot->cell = m2_xcalloc(1, sizeof *slot->cell);
    free(slot->reason);
    *slot =
        (struct m2_cell_slot){ job->cpu_units, job->memory_gb10, job->disk_gb10, rates, slot->cell, NULL };
    struct m2_job_rates *other = rates_of(l, job->platform == M2_LAMBDA ? M2_FARGATE : M2_LAMBDA, job->arch);
    if (m2_cell_init(slot->cell, job, rates, other->reason ? NULL : &other->rates, &why) < 0) {
        memset(slot->cell, 0, sizeof *slot->cell);
        slot->reason = m2_xstrdup(why.msg);
    }
    return 0;
}

static struct m2_cell_slot *cell_of(struct m2_lane *l, const struct m2_job *job, const struct m2_rates *rates,
                                    struct m2_err *err)
{
    uint64_t h = (uint64_t)job->cpu_units * 31 + (uint64_t)job->memory_gb10 * 7 + (uint64_t)job->disk_gb10 +
                 (uint64_t)(uintptr_t)rates;
    h *= UINT64_C(0x9E3779B97F4A7C15);
    struct m2_cell_slot *slot = &l->cell[h >> 32 & (M2_CELLS - 1)];
    if (slot->cell && slot->cpu_units == job->cpu_units && slot->memory_gb10 == job->memory_gb10 &&
        slot->disk_gb10 == job->disk_gb10 && slot->rates == rates)
        return slot;
    return renew(slot, l, job, rates, err) < 0 ? NULL : slot;
}

/* Platform, architecture, region and size. */
static bool read_size(struct m2_job *job, struct m2_lane *l, const struct m2_bytes *f, uint64_t line)
{
    enum m2_platform platform;
    enum m2_arch arch = M2_X86_64;
    int64_t cpu, memory, disk;
    if (!m2_platform_read(&platform, f[M2_F_PLATFORM].p, f[M2_F_PLATFORM].n)) {
        m2_row_refuse(l, line, "platform: \"%.*s\" is none of fargate, fargate-spot, lambda",
                      shown(f[M2_F_PLATFORM]), f[M2_F_PLATFORM].p);
        return false;
    }
    if (f[M2_F_ARCH].n && !m2_arch_read(&arch, f[M2_F_ARCH].p, f[M2_F_ARCH].n)) {
        m2_row_refuse(l, line, "arch: \"%.*s\" is none of x86_64, arm64", shown(f[M2_F_ARCH]),
                      f[M2_F_ARCH].p);
        return false;
    }
    if (!number(&cpu, l, line, f, M2_F_VCPU, platform == M2_LAMBDA ? 0 : -1) ||
        !number(&memory, l, line, f, M2_F_MEMORY, -1) || !number(&disk, l, line, f, M2_F_EPHEMERAL, 0) ||
        !find_region(l, line, f[M2_F_REGION]))
        return false;
    m2_job_usual(job, platform);
    job->arch = arch;
    job->cpu_units = platform == M2_LAMBDA ? 0 : cpu; /* Lambda has as much CPU as its memory gives */
    job->memory_gb10 = memory;
    job->disk_gb10 = disk;
    return true;
}

/* What the job did besides running, into JOB; *told: at least one column said something. */
static bool read_use(struct m2_job *job, bool *told, struct m2_lane *l, const struct m2_bytes *f,
                     uint64_t line)
{
    int64_t input, output;
    *told = false;
    for (int i = M2_F_INPUT; i < M2_F_COUNT; i++)
        *told |= i != M2_F_USER && f[i].n;
    if (!*told)
        return true;
    if (!number(&input, l, line, f, M2_F_INPUT, 0) || !number(&output, l, line, f, M2_F_OUTPUT, 0) ||
        !number(&job->log_mb9, l, line, f, M2_F_LOG, job->log_mb9) ||
        !number(&job->transitions, l, line, f, M2_F_TRANSITIONS, job->transitions) ||
        !number(&job->requests, l, line, f, M2_F_REQUESTS, job->requests))
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

static void tell(struct m2_lane *l, const struct m2_job *job, const struct m2_cell_price *p,
                 int64_t started_ms, const struct m2_bytes *f)
{
    const struct m2_priced priced = { .id = f[M2_F_JOB_ID],
                                      .user = f[M2_F_USER],
                                      .region = m2_bytes_of(l->job->prices->regions[l->region].name),
                                      .platform = job->platform,
                                      .arch = job->arch,
                                      .cpu_units = job->cpu_units,
                                      .memory_gb10 = job->memory_gb10,
                                      .started_ms = started_ms,
                                      .duration_ms = job->duration_ms,
                                      .compute = p->compute,
                                      .other = p->other,
                                      .cheapest = p->cheapest };
    if (l->priced.n == l->priced.cap) {
        l->priced.cap = l->priced.cap ? l->priced.cap * 2 : 1024;
        l->priced.at = m2_xrealloc(l->priced.at, l->priced.cap * sizeof *l->priced.at);
    }
    l->priced.at[l->priced.n++] = priced;
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

int m2_row_price(struct m2_lane *l, const struct m2_bytes field[M2_F_COUNT], uint64_t line,
                 struct m2_err *err)
{
    struct m2_job job;
    struct m2_cell_price price;
    struct m2_err why;
    int64_t started_ms, duration_ms;
    int32_t month;
    bool told;
    if (!m2_started_read(&started_ms, &month, field[M2_F_STARTED_AT])) {
        m2_row_refuse(l, line, "started_at: \"%.*s\" is no time (2026-11-23T09:00:00Z)",
                      shown(field[M2_F_STARTED_AT]), field[M2_F_STARTED_AT].p);
        return 0;
    }
    if (!read_size(&job, l, field, line) || !number(&duration_ms, l, line, field, M2_F_DURATION, -1))
        return 0;
    if (duration_ms == 0)
        return m2_row_refuse(l, line, "%s is 0; a job takes some time",
                             l->columns->column[M2_F_DURATION]->name),
               0;
    struct m2_job_rates *rates = rates_of(l, job.platform, job.arch);
    if (rates->reason)
        return m2_row_refuse(l, line, "%s", rates->reason), 0;
    struct m2_cell_slot *slot = cell_of(l, &job, &rates->rates, err);
    if (!slot)
        return -1;
    if (slot->reason)
        return m2_row_refuse(l, line, "%s", slot->reason), 0;
    if (!read_use(&job, &told, l, field, line))
        return 0;
    job.duration_ms = duration_ms;
    if (m2_cell_price(&price, slot->cell, duration_ms, told ? &job : NULL, &why) < 0)
        return m2_row_refuse(l, line, "%s", why.msg), 0;
    count(l, &price, month, field[M2_F_USER]);
    if (l->job->per_job)
        print_cost(l, &price);
    if (l->job->each)
        tell(l, &job, &price, started_ms, field);
    return 0;
}
