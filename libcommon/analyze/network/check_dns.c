/* Do names resolve in the task's VPCs? */
#include <string.h>

#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/buf.h"
#include "m2/str.h"

/* The VPC's own resolver, by name or by address (the base of the VPC's range plus two). */
static bool is_amazon(const struct m2_nw *n, const struct m2_nw_vpc *vpc, const char *server)
{
    if (m2_str_eq_ci(server, "AmazonProvidedDNS") || m2_str_eq(server, "169.254.169.253") ||
        m2_str_eq(server, "fd00:ec2::253"))
        return true;
    struct m2_cidr c;
    const char *range = m2_v_str(vpc->item.v, "CidrBlock");
    if (!range || !m2_cidr_parse(&c, range) || c.family != 4)
        return false;
    c.ip[3] = (uint8_t)(c.ip[3] + 2);
    const char *resolver = m2_arena_printf(n->a, "%u.%u.%u.%u", c.ip[0], c.ip[1], c.ip[2], c.ip[3]);
    return m2_str_eq(server, resolver);
}

static void servers(struct m2_nw *n, struct m2_nw_vpc *vpc)
{
    const char *id = m2_v_str(vpc->item.v, "DhcpOptionsId");
    if (!vpc->item.v)
        m2_nw_gap(n, M2_NW_DNS, vpc->id, &vpc->gap, M2_NW_NO_DEST);
    if (!id || m2_str_eq(id, "default"))
        return;
    struct m2_look look =
        m2_look_item(n->s, "ec2", "DescribeDhcpOptions", "DhcpOptions", "DhcpOptionsId", id);
    if (look.seen == M2_UNSEEN)
        m2_nw_gap(n, M2_NW_DNS, vpc->id, &look, M2_NW_NO_DEST);
    const struct m2_value *row, *value;
    struct m2_buf custom;
    m2_buf_init(&custom, 2048);
    m2_v_each(row, i, m2_v_get(look.item, "DhcpConfigurations")) if (m2_str_eq(m2_v_str(row, "Key"),
                                                                               "domain-name-servers"))
        m2_v_each(value, k, m2_v_get(row, "Values"))
    {
        const char *server = m2_v_str(value, "Value");
        if (server && !is_amazon(n, vpc, server))
            m2_buf_addf(&custom, "%s%s", custom.len ? ", " : "", server);
    }
    if (custom.len) {
        struct m2_nw_fault *f =
            m2_nw_fault(n, M2_NW_DNS, M2_WARN, "net.dns-custom-servers", vpc->id, NULL, M2_NW_NO_DEST, NULL);
        f->what = m2_arena_printf(
            n->a,
            "%s hands out its own DNS servers (%s). Names of AWS services and of endpoints resolve only "
            "if these forward to the VPC's resolver and the task reaches them on port 53.",
            vpc->id, custom.data);
        f->command =
            m2_arena_printf(n->a, "aws ec2 describe-dhcp-options --dhcp-options-ids %s", m2_word(n->a, id));
        m2_nw_evidence(n, f, look.call,
                       m2_arena_printf(n->a, "%s.DhcpConfigurations", m2_str_or(look.path, "DhcpOptions")),
                       m2_v_get(look.item, "DhcpConfigurations"));
    }
    m2_buf_free(&custom);
}

static uint32_t all_dests(const struct m2_nw *n)
{
    return n->n_dests >= 32 ? UINT32_MAX : ((uint32_t)1 << n->n_dests) - 1;
}

static void support(struct m2_nw *n, struct m2_nw_vpc *vpc)
{
    if (vpc->dns_support < 0)
        m2_nw_gap(n, M2_NW_DNS, vpc->id, &vpc->dns_support_look, M2_NW_NO_DEST);
    if (vpc->dns_support)
        return;
    struct m2_nw_fault *f =
        m2_nw_fault(n, M2_NW_DNS, M2_FAIL, "net.dns-support-off", vpc->id, NULL, M2_NW_NO_DEST, NULL);
    f->what = m2_arena_printf(n->a, "%s has enableDnsSupport off: no name resolves in it.", vpc->id);
    f->dests = all_dests(n);
    f->command = m2_arena_printf(n->a, "aws ec2 modify-vpc-attribute --vpc-id %s --enable-dns-support",
                                 m2_word(n->a, vpc->id));
    m2_nw_evidence(n, f, vpc->dns_support_look.call, "EnableDnsSupport", vpc->dns_support_look.item);
    for (size_t i = 0; i < n->subnets.len; i++)
        if (n->subnets.at[i].vpc == vpc)
            m2_nw_hit(n, f, n->subnets.at[i].id);
}

/* Host names matter to the private names of interface endpoints alone. */
static void hostnames(struct m2_nw *n, struct m2_nw_vpc *vpc)
{
    struct m2_look gap;
    if (vpc->dns_hostnames >= 0)
        return;
    bool matters = m2_nw_uncertain(n, vpc, &vpc->endpoints, "DescribeVpcEndpoints", &gap);
    for (size_t i = 0; i < vpc->endpoints.items.len; i++)
        matters = matters || m2_nw_is_type(vpc->endpoints.items.at[i].v, "Interface");
    if (matters)
        m2_nw_gap(n, M2_NW_DNS, vpc->id, &vpc->dns_hostnames_look, M2_NW_NO_DEST);
}

void m2_nw_check_dns(struct m2_nw *n)
{
    for (size_t i = 0; i < n->vpcs.len; i++) {
        support(n, n->vpcs.at[i]);
        hostnames(n, n->vpcs.at[i]);
        servers(n, n->vpcs.at[i]);
    }
}
