"""m2-doctor --bundle: a package for support that says the same again and holds nothing that identifies or opens anything."""
import gzip
import io
import json
import re
import tarfile
import time

import pytest

from fakeaws import ACCOUNT, KEY, KEYS, SECRET, TOKEN, FakeAws
from test_secrets import ACCOUNT_RULES, API_TOKEN, DATABASE_PASSWORD

FILES = {"README.txt", "snapshot.json", "report.txt", "report.json", "versions.txt"}
MAIL, ROLE = "anna.lab@hospital.example", "arn:aws:iam::111122223333:role/x"


def unpack(path):
    with tarfile.open(path) as tar:
        assert all(m.isfile() and m.uid == m.gid == 0 and not m.uname for m in tar.getmembers())
        return {m.name.removeprefix("m2-doctor-bundle/"): tar.extractfile(m).read().decode() for m in tar.getmembers()}


def without_time(report):
    doc = json.loads(report)
    doc.pop("generated_at")
    return doc


@pytest.fixture
def accounts(root):
    return root / "fixtures/accounts"


def test_it_replays_to_the_same_findings(doctor, accounts, tmp_path):
    for name in ("private-subnet-no-route", "trust-anyone", "unit-other-account", "healthy-ireland", "stack-delete-failed"):
        run = doctor("--snapshot", accounts / f"{name}.json", "--bundle", tmp_path / "b.tar.gz", "--format", "json")
        files = unpack(tmp_path / "b.tar.gz")
        assert set(files) == FILES, files
        (tmp_path / "s.json").write_text(files["snapshot.json"])
        again = doctor("--snapshot", tmp_path / "s.json", "--format", "json")
        assert again.status == run.status and without_time(again.out) == without_time(files["report.json"]), name
        causes = lambda text: sorted((f["id"], f["status"], f["cause"] or "") for f in json.loads(text)["findings"])  # noqa: E731
        assert causes(run.out) == causes(files["report.json"]), name
        assert json.loads(files["report.json"])["verdict"] == json.loads(run.out)["verdict"]
        assert "libcurl/" in files["versions.txt"] and "m2-doctor " in files["versions.txt"]


def wait_for_the_next_second():
    now = int(time.time())
    while int(time.time()) == now:
        time.sleep(0.02)


def test_the_same_account_makes_the_same_bytes(doctor, accounts, tmp_path):
    for n in "12":
        doctor("--snapshot", accounts / "healthy-nat.json", "--bundle", tmp_path / f"{n}.tar.gz")
        wait_for_the_next_second()
    assert (tmp_path / "1.tar.gz").read_bytes() == (tmp_path / "2.tar.gz").read_bytes()
    files = unpack(tmp_path / "1.tar.gz")
    assert json.loads(files["report.json"])["generated_at"] == json.loads(files["snapshot.json"])["collected_at"]
    assert (tmp_path / "1.tar.gz").stat().st_mode & 0o077 == 0


def test_no_secret_account_or_address_is_in_it(doctor, tmp_path):
    planted = [SECRET, TOKEN, DATABASE_PASSWORD, API_TOKEN, "X-Amz-Signature=abcdef", ACCOUNT, MAIL, "111122223333"]
    rules = [dict(r) for r in ACCOUNT_RULES]
    rules.append({"action": "GetRole", "body": f"<GetRoleResponse><GetRoleResult><Role><RoleName>run</RoleName><Arn>{ROLE}</Arn>"
                  f"<Description>ask {MAIL} or {ACCOUNT}</Description></Role></GetRoleResult></GetRoleResponse>"})
    with FakeAws(*rules) as aws:
        run = doctor("--endpoint-url", aws.url, "--bundle", tmp_path / "b.tar.gz", "--profile", "annas-profile", "--save-snapshot",
                     tmp_path / "kept.json", "--no-redact", env={**KEYS, "AWS_CONFIG_FILE": str(config(tmp_path))})
    assert run.status in (0, 1), run
    packed = (tmp_path / "b.tar.gz").read_bytes()
    texts = {"packed": packed.decode("latin-1"), "unpacked": gzip.decompress(packed).decode("latin-1"), **unpack(tmp_path / "b.tar.gz")}
    for name, text in texts.items():
        for secret in [*planted, "annas-profile", str(tmp_path)]:
            assert secret not in text, f"{secret} in {name}"
    assert set(re.findall(r"[\w.+-]+@([\w-]+\.\w+)", texts["unpacked"])) <= {"example.invalid"}, "an address that is no stand-in"
    kept = (tmp_path / "kept.json").read_text()
    assert ACCOUNT in kept, "the account was there to be told"


def config(folder):
    (folder / "config").write_text("[profile annas-profile]\nregion = us-east-1\n"
                                   f"aws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\naws_session_token = {TOKEN}\n")
    return folder / "config"


def test_a_place_that_cannot_be_written_is_told_before_the_account_is_read(doctor, tmp_path):
    with FakeAws(*ACCOUNT_RULES) as aws:
        run = doctor("--endpoint-url", aws.url, "--bundle", tmp_path / "none/b.tar.gz", env=KEYS)
        assert run.status == 3 and "none/b.tar.gz" in run.err and not aws.log, run


def test_the_archive_is_plain_ustar(doctor, accounts, tmp_path):
    doctor("--snapshot", accounts / "healthy-nat.json", "--bundle", tmp_path / "b.tar.gz")
    raw = gzip.decompress((tmp_path / "b.tar.gz").read_bytes())
    assert len(raw) % 512 == 0 and raw[-1024:] == bytes(1024) and raw[257:265] == b"ustar\x0000"
    tarfile.open(fileobj=io.BytesIO(raw), mode="r:").getmembers()
