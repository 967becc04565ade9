/* m2_jobcsv_run as forecasts use it: every job, in the order of the file. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "m2/jobcsv.h"
#include "m2/mem.h"

static char path[] = "/tmp/m2-jobs-XXXXXX";
static struct m2_arena *a;
static struct m2_prices prices;

static void begin(void)
{
    struct m2_err err = { 0 };
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    (void)close(fd);
    a = m2_arena_new();
    cr_assert_eq(m2_prices_builtin(&prices, a, &err), 0, "%s", err.msg);
}

static void end(void)
{
    (void)unlink(path);
    m2_arena_free(a);
}

TestSuite(jobcsv_run, .init = begin, .fini = end);

struct seen {
    int n, stop;
    m2_pico total, cheapest;
    uint64_t done, jobs; /* by progress */
};

static void on_progress(void *user, uint64_t done, uint64_t all, uint64_t jobs)
{
    struct seen *s = user;
    cr_assert(done >= s->done && done <= all && jobs >= s->jobs);
    s->done = done;
    s->jobs = jobs;
}

static int on_job(void *user, const struct m2_priced *job, const struct m2_job *usage, struct m2_err *err)
{
    struct seen *s = user;
    char id[20], who[20];
    cr_assert(usage->duration_ms > 0);
    (void)snprintf(id, sizeof id, "job-%d", s->n);
    (void)snprintf(who, sizeof who, "u%d", s->n % 7);
    cr_assert(job->id.n == strlen(id) && memcmp(job->id.p, id, job->id.n) == 0, "%.*s is not %s",
              (int)job->id.n, job->id.p, id);
    cr_assert(job->user.n == strlen(who) && memcmp(job->user.p, who, job->user.n) == 0);
    cr_assert(job->platform == M2_LAMBDA && job->cpu_units == 0 && job->memory_gb10 == 2 * M2_GB_SCALE);
    cr_assert(job->started_ms == INT64_C(1000) * s->n && job->duration_ms == s->n % 900 + 1 && !job->failed &&
              !job->estimated);
    cr_assert(job->region.n == 9 && memcmp(job->region.p, "us-east-1", 9) == 0);
    s->n++;
    s->total += job->compute + job->other;
    s->cheapest += job->cheapest;
    return s->n == s->stop ? m2_fail(err, M2_EINPUT, "stopped at %d", s->n) : 0;
}

/* QUOTE every Nth id: libcsv's fields are gone when its next record comes. */
static void write_jobs(int n, int quote)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f);
    (void)fprintf(f, "user,job_id,started_at,platform,vcpu,memory_gb,duration_ms\n");
    for (int i = 0; i < n; i++) {
        const char *q = quote && i % quote == 0 ? "\"" : "";
        (void)fprintf(f, "u%d,%sjob-%d%s,%d,lambda,,2,%d\n", i % 7, q, i, q, i, i % 900 + 1);
    }
    cr_assert_eq(fclose(f), 0);
}

Test(jobcsv_run, each_job_is_told_in_order)
{
    static const size_t threads[] = { 1, 2, 5 };
    for (int quote = 0; quote < 3000; quote = quote * 10 + 2)
        for (size_t t = 0; t < 3; t++) {
            struct seen seen = { 0 };
            struct m2_jobcsv_result result;
            struct m2_err err = { 0 };
            write_jobs(30000, quote);
            const struct m2_jobcsv job = { .path = path,
                                           .prices = &prices,
                                           .region = "us-east-1",
                                           .threads = threads[t],
                                           .sys = m2_sys_real(),
                                           .progress = on_progress,
                                           .each = on_job,
                                           .user = &seen };
            cr_assert_eq(m2_jobcsv_run(&result, &job, &err), 0, "%s", err.msg);
            struct m2_tally all = m2_summary_total(result.summary);
            cr_expect(seen.n == 30000 && all.jobs == 30000 && seen.jobs == 30000 && result.bad == 0);
            cr_expect(seen.total == all.compute + all.other &&
                      seen.cheapest == m2_summary_cheapest(result.summary));
            cr_expect(result.column[M2_F_USER] && !result.column[M2_F_ARCH]);
            cr_expect_str_eq(result.column[M2_F_DURATION]->name, "duration_ms");
            m2_summary_free(result.summary);
        }
}

Test(jobcsv_run, what_each_says_ends_it)
{
    struct seen seen = { .stop = 12345 };
    struct m2_jobcsv_result result;
    struct m2_err err = { 0 };
    write_jobs(30000, 0);
    const struct m2_jobcsv job = { .path = path,
                                   .prices = &prices,
                                   .region = "us-east-1",
                                   .threads = 3,
                                   .sys = m2_sys_real(),
                                   .each = on_job,
                                   .user = &seen };
    cr_assert_eq(m2_jobcsv_run(&result, &job, &err), -1);
    cr_expect_str_eq(err.msg, "stopped at 12345");
    cr_expect_eq(seen.n, 12345);
}

static bool stop_at_once(void *ctx)
{
    (void)ctx;
    return true;
}

Test(jobcsv_run, an_interrupt_ends_it)
{
    struct m2_sys sys = *m2_sys_real();
    sys.cancelled = stop_at_once;
    struct m2_jobcsv_result result;
    struct m2_err err = { 0 };
    write_jobs(10, 0);
    const struct m2_jobcsv job = { .path = path, .prices = &prices, .region = "us-east-1", .sys = &sys };
    cr_assert_eq(m2_jobcsv_run(&result, &job, &err), -1);
    cr_expect_eq(err.code, M2_ECANCELLED);
}
