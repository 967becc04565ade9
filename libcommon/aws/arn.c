/* Parts of ARNs. */
#include <string.h>

#include "m2/aws.h"

const char *m2_arn_field(struct m2_arena *a, const char *arn, int n)
{
    for (; arn && n > 0; n--) {
        arn = strchr(arn, ':');
        arn = arn ? arn + 1 : NULL;
    }
    return arn ? m2_arena_strndup(a, arn, strcspn(arn, ":")) : "";
}

const char *m2_arn_stack_name(struct m2_arena *a, const char *arn)
{
    const char *at = arn ? strstr(arn, ":stack/") : NULL;
    if (!at)
        return NULL;
    at += strlen(":stack/");
    return m2_arena_strndup(a, at, strcspn(at, "/"));
}
