"""Accounts in the emulator: how each is made and what m2-doctor must say of it.

A scenario is (name, function of Account, expected). Expected: None for a healthy account (no fail at all), else the
cause slugs that must be among the root causes. A leading "warn:" asks for a warning instead.
"""
import json
import time

from seed import HUB, LOG_GROUP, STACK, hub_trust, trust


def pre_deployment(a):
    a.ec2.attach_internet_gateway(
        InternetGatewayId=a.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"],
        VpcId=default_vpc(a))
    table = a.main_table(default_vpc(a))
    igw = a.ec2.describe_internet_gateways()["InternetGateways"][0]["InternetGatewayId"]
    a.default_route(table, GatewayId=igw)


def default_vpc(a):
    return a.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]


def public(a):
    a.deploy(a.public())


def nat(a):
    a.deploy(a.private_with_nat(), public_ip="DISABLED")


def endpoints(a):
    a.deploy(a.private_with_endpoints(), public_ip="DISABLED")


def no_route(a):
    a.deploy(a.isolated(), public_ip="DISABLED")


def no_public_ip(a):
    a.deploy(a.public(), public_ip="DISABLED")


def gateway_detached(a):
    network = a.public()
    igw = a.ec2.describe_internet_gateways(
        Filters=[{"Name": "attachment.vpc-id", "Values": [network[0]]}])["InternetGateways"][0]["InternetGatewayId"]
    a.deploy(network)
    a.ec2.detach_internet_gateway(InternetGatewayId=igw, VpcId=network[0])


def nat_in_private_subnet(a):
    a.deploy(a.private_with_nat(nat_is_public=False), public_ip="DISABLED")


def group_without_egress(a):
    network = a.public()
    a.ec2.revoke_security_group_egress(GroupId=network[2], IpPermissions=[
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    a.deploy(network)


def group_open(a):
    network = a.public()
    a.ec2.authorize_security_group_ingress(GroupId=network[2], IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    a.deploy(network)


def acl_denies(a, egress):
    network = a.public()
    acl = a.ec2.describe_network_acls(
        Filters=[{"Name": "vpc-id", "Values": [network[0]]}])["NetworkAcls"][0]["NetworkAclId"]
    a.ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=50, Protocol="6", RuleAction="deny", Egress=egress,
                                   CidrBlock="0.0.0.0/0", PortRange={"From": 0, "To": 65535})
    a.deploy(network)


def no_dns(a):
    network = a.public()
    a.ec2.modify_vpc_attribute(VpcId=network[0], EnableDnsSupport={"Value": False})
    a.deploy(network)


def two_vpcs(a):
    vpc, subnets, group = a.public()
    _, others, _ = a.public()
    a.deploy((vpc, [subnets[0], others[0]], group))


def foreign_group(a):
    vpc, subnets, _ = a.public()
    a.deploy((vpc, subnets, a.public()[2]))


def s3_not_associated(a):
    a.deploy(a.private_with_endpoints(s3_tables=False), public_ip="DISABLED")


def no_private_dns(a):
    a.deploy(a.private_with_endpoints(private_dns=False), public_ip="DISABLED")


def log_group_gone(a):
    public(a)
    a.client("logs").delete_log_group(logGroupName=LOG_GROUP)


def bucket_gone(a):
    public(a)
    a.client("s3").delete_bucket(Bucket=a.bucket_names()["results"])


def bucket_public(a):
    public(a)
    name, s3 = a.bucket_names()["results"], a.client("s3")
    s3.delete_public_access_block(Bucket=name)
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}]}))
    s3.put_bucket_acl(Bucket=name, ACL="public-read")


def trusts_anyone(a):
    a.deploy(a.public(), assume=trust(AWS="*"))


def trusts_whole_account(a):
    a.deploy(a.public(), assume=trust(AWS=f"arn:aws:iam::{HUB}:root"))


def no_external_id(a):
    a.deploy(a.public(), assume=hub_trust(external_id=None))


def role_gone(a):
    public(a)
    iam, role = a.client("iam"), f"{STACK}-CloudMRCrossAccountRole"
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.delete_role_policy(RoleName=role, PolicyName=policy)
    iam.delete_role(RoleName=role)


