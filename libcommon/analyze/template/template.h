/*
 * analyze/template/template.h — CloudFormation templates as the checks see them: their parts, values as far
 * as they can be known.
 *
 * Model:     a template of the snapshot, its nested ones beneath it with the parameters they are given. What
 * cannot be known stays unknown: a check says nothing of it. A shape is a text in which unknown parts are one
 * character each (below). Source:    AWS CloudFormation User Guide; AWS SAM specification (globals, generated
 * resources).
 */
#ifndef M2_ANALYZE_TEMPLATE_H
#define M2_ANALYZE_TEMPLATE_H

#include "m2/check.h"
#include "m2/template.h"

/* Characters of a shape that stand for what is not known here. No text of a template holds them. */
#define M2_SHAPE_STACK '\001'   /* the stack's name */
#define M2_SHAPE_UNKNOWN '\002' /* anything */
#define M2_SHAPE_ACCOUNT '\003'
#define M2_SHAPE_REGION '\004'

enum m2_tpl_dep {
    M2_DEP_STACK = 1,     /* the stack's name or id */
    M2_DEP_CHOICE = 2,    /* a parameter that nobody gave a value */
    M2_DEP_RESOURCE = 4,  /* what a resource or another stack answers */
    M2_DEP_PARAMETER = 8, /* a parameter with a value */
    M2_DEP_OTHER = 16,    /* something else that is not known before a deployment */
    M2_DEP_NOVALUE = 32   /* AWS::NoValue: as if it were not there */
};

struct m2_tpl_value {
    const struct m2_value *v; /* NULL: not known */
    const char *shape; /* of a text, also where it is known in part; NULL: no text, or unknown in whole */
    unsigned deps;     /* enum m2_tpl_dep */
};

struct m2_tpl;

/* A parameter's value as the stack above gives it. */
struct m2_tpl_given {
    const char *name;
    struct m2_tpl_value value;
};

struct m2_tpl {
    const char *name; /* the file; of a deployed template its stack's name */
    const char *identity;
    const struct m2_call *call;
    struct m2_template_text text;
    const struct m2_value *root; /* NULL: it cannot be read */
    const struct m2_value *parameters, *mappings, *conditions, *resources, *outputs,
        *globals;          /* objects, or NULL */
    struct m2_tpl *parent; /* of a nested one */
    const char *nested_as; /* logical id in the parent */
    M2_VEC(struct m2_tpl_given) given;
    bool deployed;       /* the text of a stack in the account */
    bool sam;            /* AWS::Serverless resources are transformed */
    bool generated;      /* a macro or ForEach may make names that are not written here */
    const size_t *lines; /* where each line begins in the text */
    size_t n_lines;
};

struct m2_tpls {
    struct m2_arena *a;
    const struct m2_snapshot *snap;
    M2_VEC(struct m2_tpl *) list;
};

/** The templates of R's snapshot, made once a run. A check without any says skip by m2_tpl_none. */
const struct m2_tpls *m2_tpls(struct m2_check_run *r);
void m2_tpls_make(struct m2_tpls *out, struct m2_arena *a, const struct m2_snapshot *s);
/** Says why there is nothing to look at, and answers true, when no template could be read. */
bool m2_tpl_none(struct m2_check_run *r, const struct m2_tpls *all);
/** The template that RESOURCE ID of T nests, or NULL. */
const struct m2_tpl *m2_tpl_nested(const struct m2_tpls *all, const struct m2_tpl *t, const char *id);

/* ---- places ---- */

struct m2_place {
    uint32_t line, col;
};
/** Where KEY, whose value is V, is written; V's own place when it cannot be found. */
struct m2_place m2_tpl_key_place(const struct m2_tpl *t, const char *key, const struct m2_value *v);
struct m2_place m2_tpl_place(const struct m2_value *v);
/** "FILE:LINE:COL" in A. */
const char *m2_tpl_at(struct m2_arena *a, const struct m2_tpl *t, struct m2_place p);
/** A finding at P of T with its evidence: the place, and VALUE (may be NULL) as it is written. */
struct m2_finding *m2_tpl_found(struct m2_check_run *r, enum m2_status status, const struct m2_tpl *t,
                                struct m2_place p, const char *cause, const struct m2_value *value);

/* ---- values ---- */

struct m2_tpl_value m2_tpl_resolve(const struct m2_tpls *all, const struct m2_tpl *t,
                                   const struct m2_value *v);
/** The text of V when it is wholly known, else NULL. */
const char *m2_tpl_text(const struct m2_tpls *all, const struct m2_tpl *t, const struct m2_value *v);
/** V with everything in it resolved, places kept; unknown texts are their shapes. */
const struct m2_value *m2_tpl_deep(const struct m2_tpls *all, const struct m2_tpl *t,
                                   const struct m2_value *v);
/** The value of condition NAME: 1, 0, or -1 when it is not known. */
int m2_tpl_condition(const struct m2_tpls *all, const struct m2_tpl *t, const char *name);
/** Is the resource or output V surely left out by its Condition? */
bool m2_tpl_left_out(const struct m2_tpls *all, const struct m2_tpl *t, const struct m2_value *v);
/** The only member of an object that is an intrinsic ("Ref", "Fn::Sub" …), or NULL. */
const struct m2_member *m2_tpl_intrinsic(const struct m2_value *v);
/** Property PATH ("EphemeralStorage.Size") of RESOURCE; of a SAM function also from Globals. Fn::If on the
 * way is followed when it is known. NULL: not written. */
const struct m2_value *m2_tpl_property(const struct m2_tpls *all, const struct m2_tpl *t,
                                       const struct m2_value *resource, const char *path);

/* Each resource of T that may be deployed. */
#define m2_tpl_each_resource(all, t, id, res)                                                                \
    for (size_t m2_i = 0;                                                                                    \
         m2_i < m2_v_len((t)->resources) && (((id) = (t)->resources->u.object.at[m2_i].key),                 \
                                             ((res) = (t)->resources->u.object.at[m2_i].value), true);       \
         m2_i++)                                                                                             \
        if (m2_v_is((res), M2_OBJECT) && m2_v_str((res), "Type") && !m2_tpl_left_out((all), (t), (res)))

/* ---- the checks ---- */
void m2_template_parse_check(struct m2_check_run *r);
void m2_template_references(struct m2_check_run *r);
void m2_template_limits(struct m2_check_run *r);
void m2_template_names(struct m2_check_run *r);
void m2_template_capabilities(struct m2_check_run *r);
void m2_template_buckets(struct m2_check_run *r);
void m2_template_outputs(struct m2_check_run *r);
void m2_template_roles(struct m2_check_run *r);

#endif
