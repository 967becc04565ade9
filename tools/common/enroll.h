/*
 * common/enroll.h — make Brain hold exactly one unit as wanted, whatever happens to answers, and remove one.
 *
 * Model:     look before every write and after it. A write whose answer is lost is looked up before it is repeated. A unit that
 *            this run made (Brain said its id, or there are no more new ones than lost answers) and that is one too many is removed
 *            again; any other is only reported. Every
 *            write is in the journal before it leaves, with the ids that were there then, so that a later run knows what a killed
 *            one had begun and which units are its own. A removal is always told.
 */
#ifndef M2_TOOLS_ENROLL_H
#define M2_TOOLS_ENROLL_H

#include "m2/brain.h"
#include "m2/journal.h"

struct enroll {
    struct m2_arena *arena;
    const struct m2_sys *sys;
    struct m2_net *net;
    struct m2_brain *brain;
    struct m2_journal *journal; /* locked; NULL: none is kept */
    void (*tell)(void *user, const char *phase); /* may be NULL */
    void *tell_user;
    /* Fields that are wanted of a new unit only: what a registered one says there is its owner's choice. */
    bool soft[M2_UNIT_FIELDS];
};

enum enroll_outcome {
    ENROLL_UNCHANGED,  /* it was there, all fields as wanted */
    ENROLL_REGISTERED, /* a new one */
    ENROLL_UPDATED,
    ENROLL_NO_ROLE, /* there, without the cross-account role: the server's known fault */
    ENROLL_KEPT,    /* there with its role, other fields as before: the fault keeps them from being changed without losing it */
    ENROLL_DIFFERS, /* there, and the server does not take the fields over */
    ENROLL_TWO,     /* more than one, and none was made by this run */
    ENROLL_OUTCOMES
};
const char *enroll_outcome_name(enum enroll_outcome o); /* "unchanged" … */

struct enroll_result {
    enum enroll_outcome outcome;
    struct m2_unit wanted, unit; /* soft fields settled; as it was read back */
    struct m2_fields fields;
    M2_VEC(struct m2_unit) surplus; /* to be removed by the user */
    M2_VEC(struct m2_unit) near;
    M2_VEC(const char *) notes;     /* sentences: what an earlier run left, what was repeated */
    const char *role_said;          /* the server's words, or NULL */
    bool wrote;
};

/** Open and lock the journal of the Brain at BASE for TOOL: e->journal. *WHY_NONE: one sentence when none can be kept. Errors: M2_EINPUT
 * (no journal), M2_ECANCELLED, M2_ETIMEOUT while another run holds it. */
int enroll_journal_open(const char **why_none, struct enroll *e, const char *base, const char *tool,
                        int64_t deadline_mono_ms, struct m2_err *err) M2_MUST_USE;

/** FIRST: the list of units, read under the journal's lock. Errors: what kept it from being done, and whether it may have been. */
int enroll_unit(struct enroll_result *out, struct enroll *e, const struct m2_unit *wanted,
                const struct m2_units *first, struct m2_err *err) M2_MUST_USE;

/** Remove the unit ID of APP and see that it is gone. *ALREADY: an earlier run had removed it. Errors: M2_ENOTFOUND (no such unit),
 * and as above. */
int enroll_remove(bool *already, struct enroll *e, const char *app, const char *id, const struct m2_units *first,
                  struct m2_err *err) M2_MUST_USE;

#endif
