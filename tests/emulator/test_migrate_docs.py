"""docs/MIGRATE.md, command by command: upstream's stack with full buckets, ours beside it, jobs switched, the old one gone, the data there."""
import re
import shlex

import changesets
import pytest
import yaml
from botocore import xform_name

from seed import STACK
from test_cleanup import Mode2

NEW = "mode2-new"
ANSWERS = {"m2-deploy": ["--yes"], "m2-cleanup": [], "m2-register": []}  # what a person would type


def document(root):
    return (root / "docs/MIGRATE.md").read_text()


def commands(text):
    lines = "".join(re.findall(r"^```\n(.*?)^```", text, re.M | re.S)).replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines]


class Lab:
    def __init__(self, emulator, brain, home, kind):
        emulator.reset()
        self.account = Mode2(emulator.url)
        self.account.deploy(self.account.public())
        self.cfn = changesets.Deployments(self.account)
        self.old = self.cfn.adopt(STACK)
        self.server = changesets.DeployServer(self.cfn, emulator.port)
        self.brain, self.home, self.kind = brain.brain, home, kind
        (home / ".aws").mkdir()
        (home / ".aws/config").write_text("[profile mylab]\nregion = us-east-1\n")
        (home / ".aws/credentials").write_text("[mylab]\naws_access_key_id = testing\naws_secret_access_key = testing\n")
        self.env = {"AWS_ENDPOINT_URL": self.server.url, "CLOUDMR_API_URL": brain.url, "CLOUDMR_PASSWORD": self.brain.password,
                    "XDG_STATE_HOME": str(home / "state")}

    def tool(self, name, *args):
        tool = self.kind(name, self.home)
        tool.env.update(self.env)
        return tool(*args, timeout=120)

    def aws(self, service, operation, *args):
        """One command of the AWS CLI, by the same model."""
        client = self.account.client(service.removesuffix("api"))
        model = client.meta.service_model
        name = next(o for o in model.operation_names if xform_name(o, "-") == operation)
        members = {"--" + xform_name(m, "-"): m for m in model.operation_model(name).input_shape.members}
        given = dict(zip(args[::2], args[1::2]))
        assert given.pop("--profile") == "mylab"
        getattr(client, xform_name(name))(**{members[k]: v for k, v in given.items()})

    def run(self, name, *args):
        if name == "aws":
            return self.aws(*args)
        answers = list(ANSWERS.get(name, []))
        if "--unregister" in args:
            answers += ["--confirm", args[-1]]
        if "--apply" in args:
            answers += ["--confirm", args[args.index("--stack") + 1]]
        if "--email" in args:
            args = tuple(self.brain.email if a == "me@lab.org" else a for a in args)
        if "--canary" in args:
            args = tuple(a for a in args if a != "--canary")  # the emulator runs no containers: test_verify_canary has the job
        return self.tool(name, *args, *answers)


@pytest.fixture
def lab(emulator, brain, tmp_path, deploy):
    made = Lab(emulator, brain, tmp_path, type(deploy))
    yield made
    made.server.close()


def content(lab):
    s3 = lab.account.client("s3")
    return {b["Name"]: sorted(o["Key"] for o in s3.list_objects_v2(Bucket=b["Name"]).get("Contents", []))
            for b in s3.list_buckets()["Buckets"] if b["Name"] != "templates"}  # that of the old stack's nested template


