/* VPC endpoints: which one takes a destination's traffic, and whether it lets it through. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/buf.h"
#include "m2/str.h"

#define CLIENT_PORTS 32768, 61000 /* Linux */

struct ep {
    struct m2_nw *n;
    struct m2_nw_subnet *subnet;
    const struct m2_nw_item *item;
    const char *id;
    size_t dest;
};

bool m2_nw_serves(const struct m2_value *endpoint, const struct m2_nw_dest *d)
{
    const char *name = m2_v_str(endpoint, "ServiceName"), *region = m2_v_str(endpoint, "ServiceRegion");
    if (!name || !d->service || (region && !m2_str_eq(region, d->region)))
        return false;
    if (m2_str_starts(name, "cn."))
        name += 3;
    static const char prefix[] = "com.amazonaws.";
    size_t len = strlen(d->region);
    if (!m2_str_starts(name, prefix))
        return false;
    name += sizeof prefix - 1;
    return strncmp(name, d->region, len) == 0 && name[len] == '.' && m2_str_eq(name + len + 1, d->service);
}

bool m2_nw_is_available(const struct m2_value *thing)
{
    return m2_str_eq_ci(m2_v_str(thing, "State"), "available");
}

bool m2_nw_is_type(const struct m2_value *endpoint, const char *type)
{
    return m2_str_eq_ci(m2_str_or(m2_v_str(endpoint, "VpcEndpointType"), "Gateway"), type);
}

/* Its private DNS name is for callers from outside the VPC. */
bool m2_nw_inbound_only(const struct m2_value *endpoint)
{
    return m2_v_bool_or(m2_v_get(endpoint, "DnsOptions"), "PrivateDnsOnlyForInboundResolverEndpoint", false);
}

/* Does ENDPOINT lead to SERVICE, of whatever region? */
static bool is_for(const struct m2_value *endpoint, const char *service)
{
    const char *name = m2_v_str(endpoint, "ServiceName");
    const char *end = name ? strstr(name, service) : NULL;
    return end && end > name && end[-1] == '.' && !end[strlen(service)];
}

enum m2_nw_plan m2_nw_plan(struct m2_nw *n, const struct m2_nw_vpc *vpc)
{
    size_t services = 0, served = 0, interfaces = 0;
    for (size_t d = 0; d < n->n_dests; d++) {
        const char *service = n->dests[d].service;
        bool first = service != NULL, here = false;
        for (size_t k = 0; k < d && first; k++)
            first = !m2_str_eq(n->dests[k].service, service);
        for (size_t i = 0; i < vpc->endpoints.items.len && first; i++) {
            const struct m2_value *e = vpc->endpoints.items.at[i].v;
            here = here || is_for(e, service);
            interfaces += is_for(e, service) && m2_nw_is_type(e, "Interface");
        }
        services += first;
        served += here;
    }
    bool gates = vpc->nats.items.len || vpc->igws.items.len || !vpc->igws.complete;
    if (!served || (!interfaces && gates))
        return M2_NW_PLAN_INTERNET;
    /* All but one: whoever made these did not count on the internet. */
    return gates && served + 1 < services ? M2_NW_PLAN_EITHER : M2_NW_PLAN_PRIVATE;
}

static struct m2_nw_fault *fault(const struct ep *e, enum m2_nw_check check, enum m2_status status,
                                 const char *cause, bool *fresh)
{
    struct m2_nw_fault *f = m2_nw_fault(e->n, check, status, cause, e->id, NULL, e->dest, fresh);
    m2_nw_hit(e->n, f, e->subnet->id);
    if (*fresh)
        m2_nw_about(e->n, f, e->subnet->vpc->id);
    return f;
}

static void evidence(const struct ep *e, struct m2_nw_fault *f, const char *member)
{
    m2_nw_evidence(e->n, f, e->item->call, m2_arena_printf(e->n->a, "%s.%s", e->item->path, member),
                   m2_v_get(e->item->v, member));
}

/* ---- what a path through an interface endpoint needs ---- */

static struct m2_look not_known(const char *right, const char *why)
{
    return (struct m2_look){ .seen = M2_UNSEEN, .right = right, .why = why };
}

