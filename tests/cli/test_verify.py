"""m2-verify over real HTTP: what it finds, field by field; the guide's routing checks; waiting; every format."""
import json
import threading
import time
import xml.etree.ElementTree as ElementTree

import pytest

import brain as fake
from fakeaws import DENIED, NO_STACK, error
from stackaws import ACCOUNT, MACHINE, PASSWORD, ROLE, UNIT, environment
from verifyaws import HUB_UNIT, OUTPUTS, rules, stack_in, verify_aws

FORMATS = ["text", "json", "markdown", "html", "junit", "github"]


@pytest.fixture(scope="module")
def aws():
    with verify_aws() as server:
        yield server


@pytest.fixture
def ver(verify, brain, aws):
    verify.env.update(environment(aws, brain))
    brain.brain.units = [dict(HUB_UNIT), {**UNIT, "computingUnitId": "cu-1"}]
    return verify


def doc(run):
    return json.loads(run.out)


def causes(run, *status):
    return sorted({f["cause"] for f in doc(run)["findings"] if f["status"] in (status or ("fail",))})


def roots(run):
    by_uid = {f["uid"]: f for f in doc(run)["findings"]}
    return [by_uid[u]["cause"] for u in doc(run)["root_causes"]]


# ---- verified ----

def test_both_units_and_the_one_that_jobs_go_to(ver):
    run = ver("--format", "json")
    found = doc(run)
    assert run.status == 0 and found["verdict"] == "ready" and found["summary"]["fail"] == 0, run
    reg = found["registration"]
    assert reg["mode_1"] == "cu-hub" and reg["unit"] == "cu-1" and reg["jobs_go_to"] == "cu-1"
    assert {f["verdict"] for f in reg["fields"]} == {"same"} and len(reg["fields"]) == len(UNIT)
    assert {f["field"]: f["registered"] for f in reg["fields"]}["stateMachineArn"] == MACHINE
    text = ver().out
    assert text.startswith("Ready: nothing failed") and "Jobs for mode_2 go to unit cu-1" in text
    rows = {line.split()[0]: line for line in text.splitlines() if line.startswith("  cu-")}
    assert "CloudMRHub's" in rows["cu-hub"] and "here" not in rows["cu-hub"], text
    assert "this stack's" in rows["cu-1"] and rows["cu-1"].rstrip().endswith("here"), text


def test_it_writes_nothing_anywhere(ver, brain, aws):
    ver()
    assert {r["method"] for r in brain.brain.log if not r["path"].endswith("/login")} == {"GET"}
    asked = {r["headers"].get("x-amz-target", r["body"].partition("&")[0]) for r in aws.log}
    assert not any(word in a for a in asked for word in ("Create", "Delete", "Put", "Start", "Update", "Stop")), asked


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("broken", [False, True])
def test_the_exit_status_does_not_depend_on_the_format(ver, brain, format, broken, tmp_path):
    if broken:
        brain.brain.units[1]["resultsBucket"] = "elsewhere"
    run = ver("--format", format)
    assert run.status == int(broken) and run.out, run
    file = tmp_path / "report"
    quiet = ver("--format", format, "--output", file, "-q")
    assert quiet.status == int(broken) and quiet.out == "" and file.read_text(), quiet
    if format == "junit":
        tree = ElementTree.fromstring(run.out)
        failed = [c.get("classname") for c in tree.iter("testcase") if c.find("failure") is not None]
        assert failed == (["brain.fields"] if broken else []) and tree.get("failures") == str(int(broken))
    if format == "github":
        assert run.out.startswith("::error " if broken else "::notice "), run
        assert all(line.startswith("::") for line in run.out.splitlines())
        assert ("::error title=brain.bucket::" in run.out) == broken
    if format == "markdown":
        assert "| resultsBucket |" in run.out and ("elsewhere | differs |" in run.out) == broken


def test_foreign_text_breaks_out_of_no_format(ver, brain):
    evil = "x\n::error::y%0A|`<script>]]>\x1b[31m\u202e & \"'"
    brain.brain.units[1].update(alias=evil, resultsBucket=evil, computingUnitId=evil)
    for format in FORMATS:
        run = ver("--format", format)
        assert run.status == 1 and "\x1b" not in run.out and "\u202e" not in run.out, run
        assert format == "json" or "<script" not in run.out or format == "text" or format == "github", run
        assert not any(line.startswith("::error::y") for line in run.out.splitlines())
    ElementTree.fromstring(ver("--format", "junit").out)


