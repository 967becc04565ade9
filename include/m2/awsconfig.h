/*
 * m2/awsconfig.h — settings from flags, environment and the shared files, each with where it came from.
 *
 * Source:    AWS SDKs and Tools Reference Guide; AWS CLI v2 configprovider; smithy-rs configuration vectors.
 */
#ifndef M2_AWSCONFIG_H
#define M2_AWSCONFIG_H

#include "m2/err.h"
#include "m2/ini.h"
#include "m2/mem.h"
#include "m2/sys.h"

/* Chosen by the command line; NULL where not given. */
struct m2_aws_flags {
    const char *profile, *region, *endpoint_url;
};

struct m2_setting {
    const char *name;   /* "region" */
    const char *value;  /* NULL when unset */
    const char *source; /* "--region", "environment AWS_REGION", "profile prod (/home/u/.aws/config:12)", "default" */
};

struct m2_awsconfig {
    const struct m2_sys *sys;
    struct m2_aws_flags flags;
    const char *config_path, *credentials_path;
    struct m2_ini config, credentials;
    const char *profile; /* chosen name */
    bool profile_from_flag;
    struct m2_setting profile_setting, region, ca_bundle, max_attempts, sts_endpoints, fips, dual_stack;
    M2_VEC(const char *) warnings;
};

/** Errors: M2_ECONFIG (file and line; named profile in neither file), M2_EUSAGE (bad region). */
int m2_awsconfig_load(struct m2_awsconfig *out, struct m2_arena *a, const struct m2_sys *sys,
                      const struct m2_aws_flags *flags, struct m2_err *err) M2_MUST_USE;
/** Property KEY of profile NAME: credentials file over config file. NULL when unset. LINE/FILE may be NULL. */
const char *m2_awsconfig_get(const struct m2_awsconfig *c, const char *profile, const char *key,
                             const char **file, int *line);
bool m2_awsconfig_has_profile(const struct m2_awsconfig *c, const char *profile);
/** Configured endpoint of SERVICE (CLI name) with its source, by AWS's order; value NULL when the ordinary one applies.
 * SERVICE NULL: what holds for each service that has none of its own. */
struct m2_setting m2_awsconfig_endpoint(const struct m2_awsconfig *c, struct m2_arena *a, const char *service);
/** S3 addressing style from the profile's `s3 =` section: "path", "virtual", or NULL (auto). */
const char *m2_awsconfig_s3_style(const struct m2_awsconfig *c);

#endif
