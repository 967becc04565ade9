/*
 * m2/deploy.h — deciding how a unit is deployed: what a stack's state allows, where tasks shall run,
 * parameters, what a change set does.
 *
 * Model:     pure functions over a snapshot, a template and AWS's answers. Nothing here calls anything;
 * tools/m2-deploy carries out. Lifetime:  everything lives in the arena given, in the snapshot, or is static.
 * Source:    AWS CloudFormation API Reference (Stack, DescribeChangeSet, ResourceChange, CreateChangeSet),
 * User Guide (stack states, quotas, capabilities).
 */
#ifndef M2_DEPLOY_H
#define M2_DEPLOY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "m2/err.h"
#include "m2/mem.h"
#include "m2/money.h"
#include "m2/prices.h"
#include "m2/snapshot.h"
#include "m2/value.h"

/* ---- the template ---- */

/** The built-in template of a computing unit, YAML. Static storage. */
const char *m2_deploy_template(size_t *size_bytes);
#define M2_DEPLOY_TEMPLATE_MAX 51200 /* bytes that CreateChangeSet takes as TemplateBody */

/** What CreateChangeSet must be told that the template makes: an array of "CAPABILITY_…". */
struct m2_value *m2_deploy_capabilities(struct m2_arena *a, const struct m2_value *template_root);

/* ---- states of a stack ---- */

enum m2_deploy_act {
    M2_DEPLOY_CREATE, /* there is none, or a name and nothing else */
    M2_DEPLOY_UPDATE,
    M2_DEPLOY_FOLLOW,       /* an operation is under way: it is followed, or awaited */
    M2_DEPLOY_DELETE_FIRST, /* empty, and good for nothing but deletion */
    M2_DEPLOY_STOP,         /* somebody has to mend it */
    M2_DEPLOY_ACTS
};
enum m2_deploy_end { M2_DEPLOY_RUNNING, M2_DEPLOY_GOOD, M2_DEPLOY_BAD };

struct m2_deploy_state {
    const char *status; /* "" : there is no stack */
    enum m2_deploy_act act;
    enum m2_deploy_end end; /* of an operation that is followed */
    const char *said;       /* one sentence */
    const char *fix;        /* one sentence with "%s" for the stack's name, or NULL */
};
/** One row for no stack and one for each of CloudFormation's 23 states. */
const struct m2_deploy_state *m2_deploy_states(size_t *n);
/** Row of STATUS (NULL: no stack). A state that is not known here stops, or is followed when it ends in
 * _IN_PROGRESS. Never NULL. */
const struct m2_deploy_state *m2_deploy_state(const char *status);

/* ---- where tasks run ---- */

#define M2_PLACEMENT_SUBNETS 16

struct m2_placement {
    const char *vpc, *vpc_name; /* name: its tag, or "" */
    bool default_vpc;
    const char *subnets[M2_PLACEMENT_SUBNETS], *zones[M2_PLACEMENT_SUBNETS];
    size_t n_subnets;
    const char *group, *group_name;
    M2_VEC(const char *) groups; /* GROUP, or all that were named */
    bool public_ip;
    size_t counts[4];  /* findings of the network checks: pass, warn, fail, unknown */
    const char *worst; /* what the first failure is, else the first thing that could not be told, else
                          warning; NULL: none */
};
struct m2_placements {
    M2_VEC(struct m2_placement) list;
};
/* What is settled already; NULL, 0 and -1 leave it open. */
struct m2_placement_wish {
    const char *vpc;
    const char *const *subnets;
    size_t n_subnets;
    const char *const *groups;
    size_t n_groups;
    int public_ip; /* 1, 0, -1 */
};
/** Append what fits W in the VPCs that S shows, each judged by the network checks. Errors: M2_EBUG (a check
 * that there is not). */
int m2_placements_add(struct m2_placements *out, struct m2_arena *a, const struct m2_snapshot *s,
                      const struct m2_placement_wish *w, struct m2_err *err) M2_MUST_USE;
/** Best first: failures, then what could not be told, warnings, the default VPC, two zones; ties by id. */
void m2_placements_rank(struct m2_placements *p);
/** "subnet-1 and subnet-2 of vpc-1 (default), group sg-1, public addresses". */
const char *m2_placement_text(struct m2_arena *a, const struct m2_placement *p);

