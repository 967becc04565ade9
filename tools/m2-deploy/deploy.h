/*
 * m2-deploy/deploy.h — the parts of m2-deploy: options, preflight, change set, execution, registration, what
 * is shown.
 *
 * Model:     one struct holds a run. Its session, units, progress, notes and last snapshot are those of
 * struct verify: a deployment ends with what m2-verify does, and asks the same account and the same Brain all
 * the way.
 */
#ifndef M2_TOOLS_DEPLOY_H
#define M2_TOOLS_DEPLOY_H

#include "common/enroll.h"
#include "m2-verify/verify.h"
#include "m2/deploy.h"
#include "m2/deployment.h"
#include "m2/journal.h"
#include "m2/stackview.h"
#include "m2/template.h"

struct deploy_args {
    struct verify_args verify; /* shared options, login, --canary */
    const char *vpc, *assign_public_ip, *lambda_image, *fargate_image, *image_tag, *external_id, *alias;
    const char *data_bucket, *results_bucket, *failed_bucket, *env_file, *template, *password;
    struct m2_strlist subnet, security_group, parameter, tag, allow_replace;
    bool yes, dry_run, update, no_register, no_rollback, detach, resume, print_template;
};

extern const struct m2_tool deploy_tool;

enum deploy_outcome {
    DEPLOY_NOT_READY, /* the preflight stopped it */
    DEPLOY_PLANNED,   /* --dry-run */
    DEPLOY_UNCHANGED,
    DEPLOY_CREATED,
    DEPLOY_UPDATED,
    DEPLOY_STARTED, /* --detach */
    DEPLOY_FAILED,
    DEPLOY_OUTCOMES
};
const char *deploy_outcome_name(enum deploy_outcome o); /* "not-ready" … */

struct deploy {
    struct verify v;
    const struct deploy_args *args;
    struct tool_world world;
    struct m2_arena *arena;

    struct m2_bytes body; /* the template */
    const char *template_name;
    struct m2_template_text template;

    const char *stack;        /* its name */
    struct m2_stackview view; /* as it was read last; state of the stack */
    const struct m2_deploy_state *state;
    const char *arn; /* of the stack; NULL before it has one */

    struct m2_placements offers;
    const struct m2_placement *place; /* NULL: as deployed */
    struct m2_findings preflight;
    M2_VEC(struct m2_deploy_wish) wishes;
    struct m2_deploy_parameters parameters;
    const struct m2_value *tags; /* as CreateChangeSet takes them */

    struct m2_journal *journal;     /* locked */
    const struct m2_value *earlier; /* what a run that did not end had settled: {"template", "parameters": {},
                                       "tags"}; or NULL */
    const char *token;              /* of an execution that is under way or was, or NULL */
    const char *change_set;         /* its name; NULL: none */
    bool made_stack;                /* this run, or the one it continues, gave the stack its name */
    struct m2_changes changes;
    bool updates; /* the change set changes a stack that is there */

    enum deploy_outcome outcome, ends;   /* ends: what it will be when all goes well */
    struct m2_findings failure, verdict; /* why it failed; what m2-verify says */
    bool failed, verified, registered;
    struct enroll_result enrolled;
    struct m2_proofs proofs;
};

/** As tool_program.run. */
int deploy_run(struct m2_buf *out, enum m2_exit *status, struct m2_arena *a, const void *args,
               const struct tool_world *world, struct m2_err *err) M2_MUST_USE;

/* ---- environment.c: --env-file ---- */

/** As tool_program.variables: a system like INNER whose variables are also those of --env-file (the real ones
 * win). Errors: M2_EINPUT with the line. */
int deploy_variables(struct m2_sys *out, struct m2_arena *a, const void *args, const struct m2_sys *inner,
                     struct m2_err *err) M2_MUST_USE;

/* ---- call.c: one call ---- */

/** Ask and wait. The output, or NULL: ANSWER says why. */
const struct m2_value *deploy_ask(struct deploy *d, struct m2_aws_answer *answer, const char *operation,
                                  const struct m2_value *input);
/** The same for what changes something: it is finished once begun, and asked again when its answer is lost.
 */
const struct m2_value *deploy_change(struct deploy *d, struct m2_aws_answer *answer, const char *operation,
                                     const struct m2_value *input);
/** Let MS pass. Errors: M2_ECANCELLED, M2_ETIMEOUT, saying what goes on and what follows it. */
int deploy_wait(struct deploy *d, int64_t ms, const char *goes_on, struct m2_err *err) M2_MUST_USE;
/** Does ANSWER say that there is no such thing? */
bool deploy_is_gone(const struct m2_aws_answer *answer);
/** A question on the terminal, "y" or "n". --yes answers it. Errors: M2_EUSAGE without a terminal. */
int deploy_consent(bool *yes, struct deploy *d, const char *question, struct m2_err *err) M2_MUST_USE;
/** Text for who reads along, on stderr. */
void deploy_say(struct deploy *d, const char *fmt, ...) M2_PRINTF(2, 3);

