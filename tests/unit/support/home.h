/* support/home.h — a HOME directory of the test's own. "@HOME@" in a text means it. */
#ifndef M2_TEST_HOME_H
#define M2_TEST_HOME_H

#include "m2/mem.h"

/** A new empty directory with .aws in it; lives in A. */
const char *home_new(struct m2_arena *a);
/** TEXT with "@HOME@" replaced. NULL gives NULL. */
const char *home_text(struct m2_arena *a, const char *home, const char *text);
/** Write HOME/NAME (directories are made). */
void home_write(struct m2_arena *a, const char *home, const char *name, const char *text);
/** Remove the directory and all in it. */
void home_remove(const char *home);

#endif
