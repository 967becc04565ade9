"""A deployed stack behind FakeAws, as much of it as m2-register reads, and the unit that belongs to it."""
import json
import urllib.parse

from fakeaws import ACCOUNT, KEYS, FakeAws

STACK = "mroptimum-mode2"
ARN = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/{STACK}/1"
CHILD = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/{STACK}-CalculationApp-X/2"
MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:{STACK}-JobChooser"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/{STACK}-CloudMRCrossAccountRole"
BUCKETS = {kind: f"{STACK}-{kind}-{ACCOUNT}" for kind in ("data", "results", "failed")}
EMAIL, PASSWORD = "lab@example.org", "HUSH\"pass\\word' $(x)`&=%\té"
LOGIN = {"CLOUDMR_EMAIL": EMAIL, "CLOUDMR_PASSWORD": PASSWORD}
UNIT = {"appName": "MR Optimum", "mode": "mode_2", "provider": "user", "awsAccountId": ACCOUNT, "region": "us-east-1",
        "stateMachineArn": MACHINE, "resultsBucket": BUCKETS["results"], "failedBucket": BUCKETS["failed"],
        "dataBucket": BUCKETS["data"], "isDefault": False, "alias": "Mode 2", "crossAccountRoleArn": ROLE,
        "externalId": "lab-42"}


def members(tag, key, value, pairs):
    return "".join(f"<member><{key}>{k}</{key}><{value}>{v}</{value}></member>" for k, v in pairs.items())


def described(arn, outputs):
    name = arn.split("/")[1]
    return (f"<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>{name}</StackName>"
            f"<StackId>{arn}</StackId><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>"
            f"<Outputs>{members('Outputs', 'OutputKey', 'OutputValue', outputs)}</Outputs></member></Stacks>"
            "</DescribeStacksResult></DescribeStacksResponse>")


def listed(resources):
    rows = "".join(f"<member><LogicalResourceId>{logical}</LogicalResourceId><ResourceType>{kind}</ResourceType>"
                   f"<PhysicalResourceId>{physical}</PhysicalResourceId><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>"
                   for logical, kind, physical in resources)
    return ("<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>" + rows +
            "</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>")


def role(external_id="lab-42"):
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
             "Principal": {"AWS": "arn:aws:iam::469266894233:role/CloudMRQueueJob"},
             **({"Condition": {"StringEquals": {"sts:ExternalId": external_id}}} if external_id else {})}]}
    return (f"<GetRoleResponse><GetRoleResult><Role><RoleName>{ROLE.split('/')[1]}</RoleName><Arn>{ROLE}</Arn>"
            f"<AssumeRolePolicyDocument>{urllib.parse.quote(json.dumps(trust))}</AssumeRolePolicyDocument></Role>"
            "</GetRoleResult></GetRoleResponse>")


def rules(nested_outputs=False):
    """The root stack tells the buckets, the role is a resource; the nested stack has the state machine."""
    buckets = {f"{kind.capitalize()}BucketName": name for kind, name in BUCKETS.items()}
    outputs = {"StateMachineArn": MACHINE} if nested_outputs else {}
    quoted = urllib.parse.quote(CHILD, safe="")
    return [
        {"action": "DescribeStacks", "body_has": quoted, "body": described(CHILD, outputs)},
        {"action": "DescribeStacks", "body": described(ARN, buckets)},
        {"action": "ListStackResources", "body_has": quoted,
         "body": listed([("JobChooserStateMachine", "AWS::StepFunctions::StateMachine", MACHINE)])},
        {"action": "ListStackResources", "body": listed([
            ("CalculationApp", "AWS::CloudFormation::Stack", CHILD),
            ("CloudMRCrossAccountRole", "AWS::IAM::Role", ROLE.split("/")[1])])},
        {"target": "AWSStepFunctions.DescribeStateMachine", "body": {
            "stateMachineArn": MACHINE, "name": "JobChooser", "definition": "{}", "status": "ACTIVE", "type": "STANDARD",
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/run", "creationDate": 1.7e9}},
        {"action": "GetRole", "body": role()},
        {"method": "HEAD", "status": 200, "headers": {"x-amz-bucket-region": "us-east-1"}},
    ]


def stack_aws(*first, nested_outputs=False):
    return FakeAws(*first, *rules(nested_outputs))


def environment(aws, brain):
    brain.brain.email, brain.brain.password = EMAIL, PASSWORD
    return {**KEYS, **LOGIN, "AWS_ENDPOINT_URL": aws.url, "CLOUDMR_API_URL": brain.url}


def held(brain):
    """What Brain holds, as payloads."""
    return [{k: v for k, v in u.items() if k in UNIT} for u in brain.brain.units]
