/* The subnets and groups in which the task will run, and whether it gets a public address. */
#include <string.h>

#include "analyze/network/net.h"
#include "m2/stackview.h"
#include "m2/str.h"
#include "snapshot/index.h"

static bool without_ipv4(const struct m2_value *subnet)
{
    return m2_v_bool_or(subnet, "Ipv6Native", false) ||
           (m2_str_empty(m2_v_str(subnet, "CidrBlock")) &&
            m2_v_len(m2_v_get(subnet, "Ipv6CidrBlockAssociationSet")));
}

static void read_subnet(struct m2_nw *n, struct m2_nw_subnet *s)
{
    const char *vpc = m2_v_str(s->look.item, "VpcId");
    s->item = s->look.item;
    s->cidr = m2_v_str(s->item, "CidrBlock");
    s->zone = m2_str_or(m2_v_str(s->item, "AvailabilityZoneId"), m2_v_str(s->item, "AvailabilityZone"));
    s->addresses = m2_set4_text(n->a, s->cidr);
    if (vpc)
        s->vpc = m2_nw_vpc_of(n, vpc, m2_v_str(s->item, "OwnerId"));
    s->usable = s->vpc && s->addresses.len && !without_ipv4(s->item);
    if (s->usable || without_ipv4(s->item))
        return;
    /* Half an answer, put together by hand: it tells nothing. */
    const struct m2_look half = { .seen = M2_UNSEEN,
                                  .call = s->look.call,
                                  .right = "ec2:DescribeSubnets",
                                  .why = m2_arena_printf(
                                      n->a, "The answer of ec2:DescribeSubnets lacks the %s of %s.",
                                      vpc ? "CidrBlock" : "VpcId", s->id) };
    *s = (struct m2_nw_subnet){ .id = s->id, .look = half };
}

static void add_subnet(struct m2_nw *n, const char *id)
{
    for (size_t i = 0; i < n->subnets.len; i++)
        if (m2_str_eq(n->subnets.at[i].id, id))
            return;
    struct m2_nw_subnet s = { .id = id };
    s.look = m2_look_item(n->s, "ec2", "DescribeSubnets", "Subnets", "SubnetId", id);
    if (s.look.seen == M2_SEEN)
        read_subnet(n, &s);
    m2_vec_push(n->a, &n->subnets, s);
}

/* An answer about one VPC alone: all its groups. */
static const struct m2_call *all_groups(const struct m2_nw *n, const char *vpc)
{
    for (const struct m2_call *c = NULL; (c = m2_calls(n->s, "ec2", "DescribeSecurityGroups", c));) {
        const struct m2_value *filters = m2_v_get(c->input, "Filters"), *one = m2_v_at(filters, 0);
        if (c->status == M2_CALL_OK && m2_answer_complete(c) && m2_v_len(c->input) == 1 &&
            m2_v_len(filters) == 1 && m2_str_eq(m2_v_str(one, "Name"), "vpc-id") &&
            m2_v_len(m2_v_get(one, "Values")) == 1 && m2_v_has(m2_v_get(one, "Values"), vpc))
            return c;
    }
    return NULL;
}

/* A group that none of the subnets' VPCs has; one that is associated with them is of another VPC. */
static struct m2_look in_no_vpc(const struct m2_nw *n, const struct m2_look *unseen)
{
    const struct m2_call *shown = NULL;
    if (m2_calls(n->s, "ec2", "DescribeSecurityGroupVpcAssociations", NULL))
        return *unseen;
    for (size_t i = 0; i < n->vpcs.len; i++)
        if (!(shown = all_groups(n, n->vpcs.at[i]->id)) || n->vpcs.at[i]->owner)
            return *unseen;
    return shown ? (struct m2_look){ .seen = M2_ABSENT, .call = shown } : *unseen;
}

