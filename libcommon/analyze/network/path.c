/* The way to a public address: which routes take the traffic, and whether what they lead to carries it. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/str.h"

struct leg {
    struct m2_nw *n;
    struct m2_nw_subnet *subnet;
    const struct m2_nw_item *table;
    size_t dest;
    struct m2_nw_internet *out;
};

static const char *table_id(const struct leg *l)
{
    return m2_str_or(m2_v_str(l->table->v, "RouteTableId"), "the route table");
}

static const char *destination_of(const struct m2_value *route)
{
    const char *cidr = m2_v_str(route, "DestinationCidrBlock");
    return cidr ? cidr : m2_str_or(m2_v_str(route, "DestinationPrefixListId"), "0.0.0.0/0");
}

static const char *table_subnet(const struct m2_value *association)
{
    return m2_v_str(association, "SubnetId");
}

/* A living way out that other subnets of the VPC use: for commands that can be pasted. */
static const char *way_out(const struct leg *l)
{
    const struct m2_nw_vpc *vpc = l->subnet->vpc;
    for (size_t i = 0; i < vpc->nats.items.len; i++) {
        const struct m2_value *nat = vpc->nats.items.at[i].v;
        if (m2_str_eq_ci(m2_v_str(nat, "State"), "available") &&
            !m2_str_eq_ci(m2_v_str(nat, "ConnectivityType"), "private"))
            return m2_arena_printf(l->n->a, "--nat-gateway-id %s",
                                   m2_word(l->n->a, m2_v_str(nat, "NatGatewayId")));
    }
    for (size_t i = 0; i < vpc->igws.items.len && l->n->public_ip == 1; i++) {
        const struct m2_value *igw = vpc->igws.items.at[i].v;
        if (m2_str_eq(m2_v_pstr(igw, "Attachments[0].VpcId"), vpc->id))
            return m2_arena_printf(l->n->a, "--gateway-id %s",
                                   m2_word(l->n->a, m2_v_str(igw, "InternetGatewayId")));
    }
    return NULL;
}

static struct m2_nw_fault *route_fault(struct leg *l, enum m2_status status, const char *cause,
                                       const struct m2_value *route, const char *path, const char *culprit,
                                       bool *fresh)
{
    struct m2_nw_fault *f =
        m2_nw_fault(l->n, M2_NW_EGRESS, status, cause, l->subnet->id, culprit, l->dest, fresh);
    if (*fresh) {
        m2_nw_evidence(l->n, f, l->table->call, path, route ? route : m2_v_path(l->table->v, "Routes"));
        m2_nw_about(l->n, f, table_id(l));
        m2_nw_about(l->n, f, l->subnet->vpc->id);
    }
    return f;
}

static void blackhole(struct leg *l, const struct m2_value *route, const char *path, const char *target)
{
    bool fresh;
    struct m2_nw_fault *f = route_fault(l, M2_FAIL, "net.blackhole-route", route, path, target, &fresh);
    if (!fresh)
        return;
    f->what = m2_arena_printf(l->n->a,
                              "Route table %s sends %s to %s, which no longer exists or cannot take traffic.",
                              table_id(l), destination_of(route), m2_str_or(target, "nothing"));
    m2_nw_about(l->n, f, target);
    const char *way = way_out(l), *cidr = m2_v_str(route, "DestinationCidrBlock");
    if (cidr && way)
        f->command = m2_arena_printf(
            l->n->a, "aws ec2 replace-route --route-table-id %s --destination-cidr-block %s %s",
            m2_word(l->n->a, table_id(l)), m2_word(l->n->a, cidr), way);
    else if (cidr)
        f->command =
            m2_arena_printf(l->n->a, "aws ec2 delete-route --route-table-id %s --destination-cidr-block %s",
                            m2_word(l->n->a, table_id(l)), m2_word(l->n->a, cidr));
}

