"""m2-deploy when it is killed, or an answer fails, at each of its calls to CloudMR Brain: --resume or the same command ends in the same
state, one stack and one unit that fit each other."""
import concurrent.futures
import itertools
import json
import signal
import subprocess

import pytest

import brain as fake
from deploylab import PLACE, STACK, Lab

COUNTER = itertools.count()


class Both(Lab):
    """CloudFormation and Brain; something happens at the n-th call to Brain."""

    def __init__(self, tool):
        own = type(tool)("m2-deploy", tool.home)
        own.env = {**tool.env, "XDG_STATE_HOME": str(tool.home / f"brain-state{next(COUNTER)}")}
        super().__init__(own)
        self.brain_server = fake.Server()
        self.brain = self.brain_server.brain
        own.env.update(CLOUDMR_API_URL=self.brain_server.url, CLOUDMR_EMAIL=self.brain.email, CLOUDMR_PASSWORD=self.brain.password)
        self.process = None

    def close(self):
        self.brain_server.close()
        self.server.close()

    def begin(self, kill=None, fault=None):
        """KILL: (n, "before"|"after"); FAULT: (n, what)."""
        def hook(_brain, number, _method, _path, when):
            if (number, when) == kill:
                self.process.send_signal(signal.SIGKILL)
        self.brain.hook = hook
        self.brain.faults = [{"at": fault[0], "do": fault[1]}] if fault else []
        self.process = subprocess.Popen([self.tool.path, "--yes", *PLACE], env=self.tool.env, text=True, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.tool.home)
        out, err = self.process.communicate(timeout=90)
        self.brain.hook, self.brain.faults = None, []
        return self.process.returncode, out, err

    def end(self, what, resume):
        """Goes on, and once more: everything is as one run without a fault would have left it."""
        given = self.stack.given["ExternalId"] if self.stack else None
        for again in (False, True):
            words = ["--resume"] if resume and not again else ["--yes", *PLACE]
            run = self.tool(*words, "--format", "json")
            assert run.status == 0, (what, run)
            doc = json.loads(run.out)
            assert doc["status"] == "CREATE_COMPLETE" and (not again or doc["outcome"] == doc["unit"]["outcome"] == "unchanged"), (what, run)
            assert len(self.cfn.executed) == 1 and [s.name for s in self.cfn.stacks if s.status != "DELETE_COMPLETE"] == [STACK], what
            unit, = self.brain.units
            assert unit["externalId"] == self.stack.given["ExternalId"] and given in (None, unit["externalId"]), (what, unit)
            assert unit["stateMachineArn"] == doc["outputs"]["CalculationStateMachineArn"], (what, unit)
            self.check_tidy()


def at_every_call(deploy, check):
    whole = Both(deploy)
    status, out, err = whole.begin()
    total = len(whole.brain.log)
    whole.close()
    assert status == 0 and total >= 4, (total, out, err)
    assert {r["path"].rsplit("/", 1)[1] for r in whole.brain.log} == {"login", "list", "register"}

    def one(at):
        lab = Both(deploy)
        try:
            check(lab, at)
        finally:
            lab.close()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(1, total + 1)))


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_every_call_to_brain_then_resume(deploy, when):
    def check(lab, at):
        status, _, err = lab.begin(kill=(at, when))
        assert status == -signal.SIGKILL, (at, status, err)
        lab.end((at, when), resume=bool(lab.cfn.executed))
    at_every_call(deploy, check)


@pytest.mark.parametrize("fault", ["500", "401", "drop-before", "drop", "502-after", "garbage", "cut"])
def test_a_fault_at_every_call_to_brain_then_resume_or_the_same_command(deploy, fault):
    def check(lab, at):
        status, out, err = lab.begin(fault=(at, fault))
        assert status in (0, 1, 3), (at, status, err)
        assert len(lab.cfn.executed) <= 1 and len(lab.brain.units) <= 1, (at, out, err)
        assert lab.brain.password not in out + err and lab.brain.token not in out + err
        lab.end((at, fault, status, err), resume=bool(lab.cfn.executed and at % 2))
    at_every_call(deploy, check)
