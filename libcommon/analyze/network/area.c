/* The six checks of the network area. */
#include <string.h>

#include "analyze/network/net.h"
#include "m2/buf.h"
#include "m2/str.h"

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define VPC "https://docs.aws.amazon.com/vpc/latest/userguide/"
#define ECS "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
#define ECR "https://docs.aws.amazon.com/AmazonECR/latest/userguide/"

static const char *addresses(const struct m2_nw *n, const struct m2_nw_subnet *s)
{
    int64_t left;
    bool known = m2_v_int_of(s->item, "AvailableIpAddressCount", &left);
    return m2_arena_printf(n->a, "%s in %s%s.", m2_str_or(s->cidr, "A subnet"),
                           m2_str_or(s->zone, "an unknown zone"),
                           known ? m2_arena_printf(n->a, ", %lld free addresses", (long long)left) : "");
}

/* "ECR API, S3 image layers through NAT gateway nat-1; CloudWatch Logs through endpoint vpce-1." */
static const char *paths(const struct m2_nw *n, const struct m2_nw_subnet *s, bool endpoints)
{
    struct m2_buf b;
    m2_buf_init(&b, 8192);
    for (size_t i = 0; i < n->notes.len; i++) {
        const struct m2_nw_note *note = &n->notes.at[i];
        if (m2_str_eq(note->subnet, s->id) && (!endpoints || strstr(note->text, "endpoint ")))
            m2_buf_addf(&b, "%s%s %s", b.len ? "; " : "", m2_nw_labels(n, note->dests), note->text);
    }
    if (!b.len)
        m2_buf_adds(&b, "No endpoint stands in the way");
    m2_buf_addc(&b, '.');
    const char *text = m2_arena_strndup(n->a, b.data, b.len);
    m2_buf_free(&b);
    return text;
}

static const char *says(const struct m2_nw *n, const struct m2_nw_subnet *s, enum m2_nw_check check)
{
    switch (check) {
    case M2_NW_SUBNETS:
        return addresses(n, s);
    case M2_NW_EGRESS:
        return paths(n, s, false);
    case M2_NW_ACL:
        return "Along the way, the network ACLs let TCP 443 out and the answers in.";
    case M2_NW_SG:
        return "The task's security groups let TCP 443 out.";
    case M2_NW_ENDPOINTS:
        return paths(n, s, true);
    case M2_NW_DNS:
    case M2_NW_CHECKS:
        break;
    }
    return "";
}

static void no_subnets(struct m2_check_run *r, const struct m2_nw *n)
{
    static const char advice[] =
        "Pass --subnet ID (twice), --security-group ID and --assign-public-ip yes or no.";
    if (n->choice.right) {
        struct m2_finding *f = m2_found_unseen(r, NULL, &n->choice);
        m2_found_detail(r, f, "The task's subnets are not known: %s %s", m2_str_or(n->choice.why, ""),
                        advice);
        return;
    }
    struct m2_finding *f = m2_found(r, M2_UNKNOWN, NULL, NULL);
    m2_found_detail(r, f,
                    "The task's subnets are not known, and there is no default VPC with public subnets. %s",
                    advice);
}

static void subnet_result(struct m2_check_run *r, const struct m2_nw *n, const struct m2_nw_subnet *s,
                          enum m2_nw_check check)
{
    if (s->look.seen == M2_UNSEEN)
        m2_found_unseen(r, s->id, &s->look);
    else if (s->look.seen == M2_ABSENT && check != M2_NW_SUBNETS)
        m2_found_skip(r, s->id, "The subnet does not exist.");
    else if (m2_nw_touched(n, check, s->id))
        return;
    else if (!s->usable && check != M2_NW_SUBNETS)
        m2_found_skip(r, s->id, "The subnet carries no IPv4.");
    else
        m2_found_pass(r, s->id, "%s", says(n, s, check));
}