/* GONE: the gateway is not there any more, which is said already; what else the way needs is judged still. */
static enum m2_nw_way through_igw(struct leg *l, const struct m2_value *route, const char *path,
                                  const char *igw, bool gone)
{
    enum m2_nw_way way = gone ? M2_NW_WAY_SHUT : m2_nw_igw(l->n, l->subnet, igw, l->dest);
    enum m2_nw_way bpa = m2_nw_bpa(l->n, l->subnet, false, NULL, l->dest);
    way = bpa > way ? bpa : way;
    if (l->n->public_ip < 0) {
        struct m2_look gap = { .seen = M2_UNSEEN, .right = "states:DescribeStateMachine" };
        gap.why = "Whether the tasks get a public IP is not known: pass --assign-public-ip, or let the state "
                  "machine be read.";
        m2_nw_gap(l->n, M2_NW_EGRESS, l->subnet->id, &gap, l->dest);
        return way == M2_NW_WAY_SHUT ? way : M2_NW_WAY_UNKNOWN;
    }
    if (l->n->public_ip == 1) {
        if (way == M2_NW_WAY_OPEN)
            m2_nw_note(l->n, l->subnet->id, l->dest, "through internet gateway %s with a public IP", igw);
        return way;
    }
    bool fresh;
    struct m2_nw_fault *f = route_fault(l, M2_FAIL, "net.igw-without-public-ip", route, path, igw, &fresh);
    if (fresh) {
        f->what = m2_arena_printf(
            l->n->a,
            "%s leads to internet gateway %s, but the tasks get no public IP (AssignPublicIp is "
            "not ENABLED), so no answer comes back.",
            l->subnet->id, igw);
        m2_nw_about(l->n, f, igw);
    }
    return M2_NW_WAY_SHUT;
}

static enum m2_nw_way through_nat(struct leg *l, const char *nat)
{
    const char *subnet = NULL;
    enum m2_nw_way way = m2_nw_nat(l->n, l->subnet, nat, l->dest, &subnet);
    l->out->nat = nat;
    l->out->nat_subnet = subnet;
    enum m2_nw_way bpa = m2_nw_bpa(l->n, l->subnet, true, subnet, l->dest);
    way = bpa > way ? bpa : way;
    if (way == M2_NW_WAY_OPEN)
        m2_nw_note(l->n, l->subnet->id, l->dest, "through NAT gateway %s", nat);
    return way;
}

/* Follows a dead route to what is known of its target, which says more than "blackhole": true when the target
 * itself was told to be what is wrong, so that one fault is not told twice. */
static bool told_behind_blackhole(struct leg *l, const struct m2_value *route, const char *path,
                                  enum m2_nw_target kind, const char *target)
{
    const struct m2_nw_vpc *vpc = l->subnet->vpc;
    if (kind == M2_NW_TO_IGW) {
        bool known = m2_nw_find(&vpc->igws, "InternetGatewayId", target) != NULL;
        (void)through_igw(l, route, path, target, !known);
        return known && !m2_nw_attached(vpc, target);
    }
    const struct m2_nw_item *nat =
        kind == M2_NW_TO_NAT ? m2_nw_find(&vpc->nats, "NatGatewayId", target) : NULL;
    if (nat) {
        (void)through_nat(l, target);
        return !m2_str_eq_ci(m2_v_str(nat->v, "State"), "available");
    }
    if (kind == M2_NW_TO_NAT)
        (void)m2_nw_bpa(l->n, l->subnet, true, NULL, l->dest);
    return false;
}

static enum m2_nw_way nowhere(struct leg *l, const struct m2_value *route, const char *path,
                              const char *cause, const char *target, const char *reason)
{
    bool fresh;
    struct m2_nw_fault *f = route_fault(l, M2_FAIL, cause, route, path, target, &fresh);
    if (fresh) {
        f->what = m2_arena_printf(l->n->a, "Route table %s sends %s to %s: %s.", table_id(l),
                                  destination_of(route), target, reason);
        m2_nw_about(l->n, f, target);
    }
    return M2_NW_WAY_SHUT;
}