def machine_gone(a):
    public(a)
    machine = f"arn:aws:states:us-east-1:{a.id}:stateMachine:{STACK}-JobChooser"
    a.client("stepfunctions").delete_state_machine(stateMachineArn=machine)


def function_gone(a):
    public(a)
    a.client("lambda").delete_function(FunctionName=f"{STACK}-RunJob")


def reports(a, function, *seconds):
    """What Lambda writes at the end of runs of FUNCTION; the job's own lines around them."""
    logs, group = a.client("logs"), f"/aws/lambda/{function}"
    stream = "2026/11/23/[$LATEST]5b1c2f7de1d24c6d8f0a9b3c4d5e6f70"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000) - 60_000
    for n, s in enumerate(seconds):
        report = (f"REPORT RequestId: 0f9b6a1e-5d0c-4a33-9f0e-6c1b7d2e8f{n:02}\tDuration: {s * 1000:.2f} ms\t"
                  f"Billed Duration: {s * 1000} ms\tMemory Size: 3008 MB\tMax Memory Used: 1874 MB\t\n")
        logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[
            {"timestamp": now + 3 * n, "message": "using the token SECRET-OF-A-JOB to write the REPORT\n"},
            {"timestamp": now + 3 * n + 1, "message": "the REPORT RequestId: of SECRET-OF-A-JOB\n"},
            {"timestamp": now + 3 * n + 2, "message": report}])


def timeout_near(a):
    public(a)
    reports(a, f"{STACK}-RunJob", 120, 855, 240)


def timeout_far(a):
    public(a)
    reports(a, f"{STACK}-RunJob", 120, 800, 240)


def tag_missing(a):
    a.client("ecr").create_repository(repositoryName="mroptimum-custom")
    a.deploy(a.public(), image=f"{a.id}.dkr.ecr.us-east-1.amazonaws.com/mroptimum-custom:v1")


def repository_missing(a):
    a.deploy(a.public(), image=f"{a.id}.dkr.ecr.us-east-1.amazonaws.com/mroptimum-custom:v1")


