"""No secret leaves the process but in the request it is for: not in a report, log, snapshot, error, core or argv."""
import base64
import json
import os
import signal
import subprocess
import time

import pytest

from fakeaws import ACCOUNT, IDENTITY, KEY, KEYS, SECRET, TOKEN, FakeAws, error

DATABASE_PASSWORD, API_TOKEN = "correcthorsebatterystaple", "tok-0a1b2c3d4e5f6071829"
PLANTED = (SECRET, TOKEN, DATABASE_PASSWORD, API_TOKEN, "X-Amz-Signature=abcdef")
ARN = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/mroptimum-mode2/1"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:selector"
MACHINE = f"arn:aws:states:us-east-1:{ACCOUNT}:stateMachine:mroptimum-mode2-JobChooser"


def stack(outputs="", parameters=""):
    return {"action": "DescribeStacks", "body": f"""<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
<StackName>mroptimum-mode2</StackName><StackId>{ARN}</StackId><StackStatus>CREATE_COMPLETE</StackStatus>
<CreationTime>2026-01-01T00:00:00Z</CreationTime><Outputs><member><OutputKey>CalculationStateMachineArn</OutputKey>
<OutputValue>{MACHINE}</OutputValue></member>{outputs}</Outputs><Parameters>{parameters}</Parameters></member></Stacks>
</DescribeStacksResult></DescribeStacksResponse>"""}


PARAMETERS = "".join(f"<member><ParameterKey>{k}</ParameterKey><ParameterValue>{v}</ParameterValue></member>"
                     for k, v in (("DatabasePassword", DATABASE_PASSWORD), ("ApiToken", API_TOKEN)))
DEFINITION = {"StartAt": "Run", "States": {"Run": {"Type": "Task", "Resource": FUNCTION, "End": True}}}
ACCOUNT_RULES = [
    IDENTITY, stack(parameters=PARAMETERS),
    {"target": "AWSStepFunctions.DescribeStateMachine", "body": {
        "stateMachineArn": MACHINE, "name": "JobChooser", "definition": json.dumps(DEFINITION), "status": "ACTIVE",
        "roleArn": f"arn:aws:iam::{ACCOUNT}:role/run", "type": "STANDARD", "creationDate": 1.7e9}},
    {"path": "/2015-03-31/functions/*", "body": {
        "Configuration": {"FunctionName": "selector", "FunctionArn": FUNCTION, "MemorySize": 512, "Timeout": 30,
                          "PackageType": "Image", "State": "Active",
                          "Environment": {"Variables": {"DB_PASSWORD": DATABASE_PASSWORD, "API_TOKEN": API_TOKEN,
                                                        "AWS_THING_SECRET": DATABASE_PASSWORD, "STAGE": "prod"}}},
        "Code": {"Location": "https://x.s3.amazonaws.com/code?X-Amz-Signature=abcdef&X-Amz-Security-Token=" + API_TOKEN}}},
]


def files_of(folder):
    return {str(p): p.read_bytes().decode("utf-8", "replace") for p in folder.rglob("*") if p.is_file()}


def assert_clean(where, planted=PLANTED):
    for name, text in where.items():
        for secret in planted:
            forms = (secret, base64.b64encode(secret.encode()).decode().rstrip("="))
            assert not any(f in text for f in forms), f"{secret} in {name}:\n{text[max(0, text.find(secret) - 200):][:500]}"


@pytest.mark.parametrize("args", [[], ["--no-redact"], ["--format", "json"], ["-vv", "--no-redact"]],
                         ids=["plain", "kept", "json", "verbose"])
def test_nothing_that_a_run_writes_holds_a_secret(doctor, tmp_path, args):
    with FakeAws(*ACCOUNT_RULES) as aws:
        run = doctor("--endpoint-url", aws.url, "--save-snapshot", tmp_path / "s.json", "-v", *args, env=KEYS)
        assert aws.asked("/2015-03-31/functions/"), run
    assert run.status in (0, 1), run
    assert_clean({"stdout": run.out, "stderr": run.err, **files_of(tmp_path)})
    doc = json.loads((tmp_path / "s.json").read_text())
    variables = next(c for c in doc["calls"] if c["operation"] == "GetFunction")["output"]["Configuration"]["Environment"]
    assert set(variables["Variables"]) == {"DB_PASSWORD", "API_TOKEN", "AWS_THING_SECRET", "STAGE"}
    assert variables["Variables"]["STAGE"] == "prod"
    if "--no-redact" not in args:
        assert ACCOUNT not in (tmp_path / "s.json").read_text()
    assert (tmp_path / "s.json").stat().st_mode & 0o077 == 0, oct((tmp_path / "s.json").stat().st_mode)