static enum m2_nw_way beyond(struct leg *l, const struct m2_value *route, const char *path,
                             const char *target)
{
    bool fresh;
    struct m2_nw_fault *f =
        route_fault(l, M2_UNKNOWN, "net.route-unknown-beyond", route, path, target, &fresh);
    if (fresh) {
        f->what = m2_arena_printf(
            l->n->a,
            "Route table %s sends %s to %s; whether the far side passes it on to the internet "
            "cannot be seen from here.",
            table_id(l), destination_of(route), m2_str_or(target, "a target of unknown kind"));
        f->fix =
            "Check the far side, or start one test task in this subnet and see whether it pulls its image.";
        m2_nw_about(l->n, f, target);
    }
    return M2_NW_WAY_UNKNOWN;
}

static enum m2_nw_way follow(struct leg *l, const struct m2_value *route, const char *path)
{
    const char *target = NULL;
    enum m2_nw_target kind = m2_nw_route_target(route, &target);
    if (m2_str_eq(m2_v_str(route, "State"), "blackhole")) {
        if (!told_behind_blackhole(l, route, path, kind, target))
            blackhole(l, route, path, target);
        return M2_NW_WAY_SHUT;
    }
    switch (kind) {
    case M2_NW_TO_IGW:
        return through_igw(l, route, path, target, false);
    case M2_NW_TO_NAT:
        return through_nat(l, target);
    case M2_NW_TO_PEERING:
        return nowhere(l, route, path, "net.no-default-route", target,
                       "a peering connection never leads to the internet");
    case M2_NW_TO_IPV6_ONLY:
        return nowhere(l, route, path, "net.no-default-route", target,
                       "an egress-only gateway carries IPv6 alone");
    case M2_NW_TO_LOCAL:
        return nowhere(l, route, path, "net.more-specific-route", target,
                       "the VPC's own range holds public addresses");
    case M2_NW_TO_ENDPOINT:
    case M2_NW_TO_ELSEWHERE:
    case M2_NW_TO_NOTHING:
        break;
    }
    return beyond(l, route, path, target);
}

static void diverted(struct leg *l, const struct m2_nw_share *share, bool part, bool rescued)
{
    const char *target = NULL;
    bool fresh;
    (void)m2_nw_route_target(share->route, &target);
    struct m2_nw_fault *f = route_fault(l, part ? M2_WARN : M2_FAIL, "net.more-specific-route", share->route,
                                        share->path, destination_of(share->route), &fresh);
    if (!fresh)
        return;
    f->what = m2_arena_printf(
        l->n->a, "Route table %s sends %s to %s%s, %s of the addresses behind these names; %s.", table_id(l),
        destination_of(share->route), m2_str_or(target, "an unknown target"),
        m2_str_eq(m2_v_str(share->route, "State"), "blackhole") ? " (blackhole)" : "",
        part ? "a part" : "all",
        rescued ? "the route for 0.0.0.0/0 would carry them"
                : "that way does not work, nor does the route for 0.0.0.0/0");
    const char *list = m2_v_str(share->route, "DestinationPrefixListId");
    f->command = m2_arena_printf(l->n->a, "aws ec2 delete-route --route-table-id %s --%s %s",
                                 m2_word(l->n->a, table_id(l)),
                                 list ? "destination-prefix-list-id" : "destination-cidr-block",
                                 m2_word(l->n->a, destination_of(share->route)));
    m2_nw_about(l->n, f, target);
}

static void part_without_route(struct leg *l, const struct m2_nw_share *share)
{
    bool fresh;
    struct m2_nw_fault *f =
        route_fault(l, M2_WARN, "net.no-default-route", NULL, share->path, "part", &fresh);
    if (fresh)
        f->what = m2_arena_printf(
            l->n->a, "Route table %s covers only a part of the addresses behind these names.", table_id(l));
}

/* Where a share leads, without a word about it. */
static enum m2_nw_way way_of(struct leg *l, const struct m2_nw_share *s)
{
    l->n->quiet++;
    enum m2_nw_way way = s->route ? follow(l, s->route, s->path) : M2_NW_WAY_SHUT;
    l->n->quiet--;
    return way;
}

struct tally {
    size_t open, unknown;
    enum m2_nw_way fallback;
};

