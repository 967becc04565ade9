"""Bad input to m2-register: one clear sentence, the documented exit status, nothing written; and no secret anywhere."""
import base64
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

import brain as fake
from fakeaws import FakeAws, error
from stackaws import ACCOUNT, EMAIL, MACHINE, PASSWORD, ROLE, UNIT, environment, held, rules, stack_aws


@pytest.fixture(scope="module")
def aws():
    with stack_aws() as server:
        yield server


@pytest.fixture
def reg(register, brain, aws):
    register.env.update(environment(aws, brain))
    return register


def sentences(run):
    return [line for line in run.err.splitlines() if line.startswith("m2-register: ") and "hint: " not in line]


def refused(run, status, says, brain):
    assert run.status == status and says in run.err and run.out == "", run
    assert len(sentences(run)) == 1, run
    assert not brain.brain.units and not any(r["path"].endswith("/register") for r in brain.brain.log)


LOGINS = [
    ("wrong password", {"CLOUDMR_PASSWORD": "no"}, [], 3, "the e-mail or the password is refused: Incorrect username"),
    ("e-mail without @", {"CLOUDMR_EMAIL": "lab.example.org"}, [], 2, '"lab.example.org" (CLOUDMR_EMAIL) is not an e-mail address'),
    ("e-mail of @ alone", {}, ["--email", "@x"], 2, '"@x" (--email) is not an e-mail address'),
    ("no credentials", {"CLOUDMR_EMAIL": "", "CLOUDMR_PASSWORD": ""}, [], 3, "there is nothing to log in to CloudMR Brain with"),
    ("no password", {"CLOUDMR_PASSWORD": ""}, [], 3, f"there is no password for {EMAIL}"),
    ("closed standard input", {}, ["--password-stdin"], 2, "no password came on standard input"),
    ("no token on standard input", {}, ["--token-stdin"], 2, "no token came on standard input"),
    ("token and e-mail", {}, ["--token-stdin", "--email", EMAIL], 2, "--token-stdin takes the place of --email"),
    ("a token that is none", {"CLOUDMR_ADMIN_TOKEN": "a b"}, [], 2, "environment CLOUDMR_ADMIN_TOKEN: the token of CloudMR Brain holds a space"),
    ("a foreign token", {"ID_TOKEN": "opaque"}, [], 3, "the token is refused: Unauthorized"),
    ("an expired token", {"ID_TOKEN": fake.jwt(exp=1000000000)}, [], 3, "the token has expired at 2001-09-09T01:46:40Z"),
    ("no address", {"CLOUDMR_API_URL": ""}, [], 2, "set CLOUDMR_API_URL or give --api-url"),
    ("an address that is none", {"CLOUDMR_API_URL": "ftp://x"}, [], 2, "environment CLOUDMR_API_URL: \"ftp://x\" is not an address"),
    ("an address in clear", {"CLOUDMR_API_URL": "http://brain.example/Prod"}, [], 2, "would send your password in clear"),
    ("nobody there", {"CLOUDMR_API_URL": "http://127.0.0.1:1/Prod"}, [], 3, "http://127.0.0.1:1/Prod cannot be reached"),
]


@pytest.mark.parametrize("name,env,args,status,says", LOGINS, ids=[row[0] for row in LOGINS])
@pytest.mark.parametrize("action", [[], ["--list"]], ids=["register", "list"])
def test_login(reg, brain, name, env, args, status, says, action):
    refused(reg(*action, *args, env=env), status, says, brain)


def test_a_wrong_stage_is_a_wrong_address(reg, brain):
    run = reg(env={"CLOUDMR_API_URL": brain.url.replace("/Prod", "/Test")})
    refused(run, 3, 'there is no such path (HTTP 403, "Missing Authentication Token")', brain)


@pytest.mark.parametrize("url", ["", "/", "/api", "/api/", "/api/auth/login"])
def test_every_form_of_the_address(reg, brain, url):
    assert reg("--list", "--api-url", brain.url + url).status == 0
    assert reg("--list", env={"CLOUDMR_API_URL": "", "CLOUDM_MR_BRAIN": brain.url + url}).status == 0


