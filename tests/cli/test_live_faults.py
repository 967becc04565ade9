"""Endpoints, credentials and configuration that do not work: one sentence, the documented exit status."""
import email.utils
import http.server
import json
import os
import re
import signal
import subprocess
import threading
import time

import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMIsecret",
        "AWS_SESSION_TOKEN": "sessiontokensessiontoken"}


class Answer:
    def __init__(self, status=200, body=b"", headers=None, delay=0, cut=False):
        self.status, self.body, self.headers, self.delay, self.cut = status, body, headers or {}, delay, cut


@pytest.fixture
def server():
    """A loopback server that gives one answer to everything and keeps what it was sent."""
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.server.seen.append((self.path, dict(self.headers)))
            answer = self.server.answer
            time.sleep(answer.delay)
            (self.send_response_only if "Date" in answer.headers else self.send_response)(answer.status)
            for k, v in answer.headers.items():
                self.send_header(k, v)
            self.send_header("Content-Length", str(len(answer.body) + (1000 if answer.cut else 0)))
            self.end_headers()
            self.wfile.write(answer.body)
            if answer.cut:
                self.close_connection = True
        do_GET = do_POST = do_HEAD = do_PUT = handle_any

        def log_message(self, *args):
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.seen, httpd.answer = [], Answer()
    httpd.daemon_threads = True
    httpd.url = f"http://127.0.0.1:{httpd.server_address[1]}"
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield httpd
    httpd.shutdown()
    httpd.server_close()


def complaints(run):
    """What the tool says of itself on stderr, without the phase line and the hint."""
    return [line for line in run.err.splitlines()
            if line.startswith("m2-doctor: ") and not line.startswith("m2-doctor: hint: ")]


def one_sentence(run, status, *words):
    assert run.status == status, run
    assert all(w.lower() in run.err.lower() for w in words), run
    assert len(complaints(run)) == 1 and len(run.err.splitlines()) <= 3, run
    for secret in KEYS.values():
        assert secret not in run.err + run.out


def test_no_credentials_says_what_was_tried(doctor):
    run = doctor("--region", "us-east-1")
    one_sentence(run, 3, "credentials")
    assert "AWS_ACCESS_KEY_ID" not in run.err and len(run.err) < 250, run  # the report has the list
    for source in ("environment", "assume-role", "web-identity", "sso", "credentials-file", "login", "process",
                   "config-file", "container", "imds"):
        assert len(re.findall(rf"^   - {source}: ", run.out, re.M)) == 1, run
    assert "AWS answered" not in run.out and "AWS could not be asked" in run.out
    assert re.search(r"^   \d+ other checks could not be made because of this", run.out, re.M), run
    assert "? unknown" not in run.out and "? unknown" in doctor("-v", "--region", "us-east-1").out


def test_half_credentials(doctor):
    run = doctor(env={"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE"})
    one_sentence(run, 3, "AWS_SECRET_ACCESS_KEY")


def test_profile_that_does_not_exist(doctor, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile mylab]\nregion=us-east-1\n")
    run = doctor("--profile", "mylba")
    assert run.status in (2, 3) and "mylba" in run.err and "mylab" in run.err, run


def test_config_file_with_a_syntax_error(doctor, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile lab]\nregion = us-east-1\nwhat is this\n")
    one_sentence(doctor(env=KEYS), 2, ".aws/config:3")


def test_endpoint_refused(doctor):
    one_sentence(doctor("--endpoint-url", "http://127.0.0.1:1", env=KEYS), 3, "127.0.0.1", "refused")


def test_endpoint_name_that_does_not_resolve(doctor):
    one_sentence(doctor("--endpoint-url", "https://no-such-host.invalid", env=KEYS), 3, "no-such-host.invalid")


@pytest.mark.parametrize("url", ["ftp://host", "host", "http://user:pw@127.0.0.1:1", "http://127.0.0.1:1/a b"])
def test_endpoint_that_is_no_url(doctor, url):
    run = doctor("--endpoint-url", url, env=KEYS)
    assert run.status in (2, 3) and run.out == "" and len(complaints(run)) == 1, run


ERRORS = [
    ("expired", Answer(403, b"<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The security token included in "
                            b"the request is expired</Message></Error></ErrorResponse>"), ["expired"]),
    ("invalid", Answer(403, b"<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token "
                            b"included in the request is invalid.</Message></Error></ErrorResponse>"),
     ["InvalidClientTokenId"]),
]


@pytest.mark.parametrize("name,answer,words", ERRORS, ids=[e[0] for e in ERRORS])
def test_credentials_refused(doctor, server, name, answer, words):
    server.answer = answer
    one_sentence(doctor("--endpoint-url", server.url, env=KEYS), 3, *words)


