/*
 * m2/journal.h — what a run that writes has begun and ended, so that a killed one can be continued.
 *
 * Model:     a file of one JSON object a line (m2-journal/1, docs/FORMATS), appended and synced before and after every step. One
 *            process at a time holds it: the lock is the kernel's, and goes with the process however it ends.
 * Lifetime:  a journal lives until m2_journal_close; its entries live in the arena given to open.
 */
#ifndef M2_JOURNAL_H
#define M2_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/sys.h"
#include "m2/value.h"

enum m2_step_state { M2_STEP_STARTED, M2_STEP_DONE, M2_STEP_FAILED, M2_STEP_SKIPPED };
const char *m2_step_state_name(enum m2_step_state s); /* "started" … */

struct m2_step {
    const char *run;  /* of which run; the entries of one run share it */
    const char *tool; /* "m2-register" */
    const char *step, *resource;
    enum m2_step_state state;
    const char *reason; /* "" when none */
    const char *time;   /* ISO 8601 */
};

struct m2_journal;

/** Where the state of the toolkit lives: $XDG_STATE_HOME/mode2-toolkit, else $HOME/.local/state/mode2-toolkit; NULL without a home. */
const char *m2_state_dir(struct m2_arena *a, const struct m2_sys *sys);

/** Open or make PATH (and its folders, for the user alone). Errors: M2_EIO, M2_EINPUT (not a journal). */
int m2_journal_open(struct m2_journal **out, struct m2_arena *a, const char *path, const char *tool,
                    const struct m2_sys *sys, struct m2_err *err) M2_MUST_USE;
/** Take the lock and read what is there. *LOCKED is false when another process holds it: try again later. Errors: M2_EIO. A last
 * line cut off by a kill is left out. */
int m2_journal_lock(struct m2_journal *j, bool *locked, struct m2_err *err) M2_MUST_USE;
/** The entries that were there when the lock was taken, and those written since. */
const struct m2_step *m2_journal_steps(const struct m2_journal *j, size_t *n);
/** The newest entry for STEP (NULL: any) of RESOURCE (NULL: any) that was started and never ended, or NULL. */
const struct m2_step *m2_journal_open_step(const struct m2_journal *j, const char *step, const char *resource);
/** Append an entry and wait until the disk has it. The lock must be held. Errors: M2_EIO (nothing may then be done). */
int m2_journal_write(struct m2_journal *j, const char *step, const char *resource, enum m2_step_state state,
                     const char *reason, struct m2_err *err) M2_MUST_USE;
const char *m2_journal_path(const struct m2_journal *j);
void m2_journal_close(struct m2_journal *j); /* gives the lock back; NULL is fine */

#endif
