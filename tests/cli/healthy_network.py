"""Networks in which every task works: each function bends a healthy Account into another healthy shape."""
import json

from cases_network import EVERYONE, OWNER, Account, open_acl, permission, rule
from faults_network import by_id, default, endpoint, task_group

HEALTHY = []  # (name, kind, function, warnings that are right)


def shape(*kinds, warns=()):
    def add(f):
        HEALTHY.extend((f.__name__, kind, f, set(warns)) for kind in kinds)
        return f
    return add


@shape("public", "nat", "private", "regional")
def plain(a):
    pass


@shape("public", "nat", "regional")
def egress_https_only(a):
    task_group(a)["IpPermissionsEgress"] = [permission("tcp", (443, 443), cidrs=[EVERYONE])]


@shape("public", "nat", "private")
def two_groups_each_a_half(a):
    task_group(a)["IpPermissionsEgress"] = [permission("tcp", (443, 443), cidrs=["0.0.0.0/1"])]
    a.groups.append(a.group("sg-0second", [permission("tcp", (443, 443), cidrs=["128.0.0.0/1"])], []))
    a.task_groups.append("sg-0second")


@shape("private")
def tight_groups(a):
    task_group(a)["IpPermissionsEgress"] = [permission("tcp", (443, 443), groups=["sg-0ep"]),
                                            permission("tcp", (443, 443), lists=["pl-0s3"])]
    by_id(a.groups, "GroupId", "sg-0ep").update(IpPermissionsEgress=[], IpPermissions=[
        permission("tcp", (443, 443), groups=["sg-0task"])])


@shape("private")
def one_group_for_all(a):
    group = task_group(a)
    group["IpPermissions"] = [permission(groups=["sg-0task"])]
    for e in a.endpoints[:3]:
        e["Groups"] = [{"GroupId": "sg-0task", "GroupName": "x"}]


@shape("public", "nat", "regional")
def sample_acl(a):
    a.acls[0]["Entries"] = [rule(100, True, "allow", (443, 443)), rule(110, True, "allow", (80, 80)),
                            rule(32767, True, "deny", protocol="-1"), rule(100, False, "allow", (32768, 65535)),
                            rule(32767, False, "deny", protocol="-1")]


@shape("private")
def private_acl(a):
    a.acls[0]["Entries"] = [rule(100, True, "allow", cidr="10.0.0.0/16", protocol="-1"),
                            rule(110, True, "allow", (443, 443)), rule(32767, True, "deny", protocol="-1"),
                            rule(100, False, "allow", cidr="10.0.0.0/16", protocol="-1"),
                            rule(110, False, "allow", (1024, 65535)), rule(32767, False, "deny", protocol="-1")]


@shape("nat")
def acl_of_the_nat_subnet(a):
    a.acls[1]["Entries"] = [rule(100, True, "allow", (443, 443)), rule(110, True, "allow", (32768, 61000), "10.0.0.0/16"),
                            rule(32767, True, "deny", protocol="-1"), rule(100, False, "allow", (443, 443), "10.0.0.0/16"),
                            rule(110, False, "allow", (1024, 65535)), rule(32767, False, "deny", protocol="-1")]


@shape("public", "nat", "private")
def acl_denies_ssh(a):
    a.acls[0]["Entries"] += [rule(10, False, "deny", (22, 22)), rule(20, False, "deny", (3389, 3389)), rule(30, True, "deny", (25, 25))]


@shape("public", "nat")
def acl_denies_an_attacker(a):
    a.acls[0]["Entries"] += [rule(10, False, "deny", cidr="203.0.113.7/32", protocol="-1")]


@shape("public", "nat", "regional")
def with_s3_gateway(a):
    a.endpoint("s3", "Gateway")


@shape("nat", "public")
def s3_gateway_of_other_tables(a):
    a.endpoint("s3", "Gateway", RouteTableIds=["rtb-0main"])
    a.task_table["Routes"] = [r for r in a.task_table["Routes"] if "DestinationPrefixListId" not in r]


@shape("nat", "public")
def with_working_endpoints(a):
    a.endpoint("ecr.api"), a.endpoint("logs")


