/* Single stories: what is new since the plan, a stack that goes back, retries, what is let go, a unit that
 * does not go. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "m2/json.h"
#include "simaws.h"

struct story {
    struct m2_arena *a, *wa;
    struct sim *s;
    struct m2_plan_options opt;
    char journal[64];
};

static void begin(struct story *c)
{
    *c = (struct story){ .a = m2_arena_new(), .wa = m2_arena_new(), .opt = { .skip_brain = true } };
    c->s = m2_arena_alloc(c->wa, sizeof *c->s);
    sim_init(c->s, c->wa);
    sim_stack_add(c->s, SIM_ROOT, SIM_STACK);
    (void)snprintf(c->journal, sizeof c->journal, "%s/m2-story-%d.jsonl",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
    (void)unlink(c->journal);
}

static void end(struct story *c)
{
    (void)unlink(c->journal);
    m2_arena_free(c->a);
    m2_arena_free(c->wa);
}

static struct sim_resource *own(struct story *c, enum sim_kind kind, const char *id, int inside)
{
    struct sim_thing *t = sim_add(c->s, kind, id);
    t->inside = inside;
    return sim_list(c->s, 0, t, id);
}

static const struct m2_teardown_item *outcome(const struct sim_run *run, const char *resource)
{
    for (size_t i = 0; i < run->t.items.len; i++)
        if (m2_str_eq(run->t.items.at[i].item->resource, resource))
            return &run->t.items.at[i];
    cr_assert_fail("no item %s", resource);
    return NULL;
}

/* ---- what is new ---- */

struct late {
    struct sim *s;
    void (*change)(struct sim *s);
};

static int read_late(void *user, struct m2_snapshot *out, struct m2_arena *a, const char *arn,
                     struct m2_err *err)
{
    struct late *l = user;
    l->change(l->s);
    return sim_read(l->s, out, a, arn ? arn : SIM_STACK, err);
}

static void new_bucket(struct sim *s)
{
    struct sim_thing *t = sim_add(s, SIM_BUCKET, "made-meanwhile");
    t->inside = 1;
    (void)sim_list(s, 0, t, "Meanwhile");
    t->foreign = true;
}

static void protect(struct sim *s)
{
    s->stacks[0].protection = true;
}

static void replace(struct sim *s)
{
    s->caller = SIM_OTHER;
}

static void unchanged(struct sim *s)
{
    (void)s;
}

static void fewer(struct sim *s)
{
    s->things[0].gone = true;
    s->resources[0].status = "DELETE_COMPLETE";
}

Test(teardown, what_changed_since_the_plan_is_not_done)
{
    static const struct {
        void (*change)(struct sim *s);
        bool news, refused;
    } rows[] = { { new_bucket, true, false },
                 { protect, false, true },
                 { replace, false, true },
                 { fewer, false, false } };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct story c;
        begin(&c);
        (void)own(&c, SIM_BUCKET, "data", 2);
        (void)own(&c, SIM_ROLE, "role", 0);
        struct m2_snapshot snap;
        struct m2_plan agreed;
        struct m2_teardown t;
        struct m2_err err = { 0 };
        bool locked;
        size_t n;
        const struct m2_guard *guards = m2_guard_table(&n);
        cr_assert_eq(sim_read(c.s, &snap, c.a, SIM_STACK, &err), 0);
        m2_plan_make(&agreed, c.a, &snap, &c.opt);
        struct late late = { c.s, rows[i].change };
        struct m2_teardown_options o = { .sys = &c.s->sys,
                                         .net = &c.s->net,
                                         .plan = c.opt,
                                         .agreed = &agreed,
                                         .user = &late,
                                         .read = read_late,
                                         .empty = sim_empty };
        const struct m2_teardown_seam seam = { sim_start, c.s, guards, n };
        cr_assert_eq(m2_journal_open(&o.journal, c.a, c.journal, "t", &c.s->sys, &err), 0);
        cr_assert_eq(m2_journal_lock(o.journal, &locked, &err), 0);
        int rc = m2_teardown_with(&t, c.a, &o, &seam, &err);
        m2_journal_close(o.journal);
        cr_expect_eq(t.changed, rows[i].news, "row %zu", i);
        cr_expect_eq(rc < 0, rows[i].refused, "row %zu: %s", i, err.msg);
        cr_expect_eq(t.begun, !rows[i].news && !rows[i].refused, "row %zu: what is said of going on", i);
        cr_expect_eq(c.s->writes > 0, !rows[i].news && !rows[i].refused, "row %zu", i);
        cr_expect_eq(c.s->violations, 0, "row %zu: %s", i, c.s->first_violation);
        if (rows[i].news)
            cr_expect_str_eq(t.news.list.at[0]->resource, "made-meanwhile");
        end(&c);
    }
}

