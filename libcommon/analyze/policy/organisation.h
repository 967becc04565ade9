/*
 * analyze/policy/organisation.h — what the policies of an organisation (SCPs) say, as far as the snapshot
 * shows them.
 *
 * Model:     they limit users and roles of member accounts, and give nothing. Most accounts may not read
 * them: then none is given, and what is allowed is allowed before them. Source:    AWS Organizations User
 * Guide, "Service control policies", "SCP evaluation".
 */
#ifndef M2_ANALYZE_POLICY_ORGANISATION_H
#define M2_ANALYZE_POLICY_ORGANISATION_H

#include "m2/policy.h"
#include "m2/snapshot.h"

enum m2_organisation {
    M2_ORG_NONE,       /* the account is in no organisation, or in one whose policies are off */
    M2_ORG_MANAGEMENT, /* it is the management account, which they do not limit */
    M2_ORG_READ,       /* every level was read */
    M2_ORG_UNSEEN      /* some was not, or it is not known whether there is an organisation */
};

/** The policies of each level, from the account up, into POLICIES (NULL: only the answer). Of a level that
 * was read in part only what it denies counts. *GAP (may be NULL): UNSEEN, what was not read. */
enum m2_organisation m2_organisation_add(struct m2_policies *policies, struct m2_look *gap,
                                         struct m2_arena *a, const struct m2_snapshot *s);
/** The id of the organisation that the account is in; "" when it is in none, NULL when that is not known. */
const char *m2_organisation_id(const struct m2_snapshot *s);
/** One clause: how far organisation policies are in what is said. */
const char *m2_organisation_text(struct m2_arena *a, const struct m2_snapshot *s);

#endif
