"""m2-deploy on a whole account: empty, deployed, registered, verified, nothing to do, changed, and empty again.

CloudFormation's change sets are the simulator's of tests/fake, which makes a stack in the emulator by CreateStack. The emulator's own
change sets would make the resources, but not the outputs: it works these out when the change set is made, from a stack that is still
empty, and never again. On the bare emulator m2-deploy therefore ends with 1, and says which outputs it misses.
"""
import fcntl
import json
import os
import pty
import select
import subprocess
import termios

import changesets
import pytest

from seed import STACK, Account

LOGIN = {"CLOUDMR_EMAIL": "lab@example.org", "CLOUDMR_PASSWORD": "demo-password"}


class Lab:
    """An account with a network and nothing else, Brain, and the tools pointed at them."""

    def __init__(self, emulator, brain, *tools):
        emulator.reset()
        self.account = Account(emulator.url)
        self.cfn = changesets.Deployments(self.account)
        self.server = changesets.DeployServer(self.cfn, emulator.port)
        self.brain = brain
        self.network = self.account.public()
        self.before = self.inventory()
        for tool in tools:
            tool.env.update(AWS_ENDPOINT_URL=self.server.url, AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing",
                            AWS_REGION="us-east-1", CLOUDMR_API_URL=brain.url, **LOGIN)
        self.tool = tools[0]

    def deploy(self, *args, **kw):
        run = self.tool("--yes", "--format", "json", *args, **kw)
        return run, json.loads(run.out) if run.out else None

    @property
    def stack(self):
        return self.cfn.find(STACK)

    def clusters(self):
        ecs = self.account.client("ecs")
        return ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"] or ["none"])["clusters"]

    def inventory(self):
        """All that a unit is made of, as the services list it."""
        client = self.account.client
        return {
            "buckets": [b["Name"] for b in client("s3").list_buckets()["Buckets"]],
            "roles": [r["RoleName"] for r in client("iam").list_roles()["Roles"]],
            "functions": [f["FunctionName"] for f in client("lambda").list_functions()["Functions"]],
            "machines": [m["name"] for m in client("stepfunctions").list_state_machines()["stateMachines"]],
            "clusters": [c["clusterName"] for c in self.clusters() if c["status"] == "ACTIVE"],  # deleted ones are listed for a while
            "tasks": client("ecs").list_task_definitions(status="ACTIVE")["taskDefinitionArns"],
            "logs": [g["logGroupName"] for g in client("logs").describe_log_groups()["logGroups"]],
            "vpcs": sorted(v["VpcId"] for v in client("ec2").describe_vpcs()["Vpcs"]),
            "endpoints": [e["VpcEndpointId"] for e in client("ec2").describe_vpc_endpoints()["VpcEndpoints"]]}

    def check_empty(self):
        assert self.inventory() == self.before


@pytest.fixture
def lab(emulator, brain, deploy, cleanup):
    made = Lab(emulator, brain, deploy, cleanup)
    made.cleanup = cleanup
    yield made
    made.server.close()


def words(text):
    return " ".join(text.split())


