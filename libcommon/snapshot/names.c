#include "snapshot/names.h"

#include <ctype.h>
#include <string.h>

#include "m2/str.h"

static const struct m2_service_alias aliases[] = {
    { "s3api", "s3" },
    { "s3control", "s3control" },
    { "states", "stepfunctions" },
    { "sfn", "stepfunctions" },
    { "stepfunctions", "stepfunctions" },
    { "servicequotas", "service-quotas" },
    { "cloudwatchlogs", "logs" },
    { "cwlogs", "logs" },
    { "cfn", "cloudformation" },
    { "elasticcontainerservice", "ecs" },
    { "elasticcontainerregistry", "ecr" },
    { "awslambda", "lambda" },
    { "resourcegroupstaggingapi", "resourcegroupstaggingapi" },
    { "tagging", "resourcegroupstaggingapi" },
    { NULL, NULL },
};

/* Operations whose capital letters the CLI form does not tell. */
static const char *const capitals[] = { "GetAWSDefaultServiceQuota", "ListAWSDefaultServiceQuotas", NULL };

const struct m2_service_alias *m2_service_aliases(void)
{
    return aliases;
}

const char *m2_service_name(struct m2_arena *a, const char *service)
{
    char *lower = m2_str_trim(a, m2_str_lower(a, service));
    char *plain = m2_arena_strdup(a, lower);
    char *to = plain;
    for (const char *p = lower; *p; p++)
        if (!strchr("-_ ", *p))
            *to++ = *p;
    *to = '\0';
    for (const struct m2_service_alias *r = aliases; r->alias; r++)
        if (strcmp(plain, r->alias) == 0)
            return r->service;
    return lower;
}

const char *m2_operation_name(struct m2_arena *a, const char *operation)
{
    char *name = m2_str_trim(a, operation), *to = name;
    bool up = true;
    for (const char *p = name; *p; p++) {
        if (*p == '-' || *p == '_') {
            up = true;
            continue;
        }
        *to++ = up ? (char)toupper((unsigned char)*p) : *p;
        up = false;
    }
    *to = '\0';
    for (const char *const *c = capitals; *c; c++)
        if (m2_str_eq_ci(*c, name))
            return *c;
    return name;
}
