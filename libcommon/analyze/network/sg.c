/* Security groups: stateful, only allowing; any rule of any group of the task may open the way. */
#include <stdlib.h>
#include <string.h>

#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/buf.h"
#include "m2/str.h"

#define PORT 443

static bool speaks_https(const struct m2_value *p)
{
    const char *protocol = m2_str_or(m2_v_text(m2_v_get(p, "IpProtocol")), "");
    if (m2_str_eq(protocol, "-1"))
        return true;
    if (!m2_str_eq_ci(protocol, "tcp") && !m2_str_eq(protocol, "6"))
        return false;
    int64_t from = m2_v_int_or(p, "FromPort", 0), to = m2_v_int_or(p, "ToPort", 65535);
    return (from == -1 && to == -1) || (from <= PORT && PORT <= to);
}

/* A list that AWS keeps for one service (S3, DynamoDB, …) says nothing of other services, wherever their
 * addresses lie. */
static bool of_a_service(const struct m2_nw *n, const char *id)
{
    struct m2_look look = m2_look_item(n->s, "ec2", "DescribePrefixLists", "PrefixLists", "PrefixListId", id);
    return look.seen == M2_SEEN && m2_str_starts(m2_v_str(look.item, "PrefixListName"), "com.amazonaws.");
}

static void open_lists(struct m2_nw_open *out, const struct m2_nw *n, const struct m2_value *p,
                       const struct m2_nw_peer *peer)
{
    const struct m2_value *one;
    m2_v_each(one, i, m2_v_get(p, "PrefixListIds"))
    {
        const char *id = m2_v_str(one, "PrefixListId");
        struct m2_set4 at = { 0 };
        struct m2_look gap;
        if (id && peer->prefix_list && m2_str_eq(id, peer->prefix_list))
            out->by_id = true;
        else if (id && of_a_service(n, id))
            continue;
        else if (id && m2_nw_prefix_list(n, id, &at, &gap))
            out->at = m2_set4_or(n->a, out->at, at);
        else if (id) {
            out->unsure = true;
            out->gap = gap;
        }
    }
}

void m2_nw_sg_open(struct m2_nw_open *out, const struct m2_nw *n, const struct m2_value *permissions,
                   const struct m2_nw_peer *peer)
{
    const struct m2_value *p, *one;
    m2_v_each(p, i, permissions)
    {
        if (!speaks_https(p))
            continue;
        m2_v_each(one, k, m2_v_get(p, "IpRanges")) out->at =
            m2_set4_or(n->a, out->at, m2_set4_text(n->a, m2_v_str(one, "CidrIp")));
        m2_v_each(one, k, m2_v_get(p, "UserIdGroupPairs")) for (size_t g = 0; g < peer->groups.len;
                                                                g++) if (m2_str_eq(m2_v_str(one, "GroupId"),
                                                                                   peer->groups.at[g]))
            out->by_id = true;
        open_lists(out, n, p, peer);
    }
}