static void endpoint_groups(const struct ep *e)
{
    struct m2_nw *n = e->n;
    struct m2_nw_open open = { 0 };
    struct m2_nw_peer task = { .at = e->subnet->addresses };
    struct m2_look gap = { 0 };
    for (size_t i = 0; i < n->groups.len; i++)
        m2_vec_push(n->a, &task.groups, n->groups.at[i].id);
    const struct m2_value *groups = m2_v_get(e->item->v, "Groups"), *g;
    const char *first = NULL;
    if (!m2_v_len(groups))
        gap = not_known("ec2:DescribeVpcEndpoints",
                        m2_arena_printf(n->a, "The security groups of %s are not shown.", e->id));
    struct m2_look look = { 0 };
    m2_v_each(g, i, groups)
    {
        const char *id = m2_str_or(m2_v_str(g, "GroupId"), "");
        look = m2_look_item(n->s, "ec2", "DescribeSecurityGroups", "SecurityGroups", "GroupId", id);
        first = first ? first : id;
        if (look.seen == M2_SEEN)
            m2_nw_sg_open(&open, n, m2_v_get(look.item, "IpPermissions"), &task);
        else
            gap = look.seen == M2_UNSEEN
                      ? look
                      : not_known("ec2:DescribeSecurityGroups",
                                  m2_arena_printf(n->a, "Group %s of %s is not shown.", id, e->id));
    }
    struct m2_set4 shut = m2_set4_minus(n->a, task.at, open.at);
    if (open.by_id || !shut.len)
        return;
    if (gap.right || open.unsure || !n->groups_known) {
        struct m2_look why = not_known("ec2:DescribeSecurityGroups",
                                       "The task's security groups are not known: pass --security-group.");
        m2_nw_gap(n, M2_NW_ENDPOINTS, e->subnet->id,
                  gap.right     ? &gap
                  : open.unsure ? &open.gap
                                : &why,
                  e->dest);
        return;
    }
    bool part = !m2_set4_equal(shut, task.at), fresh;
    struct m2_nw_fault *f =
        fault(e, M2_NW_ENDPOINTS, part ? M2_WARN : M2_FAIL, "net.endpoint-sg-blocks", &fresh);
    if (!fresh)
        return;
    f->what = m2_arena_printf(n->a, "The security group of endpoint %s (%s) does not let TCP 443 in from %s.",
                              e->id, first, part ? "all of the subnet" : "the task");
    f->command = m2_arena_printf(
        n->a,
        "aws ec2 authorize-security-group-ingress --group-id %s --protocol tcp --port 443 --source-group %s",
        m2_word(n->a, first), m2_word(n->a, n->groups.at[0].id));
    evidence(e, f, "Groups");
    if (look.seen == M2_SEEN)
        m2_nw_evidence(n, f, look.call, m2_arena_printf(n->a, "%s.IpPermissions", look.path),
                       m2_v_get(look.item, "IpPermissions"));
    m2_nw_about(n, f, first);
}

static struct m2_look subnet_look(const struct m2_nw *n, const char *id)
{
    return m2_look_item(n->s, "ec2", "DescribeSubnets", "Subnets", "SubnetId", id);
}

/* Where the endpoint's interfaces are: their own addresses, else its subnets', else the VPC's. Those inside
 * WITHIN only (NULL: all). */
static struct m2_nw_peer interfaces(const struct ep *e, const char *within)
{
    struct m2_nw *n = e->n;
    struct m2_nw_peer p = { .estimate = false };
    const struct m2_value *one;
    size_t seen = 0;
    m2_v_each(one, i, m2_v_get(e->item->v, "NetworkInterfaceIds"))
    {
        struct m2_look look = m2_look_item(n->s, "ec2", "DescribeNetworkInterfaces", "NetworkInterfaces",
                                           "NetworkInterfaceId", m2_str_or(m2_v_text(one), ""));
        const char *ip = look.seen == M2_SEEN ? m2_v_str(look.item, "PrivateIpAddress") : NULL;
        seen += ip != NULL;
        if (ip && (!within || m2_str_eq(m2_v_str(look.item, "SubnetId"), within)))
            p.at = m2_set4_or(n->a, p.at, m2_set4_text(n->a, ip));
    }
    if (seen && seen == m2_v_len(m2_v_get(e->item->v, "NetworkInterfaceIds")))
        return p;
    p.estimate = true;
    p.at = (struct m2_set4){ 0 };
    m2_v_each(one, i, m2_v_get(e->item->v, "SubnetIds"))
    {
        const char *id = m2_str_or(m2_v_text(one), "");
        struct m2_look look = subnet_look(n, id);
        if (look.seen == M2_SEEN && (!within || m2_str_eq(id, within)))
            p.at = m2_set4_or(n->a, p.at, m2_set4_text(n->a, m2_v_str(look.item, "CidrBlock")));
    }
    if (!p.at.len && !within)
        p.at = e->subnet->vpc->cidrs;
    return p;
}