def test_every_command_of_the_page_in_its_order(lab, root):
    s3, names = lab.account.client("s3"), lab.account.bucket_names()
    assert sorted(names.values()) == [f"mroptimum-mode2-{k}-{lab.account.id}" for k in ("data", "failed", "results")]
    for k in ("data", "results"):
        s3.put_object(Bucket=names[k], Key="of-a-patient", Body=b"x")
    assert lab.tool("m2-register", "--profile", "mylab", "--email", lab.brain.email, "--stack", STACK, "--alias", "Mode 2").status == 0
    old = lab.brain.units[0]["computingUnitId"]
    assert old == "cu-0001"
    before = {r["id"] for r in lab.old.resources}
    seen, back = [], False
    for name, *args in commands(document(root)):
        if name == "export":
            continue
        if name == "m2-register" and "--stack" in args:  # the way back: gone, and forward again
            run = lab.run(name, *args)
            assert run.status == 0 and {u["stateMachineArn"] for u in lab.brain.units} >= {lab.account.machine}, run
            again = next(u["computingUnitId"] for u in lab.brain.units if u["stateMachineArn"] == lab.account.machine)
            assert lab.run(name, "--email", "me@lab.org", "--unregister", again).status == 0
            back = True
            continue
        run = lab.run(name, *args)
        seen.append((name, *args[-1:]))
        assert not run or run.status == 0, (name, args, run)
        if name == "m2-deploy" and "--dry-run" not in args:
            new = lab.cfn.find(NEW)
            assert new.given["DataBucketName"] == names["data"] and not {r["type"] for r in new.resources} & {"AWS::S3::Bucket"}
            assert not before & {r["id"] for r in new.resources} and len(lab.brain.units) == 2
            assert {u["alias"] for u in lab.brain.units} == {"Mode 2", "Mode 2 new"}
        if name == "m2-verify" and "--canary" in args:
            assert f"Jobs for mode_2 go to unit {lab.brain.units[0]['computingUnitId']} in account" in run.out and len(lab.brain.units) == 1
    assert back and len(seen) == 12, seen
    assert lab.old.status == "DELETE_COMPLETE" and lab.cfn.find(NEW).status == "CREATE_COMPLETE"
    assert content(lab) == {names["data"]: [".keep", "of-a-patient"], names["results"]: [".keep", "of-a-patient"], names["failed"]: [".keep"]}


def test_the_warning_about_empty_buckets_is_true(lab):
    """Without something in it a bucket goes with the old stack, kept or not."""
    names = lab.account.bucket_names()
    lab.account.client("s3").put_object(Bucket=names["data"], Key="x", Body=b"x")
    run = lab.tool("m2-cleanup", "--profile", "mylab", "--skip-brain", "--stack", STACK, "--keep-data", "--apply", "--confirm", STACK)
    assert run.status == 0 and set(content(lab)) == {names["data"]}, run


UPSTREAM = {  # ../facts: the template that the scripts deploy
    "parameter": "CortexHost DataBucketName ResultsBucketName FailedBucketName FargateImageUri LambdaImageUri ECSClusterName SubnetId1 "
                 "SubnetId2 SecurityGroupIds StageName CloudMRAccountId CloudMRQueueJobRoleArn ExternalId",
    "output": "CalculationStateMachineArn RunJobLambdaArn ECSClusterNameOutput DataBucketName ResultsBucketName FailedBucketName Mode "
              "CloudMRCrossAccountRoleArn StateMachineArn",
    "resource": "CalculationApp RunJobLambda PlatformSelectorFunction StateMachineInvokeRole ECSCluster FargateExecutionRole "
                "FargateTaskRole RunJobTaskDefinition RunJobFargateLogGroup JobChooserStateMachine RunFargateStep CloudMRCrossAccountRole"}


@pytest.mark.parametrize("kind", UPSTREAM)
def test_the_tables_name_all_of_upstreams_and_only_what_is_ours(root, kind):
    template = yaml.load((root / "libcommon/deploy/template.yaml").read_text(), changesets.Loader)
    ours = set(template[kind.capitalize() + "s"])
    table = document(root).split(f"| {kind} before | now |\n|---|---|\n", 1)[1].split("\n\n", 1)[0]
    before = set()
    for row in table.splitlines():
        left, right = (re.findall(r"`([\w-]+)`", cell) for cell in row.strip("|").split("|"))
        before |= set(left)
        if re.match(r"\| [^|]* \| the same", row):
            assert set(left) <= ours, row
        assert {w for w in right if not w.startswith("--")} <= ours | set(template["Parameters"]), row
    assert set(UPSTREAM[kind].split()) <= before
