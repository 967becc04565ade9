/* What AWS accepts: sizes as dated data, because AWS adds some from time to time.
 * Source: Amazon ECS Developer Guide, task size; AWS Lambda Developer Guide, quotas. */
#include <stdio.h>

#include "m2/cost.h"
#include "m2/mem.h"

#define MIB_GB10 (M2_GB_SCALE / 1024) /* one MiB; exact */

static const struct m2_fargate_size sizes[] = {
    { 256, 512, 1024, 512 },
    { 256, 2048, 2048, 1024 },
    { 512, 1024, 4096, 1024 },
    { 1024, 2048, 8192, 1024 },
    { 2048, 4096, 16384, 1024 },
    { 4096, 8192, 30720, 1024 },
    { 8192, 16384, 61440, 4096 },
    { 16384, 32768, 122880, 8192 },
    { 32768, 61440, 122880, 61440 },
    { 32768, 249856, 249856, 1024 },
    { 0, 0, 0, 0 },
};

const struct m2_fargate_size *m2_fargate_sizes(void)
{
    return sizes;
}

bool m2_fargate_size_valid(int64_t cpu_units, int64_t mib)
{
    for (const struct m2_fargate_size *s = sizes; s->cpu_units; s++)
        if (s->cpu_units == cpu_units && mib >= s->min_mib && mib <= s->max_mib &&
            (mib - s->min_mib) % s->step_mib == 0)
            return true;
    return false;
}

void m2_fargate_size_nearest(int64_t *cpu_units, int64_t *mib)
{
    const struct m2_fargate_size *last = sizes;
    for (const struct m2_fargate_size *s = sizes; s->cpu_units; last = s++) {
        if (s->cpu_units < *cpu_units || s->max_mib < *mib)
            continue;
        int64_t above = *mib > s->min_mib ? *mib - s->min_mib : 0;
        *cpu_units = s->cpu_units;
        *mib = s->min_mib + (above + s->step_mib - 1) / s->step_mib * s->step_mib;
        return;
    }
    *cpu_units = last->cpu_units;
    *mib = last->max_mib;
}

/* The largest offered pair that asks for no more of either; false when even the smallest does. */
static bool size_below(int64_t *cpu_units, int64_t *mib)
{
    bool found = false;
    int64_t cpu = *cpu_units, most = *mib;
    for (const struct m2_fargate_size *s = sizes; s->cpu_units; s++) {
        if (s->cpu_units > cpu || s->min_mib > most)
            continue;
        int64_t top = most < s->max_mib ? most : s->max_mib;
        *cpu_units = s->cpu_units;
        *mib = s->min_mib + (top - s->min_mib) / s->step_mib * s->step_mib;
        found = true;
    }
    return found;
}

static void size_text(char out[64], int64_t cpu_units, int64_t gb10)
{
    char cpu[M2_DECIMAL_SIZE], gb[M2_DECIMAL_SIZE];
    m2_ratio_print(cpu, (struct m2_ratio){ cpu_units, 1024 }, 6);
    m2_fixed_print(gb, gb10, 10, 4, 0);
    (void)snprintf(out, 64, "%.20s vCPU with %.20s GB", cpu, gb);
}

static int check_fargate(const struct m2_job *job, struct m2_err *err)
{
    char asked[64], above[64], below[64];
    int64_t mib = job->memory_gb10 / MIB_GB10;
    if (job->memory_gb10 % MIB_GB10 == 0 && m2_fargate_size_valid(job->cpu_units, mib)) {
        if (job->disk_gb10 > 200 * M2_GB_SCALE)
            return m2_fail(err, M2_EUSAGE, "Fargate offers at most 200 GB of ephemeral storage");
        return 0;
    }
    int64_t up_cpu = job->cpu_units, up_mib = mib + (job->memory_gb10 % MIB_GB10 != 0);
    int64_t down_cpu = job->cpu_units, down_mib = mib;
    m2_fargate_size_nearest(&up_cpu, &up_mib);
    size_text(asked, job->cpu_units, job->memory_gb10);
    size_text(above, up_cpu, up_mib * MIB_GB10);
    if (!size_below(&down_cpu, &down_mib))
        return m2_fail(err, M2_EUSAGE, "Fargate offers no %s; the nearest size is %s", asked, above);
    size_text(below, down_cpu, down_mib * MIB_GB10);
    return m2_fail(err, M2_EUSAGE, "Fargate offers no %s; the nearest sizes are %s and %s", asked, below,
                   above);
}

static int check_lambda(const struct m2_job *job, struct m2_err *err)
{
    char gb[M2_DECIMAL_SIZE];
    m2_fixed_print(gb, job->memory_gb10, 10, 6, 0);
    if (job->memory_gb10 < 128 * MIB_GB10 || job->memory_gb10 > M2_LAMBDA_MAX_MIB * MIB_GB10)
        return m2_fail(err, M2_EUSAGE,
                       "Lambda offers 0.125 GB (128 MB) to 10 GB (10240 MB) of memory, not %s GB", gb);
    if (job->disk_gb10 > 10 * M2_GB_SCALE)
        return m2_fail(err, M2_EUSAGE, "Lambda offers at most 10 GB of /tmp");
    if (job->duration_ms > M2_LAMBDA_MAX_MS)
        return m2_fail(err, M2_EUSAGE, "Lambda ends a run after 900 s; this one takes %lld s",
                       (long long)((job->duration_ms + 999) / 1000));
    return 0;
}

int m2_job_check(const struct m2_job *job, struct m2_err *err)
{
    return job->platform == M2_LAMBDA ? check_lambda(job, err) : check_fargate(job, err);
}