static struct tally count(struct leg *l, const struct m2_nw_shares *shares)
{
    const struct m2_nw_share rest = { .route = shares->fallback, .path = shares->fallback_path };
    struct tally t = { .fallback = shares->fallback ? way_of(l, &rest) : M2_NW_WAY_UNKNOWN };
    for (size_t i = 0; i < shares->list.len; i++) {
        enum m2_nw_way way = way_of(l, &shares->list.at[i]);
        t.open += way == M2_NW_WAY_OPEN;
        t.unknown += way == M2_NW_WAY_UNKNOWN;
    }
    return t;
}

/* What does not work is named by what it diverts, or by itself. */
static void name_share(struct leg *l, const struct m2_nw_shares *shares, const struct m2_nw_share *s,
                       const struct tally *t)
{
    enum m2_nw_way way = way_of(l, s);
    bool part = t->open > 0, whole = !part && !t->unknown;
    if (way != M2_NW_WAY_OPEN && s->bits > 0 && t->fallback == M2_NW_WAY_OPEN && (part || whole)) {
        diverted(l, s, part, true);
    } else if (way == M2_NW_WAY_SHUT && s->bits > 0 && t->fallback == M2_NW_WAY_SHUT && whole) {
        diverted(l, s, false, false); /* two faults, one behind the other */
        (void)follow(l, shares->fallback, shares->fallback_path);
    } else {
        (void)follow(l, s->route, s->path);
    }
}

static void walk(struct leg *l, const struct m2_nw_shares *shares)
{
    struct tally t = count(l, shares);
    for (size_t i = 0; i < shares->list.len; i++) {
        const struct m2_nw_share *s = &shares->list.at[i];
        if (s->route)
            name_share(l, shares, s, &t);
        else if (t.open)
            part_without_route(l, s);
        else
            l->out->no_route = shares->list.len == 1;
    }
    l->out->way = t.open ? M2_NW_WAY_OPEN : t.unknown ? M2_NW_WAY_UNKNOWN : M2_NW_WAY_SHUT;
}

struct m2_nw_internet m2_nw_internet(struct m2_nw *n, struct m2_nw_subnet *subnet, size_t dest)
{
    struct m2_nw_internet out = { .way = M2_NW_WAY_UNKNOWN };
    struct m2_look gap;
    struct leg l = { n, subnet, m2_nw_table(n, subnet->vpc, subnet->id, &gap), dest, &out };
    if (!l.table) {
        m2_nw_gap(n, M2_NW_EGRESS, subnet->id, &gap, dest);
        m2_nw_gap(n, M2_NW_ACL, subnet->id, &gap, dest);
        return out;
    }
    struct m2_nw_shares shares = m2_nw_route(n, l.table, n->dests[dest].at);
    walk(&l, &shares);
    if (shares.unsure) {
        out.no_route = false;
        m2_nw_gap(n, M2_NW_EGRESS, subnet->id, &shares.gap, dest);
        if (out.way == M2_NW_WAY_SHUT)
            out.way = M2_NW_WAY_UNKNOWN;
    }
    return out;
}

void m2_nw_no_route(struct m2_nw *n, struct m2_nw_subnet *subnet, size_t dest)
{
    struct m2_look gap;
    struct m2_nw_internet out;
    struct leg l = { n, subnet, m2_nw_table(n, subnet->vpc, subnet->id, &gap), dest, &out };
    bool fresh;
    if (!l.table)
        return;
    struct m2_nw_fault *f = route_fault(&l, M2_FAIL, "net.no-default-route", NULL,
                                        m2_arena_printf(n->a, "%s.Routes", l.table->path), NULL, &fresh);
    if (!fresh)
        return;
    bool own = false;
    const struct m2_value *link;
    m2_v_each(link, i, m2_v_get(l.table->v, "Associations")) own =
        own || m2_str_eq(table_subnet(link), subnet->id);
    f->what = m2_arena_printf(n->a, "Route table %s (%s of %s) has no route to the internet.", table_id(&l),
                              own ? "the table" : "the main table, in use because no other is associated,",
                              subnet->id);
    const char *way = way_out(&l);
    if (way)
        f->command = m2_arena_printf(
            n->a, "aws ec2 create-route --route-table-id %s --destination-cidr-block 0.0.0.0/0 %s",
            m2_word(n->a, table_id(&l)), way);
}
