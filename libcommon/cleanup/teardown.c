/* Carrying a plan out: made again, compared with what was agreed to, then step by step. */
#include "cleanup/teardown.h"

#include <string.h>

#include "m2/digest.h"

const char *m2_teardown_state_name(enum m2_teardown_state s)
{
    static const char *const names[] = { "gone", "kept", "left", "unknown", "not-begun" };
    return names[s];
}

void m2_teardown_left(struct m2_teardown_item *t, const char *reason, const char *said)
{
    t->state = M2_END_LEFT;
    t->reason = reason;
    t->said = said;
}

void m2_teardown_good(struct m2_teardown_item *t, enum m2_teardown_state state)
{
    t->state = state;
    t->reason = t->said = "";
    t->command = NULL;
}

const char *m2_teardown_journal(struct m2_arena *a, const struct m2_sys *sys, const char *stack_arn)
{
    char hash[M2_SHA256_HEX];
    const char *dir = m2_state_dir(a, sys);
    m2_sha256_hex(hash, stack_arn, strlen(stack_arn));
    return dir ? m2_arena_printf(a, "%s/cleanup-%.12s.jsonl", dir, hash) : NULL;
}

/* ---- what is new ---- */

/* The same thing in the same place: a name alone may be another thing's by now. */
static bool shown(const struct m2_plan *then, const struct m2_plan_item *item)
{
    for (size_t i = 0; i < then->items.len; i++) {
        const struct m2_plan_item *t = &then->items.at[i];
        if (t->action == item->action && m2_str_eq(t->resource, item->resource) &&
            m2_str_eq(t->type, item->type) && m2_str_eq(t->stack_arn, item->stack_arn) &&
            m2_str_eq(t->logical_id, item->logical_id))
            return true;
    }
    return false;
}

void m2_plan_compare(struct m2_plan_news *out, struct m2_arena *a, const struct m2_plan *then,
                     const struct m2_plan *now)
{
    *out = (struct m2_plan_news){ 0 };
    for (size_t i = 0; i < now->items.len; i++)
        if (now->items.at[i].action != M2_ACT_KEEP && !shown(then, &now->items.at[i]))
            m2_vec_push(a, &out->list, &now->items.at[i]);
}

/* ---- the journal ---- */

#define PLAN "plan"

/* "account 123456789012, region us-east-1, plan 0a1b…": whose journal it is. */
static const char *whose(struct m2_teardown_run *x)
{
    const struct m2_plan *p = &x->out->plan;
    return m2_arena_printf(x->a, "account %s, region %s, plan %s", p->account, p->region, p->hash);
}

bool m2_teardown_unfinished(const struct m2_journal *j, const char *stack_arn)
{
    return m2_journal_open_step(j, PLAN, stack_arn) != NULL;
}

static int check_journal(struct m2_teardown_run *x, struct m2_err *err)
{
    size_t n;
    const struct m2_step *steps = m2_journal_steps(x->opt->journal, &n);
    for (size_t i = 0; i < n; i++)
        if (!m2_str_eq(steps[i].step, PLAN) ? i == 0 : !m2_str_eq(steps[i].resource, x->out->plan.stack_arn))
            return m2_fail(
                err, M2_EINPUT,
                "the journal %s is of something else (%s %s), not of %s; name another with --journal",
                m2_journal_path(x->opt->journal), steps[i].step, steps[i].resource, x->out->plan.stack_arn);
    return 0;
}

/* ---- the steps ---- */

static int nothing(struct m2_teardown_run *x, struct m2_teardown_item *t, struct m2_err *err)
{
    (void)x, (void)t, (void)err;
    return 0;
}

/* By enum m2_action. STOP is done for all at once: a task may belong to an execution of another machine. */
static int (*const actions[M2_ACTIONS])(struct m2_teardown_run *x, struct m2_teardown_item *t,
                                        struct m2_err *err) = {
    [M2_ACT_UNREGISTER] = m2_teardown_unregister,
    [M2_ACT_STOP] = nothing,
    [M2_ACT_DETACH] = m2_teardown_detach,
    [M2_ACT_EMPTY] = m2_teardown_empty,
    [M2_ACT_DELETE_REPOSITORY] = m2_teardown_repository,
    [M2_ACT_DELETE_STACK] = m2_teardown_stack,
    [M2_ACT_DELETE] = nothing,
    [M2_ACT_DELETE_LOGS] = m2_teardown_logs,
    [M2_ACT_KEEP] = nothing,
};

