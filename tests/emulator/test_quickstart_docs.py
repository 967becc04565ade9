"""docs/QUICKSTART.md, command by command: from an account with a network to a unit that ran a job, changed, and nothing again."""
import json
import re
import shlex

import pytest

from seed import STACK
from test_deploy_canary import NO_DATA, Jobs, verifyaws


class Whole(Jobs):
    """The emulator's CloudFormation leaves CPU, network and platform out of a task definition; they are those of the template."""

    def __init__(self, emulator, brain, *tools):
        super().__init__(emulator, brain, *tools)
        told = self.server.forward

        def whole(h, body, service, what, number):
            answer = h.answer

            def completed(status, data, headers=(), head=False):
                doc = json.loads(data)
                if "taskDefinition" in doc:
                    cpu = self.cfn.stacks[0].given["FargateCpu"]
                    doc["taskDefinition"].update(cpu=cpu, networkMode="awsvpc", requiresCompatibilities=["FARGATE"])
                answer(status, json.dumps(doc).encode(), [(k, v) for k, v in headers if k.lower() != "content-length"], head=head)
            if h.headers.get("X-Amz-Target", "").endswith(".DescribeTaskDefinition"):
                h.answer = completed
            told(h, body, service, what, number)
            h.answer = answer
        self.server.forward = whole


@pytest.fixture
def lab(emulator, brain, deploy, tmp_path):
    made = Whole(emulator, brain, deploy)
    made.rules = [verifyaws.execution("SUCCEEDED", NO_DATA), verifyaws.history(), verifyaws.logged()]
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile mylab]\nregion = us-east-1\n")
    (tmp_path / ".aws/credentials").write_text("[mylab]\naws_access_key_id = testing\naws_secret_access_key = testing\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "CLOUDMR_EMAIL"):
        deploy.env.pop(name)
    (tmp_path / "mode2.env").write_text(f"CLOUDMR_EMAIL={brain.brain.email}\nCLOUDMR_PASSWORD={brain.brain.password}\n")
    for vpc in (v["VpcId"] for v in made.account.ec2.describe_vpcs()["Vpcs"] if v.get("IsDefault")):
        made.account.default_route(made.account.main_table(vpc), GatewayId=made.account.internet_gateway(vpc))
    made.before = made.inventory()
    yield made
    made.server.close()


def run(lab, name, *args):
    tool = type(lab.tool)(name, lab.tool.home)
    tool.env = dict(lab.tool.env)
    words = [lab.brain.brain.email if a == "me@lab.org" else a for a in args]
    if name == "m2-deploy" and "--yes" not in words:
        words.append("--yes")
    if "--apply" in words:
        words += ["--confirm", STACK]
    return tool(*words, timeout=120)


def test_every_command_of_the_page_in_its_order(lab, root):
    page = (root / "docs/QUICKSTART.md").read_text()
    lines = [line for block in re.findall(r"^```\n(.*?)^```", page, re.M | re.S) for line in block.splitlines()]
    commands = [shlex.split(line) for line in lines if line.startswith("m2-")]
    assert len(commands) == 10
    done = []
    for command in commands:
        result = run(lab, *command)
        assert result.status == 0, (command, result)
        assert lab.brain.brain.password not in result.out + result.err
        done.append(" ".join(command))
        said = result.out.splitlines()[0] if result.out else ""
        if command[0] == "m2-deploy":
            assert said == ("Stack mroptimum-mode2 is deployed." if len(done) == 1 else
                            "Stack mroptimum-mode2 is updated." if "--update" in command else
                            "Stack mroptimum-mode2 is as it should be: nothing to do."), (command, result)
        if command[0] in ("m2-verify", "m2-doctor"):
            assert said.startswith(("Ready", "Not sure")) and "nothing failed" in said, (command, result)
    assert len(lab.queued()) == 1 and lab.stack is None and not lab.brain.brain.units
    lab.check_empty()
