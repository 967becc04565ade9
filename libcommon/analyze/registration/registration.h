/*
 * analyze/registration/registration.h — the checks of the area registration.
 */
#ifndef M2_ANALYZE_REGISTRATION_H
#define M2_ANALYZE_REGISTRATION_H

#include "m2/check.h"
#include "m2/registration.h"

void m2_brain_reach(struct m2_check_run *r);
void m2_brain_login(struct m2_check_run *r);
void m2_brain_unit(struct m2_check_run *r);
void m2_brain_fields(struct m2_check_run *r);
void m2_brain_canary(struct m2_check_run *r);

/** " --app-name NAME" for a command line where the application is not the usual one, else "". */
const char *m2_registration_app_option(struct m2_arena *a, const struct m2_registration *reg);

/* causes.c */
#define M2_N_REGISTRATION_CAUSES 22
extern const struct m2_cause m2_registration_causes[M2_N_REGISTRATION_CAUSES];

#endif