# ---- the guide, 3. "Jobs Not Routing to Mode 2": each check by its name ----

def broken(ver, brain, **fields):
    brain.brain.units[1].update(fields)
    return ver("--format", "json")


def test_guide_computing_unit_shows_mode_2(ver, brain):
    run = broken(ver, brain, mode="mode_1")
    assert run.status == 1 and roots(run) == ["brain.mode"] and doc(run)["registration"]["jobs_go_to"] is None, run


def test_guide_provider_is_user(ver, brain):
    run = broken(ver, brain, provider="cloudmrhub")
    assert run.status == 1 and roots(run) == ["brain.provider"], run
    assert broken(ver, brain, provider="self-hosted").status == 0


def test_guide_aws_account_id_matches_your_account(ver, brain):
    run = broken(ver, brain, awsAccountId="210987654321")
    assert run.status == 1 and roots(run) == ["brain.account"], run
    finding = next(f for f in doc(run)["findings"] if f["cause"] == "brain.account")
    assert "210987654321" in finding["detail"] and ACCOUNT in finding["detail"] and "profile" in finding["fix"]["text"]


def test_guide_is_default_sends_other_jobs_here(ver, brain):
    run = broken(ver, brain, isDefault=True)
    assert run.status == 0 and causes(run, "warn") == ["brain.is-default"], run
    assert ver("--strict").status == 1


def test_registered_from_another_profile_is_told_once(ver, brain):
    other = "210987654321"
    run = broken(ver, brain, awsAccountId=other, stateMachineArn=MACHINE.replace(ACCOUNT, other),
                 crossAccountRoleArn=ROLE.replace(ACCOUNT, other), resultsBucket="theirs")
    assert roots(run) == ["brain.account"] and causes(run) == ["brain.account"], run


FIELDS = [("region", "us-west-2", "brain.region"), ("stateMachineArn", MACHINE + "-old", "brain.state-machine"),
          ("resultsBucket", "x", "brain.bucket"), ("failedBucket", "x", "brain.bucket"), ("dataBucket", "x", "brain.bucket"),
          ("crossAccountRoleArn", ROLE + "-old", "brain.role"), ("externalId", "no", "brain.external-id"),
          ("stateMachineArn", None, "brain.state-machine"), ("crossAccountRoleArn", None, "brain.role"),
          ("externalId", None, "brain.external-id"), ("resultsBucket", None, "brain.bucket")]


@pytest.mark.parametrize("field,value,cause", FIELDS, ids=[f"{f}={v}" for f, v, _ in FIELDS])
def test_one_field_broken_is_named_with_its_fix(ver, brain, field, value, cause):
    run = broken(ver, brain, **{field: value})
    assert run.status == 1 and roots(run) == [cause], run
    row = next(f for f in doc(run)["registration"]["fields"] if f["field"] == field)
    assert row["verdict"] == ("missing" if value is None else "differs") and row["registered"] == (value or "")
    finding = next(f for f in doc(run)["findings"] if f["cause"] == cause)
    assert finding["fix"]["commands"][0].startswith("m2-register --stack mroptimum-mode2"), finding
    assert finding["title"].endswith(f"({field})") and (value or "nothing") in finding["detail"], finding


@pytest.mark.parametrize("shape", ["array", "units", "computingUnits", "items", "data", "nested", "modes"])
def test_every_shape_of_the_list(ver, brain, shape):
    brain.brain.shape = shape
    assert ver().status == 0
    brain.brain.page = 1
    if shape != "array":
        assert ver().status == 0


def test_unit_missing_and_twice(ver, brain):
    brain.brain.units.append({**UNIT, "computingUnitId": "cu-2"})
    run = ver("--format", "json")
    assert run.status == 1 and roots(run) == ["brain.unit-duplicate"] and doc(run)["registration"]["jobs_go_to"] is None, run
    assert "m2-register --unregister cu-2 --confirm cu-2" in run.out
    del brain.brain.units[1:]
    run = ver("--format", "json")
    assert run.status == 1 and roots(run) == ["brain.unit-missing"] and doc(run)["registration"]["unit"] is None, run
    assert "what users start runs in CloudMRHub's account" in run.out


# ---- the stack ----

