"""What an answer leaves open is told as open, and what stands in another place than usual is read there."""
import json

import pytest

from cases_stack import definition, healthy, history, task, tasks_stopped
from conftest import ROOT

ACCOUNTS = ROOT / "fixtures/accounts"


@pytest.fixture
def findings(doctor):
    def run(a, check):
        done = doctor("--snapshot", "-", "--format", "json", "--only", check, stdin=a.text())
        assert done.status in (0, 1), done
        return json.loads(done.out)["findings"]
    return run


def machine(a, change, jsonata=False):
    text = definition()
    state = text["States"]["RunViaFargate"]
    if jsonata:
        text["QueryLanguage"] = "JSONata"
        state["Arguments"] = state.pop("Parameters")
    change(state["Arguments" if jsonata else "Parameters"])
    a.call("DescribeStateMachine")["output"]["definition"] = json.dumps(text)


@pytest.mark.parametrize("value", ["SOMETHING_NEW", None])
def test_a_state_nobody_knows_was_a_failed_stack(findings, value):
    a = healthy()
    a.stack["StackStatus"] = value
    found = findings(a, "stack.status")
    assert [(f["status"], f["cause"]) for f in found] == [("unknown", None)], found


def test_a_new_state_that_says_failed_is_a_failed_stack(findings):
    a = healthy()
    a.stack["StackStatus"] = "REFACTOR_FAILED"
    assert [f["cause"] for f in findings(a, "stack.status")] == ["stack.failed"]


def test_events_of_a_stack_never_deployed_were_called_too_old(findings):
    a = healthy()
    a.stack["StackStatus"] = "REVIEW_IN_PROGRESS"
    a.call("DescribeStackEvents")["output"]["StackEvents"] = []
    assert [f["status"] for f in findings(a, "stack.events")] == ["skip"]


@pytest.mark.parametrize("jsonata", [False, True])
@pytest.mark.parametrize("size,status", [({"Cpu": "1024", "Memory": "16384"}, "fail"), ({"Memory": "4096"}, "fail"),
                                         ({"Cpu": "8192", "Memory": "16384"}, "pass"), ({"Cpu.$": "$.cpu"}, "pass")])
def test_the_size_that_the_state_machine_asks_for_was_not_read(findings, jsonata, size, status):
    a = healthy()
    machine(a, lambda p: p.update(Overrides=size), jsonata)
    found = findings(a, "fargate.size")
    assert [f["status"] for f in found] == [status], found
    if status == "fail":
        assert found[0]["cause"] == "fargate.size-invalid" and "Overrides" in found[0]["fix"]["text"]


def later(p, key, value):
    awsvpc = p["NetworkConfiguration"]["AwsvpcConfiguration"]
    del awsvpc["AssignPublicIp"]
    awsvpc[key] = value


@pytest.mark.parametrize("jsonata,key,value", [(False, "AssignPublicIp.$", "$.public"),
                                               (True, "AssignPublicIp", "{% $states.input.public %}")])
def test_a_public_ip_that_each_job_decides_was_taken_for_none(findings, jsonata, key, value):
    a = healthy()
    machine(a, lambda p: later(p, key, value), jsonata)
    found = findings(a, "net.egress")
    assert {f["status"] for f in found} == {"unknown"}, found


def test_a_public_ip_left_out_is_none(findings):
    a = healthy()
    machine(a, lambda p: p["NetworkConfiguration"]["AwsvpcConfiguration"].pop("AssignPublicIp"))
    assert "net.igw-without-public-ip" in {f["cause"] for f in findings(a, "net.egress")}


def test_the_proof_of_a_stopped_task_showed_its_network_interface(findings):
    a = healthy()
    tasks_stopped(task(1, "EssentialContainerExited", "Essential container in task exited", 137,
                       "OutOfMemoryError: Container killed due to memory usage"))(a)
    proof = json.loads(findings(a, "task.failures")[0]["evidence"][0]["value"])
    assert proof["stoppedReason"] == "Essential container in task exited" and proof["containers"][0]["exitCode"] == 137
    assert "attachments" not in proof


def test_a_right_was_asked_for_that_only_another_account_can_give(doctor):
    doc = json.loads((ACCOUNTS / "healthy-nat.json").read_text())
    doc["calls"] = [c for c in doc["calls"] if c["service"] != "registry"]  # nobody pulled, and Lambda keeps no copy any more
    for c in doc["calls"]:
        if c["operation"] == "GetFunction":
            c["output"]["Configuration"]["State"] = "Inactive"
    done = doctor("--snapshot", "-", "--only", "image.access", "--format", "json", stdin=json.dumps(doc))
    for f in json.loads(done.out)["findings"]:
        assert f["status"] == "unknown" and not f.get("missing_right") and "469266894233" in f["detail"], f


