"""m2-deploy when it is killed, or an answer fails, at each of its calls to CloudFormation: the same command ends in the same state."""
import concurrent.futures
import itertools
import signal
import subprocess

import pytest

from deploylab import PLACE, STACK, Lab

COUNTER = itertools.count()


class Watched(Lab):
    """Calls ACT(n, process) at the n-th request to CloudFormation."""

    def __init__(self, tool):
        own = type(tool)("m2-deploy", tool.home)
        own.env = {**tool.env, "XDG_STATE_HOME": str(tool.home / f"state{next(COUNTER)}")}
        super().__init__(own)
        self.asked, self.at, self.process = 0, None, None
        serve = self.server.serve

        def watched(h, body):
            cfn = b"Version=2010-05-15" in body
            self.asked += cfn
            here = cfn and self.asked == self.at
            if here:
                self.at = None
                if self.fault == "kill-before":
                    self.process.send_signal(signal.SIGKILL)
                    return
                if self.fault != "kill-after":
                    self.server.fault = (self.server.count + 1, self.fault)
            serve(h, body)
            if here and self.fault == "kill-after":
                self.process.send_signal(signal.SIGKILL)
        self.server.serve = watched

    def begin(self, at, fault, *args):
        self.asked, self.at, self.fault = 0, at, fault
        self.process = subprocess.Popen([self.tool.path, "--yes", "--no-register", *PLACE, *args], env=self.tool.env, text=True,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.tool.home)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


def calls_of_a_whole_run(deploy):
    lab = Watched(deploy)
    status, out, err = lab.begin(None, None)
    lab.server.close()
    assert status == 0, (out, err)
    return lab.asked


def at_every_call(deploy, check):
    """CHECK(lab, n) for the n-th call of a whole run, each with a laboratory of its own; most of the time they wait."""
    def one(at):
        lab = Watched(deploy)
        try:
            check(lab, at)
        finally:
            lab.server.close()
    total = calls_of_a_whole_run(deploy)
    assert total > 8
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(1, total + 1)))


def check_end(lab, run, doc, what):
    assert run.status == 0 and doc["status"] == "CREATE_COMPLETE", (what, run)
    assert len(lab.cfn.executed) == 1 and [s.name for s in lab.cfn.stacks if s.status != "DELETE_COMPLETE"] == [STACK], what
    lab.check_tidy()


@pytest.mark.parametrize("fault", ["kill-before", "kill-after"])
def test_killed_at_every_call_then_the_same_command_or_resume(deploy, fault):
    def check(lab, at):
        status, _, err = lab.begin(at, fault)
        assert status == -signal.SIGKILL, (at, status, err)
        begun = bool(lab.cfn.sets)
        given = lab.cfn.sets[0].parameters["ExternalId"] if begun else None
        run, doc = lab.run(*(["--resume"] if at % 2 and begun else []))
        check_end(lab, run, doc, at)
        assert given in (None, lab.stack.given["ExternalId"]), (at, "another external id")
    at_every_call(deploy, check)


@pytest.mark.parametrize("fault", ["500", "denied", "lost"])
def test_a_fault_at_every_call_then_the_same_command(deploy, fault):
    def check(lab, at):
        status, _, err = lab.begin(at, fault)
        assert status in (0, 1, 3) and (fault != "500" or status == 0), (at, status, err)
        assert len(lab.cfn.executed) <= 1
        run, doc = lab.run()
        check_end(lab, run, doc, (at, status, err))
    at_every_call(deploy, check)
