/*
 * support/scriptnet.h — a network loop that answers from a table and keeps what was asked.
 *
 * Rows are tried in order; a row answers when its texts occur in "METHOD URL\nname: value\n…\n\nbody" and it
 * is not used up. Time is virtual: a timer makes the clock of the testsys jump.
 */
#ifndef M2_TEST_SCRIPTNET_H
#define M2_TEST_SCRIPTNET_H

#include "m2/net.h"
#include "testsys.h"

struct script_row {
    const char *has, *also; /* texts that the request must contain; NULL: any */
    int times;              /* 0: for ever */
    int status;             /* 0: no answer, see fault */
    const char *headers;    /* "name: value\nname: value" */
    const char *body;
    enum m2_errc fault;
    bool unsent;
};

#define SCRIPT_ASKED 64
struct scriptnet {
    struct m2_net net;
    struct testsys *sys;
    const struct script_row *rows;
    int used[32];
    char *asked[SCRIPT_ASKED]; /* the requests as text */
    unsigned flags[SCRIPT_ASKED];
    int64_t asked_at[SCRIPT_ASKED];
    size_t n_asked;
    size_t most_at_once, pending;
    struct script_question *first, **end;
    void *timers;
};

/** ROWS end with a row that is all zero. SYS's clocks must be virtual (now_ms and mono_ms set). */
struct m2_net *scriptnet_new(struct scriptnet *s, struct testsys *sys, const struct script_row *rows);
/** Value of header NAME in request I (static storage), or "". */
const char *scriptnet_header(const struct scriptnet *s, size_t i, const char *name);

#endif
