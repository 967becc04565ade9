/*
 * support/brainlab.h — a client of CloudMR Brain over a scripted network.
 */
#ifndef M2_TEST_BRAINLAB_H
#define M2_TEST_BRAINLAB_H

#include "m2/brain.h"
#include "scriptnet.h"

#define BRAIN_PASSWORD "p\"a\\s\tsé'$(x)`&=% HUSHpassword"
#define BRAIN_JWT_OLD "eyJh.eyJleHAiOjEwMDAwMDAwMDB9.HUSHold"                 /* exp 1000000000 */
#define BRAIN_JWT_USER "eyJh.eyJjb2duaXRvOmdyb3VwcyI6WyJVc2VycyJdfQ.HUSHuser" /* groups: Users */

struct brainlab {
    struct testsys sys;
    struct scriptnet net;
    struct m2_arena *a;
    struct m2_brain *b;
};

/** ROWS as for scriptnet_new; TOKEN or NULL. */
void brainlab_new(struct brainlab *l, const struct script_row *rows, const char *token);
/** Fails the test when what is kept for a snapshot holds "HUSH". */
void brainlab_free(struct brainlab *l);
/** Log in as me@lab.example with BRAIN_PASSWORD. */
void brainlab_login(struct brainlab *l, struct m2_brain_answer *answer);

#endif
