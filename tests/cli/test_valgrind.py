"""The main paths under valgrind: no invalid access, nothing undefined read, no byte definitely lost."""
import http.server
import json
import re
import shutil
import threading
import urllib.parse

import pytest

VALGRIND = ["valgrind", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite", "-q"]
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1"}


@pytest.fixture
def checked(doctor):
    """m2-doctor under valgrind; a fault of memory is exit 99, which no tool documents."""
    if not shutil.which("valgrind"):
        pytest.skip("valgrind is not installed")
    if b"__asan_init" in doctor.path.read_bytes():
        pytest.skip("built with AddressSanitizer, which does not run under valgrind")

    def run(*args, **more):
        result = doctor(*args, wrapper=VALGRIND, timeout=120, **more)
        assert not re.search(r"^==\d+==", result.err, re.M), result
        return result
    return run


class Replay:
    """Answers a recording's exchanges on the loopback, the request's operation decides."""

    def __init__(self, recording):
        self.answers = {}
        for x in recording["exchanges"]:
            path = urllib.parse.urlsplit(x["url"])
            where = path.path + ("?" + path.query if path.query else "")
            body = x.get("request_body", "")
            self.answers.setdefault((where, body), x)
            self.answers.setdefault((where, self.operation(x.get("target"), body)), x)

    @staticmethod
    def operation(target, body):
        return target or dict(urllib.parse.parse_qsl(body)).get("Action", "")

    def find(self, where, target, body):
        return self.answers.get((where, body)) or self.answers.get((where, self.operation(target, body)))


@pytest.fixture(params=["healthy", "machine-gone"])
def account(request, root):
    replay = Replay(json.loads((root / f"tests/torture/recordings/{request.param}.json").read_text()))

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            x = replay.find(self.path, self.headers.get("X-Amz-Target"), body)
            text = (x.get("body", "") if x else "").encode()
            self.send_response(x["status"] if x else 404)
            for k, v in (x["headers"] if x else {}).items():
                if k not in ("content-length", "connection", "date", "server", "transfer-encoding"):
                    self.send_header(k, v)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else text)
        do_GET = do_POST = do_HEAD = answer

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.name, server.url = request.param, f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("args,status", [
    (["--help"], 0), (["--version"], 0), (["--list-checks"], 0), (["--list-checks", "--format", "json"], 0),
    (["--explain", "net.egress"], 0), (["--explain", "no-such-check"], 2), (["--explain-config"], 0),
    (["--no-such-option"], 2), (["--snapshot", "missing.json"], 2), (["--region", "us-east-1"], 3)],
    ids=lambda a: " ".join(a) if isinstance(a, list) else str(a))
def test_paths_without_an_account(checked, args, status):
    assert checked(*args).status == status


def test_half_a_snapshot(checked, tmp_path):
    (tmp_path / "half.json").write_text('{"schema": "m2-snapshot/1", "calls": [{"service": "ec2"')
    assert checked("--snapshot", tmp_path / "half.json").status == 2


def test_live_run_saved_and_replayed(checked, account, tmp_path):
    saved = tmp_path / "saved.json"
    live = checked("--endpoint-url", account.url, "--save-snapshot", saved, "-vv", env=KEYS)
    assert live.status == (1 if account.name != "healthy" else 0), live
    for fmt in ("text", "json"):
        assert checked("--snapshot", saved, "--format", fmt).status == live.status


def test_endpoint_that_refuses(checked):
    assert checked("--endpoint-url", "http://127.0.0.1:1", env=KEYS).status == 3
