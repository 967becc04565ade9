"""Part 6 of the bench: m2-deploy beside the upstream way, the AWS CLI and curl one after the other, from nothing to a registered unit.

CloudFormation is the simulator of tests/fake before the emulator, ready at the first look, so that what AWS itself takes is not in the
figures. "On recorded answers" the stack's resources stay from the first run, and look-ups are answered as the emulator answered them
then: moto answers one request at a time, and m2-deploy asks fifteen times as much as the scripts do.
"""
import itertools
import json
import pathlib
import shutil
import sys
import threading
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE.parent / "emulator"), str(HERE.parent / "fake")]

import brain as fake  # noqa: E402
import changesets  # noqa: E402
import delay  # noqa: E402
import registration  # noqa: E402
import seed  # noqa: E402

DELAY_MS, QUIET_S = 80, 0.15
NUMBERS = itertools.count(1)


class Pace:
    """What each request of both servers waits for: nothing, a fixed time, or that no other comes any more (a level)."""

    def __init__(self):
        self.mode, self.levels, self.lock, self.held, self.timer = "off", 0, threading.Lock(), [], None

    def wait(self):
        if self.mode == "delay":
            threading.Event().wait(DELAY_MS / 1000)
        elif self.mode == "levels":
            ready = threading.Event()
            with self.lock:
                self.held.append(ready)
                if self.timer:
                    self.timer.cancel()
                self.timer = threading.Timer(QUIET_S, self.release)
                self.timer.start()
            ready.wait()

    def release(self):
        with self.lock:
            held, self.held = self.held, []
            self.levels += bool(held)
        for ready in held:
            ready.set()


class Instant(changesets.Deployments):
    """Ready at the first look; the resources of the first run are those of all."""

    def __init__(self, account):
        super().__init__(account)
        self.polls, self.kept = 0, None

    def CreateChangeSet(self, q, stack):
        answer = super().CreateChangeSet(q, stack)
        if answer[0] == 200:
            self.sets[-1].polls = 0
        return answer

    def apply(self, stack, made):
        if not self.kept:
            super().apply(stack, made)
            self.kept = stack.outputs, stack.resources
        stack.outputs, stack.resources = self.kept

    def again(self):
        self.stacks.clear()
        self.sets.clear()
        self.executed.clear()

    def anew(self):
        """The emulator too."""
        for stack in self.stacks:
            self.account.client("cloudformation").delete_stack(StackName=stack.name)
        self.kept = None
        self.again()


class Server(changesets.DeployServer):
    def __init__(self, cfn, port, pace):
        self.pace, self.answers, self.recorded = pace, {}, False
        super().__init__(cfn, port)

    def serve(self, h, body):
        self.pace.wait()
        super().serve(h, body)

    def forward(self, h, body, service, what, number):
        key = (service, h.command, h.path, h.headers.get("X-Amz-Target"), body, bool(self.cfn.executed))
        if self.recorded and key in self.answers:
            h.answer(*self.answers[key], head=h.command == "HEAD")
            return
        answer = h.answer

        def keep(status, data, headers=(), head=False):
            if status >= 500:  # what the emulator does not know: a retry would wait on purpose
                status, kind, data = delay.REFUSAL[delay.protocol_of({k.lower(): v for k, v in h.headers.items()})]
                headers = [("Content-Type", kind)]
            self.answers[key] = (status, data, headers)
            answer(status, data, headers, head=head)
        h.answer = keep
        super().forward(h, body, service, what, number)
        h.answer = answer


def scripts(bench, brain, url, brain_url, network, stack, template):
    """What deploy-and-register-mode2.sh runs, the AWS CLI's deploy for SAM's, and register-computing-unit.sh after it."""
    vpc, subnets, group = network
    curl = ["/usr/bin/curl", "-s", "-H", "Content-Type: application/json"]
    given = {"VpcId": vpc, "SubnetIds": ",".join(subnets), "SecurityGroupIds": group, "ExternalId": "lab-external-id"}
    unit = {"appName": "MR Optimum", "mode": "mode_2", "provider": "user", "awsAccountId": "123456789012", "region": seed.REGION,
            "stateMachineArn": f"arn:aws:states:{seed.REGION}:123456789012:stateMachine:{stack}", "alias": "Mode 2"}
    signed = [*curl, "-H", f"Authorization: Bearer {brain.token}"]
    login = [*curl, "-d", json.dumps({"email": brain.email, "password": brain.password}), f"{brain_url}/api/auth/login"]
    listing = [*signed, f"{brain_url}/api/computing-unit/list?app_name=MR%20Optimum"]
    aws = [bench.aws, "--output", "json"]
    of_vpc = ["--filters", f"Name=vpc-id,Values={vpc}"]
    outputs = [*aws, "cloudformation", "describe-stacks", "--stack-name", stack, "--query", "Stacks[0].Outputs"]
    return [[*aws, "sts", "get-caller-identity"], login, [*aws, "ec2", "describe-vpcs"], [*aws, "ec2", "describe-subnets", *of_vpc],
            [*aws, "ec2", "describe-security-groups", *of_vpc],
            [*aws, "cloudformation", "deploy", "--template-file", template, "--stack-name", stack, "--capabilities", "CAPABILITY_IAM",
             "--parameter-overrides", *(f"{k}={v}" for k, v in given.items())],
            outputs, [*aws, "sts", "get-caller-identity"], outputs, login, listing,
            [*signed, "-d", json.dumps(unit), f"{brain_url}/api/computing-unit/register"], listing], bench.at(url)


