/* support/credlab.h — one credentials case: an environment, two files, a network that follows a script; and
 * what must come of it. Every secret in a case contains "HUSH"; no error text may. */
#ifndef M2_TEST_CREDLAB_H
#define M2_TEST_CREDLAB_H

#include "fakenet.h"
#include "m2/creds.h"
#include "testsys.h"

#define CREDLAB_NOW INT64_C(1795424400000) /* 2026-11-23T09:00:00Z */

struct lab_exchange {
    const char *method, *url; /* the URL begins so */
    const char *has[4];       /* texts in the body, or "Name: value" of a header */
    struct fakenet_answer answer;
};
struct lab_file {
    const char *name, *text; /* below HOME */
};
struct lab_case {
    const char *name;
    const char *env[16]; /* pairs; "@HOME@" is replaced, here and in all texts */
    const char *config, *credentials;
    struct lab_file files[4];
    const char *profile_flag, *mfa_code;
    struct lab_exchange net[8];
    const char *id;      /* the access key id found, or NULL: refused */
    const char *source;  /* found: part of the source's name */
    int64_t expires_ms;  /* found: when it must be so; 0: not checked */
    const char *says[4]; /* refused: parts of the sentence */
};

/** Run C and assert. AFTER may be NULL; it sees HOME before it is removed. */
void credlab_run(const struct lab_case *c, void (*after)(const char *home, const struct m2_creds *creds));
void credlab_run_all(const struct lab_case *cases, size_t n);

#endif
