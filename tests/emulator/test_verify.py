"""The whole story against the stack in the emulator and Brain on loopback: empty, registered, verified, broken, mended, unregistered."""
import json

import pytest

from mode2 import CHILD
from seed import STACK
from test_register import LOGIN, Mode2, wanted


@pytest.fixture
def stack(emulator):
    emulator.reset()
    account = Mode2(emulator.url)
    account.deploy(account.isolated())
    return account


@pytest.fixture
def tools(emulator, brain, verify, register, doctor):
    for tool in (verify, register, doctor):
        tool.env.update(AWS_ENDPOINT_URL=emulator.url, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing",
                        AWS_REGION="us-east-1", CLOUDMR_API_URL=brain.url, **LOGIN)
    return verify, register, doctor


def doc(run):
    return json.loads(run.out)


def roots(run):
    by_uid = {f["uid"]: f for f in doc(run)["findings"]}
    return [by_uid[u]["cause"] for u in doc(run)["root_causes"]]


def test_from_empty_to_verified_broken_mended_and_unregistered(stack, tools, brain):
    verify, register, doctor = tools
    empty = verify("--format", "json")
    assert empty.status == 1 and roots(empty) == ["brain.unit-missing"], empty

    assert register().status == 0
    good = verify("--format", "json", "--expect", "Mode=mode_2", "--expect", f"ResultsBucketName={stack.bucket_names()['results']}")
    assert good.status == 0 and doc(good)["verdict"] == "ready" and doc(good)["summary"]["fail"] == 0, good
    fields = {f["field"]: f for f in doc(good)["registration"]["fields"]}
    assert {k: f["expected"] for k, f in fields.items()} == {k: str(v).lower() if v is False else v for k, v in wanted(stack).items()}
    assert {f["verdict"] for f in fields.values()} == {"same"}
    assert doc(good)["registration"]["jobs_go_to"] == brain.brain.units[0]["computingUnitId"]

    brain.brain.units[0]["failedBucket"] = "another-bucket"
    bad = verify("--format", "json")
    finding = next(f for f in doc(bad)["findings"] if f["cause"] == "brain.bucket")
    assert bad.status == 1 and roots(bad) == ["brain.bucket"] and "failedBucket of unit" in finding["detail"] and "another-bucket" in finding["detail"], bad
    assert finding["fix"]["commands"] == [f"m2-register --stack {STACK} --region us-east-1"]
    command = finding["fix"]["commands"][0].split()[1:]
    assert register(*command).status == 0 and verify().status == 0, "the fix mends it"

    name = brain.brain.units[0]["computingUnitId"]
    assert register("--unregister", name, "--confirm", name).status == 0
    gone = verify("--format", "json")
    assert gone.status == 1 and roots(gone) == ["brain.unit-missing"], gone


def test_a_unit_of_another_region_is_mended_by_its_command(stack, tools, brain):
    verify, register, _ = tools
    brain.brain.units = [{**wanted(stack), "computingUnitId": "cu-old", "region": "us-west-2"}]
    bad = verify("--format", "json")
    finding = next(f for f in doc(bad)["findings"] if f["cause"] == "brain.region")
    for command in finding["fix"]["commands"]:
        assert register(*command.split()[1:]).status == 0, command
    good = verify("--format", "json")
    assert good.status == 0 and [u["region"] for u in brain.brain.units] == ["us-east-1"], good


def test_the_doctor_shows_the_registration(stack, tools, brain):
    verify, register, doctor = tools
    missing = doctor("--only", "registration", "--format", "json")
    assert missing.status == 1 and roots(missing) == ["brain.unit-missing"], missing
    register()
    registered = doctor("--only", "registration", "--format", "json")
    assert registered.status == 0, registered
    assert {f["id"]: f["status"] for f in doc(registered)["findings"]} == {
        "brain.reach": "pass", "brain.login": "pass", "brain.unit": "pass", "brain.fields": "pass", "brain.canary": "skip"}


def test_nothing_deployed(emulator, tools):
    emulator.reset()
    verify, _, doctor = tools
    run = verify("--format", "json")
    assert run.status == 1 and roots(run) == ["stack.missing"], run
    before = doctor("--only", "registration", "--only", "stack", "--format", "json")
    assert before.status == 0 and {f["status"] for f in doc(before)["findings"] if f["id"] == "brain.unit"} == {"skip"}, before


def test_a_bucket_and_a_role_that_are_gone(stack, tools, brain):
    verify, register, _ = tools
    register()
    stack.client("s3").delete_bucket(Bucket=stack.bucket_names()["results"])
    stack.client("iam").delete_role_policy(RoleName=f"{STACK}-CloudMRCrossAccountRole", PolicyName="CloudMRAccess")
    stack.client("iam").delete_role(RoleName=f"{STACK}-CloudMRCrossAccountRole")
    run = verify("--format", "json")
    causes = {f["cause"] for f in doc(run)["findings"] if f["status"] == "fail"}
    assert run.status == 1 and {"bucket.missing", "access.role-missing"} <= causes, run


def test_a_test_job_that_does_not_end_is_stopped(stack, tools, brain):
    verify, register, _ = tools
    register()
    states = stack.client("stepfunctions")
    brain.brain.execution = lambda unit, task: states.start_execution(
        stateMachineArn=unit["stateMachineArn"], input=json.dumps({"task": task, "token": "HUSH"}))["executionArn"]
    run = verify("--canary", "--canary-timeout", "2", "--format", "json")
    finding = next(f for f in doc(run)["findings"] if f["id"] == "brain.canary")
    assert run.status == 1 and finding["cause"] == "canary.timeout" and "HUSH" not in run.out, run
    execution = doc(run)["canary"]["execution"]
    assert states.describe_execution(executionArn=execution)["status"] == "ABORTED"
    assert CHILD not in execution
