"""m2-cost history against the emulator: stack, executions, tasks, functions and logs as AWS's own client made them. The emulator's
histories are canned and name no task; what AWS documents of them is put in their place, and the bill made by hand."""
import json
import pathlib
import sys
import time

import pytest

import scenarios
from seed import STACK

CLI = pathlib.Path(__file__).resolve().parent.parent / "cli"
sys.path.append(str(CLI))  # labhistory: the story; historybill: its bill
import historybill  # noqa: E402
import labhistory as lab  # noqa: E402

MACHINE = f"stateMachine:{STACK}-JobChooser"


@pytest.fixture
def history(cost, emulator):
    cost.env.update(AWS_ENDPOINT_URL=emulator.url, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing",
                    AWS_REGION="us-east-1")

    def run(*args):
        return cost("history", "--format", "json", *args)
    return run


def machine(account):
    return f"arn:aws:states:us-east-1:{account.id}:{MACHINE}"


def start(account, *names):
    states = account.client("stepfunctions")
    return [states.start_execution(stateMachineArn=machine(account), name=n, input='{"secret": "PATIENT-7731"}')["executionArn"]
            for n in names]


def test_executions_of_the_deployed_machine_are_found_and_those_that_run_are_not_billed(account, history, tmp_path):
    scenarios.public(account)
    arns = start(account, "job-1", "job-2", "job-3")
    for arn in arns[:2]:
        account.client("stepfunctions").stop_execution(executionArn=arn)
    saved = tmp_path / "account.json"
    run = history("--save-snapshot", saved, "--no-redact")
    assert run.status == 0, run
    doc = json.loads(run.out)
    assert sorted(j["id"] for j in doc["jobs"]) == ["job-1", "job-2"] and [j["id"] for j in doc["running"]] == ["job-3"]
    assert {j["outcome"] for j in doc["jobs"]} == {"aborted"}
    assert [j["transitions"] for j in doc["jobs"]] == [1, 1], "the canned history enters one state"
    assert doc["total_usd"] == "0.00005"
    text = saved.read_text()
    assert "PATIENT-7731" not in text and f"{STACK}-RunJob" in text
    operations = {c["operation"] for c in json.loads(text)["calls"]}
    assert operations == {"GetCallerIdentity", "DescribeStacks", "ListStackResources", "DescribeStateMachine", "ListExecutions",
                          "GetExecutionHistory", "ListTasks", "DescribeTaskDefinition", "GetFunctionConfiguration",
                          "FilterLogEvents"}


def test_reports_of_runs_are_read_and_no_other_line(account, history, tmp_path):
    scenarios.timeout_near(account)
    start(account, "job-1")
    saved = tmp_path / "account.json"
    assert history("--save-snapshot", saved, "--no-redact").status == 0
    logs = [c for c in json.loads(saved.read_text())["calls"] if c["operation"] == "FilterLogEvents"]
    assert len(logs) == 1 and len(logs[0]["output"]["events"]) == 3, logs
    assert "SECRET-OF-A-JOB" not in saved.read_text()


def test_more_executions_than_a_page(account, history):
    scenarios.public(account)
    arns = start(account, *[f"job-{n}" for n in range(130)])
    for arn in arns:
        account.client("stepfunctions").stop_execution(executionArn=arn)
    doc = json.loads(history().out)
    assert len(doc["jobs"]) == 130 and doc["total_usd"] == "0.00325"


def test_with_documented_histories_the_bill_is_that_of_the_story(account, history, cost, tmp_path):
    scenarios.public(account)
    start(account, "job-1001")
    saved = tmp_path / "account.json"
    assert history("--save-snapshot", saved, "--no-redact").status == 0
    doc = json.loads(saved.read_text())
    story = [j for j in lab.STORY if j.name in ("job-1002", "job-1003", "job-1004", "job-1005", "job-1006")]
    a = lab.Lab(time.time(), story)
    doc["calls"] = [c for c in doc["calls"] if c["operation"] not in ("GetExecutionHistory", "FilterLogEvents", "ListExecutions")]
    doc["calls"].append({"service": "stepfunctions", "operation": "ListExecutions", "input": {"stateMachineArn": machine(account)},
                         "status": "ok", "output": {"executions": [{**e, "startDate": lab.iso(e["startDate"]),
                                                                    "stopDate": lab.iso(e["stopDate"])} for e in a.executions()]}})
    for job in story:
        doc["calls"].append({"service": "stepfunctions", "operation": "GetExecutionHistory",
                             "input": {"executionArn": a.arn(job)}, "status": "ok", "output": {"events": a.histories[job.name]}})
    for name, events in a.logs.items():
        doc["calls"].append({"service": "logs", "operation": "FilterLogEvents", "input": {"logGroupName": f"/aws/lambda/{name}"},
                             "status": "ok", "output": {"events": events}})
    saved.write_text(json.dumps(doc))
    out = json.loads(cost("history", "--snapshot", saved, "--format", "json").out)
    jobs, _ = historybill.bill(story)
    assert {j["id"]: j["total_usd"] for j in out["jobs"]} == {k: historybill.usd(v) for k, (v, _) in jobs.items()}
    assert not [u for u in out["unseen"] if "times of" in u], out["unseen"]


def test_a_stack_without_its_machine_has_nothing_to_bill(account, history):
    scenarios.machine_gone(account)
    run = history()
    assert run.status != 0 and not run.out, run
