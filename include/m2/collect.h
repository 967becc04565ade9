/*
 * m2/collect.h — read the account into a snapshot, everything that can run at the same time at the same time.
 *
 * Model:     a table of collectors: operation, the collectors whose answers it needs, the checks that want
 * it, and a function that turns an answer into inputs. A call starts the moment its inputs are known. A
 * refused call is recorded, never raised.
 */
#ifndef M2_COLLECT_H
#define M2_COLLECT_H

#include <stdbool.h>

#include "m2/aws.h"
#include "m2/err.h"
#include "m2/mem.h"
#include "m2/registry.h"
#include "m2/snapshot.h"
#include "m2/sys.h"

/* What a run is for: each reads by a table of its own. */
enum m2_reading {
    M2_READ_CHECKS,  /* the diagnosis: the rows that the chosen checks want */
    M2_READ_HISTORY, /* the bill: what ran in the period (target.since_ms), all rows */
    M2_READ_CLEANUP, /* the teardown: what the stack owns and what stands in its way, all rows */
    M2_READING_COUNT
};

struct m2_collect_event {
    const char *service, *operation; /* of the call that just ended, or NULL at a phase */
    size_t done, running;
    const char *waiting_for; /* the oldest call under way, "cloudformation DescribeStackEvents" */
    int64_t waiting_ms;
};

struct m2_collect_options {
    const struct m2_sys *sys;
    struct m2_net *net;
    struct m2_aws *aws;
    struct m2_registry *registry; /* asked for images; NULL: they are not */
    struct m2_target target;
    const char *tool;          /* "m2-doctor 0.1.0" */
    enum m2_reading reading;
    const char *const *checks; /* ids of the checks that will run, NULL-ended; NULL: all. M2_READ_CHECKS only */
    int64_t deadline_mono_ms;  /* 0: none; at the deadline the rest is recorded as skipped */
    void (*event)(void *user, const struct m2_collect_event *e); /* may be NULL */
    void *event_user;
};

/** Errors: M2_ECRED (no credentials are accepted, or they expired on the way; *out then holds what was said,
 * so that a report can name the cause), M2_ENET/M2_ETLS/M2_ETIMEOUT (AWS could not be reached at all),
 * M2_ECONFIG/M2_EUSAGE (no call can be made with these settings), M2_ECANCELLED. A deadline that passed is
 * not an error: *timed_out. */
int m2_collect(struct m2_snapshot *out, struct m2_arena *a, const struct m2_collect_options *opt,
               bool *timed_out, struct m2_err *err) M2_MUST_USE;

struct m2_collector_row {
    const char *service, *operation;
    const char *const
        *after; /* operations whose answers feed it ("service:Operation"), NULL-ended; empty: at once */
    const char *const *checks; /* check ids or areas that want it, NULL-ended; M2_READ_HISTORY: the command */
};
/** The table of READING, for docs and tests. */
const struct m2_collector_row *m2_collectors(enum m2_reading reading, size_t *n);

#endif
