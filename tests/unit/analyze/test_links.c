/* What explains what: by names, events and time; certain and possible edges; never in a circle. */
#include <criterion/criterion.h>
#include <string.h>

#include "account.h"
#include "analyze/engine.h"
#include "m2/str.h"

/* A warning explains a failure where no failure does, and does not take its rank as a root cause. */
Test(links, a_warning_explains_but_is_no_root)
{
    struct m2_findings all = { .arena = m2_arena_new() };
    finding_make(&all, "image.access", "repo", M2_WARN, "image.policy-lacks-lambda-service");
    finding_make(&all, "lambda.state", "repo", M2_FAIL, "lambda.image-access-denied");
    m2_links_apply(&all);
    cr_assert_eq(all.root_causes.len, 1);
    cr_assert_str_eq(all.root_causes.at[0], "lambda.state/repo");
    cr_assert_eq(all.list.at[1]->caused_by.len, 1);
    m2_arena_free(all.arena);
}

static bool is_root(const struct m2_findings *all, const char *uid)
{
    for (size_t i = 0; i < all->root_causes.len; i++)
        if (m2_str_eq(all->root_causes.at[i], uid))
            return true;
    return false;
}

#define A_TASK "arn:aws:ecs:us-east-1:123456789012:task/jobs/0123456789abcdef0123456789abcdef"
#define HOUR_MS INT64_C(3600000)

enum edge { EDGE_NONE, EDGE_POSSIBLE, EDGE_CERTAIN };

static enum edge edge_of(const struct m2_finding *cause, const struct m2_finding *effect)
{
    size_t certain = effect->caused_by.len, possible = effect->possible_causes.len;
    cr_assert_eq(cause->explains.len, certain);
    cr_assert_eq(cause->may_explain.len, possible);
    cr_assert_leq(certain + possible, 1);
    cr_assert(!certain || m2_str_eq(effect->caused_by.at[0], cause->uid));
    cr_assert(!possible || m2_str_eq(effect->possible_causes.at[0], cause->uid));
    return certain ? EDGE_CERTAIN : possible ? EDGE_POSSIBLE : EDGE_NONE;
}

/*
 * Tasks that failed an hour after an execution had ended do not explain it. The same task does, whatever the
 * times; another of the same fault may, and hides nothing.
 */
