/*
 * m2-register/register.h — the parts of m2-register: options, the values of a unit, one run, what is shown.
 */
#ifndef M2_REGISTER_H
#define M2_REGISTER_H

#include "common/enroll.h"
#include "common/login.h"
#include "common/main.h"
#include "common/session.h"
#include "m2/deployment.h"

struct register_args {
    struct m2_common common;
    struct login_args login;
    const char *mode, *app_name, *alias, *state_machine_arn, *account_id;
    const char *data_bucket, *results_bucket, *failed_bucket, *role_arn, *external_id;
    const char *unregister, *confirm;
    bool dry_run, list;
};

extern const struct m2_tool register_tool;

/* ---- values.c: what is to be registered, and where each value came from ---- */

struct values {
    struct m2_setting at[M2_UNIT_FIELDS]; /* value NULL: none */
    struct m2_unit unit;                  /* the same, "" where none is to be registered */
    bool soft[M2_UNIT_FIELDS];            /* of a new unit only: not said by anybody */
    M2_VEC(const char *) notes;
};
/** What flags and environment say. Errors: M2_EUSAGE (a malformed ARN, account id, bucket or mode). */
int values_given(struct values *v, struct m2_arena *a, const struct register_args *args,
                 const struct session *s, struct m2_err *err) M2_MUST_USE;
/** Add what the stack says and what follows from it. Errors: M2_EUSAGE (mode_2 in CloudMRHub's own account).
 */
int values_settle(struct values *v, struct m2_arena *a, const struct m2_deployment *d,
                  struct m2_err *err) M2_MUST_USE;

/* ---- run.c: one run; whichever action the options ask for ---- */

struct work {
    struct m2_arena *arena;
    const struct register_args *args;
    const struct tool_world *world;
    struct m2_common common; /* args->common, with REGION of the environment */
    struct session session;
    struct login login;
    struct m2_brain *brain;
    struct m2_journal *journal;
    struct m2_progress *progress;
    struct enroll enroll;
    struct m2_units units;
    M2_VEC(const char *) notes; /* about the run */
    const char *app;
    int64_t deadline_mono_ms;
};
/** As tool_program.run. A run of its own world for tests. */
int register_run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const void *args,
                 const struct tool_world *world, struct m2_err *err) M2_MUST_USE;

/* ---- brain.c: to Brain and its list, beside the reading of the account ---- */

struct chain {
    struct work *w;
    bool done;
    struct m2_brain_answer answer; /* of the last call */
};
/** Take the journal's lock, then log in and read the units; the network loop does the rest. Errors:
 * M2_ECANCELLED, M2_ETIMEOUT. */
int chain_start(struct chain *c, struct work *w, bool writes, struct m2_err *err) M2_MUST_USE;
/** Wait for its end. Errors: Brain's. */
int chain_finish(struct chain *c, struct m2_err *err) M2_MUST_USE;

/* ---- show.c: results in every format ---- */

struct shown {
    const char *format;
    const struct values *values;
    const struct m2_proofs *proofs;
    const struct enroll_result *result; /* NULL: nothing was done */
    const char *base;                   /* Brain's address */
    const char *const *notes;
    size_t n_notes;
    int width; /* of tables: the terminal's; no folding where the output is no terminal */
};
void show_result(struct m2_buf *out, struct m2_arena *a, const struct shown *s);
void show_payload(struct m2_buf *out, struct m2_arena *a, const struct shown *s);
void show_units(struct m2_buf *out, struct m2_arena *a, const char *format, const char *app,
                const struct m2_units *units, int width);
/** The one sentence of --unregister. */
void show_removed(struct m2_buf *out, struct m2_arena *a, const char *format, const char *id, bool already);

#endif
