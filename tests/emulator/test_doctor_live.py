"""m2-doctor against a live endpoint: healthy accounts give no fail, each fault is named as a root cause."""
import json

import pytest

import scenarios


def report(live, *args):
    run = live("--format", "json", *args)
    assert run.status in (0, 1), run
    return run, json.loads(run.out)


def describe(doc):
    return "\n".join(f"{f['status']:8} {f['uid']}  {f.get('cause')}  {f['detail']}" for f in doc["findings"]
                     if f["status"] != "pass")


@pytest.mark.parametrize("name,make", scenarios.HEALTHY, ids=[s[0] for s in scenarios.HEALTHY])
def test_healthy_account_has_no_fail(name, make, account, live):
    make(account)
    run, doc = report(live)
    assert doc["summary"]["fail"] == 0, describe(doc)
    assert run.status == 0
    assert doc["verdict"] != "not-ready"


@pytest.mark.parametrize("name,make,expected", scenarios.BROKEN, ids=[s[0] for s in scenarios.BROKEN])
def test_fault_is_named(name, make, expected, account, live):
    make(account)
    run, doc = report(live)
    by_uid = {f["uid"]: f for f in doc["findings"]}
    roots = {by_uid[u]["cause"] for u in doc["root_causes"]}
    warnings = {"warn:" + f["cause"] for f in doc["findings"] if f["status"] == "warn"}
    fails = [e for e in expected if not e.startswith("warn:")]
    assert set(expected) <= roots | warnings, describe(doc)
    assert run.status == (1 if fails else 0), describe(doc)
    if fails:
        assert roots <= set(fails) | {"stack.resource-gone"}, "a root cause that is none:\n" + describe(doc)


def test_saved_snapshot_gives_the_same_findings(account, live, tmp_path):
    scenarios.gateway_detached_and_group_closed(account)
    saved = tmp_path / "account.json"
    _, doc = report(live, "--save-snapshot", saved, "--no-redact")
    again = live("--snapshot", saved, "--format", "json", env={"AWS_ENDPOINT_URL": ""})
    replayed = json.loads(again.out)
    assert replayed["findings"] == doc["findings"]
    assert replayed["root_causes"] == doc["root_causes"]
    assert oct(saved.stat().st_mode & 0o777) == "0o600"


def test_redacted_snapshot_gives_the_same_causes(account, live, tmp_path):
    scenarios.trusts_whole_account(account)
    saved = tmp_path / "account.json"
    _, doc = report(live, "--save-snapshot", saved)
    text = saved.read_text()
    assert account.id not in text
    replayed = json.loads(live("--snapshot", saved, "--format", "json").out)

    def causes(d):
        return sorted((f["id"], f["status"], f["cause"] or "") for f in d["findings"])
    assert causes(replayed) == causes(doc)
    assert json.loads(text)["redacted"] is True


def test_nothing_is_written_to_the_account(account, live, emulator):
    scenarios.public(account)
    before = {name: account.client("s3").list_objects_v2(Bucket=name).get("KeyCount")
              for name in account.bucket_names().values()}
    run = live("-v")
    lines = [line for line in run.err.splitlines() if "http://127.0.0.1" in line]
    assert len(lines) > 20, run
    operations = {line.split()[-1] for line in lines}
    assert all(o.startswith(("Describe", "Get", "List", "Head", "Simulate", "BatchGet", "BatchCheck"))
               for o in operations), operations
    after = {name: account.client("s3").list_objects_v2(Bucket=name).get("KeyCount")
             for name in account.bucket_names().values()}
    assert before == after