def with_aws(verify, brain, *first):
    server = verify_aws(*first)
    verify.env["AWS_ENDPOINT_URL"] = server.url
    return server


@pytest.mark.parametrize("status,cause", [("ROLLBACK_COMPLETE", "stack.failed"), ("DELETE_FAILED", "stack.delete-failed"),
                                          ("CREATE_IN_PROGRESS", "stack.in-progress"), ("UPDATE_ROLLBACK_FAILED", "stack.failed")])
def test_a_stack_that_is_not_there_explains_the_missing_unit(ver, brain, status, cause):
    del brain.brain.units[1:]
    with with_aws(ver, brain, stack_in(status)):
        run = ver("--format", "json")
    assert run.status == 1 and cause in causes(run) and "brain.unit-missing" in causes(run), run
    assert "brain.unit-missing" not in roots(run), run


def test_a_failed_stack_is_told_with_its_root_cause(ver, brain):
    reason = ("Resource handler returned message: \"'MemorySize' value failed to satisfy constraint: Member must have value less "
              "than or equal to 3008\" (HandlerErrorCode: InvalidRequest)")
    rows = [("RunJobLambda", "AWS::Lambda::Function", "CREATE_FAILED", reason),
            ("mroptimum-mode2", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS", "User Initiated")]
    events = "".join(
        f"<member><EventId>{i}</EventId><StackId>{'arn:aws:cloudformation:us-east-1:' + ACCOUNT + ':stack/mroptimum-mode2/1'}</StackId>"
        f"<StackName>mroptimum-mode2</StackName><LogicalResourceId>{logical}</LogicalResourceId>"
        f"<PhysicalResourceId/><ResourceType>{kind}</ResourceType><Timestamp>2026-11-26T00:0{9 - i}:00Z</Timestamp>"
        f"<ResourceStatus>{state}</ResourceStatus><ResourceStatusReason>{said}</ResourceStatusReason></member>"
        for i, (logical, kind, state, said) in enumerate(rows))
    answer = {"action": "DescribeStackEvents", "body": "<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents>"
              f"{events}</StackEvents></DescribeStackEventsResult></DescribeStackEventsResponse>"}
    with with_aws(ver, brain, stack_in("ROLLBACK_COMPLETE"), answer):
        run = ver("--format", "json")
    assert run.status == 1 and roots(run) == ["lambda.memory-over-account-cap"], run
    event = next(f for f in doc(run)["findings"] if f["id"] == "stack.events" and f["status"] == "fail")
    assert "3008" in event["detail"] and "the stack failed: reading why" in run.err, run


def test_no_stack(ver, brain):
    with with_aws(ver, brain, NO_STACK):
        run = ver("--format", "json")
        assert run.status == 1 and roots(run) == ["stack.missing"], run
        assert ver("--skip-brain").status == 1


def test_a_stack_that_may_not_be_read(ver, brain):
    with with_aws(ver, brain, {**DENIED, "action": "DescribeStacks"}):
        run = ver("--format", "json")
    assert run.status == 3 and doc(run)["findings"] and "the stack mroptimum-mode2 may not be read" in run.err, run


def test_a_resource_that_is_gone(ver, brain):
    gone = error("StateMachineDoesNotExist", "State Machine Does Not Exist", 400, target="AWSStepFunctions.DescribeStateMachine")
    with with_aws(ver, brain, gone):
        run = ver("--format", "json")
    assert run.status == 1 and {"stack.resource-gone", "workflow.missing"} & set(causes(run)), run


def test_expected_outputs(ver):
    run = ver("--expect", "Mode=mode_2", "--expect", f"CalculationStateMachineArn={MACHINE}")
    assert run.status == 0, run
    run = ver("--format", "json", "--expect", "Mode=mode_1", "--expect", "Nothing=1")
    assert run.status == 1 and causes(run) == ["stack.output-invalid", "stack.output-missing"], run
    assert 'Mode is \\"mode_2\\", expected was \\"mode_1\\"' in run.out


def test_skip_brain_asks_brain_nothing(ver, brain):
    run = ver("--skip-brain", env={"CLOUDMR_API_URL": "", "CLOUDMR_PASSWORD": ""})
    assert "was left out (--skip-brain): whether the stack is registered was not looked at" in " ".join(run.out.split()), run
    assert run.status == 0 and not brain.brain.log, run
    assert "registration" not in doc(ver("--skip-brain", "--format", "json"))


def test_quiet_does_not_pass_over_that_brain_was_left_out(ver):
    run = ver("-q", "--skip-brain")
    assert run.status == 0 and run.out.startswith("Ready") and "CloudMR Brain was left out (--skip-brain)." in run.out, run
    assert "left out" not in ver("-q").out


# ---- bad input ----

LOGINS = [
    ({"CLOUDMR_PASSWORD": "no"}, [], 3, "the e-mail or the password is refused: Incorrect username", "brain.login-refused"),
    ({"ID_TOKEN": fake.jwt(exp=1000000000)}, [], 3, "the token has expired at 2001-09-09T01:46:40Z", "brain.token-expired"),
    ({"CLOUDMR_API_URL": "http://127.0.0.1:1/Prod"}, [], 3, "http://127.0.0.1:1/Prod cannot be reached", "brain.unreachable"),
    ({"CLOUDMR_EMAIL": "lab.example.org"}, [], 2, "is not an e-mail address", None),
    ({"CLOUDMR_API_URL": ""}, [], 2, "set CLOUDMR_API_URL or give --api-url URL (--skip-brain leaves Brain out)", None),
    ({"CLOUDMR_API_URL": "http://brain.example/Prod"}, [], 2, "in clear", None),
    ({"CLOUDMR_PASSWORD": ""}, [], 3, "there is no password for", None),
    ({}, ["--password-stdin"], 2, "no password came on standard input", None),
    ({"CLOUDMR_ADMIN_TOKEN": "a b"}, [], 2, "the token of CloudMR Brain holds a space", "brain.login-refused"),
]


@pytest.mark.parametrize("env,args,status,says,cause", LOGINS, ids=[row[3][:30] for row in LOGINS])
def test_login(ver, env, args, status, says, cause):
    run = ver(*args, "--format", "json", env=env)
    assert run.status == status and says in run.err, run
    assert sum(line.startswith("m2-verify: ") and "hint" not in line for line in run.err.splitlines()) == 1, run
    if cause:
        assert causes(run) == [cause], run
        assert doc(run)["findings"][0]["status"] == "pass", "the stack is verified all the same"
    else:
        assert run.out == ""


@pytest.mark.parametrize("do,cause", [("html", "brain.wrong-url"), ("404", "brain.wrong-url"), ("403", "brain.login-refused"),
                                      ("refuse", None), ("garbage", "brain.unreachable"), ("empty", "brain.unreachable"),
                                      ("500", "brain.unreachable"), ("502", "brain.unreachable"), ("throttle", None)])
def test_brain_fails_for_good_at_each_call(ver, brain, do, cause):
    for path in ("login", "list"):
        brain.brain.faults = [{"path": path, "do": do, "times": 99}]
        run = ver("--format", "json")
        assert run.status == 3 and "m2-verify: CloudMR Brain, " in run.err, run
        if cause:
            assert causes(run) == [cause] or path == "login", run
        assert doc(run)["verdict"] in ("not-ready", "inconclusive"), run


@pytest.mark.parametrize("do", ["drop", "drop-before", "reset", "cut", "twice", "500", "502", "garbage", "empty", "throttle"])
def test_passing_trouble_at_each_call_is_none(ver, brain, do):
    for path in ("login", "list"):
        brain.brain.faults = [{"path": path, "do": do}]
        run = ver("--format", "json")
        assert run.status == 0, (path, run)


USAGE = [(["--expect", "Mode"], '--expect: "Mode" is not KEY=VALUE'), (["--expect", "=x"], "is not KEY=VALUE"),
         (["--canary", "--skip-brain"], "--skip-brain leaves it out"), (["--task", "x"], "--task belongs to --canary"),
         (["--keep"], "--keep belongs to --canary"), (["--canary", "--task", "/nowhere"], "/nowhere"),
         (["--format", "csv"], "csv"), (["--wait", "soon"], "soon"), (["--expct", "a=b"], "--expect")]


@pytest.mark.parametrize("args,says", USAGE, ids=[" ".join(a) for a, _ in USAGE])
def test_usage(ver, brain, args, says):
    run = ver(*args)
    assert run.status == 2 and says in run.err and run.out == "" and not brain.brain.log, run


@pytest.mark.parametrize("text", ["", "[]", "{", '{"task": 1}', '{"name": 1}', "\x00"])
def test_a_task_that_is_none(ver, brain, tmp_path, text):
    file = tmp_path / "task.json"
    file.write_text(text)
    run = ver("--canary", "--task", file)
    assert run.status == 2 and str(file) in run.err and not brain.brain.log, run


def test_an_answer_in_no_known_shape(ver, brain):
    type(brain.brain).ROUTES[("GET", "/computing-unit/list")], kept = (lambda *_: (200, {"count": 3})), \
        type(brain.brain).ROUTES[("GET", "/computing-unit/list")]
    try:
        run = ver("--format", "json")
    finally:
        type(brain.brain).ROUTES[("GET", "/computing-unit/list")] = kept
    assert run.status == 3 and "has a shape that is not known: an object with the members count" in run.err, run


def test_no_output_file_no_run(ver, brain):
    run = ver("--output", "/nowhere/report")
    assert run.status in (2, 3) and "/nowhere/report" in run.err and not brain.brain.log, run


# ---- secrets ----

def test_no_secret_anywhere(ver, brain, tmp_path):
    brain.brain.units[1].update(apiKey="HUSHkey")
    for format in FORMATS:
        for more in ([], ["-vv"], ["--canary"]):
            run = ver("--format", format, *more)
            for secret in (PASSWORD, "HUSH", brain.brain.token, brain.brain.token.split(".")[1]):
                assert secret not in run.out + run.err, (secret, run)


# ---- waiting ----

def later(seconds, act):
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


def test_wait_until_the_stack_and_then_the_unit_are_there(ver, brain):
    unit = brain.brain.units.pop()
    with with_aws(ver, brain, {**NO_STACK, "times": 1}, stack_in("CREATE_IN_PROGRESS", times=2)):
        later(4, lambda: brain.brain.units.append(unit))
        started = time.monotonic()
        run = ver("--wait", "60", "--format", "json")
    assert run.status == 0 and 3 < time.monotonic() - started < 30, run
    for word in ("waiting for stack mroptimum-mode2: not there", "waiting for stack mroptimum-mode2: CREATE_IN_PROGRESS",
                 "waiting for the unit at CloudMR Brain"):
        assert word in run.err, run
    assert sum(r["path"].endswith("/login") for r in brain.brain.log) == 1, "one login for the whole wait"


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "ROLLBACK_IN_PROGRESS", "CREATE_FAILED", "DELETE_IN_PROGRESS",
                                    "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"])
