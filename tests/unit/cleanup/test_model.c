/* 10,000 random accounts: what is not proved the stack's own is never touched, what is goes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "m2/json.h"
#include "simaws.h"

#define ACCOUNTS 10000

static const char *journal_path(void)
{
    static char path[64];
    (void)snprintf(path, sizeof path, "%s/m2-model-%d.jsonl",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
    (void)unlink(path);
    return path;
}

struct tally {
    unsigned refused, finished, left, gone, stayed;
};

static void check_fates(const struct sim *s, uint64_t seed, struct tally *n)
{
    for (int i = 0; i < s->n_things; i++) {
        const struct sim_thing *t = &s->things[i];
        if (t->fate == SIM_GOES)
            cr_assert(t->gone, "seed %llu: %s %s is still there", (unsigned long long)seed, sim_type(t->kind),
                      t->id);
        if (t->fate == SIM_STAYS)
            cr_assert_not(t->gone, "seed %llu: %s %s is gone", (unsigned long long)seed, sim_type(t->kind),
                          t->id);
        n->gone += t->fate == SIM_GOES;
        n->stayed += t->fate == SIM_STAYS;
    }
    cr_assert_str_eq(s->stacks[0].status, "DELETE_COMPLETE", "seed %llu", (unsigned long long)seed);
}

/* For who looks into one seed. */
static void explain(const struct sim *s, const struct sim_run *run, struct m2_arena *a)
{
    for (int i = 0; i < s->n_things; i++)
        (void)fprintf(stderr, "%-30s %s fate %d foreign %d gone %d tag %s owner %s\n",
                      sim_type(s->things[i].kind), s->things[i].id, s->things[i].fate, s->things[i].foreign,
                      s->things[i].gone, s->things[i].tag ? s->things[i].tag : "-", s->things[i].owner);
    (void)fprintf(stderr, "%s\n", m2_json_text(a, m2_plan_to_value(a, &run->plan, "test", "0")));
}

static void one(uint64_t seed, struct tally *n)
{
    struct m2_arena *a = m2_arena_new(), *wa = m2_arena_new();
    struct sim *s = m2_arena_alloc(wa, sizeof *s);
    struct m2_plan_options opt;
    struct sim_run run;
    bool refused;
    sim_init(s, wa);
    sim_random(s, &opt, &refused, seed);
    const char *before = sim_text(s, a);
    sim_teardown(&run, s, a, &opt, journal_path(), NULL, 0);
    if (getenv("M2_MODEL_SEED"))
        explain(s, &run, a);
    cr_assert_eq(s->violations, 0, "seed %llu: %s", (unsigned long long)seed, s->first_violation);
    cr_assert_eq(run.refused, refused, "seed %llu: %s", (unsigned long long)seed,
                 run.plan.blocked.len ? run.plan.blocked.at[0].said : "not refused");
    if (refused) {
        n->refused++;
        cr_assert_eq(s->writes, 0, "seed %llu: written although refused", (unsigned long long)seed);
        cr_assert_str_eq(sim_text(s, a), before);
    } else {
        cr_assert_eq(run.rc, 0, "seed %llu: %s", (unsigned long long)seed, run.err.msg);
        cr_assert_not(run.t.changed, "seed %llu", (unsigned long long)seed);
        check_fates(s, seed, n);
        for (size_t i = 0; i < run.t.items.len; i++)
            cr_assert(run.t.items.at[i].state == M2_END_GONE || run.t.items.at[i].state == M2_END_KEPT,
                      "seed %llu: %s %s (%s)", (unsigned long long)seed, run.t.items.at[i].item->resource,
                      run.t.items.at[i].said, m2_teardown_state_name(run.t.items.at[i].state));
        n->finished++;
    }
    m2_arena_free(a);
    m2_arena_free(wa);
}

Test(model, ten_thousand_random_accounts, .timeout = 280)
{
    struct tally n = { 0 };
    const char *from = getenv("M2_MODEL_SEED");
    uint64_t first = from ? strtoull(from, NULL, 10) : 1;
    for (uint64_t seed = first; seed < first + (from ? 1 : ACCOUNTS); seed++)
        one(seed, &n);
    (void)fprintf(stderr, "%u torn down, %u refused; %u things deleted, %u spared in those torn down\n",
                  n.finished, n.refused, n.gone, n.stayed);
    cr_assert(from || (n.refused > 1000 && n.finished > 5000 && n.gone > 20000 && n.stayed > 20000));
}