def gateway_detached_and_group_closed(a):
    network = a.public()
    igw = a.ec2.describe_internet_gateways(
        Filters=[{"Name": "attachment.vpc-id", "Values": [network[0]]}])["InternetGateways"][0]["InternetGatewayId"]
    a.ec2.revoke_security_group_egress(GroupId=network[2], IpPermissions=[
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    a.deploy(network)
    a.ec2.detach_internet_gateway(InternetGatewayId=igw, VpcId=network[0])


def one_zone(a):
    vpc, subnets, group = a.public()
    a.deploy((vpc, [subnets[0], a.subnet(vpc, "10.1.3.0/24", "a")], group))


def subnet_gone(a):
    network = a.public()
    a.deploy(network)
    a.ec2.delete_subnet(SubnetId=network[1][1])


def group_gone(a):
    network = a.public()
    a.deploy(network)
    a.ec2.delete_security_group(GroupId=network[2])


def nat_deleted(a):
    network = a.private_with_nat()
    a.deploy(network, public_ip="DISABLED")
    nat = a.ec2.describe_nat_gateways(Filters=[{"Name": "vpc-id", "Values": [network[0]]}])["NatGateways"][0]["NatGatewayId"]
    a.ec2.delete_nat_gateway(NatGatewayId=nat)


def nat_private(a):
    vpc, subnets, group = a.isolated()
    outer = a.subnet(vpc, "10.1.9.0/24", "a")
    a.default_route(a.table(vpc, outer), GatewayId=a.internet_gateway(vpc))
    nat = a.ec2.create_nat_gateway(SubnetId=outer, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    a.default_route(a.main_table(vpc), NatGatewayId=nat)
    a.deploy((vpc, subnets, group), public_ip="DISABLED")


def no_host_names(a):
    network = a.private_with_endpoints()
    a.ec2.modify_vpc_attribute(VpcId=network[0], EnableDnsHostnames={"Value": False})
    a.deploy(network, public_ip="DISABLED")


def endpoint_of(a, vpc, service):
    return next(e for e in a.ec2.describe_vpc_endpoints()["VpcEndpoints"]
                if e["VpcId"] == vpc and e["ServiceName"].endswith(service))


def endpoint_gone(a):
    network = a.private_with_endpoints()
    a.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_of(a, network[0], "ecr.dkr")["VpcEndpointId"]])
    a.deploy(network, public_ip="DISABLED")


def endpoint_group_closed(a):
    network = a.private_with_endpoints()
    group = endpoint_of(a, network[0], "ecr.api")["Groups"][0]["GroupId"]
    a.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.1.0.0/16"}]}])
    a.deploy(network, public_ip="DISABLED")


def endpoint_policy(a):
    network = a.private_with_endpoints()
    a.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint_of(a, network[0], ".s3")["VpcEndpointId"], PolicyDocument=json.dumps(
        {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::mine/*"}]}))
    a.deploy(network, public_ip="DISABLED")


HEALTHY = [("pre-deployment", pre_deployment), ("public", public), ("nat", nat), ("endpoints", endpoints),
           ("timeout-far", timeout_far)]

BROKEN = [
    ("no-route", no_route, ["net.no-default-route"]),
    ("no-public-ip", no_public_ip, ["net.igw-without-public-ip"]),
    ("gateway-detached", gateway_detached, ["net.igw-detached"]),
    ("nat-in-private-subnet", nat_in_private_subnet, ["net.nat-in-private-subnet"]),
    ("group-without-egress", group_without_egress, ["net.sg-blocks-egress"]),
    ("group-open", group_open, ["warn:net.sg-open-ingress"]),
    ("acl-egress", lambda a: acl_denies(a, True), ["net.acl-blocks-egress"]),
    ("acl-return", lambda a: acl_denies(a, False), ["net.acl-blocks-return"]),
    ("no-dns", no_dns, ["net.dns-support-off"]),
    ("foreign-group", foreign_group, ["net.security-group-other-vpc"]),
    ("one-zone", one_zone, ["warn:net.subnets-same-az"]),
    ("subnet-gone", subnet_gone, ["net.subnet-missing"]),
    ("group-gone", group_gone, ["net.security-group-missing"]),
    ("nat-deleted", nat_deleted, ["net.nat-not-available"]),
    ("nat-private", nat_private, ["net.nat-private-connectivity"]),
    ("no-host-names", no_host_names, ["net.dns-hostnames-off"]),
    ("endpoint-gone", endpoint_gone, ["net.endpoint-missing"]),
    ("endpoint-group-closed", endpoint_group_closed, ["net.endpoint-sg-blocks"]),
    ("endpoint-policy", endpoint_policy, ["net.endpoint-policy-denies"]),
    ("two-vpcs", two_vpcs, ["net.subnets-different-vpc"]),
    ("s3-not-associated", s3_not_associated, ["net.s3-endpoint-not-associated"]),
    ("no-private-dns", no_private_dns, ["net.endpoint-private-dns-off"]),
    ("log-group-gone", log_group_gone, ["fargate.log-group-missing"]),
    ("bucket-gone", bucket_gone, ["bucket.missing"]),
    ("bucket-public", bucket_public, ["bucket.public"]),
    ("trusts-anyone", trusts_anyone, ["access.trust-anyone"]),
    ("trusts-whole-account", trusts_whole_account, ["warn:access.trust-whole-account"]),
    ("no-external-id", no_external_id, ["warn:access.trust-no-external-id"]),
    ("role-gone", role_gone, ["access.role-missing"]),
    ("machine-gone", machine_gone, ["workflow.missing"]),
    ("function-gone", function_gone, ["workflow.target-missing"]),
    ("timeout-near", timeout_near, ["warn:lambda.timeout-near"]),
    ("tag-missing", tag_missing, ["image.tag-missing"]),
    ("repository-missing", repository_missing, ["image.repository-missing"]),
    ("two-faults", gateway_detached_and_group_closed, ["net.igw-detached", "net.sg-blocks-egress"]),
]
