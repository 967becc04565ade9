#include <stdlib.h>
#include <string.h>

#include "analyze/failure/catalogue.h"
#include "analyze/names.h"
#include "analyze/workflow/runs.h"
#include "m2/str.h"

#define SHOWN 3
#define MAX_TEXT 600

static int by_slug_then_newest(const void *x, const void *y)
{
    const struct m2_failed_run *a = x, *b = y;
    int c = strcmp(a->slug, b->slug);
    if (c)
        return c;
    if (a->at_ms != b->at_ms)
        return a->at_ms > b->at_ms ? -1 : 1;
    c = strcmp(m2_str_or(a->task_arn, ""), m2_str_or(b->task_arn, ""));
    if (!c)
        c = strcmp(m2_str_or(a->execution, ""), m2_str_or(b->execution, ""));
    return c ? c : strcmp(m2_str_or(a->text, ""), m2_str_or(b->text, ""));
}

static void add_commands(struct m2_check_run *r, struct m2_finding *f, const struct m2_failed_run *run)
{
    struct m2_denial d = { 0 };
    if (m2_failure_denial(&d, r->arena, run->text)) {
        m2_found_fix(r, f, "%s", m2_failure_denial_fix(r->arena, &d, "the role"));
        m2_found_about(r, f, d.action);
    }
    const struct m2_value *task = m2_run_task(r->arena, run);
    const char *stream = NULL, *group = task ? m2_run_log(&stream, r->arena, r->snap, task) : NULL;
    if (group && stream && m2_run_started(task)) {
        m2_found_command(r, f, "aws logs get-log-events --log-group-name %s --log-stream-name %s --limit 50",
                         m2_word(r->arena, group), m2_word(r->arena, stream));
        return;
    }
    if (run->execution)
        m2_found_command(r, f,
                         "aws stepfunctions get-execution-history --reverse-order --max-results 20 "
                         "--execution-arn %s",
                         m2_word(r->arena, run->execution));
    else if (run->task_arn && run->cluster)
        m2_found_command(r, f, "aws ecs describe-tasks --cluster %s --tasks %s",
                         m2_word(r->arena, run->cluster), m2_word(r->arena, run->task_arn));
}

static void say_where(struct m2_check_run *r, struct m2_finding *f, const struct m2_failed_run *run,
                      bool newest)
{
    const struct m2_value *task = m2_run_task(r->arena, run);
    const char *path = run->of_task && !run->execution                          ? "tasks[]"
                       : m2_str_eq(run->call->operation, "GetExecutionHistory") ? "events[]"
                                                                                : "cause";
    m2_found_evidence(r, f, run->call, path, task ? m2_run_why(r->arena, task) : run->evidence);
    struct m2_value *where = task && newest ? m2_run_where(r->arena, r->snap, task) : NULL;
    if (m2_v_len(where))
        m2_found_evidence(r, f, run->call, path, where);
}

static void report_group(struct m2_check_run *r, const struct m2_failed_run *runs, size_t n, const char *noun)
{
    const struct m2_failed_run *newest = &runs[0];
    const struct m2_cause *cause = m2_cause_find(newest->slug);
    struct m2_finding *f = m2_found(r, cause ? cause->status : M2_FAIL, newest->slug, newest->slug);
    f->count = (int64_t)n;
    f->at_ms = newest->at_ms;
    f->first_ms = runs[n - 1].at_ms;
    m2_found_detail(r, f, "%zu %s%s %s like this%s%s%s. AWS says: %.*s%s", n, noun, n == 1 ? "" : "s",
                    f->status == M2_FAIL ? "failed" : "ended", newest->state ? ", last in state " : "",
                    m2_str_or(newest->state, ""), n == 1 ? "" : " (newest shown)", MAX_TEXT, newest->text,
                    strlen(newest->text) > MAX_TEXT ? "..." : "");
    for (size_t i = 0; i < n; i++) {
        if (i < SHOWN)
            say_where(r, f, &runs[i], i == 0);
        m2_run_about(r, f, &runs[i]);
    }
    add_commands(r, f, newest);
}

void m2_runs_report(struct m2_check_run *r, const struct m2_failed_runs *runs, bool of_task, const char *noun)
{
    struct m2_failed_run *sorted = m2_arena_new_array(r->arena, struct m2_failed_run, runs->list.len);
    size_t n = 0;
    for (size_t i = 0; i < runs->list.len; i++)
        if (!of_task || runs->list.at[i].of_task)
            sorted[n++] = runs->list.at[i];
    if (n)
        qsort(sorted, n, sizeof sorted[0], by_slug_then_newest);
    for (size_t from = 0, to; from < n; from = to) {
        to = from + 1;
        while (to < n && m2_str_eq(sorted[to].slug, sorted[from].slug))
            to++;
        report_group(r, &sorted[from], to - from, noun);
    }
}
