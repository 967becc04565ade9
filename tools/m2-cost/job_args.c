/* The options of estimate and compare as a job, and what was assumed where nothing was said. */
#include <string.h>

#include "cost.h"
#include "m2/endpoint.h"
#include "m2/str.h"

#define MOST_GB 100000 /* beyond these nothing is a job any more, and everything can still be counted */
#define MOST_MB 100000000
#define VCPU_DIGITS 12
#define VCPU_SCALE INT64_C(1000000000000)

struct reading {
    struct cost_run *run;
    const struct cost_args *args;
    struct m2_job *job;
    cost_sentences *assumed;
    struct m2_err *err;
};

static void assume(struct reading *r, const char *fmt, ...) M2_PRINTF(2, 3);
static void assume(struct reading *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    m2_vec_push(r->run->arena, r->assumed, m2_arena_vprintf(r->run->arena, fmt, ap));
    va_end(ap);
}

/* TEXT as a number of at most MOST with DIGITS exact places; NULL leaves *OUT. */
static int amount(int64_t *out, const struct reading *r, const char *option, const char *text, int digits,
                  int64_t most)
{
    int64_t v, scale = 1;
    if (!text)
        return 0;
    for (int i = 0; i < digits; i++)
        scale *= 10;
    if (!m2_fixed_parse(&v, text, strlen(text), digits, M2_EXACT))
        return m2_fail(r->err, M2_EUSAGE,
                       "--%s: \"%.60s\" is no amount: a number with a point, such as 8 or 0.5", option, text);
    if (v < 0 || v > most * scale)
        return m2_fail(r->err, M2_EUSAGE, "--%s: \"%.60s\" is not within 0 and %lld", option, text,
                       (long long)most);
    *out = v;
    return 0;
}

static int read_size(struct reading *r)
{
    const struct cost_args *a = r->args;
    struct m2_job *j = r->job;
    int64_t vcpu = 0;
    bool lambda = j->platform == M2_LAMBDA;
    if (!a->memory_gb || !a->duration || (!a->vcpu && !lambda))
        return m2_fail(r->err, M2_EUSAGE,
                       "m2-cost %s needs %s, --memory-gb and --duration, as in: m2-cost %s %s",
                       a->command->name, lambda ? "--platform lambda" : "--vcpu", a->command->name,
                       lambda ? "--platform lambda --memory-gb 3 --duration 45s"
                              : "--vcpu 4 --memory-gb 8 --duration 10m");
    if (a->vcpu && lambda)
        return m2_fail(r->err, M2_EUSAGE,
                       "--vcpu is not for Lambda, which gives a vCPU for each 1,769 MB of memory");
    if (amount(&vcpu, r, "vcpu", a->vcpu, VCPU_DIGITS, 1000) < 0 ||
        amount(&j->memory_gb10, r, "memory-gb", a->memory_gb, 10, MOST_GB) < 0 ||
        amount(&j->disk_gb10, r, "ephemeral-gb", a->ephemeral_gb, 10, MOST_GB) < 0 ||
        m2_job_duration(&j->duration_ms, a->duration, "--duration", r->err) < 0)
        return -1;
    m2_int128 units = (m2_int128)vcpu * 1024;
    if (units % VCPU_SCALE)
        return m2_fail(r->err, M2_EUSAGE,
                       "--vcpu: \"%.60s\" is no size that Fargate offers: 0.25, 0.5, 1, 2, 4, 8, 16 or 32",
                       a->vcpu);
    j->cpu_units = (int64_t)(units / VCPU_SCALE);
    return m2_job_check(j, r->err);
}

