/* support/testsys.h — an m2_sys whose environment and clock belong to the test. */
#ifndef M2_TEST_SYS_H
#define M2_TEST_SYS_H

#include "m2/sys.h"

struct testsys {
    struct m2_sys sys;      /* sys.ctx is this struct */
    const char *const *env; /* NAME, VALUE, …, NULL; NULL: nothing is set */
    int64_t now_ms;         /* wall clock; 0: the real one */
    int64_t mono_ms;        /* monotonic; 0: the real one */
    int64_t cancel_at_ms;   /* real monotonic time at which the run is cancelled; 0: never */
};

/** Everything real but the environment, which is ENV. Random bytes count up from 0. */
void testsys_init(struct testsys *t, const char *const *env);

#endif
