/* One item a resource: what is done with it, why it counts as the stack's own, or why it stays. */
#include <string.h>

#include "cleanup/plan.h"

/* ---- what is done, by type ---- */

static enum m2_action of_function(const struct m2_planning *p, const struct m2_subject *t,
                                  struct m2_plan_item *item)
{
    struct m2_look look = m2_look_output(p->s, "lambda", "GetFunctionConfiguration", t->arn);
    if (look.seen != M2_SEEN || !m2_v_len(m2_v_path(look.item, "VpcConfig.SubnetIds")))
        return M2_ACT_DELETE;
    item->why = "Lambda takes up to 20 minutes, at times 45, to give its network interfaces back.";
    item->seconds = 20 * 60;
    return M2_ACT_DETACH;
}

static enum m2_action of_machine(const struct m2_planning *p, const struct m2_subject *t,
                                 struct m2_plan_item *item)
{
    struct m2_look look = m2_look_output(p->s, "stepfunctions", "DescribeStateMachine", t->r->physical_id);
    if (look.seen == M2_ABSENT)
        return M2_ACT_DELETE;
    if (look.seen == M2_SEEN && m2_str_eq(m2_v_str(look.item, "type"), "EXPRESS")) {
        item->why = "Express executions cannot be listed or stopped; they end within five minutes.";
        return M2_ACT_DELETE;
    }
    return M2_ACT_STOP;
}

static enum m2_action of_cluster(const struct m2_planning *p, const struct m2_subject *t,
                                 struct m2_plan_item *item)
{
    (void)p, (void)t, (void)item;
    return M2_ACT_STOP;
}

static enum m2_action of_bucket(const struct m2_planning *p, const struct m2_subject *t,
                                struct m2_plan_item *item)
{
    struct m2_look look = m2_look_output(p->s, "s3", "HeadBucket", t->r->physical_id);
    if (look.seen != M2_ABSENT)
        return M2_ACT_EMPTY;
    item->why = "There is no such bucket any more.";
    return M2_ACT_DELETE;
}

static enum m2_action of_repository(const struct m2_planning *p, const struct m2_subject *t,
                                    struct m2_plan_item *item)
{
    (void)item;
    struct m2_look look = m2_look_output(p->s, "ecr", "DescribeRepositories", t->r->physical_id);
    return look.seen == M2_ABSENT ? M2_ACT_DELETE : M2_ACT_DELETE_REPOSITORY;
}

static enum m2_action of_key(const struct m2_planning *p, const struct m2_subject *t,
                             struct m2_plan_item *item)
{
    (void)p, (void)t;
    item->why = "KMS deletes it after 7 to 30 days; what is kept under it is lost for good then.";
    return M2_ACT_DELETE;
}

static const struct {
    const char *type;
    enum m2_action (*action)(const struct m2_planning *p, const struct m2_subject *t,
                             struct m2_plan_item *item);
} types[] = {
    { "AWS::Lambda::Function", of_function },  { "AWS::StepFunctions::StateMachine", of_machine },
    { "AWS::ECS::Cluster", of_cluster },       { "AWS::S3::Bucket", of_bucket },
    { "AWS::ECR::Repository", of_repository }, { "AWS::KMS::Key", of_key },
};

static enum m2_action action_of(const struct m2_planning *p, const struct m2_subject *t,
                                struct m2_plan_item *item)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (m2_str_eq(t->r->type, types[i].type))
            return types[i].action(p, t, item);
    return M2_ACT_DELETE;
}

/* ---- the sentence that says why it is the stack's own ---- */

static const char *proof(const struct m2_planning *p, const struct m2_subject *t)
{
    struct m2_arena *a = p->a;
    const char *logical = m2_str_or(t->r->logical_id, "?"), *arn = t->r->stack_arn;
    const char *stack =
        m2_str_or(m2_arn_stack_name(a, arn), m2_str_or(arn, "?")); /* the whole ARN is in the item */
    if (t->log_group)
        return m2_arena_printf(a, "Lambda's log group of exactly the function %s, %s of the stack %s.",
                               t->r->physical_id, logical, stack);
    const char *tag = m2_cleanup_stack_tag(p, t);
    bool bucket = m2_str_eq(t->r->type, "AWS::S3::Bucket");
    return m2_arena_printf(a, "The stack %s lists it under its ARN%s%s.", stack,
                           bucket ? "; S3 confirms this account as its owner" : "",
                           tag ? "; its tag " M2_TAG_STACK_ID " says the same" : "");
}

/* `aws s3 rb --force` fails on versions: such a bucket is emptied in the console first. */
static bool versioned(const struct m2_planning *p, const struct m2_plan_item *item)
{
    struct m2_look look = m2_look_output(p->s, "s3", "GetBucketVersioning", item->resource);
    return m2_str_eq(item->type, "AWS::S3::Bucket") &&
           (look.seen != M2_SEEN || !m2_str_empty(m2_v_str(look.item, "Status")));
}

