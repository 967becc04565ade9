/* How much there is of it, what it costs if it stays, how long it takes. */
#include <string.h>

#include "cleanup/plan.h"

#define VERSIONS_PER_SECOND 3000 /* S3 takes about 3,500 deletions a second per prefix */
#define TASK_STOP_S 120          /* at most, until Fargate kills a task */

static void count_bucket(struct m2_planning *p, struct m2_plan_item *item)
{
    const struct m2_value *list = m2_v_get(p->s->root, "bucket_counts"), *c;
    struct m2_look uploads = m2_look_output(p->s, "s3", "ListMultipartUploads", item->resource);
    struct m2_look lock = m2_look_output(p->s, "s3", "GetObjectLockConfiguration", item->resource);
    item->uploads = (int64_t)m2_v_len(m2_v_get(uploads.item, "Uploads"));
    item->lock = lock.seen == M2_SEEN &&
                 m2_str_eq(m2_v_pstr(lock.item, "ObjectLockConfiguration.ObjectLockEnabled"), "Enabled");
    m2_v_each(c, i, list)
    {
        if (!m2_str_eq(m2_v_str(c, "bucket"), item->resource) || m2_v_str(c, "code"))
            continue;
        item->counted = true;
        item->versions = m2_v_int_or(c, "versions", 0);
        item->markers = m2_v_int_or(c, "delete_markers", 0);
        item->bytes = m2_v_int_or(c, "bytes", 0);
        item->more = m2_v_bool_or(c, "more", false);
    }
    if (item->action == M2_ACT_EMPTY)
        item->seconds += (item->versions + item->markers) / VERSIONS_PER_SECOND;
}

static void count_machine(struct m2_planning *p, struct m2_plan_item *item)
{
    const struct m2_call *c = NULL;
    while ((c = m2_calls(p->s, "stepfunctions", "ListExecutions", c)))
        if (c->status == M2_CALL_OK && m2_str_eq(m2_v_str(c->input, "stateMachineArn"), item->resource)) {
            item->counted = true;
            item->running = (int64_t)m2_v_len(m2_v_get(c->output, "executions"));
        }
    if (item->running)
        item->seconds += TASK_STOP_S;
}

static void count_cluster(struct m2_planning *p, struct m2_plan_item *item)
{
    struct m2_look look = m2_look_output(p->s, "ecs", "ListTasks", item->resource);
    item->counted = look.seen != M2_UNSEEN;
    item->running = (int64_t)m2_v_len(m2_v_get(look.item, "taskArns"));
    if (item->running)
        item->seconds += TASK_STOP_S;
}

static void count_repository(struct m2_planning *p, struct m2_plan_item *item)
{
    struct m2_look look = m2_look_output(p->s, "ecr", "DescribeImages", item->resource);
    const struct m2_value *images = m2_v_get(look.item, "imageDetails"), *image;
    item->counted = look.seen == M2_SEEN;
    item->running = (int64_t)m2_v_len(images);
    m2_v_each(image, i, images) item->bytes += m2_v_int_or(image, "imageSizeInBytes", 0);
}

static void count_logs(struct m2_planning *p, struct m2_plan_item *item)
{
    struct m2_look look =
        m2_look_item(p->s, "logs", "DescribeLogGroups", "logGroups", "logGroupName", item->resource);
    item->counted = look.seen == M2_SEEN;
    item->bytes = m2_v_int_or(look.item, "storedBytes", 0);
}

static const struct {
    const char *type;
    void (*count)(struct m2_planning *p, struct m2_plan_item *item);
    const char *price; /* of a GB and month that stays, or NULL */
} counts[] = {
    { "AWS::S3::Bucket", count_bucket, "s3.storage-gb-month" },
    { "AWS::ECR::Repository", count_repository, "ecr.storage-gb-month" },
    { "log group", count_logs, "logs.storage-gb-month" },
    { "AWS::Logs::LogGroup", count_logs, "logs.storage-gb-month" },
    { "AWS::StepFunctions::StateMachine", count_machine, NULL },
    { "AWS::ECS::Cluster", count_cluster, NULL },
};

void m2_plan_count(struct m2_planning *p, struct m2_plan_item *item)
{
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        if (m2_str_eq(item->type, counts[i].type))
            counts[i].count(p, item);
}

/* A function, a role or a state machine costs nothing while nobody uses it. */
static bool free_of_charge(const char *type)
{
    static const char *const idle[] = { "AWS::Lambda::Function",
                                        "AWS::IAM::Role",
                                        "AWS::ECS::Cluster",
                                        "AWS::ECS::TaskDefinition",
                                        "AWS::StepFunctions::StateMachine",
                                        "unit" };
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++)
        if (m2_str_eq(type, idle[i]))
            return true;
    return false;
}

void m2_plan_cost(struct m2_planning *p, struct m2_plan_item *item)
{
    if (free_of_charge(item->type)) {
        item->priced = true;
        return;
    }
    for (size_t i = 0; p->opt->prices && item->counted && i < sizeof counts / sizeof counts[0]; i++) {
        if (!counts[i].price || !m2_str_eq(item->type, counts[i].type))
            continue;
        const struct m2_price *price = m2_price_find(p->opt->prices, counts[i].price);
        const struct m2_ratio gb = { item->bytes, INT64_C(1) << 30 };
        item->priced = price && m2_cost_of(&item->month_usd, gb, price->usd_pico);
    }
}
