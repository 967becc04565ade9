#include "snapshot/target.h"

#include <string.h>

#include "m2/stackview.h"

struct m2_str_vec {
    const char **at;
    size_t len, cap;
};

static void read_list(struct m2_arena *a, const struct m2_value *v, struct m2_str_vec *out)
{
    if (m2_v_is(v, M2_STRING) && v->u.text.n)
        m2_vec_push(a, out, v->u.text.p);
    const struct m2_value *item;
    m2_v_each(item, i, v) if (m2_v_is(item, M2_STRING) && item->u.text.n) m2_vec_push(a, out, item->u.text.p);
}

#define READ_LIST(a, v, vec)                                                                                 \
    do {                                                                                                     \
        struct m2_str_vec list_ = { 0 };                                                                     \
        read_list((a), (v), &list_);                                                                         \
        (vec)->at = list_.at;                                                                                \
        (vec)->len = list_.len;                                                                              \
        (vec)->cap = list_.cap;                                                                              \
    } while (0)

static bool is_list(const struct m2_value *v)
{
    const struct m2_value *item = NULL;
    m2_v_each(item, i, v) if (!m2_v_is(item, M2_STRING)) return false;
    return m2_v_is(v, M2_STRING) || m2_v_is(v, M2_ARRAY);
}

static bool is_string(const struct m2_value *v)
{
    return m2_v_is(v, M2_STRING);
}

static bool is_number(const struct m2_value *v)
{
    int64_t n = 0;
    return m2_v_to_int(v, &n) && n >= 0;
}

static bool is_bool(const struct m2_value *v)
{
    return m2_v_is(v, M2_BOOL);
}

static const struct field {
    const char *name;
    bool (*fits)(const struct m2_value *v);
    const char *expected;
} fields[] = {
    { "stack", is_string, "a string" },
    { "vpc", is_string, "a string" },
    { "lambda_image", is_string, "a string" },
    { "fargate_image", is_string, "a string" },
    { "subnets_from", is_string, "a string" },
    { "subnets", is_list, "a list of strings" },
    { "security_groups", is_list, "a list of strings" },
    { "assign_public_ip", is_bool, "true or false" },
    { "since_ms", is_number, "a number of milliseconds" },
};

static int check_fields(const struct m2_value *v, const char *name, struct m2_err *err)
{
    if (v && !m2_v_is(v, M2_NULL) && !m2_v_is(v, M2_OBJECT))
        return m2_fail(err, M2_EINPUT, "%s: \"target\" must be an object", name);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct m2_value *one = m2_v_get(v, fields[i].name);
        if (one && !m2_v_is(one, M2_NULL) && !fields[i].fits(one))
            return m2_fail(err, M2_EINPUT, "%s: target: \"%s\" must be %s", name, fields[i].name,
                           fields[i].expected);
    }
    return 0;
}

int m2_target_read(struct m2_target *out, struct m2_arena *a, const struct m2_value *v, const char *name,
                   struct m2_err *err)
{
    if (check_fields(v, name, err) < 0)
        return -1;
    struct m2_target t = { .assign_public_ip = -1 };
    t.stack = m2_v_str(v, "stack");
    t.vpc = m2_v_str(v, "vpc");
    t.lambda_image = m2_v_str(v, "lambda_image");
    t.fargate_image = m2_v_str(v, "fargate_image");
    t.state_machine = m2_v_str(v, "state_machine");
    t.role = m2_v_str(v, "role");
    t.subnets_from = m2_v_str(v, "subnets_from");
    t.expected_account = m2_v_text(m2_v_get(v, "expected_account"));
    t.since_ms = m2_v_int_or(v, "since_ms", 0);
    t.alias = m2_v_str(v, "alias");
    t.must_exist = m2_v_bool_or(v, "must_exist", false);
    READ_LIST(a, m2_v_get(v, "subnets"), &t.subnets);
    READ_LIST(a, m2_v_get(v, "security_groups"), &t.security_groups);
    READ_LIST(a, m2_v_get(v, "buckets"), &t.buckets);
    READ_LIST(a, m2_v_get(v, "expected_outputs"), &t.expected_outputs);
    if (m2_v_is(m2_v_get(v, "assign_public_ip"), M2_BOOL))
        t.assign_public_ip = m2_v_bool_or(v, "assign_public_ip", false);
    *out = t;
    return 0;
}