static int by_name(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* The ids of the task's groups that exist, sorted, "sg-1, sg-2". */
static const char *names(const struct m2_nw *n, const char **first)
{
    const char **ids = m2_arena_new_array(n->a, const char *, n->groups.len);
    size_t len = 0;
    for (size_t i = 0; i < n->groups.len; i++)
        if (n->groups.at[i].look.seen != M2_ABSENT)
            ids[len++] = n->groups.at[i].id;
    if (len)
        qsort(ids, len, sizeof ids[0], by_name);
    struct m2_buf b;
    m2_buf_init(&b, 4096);
    for (size_t i = 0; i < len; i++)
        m2_buf_addf(&b, "%s%s", i ? ", " : "", ids[i]);
    const char *text = m2_arena_strndup(n->a, b.data, b.len);
    m2_buf_free(&b);
    *first = len ? ids[0] : NULL;
    return text;
}

static void blocked(struct m2_nw *n, struct m2_nw_subnet *subnet, size_t dest, const struct m2_nw_peer *peer,
                    bool part)
{
    const char *first = NULL, *all = names(n, &first);
    bool fresh;
    if (!first)
        return; /* no group is left: net.security-group-missing says so */
    struct m2_nw_fault *f = m2_nw_fault(n, M2_NW_SG, part ? M2_WARN : M2_FAIL, "net.sg-blocks-egress", first,
                                        peer->rule, dest, &fresh);
    m2_nw_hit(n, f, subnet->id);
    if (!fresh)
        return;
    f->what = m2_arena_printf(n->a, "No outbound rule of %s allows TCP 443 to %s%s.", all,
                              part ? "all of " : "", peer->text);
    f->command = m2_arena_printf(
        n->a,
        "aws ec2 authorize-security-group-egress --group-id %s --ip-permissions "
        "%s",
        m2_word(n->a, first),
        m2_word(n->a, m2_arena_printf(n->a, "IpProtocol=tcp,FromPort=443,ToPort=443,%s", peer->rule)));
    for (size_t i = 0; i < n->groups.len; i++) {
        const struct m2_nw_group *g = &n->groups.at[i];
        m2_nw_about(n, f, g->item ? g->id : NULL);
        if (g->item)
            m2_nw_evidence(
                n, f, g->look.call,
                m2_arena_printf(n->a, "%s.IpPermissionsEgress", m2_str_or(g->look.path, "SecurityGroups")),
                m2_v_get(g->item, "IpPermissionsEgress"));
    }
}

void m2_nw_sg_egress(struct m2_nw *n, struct m2_nw_subnet *subnet, size_t dest, const struct m2_nw_peer *peer)
{
    struct m2_nw_open open = { 0 };
    const struct m2_look *unseen = NULL;
    for (size_t i = 0; i < n->groups.len; i++) {
        const struct m2_nw_group *g = &n->groups.at[i];
        if (g->item)
            m2_nw_sg_open(&open, n, m2_v_get(g->item, "IpPermissionsEgress"), peer);
        else if (g->look.seen == M2_UNSEEN)
            unseen = &g->look;
    }
    struct m2_set4 shut = m2_set4_minus(n->a, peer->at, open.at);
    if (open.by_id || (!shut.len && peer->at.len))
        return;
    struct m2_look gap = { .seen = M2_UNSEEN, .right = "ec2:DescribeSecurityGroups" };
    gap.why = "The task's security groups are not known: pass --security-group.";
    bool part = !m2_set4_equal(shut, peer->at);
    if (unseen)
        gap = *unseen;
    else if (open.unsure)
        gap = open.gap;
    else if (n->groups_known && part && peer->estimate) {
        gap = (struct m2_look){ .seen = M2_UNSEEN, .right = "ec2:DescribeNetworkInterfaces" };
        gap.why = m2_arena_printf(
            n->a,
            "The outbound rules open a part of the addresses where %s may be; which ones it has "
            "was not read.",
            peer->text);
    } else if (n->groups_known) {
        blocked(n, subnet, dest, peer, part);
        return;
    }
    m2_nw_gap(n, M2_NW_SG, subnet->id, &gap, dest);
}

/* ---- inbound ---- */

struct everyone {
    const char *shown;  /* "0.0.0.0/0" */
    const char *ranges; /* as the CLI takes them: "IpRanges=[{CidrIp=0.0.0.0/0}]" */
};

static bool has_range(const struct m2_value *ranges, const char *member, const char *cidr)
{
    const struct m2_value *one;
    m2_v_each(one, i, ranges)
    {
        if (m2_str_eq(m2_v_str(one, member), cidr))
            return true;
    }
    return false;
}

/* Two halves are the whole: 0.0.0.0/1 with 128.0.0.0/1. */
static bool parts_of_all(struct everyone *out, struct m2_nw *n, const struct m2_value *ranges)
{
    struct m2_set4 open = { 0 };
    const char *shown = NULL, *listed = NULL;
    const struct m2_value *one;
    m2_v_each(one, i, ranges)
    {
        const char *cidr = m2_str_or(m2_v_str(one, "CidrIp"), "");
        open = m2_set4_or(n->a, open, m2_set4_text(n->a, cidr));
        shown = shown ? m2_arena_printf(n->a, "%s, %s", shown, cidr) : cidr;
        listed = m2_arena_printf(n->a, "%s%s{CidrIp=%s}", m2_str_or(listed, ""), listed ? "," : "", cidr);
    }
    *out = (struct everyone){ shown, m2_arena_printf(n->a, "IpRanges=[%s]", m2_str_or(listed, "")) };
    return m2_set4_equal(open, m2_set4_text(n->a, "0.0.0.0/0"));
}

static bool open_to_all(struct everyone *out, struct m2_nw *n, const struct m2_value *p)
{
    static const struct {
        const char *list, *member, *cidr;
        struct everyone all;
    } families[] = {
        { "IpRanges", "CidrIp", "0.0.0.0/0", { "0.0.0.0/0", "IpRanges=[{CidrIp=0.0.0.0/0}]" } },
        { "Ipv6Ranges", "CidrIpv6", "::/0", { "::/0", "Ipv6Ranges=[{CidrIpv6=::/0}]" } },
    };
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        *out = families[i].all;
        if (has_range(m2_v_get(p, families[i].list), families[i].member, families[i].cidr))
            return true;
    }
    return parts_of_all(out, n, m2_v_get(p, "IpRanges"));
}