Test(links, a_task_explains_the_execution_that_it_was_of)
{
    static const struct {
        const char *of_execution, *slug;
        int64_t first_ms, at_ms;
        enum edge want;
    } cases[] = {
        { A_TASK, "task.oom", HOUR_MS, HOUR_MS, EDGE_CERTAIN },
        { A_TASK, "task.oom", HOUR_MS, 2 * HOUR_MS, EDGE_CERTAIN },
        { A_TASK, "task.oom", 0, 2 * HOUR_MS, EDGE_CERTAIN },
        { A_TASK, "task.oom", 0, 0, EDGE_CERTAIN },
        { A_TASK, "task.spot", HOUR_MS, HOUR_MS, EDGE_CERTAIN },
        { A_TASK, "task.oom", HOUR_MS + 5000, HOUR_MS + 5000, EDGE_CERTAIN },
        { A_TASK, "task.oom", HOUR_MS + 11000, HOUR_MS + 11000, EDGE_NONE },
        { NULL, "task.oom", HOUR_MS, HOUR_MS, EDGE_POSSIBLE },
        { NULL, "task.oom", 0, 0, EDGE_POSSIBLE },
        { NULL, "task.oom", 2 * HOUR_MS, 2 * HOUR_MS, EDGE_NONE },
        { NULL, "task.spot", HOUR_MS, HOUR_MS, EDGE_NONE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_findings all = { .arena = m2_arena_new() };
        struct m2_check_run run = { .arena = all.arena };
        struct m2_finding *task = finding_make(&all, "task.failures", "t", M2_FAIL, "task.oom");
        struct m2_finding *execution = finding_make(&all, "workflow.executions", "t", M2_FAIL, cases[i].slug);
        m2_found_about(&run, task, A_TASK);
        m2_found_about(&run, execution, cases[i].of_execution);
        task->first_ms = cases[i].first_ms;
        task->at_ms = cases[i].at_ms;
        execution->first_ms = execution->at_ms = HOUR_MS;
        m2_links_apply(&all);
        cr_assert_eq(edge_of(task, execution), cases[i].want, "case %zu", i);
        cr_assert_eq(all.root_causes.len, cases[i].want == EDGE_CERTAIN ? 1 : 2, "case %zu", i);
        m2_arena_free(all.arena);
    }
}

/* An event that others of unknown times have a name in common with may come from them; a state that is so now
 * does. */
Test(links, of_two_events_the_order_must_be_known)
{
    static const struct {
        const char *check, *cause;
        int64_t first_ms, at_ms, effect_ms;
        enum edge want;
    } cases[] = {
        { "task.failures", "task.oom", HOUR_MS, HOUR_MS, HOUR_MS, EDGE_CERTAIN },
        { "task.failures", "task.oom", 0, HOUR_MS, HOUR_MS, EDGE_CERTAIN },
        { "task.failures", "task.oom", 0, 2 * HOUR_MS, HOUR_MS, EDGE_POSSIBLE },
        { "task.failures", "task.oom", 0, 0, HOUR_MS, EDGE_POSSIBLE },
        { "task.failures", "task.oom", HOUR_MS, HOUR_MS, 0, EDGE_POSSIBLE },
        { "image.exists", "image.tag-missing", 0, 0, HOUR_MS, EDGE_CERTAIN },
        { "image.exists", "image.tag-missing", 0, 0, 0, EDGE_CERTAIN },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_findings all = { .arena = m2_arena_new() };
        struct m2_finding *cause = finding_make(&all, cases[i].check, "a", M2_FAIL, cases[i].cause);
        struct m2_finding *effect = finding_make(&all, "brain.canary", "a", M2_FAIL, "canary.failed");
        cause->first_ms = cases[i].first_ms;
        cause->at_ms = cases[i].at_ms;
        effect->first_ms = effect->at_ms = cases[i].effect_ms;
        m2_links_apply(&all);
        cr_assert_eq(edge_of(cause, effect), cases[i].want, "case %zu", i);
        m2_arena_free(all.arena);
    }
}

/* What ties two findings must have been read; else the one may come from the other and stays a root cause. */
Test(links, without_what_ties_them_an_edge_is_possible)
{
    static const struct {
        const char *check, *resource, *cause;
        enum m2_status status;
        const char *effect_check, *effect_resource, *effect;
        enum edge want;
    } cases[] = {
        { "image.exists", "repo", "image.tag-missing", M2_FAIL, "task.failures", "repo",
          "task.pull.missing-image", EDGE_CERTAIN },
        { "image.exists", "repo", "image.tag-missing", M2_FAIL, "task.failures", "other",
          "task.pull.missing-image", EDGE_POSSIBLE },
        { "image.exists", "repo", "image.tag-missing", M2_WARN, "task.failures", "other",
          "task.pull.missing-image", EDGE_POSSIBLE },
        { "net.egress", "s", "net.route-unknown-beyond", M2_UNKNOWN, "task.failures", "s",
          "task.pull.network", EDGE_POSSIBLE },
        { "net.egress", "s", NULL, M2_UNKNOWN, "task.failures", "s", "task.pull.network", EDGE_POSSIBLE },
        { "net.egress", "other", NULL, M2_UNKNOWN, "task.failures", "s", "task.pull.network", EDGE_NONE },
        { "image.exists", "repo", NULL, M2_UNKNOWN, "task.failures", "other", "task.pull.missing-image",
          EDGE_NONE },
        { "fargate.quota", "stack", "fargate.vcpu-quota", M2_FAIL, "task.failures", "t", "task.vcpu-quota",
          EDGE_CERTAIN },
        { "stack.status", "stack", "stack.failed", M2_FAIL, "brain.unit", "u", "brain.unit-missing",
          EDGE_CERTAIN },
        { "net.egress", "s", "net.no-default-route", M2_PASS, "task.failures", "s", "task.pull.network",
          EDGE_NONE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_findings all = { .arena = m2_arena_new() };
        struct m2_finding *cause =
            finding_make(&all, cases[i].check, cases[i].resource, cases[i].status, cases[i].cause);
        struct m2_finding *effect =
            finding_make(&all, cases[i].effect_check, cases[i].effect_resource, M2_FAIL, cases[i].effect);
        m2_links_apply(&all);
        cr_assert_eq(edge_of(cause, effect), cases[i].want, "case %zu", i);
        cr_assert_eq(is_root(&all, effect->uid), cases[i].want != EDGE_CERTAIN, "case %zu", i);
        cr_assert_eq(is_root(&all, cause->uid), cases[i].status == M2_FAIL, "case %zu", i);
        m2_arena_free(all.arena);
    }
}

/* A task whose subnet nobody told was in one of two: it failed for want of a route where neither has one. Of
 * two different faults each was told to be the cause, though only one of them can be. */
Test(links, one_of_several_is_certain_when_each_has_the_same_fault)
{
    static const struct {
        const char *second; /* of subnet-2 */
        size_t certain, possible;
    } cases[] = { { NULL, 0, 1 }, { "net.no-default-route", 2, 0 }, { "net.blackhole-route", 0, 2 } };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct m2_findings all = { .arena = m2_arena_new() };
        struct m2_check_run run = { .arena = all.arena };
        finding_make(&all, "net.egress", "subnet-1", M2_FAIL, "net.no-default-route");
        if (cases[i].second)
            finding_make(&all, "net.egress", "subnet-2", M2_FAIL, cases[i].second);
        struct m2_finding *task = finding_make(&all, "task.failures", "t", M2_FAIL, "task.pull.network");
        m2_found_either(&run, task, "subnet-1");
        m2_found_either(&run, task, "subnet-2");
        m2_links_apply(&all);
        cr_assert_eq(task->caused_by.len, cases[i].certain, "case %zu", i);
        cr_assert_eq(task->possible_causes.len, cases[i].possible, "case %zu", i);
        cr_assert_eq(is_root(&all, task->uid), !cases[i].certain, "case %zu", i);
        m2_arena_free(all.arena);
    }
}

/* A fault that began after the task had ended counted as the second subnet's, and made the first's certain.
 */
Test(links, a_fault_that_came_too_late_proves_nothing_of_its_subnet)
{
    struct m2_findings all = { .arena = m2_arena_new() };
    struct m2_check_run run = { .arena = all.arena };
    finding_make(&all, "net.egress", "subnet-1", M2_FAIL, "net.no-default-route");
    finding_make(&all, "net.egress", "subnet-2", M2_FAIL, "net.no-default-route")->first_ms = 2 * HOUR_MS;
    struct m2_finding *task = finding_make(&all, "task.failures", "t", M2_FAIL, "task.pull.network");
    task->at_ms = HOUR_MS;
    m2_found_either(&run, task, "subnet-1");
    m2_found_either(&run, task, "subnet-2");
    m2_links_apply(&all);
    cr_assert_eq(task->caused_by.len, 0);
    cr_assert_eq(task->possible_causes.len, 1);
    m2_arena_free(all.arena);
}

/* A certain failure settles it: no guess is told beside it. */
Test(links, a_certain_failure_leaves_no_guess)
{
    struct m2_findings all = { .arena = m2_arena_new() };
    finding_make(&all, "image.exists", "repo", M2_FAIL, "image.tag-missing");
    finding_make(&all, "image.exists", "elsewhere", M2_FAIL, "image.repository-missing");
    struct m2_finding *task = finding_make(&all, "task.failures", "repo", M2_FAIL, "task.pull.missing-image");
    m2_links_apply(&all);
    cr_assert_eq(task->caused_by.len, 1);
    cr_assert_eq(task->possible_causes.len, 0);
    m2_arena_free(all.arena);
}

/* ---- findings at random ---- */

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    return *state ^= *state << 17;
}