IDENTITY = (b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/me</Arn><UserId>A</UserId>"
            b"<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>")


@pytest.mark.parametrize("minutes,side", [(10, "behind"), (-10, "ahead of"), (4, None), (0, None)])
def test_clock_that_is_wrong_is_told_although_the_answers_came(doctor, server, tmp_path, minutes, side):
    """Regression: the client corrected the clock for itself and nobody told the user."""
    date = email.utils.formatdate(time.time() + 60 * minutes + (5 if minutes > 0 else -5), usegmt=True)
    server.answer = Answer(200, IDENTITY, {"Date": date})
    saved = tmp_path / "snapshot.json"
    run = doctor("--endpoint-url", server.url, "--region", "us-east-1", "--format", "json", "--only", "identity.credentials",
                 "--save-snapshot", saved, env=KEYS)
    for report in (run, doctor("--snapshot", saved, "--format", "json", "--only", "identity.credentials")):
        found = [f for f in json.loads(report.out)["findings"] if f["id"] == "identity.credentials"]
        assert [f["cause"] for f in found if f["status"] == "fail"] == (["clock.skew"] if side else []), report
        assert not side or f"10 minutes {side}" in found[0]["detail"] and "will be refused" in found[0]["detail"], report
    told = json.loads(saved.read_text()).get("clock_skew_ms", 0)
    assert abs(told / 60000 - minutes) < 0.5, told


STRANGE = [
    ("html-500", Answer(500, b"<html><body>Internal Server Error</body></html>", {"Content-Type": "text/html"})),
    ("html-502", Answer(502, b"<!doctype html><h1>Bad Gateway</h1>")),
    ("garbage", Answer(200, b"\x00\xff\x1b[31mgarbage")),
    ("empty", Answer(200, b"")),
    ("cut", Answer(200, b"<GetCallerIdentityResponse>", cut=True)),
    ("redirect", Answer(302, b"", {"Location": "http://127.0.0.1:1/stolen"})),
    ("html-200", Answer(200, b"<!doctype html><html>captive portal</html>")),
    ("a-header-without-end", Answer(200, b"<a/>", {"X-A": "a" * 300000})),
    ("html-404", Answer(404, b"<html>Not Found</html>")),
]


@pytest.mark.parametrize("name,answer", STRANGE, ids=[s[0] for s in STRANGE])
def test_endpoint_that_is_not_aws(doctor, server, name, answer):
    server.answer = answer
    run = doctor("--endpoint-url", server.url, "--format", "json", env={**KEYS, "AWS_MAX_ATTEMPTS": "1"}, timeout=120)
    assert run.status == 3 and run.out == "", run
    assert "\x1b" not in run.err and len(complaints(run)) == 1, run
    for secret in KEYS.values():
        assert secret not in run.err + run.out


def test_verbose_masks_secrets(doctor, server):
    server.answer = Answer(403, b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>")
    run = doctor("-vv", "--endpoint-url", server.url, env=KEYS)
    assert any("Authorization" in headers for _, headers in server.seen)
    assert "uthorization" in run.err
    for secret in KEYS.values():
        if secret != KEYS["AWS_ACCESS_KEY_ID"]:
            assert secret not in run.err + run.out, run
    assert "Signature=" not in run.err or "Signature=***" in run.err, run


def test_everything_denied_is_unknown_not_failure(doctor, server):
    server.answer = Answer(403, b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error>"
                                b"</ErrorResponse>")
    run = doctor("--endpoint-url", server.url, "--format", "json", env=KEYS)
    assert run.status == 0 and '"verdict": "inconclusive"' in run.out, run
    assert '"fail": 0' in run.out and '"pass": 0' in run.out, run


def test_timeout_reports_what_is_known(doctor, server):
    server.answer = Answer(200, b"", delay=20)
    started = time.monotonic()
    run = doctor("--endpoint-url", server.url, "--timeout", "1", env=KEYS)
    assert run.status == 3 and time.monotonic() - started < 5, run
    assert "--timeout" in run.err


def test_interrupt_ends_within_a_second(doctor, server, tmp_path):
    server.answer = Answer(200, b"", delay=20)
    process = subprocess.Popen([doctor.path, "--endpoint-url", server.url, "--save-snapshot", tmp_path / "s.json"],
                               env={**doctor.env, **KEYS}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 10
    while not server.seen and time.monotonic() < deadline:
        time.sleep(0.02)
    sent = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 130 and time.monotonic() - sent < 1.5, (process.returncode, err)
    assert out == "" and list(tmp_path.iterdir()) == [], (out, os.listdir(tmp_path))
