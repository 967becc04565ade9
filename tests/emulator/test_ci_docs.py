"""docs/CI.md: the workflow by GitHub's schema, its steps run on an emulated account, and who gets the role by its trust policy."""
import fnmatch
import json
import re
import subprocess
import sys
import time

import pytest
import yaml

import changesets
from seed import Account

STUBS = ("sudo", "cmake", "cpack")


def blocks(root, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", (root / "docs/CI.md").read_text(), re.M | re.S)


@pytest.fixture
def workflow(root):
    text, = blocks(root, "yaml")
    return yaml.load(text, yaml.BaseLoader)  # "on" stays a word


@pytest.fixture
def trust(root):
    text, = blocks(root, "json")
    return json.loads(text)


# ---- what it says ----

def test_the_workflow_is_valid_by_githubs_schema(root, tmp_path):
    text, = blocks(root, "yaml")
    for name, content, status in (("good", text, 0), ("bad", text.replace("runs-on:", "run-on:"), 1)):
        file = tmp_path / f"{name}.yml"
        file.write_text(content)
        done = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", file],
                              capture_output=True, text=True)
        assert done.returncode == status, done.stdout + done.stderr


def test_secrets_are_in_the_environment_of_the_steps_that_need_them_only(workflow):
    job = workflow["jobs"]["unit"]
    assert "secrets." not in json.dumps([workflow["env"], job["env"]])
    needy = [s["name"] for s in job["steps"] if "secrets." in json.dumps(s.get("env", {}))]
    assert needy == ["Deploy", "Verify", "Tear down"]
    for step in job["steps"]:
        assert "${{" not in step.get("run", ""), "what is pasted into a script can end it"
        assert "secrets." not in json.dumps(step.get("with", {})), step
    assert job["permissions"] == {"contents": "read", "id-token": "write"} and workflow["permissions"] == {}
    assert workflow["concurrency"] == {"group": "mode2-ci", "cancel-in-progress": "false"}


def test_variables_and_secrets_of_the_workflow_are_those_of_the_table(root, workflow):
    told = (root / "docs/CI.md").read_text().split("| kind | name | value |", 1)[1].split("\n\n", 1)[0]
    for kind, word in (("variable", "vars"), ("secret", "secrets")):
        rows = "".join(line for line in told.splitlines() if line.startswith(f"| {kind} |"))
        assert set(re.findall(r"`(\w+)`", rows)) == set(re.findall(word + r"\.(\w+)", json.dumps(workflow))), kind


# ---- who gets the role ----

def gets_role(policy, claims):
    """Whether STATEMENT's conditions hold for the token's CLAIMS: IAM's StringEquals and StringLike, all keys at once."""
    tests = {"StringEquals": lambda value, wish: value == wish, "StringLike": fnmatch.fnmatchcase}
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow" and statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        rows = [(op, key.split(":", 1)[1], wish) for op, keys in statement["Condition"].items() for key, wish in keys.items()]
        if all(tests[op](claims.get(key, ""), wish) for op, key, wish in rows):
            return True
    return False


def test_only_this_repository_and_environment_get_the_role(trust, workflow):
    statement, = trust["Statement"]
    provider = "token.actions.githubusercontent.com"
    assert re.fullmatch(rf"arn:aws:iam::\d{{12}}:oidc-provider/{re.escape(provider)}", statement["Principal"]["Federated"])
    assert all(key.startswith(provider + ":") for keys in statement["Condition"].values() for key in keys)
    repository = "my-lab/mode2-toolkit"
    good = {"aud": "sts.amazonaws.com", "sub": f"repo:{repository}:environment:{workflow['jobs']['unit']['environment']}"}
    assert gets_role(trust, good)
    for change in ({"sub": f"repo:{repository}:pull_request"}, {"sub": f"repo:{repository}:ref:refs/heads/main"},
                   {"sub": f"repo:{repository}:environment:other"}, {"sub": "repo:somebody/mode2-toolkit:environment:mode2"},
                   {"sub": f"repo:{repository}-fork:environment:mode2"}, {"aud": "https://github.com/somebody"}, {"sub": ""}):
        assert not gets_role(trust, {**good, **change}), change


