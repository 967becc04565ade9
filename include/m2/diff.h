/*
 * m2/diff.h — two sets of findings beside each other: what is new, gone, changed.
 *
 * Model:     what is compared are problems (warn, fail, unknown): one that was none is new, one that is none any more is gone, one
 *            that is another now (status or cause) is changed. Findings are the same by their uid; between two accounts by their check
 *            and their resource's name without account, region, stack and generated ids. A check that only one side made is not compared.
 * Lifetime:  everything lives in the arena given.
 */
#ifndef M2_DIFF_H
#define M2_DIFF_H

#include "m2/finding.h"

enum m2_change_kind { M2_CHANGE_NEW, M2_CHANGE_GONE, M2_CHANGE_CHANGED, M2_CHANGE_KINDS };
const char *m2_change_name(enum m2_change_kind k); /* "new", "gone", "changed" */

struct m2_change {
    enum m2_change_kind kind;
    const char *uid, *id, *resource, *title;  /* as it is now; as it was where it is gone */
    const struct m2_finding *was, *is;        /* NULL: there was, or is, no finding of it */
};

struct m2_diff {
    const char *name; /* of the file, for people */
    const char *account, *region, *stack, *generated_at, *verdict; /* of then; NULL when not told */
    M2_VEC(struct m2_change) list;                                 /* in the order of now, then what is gone */
    size_t counts[M2_CHANGE_KINDS];
    M2_VEC(const char *) not_compared; /* ids of checks that one side did not make */
};

/** Compare; NAME says in words where THEN comes from. */
void m2_diff_make(struct m2_diff *out, struct m2_arena *a, const struct m2_findings *then, const struct m2_findings *now,
                  const char *name);
/** The member "compared" of m2-report/1. */
struct m2_value *m2_diff_to_value(struct m2_arena *a, const struct m2_diff *d);
/** "2 new, 1 gone, 0 changed"; "nothing changed" in place of zeros alone. */
const char *m2_diff_summary(struct m2_arena *a, const struct m2_diff *d);
/** "FAIL, was pass": what became of it. */
const char *m2_change_states(struct m2_arena *a, const struct m2_change *c);

/** Read a document m2-report/1: what comparing needs of it. Errors: M2_EINPUT (no report, a newer major schema, a finding without uid). */
int m2_findings_read(struct m2_findings *out, struct m2_arena *a, const struct m2_value *doc, const char *name,
                     struct m2_err *err) M2_MUST_USE;

#endif
