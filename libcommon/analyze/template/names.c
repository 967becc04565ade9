/* template.names: names that only one stack of an account can have, and names that become too long. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/template/template.h"
#include "m2/stackview.h"
#include "m2/str.h"

#define ROLE_NAME_MOST 64
#define STACK_NAME_MOST 128
#define NESTED_SUFFIX 14 /* "-", and what CloudFormation puts behind the name of a nested stack */

/* Types whose name, when it is given, is the only one in the account (or region); and how the account shows
 * it. */
static const struct {
    const char *type, *property;
    const char *service, *operation, *list,
        *key; /* list NULL: the answer about the name; all NULL: it is not read */
} named[] = {
    { "AWS::IAM::Role", "RoleName", "iam", "GetRole", NULL, NULL },
    { "AWS::IAM::ManagedPolicy", "ManagedPolicyName", NULL, NULL, NULL, NULL },
    { "AWS::IAM::InstanceProfile", "InstanceProfileName", NULL, NULL, NULL, NULL },
    { "AWS::IAM::User", "UserName", NULL, NULL, NULL, NULL },
    { "AWS::IAM::Group", "GroupName", NULL, NULL, NULL, NULL },
    { "AWS::Lambda::Function", "FunctionName", "lambda", "GetFunction", NULL, NULL },
    { "AWS::Serverless::Function", "FunctionName", "lambda", "GetFunction", NULL, NULL },
    { "AWS::Logs::LogGroup", "LogGroupName", "logs", "DescribeLogGroups", "logGroups", "logGroupName" },
    { "AWS::ECS::Cluster", "ClusterName", "ecs", "DescribeClusters", "clusters", "clusterName" },
    { "AWS::ECS::TaskDefinition", "Family", NULL, NULL, NULL, NULL },
    { "AWS::StepFunctions::StateMachine", "StateMachineName", NULL, NULL, NULL, NULL },
    { "AWS::Serverless::StateMachine", "Name", NULL, NULL, NULL, NULL },
    { "AWS::S3::Bucket", "BucketName", "s3", "HeadBucket", NULL, NULL },
    { "AWS::DynamoDB::Table", "TableName", NULL, NULL, NULL, NULL },
    { "AWS::SQS::Queue", "QueueName", NULL, NULL, NULL, NULL },
    { "AWS::SNS::Topic", "TopicName", NULL, NULL, NULL, NULL },
    { "AWS::ECR::Repository", "RepositoryName", "ecr", "DescribeRepositories", "repositories",
      "repositoryName" },
    { "AWS::Events::Rule", "Name", NULL, NULL, NULL, NULL },
    { "AWS::SecretsManager::Secret", "Name", NULL, NULL, NULL, NULL },
    { "AWS::SSM::Parameter", "Name", NULL, NULL, NULL, NULL },
    { "AWS::EC2::SecurityGroup", "GroupName", NULL, NULL, NULL, NULL },
};

struct naming {
    struct m2_check_run *r;
    const struct m2_tpls *all;
    const struct m2_tpl *t;
    const char *id;
    const struct m2_value *written;
    struct m2_tpl_value value;
    size_t kind, wrong;
};

