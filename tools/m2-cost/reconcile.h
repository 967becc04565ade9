/*
 * m2-cost/reconcile.h — what the two halves of reconcile share: comparing, and saying what came of it.
 */
#ifndef M2_COST_RECONCILE_SAY_H
#define M2_COST_RECONCILE_SAY_H

#include "m2/reconcile.h"
#include "past.h"

struct reconciling {
    struct cost_run *run;
    struct m2_reconcile *both;
    struct m2_bill_ask bill;
    struct m2_reconcile_ask ask;
    const char *tolerance; /* as given */
    struct cost_past past;
    struct m2_bill_export all; /* of all files */
    M2_VEC(const char *) formats;
    struct m2_reconciliation found;
};

void reconcile_say(struct cost_result *out, const struct reconciling *r);
void reconcile_json(struct m2_value *root, const struct reconciling *r);

#endif