static void task_groups(const struct ep *e)
{
    struct m2_nw *n = e->n;
    struct m2_nw_peer p = interfaces(e, NULL);
    const struct m2_value *g;
    const char *first = NULL;
    m2_v_each(g, i, m2_v_get(e->item->v, "Groups"))
    {
        const char *id = m2_v_str(g, "GroupId");
        if (id)
            m2_vec_push(n->a, &p.groups, id);
        first = first ? first : id;
    }
    p.text = m2_arena_printf(n->a, "endpoint %s", e->id);
    p.rule = m2_arena_printf(n->a, "UserIdGroupPairs=[{GroupId=%s}]", m2_str_or(first, "sg-of-the-endpoint"));
    m2_nw_sg_egress(n, e->subnet, e->dest, &p);
}

/* Answers a denied ACL on the endpoint's side of SUBNET, or on the task's side towards it. */
static bool acl_pair(const struct ep *e, const char *subnet, bool lenient)
{
    struct m2_nw *n = e->n;
    struct m2_nw_peer far = interfaces(e, subnet);
    struct m2_look look = subnet_look(n, subnet);
    const char *far_cidr = look.seen == M2_SEEN ? m2_v_str(look.item, "CidrBlock") : NULL;
    if (!far.at.len || !far_cidr) {
        struct m2_look gap =
            look.seen == M2_UNSEEN
                ? look
                : not_known("ec2:DescribeSubnets", m2_arena_printf(n->a, "%s is not shown.", subnet));
        m2_nw_gap(n, M2_NW_ACL, e->subnet->id, &gap, e->dest);
        return false;
    }
    struct m2_nw_hop out = { e->subnet->id, e->subnet, true, far.at, far_cidr, CLIENT_PORTS, lenient };
    struct m2_nw_hop in = { subnet,          e->subnet,    false,  e->subnet->addresses,
                            e->subnet->cidr, CLIENT_PORTS, lenient };
    bool near_shut = m2_nw_acl(n, &out, e->dest), far_shut = m2_nw_acl(n, &in, e->dest);
    return near_shut || far_shut;
}

static void acls(const struct ep *e)
{
    const struct m2_value *subnets = m2_v_get(e->item->v, "SubnetIds"), *one;
    size_t shut = 0;
    e->n->quiet++;
    m2_v_each(one, i, subnets)
    {
        const char *id = m2_str_or(m2_v_text(one), "");
        if (!m2_str_eq(id, e->subnet->id))
            shut += acl_pair(e, id, false);
    }
    e->n->quiet--;
    m2_v_each(one, i, subnets)
    {
        const char *id = m2_str_or(m2_v_text(one), "");
        if (!m2_str_eq(id, e->subnet->id))
            acl_pair(e, id, shut < m2_v_len(subnets));
    }
}

