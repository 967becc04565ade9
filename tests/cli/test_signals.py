"""Interrupts: gone within a second, no partial file, one sentence of what was and was not done, exit 130."""
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1"}
STOPS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


class Silent:
    """A server that accepts and never answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.met, self.kept = threading.Event(), []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        try:
            while True:
                self.kept.append(self.listener.accept()[0])
                self.met.set()
        except OSError:
            pass

    def close(self):
        for connection in [self.listener, *self.kept]:
            connection.close()


@pytest.fixture
def silent():
    server = Silent()
    yield server
    server.close()


def start(doctor, *args, env=None, **more):
    more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.Popen([doctor.path, *map(str, args)], env={**doctor.env, **(env or {})}, cwd=doctor.home,
                            text=True, **more)


def asleep(process):
    """Wait until PROCESS waits for somebody else."""
    before, deadline = None, time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        fields = open(f"/proc/{process.pid}/stat").read().rsplit(")", 1)[1].split()
        ticks = (fields[11], fields[12])
        if fields[0] == "S" and ticks == before:
            return
        before = ticks
        time.sleep(0.2)
    pytest.fail("it never waited")


def stop(process, *signals):
    sent = time.monotonic()
    for s in signals:
        process.send_signal(s)
    process.wait(10)
    assert time.monotonic() - sent < 1.5, "more than a second"
    err = process.stderr.read()
    assert process.returncode == 130, (process.returncode, err)
    return err


def says_what_was_done(err, *words):
    own = [line for line in err.splitlines() if line.startswith("m2-doctor: ")]
    assert len(own) == 1 and "interrupted" in own[0] and "nothing was written" in own[0], err
    assert all(re.search(w, own[0]) for w in words), err


@pytest.mark.parametrize("number", STOPS, ids=lambda s: s.name)
def test_live_run(doctor, silent, tmp_path, number):
    process = start(doctor, "--endpoint-url", silent.url, "--save-snapshot", tmp_path / "s.json", "--output",
                    tmp_path / "r.txt", env=KEYS)
    assert silent.met.wait(10)
    says_what_was_done(stop(process, number), r"0 of \d+ calls were answered")
    assert list(tmp_path.iterdir()) == []


def test_impatient_user(doctor, silent, tmp_path):
    process = start(doctor, "--endpoint-url", silent.url, "--save-snapshot", tmp_path / "s.json", env=KEYS)
    assert silent.met.wait(10)
    stop(process, signal.SIGINT, signal.SIGINT)
    assert list(tmp_path.iterdir()) == []


def test_credential_process_that_hangs(doctor, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[default]\nregion = us-east-1\ncredential_process = /bin/sleep 60\n")
    process = start(doctor)
    asleep(process)
    says_what_was_done(stop(process, signal.SIGINT), r"0 of \d+ calls were answered")


@pytest.mark.parametrize("source", ["pipe", "stdin"])
def test_waiting_for_a_snapshot(doctor, tmp_path, source):
    os.mkfifo(tmp_path / "pipe")
    path, more = (tmp_path / "pipe", {}) if source == "pipe" else ("-", {"stdin": subprocess.PIPE})
    process = start(doctor, "--snapshot", path, **more)
    asleep(process)
    says_what_was_done(stop(process, signal.SIGINT))


def snapshot_with_long_report(tmp_path):
    calls = [{"service": "ec2", "operation": "DescribeSubnets", "region": "us-east-1", "status": "error", "input": {},
              "error": {"code": "UnauthorizedOperation", "message": "no", "http_status": 403}}]
    path = tmp_path / "account.json"
    path.write_text(json.dumps({"schema": "m2-snapshot/1", "tool": "test", "collected_at": "2026-11-23T09:00:00Z",
                                "account": "123456789012", "region": "us-east-1", "redacted": False,
                                "target": {"stack": "mroptimum-mode2",
                                           "subnets": [f"subnet-{i:017x}" for i in range(1000)]}, "calls": calls}))
    return path


def test_reader_that_does_not_read(doctor, tmp_path):
    saved = tmp_path / "saved.json"
    process = start(doctor, "--snapshot", snapshot_with_long_report(tmp_path), "--format", "json", "--save-snapshot",
                    saved)
    asleep(process)
    err = stop(process, signal.SIGINT)
    assert "only a part of the report was written; the snapshot is whole in" in err, err
    assert json.loads(saved.read_text())["redacted"] is True


def test_output_pipe_nobody_reads(doctor, tmp_path):
    os.mkfifo(tmp_path / "out")
    process = start(doctor, "--snapshot", snapshot_with_long_report(tmp_path), "--output", tmp_path / "out")
    asleep(process)
    err = stop(process, signal.SIGINT)
    assert "interrupted before it was written" in err, err


def test_ignored_hangup_stays_ignored(doctor, silent):
    process = start(doctor, "--endpoint-url", silent.url, env=KEYS,
                    preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    assert silent.met.wait(10)
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    stop(process, signal.SIGTERM)
