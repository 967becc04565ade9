"""Writes a snapshot of a large account: SIZE × 200 VPCs, and a stack with SIZE × 100,000 events.

    make_account.py SIZE OUT.json

One thing is broken, in the VPC of the tasks only: the default route leads to a NAT gateway that is in a subnet
without a route to an internet gateway. In every other VPC all is well. The VPC of the tasks is the last one, so that
nothing is found by reading the start of a list. With SIZE 0 the account is small: one VPC, ten events.
"""
import datetime
import json
import sys

ACCOUNT, REGION, STACK = "111122223333", "us-east-1", "mroptimum-mode2"
ARN = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/5c0ffee0-0000-4000-8000-000000000001"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{STACK}-JobChooser"
HUB = "469266894233"  # the account of upstream that starts the jobs
NOW = datetime.datetime(2026, 3, 2, 12, 0, 0, tzinfo=datetime.timezone.utc)
VPCS, EVENTS = 200, 100_000


def hexid(prefix, vpc, n=0):
    return f"{prefix}-{vpc * 16 + n:017x}"


def iso(seconds_ago):
    return (NOW - datetime.timedelta(seconds=seconds_ago)).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def subnet(vpc, n):
    return {"SubnetId": hexid("subnet", vpc, n), "VpcId": hexid("vpc", vpc), "State": "available",
            "CidrBlock": f"10.{vpc % 256}.{n}.0/24", "AvailableIpAddressCount": 240, "OwnerId": ACCOUNT,
            "AvailabilityZone": f"{REGION}{'abc'[n % 3]}", "AvailabilityZoneId": f"use1-az{n % 3 + 1}",
            "MapPublicIpOnLaunch": False, "DefaultForAz": False, "Tags": [{"Key": "Name", "Value": f"net {vpc} {n}"}]}


def table(vpc, n, subnets, main, **target):
    local = {"DestinationCidrBlock": f"10.{vpc % 256}.0.0/16", "GatewayId": "local", "State": "active",
             "Origin": "CreateRouteTable"}
    routes = [local]
    if target:
        routes.append({"DestinationCidrBlock": "0.0.0.0/0", "State": "active", "Origin": "CreateRoute", **target})
    links = [{"RouteTableAssociationId": hexid("rtbassoc", vpc, n), "RouteTableId": hexid("rtb", vpc, n), "Main": True,
              "AssociationState": {"State": "associated"}}] if main else []
    links += [{"RouteTableAssociationId": hexid("rtbassoc", vpc, 8 + s), "RouteTableId": hexid("rtb", vpc, n),
               "Main": False, "SubnetId": hexid("subnet", vpc, s), "AssociationState": {"State": "associated"}}
              for s in subnets]
    return {"RouteTableId": hexid("rtb", vpc, n), "VpcId": hexid("vpc", vpc), "OwnerId": ACCOUNT, "Tags": [],
            "Routes": routes, "Associations": links, "PropagatingVgws": []}


def group(vpc, n, name):
    return {"GroupId": hexid("sg", vpc, n), "GroupName": name, "VpcId": hexid("vpc", vpc), "OwnerId": ACCOUNT,
            "Description": name, "IpPermissions": [], "Tags": [],
            "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [],
                                     "PrefixListIds": [], "UserIdGroupPairs": []}]}


def acl(vpc, subnets):
    entries = [{"CidrBlock": "0.0.0.0/0", "Egress": egress, "Protocol": "-1", "RuleAction": action, "RuleNumber": number}
               for egress in (True, False) for action, number in (("allow", 100), ("deny", 32767))]
    return {"NetworkAclId": hexid("acl", vpc), "VpcId": hexid("vpc", vpc), "IsDefault": True, "OwnerId": ACCOUNT,
            "Tags": [], "Entries": entries, "Associations": [
                {"NetworkAclAssociationId": hexid("aclassoc", vpc, s), "NetworkAclId": hexid("acl", vpc),
                 "SubnetId": hexid("subnet", vpc, s)} for s in subnets]}


def network(vpcs):
    """The answers about VPCS networks: in each two inner subnets behind a NAT gateway in an outer one."""
    lists = {name: [] for name in ("Vpcs", "Subnets", "RouteTables", "SecurityGroups", "NetworkAcls",
                                   "InternetGateways", "NatGateways")}
    for vpc in range(1, vpcs + 1):
        broken = vpc == vpcs
        lists["Vpcs"].append({"VpcId": hexid("vpc", vpc), "CidrBlock": f"10.{vpc % 256}.0.0/16", "State": "available",
                              "IsDefault": False, "OwnerId": ACCOUNT, "DhcpOptionsId": "default", "Tags": []})
        lists["Subnets"] += [subnet(vpc, n) for n in range(3)]
        lists["RouteTables"].append(table(vpc, 0, [], True, NatGatewayId=hexid("nat", vpc)))
        outward = {} if broken else {"GatewayId": hexid("igw", vpc)}
        lists["RouteTables"].append(table(vpc, 1, [2], False, **outward))
        lists["SecurityGroups"] += [group(vpc, 0, "default"), group(vpc, 1, "tasks")]
        lists["NetworkAcls"].append(acl(vpc, range(3)))
        lists["InternetGateways"].append({"InternetGatewayId": hexid("igw", vpc), "OwnerId": ACCOUNT, "Tags": [],
                                          "Attachments": [{"VpcId": hexid("vpc", vpc), "State": "available"}]})
        lists["NatGateways"].append({
            "NatGatewayId": hexid("nat", vpc), "VpcId": hexid("vpc", vpc), "SubnetId": hexid("subnet", vpc, 2),
            "State": "available", "ConnectivityType": "public", "CreateTime": iso(9_000_000), "Tags": [],
            "NatGatewayAddresses": [{"AllocationId": hexid("eipalloc", vpc), "PublicIp": "203.0.113.7",
                                     "IsPrimary": True, "Status": "succeeded"}]})
    return lists


