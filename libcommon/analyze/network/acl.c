/* Network ACLs: stateless, rules by number, first match decides, the unnumbered last one denies. */
#include <stdlib.h>
#include <string.h>

#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/str.h"

#define LAST_RULE 32767

struct rule {
    int64_t number;
    bool allow;
    int first, last; /* ports */
    struct m2_set4 at;
};

struct rules {
    M2_VEC(struct rule) list;
};

static int by_number(const void *x, const void *y)
{
    const struct rule *a = x, *b = y;
    return (a->number > b->number) - (a->number < b->number);
}

/* The IPv4 rules of one direction that speak about TCP. */
static struct rules rules_of(struct m2_arena *a, const struct m2_value *acl, bool egress)
{
    struct rules out = { 0 };
    const struct m2_value *e;
    m2_v_each(e, i, m2_v_get(acl, "Entries"))
    {
        const char *protocol = m2_str_or(m2_v_text(m2_v_get(e, "Protocol")), "-1");
        bool all = m2_str_eq(protocol, "-1");
        if (m2_v_bool_or(e, "Egress", false) != egress || !m2_v_str(e, "CidrBlock") ||
            (!all && !m2_str_eq(protocol, "6") && !m2_str_eq_ci(protocol, "tcp")))
            continue;
        const struct m2_value *ports = all ? NULL : m2_v_get(e, "PortRange");
        struct rule r = {
            .number = m2_v_int_or(e, "RuleNumber", LAST_RULE),
            .allow = m2_str_eq_ci(m2_v_str(e, "RuleAction"), "allow"),
            .first = (int)m2_v_int_or(ports, "From", 0),
            .last = (int)m2_v_int_or(ports, "To", 65535),
            .at = m2_set4_text(a, m2_v_str(e, "CidrBlock")),
        };
        m2_vec_push(a, &out.list, r);
    }
    if (out.list.len)
        qsort(out.list.at, out.list.len, sizeof out.list.at[0], by_number);
    return out;
}

/* What one port lets through, and the number of the first rule that denies some of it. */
static struct m2_set4 allowed(struct m2_arena *a, const struct rules *rules, int port, struct m2_set4 peer,
                              int64_t *denied_by)
{
    struct m2_set4 open = { 0 };
    for (size_t i = 0; i < rules->list.len && peer.len; i++) {
        const struct rule *r = &rules->list.at[i];
        struct m2_set4 hit = m2_set4_and(a, peer, r->at);
        if (port < r->first || port > r->last || !hit.len)
            continue;
        peer = m2_set4_minus(a, peer, r->at);
        if (r->allow)
            open = m2_set4_or(a, open, hit);
        else if (r->number < *denied_by)
            *denied_by = r->number;
    }
    return open;
}

struct verdict {
    bool whole, part;
    int64_t rule;
};

static int ascending(const void *x, const void *y)
{
    return *(const int *)x - *(const int *)y;
}

/* A range is judged at the ports where some rule begins or ends: between them nothing changes. */
static struct verdict judge(struct m2_arena *a, const struct rules *rules, int first, int last,
                            struct m2_set4 peer)
{
    int *ports = m2_arena_new_array(a, int, 2 * rules->list.len + 1);
    size_t n = 0;
    ports[n++] = first;
    for (size_t i = 0; i < rules->list.len; i++) {
        const int edges[] = { rules->list.at[i].first, rules->list.at[i].last + 1 };
        for (size_t k = 0; k < 2; k++)
            if (edges[k] > first && edges[k] <= last)
                ports[n++] = edges[k];
    }
    qsort(ports, n, sizeof ports[0], ascending);
    struct verdict v = { .whole = true, .rule = LAST_RULE };
    for (size_t i = 0; i < n; i++) {
        if (i && ports[i] == ports[i - 1])
            continue;
        struct m2_set4 open = allowed(a, rules, ports[i], peer, &v.rule);
        v.whole = v.whole && !open.len;
        v.part = v.part || !m2_set4_equal(open, peer);
    }
    return v;
}

