"""Faults of hand-made accounts: each is a function that breaks an Account, with the cause that must be named."""
import json

from cases_network import EVERYONE, Account, open_acl, permission, rule

FAULTS = []  # (name, cause, kinds, function)


def fault(cause, *kinds):
    def add(f):
        FAULTS.append((f.__name__, cause, kinds or ("public", "nat", "private", "regional"), f))
        return f
    return add


def default(a):
    return next(r for r in a.task_table["Routes"] if r.get("DestinationCidrBlock") == EVERYONE)


def by_id(items, key, value):
    return next(i for i in items if i[key] == value)


def task_group(a):
    return by_id(a.groups, "GroupId", "sg-0task")


def endpoint(a, service):
    return next(e for e in a.endpoints if e["ServiceName"].endswith("." + service))


# ---- subnets ----

@fault("net.subnet-missing")
def subnet_gone(a):
    a.subnets = [s for s in a.subnets if s["SubnetId"] != "subnet-0t2"]


@fault("net.subnet-missing")
def subnet_gone_error(a):
    subnet_gone(a)
    a.task_subnets = ["subnet-0t1", "subnet-0t2"]
    a.absent_subnet = "subnet-0t2"


@fault("net.subnet-missing")
def subnet_pending(a):
    a.subnets[1]["State"] = "pending"


@fault("net.subnets-different-vpc")
def subnets_apart(a):
    a.subnets[1]["VpcId"] = "vpc-0other"


@fault("net.subnet-no-free-ips")
def subnet_full(a):
    a.subnets[0]["AvailableIpAddressCount"] = 0


@fault("net.security-group-missing")
def group_gone(a):
    a.groups = [g for g in a.groups if g["GroupId"] != "sg-0task"]


@fault("net.security-group-other-vpc")
def group_elsewhere(a):
    task_group(a)["VpcId"] = "vpc-0other"


# ---- routes ----

@fault("net.no-default-route", "public", "nat", "regional")
def no_route(a):
    a.task_table["Routes"].remove(default(a))


@fault("net.no-default-route", "public", "nat", "regional")
def association_lost(a):
    a.task_table["Associations"] = []  # the main table has no way out


@fault("net.no-default-route", "nat")
def peering_as_default(a):
    route = default(a)
    route.pop("NatGatewayId")
    route["VpcPeeringConnectionId"] = "pcx-0a"


@fault("net.no-default-route", "nat")
def egress_only_as_default(a):
    a.task_table["Routes"].remove(default(a))
    a.task_table["Routes"].append({"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-0a",
                                   "Origin": "CreateRoute", "State": "active"})


@fault("net.blackhole-route", "nat")
def nat_deleted_long_ago(a):
    default(a)["State"] = "blackhole"
    a.nats = []


@fault("net.blackhole-route", "public")
def igw_deleted(a):
    default(a)["State"] = "blackhole"
    a.igws = []


@fault("net.blackhole-route", "nat")
def tgw_attachment_gone(a):
    route = default(a)
    route.pop("NatGatewayId")
    route.update(TransitGatewayId="tgw-0a", State="blackhole")


@fault("net.igw-without-public-ip", "public")
def no_public_ip(a):
    a.public_ip = False


@fault("net.igw-without-public-ip", "nat")
def nat_subnets_made_public(a):
    route = default(a)
    route.pop("NatGatewayId")
    route["GatewayId"] = "igw-0a"


@fault("net.igw-detached", "public")
def igw_detached(a):
    a.igws[0]["Attachments"] = []


@fault("net.igw-detached", "public")
def igw_of_another_vpc(a):
    a.igws[0]["Attachments"] = [{"State": "available", "VpcId": "vpc-0other"}]


@fault("net.igw-detached", "public")
def igw_detaching(a):
    a.igws[0]["Attachments"][0]["State"] = "detached"


@fault("net.igw-detached", "public")
def igw_detached_blackhole(a):
    a.igws[0]["Attachments"] = []
    default(a)["State"] = "blackhole"


