"""m2-verify --canary: a job through Brain, its execution in the account behind FakeAws, its endings, and what it leaves."""
import json
import os
import signal
import subprocess
import time

import pytest

from fakeaws import KEYS, FakeAws
from stackaws import BUCKETS, MACHINE, UNIT, environment
from verifyaws import EXECUTION, FUNCTION, HUB_UNIT, denied, execution, history, logged, returned, stack_in, verify_aws

NO_DATA = returned({"error": "Traceback (most recent call last):\n  File \"app.py\"\n"
                    "Exception: Noise or signal not available, cannot proceed with computation\n"}, 500)
RESULT = {"key": "MR Optimum/u-1/r.zip", "bucket": BUCKETS["results"]}
STREAM = ["START RequestId: 1 Version: $LATEST", "pipelineid p-1", "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJIVVNIIn0.HUSHsignature",
          f"uploaded failed bundle \u2192 s3://{BUCKETS['failed']}/MR Optimum/u-1/f.zip", "REPORT RequestId: 1 Duration: 8000 ms"]


@pytest.fixture
def canary(verify, brain):
    brain.brain.units = [dict(HUB_UNIT), {**UNIT, "computingUnitId": "cu-1"}]
    brain.brain.execution = lambda unit, task: EXECUTION
    servers = []

    def run(*rules, args=(), env=None, format="json", **more):
        aws = verify_aws(*rules)
        servers.append(aws)
        verify.env.update(environment(aws, brain))
        done = verify("--canary", "--format", format, *args, env=env, **more)
        done.aws = aws
        return done
    yield run
    for server in servers:
        server.close()


def doc(run):
    return json.loads(run.out)


def finding(run):
    return next(f for f in doc(run)["findings"] if f["id"] == "brain.canary")


def asked(run, word):
    return [r for r in run.aws.log if word in r["headers"].get("x-amz-target", "") + f"{r['method']} {r['path']}"]


def queued(brain):
    return [r["body"] for r in brain.brain.log if r["path"].endswith("/queue_job")]


# ---- endings ----

def test_done_with_the_time_of_each_state_and_the_cost(canary, brain):
    run = canary({**execution("RUNNING"), "times": 1}, execution("SUCCEEDED", returned({"results": RESULT})), history(),
                 {"method": "DELETE", "status": 204})
    assert run.status == 0 and finding(run)["status"] == "pass", run
    told = doc(run)["canary"]
    assert told["execution"] == EXECUTION and told["status"] == "SUCCEEDED" and told["unit"] == "cu-1"
    assert [(s["name"], s["duration_ms"]) for s in told["states"]] == [("SelectPlatform", 600), ("RunViaLambda", 8400)]
    assert told["platform"] == "lambda" and told["result"] == f"s3://{RESULT['bucket']}/{RESULT['key']}"
    # 3008 MB x 8 s and 128 MB x 400 ms at 0.0000166667 USD a GB-second, 2 requests, 3 transitions, 1 PUT
    exact = (3008 / 1024 * 8 + 128 / 1024 * 0.4) * 0.0000166667 + 2 * 0.0000002 + 3 * 0.000025 + 0.000005
    assert abs(float(told["cost_usd"]) - exact) < 1e-9, (told["cost_usd"], exact)
    body = queued(brain)
    assert len(body) == 1 and body[0]["mode"] == "mode_2" and body[0]["cloudapp_name"] == "MR Optimum"
    assert body[0]["task"]["name"].lower() not in ("mr", "pmr") and body[0]["alias"].startswith("m2-verify 2")
    assert "espirit" not in json.dumps(body[0]["task"])
    text = canary(execution("SUCCEEDED", returned({"results": RESULT})), history(), {"method": "DELETE", "status": 204},
                  format="text").out
    for word in ("SelectPlatform", "0.600 s", "RunViaLambda", "8.400 s", "whole execution", "9.500 s", "It cost about $0.0004"):
        assert word in text, (word, text)


def test_what_it_wrote_is_removed(canary):
    run = canary(execution("SUCCEEDED", returned({"results": RESULT})), history(), {"method": "DELETE", "status": 204})
    gone = asked(run, "DELETE ")
    assert len(gone) == 1 and gone[0]["path"].endswith("/MR%20Optimum/u-1/r.zip"), gone
    assert any("Removed what the test job wrote" in n for n in doc(run)["notes"]), run


