/*
 * snapshot/target.h — where the tasks run and from which images: told, deployed, or what the deployment
 * script would pick.
 *
 * Source:    the Mode 2 deployment script: the default VPC's first two subnets that give public addresses,
 * its default group, public address on.
 */
#ifndef M2_SNAPSHOT_TARGET_H
#define M2_SNAPSHOT_TARGET_H

#include "m2/snapshot.h"

#define M2_UPSTREAM_LAMBDA_IMAGE "469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-lambda:latest"
#define M2_UPSTREAM_FARGATE_IMAGE "469266894233.dkr.ecr.us-east-1.amazonaws.com/mroptimum-fargate:latest"
#define M2_TARGET_SUBNETS 2
#define M2_TARGET_GROUPS 16

/** From the `target` object of a snapshot (may be NULL). M2_EINPUT where a field is of another kind than the
 * format says: silently left out, it would change the diagnosis. NAME: of the file, for the message. */
int m2_target_read(struct m2_target *out, struct m2_arena *a, const struct m2_value *v, const char *name,
                   struct m2_err *err);
struct m2_value *m2_target_to_value(struct m2_arena *a, const struct m2_target *t);

/** Fill what T does not say from the deployed stack. */
void m2_target_deployed(struct m2_target *t, const struct m2_snapshot *s);
/** Fill where tasks run, still open, from VPC (NULL: the default VPC) as the script picks. */
void m2_target_pick(struct m2_target *t, const struct m2_snapshot *s, const char *vpc);
/** Fill everything that can be told from S: deployed, then picked, then upstream's images. */
void m2_target_complete(struct m2_target *t, const struct m2_snapshot *s);

#endif
