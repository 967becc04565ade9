"""Faults of whole accounts that no hand-built account has the answers for: who asks, roles, quotas, images, logs, Brain, templates.

Rows as in faults_stack, with WHERE (a test of the Fixture) first: (where, name, slug, slot, how). Two of one slot are never paired;
"*" is a fault that leaves nothing else to be seen.
"""
import json

import cases_stack as stack
from cases_stack import ACCOUNT, BUCKETS, FUNCTION, HUB, MACHINE, ROLE, both, task
from conftest import ROOT
from faults_stack import bucket, config, gone, status, trust

HUB_ITSELF, ELSEWHERE = "262361552878", "555501234567"
TEMPLATE = (ROOT / "fixtures/templates/clean/template.yaml").read_text()


# ---- where a fault can be ----

def anywhere(a):
    return True


def deployed(a):
    return a.deployed


def registered(a):
    return a.registered


def own_image(a):
    """The registry is the account's own, so its policies can be read."""
    return bool(a.calls("GetRepositoryPolicy"))


def of_another(a):
    return a.deployed and not own_image(a)


# ---- who asks ----

def every_call(code, message):
    def refuse(a):
        for c in a.doc["calls"]:
            if c["service"] != "brain":
                c.pop("output", None)
                c.update(status="error", error={"code": code, "message": message, "http_status": 403})
    return refuse


def slow_clock(a):
    a.doc["clock_skew_ms"] = 11 * 60000


def other_account_expected(a):
    a.doc["target"]["expected_account"] = ELSEWHERE


def hub_itself(a):
    a.pairs = [(theirs.replace("123456789012", HUB_ITSELF), mine) for theirs, mine in a.pairs]


def refused(operation, code, message="no", about=None):
    return lambda a: a.fail(operation, about, code, message)


# ---- roles ----

def policy(name, index, **changes):
    def change(a):
        for c in a.calls("GetRolePolicy", name):
            c["output"]["PolicyDocument"]["Statement"][index].update(changes)
    return change


def execution_role(a):
    return a.call("DescribeTaskDefinition")["output"]["taskDefinition"]["executionRoleArn"].rsplit("/", 1)[1]


def execution_role_may(*actions):
    """AWS's managed policy is replaced by one of the lab's own."""
    def change(a):
        role = execution_role(a)
        a.add("iam", "ListAttachedRolePolicies", {"AttachedPolicies": []}, RoleName=role)
        a.add("iam", "ListRolePolicies", {"PolicyNames": ["own"]}, RoleName=role)
        a.add("iam", "GetRolePolicy", {"RoleName": role, "PolicyName": "own", "PolicyDocument": {
            "Version": "2012-10-17", "Statement": [stack.allow("*", *actions)]}}, RoleName=role, PolicyName="own")
    return change


def execution_role_trusts_ec2(a):
    a.call("GetRole", execution_role(a))["output"]["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] = {
        "Service": "ec2.amazonaws.com"}


def not_our_bucket(a):
    for c in a.calls("HeadBucket", BUCKETS["data"]):
        if "ExpectedBucketOwner" in c["input"]:
            c.pop("output", None)
            c.update(status="error", error={"code": "403", "message": "Forbidden", "http_status": 403})


# ---- sizes, quotas, logs ----

def quota(a):
    a.call("GetServiceQuota", "L-3032A538")["output"]["Quota"]["Value"] = 2.0


def task_size(a):
    a.call("DescribeTaskDefinition")["output"]["taskDefinition"].update(cpu="4096", memory="1024")


def account_concurrency(a):
    a.call("GetAccountSettings")["output"]["AccountLimit"]["ConcurrentExecutions"] = 10


def reserved(n):
    return lambda a: a.function().update(Concurrency={"ReservedConcurrentExecutions": n})


def runs(n, used, ms=1000, more=""):
    """What the function's log tells of N runs."""
    def log(a):
        c = next(c for c in a.calls("FilterLogEvents") if c["input"]["logGroupName"].endswith(FUNCTION))
        c.pop("error", None)
        size = a.function()["Configuration"]["MemorySize"]
        line = (f"REPORT RequestId: 5d0b7a52-6f1e-4c83-9a47-2b8e0c91d3f6\tDuration: {ms}.00 ms\tBilled Duration: {ms} ms\t"
                f"Memory Size: {size} MB\tMax Memory Used: {used} MB\t{more}")
        c.update(status="ok", output={"searchedLogStreams": [], "events": [
            {"logStreamName": f"2026/11/23/[$LATEST]{i:032x}", "timestamp": 1795422196204 + i, "message": line,
             "ingestionTime": 1795422198711, "eventId": str(i)} for i in range(n)]})
    return log


