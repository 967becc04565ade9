/* Each guard is needed: with it gone, a thing that is not the stack's own, or is to be kept, would be
 * deleted. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "simaws.h"

#define OTHER "arn:aws:cloudformation:" SIM_REGION ":" SIM_ACCOUNT ":stack/other/x"

struct scene {
    struct sim *s;
    struct m2_plan_options opt;
    struct sim_thing *t; /* what may not be touched */
    struct sim_resource *r;
};

static void put(struct scene *c, enum sim_kind kind, const char *id)
{
    c->t = sim_add(c->s, kind, id);
    c->t->inside = 2;
    c->r = sim_list(c->s, 0, c->t, "Thing");
    c->t->foreign = true;
}

static void live(struct scene *c)
{
    put(c, SIM_REPOSITORY, "name-taken-again");
    c->r->status = "DELETE_COMPLETE";
}

static void caller_account(struct scene *c)
{
    put(c, SIM_BUCKET, "a-bucket");
    c->t->owner = SIM_OTHER;
    c->s->caller = SIM_OTHER;
}

static void resource_account(struct scene *c)
{
    put(c, SIM_MACHINE, "arn:aws:states:us-east-1:" SIM_OTHER ":stateMachine:theirs");
}

static void tag(struct scene *c)
{
    put(c, SIM_BUCKET, "imported");
    c->t->tag = OTHER;
}

static void nested(struct scene *c)
{
    int child =
        sim_stack_add(c->s, "arn:aws:cloudformation:" SIM_REGION ":" SIM_ACCOUNT ":stack/child/c", "child");
    c->t = sim_add(c->s, SIM_BUCKET, "in-another-stacks-child");
    c->t->inside = 2;
    c->r = sim_list(c->s, child, c->t, "Thing");
    c->t->foreign = true;
    sim_nest(c->s, 0, child, "Child");
    c->s->stacks[child].parent = OTHER;
}

static void cloudmrhub(struct scene *c)
{
    put(c, SIM_BUCKET, "cloudmr-data-cloudmrhub-brain-us-east-1");
}

/* The emptier would refuse by itself; CloudFormation deletes an empty one that lets it. */
static void bucket_owner(struct scene *c)
{
    put(c, SIM_BUCKET, "theirs");
    c->t->owner = SIM_OTHER;
}

static void bucket_region(struct scene *c)
{
    put(c, SIM_BUCKET, "elsewhere");
    c->t->region = "eu-west-1";
}

static void policy_known(struct scene *c)
{
    put(c, SIM_BUCKET, "kept-perhaps");
    c->r->policy = "Retain";
    c->s->stacks[0].no_template = true;
}

static void policy(struct scene *c)
{
    put(c, SIM_BUCKET, "kept");
    c->r->policy = "Retain";
}

static void parent(struct scene *c)
{
    int child =
        sim_stack_add(c->s, "arn:aws:cloudformation:" SIM_REGION ":" SIM_ACCOUNT ":stack/child/c", "child");
    c->t = sim_add(c->s, SIM_BUCKET, "in-a-kept-child");
    c->t->inside = 2;
    c->r = sim_list(c->s, child, c->t, "Thing");
    c->t->foreign = true;
    sim_nest(c->s, 0, child, "Child")->policy = "Retain";
}

static void keep_data(struct scene *c)
{
    put(c, SIM_BUCKET, "data");
    c->opt.keep_data = true;
}

static void object_lock(struct scene *c)
{
    put(c, SIM_BUCKET, "locked");
    c->t->lock = "COMPLIANCE";
}

static void mfa_delete(struct scene *c)
{
    put(c, SIM_BUCKET, "mfa");
    c->t->mfa = true;
}

static void logs_asked(struct scene *c)
{
    sim_list(c->s, 0, sim_add(c->s, SIM_FUNCTION, "fn"), "Function");
    c->t = sim_add(c->s, SIM_LOGS, "/aws/lambda/fn");
}

static void logs_adopted(struct scene *c)
{
    struct sim_thing *f = sim_add(c->s, SIM_FUNCTION, "fn"); /* another one, of the same name */
    struct sim_resource *r = sim_list(c->s, 0, f, "Function");
    f->foreign = true;
    r->status = "DELETE_COMPLETE";
    c->s->stacks[0].status = "DELETE_COMPLETE";
    c->t = sim_add(c->s, SIM_LOGS, "/aws/lambda/fn");
    c->opt.delete_logs = true;
}

