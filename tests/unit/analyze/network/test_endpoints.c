#include <criterion/criterion.h>

#include "netfault.h"

static const struct fault_case cases[] = {
    /* ---- net.dns ---- */
    { "no DNS",
      WORLD_NAT,
      { { "DescribeVpcAttribute", "EnableDnsSupport.Value", "false" } },
      "net.dns fail net.dns-support-off\n" },
    { "no host names, NAT",
      WORLD_NAT,
      { { "DescribeVpcAttribute#1", "EnableDnsHostnames.Value", "false" } },
      "" },
    { "no host names, endpoints",
      WORLD_ENDPOINTS,
      { { "DescribeVpcAttribute#1", "EnableDnsHostnames.Value", "false" } },
      "net.dns fail net.dns-hostnames-off\n" },
    { "own DNS servers",
      WORLD_NAT,
      { { "DescribeDhcpOptions", "DhcpOptions[0].DhcpConfigurations",
          "[{'Key':'domain-name-servers','Values':[{'Value':'10.9.9.9'}]}]" } },
      "net.dns warn net.dns-custom-servers\n" },
    { "the VPC's resolver by address",
      WORLD_NAT,
      { { "DescribeDhcpOptions", "DhcpOptions[0].DhcpConfigurations",
          "[{'Key':'domain-name','Values':[{'Value':'x.org'}]},{'Key':'domain-name-servers','Values':[{'"
          "Value':'10.0.0.2'}]}]" } },
      "" },
    /* ---- net.endpoints ---- */
    { "endpoint's group keeps the task out",
      WORLD_ENDPOINTS,
      { { "DescribeSecurityGroups", "SecurityGroups[1].IpPermissions", "[]" } },
      "net.endpoints fail net.endpoint-sg-blocks\n" },
    { "endpoint's group lets the subnets in",
      WORLD_ENDPOINTS,
      { { "DescribeSecurityGroups", "SecurityGroups[1].IpPermissions", OUT_TO("10.0.0.0/16") } },
      "" },
    { "endpoint's group lets one subnet in",
      WORLD_ENDPOINTS,
      { { "DescribeSecurityGroups", "SecurityGroups[1].IpPermissions", OUT_TO("10.0.1.0/24") } },
      "net.endpoints fail net.endpoint-sg-blocks\n" },
    { "a broken endpoint wins over the NAT",
      WORLD_ENDPOINTS,
      { { TABLE, ROUTES(DEFAULT_TO(
                     "NatGatewayId",
                     "nat-1") ","
                              "{'DestinationPrefixListId':'pl-s3','GatewayId':'vpce-s3','State':'active'}") },
        { "DescribeSecurityGroups", "SecurityGroups[1].IpPermissions", "[]" } },
      "net.endpoints fail net.endpoint-sg-blocks\n" },
    { "private DNS off",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[1].PrivateDnsEnabled", "false" } },
      "net.endpoints fail net.endpoint-private-dns-off\n" },
    { "private DNS off, but NAT",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[1].PrivateDnsEnabled", "false" },
        { TABLE,
          ROUTES(DEFAULT_TO(
              "NatGatewayId",
              "nat-1") ","
                       "{'DestinationPrefixListId':'pl-s3','GatewayId':'vpce-s3','State':'active'}") } },
      "" },
    { "endpoint pending",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[0].State", "'pendingAcceptance'" } },
      "net.endpoints fail net.endpoint-not-available\n" },
    { "S3 endpoint deleting",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[3].State", "'Deleting'" } },
      "net.endpoints fail net.endpoint-not-available\n" },
    { "policy",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[3].PolicyDocument",
          "'{\\'Statement\\':[{\\'Effect\\':\\'Allow\\',\\'Principal\\':\\'*\\',\\'Action\\':\\'s3:*\\',\\'"
          "Resource\\':\\'arn:aws:s3:::mine/*\\'}]}'" } },
      "net.endpoints fail net.endpoint-policy-denies\n" },
    { "policy with the layers",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[3].PolicyDocument",
          "{'Statement':[{'Effect':'Allow','Principal':'*','Action':['s3:GetObject','s3:PutObject'],"
          "'Resource':['arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*','arn:aws:s3:::mine/*']}]}" } },
      "" },
    { "policy with a condition",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[2].PolicyDocument",
          "{'Statement':[{'Effect':'Allow','Principal':'*','Action':'*','Resource':'*','Condition':{'"
          "StringEquals':{'aws:PrincipalOrgID':'o-1'}}}]}" } },
      "net.endpoints unknown -\n" },
    { "endpoint missing",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[2].ServiceName", "'com.amazonaws.us-east-1.sts'" } },
      "net.endpoints fail net.endpoint-missing\n" },
    { "the image's region counts",
      WORLD_ENDPOINTS,
      { { "target", "fargate_image", "'469266894233.dkr.ecr.eu-west-1.amazonaws.com/x:1'" } },
      "net.endpoints fail net.endpoint-missing\n" },
    { "another account's image in the same region",
      WORLD_ENDPOINTS,
      { { "target", "fargate_image", "'999966894233.dkr.ecr.us-east-1.amazonaws.com/x:1'" } },
      "" },
    { "image elsewhere over NAT",
      WORLD_NAT,
      { { "target", "fargate_image", "'469266894233.dkr.ecr.eu-west-1.amazonaws.com/x:1'" } },
      "" },
    { "S3 endpoint not associated",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[3].RouteTableIds", "['rtb-p']" }, { TABLE, "[" LOCAL "]" } },
      "net.endpoints fail net.s3-endpoint-not-associated\n" },
    { "S3 endpoint not associated, but NAT",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[3].RouteTableIds", "['rtb-p']" },
        { TABLE, ROUTES(DEFAULT_TO("NatGatewayId", "nat-1")) } },
      "" },
    { "endpoint in one zone",
      WORLD_ENDPOINTS,
      { { "DescribeVpcEndpoints", "VpcEndpoints[0].SubnetIds", "['subnet-a']" },
        { "DescribeVpcEndpoints", "VpcEndpoints[0].NetworkInterfaceIds", "['eni-apia']" } },
      "net.endpoints warn net.endpoint-subnet-az\n" },
    { "endpoint behind an ACL",
      WORLD_ENDPOINTS,
      { { "DescribeNetworkAcls", "NetworkAcls[1].Entries", "[]" },
        { "DescribeVpcEndpoints", "VpcEndpoints[0].SubnetIds", "['subnet-p']" },
        { "DescribeVpcEndpoints", "VpcEndpoints[0].NetworkInterfaceIds", "['eni-x']" } },
      "net.acl fail net.acl-blocks-egress\nnet.acl fail net.acl-blocks-return\nnet.endpoints warn "
      "net.endpoint-subnet-az\n" },
    /* ---- together ---- */
    { "NAT gone and the group shut",
      WORLD_NAT,
      { { "DescribeNatGateways", "NatGateways", "[]" },
        { "DescribeSecurityGroups", "SecurityGroups[0].IpPermissionsEgress", "[]" } },
      "net.egress fail net.nat-not-available\nnet.security-group fail net.sg-blocks-egress\n" },
    { "no route, ACL and DNS",
      WORLD_NAT,
      { { TABLE, "[" LOCAL "]" },
        { "DescribeNetworkAcls", "NetworkAcls[0].Entries[+]",
          RULE("90", "true", "deny", "443", "443", "0.0.0.0/0") },
        { "DescribeVpcAttribute", "EnableDnsSupport.Value", "false" } },
      "net.acl fail net.acl-blocks-egress\nnet.dns fail net.dns-support-off\nnet.egress fail "
      "net.no-default-route\n" },
    { "endpoint's group and policy",
      WORLD_ENDPOINTS,
      { { "DescribeSecurityGroups", "SecurityGroups[1].IpPermissions", "[]" },
        { "DescribeVpcEndpoints", "VpcEndpoints[3].PolicyDocument", "{'Statement':[]}" } },
      "net.endpoints fail net.endpoint-policy-denies\nnet.endpoints fail net.endpoint-sg-blocks\n" },
};

/* Every case alone: exactly what it says is found. */
Test(network_endpoints, each_fault_is_named_and_nothing_else)
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
