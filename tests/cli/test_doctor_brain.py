"""The doctor and Brain: asked only by who can log in, told with the account, kept without secrets, and told again from a file."""
import json

import pytest

import brain as fake
from stackaws import EMAIL, PASSWORD, UNIT, environment
from verifyaws import HUB_UNIT, verify_aws


@pytest.fixture(scope="module")
def aws():
    with verify_aws() as server:
        yield server


@pytest.fixture
def doc(doctor, brain, aws):
    doctor.env.update(environment(aws, brain))
    brain.brain.units = [dict(HUB_UNIT), {**UNIT, "computingUnitId": "cu-1"}]

    def run(*args, **more):
        done = doctor("--format", "json", "--only", "registration", *args, **more)
        done.findings = json.loads(done.out)["findings"] if done.out else []
        done.by = {f["id"]: f for f in done.findings}
        done.notes = json.loads(done.out)["notes"] if done.out else []
        return done
    return run


CHECKS = ["brain.reach", "brain.login", "brain.unit", "brain.fields", "brain.canary"]


@pytest.mark.parametrize("env,args", [
    ({}, []), ({"CLOUDMR_EMAIL": "", "CLOUDMR_PASSWORD": "", "ID_TOKEN": "{token}"}, []),
    ({"CLOUDMR_EMAIL": "", "CLOUDMR_PASSWORD": "", "CLOUDMR_ADMIN_TOKEN": "{token}"}, []),
    ({"CLOUDMR_PASSWORD": ""}, ["--email", EMAIL, "--password-stdin"]),
    ({"CLOUDMR_EMAIL": "", "CLOUDMR_PASSWORD": ""}, ["--token-stdin"])], ids=["env", "ID_TOKEN", "ADMIN_TOKEN", "password", "token"])
def test_every_way_to_log_in(doc, brain, env, args):
    env = {k: v.replace("{token}", brain.brain.token) for k, v in env.items()}
    stdin = PASSWORD + "\n" if "--password-stdin" in args else brain.brain.token + "\n" if "--token-stdin" in args else None
    run = doc(*args, env=env, stdin=stdin)
    assert run.status == 0 and [run.by[c]["status"] for c in CHECKS] == ["pass"] * 4 + ["skip"], run


@pytest.mark.parametrize("env,why", [
    ({"CLOUDMR_API_URL": ""}, "its address (--api-url, CLOUDMR_API_URL) and a login were not given"),
    ({"CLOUDMR_EMAIL": "", "CLOUDMR_PASSWORD": ""}, "there is nothing to log in with"),
    ({"CLOUDMR_PASSWORD": ""}, "there is nothing to log in with")])
def test_not_asked_without_address_or_login(doc, brain, env, why):
    run = doc(env=env)
    assert run.status == 0 and not brain.brain.log, run
    assert all(run.by[c]["status"] == "skip" for c in CHECKS) and why in run.by["brain.unit"]["detail"], run
    assert not any("look-ups were not made" in n for n in run.notes), run


def test_not_asked_when_nobody_wants_to_know(doctor, doc, brain):
    assert doctor("--only", "stack").status == 0 and not brain.brain.log
    assert doctor("--skip", "registration", "--only", "stack", "--only", "registration").status == 0 and not brain.brain.log


@pytest.mark.parametrize("env,cause,check", [
    ({"CLOUDMR_PASSWORD": "no"}, "brain.login-refused", "brain.login"),
    ({"ID_TOKEN": fake.jwt(exp=1000000000)}, "brain.token-expired", "brain.login"),
    ({"CLOUDMR_API_URL": "http://127.0.0.1:1/Prod"}, "brain.unreachable", "brain.reach"),
    ({"CLOUDMR_API_URL": "{url}/nowhere"}, "brain.wrong-url", "brain.reach")])
def test_what_brain_refuses_is_a_finding(doc, brain, env, cause, check):
    run = doc(env={k: v.replace("{url}", brain.url) for k, v in env.items()})
    assert run.status == 1 and run.by[check]["cause"] == cause and run.by["brain.unit"]["status"] == "unknown", run


def test_a_bad_address_is_wrong_usage(doc):
    run = doc(env={"CLOUDMR_API_URL": "http://brain.example/Prod"})
    assert run.status == 2 and "in clear" in run.err and run.out == "", run


@pytest.mark.parametrize("redact", [[], ["--no-redact"]], ids=["redacted", "as-it-is"])
def test_a_saved_snapshot_holds_no_secret_and_tells_the_same(doctor, doc, brain, tmp_path, redact):
    brain.brain.units[1].update(awsAccountId="210987654321", apiKey="HUSHkey", owner="somebody@lab.example")
    brain.brain.units[0]["logo"] = "https://b.s3.amazonaws.com/x?X-Amz-Signature=HUSHsignature&X-Amz-Credential=AKIA"
    saved = tmp_path / "snapshot.json"
    run = doc("--save-snapshot", saved, *redact)
    text = saved.read_text()
    for secret in (PASSWORD, json.dumps(PASSWORD)[1:-1], "HUSH", brain.brain.token, brain.brain.token.split(".")[1]):
        assert secret not in text + run.out + run.err, secret
    assert ("somebody@lab.example" in text or "210987654321" in text) == bool(redact)
    again = doctor("--snapshot", saved, "--format", "json", "--only", "registration",
                   env={k: "" for k in ("CLOUDMR_API_URL", "CLOUDMR_PASSWORD")})
    causes = [f["cause"] for f in run.findings if f["status"] == "fail"]
    assert causes == ["brain.account"] and again.status == 1, run
    assert [f["cause"] for f in json.loads(again.out)["findings"] if f["status"] == "fail"] == causes, again
    calls = [c for c in json.loads(text)["calls"] if c["service"] == "brain"]
    assert [c["operation"] for c in calls] == ["/api/auth/login", "/api/computing-unit/list"]
    assert calls[0]["input"] == {} and set(calls[0]["output"]) == {"success", "claims"}

