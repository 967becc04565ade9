/*
 * brainnet.h — a CloudMR Brain in this process: a loop that answers Brain's address itself, with state, and gives the rest to the loop
 * inside.
 */
#ifndef M2_BRAINNET_H
#define M2_BRAINNET_H

#include "m2/net.h"
#include "m2/unit.h"

#define BRAIN_URL "http://127.0.0.1:9/Prod"

enum brain_style { BRAIN_APPENDS, BRAIN_UPSERTS };
enum brain_trick {
    BRAIN_HONEST,
    BRAIN_ACTS_500,   /* acts, then HTTP 500 */
    BRAIN_ACTS_EMPTY, /* acts, then 200 with nothing */
    BRAIN_LATE,       /* the answer is lost; it acts when two more requests have come */
    BRAIN_TRICKS
};

struct brainnet {
    struct m2_net base;
    struct m2_net *inner; /* owned */
    struct m2_arena *a;
    struct m2_value *units; /* an array, lives across runs */
    enum brain_style style;
    bool role_fault;
    enum brain_trick trick; /* of the TRICK_AT-th write */
    int trick_at, writes;
    struct m2_value *late; /* body of a registration that waits */
    int late_in;
    int64_t next_id;
};

/** UNITS lives in A. */
void brainnet_init(struct brainnet *b, struct m2_arena *a, struct m2_value *units);
struct m2_net *brainnet_over(struct brainnet *b, struct m2_net *inner);

#endif