/* ---- the stack ---- */

/* AWS's own waiter waits an hour here: the stack is in CREATE_COMPLETE again, never in DELETE_FAILED. */
Test(teardown, an_export_that_is_used_sends_the_stack_back_and_ends_the_wait)
{
    struct story c;
    struct sim_run run;
    begin(&c);
    (void)own(&c, SIM_ROLE, "role", 0);
    c.s->stacks[0].imported_by = "reader"; /* not to be seen beforehand: the stack names no export */
    sim_teardown(&run, c.s, c.a, &c.opt, c.journal, NULL, 0);
    cr_assert_eq(run.rc, 0, "%s", run.err.msg);
    cr_assert_eq(outcome(&run, SIM_ROOT)->state, M2_END_LEFT);
    cr_assert_str_eq(outcome(&run, SIM_ROOT)->reason, "stack.export-in-use");
    cr_assert_lt(c.s->now, 60000, "it waited %lld ms", (long long)c.s->now);
    end(&c);
}

Test(teardown, what_fails_three_times_is_named_and_let_go_only_with_the_flag)
{
    for (int forced = 0; forced < 2; forced++) {
        struct story c;
        struct sim_run run;
        begin(&c);
        (void)own(&c, SIM_CLUSTER, "stubborn", 0);
        (void)own(&c, SIM_ROLE, "role", 0);
        c.s->things[0].undeletable = true;
        c.opt.force_retain = forced;
        sim_teardown(&run, c.s, c.a, &c.opt, c.journal, NULL, 0);
        cr_assert_eq(run.rc, 0, "%s", run.err.msg);
        cr_assert_eq(run.t.attempts, 3);
        cr_assert_eq(outcome(&run, "stubborn")->state, M2_END_LEFT);
        cr_assert_str_eq(outcome(&run, "stubborn")->reason, forced ? "retained.forced" : "cfn.unknown");
        cr_assert_eq(outcome(&run, SIM_ROOT)->state, forced ? M2_END_GONE : M2_END_LEFT);
        cr_assert(c.s->things[1].gone);
        cr_assert_not(c.s->things[0].gone);
        end(&c);
    }
}

/* Retained in a nested stack: named to the nested one, by its ARN. */
Test(teardown, a_kept_bucket_of_a_nested_stack_is_let_go_there)
{
    struct story c;
    struct sim_run run;
    begin(&c);
    int child =
        sim_stack_add(c.s, "arn:aws:cloudformation:" SIM_REGION ":" SIM_ACCOUNT ":stack/child/c", "child");
    sim_nest(c.s, 0, child, "Child");
    struct sim_thing *kept = sim_add(c.s, SIM_BUCKET, "kept");
    kept->inside = 2;
    (void)sim_list(c.s, child, kept, "Kept");
    kept->foreign = true;
    c.opt.keep_data = true;
    sim_teardown(&run, c.s, c.a, &c.opt, c.journal, NULL, 0);
    cr_assert_eq(run.rc, 0, "%s", run.err.msg);
    cr_assert_eq(run.t.counts[M2_END_LEFT], 0);
    cr_assert_eq(outcome(&run, "kept")->state, M2_END_KEPT);
    cr_assert_eq(kept->inside, 2);
    cr_assert_eq(c.s->violations, 0);
    cr_assert_str_eq(c.s->stacks[child].status, "DELETE_COMPLETE");
    cr_assert_str_eq(c.s->stacks[0].status, "DELETE_COMPLETE");
    end(&c);
}