ECHO = [
    ("error-message", lambda s: error("AccessDenied", f"bad signature for key {s}")),
    ("canonical-request", lambda s: error("SignatureDoesNotMatch", "The Canonical String should have been "
                                          f"'POST\nx-amz-security-token:{TOKEN}\n'")),
    ("header", lambda s: {"status": 403, "headers": {"X-Amz-Security-Token": s, "Set-Cookie": f"id={s}"}, "body": ""}),
]


@pytest.mark.parametrize("name,rule", ECHO, ids=[e[0] for e in ECHO])
def test_a_server_that_sends_our_secret_back(doctor, tmp_path, name, rule):
    with FakeAws(rule(SECRET), account=False) as aws:
        run = doctor("--endpoint-url", aws.url, "-vv", "--save-snapshot", tmp_path / "s.json", "--no-redact", env=KEYS)
    assert_clean({"stdout": run.out, "stderr": run.err, **files_of(tmp_path)}, (SECRET, TOKEN))


def test_explain_config_and_errors_hold_no_secret(doctor, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(f"[default]\naws_access_key_id={KEY}\naws_secret_access_key={SECRET}\n"
                                               f"aws_session_token={TOKEN}\n[broken\naws_secret_access_key={SECRET}\n")
    run = doctor()
    assert run.status == 2 and "credentials:5" in run.err, run
    assert_clean({"stderr": run.err, "stdout": run.out})
    (tmp_path / ".aws/credentials").write_text(f"[default]\naws_access_key_id={KEY}\naws_secret_access_key {SECRET}\n")
    run = doctor()
    assert run.status == 2, run
    assert_clean({"stderr": run.err})
    for args in (["--explain-config"], ["--explain-config", "--format", "json"]):
        run = doctor(*args, env={**KEYS, "HTTPS_PROXY": f"http://me:{DATABASE_PASSWORD}@127.0.0.1:1",
                                 "AWS_SHARED_CREDENTIALS_FILE": str(doctor.home / "none")})
        assert run.status == 0
        assert_clean({"stdout": run.out, "stderr": run.err})


def running(doctor, tmp_path, aws, *args, **env):
    return subprocess.Popen([doctor.path, "--endpoint-url", aws.url, *args], cwd=tmp_path, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**doctor.env, **KEYS, **env},
                            preexec_fn=unlimited_cores)


def unlimited_cores():
    import resource
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (ValueError, OSError):
        pass


def wait_for(what, seconds=10):
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.02)
    assert what()


def test_no_core_file_and_nobody_may_look_inside(doctor, tmp_path):
    with FakeAws({"delay_ms": 5000}) as aws:
        process = running(doctor, tmp_path, aws)
        wait_for(lambda: aws.log)
        limits = open(f"/proc/{process.pid}/limits").read()
        core = next(line for line in limits.splitlines() if line.startswith("Max core"))
        assert core.split()[4:6] == ["0", "0"], core
        assert os.stat(f"/proc/{process.pid}/mem").st_uid == 0  # not dumpable: owned by root whoever runs it
        process.send_signal(signal.SIGABRT)
        process.communicate(timeout=10)
    assert process.returncode == -signal.SIGABRT
    assert list(tmp_path.iterdir()) == []


def test_children_see_no_secret_in_their_arguments(doctor, tmp_path):
    (tmp_path / ".aws").mkdir()
    agent = tmp_path / "agent.sh"
    agent.write_text(f"#!/bin/sh\ntr '\\0' ' ' </proc/$$/cmdline >{tmp_path}/seen; tr '\\0' ' ' </proc/$PPID/cmdline "
                     f">>{tmp_path}/seen\nls -l /proc/$$/fd >{tmp_path}/fds\n"
                     f"echo '{{\"Version\":1,\"AccessKeyId\":\"{KEY}\",\"SecretAccessKey\":\"{SECRET}\"}}'\n")
    agent.chmod(0o755)
    (tmp_path / ".aws/config").write_text(f"[profile lab]\ncredential_process = {agent} --quiet\n")
    with FakeAws() as aws:
        run = doctor("--endpoint-url", aws.url, "--profile", "lab", "-vv", env=KEYS)
    assert run.status == 0, run
    seen = (tmp_path / "seen").read_text()
    assert "--quiet" in seen and "m2-doctor" in seen
    assert_clean({"arguments": seen, "stderr": run.err, "stdout": run.out})
    opened = [line.split(" -> ")[1] for line in (tmp_path / "fds").read_text().splitlines() if " -> " in line]
    assert not any("socket" in o or "config" in o or "credentials" in o for o in opened), opened