@fault("net.nat-not-available", "nat", "regional")
def nat_failed(a):
    a.nats[0].update(State="failed", FailureCode="Gateway.NotAttached",
                     FailureMessage="Network vpc-0a has no Internet gateway attached")


@fault("net.nat-not-available", "nat", "regional")
def nat_pending(a):
    a.nats[0]["State"] = "pending"


@fault("net.nat-not-available", "nat")
def nat_deleted(a):
    a.nats[0]["State"] = "deleted"
    default(a)["State"] = "blackhole"


@fault("net.nat-in-private-subnet", "nat")
def nat_without_way_out(a):
    a.public_table["Routes"].pop()


@fault("net.nat-in-private-subnet", "nat")
def nat_among_tasks(a):
    a.nats[0]["SubnetId"] = "subnet-0t1"


@fault("net.nat-private-connectivity", "nat")
def nat_private(a):
    a.nats[0]["ConnectivityType"] = "private"
    a.nats[0]["NatGatewayAddresses"][0].pop("PublicIp")


@fault("net.more-specific-route", "public", "nat", "regional")
def halves_to_nowhere(a):
    for half in ("0.0.0.0/1", "128.0.0.0/1"):
        a.task_table["Routes"].append(a.route("NetworkInterfaceId", "eni-0gone", half, "blackhole"))


@fault("net.more-specific-route", "nat")
def halves_to_peering(a):
    for half in ("0.0.0.0/1", "128.0.0.0/1"):
        a.task_table["Routes"].append(a.route("VpcPeeringConnectionId", "pcx-0a", half))


@fault("net.ipv6-only")
def ipv6_native(a):
    s = a.subnets[0]
    s.update(Ipv6Native=True, Ipv6CidrBlockAssociationSet=[{"AssociationId": "x", "Ipv6CidrBlock": "2600:1f18::/64",
                                                          "Ipv6CidrBlockState": {"State": "associated"}}])
    s.pop("CidrBlock")


@fault("net.vpc-block-public-access", "public", "nat", "regional")
def bpa_bidirectional(a):
    a.bpa = "block-bidirectional"


@fault("net.vpc-block-public-access", "public")
def bpa_ingress(a):
    a.bpa = "block-ingress"


@fault("net.vpc-block-public-access", "public")
def bpa_egress_exclusion_is_not_enough(a):
    a.bpa = "block-bidirectional"
    a.exclusions = [{"ExclusionId": "vpcbpa-exclude-0a", "InternetGatewayExclusionMode": "allow-egress", "State": "create-complete",
                     "ResourceArn": f"arn:aws:ec2:{a.region}:111122223333:vpc/vpc-0a"}]


@fault("net.vpc-block-public-access", "public", "nat")
def bpa_on_the_subnet_only(a):
    for s in a.subnets:
        s["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": "block-bidirectional"}


# ---- ACLs ----

@fault("net.acl-blocks-egress")
def acl_denies_https(a):
    a.acls[0]["Entries"].append(rule(50, True, "deny", (443, 443)))


@fault("net.acl-blocks-egress")
def acl_without_egress(a):
    a.acls[0]["Entries"] = [e for e in open_acl() if not (e["Egress"] and e["RuleNumber"] == 100)]


@fault("net.acl-blocks-egress", "nat")
def nat_acl_shuts_out_tasks(a):
    a.acls[1]["Entries"].append(rule(10, False, "deny", cidr="10.0.0.0/16", protocol="-1"))


@fault("net.acl-blocks-return")
def acl_denies_answers(a):
    a.acls[0]["Entries"].append(rule(50, False, "deny", (1024, 65535)))


@fault("net.acl-blocks-return", "public", "nat", "regional")
def acl_only_https_in(a):
    a.acls[0]["Entries"] = [rule(100, True, "allow", protocol="-1"), rule(32767, True, "deny", protocol="-1"),
                            rule(100, False, "allow", (443, 443)), rule(32767, False, "deny", protocol="-1")]


@fault("net.acl-blocks-return", "nat")
def nat_acl_denies_answers(a):
    a.acls[1]["Entries"].append(rule(10, False, "deny", (1024, 65535)))