/* A stack that the plan did not show: whatever lists it, it is not deleted by its own ARN. */
static void start_with_a_stranger(void *ctx, struct m2_arena *a, const struct m2_aws_call *call,
                                  m2_aws_done *done, void *user)
{
    struct sim *s = ctx;
    if (m2_str_eq(call->operation, "DeleteStack") && s->n_stacks == 1) {
        int child = sim_stack_add(s, "arn:aws:cloudformation:" SIM_REGION ":" SIM_ACCOUNT ":stack/stranger/c",
                                  "stranger");
        sim_nest(s, 0, child, "Stranger");
        struct sim_thing *t = sim_add(s, SIM_BUCKET, "theirs");
        (void)sim_list(s, child, t, "Theirs");
        t->inside = 1;
        s->stacks[child].parent = NULL;
    }
    sim_start(ctx, a, call, done, user);
}

Test(teardown, a_nested_stack_that_the_plan_did_not_show_is_not_forced)
{
    struct story c;
    struct m2_snapshot snap;
    struct m2_plan agreed;
    struct m2_teardown t;
    struct m2_err err = { 0 };
    bool locked;
    size_t n;
    const struct m2_guard *guards = m2_guard_table(&n);
    begin(&c);
    (void)own(&c, SIM_ROLE, "role", 0);
    c.opt.force_retain = true;
    cr_assert_eq(sim_read(c.s, &snap, c.a, SIM_STACK, &err), 0);
    m2_plan_make(&agreed, c.a, &snap, &c.opt);
    struct late late = { c.s, unchanged };
    struct m2_teardown_options o = { .sys = &c.s->sys,
                                     .net = &c.s->net,
                                     .plan = c.opt,
                                     .agreed = &agreed,
                                     .user = &late,
                                     .read = read_late,
                                     .empty = sim_empty };
    const struct m2_teardown_seam seam = { start_with_a_stranger, c.s, guards, n };
    cr_assert_eq(m2_journal_open(&o.journal, c.a, c.journal, "t", &c.s->sys, &err), 0);
    cr_assert_eq(m2_journal_lock(o.journal, &locked, &err), 0);
    cr_assert_eq(m2_teardown_with(&t, c.a, &o, &seam, &err), 0, "%s", err.msg);
    m2_journal_close(o.journal);
    cr_assert_eq(c.s->violations, 0, "%s", c.s->first_violation);
    cr_assert_eq(t.items.at[0].state, M2_END_LEFT, "the root");
    end(&c);
}

Test(teardown, a_bucket_that_cannot_be_emptied_keeps_the_stack_from_being_begun)
{
    struct story c;
    struct sim_run run;
    begin(&c);
    (void)own(&c, SIM_BUCKET, "data", 2);
    (void)own(&c, SIM_ROLE, "role", 0);
    c.s->things[0].undeletable = true;
    c.s->things[0].refills = 99; /* whatever is done */
    sim_teardown(&run, c.s, c.a, &c.opt, c.journal, NULL, 0);
    /* Emptied, filled again, three times: the stack says so, and the role is gone, because it was tried. */
    cr_assert_eq(run.rc, 0, "%s", run.err.msg);
    cr_assert_eq(outcome(&run, "data")->state, M2_END_LEFT);
    cr_assert_eq(run.t.attempts, 3);
    end(&c);
    begin(&c);
    (void)own(&c, SIM_BUCKET, "data", 2);
    (void)own(&c, SIM_ROLE, "role", 0);
    c.s->things[0].lock = "COMPLIANCE";
    size_t n, k = 0;
    const struct m2_guard *all = m2_guard_table(&n);
    struct m2_guard left[32]; /* a lock of single versions, which the bucket's own settings do not show */
    for (size_t i = 0; i < n; i++)
        if (!m2_str_eq(all[i].pub.name, "object-lock"))
            left[k++] = all[i];
    sim_teardown(&run, c.s, c.a, &c.opt, c.journal, left, k);
    cr_assert_eq(run.rc, 0, "%s", run.err.msg);
    cr_assert_eq(outcome(&run, "data")->state, M2_END_LEFT);
    cr_assert_str_eq(outcome(&run, "data")->reason, "bucket.object-lock");
    cr_assert_eq(run.t.attempts, 0);
    cr_assert_not(c.s->things[1].gone);
    end(&c);
}

