/* After the stack: the unit at Brain, and whether all of it is as it must be. As m2-register and m2-verify
 * do. */
#include "deploy.h"
#include "m2/canary.h"
#include "m2/registration.h"

static void on_phase(void *user, const char *phase)
{
    struct deploy *d = user;
    m2_progress_phase(d->v.progress, phase);
}

static int may_register(const struct deploy *d, const struct m2_deployment *found, struct m2_err *err)
{
    static const enum m2_unit_field needed[] = { M2_UNIT_STATE_MACHINE, M2_UNIT_RESULTS, M2_UNIT_FAILED,
                                                 M2_UNIT_DATA };
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!found->at[needed[i]].value)
            return m2_fail(
                err, M2_ENOTFOUND,
                "the unit was not registered: stack %s names no %s among its outputs, parameters and "
                "resources",
                d->stack, m2_unit_rows()[needed[i]].label);
    for (size_t i = 0; i < d->proofs.list.len; i++)
        if (d->proofs.list.at[i].lost)
            return m2_fail(err, M2_ESERVICE, "the unit was not registered: %s", d->proofs.list.at[i].said);
    return 0;
}

static int enroll(struct deploy *d, struct enroll *e, struct m2_err *err)
{
    struct m2_deployment found;
    struct m2_unit wanted;
    if (d->v.units.answer.fault != M2_BRAIN_OK) {
        *err = d->v.units.answer.err;
        return -1;
    }
    m2_deployment_detect(&found, d->arena, &d->v.snap, NULL);
    m2_deployment_unit(&wanted, &found, d->v.units.app, d->v.units.alias);
    m2_deployment_check(&d->proofs, d->arena, &d->v.snap, found.account, &wanted);
    if (may_register(d, &found, err) < 0)
        return -1;
    if (d->proofs.counts[M2_PROOF_WRONG]) /* it is said by what is verified */
        return 0;
    e->brain = d->v.units.brain;
    e->soft[M2_UNIT_DEFAULT] = true;
    e->soft[M2_UNIT_ALIAS] = !d->v.units.alias;
    m2_progress_phase(d->v.progress, "registering the unit at CloudMR Brain");
    if (enroll_unit(&d->enrolled, e, &wanted, &d->v.units.units, err) < 0)
        return -1;
    d->registered = true;
    for (size_t i = 0; i < d->enrolled.notes.len; i++)
        verify_note(&d->v, "%s", d->enrolled.notes.at[i]);
    return 0;
}

/* The list of units is read under the lock. */
static int join_brain(struct deploy *d, struct m2_err *err)
{
    const char *why_none = NULL;
    struct enroll e = {
        .arena = d->arena, .sys = d->v.world->sys, .net = d->v.session.net, .tell = on_phase, .tell_user = d
    };
    int rc = enroll_journal_open(&why_none, &e, d->v.units.login.base, deploy_tool.name,
                                 d->v.deadline_mono_ms, err);
    if (why_none)
        verify_note(&d->v, "%s", why_none);
    if (rc == 0) {
        m2_progress_phase(d->v.progress, "reading the stack and the units");
        rc = verify_read(&d->v, verify_checks, true, err);
    }
    if (rc == 0)
        rc = enroll(d, &e, err);
    m2_journal_close(e.journal);
    return rc;
}

int deploy_join(struct deploy *d, struct m2_err *err)
{
    if (d->v.units.asks && join_brain(d, err) < 0)
        return -1;
    /* What was read to register it is still so when nothing had to be registered. */
    bool is_read = d->registered && d->enrolled.outcome == ENROLL_UNCHANGED;
    m2_progress_phase(d->v.progress, "verifying");
    if (!is_read && verify_read(&d->v, verify_checks, true, err) < 0)
        return -1;
    d->v.task = m2_canary_task(d->arena);
    if (d->args->verify.canary && d->registered && verify_canary(&d->v, err) < 0)
        return -1;
    if (verify_judge(&d->verdict, &d->v, verify_checks, err) < 0)
        return -1;
    d->verified = true;
    return d->v.timed_out
               ? m2_fail(err, M2_ETIMEOUT, "the time of the run (--timeout) was over before all was verified")
               : 0;
}
