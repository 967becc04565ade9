"""Every account of fixtures/accounts is told as its .expect.json says; how its snapshot is written down, test_metamorphic.py varies."""
import json

import pytest

from whole_accounts import ACCOUNTS, FOLDER, HEALTHY, load
from many import many, one

WIDTH = 80


def expected(name):
    return json.loads((FOLDER / f"{name}.expect.json").read_text())


@pytest.fixture
def diagnose(doctor, tmp_path):
    def run(document, *args):
        saved = tmp_path / "account.json"
        saved.write_text(json.dumps(document))
        result = doctor("--snapshot", saved, "--format", "json", *args)
        return result.status, json.loads(result.out)
    return run


def causes(doc, status):
    return sorted(f["cause"] for f in doc["findings"] if f["status"] == status)


def roots(doc):
    by_uid = {f["uid"]: f for f in doc["findings"]}
    return [by_uid[u] for u in doc["root_causes"]]


def describe(doc):
    return "\n".join(f"{f['status']:8} {f['uid']}  {f.get('cause')}  {f['detail']} <- {f['caused_by']}"
                     for f in doc["findings"] if f["status"] != "pass")


def test_there_are_enough():
    assert len(ACCOUNTS) >= 18
    for name in ACCOUNTS:
        assert len((FOLDER / f"{name}.md").read_text()) > 100, name
        assert (FOLDER / f"{name}.expect.json").is_file(), name


@pytest.mark.parametrize("name", ACCOUNTS)
def test_account_is_told_as_expected(name, diagnose):
    want = expected(name)
    status, doc = diagnose(load(name))
    found = roots(doc)
    assert [(r["id"], r["cause"]) for r in want["root_causes"]] == [(f["id"], f["cause"]) for f in found], describe(doc)
    for r, f in zip(want["root_causes"], found):
        assert r.get("resource", f["resource"]) == f["resource"]
    assert set(causes(doc, "fail")) == set(want["fails"]), describe(doc)
    assert set(causes(doc, "warn")) == set(want["warns"]), describe(doc)
    assert doc["verdict"] == want["verdict"], describe(doc)
    assert status == (1 if want["fails"] else 0)
    for check in want["must_pass"]:
        statuses = {f["status"] for f in doc["findings"] if f["id"] == check}
        assert statuses == {"pass"}, f"{check}: {statuses}\n{describe(doc)}"
    for f in doc["findings"]:
        if f["status"] == "fail" and f["uid"] not in doc["root_causes"]:
            assert f["caused_by"], f"neither a root cause nor caused by one: {f['uid']}"


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_account_has_no_fail(name, diagnose):
    status, doc = diagnose(load(name))
    assert doc["summary"]["fail"] == 0, describe(doc)
    assert (status, doc["verdict"]) == (0, "ready"), describe(doc)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_text_fits_the_terminal(name, doctor):
    out = doctor("--snapshot", FOLDER / f"{name}.json").out
    wide = [line for line in out.splitlines() if len(line) > WIDTH and not keeps_whole(line)]
    assert not wide, "\n".join(wide)


def keeps_whole(line):
    """What somebody pastes or opens is not broken: commands, addresses, and one word that is longer than a line."""
    words = line.split()
    return "aws " in line or "https://" in line or max(map(len, words)) > WIDTH - 24


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_missing_call_never_judges(name, doctor):
    """Without one of the answers nothing gets better, and nothing fails that did not fail before."""
    document = load(name)
    before = one(doctor, document)
    failing = {f["cause"] for f in before.of("fail")}
    statuses = {f["uid"]: f["status"] for f in before.findings}
    less = ((gone, {**document, "calls": [c for c in document["calls"] if c is not gone]}) for gone in document["calls"])
    for gone, after in many(doctor, less):
        what = f"without {gone['service']}:{gone['operation']} {json.dumps(gone['input'])}\n{after}"
        assert {f["cause"] for f in after.of("fail")} <= failing, what
        for f in after.of("pass"):
            assert statuses.get(f["uid"], "pass") in ("pass", "skip"), f"{f['uid']} passes {what}"
