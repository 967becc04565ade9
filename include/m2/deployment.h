/*
 * m2/deployment.h — what a deployed stack says about its computing unit, and whether it is true (pure, over a snapshot).
 *
 * Model:     detection reads outputs, parameters and resources, nested stacks too, and says where each value came from. The caller
 *            puts flags and environment over it. Checking then asks the same snapshot whether each value exists and is this
 *            account's. To have the answers for values of its own in the snapshot, the caller names them in m2_target before it
 *            collects (m2_deployment_collect is the list of checks to ask for).
 * Lifetime:  everything lives in the arena given or in the snapshot.
 * Source:    outputs, parameters and resources of MR Optimum's Mode 1 and Mode 2 templates.
 */
#ifndef M2_DEPLOYMENT_H
#define M2_DEPLOYMENT_H

#include <stdbool.h>

#include "m2/awsconfig.h"
#include "m2/mem.h"
#include "m2/snapshot.h"
#include "m2/stackview.h"
#include "m2/unit.h"

/* Ids for m2_collect_options.checks, NULL-ended: what detection and checking read. */
extern const char *const m2_deployment_collect[];

struct m2_deployment {
    struct m2_stackview view;
    const char *account; /* of the caller; NULL when not told */
    /* By enum m2_unit_field, with where it came from: "stack NAME, output KEY"; value NULL: not found. Set: account, region, state
     * machine, buckets, role, external id ("" with a source when the role asks for none). */
    struct m2_setting at[M2_UNIT_FIELDS];
};
/** ROLE: the ARN that is used whatever the stack says, or NULL; the external id is then that role's. */
void m2_deployment_detect(struct m2_deployment *out, struct m2_arena *a, const struct m2_snapshot *s,
                          const char *role);

/** The external id that the trust policy TRUST (as IAM gives it) asks for; NULL when none, or a pattern. */
const char *m2_deployment_external_id(struct m2_arena *a, const struct m2_value *trust);

enum m2_proof {
    M2_PROOF_OK,      /* there, and this account's */
    M2_PROOF_NOTED,   /* there, and CloudMRHub's: data leaves the account */
    M2_PROOF_UNKNOWN, /* may not be asked */
    M2_PROOF_WRONG,   /* missing, malformed, of another account or region */
    M2_PROOF_COUNT
};
const char *m2_proof_name(enum m2_proof p); /* "ok", "noted", "unknown", "wrong" */

struct m2_proven {
    enum m2_unit_field field;
    enum m2_proof proof;
    const char *said; /* one sentence with values; "" when ok */
    bool lost;        /* unknown: no refusal, the answer was lost; asking again may tell */
};
struct m2_proofs {
    M2_VEC(struct m2_proven) list; /* in the order of the fields */
    size_t counts[M2_PROOF_COUNT];
};
/** Check the fields that U has. ACCOUNT: of the caller, or NULL. */
void m2_deployment_check(struct m2_proofs *out, struct m2_arena *a, const struct m2_snapshot *s,
                         const char *account, const struct m2_unit *u);

/** Is S an account id: 12 digits? */
bool m2_is_account_id(const char *s);
/** Is ID one of CloudMRHub's own accounts? */
bool m2_is_cloudmrhub(const char *id);
/** Is BUCKET one of CloudMRHub's buckets that the template names by default? */
bool m2_is_cloudmrhub_bucket(const char *bucket);

#endif
