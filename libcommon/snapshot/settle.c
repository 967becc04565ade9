#include <string.h>

#include "m2/snapshot.h"
#include "snapshot/collect.h"
#include "snapshot/follow.h"
#include "snapshot/target.h"

static void publish_target(struct m2_collect_run *run)
{
    for (size_t i = 0; i < run->target.subnets.len; i++)
        m2_publish(run, M2_T_SUBNET, run->target.subnets.at[i]);
    for (size_t i = 0; i < run->target.security_groups.len; i++)
        m2_publish(run, M2_T_GROUP, run->target.security_groups.at[i]);
    m2_publish(run, M2_T_VPC, run->target.vpc);
}

/* What the caller names itself, whatever the stack says. */
static void publish_named(struct m2_collect_run *run)
{
    const struct m2_target *t = &run->target;
    m2_publish(run, M2_T_STATE_MACHINE, t->state_machine);
    m2_publish(run, M2_T_ROLE, t->role ? m2_arn_name(t->role) : NULL);
    for (size_t i = 0; i < t->buckets.len; i++)
        m2_follow_bucket(run, t->buckets.at[i]);
}

void m2_collect_begin(struct m2_collect_run *run)
{
    struct m2_target *t = &run->target;
    if (t->subnets.len && !t->subnets_from)
        t->subnets_from = "--subnet";
    m2_publish(run, M2_T_START, "");
    m2_publish(run, M2_T_STACK, t->stack);
    publish_named(run);
    publish_target(run);
    m2_follow_image(run, t->lambda_image);
    m2_follow_image(run, t->fargate_image);
}

static bool under_way(const struct m2_collect_run *run, const char *const *operations)
{
    for (; *operations; operations++) {
        const char *colon = strchr(*operations, ':');
        size_t n = (size_t)(colon - *operations);
        for (size_t i = 0; i < run->n_rows; i++)
            if (run->running_of[i] && strncmp(run->rows[i].pub.service, *operations, n) == 0 &&
                run->rows[i].pub.service[n] == '\0' && strcmp(run->rows[i].pub.operation, colon + 1) == 0)
                return true;
    }
    return false;
}

static int so_far(struct m2_collect_run *run, struct m2_snapshot *s)
{
    struct m2_err err = { 0 };
    return m2_snapshot_from_value(s, run->a, m2_collect_document(run, false), "so far", &err);
}

/* Nothing deployed says where tasks run: as the deployment script would. */
static void settle_deployed(struct m2_collect_run *run)
{
    static const char *const tell[] = { "cloudformation:DescribeStacks", "cloudformation:ListStackResources",
                                        "stepfunctions:DescribeStateMachine", NULL };
    struct m2_snapshot s;
    if (run->deployed_settled || under_way(run, tell) || so_far(run, &s) < 0)
        return;
    run->deployed_settled = true;
    m2_target_deployed(&run->target, &s);
    publish_target(run);
    if (!run->target.subnets.len && !run->target.vpc)
        m2_publish(run, M2_T_DEFAULT_VPC, "default");
}

static void settle_images(struct m2_collect_run *run)
{
    static const char *const tell[] = { "ecs:DescribeTaskDefinition", "lambda:GetFunction", NULL };
    struct m2_snapshot s;
    if (!run->deployed_settled || run->images_settled || under_way(run, tell) || so_far(run, &s) < 0)
        return;
    run->images_settled = true;
    m2_target_deployed(&run->target, &s);
    if (!run->target.lambda_image)
        run->target.lambda_image = M2_UPSTREAM_LAMBDA_IMAGE;
    if (!run->target.fargate_image)
        run->target.fargate_image = M2_UPSTREAM_FARGATE_IMAGE;
    m2_follow_image(run, run->target.lambda_image);
    m2_follow_image(run, run->target.fargate_image);
}

/* A group of another VPC can be lent to this one; asked only when all VPCs are known. */
static void publish_foreign_groups(struct m2_collect_run *run, const struct m2_snapshot *s)
{
    for (size_t i = 0; i < run->target.security_groups.len; i++) {
        const char *id = run->target.security_groups.at[i];
        struct m2_look look =
            m2_look_item(s, "ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupId", id);
        const char *vpc = look.seen == M2_SEEN ? m2_v_str(look.item, "VpcId") : NULL;
        if (vpc && run->target.vpc && !m2_str_eq(vpc, run->target.vpc))
            m2_publish(run, M2_T_FOREIGN_GROUP, id);
    }
}

static void settle_network(struct m2_collect_run *run)
{
    static const char *const tell[] = { "ec2:DescribeVpcs", "ec2:DescribeSubnets",
                                        "ec2:DescribeSecurityGroups", NULL };
    struct m2_snapshot s;
    if (!run->deployed_settled || run->picked || under_way(run, tell) || so_far(run, &s) < 0)
        return;
    run->picked = true;
    m2_target_pick(&run->target, &s, run->target.vpc);
    publish_foreign_groups(run, &s);
}

void m2_collect_settle(struct m2_collect_run *run)
{
    if (run->opt->reading == M2_READ_HISTORY) /* what ran is known without where the next will run */
        return;
    settle_deployed(run);
    settle_images(run);
    settle_network(run);
}