static int read_data(struct reading *r)
{
    const struct cost_args *a = r->args;
    int64_t input = 0, output = 0, days = 0;
    if (amount(&input, r, "input-mb", a->input_mb, 9, MOST_MB) < 0 ||
        amount(&output, r, "output-mb", a->output_mb, 9, MOST_MB) < 0 ||
        amount(&r->job->log_mb9, r, "log-mb", a->log_mb, 9, MOST_MB) < 0 ||
        amount(&days, r, "keep-days", a->keep_days, 3, 36500) < 0)
        return -1;
    m2_job_data(r->job, input, output);
    m2_int128 kept = ((m2_int128)input + output) * days * 24 / 1000;
    if (kept > INT64_MAX)
        return m2_fail(r->err, M2_EUSAGE,
                       "--keep-days: so much data for so long is more than can be counted");
    r->job->kept_mb_hours9 = (int64_t)kept;
    if (a->transitions)
        r->job->transitions = (int64_t)a->transitions;
    else
        assume(r, "3 Step Functions transitions: choose the platform, branch, run (--transitions).");
    if (a->requests)
        r->job->requests = (int64_t)a->requests;
    assume(r, "The platform selector: one run of 342 ms with 128 MB.");
    if (!a->log_mb)
        assume(r, "64 KB of log text (--log-mb).");
    if (!a->input_mb && !a->output_mb)
        assume(r, "2 S3 PUT and 2 GET requests, results too small to matter (--input-mb, --output-mb).");
    return 0;
}

/* Where traffic to AWS goes: to the public address, through a NAT gateway, or through endpoints. */
static int read_network(struct reading *r)
{
    const struct cost_args *a = r->args;
    struct m2_job *j = r->job;
    int64_t image = 0;
    const char *registry = m2_str_or(a->image_region, "us-east-1");
    if (!m2_region_valid(registry))
        return m2_fail(r->err, M2_EUSAGE,
                       "\"%.60s\" (--image-region) is not a region; it is a name such as us-east-1",
                       registry);
    if (amount(&image, r, "image-gb", a->image_gb, 6, 1000) < 0)
        return -1;
    image = image * 1024 * 1000; /* GB × 10^6 as MB × 10^9 */
    if (j->platform == M2_LAMBDA) {
        j->public_ip = false;
        if (a->nat || a->endpoints || a->public_ip)
            assume(r, "Upstream's Lambda function is not in a VPC: no NAT gateway, endpoints or public "
                      "address of its own.");
        if (image)
            assume(r, "Lambda keeps a copy of the image in the region: no run pulls it (--image-gb is not "
                      "counted).");
        return 0;
    }
    bool remote = !m2_str_eq(registry, r->run->region.value);
    j->public_ip = a->public_ip ? m2_str_eq(a->public_ip, "yes") : !a->nat && !a->endpoints;
    j->image_mb9 = remote ? image : 0;
    if (a->endpoints)
        j->endpoint_mb9 = j->log_mb9;
    else if (a->nat)
        j->nat_mb9 = j->input_mb9 + j->output_mb9 + j->log_mb9 + image;
    if (a->endpoints)
        assume(r, "Image layers and S3 data take the S3 gateway endpoint, which is free; logs take an "
                  "interface endpoint.");
    else if (a->nat)
        assume(r, "Image layers, S3 data and logs all pass the NAT gateway (an S3 gateway endpoint, which is "
                  "free, would "
                  "spare most of it).");
    if (a->nat && !a->endpoints && !image)
        assume(r, "The image's pull through the NAT gateway is left out: say its size with --image-gb.");
    if (remote && !image)
        assume(r,
               "The image lies in %s, so every task pays its pull from there: left out, say its size with "
               "--image-gb.",
               registry);
    return 0;
}

int cost_job(struct m2_job *out, cost_sentences *assumed, struct cost_run *run, struct m2_err *err)
{
    const struct cost_args *a = run->args;
    struct m2_job job;
    enum m2_platform platform = M2_FARGATE;
    struct reading r = { run, a, &job, assumed, err };
    if (a->platform)
        (void)m2_platform_read(&platform, a->platform, strlen(a->platform));
    m2_job_usual(&job, platform);
    if (a->arch)
        (void)m2_arch_read(&job.arch, a->arch, strlen(a->arch));
    if (read_size(&r) < 0 || read_data(&r) < 0 || read_network(&r) < 0)
        return -1;
    *out = job;
    return 0;
}