/* Its parent is gone (a deletion that failed in it does that): it goes by itself. While the parent lives it
 * is refused. */
Test(teardown, a_nested_stack_goes_alone_only_when_it_has_outlived_its_parent)
{
    for (int lives = 0; lives < 2; lives++) {
        struct story c;
        struct sim_run run;
        begin(&c);
        int above = sim_stack_add(c.s, "arn:aws:cloudformation:" SIM_REGION ":" SIM_ACCOUNT ":stack/above/a",
                                  "above");
        (void)own(&c, SIM_ROLE, "role", 0);
        c.s->stacks[0].parent = c.s->stacks[above].arn;
        c.s->stacks[above].status = lives ? "DELETE_FAILED" : "DELETE_COMPLETE";
        c.s->stacks[above].export_name = "not-of-the-nested-one";
        c.s->stacks[above].imported_by = "somebody";
        sim_teardown(&run, c.s, c.a, &c.opt, c.journal, NULL, 0);
        cr_expect_eq(run.refused, lives == 1);
        if (lives)
            cr_expect_str_eq(run.plan.blocked.at[0].slug, "stack.nested");
        cr_expect_eq(c.s->things[0].gone, lives == 0);
        end(&c);
    }
}

/* ---- documents ---- */

Test(teardown, the_document_has_an_outcome_for_each_item_and_sums)
{
    struct story c;
    struct sim_run run;
    begin(&c);
    (void)own(&c, SIM_BUCKET, "data", 3);
    (void)own(&c, SIM_ROLE, "role", 0);
    sim_teardown(&run, c.s, c.a, &c.opt, c.journal, NULL, 0);
    const struct m2_value *v = m2_teardown_to_value(c.a, &run.t, "m2-cleanup", "0"),
                          *items = m2_v_get(v, "items");
    cr_assert_str_eq(m2_v_str(v, "schema"), M2_PLAN_SCHEMA);
    cr_assert_eq(m2_v_len(items), run.t.items.len);
    for (size_t i = 0; i < m2_v_len(items); i++)
        cr_expect_str_eq(m2_v_pstr(m2_v_at(items, i), "outcome.state"), "gone", "%s",
                         m2_v_str(m2_v_at(items, i), "resource"));
    cr_assert_eq(m2_v_int_or(m2_v_get(v, "counts"), "gone", -1), (int64_t)run.t.items.len);
    cr_assert_eq(m2_v_int_or(v, "deleted_versions", -1), 3);
    end(&c);
}

Test(teardown, the_hash_is_of_the_work_and_not_of_its_size)
{
    char hashes[3][65];
    for (int i = 0; i < 3; i++) {
        struct story c;
        struct m2_snapshot snap;
        struct m2_plan plan;
        struct m2_err err = { 0 };
        begin(&c);
        (void)own(&c, SIM_BUCKET, "data", i == 1 ? 3 : 1);
        if (i == 2)
            (void)own(&c, SIM_ROLE, "role", 0);
        cr_assert_eq(sim_read(c.s, &snap, c.a, SIM_STACK, &err), 0);
        m2_plan_make(&plan, c.a, &snap, &c.opt);
        (void)snprintf(hashes[i], sizeof hashes[i], "%s", plan.hash);
        end(&c);
    }
    cr_assert_str_eq(hashes[0], hashes[1]);
    cr_assert_str_neq(hashes[0], hashes[2]);
}
