/*
 * m2/registration.h — the units at CloudMR Brain beside the deployed stack: which one is meant, what differs, where jobs go (pure).
 *
 * Model:     read from one snapshot: Brain's calls (service "brain") on one side, what m2_deployment_detect finds on the other. Calls
 *            are told by the end of their path, and refusals by code, HTTP status or words, so that snapshots made by hand do as well.
 * Lifetime:  everything lives in the arena given or in the snapshot.
 */
#ifndef M2_REGISTRATION_H
#define M2_REGISTRATION_H

#include <stdbool.h>

#include "m2/brain.h"
#include "m2/deployment.h"
#include "m2/unit.h"

enum m2_brain_seen {
    M2_BRAIN_NOT_ASKED,
    M2_BRAIN_UNREAD, /* asked, and the units did not come */
    M2_BRAIN_READ,
};

struct m2_registration {
    enum m2_brain_seen seen;
    const char *why;             /* unless read: one sentence */
    const struct m2_call *login; /* NULL: a ready token, or not asked */
    const struct m2_call *list;  /* the last page; NULL when not made */
    const struct m2_call *failed; /* the first that failed, or NULL */
    enum m2_brain_fault fault;    /* of it */

    const char *app; /* whose units were asked for */
    struct m2_deployment deployment;
    struct m2_unit expected;          /* what the stack says */
    M2_VEC(const struct m2_unit *) units; /* of the application, in Brain's order */
    const struct m2_unit *meant;      /* the stack's own, else the one most like it; NULL: none */
    bool same;                        /* MEANT is for the same account, region and state machine */
    M2_VEC(const struct m2_unit *) surplus; /* further units for the same thing */
    struct m2_fields fields;          /* of MEANT; n 0 without one, or without a stack */
    const struct m2_unit *mode_1;     /* CloudMRHub's own, or NULL */
    const struct m2_unit *route;      /* the one that jobs for the stack's mode go to; NULL: none, or not to be told */
    const char *route_why;            /* one sentence */
};
void m2_registration_read(struct m2_registration *out, struct m2_arena *a, const struct m2_snapshot *s);

/** The unit that D's stack should have at Brain. APP and ALIAS NULL: the usual ones. */
void m2_deployment_unit(struct m2_unit *out, const struct m2_deployment *d, const char *app, const char *alias);

/** Does FIELD, which differs, only follow from MEANT being another account's or region's unit altogether? */
bool m2_registration_follows(const struct m2_registration *r, struct m2_arena *a, enum m2_unit_field field);

/** Calls of Brain whose path ends in PATH ("computing-unit/list"), in order: start with NULL, end at NULL. */
const struct m2_call *m2_brain_call(const struct m2_snapshot *s, const char *path, const struct m2_call *after);
/** What went wrong with CALL; M2_BRAIN_OK when nothing. */
enum m2_brain_fault m2_brain_call_fault(const struct m2_call *call);

#endif
