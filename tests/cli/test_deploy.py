"""m2-deploy against the CloudFormation simulator: what it takes, what each state allows, how failures are told."""
import json
import os
import pty
import select
import signal
import subprocess
import time

import pytest

from deploylab import ACCOUNT, PLACE, STACK, Lab


@pytest.fixture
def lab(deploy):
    made = Lab(deploy)
    yield made
    made.server.close()


def words(text):
    return " ".join(text.split())


# ---- what it takes ----

def test_a_password_as_argument_is_refused_and_the_safe_way_is_shown(deploy):
    run = deploy("--email", "me@lab.org", "--password", "hunter2hunter2")
    assert run.status == 2 and "--password-stdin" in run.err and "CLOUDMR_PASSWORD" in run.err, run
    assert "hunter2" not in run.err + run.out


def test_the_template_is_printed_as_it_is_built_in(deploy, root):
    run = deploy("--print-template")
    assert run.status == 0 and run.out == (root / "libcommon/deploy/template.yaml").read_text()


@pytest.mark.parametrize("args,said", [
    (["--dry-run", "--resume"], "give one of them"), (["--canary", "--no-register"], "--no-register"),
    (["--tag", "x"], "KEY=VALUE"),
    (["--lambda-image", "a/b:1", "--fargate-image", "a/c:1", "--image-tag", "2"], "both images are named")])
def test_options_that_contradict_each_other(lab, args, said):
    run, _ = lab.run(*args)
    assert run.status == 2 and said in run.err and not lab.server.count, run


@pytest.mark.parametrize("args,said", [
    (["--parameter", "FargateCPU=8192"], "did you mean FargateCpu?"), (["--parameter", "FargateCpu=3"], "the template allows"),
    (["--parameter", "LambdaMemoryMb=lots"], "it is a number from 128 to"), (["--parameter", "FargateCpu"], "is not KEY=VALUE")])
def test_parameters_that_the_template_does_not_take(lab, args, said):
    run, _ = lab.run(*args)
    assert run.status == 2 and said in run.err, run
    assert not lab.cfn.stacks and not lab.cfn.sets


def test_a_template_that_cannot_be_sent(lab, tmp_path):
    big, local, broken = tmp_path / "big.yaml", tmp_path / "local.yaml", tmp_path / "broken.yaml"
    big.write_text("Resources: {A: {Type: AWS::SQS::Queue}}\n#" + "x" * 60000)
    local.write_text("Resources: {Calc: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: calc.yaml}}}\n")
    broken.write_text("Resources: [\n")
    for path, said in ((big, "CloudFormation takes 51200"), (local, "upload it first"), (broken, "broken.yaml:")):
        run, _ = lab.run("--template", path)
        assert run.status == 2 and said in run.err and not lab.server.count, run


def test_no_terminal_and_no_yes_changes_nothing(lab):
    run = lab.tool("--no-register", *PLACE)
    assert run.status == 2 and "--yes" in run.err, run
    assert not lab.stack and not lab.cfn.executed
    lab.check_tidy()


def test_variables_of_a_file_and_a_line_that_is_none_is_not_shown(lab, tmp_path):
    file = tmp_path / "mode2.env"
    file.write_text('# ours\nexport STACK_NAME="lab-unit"\nEXTERNAL_ID=\'from-the-file\'\n')
    run, doc = lab.run("--env-file", file)
    assert run.status == 0 and doc["stack"] == "lab-unit", run
    assert lab.cfn.find("lab-unit").given["ExternalId"] == "from-the-file"
    run, doc = lab.run("--env-file", file, env={"STACK_NAME": "real-one"})
    assert doc["stack"] == "real-one"
    file.write_text("STACK_NAME=a\nhunter2hunter2\n")
    run, _ = lab.run("--env-file", file)
    assert run.status == 2 and "mode2.env:2:" in run.err and "hunter2" not in run.err, run


def test_explain_config_tells_what_only_the_env_file_sets(lab, tmp_path):
    """It read the real environment alone."""
    file = tmp_path / "mode2.env"
    file.write_text("STACK_NAME=lab-unit\nCLOUDMR_API_URL=https://brain.example/Prod\nAWS_REGION=eu-west-1\n")
    run = lab.tool("--env-file", file, "--explain-config", "--format", "json")
    rows = {r["name"]: (r["value"], r["source"]) for r in json.loads(run.out)["settings"]}
    assert rows["stack"] == ("lab-unit", "STACK_NAME in --env-file"), run
    assert rows["api-url"] == ("https://brain.example/Prod", "CLOUDMR_API_URL in --env-file"), run
    assert rows["region"] == ("us-east-1", "environment AWS_REGION"), "the real one wins"
    file.write_text("hunter2hunter2\n")
    run = lab.tool("--env-file", file, "--explain-config")
    assert run.status == 2 and "mode2.env:1:" in run.err and "hunter2" not in run.err, run


