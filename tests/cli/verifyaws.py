"""A deployed stack behind FakeAws as m2-verify reads it, and the executions of its state machine."""
import json
import urllib.parse

from fakeaws import ACCOUNT, FakeAws, error
from stackaws import ARN, BUCKETS, CHILD, MACHINE, ROLE, STACK, described, listed, members, role

FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{STACK}-RunJob"
SELECTOR = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{STACK}-PlatformSelector"
EXECUTION = MACHINE.replace(":stateMachine:", ":execution:") + ":job-1"
DEFINITION = {"StartAt": "SelectPlatform", "States": {
    "SelectPlatform": {"Type": "Task", "Resource": SELECTOR, "ResultPath": "$.platform", "Next": "RunViaLambda"},
    "RunViaLambda": {"Type": "Task", "Resource": FUNCTION, "End": True}}}
OUTPUTS = {"CalculationStateMachineArn": MACHINE, "CloudMRCrossAccountRoleArn": ROLE, "Mode": "mode_2",
           **{f"{kind.capitalize()}BucketName": name for kind, name in BUCKETS.items()}}
HUB_UNIT = {"computingUnitId": "cu-hub", "appName": "MR Optimum", "mode": "mode_1", "provider": "cloudmrhub",
            "awsAccountId": "262361552878", "region": "us-east-1", "isDefault": True, "alias": "Mode 1",
            "stateMachineArn": "arn:aws:states:us-east-1:262361552878:stateMachine:MRO-JobChooser"}
START = 1.7642e9


def json_rule(target, body, **rule):
    return {"target": target, "headers": {"Content-Type": "application/x-amz-json-1.0"}, "body": body, **rule}


def stack_in(status, outputs=OUTPUTS, **rule):
    body = described(ARN, outputs).replace("CREATE_COMPLETE", status)
    return {"action": "DescribeStacks", "body": body, **rule}


def function(name, arn, memory):
    return {"method": "GET", "path": f"*/functions/*{name}*", "body": {"Configuration": {
        "FunctionName": name, "FunctionArn": arn, "State": "Active", "PackageType": "Image", "MemorySize": memory,
        "Timeout": 900, "Role": f"arn:aws:iam::{ACCOUNT}:role/run"}}}


def bucket_rules():
    block = "".join(f"<{k}>true</{k}>" for k in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy",
                                                 "RestrictPublicBuckets"))
    rule = ("<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
            "</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>")
    return [{"method": "GET", "query": "*publicAccessBlock*",
             "body": f"<PublicAccessBlockConfiguration>{block}</PublicAccessBlockConfiguration>"},
            {"method": "GET", "query": "*encryption*", "body": rule},
            {"method": "GET", "query": "*policyStatus*", "body": "<PolicyStatus><IsPublic>FALSE</IsPublic></PolicyStatus>"},
            {"method": "GET", "query": "*policy*", "status": 404, "body": "<Error><Code>NoSuchBucketPolicy</Code></Error>"},
            {"method": "GET", "query": "*location*", "body": "<LocationConstraint/>"},
            {"method": "HEAD", "status": 200, "headers": {"x-amz-bucket-region": "us-east-1"}}]


def rules():
    quoted = urllib.parse.quote(CHILD, safe="")
    return [
        {"action": "DescribeStacks", "body_has": quoted, "body": described(CHILD, {"StateMachineArn": MACHINE})},
        stack_in("CREATE_COMPLETE"),
        {"action": "ListStackResources", "body_has": quoted, "body": listed([
            ("JobChooserStateMachine", "AWS::StepFunctions::StateMachine", MACHINE),
            ("RunJobLambda", "AWS::Lambda::Function", f"{STACK}-RunJob"),
            ("PlatformSelectorFunction", "AWS::Lambda::Function", f"{STACK}-PlatformSelector")])},
        {"action": "ListStackResources", "body": listed([
            ("CalculationApp", "AWS::CloudFormation::Stack", CHILD),
            ("CloudMRCrossAccountRole", "AWS::IAM::Role", ROLE.split("/")[1])])},
        json_rule("AWSStepFunctions.DescribeStateMachine", {
            "stateMachineArn": MACHINE, "name": "JobChooser", "definition": json.dumps(DEFINITION), "status": "ACTIVE",
            "type": "STANDARD", "roleArn": f"arn:aws:iam::{ACCOUNT}:role/run", "creationDate": 1.7e9}),
        function("RunJob", FUNCTION, 3008), function("PlatformSelector", SELECTOR, 128),
        *role_rules(),
        *bucket_rules(),
    ]


ALLOWED = [("states:StartExecution", MACHINE), ("states:DescribeExecution", MACHINE.replace(":stateMachine:", ":execution:") + ":*"),
           ("s3:GetObject", f"arn:aws:s3:::{BUCKETS['results']}/*")]
