/*
 * m2/snapshot.h — what was read from the account: a list of calls, saved, loaded, asked.
 *
 * Model:     format m2-snapshot/1 (docs/FORMATS). `output` has the member names and shapes of `aws … --output json`, pages joined.
 *            Checks ask for entities (m2_look_*), not for calls: an entity counts as absent only when an answer that
 *            would have shown it does not, and as unseen, with the missing right, otherwise.
 * Lifetime:  everything lives in the arena given.
 */
#ifndef M2_SNAPSHOT_H
#define M2_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/value.h"

#define M2_SNAPSHOT_SCHEMA "m2-snapshot/1"

enum m2_call_status { M2_CALL_OK, M2_CALL_ERROR, M2_CALL_SKIPPED };

struct m2_call {
    const char *service, *operation, *region; /* region may be NULL */
    const struct m2_value *input;             /* object; empty when none */
    enum m2_call_status status;
    const struct m2_value *output; /* OK */
    const char *code, *message;    /* ERROR */
    int http_status;
    const char *reason;            /* SKIPPED */
    const struct m2_value *raw;    /* the whole object, unknown fields included */
    size_t index;                  /* position in calls */
};

/* What the diagnosis is about; NULL/empty where not known. */
struct m2_target {
    const char *stack, *vpc, *lambda_image, *fargate_image;
    M2_VEC(const char *) subnets;
    M2_VEC(const char *) security_groups;
    int assign_public_ip;      /* 1 yes, 0 no, -1 not known */
    const char *state_machine, *role; /* ARNs that are looked at besides those of the stack */
    M2_VEC(const char *) buckets;     /* the same */
    const char *subnets_from;  /* "--subnet", "state machine arn:…", "default VPC" */
    const char *expected_account; /* where the user named one, else NULL */
    const char *alias;            /* of the unit at CloudMR Brain, where the user named one, else NULL */
    bool must_exist;              /* the stack is to be there: its absence is a fault */
    M2_VEC(const char *) expected_outputs; /* "KEY=VALUE": what the stack's outputs are to be */
    int64_t since_ms;          /* failures before collected_at - since_ms are not read; 0: 7 days */
};

struct m2_snapshot {
    struct m2_arena *arena;
    struct m2_value *root;
    const char *tool, *account, *region, *collected_at;
    int64_t collected_ms; /* 0 when unknown */
    bool redacted;
    struct m2_target target;
    struct m2_call *calls;
    size_t n_calls;
    void *index; /* internal */
};

/** Read and check PATH. Errors: M2_EINPUT (not JSON, truncated, not a snapshot, newer major schema), M2_ELIMIT, M2_EIO. */
int m2_snapshot_load(struct m2_snapshot *out, struct m2_arena *a, const char *path, struct m2_err *err) M2_MUST_USE;
/** From a parsed document; ROOT must live in A. */
int m2_snapshot_from_value(struct m2_snapshot *out, struct m2_arena *a, struct m2_value *root,
                           const char *name, struct m2_err *err) M2_MUST_USE;
/** Append CALLS (an array of calls, copied without secrets) to S. Errors: as m2_snapshot_from_value. */
int m2_snapshot_add(struct m2_snapshot *s, const struct m2_value *calls, struct m2_err *err) M2_MUST_USE;
/** Put S->target into the document: what is saved then asks what this run asked. */
void m2_snapshot_keep_target(struct m2_snapshot *s);
/** Through a temporary file, mode 0600; REDACT removes what docs/FORMATS lists; without it only secrets go. */
int m2_snapshot_save(const struct m2_snapshot *s, const char *path, bool redact, struct m2_err *err) M2_MUST_USE;
/** A redacted deep copy in A. */
struct m2_value *m2_snapshot_redact(struct m2_arena *a, const struct m2_value *root);
/** A deep copy in A without credentials and password-like values; accounts, names and addresses stay. */
struct m2_value *m2_snapshot_without_secrets(struct m2_arena *a, const struct m2_value *root);

/* ---- asking ---- */

/** Calls of OPERATION in order: start with NULL, end at NULL. */
const struct m2_call *m2_calls(const struct m2_snapshot *s, const char *service, const char *operation,
                               const struct m2_call *after);
/** First call of OPERATION whose input mentions TEXT as a whole string value somewhere (TEXT NULL: any). Prefers an ok one. */
const struct m2_call *m2_call_about(const struct m2_snapshot *s, const char *service, const char *operation,
                                    const char *text);

enum m2_seen { M2_SEEN, M2_ABSENT, M2_UNSEEN };
struct m2_look {
    enum m2_seen seen;
    const struct m2_value *item; /* SEEN */
    const struct m2_call *call;  /* the answer that shows or should have shown it; NULL when no call was made */
    const char *path;            /* SEEN: "Subnets[0]" in the call's output */
    const char *right;           /* UNSEEN: IAM action that is missing or whose call was not made: "ec2:DescribeSubnets" */
    const char *why;             /* UNSEEN, a sentence: "ec2:DescribeSubnets was denied (UnauthorizedOperation)." */
};

/**
 * The item of LIST ("Subnets"; "Reservations[].Instances" not needed) whose KEY equals ID, in any answer of OPERATION.
 * ABSENT when an ok answer without input filters, or one whose input mentions ID, lacks it, or when a call mentioning ID
 * failed with a not-found code (…NotFound, NoSuchEntity, ResourceNotFoundException, NoSuchBucket, ValidationError "does not exist" …).
 */
struct m2_look m2_look_item(const struct m2_snapshot *s, const char *service, const char *operation,
                            const char *list, const char *key, const char *id);
/** The whole output of the call of OPERATION about TEXT (NULL: the first): SEEN, ABSENT (not-found code), or UNSEEN. */
struct m2_look m2_look_output(const struct m2_snapshot *s, const char *service, const char *operation,
                              const char *text);
/** All items of LIST in ok answers of OPERATION, where KEY equals ID (KEY NULL: all), deduplicated by identity value
 * DEDUP (may be NULL), in A. *unseen gets the first refusal when the answers cannot be complete (else NULL). */
struct m2_value *m2_look_list(struct m2_look *unseen, struct m2_arena *a, const struct m2_snapshot *s,
                              const char *service, const char *operation, const char *list,
                              const char *key, const char *id, const char *dedup);
/** Why CALL (NULL: not made) does not tell what RIGHT would: one sentence, in A. */
const char *m2_look_why(struct m2_arena *a, const char *right, const struct m2_call *call);
bool m2_code_not_found(const char *code, const char *message);

#endif
