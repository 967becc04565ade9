"""m2-doctor --compare: with an earlier snapshot or report, of the same account or another, in every format."""
import json

import pytest


@pytest.fixture
def accounts(root):
    return root / "fixtures/accounts"


def compared(run):
    return json.loads(run.out)["compared"]


def test_a_fault_is_new_then_gone(doctor, accounts):
    broken, healthy = accounts / "private-subnet-no-route.json", accounts / "healthy-nat.json"
    run = doctor("--snapshot", broken, "--compare", healthy, "--format", "json")
    new = [c for c in compared(run)["changes"] if c["change"] == "new"]
    assert run.status == 1 and "net.no-default-route" in {c["cause"] for c in new}, run
    run = doctor("--snapshot", healthy, "--compare", broken, "--format", "json")
    assert run.status == 0 and {c["change"] for c in compared(run)["changes"]} == {"gone"}, run


def test_the_same_account_has_not_changed(doctor, accounts):
    for name in ("healthy-public.json", "trust-anyone.json", "stack-delete-failed.json"):
        run = doctor("--snapshot", accounts / name, "--compare", accounts / name, "--format", "json")
        assert not compared(run)["changes"] and not compared(run)["not_compared"], run
        assert "nothing changed" in " ".join(doctor("--snapshot", accounts / name, "--compare", accounts / name).out.split())


def test_an_earlier_report_serves_as_well(doctor, accounts, tmp_path):
    doctor("--snapshot", accounts / "trust-anyone.json", "--format", "json", "--output", tmp_path / "then.json")
    run = doctor("--snapshot", accounts / "healthy-public.json", "--compare", tmp_path / "then.json", "--format", "json")
    changes = {(c["change"], c["cause_was"]) for c in compared(run)["changes"]}
    assert ("gone", "access.trust-anyone") in changes and compared(run)["with"]["name"].endswith("then.json"), run


def test_another_region_and_account_that_ought_to_be_alike(doctor, accounts):
    run = doctor("--snapshot", accounts / "healthy-ireland.json", "--compare", accounts / "healthy-public.json", "--format", "json")
    assert not [c for c in compared(run)["changes"] if c["change"] == "new" and c["is"] == "fail"], run


@pytest.mark.parametrize("format", ["text", "markdown", "html", "github"])
def test_every_report_for_people_says_it(doctor, accounts, format):
    run = doctor("--snapshot", accounts / "private-subnet-no-route.json", "--compare", accounts / "healthy-nat.json", "--format", format)
    assert run.status == 1 and "new, 0 gone, 0 changed" in " ".join(run.out.split()), run
    quiet = doctor("--snapshot", accounts / "healthy-nat.json", "--compare", accounts / "healthy-nat.json", "--format", format, "-q")
    assert quiet.status == 0 and "nothing changed" in " ".join(quiet.out.split()), quiet


@pytest.mark.parametrize("text,says", [
    ("", "there is nothing"), ("no", "expected a value"), ("{}", "neither a snapshot (m2-snapshot/1) nor a report (m2-report/1)"),
    ('{"schema": "m2-report/9", "findings": []}', "its schema is m2-report/9"), ('{"schema": "m2-snapshot/9", "calls": []}', "m2-snapshot/9"),
    ('{"schema": "m2-report/1", "findings": [1]}', "findings[0]"), (None, "No such file")])
def test_a_file_that_is_neither(doctor, accounts, tmp_path, text, says):
    file = tmp_path / "then.json"
    if text is not None:
        file.write_text(text)
    run = doctor("--snapshot", accounts / "healthy-nat.json", "--compare", file)
    assert run.status in (2, 3) and says in run.err and run.out == "" and len(run.err.splitlines()) == 1, run
