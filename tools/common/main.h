/*
 * common/main.h — what every tool's main() does around its run: parse, --help, deliver the result, complain,
 * exit.
 */
#ifndef M2_TOOLS_MAIN_H
#define M2_TOOLS_MAIN_H

#include "m2/cli.h"
#include "m2/net.h"

/* What a run may touch; tests give their own. */
struct tool_world {
    const struct m2_sys *sys;
    struct m2_net *net; /* NULL: the real network, started when needed */
    struct m2_term term;
};

struct tool_program {
    const struct m2_tool *tool;
    void *args;                  /* the tool's struct, with its own defaults */
    struct m2_common *common;    /* the shared options in it; --format and --color are given their defaults */
    struct m2_strlist *operands; /* in it, or NULL when none are taken */
    /* Whose variables count, as the options say ("--env-file"): OUT, made from INNER. NULL: INNER's. */
    int (*variables)(struct m2_sys *out, struct m2_arena *a, const void *args, const struct m2_sys *inner,
                     struct m2_err *err);
    /* Everything but --help, --version and --explain-config: write the result into OUT, its exit status into
     * *STATUS. 0 with ERR set: there is a result, delivered before ERR is told and ends the program. */
    int (*run)(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const void *args,
               const struct tool_world *world, struct m2_err *err);
    /* Said after an interrupted run: "no report was made and nothing was written". NULL: the run says it
     * itself. */
    const char *interrupted;
    /* What is there although delivery was interrupted ("the snapshot is whole in FILE"), or NULL; may be
     * NULL. */
    const char *(*kept)(struct m2_arena *a, const void *args);
};

/** The whole program. Returns its exit status. */
int tool_main(const struct tool_program *program, int argc, char **argv);

#endif