def test_without_a_default_vpc_the_network_was_ready(doctor):
    doc = json.loads((ACCOUNTS / "healthy-pre-deployment.json").read_text())
    for c in doc["calls"]:
        if c["operation"] == "DescribeVpcs":
            c["output"]["Vpcs"] = []
    doc["calls"] = [c for c in doc["calls"] if c["operation"] != "DescribeSubnets"]
    doc["target"] = {"stack": "mroptimum-mode2"}
    assert json.loads(doctor("--snapshot", "-", "--format", "json", stdin=json.dumps(doc)).out)["verdict"] == "inconclusive"
    text = doctor("--snapshot", "-", stdin=json.dumps(doc)).out
    assert text.startswith("Not sure") and text.count("--subnet ID (twice)") == 1, text


@pytest.mark.parametrize("key", ["CalculationStateMachineArn", "CloudMRCrossAccountRoleArn"])
@pytest.mark.parametrize("kind", ["healthy-nat", "healthy-ireland"])
def test_an_output_of_the_nested_stack_stood_in_for_the_missing_one(doctor, kind, key):
    doc = json.loads((ACCOUNTS / f"{kind}.json").read_text())
    root = next(c for c in doc["calls"] if c["operation"] == "DescribeStacks" and c["input"]["StackName"] == "mroptimum-mode2")
    outputs = root["output"]["Stacks"][0]["Outputs"]
    outputs[:] = [o for o in outputs if o["OutputKey"] != key]
    report = json.loads(doctor("--snapshot", "-", "--format", "json", stdin=json.dumps(doc)).out)
    assert report["root_causes"] == [f"stack.outputs/{key}"], report["root_causes"]


def test_one_refused_run_task_was_two_root_causes(doctor):
    cause = ("User: arn:aws:sts::111122223333:assumed-role/sfn/x is not authorized to perform: iam:PassRole on resource: "
             "arn:aws:iam::111122223333:role/exec because no identity-based policy allows the iam:PassRole action")
    a = healthy()
    history({"resourceType": "ecs", "resource": "runTask.sync", "error": "ECS.AccessDeniedException", "cause": cause},
            "TaskSubmitFailed")(a)
    report = json.loads(doctor("--snapshot", "-", "--format", "json", stdin=a.text()).out)
    assert report["root_causes"] == ["task.failures/workflow.pass-role"], report["root_causes"]


@pytest.mark.parametrize("kind", ["healthy-public", "healthy-nat", "healthy-endpoints", "healthy-ireland"])
@pytest.mark.parametrize("others", [False, True], ids=["alone", "among-others"])
def test_answers_saved_without_their_questions_were_about_the_nested_stack(doctor, kind, others):
    calls = json.loads((ACCOUNTS / f"{kind}.json").read_text())["calls"]
    if others:  # one `aws cloudformation describe-stacks` of all stacks
        stacks = [c["output"]["Stacks"][0] for c in calls if c["operation"] == "DescribeStacks"]
        stacks.insert(0, {**stacks[1], "StackName": "cdk-toolkit", "StackId": stacks[1]["StackId"].replace("mroptimum-mode2", "cdk-toolkit"),
                          "Outputs": [], "Parameters": [], "StackStatus": "ROLLBACK_COMPLETE"})
        calls = [c for c in calls if c["operation"] != "DescribeStacks"]
        calls.append({"service": "cloudformation", "operation": "describe-stacks", "output": {"Stacks": stacks}})
    doc = {"schema": "m2-snapshot/1", "calls": [{k: c[k] for k in ("service", "operation", "output")} for c in calls if "output" in c]}
    report = json.loads(doctor("--snapshot", "-", "--format", "json", stdin=json.dumps(doc)).out)
    assert report["target"]["stack"] == "mroptimum-mode2"
    assert [f["uid"] for f in report["findings"] if f["status"] == "fail"] == []


@pytest.mark.parametrize("kind", ["stack-delete-failed", "lambda-memory-over-cap"])
def test_rights_were_asked_for_what_a_failed_stack_does_not_have(doctor, kind):
    report = json.loads(doctor("--snapshot", ACCOUNTS / f"{kind}.json", "--format", "json").out)
    unknown = {f["id"]: f["detail"] for f in report["findings"] if f["status"] == "unknown"}
    assert set(unknown) == {"image.access"} and "whether Lambda may read it" in unknown["image.access"]
    state = {f["id"]: f["status"] for f in report["findings"]}
    assert [state[i] for i in ("task.failures", "workflow.executions", "stack.resources")] == ["skip"] * 3
    assert state["net.egress"] == "pass"


@pytest.mark.parametrize("kind,command", [
    ("stack-delete-failed", "aws s3api list-object-versions --bucket mroptimum-mode2-results-123456789012"),
    ("update-rolled-back", "aws logs describe-log-groups --log-group-name-prefix /aws/lambda/mroptimum-mode2"),
    ("lambda-memory-over-cap", "aws cloudformation describe-stack-events --stack-name arn:aws:cloudformation:us-east-1:")])
def test_a_failed_stack_operation_was_told_without_a_command(doctor, kind, command):
    report = json.loads(doctor("--snapshot", ACCOUNTS / f"{kind}.json", "--only", "stack.events", "--format", "json").out)
    found = [f for f in report["findings"] if f["status"] == "fail"]
    assert found and all(any(c.startswith(command) for c in f["fix"]["commands"]) for f in found), found