def test_tls_failure(reg, brain, tmp_path):
    import ssl
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2", "-keyout",
                    tmp_path / "key.pem", "-out", tmp_path / "cert.pem"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with FakeAws({"status": 200, "body": "{}"}, context=context) as tls:
        refused(reg("--list", "--api-url", tls.url), 3, "CloudMR Brain, logging in: ", brain)
        assert "certificate" in reg("--list", "--api-url", tls.url).err


ANSWERS = [
    ("unknown shape", {"rows": []}, "a shape that is not known: an object with the members rows came"),
    ("units that are none", [1], "holds a number where a unit should be"),
    ("success:false", {"success": False, "message": "not today"}, "it says no (HTTP 200): not today"),
    ("error with 200", {"error": "broken"}, "it says no (HTTP 200): broken"),
]


@pytest.mark.parametrize("name,body,says", ANSWERS, ids=[row[0] for row in ANSWERS])
def test_lists(reg, brain, monkeypatch, name, body, says):
    monkeypatch.setitem(fake.Brain.ROUTES, ("GET", "/computing-unit/list"), lambda *_: (200, body))
    refused(reg(), 3, says, brain)


@pytest.mark.parametrize("do,says", [("empty", "nothing came with HTTP 200"), ("html", 'a web page ("CloudMR") came with HTTP 200'),
                                     ("502", "the server failed with HTTP 502"), ("garbage", "no JSON came with HTTP 200")])
@pytest.mark.parametrize("path", ["login", "list"])
def test_answers_that_are_none(reg, brain, do, says, path):
    brain.brain.faults = [{"path": path, "do": do, "times": 99}]
    refused(reg(), 3, says, brain)


USAGE = [
    (["--list", "--dry-run"], "give one of them"), (["--confirm", "x"], "--confirm belongs to --unregister"),
    (["--unregister="], "the value is empty; it needs ID"), (["--mode", "mode_3"], "mode_3"),
    (["--state-machine-arn", "JobChooser"], '"JobChooser" (--state-machine-arn) is not an ARN'),
    (["--cross-account-role-arn", "arn:aws"], "is not an ARN"), (["--account-id", "123"], "it has 12 digits"),
    (["--results-bucket", "Bad_Bucket"], "is not the name of a bucket"), (["--region", "nowhere!"], "nowhere!"),
    (["--format", "xml"], "xml"), (["extra"], "extra"),
]


@pytest.mark.parametrize("args,says", USAGE, ids=[" ".join(a) for a, _ in USAGE])
def test_usage(reg, brain, args, says):
    refused(reg(*args), 2, says, brain)
    assert not brain.brain.log


def test_an_unknown_unit(reg, brain):
    run = reg("--unregister", "cu-9", "--confirm", "cu-9")
    refused(run, 2, "there is no unit cu-9 among the 0 units of MR Optimum", brain)


def test_a_password_as_argument_is_refused_and_not_repeated(reg, brain):
    for args in (["--password", "HUSHarg"], ["--password=HUSHarg"], ["--token=HUSHarg"]):
        run = reg(*args)
        assert run.status == 2 and "HUSHarg" not in run.err + run.out, run


def test_rights_that_are_missing_are_said_and_strict_writes_nothing(register, brain):
    denied = [error("AccessDenied", "no", action="GetRole"), {"method": "HEAD", "status": 403}]
    with FakeAws(*denied, *rules()) as aws:
        register.env.update(environment(aws, brain))
        strict = register("--strict", "--external-id", "lab-42")
        assert strict.status == 4 and "iam:GetRole" in strict.out and "s3:ListBucket" in strict.out and not brain.brain.units, strict
        run = register("--external-id", "lab-42", "--format", "json")
        assert run.status == 0 and held(brain) == [UNIT], run
        assert {v["check"] for v in json.loads(run.out)["values"] if "check" in v} == {"ok", "unknown"}


def test_a_stack_that_may_not_be_read(register, brain):
    with FakeAws(error("AccessDenied", "no", action="DescribeStacks"), *rules()) as aws:
        register.env.update(environment(aws, brain))
        run = register()
        refused(run, 3, "the stack mroptimum-mode2 may not be read", brain)
        assert "--state-machine-arn" in run.err


def test_all_values_by_flags_without_a_stack(register, brain):
    missing = error("ValidationError", "Stack with id mroptimum-mode2 does not exist", 400, action="DescribeStacks")
    with FakeAws(missing, *rules()) as aws:
        register.env.update(environment(aws, brain))
        run = register("--state-machine-arn", MACHINE, "--results-bucket", UNIT["resultsBucket"], "--failed-bucket",
                       UNIT["failedBucket"], "--data-bucket", UNIT["dataBucket"], "--cross-account-role-arn", ROLE)
        assert run.status == 0 and held(brain) == [UNIT], run