@pytest.mark.parametrize("bucket,args,why", [
    (BUCKETS["results"], ["--keep"], "The test job left s3://"), ("somebody-elses", [], "none of this stack's buckets"),
    ("cloudmr-results-cloudmrhub-brain-us-east-1", [], "none of this stack's buckets")])
def test_what_is_kept_or_not_ours_is_left_and_told(canary, bucket, args, why):
    run = canary(execution("SUCCEEDED", returned({"results": {**RESULT, "bucket": bucket}})), history(), args=args)
    assert run.status == 0 and not asked(run, "DELETE ") and any(why in n for n in doc(run)["notes"]), run


def test_a_removal_that_is_refused_is_told(canary):
    run = canary(execution("SUCCEEDED", returned({"results": RESULT})), history(), {"method": "DELETE", "status": 403})
    assert run.status == 0 and any("could not be removed" in n for n in doc(run)["notes"]), run


def test_the_task_without_data_ends_as_it_must_and_its_bundle_is_removed(canary):
    others = ["START RequestId: 2", "pipelineid p-77", f"uploaded failed bundle \u2192 s3://{BUCKETS['failed']}/MR Optimum/u-2/g.zip"]
    run = canary(execution("SUCCEEDED", NO_DATA), history(), logged(*STREAM, *others), {"method": "DELETE", "status": 204})
    assert run.status == 0 and finding(run)["status"] == "pass" and "Noise or signal not available" in finding(run)["detail"], run
    assert [r["path"].split("/")[-1] for r in asked(run, "DELETE ")] == ["f.zip"], "its own, nobody else's"


def test_a_bundle_that_cannot_be_told_from_others_is_left(canary):
    run = canary(execution("SUCCEEDED", NO_DATA), history(), logged("pipelineid p-other", STREAM[3]))
    assert run.status == 0 and not asked(run, "DELETE "), run


def test_failed_by_the_job_itself(canary):
    error = returned({"error": "Traceback\nKeyError: 'reconstructor'"}, 500)
    run = canary(execution("SUCCEEDED", error), history(), logged(*STREAM))
    assert run.status == 1 and finding(run)["cause"] == "canary.failed" and "KeyError: 'reconstructor'" in finding(run)["detail"], run
    log = doc(run)["canary"]["log"]
    assert log[0].startswith("START RequestId") and any("pipelineid p-1" in line for line in log), run
    assert "HUSH" not in run.out and "eyJ" not in run.out, "the job logs its user's token"


def test_failed_by_the_execution(canary):
    details = {"error": "Lambda.Unknown", "cause": "The cause could not be determined because Lambda did not return an error type."}
    run = canary(execution("FAILED", error="Lambda.Unknown", cause=details["cause"]), history("ExecutionFailed", details),
                 logged(*STREAM), format="text")
    assert run.status == 1 and "canary.failed" in run.out and "in state\n   RunViaLambda" in run.out.replace("in state RunViaLambda", "in state\n   RunViaLambda"), run
    assert "aws stepfunctions get-execution-history" in run.out and "What the job logged" in run.out and "REPORT RequestId" in run.out
    assert "HUSH" not in run.out + run.err


def test_not_queued_because_brain_may_not(canary, brain):
    def refuse(unit, task):
        raise PermissionError("User is not authorized to perform: states:StartExecution")
    brain.brain.execution = refuse
    run = canary()
    assert run.status == 1 and finding(run)["cause"] == "canary.not-queued" and "AccessDeniedException" in finding(run)["detail"], run
    assert "role and external id" in finding(run)["fix"]["text"] and "canary" not in doc(run)


def test_not_queued_is_explained_by_a_lost_role(canary, brain):
    def refuse(unit, task):
        raise PermissionError("no")
    brain.brain.execution = refuse
    del brain.brain.units[1]["crossAccountRoleArn"], brain.brain.units[1]["externalId"]
    run = canary()
    by_uid = {f["uid"]: f["cause"] for f in doc(run)["findings"]}
    assert "brain.role" in [by_uid[u] for u in finding(run)["caused_by"]], run
    assert finding(run)["uid"] not in doc(run)["root_causes"], run