def test_wait_ends_at_once_on_a_state_that_cannot_recover(ver, brain, status):
    with with_aws(ver, brain, stack_in(status)):
        started = time.monotonic()
        run = ver("--wait", "600")
    assert run.status == 1 and time.monotonic() - started < 20 and status in run.out, run


@pytest.mark.parametrize("env", [{"CLOUDMR_PASSWORD": "no"}, {"ID_TOKEN": fake.jwt(exp=1000000000)}],
                         ids=["password", "token"])
def test_wait_ends_at_once_on_a_login_that_is_refused(ver, env):
    started = time.monotonic()
    run = ver("--wait", "600", env=env)
    assert run.status == 3 and time.monotonic() - started < 20, run


def test_wait_ends_when_its_time_is_over(ver, brain):
    brain.brain.units.pop()
    started = time.monotonic()
    run = ver("--wait", "3", "--format", "json")
    assert run.status == 1 and 2.5 < time.monotonic() - started < 20 and roots(run) == ["brain.unit-missing"], run
    assert any("still awaited: the unit at CloudMR Brain" in n for n in doc(run)["notes"]), run


def test_wait_outlives_a_brain_that_does_not_answer_for_a_while(ver, brain):
    brain.brain.faults = [{"path": "list", "do": "502", "times": 4}]
    run = ver("--wait", "60", "--format", "json")
    assert run.status == 0 and "waiting for CloudMR Brain, which does not answer" in run.err, run


def test_wait_is_bound_by_the_timeout(ver, brain):
    brain.brain.units.pop()
    started = time.monotonic()
    run = ver("--wait", "600", "--timeout", "3", "--format", "json")
    assert run.status == 3 and time.monotonic() - started < 20 and "--timeout" in run.err, run


def test_wait_with_credentials_that_are_refused(ver, brain):
    with with_aws(ver, brain, error("ExpiredToken", "The security token included in the request is expired")):
        started = time.monotonic()
        run = ver("--wait", "600")
    assert run.status == 3 and time.monotonic() - started < 20 and run.out == "", run