static bool has_action(const struct m2_plan *p, enum m2_action action)
{
    for (size_t i = 0; i < p->items.len; i++)
        if (p->items.at[i].action == action)
            return true;
    return false;
}

static bool stack_is_left(const struct m2_teardown_run *x)
{
    for (size_t i = 0; i < x->out->items.len; i++)
        if (x->out->items.at[i].item->action == M2_ACT_DELETE_STACK &&
            x->out->items.at[i].state == M2_END_LEFT)
            return true;
    return false;
}

/* First of all: were it refused after the buckets are empty, the data would be gone for nothing. */
static int unprotect(struct m2_teardown_run *x, struct m2_err *err)
{
    const char *arn = x->out->plan.stack_arn;
    struct m2_value *input = m2_v_object_of(x->a, "StackName", arn, NULL);
    struct m2_err why = { 0 };
    enum m2_said said;
    if (!x->out->plan.termination_protected || !x->opt->plan.disable_protection)
        return 0;
    m2_v_set_bool(x->a, input, "EnableTerminationProtection", false);
    if (m2_teardown_change(&said, x, "unprotect", arn, "cloudformation", "UpdateTerminationProtection", input,
                           &why, err) < 0)
        return -1;
    return said == M2_SAID_NO
               ? m2_fail(err, why.code,
                         "nothing was deleted: termination protection could not be switched off: %s", why.msg)
               : 0;
}

/* Items are in the order of their actions. While the stack is there its functions write logs. */
static int carry_out(struct m2_teardown_run *x, struct m2_err *err)
{
    if (unprotect(x, err) < 0)
        return -1;
    for (int action = 0; action < M2_ACTIONS; action++) {
        if (action == M2_ACT_STOP && has_action(&x->out->plan, M2_ACT_STOP)) {
            m2_teardown_tell(x, "stopping what runs");
            if (m2_teardown_stop_all(x, err) < 0)
                return -1;
        }
        if (action == M2_ACT_DELETE_LOGS && stack_is_left(x))
            continue;
        for (size_t i = 0; i < x->out->items.len; i++) {
            struct m2_teardown_item *t = &x->out->items.at[i];
            if ((int)t->item->action != action)
                continue;
            if (m2_teardown_may_go_on(x, err) < 0 || actions[action](x, t, err) < 0)
                return -1;
            t->acted = actions[action] != nothing && t->state != M2_END_LEFT;
        }
    }
    return m2_teardown_verify(x, err);
}

/* ---- the run ---- */

static void begin_items(struct m2_teardown_run *x)
{
    for (size_t i = 0; i < x->out->plan.items.len; i++) {
        const struct m2_plan_item *item = &x->out->plan.items.at[i];
        /* What stays because it could not be read is not kept on purpose. */
        bool keep = item->action == M2_ACT_KEEP, unread = m2_str_ends(item->reason, ".unread");
        const struct m2_teardown_item t = { .item = item,
                                            .state = keep && unread ? M2_END_LEFT
                                                     : keep         ? M2_END_KEPT
                                                                    : M2_END_NOT_BEGUN,
                                            .reason = keep ? item->reason : "",
                                            .said = keep ? item->why : "",
                                            .command = item->command };
        m2_vec_push(x->a, &x->out->items, t);
    }
}

static void count(struct m2_teardown *out)
{
    for (size_t i = 0; i < out->items.len; i++)
        out->counts[out->items.at[i].state]++;
}

static int blocked(const struct m2_plan *plan, struct m2_err *err)
{
    if (!plan->blocked.len)
        return 0;
    return m2_fail(err, M2_EDENIED, "nothing was deleted: %s %s", plan->blocked.at[0].said,
                   plan->blocked.at[0].fix);
}