static struct m2_value *strings(struct m2_arena *a, const char *const *at, size_t n)
{
    struct m2_value *v = m2_v_array(a);
    for (size_t i = 0; i < n; i++)
        m2_v_push(a, v, m2_v_string(a, at[i]));
    return v;
}

static void set_known(struct m2_arena *a, struct m2_value *v, const char *key, const char *s)
{
    if (s)
        m2_v_set_str(a, v, key, s);
}

struct m2_value *m2_target_to_value(struct m2_arena *a, const struct m2_target *t)
{
    struct m2_value *v = m2_v_object(a);
    set_known(a, v, "stack", t->stack);
    set_known(a, v, "vpc", t->vpc);
    m2_v_set(a, v, "subnets", strings(a, t->subnets.at, t->subnets.len));
    m2_v_set(a, v, "security_groups", strings(a, t->security_groups.at, t->security_groups.len));
    if (t->assign_public_ip >= 0)
        m2_v_set_bool(a, v, "assign_public_ip", t->assign_public_ip == 1);
    set_known(a, v, "subnets_from", t->subnets_from);
    set_known(a, v, "lambda_image", t->lambda_image);
    set_known(a, v, "fargate_image", t->fargate_image);
    set_known(a, v, "state_machine", t->state_machine);
    set_known(a, v, "role", t->role);
    if (t->buckets.len)
        m2_v_set(a, v, "buckets", strings(a, t->buckets.at, t->buckets.len));
    set_known(a, v, "expected_account", t->expected_account);
    set_known(a, v, "alias", t->alias);
    if (t->must_exist)
        m2_v_set_bool(a, v, "must_exist", true);
    if (t->expected_outputs.len)
        m2_v_set(a, v, "expected_outputs", strings(a, t->expected_outputs.at, t->expected_outputs.len));
    if (t->since_ms)
        m2_v_set_int(a, v, "since_ms", t->since_ms);
    return v;
}

/* ---- the deployed stack ---- */

static bool is_id(const char *s, const char *prefix)
{
    return m2_str_starts(s, prefix);
}

/* Subnets and groups by their ids; a path or an intrinsic function says nothing. */
static void fill_ids(struct m2_arena *a, const struct m2_value *list, const char *prefix,
                     struct m2_str_vec *out)
{
    struct m2_str_vec all = { 0 };
    read_list(a, list, &all);
    for (size_t i = 0; i < all.len; i++)
        if (is_id(all.at[i], prefix))
            m2_vec_push(a, out, all.at[i]);
}

static const struct m2_value *awsvpc_of(const struct m2_value *state)
{
    static const char *const paths[] = { "Parameters.NetworkConfiguration.AwsvpcConfiguration",
                                         "Arguments.NetworkConfiguration.AwsvpcConfiguration" };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (m2_v_path(state, paths[i]))
            return m2_v_path(state, paths[i]);
    return NULL;
}

static void fill_network(struct m2_target *t, const struct m2_snapshot *s, const struct m2_value *awsvpc,
                         const char *machine)
{
    struct m2_str_vec subnets = { 0 }, groups = { 0 };
    fill_ids(s->arena, m2_v_get(awsvpc, "Subnets"), "subnet-", &subnets);
    fill_ids(s->arena, m2_v_get(awsvpc, "SecurityGroups"), "sg-", &groups);
    bool ours = !t->subnets.len && !t->vpc && subnets.len;
    if (ours) {
        t->subnets.at = subnets.at;
        t->subnets.len = subnets.len;
        t->subnets.cap = subnets.cap;
        t->subnets_from = m2_arena_printf(s->arena, "state machine %s", m2_str_or(machine, "of the stack"));
    }
    /* Groups belong to a VPC: those of the deployed machine fit its own subnets. */
    if (!t->security_groups.len && (ours || !t->vpc)) {
        t->security_groups.at = groups.at;
        t->security_groups.len = groups.len;
        t->security_groups.cap = groups.cap;
    }
    const char *assign = m2_v_str(awsvpc, "AssignPublicIp");
    /* A path or an expression: each job decides. */
    bool later = m2_v_get(awsvpc, "AssignPublicIp.$") || m2_str_starts(assign, "{%");
    if (t->assign_public_ip < 0 && !later && (ours || assign))
        t->assign_public_ip = m2_str_eq_ci(assign, "ENABLED") ? 1 : 0;
}

/* Where the state machine cannot be read, the stack's own parameters say where its tasks were meant to run.
 */
