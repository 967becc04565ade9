"""m2-doctor against a live endpoint: healthy accounts give no fail, each fault is named as a root cause."""
import json

import pytest

import scenarios
from mode2 import Mode2


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


def test_of_a_function_s_log_only_the_reports_of_runs_are_kept(account, live, tmp_path):
    scenarios.timeout_near(account)
    saved = tmp_path / "account.json"
    for redact in ([], ["--no-redact"]):
        _, doc = report(live, "--save-snapshot", saved, *redact)
        near = [f for f in doc["findings"] if f["cause"] == "lambda.timeout-near"]
        assert [f["status"] for f in near] == ["warn"] and "855 s of the 900 s" in near[0]["detail"], describe(doc)
        text = saved.read_text()
        logs = [c for c in json.loads(text)["calls"] if c["operation"] == "FilterLogEvents"]
        assert [len(c["output"]["events"]) for c in logs] == [3], logs
        assert "SECRET-OF-A-JOB" not in text
        replayed = json.loads(live("--snapshot", saved, "--format", "json").out)
        assert [f["status"] for f in replayed["findings"] if f["cause"] == "lambda.timeout-near"] == ["warn"]


def test_a_function_that_never_ran_has_no_log_and_that_is_no_fault(account, live, tmp_path):
    scenarios.public(account)
    saved = tmp_path / "account.json"
    _, doc = report(live, "--save-snapshot", saved, "--only", "lambda.timeout")
    logs = [c for c in json.loads(saved.read_text())["calls"] if c["operation"] == "FilterLogEvents"]
    assert [c["error"]["code"] for c in logs] == ["ResourceNotFoundException"], logs
    assert {f["status"] for f in doc["findings"]} == {"pass"}, describe(doc)


def test_nothing_is_written_to_the_account(account, live, emulator):
    scenarios.public(account)
    before = {name: account.client("s3").list_objects_v2(Bucket=name).get("KeyCount")
              for name in account.bucket_names().values()}
    run = live("-v")
    lines = [line for line in run.err.splitlines() if "http://127.0.0.1" in line]
    assert len(lines) > 20, run
    operations = {line.split()[-1] for line in lines}
    assert all(o.startswith(("Describe", "Get", "List", "Head", "Simulate", "BatchGet", "BatchCheck",
                             "Filter"))
               for o in operations), operations
    after = {name: account.client("s3").list_objects_v2(Bucket=name).get("KeyCount")
             for name in account.bucket_names().values()}
    assert before == after


def test_the_images_of_a_stack_that_failed_are_those_of_its_parameters_not_upstream_s(emulator, account, live, tmp_path):
    lab = Mode2(emulator.url)
    lab.lambda_image = f"{lab.id}.dkr.ecr.{lab.region}.amazonaws.com/lab/lambda:v1"
    lab.stack_only(lab.public())
    saved = tmp_path / "account.json"
    _, doc = report(live, "--save-snapshot", saved, "--no-redact")
    asked = {c["input"]["image"] for c in json.loads(saved.read_text())["calls"]
             if (c["service"], c["operation"]) == ("registry", "GetToken")}
    assert asked == {lab.lambda_image, lab.fargate_image}
    judged = [f["detail"] for f in doc["findings"] if f["id"].startswith("image.") and f["resource"] == "Lambda"]
    assert judged and not [d for d in judged if "mroptimum-lambda" in d or "--lambda-image" in d], judged
