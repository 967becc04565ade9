"""Accounts as saved AWS CLI answers show them: a deployed stack, what runs in it, and one fault after another.

An account is a plain list of calls. Nothing here knows the tool: names and shapes are those that
`aws … --output json` prints, the fault texts are those of the services.
"""
import copy
import json

ACCOUNT, REGION, HUB = "111122223333", "eu-central-1", "469266894233"
STACK = "scanner-jobs"
ARN = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}/0a1b2c3d-0000-11ef-8000-0a1b2c3d4e5f"
NESTED = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{STACK}-CalculationApp-1ABC/5a1b2c3d-0000-11ef-8000-0a1b2c3d4e5f"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{STACK}-JobChooser"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{STACK}-cluster"
TASKDEF = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/run-job-fargate:3"
FUNCTION, SELECTOR = f"{STACK}-RunJobLambda-x1", f"{STACK}-PlatformSelector-x1"
ROLE = f"{STACK}-CloudMRCrossAccountRole"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
BUCKETS = {k: f"mr-{k}-{ACCOUNT}" for k in ("data", "results", "failed")}
SUBNET, GROUP = "subnet-0aa1", "sg-0aa1"


def lambda_arn(name):
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def role_arn(name):
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


class Account:
    def __init__(self):
        self.doc = {"schema": "m2-snapshot/1", "account": ACCOUNT, "region": REGION, "calls": []}
        self.executions = []

    def add(self, service, operation, output, **given):
        call = {"service": service, "operation": operation, "input": given, "status": "ok", "output": output}
        self.doc["calls"].append(call)
        return call

    def refuse(self, service, operation, code, message="", **given):
        self.doc["calls"].append({"service": service, "operation": operation, "input": given, "status": "error",
                                  "error": {"code": code, "message": message}})

    def calls(self, operation, about=None):
        return [c for c in self.doc["calls"]
                if c["operation"] == operation and (about is None or about in json.dumps(c.get("input", {})))]

    def call(self, operation, about=None):
        return self.calls(operation, about)[0]

    def drop(self, operation, about=None):
        for c in self.calls(operation, about):
            self.doc["calls"].remove(c)

    def fail(self, operation, about, code, message=""):
        c = self.call(operation, about)
        c.update(status="error", error={"code": code, "message": message})
        c.pop("output", None)

    @property
    def stack(self):
        return self.call("DescribeStacks", STACK)["output"]["Stacks"][0]

    def function(self, name=FUNCTION):
        return self.call("GetFunction", name)["output"]

    def trust(self):
        return self.call("GetRole", ROLE)["output"]["Role"]["AssumeRolePolicyDocument"]["Statement"][0]

    def text(self):
        return json.dumps(self.doc)


def outputs(**more):
    pairs = {"CalculationStateMachineArn": MACHINE, "CloudMRCrossAccountRoleArn": role_arn(ROLE),
             "DataBucketName": BUCKETS["data"], "ResultsBucketName": BUCKETS["results"],
             "FailedBucketName": BUCKETS["failed"], **more}
    return [{"OutputKey": k, "OutputValue": v} for k, v in pairs.items()]


def definition():
    return {"StartAt": "SelectPlatform", "States": {
        "SelectPlatform": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                           "Parameters": {"FunctionName": lambda_arn(SELECTOR), "Payload.$": "$"}, "Next": "Route"},
        "Route": {"Type": "Choice", "Default": "RunViaLambda",
                  "Choices": [{"Variable": "$.p", "StringEquals": "fargate", "Next": "RunViaFargate"}]},
        "RunViaLambda": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                         "Parameters": {"FunctionName": lambda_arn(FUNCTION), "Payload.$": "$"}, "End": True},
        "RunViaFargate": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "End": True, "Parameters": {
            "LaunchType": "FARGATE", "Cluster": CLUSTER, "TaskDefinition": TASKDEF, "NetworkConfiguration": {
                "AwsvpcConfiguration": {"Subnets": [SUBNET], "SecurityGroups": [GROUP],
                                        "AssignPublicIp": "ENABLED"}}}}}}


