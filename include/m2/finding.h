/*
 * m2/finding.h — what an analysis found: the one model that every report renders.
 *
 * Model:     a finding belongs to one check and one resource; its uid "<check>/<resource>[/<cause or part>]" is stable between
 *            runs. Evidence is quoted from the snapshot. Lists are in the order of the check table.
 * Lifetime:  everything lives in the arena of the set.
 */
#ifndef M2_FINDING_H
#define M2_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/value.h"

enum m2_status { M2_PASS, M2_WARN, M2_FAIL, M2_UNKNOWN, M2_SKIP, M2_STATUS_COUNT };
const char *m2_status_name(enum m2_status s); /* "pass" … */

struct m2_evidence {
    const char *call; /* "ec2:DescribeRouteTables" */
    const char *path; /* "RouteTables[0].Routes" */
    const char *value; /* compact text, at most 400 bytes */
};

struct m2_finding {
    const char *uid, *id, *area, *resource, *cause; /* cause NULL on pass and skip; missing right's slug on unknown may be NULL */
    enum m2_status status;
    const char *title;  /* one sentence */
    const char *detail; /* may be "" */
    M2_VEC(struct m2_evidence) evidence;
    const char *fix_text; /* NULL when nothing to do */
    M2_VEC(const char *) commands; /* can be pasted as they stand */
    M2_VEC(const char *) docs;
    M2_VEC(const char *) caused_by; /* uids: this follows from them */
    M2_VEC(const char *) explains;  /* uids */
    M2_VEC(const char *) possible_causes; /* uids: this may follow from them; what would prove it was not read */
    M2_VEC(const char *) may_explain;     /* uids */
    M2_VEC(const char *) about;     /* other resources it is about (subnet, function, role ARN), for joining causes */
    M2_VEC(const char *) either;    /* it is about one of these, and nothing that was read tells which */
    bool apart;                     /* it may have nothing to do with this account: its causes are no more than possible */
    const char *missing_right;      /* unknown: the IAM action */
    bool refused;                   /* unknown: the right is missing; false: the call was allowed and failed, or was not made */
    int64_t at_ms;                  /* when it happened, of several the newest; 0 when a state */
    int64_t first_ms;               /* of several the oldest; 0 when a state or not known of each */
    int64_t count;                  /* how often (grouped events); 1 */
};

/* The way of traffic from one place to another, as far as it is judged: each hop passes, fails (stops it) or is unknown. */
#define M2_PATH_HOPS 4
struct m2_hop {
    const char *name; /* "route" */
    enum m2_status status;
    const char *said; /* why it stops, or is not known; "" */
};
struct m2_path {
    const char *from, *to, *way; /* "subnet-1", "ECR API", "through NAT gateway nat-1" or "" */
    struct m2_hop hops[M2_PATH_HOPS]; /* in the order in which they are met */
};

struct m2_findings {
    struct m2_arena *arena;
    M2_VEC(struct m2_finding *) list;
    M2_VEC(const char *) root_causes; /* uids, most explaining first */
    const char *verdict;              /* "ready", "not-ready", "inconclusive" */
    const char *blocked_by;           /* uid of the failure for which nothing could be read (credentials), or NULL */
    size_t counts[M2_STATUS_COUNT];
    const char *tool, *version, *account, *region, *stack, *generated_at;
    M2_VEC(struct m2_path) paths;   /* of the network, from each subnet to each destination; for reports that draw */
    const struct m2_diff *compared; /* with an earlier snapshot or report, or NULL (m2/diff.h) */
    M2_VEC(const char *) notes; /* sentences about the run: defaults taken, warnings of the configuration */
    struct m2_value *by_uid;    /* uid → place in LIST, of a finished analysis; NULL: looked for one by one */
};

/** The place in the list; SIZE_MAX when there is none. */
size_t m2_finding_position(const struct m2_findings *f, const char *uid);
struct m2_finding *m2_finding_by_uid(const struct m2_findings *f, const char *uid);
/** The document m2-report/1. */
struct m2_value *m2_findings_to_value(struct m2_arena *a, const struct m2_findings *f);

#endif
