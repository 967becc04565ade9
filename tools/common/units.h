/*
 * common/units.h — log in to CloudMR Brain and read the units, beside whatever else the network loop does.
 *
 * Model:     settled before anything is opened (it may ask on the terminal), started on the session's loop, finished when the account
 *            is read. What came of it is calls for the snapshot; a refusal is one of them, not an error.
 */
#ifndef M2_TOOLS_UNITS_H
#define M2_TOOLS_UNITS_H

#include "common/login.h"
#include "m2/snapshot.h"

struct units_reading {
    struct m2_arena *arena;
    const struct session *session;
    const char *why_not; /* not asked, although an address is there: one sentence; NULL */
    const char *app, *alias; /* APP_NAME, ALIAS; app: else MR Optimum, alias: else NULL */
    struct login login;
    struct m2_brain *brain; /* once started */
    struct m2_units units;
    bool asks, done;
    size_t from; /* calls made before the last start */
    struct m2_brain_answer answer; /* of the last call */
};

/** Is there an address and something to log in with? NEEDED: without them it is an error, and what is missing is asked for. Errors: as
 * login_settle. */
int units_settle(struct units_reading *u, struct m2_arena *a, const struct session *s, const struct login_args *args,
                 bool needed, struct m2_err *err) M2_MUST_USE;
/** Begin, when it asks; the session is connected. Once more reads the units again, with a new login when the last time failed.
 * DEADLINE_MONO_MS 0: none. */
void units_start(struct units_reading *u, int64_t deadline_mono_ms);
/** Wait for the end. Errors: M2_ECANCELLED, M2_EBUG. */
int units_finish(struct units_reading *u, struct m2_err *err) M2_MUST_USE;
/** Add to S what was asked and answered since the last start, or why nothing was asked. */
int units_add_calls(const struct units_reading *u, struct m2_snapshot *s, struct m2_err *err) M2_MUST_USE;
void units_free(struct units_reading *u); /* after the session's network */

#endif
