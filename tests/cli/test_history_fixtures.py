"""fixtures/history: the bill made by hand, the same bytes when made anew, and the same bill in any other shape."""
import copy
import json
import random

import pytest

import labhistory as lab
import make_history

FOLDER = make_history.ROOT / "fixtures" / "history"


def cost_of(cost, document, *args):
    path = cost.home / "snapshot.json"
    path.write_text(json.dumps(document))
    run = cost("history", "--snapshot", path, "--format", "json", *args)
    assert run.status == 0, run
    return json.loads(run.out)


@pytest.fixture
def month():
    return json.loads((FOLDER / "month.json").read_text())


@pytest.fixture
def expected():
    return json.loads((FOLDER / "month.expect.json").read_text())


def totals(doc):
    return {j["id"]: j["total_usd"] for j in doc["jobs"]}


def test_the_files_are_what_the_script_makes(tmp_path):
    make_history.main(tmp_path)
    for path in FOLDER.glob("*.json"):
        assert path.read_text() == (tmp_path / path.name).read_text(), path.name


def test_the_bill_is_the_one_made_by_hand(cost, month, expected):
    doc = cost_of(cost, month)
    assert totals(doc) == expected["jobs"] and doc["total_usd"] == expected["total_usd"]
    assert {i["resource"]: i["cost_usd"] for i in doc["items"]} == expected["items"]
    assert sorted(j["id"] for j in doc["jobs"] if j["estimated"]) == expected["estimated"]


def test_no_snapshot_holds_what_a_job_worked_on():
    for path in FOLDER.glob("*.json"):
        assert lab.SECRET_INPUT not in path.read_text(), path.name


def test_order_of_calls_and_events_does_not_matter(cost, month, expected):
    rng = random.Random(7)
    for _ in range(3):
        shuffled = copy.deepcopy(month)
        rng.shuffle(shuffled["calls"])
        for call in shuffled["calls"]:
            for key in ("events", "executions", "tasks"):
                if key in call.get("output", {}):
                    rng.shuffle(call["output"][key])
        assert totals(cost_of(cost, shuffled)) == expected["jobs"]


def test_overlapping_answers_count_once(cost, month, expected):
    twice = copy.deepcopy(month)
    twice["calls"] += copy.deepcopy(month["calls"])
    assert totals(cost_of(cost, twice)) == expected["jobs"]


@pytest.mark.parametrize("operation", ["GetCallerIdentity", "DescribeStacks", "ListStackResources", "DescribeStateMachine",
                                       "ListExecutions", "GetExecutionHistory", "ListTasks", "DescribeTasks", "DescribeTaskDefinition",
                                       "GetFunctionConfiguration", "FilterLogEvents"])
def test_without_an_answer_nothing_is_made_up(cost, month, expected, operation):
    less = copy.deepcopy(month)
    less["calls"] = [c for c in less["calls"] if c["operation"] != operation]
    doc = cost_of(cost, less)
    known = {j["id"]: j for j in doc["jobs"]}
    if operation == "GetExecutionHistory":
        assert not known and len(doc["unread"]) == 16 and doc["unseen"]
        return
    assert set(known) >= set(expected["jobs"])
    differs = {k for k in expected["jobs"] if totals(doc)[k] != expected["jobs"][k]}
    assert all(known[k]["estimated"] or doc["unseen"] for k in differs), differs


def test_a_longer_period_than_was_read_is_said(cost, month):
    doc = cost_of(cost, month, "--since", "60d")
    assert "What was read reaches back 30 days only, not 60." in doc["unseen"]
    week = cost_of(cost, month, "--since", "7d")
    assert set(totals(week)) == {j.name for j in lab.STORY if j.days <= 7 and j.name in ("job-1014", "job-1016")}


def test_hostile_numbers_and_texts_do_not_break_it(cost, month):
    bad = copy.deepcopy(month)
    for call in bad["calls"]:
        if call["operation"] == "GetExecutionHistory" and call["status"] == "ok":
            for event in call["output"]["events"]:
                for key, details in event.items():
                    if isinstance(details, dict) and "output" in details and details.get("resourceType") == "ecs":
                        details["output"] = json.dumps({"TaskArn": "t\u202e\u001b[31m", "Cpu": "9223372036854775807", "Memory": -1,
                                                        "PullStartedAt": "x", "StoppedAt": 1e300, "EphemeralStorage": []})
    doc = cost_of(cost, bad)
    assert doc["unseen"]
    text = cost("history", "--snapshot", cost.home / "snapshot.json", "-v")
    assert text.status == 0 and "\u001b" not in text.out and "\u202e" not in text.out


def test_a_snapshot_needs_no_aws_configuration(cost, month, expected):
    broken = cost.home / "config"
    broken.write_text("[default\nregion = nowhere")
    path = cost.home / "snapshot.json"
    path.write_text(json.dumps({**month, "region": "eu-west-1"}))
    run = cost("history", "--snapshot", path, "--format", "json", env={"AWS_CONFIG_FILE": str(broken)})
    assert run.status == 0 and json.loads(run.out)["prices"]["region"] == "eu-west-1", run
    other = cost("history", "--snapshot", path, "--region", "us-east-1", "--format", "json")
    assert json.loads(other.out)["total_usd"] == expected["total_usd"], "what it would have cost there"


def test_answers_saved_by_hand_without_their_questions(cost, month, expected):
    for call in month["calls"]:
        if call["operation"] in ("GetExecutionHistory", "GetFunctionConfiguration", "DescribeTaskDefinition"):
            del call["input"]
    month["calls"] = [c for c in month["calls"] if c["operation"] != "ListExecutions" and c["status"] == "ok"]
    doc = cost_of(cost, month)
    assert sorted(j["total_usd"] for j in doc["jobs"]) == sorted(expected["jobs"].values())


def test_a_platform_without_a_price_leaves_its_jobs_out_and_says_so(cost, month, expected):
    doc = cost_of(cost, {**month, "region": "eu-central-1"})
    assert "job-1004" not in totals(doc) and len(doc["jobs"]) == len(expected["jobs"]) - 1
    assert len(doc["unpriced"]) == 1 and "fargate.vcpu-hour.arm64 in eu-central-1" in doc["unpriced"][0]
    assert cost("history", "--snapshot", cost.home / "snapshot.json", "--strict").status == 4
    text = cost("history", "--snapshot", cost.home / "snapshot.json").out
    assert text.startswith("14 jobs cost") and "without those that have no price" in text
