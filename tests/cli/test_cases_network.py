"""Networks, images and identities built by hand: each fault is named among the root causes, healthy shapes give no fail,
and what was not shown is never passed nor failed."""
import json
import random

import pytest

from cases_network import S3_RANGES, Account
from faults_network import FAULTS, HIDES
from healthy_network import HEALTHY

KINDS = ("public", "nat", "private", "regional")
OPTIONAL = ("DescribeVpcBlockPublicAccessOptions", "DescribeVpcBlockPublicAccessExclusions", "DescribeDhcpOptions",
            "DescribePrefixLists")
IN_VPC = {"Filters": [{"Name": "vpc-id", "Values": ["vpc-0a"]}]}
NARROW = {"DescribeRouteTables": IN_VPC, "DescribeVpcEndpoints": IN_VPC, "DescribeSecurityGroups": IN_VPC,
          "DescribeNatGateways": {"Filter": IN_VPC["Filters"]},
          "DescribeInternetGateways": {"Filters": [{"Name": "attachment.vpc-id", "Values": ["vpc-0a"]}]},
          "DescribeNetworkAcls": {"Filters": [{"Name": "association.subnet-id", "Values": ["subnet-0t1", "subnet-0t2"]}]}}


@pytest.fixture
def diagnose(doctor):
    def run(doc, *options):
        done = doctor("--snapshot", "-", "--format", "json", *options, stdin=json.dumps(doc))
        assert done.status in (0, 1), done
        return json.loads(done.out)
    return run


def roots(report):
    by_uid = {f["uid"]: f for f in report["findings"]}
    return [by_uid[u]["cause"] for u in report["root_causes"]]


def of(report, status, *areas):
    return [(f["id"], f["resource"], f["cause"]) for f in report["findings"]
            if f["status"] == status and (not areas or f["area"] in areas)]


def broken(kind, *faults, region="us-east-1"):
    account = Account(kind, region)
    for f in faults:
        f(account)
    return account


def without_ids(doc, inputs):
    """The calls as somebody makes them who asks by VPC; with INPUTS None: whose answers came without input."""
    doc["calls"] = [c for c in doc["calls"] if c["operation"] != "DescribeSubnets" or "Filters" not in c["input"]]
    for call in doc["calls"]:
        if inputs is not None and call["operation"] in inputs:
            call["input"] = inputs[call["operation"]]
        elif inputs is None and call["service"] == "ec2" and call["operation"] != "DescribeVpcAttribute":
            del call["input"]
    return doc


@pytest.mark.parametrize("kind", KINDS)
def test_every_fault_is_a_root_cause(diagnose, kind):
    missed = []
    for name, cause, kinds, f in FAULTS:
        for region in ("us-east-1", "eu-west-1") if kind in kinds else ():
            found = roots(diagnose(broken(kind, f, region=region).snapshot()))
            if cause not in found:
                missed.append((name, region, cause, found))
    assert not missed


@pytest.mark.parametrize("kind", KINDS)
def test_calls_that_outsiders_leave_out_hide_no_fault(diagnose, kind):
    """Regression: without the block-public-access calls a diverting route went by the name of its target."""
    missed = []
    for name, cause, kinds, f in FAULTS:
        if kind not in kinds or name.startswith("bpa_"):
            continue
        doc = broken(kind, f).snapshot(without=OPTIONAL, bare=True, order=random.Random(7).shuffle)
        found = roots(diagnose(doc))
        if cause not in found:
            missed.append((name, cause, found))
    assert not missed
    report = diagnose(Account(kind).snapshot(without=OPTIONAL, bare=True))
    assert not of(report, "fail") and not of(report, "warn")


@pytest.mark.parametrize("inputs", [NARROW, {**NARROW, "DescribeSecurityGroups": {"GroupIds": ["sg-0task", "sg-0ep"]}}, None],
                         ids=["by-vpc", "by-id", "no-input"])
def test_however_the_calls_were_made(diagnose, inputs):
    """Regression: a group that its VPC lacks, and a refusal without input that names the subnet, were unknown."""
    missed = []
    for kind in KINDS:
        report = diagnose(without_ids(Account(kind).snapshot(bare=True), inputs))
        assert not of(report, "fail") and not of(report, "warn") and not of(report, "unknown", "network"), kind
        for name, cause, kinds, f in FAULTS:
            if kind in kinds:
                found = roots(diagnose(without_ids(broken(kind, f).snapshot(bare=True), inputs)))
                if cause not in found:
                    missed.append((kind, name, cause, found))
    assert not missed


def pairs():
    for kind in KINDS:
        here = [x for x in FAULTS if kind in x[2]]
        for i, one in enumerate(here):
            yield from ((kind, one, two) for two in here[i + 1:] if one[1] != two[1])


