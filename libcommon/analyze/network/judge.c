/* Every subnet × destination along the path its traffic takes. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/str.h"

#define CLIENT_PORTS 32768, 61000 /* Linux */
#define NAT_PORTS 1024, 65535

/* One subnet of the task per zone: an endpoint takes no more. */
static const char *endpoint_subnets(const struct m2_nw *n, const struct m2_nw_vpc *vpc)
{
    const char *text = "";
    for (size_t i = 0; i < n->subnets.len; i++) {
        const struct m2_nw_subnet *s = &n->subnets.at[i];
        bool taken = s->vpc != vpc;
        for (size_t k = 0; k < i && !taken; k++)
            taken = n->subnets.at[k].vpc == vpc && m2_str_eq(n->subnets.at[k].zone, s->zone);
        if (!taken)
            text = m2_arena_printf(n->a, "%s %s", text, m2_word(n->a, s->id));
    }
    return text;
}

static const char *create_endpoint(struct m2_nw *n, struct m2_nw_subnet *s, const struct m2_nw_dest *d,
                                   const char *service)
{
    struct m2_look gap;
    const struct m2_nw_item *table = m2_nw_table(n, s->vpc, s->id, &gap);
    const char *vpc = m2_word(n->a, s->vpc->id), *name = m2_word(n->a, service);
    bool here = m2_str_eq(d->region, n->region);
    if (m2_str_eq(d->service, "s3") && here && table)
        return m2_arena_printf(
            n->a,
            "aws ec2 create-vpc-endpoint --vpc-id %s --vpc-endpoint-type Gateway --service-name %s "
            "--route-table-ids %s",
            vpc, name, m2_word(n->a, m2_v_str(table->v, "RouteTableId")));
    return m2_arena_printf(
        n->a,
        "aws ec2 create-vpc-endpoint --vpc-id %s --vpc-endpoint-type Interface --service-name "
        "%s%s%s --subnet-ids%s%s%s --private-dns-enabled",
        vpc, name, here ? "" : " --service-region ", here ? "" : m2_word(n->a, d->region),
        endpoint_subnets(n, s->vpc), n->groups.len ? " --security-group-ids " : "",
        n->groups.len ? m2_word(n->a, n->groups.at[0].id) : "");
}

static void endpoint_missing(struct m2_nw *n, struct m2_nw_subnet *s, size_t dest)
{
    const struct m2_nw_dest *d = &n->dests[dest];
    bool china = m2_str_starts(d->region, "cn-") && m2_str_starts(d->service, "ecr"), fresh;
    const char *service =
        m2_arena_printf(n->a, "%scom.amazonaws.%s.%s", china ? "cn." : "", d->region, d->service);
    struct m2_nw_fault *f =
        m2_nw_fault(n, M2_NW_ENDPOINTS, M2_FAIL, "net.endpoint-missing", s->id, NULL, dest, &fresh);
    if (fresh) {
        f->what = m2_arena_printf(n->a, "%s has no path to the internet and %s has no endpoint for %s.",
                                  s->id, s->vpc->id, service);
        f->also = "The security group of a new endpoint must let TCP 443 in from the task.";
        m2_nw_about(n, f, s->vpc->id);
        struct m2_look gap;
        const struct m2_nw_item *table = m2_nw_table(n, s->vpc, s->id, &gap);
        if (table)
            m2_nw_evidence(n, f, table->call, m2_arena_printf(n->a, "%s.Routes", table->path),
                           m2_v_get(table->v, "Routes"));
    } else if (!*f->what || strstr(f->what, service)) { /* thrown away, or said */
        return;
    } else {
        f->what = m2_arena_printf(n->a, "%.*s, %s.", (int)strlen(f->what) - 1, f->what, service);
    }
    m2_vec_push(n->a, &f->commands, create_endpoint(n, s, d, service));
}

static void filters(struct m2_nw *n, struct m2_nw_subnet *s, size_t dest, const struct m2_nw_internet *net)
{
    const struct m2_nw_dest *d = &n->dests[dest];
    struct m2_nw_peer peer = { .at = d->at, .text = "the internet", .rule = "IpRanges=[{CidrIp=0.0.0.0/0}]" };
    if (d->exact)
        peer.prefix_list = m2_nw_s3_list(n);
    m2_nw_sg_egress(n, s, dest, &peer);
    struct m2_nw_hop hop = { s->id, s, true, d->at, "0.0.0.0/0", CLIENT_PORTS, false };
    m2_nw_acl(n, &hop, dest);
    struct m2_look gap;
    if (net->nat && !m2_nw_find(&s->vpc->nats, "NatGatewayId", net->nat) &&
        m2_nw_uncertain(n, s->vpc, &s->vpc->nats, "DescribeNatGateways", &gap))
        m2_nw_gap(n, M2_NW_ACL, s->id, &gap, dest);
    if (!net->nat_subnet || m2_str_eq(net->nat_subnet, s->id))
        return;
    struct m2_nw_hop in = { net->nat_subnet, s, false, s->addresses, s->cidr, CLIENT_PORTS, false };
    struct m2_nw_hop out = { net->nat_subnet, s, true, d->at, "0.0.0.0/0", NAT_PORTS, false };
    m2_nw_acl(n, &in, dest);
    m2_nw_acl(n, &out, dest);
}

