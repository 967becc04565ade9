"""m2-doctor --watch: again until the account is ready, printing only what changes."""
import json
import signal
import subprocess
import time

import pytest

from fakeaws import ACCOUNT, IDENTITY, KEYS, FakeAws, error

ONLY = ["--only", "identity.account", "--only", "identity.credentials", "--expect-account", ACCOUNT, "--watch", "5"]


OTHER = {**IDENTITY, "body": IDENTITY["body"].replace(ACCOUNT, "999999999999")}
ONCE = {**OTHER, "times": 1}


def test_it_ends_when_the_account_is_ready_and_says_what_went(doctor):
    with FakeAws(ONCE, IDENTITY) as aws:
        run = doctor("--endpoint-url", aws.url, *ONLY, env=KEYS)
    assert run.status == 0, run
    first, changes = run.out.split("Z: 0 new, 1 gone, 0 changed.\n")
    assert "Not ready: 1 root cause" in first and "  - gone: identity.account" in changes and changes.rstrip().endswith(": ready."), run


def test_a_ready_account_is_told_once(doctor):
    with FakeAws(IDENTITY) as aws:
        run = doctor("--endpoint-url", aws.url, *ONLY, env=KEYS)
    assert run.status == 0 and run.out.startswith("Ready: nothing failed.") and "gone" not in run.out, run


def test_json_is_a_line_for_each_look_that_changed_something(doctor):
    with FakeAws(ONCE, IDENTITY) as aws:
        run = doctor("--endpoint-url", aws.url, *ONLY, "--format", "json", env=KEYS)
    first, second = map(json.loads, run.out.splitlines())
    assert run.status == 0 and first["verdict"] == "not-ready" and "compared" not in first, run
    assert second["verdict"] == "ready" and [c["change"] for c in second["compared"]["changes"]] == ["gone"], run


def start(doctor, aws, *args):
    return subprocess.Popen([doctor.path, "--endpoint-url", aws.url, *ONLY, *args], env={**doctor.env, **KEYS}, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_ctrl_c_ends_it_at_once(doctor):
    with FakeAws(OTHER) as aws:
        process = start(doctor, aws)
        assert process.stdout.readline().startswith("Not ready"), "the first report comes at once"
        time.sleep(0.3)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=10)
    assert process.returncode == 130 and "interrupted while watching" in err and time.monotonic() - began < 1, err


def test_the_time_limit_is_for_the_whole_watch(doctor):
    with FakeAws(OTHER) as aws:
        run = doctor("--endpoint-url", aws.url, *ONLY, "--timeout", "2", env=KEYS)
    assert run.status == 3 and "--timeout" in run.err and run.out.startswith("Not ready"), run


def test_credentials_that_are_refused_end_it(doctor):
    with FakeAws(error("InvalidClientTokenId", status=403)) as aws:
        run = doctor("--endpoint-url", aws.url, *ONLY, env=KEYS)
    assert run.status in (1, 3) and "credentials" in run.out, run


def test_a_reader_that_goes_away_ends_it(doctor):
    with FakeAws(ONCE, IDENTITY) as aws:
        process = start(doctor, aws)
        process.stdout.close()
        process.stderr.read()
        assert process.wait(timeout=20) == 3


@pytest.mark.parametrize("args,says", [
    (["--snapshot", "x.json"], "leave --snapshot out"), (["--template", "x.yaml"], "a file does not change"),
    (["--format", "html"], "text or json, not as html"), (["--output", "x"], "to standard output"), (["--bundle", "x.tar.gz"], "--bundle"),
    (["--watch", "1"], "5 seconds are the least"), (["--watch", "soon"], "soon")])
def test_usage(doctor, args, says):
    run = doctor("--watch", "10", *args, env={**KEYS, "AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert run.status == 2 and says in run.err and run.out == "", run
