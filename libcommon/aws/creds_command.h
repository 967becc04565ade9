/*
 * aws/creds_command.h — split a command line as a POSIX shell would, and run it without one, bounded in time
 * and output.
 */
#ifndef M2_AWS_CREDS_COMMAND_H
#define M2_AWS_CREDS_COMMAND_H

#include "m2/buf.h"
#include "m2/err.h"
#include "m2/mem.h"
#include "m2/sys.h"

/** Words of LINE into a NULL-ended array in A. Errors: M2_ECRED (open quote, backslash at the end, no word).
 */
int m2_command_split(char ***argv, struct m2_arena *a, const char *line, struct m2_err *err) M2_MUST_USE;

struct m2_command_result {
    struct m2_buf out;   /* standard output; the caller wipes and frees it */
    char complaint[200]; /* the first line of standard error, not yet cleaned */
    int exit_status;     /* of exit(), or 128 + signal */
};
/** Run ARGV (found through PATH) with our environment and standard input. Errors: M2_ECRED (cannot be
 * started, time, output), M2_ECANCELLED. */
int m2_command_run(struct m2_command_result *out, char *const *argv, const struct m2_sys *sys,
                   int64_t limit_ms, size_t max_output, struct m2_err *err) M2_MUST_USE;

#endif
