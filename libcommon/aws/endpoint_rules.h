/*
 * aws/endpoint_rules.h — what distinguishes the services: rows that endpoint.c expands.
 *
 * Model:     a host is a template: %P the service's host prefix, %R the region, %G the partition's global
 * region, %D and %U its DNS suffixes (ordinary, dual stack). Most services need no row here. Source:
 * botocore's endpoint rule sets, evaluated for every region and every setting.
 */
#ifndef M2_AWS_ENDPOINT_RULES_H
#define M2_AWS_ENDPOINT_RULES_H

#include "m2/endpoint.h"

enum m2_host_kind { M2_HOST_PLAIN, M2_HOST_FIPS, M2_HOST_DUAL, M2_HOST_BOTH, M2_HOST_KINDS };

struct m2_host_service {
    const char *name, *prefix, *signing_name; /* "stepfunctions", "states", "states" */
};

struct m2_host_rule {
    const char *where; /* region or partition; NULL: everywhere else */
    const char *hosts[M2_HOST_KINDS];
    const char *signing_region; /* template; NULL: the region */
};

/** NULL when unknown. */
const struct m2_host_service *m2_host_service_find(const char *name);
/** The rule of SERVICE for REGION in PARTITION; never NULL. A NULL host in it: the service has none of this
 * kind there. */
const struct m2_host_rule *m2_host_rule_find(const char *service, const char *region, const char *partition);

/* endpoint_s3.c: put in->bucket into the host or the path of OUT. HOST_IS_CUSTOM: the host is a configured
 * one. */
int m2_endpoint_place_bucket(struct m2_endpoint *out, struct m2_arena *a, const struct m2_endpoint_input *in,
                             bool host_is_custom, struct m2_err *err) M2_MUST_USE;
/* endpoint_url.c: scheme, host and path of OUT from a configured URL. */
int m2_endpoint_read_url(struct m2_endpoint *out, struct m2_arena *a, const char *url,
                         struct m2_err *err) M2_MUST_USE;

#endif
