/* support/account.h — a healthy account to break: a snapshot, edits to it, and the findings that come out. */
#ifndef M2_TEST_ACCOUNT_H
#define M2_TEST_ACCOUNT_H

#include "m2/check.h"
#include "m2/snapshot.h"

/* One edit. Strings of JSON use ' instead of ". */
struct edit {
    const char *call; /* "lambda:GetFunction" or "s3:HeadBucket data" (text in its input); "" is the root,
                         NULL ends a list */
    const char *path; /* "output.Configuration.State"; "" the call; "error" replaces the answer by an error
                         code; "new" adds the call JSON */
    const char *json; /* new value; NULL removes; for "error": CODE or "CODE: message" */
};

struct account {
    struct m2_arena *arena;
    struct m2_value *root;
    struct m2_snapshot snap;
    struct m2_findings found;
};

/** The healthy account of tests/unit/analyze/account.json. Every failure fails the test. */
void account_open(struct account *ac);
void account_close(struct account *ac);
/** Every call that matches is changed; one must. */
void account_edit(struct account *ac, const struct edit *e);
/** Analyse; ONLY is a check id or area, or NULL. Asserts what must hold of every report. */
void account_analyze(struct account *ac, const char *only);
/** First finding of CHECK with CAUSE (NULL: any) and STATUS; NULL when none. */
const struct m2_finding *account_finding(const struct account *ac, const char *check, enum m2_status status,
                                         const char *cause);
bool account_is_root(const struct account *ac, const struct m2_finding *f);
/** All findings, one a line, for messages. */
const char *account_list(const struct account *ac);

/** Add to ALL what CHECK would tell of RESOURCE. */
struct m2_finding *finding_make(struct m2_findings *all, const char *check, const char *resource,
                                enum m2_status status, const char *cause);

/* A cause shown: edits to the healthy account, and what CHECK must say then. */
struct sample {
    const char *name;
    struct edit edits[6];
    const char *check;
    enum m2_status status;
    const char *cause;
};
/** Run each: the finding is there; a failing one is a root cause; nothing fails where none is expected. */
void samples_run(const struct sample *samples, size_t n);
/** Every cause that a check of AREA (but check EXCEPT, or NULL) can name is in SAMPLES. */
void samples_are_whole(const char *area, const char *except, const struct sample *samples, size_t n);

#endif
