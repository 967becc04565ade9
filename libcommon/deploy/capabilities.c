/* What CreateChangeSet wants acknowledged. Source: CloudFormation API Reference, CreateChangeSet,
 * Capabilities. */
#include "m2/deploy.h"
#include "m2/str.h"

static bool expands(const char *type)
{
    return m2_str_starts(type, "AWS::Serverless::") || m2_str_eq(type, "AWS::CloudFormation::Stack") ||
           m2_str_eq(type, "AWS::CloudFormation::Macro");
}

struct m2_value *m2_deploy_capabilities(struct m2_arena *a, const struct m2_value *template_root)
{
    const struct m2_value *resource, *resources = m2_v_get(template_root, "Resources");
    struct m2_value *list = m2_v_array(a);
    bool expand = m2_v_get(template_root, "Transform") != NULL, iam = expand; /* a macro may make roles */
    m2_v_each(resource, i, resources)
    {
        const char *type = m2_v_str(resource, "Type");
        expand |= expands(type);
        iam |= expands(type) || m2_str_starts(type, "AWS::IAM::");
    }
    if (iam) { /* with a name or without: the second covers the first, and old endpoints ask for both */
        m2_v_push(a, list, m2_v_string(a, "CAPABILITY_IAM"));
        m2_v_push(a, list, m2_v_string(a, "CAPABILITY_NAMED_IAM"));
    }
    if (expand)
        m2_v_push(a, list, m2_v_string(a, "CAPABILITY_AUTO_EXPAND"));
    return list;
}
