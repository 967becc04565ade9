/*
 * analyze/names.h — names that AWS gives to things: ARNs, ECR image URIs, CloudMRHub's accounts and defaults.
 */
#ifndef M2_ANALYZE_NAMES_H
#define M2_ANALYZE_NAMES_H

#include <stdbool.h>

#include "m2/deployment.h"
#include "m2/mem.h"
#include "m2/snapshot.h"

enum m2_arn_part { M2_ARN_PARTITION = 1, M2_ARN_SERVICE, M2_ARN_REGION, M2_ARN_ACCOUNT, M2_ARN_RESOURCE };
/** A part of ARN in A ("" when empty); NULL when ARN is none. */
const char *m2_arn_part(struct m2_arena *a, const char *arn, enum m2_arn_part part);

/** The partition that REGION (may be NULL) is in, as ARNs name it. */
const char *m2_region_partition(const char *region);

/** S as one shell word in A. */
const char *m2_word(struct m2_arena *a, const char *s);
/** The caller's account: of sts, else the snapshot's; NULL when not known. */
const char *m2_own_account(const struct m2_snapshot *s);

/* The images of the upstream template. */
#define M2_DEFAULT_LAMBDA_IMAGE "469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-lambda:latest"
#define M2_DEFAULT_FARGATE_IMAGE "469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-fargate:latest"

/* An image URI in parts; account and region are NULL outside ECR. */
struct m2_image_uri {
    const char *account, *region, *host, *repository, *tag,
        *digest; /* tag and digest NULL when not written */
    bool ecr;    /* a private ECR registry */
};
/** False with a reason ("the tag … has a character …") when URI is none that a registry accepts. */
bool m2_image_uri_parse(struct m2_image_uri *out, const char **why, struct m2_arena *a, const char *uri);

#endif