def test_wrong_unit(canary, brain):
    brain.brain.units[0]["mode"] = "mode_2"
    run = canary()
    assert run.status == 1 and finding(run)["cause"] == "canary.wrong-unit" and "cu-hub" in finding(run)["detail"], run


def test_wrong_unit_by_its_execution(canary, brain):
    brain.brain.execution = lambda unit, task: EXECUTION.replace("123456789012", "262361552878")
    run = canary()
    assert run.status == 1 and finding(run)["cause"] == "canary.wrong-unit", run
    assert not asked(run, "DescribeExecution"), "another account's execution is not asked for"


def test_an_execution_that_does_not_exist(canary):
    from fakeaws import error
    run = canary(error("ExecutionDoesNotExist", "Execution Does Not Exist", 400, target="AWSStepFunctions.DescribeExecution"))
    assert run.status == 1 and finding(run)["cause"] == "canary.not-queued", run


def test_timeout_stops_the_execution(canary):
    run = canary(execution("RUNNING"), history(), {"target": "AWSStepFunctions.StopExecution", "body": {"stopDate": 1.7e9}},
                 args=["--canary-timeout", "2"])
    assert run.status == 1 and finding(run)["cause"] == "canary.timeout", run
    assert len(asked(run, "StopExecution")) == 1 and any("was stopped" in n for n in doc(run)["notes"]), run


def test_timeout_when_it_may_not_be_stopped(canary):
    run = canary(execution("RUNNING"), history(), denied("AWSStepFunctions.StopExecution"), args=["--canary-timeout", "1"])
    assert run.status == 1 and any("could not be stopped (AccessDeniedException)" in n for n in doc(run)["notes"]), run


def test_the_execution_may_not_be_read(canary):
    run = canary(denied("AWSStepFunctions.DescribeExecution"))
    assert run.status == 3 and finding(run)["status"] == "unknown" and "the test job's execution may not be read" in run.err, run
    assert finding(run)["missing_right"] == "states:DescribeExecution"


def test_the_history_may_not_be_read(canary):
    run = canary(execution("SUCCEEDED", returned({})), denied("AWSStepFunctions.GetExecutionHistory"))
    assert run.status == 0 and doc(run)["canary"]["states"] == [] and "cost_usd" not in doc(run)["canary"], run


def test_the_logs_may_not_be_read(canary):
    run = canary(execution("SUCCEEDED", NO_DATA), history(), denied("Logs_20140328.FilterLogEvents"))
    assert run.status == 0 and finding(run)["status"] == "pass", run


def test_it_needs_no_right_that_it_does_not_use(canary):
    run = canary(execution("SUCCEEDED", returned({})), history())
    targets = {r["headers"].get("x-amz-target", "") for r in run.aws.log}
    assert run.status == 0 and not any("FilterLogEvents" in t or "StopExecution" in t for t in targets)
    assert not asked(run, "DELETE "), "nothing was written, nothing is removed"


# ---- no sense in a job ----

def test_no_job_on_a_stack_that_is_not_there(canary, brain):
    run = canary(stack_in("ROLLBACK_COMPLETE"))
    assert run.status == 1 and not queued(brain) and finding(run)["status"] == "skip", run


def test_no_job_without_a_login(canary, brain):
    run = canary(env={"CLOUDMR_PASSWORD": "no"})
    assert run.status == 3 and not queued(brain) and finding(run)["status"] == "skip", run


# ---- faults at each call ----

@pytest.mark.parametrize("do", ["drop", "drop-before", "cut", "reset", "500", "500-after", "502-after", "garbage", "empty", "html"])
def test_the_answer_to_the_job_is_lost_and_it_is_not_queued_twice(canary, brain, do):
    """"Not started" was said of a job that ran."""
    brain.brain.faults = [{"path": "queue_job", "do": do}]
    run = canary()
    alias = [r["body"] for r in brain.brain.log if r["path"].endswith("/queue_job")][0]["alias"]
    assert run.status == 3 and finding(run)["status"] == "unknown" and len(queued(brain)) == 1, run
    assert f'lists it as "{alias}"' in finding(run)["detail"] and alias in run.err, run
    assert any("it may run all the same, listed as" in n for n in doc(run)["notes"]), run


