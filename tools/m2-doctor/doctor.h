/*
 * m2-doctor/doctor.h — the parts of m2-doctor: options, one run, the catalogue.
 */
#ifndef M2_DOCTOR_H
#define M2_DOCTOR_H

#include "common/login.h"
#include "common/main.h"
#include "m2/check.h"
#include "m2/cli.h"
#include "m2/snapshot.h"

struct doctor_args {
    struct m2_common common;
    struct login_args login;
    const char *snapshot, *save_snapshot, *compare, *bundle;
    const char *vpc, *assign_public_ip, *lambda_image, *fargate_image, *expect_account;
    struct m2_strlist templates, subnet, security_group, only, skip;
    int64_t since_ms, watch_ms;
    bool no_redact, list_checks;
    const char *explain;
};

extern const struct m2_tool doctor_tool;

/**
 * The whole diagnosis: collect or load, save, analyse, render into OUT. *STATUS is the exit status of a run
 * that came to a report. A run cut short (deadline, refused credentials) still reports what is known: 0, with
 * ERR set. Errors: no report could be made; OUT is untouched.
 */
int doctor_run(struct m2_buf *out, enum m2_exit *status, const struct doctor_args *args,
               const struct tool_world *world, struct m2_err *err) M2_MUST_USE;

/** Do the templates alone tell all that is asked for? Then no account is read. */
bool doctor_templates_alone(const struct doctor_args *args);
/** A snapshot without an account, about REGION and STACK (NULL: not known). */
int doctor_snapshot_empty(struct m2_snapshot *out, struct m2_arena *a, const struct m2_sys *sys,
                          const char *tool, const char *region, const char *stack,
                          struct m2_err *err) M2_MUST_USE;
/** Put the files of --template, and the local ones nested in them, into SNAP. */
int doctor_templates_read(struct m2_snapshot *snap, const struct doctor_args *args,
                          struct m2_err *err) M2_MUST_USE;

/** The findings of FILE, an earlier report or a snapshot that is analysed by OPTIONS. Errors: M2_EINPUT,
 * M2_ELIMIT, M2_EIO. */
int doctor_compare_read(struct m2_findings *out, struct m2_arena *a, const char *file,
                        const struct m2_analyze_options *options, struct m2_err *err) M2_MUST_USE;

/** --bundle: SNAP redacted, the reports of that, and versions, as the .tar.gz PATH. Errors: M2_EIO,
 * M2_ELIMIT. */
int doctor_bundle(const struct m2_snapshot *snap, const char *path, const struct m2_analyze_options *options,
                  struct m2_err *err) M2_MUST_USE;

/** --list-checks, text or JSON. */
void doctor_list_checks(struct m2_buf *out, struct m2_arena *a, const struct doctor_args *args, int width);
/** --explain ID: a check, a cause, an area, or a family of causes ("task.*"). Errors: M2_EUSAGE with the
 * nearest id. */
int doctor_explain(struct m2_buf *out, struct m2_arena *a, const struct doctor_args *args, int width,
                   struct m2_err *err) M2_MUST_USE;

#endif