static void zones(const struct ep *e)
{
    struct m2_nw *n = e->n;
    const struct m2_value *subnets = m2_v_get(e->item->v, "SubnetIds"), *one;
    bool known = e->subnet->zone && m2_v_len(subnets);
    m2_v_each(one, i, subnets)
    {
        struct m2_look look = subnet_look(n, m2_str_or(m2_v_text(one), ""));
        const char *zone = look.seen == M2_SEEN ? m2_str_or(m2_v_str(look.item, "AvailabilityZoneId"),
                                                            m2_v_str(look.item, "AvailabilityZone"))
                                                : NULL;
        if (!zone)
            known = false;
        else if (m2_str_eq(zone, e->subnet->zone))
            return;
    }
    bool fresh;
    if (!known)
        return; /* a hint only: not worth an unknown */
    struct m2_nw_fault *f = fault(e, M2_NW_ENDPOINTS, M2_WARN, "net.endpoint-subnet-az", &fresh);
    if (!fresh)
        return;
    f->what =
        m2_arena_printf(n->a, "Endpoint %s has no interface in %s, the zone of %s: traffic crosses zones.",
                        e->id, e->subnet->zone, e->subnet->id);
    f->command = m2_arena_printf(n->a, "aws ec2 modify-vpc-endpoint --vpc-endpoint-id %s --add-subnet-ids %s",
                                 m2_word(n->a, e->id), m2_word(n->a, e->subnet->id));
    evidence(e, f, "SubnetIds");
}

static void policy(const struct ep *e)
{
    struct m2_nw *n = e->n;
    const struct m2_nw_dest *d = &n->dests[e->dest];
    const struct m2_value *document = m2_v_get(e->item->v, "PolicyDocument");
    struct m2_buf denied;
    bool unsure = false, fresh;
    m2_buf_init(&denied, 4096);
    for (size_t i = 0; i < d->n_needs; i++) {
        const char *resource = d->needs[i].resource;
        /* Layers come by links that ECR's own account signed. */
        const char *account = resource && strstr(resource, "starport-layer") ? NULL : m2_own_account(n->s);
        enum m2_nw_allow a = m2_nw_policy(n->a, document, account, d->needs[i].action, resource);
        unsure = unsure || a == M2_NW_CANNOT_TELL;
        if (a == M2_NW_DENIED)
            m2_buf_addf(&denied, "%s%s on %s", denied.len ? ", " : "", d->needs[i].action,
                        m2_str_or(d->needs[i].resource, "its resource"));
    }
    if (denied.len) {
        const char *text = m2_arena_strndup(n->a, denied.data, denied.len);
        struct m2_nw_fault *f = fault(e, M2_NW_ENDPOINTS, M2_FAIL, "net.endpoint-policy-denies", &fresh);
        f->what = fresh ? m2_arena_printf(n->a, "The policy of endpoint %s does not allow %s.", e->id, text)
                  : strstr(f->what, text) ? f->what
                                          : m2_arena_printf(n->a, "%s Nor %s.", f->what, text);
        if (fresh) {
            evidence(e, f, "PolicyDocument");
            f->command =
                m2_arena_printf(n->a, "aws ec2 modify-vpc-endpoint --vpc-endpoint-id %s --reset-policy",
                                m2_word(n->a, e->id));
            f->fix = "Add the action and resource to the endpoint's policy, or reset it to full access; the "
                     "roles' own policies "
                     "still decide.";
        }
    } else if (unsure) {
        struct m2_look gap =
            not_known(NULL, m2_arena_printf(n->a,
                                            "The policy of endpoint %s depends on conditions or principals; "
                                            "whether it allows the task cannot be told.",
                                            e->id));
        m2_nw_gap(n, M2_NW_ENDPOINTS, e->subnet->id, &gap, e->dest);
    }
    m2_buf_free(&denied);
}

static void through_interface(const struct ep *e)
{
    endpoint_groups(e);
    task_groups(e);
    acls(e);
    policy(e);
    zones(e);
}

static void through_gateway(const struct ep *e)
{
    struct m2_nw *n = e->n;
    const struct m2_nw_dest *d = &n->dests[e->dest];
    struct m2_nw_peer p = { .at = d->at, .prefix_list = m2_nw_s3_list(n), .text = "S3" };
    p.rule = p.prefix_list ? m2_arena_printf(n->a, "PrefixListIds=[{PrefixListId=%s}]", p.prefix_list)
                           : "IpRanges=[{CidrIp=0.0.0.0/0}]";
    m2_nw_sg_egress(n, e->subnet, e->dest, &p);
    struct m2_nw_hop hop = { e->subnet->id, e->subnet, true, d->at, "0.0.0.0/0", CLIENT_PORTS, false };
    m2_nw_acl(n, &hop, e->dest);
    policy(e);
}

