"""How a live run ends when the world around it is odd: streams, files, time, signals, environment, arguments."""
import json
import os
import signal
import subprocess
import time

import pytest

from fakeaws import KEYS, FakeAws, complaints, error

NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


@pytest.fixture
def aws():
    with FakeAws() as a:
        yield a


def ask(doctor, aws, *args, **more):
    env = {**KEYS, **more.pop("env", {})}
    return doctor("--endpoint-url", aws.url, *args, env=env, **more)


def shell(doctor, aws, redirection, *args):
    command = " ".join(f"'{a}'" for a in (doctor.path, "--endpoint-url", aws.url, *args))
    return subprocess.run(["bash", "-c", f"{command} {redirection}"], env={**doctor.env, **KEYS}, capture_output=True,
                          text=True, timeout=30)


@pytest.mark.parametrize("redirection,word", [(">/dev/full", "No space left"), (">&-", "standard output")])
def test_stdout_that_takes_nothing(doctor, aws, redirection, word):
    done = shell(doctor, aws, redirection)
    assert done.returncode == 3 and word in done.stderr, done


def test_stdin_and_stderr_closed(doctor, aws):
    done = shell(doctor, aws, "<&- 2>&-", "--format", "json")
    assert done.returncode == 0 and json.loads(done.stdout)["schema"] == "m2-report/1", done


def refused_early(run, aws, path, status=3):
    assert run.status == status and run.out == "" and len(complaints(run)) == 1 and str(path) in run.err, run
    assert aws.log == [], f"{len(aws.log)} requests were made before the file was found not to be writable"


