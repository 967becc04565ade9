"""The Mode 2 stack as upstream's two templates make it, for the accounts in fixtures/accounts.

The task definition is registered beside the stack: the emulator's own leaves out its roles. Physical names end as CloudFormation makes them, but are fixed, so that the files stay the same.
"""
import json

from seed import HUB, LOG_GROUP, STACK, TASK_FAMILY, Account, trust

CHILD = f"{STACK}-CalculationApp-1F7W9DAK3PZQ2"
ROLE_SUFFIX = {"FargateExecutionRole": "5LQ8tWnYcR2v", "FargateTaskRole": "oK1xZb7uTq9E",
               "RunJobLambdaRole": "mD4sVg6yHj3P", "PlatformSelectorFunctionRole": "Zr8cNw2aXe5K",
               "StateMachineInvokeRole": "b7TfLp9qUh1M"}
EXECUTION_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
LAMBDA_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def role_name(logical):
    return f"{CHILD}-{logical}-{ROLE_SUFFIX[logical]}"


def statement(actions, resources="*"):
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


class Mode2(Account):
    """An account with one stack; what differs between accounts is an attribute."""

    memory, cpu, task_memory = 3008, "4096", "16384"
    lambda_image = f"{HUB}.dkr.ecr.us-east-1.amazonaws.com/mroptimum-lambda:latest"
    fargate_image = f"{HUB}.dkr.ecr.us-east-1.amazonaws.com/mroptimum-fargate:latest"
    buckets = None

    def arn(self, service, rest):
        return f"arn:aws:{service}:{self.region}:{self.id}:{rest}"

    def role_arn(self, name):
        return f"arn:aws:iam::{self.id}:role/{name}"

    @property
    def machine(self):
        return self.arn("states", f"stateMachine:{STACK}-JobChooser")

    @property
    def cluster(self):
        return self.arn("ecs", f"cluster/{STACK}-cluster")

    @property
    def task(self):
        return self.arn("ecs", f"task-definition/{TASK_FAMILY}:1")

    def function(self, name):
        return self.arn("lambda", f"function:{name}")

    def bucket_names(self):
        return self.buckets or super().bucket_names()

    def definition(self, task, subnets, group, public_ip):
        network = {"Subnets": subnets, "SecurityGroups": [group], "AssignPublicIp": public_ip}
        environment = [{"Name": "FILE_EVENT", "Value.$": "States.JsonToString($)"}]
        override = {"ContainerOverrides": [{"Name": "run-job", "Environment": environment}]}
        return json.dumps({
            "Comment": "Route a job to Lambda or Fargate", "StartAt": "SelectPlatform", "States": {
                "SelectPlatform": {"Type": "Task", "Resource": self.function(f"{STACK}-PlatformSelector"),
                                   "ResultPath": "$.platform", "Next": "Choice"},
                "Choice": {"Type": "Choice", "Default": "RunViaLambda", "Choices": [
                    {"Variable": "$.platform", "StringEquals": "fargate", "Next": "RunViaFargate"}]},
                "RunViaLambda": {"Type": "Task", "Resource": self.function(f"{STACK}-RunJob"), "End": True},
                "RunViaFargate": {
                    "Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "End": True, "Parameters": {
                        "LaunchType": "FARGATE", "Cluster": self.cluster, "TaskDefinition": task,
                        "NetworkConfiguration": {"AwsvpcConfiguration": network}, "Overrides": override}}}})

    def task_definition(self, image=None, role=None):
        options = {"awslogs-group": LOG_GROUP, "awslogs-region": self.region, "awslogs-stream-prefix": "ecs"}
        return self.client("ecs").register_task_definition(
            family=TASK_FAMILY, networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu=self.cpu,
            memory=self.task_memory, executionRoleArn=self.role_arn(role_name("FargateExecutionRole")),
            taskRoleArn=self.role_arn(role_name("FargateTaskRole")), containerDefinitions=[
                {"name": "run-job", "image": self.fargate_image, "essential": True,
                 "logConfiguration": {"logDriver": "awslogs", "options": options}}],
        )["taskDefinition"]["taskDefinitionArn"]

    def roles(self):
        names = self.bucket_names()
        data = f"arn:aws:s3:::{names['data']}/*"
        results = [f"arn:aws:s3:::{names['results']}/*", f"arn:aws:s3:::{names['failed']}/*"]
        writes = [statement(["s3:GetObject", "s3:PutObject"], data), statement("s3:PutObject", results)]
        functions = [self.function(f"{STACK}-RunJob"), self.function(f"{STACK}-PlatformSelector")]
        passed = [self.role_arn(role_name(r)) for r in ("FargateExecutionRole", "FargateTaskRole")]
        return {
            "FargateExecutionRole": ("ecs-tasks", EXECUTION_POLICY, None),
            "FargateTaskRole": ("ecs-tasks", None, document(*writes)),
            "RunJobLambdaRole": ("lambda", LAMBDA_POLICY, document(*writes)),
            "PlatformSelectorFunctionRole": ("lambda", LAMBDA_POLICY, None),
            "StateMachineInvokeRole": ("states", None, document(
                statement("lambda:InvokeFunction", functions),
                statement(["ecs:RunTask", "ecs:StopTask", "ecs:DescribeTasks", "ecs:DescribeTaskDefinition"]),
                statement("iam:PassRole", passed),
                statement(["events:PutTargets", "events:PutRule", "events:DescribeRule"],
                          self.arn("events", "rule/StepFunctionsGetEventsForECSTaskRule"))))}

    def role_resources(self):
        out = {}
        for name, (service, _, inline) in self.roles().items():
            properties = {"RoleName": role_name(name),
                          "AssumeRolePolicyDocument": trust(Service=f"{service}.amazonaws.com")}
            if inline:
                properties["Policies"] = [{"PolicyName": f"{name}Policy", "PolicyDocument": inline}]
            out[name] = {"Type": "AWS::IAM::Role", "Properties": properties}
        return out

    def child_template(self, definition, memory):
        def role(name):
            return {"Fn::GetAtt": [name, "Arn"]}

        def function(name, logical, image, memory, timeout):
            return {"Type": "AWS::Lambda::Function", "Properties": {
                "FunctionName": f"{STACK}-{name}", "PackageType": "Image", "Role": role(logical),
                "Timeout": timeout, "MemorySize": memory, "Code": {"ImageUri": image}}}
        return {"AWSTemplateFormatVersion": "2010-09-09", "Parameters": self.declared, "Resources": {
            **self.role_resources(),
            "ECSCluster": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": f"{STACK}-cluster"}},
            "RunJobFargateLogGroup": {"Type": "AWS::Logs::LogGroup",
                                      "Properties": {"LogGroupName": LOG_GROUP, "RetentionInDays": 14}},
            "RunJobLambda": function("RunJob", "RunJobLambdaRole", self.lambda_image, memory, 900),
            "PlatformSelectorFunction": function("PlatformSelector", "PlatformSelectorFunctionRole",
                                                 self.lambda_image, 128, 30),
            "JobChooserStateMachine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
                "StateMachineName": f"{STACK}-JobChooser", "RoleArn": role("StateMachineInvokeRole"),
                "DefinitionString": definition}}}}

    def parameters(self, subnets, group):
        names = self.bucket_names()
        return {"SubnetId1": subnets[0], "SubnetId2": subnets[1], "SecurityGroupIds": group,
                "LambdaImageUri": self.lambda_image, "FargateImageUri": self.fargate_image,
                "DataBucketName": names["data"], "ResultsBucketName": names["results"],
                "FailedBucketName": names["failed"], "StageName": "Prod", "CloudMRAccountId": HUB,
                "ECSClusterName": f"{STACK}-cluster"}

    def root_template(self, child_url, assume):
        template = super().root_template(child_url, assume)
        resources = template["Resources"]
        for kind in ("data", "results", "failed"):
            if self.buckets:
                del resources[f"{kind.title()}Bucket"]
            else:
                resources[f"{kind.title()}Bucket"]["Properties"]["BucketName"] = {
                    "Fn::Sub": "${AWS::StackName}-%s-${AWS::AccountId}" % kind}
        resources["CloudMRCrossAccountRole"]["Properties"]["RoleName"] = {
            "Fn::Sub": "${AWS::StackName}-CloudMRCrossAccountRole"}
        template["Parameters"] = self.declared
        resources["CalculationApp"]["Properties"]["Parameters"] = {k: {"Ref": k} for k in self.declared}
        results = f"arn:aws:s3:::{self.bucket_names()['results']}"
        template["Resources"]["CloudMRCrossAccountRole"]["Properties"]["Policies"] = [
            {"PolicyName": "CloudMRAccess", "PolicyDocument": document(
                statement(["states:StartExecution", "states:DescribeExecution"], [
                    self.machine, self.arn("states", f"execution:{STACK}-JobChooser:*")]),
                statement(["s3:ListBucket", "s3:GetObject"], [results, results + "/*"]))}]
        return template

    def declare(self, subnets, group):
        self.declared = {k: {"Type": "String", "Default": v} for k, v in self.parameters(subnets, group).items()}

    def deploy(self, network, public_ip="ENABLED", image=None, assume=None, memory=None):
        _, subnets, group = network
        self.declare(subnets, group)
        super().deploy(network, public_ip=public_ip, image=self.fargate_image, assume=assume,
                       memory=memory or self.memory)
        for name, (_, managed, _) in self.roles().items():
            if managed:
                self.client("iam").attach_role_policy(RoleName=role_name(name), PolicyArn=managed)

    def stack_only(self, network):
        """A stack that a failed deployment left: its parameters, and nothing else."""
        self.declare(network[1], network[2])
        self.client("cloudformation").create_stack(StackName=STACK, TemplateBody=json.dumps({
            "Parameters": self.declared,
            "Resources": {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle",
                                      "Metadata": {k: {"Ref": k} for k in self.declared}}}}))