def test_from_an_empty_account_to_a_verified_unit_and_back(lab):
    run, doc = lab.deploy()
    assert run.status == 0, run
    assert doc["schema"] == "m2-deploy/1" and doc["outcome"] == "created" and doc["status"] == "CREATE_COMPLETE"
    assert doc["place"]["vpc"] == lab.network[0] and sorted(doc["place"]["subnets"]) == sorted(lab.network[1]), run
    assert doc["unit"]["outcome"] == "registered" and len(lab.brain.brain.units) == 1
    unit = lab.brain.brain.units[0]
    assert unit["externalId"] == lab.stack.given["ExternalId"] and len(unit["externalId"]) == 32
    assert doc["outputs"]["CalculationStateMachineArn"] == unit["stateMachineArn"]

    made = lab.inventory()
    assert all(len(made[k]) == n for k, n in (("buckets", 3), ("roles", 6), ("functions", 2), ("machines", 1), ("clusters", 1),
                                              ("tasks", 1), ("logs", 3))), made

    run, again = lab.deploy()
    assert run.status == 0 and again["outcome"] == "unchanged" and again["unit"]["outcome"] == "unchanged", run
    assert len(lab.cfn.executed) == 1 and [s.execution for s in lab.cfn.sets] == ["EXECUTE_COMPLETE"]
    assert lab.brain.brain.units == [unit]

    run, doc = lab.deploy("--parameter", "FargateCpu=8192", "--parameter", "FargateMemoryMb=32768")
    assert run.status == 0 and doc["outcome"] == "updated", run
    task = next(c for c in doc["changes"] if c["type"] == "AWS::ECS::TaskDefinition")
    assert task["action"] == "Modify" and task["replacement"] == "True" and "FargateCpu" in task["why"], task
    assert lab.stack.given["FargateCpu"] == "8192" and lab.stack.given["ExternalId"] == unit["externalId"]

    run = lab.cleanup("--apply", "--confirm", STACK)
    assert run.status == 0, run
    lab.check_empty()
    assert not lab.brain.brain.units and lab.cfn.stacks[0].status == "DELETE_COMPLETE"
    assert not lab.account.client("s3").list_buckets()["Buckets"]


def test_the_note_of_the_place_ends_in_one_full_stop(lab):
    """What cannot be told is a sentence of its own: it ended in two."""
    run, doc = lab.deploy("--dry-run", "--no-register")
    note, = (n for n in doc["notes"] if n.startswith("Tasks run in"))
    assert run.status == 0 and "cannot be told" in note and note.endswith(".") and not note.endswith(".."), note


def test_places_that_are_named_wrongly_say_what_is_wrong(lab):
    other = lab.account.isolated()
    for args, said in ((["--subnet", lab.network[1][0], "--subnet", other[1][0]], "tasks run in subnets of one VPC"),
                       (["--subnet", "subnet-00000000"], "there is no such subnet"),
                       (["--vpc", "vpc-00000000"], "there is no such VPC")):
        run = lab.tool("--dry-run", "--no-register", *args)
        assert run.status == 2 and said in words(run.err) and not lab.cfn.sets, run
    run = lab.tool("--dry-run", "--no-register", "--vpc", other[0])
    assert run.status == 1 and "What to do:" in run.out and not lab.cfn.sets, run


def on_a_terminal(tool, args, answers):
    """Answers questions as they come: (text that is waited for, answer). All that was shown on it."""
    master, slave = pty.openpty()
    process = subprocess.Popen([tool.path, *args], env={**tool.env, "TERM": "dumb", "COLUMNS": "100"}, stdin=slave, stdout=slave,
                               stderr=slave, cwd=tool.home, start_new_session=True,
                               preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    os.close(slave)
    seen, answers = b"", list(answers)
    while select.select([master], [], [], 20)[0]:
        try:
            seen += os.read(master, 65536)
        except OSError:
            break
        if answers and answers[0][0] in seen:
            os.write(master, answers.pop(0)[1])
    status = process.wait(20)
    os.close(master)
    return status, seen.decode().replace("\r", "")


def test_asked_on_a_terminal_the_best_place_is_the_first(lab):
    other = lab.account.isolated()
    status, seen = on_a_terminal(lab.tool, ["--no-register"], [(b"Number [1]: ", b"\n"), (b"[y/N] ", b"n\n")])
    offers = words(seen.split("Best first:")[1].split("Number")[0])
    assert status == 130 and "nothing was changed" in seen, seen
    assert max(len(line) for line in seen.split("Best first:")[1].split("Number")[0].splitlines()) <= 100, seen
    assert "Without jobs: $0.00 a month" in seen, "what it will cost is said before the question"
    assert f"of {lab.network[0]}" in offers.split(" 2 ")[0] and "does not work" not in offers.split(" 2 ")[0], offers
    assert f"of {other[0]}" in offers and "does not work: The subnet has no route" in offers, offers
    assert f"VpcId = {lab.network[0]}" in seen and "AssignPublicIp = ENABLED" in seen, seen
    assert not lab.cfn.executed and all(s.status == "DELETE_COMPLETE" for s in lab.cfn.stacks)