static void run(struct m2_check_run *r, enum m2_nw_check check)
{
    struct m2_nw *n = m2_nw_judge(r);
    if (!n->subnets.len) {
        no_subnets(r, n);
        return;
    }
    m2_nw_report(n, check);
    if (check == M2_NW_EGRESS)
        m2_nw_paths(n);
    if (check != M2_NW_DNS)
        for (size_t i = 0; i < n->subnets.len; i++)
            subnet_result(r, n, &n->subnets.at[i], check);
    for (size_t i = 0; check == M2_NW_DNS && i < n->vpcs.len; i++)
        if (!m2_nw_touched(n, check, n->vpcs.at[i]->id))
            m2_found_pass(r, n->vpcs.at[i]->id, "Names are resolved by the VPC's own resolver.");
    for (size_t i = 0; check == M2_NW_DNS && i < n->subnets.len; i++)
        if (n->subnets.at[i].look.seen == M2_UNSEEN)
            m2_found_unseen(r, n->subnets.at[i].id, &n->subnets.at[i].look);
    if (check == M2_NW_DNS && !n->vpcs.len && n->subnets.at[0].look.seen == M2_ABSENT)
        m2_found_skip(r, NULL, "None of the task's subnets exists.");
}

static void run_subnets(struct m2_check_run *r)
{
    run(r, M2_NW_SUBNETS);
}

static void run_egress(struct m2_check_run *r)
{
    run(r, M2_NW_EGRESS);
}

static void run_acl(struct m2_check_run *r)
{
    run(r, M2_NW_ACL);
}

static void run_security_group(struct m2_check_run *r)
{
    run(r, M2_NW_SG);
}

static void run_dns(struct m2_check_run *r)
{
    run(r, M2_NW_DNS);
}

static void run_endpoints(struct m2_check_run *r)
{
    run(r, M2_NW_ENDPOINTS);
}

