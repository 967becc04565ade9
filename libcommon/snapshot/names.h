/*
 * snapshot/names.h — the names that people who save answers by hand use, and ours.
 */
#ifndef M2_SNAPSHOT_NAMES_H
#define M2_SNAPSHOT_NAMES_H

#include "m2/mem.h"

struct m2_service_alias {
    const char *alias, *service; /* alias in lower case without '-', '_' and spaces */
};
/** Ended by a row whose alias is NULL. */
const struct m2_service_alias *m2_service_aliases(void);

/** AWS CLI command name of SERVICE; an unknown name as it is. */
const char *m2_service_name(struct m2_arena *a, const char *service);
/** "describe-subnets", "describe_subnets", "describeSubnets" to "DescribeSubnets". */
const char *m2_operation_name(struct m2_arena *a, const char *operation);
/* AWS's own policies of an organisation, that allow everything: what their ids hold, and the id of the one
 * that every account can read. What they say is public. */
#define M2_ORG_ALLOWS_ALL "FullAWSAccess"
#define M2_ORG_ALLOWS_ALL_ID "p-" M2_ORG_ALLOWS_ALL

#endif
