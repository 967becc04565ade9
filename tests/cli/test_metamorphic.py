"""Every account of fixtures/accounts says the same however it is written down: in another order, in pages, with members that nobody
knows yet, of another account, in another region."""
import copy
import json
import random
import re

import pytest

from conftest import Tool
from whole_accounts import ACCOUNTS, load
from many import many

SEEDS = 2


@pytest.fixture(scope="module")
def tool(tmp_path_factory):
    return Tool("m2-doctor", tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def plain(tool):
    return {name: told(report) for name, report in many(tool, ((name, load(name)) for name in ACCOUNTS))}


def told(report, names=()):
    """All that a report says but where in the answers it was seen; NAMES: (theirs, ours) pairs to put back."""
    text = json.dumps([report.doc["verdict"], report.doc["root_causes"], [
        [f[key] for key in ("uid", "resource", "status", "cause", "title", "detail", "caused_by", "explains")]
        for f in report.findings]])
    for theirs, ours in names:
        text = text.replace(theirs, ours)
    return json.loads(re.sub(r" in \d+ bytes", "", text))  # of a template that names the region


def differing(plain, reports, names=()):
    """(account, what it said, what it says) of each report that differs."""
    out = []
    for (name, *variant), report in reports:
        now, was = told(report, names), plain[name]
        if now != was:
            out.append((name, variant, [x for x in was[2] if x not in now[2]][:3], [x for x in now[2] if x not in was[2]][:3]))
    return out


# ---- order ----

def shuffled(value, rng):
    """VALUE with its objects' members in another order. Lists mean something in policies' and events' texts, lines in templates: kept."""
    if isinstance(value, dict):
        items = [(k, v if k == "TemplateBody" else shuffled(v, rng)) for k, v in value.items()]
        rng.shuffle(items)
        return dict(items)
    return [shuffled(v, rng) for v in value] if isinstance(value, list) else value


# AWS promises no order for these.
UNORDERED = ["Subnets", "Vpcs", "RouteTables", "Routes", "Associations", "SecurityGroups", "IpPermissionsEgress", "IpPermissions", "IpRanges",
             "NetworkAcls", "Entries", "VpcEndpoints", "NetworkInterfaces", "InternetGateways", "NatGateways", "Groups", "SubnetIds",
             "StackResourceSummaries", "StackEvents", "Outputs", "Parameters", "EvaluationResults", "PrefixLists", "Cidrs", "Grants",
             "executions", "tasks", "taskArns", "logGroups", "AttachedPolicies", "PolicyNames", "repositories", "imageDetails", "Tags"]


def shuffle_lists(value, rng):
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "TemplateBody":
                continue
            if key in UNORDERED and isinstance(inner, list):
                rng.shuffle(inner)
            shuffle_lists(inner, rng)
    elif isinstance(value, list):
        for inner in value:
            shuffle_lists(inner, rng)


def in_another_order(name, seed):
    rng = random.Random(f"{name}{seed}")
    document = shuffled(load(name), rng)
    rng.shuffle(document["calls"])
    shuffle_lists(document["calls"], rng)
    return document


def test_order_means_nothing(tool, plain):
    variants = (((name, seed), lambda n=name, s=seed: in_another_order(n, s)) for name in ACCOUNTS for seed in range(SEEDS))
    assert not differing(plain, many(tool, variants))


# ---- pages ----

TOKENS = {"ec2": "NextToken", "cloudformation": "NextToken", "iam": "Marker", "stepfunctions": "nextToken", "ecs": "nextToken",
          "logs": "nextToken"}
WHOLE = {"DescribeTasks", "DescribeClusters"}  # these have no pages


def in_pages(name):
    """Each list of two or more in pages of its own, as `--no-paginate` and `--starting-token` print them."""
    document, calls, n = load(name), [], 0
    for call in document["calls"]:
        key = TOKENS.get(call["service"])
        output = call.get("output", {})
        lists = [k for k, v in output.items() if isinstance(v, list) and len(v) > 1]
        if not key or not lists or call["operation"] in WHOLE:
            calls.append(call)
            continue
        size = (len(output[lists[0]]) + 2) // 3
        pages = [output[lists[0]][i:i + size] for i in range(0, len(output[lists[0]]), size)]
        for i, page in enumerate(pages):
            part = copy.deepcopy(call)
            part["output"][lists[0]] = page
            part["output"].pop("IsTruncated", None)
            if i:
                part["input"][key] = f"page-{n}-{i}"
            if i + 1 < len(pages):
                part["output"][key] = f"page-{n}-{i + 1}"
            calls.append(part)
        n += 1
    assert n
    return {**document, "calls": calls}


PAGED = [name for name in ACCOUNTS if name != "credentials-expired"]  # which has no answer at all


def test_pages_mean_nothing(tool, plain):
    """Regression: a last page alone was the whole list, and answers in pages were read one page at a time."""
    assert not differing(plain, many(tool, (((name,), lambda n=name: in_pages(n)) for name in PAGED)))


def test_the_last_page_is_not_the_whole_list(tool):
    """Regression: what stands on a page that is not there was taken for absent."""
    document = load("healthy-nat")
    groups = next(c for c in document["calls"] if c["operation"] == "DescribeSecurityGroups" and "Filters" in c["input"])
    mine = document["target"]["security_groups"][0]
    groups["input"]["NextToken"] = "page-2"
    groups["output"]["SecurityGroups"] = [g for g in groups["output"]["SecurityGroups"] if g["GroupId"] != mine]
    document["calls"] = [c for c in document["calls"] if c["input"] != {"GroupIds": [mine]}]
    report = dict(many(tool, [(0, document)]))[0]
    assert not report.of("fail") and "unknown" in report.statuses("net.security-group"), str(report)


# ---- members that a later release adds ----

def with_unknown_members(value):
    """In AWS's answers; a template is the user's text, and what nobody knows there is a fault."""
    if isinstance(value, dict):
        out = {k: v if k == "TemplateBody" else with_unknown_members(v) for k, v in value.items()}
        return {**out, "XNewMember": {"of": ["a", "later", "release"], "n": 1}}
    return [with_unknown_members(v) for v in value] if isinstance(value, list) else value


def of_a_later_release(name):
    document = load(name)
    document["x-later"] = {"a": 1}
    for call in document["calls"]:
        call["x-later"] = [1]
        if call["status"] == "ok":
            call["output"] = with_unknown_members(call["output"])
    return document


def test_unknown_members_mean_nothing(tool, plain):
    assert not differing(plain, many(tool, (((name,), lambda n=name: of_a_later_release(n)) for name in ACCOUNTS)))


# ---- another account, another region ----

def test_another_account_is_told_alike(tool, plain):
    theirs = ("210987654321", "123456789012")
    variants = (((name,), lambda n=name: json.loads(json.dumps(load(n)).replace(*reversed(theirs)))) for name in ACCOUNTS)
    assert not differing(plain, many(tool, variants), [theirs])


# CloudMRHub's images are in us-east-1 alone: elsewhere they stand for copies, which before a deployment have to be named.
DEFAULTS = [(f"from --{kind}-image", "from the template's default") for kind in ("lambda", "fargate")]


def in_region(name, ours, theirs):
    text = json.dumps(load(name)).replace('"LocationConstraint": null', f'"LocationConstraint": "{theirs}"')  # null: us-east-1
    document = json.loads(text.replace(ours, theirs))
    if name != "healthy-pre-deployment":  # the stack names them
        document["target"] = {k: v for k, v in document["target"].items() if not k.endswith("_image")}
    return document


@pytest.mark.parametrize("theirs", ["ap-southeast-2", "eu-central-1"])
def test_another_region_is_told_alike(tool, plain, theirs):
    for ours in ("us-east-1", "eu-west-1"):
        names = [name for name in ACCOUNTS if load(name)["region"] == ours]
        variants = (((name,), lambda n=name: in_region(n, ours, theirs)) for name in names)
        assert names and not differing(plain, many(tool, variants), [(theirs, ours), *DEFAULTS])
