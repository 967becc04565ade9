#include <criterion/criterion.h>

#include <string.h>

#include "m2/str.h"
#include "networld.h"

/* What was not read is unknown: never a pass of what depends on it, never a fail. */

static const struct {
    const char *operation;
    const char *
        unknown[3]; /* per kind: checks that cannot be told, comma-separated; "" when nothing depends on it */
} calls[] = {
    { "DescribeSubnets",
      { "net.acl,net.dns,net.egress,net.endpoints,net.security-group,net.subnets",
        "net.acl,net.dns,net.egress,net.endpoints,net.security-group,net.subnets",
        "net.acl,net.dns,net.egress,net.endpoints,net.security-group,net.subnets" } },
    { "DescribeVpcs", { "net.dns", "net.dns", "net.dns" } },
    { "DescribeVpcAttribute", { "net.dns", "net.dns", "net.dns" } },
    { "DescribeVpcAttribute#1", { "", "", "net.acl,net.dns,net.egress,net.endpoints,net.security-group" } },
    { "DescribeDhcpOptions", { "net.dns", "net.dns", "net.dns" } },
    { "DescribeRouteTables",
      { "net.acl,net.egress", "net.acl,net.egress", "net.acl,net.egress,net.endpoints,net.security-group" } },
    { "DescribeInternetGateways", { "net.egress", "net.egress", "" } },
    { "DescribeNatGateways", { "net.acl,net.egress", "", "" } },
    { "DescribeVpcEndpoints", { "net.endpoints", "net.endpoints", "net.egress,net.endpoints" } },
    { "DescribeNetworkAcls", { "net.acl", "net.acl", "net.acl" } },
    { "DescribeSecurityGroups",
      { "net.security-group,net.subnets", "net.security-group,net.subnets",
        "net.endpoints,net.security-group,net.subnets" } },
    { "DescribeNetworkInterfaces", { "", "", "" } }, /* the endpoint's subnets say enough */
    { "DescribePrefixLists", { "", "", "" } },
    { "DescribeVpcBlockPublicAccessOptions", { "", "", "" } }, /* the subnets say it too */
    { "DescribeVpcBlockPublicAccessExclusions", { "", "", "" } },
};

static const char *unknown_checks(struct world *w)
{
    const char *text = "";
    static const char *const ids[] = {
        "net.acl", "net.dns", "net.egress", "net.endpoints", "net.security-group", "net.subnets"
    };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        for (size_t k = 0; k < w->found.list.len; k++)
            if (w->found.list.at[k]->status == M2_UNKNOWN && m2_str_eq(w->found.list.at[k]->id, ids[i])) {
                text = m2_arena_printf(w->a, "%s%s%s", text, *text ? "," : "", ids[i]);
                break;
            }
    return text;
}

/* A check that cannot be told about a resource does not pass it at the same time. */
static void no_pass_beside_unknown(struct world *w, const char *name)
{
    for (size_t i = 0; i < w->found.list.len; i++)
        for (size_t k = 0; k < w->found.list.len; k++) {
            const struct m2_finding *u = w->found.list.at[i], *p = w->found.list.at[k];
            cr_expect(!(u->status == M2_UNKNOWN && p->status == M2_PASS && m2_str_eq(u->id, p->id) &&
                        m2_str_eq(u->resource, p->resource)),
                      "%s: %s both unknown and pass", name, p->uid);
        }
}

Test(network_unseen, each_call_denied_or_never_made)
{
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        for (size_t kind = 0; kind < 3; kind++)
            for (int denied = 0; denied < 2; denied++) {
                struct world w = world_new((enum world_kind)kind);
                if (denied)
                    world_deny(&w, calls[i].operation);
                else
                    world_drop(&w, calls[i].operation);
                world_run(&w);
                const char *name = m2_arena_printf(w.a, "%s %s, kind %zu", calls[i].operation,
                                                   denied ? "denied" : "not made", kind);
                cr_expect_str_eq(unknown_checks(&w), calls[i].unknown[kind], "%s: unknown are %s", name,
                                 unknown_checks(&w));
                cr_expect_eq(w.found.counts[M2_FAIL], 0, "%s: %s", name, world_wrong(&w));
                no_pass_beside_unknown(&w, name);
                for (size_t k = 0; k < w.found.list.len; k++) {
                    const struct m2_finding *f = w.found.list.at[k];
                    cr_expect(f->status != M2_UNKNOWN ||
                                  (f->missing_right && m2_str_starts(f->missing_right, "ec2:")),
                              "%s: %s names no right", name, f->uid);
                }
                world_free(&w);
            }
}

/* The mode of Block Public Access can be read in two places; without both nothing is known. */
Test(network_unseen, block_public_access)
{
    struct world w = world_new(WORLD_PUBLIC);
    world_deny(&w, "DescribeVpcBlockPublicAccessOptions");
    world_set(&w, "DescribeSubnets", "Subnets[0].BlockPublicAccessStates", NULL);
    world_set(&w, "DescribeSubnets", "Subnets[1].BlockPublicAccessStates", NULL);
    world_run(&w);
    cr_assert_str_eq(world_wrong(&w), "net.egress unknown -\n", "%s", world_wrong(&w));
    world_free(&w);

    w = world_new(WORLD_PUBLIC);
    world_set(&w, "DescribeVpcBlockPublicAccessOptions",
              "VpcBlockPublicAccessOptions.InternetGatewayBlockMode", "'block-bidirectional'");
    world_deny(&w, "DescribeVpcBlockPublicAccessExclusions");
    world_run(&w);
    cr_assert_str_eq(world_wrong(&w), "net.egress unknown -\n", "%s", world_wrong(&w));
    world_free(&w);
}

/* In a shared VPC the owner's gateways and endpoints are not shown to the account that uses it. */
Test(network_unseen, shared_vpc_is_never_failed)
{
    struct world w = world_new(WORLD_NAT);
    for (int i = 0; i < 3; i++)
        world_set(&w, "DescribeSubnets", m2_arena_printf(w.a, "Subnets[%d].OwnerId", i), "'999988887777'");
    world_set(&w, "DescribeNatGateways", "NatGateways", "[]");
    world_set(&w, "DescribeInternetGateways", "InternetGateways", "[]");
    world_run(&w);
    cr_assert_eq(w.found.counts[M2_FAIL], 0, "%s", world_wrong(&w));
    cr_assert_str_eq(unknown_checks(&w), "net.acl,net.egress,net.endpoints");

    world_set(&w, "DescribeRouteTables", "RouteTables", "[]");
    world_set(&w, "DescribeNetworkAcls", "NetworkAcls", "[]");
    world_run(&w);
    cr_assert_eq(w.found.counts[M2_FAIL], 0, "%s", world_wrong(&w));
    world_free(&w);
}

/* Restricted groups beside unseen endpoints: nobody knows whether public addresses matter. */
Test(network_unseen, endpoints_unseen_make_no_fault_of_tight_groups)
{
    struct world w = world_new(WORLD_ENDPOINTS);
    world_deny(&w, "DescribeVpcEndpoints");
    world_set(&w, "DescribeSecurityGroups", "SecurityGroups[0].IpPermissionsEgress",
              "[{'IpProtocol':'tcp','FromPort':443,'ToPort':443,'UserIdGroupPairs':[{'GroupId':'sg-ep'}]}]");
    world_run(&w);
    cr_assert_eq(w.found.counts[M2_FAIL], 0, "%s", world_wrong(&w));
    cr_assert_str_eq(unknown_checks(&w), "net.egress,net.endpoints,net.security-group");
    world_free(&w);
}
