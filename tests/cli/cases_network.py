"""Accounts as somebody builds them by hand from the AWS CLI's documentation: nothing here comes from the collector.

An Account holds plain lists in the shapes that `aws … --output json` prints; faults change those lists; snapshot()
writes the calls an outsider would paste.
"""
import copy
import json

OWNER = "111122223333"
EVERYONE = "0.0.0.0/0"
S3_RANGES = {"us-east-1": ["52.216.0.0/15", "54.231.0.0/16", "3.5.0.0/19"], "eu-west-1": ["52.218.0.0/17", "3.5.64.0/21"],
             "ap-southeast-2": ["52.95.128.0/21", "3.5.164.0/22"], "eu-central-1": ["52.219.44.0/22", "3.5.136.0/22"]}


def rule(number, egress, action, ports=None, cidr=EVERYONE, protocol="6"):
    entry = {"CidrBlock": cidr, "Egress": egress, "Protocol": protocol, "RuleAction": action, "RuleNumber": number}
    return {**entry, "PortRange": {"From": ports[0], "To": ports[1]}} if ports else entry


def open_acl():
    return [rule(n, e, a, protocol="-1") for e in (True, False) for n, a in ((100, "allow"), (32767, "deny"))]


def permission(protocol="-1", ports=None, cidrs=(), groups=(), lists=(), ipv6=()):
    p = {"IpProtocol": protocol, "IpRanges": [{"CidrIp": c} for c in cidrs], "Ipv6Ranges": [{"CidrIpv6": c} for c in ipv6],
         "PrefixListIds": [{"PrefixListId": x} for x in lists],
         "UserIdGroupPairs": [{"UserId": OWNER, "GroupId": g} for g in groups]}
    return {**p, "FromPort": ports[0], "ToPort": ports[1]} if ports else p


