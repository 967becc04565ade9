"""The built-in template: what checkers say, where its state machine sends tasks, what its functions and roles do."""
import io
import http.server
import json
import pathlib
import re
import subprocess
import sys
import threading
import urllib.error

import pytest

import unit_template as ut
from conftest import ROOT
from unit_template import RESOURCES, TEMPLATE, StateFailed

TOKEN = "eyJ-very-secret-token"


def mask(method, nested=False):
    options = {"mask": {"method": method}}
    options = {"sensitivityMap": {"options": options}} if nested else options
    return {"task": {"name": "ac", "options": {"reconstructor": {"options": options}}}}


# ---- checkers ----

def test_cfn_lint_is_silent():
    done = subprocess.run([pathlib.Path(sys.executable).parent / "cfn-lint", "-r", "us-east-1", "-t", str(ut.PATH)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, ""), done


def test_the_doctor_warned_of_the_tools_own_template(doctor):
    """Its account is trusted with an ExternalId only, and CAPABILITY_IAM is what every template with a role needs."""
    run = doctor("--template", str(ut.PATH), "--region", "us-east-1", "--format", "json")
    findings = json.loads(run.out)["findings"]
    assert run.status == 0 and {f["id"].split(".")[0] for f in findings} == {"template"}, run
    assert not [f for f in findings if f["status"] != "pass"], run
    assert [f for f in findings if "CAPABILITY_IAM only" in f["detail"]], run


def test_it_fits_a_request_and_needs_no_macro():
    assert ut.PATH.stat().st_size <= 51200
    assert "Transform" not in TEMPLATE
    assert not [r for r in RESOURCES.values() if r["Type"] == "AWS::CloudFormation::Stack"]


def test_no_name_is_fixed_and_no_role_has_one():
    assert not [k for k, r in RESOURCES.items() if "RoleName" in r["Properties"] or "BucketName" in r["Properties"]]
    named = [v for r in RESOURCES.values() for k, v in r["Properties"].items() if k in ("LogGroupName", "ClusterName", "Family")]
    assert named and all("${AWS::StackName}" in v["Fn::Sub"] for v in named)


def test_every_pair_of_the_rules_is_one_that_fargate_offers():
    gib = {256: (.5, 1, 2), 512: (1, 2, 3, 4), 1024: range(2, 9), 2048: range(4, 17), 4096: range(8, 31),
           8192: range(16, 61, 4), 16384: range(32, 121, 8)}
    ruled = {}
    for rule in TEMPLATE["Rules"].values():
        when = rule.get("RuleCondition", {}).get("Fn::Equals", [{}])
        if when[0] == {"Ref": "FargateCpu"}:
            ruled[int(when[1])] = [int(m) for m in rule["Assertions"][0]["Assert"]["Fn::Contains"][0]]
    assert ruled == {cpu: [int(g * 1024) for g in sizes] for cpu, sizes in gib.items()}
    assert sorted(ruled) == sorted(int(c) for c in TEMPLATE["Parameters"]["FargateCpu"]["AllowedValues"])
    assert {m for sizes in ruled.values() for m in sizes} == {int(m) for m in TEMPLATE["Parameters"]["FargateMemoryMb"]["AllowedValues"]}


def test_buckets_are_private_encrypted_and_reached_by_tls_alone():
    buckets = {k: r for k, r in RESOURCES.items() if r["Type"] == "AWS::S3::Bucket"}
    assert len(buckets) == 6
    for key, bucket in buckets.items():
        assert set(bucket["Properties"]["PublicAccessBlockConfiguration"].values()) == {True} and bucket["Properties"]["BucketEncryption"]
        assert bucket["DeletionPolicy"] == ("RetainExceptOnCreate" if key.endswith("Kept") else "Delete")
        assert bucket["UpdateReplacePolicy"] == "Retain"
    policies = [r for r in RESOURCES.values() if r["Type"] == "AWS::S3::BucketPolicy"]
    assert len(policies) == 3
    for policy in policies:
        (only,) = policy["Properties"]["PolicyDocument"]["Statement"]
        assert (only["Effect"], only["Action"], only["Condition"]) == ("Deny", "s3:*", {"Bool": {"aws:SecureTransport": "false"}})


# ---- the role that CloudMR Brain takes ----

def test_the_cross_account_role_does_what_the_guide_promises_and_nothing_else():
    role = RESOURCES["CloudMRCrossAccountRole"]["Properties"]
    assert "ManagedPolicyArns" not in role and len(role["Policies"]) == 1
    told = []
    for s in role["Policies"][0]["PolicyDocument"]["Statement"]:
        assert set(s) == {"Effect", "Action", "Resource"} and s["Effect"] == "Allow"
        r = s["Resource"]
        told.append((s["Action"], r["Ref"] if "Ref" in r else r["Fn::Sub"] if isinstance(r["Fn::Sub"], str) else r["Fn::Sub"][0]))
        if "Fn::Sub" in r and isinstance(r["Fn::Sub"], list):
            assert r["Fn::Sub"][1]["Name"] == TEMPLATE["Outputs"]["ResultsBucketName"]["Value"]
    machine = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${JobChooserStateMachine.Name}:*"
    assert told == [("states:StartExecution", "JobChooserStateMachine"), ("states:DescribeExecution", machine),
                    ("s3:ListBucket", "arn:${AWS::Partition}:s3:::${Name}"), ("s3:GetObject", "arn:${AWS::Partition}:s3:::${Name}/*")]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
    assert not re.fullmatch(TEMPLATE["Parameters"]["ExternalId"]["AllowedPattern"], "short")
    assert "Default" not in TEMPLATE["Parameters"]["ExternalId"]


# ---- the state machine ----

class Cloud:
    def __init__(self, fails=()):
        self.fails, self.calls = list(fails), []

    def __call__(self, resource, given):
        self.calls.append((resource, given))
        if resource == "<PlatformSelectorFunction.Arn>":
            return ut.function("PlatformSelectorFunction").handler(given, None)
        if "putObject" not in resource and self.fails:
            raise StateFailed(self.fails.pop(0), "why")
        return {"done": True}


@pytest.mark.parametrize("event,platform", [
    ({"task": {"name": "mr"}}, "Fargate"), ({"task": {"name": "MR"}}, "Fargate"), ({"task": {"name": "pMr"}}, "Fargate"),
    ({"task": {"name": "ac"}}, "Lambda"), ({"task": {"name": "mrx"}}, "Lambda"), ({"task": {"name": ""}}, "Lambda"),
    (mask("espirit"), "Fargate"), (mask("ESPIRiT"), "Fargate"), (mask("espirit", True), "Fargate"), (mask("reference", True), "Lambda"),
    (mask(None), "Lambda"), (mask(3), "Lambda"), ({}, "Lambda"), ({"task": None}, "Lambda"), ({"task": "mr"}, "Lambda"),
    ({"task": {"options": mask("espirit")["task"]["options"]}}, "Lambda"), ({"task": {"name": 7}}, "Lambda"),
    ({"task": {"name": "ac", "options": {"reconstructor": {"options": {"mask": {"method": "no"}, "sensitivityMap": {
        "options": {"mask": {"method": "espirit"}}}}}}}}, "Lambda"),
    ({"task": {"name": "ac", "options": {"reconstructor": {"options": {"sensitivityMap": None}}}}}, "Lambda"),
])
def test_each_task_goes_where_upstreams_selector_sends_it(event, platform):
    cloud = Cloud()
    visited, out = ut.run(ut.definition(), event, cloud)
    assert visited == ["SelectPlatform", "ChoosePlatform", "RunVia" + platform] and out == {"done": True}
    if platform == "Fargate":
        given = cloud.calls[-1][1]
        (override,) = given["Overrides"]["ContainerOverrides"]
        assert override["Name"] == RESOURCES["RunJobTaskDefinition"]["Properties"]["ContainerDefinitions"][0]["Name"]
        assert json.loads(override["Environment"][0]["Value"])["task"] == event["task"]
        assert given["NetworkConfiguration"]["AwsvpcConfiguration"] == {
            "Subnets": ["subnet-1", "subnet-2"], "SecurityGroups": ["sg-1"], "AssignPublicIp": "ENABLED"}


@pytest.mark.parametrize("name,error", [("ac", "Lambda.TooManyRequestsException"), ("ac", "Lambda.ServiceException"),
                                        ("mr", "ECS.ServerException"), ("mr", "AmazonECS.Unknown")])
def test_what_is_transient_is_tried_again(name, error):
    assert ut.run(ut.definition(), {"task": {"name": name}}, Cloud([error] * 3))[1] == {"done": True}
    with pytest.raises(StateFailed) as e:
        ut.run(ut.definition(), {"task": {"name": name}}, Cloud([error] * 50))
    assert e.value.error == error


@pytest.mark.parametrize("name,error", [("ac", "KeyError"), ("ac", "States.Timeout"), ("mr", "States.TaskFailed")])
def test_a_failed_job_is_reported_and_fails_with_its_own_cause(name, error):
    cloud = Cloud([error])
    with pytest.raises(StateFailed) as e:
        ut.run(ut.definition(), {"task": {"name": name}}, cloud)
    assert (e.value.error, e.value.cause, e.value.visited[-2:]) == (error, "why", ["ReportFailure", "Failed"])
    assert len(cloud.calls) == 3  # chosen, run once, reported
    report = cloud.calls[-1][1]
    assert (report["Bucket"], report["Key"], report["Body"]["Error"]) == ("<Failed>", "executions/job-1.json", error)


# ---- the functions that speak to CloudMR Brain ----

class Web:
    """Stands for urllib's opener and boto3; answers by path, or raises what is said."""

    def __init__(self, answers=None):
        self.answers, self.sent, self.told = {"list": [], "register": {"computingUnitId": "u-1"}, **(answers or {})}, [], None

    def client(self, service):
        assert service == "secretsmanager"
        return self

    def get_secret_value(self, SecretId):
        return {"SecretString": self.answers.get("secret", json.dumps({"id_token": TOKEN}))}

    def open(self, request, timeout):
        assert 0 < timeout <= 15
        if request.full_url == "https://answer.here/":
            if self.answers.get("answer", []):
                raise self.answers["answer"].pop()
            self.told = json.loads(request.data)
            return io.BytesIO(b"")
        assert request.full_url.startswith("https://brain.example/Prod/api/") and request.get_header("Authorization") == "Bearer " + TOKEN
        what = re.split(r"[/?]", request.full_url.split("/api/")[1])[1]
        body = json.loads(request.data) if request.data else None
        self.sent.append((what, body))
        answer = self.answers.get(what, {})
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(json.dumps(answer).encode())


def brain(monkeypatch, logical, web):
    monkeypatch.setitem(sys.modules, "boto3", web)
    for key, value in {"API": "https://brain.example/Prod/api/", "SECRET": "arn", "FAILED": "lab-failed"}.items():
        monkeypatch.setenv(key, value)
    module = ut.function(logical)
    module.web = web
    return module.handler


UNIT = {"appName": "MR Optimum", "mode": "mode_2", "stateMachineArn": "arn:m"}


def asked(kind, unit=None):
    return {"RequestType": kind, "ResponseURL": "https://answer.here/", "StackId": "s", "RequestId": "r", "LogicalResourceId": "l",
            "ResourceProperties": {"ServiceToken": "t", "ServiceTimeout": "180", **UNIT}, **({"PhysicalResourceId": unit} if unit else {})}


def refused(code=401):
    return urllib.error.HTTPError("https://brain.example", code, "bad token " + TOKEN, {}, None)


def test_a_unit_is_registered_once(monkeypatch):
    web = Web()
    brain(monkeypatch, "RegistrationFunction", web)(asked("Create"), None)
    assert (web.told["Status"], web.told["PhysicalResourceId"]) == ("SUCCESS", "u-1")
    assert web.sent[-1] == ("register", {**UNIT, "isDefault": False})
    again = Web({"list": {"units": [{**UNIT, "isDefault": False, "computingUnitId": "u-0"}]}})
    brain(monkeypatch, "RegistrationFunction", again)(asked("Create"), None)
    assert again.told["PhysicalResourceId"] == "kept:u-0" and [s[0] for s in again.sent] == ["list"]


def test_deleting_removes_only_what_was_made_here(monkeypatch):
    for unit, sent in (("u-1", [("delete", {"computingUnitId": "u-1"})]), ("kept:u-0", []), ("none:", [])):
        web = Web()
        brain(monkeypatch, "RegistrationFunction", web)(asked("Delete", unit), None)
        assert web.told["Status"] == "SUCCESS" and web.sent == sent


@pytest.mark.parametrize("fault", [refused(), refused(500), TimeoutError(TOKEN), urllib.error.URLError(TOKEN), ValueError(TOKEN)])
def test_delete_never_blocks_a_stack_and_no_secret_is_told(monkeypatch, capfd, fault):
    for kind, status in (("Delete", "SUCCESS"), ("Create", "FAILED"), ("Update", "FAILED")):
        web = Web({"delete": fault, "register": fault, "answer": [TimeoutError(TOKEN)]})
        brain(monkeypatch, "RegistrationFunction", web)(asked(kind, None if kind == "Create" else "u-1"), None)
        assert web.told["Status"] == status and type(fault).__name__ in web.told["Reason"]
        assert TOKEN not in json.dumps(web.told)
    said = capfd.readouterr()
    assert TOKEN not in said.out + said.err and said.out


@pytest.mark.parametrize("secret", ["{", "{}", '{"other": "x"}'])
def test_a_secret_without_a_token_is_told_and_delete_still_succeeds(monkeypatch, secret):
    for kind, status in (("Delete", "SUCCESS"), ("Create", "FAILED")):
        web = Web({"secret": secret})
        brain(monkeypatch, "RegistrationFunction", web)(asked(kind, "u-1"), None)
        assert web.told["Status"] == status and not web.sent


def test_the_callback_tells_which_bucket_and_fails_without_the_secret(monkeypatch, capfd):
    for bucket, status in (("lab-results", "completed"), ("lab-failed", "failed")):
        web = Web()
        event = {"detail": {"bucket": {"name": bucket}, "object": {"key": "k.zip"}}}
        brain(monkeypatch, "CallbackFunction", web)(event, None)
        assert web.sent == [(status, {"bucket": bucket, "key": "k.zip", "status": status, "mode": "mode_2"})]
    web = Web({"failed": refused(503)})
    with pytest.raises(RuntimeError) as e:
        brain(monkeypatch, "CallbackFunction", web)(event, None)
    assert "503" in str(e.value) and TOKEN not in str(e.value) + capfd.readouterr().out


def test_an_update_that_is_rolled_back_keeps_its_unit(monkeypatch):
    """Another physical id would make CloudFormation delete the unit behind the first."""
    for mine in ("u-1", "kept:u-1"):
        web = Web({"list": [{**UNIT, "isDefault": False, "id": "u-1"}]})
        brain(monkeypatch, "RegistrationFunction", web)(asked("Update", mine), None)
        assert (web.told["Status"], web.told["PhysicalResourceId"]) == ("SUCCESS", mine)


@pytest.mark.parametrize("name", ["RegistrationFunction", "CallbackFunction"])
def test_a_redirect_does_not_take_the_token_along(monkeypatch, name):
    seen = []

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/stolen")
            self.end_headers()

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setitem(sys.modules, "boto3", Web())
        monkeypatch.setenv("SECRET", "arn")
        monkeypatch.setenv("API", f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(urllib.error.HTTPError):
            ut.function(name).call("computing-unit/list")
        server.shutdown()
    assert seen == ["/api/computing-unit/list"]


# ---- the document ----

def rows(heading):
    part = (ROOT / "docs/DEPLOY.md").read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [[c.strip() for c in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| `")]


def test_the_document_has_every_parameter_with_its_default_and_every_output():
    told = {r[0].strip("`"): (r[1].strip("`"), r[2]) for r in rows("Parameters")}
    assert told == {k: ("required" if "Default" not in p else str(p["Default"]) or "empty", p["Description"])
                    for k, p in TEMPLATE["Parameters"].items()}
    assert [r[0].strip("`") for r in rows("Outputs")] == list(TEMPLATE["Outputs"])