RUN_ALLOWED = [("lambda:InvokeFunction", "*"), ("logs:*", "*"), ("s3:GetObject", f"arn:aws:s3:::{BUCKETS['data']}/*"),
               *[("s3:PutObject", f"arn:aws:s3:::{BUCKETS[kind]}/*") for kind in ("results", "failed")]]


def policy(allowed):
    text = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": action, "Resource": resource} for action, resource in allowed]})
    return ("<GetRolePolicyResponse><GetRolePolicyResult><PolicyName>own</PolicyName><PolicyDocument>"
            f"{urllib.parse.quote(text)}</PolicyDocument></GetRolePolicyResult></GetRolePolicyResponse>")


def service_role(name):
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {
        "Service": ["states.amazonaws.com", "lambda.amazonaws.com"]}}]})
    return (f"<GetRoleResponse><GetRoleResult><Role><RoleName>{name}</RoleName><Arn>arn:aws:iam::{ACCOUNT}:role/{name}</Arn>"
            f"<AssumeRolePolicyDocument>{urllib.parse.quote(trust)}</AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>")


def role_rules():
    """CloudMR Brain's role and the one that everything else runs with, each with one policy of its own."""
    brains = ROLE.split("/")[1]
    return [
        {"action": "GetRole", "body_has": brains, "body": role()},
        {"action": "GetRole", "body_has": "RoleName=run", "body": service_role("run")},
        {"action": "ListAttachedRolePolicies", "body": "<ListAttachedRolePoliciesResponse><ListAttachedRolePoliciesResult>"
         "<AttachedPolicies/></ListAttachedRolePoliciesResult></ListAttachedRolePoliciesResponse>"},
        {"action": "ListRolePolicies", "body": "<ListRolePoliciesResponse><ListRolePoliciesResult><PolicyNames>"
         "<member>own</member></PolicyNames></ListRolePoliciesResult></ListRolePoliciesResponse>"},
        {"action": "GetRolePolicy", "body_has": brains, "body": policy(ALLOWED)},
        {"action": "GetRolePolicy", "body": policy(RUN_ALLOWED)},
    ]


def verify_aws(*first):
    return FakeAws(*first, *rules())


# ---- executions ----

def execution(status, output=None, at=START, stop=9.5, **more):
    body = {"executionArn": EXECUTION, "stateMachineArn": MACHINE, "name": "job-1", "status": status, "startDate": at,
            "input": json.dumps({"token": "HUSHtoken", "task": {}}), "inputDetails": {"included": True}, **more}
    if status != "RUNNING":
        body["stopDate"] = at + stop
    if output is not None:
        body["output"] = json.dumps(output)
    return json_rule("AWSStepFunctions.DescribeExecution", body)


def returned(body, status=200):
    return {"statusCode": status, "body": json.dumps(body)}


def history(end="ExecutionSucceeded", details=None):
    """Selector for 0.4 s, then the job's function for 8 s."""
    steps = [(0, "ExecutionStarted", {}), (0.1, "TaskStateEntered", {"stateEnteredEventDetails": {"name": "SelectPlatform"}}),
             (0.2, "LambdaFunctionScheduled", {"lambdaFunctionScheduledEventDetails": {"resource": SELECTOR, "input": "HUSH"}}),
             (0.25, "LambdaFunctionStarted", {}), (0.65, "LambdaFunctionSucceeded", {}),
             (0.7, "TaskStateExited", {"stateExitedEventDetails": {"name": "SelectPlatform"}}),
             (0.8, "TaskStateEntered", {"stateEnteredEventDetails": {"name": "RunViaLambda"}}),
             (0.9, "LambdaFunctionScheduled", {"lambdaFunctionScheduledEventDetails": {"resource": FUNCTION, "input": "HUSH"}}),
             (1.0, "LambdaFunctionStarted", {}),
             *([(9.0, "LambdaFunctionSucceeded", {}), (9.2, "TaskStateExited", {"stateExitedEventDetails": {"name": "RunViaLambda"}})]
               if end == "ExecutionSucceeded" else [(9.0, "LambdaFunctionFailed", {"lambdaFunctionFailedEventDetails": details})]),
             (9.5, end, {})]
    events = [{"id": i + 1, "previousEventId": i, "timestamp": START + at, "type": kind, **more}
              for i, (at, kind, more) in enumerate(steps)]
    return json_rule("AWSStepFunctions.GetExecutionHistory", {"events": events})


def logged(*lines, stream="2026/11/26/[$LATEST]abc"):
    events = [{"logStreamName": stream, "timestamp": int(START * 1000) + i, "message": line, "eventId": str(i)}
              for i, line in enumerate(lines)]
    return json_rule("Logs_20140328.FilterLogEvents", {"events": events})


def denied(target):
    return error("AccessDeniedException", "User is not authorized", 400, target=target)