const char *m2_cleanup_end_command(const struct m2_planning *p, const struct m2_plan_item *item)
{
    struct m2_arena *a = p->a;
    static const struct {
        const char *type, *command;
    } rows[] = {
        { "AWS::S3::Bucket", "aws s3 rb --force s3://" },
        { "AWS::ECR::Repository", "aws ecr delete-repository --force --repository-name " },
        { "log group", "aws logs delete-log-group --log-group-name " },
        { "AWS::Logs::LogGroup", "aws logs delete-log-group --log-group-name " },
        { "AWS::KMS::Key", "aws kms schedule-key-deletion --key-id " },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!m2_str_eq(item->type, rows[i].type))
            continue;
        struct m2_buf b;
        m2_buf_init(&b, 4096);
        m2_buf_adds(&b, versioned(p, item) ? "aws s3api delete-bucket --bucket " : rows[i].command);
        m2_shell_quote(&b, item->resource);
        const char *command = m2_arena_strndup(a, b.data, b.len);
        m2_buf_free(&b);
        return command;
    }
    return NULL;
}

/* ---- items ---- */

static struct m2_plan_item start(const struct m2_subject *t, const char *type, const char *resource)
{
    return (struct m2_plan_item){ .type = type,
                                  .resource = resource,
                                  .logical_id = m2_str_or(t->r->logical_id, ""),
                                  .stack_arn = m2_str_or(t->r->stack_arn, ""),
                                  .proof = "",
                                  .reason = "",
                                  .why = "" };
}

static void keep(struct m2_planning *p, struct m2_plan_item *item, const struct m2_guard *guard,
                 struct m2_refusal r)
{
    item->action = M2_ACT_KEEP;
    item->reason = r.slug;
    item->why = *r.fix ? m2_arena_printf(p->a, "%s %s", r.why, r.fix) : r.why;
    item->command = guard->pub.kind == M2_GUARD_KEEP ? m2_cleanup_end_command(p, item) : NULL;
    item->seconds = 0;
    if (guard->pub.kind == M2_GUARD_OWN &&
        !m2_str_starts(r.slug, "account.")) /* said once, by m2_plan_blocks */
        m2_plan_note_add(p, true, r.slug,
                         m2_arena_printf(p->a, "%s %s is not proved to be this stack's own. %s", item->type,
                                         item->resource, r.why),
                         r.fix);
}

/* ITEM as the guards and its type say, unless there is nothing of it. */
static void judge(struct m2_planning *p, const struct m2_subject *t, struct m2_plan_item *item)
{
    struct m2_refusal r = { "", "", "" };
    const struct m2_guard *guard = m2_guards_ask(p, t, &r);
    if (guard && guard->pub.kind == M2_GUARD_LIVE)
        return;
    item->seconds = 5;
    if (guard) {
        keep(p, item, guard, r);
    } else {
        item->action = t->log_group ? M2_ACT_DELETE_LOGS : action_of(p, t, item);
        item->proof = proof(p, t);
    }
    m2_plan_count(p, item);
    m2_vec_push(p->a, &p->out->items, *item);
}

static void resource(struct m2_planning *p, const struct m2_resource *r)
{
    const struct m2_subject t = { .r = r, .arn = m2_cleanup_arn(p->a, r) };
    struct m2_plan_item item = start(&t, m2_str_or(r->type, ""), m2_str_or(r->physical_id, ""));
    judge(p, &t, &item);
    if (m2_str_eq(r->type, "AWS::Lambda::Function") && !m2_str_empty(r->physical_id))
        m2_plan_log_group(p, r);
}

static bool listed(const struct m2_planning *p, const char *log_group)
{
    for (size_t i = 0; i < p->view.resources.len; i++)
        if (m2_str_eq(p->view.resources.at[i].type, "AWS::Logs::LogGroup") &&
            m2_str_eq(p->view.resources.at[i].physical_id, log_group))
            return true;
    return false;
}

void m2_plan_log_group(struct m2_planning *p, const struct m2_resource *function)
{
    const char *group = m2_cleanup_log_group(p->a, function->physical_id);
    struct m2_look look = m2_look_item(p->s, "logs", "DescribeLogGroups", "logGroups", "logGroupName", group);
    if (listed(p, group) || look.seen == M2_ABSENT)
        return;
    const struct m2_subject t = { .r = function, .arn = m2_cleanup_arn(p->a, function), .log_group = true };
    struct m2_plan_item item = start(&t, "log group", group);
    item.logical_id = "";
    judge(p, &t, &item);
}

void m2_plan_resources(struct m2_planning *p)
{
    for (size_t i = 0; i < p->view.resources.len; i++)
        resource(p, &p->view.resources.at[i]);
    struct m2_plan_item stack = { .action = M2_ACT_DELETE_STACK,
                                  .type = "stack",
                                  .resource = p->out->stack_arn,
                                  .logical_id = "",
                                  .stack_arn = p->out->stack_arn,
                                  .proof = "The stack that was named, by its ARN.",
                                  .reason = "",
                                  .why = "",
                                  .seconds = 30 };
    m2_vec_push(p->a, &p->out->items, stack);
}
