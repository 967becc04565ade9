/* analyze/identity/identity.h — the checks of the area identity. */
#ifndef M2_ANALYZE_IDENTITY_H
#define M2_ANALYZE_IDENTITY_H

#include "m2/check.h"

void m2_identity_credentials(struct m2_check_run *r);
void m2_identity_account(struct m2_check_run *r);
void m2_identity_region(struct m2_check_run *r);
void m2_identity_permissions(struct m2_check_run *r);

#endif