/* Agreed to, allowed, and this stack's journal: from here on things are deleted. */
static int prepare(struct m2_teardown_run *x, struct m2_err *err)
{
    struct m2_snapshot *snap = m2_arena_alloc(x->a, sizeof *snap);
    const char *arn = x->opt->agreed->stack_arn;
    m2_teardown_tell(x, "reading the account once more");
    if (x->opt->read(x->opt->user, snap, x->a, m2_str_empty(arn) ? NULL : arn, err) < 0)
        return -1;
    m2_plan_make_with(&x->out->plan, x->a, snap, &x->opt->plan, x->seam->guards, x->seam->n_guards);
    begin_items(x);
    if (blocked(&x->out->plan, err) < 0)
        return -1;
    if (!m2_str_eq(x->out->plan.stack_arn, arn) || !m2_str_eq(x->out->plan.account, x->opt->agreed->account))
        return m2_fail(err, M2_EDENIED, "nothing was deleted: it is another stack or account than before");
    m2_plan_compare(&x->out->news, x->a, x->opt->agreed, &x->out->plan);
    x->out->changed = x->out->news.list.len > 0;
    return 0;
}

int m2_teardown_with(struct m2_teardown *out, struct m2_arena *a, const struct m2_teardown_options *opt,
                     const struct m2_teardown_seam *seam, struct m2_err *err)
{
    struct m2_teardown_run *x = m2_arena_alloc(a, sizeof *x);
    *out = (struct m2_teardown){ 0 };
    *x = (struct m2_teardown_run){ .a = a, .opt = opt, .seam = seam, .out = out };
    int rc = prepare(x, err);
    if (rc == 0 && !out->changed && m2_plan_work(&out->plan)) {
        rc = check_journal(x, err);
        if (rc == 0)
            rc = m2_teardown_note(x, PLAN, out->plan.stack_arn, M2_STEP_STARTED, whose(x), err);
        if (rc == 0)
            out->begun = true;
        if (rc == 0)
            rc = carry_out(x, err);
        count(out);
        if (rc == 0)
            rc = m2_teardown_note(x, PLAN, out->plan.stack_arn,
                                  out->counts[M2_END_LEFT] + out->counts[M2_END_UNTOLD] ? M2_STEP_FAILED
                                                                                        : M2_STEP_DONE,
                                  NULL, err);
        return rc;
    }
    count(out);
    return rc;
}

static void start(void *ctx, struct m2_arena *a, const struct m2_aws_call *call, m2_aws_done *done,
                  void *user)
{
    m2_aws_start(ctx, a, call, done, user);
}

int m2_teardown_run(struct m2_teardown *out, struct m2_arena *a, const struct m2_teardown_options *opt,
                    struct m2_err *err)
{
    struct m2_teardown_seam seam = { .start = start, .ctx = opt->aws };
    seam.guards = m2_guard_table(&seam.n_guards);
    return m2_teardown_with(out, a, opt, &seam, err);
}

struct m2_value *m2_teardown_to_value(struct m2_arena *a, const struct m2_teardown *t, const char *tool,
                                      const char *version)
{
    struct m2_value *v = m2_plan_to_value(a, &t->plan, tool, version), *items = m2_v_get(v, "items"),
                    *counts = m2_v_object(a);
    for (size_t i = 0; i < t->items.len; i++) {
        const struct m2_teardown_item *one = &t->items.at[i];
        struct m2_value *outcome = m2_v_object(a);
        m2_v_set_str(a, outcome, "state", m2_teardown_state_name(one->state));
        m2_v_set_bool(a, outcome, "step_done", one->acted);
        if (!m2_str_empty(one->reason))
            m2_v_set_str(a, outcome, "reason", one->reason);
        if (!m2_str_empty(one->said))
            m2_v_set_str(a, outcome, "said", one->said);
        m2_v_set(a, m2_v_at(items, i), "outcome", outcome);
    }
    for (int s = 0; s < M2_END_STATES; s++)
        m2_v_set_int(a, counts, m2_teardown_state_name((enum m2_teardown_state)s), (int64_t)t->counts[s]);
    m2_v_set(a, v, "counts", counts);
    m2_v_set_int(a, v, "deleted_versions", (int64_t)t->versions);
    m2_v_set_int(a, v, "deleted_bytes", (int64_t)t->bytes);
    m2_v_set_int(a, v, "aborted_uploads", (int64_t)t->uploads);
    m2_v_set_int(a, v, "attempts", t->attempts);
    return v;
}
