/*
 * m2-doctor/doctor_run.h — one run of m2-doctor: what its parts share.
 */
#ifndef M2_DOCTOR_RUN_H
#define M2_DOCTOR_RUN_H

#include "common/session.h"
#include "common/units.h"
#include "doctor.h"
#include "m2/report.h"

#define DOCTOR_WATCH_LEAST_MS 5000

struct run {
    struct m2_arena *arena;
    const struct doctor_args *args;
    const struct tool_world *world;
    struct session session;
    struct units_reading units;
    struct m2_progress *progress;
    struct m2_snapshot snap;
    struct m2_findings then; /* --compare */
    M2_VEC(const char *) notes;
    const char *tool;
    int64_t deadline_mono_ms; /* of the whole run; 0: none */
    bool timed_out;
};

/** Read the account into R->snap. A run without accepted credentials leaves a snapshot that says so: CUT is
 * then set. */
int doctor_collect(struct run *r, const char *const *checks, struct m2_err *cut,
                   struct m2_err *err) M2_MUST_USE;
struct m2_analyze_options doctor_options(struct run *r);
struct m2_report_style doctor_style(const struct run *r);
enum m2_exit doctor_status(const struct run *r, const struct m2_findings *found);
/** --watch: look again until the account is ready. Prints by itself; OUT stays empty. *STATUS as of the last
 * look. */
int doctor_watch(struct m2_buf *out, enum m2_exit *status, struct run *r, const char *const *checks,
                 struct m2_err *err) M2_MUST_USE;

#endif
