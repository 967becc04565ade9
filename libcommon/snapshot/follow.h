/*
 * snapshot/follow.h — small readers that the followers share.
 */
#ifndef M2_SNAPSHOT_FOLLOW_H
#define M2_SNAPSHOT_FOLLOW_H

#include "m2/value.h"

struct m2_texts {
    const char **at;
    size_t len, cap;
};

/** All strings at PATH ("Stacks[].Outputs[].OutputKey") of V. */
void m2_follow_path(struct m2_arena *a, const struct m2_value *v, const char *path, struct m2_texts *out);
/** The name an ARN ends with ("…:role/path/NAME" gives "NAME"); a plain name as it is; NULL for NULL. */
const char *m2_arn_name(const char *arn);

/* registry/name:tag or registry/name@digest of an ECR image. */
struct m2_image_ref {
    const char *registry, *region, *name, *tag,
        *digest; /* tag "latest" where none is given, NULL with a digest */
};
/** False when URI does not name an ECR repository. */
bool m2_image_parse(struct m2_image_ref *out, struct m2_arena *a, const char *uri);

#endif
