/* Do the task's subnets and groups exist, fit together, and have room? */
#include <string.h>

#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/str.h"

#define FEW_ADDRESSES 8

static struct m2_nw_fault *fault(struct m2_nw *n, enum m2_status status, const char *cause,
                                 const char *resource, const struct m2_look *look)
{
    bool fresh;
    struct m2_nw_fault *f =
        m2_nw_fault(n, M2_NW_SUBNETS, status, cause, resource, NULL, M2_NW_NO_DEST, &fresh);
    if (look && look->call)
        m2_nw_evidence(n, f, look->call, m2_str_or(look->path, ""), look->item);
    return f;
}

static void missing(struct m2_nw *n, const struct m2_nw_subnet *s)
{
    const char *state = m2_v_str(s->item, "State");
    struct m2_nw_fault *f = fault(n, M2_FAIL, "net.subnet-missing", s->id, &s->look);
    f->what = s->item ? m2_arena_printf(n->a, "%s is in state %s, not available.", s->id, state)
                      : m2_arena_printf(n->a, "%s (from %s) does not exist in this account and region.",
                                        s->id, m2_str_or(n->from, "the target"));
    f->command =
        "aws ec2 describe-subnets --query 'Subnets[].[SubnetId,VpcId,AvailabilityZone]' --output text";
}

static void free_addresses(struct m2_nw *n, const struct m2_nw_subnet *s)
{
    int64_t left;
    if (!m2_v_int_of(s->item, "AvailableIpAddressCount", &left) || left >= FEW_ADDRESSES || !s->usable)
        return;
    struct m2_nw_fault *f = fault(n, left > 0 ? M2_WARN : M2_FAIL, "net.subnet-no-free-ips", s->id, NULL);
    f->what = m2_arena_printf(n->a, "%s (%s) has %lld free addresses; every task takes one.", s->id,
                              m2_str_or(s->cidr, ""), (long long)left);
    f->command =
        m2_arena_printf(n->a,
                        "aws ec2 describe-network-interfaces --filters Name=subnet-id,Values=%s --query "
                        "'NetworkInterfaces[].[NetworkInterfaceId,Status,Description]' --output text",
                        m2_word(n->a, s->id));
    m2_nw_evidence(n, f, s->look.call,
                   m2_arena_printf(n->a, "%s.AvailableIpAddressCount", m2_str_or(s->look.path, "Subnets")),
                   m2_v_get(s->item, "AvailableIpAddressCount"));
}

static void together(struct m2_nw *n)
{
    const struct m2_nw_subnet *first = NULL;
    bool vpcs = false, zones = false;
    size_t seen = 0;
    for (size_t i = 0; i < n->subnets.len; i++) {
        const struct m2_nw_subnet *s = &n->subnets.at[i];
        if (!s->item)
            continue;
        seen++;
        first = first ? first : s;
        vpcs = vpcs || !m2_str_eq(m2_v_str(s->item, "VpcId"), m2_v_str(first->item, "VpcId"));
        zones = zones || !s->zone || !m2_str_eq(s->zone, first->zone);
    }
    if (!first || (!vpcs && (zones || seen < 2)))
        return;
    struct m2_nw_fault *f =
        fault(n, vpcs ? M2_FAIL : M2_WARN, vpcs ? "net.subnets-different-vpc" : "net.subnets-same-az",
              m2_v_str(first->item, "VpcId"), NULL);
    f->what = vpcs ? "The task's subnets belong to different VPCs; RunTask refuses them."
                   : m2_arena_printf(
                         n->a, "All subnets of the task lie in zone %s: when it fails, no job can start.",
                         first->zone);
    for (size_t i = 0; i < n->subnets.len; i++) {
        const struct m2_nw_subnet *s = &n->subnets.at[i];
        if (!s->item)
            continue;
        m2_nw_hit(n, f, s->id);
        const char *member = vpcs ? "VpcId" : "AvailabilityZone";
        m2_nw_evidence(n, f, s->look.call,
                       m2_arena_printf(n->a, "%s.%s", m2_str_or(s->look.path, "Subnets"), member),
                       m2_v_get(s->item, member));
    }
}

/* ---- groups ---- */

