/* The causes of the network area in plain words. */
#include "analyze/network/net.h"

#define VPC "https://docs.aws.amazon.com/vpc/latest/userguide/"
#define LINK "https://docs.aws.amazon.com/vpc/latest/privatelink/"
#define ECS "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/"
#define ECR "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"

const struct m2_cause m2_nw_causes[M2_NW_N_CAUSES] = {
    { "net.subnet-missing", M2_FAIL, "A subnet of the task does not exist",
      "Every task gets its network interface in one of the named subnets. A subnet that is gone, or lies in "
      "another region, "
      "makes each start fail.",
      "Name subnets that exist: update SubnetId1 and SubnetId2 of the stack.", VPC "configure-subnets.html" },
    { "net.subnets-different-vpc", M2_FAIL, "The task's subnets lie in different VPCs",
      "A task's network interface belongs to one VPC, and its security groups must fit it. AWS refuses a "
      "mixed list.",
      "Choose subnets of one VPC.", ECS "fargate-task-networking.html" },
    { "net.subnets-same-az", M2_WARN, "All subnets lie in one availability zone",
      "Jobs run, but when that zone has trouble or no capacity none can start.",
      "Use two subnets in different availability zones.", VPC "configure-subnets.html" },
    { "net.subnet-no-free-ips", M2_FAIL, "The subnet has no, or nearly no, free addresses",
      "Each running task takes one address of its subnet. With none left a task cannot get its network "
      "interface.",
      "Use a larger subnet, or delete network interfaces that nothing uses.", VPC "subnet-sizing.html" },
    { "net.security-group-missing", M2_FAIL, "A security group of the task does not exist",
      "A task cannot start with a security group that is gone or lies in another region.",
      "Name a security group that exists: update SecurityGroupIds of the stack.",
      VPC "vpc-security-groups.html" },
    { "net.security-group-other-vpc", M2_FAIL, "The security group belongs to another VPC",
      "A security group protects interfaces of its own VPC (or one it is associated with). AWS refuses the "
      "combination.",
      "Choose a security group of the subnets' VPC.", VPC "vpc-security-groups.html" },
    { "net.no-default-route", M2_FAIL, "The subnet has no route to the internet",
      "A task fetches its image and sends its logs over its own network interface. Without a route for these "
      "addresses, and "
      "without endpoints, its requests go nowhere and it stops before the job begins.",
      "Add a route for 0.0.0.0/0 to a NAT gateway (or to an internet gateway when tasks get a public IP), or "
      "create the "
      "endpoints for ECR, S3 and CloudWatch Logs.",
      VPC "route-table-options.html" },
    { "net.blackhole-route", M2_FAIL, "The route to the internet leads to something that is gone",
      "AWS keeps a route whose target was deleted, marks it blackhole, and drops what it carries.",
      "Point the route at a living gateway, or delete it.", VPC "WorkWithRouteTables.html" },
    { "net.igw-without-public-ip", M2_FAIL, "Tasks in this public subnet get no public IP",
      "An internet gateway only serves interfaces that have a public address. A task without one sends its "
      "requests and never "
      "gets an answer.",
      "In the state machine's AwsvpcConfiguration set AssignPublicIp to ENABLED, or use subnets behind a NAT "
      "gateway.",
      ECS "fargate-task-networking.html" },
    { "net.igw-detached", M2_FAIL, "The internet gateway is not attached to this VPC",
      "A route to an internet gateway works only while the gateway is attached to the VPC.",
      "Attach the internet gateway, or route to the one that is attached.", VPC "VPC_Internet_Gateway.html" },
    { "net.nat-not-available", M2_FAIL, "The NAT gateway does not work",
      "Subnets without public addresses reach the internet through a NAT gateway. This one is pending, "
      "failed or deleted.",
      "Create a new NAT gateway in a public subnet and point the route at it.",
      VPC "nat-gateway-troubleshooting.html" },
    { "net.nat-in-private-subnet", M2_FAIL, "The NAT gateway has no way out itself",
      "A NAT gateway sends traffic on through its own subnet. If that subnet has no route to an internet "
      "gateway, it leads nowhere.",
      "Place the NAT gateway in a public subnet, or give its subnet a route to the internet gateway.",
      VPC "nat-gateway-troubleshooting.html" },
    { "net.nat-private-connectivity", M2_FAIL, "The NAT gateway is a private one",
      "A private NAT gateway connects networks with each other; it has no public address and cannot reach "
      "the internet.",
      "Create a public NAT gateway and point the route at it.", VPC "vpc-nat-gateway.html" },
    { "net.more-specific-route", M2_FAIL, "A more specific route takes the traffic elsewhere",
      "The route with the longest matching prefix wins. Here a narrower route leads AWS traffic away from "
      "the gateway that would "
      "carry it.",
      "Delete or narrow that route.", VPC "route-tables-priority.html" },
    { "net.route-unknown-beyond", M2_UNKNOWN, "The traffic leaves the VPC where it cannot be followed",
      "The route leads to a transit gateway, a VPN, a peered network or an appliance. Whether the far side "
      "passes it on to the "
      "internet is decided there.",
      "Check the far side, or start a test task.", VPC "route-table-options.html" },
    { "net.ipv6-only", M2_FAIL, "The subnet carries IPv6 only",
      "The image registry and log service names in use answer over IPv4; a task with only an IPv6 address "
      "cannot reach them.",
      "Use a dual-stack or IPv4 subnet.", ECS "fargate-task-networking.html" },
    { "net.vpc-block-public-access", M2_FAIL, "VPC Block Public Access stops the traffic",
      "A setting of the account (or of the organisation) blocks internet gateways, whatever routes and rules "
      "say.",
      "Exclude the subnet, or the VPC, from the setting.", VPC "security-vpc-bpa-basics.html" },
    { "net.acl-blocks-egress", M2_FAIL, "A network ACL blocks the task's requests",
      "A network ACL filters what leaves and enters a subnet, rule by rule in order of their numbers. A rule "
      "denies TCP 443 "
      "on the task's way out.",
      "Add an allow rule for TCP 443 with a number below the denying rule.", VPC "vpc-network-acls.html" },
    { "net.acl-blocks-return", M2_FAIL, "A network ACL blocks the answers",
      "Network ACLs keep no memory of connections: the answers need their own rule, on the high ports from "
      "which the task asked.",
      "Add an allow rule for these ports with a number below the denying rule.",
      VPC "custom-network-acl.html" },
    { "net.sg-blocks-egress", M2_FAIL, "The security group lets no HTTPS out",
      "The image registry, S3 and the log service are all reached over TCP 443. No outbound rule of the "
      "task's groups allows it.",
      "Allow outbound TCP 443.", VPC "security-group-rules.html" },
    { "net.sg-open-ingress", M2_WARN, "The security group lets everyone in",
      "Jobs need no inbound connection at all, and the deployment promises none. An open rule exposes the "
      "tasks without any use.",
      "Remove the inbound rule.", VPC "security-group-rules.html" },
    { "net.dns-support-off", M2_FAIL, "Names do not resolve in the VPC",
      "With enableDnsSupport off the VPC has no resolver, so a task cannot find the address of any service.",
      "Turn enableDnsSupport on.", VPC "vpc-dns.html" },
    { "net.dns-hostnames-off", M2_FAIL, "Private names of endpoints do not resolve",
      "Private DNS names of interface endpoints need both DNS attributes of the VPC. With enableDnsHostnames "
      "off the task is sent "
      "to public addresses it cannot reach.",
      "Turn enableDnsHostnames on.", LINK "manage-dns-names.html" },
    { "net.dns-custom-servers", M2_WARN, "The VPC uses its own DNS servers",
      "Tasks ask these servers instead of the VPC's resolver. If they do not forward to it, or cannot be "
      "reached, names of AWS "
      "services or endpoints come out wrong or not at all.",
      "Forward from these servers to the VPC's resolver, or use AmazonProvidedDNS.",
      VPC "VPC_DHCP_Options.html" },
    { "net.endpoint-sg-blocks", M2_FAIL, "The endpoint's security group keeps the task out",
      "An interface endpoint has a security group of its own. While its private name is on, all traffic to "
      "that service goes to "
      "it, even where a NAT gateway exists.",
      "Let TCP 443 in from the task's security group.", ECR },
    { "net.endpoint-private-dns-off", M2_FAIL, "The endpoint is not used because its private DNS is off",
      "Without private DNS the service's usual name still leads to public addresses, for which this subnet "
      "has no path.",
      "Turn on private DNS of the endpoint.", LINK "manage-dns-names.html" },
    { "net.endpoint-not-available", M2_FAIL, "The endpoint is not available",
      "Only an endpoint in state available carries traffic.", "Accept, repair or recreate the endpoint.",
      LINK "concepts.html" },
    { "net.endpoint-policy-denies", M2_FAIL, "The endpoint's policy denies what the task needs",
      "A policy on the endpoint limits which actions and resources can be reached through it, on top of the "
      "roles' own policies.",
      "Add the missing action or resource to the endpoint's policy.", LINK "vpc-endpoints-access.html" },
    { "net.endpoint-missing", M2_FAIL, "An endpoint is missing in a network without internet",
      "This network reaches AWS through endpoints only. A service without one cannot be reached.",
      "Create the endpoint, or give the subnet a path to the internet.", ECR },
    { "net.s3-endpoint-not-associated", M2_FAIL, "The S3 endpoint is not in the subnet's route table",
      "A gateway endpoint serves only the route tables it is associated with. Image layers come from S3, so "
      "the pull stops half way.",
      "Associate the endpoint with the subnet's route table.", LINK "gateway-endpoints.html" },
    { "net.endpoint-subnet-az", M2_WARN, "The endpoint has no interface in the task's zone",
      "It works, but traffic crosses zones, which costs and depends on the other zone.",
      "Add a subnet of the task's zone to the endpoint.", LINK "create-interface-endpoint.html" },
};