@pytest.mark.parametrize("args", [["--format", "github"], ["-q"]])
def test_a_lost_job_is_told_in_short_reports_too(canary, brain, args):
    brain.brain.faults = [{"path": "queue_job", "do": "drop"}]
    run = canary(args=args[:1] if args == ["-q"] else (), format="github" if args != ["-q"] else "text")
    assert run.status == 3 and "brain.canary" in run.out and "listed as" in run.err, run


@pytest.mark.parametrize("do", ["refuse", "403", "404", "throttle"])
def test_the_job_is_refused(canary, brain, do):
    brain.brain.faults = [{"path": "queue_job", "do": do, "times": 9}]
    run = canary()
    assert run.status == 1 and finding(run)["cause"] == "canary.not-queued", run


FAULTS = [{"drop": "before"}, {"drop": "reset"}, {"status": 500, "body": "no"}, {"status": 502, "body": "<html>"},
          {"body": "\x00garbage"}, {"status": 429, "body": "{}"}]


@pytest.mark.parametrize("fault", FAULTS, ids=[json.dumps(f) for f in FAULTS])
@pytest.mark.parametrize("call", ["AWSStepFunctions.DescribeExecution", "AWSStepFunctions.GetExecutionHistory"])
def test_passing_trouble_while_following(canary, call, fault):
    run = canary({"target": call, "times": 1, **fault}, execution("SUCCEEDED", returned({})), history())
    assert run.status == 0 and finding(run)["status"] == "pass", run


@pytest.mark.parametrize("fault", FAULTS[:4], ids=[json.dumps(f) for f in FAULTS[:4]])
def test_trouble_for_good_while_following(canary, fault):
    run = canary({"target": "AWSStepFunctions.DescribeExecution", **fault}, timeout=120)
    assert run.status == 3 and finding(run)["status"] == "unknown", run


def test_interrupted_while_the_job_runs(canary, verify, brain):
    with verify_aws(execution("RUNNING")) as aws:
        process = subprocess.Popen([verify.path, "--canary"], env={**verify.env, **environment(aws, brain)}, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 30
        while not any("DescribeExecution" in r["headers"].get("x-amz-target", "") for r in aws.log):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        asked_at = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130 and time.monotonic() - asked_at < 2 and out == "", (out, err)
    assert f"stop-execution --execution-arn {EXECUTION}" in err, err


# ---- the task ----

def test_a_task_of_ones_own(canary, brain, tmp_path):
    task = {"name": "ac", "options": {"reconstructor": {"options": {"signal": {"options": {"type": "s3", "key": "k"}}}}}}
    file = tmp_path / "task.json"
    file.write_text(json.dumps(task))
    run = canary(execution("SUCCEEDED", NO_DATA), history(), logged(*STREAM), args=["--task", file])
    assert queued(brain)[-1]["task"] == task
    assert run.status == 1 and finding(run)["cause"] == "canary.failed", "a task with data must come to a result"
    file.write_text(json.dumps({"task": task, "pipeline": "x"}))
    assert canary(execution("SUCCEEDED", returned({"results": RESULT})), history(), args=["--task", file, "--keep"]).status == 0
    assert queued(brain)[-1]["task"] == task, "a whole job holds the task"


def test_a_job_on_fargate(canary):
    steps = history()["body"]["events"]
    for event in steps:
        if event["type"].startswith("LambdaFunction") and event["id"] > 7:
            event["type"] = event["type"].replace("LambdaFunction", "Task")
            event.pop("lambdaFunctionScheduledEventDetails", None)
            if event["type"] == "TaskScheduled":
                event["taskScheduledEventDetails"] = {"resourceType": "ecs", "resource": "runTask.sync", "region": "us-east-1",
                                                      "parameters": "HUSH"}
    rule = {**history(), "body": {"events": steps}}
    run = canary(execution("SUCCEEDED", {"TaskArn": "x"}), rule)
    assert run.status == 0 and doc(run)["canary"]["platform"] == "fargate" and "HUSH" not in run.out, run