void m2_nw_as_meant(struct m2_nw *n, struct m2_nw_subnet *subnet, const struct m2_nw_item *item, size_t dest)
{
    struct ep e = { n, subnet, item, m2_v_str(item->v, "VpcEndpointId"), dest };
    if (m2_nw_is_type(item->v, "Interface"))
        through_interface(&e);
    else if (m2_nw_is_type(item->v, "Gateway"))
        through_gateway(&e);
}

/* ---- which endpoint ---- */

static bool routed(const struct m2_value *endpoint, const struct m2_value *table)
{
    const char *id = m2_v_str(endpoint, "VpcEndpointId"), *target = NULL;
    const struct m2_value *route;
    if (m2_v_has(m2_v_get(endpoint, "RouteTableIds"), m2_v_str(table, "RouteTableId")))
        return true;
    m2_v_each(route, i,
              m2_v_get(table, "Routes")) if (m2_nw_route_target(route, &target) == M2_NW_TO_ENDPOINT &&
                                             m2_str_eq(target, id) &&
                                             !m2_str_eq(m2_v_str(route, "State"), "blackhole")) return true;
    return false;
}

static void unknown_path(const struct ep *e, const struct m2_look *gap)
{
    static const enum m2_nw_check depend[] = { M2_NW_EGRESS, M2_NW_ACL, M2_NW_SG, M2_NW_ENDPOINTS };
    for (size_t i = 0; i < sizeof depend / sizeof depend[0]; i++)
        m2_nw_gap(e->n, depend[i], e->subnet->id, gap, e->dest);
}

static enum m2_nw_private try_interface(const struct ep *e)
{
    const struct m2_value *v = e->item->v;
    const struct m2_nw_vpc *vpc = e->subnet->vpc;
    bool wins = m2_nw_is_type(v, "Interface") && m2_nw_is_available(v) &&
                m2_v_bool_or(v, "PrivateDnsEnabled", false) && !m2_nw_inbound_only(v);
    /* Without DNS support nothing resolves at all: net.dns says so, the path is judged as it is meant. */
    if (!wins || vpc->dns_hostnames == 0)
        return M2_NW_PRIVATE_NONE;
    if (vpc->dns_hostnames < 0) {
        unknown_path(e, &vpc->dns_hostnames_look);
        return M2_NW_PRIVATE_UNKNOWN;
    }
    through_interface(e);
    m2_nw_note(e->n, e->subnet->id, e->dest, "through endpoint %s", e->id);
    return M2_NW_PRIVATE_TAKEN;
}

static enum m2_nw_private try_gateway(const struct ep *e)
{
    struct m2_look gap;
    if (!m2_nw_is_type(e->item->v, "Gateway") || !m2_nw_is_available(e->item->v) ||
        !m2_str_eq(e->n->dests[e->dest].region, e->n->region))
        return M2_NW_PRIVATE_NONE;
    const struct m2_nw_item *table = m2_nw_table(e->n, e->subnet->vpc, e->subnet->id, &gap);
    if (!table) {
        unknown_path(e, &gap);
        return M2_NW_PRIVATE_UNKNOWN;
    }
    if (!routed(e->item->v, table->v))
        return M2_NW_PRIVATE_NONE;
    through_gateway(e);
    m2_nw_note(e->n, e->subnet->id, e->dest, "through endpoint %s", e->id);
    return M2_NW_PRIVATE_TAKEN;
}

enum m2_nw_private m2_nw_private(struct m2_nw *n, struct m2_nw_subnet *subnet, size_t dest)
{
    static enum m2_nw_private (*const tries[])(const struct ep *) = { try_interface, try_gateway };
    for (size_t t = 0; t < sizeof tries / sizeof tries[0]; t++)
        for (size_t i = 0; i < subnet->vpc->endpoints.items.len; i++) {
            const struct m2_nw_item *item = &subnet->vpc->endpoints.items.at[i];
            struct ep e = { n, subnet, item, m2_v_str(item->v, "VpcEndpointId"), dest };
            if (!m2_nw_serves(item->v, &n->dests[dest]))
                continue;
            enum m2_nw_private p = tries[t](&e);
            if (p != M2_NW_PRIVATE_NONE)
                return p;
        }
    return M2_NW_PRIVATE_NONE;
}