def test_standard_input_and_the_prompt(reg, brain):
    run = reg("--list", "--email", EMAIL, "--password-stdin", stdin=PASSWORD + "\r\nrest\n", env={"CLOUDMR_PASSWORD": "no"})
    assert run.status == 0, run
    run = reg("--list", "--token-stdin", stdin=brain.brain.token, env={"CLOUDMR_PASSWORD": "no"})
    assert run.status == 0, run
    run = reg("--list", env={"CLOUDMR_ADMIN_TOKEN": brain.brain.token, "CLOUDMR_PASSWORD": "no"})
    assert run.status == 0, run


def test_the_prompt_does_not_echo(reg, brain, tmp_path):
    import pty
    env = {k: v for k, v in reg.env.items() if k not in ("CLOUDMR_EMAIL", "CLOUDMR_PASSWORD")}
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(reg.path, ["m2-register", "--list"], env)
    seen = b""

    def until(text):
        nonlocal seen
        end = time.monotonic() + 20
        while text not in seen and time.monotonic() < end:
            seen += os.read(fd, 4096)
        assert text in seen, seen
    until(b"E-mail of your CloudMR account: ")
    os.write(fd, EMAIL.encode() + b"\n")
    until(b"CloudMR password of")
    time.sleep(0.2)
    os.write(fd, b"HUSHtyped\n")
    try:
        while chunk := os.read(fd, 4096):
            seen += chunk
    except OSError:
        pass
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
    assert b"HUSHtyped" not in seen and b"is refused" in seen, seen


# ---- secrets ----

def forms(secret):
    return {secret, base64.b64encode(secret.encode()).decode().rstrip("="), json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1]}


def assert_clean(texts, secrets):
    for name, text in texts.items():
        for secret in secrets:
            found = [f for f in forms(secret) if f in text]
            assert not found, f"{found} in {name}: {text[max(0, text.find(found[0]) - 200):][:400]}"


@pytest.mark.parametrize("args", [["-vv"], ["-vv", "--format", "json"], ["-vv", "--list"], ["--dry-run", "-vv"], ["--explain-config"]],
                         ids=" ".join)
@pytest.mark.parametrize("do", [None, "drop", "500", "echo"])
def test_no_secret_in_output_log_or_journal(reg, brain, tmp_path, monkeypatch, args, do):
    if do == "echo":
        echo = {"message": f"no: {PASSWORD} {brain.brain.token}", "error": {"message": PASSWORD}}
        monkeypatch.setitem(fake.Brain.ROUTES, ("POST", "/computing-unit/register"), lambda *_: (400, echo))
        monkeypatch.setitem(fake.Brain.ROUTES, ("POST", "/computing-unit/delete"), lambda *_: (400, echo))
    elif do:
        brain.brain.faults = [{"path": "", "do": do, "times": 3}]
    run = reg(*args)
    texts = {"stdout": run.out, "stderr": run.err, **{str(p): p.read_text() for p in tmp_path.rglob("*") if p.is_file()}}
    # The password of a login is gone from memory when another call is refused: what a server says then is its own.
    secrets = [brain.brain.token] if do == "echo" else [PASSWORD, brain.brain.token]
    assert_clean(texts, secrets)
    for path in tmp_path.glob("state/mode2-toolkit/*"):
        assert path.stat().st_mode & 0o077 == 0


def test_a_login_refused_with_the_password_in_its_message(reg, brain, monkeypatch):
    monkeypatch.setitem(fake.Brain.ROUTES, ("POST", "/auth/login"), lambda self, body, q: (400, {"message": f"bad {body['password']}"}))
    run = reg("-vv")
    assert run.status == 3 and "is refused: bad ***" in run.err, run
    assert_clean({"stderr": run.err}, [PASSWORD])


