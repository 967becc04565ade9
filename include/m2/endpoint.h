/*
 * m2/endpoint.h — where a service lives and how its calls are signed there (pure).
 *
 * Source:    botocore's endpoint rule sets, reduced to a template and exceptions; proven by its 1101 endpoint cases (those
 *            that our settings can express).
 */
#ifndef M2_ENDPOINT_H
#define M2_ENDPOINT_H

#include <stdbool.h>

#include "m2/err.h"
#include "m2/mem.h"

struct m2_partition {
    const char *name;       /* "aws-cn" */
    const char *dns_suffix; /* "amazonaws.com.cn" */
    const char *dual_suffix;
    const char *global_region;
};
/** Partition of REGION; unknown regions belong to aws. */
const struct m2_partition *m2_partition_of(const char *region);
/** Is REGION usable as a host label (1–63 of [A-Za-z0-9-], no '-' at an end, not all digits)? */
bool m2_region_valid(const char *region);

struct m2_endpoint_input {
    const char *service; /* AWS CLI name */
    const char *region;
    bool fips, dual_stack;
    bool sts_legacy_global; /* AWS_STS_REGIONAL_ENDPOINTS=legacy */
    bool s3_legacy_global;  /* S3 in us-east-1 at s3.amazonaws.com */
    const char *custom_url; /* a configured endpoint, or NULL */
    const char *bucket;     /* s3, or NULL */
    bool force_path_style;   /* also for a custom URL, unless the addressing style is "virtual" */
};
struct m2_endpoint {
    const char *scheme, *host; /* host with port when custom */
    const char *path;          /* "" or "/prefix"; for path-style S3 "/bucket" is included */
    const char *signing_name, *signing_region;
    bool bucket_in_path;       /* path-style */
};
/** The region that a call of SERVICE for REGION has to go to: another one only for pricing, which answers in few. */
const char *m2_endpoint_region(const char *service, const char *region);

/** Global services (iam, ce, budgets) place and sign themselves. Results live in A.
 * Errors: M2_EUSAGE (bad region), M2_EBUG (unknown service), M2_ECONFIG (a URL that is none, FIPS or dual stack with a
 * custom URL, partition without them, ARN or directory bucket). */
int m2_endpoint_resolve(struct m2_endpoint *out, struct m2_arena *a, const struct m2_endpoint_input *in,
                        struct m2_err *err) M2_MUST_USE;

#endif
