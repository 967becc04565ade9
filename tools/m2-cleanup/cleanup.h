/*
 * m2-cleanup/cleanup.h — the parts of m2-cleanup: options, reading, consent, carrying out, what is shown.
 */
#ifndef M2_TOOLS_CLEANUP_H
#define M2_TOOLS_CLEANUP_H

#include "common/enroll.h"
#include "common/login.h"
#include "common/main.h"
#include "common/session.h"
#include "m2/cleanup.h"

struct cleanup_args {
    struct m2_common common;
    struct login_args login;
    const char *confirm, *confirm_account, *journal, *role_arn, *app_name;
    bool apply, keep_data, delete_logs, force_retain, disable_protection, bypass_governance, skip_brain;
};

extern const struct m2_tool cleanup_tool;

struct cleanup_work {
    struct m2_arena *arena;
    const struct cleanup_args *args;
    const struct tool_world *world;
    struct session session;
    struct login login;
    const char *app, *brain_problem; /* why Brain is not asked; NULL: it is */
    struct m2_brain *brain;          /* logged in; NULL before */
    struct m2_units units;           /* as they were read last */
    struct m2_journal *journal;
    struct m2_progress *progress;
    struct m2_prices prices;
    struct m2_plan_options options;
    int64_t deadline_mono_ms;
};

/** As tool_program.run. */
int cleanup_run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const void *args,
                const struct tool_world *world, struct m2_err *err) M2_MUST_USE;

/* ---- read.c: the account and Brain, into one snapshot ---- */

/** Settle with what Brain is asked, or why it is not. Errors: M2_EUSAGE (options that contradict). */
int cleanup_settle_brain(struct cleanup_work *w, struct m2_err *err) M2_MUST_USE;
/** STACK: name or ARN. Errors: those of m2_collect; M2_ETIMEOUT. */
int cleanup_read(struct m2_snapshot *out, struct cleanup_work *w, const char *stack,
                 struct m2_err *err) M2_MUST_USE;

/* ---- show.c: the plan ---- */
void cleanup_show_plan(struct m2_buf *out, struct cleanup_work *w, const struct m2_plan *plan);
/** The same as text, on which consent is asked: to stderr. */
void cleanup_show_text(struct m2_buf *out, struct m2_arena *a, const struct m2_plan *plan,
                       const struct m2_term *term);

/* ---- apply.c, show_teardown.c: carrying out ---- */

/** PLAN with consent. 0 with ERR set: it stopped, OUT says how far it came. */
int cleanup_apply(struct m2_buf *out, enum m2_exit *status, struct cleanup_work *w, struct m2_plan *plan,
                  struct m2_err *err) M2_MUST_USE;
/** STOPPED: why it was not finished, or NULL. */
void cleanup_show_teardown(struct m2_buf *out, struct cleanup_work *w, const struct m2_teardown *t,
                           const struct m2_err *stopped);

#endif