/* ---- preflight.c, place.c ---- */

/** Read account and stack, choose where tasks run, judge all of it. Errors: those of m2_collect. */
int deploy_preflight(struct deploy *d, struct m2_err *err) M2_MUST_USE;
/** What keeps the deployment from being made, or NULL. */
const struct m2_finding *deploy_hindrance(const struct deploy *d);
/** Read CHECKS for a target that the options and PLACE (may be NULL) say, into OUT. */
int deploy_collect(struct m2_snapshot *out, struct deploy *d, const char *const *checks, const char *vpc,
                   struct m2_err *err) M2_MUST_USE;
/** Judge S by CHECKS. */
int deploy_judge(struct m2_findings *out, struct deploy *d, const struct m2_snapshot *s,
                 const char *const *checks, struct m2_err *err) M2_MUST_USE;
/** From SNAP, the first reading; other VPCs are read when it helps. *CHOSEN: the snapshot that shows
 * d->place. Errors: M2_EUSAGE (nothing to choose from, a choice that there is not). */
int deploy_place(const struct m2_snapshot **chosen, struct deploy *d, const struct m2_snapshot *snap,
                 const char *const *checks, struct m2_err *err) M2_MUST_USE;
/** The wishes that options, environment, placement and SNAP's images make. Errors: M2_EUSAGE. */
int deploy_wishes(struct deploy *d, const struct m2_snapshot *snap, struct m2_err *err) M2_MUST_USE;
/** The parameters, from the wishes, the stack and the template. Errors: as m2_deploy_parameters. */
int deploy_settle(struct deploy *d, struct m2_err *err) M2_MUST_USE;

/* ---- changeset.c ---- */

/** Make it and wait for it; d->changes says what it does. *EMPTY: there is nothing to do, and it is deleted.
 * Errors: M2_ESERVICE (it failed: the reason), and of calls. */
int deploy_make_change_set(bool *empty, struct deploy *d, struct m2_err *err) M2_MUST_USE;
/** Delete it, and with it a stack that is nothing but its name and was made for it. What cannot be deleted is
 * noted. */
void deploy_drop_change_set(struct deploy *d);

/* ---- journal.c: what a run that did not end had begun ---- */

/** Open it for the stack in ACCOUNT and take its lock; d->earlier is then known. Errors: M2_EIO (no place,
 * another run at work). */
int deploy_open_journal(struct deploy *d, const char *account, const char *region,
                        struct m2_err *err) M2_MUST_USE;
/** In the journal, synced. Errors: M2_EIO. */
int deploy_note(struct deploy *d, const char *step, enum m2_step_state state, const char *reason,
                struct m2_err *err) M2_MUST_USE;
/** The same at the end of a step, where not being able to changes nothing: it is then among the notes. */
void deploy_note_end(struct deploy *d, const char *step, enum m2_step_state state, const char *reason);
/** Put in order what a killed run left: a change set that was not executed goes; d->token is that of an
 * execution. Errors: of calls. */
int deploy_take_over(struct deploy *d, struct m2_err *err) M2_MUST_USE;
/** Write down what is to be deployed, before anything is made; values of NoEcho parameters are left out. */
int deploy_note_plan(struct deploy *d, struct m2_err *err) M2_MUST_USE;
/** The template by content: sixteen digits. */
const char *deploy_template_id(struct deploy *d);

/* ---- execute.c ---- */

/** Execute it. Errors: of calls; it is then not executed, or known to be. */
int deploy_execute(struct deploy *d, struct m2_err *err) M2_MUST_USE;
/** Follow the operation under way to its end; d->state is then the state. TOKEN: of the execution, or NULL.
 * BEFORE: the status that may still be shown at first. Errors: M2_ECANCELLED, M2_ETIMEOUT, and of calls when
 * it cannot be followed for minutes. */
int deploy_follow(struct deploy *d, const char *token, const char *before, struct m2_err *err) M2_MUST_USE;
/** Read the stack's state into d->view's status, d->state and d->arn. Errors: of the call. */
int deploy_look(struct deploy *d, struct m2_err *err) M2_MUST_USE;
/** Delete a stack that is good for nothing else and holds nothing. Errors: M2_ESERVICE (something is left in
 * it). */
int deploy_delete_stack(struct deploy *d, struct m2_err *err) M2_MUST_USE;

/* ---- join.c: registering and verifying ---- */

int deploy_join(struct deploy *d, struct m2_err *err) M2_MUST_USE;

/* ---- show.c ---- */

/** The diff, for who is asked. */
void deploy_show_changes(struct m2_buf *out, struct deploy *d);
/** The report in the format asked for. */
void deploy_show(struct m2_buf *out, struct deploy *d);
/** The command that goes on following: "m2-deploy --resume --stack …". */
const char *deploy_resume_command(struct deploy *d);

#endif
