/* Random accounts: what is the stack's own, what only looks like it, and how the teardown should treat each.
 */
#include <stdio.h>
#include <string.h>

#include "simaws.h"

#define CHILD_ARN "arn:aws:cloudformation:" SIM_REGION ":" SIM_ACCOUNT ":stack/" SIM_STACK "-App/%d"
#define OTHER_ARN "arn:aws:cloudformation:" SIM_REGION ":" SIM_ACCOUNT ":stack/" SIM_STACK "-other/x"

static uint64_t next(struct sim *s)
{
    uint64_t z = (s->random += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static bool chance(struct sim *s, unsigned percent)
{
    return next(s) % 100 < percent;
}

static int below(struct sim *s, int n)
{
    return (int)(next(s) % (uint64_t)n);
}

static const char *id_of(struct sim *s, enum sim_kind kind, const char *mark, int n)
{
    static const char *const formats[SIM_KINDS] = { SIM_STACK "-%s-bucket-%d",
                                                    SIM_STACK "-%s-fn-%d",
                                                    "arn:aws:states:" SIM_REGION ":" SIM_ACCOUNT
                                                    ":stateMachine:" SIM_STACK "-%s-m-%d",
                                                    SIM_STACK "-%s-cluster-%d",
                                                    SIM_STACK "/%s-repo-%d",
                                                    SIM_STACK "-%s-role-%d",
                                                    "/" SIM_STACK "/%s-logs-%d" };
    return m2_arena_printf(s->a, formats[kind], mark, n);
}

static struct sim_thing *make(struct sim *s, enum sim_kind kind, const char *mark, int n)
{
    static const bool holds[SIM_KINDS] = { [SIM_BUCKET] = true,
                                           [SIM_FUNCTION] = true,
                                           [SIM_MACHINE] = true,
                                           [SIM_CLUSTER] = true,
                                           [SIM_REPOSITORY] = true };
    struct sim_thing *t = sim_add(s, kind, id_of(s, kind, mark, n));
    t->inside = holds[kind] ? below(s, 4) : 0;
    return t;
}

/* ---- outside: nothing of this may be touched ---- */

static void outside(struct sim *s)
{
    int n = 2 + below(s, 6);
    for (int i = 0; i < n; i++) {
        struct sim_thing *t =
            make(s, (enum sim_kind)below(s, SIM_KINDS), "own", 100 + i); /* named as if it were */
        if (chance(s, 40))
            t->tag = OTHER_ARN;
        if (chance(s, 10))
            t->owner = SIM_OTHER;
    }
    struct sim_thing *t = sim_add(s, SIM_LOGS, "/aws/lambda/" SIM_STACK "-own-fn-1-beside");
    t->tag = OTHER_ARN;
    int other = sim_stack_add(s, OTHER_ARN, SIM_STACK "-other");
    struct sim_resource *r = sim_list(s, other, make(s, SIM_BUCKET, "other", 1), "DataBucket");
    s->things[r->thing].foreign = true;
    s->things[r->thing].fate = SIM_STAYS;
}

/* ---- the stack's own, and what is wrong with it ---- */

static void stays(struct sim_thing *t)
{
    t->foreign = true;
    t->fate = SIM_STAYS;
}

/* A bucket that is kept on purpose stays when there is something in it; CloudFormation deletes an empty one.
 */
static void kept_bucket(struct sim_thing *t)
{
    t->fate = t->inside ? SIM_STAYS : SIM_EITHER;
    t->foreign = t->inside > 0;
}

static void bucket_faults(struct sim *s, struct sim_thing *t, const struct m2_plan_options *opt,
                          bool *refused)
{
    if (chance(s, 6))
        t->lock = chance(s, 50) ? "GOVERNANCE" : "COMPLIANCE";
    t->mfa = chance(s, 4);
    bool bypass = t->lock && strcmp(t->lock, "GOVERNANCE") == 0 && opt->bypass_governance;
    if (opt->keep_data || (t->lock && !bypass) || t->mfa)
        kept_bucket(t);
    if (t->fate == SIM_GOES && chance(s, 8))
        t->refills = 1;
    if (chance(s, 2)) {
        t->owner = SIM_OTHER;
        stays(t);
        *refused = true;
    }
    if (chance(s, 2)) {
        t->region = "eu-west-1";
        stays(t);
        *refused = true;
    }
    if (chance(s, 1)) {
        t->id = m2_arena_printf(s->a, "cloudmr-data-cloudmrhub-brain-%d", below(s, 1000));
        stays(t);
        *refused = true;
    }
}

static void logs_of(struct sim *s, const struct sim_thing *function, const struct m2_plan_options *opt,
                    bool kept)
{
    struct sim_thing *t = sim_add(s, SIM_LOGS, m2_arena_printf(s->a, "/aws/lambda/%s", function->id));
    if (!opt->delete_logs || kept)
        return;
    if (chance(s, 8)) { /* another stack has it as a resource of its own */
        t->tag = OTHER_ARN;
        return;
    }
    t->foreign = false;
    t->fate = SIM_GOES;
}

static void resource(struct sim *s, int stack, int n, const struct m2_plan_options *opt, bool parent_kept,
                     bool *refused)
{
    enum sim_kind kind = (enum sim_kind)below(s, SIM_KINDS);
    struct sim_thing *t = make(s, kind, "own", n);
    struct sim_resource *r = sim_list(s, stack, t, m2_arena_printf(s->a, "R%d", n));
    if (chance(s, 70))
        t->tag = s->stacks[stack].arn;
    bool gone_from_stack = chance(s, 3);
    if (gone_from_stack) { /* somebody else has taken the name since */
        r->status = "DELETE_COMPLETE";
        t->tag = NULL;
        stays(t);
        return;
    }
    if (kind == SIM_BUCKET)
        bucket_faults(s, t, opt, refused);
    bool unread = s->stacks[0].no_template;
    if (chance(s, 10) && !(unread && (kind == SIM_ROLE || kind == SIM_LOGS))) {
        r->policy = chance(s, 70) ? "Retain" : "RetainExceptOnCreate";
        stays(t);
    }
    if (parent_kept)
        stays(t);
    if (kind != SIM_ROLE && kind != SIM_LOGS && chance(s, 2)) {
        t->tag = OTHER_ARN; /* imported from another stack */
        stays(t);
        *refused = true;
    }
    if (unread && kind != SIM_ROLE && kind != SIM_LOGS)
        *refused = true;
    if (kind == SIM_FUNCTION && chance(s, 60)) {
        logs_of(s, t, opt, r->policy || parent_kept);
    }
}

static void children(struct sim *s, const struct m2_plan_options *opt, bool *refused)
{
    int n = below(s, 3);
    for (int i = 0; i < n; i++) {
        int k = sim_stack_add(s, m2_arena_printf(s->a, CHILD_ARN, i),
                              m2_arena_printf(s->a, SIM_STACK "-App-%d", i));
        struct sim_resource *r = sim_nest(s, 0, k, m2_arena_printf(s->a, "App%d", i));
        bool kept = chance(s, 10);
        if (chance(s, 3)) { /* it is nested in another stack, whatever this one lists */
            s->stacks[k].parent = OTHER_ARN;
            kept = true;
            *refused = true;
        }
        *refused = *refused || s->stacks[0].no_template;
        r->policy = kept ? "Retain" : NULL;
        int m = below(s, 5);
        for (int j = 0; j < m; j++)
            resource(s, k, 20 * (i + 1) + j, opt, kept, refused);
    }
}

static void root_faults(struct sim *s, const struct m2_plan_options *opt, bool *refused)
{
    struct sim_stack *root = &s->stacks[0];
    root->protection = chance(s, 8);
    *refused = *refused || (root->protection && !opt->disable_protection);
    if (chance(s, 6)) {
        root->export_name = "exported";
        root->imported_by = chance(s, 40) ? "somebody" : NULL;
        *refused = *refused || root->imported_by;
    }
    if (chance(s, 3)) {
        root->status = "UPDATE_IN_PROGRESS";
        *refused = true;
    }
    if (chance(s, 2)) {
        root->parent = OTHER_ARN;
        *refused = true;
    }
    if (chance(s, 8)) {
        root->role = "arn:aws:iam::" SIM_ACCOUNT ":role/cfn-role";
        s->gone_role = chance(s, 30);
        *refused = *refused || s->gone_role;
    }
    if (chance(s, 3)) {
        s->alias = "lab-prod";
        *refused = true;
    }
    if (chance(s, 2)) {
        s->caller = SIM_OTHER;
        *refused = true;
    }
    if (chance(s, 2)) {
        s->no_alias = true;
        *refused = true;
    }
    if (chance(s, 4)) {
        s->custom = chance(s, 50) ? "Custom::S3AutoDeleteObjects" : "Custom::Something";
        *refused = *refused || (opt->keep_data && strcmp(s->custom, "Custom::S3AutoDeleteObjects") == 0);
    }
}

void sim_random(struct sim *s, struct m2_plan_options *opt, bool *refused, uint64_t seed)
{
    s->random = seed;
    *refused = false;
    *opt = (struct m2_plan_options){ .keep_data = chance(s, 15),
                                     .delete_logs = chance(s, 40),
                                     .bypass_governance = chance(s, 30),
                                     .skip_brain = true,
                                     .disable_protection = chance(s, 50),
                                     .force_retain = chance(s, 20) };
    int root = sim_stack_add(s, SIM_ROOT, SIM_STACK), n = below(s, 8);
    s->stacks[root].no_template = chance(s, 3);
    for (int i = 0; i < n; i++)
        resource(s, root, i, opt, false, refused);
    children(s, opt, refused);
    outside(s);
    root_faults(s, opt, refused);
    if (chance(s, 4)) { /* of another account, or under another path than it has */
        opt->role_arn = s->role_arn = chance(s, 50) ? "arn:aws:iam::" SIM_OTHER ":role/cfn-role"
                                                    : "arn:aws:iam::" SIM_ACCOUNT ":role/path/cfn-role";
        *refused = true;
    }
}
