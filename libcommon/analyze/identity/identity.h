/* analyze/identity/identity.h — the checks of the area identity. */
#ifndef M2_ANALYZE_IDENTITY_H
#define M2_ANALYZE_IDENTITY_H

#include "m2/check.h"

void m2_identity_credentials(struct m2_check_run *r);
void m2_identity_account(struct m2_check_run *r);
void m2_identity_region(struct m2_check_run *r);
void m2_identity_permissions(struct m2_check_run *r);

/** Where the simulator refused CALL: by the caller's own policies, as far as they were read. False when none
 * was; else *allowed counts what they allow on every resource. */
bool m2_own_rights(size_t *allowed, struct m2_check_run *r, const struct m2_call *call);

#endif