# ---- its steps, run ----

class Runner:
    """GitHub's runner as far as this workflow needs it: steps in order, what fails skips the rest but always()."""

    def __init__(self, workflow, home, build, values, base):
        self.job, self.home, self.values = workflow["jobs"]["unit"], home, values
        self.env = {**base, "PATH": f"{home}/bin:{build}:/usr/bin:/bin", "HOME": str(home), "GITHUB_STEP_SUMMARY": f"{home}/summary.md"}
        self.global_env = {**workflow["env"], **self.job["env"]}
        self.results, self.log = {}, ""
        assert workflow["defaults"]["run"]["shell"] == "bash"
        (home / "bin").mkdir()
        for name in STUBS:
            stub = home / "bin" / name
            stub.write_text(f'#!/bin/sh\necho "{name} $*" >>{home}/calls\n'
                            + ("mkdir -p packages && : >packages/mode2-toolkit_1_amd64.deb\n" if name == "cpack" else ""))
            stub.chmod(0o755)

    def told(self, text):
        return re.sub(r"\$\{\{ (?:vars|secrets)\.(\w+) \}\}", lambda m: self.values[m[1]], text)

    def run(self, cancel=None):
        """CANCEL: {step: is it time to cancel the run?}."""
        failed = False
        for step in self.job["steps"]:
            assert step.get("if") in (None, "always()"), step
            if "run" not in step or (failed and "if" not in step):
                continue
            env = {k: self.told(v) for k, v in {**self.global_env, **step.get("env", {})}.items()}
            done = subprocess.Popen(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=self.home, text=True,
                                    env={**self.env, **env}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if step["name"] in (cancel or {}):
                while not cancel[step["name"]]() and done.poll() is None:
                    time.sleep(0.01)
                done.terminate()
            out, err = done.communicate(timeout=120)
            self.results[step["name"]] = done.returncode
            self.log += f"== {step['name']}: {done.returncode}\n{out}{err}"
            failed |= done.returncode != 0


@pytest.fixture
def lab(emulator, brain, workflow, tmp_path, build, root):
    emulator.reset()
    account = Account(emulator.url)
    cfn = changesets.Deployments(account)
    server = changesets.DeployServer(cfn, emulator.port)
    _, subnets, group = account.public()
    (tmp_path / "scripts").symlink_to(root / "scripts")
    values = {"MODE2_SUBNET_1": subnets[0], "MODE2_SUBNET_2": subnets[1], "MODE2_SECURITY_GROUP": group, "CLOUDMR_API_URL": brain.url,
              "CLOUDMR_EMAIL": brain.brain.email, "CLOUDMR_PASSWORD": brain.brain.password}
    runner = Runner(workflow, tmp_path, build, values, {
        "AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "LC_ALL": "C.UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1", "XDG_STATE_HOME": str(tmp_path / "state")})
    runner.account, runner.cfn, runner.brain = account, cfn, brain.brain
    yield runner
    server.close()


def check_nothing_is_left(lab):
    assert lab.results["Tear down"] == 0, lab.log
    assert not lab.brain.units and all(s.status == "DELETE_COMPLETE" for s in lab.cfn.stacks), lab.log
    assert not lab.account.client("s3").list_buckets()["Buckets"], lab.log
    assert lab.brain.password not in lab.log, "a secret in the log of the run"


def test_a_run_checks_deploys_verifies_and_leaves_nothing(lab, root):
    lab.run()
    assert set(lab.results.values()) == {0}, lab.log
    assert list(lab.results) == ["Build and install the tools", "Check", "Deploy", "Verify", "Pack what support needs",
                                 "Wait for what CloudFormation still does", "Tear down"]
    assert len(lab.cfn.executed) == 1 and lab.cfn.stacks[0].name == "mroptimum-mode2-ci" and lab.cfn.stacks[0].tags == {"purpose": "ci"}
    check_nothing_is_left(lab)
    results = {p.name: p.stat().st_size for p in (lab.home / "results").iterdir()}
    assert set(results) == {"verify.xml", "doctor.xml", "for-support.tar.gz"} and all(results.values())
    assert "cu-0001" in (lab.home / "summary.md").read_text()
    calls = (lab.home / "calls").read_text()
    assert "cmake --preset release\n" in calls and "libcurl4-openssl-dev" in calls and "./packages/mode2-toolkit_1_amd64.deb" in calls
    presets = json.loads((root / "CMakePresets.json").read_text())
    assert all("release" in {p["name"] for p in presets[k]} for k in ("configurePresets", "buildPresets"))


def test_a_run_whose_deployment_fails_is_torn_down_all_the_same(lab):
    lab.cfn.failure = ("RunJob", "AWS::Lambda::Function", "'MemorySize' value failed to satisfy constraint: Member must have value less "
                       "than or equal to 3008 (Service: Lambda, Status Code: 400, Request ID: 1)")
    lab.run()
    assert lab.results["Deploy"] == 1 and "Verify" not in lab.results and lab.results["Pack what support needs"] == 0, lab.log
    assert "3008" in lab.log and (lab.home / "results/for-support.tar.gz").stat().st_size
    check_nothing_is_left(lab)


@pytest.mark.parametrize("status", [0, 1, 3])
def test_the_summary_tells_of_a_verification_that_failed(workflow, tmp_path, status):
    """The step ended with the first command, and its summary was empty when it was needed."""
    step, = (s for s in workflow["jobs"]["unit"]["steps"] if s.get("name") == "Verify")
    stub = tmp_path / "m2-verify"
    stub.write_text(f'#!/bin/sh\n[ "$2" = markdown ] && echo "# what failed"\nexit {status}\n')
    stub.chmod(0o755)
    done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=tmp_path,
                          env={"PATH": f"{tmp_path}:/usr/bin:/bin", "GITHUB_STEP_SUMMARY": f"{tmp_path}/summary.md"})
    assert done.returncode == status and (tmp_path / "summary.md").read_text() == "# what failed\n"


def test_a_run_that_is_not_ready_makes_nothing(lab):
    lab.values["MODE2_SUBNET_1"], lab.values["MODE2_SUBNET_2"] = lab.account.isolated()[1]
    lab.values["MODE2_SECURITY_GROUP"] = lab.account.ec2.describe_security_groups()["SecurityGroups"][-1]["GroupId"]
    lab.run()
    assert lab.results["Check"] == 1 and "::error title=net.no-default-route" in lab.log and "Deploy" not in lab.results, lab.log
    check_nothing_is_left(lab)
    assert not lab.cfn.sets and not lab.cfn.stacks


def test_a_run_that_is_cancelled_while_the_stack_is_made_waits_for_it_and_is_torn_down(lab):
    """m2-cleanup deletes no stack that CloudFormation is at work on."""
    lab.cfn.polls = 1 << 30

    def at_work():
        for stack in lab.cfn.stacks if lab.cfn.executed else ():
            stack.polls = 4
        return lab.cfn.executed
    lab.run(cancel={"Deploy": at_work})
    assert lab.results["Deploy"] not in (0, 1) and "Verify" not in lab.results and len(lab.cfn.executed) == 1, lab.log
    check_nothing_is_left(lab)


def test_a_run_that_is_cancelled_before_anything_is_made_makes_nothing_later(lab):
    """The step that waits has no --yes: it follows what was begun and begins nothing."""
    lab.run(cancel={"Deploy": lambda: lab.cfn.sets})
    assert lab.results["Deploy"] not in (0, 1) and not lab.cfn.executed, lab.log
    check_nothing_is_left(lab)