RESOURCES = [("RunJobLambda", FUNCTION, "AWS::Lambda::Function"), ("PlatformSelectorFunction", SELECTOR, "AWS::Lambda::Function"),
             ("JobChooserStateMachine", MACHINE, "AWS::StepFunctions::StateMachine"),
             ("ECSCluster", f"{STACK}-cluster", "AWS::ECS::Cluster"), ("RunJobTaskDefinition", TASKDEF, "AWS::ECS::TaskDefinition"),
             ("RunJobFargateLogGroup", "/ecs/run-job-fargate", "AWS::Logs::LogGroup"), ("CloudMRCrossAccountRole", ROLE, "AWS::IAM::Role"),
             ("DataBucket", BUCKETS["data"], "AWS::S3::Bucket"), ("ResultsBucket", BUCKETS["results"], "AWS::S3::Bucket"),
             ("FailedBucket", BUCKETS["failed"], "AWS::S3::Bucket")]


def add_network(a):
    a.add("ec2", "DescribeSubnets", {"Subnets": [{"SubnetId": SUBNET, "VpcId": "vpc-1", "AvailableIpAddressCount": 200,
          "AvailabilityZone": REGION + "a", "CidrBlock": "10.0.1.0/24", "State": "available", "MapPublicIpOnLaunch": True}]},
          SubnetIds=[SUBNET])
    a.add("ec2", "DescribeSecurityGroups", {"SecurityGroups": [{"GroupId": GROUP, "VpcId": "vpc-1", "GroupName": "jobs",
          "IpPermissions": [], "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
          "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}]}]}, GroupIds=[GROUP])
    a.add("ec2", "DescribeVpcs", {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "IsDefault": False, "State": "available"}]})
    a.add("ec2", "DescribeRouteTables", {"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1",
          "Associations": [{"Main": True, "RouteTableId": "rtb-1", "AssociationState": {"State": "associated"}}],
          "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                     {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}]}]})
    a.add("ec2", "DescribeInternetGateways", {"InternetGateways": [{"InternetGatewayId": "igw-1",
          "Attachments": [{"VpcId": "vpc-1", "State": "available"}]}]})
    a.add("ec2", "DescribeVpcEndpoints", {"VpcEndpoints": []})
    a.add("ec2", "DescribeNetworkAcls", {"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": True,
          "Associations": [{"SubnetId": SUBNET, "NetworkAclId": "acl-1"}], "Entries": [
              {"CidrBlock": "0.0.0.0/0", "Egress": e, "Protocol": "-1", "RuleAction": action, "RuleNumber": n}
              for e in (True, False) for n, action in ((100, "allow"), (32767, "deny"))]}]})
    for name in ("enableDnsSupport", "enableDnsHostnames"):
        a.add("ec2", "DescribeVpcAttribute", {"VpcId": "vpc-1", name[:1].upper() + name[1:]: {"Value": True}}, VpcId="vpc-1", Attribute=name)


def allow(resource, *actions):
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


ON_BUCKETS = [allow(f"arn:aws:s3:::{BUCKETS['data']}/*", "s3:GetObject"),
              allow([f"arn:aws:s3:::{BUCKETS[k]}/*" for k in ("results", "failed")], "s3:PutObject")]
LOG = allow("*", "logs:CreateLogStream", "logs:PutLogEvents")
ROLES = {
    "exec": ("ecs-tasks", [allow("*", "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer",
                                 "ecr:BatchGetImage"), LOG]),
    "task": ("ecs-tasks", ON_BUCKETS),
    "fn": ("lambda", [LOG, *ON_BUCKETS]),
    "sfn": ("states", [allow("*", "lambda:InvokeFunction", "ecs:RunTask", "ecs:StopTask", "ecs:DescribeTasks", "events:PutTargets",
                             "events:PutRule", "events:DescribeRule"),
                       allow([role_arn("exec"), role_arn("task")], "iam:PassRole")]),
    ROLE: (None, [allow(MACHINE, "states:StartExecution"),
                  allow(MACHINE.replace(":stateMachine:", ":execution:") + ":*", "states:DescribeExecution"),
                  allow(f"arn:aws:s3:::{BUCKETS['results']}/*", "s3:GetObject")]),
}


def add_role(a, name, role):
    """A role of services with its own policy; that of CloudMR Brain has its trust policy elsewhere."""
    service, statements = role
    if service:
        a.add("iam", "GetRole", {"Role": {"RoleName": name, "Arn": role_arn(name), "AssumeRolePolicyDocument": {
            "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                                    "Principal": {"Service": f"{service}.amazonaws.com"}}]}}}, RoleName=name)
    a.add("iam", "ListAttachedRolePolicies", {"AttachedPolicies": []}, RoleName=name)
    a.add("iam", "ListRolePolicies", {"PolicyNames": ["own"]}, RoleName=name)
    a.add("iam", "GetRolePolicy", {"RoleName": name, "PolicyName": "own", "PolicyDocument": {
        "Version": "2012-10-17", "Statement": statements}}, RoleName=name, PolicyName="own")


def function_answer(name, image):
    return {"Configuration": {"FunctionName": name, "FunctionArn": lambda_arn(name), "Role": role_arn("fn"),
                              "PackageType": "Image" if image else "Zip", "MemorySize": 3008 if image else 128,
                              "Timeout": 900 if image else 30, "State": "Active", "LastUpdateStatus": "Successful",
                              "EphemeralStorage": {"Size": 4096 if image else 512},
                              **({} if image else {"Runtime": "python3.12"})},
            "Code": {"RepositoryType": "ECR", "ImageUri": f"{REGISTRY}/mr-lambda:1.4"} if image else {"RepositoryType": "S3"}}


def healthy(s3="s3api", listing="describe-stack-resources", network=True):
    """A deployed account in order."""
    a = Account()
    a.add("sts", "GetCallerIdentity", {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/kim", "UserId": "AIDA"})
    a.add("cloudformation", "DescribeStacks", {"Stacks": [{
        "StackId": ARN, "StackName": STACK, "CreationTime": "2026-11-20T09:00:00.000000+00:00", "StackStatus": "CREATE_COMPLETE",
        "Parameters": [{"ParameterKey": "CloudMRAccountId", "ParameterValue": HUB}], "Outputs": outputs(), "Tags": []}]},
        StackName=STACK)
    rows = [{"StackName": STACK, "StackId": ARN, "LogicalResourceId": n, "PhysicalResourceId": p, "ResourceType": t,
             "Timestamp": "2026-11-20T09:03:00+00:00", "ResourceStatus": "CREATE_COMPLETE"} for n, p, t in RESOURCES]
    if listing == "describe-stack-resources":
        a.add("cloudformation", "describe-stack-resources", {"StackResources": rows}, StackName=STACK)
    else:
        a.add("cloudformation", "ListStackResources", {"StackResourceSummaries": rows}, StackName=STACK)
    a.add("cloudformation", "DescribeStackEvents", {"StackEvents": [
        event(STACK, ARN, STACK, "CREATE_COMPLETE", 300), *[event(n, p, n, "CREATE_COMPLETE", 200, kind=t) for n, p, t in RESOURCES],
        event(STACK, ARN, STACK, "CREATE_IN_PROGRESS", 0, "User Initiated")]}, StackName=STACK)
    a.add("stepfunctions", "DescribeStateMachine", {"stateMachineArn": MACHINE, "name": f"{STACK}-JobChooser", "status": "ACTIVE",
          "definition": json.dumps(definition()), "roleArn": role_arn("sfn"), "type": "STANDARD"}, stateMachineArn=MACHINE)
    a.add("ecs", "DescribeClusters", {"clusters": [{"clusterArn": CLUSTER, "clusterName": f"{STACK}-cluster", "status": "ACTIVE"}],
          "failures": []}, clusters=[f"{STACK}-cluster"])
    a.add("ecs", "DescribeTaskDefinition", {"taskDefinition": {"taskDefinitionArn": TASKDEF, "family": "run-job-fargate", "revision": 3,
          "status": "ACTIVE", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "4096", "memory": "16384",
          "executionRoleArn": role_arn("exec"), "taskRoleArn": role_arn("task"), "containerDefinitions": [{
              "name": "job", "image": f"{REGISTRY}/mr-fargate:1.4", "logConfiguration": {"logDriver": "awslogs", "options": {
                  "awslogs-group": "/ecs/run-job-fargate", "awslogs-region": REGION, "awslogs-stream-prefix": "ecs"}}}]}},
          taskDefinition=TASKDEF)
    for name, image in ((FUNCTION, True), (SELECTOR, False)):
        a.add("lambda", "GetFunction", function_answer(name, image), FunctionName=name)
    a.add("logs", "DescribeLogGroups", {"logGroups": [{"logGroupName": "/ecs/run-job-fargate", "retentionInDays": 14}]},
          logGroupNamePrefix="/ecs/run-job-fargate")
    a.add("iam", "GetRole", {"Role": {"RoleName": ROLE, "Arn": role_arn(ROLE), "AssumeRolePolicyDocument": {
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{HUB}:role/QueueJob"},
        "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"sts:ExternalId": "kim-9"}}}]}}}, RoleName=ROLE)
    for name, statement in ROLES.items():
        add_role(a, name, statement)
    for name in BUCKETS.values():
        a.refuse(s3, "GetBucketPolicy", "NoSuchBucketPolicy", "The bucket policy does not exist", Bucket=name)
        a.add(s3, "HeadBucket", {"BucketRegion": REGION}, Bucket=name)
        a.add(s3, "GetBucketLocation", {"LocationConstraint": REGION}, Bucket=name)
        a.add(s3, "GetPublicAccessBlock", {"PublicAccessBlockConfiguration": dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)}, Bucket=name)
        a.add(s3, "GetBucketEncryption", {"ServerSideEncryptionConfiguration": {"Rules": [
            {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}}, Bucket=name)
    if network:
        add_network(a)
    a.add("ecs", "ListTasks", {"taskArns": []}, cluster=CLUSTER, desiredStatus="STOPPED")
    a.add("stepfunctions", "ListExecutions", {"executions": a.executions}, stateMachineArn=MACHINE)
    return a


# ---- stack events ----

def clock(seconds):
    return f"2026-11-20T{9 + seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.000000+00:00"


def event(logical, physical, _unused, status, at, reason=None, kind="AWS::CloudFormation::Stack", stack=(STACK, ARN), **more):
    e = {"StackId": stack[1], "EventId": f"{logical}-{status}-{at}-{stack[0]}", "StackName": stack[0],
         "LogicalResourceId": logical, "PhysicalResourceId": physical, "ResourceType": kind, "Timestamp": clock(at),
         "ResourceStatus": status, **more}
    if reason is not None:
        e["ResourceStatusReason"] = reason
    return e


def events(a, status, rows, about=STACK):
    a.stack["StackStatus"] = status
    a.call("DescribeStackEvents", about)["output"]["StackEvents"] = rows


def handler(text, code="InvalidRequest", service="Lambda", status=400):
    return (f'Resource handler returned message: "{text} (Service: {service}, Status Code: {status}, Request ID: '
            f'1f0c2f6e-3c3c-4f4f-9a9a-0123456789ab) (SDK Attempt Count: 1)" (RequestToken: 5b2f, HandlerErrorCode: {code})')


def update_failed(logical, kind, reason, end="UPDATE_FAILED"):
    """The last update broke at one resource; everything else is still there."""
    def break_it(a):
        broken = event(logical, "", logical, "UPDATE_FAILED", 4000, reason, kind=kind)
        events(a, end, [
            event(STACK, ARN, STACK, end, 4010, f"The following resource(s) failed to update: [{logical}, Other]. "),
            event("Other", "o", "Other", "UPDATE_FAILED", 4001, "Resource update cancelled", kind="AWS::SNS::Topic"),
            broken, event(STACK, ARN, STACK, "UPDATE_IN_PROGRESS", 3990, "User Initiated"),
            *a.call("DescribeStackEvents", STACK)["output"]["StackEvents"]])
    return break_it


# ---- tasks and executions ----

def task(n=1, stop="TaskFailedToStart", reason="", code=None, container=None, subnet=SUBNET):
    c = {"name": "job", "lastStatus": "STOPPED"}
    if code is not None:
        c["exitCode"] = code
    if container:
        c["reason"] = container
    return {"taskArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{STACK}-cluster/{n:032x}", "clusterArn": CLUSTER,
            "taskDefinitionArn": TASKDEF, "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "launchType": "FARGATE",
            "stopCode": stop, "stoppedReason": reason, "stoppedAt": "2026-11-23T08:30:00.000000+00:00", "containers": [c],
            "attachments": [{"type": "ElasticNetworkInterface", "status": "DELETED",
                             "details": [{"name": "subnetId", "value": subnet}]}]}


def pascal(v):
    """As Step Functions writes a task into the cause of a failed state."""
    if isinstance(v, dict):
        return {k[:1].upper() + k[1:]: pascal(x) for k, x in v.items()}
    return [pascal(x) for x in v] if isinstance(v, list) else v


def tasks_stopped(*stopped):
    def add(a):
        known = a.calls("DescribeTasks")
        output = known[0]["output"] if known else a.add("ecs", "DescribeTasks", {"tasks": [], "failures": []}, cluster=CLUSTER,
                                                        tasks=[])["output"]
        output["tasks"] += [copy.deepcopy(t) for t in stopped]
    return add


def history(details, kind="TaskFailed", status="FAILED", key=None, end=None):
    """An execution that met DETAILS in one state."""
    def add(a):
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{STACK}-JobChooser:job-{len(a.executions)}"
        a.executions.append({"executionArn": arn, "stateMachineArn": MACHINE, "name": arn.rsplit(":", 1)[1], "status": status,
                             "startDate": "2026-11-23T08:00:00+00:00", "stopDate": "2026-11-23T08:31:00+00:00"})
        name = key or kind[0].lower() + kind[1:] + "EventDetails"
        last = end or {"FAILED": "ExecutionFailed", "TIMED_OUT": "ExecutionTimedOut", "ABORTED": "ExecutionAborted",
                       "SUCCEEDED": "ExecutionSucceeded"}[status]
        rows = [{"timestamp": "2026-11-23T08:00:00+00:00", "type": "ExecutionStarted", "id": 1},
                {"timestamp": "2026-11-23T08:00:01+00:00", "type": "TaskStateEntered", "id": 2,
                 "stateEnteredEventDetails": {"name": "RunViaFargate", "input": "{}"}},
                {"timestamp": "2026-11-23T08:30:30+00:00", "type": kind, "id": 3, name: details}]
        tail = {"timestamp": "2026-11-23T08:31:00+00:00", "type": last, "id": 4}
        if last == "ExecutionFailed":
            tail["executionFailedEventDetails"] = {k: details[k] for k in ("error", "cause") if k in details}
        a.add("stepfunctions", "GetExecutionHistory", {"events": rows + [tail]}, executionArn=arn)
    return add


def in_history(t, **more):
    return history({"resourceType": "ecs", "resource": "runTask.sync", "error": "States.TaskFailed",
                    "cause": json.dumps(pascal(t))}, **more)


def described(status, error=None, cause=None):
    """Only `describe-execution` was saved, no history."""
    def add(a):
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:{STACK}-JobChooser:job-{len(a.executions)}"
        item = {"executionArn": arn, "stateMachineArn": MACHINE, "name": "job", "status": status,
                "startDate": "2026-11-23T08:00:00+00:00", "stopDate": "2026-11-23T08:31:00+00:00"}
        a.executions.append(item)
        a.add("stepfunctions", "DescribeExecution", {**item, **({"error": error} if error else {}),
              **({"cause": cause} if cause else {})}, executionArn=arn)
    return add


def both(t):
    def add(a):
        tasks_stopped(t)(a)
        in_history(t)(a)
    return add
