/* stack/stack.h — the checks of the area stack. */
#ifndef M2_STACK_H
#define M2_STACK_H

#include "m2/check.h"
#include "m2/stackview.h"

/* What a stack status means. */
struct m2_status_row {
    const char *status;
    const char *cause; /* NULL: the stack is in order */
    enum m2_status level;
    bool usable;         /* jobs can run */
    const char *meaning; /* sentence */
    const char *fix;     /* NULL: that of the cause */
    const char *command; /* printf format with the stack's name; NULL none */
};
/** Row of STATUS; an unknown status ending in _IN_PROGRESS or _FAILED is read by its end. Never NULL. */
const struct m2_status_row *m2_status_row(const char *status);

void m2_stack_status(struct m2_check_run *r);
void m2_stack_events(struct m2_check_run *r);
void m2_stack_outputs(struct m2_check_run *r);
void m2_stack_resources(struct m2_check_run *r);

#endif