static void fill_parameters(struct m2_target *t, const struct m2_snapshot *s, const struct m2_stackview *v)
{
    static const char *const subnet_keys[] = { "SubnetId1", "SubnetId2" };
    for (size_t i = 0; i < sizeof subnet_keys / sizeof *subnet_keys && !t->vpc; i++) {
        const char *id = m2_stackview_parameter(v, subnet_keys[i]);
        if (t->subnets_from || !is_id(id, "subnet-"))
            continue;
        m2_vec_push(s->arena, &t->subnets, id);
    }
    if (t->subnets.len && !t->subnets_from)
        t->subnets_from = m2_arena_printf(s->arena, "parameters of stack %s", v->name);
    const char *rest = m2_stackview_parameter(v, "SecurityGroupIds");
    while (rest && !t->vpc && t->security_groups.len < M2_TARGET_GROUPS) {
        const char *id = m2_str_cut(s->arena, rest, ',', &rest);
        if (is_id(id, "sg-"))
            m2_vec_push(s->arena, &t->security_groups, id);
    }
}

void m2_target_deployed(struct m2_target *t, const struct m2_snapshot *s)
{
    struct m2_stackview v;
    m2_stackview_make(&v, s->arena, s);
    if (v.state != M2_STACK_THERE && !m2_calls(s, "stepfunctions", "DescribeStateMachine", NULL))
        return;
    struct m2_look machine = m2_view_state_machine(&v, s->arena, s);
    if (machine.seen == M2_SEEN) {
        const struct m2_value *definition = m2_view_definition(s->arena, machine.item);
        const struct m2_value *awsvpc = awsvpc_of(m2_view_state(definition, "ecs:runTask"));
        if (awsvpc)
            fill_network(t, s, awsvpc, m2_v_str(machine.item, "stateMachineArn"));
    } else if (v.state == M2_STACK_THERE && !t->subnets.len) {
        fill_parameters(t, s, &v);
    }
    if (!t->fargate_image) {
        struct m2_look task = m2_view_task_definition(&v, s->arena, s);
        t->fargate_image = task.seen == M2_SEEN ? m2_v_pstr(task.item, "containerDefinitions[0].image")
                                                : m2_stackview_parameter(&v, "FargateImageUri");
    }
    if (!t->lambda_image) {
        struct m2_look f = m2_view_job_function(&v, s->arena, s);
        t->lambda_image = f.seen == M2_SEEN ? m2_v_pstr(f.item, "Code.ImageUri")
                                            : m2_stackview_parameter(&v, "LambdaImageUri");
    }
}

/* ---- as the script picks ---- */

/* The script's choice is a guess for a deployment to come; of one that is there, or may be there unseen, it
 * would say nothing. */
static bool may_guess(const struct m2_snapshot *s)
{
    struct m2_stackview v;
    m2_stackview_make(&v, s->arena, s);
    return v.state == M2_STACK_NONE ||
           (v.state == M2_STACK_UNSEEN && !m2_calls(s, "cloudformation", "DescribeStacks", NULL));
}

static const char *default_vpc(const struct m2_snapshot *s)
{
    struct m2_value *all =
                        m2_look_list(NULL, s->arena, s, "ec2", "DescribeVpcs", "Vpcs", NULL, NULL, "VpcId"),
                    *vpc;
    m2_v_each(vpc, i, all) if (m2_v_bool_or(vpc, "IsDefault", false)) return m2_v_str(vpc, "VpcId");
    return NULL;
}

static void pick_subnets(struct m2_target *t, const struct m2_snapshot *s, const char *vpc)
{
    struct m2_value *subnets = m2_look_list(NULL, s->arena, s, "ec2", "DescribeSubnets", "Subnets", "VpcId",
                                            vpc, "SubnetId"),
                    *subnet;
    m2_v_each(subnet, i, subnets) if (t->subnets.len < M2_TARGET_SUBNETS &&
                                      m2_v_bool_or(subnet, "MapPublicIpOnLaunch", false) &&
                                      m2_v_str(subnet, "SubnetId"))
        m2_vec_push(s->arena, &t->subnets, m2_v_str(subnet, "SubnetId"));
}

static void pick_group(struct m2_target *t, const struct m2_snapshot *s, const char *vpc)
{
    struct m2_value *groups = m2_look_list(NULL, s->arena, s, "ec2", "DescribeSecurityGroups",
                                           "SecurityGroups", "VpcId", vpc, "GroupId"),
                    *group;
    m2_v_each(group, i,
              groups) if (!t->security_groups.len && m2_str_eq(m2_v_str(group, "GroupName"), "default"))
        m2_vec_push(s->arena, &t->security_groups, m2_v_str(group, "GroupId"));
}