/* One cause that PATTERN stands for. */
static const char *cause_at_random(const char *pattern, uint64_t *state)
{
    size_t n = 0;
    const struct m2_cause *causes = m2_causes(&n);
    size_t at = next_random(state) % n, from = at;
    while (!m2_slug_matches(pattern, causes[at].slug)) {
        at = (at + 1) % n;
        cr_assert_neq(at, from, "no cause is %s", pattern);
    }
    return causes[at].slug;
}

/* Any check with any of its causes, about few things, so that much joins. */
static void add_random(struct m2_findings *all, uint64_t *state)
{
    static const char *const about[] = { "a", A_TASK };
    static const enum m2_status statuses[] = { M2_FAIL, M2_FAIL, M2_FAIL, M2_WARN, M2_UNKNOWN };
    size_t n = 0;
    const struct m2_check *checks = m2_checks(&n);
    size_t at = next_random(state) % n, n_causes = 0;
    for (; !checks[at].causes || !checks[at].causes[0]; at = (at + 1) % n) {
    }
    while (checks[at].causes[n_causes])
        n_causes++;
    struct m2_finding *f =
        finding_make(all, checks[at].id, about[next_random(state) % 2], statuses[next_random(state) % 5],
                     cause_at_random(checks[at].causes[next_random(state) % n_causes], state));
    f->uid = m2_arena_printf(all->arena, "%s/%zu", checks[at].id, all->list.len);
    f->at_ms = next_random(state) % 2 ? (int64_t)(next_random(state) % 100) * 1000 : 0;
    f->first_ms = f->at_ms;
}

