/*
 * analyze/area.h — what one area (a folder or file of checks) gives to the engine.
 */
#ifndef M2_ANALYZE_AREA_H
#define M2_ANALYZE_AREA_H

#include <stddef.h>

#include "m2/check.h"

/*
 * What must be so besides the slugs. An edge is certain when what ties both ends was read: a name in common,
 * the same event, or that the cause holds for the whole account or stack. Else it is possible, if any.
 */
enum m2_join {
    M2_JOIN_ANY, /* whenever both are there; certain with a name in common */
    M2_JOIN_ALL, /* whenever both are there, and certain: the cause is there once, and touches every effect */
    M2_JOIN_ABOUT, /* resource or about-list of both have a name in common */
    M2_JOIN_EVENT, /* both tell of the same task or execution; of the same slug alone it is possible */
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
