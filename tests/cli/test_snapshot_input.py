"""Unreadable input: file, place and expectation in one sentence, exit status 2, nothing written."""
import datetime
import json
import pathlib
import subprocess

import pytest

ACCOUNTS = pathlib.Path(__file__).parents[2] / "fixtures/accounts"
GOOD = {"schema": "m2-snapshot/1", "calls": []}
DEEP = '{"schema":"m2-snapshot/1","calls":' + "[" * 70 + "]" * 70 + "}"
BAD = [
    ("empty", "", None),
    ("not-json", "hello", ":1:1"),
    ("truncated", json.dumps(GOOD)[:-4], ":1:"),
    ("trailing", json.dumps(GOOD) + "x", ":1:"),
    ("duplicate-key", '{"schema":"m2-snapshot/1",\n"schema":"m2-snapshot/1","calls":[]}', ":2:"),
    ("too-deep", DEEP, "64"),
    ("an-array", "[]", None),
    ("no-schema", "{}", "schema"),
    ("other-schema", '{"schema":"m2-report/1","calls":[]}', "m2-report/1"),
    ("newer", '{"schema":"m2-snapshot/2","calls":[]}', "m2-snapshot/2"),
    ("no-calls", '{"schema":"m2-snapshot/1"}', "calls"),
    ("calls-no-array", '{"schema":"m2-snapshot/1","calls":{}}', "calls"),
    ("call-no-service", '{"schema":"m2-snapshot/1","calls":[{"operation":"X","output":{}}]}', "calls[0]"),
    ("target-no-object", '{"schema":"m2-snapshot/1","calls":[],"target":[]}', '"target"'),
    ("public-ip-in-words", '{"schema":"m2-snapshot/1","calls":[],"target":{"assign_public_ip":"ENABLED"}}', "true or false"),
    ("subnets-of-numbers", '{"schema":"m2-snapshot/1","calls":[],"target":{"subnets":[5]}}', '"subnets"'),
    ("negative-since", '{"schema":"m2-snapshot/1","calls":[],"target":{"since_ms":-5}}', '"since_ms"'),
    ("bad-utf8", b'{"schema":"m2-snapshot/1","calls":[],"x":"\xff"}', ":1:"),
    ("nul", b'{"schema":"m2-snapshot/1","calls":[],"x":"\\u0000"}', ":1:"),
]


@pytest.mark.parametrize("name,text,named", BAD, ids=[b[0] for b in BAD])
def test_bad_snapshot(doctor, tmp_path, name, text, named):
    path = tmp_path / f"{name}.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    run = doctor("--snapshot", path, "--output", tmp_path / "report")
    assert run.status == 2, run
    assert run.out == "" and f"{name}.json" in run.err and len(run.err.splitlines()) <= 2, run
    assert named is None or named in run.err, run
    assert not (tmp_path / "report").exists()
    assert [p.name for p in tmp_path.iterdir()] == [f"{name}.json"]


def test_missing_snapshot_file(doctor, tmp_path):
    run = doctor("--snapshot", tmp_path / "absent.json")
    assert run.status == 2 and "absent.json" in run.err and "No such file" in run.err


def test_directory_as_snapshot(doctor, tmp_path):
    run = doctor("--snapshot", tmp_path)
    assert run.status == 2 and str(tmp_path) in run.err, run


def test_snapshot_from_standard_input(doctor):
    run = doctor("--snapshot", "-", "--format", "json", stdin=json.dumps(GOOD))
    assert run.status == 0, run
    assert json.loads(run.out)["verdict"] == "inconclusive"


def test_empty_snapshot_passes_nothing(doctor):
    doc = json.loads(doctor("--snapshot", "-", "--format", "json", stdin=json.dumps(GOOD)).out)
    assert doc["summary"]["pass"] == 0 and doc["summary"]["fail"] == 0
    assert doctor("--snapshot", "-", "--strict", stdin=json.dumps(GOOD)).status == 4


def test_what_is_saved_from_a_snapshot_asks_what_this_run_asked(doctor, tmp_path):
    """--subnet on the command line was lost in the file that --save-snapshot wrote."""
    saved = tmp_path / "again.json"
    run = doctor("--snapshot", "-", "--subnet", "subnet-0123456789abcdef0", "--stack", "other", "--save-snapshot", saved, "--no-redact",
                 stdin=json.dumps(GOOD))
    assert run.status == 0, run.err
    target = json.loads(saved.read_text())["target"]
    assert (target["stack"], target["subnets"]) == ("other", ["subnet-0123456789abcdef0"])


@pytest.mark.parametrize("fmt", ["text", "json"])
def test_full_disk_is_not_success(doctor, fmt):
    with open("/dev/full", "w") as full:
        done = subprocess.run([doctor.path, "--snapshot", "-", "--format", fmt], input=json.dumps(GOOD), text=True,
                              stdout=full, stderr=subprocess.PIPE, env=doctor.env)
    assert done.returncode == 3 and "No space left" in done.stderr