/* ---- images ---- */

/** URI with the digest that an answer in S gives for its tag; NULL: it has a digest already, or none was
 * shown. */
const char *m2_deploy_pinned(struct m2_arena *a, const struct m2_snapshot *s, const char *uri);
/** Upstream's image of WHAT ("lambda", "fargate") with TAG (NULL: latest). */
const char *m2_deploy_image(struct m2_arena *a, const char *what, const char *tag);

/* ---- parameters ---- */

struct m2_deploy_wish {
    const char *key, *value, *from; /* from: "--data-bucket" */
    bool must;                      /* the user said so: a template without it is an error */
};
struct m2_deploy_parameter {
    const char *key, *value; /* NULL with USE_PREVIOUS, and of a default that is no text */
    const char *from;        /* "--vpc", "as deployed", "the template's default" */
    bool use_previous, hidden /* NoEcho: the value is never shown */;
};
struct m2_deploy_parameters {
    M2_VEC(struct m2_deploy_parameter) list; /* in the template's order */
};
/** Settle each parameter of TEMPLATE_ROOT: the last wish for it, else as deployed (PREVIOUS: Parameters of
 * DescribeStacks, or NULL), else its default. Errors: M2_EUSAGE (no such parameter, with the nearest; a value
 * that it does not allow, with those it does; none at all). */
int m2_deploy_parameters(struct m2_deploy_parameters *out, struct m2_arena *a,
                         const struct m2_value *template_root, const struct m2_deploy_wish *wishes,
                         size_t n_wishes, const struct m2_value *previous, struct m2_err *err) M2_MUST_USE;
/** CreateChangeSet's Parameters; those at their default are left out. */
struct m2_value *m2_deploy_parameters_to_value(struct m2_arena *a, const struct m2_deploy_parameters *p);

/* ---- what a change set does ---- */

struct m2_change {
    const char *action; /* "Add", "Modify", "Remove", "Import", "Dynamic" */
    /* "Calculation/RunJob" in a nested stack */
    const char *logical_id, *physical_id, *type;
    const char *replacement; /* "True", "False", "Conditional", or "" */
    const char *policy; /* what becomes of the old one: "Delete", "Retain", "ReplaceAndRetain" … or "" */
    const char *why;    /* "Properties.Cpu (FargateCpu)"; "" for Add and Remove */
    const char *nested; /* change set of a nested stack, or NULL */
    bool stateful;      /* it holds what nobody can make again */
    bool loses;         /* stateful, and removed or perhaps replaced: needs --allow-replace */
};
struct m2_changes {
    M2_VEC(struct m2_change) list;
    size_t added, modified, replaced, removed;
};
/** From OUTPUT of DescribeChangeSet, all pages. */
void m2_changes_read(struct m2_changes *out, struct m2_arena *a, const struct m2_value *output);
/** Append those of a nested stack, INSIDE it ("Calculation"). */
void m2_changes_add(struct m2_changes *out, struct m2_arena *a, const struct m2_value *output,
                    const char *inside);
/** The first that would lose something and is not among ALLOWED (logical or physical ids), or NULL. */
const struct m2_change *m2_changes_forbidden(const struct m2_changes *c, const char *const *allowed,
                                             size_t n_allowed);
struct m2_value *m2_changes_to_value(struct m2_arena *a, const struct m2_changes *c);
/** Of a change set that failed with REASON: because there was nothing to change? */
bool m2_changes_none(const char *reason);

/* ---- what it costs while no job runs ---- */

struct m2_idle {
    m2_pico month;                 /* of what has a price in the list */
    M2_VEC(const char *) lines;    /* "2 interface endpoints in 2 zones: $29.20" */
    M2_VEC(const char *) unpriced; /* "1 secret" */
};
/** Of the resources of TEMPLATE_ROOT named in THERE (logical ids, NULL-ended; NULL: all). ZONES: of the
 * tasks' subnets. SECRETS: in Secrets Manager, used and not made. What a free tier takes off stays in. */
void m2_deploy_idle(struct m2_idle *out, struct m2_arena *a, const struct m2_value *template_root,
                    const char *const *there, size_t zones, size_t secrets,
                    const struct m2_price_region *prices);

#endif
