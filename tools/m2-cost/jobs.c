/* m2-cost jobs: a job history in CSV, priced. */
#include <stdio.h>

#include "cost.h"
#include "m2/jobcsv.h"
#include "m2/str.h"

struct jobs {
    struct cost_run *run;
    const char *name; /* of the file, as people are told */
    struct m2_jobcsv_result result;
};

static void on_progress(void *user, uint64_t done, uint64_t all, uint64_t count)
{
    struct jobs *j = user;
    char text[200];
    if (all)
        (void)snprintf(text, sizeof text, "%s: %llu of %llu MB, %llu jobs", j->name,
                       (unsigned long long)(done >> 20), (unsigned long long)((all + (1 << 20) - 1) >> 20),
                       (unsigned long long)count);
    else
        (void)snprintf(text, sizeof text, "%s: %llu MB, %llu jobs", j->name, (unsigned long long)(done >> 20),
                       (unsigned long long)count);
    m2_progress_update(j->run->progress, text);
}

/* What is taken for granted because the file has no column for it. */
static const struct {
    enum m2_job_field field;
    const char *sentence;
} assumptions[] = {
    { M2_F_EPHEMERAL, "no ephemeral_gb: the free disk was enough (20 GB on Fargate, 0.5 GB on Lambda)" },
    { M2_F_ARCH, "no arch: x86_64" },
    { M2_F_REGION, "no region: all jobs ran in " }, /* the one in use */
    { M2_F_INPUT, "no input_mb: the input is one S3 object of at most 8 MB, read with one GET" },
    { M2_F_OUTPUT, "no output_mb: the result is one S3 object of at most 8 MB, written with one PUT; its "
                   "download is not counted" },
    { M2_F_LOG, "no log_mb: 64 KiB of logs" },
    { M2_F_TRANSITIONS,
      "no transitions: 3 states entered (SelectPlatform, the choice, the run), no retries" },
    { M2_F_REQUESTS, "no requests: one for a job on Lambda" },
    { M2_F_SELECTOR_MS, "the platform selector ran once for 342 ms with 128 MB" },
    { M2_F_PUBLIC_IP, "a task on Fargate had a public IPv4 address; nothing went through a NAT gateway or "
                      "interface endpoints, and the "
                      "image came from the same region" },
    { M2_F_COUNT, "storage in S3 is not part of a job's cost here" },
};

static void say_assumed(struct m2_doc *d, struct m2_value *summary, const struct jobs *j)
{
    struct m2_arena *a = j->run->arena;
    struct m2_value *list = m2_v_array(a);
    m2_doc_heading(d, "What was assumed");
    for (size_t i = 0; i < sizeof assumptions / sizeof assumptions[0]; i++) {
        enum m2_job_field field = assumptions[i].field;
        if (field != M2_F_COUNT && j->result.column[field])
            continue;
        const char *text = field == M2_F_REGION
                               ? m2_arena_printf(a, "%s%s", assumptions[i].sentence, j->run->region.value)
                               : assumptions[i].sentence;
        m2_doc_item(d, "%s", text);
        m2_v_push(a, list, m2_v_string(a, text));
    }
    m2_doc_text(d, "An empty field counts as an absent column.");
    m2_v_set(a, summary, "assumed", list);
}

static void say_bad(struct m2_doc *d, struct m2_value *summary, const struct jobs *j)
{
    struct m2_arena *a = j->run->arena;
    struct m2_value *list = m2_v_array(a);
    const uint64_t bad = j->result.bad;
    m2_v_set_int(a, summary, "bad_rows", (int64_t)bad);
    m2_v_set(a, summary, "bad", list);
    if (!bad)
        return;
    m2_doc_warning(d, "%llu row%s could not be priced and %s left out.", (unsigned long long)bad,
                   bad == 1 ? "" : "s", bad == 1 ? "is" : "are");
    for (size_t i = 0; i < bad && i < M2_JOBCSV_SHOWN; i++) {
        const struct m2_bad_row *row = &j->result.shown[i];
        struct m2_value *v = m2_v_object(a);
        m2_doc_item(d, "line %llu: %s", (unsigned long long)row->line, row->reason);
        m2_v_set_int(a, v, "line", (int64_t)row->line);
        m2_v_set_str(a, v, "reason", row->reason);
        m2_v_push(a, list, v);
    }
    if (bad > M2_JOBCSV_SHOWN)
        m2_doc_item(d, "and %llu more", (unsigned long long)(bad - M2_JOBCSV_SHOWN));
}

