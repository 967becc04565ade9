#include <string.h>
#include <strings.h>

#include "m2/cost.h"
#include "m2/str.h"

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

#define YEAR_MS (INT64_C(366) * 86400000)

/* One "NUMBER UNIT" of TEXT in ms × 10^6; the rest in *NEXT. ALONE: seconds need no unit. */
static bool one_duration(int64_t *out_ns, const char **next, const char *text, bool alone)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = { { "ms", 1 },    { "s", 1000 },    { "min", 60000 },
                  { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 } };
    size_t digits = strspn(text, "0123456789.");
    int64_t n; /* × 10^6 */
    if (!digits || !m2_fixed_parse(&n, text, digits, 6, M2_ROUND_UP))
        return false;
    const char *unit = text + digits;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t len = strlen(units[i].name);
        if (strncmp(unit, units[i].name, len) != 0 || (unit[len] >= 'a' && unit[len] <= 'z'))
            continue;
        *next = unit + len;
        return !__builtin_mul_overflow(n, units[i].ms, out_ns);
    }
    *next = unit;
    return alone && !*unit && !__builtin_mul_overflow(n, INT64_C(1000), out_ns);
}

int m2_job_duration(int64_t *out_ms, const char *text, const char *what, struct m2_err *err)
{
    int64_t sum = 0, part;
    const char *at = text;
    do {
        if (!one_duration(&part, &at, at, at == text) || __builtin_add_overflow(sum, part, &sum))
            return m2_fail(err, M2_EUSAGE,
                           "%s: \"%.60s\" is no duration such as 10m, 90s, 342ms, 1.5h or 1h30m", what, text);
    } while (*at);
    int64_t ms = sum / 1000000 + (sum % 1000000 != 0);
    if (ms <= 0)
        return m2_fail(err, M2_EUSAGE, "%s: a job takes more than no time at all", what);
    if (ms > YEAR_MS)
        return m2_fail(err, M2_EUSAGE, "%s: \"%.60s\" is longer than a year", what, text);
    *out_ms = ms;
    return 0;
}
