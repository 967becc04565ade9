/*
 * aws/creds_static.h — long-lived keys written into one of the shared files.
 */
#ifndef M2_AWS_CREDS_STATIC_H
#define M2_AWS_CREDS_STATIC_H

#include "aws/creds_source.h"

/** Keys of section S (may be NULL) of the file PATH (may be NULL); the two files never mix. */
enum m2_cred_answer m2_cred_static(struct m2_creds *out, struct m2_creds_context *c,
                                   const struct m2_ini_section *s, const char *path, struct m2_err *err);

#endif