def resources():
    kinds = [("JobChooserStateMachine", "AWS::StepFunctions::StateMachine", MACHINE),
             ("ECSCluster", "AWS::ECS::Cluster", f"{STACK}-cluster"),
             ("CloudMRCrossAccountRole", "AWS::IAM::Role", f"{STACK}-CloudMRCrossAccountRole"),
             *((f"{k.title()}Bucket", "AWS::S3::Bucket", f"{STACK}-{k}-{ACCOUNT}") for k in ("data", "results", "failed"))]
    return [{"LogicalResourceId": name, "ResourceType": kind, "PhysicalResourceId": physical,
             "ResourceStatus": "CREATE_COMPLETE", "LastUpdatedTimestamp": iso(8_000_000)} for name, kind, physical in kinds]


def events(count):
    """Updates, newest first, long done; each touches the resources in turn."""
    items = resources()
    for n in range(count):
        item = items[n // 2 % len(items)]
        yield {"StackId": ARN, "StackName": STACK, "EventId": f"{item['LogicalResourceId']}-{count - n:08d}",
               "LogicalResourceId": item["LogicalResourceId"], "PhysicalResourceId": item["PhysicalResourceId"],
               "ResourceType": item["ResourceType"], "Timestamp": iso(8_000_000 + 4 * n),
               "ResourceStatus": "UPDATE_IN_PROGRESS" if n % 2 else "UPDATE_COMPLETE",
               "ResourceProperties": json.dumps({"Tags": [{"Key": "run", "Value": str(n)}], "Name": item["PhysicalResourceId"]})}


def state_machine(vpc):
    task = {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "End": True, "Parameters": {
        "LaunchType": "FARGATE", "Cluster": f"{STACK}-cluster", "TaskDefinition": "run-job-fargate",
        "NetworkConfiguration": {"AwsvpcConfiguration": {
            "Subnets": [hexid("subnet", vpc, 0), hexid("subnet", vpc, 1)], "SecurityGroups": [hexid("sg", vpc, 1)],
            "AssignPublicIp": "DISABLED"}}}}
    return {"stateMachineArn": MACHINE, "name": f"{STACK}-JobChooser", "status": "ACTIVE", "type": "STANDARD",
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/{STACK}-machine", "creationDate": iso(9_000_000),
            "definition": json.dumps({"StartAt": "Run", "States": {"Run": task}})}


def account(size):
    vpcs = max(1, VPCS * size)
    outputs = {"CalculationStateMachineArn": MACHINE,
               **{f"{k.title()}BucketName": f"{STACK}-{k}-{ACCOUNT}" for k in ("data", "results", "failed")}}
    role = f"{STACK}-CloudMRCrossAccountRole"
    outputs["CloudMRCrossAccountRoleArn"] = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    stack = {"StackId": ARN, "StackName": STACK, "StackStatus": "UPDATE_COMPLETE", "CreationTime": iso(9_000_000),
             "Parameters": [], "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()]}
    trust = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{HUB}:role/CloudMRQueueJob"},
        "Condition": {"StringEquals": {"sts:ExternalId": "lab-42"}}}]}
    calls = [("sts", "GetCallerIdentity", {}, {"Account": ACCOUNT, "UserId": "AIDAEXAMPLE",
                                               "Arn": f"arn:aws:iam::{ACCOUNT}:user/ada"}),
             ("cloudformation", "DescribeStacks", {"StackName": STACK}, {"Stacks": [stack]}),
             ("cloudformation", "ListStackResources", {"StackName": ARN}, {"StackResourceSummaries": resources()}),
             ("cloudformation", "DescribeStackEvents", {"StackName": ARN},
              {"StackEvents": list(events(max(10, EVENTS * size)))}),
             ("stepfunctions", "DescribeStateMachine", {"stateMachineArn": MACHINE}, state_machine(vpcs)),
             ("iam", "GetRole", {"RoleName": role},
              {"Role": {"RoleName": role, "Path": "/", "Arn": outputs["CloudMRCrossAccountRoleArn"],
                        "AssumeRolePolicyDocument": trust}}),
             ("ec2", "DescribeVpcEndpoints", {}, {"VpcEndpoints": []})]
    calls += [("ec2", f"Describe{name}", {}, {name: items}) for name, items in network(vpcs).items()]
    calls += [("ec2", "DescribeVpcAttribute", {"VpcId": hexid("vpc", vpcs), "Attribute": "enableDns" + what},
               {"VpcId": hexid("vpc", vpcs), "EnableDns" + what: {"Value": True}}) for what in ("Support", "Hostnames")]
    return {"schema": "m2-snapshot/1", "tool": "generated", "collected_at": iso(0), "account": ACCOUNT, "region": REGION,
            "redacted": False, "target": {"stack": STACK}, "calls": [
                {"service": s, "operation": o, "region": REGION, "input": i, "status": "ok", "output": out}
                for s, o, i, out in calls]}


def main():
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        json.dump(account(int(sys.argv[1])), out)


if __name__ == "__main__":
    main()
