/* A price list that is read bills any job: the total is the sum of its lines, nothing is negative, more costs
 * no less, and a month of one job at first-tier prices is that job. */
#include <string.h>

#include "fuzz.h"
#include "m2/cost.h"
#include "m2/json.h"

#define NUMBERS 12

static void read_job(struct m2_job *job, const uint8_t *data)
{
    int64_t n[NUMBERS];
    memcpy(n, data, sizeof n);
    m2_job_usual(job, (enum m2_platform)((uint64_t)n[0] % M2_PLATFORM_COUNT));
    job->arch = (enum m2_arch)((uint64_t)n[1] % M2_ARCH_COUNT);
    int64_t *const fields[] = { &job->cpu_units,      &job->memory_gb10, &job->duration_ms, &job->disk_gb10,
                                &job->transitions,    &job->requests,    &job->log_mb9,     &job->nat_mb9,
                                &job->kept_mb_hours9, &job->selector_ms };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        *fields[i] = n[2 + i] & INT64_MAX;
}

static void check_bill(const struct m2_rates *rates, struct m2_job *job)
{
    struct m2_bill bill, longer;
    struct m2_month month;
    struct m2_err err = { 0 };
    if (m2_bill_job(&bill, rates, job, &err) < 0) {
        fuzz_require(err.code == M2_ELIMIT, "%s", err.msg);
        return;
    }
    m2_pico sum = 0;
    for (size_t i = 0; i < M2_C_COUNT; i++) {
        fuzz_require(bill.line[i].cost >= 0, "a negative line");
        fuzz_require(!bill.line[i].missing || bill.line[i].cost == 0, "a cost without a price");
        sum += bill.line[i].cost;
    }
    fuzz_require(sum == bill.total && bill.total == bill.compute + bill.other, "the total is not the sum");
    if (m2_bill_month(&month, rates, job, 1, &err) == 0)
        fuzz_require(month.after_free <= month.list, "allowances cost something");
    job->duration_ms += job->duration_ms < INT64_MAX - 1000 ? 1000 : 0;
    if (m2_bill_job(&longer, rates, job, &err) == 0)
        fuzz_require(longer.total >= bill.total, "a longer job costs less");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < NUMBERS * sizeof(int64_t))
        return 0;
    struct m2_arena *a = m2_arena_new();
    struct m2_value *root = NULL;
    struct m2_prices prices;
    struct m2_err err = { 0 };
    struct m2_bytes text = { (const char *)data + NUMBERS * sizeof(int64_t),
                             size - NUMBERS * sizeof(int64_t) };
    struct m2_job job;
    read_job(&job, data);
    if (m2_json_parse(&root, a, text, "list", &err) == 0 &&
        m2_prices_from_value(&prices, a, root, "list", &err) == 0)
        for (size_t i = 0; i < prices.n_regions; i++) {
            struct m2_rates rates;
            if (m2_rates_find(&rates, &prices, prices.regions[i].name, job.platform, job.arch, NULL, &err) ==
                0)
                check_bill(&rates, &job);
            else
                fuzz_require(err.code == M2_EINPUT && *err.msg, "%d: %s", (int)err.code, err.msg);
        }
    else
        fuzz_require(err.code == M2_EINPUT || err.code == M2_ELIMIT, "%d: %s", (int)err.code, err.msg);
    m2_arena_free(a);
    return 0;
}
