/* VPC Block Public Access, as AWS's own walk-through shows its results. */
#include <string.h>

#include "analyze/names.h"
#include "analyze/network/net.h"
#include "m2/str.h"

enum mode { OFF, INGRESS, BIDIRECTIONAL, MODE_UNSEEN };
enum exclusion { NONE, EGRESS, BOTH };

static enum mode mode_named(const char *name)
{
    if (m2_str_eq(name, "block-bidirectional"))
        return BIDIRECTIONAL;
    if (m2_str_eq(name, "block-ingress"))
        return INGRESS;
    return m2_str_empty(name) ? MODE_UNSEEN : OFF;
}

/* The stricter of what the account and the subnet say; a shared subnet obeys its owner's account. */
static enum mode mode_of(struct m2_nw *n, const struct m2_nw_subnet *subnet, struct m2_look *look)
{
    enum mode own = mode_named(m2_v_pstr(subnet->item, "BlockPublicAccessStates.InternetGatewayBlockMode"));
    *look = m2_look_output(n->s, "ec2", "DescribeVpcBlockPublicAccessOptions", NULL);
    enum mode account = MODE_UNSEEN;
    if (look->seen == M2_SEEN && !subnet->vpc->owner)
        account = mode_named(m2_v_pstr(look->item, "VpcBlockPublicAccessOptions.InternetGatewayBlockMode"));
    if (account == MODE_UNSEEN)
        return own;
    return own == MODE_UNSEEN || account > own ? account : own;
}

static enum exclusion exclusion_of(const struct m2_nw_list *all, const char *subnet, const char *vpc)
{
    enum exclusion best = NONE;
    for (size_t i = 0; i < all->items.len; i++) {
        const struct m2_value *e = all->items.at[i].v;
        const char *state = m2_v_str(e, "State"), *arn = m2_str_or(m2_v_str(e, "ResourceArn"), "");
        const char *name = strrchr(arn, '/');
        if (!m2_str_eq(state, "create-complete") && !m2_str_eq(state, "update-complete"))
            continue;
        if (!name || (!m2_str_eq(name + 1, subnet) && !m2_str_eq(name + 1, vpc)))
            continue;
        enum exclusion this =
            m2_str_eq(m2_v_str(e, "InternetGatewayExclusionMode"), "allow-bidirectional") ? BOTH : EGRESS;
        best = this > best ? this : best;
    }
    return best;
}

static bool lets_pass(enum mode mode, enum exclusion exclusion, bool nat)
{
    if (mode == OFF || exclusion == BOTH)
        return true;
    if (mode == INGRESS)
        return nat;
    return nat && exclusion == EGRESS;
}

static void blocked(struct m2_nw *n, struct m2_nw_subnet *subnet, bool nat, enum mode mode, size_t dest,
                    const struct m2_look *look)
{
    bool fresh;
    struct m2_nw_fault *f =
        m2_nw_fault(n, M2_NW_EGRESS, M2_FAIL, "net.vpc-block-public-access", subnet->id, NULL, dest, &fresh);
    if (!fresh)
        return;
    f->what = m2_arena_printf(n->a, "VPC Block Public Access (%s) stops the traffic of %s through %s.",
                              mode == INGRESS ? "block-ingress" : "block-bidirectional", subnet->id,
                              nat ? "the NAT gateway" : "the internet gateway");
    const struct m2_value *options = m2_v_get(look->item, "VpcBlockPublicAccessOptions");
    if (look->seen == M2_SEEN)
        m2_nw_evidence(n, f, look->call, "VpcBlockPublicAccessOptions", options);
    m2_nw_evidence(
        n, f, subnet->look.call,
        m2_arena_printf(n->a, "%s.BlockPublicAccessStates", m2_str_or(subnet->look.path, "Subnets")),
        m2_v_get(subnet->item, "BlockPublicAccessStates"));
    if (m2_str_eq(m2_v_str(options, "ExclusionsAllowed"), "not-allowed"))
        f->fix = "The organisation's policy sets this mode and allows no exclusion: ask its administrator.";
    else
        f->command =
            m2_arena_printf(n->a,
                            "aws ec2 create-vpc-block-public-access-exclusion --%s %s "
                            "--internet-gateway-exclusion-mode %s",
                            nat ? "vpc-id" : "subnet-id", m2_word(n->a, nat ? subnet->vpc->id : subnet->id),
                            nat ? "allow-egress" : "allow-bidirectional");
}

enum m2_nw_way m2_nw_bpa(struct m2_nw *n, struct m2_nw_subnet *subnet, bool nat, const char *nat_subnet,
                         size_t dest)
{
    struct m2_look look;
    enum mode mode = mode_of(n, subnet, &look);
    if (mode == MODE_UNSEEN) {
        if (look.seen == M2_UNSEEN)
            m2_nw_gap(n, M2_NW_EGRESS, subnet->id, &look, dest);
        else {
            struct m2_look gap = { .seen = M2_UNSEEN, .right = "ec2:DescribeVpcBlockPublicAccessOptions" };
            gap.why = "The mode of VPC Block Public Access is not shown.";
            m2_nw_gap(n, M2_NW_EGRESS, subnet->id, &gap, dest);
        }
        return M2_NW_WAY_OPEN; /* the gap keeps it from passing; what else is wrong must still be named */
    }
    if (lets_pass(mode, NONE, nat))
        return M2_NW_WAY_OPEN;
    struct m2_nw_list all = m2_nw_gather(n, "DescribeVpcBlockPublicAccessExclusions",
                                         "VpcBlockPublicAccessExclusions", "ExclusionId", NULL, false);
    bool task = lets_pass(mode, exclusion_of(&all, subnet->id, subnet->vpc->id), nat);
    bool far = !nat || !nat_subnet || m2_str_eq(nat_subnet, subnet->id)
                   ? task
                   : lets_pass(mode, exclusion_of(&all, nat_subnet, subnet->vpc->id), nat);
    if (task && far)
        return M2_NW_WAY_OPEN;
    struct m2_look gap = all.gap;
    if (all.complete && subnet->vpc->owner)
        gap = m2_nw_hidden(n, subnet->vpc, "DescribeVpcBlockPublicAccessExclusions");
    else if (all.complete && task != far) {
        gap = (struct m2_look){ .seen = M2_UNSEEN };
        gap.why = "VPC Block Public Access excludes only one of the task's and the NAT gateway's subnets; "
                  "whether that is "
                  "enough is not documented. Exclude both, or the VPC.";
    } else if (all.complete) {
        blocked(n, subnet, nat, mode, dest, &look);
        return M2_NW_WAY_SHUT;
    }
    m2_nw_gap(n, M2_NW_EGRESS, subnet->id, &gap, dest);
    return M2_NW_WAY_UNKNOWN;
}
