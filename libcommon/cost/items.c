/* The bill: one row a line. A rule's sentence is also what docs/COST.md and `m2-cost prices` print. */
#include "cost/items.h"

#include "m2/str.h"

#define FARGATE_MIN_S 60
#define FARGATE_FREE_DISK (20 * M2_GB_SCALE)
#define LAMBDA_FREE_DISK (M2_GB_SCALE / 2)
#define MIB_GB10 (M2_GB_SCALE / 1024)

int64_t m2_fargate_billed_s(int64_t duration_ms)
{
    int64_t s = duration_ms / 1000 + (duration_ms % 1000 != 0);
    return duration_ms <= 0 ? 0 : s < FARGATE_MIN_S ? FARGATE_MIN_S : s;
}

static struct m2_ratio count(int64_t n)
{
    return (struct m2_ratio){ n, 1 };
}

/* GB × TIME, of which PER make the unit's time. Whole MiB keep the numbers small, which is faster. */
static struct m2_ratio gb_time(int64_t gb10, int64_t time, int64_t per)
{
    if (gb10 % MIB_GB10 == 0)
        return (struct m2_ratio){ (m2_int128)(gb10 / MIB_GB10) * time, 1024 * per };
    return (struct m2_ratio){ (m2_int128)gb10 * time, M2_GB_SCALE * per };
}

static struct m2_ratio mb_as_gb(int64_t mb9)
{
    return (struct m2_ratio){ mb9, M2_MB_SCALE * 1024 };
}

static int64_t above(int64_t gb10, int64_t free_gb10)
{
    return gb10 > free_gb10 ? gb10 - free_gb10 : 0;
}

static struct m2_ratio fargate_vcpu(const struct m2_job *j)
{
    return (struct m2_ratio){ (m2_int128)j->cpu_units * m2_fargate_billed_s(j->duration_ms), 1024 * 3600 };
}

static struct m2_ratio fargate_memory(const struct m2_job *j)
{
    return gb_time(j->memory_gb10, m2_fargate_billed_s(j->duration_ms), 3600);
}

static struct m2_ratio fargate_storage(const struct m2_job *j)
{
    return gb_time(above(j->disk_gb10, FARGATE_FREE_DISK), m2_fargate_billed_s(j->duration_ms), 3600);
}

static struct m2_ratio ipv4(const struct m2_job *j)
{
    return (struct m2_ratio){ j->public_ip ? m2_fargate_billed_s(j->duration_ms) : 0, 3600 };
}

static struct m2_ratio lambda_compute(const struct m2_job *j)
{
    return gb_time(j->memory_gb10, j->duration_ms, 1000);
}

static struct m2_ratio lambda_storage(const struct m2_job *j)
{
    return gb_time(above(j->disk_gb10, LAMBDA_FREE_DISK), j->duration_ms, 1000);
}

static struct m2_ratio lambda_requests(const struct m2_job *j)
{
    return count(j->requests);
}

static struct m2_ratio selector_compute(const struct m2_job *j)
{
    return (struct m2_ratio){ (m2_int128)j->selector_mb * j->selector_ms, 1024 * 1000 };
}

static struct m2_ratio selector_requests(const struct m2_job *j)
{
    return count(j->selector_requests);
}

static struct m2_ratio transitions(const struct m2_job *j)
{
    return count(j->transitions);
}

static struct m2_ratio logs(const struct m2_job *j)
{
    return mb_as_gb(j->log_mb9);
}

static struct m2_ratio s3_puts(const struct m2_job *j)
{
    return count(j->s3_puts);
}

static struct m2_ratio s3_gets(const struct m2_job *j)
{
    return count(j->s3_gets);
}

static struct m2_ratio s3_storage(const struct m2_job *j)
{
    return (struct m2_ratio){ j->kept_mb_hours9, M2_MB_SCALE * 1024 * M2_MONTH_HOURS };
}

static struct m2_ratio nat_data(const struct m2_job *j)
{
    return mb_as_gb(j->nat_mb9);
}

static struct m2_ratio endpoint_data(const struct m2_job *j)
{
    return mb_as_gb(j->endpoint_mb9);
}

static struct m2_ratio image_transfer(const struct m2_job *j)
{
    return mb_as_gb(j->image_mb9);
}

static struct m2_ratio transfer_out(const struct m2_job *j)
{
    return mb_as_gb(j->download_mb9);
}

#define BOTH(key)                                                                                            \
    {                                                                                                        \
        key ".x86_64", key ".arm64"                                                                          \
    }
#define SAME(key)                                                                                            \
    {                                                                                                        \
        key, key                                                                                             \
    }
#define NONE                                                                                                 \
    {                                                                                                        \
        0, 0                                                                                                 \
    }
#define ON_FARGATE(key)                                                                                      \
    {                                                                                                        \
        key, key, NONE                                                                                       \
    }
#define ON_LAMBDA(key)                                                                                       \
    {                                                                                                        \
        NONE, NONE, key                                                                                      \
    }
#define ON_ALL(key)                                                                                          \
    {                                                                                                        \
        SAME(key), SAME(key), SAME(key)                                                                      \
    }

