/* Which route takes a destination's addresses: longest prefix; same prefix: static, then prefix list, then
 * propagated. */
#include <stdlib.h>
#include <string.h>

#include "analyze/network/net.h"
#include "m2/str.h"

const struct m2_nw_item *m2_nw_table(struct m2_nw *n, struct m2_nw_vpc *vpc, const char *subnet,
                                     struct m2_look *gap)
{
    const struct m2_nw_item *chosen = NULL, *main_table = NULL;
    for (size_t i = 0; i < vpc->tables.items.len; i++) {
        const struct m2_nw_item *t = &vpc->tables.items.at[i];
        const struct m2_value *link;
        m2_v_each(link, k, m2_v_get(t->v, "Associations"))
        {
            const char *state = m2_v_pstr(link, "AssociationState.State");
            if (state && !m2_str_eq(state, "associated") && !m2_str_eq(state, "associating"))
                continue;
            if (m2_str_eq(m2_v_str(link, "SubnetId"), subnet))
                chosen = t;
            else if (m2_v_bool_or(link, "Main", false))
                main_table = t;
        }
    }
    if (chosen)
        return chosen;
    /* Without the whole list an explicit association may be among what was not shown. */
    if (vpc->tables.complete && main_table && !vpc->owner)
        return main_table;
    if (!m2_nw_uncertain(n, vpc, &vpc->tables, "DescribeRouteTables", gap)) {
        *gap = (struct m2_look){ .seen = M2_UNSEEN, .right = "ec2:DescribeRouteTables" };
        gap->why = m2_arena_printf(n->a, "ec2:DescribeRouteTables does not show the main route table of %s.",
                                   vpc->id);
    }
    return NULL;
}

struct candidate {
    const struct m2_value *route;
    size_t index;
    int bits, rank; /* rank: 0 static, 1 prefix list, 2 propagated */
    struct m2_set4 at;
    const char *text;
};

struct candidates {
    M2_VEC(struct candidate) list;
};

static void add(struct m2_arena *a, struct candidates *c, const struct m2_value *route, size_t index,
                const char *text, int rank)
{
    struct m2_cidr cidr;
    if (!m2_cidr_parse(&cidr, text) || cidr.family != 4)
        return;
    struct candidate one = { route, index, cidr.bits, rank, m2_set4_of(a, &cidr), text };
    m2_vec_push(a, &c->list, one);
}

static int by_priority(const void *x, const void *y)
{
    const struct candidate *a = x, *b = y;
    if (a->bits != b->bits)
        return b->bits - a->bits;
    if (a->rank != b->rank)
        return a->rank - b->rank;
    int c = strcmp(a->text, b->text);
    return c ? c : (a->index > b->index) - (a->index < b->index);
}

/* A prefix list route has the entries' prefixes. A living gateway endpoint's is judged by its own rule
 * (endpoint.c). */
static void add_list(const struct m2_nw *n, struct candidates *c, struct m2_nw_shares *out,
                     const struct m2_value *route, size_t index, const char *id)
{
    struct m2_set4 all;
    const char *target = NULL;
    if (m2_nw_route_target(route, &target) == M2_NW_TO_ENDPOINT &&
        !m2_str_eq(m2_v_str(route, "State"), "blackhole"))
        return;
    if (!m2_nw_prefix_list(n, id, &all, &out->gap)) {
        out->unsure = true;
        return;
    }
    const struct m2_value *entry;
    const struct m2_call *call = m2_call_about(n->s, "ec2", "GetManagedPrefixListEntries", id);
    struct m2_look look = m2_look_item(n->s, "ec2", "DescribePrefixLists", "PrefixLists", "PrefixListId", id);
    if (look.seen == M2_SEEN)
        m2_v_each(entry, i, m2_v_get(look.item, "Cidrs")) add(n->a, c, route, index, m2_v_text(entry), 1);
    else if (call)
        m2_v_each(entry, i, m2_v_get(call->output, "Entries"))
            add(n->a, c, route, index, m2_v_str(entry, "Cidr"), 1);
}

static const char *route_path(const struct m2_nw *n, const struct m2_nw_item *table, size_t index)
{
    return m2_arena_printf(n->a, "%s.Routes[%zu]", table->path, index);
}

