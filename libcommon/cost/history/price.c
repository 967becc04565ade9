#include "cost/cell.h"
#include "m2/history.h"
#include "m2/str.h"

static const struct m2_rates *rates_of(struct m2_history_prices *p, const struct m2_job *usage,
                                       struct m2_err *err)
{
    struct m2_rates *rates = &p->rates[usage->platform][usage->arch];
    bool *found = &p->found[usage->platform][usage->arch];
    if (!*found &&
        m2_rates_find(rates, p->prices, p->region, usage->platform, usage->arch, p->without, err) < 0)
        return NULL;
    *found = true;
    return rates;
}

static int64_t cheapest_of(struct m2_history_prices *p, const struct m2_job *usage,
                           const struct m2_rates *rates, const struct m2_bill *bill)
{
    struct m2_err none = { 0 };
    struct m2_job elsewhere = *usage;
    elsewhere.platform = usage->platform == M2_LAMBDA ? M2_FARGATE : M2_LAMBDA;
    return m2_cell_cheapest(usage, (int64_t)bill->total, rates, rates_of(p, &elsewhere, &none));
}

int m2_history_price(struct m2_priced *out, struct m2_bill *sum, struct m2_bill *bills,
                     struct m2_history_prices *p, const struct m2_history_job *job, struct m2_err *err)
{
    struct m2_bill all = { 0 };
    int64_t duration_ms = 0, cheapest = 0;
    for (size_t i = 0; i < job->runs.len; i++) {
        const struct m2_job *usage = &job->runs.at[i].usage;
        const struct m2_rates *rates = rates_of(p, usage, err);
        if (!rates || m2_bill_job(&bills[i], rates, usage, err) < 0 || m2_bill_add(&all, &bills[i], err) < 0)
            return -1;
        duration_ms += usage->duration_ms;
        if (bills[i].total > INT64_MAX / 2 ||
            __builtin_add_overflow(cheapest, cheapest_of(p, usage, rates, &bills[i]), &cheapest))
            return m2_fail(err, M2_ELIMIT, "job %.60s: the amount is larger than can be counted", job->id);
    }
    if (all.total > INT64_MAX)
        return m2_fail(err, M2_ELIMIT, "job %.60s: the amount is larger than can be counted", job->id);
    const struct m2_job *last = &job->runs.at[job->runs.len - 1].usage;
    *out = (struct m2_priced){ .id = m2_bytes_of(job->id),
                               .region = m2_bytes_of(p->region),
                               .platform = last->platform,
                               .arch = last->arch,
                               .cpu_units = last->cpu_units,
                               .memory_gb10 = last->memory_gb10,
                               .started_ms = job->started_ms,
                               .duration_ms = duration_ms,
                               .failed = job->outcome != M2_OUT_SUCCEEDED,
                               .estimated = job->estimated,
                               .compute = (int64_t)all.compute,
                               .other = (int64_t)all.other,
                               .cheapest = cheapest };
    *sum = all;
    return 0;
}