def test_pairs_of_faults_are_both_named(diagnose):
    """Regression: a broken default route hid what diverts its traffic, a NAT gateway that failed hid where it stands, and
    an endpoint that is not used hid its group and policy."""
    judged, missed = 0, []
    for kind, one, two in random.Random(20261123).sample(list(pairs()), 420):
        try:
            account = broken(kind, one[3], two[3])
        except (StopIteration, ValueError, KeyError, IndexError):
            continue  # what the second breaks went with the first
        judged += 1
        found = roots(diagnose(account.snapshot()))
        for mine, other in ((one, two), (two, one)):
            if mine[1] not in found and mine[0] not in HIDES.get(other[0], ("", ()))[1]:
                missed.append((kind, mine[0], "hidden by", other[0], found))
    assert judged > 300 and not missed


@pytest.mark.parametrize("region", sorted(S3_RANGES))
def test_healthy_shapes_do_not_fail(diagnose, region):
    wrong = []
    for name, kind, f, warns in HEALTHY:
        report = diagnose(broken(kind, f, region=region).snapshot())
        fails = [x for x in of(report, "fail") if name != "image_of_us_east_1" or "region" not in x[2]]
        if fails or {x[2] for x in of(report, "warn")} != warns:
            wrong.append((name, kind, fails, of(report, "warn")))
    assert len(HEALTHY) > 60 and not wrong


@pytest.mark.parametrize("how", ["without", "denied"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_shown_is_neither_passed_nor_failed(diagnose, kind, how):
    depends = {"DescribeSubnets": {"net.subnets", "net.egress", "net.acl", "net.security-group", "net.dns", "net.endpoints"},
               "DescribeRouteTables": {"net.egress", "net.acl"}, "DescribeNetworkAcls": {"net.acl"},
               "DescribeSecurityGroups": {"net.security-group", "net.subnets"}, "DescribeVpcEndpoints": {"net.endpoints"},
               "DescribeVpcAttribute": {"net.dns"}, "DescribeImages": {"image.exists"},
               "GetCallerIdentity": {"identity.credentials", "identity.account"}}
    if kind != "private":
        depends.update(DescribeInternetGateways={"net.egress"}, DescribeVpcBlockPublicAccessOptions={"net.egress"})
    if kind in ("nat", "regional"):
        depends.update(DescribeNatGateways={"net.egress"})
    for operation, checks in depends.items():
        report = diagnose(Account(kind).snapshot(**{how: [operation]}))
        assert not of(report, "fail"), operation
        unknown = {x[0] for x in of(report, "unknown")}
        assert checks <= unknown, (operation, checks - unknown)
        passed = {x[0] for x in of(report, "pass")} & (checks - {"net.subnets", "net.security-group"})
        assert not passed, (operation, passed)


def test_route_that_takes_all_of_s3_is_a_root_cause(diagnose):
    for kind in ("public", "nat", "regional"):
        account = Account(kind)
        account.prefix_list[0]["Cidrs"] = ["52.216.0.0/15", "52.218.0.0/17"]
        account.task_table["Routes"].append(account.route("VpcPeeringConnectionId", "pcx-0a", "52.192.0.0/10"))
        assert "net.more-specific-route" in roots(diagnose(account.snapshot())), kind


def test_route_of_a_dead_gateway_endpoint_takes_s3(diagnose):
    account = Account("nat")
    account.task_table["Routes"].append(account.route("GatewayId", "vpce-0gone", "pl-0s3", "blackhole"))
    assert "net.more-specific-route" in roots(diagnose(account.snapshot()))


def test_lost_default_route_beside_endpoints(diagnose):
    """Regression: one endpoint beside a NAT gateway made a lost default route a matter of endpoints only."""
    for services in (["logs"], ["s3"], ["logs", "ecr.api"]):
        account = Account("nat")
        for service in services:
            account.endpoint(service, "Gateway" if service == "s3" else "Interface")
        account.task_table["Routes"] = [r for r in account.task_table["Routes"] if r.get("DestinationCidrBlock") != "0.0.0.0/0"]
        assert "net.no-default-route" in roots(diagnose(account.snapshot())), services


@pytest.mark.parametrize("code,fails", [("UnauthorizedOperation", False), ("500", True), ("InvalidAction", True)])
def test_group_of_another_vpc_when_associations_are_not_told(diagnose, code, fails):
    """Regression: an endpoint that does not know associations left a group of another VPC an open question."""
    account = Account("nat")
    account.groups[0]["VpcId"] = "vpc-0other"
    account.extra.append({"service": "ec2", "operation": "DescribeSecurityGroupVpcAssociations", "region": account.region, "input": {},
                          "status": "error", "error": {"code": code, "message": "", "http_status": 403}})
    report = diagnose(account.snapshot())
    assert [x[2] for x in of(report, "fail")] == (["net.security-group-other-vpc"] if fails else [])
    assert fails or ("net.subnets", "sg-0task", None) in of(report, "unknown")
