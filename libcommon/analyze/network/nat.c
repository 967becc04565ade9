/* The gateways of the internet path: is the internet gateway attached, does the NAT gateway work. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/str.h"

static bool attached_to(const struct m2_value *igw, const char *vpc)
{
    const struct m2_value *link;
    m2_v_each(link, i, m2_v_get(igw, "Attachments"))
    {
        const char *state = m2_v_str(link, "State");
        if (m2_str_eq(m2_v_str(link, "VpcId"), vpc) &&
            (!state || m2_str_eq_ci(state, "available") || m2_str_eq_ci(state, "attached")))
            return true;
    }
    return false;
}

bool m2_nw_attached(const struct m2_nw_vpc *vpc, const char *id)
{
    const struct m2_nw_item *igw = m2_nw_find(&vpc->igws, "InternetGatewayId", id);
    return igw && attached_to(igw->v, vpc->id);
}

enum m2_nw_way m2_nw_igw(struct m2_nw *n, struct m2_nw_subnet *subnet, const char *id, size_t dest)
{
    struct m2_nw_vpc *vpc = subnet->vpc;
    const struct m2_nw_item *igw = m2_nw_find(&vpc->igws, "InternetGatewayId", id);
    struct m2_look gap;
    bool fresh;
    if (igw && attached_to(igw->v, vpc->id))
        return M2_NW_WAY_OPEN;
    if (!igw && m2_nw_uncertain(n, vpc, &vpc->igws, "DescribeInternetGateways", &gap)) {
        m2_nw_gap(n, M2_NW_EGRESS, subnet->id, &gap, dest);
        return M2_NW_WAY_UNKNOWN;
    }
    struct m2_nw_fault *f =
        m2_nw_fault(n, M2_NW_EGRESS, M2_FAIL, "net.igw-detached", subnet->id, id, dest, &fresh);
    if (fresh) {
        f->what = m2_arena_printf(n->a, "The route to the internet leads to %s, which is not attached to %s.",
                                  id, vpc->id);
        f->command =
            m2_arena_printf(n->a, "aws ec2 attach-internet-gateway --internet-gateway-id %s --vpc-id %s",
                            m2_word(n->a, id), m2_word(n->a, vpc->id));
        if (igw)
            m2_nw_evidence(n, f, igw->call, m2_arena_printf(n->a, "%s.Attachments", igw->path),
                           m2_v_get(igw->v, "Attachments"));
        m2_nw_about(n, f, id);
        m2_nw_about(n, f, vpc->id);
    }
    return M2_NW_WAY_SHUT;
}

/* Which member of the gateway shows the fault. */
static const struct {
    const char *cause, *member;
} telling[] = {
    { "net.nat-not-available", "State" },
    { "net.nat-private-connectivity", "ConnectivityType" },
    { "net.nat-in-private-subnet", "SubnetId" },
};

static struct m2_nw_fault *nat_fault(struct m2_nw *n, const char *cause, struct m2_nw_subnet *subnet,
                                     const struct m2_nw_item *nat, const char *id, size_t dest,
                                     const char *what)
{
    bool fresh;
    struct m2_nw_fault *f = m2_nw_fault(n, M2_NW_EGRESS, M2_FAIL, cause, subnet->id, id, dest, &fresh);
    if (!fresh)
        return f;
    f->what = what;
    for (size_t i = 0; nat && i < sizeof telling / sizeof telling[0]; i++)
        if (m2_str_eq(telling[i].cause, cause))
            m2_nw_evidence(n, f, nat->call, m2_arena_printf(n->a, "%s.%s", nat->path, telling[i].member),
                           m2_v_get(nat->v, telling[i].member));
    m2_nw_about(n, f, id);
    return f;
}

static void not_available(struct m2_nw *n, struct m2_nw_subnet *subnet, const struct m2_nw_item *nat,
                          const char *id, size_t dest)
{
    const char *state = nat ? m2_str_or(m2_v_str(nat->v, "State"), "in no known state") : "gone";
    const char *code = nat ? m2_v_str(nat->v, "FailureCode") : NULL;
    const char *text = nat ? m2_v_str(nat->v, "FailureMessage") : NULL;
    const char *what = m2_arena_printf(n->a, "The route to the internet leads to %s, which is %s%s%s%s%s.",
                                       id, state, code || text ? " (" : "", m2_str_or(code, ""),
                                       text ? m2_arena_printf(n->a, "%s%s", code ? ": " : "", text) : "",
                                       code || text ? ")" : "");
    struct m2_nw_fault *f = nat_fault(n, "net.nat-not-available", subnet, nat, id, dest, what);
    if (m2_str_eq(state, "pending"))
        f->fix = "Wait until the NAT gateway is available (a few minutes), then run this again.";
    else
        f->command = "aws ec2 describe-nat-gateways --filter Name=state,Values=available --query "
                     "'NatGateways[].[NatGatewayId,VpcId,SubnetId]' --output text";
}

/* The table that carries the NAT's own traffic: of its subnet, or of the regional NAT itself. */
static const struct m2_nw_item *nat_table(struct m2_nw *n, struct m2_nw_vpc *vpc,
                                          const struct m2_nw_item *nat, bool regional, struct m2_look *gap)
{
    const char *table = m2_v_str(nat->v, "RouteTableId");
    if (!regional)
        return m2_nw_table(n, vpc, m2_str_or(m2_v_str(nat->v, "SubnetId"), ""), gap);
    const struct m2_nw_item *item = table ? m2_nw_find(&vpc->tables, "RouteTableId", table) : NULL;
    if (!item && !m2_nw_uncertain(n, vpc, &vpc->tables, "DescribeRouteTables", gap)) {
        *gap = (struct m2_look){ .seen = M2_UNSEEN, .right = "ec2:DescribeRouteTables" };
        gap->why = m2_arena_printf(n->a, "ec2:DescribeRouteTables does not show the route table of %s.",
                                   m2_v_str(nat->v, "NatGatewayId"));
    }
    return item;
}