@pytest.mark.parametrize("option", ["--output", "--save-snapshot"])
@pytest.mark.parametrize("place", ["no-folder", "a-folder", "a-file-as-folder"])
def test_a_file_that_cannot_be_written_is_found_before_the_account_is_read(doctor, aws, tmp_path, option, place):
    (tmp_path / "file").write_text("")
    path = {"no-folder": tmp_path / "no/such/f", "a-folder": tmp_path, "a-file-as-folder": tmp_path / "file/f"}[place]
    refused_early(ask(doctor, aws, option, path), aws, path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file"] and (tmp_path / "file").read_text() == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
@pytest.mark.parametrize("option", ["--output", "--save-snapshot"])
def test_a_read_only_folder_is_found_before_the_account_is_read(doctor, aws, option, tmp_path_factory):
    folder = open_folder(tmp_path_factory)
    doctor.home = folder
    (folder / "kept").mkdir(mode=0o555)
    refused_early(ask(doctor, aws, option, folder / "kept/f", wrapper=NOBODY, env={"HOME": str(folder)}), aws, folder / "kept/f")


def open_folder(factory):
    """A folder that nobody can reach: the path down to it is opened."""
    import pathlib
    import tempfile
    folder = pathlib.Path(tempfile.mkdtemp(dir=str(factory.getbasetemp())))
    for place in (folder, *folder.parents):
        if place.stat().st_uid == os.geteuid() and str(place) not in ("/", "/tmp"):
            place.chmod(place.stat().st_mode | 0o755)
    return folder


def test_a_snapshot_is_kept_though_the_report_has_nowhere_to_go(doctor, aws, tmp_path):
    done = shell(doctor, aws, ">/dev/full", "--save-snapshot", tmp_path / "s.json")
    assert done.returncode == 3 and json.loads((tmp_path / "s.json").read_text())["schema"] == "m2-snapshot/1"


def test_an_existing_report_survives_a_run_that_fails(doctor, tmp_path):
    (tmp_path / "r.json").write_text("old")
    run = doctor("--endpoint-url", "http://127.0.0.1:1", "--output", tmp_path / "r.json", env=KEYS)
    assert run.status == 3 and (tmp_path / "r.json").read_text() == "old", run
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_a_time_limit_of_a_second_still_gives_a_report(doctor, tmp_path, fmt):
    with FakeAws({"delay_ms": 30000}) as aws:
        began = time.monotonic()
        run = ask(doctor, aws, "--timeout", "1", "--format", fmt, "--save-snapshot", tmp_path / "s.json")
        assert time.monotonic() - began < 3
    assert run.status == 3 and len(complaints(run)) == 1 and "--timeout" in run.err, run
    if fmt == "json":
        doc = json.loads(run.out)
        assert doc["summary"]["pass"] == doc["summary"]["fail"] == 0 and doc["verdict"] == "inconclusive", doc
    else:
        assert run.out.strip()
    assert all(c["status"] == "skipped" for c in json.loads((tmp_path / "s.json").read_text())["calls"])


def test_interrupted_twice_ends_at_once(doctor, tmp_path):
    with FakeAws({"delay_ms": 30000}) as aws:
        process = subprocess.Popen([doctor.path, "--endpoint-url", aws.url, "--output", tmp_path / "r"],
                                   env={**doctor.env, **KEYS}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 10
        while not aws.log and time.monotonic() < end:
            time.sleep(0.02)
        sent = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=10)
    assert process.returncode == 130 and time.monotonic() - sent < 1 and out == ""
    assert list(tmp_path.iterdir()) == []


ENVIRONMENTS = [
    ("no-home", {"HOME": ""}), ("home-missing", {"HOME": "/nonexistent"}), ("c-locale", {"LC_ALL": "C"}),
    ("comma-locale", {"LC_ALL": "de_DE.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}), ("no-such-locale", {"LC_ALL": "xx_YY"}),
    ("time-zone", {"TZ": "Asia/Kathmandu"}), ("bad-time-zone", {"TZ": ":/etc/passwd"}), ("no-path", {"PATH": ""}),
    ("dumb", {"TERM": "dumb"}), ("columns-0", {"COLUMNS": "0"}), ("columns-huge", {"COLUMNS": "99999999999999999999"}),
]


@pytest.mark.parametrize("name,env", ENVIRONMENTS, ids=[e[0] for e in ENVIRONMENTS])
def test_surroundings_change_no_finding(doctor, aws, name, env):
    plain = json.loads(ask(doctor, aws, "--format", "json").out)
    run = ask(doctor, aws, "--format", "json", env=env)
    odd = json.loads(run.out)
    assert run.status == 0 and odd["findings"] == plain["findings"], run
    assert odd["generated_at"].endswith("Z") and abs(
        time.mktime(time.strptime(odd["generated_at"], "%Y-%m-%dT%H:%M:%SZ")) - time.mktime(time.gmtime())) < 60
    assert ask(doctor, aws, env=env).status == 0


def test_unicode_names_in_a_c_locale(doctor, tmp_path):
    message = "Zugriff verweigert für Größe 数据 👩‍🔬"
    with FakeAws(error("AccessDenied", message, action="DescribeVpcs")) as aws:
        run = ask(doctor, aws, "-v", "--stack", "größe", "--format", "json", env={"LC_ALL": "C"})
        assert json.loads(run.out)["target"]["stack"] == "größe"
        run = ask(doctor, aws, "-v", env={"LC_ALL": "C"})
    assert run.status == 0 and run.out.strip()


REGIONS = [("flag", ["--region", "eu_west_1"], {}), ("slash", ["--region", "evil.com/"], {}),
           ("variable", [], {"AWS_REGION": "us east"}), ("digits", [], {"AWS_DEFAULT_REGION": "123", "AWS_REGION": ""})]


@pytest.mark.parametrize("name,args,env", REGIONS, ids=[r[0] for r in REGIONS])
def test_region_that_is_no_host_label(doctor, aws, name, args, env):
    run = ask(doctor, aws, *args, env=env)
    assert run.status == 2 and run.out == "" and len(complaints(run)) == 1 and aws.log == [], run


def test_region_comes_from_the_profile_last(doctor, aws, tmp_path):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[default]\nregion = eu-central-1\n")
    for env, region in (({"AWS_REGION": "", "AWS_DEFAULT_REGION": "sa-east-1"}, "sa-east-1"),
                        ({"AWS_REGION": ""}, "eu-central-1")):
        assert json.loads(ask(doctor, aws, "--format", "json", env=env).out)["target"]["region"] == region


FILES = [
    ("bom", b"\xef\xbb\xbf[default]\nregion = eu-west-1\n", "eu-west-1"),
    ("crlf", b"[default]\r\nregion = eu-west-1\r\n", "eu-west-1"),
    ("duplicate", b"[default]\nregion = eu-west-2\n[default]\nregion = eu-west-1\n", "eu-west-1"),
    ("long-line", b"[default]\nregion = eu-west-1\nx = " + b"y" * 100_000 + b"\n", "eu-west-1"),
    ("empty", b"", "us-east-1"),
    ("nul", b"[default]\nregion = eu-\0west-1\n", None),
    ("binary", bytes(range(256)) * 40, None),
    ("huge", b"# comment\n" * 4_000_000, None),
]


@pytest.mark.parametrize("name,content,region", FILES, ids=[f[0] for f in FILES])
def test_config_files_as_they_come(doctor, aws, tmp_path, name, content, region):
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_bytes(content)
    run = ask(doctor, aws, "--format", "json", env={"AWS_REGION": ""})
    if region:
        assert run.status in (0, 1) and json.loads(run.out)["target"]["region"] == region, run
    else:
        assert run.status == 2 and ".aws/config" in run.err and len(complaints(run)) == 1 and len(run.err) < 1500, run


def test_a_folder_instead_of_the_config_file(doctor, aws, tmp_path):
    (tmp_path / ".aws/config").mkdir(parents=True)
    run = ask(doctor, aws)
    assert run.status == 2 and ".aws/config" in run.err and len(complaints(run)) == 1, run


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_a_config_file_that_may_not_be_read(doctor, aws, tmp_path_factory):
    folder = open_folder(tmp_path_factory)
    (folder / ".aws").mkdir(mode=0o755)
    (folder / ".aws/config").write_text("[default]\nregion = eu-west-1\n")
    (folder / ".aws/config").chmod(0)
    doctor.home = folder
    run = ask(doctor, aws, wrapper=NOBODY, env={"HOME": str(folder)})
    assert run.status in (2, 3) and ".aws/config" in run.err and "Permission denied" in run.err, run
    assert len(complaints(run)) == 1, run


EMPTY = ["--stack", "--profile", "--region", "--endpoint-url", "--output", "--save-snapshot", "--snapshot", "--vpc", "--subnet",
         "--only", "--since", "--timeout", "--format", "--lambda-image", "--expect-account", "--explain"]


@pytest.mark.parametrize("option", EMPTY)
def test_an_empty_value_is_wrong_usage(doctor, aws, option):
    for args in ([option, ""], [option + "="]):
        run = doctor("--endpoint-url", aws.url, *args, env=KEYS) if option != "--endpoint-url" else doctor(*args, env=KEYS)
        assert run.status == 2 and run.out == "" and len(complaints(run)) == 1 and option in run.err, run
    assert aws.log == []


def test_ten_thousand_options(doctor, aws):
    began = time.monotonic()
    run = ask(doctor, aws, *["--skip", "network"] * 5000, "--format", "json")
    assert run.status == 0 and time.monotonic() - began < 5, run
    run = ask(doctor, aws, *[f"--subnet=subnet-{i:08x}" for i in range(10000)], "--only", "identity", "--format", "json")
    assert run.status == 0 and time.monotonic() - began < 10, run.err
    assert doctor(*["-q"] * 10000, "--version").status == 0


def test_ids_that_are_no_ids(doctor, aws):
    for option, value in (("--vpc", "vpc 1"), ("--subnet", "x" * 100_000), ("--security-group", "sg-1\n"),
                          ("--stack", "-rf"), ("--stack", "a b"), ("--vpc", "../../x"), ("--lambda-image", "::")):
        run = ask(doctor, aws, f"{option}={value}")
        assert run.status in (0, 1, 2) and "\x1b" not in run.err, (option, run)
        assert run.status != 2 or (len(complaints(run)) == 1 and len(run.err) < 600), (option, run.err[:600])
