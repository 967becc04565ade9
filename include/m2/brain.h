/*
 * m2/brain.h — CloudMR Brain's REST API: login, computing units, jobs.
 *
 * Model:     over struct m2_net, so that replay and faults work. A call is started and answers from m2_net_step, or is fetched and
 *            waited for. A refusal is an answer with its fault and one sentence. Reading calls and the login are repeated on
 *            passing trouble; a write only when nothing of it left. Where a write may have acted although it failed, the answer
 *            says so: look before you repeat it.
 * Secrets:   passwords and tokens are struct m2_secret, live in wiped memory, and are taken out of whatever a server says.
 * Lifetime:  a client lives until m2_brain_free, which comes after m2_net_free or when nothing is pending.
 * Source:    the calls of CloudMR's public scripts and web client.
 */
#ifndef M2_BRAIN_H
#define M2_BRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/net.h"
#include "m2/secret.h"
#include "m2/sys.h"
#include "m2/unit.h"
#include "m2/value.h"

/* ---- the address ---- */

/**
 * The base of the API, without "/api", in A: a host gets https:// and the stage "/Prod"; a path that is there is kept; "/api" and
 * what follows is cut. http:// is taken for this computer alone (loopback), because the token would travel in clear.
 * Errors: M2_EUSAGE naming TEXT and what is wrong.
 */
int m2_brain_url(const char **out, struct m2_arena *a, const char *text, struct m2_err *err) M2_MUST_USE;

/* ---- what a token says of itself (read, not verified) ---- */

struct m2_claims {
    bool readable;      /* a JWT whose payload is JSON; else nothing below is known */
    int64_t expires_ms; /* 0: not said */
    bool has_groups;    /* false: the token does not say */
    bool admin;         /* cognito:groups has Admins */
};
void m2_token_claims(struct m2_claims *out, const struct m2_secret *token);

/* ---- what came of a call ---- */

enum m2_brain_fault {
    M2_BRAIN_OK,
    M2_BRAIN_UNREACHED,  /* no connection; nothing was sent */
    M2_BRAIN_TLS,        /* certificate or handshake refused */
    M2_BRAIN_WRONG_URL,  /* HTML, a redirect, 404, "Missing Authentication Token": this is not Brain's API */
    M2_BRAIN_LOGIN,      /* e-mail, password or token refused */
    M2_BRAIN_EXPIRED,    /* the token is refused and says that its time is over */
    M2_BRAIN_NOT_ADMIN,  /* refused, and the token's groups lack Admins */
    M2_BRAIN_REFUSED,    /* Brain said no and why */
    M2_BRAIN_ROLE_FAULT, /* the known fault of registering with crossAccountRoleArn */
    M2_BRAIN_LOST,       /* sent, and no whole answer came */
    M2_BRAIN_BROKEN,     /* 5xx, or an answer that makes no sense */
    M2_BRAIN_STOPPED,    /* interrupted, or the time of the run is over */
    M2_BRAIN_FAULTS
};
struct m2_brain_fault_row {
    const char *name;  /* "wrong-url": the code in a snapshot */
    const char *cause; /* slug of the diagnosis: "brain.wrong-url"; NULL when none */
    enum m2_errc code; /* class of the sentence; M2_OK: as the transport said */
};
/** M2_BRAIN_FAULTS rows, by enum m2_brain_fault. Static storage. */
const struct m2_brain_fault_row *m2_brain_faults(void);

struct m2_brain_answer {
    enum m2_brain_fault fault;
    const struct m2_value *body; /* parsed; NULL when none, and after a login */
    int http_status;             /* 0 when no answer came */
    const char *message;         /* what Brain said, without secrets; "" when nothing */
    bool may_have_acted;         /* a write that failed, and may have been done all the same */
    struct m2_err err;           /* not OK: one sentence */
    int attempts;
    int64_t elapsed_ms;
};
typedef void m2_brain_done(void *user, const struct m2_brain_answer *answer);

/* ---- the client ---- */

struct m2_brain;

