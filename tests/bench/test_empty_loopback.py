"""What the bench empties is right: a bucket on loopback through the real network loop, with faults, refusals and an interrupt."""
import contextlib
import json
import signal
import subprocess
import time
import urllib.request

import pytest

OWNER = "123456789012"


@pytest.fixture
def bucket(build):
    with contextlib.ExitStack() as stack:
        def start(*options):
            process = stack.enter_context(subprocess.Popen([build / "tests/fake_s3", "--owner", OWNER, *map(str, options)], stdin=subprocess.PIPE,
                                                           stdout=subprocess.PIPE, text=True))
            stack.callback(process.stdin.close)
            return f"http://127.0.0.1:{int(process.stdout.readline().split()[1])}"
        yield start


@pytest.fixture
def empty(build, tmp_path):
    def start(url, owner=OWNER):
        env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "testing",
               "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1", "NO_PROXY": "127.0.0.1"}
        return subprocess.Popen([build / "tests/bench_empty", "results", owner], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return start


def ended(process):
    out, err = process.communicate(timeout=100)
    assert "Sanitizer" not in err and "runtime error" not in err, err
    return process.returncode, json.loads(out), err


def seen(url):
    with urllib.request.urlopen(url + "/__stats") as answer:
        return json.load(answer)


@pytest.mark.parametrize("faults", [(), ("--lost", 60, "--errors", 60), ("--slow", 60), ("--rate", 20000, "--burst", 5000)])
def test_all_is_deleted_whatever_happens_on_the_way(bucket, empty, faults):
    url = bucket("--keys", 30000, *faults)
    status, said, err = ended(empty(url))
    assert status == 0 and said["empty"] and said["deleted"] == 30000 and said["bytes"] == 30_000_000, (said, err)
    server = seen(url)
    assert server["left"] == 0 and server["deleted"] == 30000 and server["unowned"] == 0, server


def test_a_bucket_of_another_account_is_not_touched(bucket, empty):
    url = bucket("--keys", 5000)
    status, said, err = ended(empty(url, "999999999999"))
    assert status == 3 and "AccessDenied" in err and said["deleted"] == 0, (said, err)
    assert seen(url)["left"] == 5000


def test_interrupted_it_says_exactly_how_far_it_came(bucket, empty):
    url = bucket("--keys", 100000, "--rate", 3500)
    process = empty(url)
    for _ in range(100):
        time.sleep(0.1)
        if seen(url)["deleted"] >= 3000:
            break
    process.send_signal(signal.SIGINT)
    status, said, err = ended(process)
    server = seen(url)
    assert status == 3 and "interrupted" in err, (said, err)
    assert 3000 <= said["deleted"] == server["deleted"] < 100000, (said, server)