@shape("nat")
def with_unused_endpoints(a):
    a.endpoint("ecr.api", PrivateDnsEnabled=False)
    a.attributes["EnableDnsHostnames"] = False


@shape("nat", "public", "regional")
def hostnames_do_not_matter(a):
    a.attributes["EnableDnsHostnames"] = False


@shape("private")
def endpoints_state_in_capitals(a):
    for e in a.endpoints:
        e["State"] = "Available"


@shape("private")
def s3_interface_for_inbound(a):
    a.endpoint("s3", VpcEndpointId="vpce-0s3i", DnsOptions={"DnsRecordIpType": "ipv4", "PrivateDnsOnlyForInboundResolverEndpoint": True})


@shape("private")
def policies_that_suffice(a):
    def policy(actions, resources="*"):
        return json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": actions, "Resource": resources}]})
    endpoint(a, "ecr.api")["PolicyDocument"] = policy(["ecr:*"])
    endpoint(a, "ecr.dkr")["PolicyDocument"] = policy(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetAuthorizationToken"])
    endpoint(a, "logs")["PolicyDocument"] = policy(["logs:CreateLogStream", "logs:PutLogEvents"])
    endpoint(a, "s3")["PolicyDocument"] = policy(["s3:GetObject", "s3:PutObject"],
                                                 [f"arn:aws:s3:::prod-{a.region}-starport-layer-bucket/*", "arn:aws:s3:::jobs/*"])


@shape("private")
def policy_for_this_account(a):
    endpoint(a, "logs")["PolicyDocument"] = json.dumps({"Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
         "Condition": {"StringEquals": {"aws:PrincipalAccount": OWNER}}}]})