/* "…-?-…" for people: what a shape says, its unknown parts in words. */
static const char *readable(struct m2_arena *a, const char *shape)
{
    struct m2_buf b;
    m2_buf_init(&b, 4000);
    for (; *shape; shape++)
        switch (*shape) {
        case M2_SHAPE_STACK:
            m2_buf_adds(&b, "${AWS::StackName}");
            break;
        case M2_SHAPE_ACCOUNT:
            m2_buf_adds(&b, "${AWS::AccountId}");
            break;
        case M2_SHAPE_REGION:
            m2_buf_adds(&b, "${AWS::Region}");
            break;
        case M2_SHAPE_UNKNOWN:
            m2_buf_adds(&b, "...");
            break;
        default:
            m2_buf_addc(&b, *shape);
        }
    const char *text = m2_arena_strndup(a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

static bool in_the_account(const struct naming *q, const struct m2_call **call)
{
    const struct m2_snapshot *s = q->r->snap;
    const char *name = m2_v_text(q->value.v);
    struct m2_look look = { .seen = M2_UNSEEN };
    if (!name || !named[q->kind].service)
        return false;
    look = named[q->kind].list ? m2_look_item(s, named[q->kind].service, named[q->kind].operation,
                                              named[q->kind].list, named[q->kind].key, name)
                               : m2_look_output(s, named[q->kind].service, named[q->kind].operation, name);
    *call = look.call;
    return look.seen == M2_SEEN;
}

/* Is it this stack's own, so that an update finds what it made? */
static bool own(const struct naming *q)
{
    struct m2_stackview view = { 0 };
    m2_stackview_make(&view, q->r->arena, q->r->snap);
    for (size_t i = 0; i < view.resources.len; i++)
        if (m2_str_eq(view.resources.at[i].physical_id, m2_v_text(q->value.v)))
            return true;
    return false;
}

static void fixed(struct naming *q)
{
    const unsigned free_parts =
        M2_DEP_STACK | M2_DEP_CHOICE | M2_DEP_RESOURCE | M2_DEP_OTHER | M2_DEP_NOVALUE;
    const struct m2_call *call = NULL;
    const char *key = named[q->kind].property;
    if (!q->value.shape || !*q->value.shape || q->value.deps & free_parts)
        return;
    bool there = in_the_account(q, &call), collides = there && !own(q);
    struct m2_place p = m2_tpl_key_place(q->t, key, q->written);
    struct m2_finding *f =
        m2_tpl_found(q->r, collides ? M2_FAIL : M2_WARN, q->t, p, "template.fixed-name-collides", q->written);
    const char *name = readable(q->r->arena, q->value.shape), *where = m2_tpl_at(q->r->arena, q->t, p);
    if (collides) {
        m2_found_evidence(q->r, f, call, "", m2_v_string(q->r->arena, name));
        m2_found_detail(q->r, f, "%s: %s is to be named %s, but the account has one of that name already.",
                        where, q->id, name);
    } else {
        m2_found_title(q->r, f, "A name is fixed: a second stack would collide");
        m2_found_detail(
            q->r, f,
            "%s: %s is always named %s; a second stack in the same account and region cannot have it "
            "too.",
            where, q->id, name);
        m2_found_fix(q->r, f, "Leave %s out, or put ${AWS::StackName} into it.", key);
    }
    m2_found_about(q->r, f, q->id);
    m2_found_about(q->r, f, m2_v_text(q->value.v));
    q->wrong++;
}

/* ---- length ---- */

/* The length of T's stack name; 0 when it is not known. */
static size_t stack_length(const struct naming *q, const struct m2_tpl *t)
{
    if (!t->parent)
        return t->deployed ? strlen(t->name) : strlen(m2_str_or(q->r->snap->target.stack, ""));
    size_t above = stack_length(q, t->parent);
    return above ? above + 1 + strlen(t->nested_as) + NESTED_SUFFIX : 0;
}

static void length(struct naming *q)
{
    size_t stacks = 0, rest = 0, known = stack_length(q, q->t);
    for (const char *p = m2_str_or(q->value.shape, ""); *p; p++)
        if (*p == M2_SHAPE_STACK)
            stacks++;
        else if (*p == M2_SHAPE_ACCOUNT)
            rest += 12;
        else if (*p == M2_SHAPE_REGION)
            rest += 9; /* the shortest */
        else
            rest += *p != M2_SHAPE_UNKNOWN;
    size_t room = rest >= ROLE_NAME_MOST ? 0 : stacks ? (ROLE_NAME_MOST - rest) / stacks : STACK_NAME_MOST;
    bool too_long = rest > ROLE_NAME_MOST || (stacks && (!room || known > room));
    /* A deployed stack has its name already, and it fits. */
    if (!too_long && (!stacks || q->t->parent || q->t->deployed || room >= STACK_NAME_MOST))
        return;
    struct m2_place p = m2_tpl_key_place(q->t, "RoleName", q->written);
    struct m2_finding *f =
        m2_tpl_found(q->r, too_long ? M2_FAIL : M2_WARN, q->t, p, "template.role-name-too-long", q->written);
    const char *name = readable(q->r->arena, q->value.shape), *where = m2_tpl_at(q->r->arena, q->t, p);
    if (!stacks || !room)
        m2_found_detail(q->r, f, "%s: the role name %s has more than %d characters.", where, name,
                        ROLE_NAME_MOST);
    else
        m2_found_detail(q->r, f,
                        "%s: a role name has at most %d characters, so with the name %s the stack's name may "
                        "have at most "
                        "%zu%s.",
                        where, ROLE_NAME_MOST, name, room,
                        too_long ? m2_arena_printf(q->r->arena, "; it has %zu", known) : "");
    if (!too_long)
        m2_found_title(q->r, f, "A role's name limits the name of the stack");
    m2_found_about(q->r, f, q->id);
    q->wrong++;
}

static void look_at(struct naming *q, const struct m2_value *resource)
{
    for (q->kind = 0; q->kind < sizeof named / sizeof named[0]; q->kind++) {
        if (!m2_str_eq(m2_v_str(resource, "Type"), named[q->kind].type))
            continue;
        q->written = m2_tpl_property(q->all, q->t, resource, named[q->kind].property);
        if (!q->written)
            return;
        q->value = m2_tpl_resolve(q->all, q->t, q->written);
        fixed(q);
        if (m2_str_eq(named[q->kind].property, "RoleName"))
            length(q);
        return;
    }
}

void m2_template_names(struct m2_check_run *r)
{
    const struct m2_tpls *all = m2_tpls(r);
    if (m2_tpl_none(r, all))
        return;
    for (size_t i = 0; i < all->list.len; i++) {
        struct naming q = { .r = r, .all = all, .t = all->list.at[i] };
        const struct m2_value *resource = NULL;
        m2_tpl_each_resource(all, q.t, q.id, resource) look_at(&q, resource);
        if (q.t->root && !q.wrong)
            m2_found_pass(r, q.t->name, "No resource of %s has a fixed name.", q.t->name);
    }
}
