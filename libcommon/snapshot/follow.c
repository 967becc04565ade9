#include <string.h>

#include "m2/aws.h"
#include "snapshot/collect.h"
#include "snapshot/follow.h"

/* ---- what a path in an answer tells ---- */

static const struct {
    const char *service, *operation, *path; /* "a[].b": through every item */
    enum m2_topic topic;
} told[] = {
    { "iam", "ListAttachedRolePolicies", "AttachedPolicies[].PolicyArn", M2_T_POLICY },
    { "iam", "ListAttachedUserPolicies", "AttachedPolicies[].PolicyArn", M2_T_POLICY },
    { "iam", "ListAttachedGroupPolicies", "AttachedPolicies[].PolicyArn", M2_T_POLICY },
    { "iam", "GetUser", "User.PermissionsBoundary.PermissionsBoundaryArn", M2_T_POLICY },
    { "iam", "ListGroupsForUser", "Groups[].GroupName", M2_T_USER_GROUP },
    { "ec2", "DescribeVpcEndpoints", "VpcEndpoints[].NetworkInterfaceIds[]", M2_T_ENIS },
    { "ec2", "DescribeRouteTables", "RouteTables[].Routes[].DestinationPrefixListId", M2_T_PREFIX_LIST },
    { "ec2", "DescribeSecurityGroups", "SecurityGroups[].IpPermissionsEgress[].PrefixListIds[].PrefixListId",
      M2_T_PREFIX_LIST },
    { "ec2", "DescribeSecurityGroups", "SecurityGroups[].IpPermissions[].PrefixListIds[].PrefixListId",
      M2_T_PREFIX_LIST },
};

static void take(struct m2_arena *a, const struct m2_value *v, const char *path, struct m2_texts *out)
{
    if (!v)
        return;
    if (!*path) {
        if (m2_v_is(v, M2_STRING))
            m2_vec_push(a, out, v->u.text.p);
        return;
    }
    size_t n = strcspn(path, ".[");
    const struct m2_value *next = n ? m2_v_get(v, m2_arena_strndup(a, path, n)) : v, *item;
    path += n;
    if (strncmp(path, "[]", 2) == 0) {
        path += 2;
        path += *path == '.';
        m2_v_each(item, i, next) take(a, item, path, out);
        return;
    }
    take(a, next, path + (*path == '.'), out);
}

void m2_follow_path(struct m2_arena *a, const struct m2_value *v, const char *path, struct m2_texts *out)
{
    take(a, v, path, out);
}

/* ---- single operations ---- */

static void follow_caller(struct m2_collect_run *run, const struct m2_call *call)
{
    const char *arn = m2_v_str(call->output, "Arn");
    run->account = m2_v_str(call->output, "Account");
    m2_follow_organisation_account(run);
    for (size_t i = 0; i < run->buckets.len; i++)
        m2_publish(
            run, M2_T_BUCKET_OWNER,
            m2_parts(run->a, (const char *[]){ run->buckets.at[i], run->account }, run->account ? 2 : 0));
    for (size_t i = 0; i < run->images.len; i++)
        m2_follow_image(run, run->images.at[i]);
    const char *assumed = arn ? strstr(arn, ":assumed-role/") : NULL;
    if (assumed && run->account) {
        const char *name = assumed + strlen(":assumed-role/");
        run->caller_role = m2_arena_strndup(run->a, name, strcspn(name, "/"));
        const char *partition = arn + strlen("arn:");
        run->caller_role_arn =
            m2_arena_printf(run->a, "arn:%.*s:iam::%s:role/%s", (int)strcspn(partition, ":"), partition,
                            run->account, run->caller_role);
        m2_publish(run, M2_T_CALLER_ROLE, run->caller_role);
    } else if (arn && strstr(arn, ":user/")) {
        m2_publish(run, M2_T_PRINCIPAL, arn);
    }
}

/* A boundary limits what the role's policies give. The ARN of an assumed role lacks the role's path: the role
 * itself tells it. */
static void follow_role(struct m2_collect_run *run, const struct m2_call *call)
{
    m2_publish(run, M2_T_POLICY, m2_v_pstr(call->output, "Role.PermissionsBoundary.PermissionsBoundaryArn"));
    if (!run->caller_role || !m2_str_eq(m2_v_str(call->input, "RoleName"), run->caller_role))
        return;
    const char *arn = m2_v_pstr(call->output, "Role.Arn");
    m2_publish(run, M2_T_PRINCIPAL, arn ? arn : run->caller_role_arn);
}

/* May the simulator not be asked, the caller's policies are read instead. */
static void follow_simulation(struct m2_collect_run *run, const struct m2_call *call)
{
    const char *arn = m2_v_str(call->input, "PolicySourceArn"), *slash = arn ? strrchr(arn, '/') : NULL;
    if (call->status == M2_CALL_ERROR && m2_aws_is_denied(call->code) && slash)
        m2_publish(run, strstr(arn, ":user/") ? M2_T_USER : M2_T_CALLER_POLICIES, slash + 1);
}

static void follow_own_policies(struct m2_collect_run *run, const struct m2_call *call)
{
    static const struct {
        const char *whose;
        enum m2_topic topic;
    } of[] = { { "RoleName", M2_T_ROLE_POLICY },
               { "UserName", M2_T_USER_POLICY },
               { "GroupName", M2_T_GROUP_POLICY } };
    const struct m2_value *names = m2_v_get(call->output, "PolicyNames"), *name;
    for (size_t k = 0; k < sizeof of / sizeof *of; k++) {
        const char *owner = m2_v_str(call->input, of[k].whose);
        m2_v_each(name, i, owner ? names : NULL) if (m2_v_text(name))
            m2_publish(run, of[k].topic, m2_parts(run->a, (const char *[]){ owner, m2_v_text(name) }, 2));
    }
}

