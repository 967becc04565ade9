/* Endpoints that exist and are not used: the reason, where it matters. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/str.h"

struct idle {
    struct m2_nw *n;
    struct m2_nw_subnet *subnet;
    const struct m2_nw_item *item;
    const char *id;
    size_t dest;
    bool open; /* the internet path works */
};

static struct m2_nw_fault *fault(const struct idle *e, enum m2_nw_check check, enum m2_status status,
                                 const char *cause, const char *resource, const char *member, bool *fresh)
{
    struct m2_nw_fault *f = m2_nw_fault(e->n, check, status, cause, resource, NULL, e->dest, fresh);
    m2_nw_hit(e->n, f, e->subnet->id);
    if (*fresh) {
        m2_nw_evidence(e->n, f, e->item->call, m2_arena_printf(e->n->a, "%s.%s", e->item->path, member),
                       m2_v_get(e->item->v, member));
        m2_nw_about(e->n, f, e->id);
        m2_nw_about(e->n, f, e->subnet->vpc->id);
    }
    return f;
}

static bool not_available(const struct idle *e)
{
    bool fresh, interface = m2_nw_is_type(e->item->v, "Interface");
    /* An interface endpoint that would not take the traffic anyway is not missed. */
    if (interface && e->open && !m2_v_bool_or(e->item->v, "PrivateDnsEnabled", false))
        return false;
    struct m2_nw_fault *f = fault(e, M2_NW_ENDPOINTS, e->open ? M2_WARN : M2_FAIL,
                                  "net.endpoint-not-available", e->id, "State", &fresh);
    if (!fresh)
        return true;
    const char *state = m2_str_or(m2_v_str(e->item->v, "State"), "not shown");
    const char *text = m2_v_pstr(e->item->v, "LastError.Message");
    f->what = m2_arena_printf(e->n->a, "Endpoint %s (%s) is in state %s%s%s%s.", e->id,
                              m2_v_str(e->item->v, "ServiceName"), state, text ? " (" : "",
                              m2_str_or(text, ""), text ? ")" : "");
    f->command = m2_arena_printf(e->n->a,
                                 "aws ec2 describe-vpc-endpoints --vpc-endpoint-ids %s --query "
                                 "'VpcEndpoints[].[State,LastError]'",
                                 m2_word(e->n->a, e->id));
    return true;
}

static bool names_off(const struct idle *e)
{
    bool fresh;
    struct m2_nw_vpc *vpc = e->subnet->vpc;
    if (e->open)
        return false;
    if (m2_v_bool_or(e->item->v, "PrivateDnsEnabled", false)) {
        if (vpc->dns_hostnames != 0)
            return false;
        struct m2_nw_fault *f =
            fault(e, M2_NW_DNS, M2_FAIL, "net.dns-hostnames-off", vpc->id, "PrivateDnsEnabled", &fresh);
        if (fresh) {
            f->what = m2_arena_printf(
                e->n->a,
                "%s has enableDnsHostnames off, so the private names of its endpoints (%s) do not "
                "resolve and no other path is left.",
                vpc->id, e->id);
            f->command =
                m2_arena_printf(e->n->a, "aws ec2 modify-vpc-attribute --vpc-id %s --enable-dns-hostnames",
                                m2_word(e->n->a, vpc->id));
            m2_nw_evidence(e->n, f, vpc->dns_hostnames_look.call, "EnableDnsHostnames",
                           vpc->dns_hostnames_look.item);
        }
        return true;
    }
    struct m2_nw_fault *f = fault(e, M2_NW_ENDPOINTS, M2_FAIL, "net.endpoint-private-dns-off", e->id,
                                  "PrivateDnsEnabled", &fresh);
    if (fresh) {
        f->what = m2_arena_printf(
            e->n->a,
            "Endpoint %s (%s) has private DNS off: the service's name leads to its public addresses, "
            "to which there is no path.",
            e->id, m2_v_str(e->item->v, "ServiceName"));
        f->command =
            m2_arena_printf(e->n->a, "aws ec2 modify-vpc-endpoint --vpc-endpoint-id %s --private-dns-enabled",
                            m2_word(e->n->a, e->id));
    }
    return true;
}

static bool not_associated(const struct idle *e)
{
    bool fresh;
    struct m2_look gap;
    const struct m2_nw_item *table = m2_nw_table(e->n, e->subnet->vpc, e->subnet->id, &gap);
    if (e->open || !table || !m2_str_eq(e->n->dests[e->dest].region, e->n->region))
        return false;
    const char *id = m2_v_str(table->v, "RouteTableId");
    struct m2_nw_fault *f =
        fault(e, M2_NW_ENDPOINTS, M2_FAIL, "net.s3-endpoint-not-associated", e->id, "RouteTableIds", &fresh);
    if (fresh) {
        f->what =
            m2_arena_printf(e->n->a,
                            "Route table %s of %s has no route to the S3 gateway endpoint %s, and no other "
                            "path to S3.",
                            id, e->subnet->id, e->id);
        f->command = m2_arena_printf(
            e->n->a, "aws ec2 modify-vpc-endpoint --vpc-endpoint-id %s --add-route-table-ids %s",
            m2_word(e->n->a, e->id), m2_word(e->n->a, id));
        m2_nw_about(e->n, f, id);
    }
    return true;
}

bool m2_nw_private_refused(struct m2_nw *n, struct m2_nw_subnet *subnet, size_t dest, bool open)
{
    bool any = false;
    for (size_t i = 0; i < subnet->vpc->endpoints.items.len; i++) {
        const struct m2_nw_item *item = &subnet->vpc->endpoints.items.at[i];
        struct idle e = { n, subnet, item, m2_v_str(item->v, "VpcEndpointId"), dest, open };
        bool interface = m2_nw_is_type(item->v, "Interface");
        if (!m2_nw_serves(item->v, &n->dests[dest]) || (interface && m2_nw_inbound_only(item->v)))
            continue;
        const char *state = m2_v_str(item->v, "State");
        if (m2_str_eq_ci(state, "deleted"))
            continue;
        bool said = !m2_nw_is_available(item->v) ? not_available(&e)
                    : interface                  ? names_off(&e)
                                                 : not_associated(&e);
        if (said && !open)
            m2_nw_as_meant(n, subnet, item, dest);
        any = said || any;
    }
    return any;
}