static void add_group(struct m2_nw *n, const char *id)
{
    for (size_t i = 0; i < n->groups.len; i++)
        if (m2_str_eq(n->groups.at[i].id, id))
            return;
    struct m2_nw_group g = { .id = id };
    g.look = m2_look_item(n->s, "ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupId", id);
    if (g.look.seen == M2_UNSEEN && (!g.look.call || g.look.call->status == M2_CALL_OK))
        g.look = in_no_vpc(n, &g.look);
    g.item = g.look.seen == M2_SEEN ? g.look.item : NULL;
    m2_vec_push(n->a, &n->groups, g);
}

/* The region in which the snapshot was taken; a zone name tells it too. */
static const char *region_of(const struct m2_nw *n)
{
    if (!m2_str_empty(n->s->region))
        return n->s->region;
    for (size_t i = 0; i < n->subnets.len; i++) {
        const char *zone = m2_v_str(n->subnets.at[i].item, "AvailabilityZone");
        size_t len = zone ? strlen(zone) : 0;
        if (len > 1)
            return m2_arena_strndup(n->a, zone, len - 1);
    }
    return "us-east-1";
}

/* What nobody said: before a deployment the upstream template's ENABLED counts; a machine that leaves it out
 * means DISABLED. */
static int public_ip(const struct m2_nw *n)
{
    struct m2_stackview view = { 0 };
    m2_stackview_make(&view, n->a, n->s);
    if (view.state != M2_STACK_THERE)
        return view.state == M2_STACK_NONE ? 1 : -1;
    struct m2_look machine = m2_view_state_machine(&view, n->a, n->s);
    /* A stack that never got as far as a state machine will be deployed again. */
    if (machine.seen == M2_ABSENT && view.resources_complete &&
        !m2_stackview_resource(&view, "AWS::StepFunctions::StateMachine", NULL))
        return 1;
    if (machine.seen != M2_SEEN)
        return -1;
    const struct m2_value *state = m2_view_state(m2_view_definition(n->a, machine.item), "ecs:runTask");
    const struct m2_value *with = m2_v_get(state, "Parameters");
    with = with ? with : m2_v_get(state, "Arguments");
    const struct m2_value *vpc = m2_v_path(with, "NetworkConfiguration.AwsvpcConfiguration");
    const char *assign = m2_v_str(vpc, "AssignPublicIp");
    bool later = !m2_v_is(with, M2_OBJECT) || m2_v_get(with, "NetworkConfiguration.$") ||
                 m2_v_is(m2_v_get(with, "NetworkConfiguration"), M2_STRING) ||
                 m2_v_get(vpc, "AssignPublicIp.$") || m2_str_starts(assign, "{%");
    return later ? -1 : 0; /* what each job decides is not known */
}

/* Why no subnet is known: a refusal, or (no right in the look) because there is no default VPC. */
static struct m2_look no_choice(const struct m2_nw *n)
{
    static const char *const asked[] = { "DescribeVpcs", "DescribeSubnets" };
    struct m2_look look = { 0 };
    for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
        look = m2_look_output(n->s, "ec2", asked[i], NULL);
        bool empty = look.seen == M2_SEEN && !m2_v_len(m2_v_get(look.item, "Vpcs"));
        if (look.seen == M2_UNSEEN || empty)
            break;
    }
    return look.seen == M2_UNSEEN ? look : (struct m2_look){ .seen = M2_ABSENT };
}

void m2_nw_read_target(struct m2_nw *n)
{
    const struct m2_target *t = &n->s->target;
    n->from = t->subnets_from;
    for (size_t i = 0; i < t->subnets.len; i++)
        add_subnet(n, t->subnets.at[i]);
    for (size_t i = 0; i < t->security_groups.len; i++)
        add_group(n, t->security_groups.at[i]);
    n->groups_known = n->groups.len > 0;
    n->public_ip = t->assign_public_ip < 0 ? public_ip(n) : t->assign_public_ip;
    n->region = region_of(n);
    if (!n->subnets.len)
        n->choice = no_choice(n);
}
