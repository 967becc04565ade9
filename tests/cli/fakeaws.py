"""A loopback AWS for one test: rules as in tests/fake/server.py, identity known, everything else denied."""
import importlib.util
import json
import pathlib
import socket
import threading

_spec = importlib.util.spec_from_file_location(
    "fake_server", pathlib.Path(__file__).resolve().parent.parent / "fake" / "server.py")
server = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(server)

KEY, SECRET, TOKEN = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMISECRETbPxRfiCYEXAMPLEKEY99", "SeededSessionToken/0123456789=="
KEYS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN,
        "AWS_REGION": "us-east-1"}
ACCOUNT = "123456789012"


def identity(arn=f"arn:aws:iam::{ACCOUNT}:user/lab"):
    return {"action": "GetCallerIdentity", "body":
            '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
            f"<Arn>{arn}</Arn><UserId>AIDA</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
            "</GetCallerIdentityResponse>"}


def error(code, message="no", status=403, **rule):
    """An error that every protocol understands: XML in the body, the JSON code in a header."""
    return {**rule, "status": status, "headers": {"x-amzn-errortype": code, **rule.get("headers", {})},
            "body": f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
            if not rule.get("target") else json.dumps({"__type": code, "message": message})}


DENIED = error("AccessDenied")
IDENTITY = identity()
NO_STACK = error("ValidationError", "Stack with id mroptimum-mode2 does not exist", 400, action="DescribeStacks")


class FakeAws:
    """RULES first, then identity, no stack, and AccessDenied for the rest. CONTEXT: TLS. The answers may be changed while it runs."""

    def __init__(self, *rules, context=None, account=True):
        self.fake = server.Fake({"rules": [*rules, *([IDENTITY, NO_STACK, DENIED] if account else [])]}, None)
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(256)
        self.port = self.socket.getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"{'https' if context else 'http'}://{self.host}"
        self.context, self.connections = context, 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=server.serve, args=(self.fake, conn, self.connections, self.context),
                             daemon=True).start()

    @property
    def log(self):
        return list(self.fake.log)

    def asked(self, word):
        """Requests whose operation, path or body has WORD."""
        return [r for r in self.log if word in r["path"] + r["query"] + r["body"] + r["headers"].get("x-amz-target", "")]

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def complaints(run):
    """What the tool says of itself on stderr, without hints."""
    return [line for line in run.err.splitlines()
            if line.startswith("m2-doctor: ") and not line.startswith("m2-doctor: hint: ")]


def no_secret(text, *more):
    for secret in (SECRET, TOKEN, *more):
        assert secret not in text, f"{secret} in\n{text}"


class Live:
    """The binary pointed at a FakeAws; keeps the snapshot it makes."""

    def __init__(self, doctor):
        self.doctor = doctor

    def __call__(self, aws, *args, env=None, keys=True, wrapper=(), timeout=60, **more):
        self.path = self.doctor.home / "snapshot.json"
        self.path.unlink(missing_ok=True)
        run = self.doctor("--endpoint-url", aws.url, "--save-snapshot", self.path, "--no-redact", *args,
                          env={**(KEYS if keys else {}), **(env or {})}, wrapper=wrapper, timeout=timeout, **more)
        run.calls = json.loads(self.path.read_text())["calls"] if self.path.exists() else []
        no_secret(run.out + run.err + (self.path.read_text() if self.path.exists() else ""))
        return run


def call(run, operation, status=None):
    """The recorded calls of OPERATION."""
    found = [c for c in run.calls if c["operation"] == operation and status in (None, c["status"])]
    assert found, (operation, [(c["operation"], c["status"]) for c in run.calls], run)
    return found[0]