/* A route alone would not do where public access is blocked. */
static void blocked_too(struct m2_nw *n, struct m2_nw_subnet *s, size_t dest)
{
    bool nat = s->vpc->nats.items.len > 0;
    n->quiet++;
    enum m2_nw_way way = m2_nw_bpa(n, s, nat, NULL, dest);
    n->quiet--;
    if (way == M2_NW_WAY_SHUT)
        (void)m2_nw_bpa(n, s, nat, NULL, dest);
}

/* Where the endpoint will be is not known; an ACL that lets TCP 443 go nowhere at all is in its way anyhow.
 */
static void shut_acl(struct m2_nw *n, struct m2_nw_subnet *s, size_t dest)
{
    struct m2_set4 all = m2_set4_text(n->a, "0.0.0.0/0");
    struct m2_nw_hop hop = { s->id, s, true, all, "0.0.0.0/0", CLIENT_PORTS, false };
    n->quiet++;
    bool shut = m2_nw_acl(n, &hop, dest);
    n->quiet--;
    if (shut)
        m2_nw_acl(n, &hop, dest);
}

/* The internet path of a destination without private path. HIDDEN: an endpoint may exist that was not shown.
 */
static void judge_internet(struct m2_nw *n, struct m2_nw_subnet *s, size_t dest, bool hidden)
{
    bool service = n->dests[dest].service != NULL;
    struct m2_nw_internet net = m2_nw_internet(n, s, dest);
    bool shut = net.no_route || net.way == M2_NW_WAY_SHUT;
    bool named = service && !hidden && m2_nw_private_refused(n, s, dest, !shut);
    enum m2_nw_plan plan = service ? m2_nw_plan(n, s->vpc) : M2_NW_PLAN_INTERNET;
    if (net.no_route && !named && plan != M2_NW_PLAN_PRIVATE) {
        m2_nw_no_route(n, s, dest);
        blocked_too(n, s, dest);
    }
    if (net.no_route && !named && plan != M2_NW_PLAN_INTERNET) {
        endpoint_missing(n, s, dest);
        shut_acl(n, s, dest);
        named = true;
    }
    /* Where an endpoint is the missing path, public addresses are not what the groups and ACLs must open. */
    if (!net.no_route || !named)
        filters(n, s, dest, &net);
}

static void judge_one(struct m2_nw *n, struct m2_nw_subnet *s, size_t dest)
{
    struct m2_look doubt;
    bool service = n->dests[dest].service != NULL;
    bool hidden = service && m2_nw_uncertain(n, s->vpc, &s->vpc->endpoints, "DescribeVpcEndpoints", &doubt);
    if (service && m2_nw_private(n, s, dest) != M2_NW_PRIVATE_NONE)
        return;
    if (hidden) {
        m2_nw_gap(n, M2_NW_ENDPOINTS, s->id, &doubt, dest);
        n->doubt = &doubt;
        n->doubt_subnet = s->id;
    }
    judge_internet(n, s, dest, hidden);
    n->doubt = NULL;
}

static void ipv6_only(struct m2_nw *n, struct m2_nw_subnet *s)
{
    struct m2_nw_fault *f =
        m2_nw_fault(n, M2_NW_EGRESS, M2_FAIL, "net.ipv6-only", s->id, NULL, M2_NW_NO_DEST, NULL);
    f->what = m2_arena_printf(
        n->a, "%s carries IPv6 only; the image registry's names and endpoints used here answer over IPv4.",
        s->id);
    m2_nw_evidence(n, f, s->look.call, m2_str_or(s->look.path, "Subnets"), s->item);
}

struct m2_nw *m2_nw_judge(struct m2_check_run *r)
{
    struct m2_nw *n = m2_arena_alloc(r->arena, sizeof *n);
    n->run = r;
    n->s = r->snap;
    n->a = r->arena;
    n->account = m2_str_empty(n->s->account) ? NULL : n->s->account;
    m2_nw_read_target(n);
    m2_nw_read_dests(n);
    n->acls = m2_nw_gather(n, "DescribeNetworkAcls", "NetworkAcls", "NetworkAclId",
                           n->vpcs.len ? n->vpcs.at[0]->id : NULL, false);
    for (size_t i = 0; i < n->subnets.len; i++) {
        struct m2_nw_subnet *s = &n->subnets.at[i];
        if (s->item && !s->usable)
            ipv6_only(n, s);
        for (size_t d = 0; d < n->n_dests && s->usable; d++)
            judge_one(n, s, d);
    }
    m2_nw_check_subnets(n);
    m2_nw_check_dns(n);
    m2_nw_check_ingress(n);
    return n;
}