def test_closed_pipe_is_not_success(doctor):
    script = f"'{doctor.path}' --list-checks | true; echo ${{PIPESTATUS[0]}}"
    statuses = set()
    for _ in range(5):
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=doctor.env)
        statuses.add(done.stdout.strip())
    assert statuses <= {"3", "0"}, statuses  # 0: written before the reader went away
    done = subprocess.run(["bash", "-c", f"'{doctor.path}' --list-checks >&-; echo $?"], capture_output=True, text=True,
                          env=doctor.env)
    assert done.stdout.strip() == "3", done


def test_output_file_is_whole_or_not_there(doctor, tmp_path):
    target = tmp_path / "report.json"
    run = doctor("--snapshot", "-", "--format", "json", "--output", target, stdin=json.dumps(GOOD))
    assert run.status == 0 and run.out == ""
    assert json.loads(target.read_text())["schema"] == "m2-report/1"
    run = doctor("--snapshot", "-", "--output", tmp_path / "no/such/dir/report", stdin=json.dumps(GOOD))
    assert run.status == 3 and "no/such/dir" in run.err
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.parametrize("env,config", [({"AWS_PROFILE": "elsewhere"}, None), ({"AWS_REGION": "b@d"}, None), ({}, "[profile x\n")],
                         ids=["profile", "region", "syntax"])
def test_a_snapshot_failed_over_the_readers_own_aws_settings(doctor, tmp_path, env, config):
    if config:
        (tmp_path / ".aws").mkdir()
        (tmp_path / ".aws/config").write_text(config)
    assert doctor("--only", "stack", env=env).status == 2
    run = doctor("--snapshot", ACCOUNTS / "healthy-public.json", env=env)
    assert run.status == 0 and run.err == "", run


def test_the_readers_account_number_condemned_the_snapshot_of_another(doctor):
    run = doctor("--snapshot", ACCOUNTS / "healthy-public.json", env={"AWS_ACCOUNT_ID": "999999999999"})
    assert run.status == 0, run
    run = doctor("--snapshot", ACCOUNTS / "healthy-public.json", "--expect-account", "999999999999", "--format", "json")
    assert run.status == 1 and json.loads(run.out)["root_causes"] == ["identity.account/account"], run


def test_a_stand_in_was_compared_with_a_real_account_number(doctor, tmp_path):
    doctor("--snapshot", ACCOUNTS / "healthy-public.json", "--save-snapshot", tmp_path / "redacted.json")
    run = doctor("--snapshot", tmp_path / "redacted.json", "--expect-account", "123456789012")
    assert run.status == 2 and run.out == "" and "stand-ins" in run.err, run


def test_a_replay_forgot_the_expected_account_and_how_far_back_was_read(doctor, tmp_path):
    path = tmp_path / "mine.json"
    def causes(account, *args, **target):
        doc = json.loads((ACCOUNTS / f"{account}.json").read_text())
        collected = datetime.datetime.fromisoformat(doc["collected_at"].replace("Z", "+00:00"))
        doc["collected_at"] = (collected + datetime.timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
        doc["target"] |= target
        path.write_text(json.dumps(doc))
        return {f["cause"] for f in json.loads(doctor("--snapshot", path, "--format", "json", *args).out)["findings"]}
    assert "account.mismatch" in causes("healthy-public", expected_account="999999999999")
    fortnight = 14 * 86400000
    assert "task.oom" in causes("task-out-of-memory", since_ms=fortnight)
    assert "task.oom" not in causes("task-out-of-memory", "--since", "2d", since_ms=fortnight)
    assert "task.oom" in causes("task-out-of-memory", "--since", "30d", since_ms=86400000)


def test_half_a_subnet_written_by_hand_was_taken_for_ipv6_only(doctor, tmp_path):
    def found(**subnet):
        call = {"service": "ec2", "operation": "DescribeSubnets", "output": {"Subnets": [{"SubnetId": "subnet-1", **subnet}]}}
        (tmp_path / "s.json").write_text(json.dumps({"schema": "m2-snapshot/1", "target": {"subnets": ["subnet-1"]}, "calls": [call]}))
        out = json.loads(doctor("--snapshot", tmp_path / "s.json", "--only", "network", "--format", "json").out)
        return {(f["id"], f["status"], f["cause"]) for f in out["findings"]}
    for half in {}, {"VpcId": "vpc-1"}, {"CidrBlock": "10.0.0.0/24"}, {"CidrBlock": "ten", "VpcId": "vpc-1"}:
        assert {status for _, status, _ in found(**half)} == {"unknown"}, half
    v6 = {"VpcId": "vpc-1", "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2600:1f18::/64"}]}
    assert ("net.egress", "fail", "net.ipv6-only") in found(**v6)
