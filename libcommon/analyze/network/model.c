/* What the snapshot shows of a VPC, with the difference between "is not there" and "was not shown". */
#include <string.h>

#include "analyze/network/net.h"
#include "m2/str.h"
#include "snapshot/index.h"

static bool mentions(const struct m2_value *v, const char *text)
{
    if (m2_v_is(v, M2_STRING))
        return m2_str_eq(m2_v_text(v), text);
    bool object = m2_v_is(v, M2_OBJECT);
    for (size_t i = 0; i < m2_v_len(v); i++)
        if (mentions(object ? v->u.object.at[i].value : m2_v_at(v, i), text))
            return true;
    return false;
}

/* Does INPUT ask for a part only? */
static bool narrowed(const struct m2_value *input)
{
    if (!m2_v_is(input, M2_OBJECT))
        return false;
    for (size_t i = 0; i < m2_v_len(input); i++) {
        const struct m2_member *m = &input->u.object.at[i];
        bool filter =
            m2_str_starts(m->key, "Filter") || m2_str_ends(m->key, "Ids") || m2_str_ends(m->key, "Id");
        if (filter && m2_v_len(m->value) + (m2_v_is(m->value, M2_STRING) ? 1u : 0u) > 0)
            return true;
    }
    return false;
}

static struct m2_look unseen(const struct m2_nw *n, const char *operation, const struct m2_call *refused)
{
    struct m2_look look = { .seen = M2_UNSEEN, .call = refused };
    look.right = m2_arena_printf(n->a, "ec2:%s", operation);
    look.why = m2_look_why(n->a, look.right, refused);
    return look;
}

struct m2_nw_list m2_nw_gather(const struct m2_nw *n, const char *operation, const char *list,
                               const char *key, const char *vpc, bool in_vpc)
{
    struct m2_nw_list out = { 0 };
    const struct m2_call *refused = NULL;
    for (const struct m2_call *c = NULL; (c = m2_calls(n->s, "ec2", operation, c));) {
        bool whole = !narrowed(c->input) || (vpc && mentions(c->input, vpc));
        if (c->status != M2_CALL_OK) {
            refused = whole && !refused ? c : refused;
            continue;
        }
        out.complete = out.complete || (whole && m2_answer_complete(c));
        const struct m2_value *items = m2_v_get(c->output, list), *item;
        m2_v_each(item, i, items)
        {
            const char *id = m2_v_str(item, key);
            if (!id || (in_vpc && !m2_str_eq(m2_v_str(item, "VpcId"), vpc)) || m2_nw_find(&out, key, id))
                continue;
            struct m2_nw_item found = { item, c, m2_arena_printf(n->a, "%s[%zu]", list, i) };
            m2_vec_push(n->a, &out.items, found);
        }
    }
    if (!out.complete)
        out.gap = unseen(n, operation, refused);
    return out;
}

const struct m2_nw_item *m2_nw_find(const struct m2_nw_list *list, const char *key, const char *id)
{
    for (size_t i = 0; i < list->items.len; i++)
        if (m2_str_eq(m2_v_str(list->items.at[i].v, key), id))
            return &list->items.at[i];
    return NULL;
}

struct m2_look m2_nw_hidden(const struct m2_nw *n, const struct m2_nw_vpc *vpc, const char *operation)
{
    struct m2_look look = { .seen = M2_UNSEEN };
    look.right = m2_arena_printf(n->a, "ec2:%s", operation);
    look.why = m2_arena_printf(n->a,
                               "%s is shared by account %s, which does not show this part of it: %s must be "
                               "called by that account.",
                               vpc->id, vpc->owner, look.right);
    return look;
}

bool m2_nw_uncertain(const struct m2_nw *n, const struct m2_nw_vpc *vpc, const struct m2_nw_list *list,
                     const char *operation, struct m2_look *gap)
{
    if (!list->complete)
        *gap = list->gap;
    else if (vpc->owner)
        *gap = m2_nw_hidden(n, vpc, operation);
    else
        return false;
    return true;
}

/* 1, 0, or -1 with *look. ATTRIBUTE is the input's name, MEMBER the output's. */
static int vpc_attribute(const struct m2_nw *n, const char *vpc, const char *attribute, const char *member,
                         struct m2_look *look)
{
    const struct m2_call *refused = NULL;
    for (const struct m2_call *c = NULL; (c = m2_calls(n->s, "ec2", "DescribeVpcAttribute", c));) {
        const char *asked = m2_v_str(c->input, "Attribute");
        if (!mentions(c->input, vpc) && !m2_str_eq(m2_v_str(c->output, "VpcId"), vpc))
            continue;
        const struct m2_value *box = c->status == M2_CALL_OK ? m2_v_get(c->output, member) : NULL;
        if (m2_v_is(m2_v_get(box, "Value"), M2_BOOL)) {
            *look = (struct m2_look){ .seen = M2_SEEN, .item = box, .call = c, .path = member };
            return m2_v_bool_or(box, "Value", true);
        }
        if (c->status != M2_CALL_OK && (!asked || m2_str_eq_ci(asked, attribute)))
            refused = c;
    }
    *look = unseen(n, "DescribeVpcAttribute", refused);
    return -1;
}

static struct m2_set4 vpc_addresses(const struct m2_nw *n, const struct m2_value *vpc)
{
    struct m2_set4 all = m2_set4_text(n->a, m2_v_str(vpc, "CidrBlock"));
    const struct m2_value *part;
    m2_v_each(part, i, m2_v_get(vpc, "CidrBlockAssociationSet"))
    {
        const char *state = m2_v_pstr(part, "CidrBlockState.State");
        if (!state || m2_str_eq(state, "associated"))
            all = m2_set4_or(n->a, all, m2_set4_text(n->a, m2_v_str(part, "CidrBlock")));
    }
    return all;
}

