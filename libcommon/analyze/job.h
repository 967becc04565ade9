/*
 * analyze/job.h — what a job runs on, as several areas need it: its images and its functions.
 */
#ifndef M2_ANALYZE_JOB_H
#define M2_ANALYZE_JOB_H

#include "analyze/names.h"
#include "m2/check.h"
#include "m2/stackview.h"

struct m2_job_image {
    const char *what;           /* "Lambda", "Fargate" */
    const char *uri;            /* NULL when not known: see look */
    const char *from;           /* "the deployed function", "--lambda-image", … */
    const char *used_in;        /* region where it is used; NULL when not known */
    const char *resource;       /* function or task definition that uses it, or NULL before a deployment */
    const struct m2_call *call; /* where the URI was read; NULL when it was not read */
    const char *path;
    bool valid;      /* parts below are filled */
    const char *why; /* not valid: what is wrong */
    struct m2_image_uri parts;
    struct m2_look look; /* uri NULL: UNSEEN with the right */
};
/** images[0] is Lambda's, images[1] the first container's on Fargate. */
void m2_job_images(struct m2_job_image images[2], struct m2_arena *a, const struct m2_snapshot *s);

/** Why VIEW's stack has no task definition to judge, TASK being what was looked for and not seen: unknown or skip. */
void m2_job_no_task(struct m2_check_run *r, const struct m2_stackview *view, const struct m2_look *task);

/* A function of the stack. */
struct m2_job_function {
    const char *name;              /* as Lambda knows it */
    const struct m2_value *config; /* Configuration, or NULL: see look */
    struct m2_look look;
    const char *path; /* of config in the call's output: "Configuration" or "" */
};
struct m2_job_functions {
    M2_VEC(struct m2_job_function) list;
    enum m2_stack_state state; /* of the stack */
    struct m2_look look;       /* of the stack */
    struct m2_look listing;    /* UNSEEN: the stack may have more of them */
};
/** All functions: of the stack's resources, else those that were read. Sorted by name. */
void m2_job_functions(struct m2_job_functions *out, struct m2_arena *a, const struct m2_snapshot *s);

#endif