/* From cause to effect by rank and time; both kinds of edges, so that no circle can be made of them together.
 */
static void judge_edge(const struct m2_finding *f, const struct m2_finding *cause)
{
    cr_assert(cause, "a cause of %s is not there", f->uid);
    cr_assert(m2_causal_rank(cause->id) < m2_causal_rank(f->id), "%s <- %s", f->uid, cause->uid);
    cr_assert(!cause->first_ms || !f->at_ms || cause->first_ms <= f->at_ms + 10000, "%s <- %s", f->uid,
              cause->uid);
    cr_assert_eq(f->status, M2_FAIL);
}

/* Every failure is a root or has a failing cause of lower rank, so each leads to a root and none to itself.
 */
static size_t judge_random(const struct m2_findings *all, size_t *possible)
{
    size_t edges = 0;
    for (size_t i = 0; i < all->list.len; i++) {
        const struct m2_finding *f = all->list.at[i];
        bool failing_cause = false;
        for (size_t k = 0; k < f->caused_by.len; k++, edges++) {
            const struct m2_finding *cause = m2_finding_by_uid(all, f->caused_by.at[k]);
            judge_edge(f, cause);
            cr_assert_neq(cause->status, M2_UNKNOWN, "%s <- %s", f->uid, cause->uid);
            failing_cause |= cause->status == M2_FAIL;
        }
        for (size_t k = 0; k < f->possible_causes.len; k++, ++*possible)
            judge_edge(f, m2_finding_by_uid(all, f->possible_causes.at[k]));
        cr_assert(!failing_cause || !f->possible_causes.len, "%s is certain, and guessed at", f->uid);
        cr_assert_eq(is_root(all, f->uid), f->status == M2_FAIL && !failing_cause, "%s", f->uid);
    }
    return edges;
}

Test(links, findings_at_random_never_explain_each_other_in_a_circle)
{
    size_t edges = 0, possible = 0;
    for (uint64_t seed = 1; seed <= 6000; seed++) {
        uint64_t state = seed * UINT64_C(0x9e3779b97f4a7c15);
        struct m2_findings all = { .arena = m2_arena_new() };
        for (size_t i = 0, n = 2 + next_random(&state) % 30; i < n; i++)
            add_random(&all, &state);
        m2_links_apply(&all);
        edges += judge_random(&all, &possible);
        m2_arena_free(all.arena);
    }
    cr_assert(edges > 2000 && possible > 500, "too few explain each other to prove anything: %zu, %zu", edges,
              possible);
}
