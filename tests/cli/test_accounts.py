"""Every account of fixtures/accounts is told as its .expect.json says, however its snapshot is written down."""
import json
import random

import pytest

from conftest import ROOT

FOLDER = ROOT / "fixtures" / "accounts"
ACCOUNTS = sorted(p.name[:-5] for p in FOLDER.glob("*.json") if not p.name.endswith(".expect.json"))
WIDTH = 80


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text())


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


def told(doc):
    """What a report says, without names: verdict, causes, and how many failures each root explains."""
    return (doc["verdict"], causes(doc, "fail"), causes(doc, "warn"),
            sorted((f["cause"], len(f["explains"])) for f in roots(doc)))


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


@pytest.mark.parametrize("name", [n for n in ACCOUNTS if n.startswith("healthy-")])
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


def shuffled(value, rng):
    """VALUE with its objects' members in another order. Lists mean something in policies' and events' texts: kept."""
    if isinstance(value, dict):
        items = [(k, shuffled(v, rng)) for k, v in value.items()]
        rng.shuffle(items)
        return dict(items)
    return [shuffled(v, rng) for v in value] if isinstance(value, list) else value


# AWS promises no order for these.
UNORDERED = ["Subnets", "Vpcs", "RouteTables", "Routes", "SecurityGroups", "IpPermissionsEgress", "IpPermissions",
             "NetworkAcls", "Entries", "VpcEndpoints", "NetworkInterfaces", "InternetGateways", "NatGateways",
             "StackResourceSummaries", "Outputs", "Parameters", "EvaluationResults", "PrefixLists", "Grants"]


def shuffle_lists(value, rng):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in UNORDERED and isinstance(inner, list):
                rng.shuffle(inner)
            shuffle_lists(inner, rng)
    elif isinstance(value, list):
        for inner in value:
            shuffle_lists(inner, rng)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_order_means_nothing(name, diagnose):
    _, before = diagnose(load(name))
    for seed in range(3):
        rng = random.Random(f"{name}{seed}")
        document = shuffled(load(name), rng)
        rng.shuffle(document["calls"])
        shuffle_lists(document["calls"], rng)
        _, after = diagnose(document)
        assert told(after) == told(before), f"seed {seed}\n{describe(before)}\n----\n{describe(after)}"


@pytest.mark.parametrize("name", ACCOUNTS)
def test_other_account_is_told_alike(name, diagnose):
    _, before = diagnose(load(name))
    document = json.loads(json.dumps(load(name)).replace("123456789012", "210987654321"))
    _, after = diagnose(document)
    assert told(after) == told(before), describe(after)


def with_unknown_members(value):
    """In AWS's answers; a template is the user's text, and what nobody knows there is a fault."""
    if isinstance(value, dict):
        out = {k: v if k == "TemplateBody" else with_unknown_members(v) for k, v in value.items()}
        return {**out, "XNewMember": {"of": ["a", "later", "release"], "n": 1}}
    return [with_unknown_members(v) for v in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", ACCOUNTS)
def test_unknown_members_mean_nothing(name, diagnose):
    _, before = diagnose(load(name))
    document = load(name)
    document["x-later"] = {"a": 1}
    for call in document["calls"]:
        call["x-later"] = [1]
        if call["status"] == "ok":
            call["output"] = with_unknown_members(call["output"])
    _, after = diagnose(document)
    assert told(after) == told(before), describe(after)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_missing_call_never_judges(name, diagnose):
    """Without one of the answers nothing gets better, and nothing fails that did not fail before."""
    _, before = diagnose(load(name))
    document = load(name)
    failing = set(causes(before, "fail"))
    statuses = {f["uid"]: f["status"] for f in before["findings"]}
    for i in range(len(document["calls"])):
        less = {**document, "calls": document["calls"][:i] + document["calls"][i + 1:]}
        gone = document["calls"][i]
        what = f"without {gone['service']}:{gone['operation']} {json.dumps(gone['input'])}"
        _, after = diagnose(less)
        assert set(causes(after, "fail")) <= failing, f"{what}\n{describe(after)}"
        for f in after["findings"]:
            if f["status"] == "pass":
                assert statuses.get(f["uid"], "pass") in ("pass", "skip"), f"{what}: {f['uid']} passes\n{f['detail']}"
