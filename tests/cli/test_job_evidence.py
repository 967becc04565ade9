"""How a job ended is told from the container's end on, by ECS's answer or by the cause that Step Functions keeps."""
import json
import re

import pytest

DIGEST = "sha256:" + "5e" * 32
TASKS = ("ListTasks", "DescribeTasks")
STREAM = "ecs/run-job/2c9f4c7a1be24d0e8d53a6c1f72cb2e4"


@pytest.fixture
def ended(doctor, root, tmp_path):
    """m2-doctor on the account whose jobs ran out of memory; CHANGE edits each task, as ECS and as the cause tell it."""
    def run(change=lambda task, of_ecs: task, without=(), args=("--format", "json")):
        doc = json.loads((root / "fixtures/accounts/task-out-of-memory.json").read_text())
        doc["calls"] = [c for c in doc["calls"] if c["operation"] not in without]
        for call in doc["calls"]:
            if call["operation"] == "DescribeTasks" and call["status"] == "ok":
                call["output"]["tasks"] = [change(t, True) for t in call["output"]["tasks"]]
            for event in call["output"].get("events", []) if call["operation"] == "GetExecutionHistory" else []:
                details = event.get("taskFailedEventDetails")
                if details:
                    details["cause"] = told(change, details["cause"])
        path = tmp_path / "snapshot.json"
        path.write_text(json.dumps(doc))
        return doctor("--snapshot", path, *args)

    def told(change, cause):
        changed = change(json.loads(cause), False)
        return changed if isinstance(changed, str) else json.dumps(changed)
    return run


def of(run, check):
    found = [f for f in json.loads(run.out)["findings"] if f["id"] == check and f["status"] == "fail"]
    assert len(found) == 1, run
    return found[0]


def with_digest(task, of_ecs):
    for container in task["containers" if of_ecs else "Containers"]:
        container["imageDigest" if of_ecs else "ImageDigest"] = DIGEST
    return task


@pytest.mark.parametrize("check,without", [("task.failures", ()), ("workflow.executions", ()), ("workflow.executions", TASKS),
                                           ("task.failures", TASKS)])
def test_the_containers_end_is_the_evidence(ended, check, without):
    finding = of(ended(with_digest, without), check)
    why, where = (json.loads(e["value"]) for e in finding["evidence"][:2])
    assert why["containers"] == [{"name": "run-job", "exitCode": 137,
                                  "reason": "OutOfMemoryError: Container killed due to memory usage"}]
    assert why["stopCode"] == "EssentialContainerExited" and why["taskArn"].endswith("/2c9f4c7a1be24d0e8d53a6c1f72cb2e4")
    assert where["startedAt"] == "2026-11-23T08:44:31Z" and where["stoppedAt"] == "2026-11-23T08:44:58Z"
    assert where["imageDigest"] == DIGEST and where["log"] == f"{STREAM} in /ecs/run-job-fargate"
    assert any(f"--log-stream-name {STREAM} " in c for c in finding["fix"]["commands"]), finding


@pytest.mark.parametrize("check", ["task.failures", "workflow.executions"])
def test_a_task_that_never_started_has_no_log(ended, check):
    def never(task, of_ecs):
        task.pop("startedAt" if of_ecs else "StartedAt", None)
        return task
    finding = of(ended(never), check)
    assert "log" not in json.loads(finding["evidence"][1]["value"]) and "get-log-events" not in str(finding["fix"]), finding


def test_the_log_of_another_revision_is_not_guessed(ended):
    def older(task, of_ecs):
        task["taskDefinitionArn" if of_ecs else "TaskDefinitionArn"] = "arn:aws:ecs:us-east-1:123456789012:task-definition/run-job-fargate:9"
        return task
    finding = of(ended(older), "task.failures")
    assert "log" not in json.loads(finding["evidence"][1]["value"]) and "get-log-events" not in str(finding["fix"]), finding


def test_times_in_milliseconds_are_told_like_those_of_ecs(ended):
    def epoch(task, of_ecs):
        if not of_ecs:
            task.update(StartedAt=1795423471000, StoppedAt=1795423498000)
        return task
    where = json.loads(of(ended(epoch, TASKS), "workflow.executions")["evidence"][1]["value"])
    assert (where["startedAt"], where["stoppedAt"]) == ("2026-11-23T08:44:31Z", "2026-11-23T08:44:58Z")


@pytest.mark.parametrize("cause", ["", "not JSON", '{"Containers":[{"Name":"run-job","ExitCode":1', "[]", "{}", '{"Containers":7}',
                                   '{"Containers":[null,7,{"Name":[]}],"StoppedReason":"Essential container in task exited"}'])
def test_a_cause_of_another_shape_is_quoted_as_it_is(ended, cause):
    run = ended(lambda task, of_ecs: task if of_ecs else cause, TASKS)
    found = [f for f in json.loads(run.out)["findings"] if f["id"] == "workflow.executions"]
    assert run.status == 1 and found and all(f["status"] == "fail" and f["evidence"] for f in found), run


def test_it_is_read_in_80_columns(ended):
    lines = ended(with_digest, args=()).out.splitlines()
    assert any("exitCode 137" in line for line in lines) and any("startedAt 2026-11-23T08:44:31Z" in line for line in lines)
    wide = [line for line in lines if len(line) > 80 and len(line.split()) > 1 and not re.match(r"\s*(aws |See https://)", line)]
    assert not wide, wide
