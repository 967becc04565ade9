/* A fault at every call of a whole teardown: the next run ends where an undisturbed one does, and nothing
 * foreign is touched. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "simaws.h"

static const char *journal_path(void)
{
    static char path[64];
    (void)snprintf(path, sizeof path, "%s/m2-faults-%d.jsonl",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", (int)getpid());
    return path;
}

/* One of each kind at the root and in a nested stack, things beside them, a bucket that fills again, one that
 * is kept. */
static void build(struct sim *s, struct m2_arena *a)
{
    sim_init(s, a);
    int root = sim_stack_add(s, SIM_ROOT, SIM_STACK);
    int child =
        sim_stack_add(s, "arn:aws:cloudformation:" SIM_REGION ":" SIM_ACCOUNT ":stack/" SIM_STACK "-App/1",
                      SIM_STACK "-App");
    sim_nest(s, root, child, "App");
    for (int k = 0; k < SIM_KINDS; k++) {
        const char *machine = "arn:aws:states:" SIM_REGION ":" SIM_ACCOUNT ":stateMachine:m";
        char id[100], beside[110];
        (void)snprintf(id, sizeof id, "%s%d", k == SIM_MACHINE ? machine : "own", k);
        (void)snprintf(beside, sizeof beside, "%s-beside", id);
        struct sim_thing *t = sim_add(s, (enum sim_kind)k, id);
        t->inside = k == SIM_ROLE || k == SIM_LOGS ? 0 : 2;
        (void)sim_list(s, k % 2 ? child : root, t, id);
        sim_add(s, (enum sim_kind)k, beside)->inside = 1;
    }
    struct sim_thing *refilled = sim_add(s, SIM_BUCKET, "refilled"), *kept = sim_add(s, SIM_BUCKET, "kept");
    refilled->inside = kept->inside = 3;
    refilled->refills = 1;
    (void)sim_list(s, child, refilled, "Refilled");
    sim_list(s, child, kept, "Kept")->policy = "Retain";
    kept->foreign = true;
    sim_add(s, SIM_LOGS, "/aws/lambda/own1")->foreign = false;
    s->stacks[root].protection = true;
    s->stacks[root].role = "arn:aws:iam::" SIM_ACCOUNT ":role/cfn-role";
}

static const struct m2_plan_options options = { .skip_brain = true,
                                                .delete_logs = true,
                                                .disable_protection = true };

/* Faulty run, then run after run until one ends well; the state it leaves. *CALLS: of the first run. */
static char *after(enum sim_fault fault, unsigned at, unsigned *calls)
{
    struct m2_arena *wa = m2_arena_new();
    struct sim *s = m2_arena_alloc(wa, sizeof *s);
    build(s, wa);
    s->fault = fault;
    s->fault_at = at;
    (void)unlink(journal_path());
    bool well = false;
    for (int i = 0; i < 4 && !well; i++) {
        struct m2_arena *a = m2_arena_new();
        struct sim_run run;
        sim_teardown(&run, s, a, &options, journal_path(), NULL, 0);
        if (i == 0 && calls)
            *calls = s->calls;
        well = run.rc == 0 && !run.refused && !run.t.changed &&
               run.t.counts[M2_END_LEFT] + run.t.counts[M2_END_UNTOLD] == 0;
        cr_assert(well || fault != SIM_NO_FAULT, "%s",
                  run.rc        ? run.err.msg
                  : run.refused ? run.plan.blocked.at[0].said
                                : "left");
        s->fault = SIM_NO_FAULT;
        s->killed = false;
        s->timers = NULL;
        m2_arena_free(a);
    }
    cr_assert(well, "fault %d at call %u: four runs did not end it", (int)fault, at);
    cr_assert_eq(s->violations, 0, "fault %d at call %u: %s", (int)fault, at, s->first_violation);
    char *text = m2_xstrdup(sim_text(s, wa));
    m2_arena_free(wa);
    return text;
}

Test(faults, at_every_call_the_next_run_ends_the_same, .timeout = 280)
{
    static const enum sim_fault faults[] = { SIM_LOST_BEFORE, SIM_LOST_AFTER, SIM_KILLED };
    unsigned calls = 0, runs = 0;
    char *clean = after(SIM_NO_FAULT, 0, &calls);
    cr_assert_gt(calls, 100);
    for (size_t f = 0; f < sizeof faults / sizeof faults[0]; f++)
        for (unsigned at = 1; at <= calls; at++, runs++) {
            char *text = after(faults[f], at, NULL);
            cr_assert_str_eq(text, clean, "fault %d at call %u:\n%s\ninstead of\n%s", (int)faults[f], at,
                             text, clean);
            free(text);
        }
    (void)fprintf(stderr, "%u calls, %u faults, all ended the same\n", calls, runs);
    (void)unlink(journal_path());
    free(clean);
}
