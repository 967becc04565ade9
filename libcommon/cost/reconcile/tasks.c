/* Task by task: were its vCPU-hours and GB-hours billed as they should be? */
#include <stdlib.h>
#include <string.h>

#include "cost/reconcile/parts.h"

static m2_pico off(const struct m2_task_compared *t)
{
    m2_pico d = t->billed - t->expected;
    return d < 0 ? -d : d;
}

static int larger_first(const void *a, const void *b)
{
    m2_pico x = off(a), y = off(b);
    return x != y
               ? (x < y ? 1 : -1)
               : strcmp(((const struct m2_task_compared *)a)->id, ((const struct m2_task_compared *)b)->id);
}

/* Keep the M2_TASKS_SHOWN that are off most. */
static void show(struct m2_reconciliation *out, const struct m2_task_compared *t)
{
    if (out->n_tasks < M2_TASKS_SHOWN)
        out->tasks[out->n_tasks++] = *t;
    else if (larger_first(t, &out->tasks[M2_TASKS_SHOWN - 1]) < 0)
        out->tasks[M2_TASKS_SHOWN - 1] = *t;
    else
        return;
    qsort(out->tasks, out->n_tasks, sizeof *t, larger_first);
}

/* Free or covered hours cost nothing: where the hours agree, the task does. */
static enum m2_verdict judge(const struct rec_task *t, int64_t tolerance)
{
    if (m2_rec_within(t->billed_vcpu, t->expected_vcpu, t->rows, tolerance) &&
        m2_rec_within(t->billed_gb, t->expected_gb, t->rows, tolerance))
        return m2_rec_verdict(t->billed - t->expected, t->expected, t->rows, tolerance);
    if (!t->rows)
        return M2_NOT_BILLED;
    return t->billed < t->expected || t->billed_vcpu < t->expected_vcpu ? M2_BILLED_LESS : M2_BILLED_MORE;
}

void m2_rec_tasks(struct m2_reconciliation *out, struct m2_arena *a, const struct m2_reconcile *r,
                  int64_t tolerance)
{
    out->tasks = m2_arena_new_array(a, struct m2_task_compared, M2_TASKS_SHOWN);
    for (size_t i = 0; i < r->tasks.len; i++) {
        const struct rec_task *t = &r->tasks.at[i];
        if (t->last_day < out->first_day || t->first_day > out->last_day)
            continue;
        if (t->first_day < out->first_day || t->last_day > out->last_day) {
            out->tasks_cut++;
            continue;
        }
        struct m2_task_compared c = { t->id,          judge(t, tolerance), t->expected_vcpu, t->billed_vcpu,
                                      t->expected_gb, t->billed_gb,        t->expected,      t->billed };
        out->tasks_agree += c.verdict == M2_AGREES;
        out->tasks_differ += c.verdict != M2_AGREES;
        out->tasks_not_billed += c.verdict == M2_NOT_BILLED;
        c.id = m2_arena_strdup(a, t->id);
        if (c.verdict != M2_AGREES)
            show(out, &c);
    }
}
