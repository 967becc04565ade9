/* --wait: until stack and unit are there, cannot come any more, or the time is over. */
#include "m2/registration.h"
#include "verify.h"

#define FIRST_MS 1000
#define MOST_MS 10000

/* Little is read at each look: whether it is worth to look at everything. */
static const char *const watched[] = { "stack.status", "registration", NULL };

enum outlook { THERE, NOT_YET, NEVER };

struct seen {
    enum outlook outlook;
    const char *what; /* "stack mroptimum-mode2: CREATE_IN_PROGRESS", "the unit at CloudMR Brain" */
};

static const struct m2_finding *finding_of(const struct m2_findings *f, const char *id)
{
    for (size_t i = 0; i < f->list.len; i++)
        if (m2_str_eq(f->list.at[i]->id, id))
            return f->list.at[i];
    return NULL;
}

bool verify_is_doomed(const char *status)
{
    static const char *const doomed[] = { "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS" };
    for (size_t i = 0; i < sizeof doomed / sizeof doomed[0]; i++)
        if (m2_str_eq(doomed[i], status))
            return true;
    return false;
}

static struct seen look_at_stack(struct verify *v, const struct m2_findings *f,
                                 const struct m2_stackview *view)
{
    const struct m2_finding *it = finding_of(f, "stack.status");
    const char *what =
        m2_arena_printf(v->arena, "stack %s: %s", m2_str_or(view->name, "?"),
                        view->state == M2_STACK_NONE ? "not there" : m2_str_or(view->status, "?"));
    bool coming = it && (m2_str_eq(it->cause, "stack.missing") || m2_str_eq(it->cause, "stack.in-progress"));
    if (!it || view->state == M2_STACK_UNSEEN || verify_is_doomed(view->status))
        return (struct seen){ NEVER, what };
    if (coming)
        return (struct seen){ NOT_YET, what };
    return (struct seen){ it->status == M2_FAIL ? NEVER : THERE, what };
}

static struct seen look_at_unit(const struct verify *v, const struct m2_registration *reg)
{
    static const struct {
        enum m2_brain_fault fault;
        enum outlook outlook;
    } faults[] = {
        { M2_BRAIN_TLS, NEVER },     { M2_BRAIN_WRONG_URL, NEVER }, { M2_BRAIN_LOGIN, NEVER },
        { M2_BRAIN_EXPIRED, NEVER }, { M2_BRAIN_NOT_ADMIN, NEVER },
    };
    enum m2_brain_fault fault = v->units.answer.fault;
    if (reg->seen == M2_BRAIN_NOT_ASKED)
        return (struct seen){ THERE, "" };
    if (reg->seen == M2_BRAIN_READ)
        return (struct seen){ reg->meant ? THERE : NOT_YET, "the unit at CloudMR Brain" };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        /* A login by password gets a new token when the old one's time is over. */
        if (faults[i].fault == fault && (fault != M2_BRAIN_EXPIRED || !v->units.login.email))
            return (struct seen){ faults[i].outlook, "the login to CloudMR Brain" };
    return (struct seen){ NOT_YET, "CloudMR Brain, which does not answer" };
}

static int look(struct seen *out, struct verify *v, struct m2_err *err)
{
    struct m2_findings found = { 0 };
    struct m2_registration reg;
    struct m2_err trouble = { 0 };
    if (verify_read(v, watched, true, &trouble) < 0) {
        bool passing = trouble.code == M2_ENET || trouble.code == M2_ETIMEOUT || trouble.code == M2_ESERVICE;
        *out = (struct seen){ NOT_YET, "AWS, which does not answer" };
        return passing ? 0 : m2_fail(err, trouble.code, "%s", trouble.msg);
    }
    if (verify_judge(&found, v, watched, err) < 0)
        return -1;
    m2_registration_read(&reg, v->arena, &v->snap);
    *out = look_at_stack(v, &found, &reg.deployment.view);
    struct seen unit = look_at_unit(v, &reg);
    if (unit.outlook == NEVER || out->outlook == THERE)
        *out = unit;
    return 0;
}

int verify_wait(struct verify *v, struct m2_err *err)
{
    const struct m2_sys *sys = v->world->sys;
    int64_t started = m2_mono_ms(sys), pause = FIRST_MS;
    const char *told = NULL;
    for (;;) {
        struct seen seen;
        if (look(&seen, v, err) < 0)
            return -1;
        int64_t passed = m2_mono_ms(sys) - started, left = v->args->wait_ms - passed;
        if (seen.outlook != NOT_YET || v->timed_out)
            return 0;
        if (left <= 0) {
            verify_note(v, "The wait was over after %lld s; still awaited: %s.", (long long)(passed / 1000),
                        seen.what);
            return 0;
        }
        if (!m2_str_eq(told, seen.what))
            m2_progress_phase(v->progress, m2_arena_printf(v->arena, "waiting for %s", seen.what));
        told = seen.what;
        m2_progress_update(v->progress, m2_arena_printf(v->arena, "waiting for %s, %lld s", seen.what,
                                                        (long long)(passed / 1000)));
        if (verify_sleep(v, pause < left ? pause : left, "waiting; nothing was written", err) < 0)
            return -1;
        pause = pause * 3 / 2 < MOST_MS ? pause * 3 / 2 : MOST_MS;
    }
}
