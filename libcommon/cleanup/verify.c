/* Is each thing gone? Asked at its own service; a stack's word alone counts only for what has no question
 * here. */
#include <string.h>

#include "cleanup/teardown.h"

#define LOOKS 5 /* deletions are seen with a delay */
#define LOOK_MS 3000

enum sight { SEEN_GONE, SEEN_THERE, SEEN_NOT };

struct question {
    const char *type, *service, *operation;
    const char *key;       /* the input's member that names it */
    bool in_list;          /* a list of one */
    const char *owner_key; /* member that gets the account, or NULL */
    const char *there;  /* path of the answer that must hold something for it to be there; NULL: any answer */
    const char *status; /* path of its state, or NULL */
    const char *gone_state; /* the state that counts as gone */
};
static const struct question questions[] = {
    { "AWS::S3::Bucket", "s3", "HeadBucket", "Bucket", false, "ExpectedBucketOwner", NULL, NULL, NULL },
    { "AWS::Lambda::Function", "lambda", "GetFunctionConfiguration", "FunctionName", false, NULL, NULL, NULL,
      NULL },
    { "AWS::StepFunctions::StateMachine", "stepfunctions", "DescribeStateMachine", "stateMachineArn", false,
      NULL, NULL, NULL, NULL },
    { "AWS::ECS::Cluster", "ecs", "DescribeClusters", "clusters", true, NULL, "clusters[0]",
      "clusters[0].status", "INACTIVE" },
    { "AWS::ECS::TaskDefinition", "ecs", "DescribeTaskDefinition", "taskDefinition", false, NULL, NULL,
      "taskDefinition.status", "INACTIVE" },
    { "AWS::ECR::Repository", "ecr", "DescribeRepositories", "repositoryNames", true, "registryId",
      "repositories[0]", NULL, NULL },
    { "AWS::IAM::Role", "iam", "GetRole", "RoleName", false, NULL, NULL, NULL, NULL },
    { "AWS::EC2::SecurityGroup", "ec2", "DescribeSecurityGroups", "GroupIds", true, NULL, "SecurityGroups[0]",
      NULL, NULL },
    { "AWS::CloudFormation::Stack", "cloudformation", "DescribeStacks", "StackName", false, NULL, "Stacks[0]",
      "Stacks[0].StackStatus", "DELETE_COMPLETE" },
    { "stack", "cloudformation", "DescribeStacks", "StackName", false, NULL, "Stacks[0]",
      "Stacks[0].StackStatus", "DELETE_COMPLETE" },
};

static enum sight look(struct m2_teardown_run *x, const struct m2_plan_item *item, const struct question *q,
                       struct m2_err *why)
{
    const struct m2_value *out = NULL;
    struct m2_value *input = m2_v_object_of(x->a, q->owner_key, x->out->plan.account, NULL);
    if (q->in_list) {
        struct m2_value *list = m2_v_array(x->a);
        m2_v_push(x->a, list, m2_v_string(x->a, item->resource));
        m2_v_set(x->a, input, q->key, list);
    } else {
        m2_v_set_str(x->a, input, q->key, item->resource);
    }
    switch (m2_teardown_ask(&out, x, q->service, q->operation, input, why)) {
    case M2_SAID_GONE:
        return SEEN_GONE;
    case M2_SAID_NO:
        return SEEN_NOT;
    case M2_SAID_YES:
        break;
    }
    bool gone = (q->there && !m2_v_path(out, q->there)) ||
                (q->status && m2_str_eq(m2_v_pstr(out, q->status), q->gone_state));
    return gone ? SEEN_GONE : SEEN_THERE;
}

/* Exactly this name among those that begin with it. */
static enum sight look_log_group(struct m2_teardown_run *x, const struct m2_plan_item *item,
                                 struct m2_err *why)
{
    const struct m2_value *out = NULL, *group;
    enum m2_said said =
        m2_teardown_ask(&out, x, "logs", "DescribeLogGroups",
                        m2_v_object_of(x->a, "logGroupNamePrefix", item->resource, NULL), why);
    if (said != M2_SAID_YES)
        return said == M2_SAID_GONE ? SEEN_GONE : SEEN_NOT;
    const struct m2_value *groups = m2_v_get(out, "logGroups");
    m2_v_each(group, i,
              groups) if (m2_str_eq(m2_v_str(group, "logGroupName"), item->resource)) return SEEN_THERE;
    return SEEN_GONE;
}

