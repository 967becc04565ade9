/*
 * analyze/area.h — what one area (a folder or file of checks) gives to the engine.
 */
#ifndef M2_ANALYZE_AREA_H
#define M2_ANALYZE_AREA_H

#include <stddef.h>

#include "m2/check.h"

enum m2_join {
    M2_JOIN_ANY,   /* whenever both are there */
    M2_JOIN_ABOUT, /* resource or about-list of both have a name in common */
};

/* "CAUSE explains EFFECT": slugs, a trailing ".*" or "*" matches the rest. */
struct m2_link {
    const char *cause, *effect;
    enum m2_join join;
};

struct m2_area {
    const char *name; /* "network" */
    const struct m2_check *checks;
    size_t n_checks;
    const struct m2_cause *causes;
    size_t n_causes;
    const struct m2_link *links; /* rules whose effect belongs to this area */
    size_t n_links;
};

extern const struct m2_area m2_area_identity, m2_area_network, m2_area_images, m2_area_lambda,
    m2_area_fargate, m2_area_template, m2_area_tasks, m2_area_stack, m2_area_workflow, m2_area_access,
    m2_area_storage, m2_area_registration;

#endif
