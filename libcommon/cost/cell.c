#include "cost/cell.h"

#include <assert.h>
#include <string.h>

#include "cost/items.h"

#define MIB_GB10 (M2_GB_SCALE / 1024)
#define UNITS_PER_VCPU 1024

static const struct {
    enum m2_cost_item item;
    size_t at; /* the int64_t of a job that decides on it */
} uses[M2_U_COUNT] = {
    [M2_U_REQUESTS] = { M2_C_LAMBDA_REQUESTS, offsetof(struct m2_job, requests) },
    [M2_U_TRANSITIONS] = { M2_C_TRANSITIONS, offsetof(struct m2_job, transitions) },
    [M2_U_LOGS] = { M2_C_LOGS, offsetof(struct m2_job, log_mb9) },
    [M2_U_PUTS] = { M2_C_S3_PUT, offsetof(struct m2_job, s3_puts) },
    [M2_U_GETS] = { M2_C_S3_GET, offsetof(struct m2_job, s3_gets) },
    [M2_U_OUT] = { M2_C_TRANSFER_OUT, offsetof(struct m2_job, download_mb9) },
};

static int64_t used_of(const struct m2_job *job, int u)
{
    int64_t v;
    memcpy(&v, (const char *)job + uses[u].at, sizeof v);
    return v;
}

static bool is_use(enum m2_cost_item item)
{
    for (int u = 0; u < M2_U_COUNT; u++)
        if (uses[u].item == item)
            return true;
    return false;
}