static const struct m2_item_rule rules[M2_C_COUNT] = {
    [M2_C_FARGATE_VCPU] = { { "fargate.vcpu", "Fargate vCPU", "compute", "vCPU-hour",
                              "vCPUs of the task size × seconds from the start of the image's pull to the "
                              "end of the "
                              "task, rounded up to a second, at least 60" },
                            { BOTH("fargate.vcpu-hour"), BOTH("fargate-spot.vcpu-hour"), NONE },
                            fargate_vcpu },
    [M2_C_FARGATE_MEMORY] = { { "fargate.memory", "Fargate memory", "compute", "GB-hour",
                                "GB of the task size (not what was used) × the same seconds" },
                              { BOTH("fargate.gb-hour"), BOTH("fargate-spot.gb-hour"), NONE },
                              fargate_memory },
    [M2_C_LAMBDA_COMPUTE] = { { "lambda.compute", "Lambda duration", "compute", "GB-second",
                                "GB of memory set for the function × billed duration (start-up included), "
                                "rounded up "
                                "to a millisecond" },
                              ON_LAMBDA(BOTH("lambda.gb-second")),
                              lambda_compute },
    [M2_C_FARGATE_STORAGE] = { { "fargate.ephemeral-storage", "Fargate ephemeral storage",
                                 "ephemeral-storage", "GB-hour",
                                 "GB of the task's disk above the free 20 × the task's billed seconds" },
                               ON_FARGATE(SAME("fargate.ephemeral-gb-hour")),
                               fargate_storage },
    [M2_C_LAMBDA_STORAGE] = { { "lambda.ephemeral-storage", "Lambda /tmp storage", "ephemeral-storage",
                                "GB-second", "GB of /tmp above the free 512 MB × the run's billed seconds" },
                              ON_LAMBDA(SAME("lambda.ephemeral-gb-second")),
                              lambda_storage },
    [M2_C_IPV4] = { { "ipv4.public", "Public IPv4 address", "public-ip", "hour",
                      "one address for the task's billed seconds, in use or not" },
                    ON_FARGATE(SAME("ipv4.public-hour")),
                    ipv4 },
    [M2_C_LAMBDA_REQUESTS] = { { "lambda.requests", "Lambda requests", "requests", "request",
                                 "one for each run of the job's function, retries included" },
                               ON_ALL("lambda.request"),
                               lambda_requests },
    [M2_C_SELECTOR_COMPUTE] = { { "selector.compute", "Platform selector duration", "selector", "GB-second",
                                  "the small function that chooses Lambda or Fargate: its memory × its "
                                  "billed "
                                  "duration" },
                                ON_ALL("lambda.gb-second.x86_64"),
                                selector_compute },
    [M2_C_SELECTOR_REQUESTS] = { { "selector.requests", "Platform selector requests", "selector", "request",
                                   "one for each run of the selector" },
                                 ON_ALL("lambda.request"),
                                 selector_requests },
    [M2_C_TRANSITIONS] = { { "states.transitions", "Step Functions transitions", "transitions", "transition",
                             "one for each state entered, each retry and each redrive" },
                           ON_ALL("states.transition"),
                           transitions },
    [M2_C_LOGS] = { { "logs.ingest", "Log ingest", "logs", "GB", "raw bytes written to CloudWatch Logs" },
                    { SAME("logs.ingest-gb"), SAME("logs.ingest-gb"), SAME("logs.lambda-ingest-gb") },
                    logs },
    [M2_C_S3_PUT] = { { "s3.put", "S3 PUT and LIST requests", "s3", "request",
                        "PUT, COPY, POST and LIST; an upload in parts is one to begin, one a part (8 MB) and "
                        "one to "
                        "complete" },
                      ON_ALL("s3.request.tier1"),
                      s3_puts },
    [M2_C_S3_GET] = { { "s3.get", "S3 GET requests", "s3", "request",
                        "GET, HEAD and all others; DELETE is free" },
                      ON_ALL("s3.request.tier2"),
                      s3_gets },
    [M2_C_S3_STORAGE] = { { "s3.storage", "S3 storage", "s3", "GB-month",
                            "GB kept × hours / 730 (the hours of a month)" },
                          ON_ALL("s3.storage-gb-month"),
                          s3_storage },
    [M2_C_NAT_DATA] = { { "nat.data", "NAT gateway data", "nat", "GB",
                          "GB through the gateway, both directions; its hours are a monthly cost, not a "
                          "job's" },
                        ON_ALL("nat.gb"),
                        nat_data },
    [M2_C_ENDPOINT_DATA] = { { "endpoints.data", "VPC endpoint data", "endpoints", "GB",
                               "GB through interface endpoints; their hours are a monthly cost, not a "
                               "job's" },
                             ON_ALL("vpce.interface-gb"),
                             endpoint_data },
    [M2_C_IMAGE_TRANSFER] = { { "ecr.cross-region", "Image pull from another region", "image-transfer", "GB",
                                "compressed GB of the image, pulled again by every task, where registry and "
                                "task are "
                                "in different regions" },
                              ON_FARGATE(SAME("transfer.cross-region-gb")),
                              image_transfer },
    [M2_C_TRANSFER_OUT] = { { "transfer.out", "Data transfer out", "transfer-out", "GB",
                              "GB of results downloaded over the internet; into AWS and to S3 in the region "
                              "is free" },
                            ON_ALL("transfer.out-gb"),
                            transfer_out },
};

const struct m2_item_rule *m2_item_rules(void)
{
    return rules;
}

const struct m2_cost_item_row *m2_cost_item(enum m2_cost_item item)
{
    return &rules[item].pub;
}

const char *const *m2_cost_parts(void)
{
    static const char *const parts[] = { "ephemeral-storage", "public-ip",      "requests",     "selector",
                                         "transitions",       "logs",           "s3",           "nat",
                                         "endpoints",         "image-transfer", "transfer-out", NULL };
    return parts;
}

struct m2_ratio m2_bill_quantity(enum m2_cost_item item, const struct m2_job *job)
{
    return rules[item].quantity(job);
}
