/*
 * m2-verify/verify.h — the parts of m2-verify: options, one run, waiting, the test job, what is shown.
 */
#ifndef M2_VERIFY_H
#define M2_VERIFY_H

#include "common/main.h"
#include "common/units.h"
#include "m2/check.h"
#include "m2/doc.h"

struct verify_args {
    struct m2_common common;
    struct login_args login;
    struct m2_strlist expect;
    int64_t wait_ms, canary_timeout_ms;
    const char *task;
    bool skip_brain, canary, keep;
};

#define VERIFY_CANARY_TIMEOUT_MS (INT64_C(15) * 60000)

extern const struct m2_tool verify_tool;

struct verify {
    struct m2_arena *arena;
    const struct verify_args *args;
    const struct tool_world *world;
    struct session session;
    struct units_reading units;
    struct m2_progress *progress;
    struct m2_snapshot snap;     /* what was read last */
    const struct m2_value *task; /* of the test job */
    M2_VEC(const char *) notes;
    int64_t deadline_mono_ms; /* of the whole run; 0: none */
    bool timed_out;
};

/** As tool_program.run. A run of its own world for tests. */
int verify_run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const void *args,
               const struct tool_world *world, struct m2_err *err) M2_MUST_USE;

/* What is verified: ids and areas, NULL-ended. */
extern const char *const verify_checks[];

/** Read the account for CHECKS (NULL: all), and with FRESH the units at Brain, into v->snap. Errors: as m2_collect; M2_ECANCELLED. */
int verify_read(struct verify *v, const char *const *checks, bool fresh, struct m2_err *err) M2_MUST_USE;
/** Judge v->snap. */
int verify_judge(struct m2_findings *out, struct verify *v, const char *const *only, struct m2_err *err) M2_MUST_USE;
/** Let MS pass on the network loop; at most to the run's deadline. Errors: M2_ECANCELLED with "interrupted while DOING". */
int verify_sleep(struct verify *v, int64_t ms, const char *doing, struct m2_err *err) M2_MUST_USE;
void verify_note(struct verify *v, const char *fmt, ...) M2_PRINTF(2, 3);

/* ---- wait.c ---- */

/** Read again and again until stack and unit are there, cannot come any more, or --wait is over. Errors: as verify_read. */
int verify_wait(struct verify *v, struct m2_err *err) M2_MUST_USE;
/** Does a stack in STATUS, although it is still at work, end as one that failed or is gone? */
bool verify_is_doomed(const char *status);

/* ---- canary.c ---- */

/** Queue the test job, follow it, clean up behind it; what was asked and answered goes into v->snap. Errors: M2_ECANCELLED (saying what
 * still runs), M2_EBUG. */
int verify_canary(struct verify *v, struct m2_err *err) M2_MUST_USE;

/* ---- show.c ---- */

/** The report in the format asked for. */
void verify_show(struct m2_buf *out, struct verify *v, const struct m2_findings *f);

#endif