static void logs_tag(struct scene *c)
{
    sim_list(c->s, 0, sim_add(c->s, SIM_FUNCTION, "fn"), "Function");
    c->t = sim_add(c->s, SIM_LOGS, "/aws/lambda/fn");
    c->t->tag = OTHER;
    c->opt.delete_logs = true;
}

static const struct {
    const char *guard;
    void (*set)(struct scene *c);
    bool second_lock; /* something behind the guard still saves it; the plan alone shows the difference */
} scenes[] = {
    { "live", live, false },
    { "logs-asked", logs_asked, false },
    { "caller-account", caller_account, true }, /* the account is asked for the whole teardown too */
    { "resource-account", resource_account, false },
    { "tag", tag, false },
    { "nested", nested, false },
    { "cloudmrhub", cloudmrhub, false },
    { "bucket-owner", bucket_owner, true }, /* x-amz-expected-bucket-owner on every call */
    { "bucket-region", bucket_region, false },
    { "policy-known", policy_known, false },
    { "policy", policy, false },
    { "parent", parent, false },
    { "keep-data", keep_data, false },
    { "object-lock", object_lock, true }, /* S3 refuses */
    { "mfa-delete", mfa_delete, true },   /* S3 refuses */
    { "logs-adopted", logs_adopted, false },
    { "logs-tag", logs_tag, false },
};

static const char *journal_path(void)
{
    static char path[64];
    (void)snprintf(path, sizeof path, "%s/m2-guards-%d.jsonl",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
    (void)unlink(path);
    return path;
}

static bool would_act(const struct m2_plan *plan, const char *id)
{
    for (size_t i = 0; i < plan->items.len; i++)
        if (m2_str_eq(plan->items.at[i].resource, id))
            return plan->items.at[i].action != M2_ACT_KEEP;
    return false;
}

/* One teardown of the scene; WITHOUT: the name of the guard that is left out, or NULL. */
static void play(size_t scene, const char *without, bool *acts, unsigned *violations)
{
    struct m2_arena *a = m2_arena_new(), *wa = m2_arena_new();
    struct scene c = { .s = m2_arena_alloc(wa, sizeof *c.s), .opt = { .skip_brain = true } };
    struct m2_guard left[32];
    struct sim_run run;
    size_t n, k = 0;
    const struct m2_guard *all = m2_guard_table(&n);
    for (size_t i = 0; i < n; i++)
        if (!m2_str_eq(all[i].pub.name, without))
            left[k++] = all[i];
    cr_assert_eq(k, without ? n - 1 : n, "there is no guard %s", without);
    sim_init(c.s, wa);
    sim_stack_add(c.s, SIM_ROOT, SIM_STACK);
    scenes[scene].set(&c);
    sim_teardown(&run, c.s, a, &c.opt, journal_path(), left, k);
    *acts = would_act(&run.plan, c.t->id);
    *violations = c.s->violations;
    m2_arena_free(a);
    m2_arena_free(wa);
}

Test(guards, each_one_is_needed)
{
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        bool acts;
        unsigned violations;
        const char *name = scenes[i].guard;
        play(i, NULL, &acts, &violations);
        cr_expect_not(acts, "%s: the plan touches it", name);
        cr_expect_eq(violations, 0, "%s: it was touched", name);
        play(i, name, &acts, &violations);
        cr_expect(acts, "%s: without it the plan is the same", name);
        if (!scenes[i].second_lock)
            cr_expect_gt(violations, 0, "%s: without it nothing is touched", name);
    }
}

Test(guards, every_guard_has_its_scene)
{
    size_t n;
    const struct m2_guard_row *rows = m2_cleanup_guards(&n);
    cr_assert_eq(n, sizeof scenes / sizeof scenes[0]);
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < n && !m2_str_eq(scenes[k].guard, rows[i].name))
            k++;
        cr_expect_lt(k, n, "%s", rows[i].name);
        cr_expect_gt(strlen(rows[i].holds), 20);
    }
}