# ---- images ----

def function_image(uri):
    def change(a):
        a.function()["Code"].update(ImageUri=uri, ResolvedImageUri=uri)
        a.doc["target"]["lambda_image"] = uri
    return change


def image_elsewhere(a):
    function_image(f"{ACCOUNT}.dkr.ecr.ap-southeast-2.amazonaws.com/mroptimum-lambda:v1")(a)


def repository_policy(name, *statements):
    def change(a):
        for c in a.calls("GetRepositoryPolicy", name):
            c.pop("error", None)
            c.update(status="ok", output={**c["input"], "policyText": json.dumps({"Version": "2008-10-17", "Statement": statements})})
    return change


ONLY_PUSH = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/builder"}, "Action": ["ecr:PutImage"]}
NOT_OURS = {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "ecr:BatchGetImage"}


def pull_denied(a):
    c = a.call("BatchGetImage", "mroptimum-fargate")
    c.pop("output", None)
    c.update(status="error", error={"code": "AccessDeniedException", "http_status": 400, "message":
             f"User: arn:aws:iam::{ACCOUNT}:user/kim is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:x:{HUB}:"
             "repository/mroptimum-fargate because no resource-based policy allows the ecr:BatchGetImage action"})


def pulled(what, architecture="amd64", manifest=None, layers_size=900000000):
    """The image as its registry shows it when it is pulled."""
    def pull(a):
        uri = a.doc["target"][f"{what}_image"] if what == "fargate" else a.function()["Code"]["ImageUri"]
        reference = uri.rsplit(":", 1)[1]
        digest = "sha256:" + "c" * 64
        a.doc["calls"] = [c for c in a.doc["calls"] if c["service"] != "registry" or c["input"]["image"] != uri]
        body = manifest or {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "digest": "sha256:" + "d" * 64,
                            "config": {"digest": digest, "size": 8127}, "layersSize": layers_size,
                            "layers": [{"digest": "sha256:" + "e" * 64, "size": layers_size}]}
        a.add("registry", "GetToken", {"method": "bearer", "credentials": True}, image=uri)
        a.add("registry", "GetManifest", body, image=uri, reference=reference)
        if not manifest:
            a.add("registry", "GetConfig", {"os": "linux", "architecture": architecture}, image=uri, reference=digest)
    return pull


INDEX = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "digest": "sha256:" + "f" * 64, "manifests": [
    {"digest": "sha256:" + "d" * 64, "os": "linux", "architecture": "amd64", "size": 500},
    {"digest": "sha256:" + "b" * 64, "os": "unknown", "architecture": "unknown", "size": 500, "attestation": True}]}


# ---- stack ----

def promised(a):
    """Whoever verifies a deployment expects a stack."""
    a.doc["target"]["must_exist"] = True


# ---- Brain ----

LIST, LOGIN = "/api/computing-unit/list", "/api/auth/login"


def unit(**changes):
    def change(a):
        mine = a.call(LIST)["output"]["units"][1]
        mine.update(changes)
        for key in [k for k, v in changes.items() if v is None]:
            del mine[key]
    return change


def units(n):
    def change(a):
        rows = a.call(LIST)["output"]["units"]
        rows[1:] = [{**rows[1], "computingUnitId": f"cu-{i}", "createdAt": f"2026-11-2{i}T00:00:00Z"} for i in range(n)]
    return change


def brain(operation, code, message):
    def change(a):
        a.fail(operation, None, code, message)
        if operation == LOGIN:
            a.drop(LIST)
    return change


def not_an_admin(a):
    hub_itself(a)
    unit(awsAccountId=ACCOUNT)(a)


EXECUTION = MACHINE.replace(":stateMachine:", ":execution:") + ":canary-1"