static const struct m2_nw_item *acl_of(const struct m2_nw *n, const char *subnet,
                                       const struct m2_value **association)
{
    for (size_t i = 0; i < n->acls.items.len; i++)
        m2_v_each(*association, k,
                  m2_v_get(n->acls.items.at[i].v,
                           "Associations")) if (m2_str_eq(m2_v_str(*association, "SubnetId"),
                                                          subnet)) return &n->acls.items.at[i];
    return NULL;
}

/* The nearest unused number before the rule that denies. */
static int64_t free_number(const struct m2_value *acl, bool egress, int64_t below)
{
    for (int64_t number = below - 1; number > 0; number--) {
        bool used = false;
        const struct m2_value *e;
        m2_v_each(e, i, m2_v_get(acl, "Entries")) used =
            used || (m2_v_bool_or(e, "Egress", false) == egress && m2_v_int_or(e, "RuleNumber", 0) == number);
        if (!used)
            return number;
    }
    return 0;
}

static void report(struct m2_nw *n, const struct m2_nw_hop *hop, const struct m2_nw_item *acl, bool reply,
                   const struct verdict *v, size_t dest)
{
    bool egress = hop->client != reply, fresh;
    int first = reply ? hop->reply_first : 443, last = reply ? hop->reply_last : 443;
    const char *id = m2_v_str(acl->v, "NetworkAclId");
    const char *ports = first == last ? "443" : m2_arena_printf(n->a, "%d-%d", first, last);
    const char *culprit = m2_arena_printf(n->a, "%s TCP %s %s %s", egress ? "outbound" : "inbound", ports,
                                          egress ? "to" : "from", hop->peer_cidr);
    struct m2_nw_fault *f =
        m2_nw_fault(n, M2_NW_ACL, v->whole && !hop->lenient ? M2_FAIL : M2_WARN,
                    reply ? "net.acl-blocks-return" : "net.acl-blocks-egress", id, culprit, dest, &fresh);
    m2_nw_hit(n, f, hop->task->id);
    if (!fresh)
        return;
    m2_nw_about(n, f, hop->subnet);
    f->what = m2_arena_printf(n->a, "Network ACL %s of %s denies %s%s by rule %s (the %s).", id, hop->subnet,
                              v->whole ? "" : "a part of ", culprit,
                              v->rule == LAST_RULE ? "*" : m2_arena_printf(n->a, "%lld", (long long)v->rule),
                              reply ? "answers to the task" : "requests of the task");
    m2_nw_evidence(n, f, acl->call, m2_arena_printf(n->a, "%s.Entries", acl->path),
                   m2_v_get(acl->v, "Entries"));
    int64_t number = free_number(acl->v, egress, v->rule);
    if (number)
        f->command = m2_arena_printf(
            n->a,
            "aws ec2 create-network-acl-entry --network-acl-id %s --rule-number %lld --protocol "
            "tcp --port-range From=%d,To=%d --cidr-block %s --%s --rule-action allow",
            m2_word(n->a, id), (long long)number, first, last, m2_word(n->a, hop->peer_cidr),
            egress ? "egress" : "ingress");
    else
        f->fix = "No rule number is left before the denying rule: give that rule a higher number first.";
}

bool m2_nw_acl(struct m2_nw *n, const struct m2_nw_hop *hop, size_t dest)
{
    const struct m2_value *association = NULL;
    const struct m2_nw_item *acl = acl_of(n, hop->subnet, &association);
    if (!acl) {
        struct m2_look gap = n->acls.gap;
        if (n->acls.complete) {
            gap = (struct m2_look){ .seen = M2_UNSEEN, .right = "ec2:DescribeNetworkAcls" };
            gap.why = m2_arena_printf(n->a, "ec2:DescribeNetworkAcls shows no ACL for %s.", hop->subnet);
        }
        m2_nw_gap(n, M2_NW_ACL, hop->task->id, &gap, dest);
        return false;
    }
    struct rules out = rules_of(n->a, acl->v, true), in = rules_of(n->a, acl->v, false);
    struct verdict request = judge(n->a, hop->client ? &out : &in, 443, 443, hop->peer);
    struct verdict reply =
        judge(n->a, hop->client ? &in : &out, hop->reply_first, hop->reply_last, hop->peer);
    if (request.part)
        report(n, hop, acl, false, &request, dest);
    if (reply.part)
        report(n, hop, acl, true, &reply, dest);
    return request.whole || reply.whole;
}