/* Addresses taken by several prefixes of one route make one share. */
static void give(const struct m2_nw *n, struct m2_nw_shares *out, const struct candidate *c, const char *path,
                 struct m2_set4 part)
{
    for (size_t i = 0; i < out->list.len; i++) {
        struct m2_nw_share *s = &out->list.at[i];
        if (s->route == c->route) {
            s->at = m2_set4_or(n->a, s->at, part);
            return;
        }
    }
    struct m2_nw_share share = { c->route, path, c->bits, part };
    m2_vec_push(n->a, &out->list, share);
}

struct m2_nw_shares m2_nw_route(const struct m2_nw *n, const struct m2_nw_item *table, struct m2_set4 to)
{
    struct m2_nw_shares out = { 0 };
    struct candidates c = { 0 };
    const struct m2_value *route;
    m2_v_each(route, i, m2_v_get(table->v, "Routes"))
    {
        const char *list = m2_v_str(route, "DestinationPrefixListId");
        bool propagated = m2_str_eq(m2_v_str(route, "Origin"), "EnableVgwRoutePropagation");
        if (m2_str_eq(m2_v_str(route, "State"), "filtered"))
            continue; /* a propagated route that loses to another of the same prefix */
        if (list)
            add_list(n, &c, &out, route, i, list);
        else
            add(n->a, &c, route, i, m2_v_str(route, "DestinationCidrBlock"), propagated ? 2 : 0);
    }
    if (c.list.len)
        qsort(c.list.at, c.list.len, sizeof c.list.at[0], by_priority);
    for (size_t i = 0; i < c.list.len; i++) {
        const struct candidate *one = &c.list.at[i];
        const char *path = route_path(n, table, one->index);
        if (one->bits == 0 && !out.fallback) {
            out.fallback = one->route;
            out.fallback_path = path;
        }
        struct m2_set4 part = m2_set4_and(n->a, to, one->at);
        if (!part.len)
            continue;
        to = m2_set4_minus(n->a, to, one->at);
        give(n, &out, one, path, part);
    }
    if (to.len) {
        struct m2_nw_share rest = { .path = m2_arena_printf(n->a, "%s.Routes", table->path), .at = to };
        m2_vec_push(n->a, &out.list, rest);
    }
    return out;
}

enum m2_nw_target m2_nw_route_target(const struct m2_value *route, const char **id)
{
    static const struct {
        const char *key;
        enum m2_nw_target target;
    } rows[] = {
        { "NatGatewayId", M2_NW_TO_NAT },
        { "EgressOnlyInternetGatewayId", M2_NW_TO_IPV6_ONLY },
        { "VpcPeeringConnectionId", M2_NW_TO_PEERING },
        { "TransitGatewayId", M2_NW_TO_ELSEWHERE },
        { "NetworkInterfaceId", M2_NW_TO_ELSEWHERE },
        { "InstanceId", M2_NW_TO_ELSEWHERE },
        { "CarrierGatewayId", M2_NW_TO_ELSEWHERE },
        { "LocalGatewayId", M2_NW_TO_ELSEWHERE },
        { "CoreNetworkArn", M2_NW_TO_ELSEWHERE },
        { "VpcEndpointId", M2_NW_TO_ENDPOINT },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        *id = m2_v_str(route, rows[i].key);
        if (!m2_str_empty(*id))
            return rows[i].target;
    }
    static const struct {
        const char *prefix;
        enum m2_nw_target target;
    } gateways[] = {
        { "local", M2_NW_TO_LOCAL },    { "igw-", M2_NW_TO_IGW },       { "vpce-", M2_NW_TO_ENDPOINT },
        { "vgw-", M2_NW_TO_ELSEWHERE }, { "nat-", M2_NW_TO_NAT },       { "eigw-", M2_NW_TO_IPV6_ONLY },
        { "pcx-", M2_NW_TO_PEERING },   { "tgw-", M2_NW_TO_ELSEWHERE },
    };
    *id = m2_v_str(route, "GatewayId");
    for (size_t i = 0; *id && i < sizeof gateways / sizeof gateways[0]; i++)
        if (m2_str_starts(*id, gateways[i].prefix))
            return gateways[i].target;
    return m2_str_empty(*id) ? M2_NW_TO_NOTHING : M2_NW_TO_ELSEWHERE;
}
