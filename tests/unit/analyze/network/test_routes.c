#include <criterion/criterion.h>

#include "netfault.h"

static const struct fault_case cases[] = {
    /* ---- net.subnets ---- */
    { "subnet pending",
      WORLD_NAT,
      { { "DescribeSubnets", "Subnets[1].State", "'pending'" } },
      "net.subnets fail net.subnet-missing\n" },
    { "one zone",
      WORLD_NAT,
      { { "DescribeSubnets", "Subnets[1].AvailabilityZone", "'us-east-1a'" } },
      "net.subnets warn net.subnets-same-az\n" },
    { "subnet full",
      WORLD_NAT,
      { { "DescribeSubnets", "Subnets[0].AvailableIpAddressCount", "0" } },
      "net.subnets fail net.subnet-no-free-ips\n" },
    { "subnet nearly full",
      WORLD_NAT,
      { { "DescribeSubnets", "Subnets[0].AvailableIpAddressCount", "7" } },
      "net.subnets warn net.subnet-no-free-ips\n" },
    { "eight addresses are enough",
      WORLD_NAT,
      { { "DescribeSubnets", "Subnets[0].AvailableIpAddressCount", "8" } },
      "" },
    { "group of another VPC",
      WORLD_NAT,
      { { "DescribeSecurityGroups", "SecurityGroups[0].VpcId", "'vpc-2'" } },
      "net.subnets fail net.security-group-other-vpc\n" },
    /* ---- net.egress ---- */
    { "no default route",
      WORLD_NAT,
      { { TABLE, ROUTES("{'DestinationIpv6CidrBlock':'::/"
                        "0','EgressOnlyInternetGatewayId':'eigw-1','State':'active'}") } },
      "net.egress fail net.no-default-route\n" },
    { "main table when none is associated",
      WORLD_NAT,
      { { "DescribeRouteTables", "RouteTables[2].Associations", "[{'SubnetId':'subnet-a'}]" } },
      "net.egress fail net.no-default-route\n" },
    { "S3 gateway endpoint alone is no private network",
      WORLD_NAT,
      { { TABLE, ROUTES("{'DestinationPrefixListId':'pl-s3','GatewayId':'vpce-s3','State':'active'}") },
        { "DescribeVpcEndpoints", "VpcEndpoints",
          "[{'VpcEndpointId':'vpce-s3','VpcEndpointType':'Gateway','VpcId':'vpc-1','ServiceName':'com."
          "amazonaws.us-east-1.s3',"
          "'State':'available','RouteTableIds':['rtb-t']}]" } },
      "net.egress fail net.no-default-route\n" },
    { "default route to a peering",
      WORLD_NAT,
      { { TABLE, ROUTES(DEFAULT_TO("VpcPeeringConnectionId", "pcx-1")) } },
      "net.egress fail net.no-default-route\n" },
    { "blackhole",
      WORLD_NAT,
      { { TABLE,
          ROUTES("{'DestinationCidrBlock':'0.0.0.0/0','NatGatewayId':'nat-gone','State':'blackhole'}") } },
      "net.egress fail net.blackhole-route\n" },
    { "no public IP",
      WORLD_PUBLIC,
      { { "target", "assign_public_ip", "false" } },
      "net.egress fail net.igw-without-public-ip\n" },
    { "gateway detached",
      WORLD_PUBLIC,
      { { "DescribeInternetGateways", "InternetGateways[0].Attachments", "[]" } },
      "net.egress fail net.igw-detached\n" },
    { "gateway of another VPC",
      WORLD_PUBLIC,
      { { "DescribeInternetGateways", "InternetGateways[0].Attachments",
          "[{'VpcId':'vpc-2','State':'available'}]" } },
      "net.egress fail net.igw-detached\n" },
    { "NAT behind a detached gateway",
      WORLD_NAT,
      { { "DescribeInternetGateways", "InternetGateways[0].Attachments", "[]" } },
      "net.egress fail net.igw-detached\n" },
    { "NAT failed",
      WORLD_NAT,
      { { "DescribeNatGateways", "NatGateways[0].State", "'failed'" },
        { "DescribeNatGateways", "NatGateways[0].FailureCode", "'Gateway.NotAttached'" } },
      "net.egress fail net.nat-not-available\n" },
    { "NAT gone",
      WORLD_NAT,
      { { "DescribeNatGateways", "NatGateways", "[]" } },
      "net.egress fail net.nat-not-available\n" },
    { "NAT private",
      WORLD_NAT,
      { { "DescribeNatGateways", "NatGateways[0].ConnectivityType", "'private'" } },
      "net.egress fail net.nat-private-connectivity\n" },
    { "NAT without address",
      WORLD_NAT,
      { { "DescribeNatGateways", "NatGateways[0].NatGatewayAddresses", "[{'PrivateIp':'10.0.9.9'}]" } },
      "net.egress fail net.nat-not-available\n" },
    { "NAT in a private subnet",
      WORLD_NAT,
      { { "DescribeNatGateways", "NatGateways[0].SubnetId", "'subnet-b'" } },
      "net.egress fail net.nat-in-private-subnet\n" },
    { "regional NAT",
      WORLD_NAT,
      { { "DescribeNatGateways", "NatGateways[0].SubnetId", NULL },
        { "DescribeNatGateways", "NatGateways[0].AvailabilityMode", "'regional'" },
        { "DescribeNatGateways", "NatGateways[0].RouteTableId", "'rtb-p'" } },
      "" },
    { "regional NAT without way out",
      WORLD_NAT,
      { { "DescribeNatGateways", "NatGateways[0].AvailabilityMode", "'regional'" },
        { "DescribeNatGateways", "NatGateways[0].RouteTableId", "'rtb-main'" } },
      "net.egress fail net.nat-in-private-subnet\n" },
    { "more specific routes take all",
      WORLD_NAT,
      { { TABLE, ROUTES(DEFAULT_TO("NatGatewayId",
                                   "nat-1") ","
                                            "{'DestinationCidrBlock':'0.0.0.0/"
                                            "1','VpcPeeringConnectionId':'pcx-1','State':'active'}"
                                            ","
                                            "{'DestinationCidrBlock':'128.0.0.0/"
                                            "1','VpcPeeringConnectionId':'pcx-1','State':'active'}") } },
      "net.egress fail net.more-specific-route\n" },
    { "a more specific route takes part",
      WORLD_NAT,
      { { TABLE,
          ROUTES(DEFAULT_TO("NatGatewayId", "nat-1") ","
                                                     "{'DestinationCidrBlock':'52.0.0.0/"
                                                     "8','TransitGatewayId':'tgw-1','State':'active'}") } },
      "net.egress warn net.more-specific-route\n" },
    { "a more specific route to the same NAT",
      WORLD_NAT,
      { { TABLE,
          ROUTES(DEFAULT_TO(
              "NatGatewayId",
              "nat-1") ","
                       "{'DestinationCidrBlock':'52.0.0.0/8','NatGatewayId':'nat-1','State':'active'}") } },
      "" },
    { "corporate routes are no diversion",
      WORLD_NAT,
      { { TABLE, ROUTES(DEFAULT_TO(
                     "NatGatewayId",
                     "nat-1") ","
                              "{'DestinationCidrBlock':'192.168.0.0/"
                              "16','GatewayId':'vgw-1','State':'active','Origin':'EnableVgwRoutePropagation'}"
                              ","
                              "{'DestinationCidrBlock':'198.51.100.0/"
                              "24','TransitGatewayId':'tgw-1','State':'blackhole'}"
                              ","
                              "{'DestinationCidrBlock':'10.0.0.0/"
                              "8','TransitGatewayId':'tgw-1','State':'active'}") } },
      "" },
    { "static beats propagated",
      WORLD_NAT,
      { { TABLE, ROUTES("{'DestinationCidrBlock':'0.0.0.0/"
                        "0','GatewayId':'vgw-1','State':'active','Origin':'EnableVgwRoutePropagation'}"
                        "," DEFAULT_TO("NatGatewayId", "nat-1")) } },
      "" },
    { "transit gateway",
      WORLD_NAT,
      { { TABLE, ROUTES(DEFAULT_TO("TransitGatewayId", "tgw-1")) } },
      "net.egress unknown net.route-unknown-beyond\n" },
    { "appliance",
      WORLD_NAT,
      { { TABLE, ROUTES(DEFAULT_TO("NetworkInterfaceId", "eni-9")) } },
      "net.egress unknown net.route-unknown-beyond\n" },
    { "gateway load balancer",
      WORLD_NAT,
      { { TABLE, ROUTES(DEFAULT_TO("GatewayId", "vpce-9")) } },
      "net.egress unknown net.route-unknown-beyond\n" },
    { "IPv6 only",
      WORLD_NAT,
      { { "DescribeSubnets", "Subnets[0].Ipv6Native", "true" } },
      "net.egress fail net.ipv6-only\n" },
};

/* Every case alone: exactly what it says is found. */
Test(network_routes, each_fault_is_named_and_nothing_else)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct fault_case *c = &cases[i];
        struct world w = world_new(c->kind);
        for (size_t k = 0; k < 4 && c->changes[k].operation; k++)
            world_set(&w, c->changes[k].operation, c->changes[k].path, c->changes[k].json);
        world_run(&w);
        cr_expect_str_eq(world_wrong(&w), c->wrong, "%s: found\n%s", c->name, world_wrong(&w));
        world_free(&w);
    }
}
