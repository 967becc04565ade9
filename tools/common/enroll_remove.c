/* Removing a unit, and the steps that every write shares. */
#include <stdlib.h>
#include <string.h>

#include "common/enroll_parts.h"

void enroll_tell(struct enroll *e, const char *phase)
{
    if (e->tell)
        e->tell(e->tell_user, phase);
}

int enroll_note(struct enroll *e, const char *step, const char *resource, enum m2_step_state state,
                const char *reason, struct m2_err *err)
{
    return e->journal ? m2_journal_write(e->journal, step, resource, state, reason, err) : 0;
}

static bool has(const struct m2_units *units, const char *id)
{
    for (size_t i = 0; i < units->list.len; i++)
        if (m2_str_eq(units->list.at[i].id, id))
            return true;
    return false;
}

static bool begun(const struct enroll *e, const char *id)
{
    size_t n = 0;
    const struct m2_step *steps = e->journal ? m2_journal_steps(e->journal, &n) : NULL;
    for (size_t i = 0; i < n; i++)
        if (m2_str_eq(steps[i].step, "remove") && m2_str_eq(steps[i].resource, id))
            return true;
    return false;
}

/* Gone, or not, after a removal. */
static int look_until_gone(bool *gone, struct enroll *e, const char *app, const char *id, struct m2_err *err)
{
    int64_t wait = FIRST_WAIT_MS;
    for (int i = 0;; i++, wait *= 2) {
        struct m2_units units;
        struct m2_brain_answer answer;
        struct m2_err why = { 0 };
        int rc = m2_brain_units(&units, e->arena, e->brain, app, &answer, &why);
        *gone = rc == 0 && !has(&units, id);
        if (*gone)
            return 0;
        if (i + 1 >= MOST_LOOKS || m2_cancelled(e->sys) || why.code == M2_ECANCELLED)
            return rc < 0 ? m2_fail(err, why.code, "%s; whether unit %s is gone is not known: run it again",
                                    why.msg, id)
                          : 0;
        enroll_tell(e, "waiting for the unit to go");
        m2_net_pause(e->net, wait);
    }
}

int enroll_remove(bool *already, struct enroll *e, const char *app, const char *id,
                  const struct m2_units *first, struct m2_err *err)
{
    bool gone = !has(first, id);
    *already = gone && begun(e, id);
    if (gone && !*already)
        return m2_fail(err, M2_ENOTFOUND, "there is no unit %s among the %zu %s of %s", id, first->list.len,
                       first->list.len == 1 ? "unit" : "units", app);
    if (*already)
        return m2_journal_open_step(e->journal, "remove", id)
                   ? enroll_note(e, "remove", id, M2_STEP_DONE, "gone from the list", err)
                   : 0;
    struct m2_brain_answer answer = { .message = "" };
    struct m2_err why = { 0 };
    for (int i = 0; i < 2 && !gone; i++) {
        if (enroll_note(e, "remove", id, M2_STEP_STARTED, NULL, err) < 0)
            return -1;
        enroll_tell(e, "removing");
        int rc = m2_brain_delete(e->arena, e->brain, id, &answer, &why);
        if (rc < 0 && !answer.may_have_acted && answer.http_status != 404) {
            if (enroll_note(e, "remove", id, M2_STEP_FAILED, why.msg, err) < 0)
                return -1;
            return m2_fail(err, why.code, "%s", why.msg);
        }
        if (look_until_gone(&gone, e, app, id, err) < 0)
            return -1;
    }
    if (!gone)
        return m2_fail(err, M2_ESERVICE, "unit %s is still in Brain's list after it was removed twice", id);
    return enroll_note(e, "remove", id, M2_STEP_DONE, NULL, err);
}