# ---- groups ----

@fault("net.sg-blocks-egress")
def no_egress_rules(a):
    task_group(a)["IpPermissionsEgress"] = []


@fault("net.sg-blocks-egress")
def egress_http_only(a):
    task_group(a)["IpPermissionsEgress"] = [permission("tcp", (80, 80), cidrs=[EVERYONE])]


@fault("net.sg-blocks-egress", "public", "nat", "regional")
def egress_inside_only(a):
    task_group(a)["IpPermissionsEgress"] = [permission(cidrs=["10.0.0.0/16"])]


@fault("net.sg-blocks-egress")
def egress_udp(a):
    task_group(a)["IpPermissionsEgress"] = [permission("udp", (0, 65535), cidrs=[EVERYONE])]


@fault("net.sg-blocks-egress", "public", "nat", "regional")
def egress_ipv6_only(a):
    task_group(a)["IpPermissionsEgress"] = [permission(ipv6=["::/0"])]


@fault("net.sg-blocks-egress", "private")
def egress_without_s3(a):
    task_group(a)["IpPermissionsEgress"] = [permission("tcp", (443, 443), cidrs=["10.0.0.0/16"])]


# ---- DNS ----

@fault("net.dns-support-off")
def dns_off(a):
    a.attributes["EnableDnsSupport"] = False


@fault("net.dns-hostnames-off", "private")
def hostnames_off(a):
    a.attributes["EnableDnsHostnames"] = False


# ---- endpoints ----

@fault("net.endpoint-sg-blocks", "private")
def endpoint_group_without_https(a):
    by_id(a.groups, "GroupId", "sg-0ep")["IpPermissions"] = [permission("tcp", (80, 80), cidrs=["10.0.0.0/16"])]


@fault("net.endpoint-sg-blocks", "private")
def endpoint_group_other_source(a):
    by_id(a.groups, "GroupId", "sg-0ep")["IpPermissions"] = [permission("tcp", (443, 443), groups=["sg-0bastion"])]


@fault("net.endpoint-sg-blocks", "nat")
def broken_endpoint_beside_nat(a):
    a.endpoint("ecr.api")
    by_id(a.groups, "GroupId", "sg-0ep")["IpPermissions"] = []


@fault("net.endpoint-private-dns-off", "private")
def private_dns_off(a):
    endpoint(a, "ecr.dkr")["PrivateDnsEnabled"] = False


@fault("net.endpoint-not-available", "private")
def endpoint_pending(a):
    endpoint(a, "ecr.api")["State"] = "pendingAcceptance"


@fault("net.endpoint-not-available", "private")
def endpoint_failed(a):
    endpoint(a, "logs").update(State="failed", LastError={"Code": "x", "Message": "no capacity"})


@fault("net.endpoint-not-available", "private")
def gateway_deleting(a):
    endpoint(a, "s3")["State"] = "deleting"


