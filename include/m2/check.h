/*
 * m2/check.h — the table of checks and causes, and the engine that runs them over a snapshot.
 *
 * Model:     a check is a pure function of the snapshot (no clock, no network, no globals). It adds at least one finding; the engine
 *            adds `unknown` for one that adds none. Causes are rows too: sentence, fix, source. After all checks, links
 *            between findings are made by a table of cause → effect rules with a join condition; ties and cycles cannot arise because
 *            rules only lead from an earlier layer to a later one.
 */
#ifndef M2_CHECK_H
#define M2_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "m2/err.h"
#include "m2/finding.h"
#include "m2/mem.h"
#include "m2/snapshot.h"

struct m2_check_run; /* what a check sees; below */

struct m2_check {
    const char *id, *area;
    const char *title; /* positive sentence: "The task's subnets exist and fit together" */
    const char *why;   /* for --explain: what breaks and for whom, in plain words */
    const char *how;   /* how it is found */
    const char *fix;   /* the general fix */
    const char *const *rights;  /* IAM actions it needs, NULL-ended */
    const char *const *causes;  /* slugs it can name, NULL-ended; a trailing ".*" for a catalogue */
    const char *const *sources; /* AWS documentation, NULL-ended URLs */
    bool essential;             /* its `unknown` makes the verdict inconclusive */
    void (*run)(struct m2_check_run *r);
};
/** Report order. */
const struct m2_check *m2_checks(size_t *n);
const struct m2_check *m2_check_find(const char *id);

struct m2_cause {
    const char *slug;
    enum m2_status status; /* usual level: M2_FAIL, M2_WARN, M2_UNKNOWN */
    const char *title;     /* sentence without values: "The route table has no route to the internet" */
    const char *why;       /* one or two plain sentences */
    const char *fix;       /* one sentence */
    const char *docs;      /* URL or NULL */
};
/** All causes, sorted by slug. */
const struct m2_cause *m2_causes(size_t *n);
const struct m2_cause *m2_cause_find(const char *slug);

/* What the checks of one run make once and share. */
struct m2_tpls;
struct m2_shared {
    struct m2_tpls *templates; /* analyze/template/template.h; NULL until the first check asks */
};

struct m2_check_run {
    const struct m2_check *check;
    const struct m2_snapshot *snap;
    struct m2_arena *arena;
    struct m2_findings *out;
    struct m2_shared *shared; /* NULL: nothing is shared */
};

/* ---- for the checks ---- */

/** Add a finding. CAUSE gives title, fix and docs (NULL: the check's title; pass and skip need none). RESOURCE NULL: the account or
 * stack. A second finding with the same check and resource gets "/<cause>" in its uid. */
struct m2_finding *m2_found(struct m2_check_run *r, enum m2_status status, const char *resource,
                            const char *cause);
/** Sentence that says what is so, with values. */
void m2_found_detail(struct m2_check_run *r, struct m2_finding *f, const char *fmt, ...) M2_PRINTF(3, 4);
/** Replace the cause's general title by one with values. */
void m2_found_title(struct m2_check_run *r, struct m2_finding *f, const char *fmt, ...) M2_PRINTF(3, 4);
void m2_found_evidence(struct m2_check_run *r, struct m2_finding *f, const struct m2_call *call,
                       const char *path, const struct m2_value *value);
void m2_found_fix(struct m2_check_run *r, struct m2_finding *f, const char *fmt, ...) M2_PRINTF(3, 4);
/** A command that can be pasted as it stands; values quoted with m2_shell_quote. The engine appends --region/--profile to `aws` commands. */
void m2_found_command(struct m2_check_run *r, struct m2_finding *f, const char *fmt, ...) M2_PRINTF(3, 4);
/** One of several resources that this finding may be about, where nothing read tells which. NULL is ignored. */
void m2_found_either(struct m2_check_run *r, struct m2_finding *f, const char *resource);
/** Another resource that this finding is about, for joining causes. NULL is ignored. */
void m2_found_about(struct m2_check_run *r, struct m2_finding *f, const char *resource);
/** `unknown` because of LOOK (which must be UNSEEN): names the missing right. */
struct m2_finding *m2_found_unseen(struct m2_check_run *r, const char *resource, const struct m2_look *look);
/** `skip` with a reason. */
struct m2_finding *m2_found_skip(struct m2_check_run *r, const char *resource, const char *fmt, ...) M2_PRINTF(3, 4);
struct m2_finding *m2_found_pass(struct m2_check_run *r, const char *resource, const char *fmt, ...) M2_PRINTF(3, 4);

/* ---- the engine ---- */

struct m2_analyze_options {
    const char *const *only; /* ids or areas, NULL-ended, or NULL: all */
    const char *const *skip;
    const char *tool, *version, *generated_at;
    const char *profile; /* for fix commands, or NULL */
};
/** Errors: M2_EUSAGE (unknown id or area, nearest name given). */
int m2_analyze(struct m2_findings *out, struct m2_arena *a, const struct m2_snapshot *snap,
               const struct m2_analyze_options *opt, struct m2_err *err) M2_MUST_USE;
/** Ids chosen by ONLY and SKIP, NULL-ended, in A. */
int m2_checks_select(const char *const **ids, struct m2_arena *a, const char *const *only,
                     const char *const *skip, struct m2_err *err) M2_MUST_USE;

#endif
