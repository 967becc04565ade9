#include "analyze/engine.h"

#include <stdlib.h>
#include <string.h>

#include "m2/str.h"

/* ---- the order of one check's findings ---- */

static const int weight[M2_STATUS_COUNT] = {
    [M2_FAIL] = 0, [M2_WARN] = 1, [M2_UNKNOWN] = 2, [M2_PASS] = 3, [M2_SKIP] = 4
};

static int by_text(const char *a, const char *b)
{
    return strcmp(m2_str_or(a, ""), m2_str_or(b, ""));
}

/* Newest first where there is a time; then by name, worst first. */
static int settled_order(const void *x, const void *y)
{
    const struct m2_finding *a = *(struct m2_finding *const *)x, *b = *(struct m2_finding *const *)y;
    if (a->at_ms != b->at_ms)
        return a->at_ms > b->at_ms ? -1 : 1;
    int c = by_text(a->resource, b->resource);
    c = c ? c : weight[a->status] - weight[b->status];
    c = c ? c : by_text(a->cause, b->cause);
    c = c ? c : by_text(a->title, b->title);
    return c ? c : by_text(a->detail, b->detail);
}

static bool same(const struct m2_finding *a, const struct m2_finding *b)
{
    return settled_order(&a, &b) == 0;
}

/*
 * "<check>/<resource>", the second of a resource with its cause, the third of a cause with a number. TAKEN
 * tells how often each was given.
 */
static const char *final_uid(struct m2_findings *f, const struct m2_finding *it, struct m2_value *taken)
{
    const char *uid = m2_arena_printf(f->arena, "%s/%s", it->id, it->resource);
    if (!m2_v_get(taken, uid)) {
        m2_v_set_int(f->arena, taken, uid, 1);
        return uid;
    }
    uid = m2_arena_printf(f->arena, "%s/%s", uid, m2_str_or(it->cause, m2_status_name(it->status)));
    int64_t n = m2_v_int_or(taken, uid, 0) + 1;
    m2_v_set_int(f->arena, taken, uid, n);
    return n == 1 ? uid : m2_arena_printf(f->arena, "%s/%lld", uid, (long long)n);
}

void m2_findings_settle(struct m2_findings *f, size_t first)
{
    size_t kept = first;
    if (f->list.len - first > 1)
        qsort(f->list.at + first, f->list.len - first, sizeof f->list.at[0], settled_order);
    for (size_t i = first; i < f->list.len; i++)
        if (i == first || !same(f->list.at[kept - 1], f->list.at[i]))
            f->list.at[kept++] = f->list.at[i];
    f->list.len = kept;
    struct m2_value *taken = m2_v_object(f->arena);
    for (size_t i = first; i < f->list.len; i++)
        f->list.at[i]->uid = final_uid(f, f->list.at[i], taken);
}

/* ---- the run ---- */

static bool listed(const char *const *ids, const char *id)
{
    for (size_t i = 0; ids[i]; i++)
        if (m2_str_eq(ids[i], id))
            return true;
    return false;
}

static void run_check(struct m2_findings *out, const struct m2_check *check, const struct m2_snapshot *snap,
                      struct m2_shared *shared)
{
    struct m2_check_run run = { check, snap, out->arena, out, shared };
    size_t first = out->list.len;
    check->run(&run);
    if (out->list.len == first) {
        struct m2_finding *f = m2_found(&run, M2_UNKNOWN, NULL, NULL);
        m2_found_detail(&run, f, "Nothing was read that this check could look at.");
        if (check->rights && check->rights[0])
            m2_found_fix(&run, f, "Collect again with a user or role that may call %s.", check->rights[0]);
    }
    m2_findings_settle(out, first);
}

static void index_uids(struct m2_findings *out)
{
    out->by_uid = m2_v_object(out->arena);
    for (size_t i = 0; i < out->list.len; i++)
        m2_v_set_int(out->arena, out->by_uid, out->list.at[i]->uid, (int64_t)i);
}

static void complete_commands(struct m2_findings *out, const char *profile)
{
    for (size_t i = 0; i < out->list.len; i++) {
        struct m2_finding *f = out->list.at[i];
        for (size_t k = 0; k < f->commands.len; k++)
            f->commands.at[k] = m2_command_complete(out->arena, f->commands.at[k], out->region, profile);
    }
}

static void judge(struct m2_findings *out)
{
    bool unsure = false;
    for (size_t i = 0; i < out->list.len; i++) {
        const struct m2_finding *f = out->list.at[i];
        if (f->status == M2_FAIL && m2_str_eq(f->id, "identity.credentials"))
            out->blocked_by = f->uid;
        out->counts[f->status]++;
        unsure |= f->status == M2_UNKNOWN && m2_check_find(f->id)->essential;
    }
    out->verdict = out->counts[M2_FAIL] ? "not-ready" : unsure ? "inconclusive" : "ready";
}

static void say_denied(struct m2_findings *out, const struct m2_snapshot *snap)
{
    size_t refused = 0, skipped = 0;
    for (size_t i = 0; i < snap->n_calls; i++) {
        refused += snap->calls[i].status == M2_CALL_ERROR &&
                   !m2_code_not_found(snap->calls[i].code, snap->calls[i].message);
        skipped += snap->calls[i].status == M2_CALL_SKIPPED && !m2_str_eq(snap->calls[i].service, "brain");
    }
    if (refused)
        m2_vec_push(
            out->arena, &out->notes,
            m2_arena_printf(out->arena,
                            "%zu of %zu look-ups %s refused or failed; checks that cannot do without say "
                            "unknown.",
                            refused, snap->n_calls, refused == 1 ? "was" : "were"));
    if (skipped)
        m2_vec_push(
            out->arena, &out->notes,
            m2_arena_printf(out->arena,
                            "%zu %s not made, because time ran out or what was needed for it was not there.",
                            skipped, skipped == 1 ? "look-up was" : "look-ups were"));
    if (snap->redacted)
        m2_vec_push(out->arena, &out->notes,
                    "The snapshot is redacted: account ids and names in it are stand-ins.");
}

int m2_analyze(struct m2_findings *out, struct m2_arena *a, const struct m2_snapshot *snap,
               const struct m2_analyze_options *opt, struct m2_err *err)
{
    const char *const *ids = NULL;
    if (m2_checks_select(&ids, a, opt->only, opt->skip, err) < 0)
        return -1;
    struct m2_findings f = { .arena = a,
                             .tool = opt->tool,
                             .version = opt->version,
                             .generated_at = opt->generated_at,
                             .account = snap->account,
                             .region = snap->region,
                             .stack = snap->target.stack };
    size_t n = 0;
    struct m2_shared shared = { 0 };
    const struct m2_check *checks = m2_checks(&n);
    for (size_t i = 0; i < n; i++)
        if (listed(ids, checks[i].id))
            run_check(&f, &checks[i], snap, &shared);
    index_uids(&f);
    m2_links_apply(&f);
    complete_commands(&f, opt->profile);
    judge(&f);
    say_denied(&f, snap);
    *out = f;
    return 0;
}