def canary(status, queue=None, **more):
    """A test job that went through Brain and ended with STATUS (None: it was not queued)."""
    def change(a):
        answer = {"executionArn": EXECUTION, "pipelineId": "p-1", "computingUnitId": "cu-7d1f", "computingUnit": {"mode": "mode_2"}}
        a.add("brain", "/api/pipeline/queue_job", {**answer, **(queue or {})} if status else {"message": "AccessDeniedException: no"},
              alias="m2-verify 2026", mode="mode_2")
        if status:
            a.add("stepfunctions", "DescribeExecution", {
                "executionArn": EXECUTION, "stateMachineArn": MACHINE, "name": "canary-1", "status": status,
                "startDate": "2026-11-23T08:00:00+00:00", **more}, executionArn=EXECUTION)
    return change


# ---- templates ----

def template(body, error=None):
    def change(a):
        if error:
            a.refuse("template", "ReadFile", error, "no", Path="template.yaml")
        else:
            a.add("template", "ReadFile", {"TemplateBody": body}, Path="template.yaml")
    return change


def nested(a):
    """A nested stack that is given none of the parameters that its template asks for."""
    in_resources("  Inner:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: inner.yaml}")(a)
    a.add("template", "ReadFile", {"TemplateBody": "Parameters: {Image: {Type: String}}\nResources:\n  Topic:\n    Type: AWS::SNS::Topic\n"
                                                   "    Properties: {DisplayName: !Ref Image}\n"},
          Path="inner.yaml", NestedIn="template.yaml", LogicalId="Inner")


def edited(old, new):
    assert old in TEMPLATE, old
    return template(TEMPLATE.replace(old, new, 1))


def in_outputs(line):
    return edited("\nOutputs:\n", f"\nOutputs:\n  Extra: {{Value: {line}}}\n")


def in_resources(text):
    return edited("\nResources:\n", f"\nResources:\n{text}\n")


