/*
 * m2/runlog.h — what Lambda itself writes into a function's log about each run: "REPORT" lines, or objects of type platform.report where
 * the function logs in JSON.
 *
 * Lifetime:  texts live in the arena given or in the message.
 * Source:    AWS Lambda Developer Guide (log formats, logging configuration).
 */
#ifndef M2_RUNLOG_H
#define M2_RUNLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "m2/mem.h"
#include "m2/snapshot.h"
#include "m2/value.h"

struct m2_run_report {
    const char *request_id;    /* NULL: not told */
    const char *status;        /* "timeout", "error", …; NULL: it ended well */
    double ms;                 /* of the handler; NaN-free, 0 when not told */
    int64_t billed_ms;         /* start-up included; -1: not told */
    int64_t memory_mb;         /* set, not used; -1: not told */
    int64_t used_mb;           /* at most, of the sandbox so far; -1: not told */
    double init_ms;            /* to start the sandbox; 0: it was running, or not told */
    const char *error_type;    /* "Runtime.OutOfMemory"; NULL: none */
};
/** False when MESSAGE is no report. */
bool m2_run_report_read(struct m2_run_report *out, struct m2_arena *a, const char *message);

/** The log group that CONFIG (a function's configuration, may be NULL) names, else Lambda's own for NAME. */
const char *m2_run_log_group(struct m2_arena *a, const char *name, const struct m2_value *config);
/** Does a function other than NAME write into GROUP too, by its configuration? */
bool m2_run_log_shared(const struct m2_snapshot *s, const char *group, const char *name);
/** Is STREAM (may be NULL) one of function NAME? In a group of one's own choice a stream is called DATE/FUNCTION[VERSION]ID, else
 * DATE/[VERSION]ID. */
bool m2_run_log_stream_of(const char *stream, const char *name, bool shared);

#endif