static const struct m2_check checks[] = {
    { .id = "net.subnets",
      .area = "network",
      .title = "The task's subnets and security groups exist and fit together",
      .why = "Every job on Fargate gets a network interface in one of these subnets, with these security "
             "groups. If one is gone, "
             "full, or of another VPC, no job starts.",
      .how = "Looks each subnet and group up, compares their VPCs and zones, and counts free addresses.",
      .fix = "Name existing subnets of one VPC, in two zones, with free addresses, and a security group of "
             "that VPC.",
      .rights = LIST("ec2:DescribeSubnets", "ec2:DescribeVpcs", "ec2:DescribeSecurityGroups",
                     "ec2:DescribeSecurityGroupVpcAssociations"),
      .causes = LIST("net.subnet-missing", "net.subnets-different-vpc", "net.subnets-same-az",
                     "net.subnet-no-free-ips", "net.security-group-missing", "net.security-group-other-vpc"),
      .sources = LIST(ECS "fargate-task-networking.html", VPC "configure-subnets.html"),
      .essential = true,
      .run = run_subnets },
    { .id = "net.egress",
      .area = "network",
      .title = "The task's subnets have a path to the services it needs",
      .why = "A task fetches its image, reads and writes data and sends logs over its own network interface. "
             "Without a working path "
             "it stops before the job begins, usually with a timeout that names no cause.",
      .how = "For every subnet and destination, follows the effective route table: longest prefix first, "
             "through NAT and internet "
             "gateways, with the account's Block Public Access setting.",
      .fix = "Give the subnet a route to a NAT gateway, or to an internet gateway with public IPs, or "
             "endpoints.",
      .rights = LIST("ec2:DescribeRouteTables", "ec2:DescribeInternetGateways", "ec2:DescribeNatGateways",
                     "ec2:DescribeVpcEndpoints", "ec2:DescribePrefixLists", "ec2:GetManagedPrefixListEntries",
                     "ec2:DescribeVpcBlockPublicAccessOptions", "ec2:DescribeVpcBlockPublicAccessExclusions",
                     "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute"),
      .causes = LIST("net.no-default-route", "net.blackhole-route", "net.igw-without-public-ip",
                     "net.igw-detached", "net.nat-not-available", "net.nat-in-private-subnet",
                     "net.nat-private-connectivity", "net.more-specific-route", "net.route-unknown-beyond",
                     "net.ipv6-only", "net.vpc-block-public-access"),
      .sources = LIST(ECS "task_cannot_pull_image.html", VPC "route-tables-priority.html",
                      VPC "security-vpc-bpa-basics.html"),
      .essential = true,
      .run = run_egress },
    { .id = "net.acl",
      .area = "network",
      .title = "Network ACLs let the task's requests out and the answers in",
      .why =
          "Network ACLs have no memory: a missing rule for answers looks like a service that never replies.",
      .how = "Applies the rules in order to TCP 443 and to the ports of the answers, in the task's subnet "
             "and in those of the NAT "
             "gateway or endpoint.",
      .fix = "Allow outbound TCP 443 and inbound TCP 32768-65535.",
      .rights = LIST("ec2:DescribeNetworkAcls", "ec2:DescribeSubnets", "ec2:DescribeRouteTables",
                     "ec2:DescribeInternetGateways", "ec2:DescribeNatGateways", "ec2:DescribeVpcEndpoints",
                     "ec2:DescribeVpcAttribute"),
      .causes = LIST("net.acl-blocks-egress", "net.acl-blocks-return"),
      .sources = LIST(VPC "vpc-network-acls.html", VPC "custom-network-acl.html"),
      .essential = true,
      .run = run_acl },
    { .id = "net.security-group",
      .area = "network",
      .title = "The task's security groups let HTTPS out and nobody in",
      .why = "All services are reached over TCP 443. Inbound rules are not needed by any job.",
      .how = "Looks for an outbound rule that covers TCP 443 to each destination, and for inbound rules open "
             "to everyone.",
      .fix = "Allow outbound TCP 443; remove inbound rules.",
      .rights = LIST("ec2:DescribeSecurityGroups", "ec2:DescribePrefixLists", "ec2:DescribeNetworkInterfaces",
                     "ec2:DescribeSubnets", "ec2:DescribeRouteTables", "ec2:DescribeVpcEndpoints",
                     "ec2:DescribeVpcAttribute"),
      .causes = LIST("net.sg-blocks-egress", "net.sg-open-ingress"),
      .sources = LIST(VPC "vpc-security-groups.html"),
      .essential = true,
      .run = run_security_group },
    { .id = "net.dns",
      .area = "network",
      .title = "Names resolve in the task's VPC",
      .why = "Without name resolution no service is found, and endpoints are not used.",
      .how = "Reads the two DNS attributes of the VPC and its DHCP options.",
      .fix = "Turn both DNS attributes on and use AmazonProvidedDNS.",
      .rights = LIST("ec2:DescribeVpcs", "ec2:DescribeVpcAttribute", "ec2:DescribeDhcpOptions",
                     "ec2:DescribeSubnets"),
      .causes = LIST("net.dns-support-off", "net.dns-hostnames-off", "net.dns-custom-servers"),
      .sources = LIST(VPC "vpc-dns.html", VPC "VPC_DHCP_Options.html"),
      .essential = true,
      .run = run_dns },
    { .id = "net.endpoints",
      .area = "network",
      .title = "VPC endpoints let the task through",
      .why = "While the private name of an endpoint is on, all traffic to its service goes there, even when "
             "it is broken and a NAT "
             "gateway would work.",
      .how = "For every destination, checks the endpoint that takes its traffic: state, names, security "
             "groups, policy, route "
             "tables; and which endpoint is missing where there is no internet.",
      .fix = "Repair the endpoint as the finding says.",
      .rights = LIST("ec2:DescribeVpcEndpoints", "ec2:DescribeSecurityGroups", "ec2:DescribeRouteTables",
                     "ec2:DescribeVpcAttribute", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"),
      .causes = LIST("net.endpoint-sg-blocks", "net.endpoint-private-dns-off", "net.endpoint-not-available",
                     "net.endpoint-policy-denies", "net.endpoint-missing", "net.s3-endpoint-not-associated",
                     "net.endpoint-subnet-az"),
      .sources = LIST(ECR "vpc-endpoints.html"),
      .essential = true,
      .run = run_endpoints },
};

const struct m2_area m2_area_network = {
    .name = "network",
    .checks = checks,
    .n_checks = sizeof checks / sizeof checks[0],
    .causes = m2_nw_causes,
    .n_causes = M2_NW_N_CAUSES,
    .links = m2_nw_links,
    .n_links = M2_NW_N_LINKS,
};