/* What has no question of its own: its stack's word. */
static enum sight look_at_stack(struct m2_teardown_run *x, const struct m2_plan_item *item,
                                struct m2_err *why)
{
    const struct m2_value *out = NULL, *r;
    enum m2_said said = m2_teardown_ask(&out, x, "cloudformation", "ListStackResources",
                                        m2_v_object_of(x->a, "StackName", item->stack_arn, NULL), why);
    if (said == M2_SAID_NO)
        return SEEN_NOT;
    const struct m2_value *list = said == M2_SAID_YES ? m2_v_get(out, "StackResourceSummaries") : NULL;
    m2_v_each(r, i, list) if (m2_str_eq(m2_v_str(r, "LogicalResourceId"), item->logical_id)) return m2_str_eq(
        m2_v_str(r, "ResourceStatus"), "DELETE_COMPLETE")
        ? SEEN_GONE
        : SEEN_THERE;
    (void)m2_fail(why, M2_ENOTFOUND, "its stack does not list it any more");
    return SEEN_NOT;
}

static enum sight look_at(struct m2_teardown_run *x, const struct m2_plan_item *item, struct m2_err *why)
{
    if (m2_str_eq(item->type, "log group") || m2_str_eq(item->type, "AWS::Logs::LogGroup"))
        return look_log_group(x, item, why);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        if (m2_str_eq(item->type, questions[i].type))
            return look(x, item, &questions[i], why);
    return look_at_stack(x, item, why);
}

/* Is the item to be asked about: does something, and is not yet known to be gone? */
static bool open(const struct m2_teardown_item *t)
{
    return t->item->action != M2_ACT_KEEP && t->state != M2_END_GONE && t->item->action != M2_ACT_UNREGISTER;
}

/* *STILL counts what is there and should not be; what is LEFT for a reason keeps it and is not waited for. */
static int look_once(size_t *still, struct m2_teardown_run *x, struct m2_err *err)
{
    *still = 0;
    for (size_t i = 0; i < x->out->items.len; i++) {
        struct m2_teardown_item *t = &x->out->items.at[i];
        struct m2_err why = { 0 };
        if (!open(t))
            continue;
        if (m2_teardown_may_go_on(x, err) < 0)
            return -1;
        bool known = t->state == M2_END_LEFT;
        switch (look_at(x, t->item, &why)) {
        case SEEN_GONE:
            m2_teardown_good(t, M2_END_GONE);
            break;
        case SEEN_THERE:
            *still += !known;
            break;
        case SEEN_NOT:
            if (why.code == M2_ECRED || why.code == M2_ECANCELLED)
                return m2_fail(err, why.code, "%s", why.msg);
            if (known)
                break;
            t->state = M2_END_UNTOLD;
            t->reason = "resource.unread";
            t->said = m2_arena_printf(x->a, "Whether it is gone could not be read: %s", why.msg);
            *still += 1;
            break;
        }
    }
    return 0;
}

int m2_teardown_verify(struct m2_teardown_run *x, struct m2_err *err)
{
    size_t still = 0;
    m2_teardown_tell(x, "looking whether everything is gone");
    for (int i = 0; i < LOOKS; i++) {
        if (look_once(&still, x, err) < 0)
            return -1;
        if (!still)
            break;
        if (i + 1 < LOOKS && m2_teardown_wait(x, LOOK_MS, err) < 0)
            return -1;
    }
    for (size_t i = 0; i < x->out->items.len; i++) {
        struct m2_teardown_item *t = &x->out->items.at[i];
        if (open(t) && t->state != M2_END_LEFT && t->state != M2_END_UNTOLD)
            m2_teardown_left(t, "resource.left", "It is still there.");
    }
    return 0;
}
