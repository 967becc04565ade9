"""m2-deploy --canary: the job runs, fails, or takes too long. The emulator runs no containers, so its executions are told by the test."""
import json
import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "cli"))

import verifyaws  # noqa: E402
from test_deploy_story import Lab  # noqa: E402

NO_DATA = verifyaws.returned({"error": "Traceback (most recent call last):\n  File \"app.py\"\n"
                              "Exception: Noise or signal not available, cannot proceed with computation\n"}, 500)
BROKEN = verifyaws.returned({"error": "Traceback\nKeyError: 'reconstructor'"}, 500)


class Jobs(Lab):
    """RULES answer for executions and logs, each in the words of the stack that is there."""

    def __init__(self, emulator, brain, *tools):
        super().__init__(emulator, brain, *tools)
        self.rules, self.asked, forward = [], [], self.server.forward
        brain.brain.execution = lambda unit, _task: self.execution_of(unit)

        def told(h, body, service, what, number):
            target = h.headers.get("X-Amz-Target", "")
            rule = next((r for r in self.rules if r["target"] == target), None)
            if not rule:
                return forward(h, body, service, what, number)
            self.asked.append(target.split(".")[-1])
            unit = self.brain.brain.units[0]
            text = json.dumps(rule["body"]).replace(verifyaws.EXECUTION, self.execution_of(unit))
            for example, own in ((verifyaws.MACHINE, unit["stateMachineArn"]), (verifyaws.FUNCTION, self.output("RunJobLambdaArn"))):
                text = text.replace(example, own)
            return h.answer(rule.get("status", 200), text.encode(), [("Content-Type", "application/x-amz-json-1.0")])
        self.server.forward = told

    def output(self, key):
        return next(o["OutputValue"] for o in self.stack.outputs if o["OutputKey"] == key)

    @staticmethod
    def execution_of(unit):
        return unit["stateMachineArn"].replace(":stateMachine:", ":execution:") + ":job-1"

    def queued(self):
        return [r for r in self.brain.brain.log if r["path"].endswith("/queue_job")]


@pytest.fixture
def lab(emulator, brain, deploy):
    made = Jobs(emulator, brain, deploy)
    yield made
    made.server.close()


def canary(doc):
    return next(f for f in doc["report"]["findings"] if f["id"] == "brain.canary")


def test_a_job_gets_through_at_the_end_of_a_deployment(lab):
    lab.rules = [verifyaws.execution("SUCCEEDED", NO_DATA), verifyaws.history(), verifyaws.logged()]
    run, doc = lab.deploy("--canary")
    assert run.status == 0 and doc["outcome"] == "created" and canary(doc)["status"] == "pass", run
    assert len(lab.queued()) == 1 and "DescribeExecution" in lab.asked and "StopExecution" not in lab.asked
    assert canary(doc)["resource"] == "job-1", canary(doc)
    text = lab.tool("--yes", "--canary").out
    assert "nothing to do" in text and "The test job job-1 got through. " in text and len(lab.queued()) == 2, text


def test_a_job_that_fails_is_told_and_the_same_command_tries_again(lab):
    lab.rules = [verifyaws.execution("SUCCEEDED", BROKEN), verifyaws.history(), verifyaws.logged("pipelineid p-1", "KeyError: 'reconstructor'")]
    run, doc = lab.deploy("--canary")
    found = canary(doc)
    assert run.status == 1 and doc["outcome"] == "created" and found["cause"] == "canary.failed", run
    assert "KeyError: 'reconstructor'" in found["detail"] and found["fix"]["text"], found
    assert lab.stack.status == "CREATE_COMPLETE" and len(lab.brain.brain.units) == 1, "what was deployed stays"
    lab.rules[0] = verifyaws.execution("SUCCEEDED", NO_DATA)
    run, doc = lab.deploy("--canary")
    assert run.status == 0 and doc["outcome"] == "unchanged" and canary(doc)["status"] == "pass", run
    assert len(lab.cfn.executed) == 1


def test_a_job_that_takes_too_long_is_stopped(lab):
    lab.rules = [verifyaws.execution("RUNNING"), verifyaws.history(), verifyaws.logged(),
                 {"target": "AWSStepFunctions.StopExecution", "body": {"stopDate": 1.7e9}}]
    run, doc = lab.deploy("--canary", "--canary-timeout", "2")
    assert run.status == 1 and doc["outcome"] == "created" and canary(doc)["cause"] == "canary.timeout", run
    assert lab.asked.count("StopExecution") == 1 and any("was stopped" in n for n in doc["notes"]), run


def test_a_job_that_brain_may_not_start(lab):
    def refuse(_unit, _task):
        raise PermissionError("not authorized to perform: states:StartExecution")
    lab.brain.brain.execution = refuse
    run, doc = lab.deploy("--canary")
    assert run.status == 1 and doc["outcome"] == "created" and canary(doc)["cause"] == "canary.not-queued", run
    assert "AccessDeniedException" in canary(doc)["detail"] and lab.stack.status == "CREATE_COMPLETE", run