@shape("private")
def policy_denies_another_account(a):
    endpoint(a, "ecr.api")["PolicyDocument"] = json.dumps({"Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "*", "Resource": "*"}]})


@shape("private", warns=["net.endpoint-subnet-az"])
def endpoints_in_one_zone(a):
    for e in a.endpoints[:3]:
        e["SubnetIds"] = ["subnet-0t1"]


@shape("private")
def endpoints_in_subnets_of_their_own(a):
    a.subnets += [a.subnet("subnet-0e1", "10.0.51.0/24", "a"), a.subnet("subnet-0e2", "10.0.52.0/24", "b")]
    a.acls[1]["Associations"] += [{"NetworkAclAssociationId": s, "NetworkAclId": "acl-0pub", "SubnetId": s}
                                  for s in ("subnet-0e1", "subnet-0e2")]
    for e in a.endpoints[:3]:
        e["SubnetIds"] = ["subnet-0e1", "subnet-0e2"]


@shape("nat", "regional")
def bpa_ingress_behind_nat(a):
    a.bpa = "block-ingress"


@shape("private")
def bpa_without_internet(a):
    a.bpa = "block-bidirectional"


def exclude(a, mode, state="create-complete"):
    a.exclusions = [{"ExclusionId": "vpcbpa-exclude-0a", "InternetGatewayExclusionMode": mode, "State": state,
                     "ResourceArn": f"arn:aws:ec2:{a.region}:{OWNER}:vpc/vpc-0a"}]


@shape("public", "nat", "regional")
def bpa_vpc_excluded(a):
    a.bpa = "block-bidirectional"
    exclude(a, "allow-bidirectional", "update-complete")


@shape("nat")
def bpa_vpc_egress_allowed(a):
    a.bpa = "block-bidirectional"
    exclude(a, "allow-egress")


def default_to(a, **target):
    route = default(a)
    for key in ("NatGatewayId", "GatewayId"):
        route.pop(key, None)
    route.update(target)


@shape("nat")
def through_transit_gateway(a):
    default_to(a, TransitGatewayId="tgw-0a")
    a.nats = []


@shape("nat")
def through_an_appliance(a):
    default_to(a, NetworkInterfaceId="eni-0fw", InstanceId="i-0fw", InstanceOwnerId=OWNER)


@shape("nat")
def through_a_firewall_endpoint(a):
    default_to(a, GatewayId="vpce-0gwlb")


@shape("nat")
def through_cloud_wan(a):
    default_to(a, CoreNetworkArn="arn:aws:networkmanager::111122223333:core-network/core-network-0a")


@shape("nat", "public", "private", "regional")
def with_a_corporate_network(a):
    a.task_table["Routes"] += [{"DestinationCidrBlock": "192.168.0.0/16", "GatewayId": "vgw-0a", "State": "active",
                                "Origin": "EnableVgwRoutePropagation"}, a.route("TransitGatewayId", "tgw-0a", "10.0.0.0/8"),
                               a.route("VpcPeeringConnectionId", "pcx-0a", "172.31.0.0/16"),
                               a.route("VpcPeeringConnectionId", "pcx-0old", "10.77.0.0/16", "blackhole")]


@shape("nat", "public")
def with_a_network_of_a_university(a):
    a.task_table["Routes"] += [a.route("GatewayId", "vgw-0a", "18.4.0.0/16"), a.route("GatewayId", "vgw-0a", "128.122.0.0/16"),
                               a.route("GatewayId", "vgw-0a", "56.0.0.0/16")]


@shape("nat", "public", "regional")
def with_a_corporate_prefix_list(a):
    a.task_table["Routes"].append(a.route("TransitGatewayId", "tgw-0a", "pl-0corp"))
    a.extra.append({"service": "ec2", "operation": "GetManagedPrefixListEntries", "region": a.region, "status": "ok",
                    "input": {"PrefixListId": "pl-0corp"}, "output": {"Entries": [{"Cidr": "10.64.0.0/12"}]}})


@shape("nat", "public")
def with_an_unread_prefix_list(a):
    a.task_table["Routes"].append(a.route("TransitGatewayId", "tgw-0a", "pl-0corp"))


@shape("nat", "public", "private")
def in_a_second_range(a):
    a.vpc["CidrBlockAssociationSet"].append({"AssociationId": "b", "CidrBlock": "100.64.0.0/16", "CidrBlockState": {"State": "associated"}})
    for i, s in enumerate(a.subnets[:2]):
        s["CidrBlock"] = f"100.64.{i}.0/24"
    by_id(a.groups, "GroupId", "sg-0ep")["IpPermissions"].append(permission("tcp", (443, 443), cidrs=["100.64.0.0/16"]))
    for t in a.tables:
        t["Routes"].append({"DestinationCidrBlock": "100.64.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"})


@shape("nat", "public", "regional")
def dual_stack(a):
    for i, s in enumerate(a.subnets):
        s["Ipv6CidrBlockAssociationSet"] = [{"AssociationId": "x", "Ipv6CidrBlock": f"2600:1f18:0:{i}::/64",
                                             "Ipv6CidrBlockState": {"State": "associated"}}]
    a.task_table["Routes"].append({"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-0a", "State": "active",
                                   "Origin": "CreateRoute"})
    for acl in a.acls:
        acl["Entries"].append({"Ipv6CidrBlock": "::/0", "Egress": True, "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 101})


@shape("nat", "public")
def main_table_serves_all(a):
    a.task_table["Associations"] = [{"Main": True, "RouteTableAssociationId": "m", "RouteTableId": "rtb-0task",
                                     "AssociationState": {"State": "associated"}}]
    a.tables.remove(a.main_table)


@shape("nat")
def a_nat_per_zone(a):
    a.nats.append(json.loads(json.dumps(a.nats[0]).replace("nat-0a", "nat-0b").replace("subnet-0p1", "subnet-0p2")))
    a.subnets.append(a.subnet("subnet-0p2", "10.0.102.0/24", "b"))
    a.public_table["Associations"].append({**a.public_table["Associations"][0], "SubnetId": "subnet-0p2"})
    a.acls[1]["Associations"].append({"NetworkAclAssociationId": "q", "NetworkAclId": "acl-0pub", "SubnetId": "subnet-0p2"})
    a.task_table["Associations"].pop()
    other = a.table("rtb-0task2", [("subnet-0t2", False)])
    other["Routes"].append(a.route("NatGatewayId", "nat-0b"))
    a.tables.append(other)


@shape("nat")
def with_dead_nats_beside(a):
    for state in ("deleted", "failed"):
        a.nats.insert(0, {**a.nats[-1], "NatGatewayId": "nat-" + state, "State": state, "FailureCode": "InsufficientFreeAddressesInSubnet"})


@shape("nat", "public", "private")
def with_a_broken_vpc_beside(a):
    other = json.loads(json.dumps(Account("nat", a.region).__dict__).replace("-0", "-9"))
    for route in other["task_table"]["Routes"]:
        route["State"] = "blackhole"
    a.tables += [other["task_table"], other["main_table"]]
    a.igws.append({"InternetGatewayId": "igw-9a", "Attachments": []})
    a.nats += [{**n, "State": "failed"} for n in other["nats"]]
    a.acls += [{**x, "Entries": []} for x in other["acls"]]
    a.subnets += other["subnets"]
    a.endpoints.append({"VpcEndpointId": "vpce-9", "VpcEndpointType": "Interface", "VpcId": "vpc-9a", "State": "failed",
                        "ServiceName": f"com.amazonaws.{a.region}.ecr.api"})


@shape("public", "nat")
def igw_says_attached(a):
    a.igws[0]["Attachments"][0]["State"] = "attached"


@shape("nat", "private")
def resolver_by_address(a):
    a.dhcp = ["10.0.0.2"]


@shape("nat", "private", warns=["net.dns-custom-servers"])
def own_dns_servers(a):
    a.dhcp = ["10.0.9.10", "10.0.9.11"]


@shape("nat", "private")
def inbound_from_the_vpc(a):
    task_group(a)["IpPermissions"] = [permission("tcp", (22, 22), cidrs=["10.0.0.0/16"]), permission(groups=["sg-0task"])]


@shape("nat", warns=["net.sg-open-ingress"])
def inbound_from_everyone(a):
    task_group(a)["IpPermissions"] = [permission("tcp", (22, 22), cidrs=[EVERYONE])]


@shape("nat", "public")
def eight_addresses_left(a):
    a.subnets[0]["AvailableIpAddressCount"] = 8


@shape("nat", warns=["net.subnet-no-free-ips"])
def seven_addresses_left(a):
    a.subnets[0]["AvailableIpAddressCount"] = 7


@shape("nat", "public", "private")
def one_subnet(a):
    a.task_subnets.pop()


@shape("nat", warns=["net.subnets-same-az"])
def two_subnets_of_one_zone(a):
    a.subnets[1].update({key: a.subnets[0][key] for key in ("AvailabilityZone", "AvailabilityZoneId")})


@shape("nat", "public", "private")
def group_associated_with_the_vpc(a):
    task_group(a)["VpcId"] = "vpc-0shared"
    a.extra.append({"service": "ec2", "operation": "DescribeSecurityGroupVpcAssociations", "region": a.region, "status": "ok", "input": {},
                    "output": {"SecurityGroupVpcAssociations": [{"GroupId": "sg-0task", "VpcId": "vpc-0a", "VpcOwnerId": OWNER,
                                                                 "State": "associated"}]}})


@shape("nat", "private", "public")
def shared_by_another_account(a):
    """The owner's tables, ACLs and gateways are not shown to the account that uses the subnets."""
    for s in a.subnets:
        s["OwnerId"] = "444455556666"
    a.vpc["OwnerId"] = "444455556666"
    a.tables.clear(), a.nats.clear(), a.igws.clear(), a.acls.clear(), a.endpoints.clear()


@shape("nat", "public")
def image_of_us_east_1(a):
    a.image_region = "us-east-1"


@shape("public")
def gateway_table_of_a_default_vpc(a):
    for s in a.subnets:
        s.update(MapPublicIpOnLaunch=True, DefaultForAz=True)
    a.vpc["IsDefault"] = True


@shape("nat", "public", "private")
def acl_rules_in_any_order(a):
    a.acls[0]["Entries"] = list(reversed(open_acl())) + [rule(200, True, "deny", (443, 443)), rule(200, False, "deny", (1024, 65535))]
