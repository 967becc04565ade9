"""What breaking the accounts of fixtures brought to light, each by its own name."""
import json

import pytest

from cases_stack import ARN, STACK, event, events
from whole_accounts import Fixture, load
from all_faults import FAULTS
from many import one

BY_NAME = {f.name: f.how for f in FAULTS}


def broken(name, *faults):
    account = Fixture(name)
    for fault in faults:
        (BY_NAME[fault] if isinstance(fault, str) else fault)(account)
    return account.text()


@pytest.mark.parametrize("name", ["healthy-nat", "healthy-ireland"])
def test_a_deleted_nat_gateway_was_two_root_causes(doctor, name):
    assert set(one(doctor, broken(name, "nat_deleted")).roots) == {"net.nat-not-available"}
    assert set(one(doctor, broken(name, "nat_deleted_long_ago")).roots) == {"net.blackhole-route"}


def test_a_dead_route_to_a_living_nat_gateway_is_still_told(doctor):
    def dead(a):
        next(r for r in a.task_table["Routes"] if "NatGatewayId" in r)["State"] = "blackhole"
    assert set(one(doctor, broken("healthy-nat", dead)).roots) == {"net.blackhole-route"}


@pytest.mark.parametrize("fault,says", [("repository_gone", "RepositoryNotFoundException"), ("tag_gone", "handed out no manifest")])
def test_a_pull_that_was_answered_was_called_uncollected(doctor, fault, says):
    account = json.loads(broken("healthy-nat", fault))
    account["calls"] = [c for c in account["calls"] if c["service"] != "registry"]  # ECR's own answer is all there is
    found = [f["detail"] for f in one(doctor, account).findings if f["id"] == "image.manifest"]
    assert any(says in text for text in found) and not any("not collected" in text for text in found), found


def test_a_bucket_that_somebody_else_made_again_was_the_stacks(doctor):
    report = one(doctor, broken("healthy-nat", "not-our-bucket"))
    assert [(f["cause"], f["status"]) for f in report.findings if f["id"] == "storage.buckets" and f["cause"]] == [("bucket.foreign", "warn")]


@pytest.mark.parametrize("reason,cause", [("No export named lab-vpc found. Rollback requested by user.", "cfn.export-missing"),
                                          ("Rollback requested by user.", None)])
def test_a_missing_export_was_taken_for_fallout(doctor, reason, cause):
    def refused_as_a_whole(a):
        events(a, "ROLLBACK_COMPLETE", [event(STACK, ARN, "", "ROLLBACK_COMPLETE", 60), event(STACK, ARN, "", "ROLLBACK_IN_PROGRESS", 30, reason),
                                        event(STACK, ARN, "", "CREATE_IN_PROGRESS", 0, "User Initiated")])
    report = one(doctor, broken("healthy-nat", refused_as_a_whole))
    assert [f["cause"] for f in report.findings if f["id"] == "stack.events" and f["status"] == "fail"] == ([cause] if cause else [])


def test_a_failed_test_job_was_two_root_causes(doctor):
    report = one(doctor, broken("healthy-registered", "job-failed"))
    assert report.roots == ["execution.unknown"] and report.by_uid["brain.canary/canary-1"]["caused_by"] == report.doc["root_causes"]


def test_without_a_target_the_network_was_asked_for_the_templates_default_image(doctor):
    """The stack's own image is in its own region; the template's default is in us-east-1."""
    document = load("healthy-ireland")
    document["target"] = {k: v for k, v in document["target"].items() if not k.endswith("_image")}
    ways = [f["detail"] for f in one(doctor, document).findings if f["id"] == "net.egress"]
    assert ways and not any("us-east-1" in way for way in ways), ways


@pytest.mark.parametrize("stack", ["mroptimum-mode2", "CalculationApp"])
def test_functions_that_nobody_listed_were_left_out_in_silence(doctor, stack):
    """Neither the stack, or not the one nested in it."""
    document = load("healthy-nat")
    document["calls"] = [c for c in document["calls"] if c["operation"] != "ListStackResources" or stack not in c["input"]["StackName"]]
    for check in ("lambda.memory", "lambda.state", "lambda.runtime"):
        found = [f for f in one(doctor, document).findings if f["id"] == check and f["status"] == "unknown"]
        assert [f["missing_right"] for f in found] == ["cloudformation:ListStackResources"], json.dumps(found)