class Lab:
    def __init__(self, bench, tools, account, brain_server, cfn, server, pace):
        self.bench, self.tools, self.account, self.cfn, self.server, self.pace = bench, tools, account, cfn, server, pace
        self.brain_server, self.brain, self.network = brain_server, brain_server.brain, account.public()
        self.template = shutil.copy(ROOT / "libcommon/deploy/template.yaml", bench.home / "template.yaml")

    def empty(self, anew):
        (self.cfn.anew if anew else self.cfn.again)()
        self.brain.units.clear()

    def ours(self, anew=False):
        self.empty(anew)
        env = {**self.bench.at(self.server.url), "CLOUDMR_API_URL": self.brain_server.url, "CLOUDMR_EMAIL": self.brain.email,
               "CLOUDMR_PASSWORD": self.brain.password, "XDG_STATE_HOME": str(self.bench.home / f"state{next(NUMBERS)}")}
        run = self.tools.Run([self.bench.build / "m2-deploy", "--yes", "--quiet", "--external-id", "lab-external-id", "--vpc",
                              self.network[0], "--output", self.bench.home / "report"], env)
        if run.status or len(self.cfn.executed) != 1 or len(self.brain.units) != 1:
            raise SystemExit("m2-deploy did not deploy: " + (self.bench.home / "report").read_text())
        return run

    def theirs(self, anew=False):
        self.empty(anew)
        run = self.tools.Series(*scripts(self.bench, self.brain, self.server.url, self.brain_server.url, self.network,
                                         seed.STACK, self.template))
        if len(self.cfn.executed) != 1 or len(self.brain.units) != 1:
            raise SystemExit("the scripts' calls did not deploy")
        return run

    def again(self):
        """With nothing to do."""
        env = {**self.bench.at(self.server.url), "CLOUDMR_API_URL": self.brain_server.url, "CLOUDMR_EMAIL": self.brain.email,
               "CLOUDMR_PASSWORD": self.brain.password, "XDG_STATE_HOME": str(self.bench.home / "state")}
        run = self.tools.Run([self.bench.build / "m2-deploy", "--yes", "--quiet", "--output", self.bench.home / "report"], env)
        if run.status or len(self.cfn.executed) != 1:
            raise SystemExit("m2-deploy found something to do")
        return run

    def beside(self):
        rows = []
        for name, anew in (("the emulator", True), ("recorded answers", False)):
            self.server.recorded = not anew
            got = self.tools.alternate(self.bench.args.cli_rounds, ours=lambda a=anew: self.ours(a), theirs=lambda a=anew: self.theirs(a))
            own, other = self.tools.median(got["ours"]), self.tools.median(got["theirs"])
            rows.append([name, self.tools.ms(other), self.tools.ms(own), self.tools.judged(f"{other / own:.1f} x", other >= 20 * own)])
        self.tools.table("9. From nothing to a registered unit, beside the AWS CLI and curl (aim 20 x)",
                         ["on", "the scripts' way", "ours", "ratio"], rows)

    def chain(self):
        rows = []
        self.server.recorded = True
        for name, run in (("from nothing", self.ours), ("nothing to do", self.again)):
            run()
            asked = self.server.count
            self.pace.mode, self.pace.levels = "levels", 0
            run()
            asked = self.server.count - asked
            self.pace.mode = "delay"
            wall = self.tools.median([run() for _ in range(self.bench.args.rounds)])
            self.pace.mode = "off"
            bare = self.tools.median([run() for _ in range(self.bench.args.rounds)])
            chain = self.pace.levels * DELAY_MS / 1000
            rows.append([name, asked, self.pace.levels, self.tools.ms(bare), self.tools.ms(chain), self.tools.ms(wall),
                         self.tools.judged(f"{wall / chain:.2f}", wall <= 1.3 * chain)])
        self.tools.table(f"10. With {DELAY_MS} ms added to each answer of AWS and Brain (aim 1.3)",
                         ["run", "calls of AWS", "chain", "no delay", f"chain x {DELAY_MS} ms", "wall", "wall/chain"], rows)


def run(bench, tools, moto):
    urllib.request.urlopen(urllib.request.Request(moto + "/moto-api/reset", method="POST")).close()
    account, pace = seed.Account(moto), Pace()
    cfn = Instant(account)
    with fake.Server() as brain_server, Server(cfn, int(moto.rsplit(":", 1)[1]), pace) as server:
        brain_server.brain.hook = lambda _b, _n, _m, _p, when: pace.wait() if when == "before" else None
        lab = Lab(bench, tools, account, brain_server, cfn, server, pace)
        lab.beside()
        lab.chain()