class Account:
    def __init__(self, kind="nat", region="us-east-1"):
        self.kind, self.region, self.public_ip = kind, region, kind == "public"
        self.image_region = region
        self.vpc = {"VpcId": "vpc-0a", "CidrBlock": "10.0.0.0/16", "DhcpOptionsId": "dopt-0a", "State": "available",
                    "OwnerId": OWNER, "IsDefault": False, "InstanceTenancy": "default",
                    "CidrBlockAssociationSet": [{"AssociationId": "vpc-cidr-assoc-0a", "CidrBlock": "10.0.0.0/16",
                                                 "CidrBlockState": {"State": "associated"}}]}
        self.attributes = {"EnableDnsSupport": True, "EnableDnsHostnames": True}
        self.subnets = [self.subnet("subnet-0t1", "10.0.1.0/24", "a"), self.subnet("subnet-0t2", "10.0.2.0/24", "b"),
                        self.subnet("subnet-0p1", "10.0.101.0/24", "a")]
        self.task_subnets, self.task_groups = ["subnet-0t1", "subnet-0t2"], ["sg-0task"]
        self.igws = [{"InternetGatewayId": "igw-0a", "OwnerId": OWNER, "Tags": [],
                      "Attachments": [{"State": "available", "VpcId": "vpc-0a"}]}]
        self.nats = [{"NatGatewayId": "nat-0a", "VpcId": "vpc-0a", "SubnetId": "subnet-0p1", "State": "available",
                      "ConnectivityType": "public", "CreateTime": "2026-01-01T00:00:00+00:00",
                      "NatGatewayAddresses": [{"AllocationId": "eipalloc-0a", "NetworkInterfaceId": "eni-0nat",
                                               "PrivateIp": "10.0.101.9", "PublicIp": "198.51.100.7"}]}]
        self.task_table = self.table("rtb-0task", [("subnet-0t1", False), ("subnet-0t2", False)])
        self.public_table = self.table("rtb-0pub", [("subnet-0p1", False)])
        self.main_table = self.table("rtb-0main", [(None, True)])
        self.tables = [self.main_table, self.task_table, self.public_table]
        self.public_table["Routes"].append(self.route("GatewayId", "igw-0a"))
        self.acls = [{"NetworkAclId": "acl-0task", "VpcId": "vpc-0a", "IsDefault": False, "OwnerId": OWNER, "Entries": open_acl(),
                      "Associations": [{"NetworkAclAssociationId": "aclassoc-" + s, "NetworkAclId": "acl-0task", "SubnetId": s}
                                       for s in ("subnet-0t1", "subnet-0t2")]},
                     {"NetworkAclId": "acl-0pub", "VpcId": "vpc-0a", "IsDefault": True, "OwnerId": OWNER, "Entries": open_acl(),
                      "Associations": [{"NetworkAclAssociationId": "aclassoc-p", "NetworkAclId": "acl-0pub",
                                        "SubnetId": "subnet-0p1"}]}]
        self.groups = [self.group("sg-0task", [permission(cidrs=[EVERYONE])], []),
                       self.group("sg-0ep", [permission(cidrs=[EVERYONE])],
                                  [permission("tcp", (443, 443), cidrs=["10.0.0.0/16"])])]
        self.endpoints, self.bpa, self.exclusions, self.extra = [], "off", [], []
        self.absent_subnet = None  # EC2 answers a question for several ids, one of them unknown, with an error
        self.prefix_list = [{"PrefixListId": "pl-0s3", "PrefixListName": f"com.amazonaws.{region}.s3", "Cidrs": S3_RANGES[region]}]
        self.dhcp = ["AmazonProvidedDNS"]
        self.images = {"mroptimum-fargate": ["1.4.2"], "mroptimum-lambda": ["1.4.2"]}
        getattr(self, "as_" + kind)()

    # ---- pieces ----

    def subnet(self, name, cidr, zone):
        return {"SubnetId": name, "VpcId": "vpc-0a", "CidrBlock": cidr, "State": "available", "OwnerId": OWNER,
                "AvailabilityZone": self.region + zone, "AvailabilityZoneId": "az" + zone, "AvailableIpAddressCount": 240,
                "MapPublicIpOnLaunch": False, "Ipv6CidrBlockAssociationSet": [], "Ipv6Native": False, "EnableDns64": False}

    @staticmethod
    def route(key, target, to=EVERYONE, state="active"):
        where = "DestinationPrefixListId" if to.startswith("pl-") else "DestinationCidrBlock"
        return {where: to, key: target, "Origin": "CreateRoute", "State": state}

    def table(self, name, links):
        return {"RouteTableId": name, "VpcId": "vpc-0a", "OwnerId": OWNER, "PropagatingVgws": [], "Tags": [],
                "Associations": [{"Main": main, "RouteTableAssociationId": f"rtbassoc-{name}-{s}", "RouteTableId": name,
                                  **({"SubnetId": s} if s else {}), "AssociationState": {"State": "associated"}}
                                 for s, main in links],
                "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable",
                            "State": "active"}]}

    @staticmethod
    def group(name, egress, ingress, vpc="vpc-0a"):
        return {"GroupId": name, "GroupName": name, "Description": name, "VpcId": vpc, "OwnerId": OWNER,
                "IpPermissions": ingress, "IpPermissionsEgress": egress}

    def endpoint(self, service, type_="Interface", **more):
        name = f"com.amazonaws.{self.region}.{service}"
        e = {"VpcEndpointId": "vpce-0" + service.replace(".", ""), "VpcEndpointType": type_, "VpcId": "vpc-0a",
             "ServiceName": name, "State": "available", "RequesterManaged": False, "OwnerId": OWNER, "RouteTableIds": [],
             "PolicyDocument": json.dumps({"Statement": [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]})}
        if type_ == "Gateway":
            e.update(RouteTableIds=["rtb-0task"], SubnetIds=[], Groups=[], PrivateDnsEnabled=False)
        else:
            e.update(SubnetIds=["subnet-0t1", "subnet-0t2"], Groups=[{"GroupId": "sg-0ep", "GroupName": "ep"}],
                     PrivateDnsEnabled=True, NetworkInterfaceIds=["eni-1" + service, "eni-2" + service],
                     DnsEntries=[], IpAddressType="ipv4")
        e.update(more)
        self.endpoints.append(e)
        if type_ == "Gateway":
            self.task_table["Routes"].append(self.route("GatewayId", e["VpcEndpointId"], "pl-0s3"))
        return e

    # ---- kinds of healthy networks ----

    def as_public(self):
        self.task_table["Routes"].append(self.route("GatewayId", "igw-0a"))
        self.nats = []

    def as_nat(self):
        self.task_table["Routes"].append(self.route("NatGatewayId", "nat-0a"))

    def as_private(self):
        self.nats, self.igws = [], []
        self.public_table["Routes"].pop()
        for service in ("ecr.api", "ecr.dkr", "logs"):
            self.endpoint(service)
        self.endpoint("s3", "Gateway")

    def as_regional(self):
        self.as_nat()
        nat = self.nats[0]
        del nat["SubnetId"]
        nat.update(AvailabilityMode="regional", RouteTableId="rtb-0nat", AutoProvisionZones="enabled")
        nat["NatGatewayAddresses"][0].update(AvailabilityZone=self.region + "a", Status="succeeded")
        table = self.table("rtb-0nat", [])
        table["Routes"].append(self.route("GatewayId", "igw-0a"))
        self.tables.append(table)

    # ---- what is asked ----

    def uri(self, what="fargate"):
        return f"{OWNER}.dkr.ecr.{self.image_region}.amazonaws.com/mroptimum-{what}:1.4.2"

    def calls(self):
        ec2 = [("DescribeSubnets", {"SubnetIds": self.task_subnets},
                {"Subnets": [s for s in self.subnets if s["SubnetId"] in self.task_subnets]}),
               ("DescribeSubnets", {"Filters": [{"Name": "vpc-id", "Values": ["vpc-0a"]}]},
                {"Subnets": [s for s in self.subnets if s["VpcId"] == "vpc-0a"]}),
               ("DescribeVpcs", {"VpcIds": ["vpc-0a"]}, {"Vpcs": [self.vpc]}),
               ("DescribeRouteTables", {}, {"RouteTables": self.tables}),
               ("DescribeInternetGateways", {}, {"InternetGateways": self.igws}),
               ("DescribeNatGateways", {}, {"NatGateways": self.nats}),
               ("DescribeVpcEndpoints", {}, {"VpcEndpoints": self.endpoints}),
               ("DescribeNetworkAcls", {}, {"NetworkAcls": self.acls}),
               ("DescribeSecurityGroups", {}, {"SecurityGroups": self.groups}),
               ("DescribeDhcpOptions", {"DhcpOptionsIds": ["dopt-0a"]},
                {"DhcpOptions": [{"DhcpOptionsId": "dopt-0a", "OwnerId": OWNER, "DhcpConfigurations": [
                    {"Key": "domain-name-servers", "Values": [{"Value": v} for v in self.dhcp]}]}]}),
               ("DescribePrefixLists", {}, {"PrefixLists": self.prefix_list}),
               ("DescribeVpcBlockPublicAccessOptions", {},
                {"VpcBlockPublicAccessOptions": {"AwsAccountId": OWNER, "AwsRegion": self.region, "State": "update-complete",
                                                 "InternetGatewayBlockMode": self.bpa, "ManagedBy": "account",
                                                 "ExclusionsAllowed": "allowed"}}),
               ("DescribeVpcBlockPublicAccessExclusions", {}, {"VpcBlockPublicAccessExclusions": self.exclusions})]
        for member, value in self.attributes.items():
            ec2.append(("DescribeVpcAttribute", {"VpcId": "vpc-0a", "Attribute": member[0].lower() + member[1:]},
                        {"VpcId": "vpc-0a", member: {"Value": value}}))
        calls = [{"service": "ec2", "operation": o, "region": self.region, "input": i, "status": "ok", "output": out}
                 for o, i, out in ec2]
        if self.absent_subnet:
            calls[0].pop("output")
            calls[0].update(status="error", error={"code": "InvalidSubnetID.NotFound", "http_status": 400,
                                                   "message": f"The subnet ID '{self.absent_subnet}' does not exist"})
        calls.insert(0, {"service": "sts", "operation": "GetCallerIdentity", "region": self.region, "input": {}, "status": "ok",
                         "output": {"UserId": "AIDA", "Account": OWNER, "Arn": f"arn:aws:iam::{OWNER}:user/me"}})
        for name, tags in self.images.items():
            asked = {"repositoryName": name, "registryId": OWNER}
            one = {"service": "ecr", "operation": "DescribeImages", "region": self.image_region, "status": "ok",
                   "input": {**asked, "imageIds": [{"imageTag": "1.4.2"}]}}
            if tags is None:
                one.update(status="error", error={"code": "RepositoryNotFoundException", "http_status": 400, "message":
                           f"The repository with name '{name}' does not exist in the registry with id '{OWNER}'"})
            elif "1.4.2" not in tags:
                one.update(status="error", error={"code": "ImageNotFoundException", "http_status": 400,
                                                  "message": "The image with imageId {imageDigest:'null', imageTag:'1.4.2'} "
                                                             f"does not exist within the repository with name '{name}'"})
            else:
                one["output"] = {"imageDetails": [{"registryId": OWNER, "repositoryName": name, "imageDigest": "sha256:" + "a" * 64,
                                                   "imageTags": tags, "imageSizeInBytes": 900000000}]}
            calls.append(one)
        return calls + self.extra

    def snapshot(self, **options):
        """Options: without (operations left out), denied (operations refused), order (reorders calls), bare."""
        calls = [copy.deepcopy(c) for c in self.calls() if c["operation"] not in options.get("without", ())]
        for call in calls:
            if call["operation"] in options.get("denied", ()):
                call.pop("output", None)
                call.update(status="error", error={"code": "UnauthorizedOperation", "http_status": 403,
                                                   "message": "You are not authorized to perform this operation."})
        if options.get("order"):
            options["order"](calls)
        doc = {"schema": "m2-snapshot/1", "account": OWNER, "region": self.region, "calls": calls,
               "target": {"subnets": self.task_subnets, "security_groups": self.task_groups, "assign_public_ip": self.public_ip,
                          "fargate_image": self.uri(), "lambda_image": self.uri("lambda")}}
        if not options.get("bare"):
            doc.update(tool="aws-cli", collected_at="2026-11-23T09:00:00Z", redacted=False)
        return doc
