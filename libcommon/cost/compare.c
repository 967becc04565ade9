#include "m2/compare.h"

#include <stdlib.h>
#include <string.h>

#include "m2/str.h"

#define MIB_GB10 (M2_GB_SCALE / 1024)
#define PPM INT64_C(1000000)
#define LAMBDA_MIB_PER_VCPU 1769
#define LAMBDA_MIN_MIB 128
#define LAMBDA_MAX_MIB 10240
#define LAMBDA_STEP_MIB 1024

int m2_scaling_read(struct m2_scaling *out, const char *text, struct m2_err *err)
{
    static const char amdahl[] = "amdahl:";
    static const char *const names[] = { "linear", "none", NULL };
    struct m2_scaling s = { .name = text, .parallel_ppm = -1 };
    if (m2_str_eq(text, names[0]))
        s.parallel_ppm = PPM;
    else if (m2_str_eq(text, names[1]))
        s.parallel_ppm = 0;
    else if (m2_str_starts(text, amdahl)) {
        const char *p = text + strlen(amdahl);
        if (!m2_fixed_parse(&s.parallel_ppm, p, strlen(p), 6, M2_HALF_EVEN) || s.parallel_ppm < 0 ||
            s.parallel_ppm > PPM)
            return m2_fail(
                err, M2_EUSAGE,
                "--scaling: \"%.60s\": the parallel share of the work is a number from 0 to 1, as in "
                "amdahl:0.9",
                text);
    }
    if (s.parallel_ppm < 0)
        return m2_fail(err, M2_EUSAGE, "--scaling: \"%.60s\" is none of linear, none, amdahl:P", text);
    *out = s;
    return 0;
}

/* vCPUs of JOB's size as a fraction. */
static struct m2_ratio vcpus(const struct m2_job *job)
{
    if (job->platform == M2_LAMBDA)
        return (struct m2_ratio){ job->memory_gb10, MIB_GB10 * LAMBDA_MIB_PER_VCPU };
    return (struct m2_ratio){ job->cpu_units, 1024 };
}

/* MS on REF's size as it would be on TO's; rounded up. 0 when it does not fit. */
static int64_t scaled_ms(int64_t ms, const struct m2_job *ref, const struct m2_job *to,
                         const struct m2_scaling *s)
{
    struct m2_ratio from = vcpus(ref), into = vcpus(to);
    m2_int128 n = from.num * into.den, d = into.num * from.den, top, work;
    if (__builtin_mul_overflow((m2_int128)ms, (PPM - s->parallel_ppm) * d + s->parallel_ppm * n, &top))
        return 0;
    work = (top + PPM * d - 1) / (PPM * d);
    return work > INT64_MAX ? 0 : (int64_t)work;
}

/* JOB as it would be on PLATFORM with this size: what it moves stays, what the platform brings changes. */
static struct m2_job moved(const struct m2_job *job, enum m2_platform platform, int64_t cpu_units,
                           int64_t mib)
{
    struct m2_job usual, to = *job;
    m2_job_usual(&usual, platform);
    to.platform = platform;
    to.cpu_units = cpu_units;
    to.memory_gb10 = mib * MIB_GB10;
    if ((platform == M2_LAMBDA) != (job->platform == M2_LAMBDA)) {
        to.requests = usual.requests;
        to.public_ip = usual.public_ip;
    }
    return to;
}

struct comparing {
    struct m2_comparison *out;
    struct m2_arena *a;
    const struct m2_job *job;
    const struct m2_scaling *scaling;
    const struct m2_rates *rates;
};

/* Add the choice, or say why the platform does not fit. */
static int consider(struct comparing *c, const struct m2_job *to, bool plain, struct m2_err *err)
{
    struct m2_choice choice = { .job = *to, .plain = plain };
    struct m2_err why = { 0 };
    choice.job.duration_ms = scaled_ms(c->job->duration_ms, c->job, to, c->scaling);
    if (choice.job.duration_ms <= 0)
        return m2_fail(err, M2_ELIMIT, "the duration is longer than can be counted");
    if (m2_job_check(&choice.job, &why) < 0) {
        c->out->unfit[to->platform] = m2_arena_strdup(c->a, why.msg);
        return 0;
    }
    choice.asked = to->platform == c->job->platform && to->cpu_units == c->job->cpu_units &&
                   to->memory_gb10 == c->job->memory_gb10;
    if (m2_bill_job(&choice.bill, c->rates, &choice.job, err) < 0)
        return -1;
    m2_vec_push(c->a, &c->out->choices, choice);
    return 0;
}

static int64_t whole_mib(int64_t gb10)
{
    return gb10 / MIB_GB10 + (gb10 % MIB_GB10 != 0);
}

