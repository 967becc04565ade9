/* Runs of functions: the report that Lambda wrote about each, else the times of its events. */
#include <string.h>

#include "cost/history/parts.h"
#include "m2/str.h"

#define SLACK_US                                                                                             \
    INT64_C(2000000) /* clocks of two services; a report may be written a moment after the answer */
#define GB10_PER_MB (M2_GB_SCALE / 1024)

/* Errors after which nothing ran. Source: AWS Step Functions Developer Guide (error handling), Lambda API
 * reference (Invoke). */
static const char *const refusals[] = { "Lambda.TooManyRequestsException",
                                        "Lambda.ResourceNotFoundException",
                                        "Lambda.AccessDeniedException",
                                        "Lambda.InvalidParameterValueException",
                                        "Lambda.RequestTooLargeException",
                                        "Lambda.ResourceConflictException",
                                        "Lambda.EC2ThrottledException",
                                        "Lambda.KMSAccessDeniedException",
                                        "States.Permissions",
                                        "States.Runtime",
                                        NULL };

static bool was_refused(const struct m2_try *t)
{
    const char *const *r = refusals;
    while (*r && !m2_str_eq_ci(*r, t->error))
        r++;
    return *r != NULL;
}

/* ---- the report of a try ---- */

static struct m2_logged_run *by_request(struct m2_called *f, const char *id)
{
    const size_t *at = id ? m2_strmap_find(&f->by_request, id) : NULL;
    return at && *at && !f->runs.at[*at - 1].taken ? &f->runs.at[*at - 1] : NULL;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

/* First run that ended at AT or later. */
static size_t ended_from(const struct m2_logged_runs *runs, int64_t at_us)
{
    size_t low = 0, high = runs->len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (runs->at[middle].end_us < at_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The free run that lies in the try's time and ended nearest to its end. *UNSURE: another one of another
 * price lies there too. */
static struct m2_logged_run *by_time(struct m2_called *f, const struct m2_try *t, bool *unsure)
{
    int64_t from = (t->started_us ? t->started_us : t->scheduled_us) - SLACK_US, to = t->ended_us + SLACK_US;
    struct m2_logged_run *best = NULL;
    *unsure = false;
    for (size_t i = ended_from(&f->runs, from); i < f->runs.len && f->runs.at[i].end_us <= to; i++) {
        struct m2_logged_run *run = &f->runs.at[i];
        if (run->taken || run->claimed || run->begin_us < from)
            continue;
        if (best && best->report.billed_ms != run->report.billed_ms)
            *unsure = true;
        if (!best || distance(run->end_us, t->ended_us) < distance(best->end_us, t->ended_us))
            best = run;
    }
    return best;
}

static const char *request_of(const struct m2_try *t)
{
    const char *id = m2_v_pstr(t->result, "SdkResponseMetadata.RequestId");
    return id ? id : m2_v_pstr(t->submitted, "SdkResponseMetadata.RequestId");
}

/* ---- what it cost ---- */

struct measured {
    int64_t billed_ms, memory_mb;
    const char *request, *estimated;
};

static int64_t event_ms(const struct m2_try *t)
{
    int64_t from = t->started_us ? t->started_us : t->scheduled_us;
    int64_t to = t->submitted_us ? t->submitted_us : t->ended_us; /* waiting for a token is not running */
    int64_t ms = from && to > from ? (to - from + 999) / 1000 : 0;
    return ms < M2_LAMBDA_MAX_MS ? ms : M2_LAMBDA_MAX_MS;
}

/* False: nothing ran, or nothing can be said of it. */
static bool measure(struct measured *m, struct m2_history_world *w, struct m2_history_job *job,
                    struct m2_called *f, const struct m2_try *t)
{
    const char *id = request_of(t);
    bool unsure = false;
    struct m2_logged_run *run = id ? by_request(f, id) : by_time(f, t, &unsure);
    if (run) {
        run->taken = true;
        *m = (struct measured){ run->report.billed_ms, run->report.memory_mb, run->report.request_id, NULL };
    } else if (t->end == M2_TRY_NEVER_RAN || was_refused(t)) {
        return false;
    } else {
        *m = (struct measured){ event_ms(t), -1, id ? m2_arena_strdup(w->a, id) : NULL,
                                "its report is not in the log: time of its events" };
        w->count[M2_N_RUN_TIMES]++;
    }
    if (unsure) {
        m->estimated = "several runs of the moment have no request id to tell them apart";
        w->count[M2_N_RUN_UNSURE]++;
    }
    if (m->memory_mb <= 0)
        m->memory_mb = f->memory_mb;
    if (m->memory_mb > 0)
        return true;
    m2_history_note(w, job, M2_N_NO_SIZE,
                    "A run of function %s is not billed here: nothing tells its memory.", f->name);
    return false;
}

/* What chooses between Lambda and Fargate: a state that a Choice follows, or whose name says so. */
static bool is_selector(const struct m2_history_world *w, const struct m2_called *f, const struct m2_try *t)
{
    const struct m2_value *state = m2_history_state(w, t->state);
    const struct m2_value *next = m2_history_state(w, m2_v_str(state, "Next"));
    return m2_str_has_ci(t->state, "select") || m2_str_has_ci(f->name, "selector") ||
           m2_str_eq(m2_v_str(next, "Type"), "Choice");
}

static void add_selected(struct m2_selected *to, const struct measured *m)
{
    if (!to->mb)
        to->mb = m->memory_mb;
    /* Another size, after an update between two tries: as many ms of the first size, rounded up. */
    to->ms += m->memory_mb == to->mb ? m->billed_ms : (m->billed_ms * m->memory_mb + to->mb - 1) / to->mb;
    to->requests++;
}

static struct m2_called *function_of(struct m2_history_world *w, const struct m2_try *t)
{
    const char *name = m2_v_str(t->parameters, "FunctionName");
    if (!name && t->resource && strstr(t->resource, ":function:"))
        name = t->resource;
    return name ? m2_history_called(w, name) : NULL;
}

void m2_history_claim(struct m2_history_world *w, const struct m2_try *t)
{
    struct m2_called *f = function_of(w, t);
    struct m2_logged_run *run = f ? by_request(f, request_of(t)) : NULL;
    if (run)
        run->claimed = true;
}

void m2_history_function(struct m2_history_world *w, struct m2_history_job *job, struct m2_selected *selected,
                         const struct m2_try *t)
{
    struct measured m;
    struct m2_called *f = function_of(w, t);
    if (!f || !measure(&m, w, job, f, t))
        return;
    if (is_selector(w, f, t)) {
        job->estimated = job->estimated || m.estimated;
        add_selected(selected, &m);
        return;
    }
    struct m2_history_run run = {
        .state = t->state, .failed = t->end != M2_TRY_DONE, .resource = m.request, .estimated = m.estimated
    };
    run.started_ms = (t->started_us ? t->started_us : t->scheduled_us) / 1000;
    m2_job_usual(&run.usage, M2_LAMBDA);
    run.usage.arch = f->arch;
    run.usage.memory_gb10 = m.memory_mb * GB10_PER_MB;
    run.usage.duration_ms = m.billed_ms;
    run.usage.disk_gb10 = f->tmp_gb10;
    if (!f->config)
        w->count[M2_N_NO_ARCH]++;
    m2_vec_push(w->a, &job->runs, run);
}