def test_what_was_left_out_of_brain_is_said(lab):
    for _ in ("created", "unchanged"):
        run, doc = lab.run()
        assert run.status == 0 and [n for n in doc["notes"] if "CloudMR Brain was left out (--no-register)" in n], run


def test_the_guides_options_keep_working(lab):
    run, doc = lab.run("--stack-name", "other", "--data-bucket", "lab-data", "--external-id", "known-id-1", "--tag", "project=mri")
    assert run.status == 0 and doc["stack"] == "other", run
    stack = lab.cfn.find("other")
    assert stack.given["DataBucketName"] == "lab-data" and stack.given["ExternalId"] == "known-id-1"
    assert stack.tags == {"project": "mri"} and stack.given["SubnetIds"] == "subnet-1,subnet-2"
    assert "DataBucket" not in {c["logical_id"] for c in doc["changes"]}


def test_the_guides_command_line_with_the_password_where_it_belongs(lab, brain, tmp_path):
    """./scripts/deploy-and-register-mode2.sh --email … --password … --profile eros, all its options but one."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile eros]\nregion = eu-west-1\n")
    (tmp_path / ".aws/credentials").write_text("[eros]\naws_access_key_id = testing\naws_secret_access_key = testing\n")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        del lab.tool.env[name]
    buckets = [w for kind in ("data", "results", "failed") for w in (f"--{kind}-bucket", f"lab-{kind}")]
    run = lab.tool("--yes", "--format", "json", "--email", brain.brain.email, "--password-stdin", "--profile", "eros", "--region", "us-east-1",
                   "--stack-name", "guide", "--api-url", brain.url, *buckets, *PLACE, stdin=brain.brain.password + "\n")
    assert run.status == 0, run
    doc, given = json.loads(run.out), lab.cfn.find("guide").given
    assert doc["region"] == "us-east-1" and doc["unit"]["outcome"] == "registered" and len(brain.brain.units) == 1, run
    assert [given[k + "BucketName"] for k in ("Data", "Results", "Failed")] == ["lab-data", "lab-results", "lab-failed"]


def test_login_that_is_missing_is_said_before_anything_is_made(lab):
    run = lab.tool("--yes", "--api-url", "http://127.0.0.1:9/Prod", *PLACE)
    assert run.status == 3 and "--no-register leaves Brain out" in run.err and not lab.server.count, run


# ---- plans ----

def test_a_dry_run_leaves_nothing(lab):
    run, doc = lab.run("--dry-run")
    assert run.status == 0 and doc["outcome"] == "planned" and len(doc["changes"]) > 5, run
    assert all(s.status == "DELETE_COMPLETE" for s in lab.cfn.stacks) and not lab.cfn.sets and not lab.cfn.executed
    lab.deployed()
    run, doc = lab.run("--dry-run", "--parameter", "FargateCpu=8192")
    assert doc["outcome"] == "planned" and [c["type"] for c in doc["changes"]] == ["AWS::ECS::TaskDefinition"], run
    run, doc = lab.run("--dry-run")
    assert run.status == 0 and doc["outcome"] == "unchanged", run
    assert lab.stack.status == "CREATE_COMPLETE" and not lab.cfn.executed
    lab.check_tidy()


def test_the_plan_as_people_read_it(lab):
    run = lab.tool("--dry-run", "--no-register", *PLACE)
    text = words(run.out)
    assert run.status == 0 and "nothing was changed" in text and "make JobChooserStateMachine (AWS::StepFunctions::StateMachine)" in text, run
    assert "ExternalId = " in text and "(made at random)" in text, run
    assert "Without jobs: $0.00 a month" in text, "endpoints that a condition leaves out cost nothing"
    run = lab.tool("--dry-run", "--no-register", "--parameter", "CreateEndpoints=yes", "--parameter", "RouteTableIds=rtb-1", *PLACE)
    assert "3 interface endpoints in 2 zones: $43.80" in words(run.out), run


def test_the_secret_with_brains_token_and_the_budget_are_in_the_cost(lab):
    """They were left out of what a month without jobs costs."""
    secret = f"BrainSecretArn=arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:brain-AbCdEf"
    run = lab.tool("--dry-run", "--no-register", "--parameter", "RegisterWithBrain=yes", "--parameter", "BrainApiUrl=https://b.example/Prod",
                   "--parameter", secret, "--parameter", "MonthlyBudgetUsd=50", "--parameter", "BudgetEmail=me@lab.org", *PLACE)
    text = words(run.out)
    assert run.status == 0 and "Without jobs: $0.40 a month" in text, run
    assert "1 secret in Secrets Manager: $0.40" in text and "1 budget: $0.00" in text, run


def test_data_is_not_replaced_or_removed_unless_it_is_named(lab):
    lab.deployed()
    args = ("--results-bucket", "another-bucket")
    run, _ = lab.run(*args)
    assert run.status == 3 and "--allow-replace ResultsBucket" in run.err and "removed" in run.err, run
    assert "administrator" not in run.err, "no right is missing: the hint sent people to somebody who could not help"
    assert not lab.cfn.executed
    lab.check_tidy()
    run, doc = lab.run(*args, "--allow-replace", "ResultsBucket")
    removed = next(c for c in doc["changes"] if c["action"] == "Remove")
    assert run.status == 0 and removed["logical_id"] == "ResultsBucket" and removed["needs_allow_replace"], run


def test_what_a_nested_stack_would_replace_is_seen(lab, tmp_path):
    """Only the nested stack itself was: its bucket went without --allow-replace."""
    template = tmp_path / "t.yaml"
    template.write_text("Parameters: {Results: {Type: String}}\nResources: {Calc: {Type: AWS::CloudFormation::Stack, Properties: {"
                        "TemplateURL: 'https://lab.s3.amazonaws.com/c.yaml', Parameters: {Results: !Ref Results}}}}\n")
    args = ("--template", template)
    assert lab.run(*args, "--parameter", "Results=a")[0].status in (0, 1) and len(lab.cfn.executed) == 1
    lab.cfn.nested = {"Calc": [("Modify", "ResultsBucket", "lab-results-a", "AWS::S3::Bucket", "True", "BucketName:Results")]}
    run, _ = lab.run(*args, "--parameter", "Results=b")
    assert run.status == 3 and "Calc/ResultsBucket" in run.err and "--allow-replace Calc/ResultsBucket" in run.err, run
    assert len(lab.cfn.executed) == 1
    lab.check_tidy()
    run, doc = lab.run(*args, "--parameter", "Results=b", "--allow-replace", "Calc/ResultsBucket")
    assert [c["logical_id"] for c in doc["changes"]] == ["Calc", "Calc/ResultsBucket"] and len(lab.cfn.executed) == 2, run


def test_a_change_set_that_cannot_be_made(lab):
    lab.cfn.bad_change_set = "Template error: resource names must be unique"
    run, _ = lab.run()
    assert run.status == 3 and "resource names must be unique" in run.err, run
    lab.check_tidy()
    assert not lab.stack
    lab.cfn.bad_change_set = None
    assert lab.run()[0].status == 0


@pytest.mark.parametrize("code,message,said", [
    ("InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_AUTO_EXPAND]", "CAPABILITY_AUTO_EXPAND"),
    ("AccessDenied", "User: arn:aws:iam::123456789012:user/lab is not authorized to perform: cloudformation:CreateChangeSet",
     "cloudformation:CreateChangeSet"),
    ("LimitExceededException", "Limit for stack has been exceeded", "Limit for stack has been exceeded")])
def test_a_change_set_that_is_refused_leaves_nothing_and_the_same_command_goes_on(lab, code, message, said):
    lab.cfn.refuse["CreateChangeSet"] = (403 if code == "AccessDenied" else 400, code, message)
    run, _ = lab.run()
    assert run.status == 3 and said in run.err and len(run.err.split("m2-deploy: ")[1].splitlines()) == 1, run
    assert not lab.stack and not lab.cfn.sets
    lab.cfn.refuse.clear()
    run, doc = lab.run()
    assert run.status == 0 and doc["outcome"] == "created" and len(lab.cfn.executed) == 1, run


def test_detached_with_nothing_to_do_needs_no_login(lab):
    lab.deployed()
    run = lab.tool("--yes", "--detach", "--format", "json", *PLACE)
    assert run.status == 0 and json.loads(run.out)["outcome"] == "unchanged", run


def test_an_image_of_another_region_stops_before_anything_is_made(lab):
    run, doc = lab.run(env={"AWS_REGION": "eu-west-1"})
    found = [f for f in doc["report"]["findings"] if f["status"] == "fail"]
    assert run.status == 1 and doc["outcome"] == "not-ready" and not lab.cfn.sets and not lab.cfn.stacks, run
    assert found[0]["cause"] in ("image.region-mismatch", "region.image-mismatch") and found[0]["fix"]["text"], found
    run = lab.tool("--yes", "--no-register", *PLACE, env={"AWS_REGION": "eu-west-1"})
    assert run.status == 1 and "What to do:" in run.out and "was not deployed" in run.out, run


# ---- states ----

STATES = {  # the 23: exit status, what is said, what is executed
    "CREATE_COMPLETE": (0, "", 0), "UPDATE_COMPLETE": (0, "", 0), "IMPORT_COMPLETE": (0, "", 0),
    "CREATE_FAILED": (1, "", 0), "UPDATE_FAILED": (1, "", 0), "UPDATE_ROLLBACK_COMPLETE": (1, "", 0),
    "IMPORT_ROLLBACK_COMPLETE": (1, "", 0), "REVIEW_IN_PROGRESS": (0, "", 1), "DELETE_COMPLETE": (0, "", 1),
    "ROLLBACK_COMPLETE": (0, "", 1), "ROLLBACK_FAILED": (3, "m2-cleanup", 0), "DELETE_FAILED": (3, "m2-cleanup", 0),
    "UPDATE_ROLLBACK_FAILED": (3, "continue-update-rollback", 0), "IMPORT_ROLLBACK_FAILED": (3, "continue-update-rollback", 0),
    **{s: (3, "--resume", 0) for s in (
        "CREATE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "DELETE_IN_PROGRESS", "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "IMPORT_IN_PROGRESS", "IMPORT_ROLLBACK_IN_PROGRESS")}}


def test_a_stack_in_every_state(lab):
    assert len(STATES) == 23
    lab.deployed()
    given = dict(lab.stack.given)
    for state, (status, said, executed) in STATES.items():
        stack = lab.stack or lab.cfn.stacks[-1]
        stack.status, stack.given = state, dict(given)
        for r in stack.resources:
            r["status"] = "DELETE_COMPLETE" if state in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS") else "CREATE_COMPLETE"
        lab.cfn.executed.clear()
        run, _ = lab.run()
        assert (run.status, len(lab.cfn.executed)) == (status, executed) and said in run.err, (state, run)
        if status == 3:
            assert state in run.err and "nothing was changed" in run.err, run
        lab.check_tidy()


def test_a_rolled_back_stack_that_holds_something_is_not_deleted(lab):
    lab.deployed("ROLLBACK_COMPLETE")
    lab.stack.resources[0]["status"] = "DELETE_SKIPPED"
    run, _ = lab.run()
    assert run.status == 3 and "still holds" in run.err and "m2-cleanup" in run.err, run
    assert lab.stack.status == "ROLLBACK_COMPLETE" and not lab.cfn.executed


def test_update_wants_a_stack(lab):
    run, _ = lab.run("--update")
    assert run.status == 2 and "there is no stack" in run.err and not lab.cfn.stacks, run


# ---- failures ----

LAMBDA_3008 = ("'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 3008 "
               "(Service: Lambda, Status Code: 400, Request ID: 1)")
FAILURES = [
    ("memory", ("RunJob", "AWS::Lambda::Function", LAMBDA_3008), "3008"),
    ("nested", ("Calculation", "AWS::CloudFormation::Stack", "Embedded stack was not successfully created: The following resource(s) "
                "failed to create: [RunJob]. ", ("RunJob", "AWS::Lambda::Function", LAMBDA_3008)), "3008"),
    ("custom-resource", ("Registration", "Custom::Registration", "CloudFormation did not receive a response from your Custom Resource. "
                         "Please check your logs for requestId [1]. If you are using the Python cfn-response module, you may need to "
                         "update your Lambda function code so that CloudFormation can attach the updated version."), "response"),
    ("callback-down", ("ComputingUnitRegistration", "Custom::ComputingUnit", "Received response status [FAILED] from custom resource. Message "
                       "returned: CloudMR Brain does not answer (RequestId: 1)"), "does not answer"),
    ("name-collision", ("RunJobFargateLogGroup", "AWS::Logs::LogGroup", "Resource of type 'AWS::Logs::LogGroup' with identifier "
                        "'{\"/properties/LogGroupName\":\"/ecs/mroptimum-mode2-job\"}' already exists."), "already exists"),
    ("quota", ("DataBucket", "AWS::S3::Bucket", "You have attempted to create more buckets than allowed (Service: S3, Status Code: 400, "
               "Request ID: 1)"), "more buckets than allowed"),
    ("denied-in-the-middle", ("StateMachineRole", "AWS::IAM::Role", "User: arn:aws:iam::123456789012:user/lab is not authorized to perform: "
                              "iam:CreateRole on resource: arn:aws:iam::123456789012:role/x because no identity-based policy allows the "
                              "iam:CreateRole action (Service: Iam, Status Code: 403, Request ID: 1)"), "iam:CreateRole"),
]


@pytest.mark.parametrize("name,failure,word", FAILURES, ids=[f[0] for f in FAILURES])
def test_a_deployment_that_fails_says_why_and_how_to_mend_it(lab, name, failure, word):
    lab.cfn.failure = failure
    run, doc = lab.run()
    assert run.status == 1 and doc["outcome"] == "failed" and doc["status"] == "ROLLBACK_COMPLETE", run
    events = [f for f in doc["report"]["findings"] if f["id"] == "stack.events" and f["status"] == "fail"]
    assert events and word in events[0]["detail"] and events[0]["cause"] and events[0]["fix"]["text"], doc["report"]
    roots = [f for f in doc["report"]["findings"] if f["status"] == "fail" and not f["caused_by"]]
    assert len(roots) == 1 and roots[0]["fix"]["text"], [(f["cause"], f["detail"], f["fix"]) for f in roots]
    run, doc = lab.run()  # the cause is mended: the same command goes on
    assert run.status == 0 and doc["outcome"] == "created", run


def test_a_rollback_that_fails_is_followed_to_its_end(lab):
    lab.cfn.failure, lab.cfn.no_rollback, lab.cfn.polls = FAILURES[0][1], True, 1
    run, doc = lab.run()
    assert run.status == 1 and doc["status"] == "ROLLBACK_FAILED", run
    details = " ".join(f["detail"] for f in doc["report"]["findings"])
    assert "3008" in details and "not empty" in details, doc["report"]


def test_an_update_that_fails_leaves_the_unit_as_it_was(lab):
    lab.deployed()
    lab.cfn.failure = ("JobTask", "AWS::ECS::TaskDefinition", "Invalid request provided: Create TaskDefinition: No Fargate configuration exists for given values")
    run, doc = lab.run("--parameter", "FargateCpu=8192")
    assert run.status == 1 and doc["outcome"] == "failed" and doc["status"] == "UPDATE_ROLLBACK_COMPLETE", run
    assert lab.stack.given["FargateCpu"] == "4096"


def test_without_rollback_what_was_made_stays_and_the_next_run_goes_on(lab):
    lab.cfn.failure = FAILURES[0][1]
    run, doc = lab.run("--no-rollback")
    assert run.status == 1 and doc["status"] == "CREATE_FAILED", run
    lab.stack.given["FargateCpu"] = "1024"
    run, doc = lab.run("--parameter", "FargateCpu=4096")
    assert run.status == 0 and doc["outcome"] == "updated", run


# ---- going on ----

def test_detached_and_resumed_here_or_elsewhere(lab):
    for elsewhere in (False, True):
        lab.cfn.polls = 1 << 30
        run, doc = lab.run("--detach")
        assert run.status == 0 and doc["outcome"] == "started" and doc["resume"] == f"m2-deploy --resume --stack {STACK}", run
        lab.cfn.polls = lab.stack.polls = 1
        env = {"XDG_STATE_HOME": str(lab.tool.home / "another")} if elsewhere else {}
        run, doc = lab.run("--resume", place=(), env=env)
        assert run.status == 0 and doc["outcome"] == "created" and doc["status"] == "CREATE_COMPLETE", run
        run, doc = lab.run("--resume", place=())
        assert run.status == 0 and doc["outcome"] == "unchanged", run
        assert len(lab.cfn.executed) == 1
        lab.stack.status = "DELETE_COMPLETE"
        lab.cfn.executed.clear()
    run, _ = lab.run("--resume", place=())
    assert run.status == 2 and "--resume" in run.err and not lab.cfn.executed, run


def begin(lab, *args):
    return subprocess.Popen([lab.tool.path, "--yes", "--no-register", "--format", "json", *PLACE, *args], env=lab.tool.env,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=lab.tool.home)


def wait_for(what):
    end = time.monotonic() + 10
    while not what() and time.monotonic() < end:
        time.sleep(0.01)
    assert what()


def test_an_interrupt_says_what_goes_on_and_how_to_follow_it(lab):
    lab.cfn.polls = 1 << 30
    process = begin(lab)
    wait_for(lambda: lab.cfn.executed)
    other, _ = lab.run()
    assert other.status == 3 and "another m2-deploy is at work" in other.err, other
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130 and f"m2-deploy --resume --stack {STACK}" in err, err
    lab.stack.polls = 0
    run, doc = lab.run()
    assert run.status == 0 and doc["status"] == "CREATE_COMPLETE" and len(lab.cfn.executed) == 1, run


def test_the_time_of_the_run_is_over(lab):
    lab.cfn.polls = 1 << 30
    run, doc = lab.run("--timeout", "6")
    assert run.status == 3 and doc["outcome"] == "started" and "--resume" in run.err, run


def test_asked_on_a_terminal(lab):
    for answer, status, executed in (("n", 130, 0), ("y", 0, 1)):
        master, slave = pty.openpty()
        process = subprocess.Popen([lab.tool.path, "--no-register", *PLACE], env={**lab.tool.env, "TERM": "dumb"}, stdin=slave,
                                   stdout=subprocess.PIPE, stderr=slave, text=True, cwd=lab.tool.home, start_new_session=True,
                                   preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0))
        os.close(slave)
        seen = b""
        while b"[y/N]" not in seen and select.select([master], [], [], 10)[0]:
            seen += os.read(master, 4096)
        assert b"make JobChooser" in seen and b"Create stack mroptimum-mode2 in account 123456789012, region us-east-1?" in seen
        os.write(master, answer.encode() + b"\n")
        out, _ = process.communicate(timeout=20)
        os.close(master)
        assert process.returncode == status and len(lab.cfn.executed) == executed, (seen, out)
    lab.check_tidy()


def test_the_journal_holds_no_hidden_parameter(lab, tmp_path):
    template = tmp_path / "t.yaml"
    template.write_text("Parameters: {Token: {Type: String, NoEcho: true}, Plain: {Type: String}}\n"
                        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Plain}}}\n")
    secret = "s3cret-token-value"
    run = lab.tool("--yes", "--no-register", "-vv", "--template", template, "--parameter", f"Token={secret}", "--parameter", "Plain=p",
                   *PLACE)
    journal = "".join(p.read_text() for p in (tmp_path / "state").rglob("*.jsonl"))
    assert lab.cfn.executed and '\\"Plain\\":\\"p\\"' in journal, (run, journal)
    assert secret not in run.out + run.err + journal and "Token = (hidden)" in run.err
    assert json.loads(journal.splitlines()[0])["tool"] == "m2-deploy"


def test_registered_with_brain_and_no_secret_leaves(lab, brain, tmp_path):
    password = brain.brain.password
    file = tmp_path / "mode2.env"
    file.write_text(f"CLOUDMR_API_URL={brain.url}\nCLOUDMR_EMAIL={brain.brain.email}\nCLOUDMR_PASSWORD='{password}'\n")
    for outcome, unit in (("created", "registered"), ("unchanged", "unchanged")):
        run = lab.tool("--yes", "--format", "json", "--env-file", file, "-vv", *PLACE)
        doc = json.loads(run.out)
        assert run.status == 0 and (doc["outcome"], doc["unit"]["outcome"]) == (outcome, unit), run
        journals = "".join(p.read_text() for p in (tmp_path / "state").rglob("*") if p.is_file())
        for secret in (password, brain.brain.token):
            assert secret not in run.out + run.err + journals
    assert len(brain.brain.units) == 1 and brain.brain.units[0]["externalId"] == lab.stack.given["ExternalId"]


def test_brain_that_fails_after_the_stack_is_made_and_the_same_command_again(lab, brain):
    env = {"CLOUDMR_API_URL": brain.url, "CLOUDMR_EMAIL": brain.brain.email, "CLOUDMR_PASSWORD": brain.brain.password}
    brain.brain.faults = [{"path": "register", "at": 1, "times": 9, "do": "401"}]
    run = lab.tool("--yes", "--format", "json", *PLACE, env=env)
    assert run.status == 3 and json.loads(run.out)["outcome"] == "created" and not brain.brain.units, run
    brain.brain.faults = []
    run = lab.tool("--resume", "--format", "json", env=env)
    assert run.status == 0 and json.loads(run.out)["unit"]["outcome"] == "registered", run
    assert len(brain.brain.units) == len(lab.cfn.executed) == 1