static int say_budget(struct cost_result *out, const struct jobs *j, struct m2_err *err)
{
    bool given;
    m2_pico budget;
    char text[M2_DECIMAL_SIZE];
    const struct m2_tally all = m2_summary_total(j->result.summary);
    if (cost_budget(&given, &budget, j->run, err) < 0)
        return -1;
    if (!given)
        return 0;
    const bool passed = all.compute + all.other > budget;
    m2_pico_show(text, budget);
    if (passed)
        m2_doc_warning(out->doc, "the total passes the budget of %s USD.", text);
    else
        m2_doc_text(out->doc, "The total is within the budget of %s USD.", text);
    cost_json_usd(j->run->arena, out->json, "budget_usd", budget);
    m2_v_set_bool(j->run->arena, out->json, "budget_passed", passed);
    out->status = passed ? M2_EXIT_FOUND : M2_EXIT_OK;
    return 0;
}

static int say(struct cost_result *out, const struct jobs *j, struct m2_err *err)
{
    struct m2_arena *a = j->run->arena;
    const struct m2_tally all = m2_summary_total(j->result.summary);
    struct m2_value *summary;
    char usd[M2_DECIMAL_SIZE];
    out->doc = m2_doc_new(a, m2_arena_printf(a, "Cost of the jobs in %s", j->name));
    out->json = cost_json(j->run);
    m2_fixed_print(usd, all.compute + all.other, 12, 2, 2);
    if (all.compute + all.other < (m2_pico)M2_PICO_PER_USD * 100)
        m2_pico_show(usd, all.compute + all.other);
    m2_doc_lead(out->doc, "%llu job%s cost %s USD.", (unsigned long long)all.jobs, all.jobs == 1 ? "" : "s",
                usd);
    if (say_budget(out, j, err) < 0 ||
        cost_say_summary(&summary, out->doc, out->json, j->run, j->result.summary, err) < 0)
        return -1;
    say_bad(out->doc, summary, j);
    say_assumed(out->doc, summary, j);
    cost_note_prices(out->doc, j->run);
    out->unsure = m2_v_bool_or(out->json, "incomplete", false);
    return 0;
}

static int check_options(const struct cost_run *run, struct m2_err *err)
{
    const struct cost_args *args = run->args;
    bool given;
    m2_pico budget;
    if (args->operands.v.len != 1)
        return m2_fail(err, M2_EUSAGE, "jobs takes one FILE (- is standard input), not %zu",
                       args->operands.v.len);
    if (m2_str_eq(args->per_job, "-") && !args->common.output)
        return m2_fail(err, M2_EUSAGE,
                       "--per-job - writes to standard output, so the report needs --output FILE");
    return cost_budget(&given, &budget, run, err);
}

int cost_jobs(struct cost_result *out, struct cost_run *run, struct m2_err *err)
{
    const struct cost_args *args = run->args;
    struct jobs j = { .run = run };
    if (check_options(run, err) < 0)
        return -1;
    const char *path = args->operands.v.at[0];
    j.name = m2_str_eq(path, "-") ? "standard input" : path;
    m2_progress_phase(run->progress, m2_arena_printf(run->arena, "pricing the jobs in %s", j.name));
    const struct m2_jobcsv csv = { .path = path,
                                   .per_job = args->per_job,
                                   .prices = &run->prices,
                                   .region = run->region.value,
                                   .without = run->without,
                                   .max_bad = args->max_bad,
                                   .threads = args->threads,
                                   .sys = run->world->sys,
                                   .progress = on_progress,
                                   .user = &j };
    if (m2_jobcsv_run(&j.result, &csv, err) < 0)
        return -1;
    int rc = say(out, &j, err);
    m2_summary_free(j.result.summary);
    return rc;
}