static const char *vpc_of_subnet(const struct m2_snapshot *s, const char *subnet)
{
    struct m2_look look = m2_look_item(s, "ec2", "DescribeSubnets", "Subnets", "SubnetId", subnet);
    return look.seen == M2_SEEN ? m2_v_str(look.item, "VpcId") : NULL;
}

void m2_target_pick(struct m2_target *t, const struct m2_snapshot *s, const char *vpc)
{
    bool chosen = vpc != NULL;
    if (t->subnets.len)
        vpc = vpc_of_subnet(s, t->subnets.at[0]);
    else if (!vpc && may_guess(s))
        vpc = default_vpc(s);
    if (!vpc)
        return;
    if (!t->subnets.len) {
        pick_subnets(t, s, vpc);
        if (t->subnets.len && !t->subnets_from)
            t->subnets_from = chosen ? m2_arena_printf(s->arena, "VPC %s", vpc) : "default VPC";
        if (t->subnets.len && t->assign_public_ip < 0)
            t->assign_public_ip = 1;
    }
    if (!t->security_groups.len)
        pick_group(t, s, vpc);
    if (!t->vpc)
        t->vpc = vpc;
}

/* How much a described stack looks like the one that jobs are deployed with. */
static int likeness(const struct m2_value *stack)
{
    const struct m2_value *o = NULL;
    if (m2_v_get(stack, "ParentId"))
        return 1;
    if (m2_str_eq(m2_v_str(stack, "StackStatus"), "DELETE_COMPLETE"))
        return 2;
    m2_v_each(o, i, m2_v_get(stack, "Outputs")) if (m2_str_ends(m2_v_str(o, "OutputKey"),
                                                                "StateMachineArn")) return 5;
    return m2_str_has_ci(m2_v_str(stack, "StackName"), "mroptimum") ? 4 : 3;
}

/* Of answers that were saved without what was asked: not a nested stack, which gives out much the same. */
static const char *described_stack(const struct m2_snapshot *s)
{
    const char *best = NULL;
    int most = 0;
    for (const struct m2_call *c = NULL; (c = m2_calls(s, "cloudformation", "DescribeStacks", c));) {
        const struct m2_value *item = NULL;
        m2_v_each(item, i, m2_v_get(c->output, "Stacks"))
        {
            int like = m2_v_str(item, "StackName") ? likeness(item) : 0;
            if (like > most) {
                most = like;
                best = m2_v_str(item, "StackName");
            }
        }
    }
    return best;
}

static const char *stack_name(const struct m2_snapshot *s)
{
    const struct m2_call *c = NULL;
    while ((c = m2_calls(s, "cloudformation", "DescribeStacks", c))) {
        const char *asked = m2_v_str(c->input, "StackName");
        if (asked && !m2_str_starts(asked, "arn:"))
            return asked;
    }
    if (described_stack(s))
        return described_stack(s);
    /* Saved events or resources may be all there is. */
    static const char *const others[] = { "DescribeStackEvents", "ListStackResources",
                                          "DescribeStackResources" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        while ((c = m2_calls(s, "cloudformation", others[i], c))) {
            const char *asked = m2_v_str(c->input, "StackName");
            if (asked && !m2_str_starts(asked, "arn:"))
                return asked;
        }
    return NULL;
}

/* Subnets that a snapshot made by hand asks for by id are those it is about. */
static void asked_subnets(struct m2_target *t, const struct m2_snapshot *s)
{
    const struct m2_call *c = NULL;
    while (!t->subnets.len && (c = m2_calls(s, "ec2", "DescribeSubnets", c))) {
        struct m2_str_vec ids = { 0 };
        fill_ids(s->arena, m2_v_get(c->input, "SubnetIds"), "subnet-", &ids);
        t->subnets.at = ids.at;
        t->subnets.len = ids.len;
        t->subnets.cap = ids.cap;
        if (ids.len)
            t->subnets_from = "calls of the snapshot";
    }
}

void m2_target_complete(struct m2_target *t, const struct m2_snapshot *s)
{
    if (!t->stack)
        t->stack = stack_name(s);
    m2_target_deployed(t, s);
    asked_subnets(t, s);
    m2_target_pick(t, s, t->vpc);
    if (!t->lambda_image)
        t->lambda_image = M2_UPSTREAM_LAMBDA_IMAGE;
    if (!t->fargate_image)
        t->fargate_image = M2_UPSTREAM_FARGATE_IMAGE;
}
