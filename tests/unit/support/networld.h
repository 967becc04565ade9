/* support/networld.h — an account's network as a snapshot, healthy until a test breaks it. */
#ifndef M2_TEST_NETWORLD_H
#define M2_TEST_NETWORLD_H

#include "m2/check.h"
#include "m2/value.h"

enum world_kind {
    WORLD_NAT,       /* private subnets behind a NAT gateway */
    WORLD_PUBLIC,    /* public subnets, tasks with public IP */
    WORLD_ENDPOINTS, /* no internet: interface endpoints and the S3 gateway endpoint */
};

struct world {
    struct m2_arena *a;
    struct m2_value *root;
    struct m2_findings found; /* after world_run */
};

/** All JSON in these functions may use ' for ". */
struct world world_new(enum world_kind kind);
void world_free(struct world *w);
/** Put JSON at PATH of the answer of OPERATION ("DescribeVpcAttribute#1": the second call), or of the
 * document's target
 * ("target"). JSON NULL removes; a path that ends in "[+]" appends; an empty path replaces the whole answer.
 */
void world_set(struct world *w, const char *operation, const char *path, const char *json);
/** The call is refused, or was never made. */
void world_deny(struct world *w, const char *operation);
void world_drop(struct world *w, const char *operation);
/** One more call, as the snapshot holds it. */
void world_call(struct world *w, const char *json);
struct m2_value *world_answer(struct world *w, const char *operation);
/** Parse JSON with ' for ". */
struct m2_value *world_json(struct m2_arena *a, const char *json);

/** Analyse with the network checks only. */
void world_run(struct world *w);
/** What is not pass or skip, "check status cause" one per line, sorted, without repetition. */
const char *world_wrong(struct world *w);
const struct m2_finding *world_finding(struct world *w, const char *check, const char *cause);

#endif