@fault("net.endpoint-policy-denies", "private")
def s3_policy_own_bucket_only(a):
    endpoint(a, "s3")["PolicyDocument"] = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::mine", "arn:aws:s3:::mine/*"]}]})


@fault("net.endpoint-policy-denies", "private")
def ecr_policy_without_token(a):
    endpoint(a, "ecr.api")["PolicyDocument"] = json.dumps({"Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage"], "Resource": "*"}]})


@fault("net.endpoint-policy-denies", "private")
def ecr_policy_for_another_account_alone(a):
    endpoint(a, "ecr.dkr")["PolicyDocument"] = json.dumps({"Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ["999999999999", "arn:aws:iam::888888888888:root"]}, "Action": "ecr:*", "Resource": "*"}]})


@fault("net.endpoint-policy-denies", "private")
def logs_policy_denies(a):
    endpoint(a, "logs")["PolicyDocument"] = json.dumps({"Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "logs:PutLogEvents", "Resource": "*"}]})


def remove(service):
    def go(a):
        a.endpoints.remove(endpoint(a, service))
        if service == "s3":
            a.task_table["Routes"] = [r for r in a.task_table["Routes"] if "DestinationPrefixListId" not in r]
    go.__name__ = "without_" + service
    return go


for one in ("ecr.api", "ecr.dkr", "logs", "s3"):
    fault("net.endpoint-missing", "private")(remove(one))


@fault("net.s3-endpoint-not-associated", "private")
def s3_not_routed(a):
    endpoint(a, "s3")["RouteTableIds"] = ["rtb-0main"]
    a.task_table["Routes"] = [r for r in a.task_table["Routes"] if "DestinationPrefixListId" not in r]


# ---- images ----

def unpulled(a):
    """Nobody pulled the image: ECR's own answers are all there is, as in every account made by hand."""
    if hasattr(a, "doc"):
        a.doc["calls"] = [c for c in a.doc["calls"] if c["service"] != "registry"]


@fault("image.repository-missing")
def repository_gone(a):
    unpulled(a)
    a.images["mroptimum-fargate"] = None


@fault("image.tag-missing")
def tag_gone(a):
    unpulled(a)
    a.images["mroptimum-lambda"] = ["1.4.1"]


# Pairs in which the first fault really hides the second: nothing that is left shows it, or it is undone.
AWAY = "the traffic does not go there any more"
SAME = "both change the same thing; the later one counts"
OLD_WAY = {"nat_acl_denies_answers", "nat_acl_shuts_out_tasks", "nat_among_tasks", "nat_deleted", "nat_failed", "nat_pending",
           "nat_private", "nat_without_way_out", "halves_to_nowhere", "halves_to_peering"}
IGW_WAY = {"igw_detached", "igw_detaching", "igw_of_another_vpc", "no_public_ip"}
HIDES = {
    "association_lost": (AWAY, OLD_WAY | IGW_WAY | {"igw_deleted", "igw_detached_blackhole", "nat_deleted_long_ago",
                                                    "nat_subnets_made_public", "tgw_attachment_gone"}),
    "no_route": (AWAY, OLD_WAY | IGW_WAY),
    "egress_only_as_default": (AWAY, OLD_WAY),
    "peering_as_default": (AWAY, OLD_WAY | {"bpa_bidirectional", "bpa_on_the_subnet_only"}),
    "tgw_attachment_gone": (AWAY, OLD_WAY | {"bpa_bidirectional", "bpa_on_the_subnet_only"}),
    "nat_subnets_made_public": (AWAY, OLD_WAY),
    "nat_deleted": (AWAY, OLD_WAY | {"peering_as_default"}),
    "nat_deleted_long_ago": (AWAY, OLD_WAY | {"peering_as_default"}),
    "nat_among_tasks": ("the NAT gateway has left that subnet", {"nat_acl_denies_answers", "nat_acl_shuts_out_tasks"}),
    "halves_to_nowhere": ("without another route these two are the default route", {"egress_only_as_default", "no_route"}),
    "halves_to_peering": ("without another route these two are the default route", {"egress_only_as_default", "no_route"}),
    "ipv6_native": ("no IPv4 address is handed out there", {"subnet_full"}),
    "acl_without_egress": (SAME, {"acl_only_https_in"}),
    "acl_only_https_in": (SAME, {"acl_denies_https", "acl_without_egress"}),
    "gateway_deleting": (SAME, {"s3_not_routed"}),
    "subnet_gone": (SAME, {"subnets_apart"}),
    "subnet_gone_error": (SAME, {"subnets_apart"}),
    "subnets_apart": (SAME, {"group_elsewhere"}),
    "without_ecr.api": (SAME, {"ecr_policy_without_token", "endpoint_pending"}),
    "without_ecr.dkr": (SAME, {"private_dns_off"}),
    "without_logs": (SAME, {"endpoint_failed", "logs_policy_denies"}),
    "without_s3": (SAME, {"egress_without_s3", "gateway_deleting", "s3_policy_own_bucket_only"}),
}


def healthy(kind, region="us-east-1"):
    return Account(kind, region)