def test_no_core_file_and_nobody_sees_the_password_in_the_arguments(reg, brain, tmp_path):
    brain.brain.faults = [{"path": "list", "do": "slow", "ms": 3000}]
    process = subprocess.Popen([reg.path, "--password-stdin", "--email", EMAIL], env={k: v for k, v in reg.env.items()
                               if k != "CLOUDMR_PASSWORD"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path)
    process.stdin.write(PASSWORD.encode() + b"\n")
    process.stdin.flush()
    end = time.monotonic() + 10
    while not any(r["path"].endswith("list") for r in brain.brain.log) and time.monotonic() < end:
        time.sleep(0.02)
    assert PASSWORD not in open(f"/proc/{process.pid}/cmdline").read()
    core = next(line for line in open(f"/proc/{process.pid}/limits") if line.startswith("Max core"))
    assert core.split()[4:6] == ["0", "0"]
    process.send_signal(signal.SIGABRT)
    process.communicate(timeout=10)
    assert process.returncode == -signal.SIGABRT
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and "core" in p.name]


def test_interrupted_while_it_waits(reg, brain, tmp_path):
    brain.brain.faults = [{"path": "login", "do": "slow", "ms": 5000}]
    process = subprocess.Popen([reg.path], env=reg.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 10
    while not brain.brain.log and time.monotonic() < end:
        time.sleep(0.02)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 130 and time.monotonic() - begun < 1 and out == "" and not brain.brain.units, err


# ---- formats ----

def test_formats_agree_on_the_status_and_output_takes_a_file(reg, brain, tmp_path):
    for fmt in ("text", "json", "github"):
        run = reg("--format", fmt, "--results-bucket", "other-account-bucket-x", env={"AWS_REGION": "us-west-2"})
        assert run.status == 1, run
    assert "::error title=m2-register::Not registered" in run.out
    path = tmp_path / "report.json"
    run = reg("--format", "json", "--output", path)
    assert run.status == 0 and run.out == "" and json.loads(path.read_text())["schema"] == "m2-register/1"
    assert reg("--output", "/proc/nowhere").status == 3


def test_foreign_text_cannot_move_the_terminal(reg, brain):
    brain.brain.units = [{**UNIT, "computingUnitId": "\x1b[2Jid", "alias": "a\nb‮", "awsAccountId": ACCOUNT}]
    for args in (["--list"], [], ["--format", "github"]):
        run = reg(*args)
        assert "\x1b" not in run.out + run.err and "‮" not in run.out, run


def unlimited_cores():
    import resource
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


NOBODY = 65534


def as_nobody():
    """Root may look into every process: only of another user's can be told whether its owner may."""
    unlimited_cores()
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


@pytest.fixture
def open_folder():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="m2-core-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("path", ["login", "list"])
@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGABRT], ids=lambda s: s.name)
@pytest.mark.parametrize("tool", ["m2-register", "m2-verify", "m2-cleanup"])
def test_a_forced_core_holds_no_secret(reg, brain, open_folder, tool, how, path):
    """Killed so that the kernel would write a core, with password or token in memory: there is none, and nothing else has them."""
    binary = open_folder / tool
    shutil.copy(reg.path.parent / tool, binary)
    brain.brain.faults = [{"path": path, "do": "slow", "ms": 3000, "times": 9}]
    env = {**reg.env, "HOME": str(open_folder), "XDG_STATE_HOME": str(open_folder / "state")}
    process = subprocess.Popen([binary, "-vv"], cwd=open_folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env=env, preexec_fn=as_nobody)
    end = time.monotonic() + 10
    while not any(r["path"].endswith(path) for r in brain.brain.log) and time.monotonic() < end:
        time.sleep(0.02)
    argv = open(f"/proc/{process.pid}/cmdline").read()
    limits = open(f"/proc/{process.pid}/limits").read()
    assert next(line for line in limits.splitlines() if line.startswith("Max core")).split()[4:6] == ["0", "0"], limits
    assert os.stat(f"/proc/{process.pid}/mem").st_uid == 0  # root's, not its user's: not even a debugger of the same user is let in
    assert os.geteuid() != 0 or f"Uid:\t{NOBODY}" in open(f"/proc/{process.pid}/status").read()
    process.send_signal(how)
    out, err = process.communicate(timeout=10)
    files = [p for p in open_folder.rglob("*") if p.is_file() and p != binary]
    assert process.returncode == -how and not [p for p in files if "core" in p.name]
    assert_clean({"argv": argv, "stdout": out, "stderr": err, **{str(p): p.read_text() for p in files}}, [PASSWORD, brain.brain.token])
