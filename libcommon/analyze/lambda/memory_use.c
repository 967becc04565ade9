/* lambda.memory-use: is the memory that the function has near to what its runs use, or far from it? Only runs
 * with the memory that is set now count: those before tell of another function. */
#include "analyze/lambda/lambda.h"

#include "m2/cost.h"
#include "m2/str.h"

#define MEMORY_MIN_MB 128
#define MEMORY_MAX_MB 10240
#define NEAR_PERCENT 90
#define OVERSIZED_PERCENT 40
#define ENOUGH_RUNS 5 /* one small job says nothing about the next */
#define STEP_MB 64

struct use {
    struct m2_arena *a;
    int64_t set_mb;
    size_t runs, killed;
    int64_t most_mb, billed_ms;
    double longest_init_ms;
    const struct m2_call *call; /* of the run that used most, or that was killed last */
    const char *path, *message;
};

/* Killed by the kernel: Lambda names it so, or the process was killed with all of the memory in use. */
static bool out_of_memory(const struct m2_run_report *r)
{
    return m2_str_eq(r->error_type, "Runtime.OutOfMemory") ||
           (r->status && r->used_mb >= 0 && r->memory_mb > 0 && r->used_mb >= r->memory_mb - 1 &&
            !m2_str_eq(r->status, "timeout"));
}

static void take(void *user, const struct m2_run_report *r, const struct m2_call *call, size_t event)
{
    struct use *u = user;
    bool killed = out_of_memory(r);
    if (r->used_mb < 0 || r->memory_mb != u->set_mb)
        return;
    u->runs++;
    u->billed_ms += r->billed_ms > 0 ? r->billed_ms : 0;
    if (r->init_ms > u->longest_init_ms)
        u->longest_init_ms = r->init_ms;
    if (killed || (!u->killed && r->used_mb > u->most_mb)) {
        u->call = call;
        u->path = m2_arena_printf(u->a, "events[%zu].message", event);
        u->message = m2_v_str(m2_v_at(m2_v_get(call->output, "events"), event), "message");
    }
    u->killed += killed;
    if (r->used_mb > u->most_mb)
        u->most_mb = r->used_mb;
}

/* A quarter more than was used, in whole steps. */
static int64_t enough_mb(int64_t used_mb)
{
    int64_t mb = (used_mb * 5 / 4 + STEP_MB - 1) / STEP_MB * STEP_MB;
    return mb < MEMORY_MIN_MB ? MEMORY_MIN_MB : mb > MEMORY_MAX_MB ? MEMORY_MAX_MB : mb;
}

/* What the runs cost at list price with MB of memory; false where the region has no price. */
static bool cost_of(m2_pico *out, const struct m2_check_run *r, const struct m2_job_function *f, int64_t mb,
                    int64_t ms)
{
    struct m2_prices prices;
    struct m2_rates rates;
    struct m2_bill bill;
    struct m2_err err = { 0 };
    bool arm = m2_str_eq(m2_v_text(m2_v_path(f->config, "Architectures[0]")), "arm64");
    const struct m2_job job = { .platform = M2_LAMBDA,
                                .memory_gb10 = mb * M2_GB_SCALE / 1024,
                                .duration_ms = ms };
    if (m2_prices_builtin(&prices, r->arena, &err) < 0 ||
        m2_rates_find(&rates, &prices, m2_str_or(r->snap->region, ""), M2_LAMBDA, arm ? M2_ARM64 : M2_X86_64,
                      NULL, &err) < 0 ||
        m2_bill_job(&bill, &rates, &job, &err) < 0)
        return false;
    *out = bill.compute;
    return true;
}

