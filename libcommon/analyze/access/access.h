/* analyze/access/access.h — who may take the role that CloudMR Brain uses. */
#ifndef M2_ANALYZE_ACCESS_H
#define M2_ANALYZE_ACCESS_H

#include "m2/check.h"
#include "m2/stackview.h"

void m2_access_trust(struct m2_check_run *r);
void m2_access_permissions(struct m2_check_run *r);

struct m2_access_role {
    const char *name, *named_by;
    const struct m2_call *call; /* where the name was read */
};
/** The role that CloudMR Brain takes; false when nothing names one. */
bool m2_access_role_find(struct m2_access_role *out, struct m2_arena *a, const struct m2_stackview *view,
                         const struct m2_snapshot *s);

/* What a trust policy lets in, all statements together. */
struct m2_trust {
    bool expected;         /* a principal of an expected account may take the role */
    bool anyone;           /* so may anybody */
    const char *unclear;   /* whether anybody may hangs on what is not understood here: a clause; else NULL */
    bool whole_account;    /* so may all of an expected account */
    bool external_id;      /* every way in for an expected account asks for a certain ExternalId */
    bool organisation;     /* a way in is for the members of an organisation, whoever they are */
    const char *others;    /* who else is named, for the message; "" */
    const char *strangers; /* of these, the users, roles and accounts that are neither expected nor OWN; "" */
};
/** ACCOUNTS (NULL-ended): those that should get in; OWN: the account of the role, NULL when not known.
 * DOCUMENT as IAM gives it. */
void m2_trust_read(struct m2_trust *out, struct m2_arena *a, const struct m2_value *document,
                   const char *const *accounts, const char *own);

#endif
