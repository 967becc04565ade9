"""A Lab's answers as rules of the loopback AWS."""
import json

import labhistory as lab
from fakeaws import identity

STATES, ECS, LOGS = "AWSStepFunctions", "AmazonEC2ContainerServiceV20141113", "Logs_20140328"


def xml(action, body):
    return {"action": action, "body": f'<{action}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">'
                                      f"<{action}Result>{body}</{action}Result></{action}Response>"}


def member(**fields):
    return "<member>" + "".join(f"<{k}>{v}</{k}>" for k, v in fields.items()) + "</member>"


RESOURCES = [("JobChooserStateMachine", "AWS::StepFunctions::StateMachine", lab.MACHINE),
             ("RunJobLambda", "AWS::Lambda::Function", lab.JOB),
             ("PlatformSelectorFunction", "AWS::Lambda::Function", lab.SELECTOR),
             ("ECSCluster", "AWS::ECS::Cluster", f"{lab.STACK}-cluster"),
             ("RunJobTaskDefinition", "AWS::ECS::TaskDefinition", lab.DEFINITION),
             ("RegistrationFunction", "AWS::Lambda::Function", f"{lab.STACK}-Registration")]

STACK = [
    xml("DescribeStacks", "<Stacks>" + member(
        StackId=lab.STACK_ARN, StackName=lab.STACK, StackStatus="CREATE_COMPLETE", CreationTime="2026-10-20T14:05:41Z",
        Outputs=member(OutputKey="CalculationStateMachineArn", OutputValue=lab.MACHINE)) + "</Stacks>"),
    xml("ListStackResources", "<StackResourceSummaries>" + "".join(member(
        LogicalResourceId=name, PhysicalResourceId=id_, ResourceType=type_, ResourceStatus="CREATE_COMPLETE",
        LastUpdatedTimestamp="2026-10-20T14:05:41Z") for name, type_, id_ in RESOURCES) + "</StackResourceSummaries>")]

DEFINITION = {"StartAt": "SelectPlatform", "States": {
    "SelectPlatform": {"Type": "Task", "Resource": lab.arn_of(lab.SELECTOR), "Next": "Choice"},
    "Choice": {"Type": "Choice", "Default": "RunViaLambda", "Choices": [
        {"Variable": "$.platform", "StringEquals": "fargate", "Next": "RunViaFargate"}]},
    "RunViaLambda": {"Type": "Task", "Resource": lab.arn_of(lab.JOB), "End": True},
    "RunViaFargate": {"Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "End": True, "Parameters": {
        "LaunchType": "FARGATE", "Cluster": lab.CLUSTER, "TaskDefinition": lab.DEFINITION, "NetworkConfiguration": {
            "AwsvpcConfiguration": {"Subnets": ["subnet-0bc85c2d45d0e54b5"], "AssignPublicIp": "ENABLED"}}}}}}


def call(target, operation, body, **rule):
    return {"target": f"{target}.{operation}", "body": json.dumps(body), **rule}


def refused(target, operation, code, message="no", status=400, **rule):
    return {"target": f"{target}.{operation}", "status": status, "headers": {"x-amzn-errortype": code},
            "body": json.dumps({"__type": code, "message": message}), **rule}


def machine():
    return call(STATES, "DescribeStateMachine", {
        "stateMachineArn": lab.MACHINE, "name": f"{lab.STACK}-JobChooser", "status": "ACTIVE", "type": "STANDARD",
        "creationDate": 1792505141.0, "roleArn": f"arn:aws:iam::{lab.ACCOUNT}:role/StateMachineInvokeRole",
        "definition": json.dumps(DEFINITION)})


def lists(a, page):
    """ListExecutions in pages of PAGE, a token for each but the first."""
    rows, rules = a.executions(), []
    for i in range(0, len(rows), page):
        body = {"executions": rows[i:i + page]}
        if i + page < len(rows):
            body["nextToken"] = f"page-{i + page}-of-executions"
        rules.append(call(STATES, "ListExecutions", body, **({"body_has": f"page-{i}-of-executions"} if i else {})))
    return rules[1:] + rules[:1]


def histories(a, page=1000):
    rules = []
    for job in a.story:
        named = f'"{a.arn(job)}"'
        if not job.history:
            rules.append(refused(STATES, "GetExecutionHistory", "ExecutionDoesNotExist",
                                 f"Execution Does Not Exist: '{a.arn(job)}'", body_has=named))
            continue
        events, mine = a.histories[job.name], []
        for i in range(0, len(events), page):
            body = {"events": events[i:i + page]}
            if i + page < len(events):
                body["nextToken"] = f"{job.name}-from-{i + page}-on"
            mine.append(call(STATES, "GetExecutionHistory", body, body_has=f"{job.name}-from-{i}-on" if i else named))
        rules += mine[1:] + mine[:1]
    return rules


def tasks(a):
    arns = [t["taskArn"] for t in a.described]
    return [call(ECS, "ListTasks", {"taskArns": arns}),
            call(ECS, "DescribeTasks", {"tasks": a.described, "failures": []}),
            call(ECS, "DescribeTaskDefinition", {"taskDefinition": {
                "taskDefinitionArn": lab.DEFINITION, "family": "run-job-fargate", "revision": 1, "status": "ACTIVE",
                "cpu": "4096", "memory": "16384", "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
                "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "containerDefinitions": [{
                    "name": "run-job", "image": "example/run:1", "environment": [{"name": "LICENCE", "value": lab.SECRET_INPUT}]}]}})]


def functions():
    out = []
    for name, memory, tmp, format_ in ((lab.SELECTOR, 128, 512, "Text"), (lab.JOB, 3008, 4096, "JSON")):
        out.append({"method": "GET", "path": f"/2015-03-31/functions/{name}/configuration", "body": json.dumps({
            "FunctionName": name, "FunctionArn": lab.arn_of(name), "MemorySize": memory, "Architectures": ["x86_64"],
            "EphemeralStorage": {"Size": tmp}, "Timeout": 900, "PackageType": "Image",
            "LoggingConfig": {"LogFormat": format_, "LogGroup": f"/aws/lambda/{name}"},
            "Environment": {"Variables": {"LICENCE": lab.SECRET_INPUT}}})})
    return out


def logs(a, page=10000):
    rules = []
    for name, events in a.logs.items():
        events = sorted(events, key=lambda e: e["timestamp"])
        mine = []
        for i in range(0, max(len(events), 1), page):
            body = {"events": events[i:i + page], "searchedLogStreams": []}
            if i + page < len(events):
                body["nextToken"] = f"{name}-from-{i + page}-on"
            mine.append(call(LOGS, "FilterLogEvents", body, body_has=f"{name}-from-{i}-on" if i else f"/aws/lambda/{name}"))
        rules += mine[1:] + mine[:1]
    return rules


def rules(a, first=(), page=1000, events=1000, reports=10000):
    """FIRST may answer instead."""
    return [*first, identity(f"arn:aws:iam::{lab.ACCOUNT}:user/lab"), *STACK, machine(), *lists(a, page), *histories(a, events),
            *tasks(a), *functions(), *logs(a, reports)]