FAULTS = [
    (anywhere, "session-over", "credentials.expired", "*", every_call("ExpiredToken", "The security token included in the request is expired")),
    (anywhere, "key-gone", "credentials.invalid", "*", every_call("InvalidClientTokenId", "The security token included in the request is invalid.")),
    (anywhere, "no-key", "credentials.missing", "*", every_call("Credentials", "no credentials: environment: AWS_ACCESS_KEY_ID is not set")),
    (anywhere, "slow-clock", "clock.skew", "clock", slow_clock),
    (anywhere, "another-account-meant", "account.mismatch", "account", other_account_expected),
    (anywhere, "hub-itself", "account.is-cloudmrhub", "*", hub_itself),
    (deployed, "service-not-enabled", "region.unsupported", "cluster", refused("DescribeClusters", "OptInRequired")),
    (deployed, "image-elsewhere", "region.image-mismatch", "image", image_elsewhere),
    (deployed, "image-elsewhere-by-uri", "image.region-mismatch", "image", image_elsewhere),
    (deployed, "image-uri", "image.uri-invalid", "image", function_image("Not An Image:1")),
    (deployed, "cannot-start", "access.cannot-start", "brain-role", policy("CloudMRAccess", 0, Resource=[MACHINE + "-old"])),
    (deployed, "no-status", "access.cannot-read-status", "brain-role", policy("CloudMRAccess", 0, Action="states:StartExecution")),
    (deployed, "no-results", "access.cannot-read-results", "brain-role", policy("CloudMRAccess", 1, Action="s3:ListBucket")),
    (deployed, "too-wide", "access.too-wide", "brain-role", policy("CloudMRAccess", 1, Action="s3:*")),
    (deployed, "no-external-id", "access.trust-no-external-id", "trust", trust(Condition=None)),
    (deployed, "whole-account", "access.trust-whole-account", "trust", trust(Principal={"AWS": f"arn:aws:iam::{HUB}:root"}, Condition=None)),
    (deployed, "old-data-bucket", "bucket.role-access", "task-role", policy("FargateTaskRolePolicy", 0, Resource="arn:aws:s3:::mytestcmr/*")),
    (deployed, "not-our-bucket", "bucket.foreign", "bucket", not_our_bucket),
    (deployed, "bucket-far", "region.bucket-mismatch", "region", bucket("HeadBucket", {"BucketRegion": "ap-southeast-2"}, kind="failed")),
    (deployed, "not-encrypted", "bucket.no-encryption", "encryption",
     bucket("GetBucketEncryption", error="ServerSideEncryptionConfigurationNotFoundError")),
    (deployed, "no-log-right", "fargate.log-role", "exec-role", execution_role_may(
        "ecr:GetAuthorizationToken", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage")),
    (deployed, "no-pull-right", "image.role-missing-permissions", "exec-role", execution_role_may("logs:CreateLogStream", "logs:PutLogEvents")),
    (deployed, "trusts-ec2", "image.role-trust", "exec-trust", execution_role_trusts_ec2),
    (deployed, "size", "fargate.size-invalid", "taskdef", task_size),
    (deployed, "quota", "fargate.vcpu-quota", "quota", quota),
    (deployed, "no-service-role", "fargate.service-linked-role-missing", "service-role",
     gone("GetRole", "AWSServiceRoleForECS", "NoSuchEntity", "The role with name AWSServiceRoleForECS cannot be found.")),
    (deployed, "log-group-is-gone", "fargate.log-group-missing", "log-group", lambda a: a.call("DescribeLogGroups")["output"].update(logGroups=[])),
    (deployed, "reserved-none", "lambda.reserved-zero", "concurrency", reserved(0)),
    (deployed, "few-at-once", "lambda.concurrency-low", "concurrency", account_concurrency),
    (deployed, "pending", "lambda.pending", "state", config(State="Pending", StateReasonCode="Creating")),
    (deployed, "old-runtime", "lambda.runtime-deprecated", "runtime", config(PackageType="Zip", Runtime="python3.9")),
    (deployed, "killed", "lambda.out-of-memory", "log", runs(3, 3008, more="Status: error\tError Type: Runtime.OutOfMemory")),
    (deployed, "stopped-by-somebody", "task.user-stopped", "stopped", both(task(1, "UserInitiated", "Task stopped by user", 143))),
    (deployed, "stopped-by-ecs", "task.scheduler-stopped", "stopped", both(task(2, "ServiceSchedulerInitiated", "Scaling activity", 143))),
    (deployed, "memory-near", "lambda.memory-near", "log", runs(3, 2900)),
    (deployed, "memory-oversized", "lambda.memory-oversized", "log", runs(40, 200)),
    (deployed, "timeout-near", "lambda.timeout-near", "log", runs(3, 1500, 890000)),
    (own_image, "lambda-not-let-in", "image.policy-lacks-lambda-service", "lambda-policy", repository_policy("mroptimum-lambda", ONLY_PUSH)),
    (own_image, "own-account-kept-out", "image.policy-lacks-account", "fargate-policy", repository_policy("mroptimum-fargate", NOT_OURS)),
    (of_another, "pull-denied", "image.pull-denied", "fargate-pull", pull_denied),
    (deployed, "other-processor", "image.architecture-mismatch", "fargate-pull", pulled("fargate", "arm64")),
    (deployed, "index-for-lambda", "image.manifest-unsupported", "image", pulled("lambda", manifest=INDEX)),
    (deployed, "too-large", "image.too-large", "image", pulled("lambda", layers_size=11 << 30)),
    (deployed, "rolled-back", "stack.failed", "stack", status("ROLLBACK_COMPLETE")),
    (deployed, "undone", "stack.rollback", "stack", status("UPDATE_ROLLBACK_COMPLETE")),
    (deployed, "under-way", "stack.in-progress", "stack", status("UPDATE_IN_PROGRESS")),
    (deployed, "not-deleted", "stack.delete-failed", "stack", status("DELETE_FAILED")),
    (deployed, "never-executed", "stack.missing", "*", status("REVIEW_IN_PROGRESS")),
    (lambda a: not a.deployed, "promised", "stack.missing", "stack", promised),
    (registered, "no-unit", "brain.unit-missing", "unit", units(0)),
    (registered, "two-units", "brain.unit-duplicate", "unit", units(2)),
    (registered, "unit-account", "brain.account", "unit", unit(
        awsAccountId=ELSEWHERE, stateMachineArn=MACHINE.replace(ACCOUNT, ELSEWHERE), crossAccountRoleArn=f"arn:aws:iam::{ELSEWHERE}:role/{ROLE}")),
    (registered, "unit-region", "brain.region", "unit", unit(region="us-west-2")),
    (registered, "unit-machine", "brain.state-machine", "unit", unit(stateMachineArn=MACHINE + "-v1")),
    (registered, "unit-bucket", "brain.bucket", "unit", unit(resultsBucket="mroptimum-results-2025")),
    (registered, "unit-role", "brain.role", "unit", unit(crossAccountRoleArn=None)),
    (registered, "unit-mode", "brain.mode", "unit", unit(mode="mode_1")),
    (registered, "unit-provider", "brain.provider", "unit", unit(provider="cloudmrhub")),
    (registered, "unit-external-id", "brain.external-id", "unit", unit(externalId="lab-41")),
    (registered, "unit-default", "brain.is-default", "unit", unit(isDefault=True)),
    (registered, "unit-alias", "brain.alias", "unit", lambda a: (a.doc["target"].update(alias="Lab"), unit(alias="Other")(a))),
    (registered, "brain-away", "brain.unreachable", "unit", brain(LOGIN, "unreachable", "Connection refused")),
    (registered, "brain-tls", "brain.tls", "unit", brain(LOGIN, "tls", "the certificate is not trusted")),
    (registered, "brain-elsewhere", "brain.wrong-url", "unit", brain(LOGIN, "wrong-url", "a web page")),
    (registered, "login-refused", "brain.login-refused", "unit", brain(LOGIN, "login-refused", "Incorrect username or password.")),
    (registered, "token-over", "brain.token-expired", "unit", brain(LIST, "token-expired", "The incoming token has expired")),
    (registered, "no-admin", "brain.not-admin", "*", not_an_admin),
    (registered, "job-not-queued", "canary.not-queued", "canary", canary(None)),
    (registered, "job-elsewhere", "canary.wrong-unit", "canary", canary("SUCCEEDED", {"computingUnitId": "cu-0001"})),
    (registered, "job-failed", "canary.failed", "canary", canary("FAILED", error="JobBroke", cause="it")),
    (registered, "job-runs-on", "canary.timeout", "canary", canary("RUNNING")),
    (anywhere, "template-syntax", "template.syntax", "template", template(TEMPLATE + "\n  a: [")),
    (anywhere, "template-twice", "template.duplicate-key", "template", edited("      Timeout: 900\n", "      Timeout: 900\n      Timeout: 900\n")),
    (anywhere, "template-none", "template.not-a-template", "template", template("Hello: 1\n")),
    (anywhere, "template-too-large", "template.too-large", "template", template("", "TooLarge")),
    (anywhere, "template-reference", "template.unresolved-reference", "template", in_outputs("!Ref Nobody")),
    (anywhere, "template-unused", "template.unused-parameter", "template", edited("\nParameters:\n", "\nParameters:\n  Idle: {Type: String}\n")),
    (anywhere, "template-fixed-name", "template.fixed-name-collides", "template", in_resources(
        "  Log:\n    Type: AWS::Logs::LogGroup\n    Properties: {LogGroupName: /ecs/run-job}")),
    (anywhere, "template-output", "template.output-missing", "template", edited("  CalculationStateMachineArn:", "  Machine:")),
    (anywhere, "template-nested", "template.nested-missing-parameter", "template", nested),
    (anywhere, "template-long-name", "template.role-name-too-long", "template", edited(
        "  RunJobRole:\n    Type: AWS::IAM::Role\n    Properties:\n",
        "  RunJobRole:\n    Type: AWS::IAM::Role\n    Properties:\n      RoleName: !Sub '${AWS::StackName}-" + "r" * 60 + "'\n")),
]

# A root cause that the fault brings along by nature, beside its own slug, and why.
COMPANY = {
    "image-elsewhere": {"image.region-mismatch"},  # what the region lacks and what the URI names are told in two checks
    "image-elsewhere-by-uri": {"region.image-mismatch"},
    "bucket-far": {"bucket.region"},
    "log-group-is-gone": {"stack.resource-gone"},  # what is gone and what that breaks are both named
    "hub-itself": {"brain.not-admin", "brain.mode", "brain.provider"},  # CloudMRHub's own units are of Mode 1, registered by Admins
    "no-admin": {"account.is-cloudmrhub", "brain.mode", "brain.provider"},
    **{name: {"brain.external-id"} for name in ("no-external-id", "whole-account")},  # the unit names one still
}

# Accounts in which what no healthy account shows is in order: for checks that are skipped or not known there.
IN_ORDER = [
    (anywhere, "template", template(TEMPLATE)),
    (registered, "test-job", canary("SUCCEEDED", output="{}")),
    (deployed, "memory-use", runs(3, 2000)),
    (deployed, "pulled", pulled("fargate")),
]