static int on_fargate(struct comparing *c, struct m2_err *err)
{
    int64_t need = whole_mib(c->job->memory_gb10), last_cpu = 0;
    for (const struct m2_fargate_size *s = m2_fargate_sizes(); s->cpu_units; s++)
        for (int64_t mib = s->min_mib; mib <= s->max_mib; mib += s->step_mib) {
            if (mib < need)
                continue;
            struct m2_job to = moved(c->job, c->rates->platform, s->cpu_units, mib);
            if (consider(c, &to, s->cpu_units != last_cpu, err) < 0)
                return -1;
            last_cpu = s->cpu_units;
        }
    if (!last_cpu)
        c->out->unfit[c->rates->platform] = "no Fargate size has so much memory";
    return 0;
}

static int on_lambda(struct comparing *c, struct m2_err *err)
{
    int64_t need = whole_mib(c->job->memory_gb10), mib = need > LAMBDA_MIN_MIB ? need : LAMBDA_MIN_MIB;
    if (mib > LAMBDA_MAX_MIB) {
        c->out->unfit[M2_LAMBDA] = "Lambda offers at most 10 GB (10240 MB) of memory";
        return 0;
    }
    while (mib <= LAMBDA_MAX_MIB) {
        struct m2_job to = moved(c->job, M2_LAMBDA, 0, mib);
        if (consider(c, &to, mib == need || mib % LAMBDA_MIB_PER_VCPU == 0, err) < 0)
            return -1;
        int64_t round = (mib / LAMBDA_STEP_MIB + 1) * LAMBDA_STEP_MIB;
        int64_t whole = (mib / LAMBDA_MIB_PER_VCPU + 1) * LAMBDA_MIB_PER_VCPU;
        mib = round < whole ? round : whole;
    }
    return 0;
}

static int by_price(const void *x, const void *y)
{
    const struct m2_choice *a = x, *b = y;
    if (a->bill.total != b->bill.total)
        return a->bill.total < b->bill.total ? -1 : 1;
    if (a->job.duration_ms != b->job.duration_ms)
        return a->job.duration_ms < b->job.duration_ms ? -1 : 1;
    if (a->job.memory_gb10 != b->job.memory_gb10)
        return a->job.memory_gb10 < b->job.memory_gb10 ? -1 : 1;
    return (int)a->job.platform - (int)b->job.platform;
}

static void forget_fitting(struct m2_comparison *c)
{
    for (size_t i = 0; i < c->choices.len; i++)
        c->unfit[c->choices.at[i].job.platform] = NULL;
}

int m2_compare(struct m2_comparison *out, struct m2_arena *a, const struct m2_prices *prices,
               const char *region, const struct m2_job *job, const struct m2_scaling *scaling,
               const char *const *without, struct m2_err *err)
{
    struct m2_comparison all = { 0 };
    for (int p = 0; p < M2_PLATFORM_COUNT; p++) {
        struct m2_rates rates;
        struct m2_err why = { 0 };
        struct comparing c = { &all, a, job, scaling, &rates };
        if (m2_rates_find(&rates, prices, region, (enum m2_platform)p, job->arch, without, &why) < 0) {
            if (why.code != M2_EINPUT)
                return m2_fail(err, why.code, "%s", why.msg);
            all.unfit[p] = m2_arena_strdup(a, why.msg);
            continue;
        }
        if ((p == M2_LAMBDA ? on_lambda : on_fargate)(&c, err) < 0)
            return -1;
    }
    forget_fitting(&all);
    if (all.choices.len)
        qsort(all.choices.at, all.choices.len, sizeof *all.choices.at, by_price);
    *out = all;
    return 0;
}

bool m2_choice_at(m2_pico *out, const struct m2_rates *rates, const struct m2_choice *choice,
                  const struct m2_job *ref, const struct m2_scaling *scaling, int64_t ms)
{
    struct m2_job job = choice->job;
    struct m2_bill bill;
    job.duration_ms = scaled_ms(ms, ref, &job, scaling);
    if (job.duration_ms <= 0 || m2_job_check(&job, NULL) < 0 || m2_bill_job(&bill, rates, &job, NULL) < 0)
        return false;
    *out = bill.total;
    return true;
}

int64_t m2_break_even_ms(const struct m2_rates *a_rates, const struct m2_choice *a,
                         const struct m2_rates *b_rates, const struct m2_choice *b, const struct m2_job *ref,
                         const struct m2_scaling *scaling, int64_t most_ms)
{
    int64_t low = 0, high = most_ms;
    m2_pico x, y;
    while (high > 1 && (!m2_choice_at(&x, a_rates, a, ref, scaling, high) ||
                        !m2_choice_at(&y, b_rates, b, ref, scaling, high)))
        high /= 2; /* as long as both can run it */
    if (high <= 1 || x <= y)
        return 0;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        if (!m2_choice_at(&x, a_rates, a, ref, scaling, middle) ||
            !m2_choice_at(&y, b_rates, b, ref, scaling, middle))
            return 0;
        if (x > y)
            high = middle;
        else
            low = middle;
    }
    return high;
}