/* An endpoint that does not know the operation: it has no such thing. */
static bool is_unknown_operation(const struct m2_call *c)
{
    static const char *const codes[] = {
        "500", "501", "404", "InvalidAction", "UnknownOperationException", "NotImplemented"
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if (c->status == M2_CALL_ERROR && m2_str_eq(c->code, codes[i]))
            return true;
    return false;
}

/* 1 associated, 0 not, -1 refused (*gap). A snapshot without that rare call counts as not. */
static int associated(struct m2_nw *n, const char *group, struct m2_look *gap)
{
    const struct m2_value *one;
    int answer = 0;
    for (const struct m2_call *c = NULL;
         (c = m2_calls(n->s, "ec2", "DescribeSecurityGroupVpcAssociations", c));) {
        if (is_unknown_operation(c))
            continue;
        if (c->status != M2_CALL_OK) {
            *gap = (struct m2_look){ .seen = M2_UNSEEN,
                                     .call = c,
                                     .right = "ec2:DescribeSecurityGroupVpcAssociations" };
            gap->why = m2_arena_printf(n->a,
                                       "%s is of another VPC, and whether it is associated with the subnets' "
                                       "was not shown. %s",
                                       group, m2_look_why(n->a, gap->right, c));
            answer = -1;
            continue;
        }
        m2_v_each(
            one, i,
            m2_v_get(c->output,
                     "SecurityGroupVpcAssociations")) for (size_t k = 0; k < n->vpcs.len;
                                                           k++) if (m2_str_eq(m2_v_str(one, "GroupId"),
                                                                              group) &&
                                                                    m2_str_eq(m2_v_str(one, "VpcId"),
                                                                              n->vpcs.at[k]->id) &&
                                                                    m2_str_eq_ci(m2_v_str(one, "State"),
                                                                                 "associated")) return 1;
    }
    return answer;
}

static void group_vpc(struct m2_nw *n, const struct m2_nw_group *g)
{
    const char *vpc = m2_v_str(g->item, "VpcId");
    struct m2_look gap;
    if (!vpc || !n->vpcs.len)
        return;
    for (size_t i = 0; i < n->vpcs.len; i++)
        if (m2_str_eq(n->vpcs.at[i]->id, vpc))
            return;
    int linked = associated(n, g->id, &gap);
    if (linked < 0)
        m2_nw_gap(n, M2_NW_SUBNETS, g->id, &gap, M2_NW_NO_DEST);
    if (linked)
        return;
    struct m2_nw_fault *f = fault(n, M2_FAIL, "net.security-group-other-vpc", g->id, NULL);
    f->what =
        m2_arena_printf(n->a, "%s belongs to %s, the task's subnets to %s.", g->id, vpc, n->vpcs.at[0]->id);
    f->command = m2_arena_printf(n->a,
                                 "aws ec2 describe-security-groups --filters Name=vpc-id,Values=%s --query "
                                 "'SecurityGroups[].[GroupId,GroupName]' --output text",
                                 m2_word(n->a, n->vpcs.at[0]->id));
    m2_nw_evidence(n, f, g->look.call,
                   m2_arena_printf(n->a, "%s.VpcId", m2_str_or(g->look.path, "SecurityGroups")),
                   m2_v_get(g->item, "VpcId"));
    for (size_t i = 0; i < n->subnets.len; i++)
        if (n->subnets.at[i].item)
            m2_nw_about(n, f, n->subnets.at[i].id);
}

static void groups(struct m2_nw *n)
{
    for (size_t i = 0; i < n->groups.len; i++) {
        const struct m2_nw_group *g = &n->groups.at[i];
        if (g->item) {
            group_vpc(n, g);
        } else if (g->look.seen == M2_UNSEEN) {
            m2_nw_gap(n, M2_NW_SUBNETS, g->id, &g->look, M2_NW_NO_DEST);
        } else {
            struct m2_nw_fault *f = fault(n, M2_FAIL, "net.security-group-missing", g->id, &g->look);
            bool in_vpc = m2_v_len(m2_v_get(g->look.call ? g->look.call->input : NULL, "Filters")) > 0;
            f->what = m2_arena_printf(n->a, "Security group %s does not exist in %s.", g->id,
                                      in_vpc && n->vpcs.len ? n->vpcs.at[0]->id : "this account and region");
            f->command = "aws ec2 describe-security-groups --query "
                         "'SecurityGroups[].[GroupId,GroupName,VpcId]' --output text";
            for (size_t k = 0; k < n->subnets.len; k++)
                m2_nw_about(n, f, n->subnets.at[k].id);
        }
    }
}

void m2_nw_check_subnets(struct m2_nw *n)
{
    for (size_t i = 0; i < n->subnets.len; i++) {
        const struct m2_nw_subnet *s = &n->subnets.at[i];
        const char *state = m2_v_str(s->item, "State");
        if (s->look.seen == M2_ABSENT || (s->item && state && !m2_str_eq(state, "available")))
            missing(n, s);
        else if (s->item)
            free_addresses(n, s);
    }
    together(n);
    groups(n);
}