static void follow_policy(struct m2_collect_run *run, const struct m2_call *call)
{
    const char *arn = m2_v_str(call->input, "PolicyArn");
    const char *version = m2_v_pstr(call->output, "Policy.DefaultVersionId");
    if (arn && version)
        m2_publish(run, M2_T_POLICY_VERSION, m2_parts(run->a, (const char *[]){ arn, version }, 2));
}

static void follow_quota(struct m2_collect_run *run, const struct m2_call *call)
{
    if (call->status == M2_CALL_ERROR)
        m2_publish(run, M2_T_QUOTA_REFUSED, "fargate");
}

static void follow_tasks(struct m2_collect_run *run, const struct m2_call *call)
{
    enum { BATCH = 100 };
    const struct m2_value *arns = m2_v_get(call->output, "taskArns");
    const char *cluster = m2_v_str(call->input, "cluster");
    for (size_t i = 0; cluster && i < m2_v_len(arns); i += BATCH) {
        const char *parts[BATCH + 1] = { cluster };
        size_t n = 1;
        for (size_t k = i; k < m2_v_len(arns) && k < i + BATCH; k++)
            if (m2_v_text(m2_v_at(arns, k)))
                parts[n++] = m2_v_text(m2_v_at(arns, k));
        if (n > 1)
            m2_publish(run, M2_T_TASKS, m2_parts(run->a, parts, n));
    }
}

static void follow_subnets(struct m2_collect_run *run, const struct m2_call *call)
{
    const struct m2_value *subnets = m2_v_get(call->output, "Subnets"), *subnet;
    m2_v_each(subnet, i, subnets) m2_publish(run, M2_T_VPC, m2_v_str(subnet, "VpcId"));
}

static void follow_vpcs(struct m2_collect_run *run, const struct m2_call *call)
{
    const struct m2_value *vpcs = m2_v_get(call->output, "Vpcs"), *vpc;
    m2_v_each(vpc, i, vpcs)
    {
        const char *dhcp = m2_v_str(vpc, "DhcpOptionsId");
        m2_publish(run, M2_T_VPC, m2_v_str(vpc, "VpcId"));
        if (!m2_str_eq(dhcp, "default"))
            m2_publish(run, M2_T_DHCP, dhcp);
    }
}

static const struct {
    const char *service, *operation;
    void (*follow)(struct m2_collect_run *run, const struct m2_call *call);
    bool errors; /* is told of refusals too */
} follows[] = {
    { "sts", "GetCallerIdentity", follow_caller, false },
    { "iam", "GetRole", follow_role, true },
    { "iam", "ListRolePolicies", follow_own_policies, false },
    { "iam", "ListUserPolicies", follow_own_policies, false },
    { "iam", "ListGroupPolicies", follow_own_policies, false },
    { "iam", "SimulatePrincipalPolicy", follow_simulation, true },
    { "iam", "GetPolicy", follow_policy, false },
    { "organizations", "DescribeOrganization", m2_follow_organisation, false },
    { "organizations", "ListParents", m2_follow_organisation_parents, false },
    { "organizations", "ListPoliciesForTarget", m2_follow_organisation_policies, false },
    { "cloudformation", "DescribeStacks", m2_follow_stacks, true },
    { "cloudformation", "ListStacks", m2_follow_past, false },
    { "cloudformation", "ListStackResources", m2_follow_resources, false },
    { "cloudformation", "DescribeStackEvents", m2_follow_events, false },
    { "stepfunctions", "DescribeStateMachine", m2_follow_machine, false },
    { "stepfunctions", "ListExecutions", m2_follow_executions, false },
    { "ecs", "ListTasks", follow_tasks, false },
    { "ecs", "DescribeTaskDefinition", m2_follow_task_definition, false },
    { "lambda", "GetFunction", m2_follow_function, true },
    { "lambda", "GetFunctionConfiguration", m2_follow_function_configuration, true },
    { "service-quotas", "GetServiceQuota", follow_quota, true },
    { "registry", "GetToken", m2_follow_token, false },
    { "registry", "GetManifest", m2_follow_manifest, false },
    { "ec2", "DescribeSubnets", follow_subnets, false },
    { "ec2", "DescribeVpcs", follow_vpcs, false },
};

static bool is_call(const struct m2_call *call, const char *service, const char *operation)
{
    return strcmp(call->service, service) == 0 && strcmp(call->operation, operation) == 0;
}

void m2_follow(struct m2_collect_run *run, const struct m2_call *call)
{
    if (run->opt->reading == M2_READ_CLEANUP && m2_follow_cleanup(run, call))
        return;
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct m2_texts texts = { 0 };
        if (call->status != M2_CALL_OK || !is_call(call, told[i].service, told[i].operation))
            continue;
        m2_follow_path(run->a, call->output, told[i].path, &texts);
        if (told[i].topic == M2_T_ENIS && texts.len)
            m2_publish(run, M2_T_ENIS, m2_parts(run->a, texts.at, texts.len));
        for (size_t k = 0; k < texts.len && told[i].topic != M2_T_ENIS; k++)
            m2_publish(run, told[i].topic, texts.at[k]);
    }
    for (size_t i = 0; i < sizeof follows / sizeof *follows; i++)
        if (is_call(call, follows[i].service, follows[i].operation) &&
            (call->status == M2_CALL_OK || (call->status == M2_CALL_ERROR && follows[i].errors)))
            follows[i].follow(run, call);
}
