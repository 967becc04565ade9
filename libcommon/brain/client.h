/*
 * brain/client.h — the parts of the client: one call under way, and reading what came of it.
 */
#ifndef M2_BRAIN_CLIENT_H
#define M2_BRAIN_CLIENT_H

#include "m2/brain.h"
#include "m2/retry.h"

struct m2_brain {
    struct m2_brain_options opt;
    struct m2_arena *arena; /* the base, the recorded calls */
    const char *base;
    struct m2_secret token, password; /* the password while a login is under way */
    struct m2_claims claims;
    struct m2_retry_budget budget;
    struct m2_value *calls;
};

/** Read exchange X of OP into OUT; BODY gets the parsed answer, in A, also of a login. Nothing of OUT holds a
 * secret of B. */
void m2_brain_judge(struct m2_brain_answer *out, const struct m2_value **body, struct m2_arena *a,
                    const struct m2_brain *b, enum m2_brain_op op, const struct m2_exchange *x);
/** Fill OUT as FAULT; the sentence is "<what was tried>: <fmt>". */
void m2_brain_say(struct m2_brain_answer *out, enum m2_brain_fault fault, enum m2_brain_op op,
                  const char *fmt, ...) M2_PRINTF(4, 5);
/** TEXT on one line of at most MOST bytes, safe for a terminal, secrets of B replaced, in A. */
const char *m2_brain_clean(struct m2_arena *a, const struct m2_brain *b, const char *text, size_t most);
/** Keep the call for snapshots. QUERY may be NULL. */
void m2_brain_note(struct m2_brain *b, enum m2_brain_op op, const char *query, const struct m2_value *body,
                   const struct m2_brain_answer *answer);

#endif
