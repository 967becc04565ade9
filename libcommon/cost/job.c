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