struct m2_nw_vpc *m2_nw_vpc_of(struct m2_nw *n, const char *id, const char *owner)
{
    for (size_t i = 0; i < n->vpcs.len; i++)
        if (m2_str_eq(n->vpcs.at[i]->id, id))
            return n->vpcs.at[i];
    struct m2_nw_vpc *vpc = m2_arena_alloc(n->a, sizeof *vpc);
    vpc->id = id;
    if (owner && n->account && !m2_str_eq(owner, n->account))
        vpc->owner = owner;
    struct m2_look look = m2_look_item(n->s, "ec2", "DescribeVpcs", "Vpcs", "VpcId", id);
    if (look.seen == M2_SEEN)
        vpc->item = (struct m2_nw_item){ look.item, look.call, look.path };
    else
        vpc->gap = look.seen == M2_UNSEEN ? look : unseen(n, "DescribeVpcs", NULL);
    vpc->cidrs = vpc_addresses(n, look.item);
    vpc->tables = m2_nw_gather(n, "DescribeRouteTables", "RouteTables", "RouteTableId", id, true);
    vpc->igws =
        m2_nw_gather(n, "DescribeInternetGateways", "InternetGateways", "InternetGatewayId", id, false);
    vpc->nats = m2_nw_gather(n, "DescribeNatGateways", "NatGateways", "NatGatewayId", id, true);
    vpc->endpoints = m2_nw_gather(n, "DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId", id, true);
    vpc->dns_support = vpc_attribute(n, id, "enableDnsSupport", "EnableDnsSupport", &vpc->dns_support_look);
    vpc->dns_hostnames =
        vpc_attribute(n, id, "enableDnsHostnames", "EnableDnsHostnames", &vpc->dns_hostnames_look);
    m2_vec_push(n->a, &n->vpcs, vpc);
    return vpc;
}

/* ---- addresses ---- */

static struct m2_set4 of_texts(struct m2_arena *a, const char *const *texts, size_t count)
{
    struct m2_set4 all = { 0 };
    for (size_t i = 0; i < count; i++)
        all = m2_set4_or(a, all, m2_set4_text(a, texts[i]));
    return all;
}

struct m2_set4 m2_nw_public(struct m2_arena *a)
{
    static const char *const not_public[] = {
        "0.0.0.0/8",       "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",    "169.254.0.0/16",
        "172.16.0.0/12",   "192.0.0.0/24",   "192.0.2.0/24",  "192.168.0.0/16", "198.18.0.0/15",
        "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    };
    return m2_set4_minus(a, m2_set4_text(a, "0.0.0.0/0"),
                         of_texts(a, not_public, sizeof not_public / sizeof not_public[0]));
}

/*
 * Where the regional services of the aws partition answer: large blocks that are Amazon's as a whole, after
 * its published address list (ip-ranges.json). Coarse on purpose, and not all: it tells a route or rule that
 * can catch such traffic from one that cannot. Blocks of which others hold a part (18.0.0.0/11, 16.0.0.0/8,
 * 56.0.0.0/8) are left out: a route into these is somebody's own network, not a fault.
 */
struct m2_set4 m2_nw_aws_space(struct m2_arena *a)
{
    static const char *const blocks[] = {
        "3.0.0.0/8",     "13.32.0.0/11",  "13.112.0.0/12",  "13.208.0.0/12", "13.224.0.0/11",
        "15.160.0.0/11", "18.64.0.0/10",  "18.128.0.0/9",   "34.192.0.0/10", "35.152.0.0/13",
        "35.160.0.0/12", "35.176.0.0/13", "44.192.0.0/10",  "50.16.0.0/14",  "52.0.0.0/10",
        "52.64.0.0/12",  "52.84.0.0/14",  "52.88.0.0/13",   "52.192.0.0/11", "54.64.0.0/11",
        "54.144.0.0/12", "54.160.0.0/11", "54.192.0.0/10",  "98.80.0.0/12",  "100.20.0.0/14",
        "100.24.0.0/13", "107.20.0.0/14", "174.129.0.0/16", "184.72.0.0/15", "204.236.128.0/17",
    };
    return of_texts(a, blocks, sizeof blocks / sizeof blocks[0]);
}

const char *m2_nw_s3_list(const struct m2_nw *n)
{
    const char *name = m2_arena_printf(n->a, "com.amazonaws.%s.s3", n->region);
    struct m2_look look =
        m2_look_item(n->s, "ec2", "DescribePrefixLists", "PrefixLists", "PrefixListName", name);
    return look.seen == M2_SEEN ? m2_v_str(look.item, "PrefixListId") : NULL;
}

bool m2_nw_prefix_list(const struct m2_nw *n, const char *id, struct m2_set4 *out, struct m2_look *gap)
{
    struct m2_look look = m2_look_item(n->s, "ec2", "DescribePrefixLists", "PrefixLists", "PrefixListId", id);
    struct m2_set4 all = { 0 };
    const struct m2_value *entry;
    if (look.seen == M2_SEEN) {
        m2_v_each(entry, i, m2_v_get(look.item, "Cidrs")) all =
            m2_set4_or(n->a, all, m2_set4_text(n->a, m2_v_text(entry)));
        *out = all;
        return true;
    }
    const struct m2_call *c = m2_call_about(n->s, "ec2", "GetManagedPrefixListEntries", id);
    if (c && c->status == M2_CALL_OK) {
        m2_v_each(entry, i, m2_v_get(c->output, "Entries")) all =
            m2_set4_or(n->a, all, m2_set4_text(n->a, m2_v_str(entry, "Cidr")));
        *out = all;
        return true;
    }
    *gap = unseen(n, "GetManagedPrefixListEntries", c);
    return false;
}
