/*
 * torture.h — m2-doctor on a recording, with a virtual clock and a network that breaks on command.
 */
#ifndef M2_TORTURE_H
#define M2_TORTURE_H

#include "m2-doctor/doctor.h"
#include "m2/net.h"
#include "m2/value.h"

#define TORTURE_DIR_SIZE 64
#define ALWAYS UINT64_MAX

/* A recording, what m2-doctor says of it undisturbed, and the counts of this program. */
struct torture {
    struct m2_arena *arena;
    const struct m2_value *recording;
    const char *endpoint;
    int64_t recorded_ms;
    char dir[TORTURE_DIR_SIZE]; /* of its own, for snapshots */
    struct m2_value *healthy;   /* the report */
    uint64_t exchanges;         /* of the undisturbed run */
    uint64_t first_of_sts;      /* the exchange that asks who is calling */
    size_t runs, wrong;
};

/* What happens to one run. */
struct ordeal {
    enum m2_fault fault;
    uint64_t at, times; /* the fault breaks exchange AT and the TIMES - 1 after it */
    uint64_t cancel_at,
        late_at;               /* 0: never; else the user interrupts, or the time is over, at this exchange */
    const char *save_snapshot; /* or NULL */
    const char *format;
};

struct outcome {
    int rc;
    enum m2_exit status; /* as main() would exit */
    struct m2_err err;
    struct m2_buf out;
    uint64_t exchanges, first_of_sts;
};

/* ---- run.c ---- */
/** Releases nothing: outcome_free does. Ends the program when the run does not end. */
void torture_run(struct outcome *o, const struct torture *t, const struct ordeal *ordeal);
void outcome_free(struct outcome *o);
/** Run against the endpoint of the environment and write FILE. The exit status. */
int torture_record(const char *file);

/* ---- judge.c ---- */
/** Say on stderr what is wrong with O, if anything, and count it. */
void torture_judge(struct torture *t, const struct ordeal *ordeal, const struct outcome *o);
void torture_wrong(struct torture *t, const struct ordeal *ordeal, const char *fmt, ...) M2_PRINTF(3, 4);
const char *fault_name(enum m2_fault fault);

/* ---- modes.c ---- */
struct torture_mode {
    const char *name, *what;
    void (*run)(struct torture *t);
};
/** Ended by a row whose name is NULL. */
extern const struct torture_mode torture_modes[];

#endif
