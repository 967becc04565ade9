/*
 * protocol.h — AWS's protocol test files for the tests: suites, cases, shapes, ignore list.
 */
#ifndef M2_TEST_PROTOCOL_H
#define M2_TEST_PROTOCOL_H

#include <stdbool.h>

#include "m2/codec.h"

struct protocol_case {
    const char *file; /* "rest-json" */
    const struct m2_value *suite, *test;
    struct m2_op op;
    const struct m2_service *service;
};

struct protocol_skip {
    const char *id, *reason; /* of a case, or a suite's description */
};

/* Runs FN over every case below FOLDER ("input"); cases of SKIPS (ended by NULL) are left out and printed.
 * Prints the counts. Answers the number of cases that ran, or 0 with a note when the files are absent. */
size_t protocol_walk(const char *folder, const struct protocol_skip *skips,
                     void (*fn)(struct m2_arena *a, const struct protocol_case *t));

/* The case's value for comparison or input: blobs as base64 (as the AWS CLI takes them) where the files have
 * plain text. */
struct m2_value *protocol_params(struct m2_arena *a, const struct m2_service *s, const struct m2_value *ref,
                                 const struct m2_value *v);

/* XML with white space around texts removed and attributes sorted; for comparison only. */
char *protocol_xml(struct m2_arena *a, const char *xml);

/* Equal, with numbers compared as numbers. */
bool protocol_same(const struct m2_value *a, const struct m2_value *b);

/* A system whose random bytes are all zero: UUIDs come out as 00000000-0000-4000-8000-000000000000. */
const struct m2_sys *protocol_sys(void);

#endif
