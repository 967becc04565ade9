#include <string.h>
#include <strings.h>

#include "m2/cost.h"

static const char *const platforms[] = { "fargate", "fargate-spot", "lambda", NULL };
static const char *const archs[] = { "x86_64", "arm64", NULL };

const char *const *m2_platform_names(void)
{
    return platforms;
}

const char *const *m2_arch_names(void)
{
    return archs;
}

static int position(const char *const *names, const char *name, size_t n)
{
    for (int i = 0; names[i]; i++)
        if (strlen(names[i]) == n && strncasecmp(names[i], name, n) == 0)
            return i;
    return -1;
}

bool m2_platform_read(enum m2_platform *out, const char *name, size_t n)
{
    int i = position(platforms, name, n);
    if (i >= 0)
        *out = (enum m2_platform)i;
    return i >= 0;
}

bool m2_arch_read(enum m2_arch *out, const char *name, size_t n)
{
    int i = position(archs, name, n);
    if (i >= 0)
        *out = (enum m2_arch)i;
    return i >= 0;
}

void m2_job_usual(struct m2_job *out, enum m2_platform platform)
{
    *out = (struct m2_job){ .platform = platform,
                            .transitions = 3, /* SelectPlatform, the choice, the run */
                            .requests = platform == M2_LAMBDA,
                            .selector_ms = 342,
                            .selector_mb = 128,
                            .selector_requests = 1,
                            .s3_puts = 2,
                            .s3_gets = 2,
                            .log_mb9 = M2_MB_SCALE / 16, /* 64 KiB */
                            .public_ip = platform != M2_LAMBDA };
}

#define PART_MB9 (8 * M2_MB_SCALE)

static int64_t parts(int64_t mb9)
{
    return mb9 / PART_MB9 + (mb9 % PART_MB9 != 0);
}

void m2_job_data(struct m2_job *job, int64_t input_mb9, int64_t output_mb9)
{
    int64_t in = parts(input_mb9), out = parts(output_mb9);
    job->input_mb9 = input_mb9;
    job->output_mb9 = job->download_mb9 = output_mb9;
    job->s3_gets = 1 + (in > 1 ? in : 1);
    job->s3_puts = 1 + (out > 1 ? out + 2 : 1);
}