static void revoke(struct m2_nw *n, struct m2_nw_fault *f, const char *group, const struct m2_value *p,
                   const struct everyone *who)
{
    const char *protocol = m2_str_or(m2_v_text(m2_v_get(p, "IpProtocol")), "-1");
    int64_t from, to;
    const char *ports = "";
    if (m2_v_int_of(p, "FromPort", &from) && m2_v_int_of(p, "ToPort", &to))
        ports = m2_arena_printf(n->a, ",FromPort=%lld,ToPort=%lld", (long long)from, (long long)to);
    f->command = m2_arena_printf(
        n->a,
        "aws ec2 revoke-security-group-ingress --group-id %s --ip-permissions "
        "%s",
        m2_word(n->a, group),
        m2_word(n->a, m2_arena_printf(n->a, "IpProtocol=%s%s,%s", protocol, ports, who->ranges)));
    f->what = m2_arena_printf(
        n->a, "%s lets everyone (%s) in: protocol %s%s.", group, who->shown,
        m2_str_eq(protocol, "-1") ? "all" : protocol,
        *ports ? m2_arena_printf(n->a, ", ports %lld-%lld", (long long)from, (long long)to) : "");
}

void m2_nw_check_ingress(struct m2_nw *n)
{
    for (size_t i = 0; i < n->groups.len; i++) {
        const struct m2_nw_group *g = &n->groups.at[i];
        if (g->look.seen == M2_UNSEEN)
            m2_nw_gap(n, M2_NW_SG, g->id, &g->look, M2_NW_NO_DEST);
        const struct m2_value *p;
        m2_v_each(p, k, m2_v_get(g->item, "IpPermissions"))
        {
            struct everyone who;
            bool fresh;
            if (!open_to_all(&who, n, p))
                continue;
            struct m2_nw_fault *f =
                m2_nw_fault(n, M2_NW_SG, M2_WARN, "net.sg-open-ingress", g->id,
                            m2_arena_printf(n->a, "%s %s %s", m2_v_text(m2_v_get(p, "IpProtocol")),
                                            m2_str_or(m2_v_text(m2_v_get(p, "FromPort")), ""), who.shown),
                            M2_NW_NO_DEST, &fresh);
            if (!fresh)
                continue;
            revoke(n, f, g->id, p, &who);
            m2_nw_evidence(n, f, g->look.call,
                           m2_arena_printf(n->a, "%s.IpPermissions[%zu]", g->look.path, k), p);
        }
    }
}