static const char *saving(struct m2_check_run *r, const struct m2_job_function *f, const struct use *u,
                          int64_t mb)
{
    m2_pico now, then;
    char shown[M2_DECIMAL_SIZE];
    if (!cost_of(&now, r, f, u->set_mb, u->billed_ms) || !cost_of(&then, r, f, mb, u->billed_ms) ||
        then >= now)
        return "";
    m2_pico_show(shown, now - then);
    return m2_arena_printf(
        r->arena,
        " These runs would have cost $%s less with %lld MB, if they took no longer: Lambda gives "
        "processor time in proportion to memory.",
        shown, (long long)mb);
}

static struct m2_finding *told(struct m2_check_run *r, enum m2_status status, const struct m2_job_function *f,
                               const char *cause, const struct use *u, int64_t mb)
{
    struct m2_finding *it = m2_found(r, status, f->name, cause);
    m2_found_evidence(r, it, u->call, u->path, m2_v_string(r->arena, m2_str_or(u->message, "")));
    m2_found_about(r, it, m2_v_str(f->config, "FunctionArn"));
    if (mb != u->set_mb)
        m2_found_command(r, it,
                         "aws lambda update-function-configuration --function-name %s --memory-size %lld",
                         m2_word(r->arena, f->name), (long long)mb);
    return it;
}

static void judge(struct m2_check_run *r, const struct m2_job_function *f, const struct use *u)
{
    long long set = u->set_mb, most = u->most_mb;
    int64_t more = u->set_mb * 2 < MEMORY_MAX_MB ? u->set_mb * 2 : MEMORY_MAX_MB,
            less = enough_mb(u->most_mb);
    if (u->killed) {
        struct m2_finding *it = told(r, M2_FAIL, f, "lambda.out-of-memory", u, more);
        m2_found_detail(r, it,
                        "%zu of the %zu runs that its log tells ended because %s has no more than %lld MB.",
                        u->killed, u->runs, f->name, set);
    } else if (most * 100 >= set * NEAR_PERCENT) {
        struct m2_finding *it = told(r, M2_WARN, f, "lambda.memory-near", u, more);
        m2_found_detail(r, it, "A run of %s used %lld of its %lld MB.", f->name, most, set);
    } else if (most * 100 < set * OVERSIZED_PERCENT && u->runs >= ENOUGH_RUNS && less < u->set_mb) {
        struct m2_finding *it = told(r, M2_WARN, f, "lambda.memory-oversized", u, less);
        m2_found_detail(r, it,
                        "None of the %zu runs that its log tells used more than %lld of the %lld MB of %s.%s",
                        u->runs, most, set, f->name, saving(r, f, u, less));
    } else {
        m2_found_pass(r, f->name, "%zu %s of %s used at most %lld of its %lld MB%s.", u->runs,
                      u->runs == 1 ? "run" : "runs", f->name, most, set,
                      u->longest_init_ms > 0 ? m2_arena_printf(r->arena, "; the slowest start took %.1f s",
                                                               u->longest_init_ms / 1000)
                                             : "");
    }
}

/* A log that is not there tells of no run. */
static void no_runs(struct m2_check_run *r, const struct m2_job_function *f, const struct m2_call *log)
{
    struct m2_look look = m2_lambda_log_unread(r->arena, log);
    if (look.seen == M2_UNSEEN)
        m2_found_unseen(r, f->name, &look);
    else
        m2_found_skip(r, f->name, "The log of %s tells of no run with the memory that it has now.", f->name);
}

static void memory_use(struct m2_check_run *r, const struct m2_job_function *f)
{
    struct use u = { .a = r->arena };
    const struct m2_call *log;
    if (!m2_v_int_of(f->config, "MemorySize", &u.set_mb) || u.set_mb < 1) {
        m2_found_skip(r, f->name, "The answer about %s does not say its memory.", f->name);
        return;
    }
    m2_lambda_each_report(&log, r->snap, r->arena, f, take, &u);
    if (u.runs)
        judge(r, f, &u);
    else
        no_runs(r, f, log);
}

void m2_lambda_memory_use(struct m2_check_run *r)
{
    m2_each_function(r, memory_use);
}