struct m2_brain_options {
    const struct m2_sys *sys;
    struct m2_net *net;       /* borrowed */
    const char *url;          /* as m2_brain_url made it */
    int64_t deadline_mono_ms; /* 0: none */
};
struct m2_brain *m2_brain_new(const struct m2_brain_options *opt);
void m2_brain_free(struct m2_brain *b); /* NULL is fine */
/** Use TOKEN (copied) from now on. Errors: M2_EUSAGE (empty, or characters that no token has). */
int m2_brain_use_token(struct m2_brain *b, const struct m2_secret *token, struct m2_err *err) M2_MUST_USE;
const struct m2_claims *m2_brain_claims(const struct m2_brain *b);
/** Calls made so far as an array of snapshot calls (service "brain", operation the path), without secrets. */
const struct m2_value *m2_brain_calls(const struct m2_brain *b);

/* The calls; docs and tests walk m2_brain_ops(). */
enum m2_brain_op {
    M2_BRAIN_OP_LOGIN,
    M2_BRAIN_OP_PROFILE,
    M2_BRAIN_OP_APPS,
    M2_BRAIN_OP_UNITS,
    M2_BRAIN_OP_REGISTER,
    M2_BRAIN_OP_DELETE,
    M2_BRAIN_OP_QUEUE_JOB,
    M2_BRAIN_OP_PIPELINES,
    M2_BRAIN_OPS
};
struct m2_brain_op_row {
    const char *method, *path; /* "GET", "/api/computing-unit/list": the operation in a snapshot */
    const char *doing;         /* "listing the computing units": for sentences */
    bool writes;               /* a repeat is not harmless */
};
const struct m2_brain_op_row *m2_brain_ops(void);

/** Start OP with QUERY (encoded, without '?', or NULL) and BODY (or NULL). The answer lives in A. */
void m2_brain_start(struct m2_brain *b, struct m2_arena *a, enum m2_brain_op op, const char *query,
                    const struct m2_value *body, m2_brain_done *done, void *user);
/** Start and wait. Returns 0 when the fault is M2_BRAIN_OK. Errors: the answer's err; OUT is filled either way. */
int m2_brain_fetch(struct m2_brain_answer *out, struct m2_arena *a, struct m2_brain *b, enum m2_brain_op op,
                   const char *query, const struct m2_value *body, struct m2_err *err) M2_MUST_USE;

/** Log in; on success the token is in use. EMAIL and PASSWORD need not outlive the call. Starting alone cannot fail. */
void m2_brain_login_start(struct m2_brain *b, struct m2_arena *a, const char *email,
                          const struct m2_secret *password, m2_brain_done *done, void *user);

/** All units of APP, every page. UNITS is filled before DONE runs; its fault says whether it is whole. */
void m2_brain_units_start(struct m2_brain *b, struct m2_arena *a, const char *app, struct m2_units *units,
                          m2_brain_done *done, void *user);
int m2_brain_units(struct m2_units *out, struct m2_arena *a, struct m2_brain *b, const char *app,
                   struct m2_brain_answer *answer, struct m2_err *err) M2_MUST_USE;

/** Register U. *ID gets the id that Brain answered, or NULL when the answer has none. Returns as m2_brain_fetch. */
int m2_brain_register(const char **id, struct m2_arena *a, struct m2_brain *b, const struct m2_unit *u,
                      struct m2_brain_answer *answer, struct m2_err *err) M2_MUST_USE;
int m2_brain_delete(struct m2_arena *a, struct m2_brain *b, const char *id, struct m2_brain_answer *answer,
                    struct m2_err *err) M2_MUST_USE;

struct m2_job_request {
    const char *app, *alias;
    const struct m2_value *task;
    const char *mode, *unit_id; /* one of them */
};
struct m2_queued_job {
    const char *execution_arn, *pipeline_id, *unit_id, *mode; /* NULL where the answer has none */
};
int m2_brain_queue_job(struct m2_queued_job *out, struct m2_arena *a, struct m2_brain *b,
                       const struct m2_job_request *job, struct m2_brain_answer *answer,
                       struct m2_err *err) M2_MUST_USE;
/** The newest LIMIT pipelines, an array. */
int m2_brain_pipelines(const struct m2_value **out, struct m2_arena *a, struct m2_brain *b, int limit,
                       struct m2_brain_answer *answer, struct m2_err *err) M2_MUST_USE;

#endif
