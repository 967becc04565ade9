"""A Mode 2 account in the emulator, as upstream's templates make it, and the ways to break it."""
import json

import boto3
from botocore.config import Config

REGION = "us-east-1"
STACK = "mroptimum-mode2"
HUB = "469266894233"
HUB_IMAGE = f"{HUB}.dkr.ecr.us-east-1.amazonaws.com/mroptimum-"
TASK_FAMILY, LOG_GROUP = "run-job-fargate", "/ecs/run-job-fargate"


def trust(**principal):
    return {"Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}


def hub_trust(external_id="lab-42"):
    policy = trust(AWS=f"arn:aws:iam::{HUB}:role/CloudMRQueueJob")
    if external_id:
        policy["Statement"][0]["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return policy


def allow(name, *actions):
    """An inline policy as a template has it."""
    return {"PolicyName": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}}


class Account:
    """Clients of one emulated account, and what was made in it."""

    def __init__(self, endpoint, region=REGION):
        self.endpoint, self.region = endpoint, region
        self._clients = {}
        self.id = self.client("sts").get_caller_identity()["Account"]

    def client(self, service):
        if service not in self._clients:
            self._clients[service] = boto3.client(
                service, endpoint_url=self.endpoint, region_name=self.region, aws_access_key_id="testing",
                aws_secret_access_key="testing", config=Config(retries={"max_attempts": 1}))
        return self._clients[service]

    @property
    def ec2(self):
        return self.client("ec2")

    # ---- networks: each returns (vpc, [two subnets], security group) ----

    def vpc(self, cidr="10.1.0.0/16", dns=True):
        vpc = self.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
        self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": dns})
        self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        return vpc

    def subnet(self, vpc, cidr, zone="a"):
        return self.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr,
                                      AvailabilityZone=self.region + zone)["Subnet"]["SubnetId"]

    def group(self, vpc, name="mroptimum-tasks"):
        return self.ec2.create_security_group(VpcId=vpc, GroupName=name, Description="tasks")["GroupId"]

    def main_table(self, vpc):
        tables = self.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
        return next(t["RouteTableId"] for t in tables if any(a.get("Main") for a in t["Associations"]))

    def table(self, vpc, *subnets):
        table = self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        for subnet in subnets:
            self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        return table

    def internet_gateway(self, vpc):
        igw = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=igw, VpcId=vpc)
        return igw

    def default_route(self, table, **target):
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)

    def isolated(self):
        vpc = self.vpc()
        subnets = [self.subnet(vpc, "10.1.1.0/24", "a"), self.subnet(vpc, "10.1.2.0/24", "b")]
        return vpc, subnets, self.group(vpc)

    def public(self):
        vpc, subnets, group = self.isolated()
        self.default_route(self.main_table(vpc), GatewayId=self.internet_gateway(vpc))
        return vpc, subnets, group

    def private_with_nat(self, nat_is_public=True):
        vpc, subnets, group = self.isolated()
        outer = self.subnet(vpc, "10.1.9.0/24", "a")
        if nat_is_public:
            self.default_route(self.table(vpc, outer), GatewayId=self.internet_gateway(vpc))
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        nat = self.ec2.create_nat_gateway(SubnetId=outer, AllocationId=address)["NatGateway"]["NatGatewayId"]
        self.default_route(self.main_table(vpc), NatGatewayId=nat)
        return vpc, subnets, group

    def private_with_endpoints(self, private_dns=True, s3_tables=True):
        vpc, subnets, group = self.isolated()
        inner = self.group(vpc, "endpoints")
        self.ec2.authorize_security_group_ingress(GroupId=inner, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.1.0.0/16"}]}])
        for service in ("ecr.api", "ecr.dkr", "logs"):
            self.ec2.create_vpc_endpoint(VpcId=vpc, VpcEndpointType="Interface", SubnetIds=subnets,
                                         ServiceName=f"com.amazonaws.{self.region}.{service}",
                                         SecurityGroupIds=[inner], PrivateDnsEnabled=private_dns)
        tables = [self.main_table(vpc)] if s3_tables else [self.table(vpc)]
        self.ec2.create_vpc_endpoint(VpcId=vpc, VpcEndpointType="Gateway", RouteTableIds=tables,
                                     ServiceName=f"com.amazonaws.{self.region}.s3")
        return vpc, subnets, group

    # ---- the stack ----

    def task_definition(self, image=HUB_IMAGE + "fargate:latest", role="task-execution"):
        iam = self.client("iam")
        arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(
            trust(Service="ecs-tasks.amazonaws.com")))["Role"]["Arn"]
        iam.put_role_policy(RoleName=role, PolicyName="pull-and-log", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
                "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer",
                "ecr:BatchGetImage", "logs:CreateLogStream", "logs:PutLogEvents", "s3:GetObject", "s3:PutObject"]}]}))
        options = {"awslogs-group": LOG_GROUP, "awslogs-region": self.region, "awslogs-stream-prefix": "ecs"}
        return self.client("ecs").register_task_definition(
            family=TASK_FAMILY, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="4096",
            memory="16384", executionRoleArn=arn, taskRoleArn=arn, containerDefinitions=[
                {"name": "run-job", "image": image, "essential": True,
                 "logConfiguration": {"logDriver": "awslogs", "options": options}}],
        )["taskDefinition"]["taskDefinitionArn"]

    def definition(self, task, subnets, group, public_ip):
        function = f"arn:aws:lambda:{self.region}:{self.id}:function:{STACK}-RunJob"
        network = {"Subnets": subnets, "SecurityGroups": [group], "AssignPublicIp": public_ip}
        return json.dumps({"StartAt": "SelectPlatform", "States": {
            "SelectPlatform": {"Type": "Choice", "Default": "RunViaLambda", "Choices": [
                {"Variable": "$.platform", "StringEquals": "fargate", "Next": "RunViaFargate"}]},
            "RunViaLambda": {"Type": "Task", "Resource": function, "End": True},
            "RunViaFargate": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "End": True,
                              "Parameters": {"LaunchType": "FARGATE", "Cluster": f"{STACK}-cluster",
                                             "TaskDefinition": task,
                                             "NetworkConfiguration": {"AwsvpcConfiguration": network}}}}})

    def child_template(self, definition, memory):
        role = {"Fn::GetAtt": ["InvokeRole", "Arn"]}
        function = {"FunctionName": f"{STACK}-RunJob", "PackageType": "Image", "Role": role, "Timeout": 900,
                    "MemorySize": memory, "Code": {"ImageUri": HUB_IMAGE + "lambda:latest"}}
        return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {
            "InvokeRole": {"Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": trust(Service=["states.amazonaws.com", "lambda.amazonaws.com"]),
                "Policies": [allow("run", "lambda:InvokeFunction", "ecs:RunTask", "ecs:StopTask", "ecs:DescribeTasks",
                                   "iam:PassRole", "events:PutTargets", "events:PutRule", "events:DescribeRule",
                                   "s3:GetObject", "s3:PutObject")]}},
            "ECSCluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": f"{STACK}-cluster"}},
            "RunJobFargateLogGroup": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": LOG_GROUP}},
            "RunJobLambda": {"Type": "AWS::Lambda::Function", "Properties": function},
            "JobChooserStateMachine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
                "StateMachineName": f"{STACK}-JobChooser", "RoleArn": role, "DefinitionString": definition}}},
            "Outputs": {"StateMachineArn": {"Value": {"Ref": "JobChooserStateMachine"}}}}

    def bucket_names(self):
        return {kind: f"{STACK}-{kind}-{self.id}" for kind in ("data", "results", "failed")}

    def root_template(self, child_url, assume):
        def bucket(name):
            rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            return {"Type": "AWS::S3::Bucket", "Properties": {
                "BucketName": name,
                "BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]},
                "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "IgnorePublicAcls": True,
                                                   "BlockPublicPolicy": True, "RestrictPublicBuckets": True}}}
        names = self.bucket_names()
        machine = f"arn:aws:states:{self.region}:{self.id}:stateMachine:{STACK}-JobChooser"
        return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {
            "DataBucket": bucket(names["data"]), "ResultsBucket": bucket(names["results"]),
            "FailedBucket": bucket(names["failed"]),
            "CloudMRCrossAccountRole": {"Type": "AWS::IAM::Role", "Properties": {
                "RoleName": f"{STACK}-CloudMRCrossAccountRole", "AssumeRolePolicyDocument": assume, "Policies": [
                    allow("jobs", "states:StartExecution", "states:DescribeExecution", "states:GetExecutionHistory"),
                    allow("results", "s3:GetObject", "s3:ListBucket")]}},
            "CalculationApp": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": child_url}}},
            "Outputs": {
                "CalculationStateMachineArn": {"Value": machine},
                "DataBucketName": {"Value": names["data"]}, "ResultsBucketName": {"Value": names["results"]},
                "FailedBucketName": {"Value": names["failed"]}, "Mode": {"Value": "mode_2"},
                "CloudMRCrossAccountRoleArn": {"Value": {"Fn::GetAtt": ["CloudMRCrossAccountRole", "Arn"]}}}}

    def deploy(self, network, public_ip="ENABLED", image=HUB_IMAGE + "fargate:latest", assume=None, memory=3008):
        """The stack in NETWORK (vpc, subnets, group)."""
        _, subnets, group = network
        s3 = self.client("s3")
        where = {} if self.region == REGION else {
            "CreateBucketConfiguration": {"LocationConstraint": self.region}}
        s3.create_bucket(Bucket="templates", **where)
        definition = self.definition(self.task_definition(image), subnets, group, public_ip)
        s3.put_object(Bucket="templates", Key="child.json",
                      Body=json.dumps(self.child_template(definition, memory)))
        template = self.root_template("https://s3.amazonaws.com/templates/child.json", assume or hub_trust())
        self.client("cloudformation").create_stack(StackName=STACK, TemplateBody=json.dumps(template),
                                                   Capabilities=["CAPABILITY_NAMED_IAM"])
