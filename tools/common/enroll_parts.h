/*
 * common/enroll_parts.h — what registering and removing share: telling, the journal, waiting.
 */
#ifndef M2_TOOLS_ENROLL_PARTS_H
#define M2_TOOLS_ENROLL_PARTS_H

#include "common/enroll.h"

#define MOST_LOOKS 4 /* after a write: at once, and after 1, 2 and 4 s */
#define FIRST_WAIT_MS 1000

void enroll_tell(struct enroll *e, const char *phase);
/** In the journal, when there is one. Errors: M2_EIO. */
int enroll_note(struct enroll *e, const char *step, const char *resource, enum m2_step_state state,
                const char *reason, struct m2_err *err) M2_MUST_USE;

#endif