static enum m2_nw_way nat_beyond(struct m2_nw *n, struct m2_nw_subnet *subnet, const struct m2_nw_item *nat,
                                 const char *id, bool regional, size_t dest)
{
    struct m2_look gap;
    const struct m2_nw_item *table = nat_table(n, subnet->vpc, nat, regional, &gap);
    if (!table) {
        m2_nw_gap(n, M2_NW_EGRESS, subnet->id, &gap, dest);
        return M2_NW_WAY_UNKNOWN;
    }
    struct m2_nw_shares shares = m2_nw_route(n, table, n->dests[dest].at);
    bool any = false;
    enum m2_nw_way worst = M2_NW_WAY_OPEN;
    for (size_t i = 0; i < shares.list.len; i++) {
        const struct m2_value *route = shares.list.at[i].route;
        const char *target = NULL;
        if (m2_nw_route_target(route, &target) != M2_NW_TO_IGW)
            continue;
        any = true;
        enum m2_nw_way way = m2_nw_igw(n, subnet, target, dest);
        if (way == M2_NW_WAY_OPEN && m2_str_eq(m2_v_str(route, "State"), "blackhole"))
            any = false;
        worst = way > worst ? way : worst;
    }
    if (any)
        return worst;
    const char *where = m2_v_str(table->v, "RouteTableId"), *nat_subnet = m2_v_str(nat->v, "SubnetId");
    struct m2_nw_fault *f =
        nat_fault(n, "net.nat-in-private-subnet", subnet, nat, id, dest,
                  m2_arena_printf(n->a,
                                  "%s %s%s cannot reach the internet itself: route table %s has no active "
                                  "route to an internet gateway.",
                                  id, regional ? "" : "in ", regional ? "" : nat_subnet, where));
    m2_nw_evidence(n, f, table->call, m2_arena_printf(n->a, "%s.Routes", table->path),
                   m2_v_get(table->v, "Routes"));
    m2_nw_about(n, f, nat_subnet);
    for (size_t i = 0; i < subnet->vpc->igws.items.len && !f->command; i++) {
        const struct m2_value *igw = subnet->vpc->igws.items.at[i].v;
        if (attached_to(igw, subnet->vpc->id))
            f->command = m2_arena_printf(
                n->a,
                "aws ec2 create-route --route-table-id %s --destination-cidr-block 0.0.0.0/0 --gateway-id %s",
                m2_word(n->a, where), m2_word(n->a, m2_v_str(igw, "InternetGatewayId")));
    }
    return M2_NW_WAY_SHUT;
}

static bool has_public_address(const struct m2_value *nat)
{
    const struct m2_value *addresses = m2_v_get(nat, "NatGatewayAddresses"), *one;
    m2_v_each(one, i, addresses) if (m2_v_str(one, "PublicIp")) return true;
    return m2_v_len(addresses) == 0; /* not said */
}

enum m2_nw_way m2_nw_nat(struct m2_nw *n, struct m2_nw_subnet *subnet, const char *id, size_t dest,
                         const char **nat_subnet)
{
    struct m2_nw_vpc *vpc = subnet->vpc;
    const struct m2_nw_item *nat = m2_nw_find(&vpc->nats, "NatGatewayId", id);
    struct m2_look gap;
    if (!nat && m2_nw_uncertain(n, vpc, &vpc->nats, "DescribeNatGateways", &gap)) {
        m2_nw_gap(n, M2_NW_EGRESS, subnet->id, &gap, dest);
        return M2_NW_WAY_UNKNOWN;
    }
    bool dead = !nat || !m2_str_eq_ci(m2_v_str(nat->v, "State"), "available");
    if (dead)
        not_available(n, subnet, nat, id, dest);
    /* One that comes, or is to be made again in its place, has to meet the rest too. */
    if (!nat || m2_str_eq_ci(m2_v_str(nat->v, "State"), "deleted") ||
        m2_str_eq_ci(m2_v_str(nat->v, "State"), "deleting"))
        return M2_NW_WAY_SHUT;
    bool regional = m2_str_eq_ci(m2_v_str(nat->v, "AvailabilityMode"), "regional");
    *nat_subnet = regional ? NULL : m2_v_str(nat->v, "SubnetId");
    bool private = m2_str_eq_ci(m2_v_str(nat->v, "ConnectivityType"), "private");
    if (private) {
        struct m2_nw_fault *f = nat_fault(
            n, "net.nat-private-connectivity", subnet, nat, id, dest,
            m2_arena_printf(
                n->a,
                "The route to the internet leads to %s, a private NAT gateway without a public address.",
                id));
        if (*nat_subnet)
            f->command =
                m2_arena_printf(n->a,
                                "aws ec2 create-nat-gateway --subnet-id %s --connectivity-type public "
                                "--allocation-id \"$(aws ec2 allocate-address --domain vpc --query "
                                "AllocationId --output text)\"",
                                m2_word(n->a, *nat_subnet));
    } else if (!dead && !regional && !has_public_address(nat->v)) {
        nat_fault(
            n, "net.nat-not-available", subnet, nat, id, dest,
            m2_arena_printf(n->a, "The route to the internet leads to %s, which has no public address.", id));
        private = true;
    }
    enum m2_nw_way beyond = nat_beyond(n, subnet, nat, id, regional, dest);
    return private || dead ? M2_NW_WAY_SHUT : beyond;
}
