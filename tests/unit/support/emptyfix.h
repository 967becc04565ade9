/* support/emptyfix.h — m2_empty_bucket over a fake bucket, in virtual time. */
#ifndef M2_TEST_EMPTYFIX_H
#define M2_TEST_EMPTYFIX_H

#include "fakes3.h"
#include "m2/empty.h"

#define EMPTYFIX_OWNER "111122223333"

struct emptyfix {
    struct testsys sys;
    struct fakes3 s3;
    struct fakes3net net;
    struct m2_awsconfig config;
    struct m2_arena *arena;
    struct m2_aws *client;
    struct m2_empty_options opt; /* may be changed before the run */
    struct m2_empty_result out;
    struct m2_err err;
    unsigned seed;
    uint64_t cancel_after; /* requests; 0: never */
};

void emptyfix_init(struct emptyfix *f);
int emptyfix_run(struct emptyfix *f);
void emptyfix_free(struct emptyfix *f);
/** Everything is gone, each version was deleted exactly once while it was there, all calls named the owner.
 */
void emptyfix_is_empty(struct emptyfix *f, const char *what);

#endif