static m2_int128 gcd(m2_int128 a, m2_int128 b)
{
    while (b) {
        m2_int128 rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int too_much(struct m2_err *err)
{
    return m2_fail(err, M2_ELIMIT, "the job costs more than can be counted");
}

/* ITEM grows with time: Q is its quantity for UNITS of it. */
static int add_timed(struct m2_tariff *t, enum m2_cost_item item, struct m2_ratio q, int64_t units,
                     struct m2_err *err)
{
    const struct m2_price *price = t->rates->of[item];
    m2_int128 factor, common;
    assert(t->n_timed < M2_TIMED && q.num % units == 0);
    q.num /= units;
    if (__builtin_mul_overflow(q.num, (m2_int128)(price ? price->usd_pico : 0), &factor))
        return too_much(err);
    common = factor ? gcd(factor, q.den) : q.den;
    if (factor / common > INT64_MAX)
        return too_much(err);
    t->timed[t->n_timed++] =
        (struct m2_timed){ item, (int64_t)(factor / common), (int64_t)(q.den / common), q };
    t->n_compute += item <= M2_C_LAMBDA_COMPUTE;
    if (factor && INT64_MAX / (int64_t)(factor / common) < t->max_time)
        t->max_time = INT64_MAX / (int64_t)(factor / common);
    return 0;
}

static int tariff_init(struct m2_tariff *t, const struct m2_rates *rates, const struct m2_job *usual,
                       struct m2_err *err)
{
    struct m2_bill idle, busy;
    struct m2_job job = *usual;
    const int64_t units = rates->platform == M2_LAMBDA ? 1 : 60; /* a Fargate task is billed 60 s at least */
    *t = (struct m2_tariff){ .rates = rates, .usual = *usual, .max_time = INT64_MAX };
    if (m2_bill_job(&idle, rates, &job, err) < 0)
        return -1;
    job.duration_ms = rates->platform == M2_LAMBDA ? units : units * 1000;
    if (m2_bill_job(&busy, rates, &job, err) < 0)
        return -1;
    if (idle.total > INT64_MAX / 2)
        return too_much(err);
    for (int i = 0; i < M2_C_COUNT; i++) {
        enum m2_cost_item item = (enum m2_cost_item)i;
        if (busy.line[i].quantity.num != idle.line[i].quantity.num) {
            if (add_timed(t, item, busy.line[i].quantity, units, err) < 0)
                return -1;
        } else if (!is_use(item)) {
            t->fixed += (int64_t)idle.line[i].cost;
        }
    }
    for (int u = 0; u < M2_U_COUNT; u++)
        t->use[u] = (struct m2_cost_sum){ idle.line[uses[u].item].quantity, idle.line[uses[u].item].cost,
                                          idle.line[uses[u].item].price, idle.line[uses[u].item].missing };
    return 0;
}

/* The same job on the other kind of platform, with at least the memory and the vCPU; false when that has none
 * as large. */
static bool other_size(struct m2_job *out, const struct m2_job *job, enum m2_platform platform)
{
    int64_t mib = (job->memory_gb10 + MIB_GB10 - 1) / MIB_GB10;
    *out = *job;
    out->platform = platform;
    if (platform == M2_LAMBDA) {
        int64_t for_cpu = (job->cpu_units * M2_LAMBDA_MIB_PER_VCPU + UNITS_PER_VCPU - 1) / UNITS_PER_VCPU;
        out->cpu_units = 0;
        mib = mib > for_cpu ? mib : for_cpu;
        mib = mib > 128 ? mib : 128;
    } else {
        int64_t cpu = (mib * UNITS_PER_VCPU + M2_LAMBDA_MIB_PER_VCPU - 1) / M2_LAMBDA_MIB_PER_VCPU;
        int64_t least_cpu = cpu, least_mib = mib;
        m2_fargate_size_nearest(&cpu, &mib);
        if (cpu < least_cpu || mib < least_mib)
            return false;
        out->cpu_units = cpu;
    }
    out->memory_gb10 = mib * MIB_GB10;
    struct m2_job usual;
    m2_job_usual(&usual, platform);
    out->requests = usual.requests;
    out->public_ip = usual.public_ip;
    return m2_job_check(out, NULL) == 0;
}

/* A line without price makes a total look small: THERE may lack only what HERE lacks too. */
static bool comparable(const struct m2_tariff *there, const struct m2_tariff *here)
{
    struct m2_job job = there->usual;
    job.duration_ms = 1000;
    for (int i = 0; i < M2_C_COUNT; i++) {
        if (!there->rates->key[i] || there->rates->left_out[i] || there->rates->of[i])
            continue;
        if (m2_bill_quantity((enum m2_cost_item)i, &job).num && (!here->rates->key[i] || here->rates->of[i]))
            return false;
    }
    return true;
}

int m2_cell_init(struct m2_cell *c, const struct m2_job *job, const struct m2_rates *rates,
                 const struct m2_rates *other, struct m2_err *err)
{
    struct m2_job moved;
    memset(c, 0, sizeof *c);
    if (m2_job_check(job, err) < 0 || tariff_init(&c->own, rates, job, err) < 0)
        return -1;
    if (!other || !other_size(&moved, job, other->platform) ||
        tariff_init(&c->other, other, &moved, NULL) < 0 || !comparable(&c->other, &c->own))
        c->other.rates = NULL;
    return 0;
}

static int64_t div_half_even(uint64_t n, uint64_t d)
{
    uint64_t q = n / d, r = n % d;
    return (int64_t)(q + (r > d - r || (r == d - r && (q & 1))));
}

static int64_t billed_time(const struct m2_tariff *t, int64_t duration_ms)
{
    return t->rates->platform == M2_LAMBDA ? duration_ms : m2_fargate_billed_s(duration_ms);
}

static int64_t price_of(const struct m2_tariff *t, enum m2_cost_item item)
{
    return t->rates->of[item] ? t->rates->of[item]->usd_pico : M2_NO_ONE_PRICE;
}

/* The cost of each timed line. */
static void price_time(m2_int128 cost[M2_TIMED], const struct m2_tariff *t, int64_t time)
{
    if (time <= t->max_time)
        for (int i = 0; i < t->n_timed; i++)
            cost[i] = div_half_even((uint64_t)(time * t->timed[i].factor), (uint64_t)t->timed[i].den);
    else
        for (int i = 0; i < t->n_timed; i++)
            cost[i] = m2_div_half_even((m2_int128)time * t->timed[i].factor, t->timed[i].den);
}

/* The lines that depend on use, as m2_bill_job makes them. */
static bool price_use(struct m2_cost_sum line[M2_U_COUNT], const struct m2_tariff *t,
                      const struct m2_job *used)
{
    const struct m2_rates *r = t->rates;
    for (int u = 0; u < M2_U_COUNT; u++) {
        enum m2_cost_item item = uses[u].item;
        line[u] = t->use[u];
        if (used_of(used, u) == used_of(&t->usual, u) || !r->key[item] || r->left_out[item])
            continue;
        line[u] = (struct m2_cost_sum){ .quantity = m2_bill_quantity(item, used) };
        if (line[u].quantity.num == 0)
            continue;
        line[u].missing = !r->of[item];
        if (r->of[item] && !m2_cost_of(&line[u].cost, line[u].quantity, r->of[item]->usd_pico))
            return false;
    }
    return true;
}

static m2_int128 time_and_fixed(const m2_int128 *timed, const struct m2_tariff *t)
{
    m2_int128 sum = t->fixed;
    for (int i = 0; i < t->n_timed; i++)
        sum += timed[i];
    return sum;
}

static m2_int128 use_total(const struct m2_tariff *t, const struct m2_cost_sum *line)
{
    m2_int128 sum = 0;
    for (int u = 0; u < M2_U_COUNT; u++)
        sum += line ? line[u].cost : t->use[u].cost;
    return sum;
}

/* What the job would have cost on the other platform; LEAST when it does not fit there or costs no less. */
static m2_int128 cheaper(const struct m2_cell *c, m2_int128 least, int64_t duration_ms,
                         const struct m2_job *used)
{
    const struct m2_tariff *t = &c->other;
    m2_int128 timed[M2_TIMED];
    struct m2_cost_sum line[M2_U_COUNT];
    if (!t->rates || (t->rates->platform == M2_LAMBDA && duration_ms > M2_LAMBDA_MAX_MS))
        return least;
    price_time(timed, t, billed_time(t, duration_ms));
    m2_int128 total = time_and_fixed(timed, t);
    if (total >= least)
        return least; /* what it used only adds */
    if (used) {
        struct m2_job moved = *used;
        moved.requests = t->usual.requests;
        if (!price_use(line, t, &moved))
            return least;
    }
    total += use_total(t, used ? line : NULL);
    return total < least ? total : least;
}

static void add_use(struct m2_cell *c, const struct m2_cost_sum line[M2_U_COUNT])
{
    for (int u = 0; u < M2_U_COUNT; u++) {
        if (line[u].quantity.num)
            c->use[u].quantity.den = line[u].quantity.den; /* one for each item */
        c->use[u].quantity.num += line[u].quantity.num;
        c->use[u].price = price_of(&c->own, uses[u].item);
        c->use[u].cost += line[u].cost;
        c->use[u].missing += line[u].missing;
    }
}

int m2_cell_price(struct m2_cell_price *out, struct m2_cell *c, int64_t duration_ms,
                  const struct m2_job *used, struct m2_err *err)
{
    const struct m2_tariff *t = &c->own;
    struct m2_cost_sum line[M2_U_COUNT];
    m2_int128 timed[M2_TIMED], compute = 0;
    if (t->rates->platform == M2_LAMBDA && duration_ms > M2_LAMBDA_MAX_MS) {
        struct m2_job job = t->usual;
        job.duration_ms = duration_ms;
        return m2_job_check(&job, err);
    }
    int64_t time = billed_time(t, duration_ms);
    price_time(timed, t, time);
    if (used && !price_use(line, t, used))
        return too_much(err);
    for (int i = 0; i < t->n_compute; i++)
        compute += timed[i];
    m2_int128 total = time_and_fixed(timed, t) + use_total(t, used ? line : NULL);
    if (total > INT64_MAX)
        return too_much(err);
    m2_int128 least = cheaper(c, total, duration_ms, used);
    *out = (struct m2_cell_price){ (int64_t)compute, (int64_t)(total - compute), (int64_t)least };
    for (int i = 0; i < t->n_timed; i++)
        c->timed_cost[i] += timed[i];
    if (used)
        add_use(c, line);
    c->usual_jobs += !used;
    c->time += time;
    c->sum.jobs++;
    c->sum.compute += compute;
    c->sum.other += total - compute;
    c->cheapest += least;
    c->cheaper_jobs += least < total;
    return 0;
}

int64_t m2_cell_cheapest(const struct m2_job *job, int64_t total, const struct m2_rates *rates,
                         const struct m2_rates *other)
{
    struct m2_cell cell;
    struct m2_cell_price price;
    struct m2_job size = *job;
    struct m2_err err = { 0 };
    size.duration_ms = 0;
    if (!job->duration_ms || m2_cell_init(&cell, &size, rates, other, &err) < 0 ||
        m2_cell_price(&price, &cell, job->duration_ms, job, &err) < 0)
        return total;
    return price.cheapest < total ? price.cheapest : total;
}

/* ---- the sums by resource ---- */

static int flush_timed(const struct m2_cell *c, struct m2_summary *s, struct m2_err *err)
{
    for (int i = 0; i < c->own.n_timed; i++) {
        const struct m2_timed *t = &c->own.timed[i];
        struct m2_cost_sum more = { { 0, t->unit.den },
                                    c->timed_cost[i],
                                    price_of(&c->own, t->item),
                                    c->own.rates->of[t->item] ? 0 : c->sum.jobs };
        if (__builtin_mul_overflow(t->unit.num, c->time, &more.quantity.num))
            return too_much(err);
        if (m2_summary_item_add(s, t->item, &more, err) < 0)
            return -1;
    }
    return 0;
}

static int flush_fixed(const struct m2_cell *c, struct m2_summary *s, struct m2_err *err)
{
    struct m2_bill idle; /* the quantities are small, and small times a count of jobs fits */
    if (m2_bill_job(&idle, c->own.rates, &c->own.usual, err) < 0)
        return -1;
    for (int i = 0; i < M2_C_COUNT; i++) {
        const struct m2_bill_line *line = &idle.line[i];
        const uint64_t jobs = is_use((enum m2_cost_item)i) ? c->usual_jobs : c->sum.jobs;
        const struct m2_cost_sum more = { { line->quantity.num * (m2_int128)jobs, line->quantity.den },
                                          line->cost * (m2_int128)jobs,
                                          line->price,
                                          line->missing ? jobs : 0 };
        if (line->quantity.num && jobs && m2_summary_item_add(s, (enum m2_cost_item)i, &more, err) < 0)
            return -1;
    }
    for (int u = 0; u < M2_U_COUNT; u++)
        if (c->use[u].quantity.num && m2_summary_item_add(s, uses[u].item, &c->use[u], err) < 0)
            return -1;
    return 0;
}

int m2_cell_flush(struct m2_cell *c, struct m2_summary *s, struct m2_err *err)
{
    const struct m2_job *job = &c->own.usual;
    const struct m2_size_key size = { job->cpu_units, job->memory_gb10, (int32_t)job->platform,
                                      (int32_t)c->own.rates->arch };
    if (!c->sum.jobs)
        return 0;
    if (flush_timed(c, s, err) < 0 || flush_fixed(c, s, err) < 0)
        return -1;
    m2_tally_add(&s->total, &c->sum);
    m2_tally_add(&s->platform[job->platform], &c->sum);
    m2_tally_add(&s->outcome[0], &c->sum);
    m2_tally_add(m2_summary_size(s, &size), &c->sum);
    s->cheapest += c->cheapest;
    s->cheaper_jobs += c->cheaper_jobs;
    c->sum = (struct m2_tally){ 0 };
    c->usual_jobs = c->cheaper_jobs = 0;
    c->cheapest = c->time = 0;
    memset(c->timed_cost, 0, sizeof c->timed_cost);
    memset(c->use, 0, sizeof c->use);
    return 0;
}
