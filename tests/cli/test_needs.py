"""No check passes on missing data: from every healthy account each call is taken away, and refused; whoever needs it says unknown."""
import collections
import re

import pytest

from conftest import ROOT, Tool
from whole_accounts import HEALTHY, load
from all_faults import RIGHTS
from many import many, one

RIGHTS_DOC = (ROOT / "docs/RIGHTS.md").read_text().split("\n# ")[0]  # m2-doctor's own calls come first
ACTION = {(service, operation): action
          for service, operation, action in re.findall(r"^\| (\S+) \| (\S+) \| `(\S+)` \|$", RIGHTS_DOC, re.M)}
BRAIN = {"/api/auth/login": {"brain.login"}, "/api/computing-unit/list": {"brain.unit", "brain.fields"}}

PARTS = "what was read about a part of the stack is judged, whatever stack made it"
OWN_POLICY = "the role has no policy of that kind here, or one that AWS manages and that is known by its name"
BY_SIMULATOR = "policies are read only where the simulator may not be asked"
NOT_ON_THE_WAY = "the way of these subnets does not lead there"
NONE_THERE = "there is no endpoint in this VPC"
# (check, right): why the check still passes when that call is not there. Each must be needed, or the test fails.
OPTIONAL = {
    **{(check, "cloudformation:DescribeStacks"): PARTS for check in (
        "fargate.logs", "fargate.size", "image.access", "image.execution-role", "image.exists", "image.manifest", "image.uri", "access.trust", "storage.buckets",
        "task.failures", "workflow.executions", "workflow.state-machine")},
    **{(check, right): OWN_POLICY for check in ("access.permissions", "fargate.logs", "image.execution-role", "storage.buckets",
                                                "workflow.state-machine") for right in ("iam:GetPolicy", "iam:GetPolicyVersion")},
    **{(check, "iam:GetRolePolicy"): OWN_POLICY for check in ("fargate.logs", "image.execution-role")},
    ("identity.permissions", "organizations:DescribeOrganization"): "what the simulator allows, no policy of an organisation forbids",
    **{("identity.permissions", f"iam:{right}"): BY_SIMULATOR for right in (
        "GetPolicy", "GetPolicyVersion", "GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListRolePolicies")},
    ("access.trust", "cloudformation:ListStackResources"): PARTS,
    ("brain.unit", "states:DescribeStateMachine"): "the stack's output names the state machine",
    ("brain.fields", "states:DescribeStateMachine"): "as above",
    **{("image.access", f"ecr:{right}"): "the account's own repository shows its policy" for right in (
        "BatchGetImage", "GetAuthorizationToken", "GetDownloadUrlForLayer")},
    ("image.access", "lambda:GetFunction"): "as above",
    ("image.manifest", "ecr:GetAuthorizationToken"): "the manifest itself was handed out",
    ("image.uri", "ecs:DescribeTaskDefinition"): "the stack's parameter names the image",
    ("image.uri", "lambda:GetFunction"): "as above",
    ("lambda.memory", "cloudformation:DescribeStackEvents"): "a function that is there was not refused for its memory",
    ("net.egress", "ec2:DescribeInternetGateways"): NOT_ON_THE_WAY,
    ("net.egress", "ec2:DescribeNatGateways"): NOT_ON_THE_WAY,
    ("net.egress", "ec2:DescribeVpcEndpoints"): NOT_ON_THE_WAY,
    ("net.egress", "ec2:DescribeVpcAttribute"): NOT_ON_THE_WAY,
    ("net.egress", "ec2:DescribeVpcBlockPublicAccessOptions"): NOT_ON_THE_WAY,
    ("net.egress", "ec2:DescribeVpcBlockPublicAccessExclusions"): "nothing is blocked, so nothing has to be excluded",
    ("net.egress", "ec2:DescribePrefixLists"): "only a route to a prefix list of its own asks for its ranges",
    ("net.egress", "ec2:GetManagedPrefixListEntries"): "as above",
    ("net.acl", "ec2:DescribeInternetGateways"): NOT_ON_THE_WAY,
    ("net.acl", "ec2:DescribeNatGateways"): NOT_ON_THE_WAY,
    ("net.acl", "ec2:DescribeVpcEndpoints"): NOT_ON_THE_WAY,
    ("net.acl", "ec2:DescribeVpcAttribute"): NOT_ON_THE_WAY,
    ("net.endpoints", "ec2:DescribeNetworkInterfaces"): "the subnets' ranges hold the interfaces' addresses",
    ("net.endpoints", "ec2:DescribeRouteTables"): NONE_THERE,
    ("net.endpoints", "ec2:DescribeSecurityGroups"): NONE_THERE,
    ("net.endpoints", "ec2:DescribeVpcAttribute"): NONE_THERE,
    ("net.security-group", "ec2:DescribeNetworkInterfaces"): "as for net.endpoints",
    ("net.security-group", "ec2:DescribePrefixLists"): "no rule names a prefix list",
    ("net.security-group", "ec2:DescribeRouteTables"): NOT_ON_THE_WAY,
    ("net.security-group", "ec2:DescribeVpcEndpoints"): NOT_ON_THE_WAY,
    ("net.security-group", "ec2:DescribeVpcAttribute"): NOT_ON_THE_WAY,
    ("net.subnets", "ec2:DescribeVpcs"): "asked for the default VPC, where nobody names subnets",
    ("task.failures", "states:GetExecutionHistory"): "an execution that is listed as succeeded did not fail",
    ("workflow.executions", "states:GetExecutionHistory"): "as above",
}
# Each of these alone is enough; without all of them the check says unknown.
ANY_OF = {
    "image.exists": ("ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:BatchGetImage"),
    "identity.region": ("s3:ListBucket", "s3:GetBucketLocation"),
    "storage.buckets": ("s3:GetBucketPublicAccessBlock", "s3:GetBucketPolicyStatus", "s3:GetBucketAcl"),
}
ENOUGH = {**{(check, right): "another call tells it, too" for check, rights in ANY_OF.items() for right in rights},
          ("storage.buckets", "s3:GetBucketLocation"): "HeadBucket tells the region, too"}
BY_NAME = {"image.uri"}  # the text is judged, wherever it is named
# A refusal that is the fault itself, whoever is refused: S3 says no more to a HEAD, and another account's registry no more at all.
REFUSED = {("s3", "HeadBucket"): "bucket.denied", ("ecr", "BatchGetImage"): "image.pull-denied",
           ("registry", "GetManifest"): "image.pull-denied", ("registry", "GetConfig"): "image.pull-denied"}


@pytest.fixture(scope="module")
def tool(tmp_path_factory):
    return Tool("m2-doctor", tmp_path_factory.mktemp("home"))


def without(name, actions, refused):
    doc, calls = load(name), []
    for c in doc["calls"]:
        if ACTION.get((c["service"], c["operation"]), c["operation"]) in actions:
            if not refused:
                continue
            c.pop("output", None)
            c.update(status="error", error={"code": "AccessDenied", "message": "no", "http_status": 403})
        calls.append(c)
    return {**doc, "calls": calls}


def of(report, check):
    return sorted((f["uid"], f["status"], f["cause"] or "") for f in report.findings if f["id"] == check)


@pytest.fixture(scope="module")
def judged(tool):
    """(account, service, operation, refused?) → report; whole accounts without operation."""
    documents = [((name, None, None, False), load(name)) for name in HEALTHY]
    for name in HEALTHY:
        for service, operation in sorted({(c["service"], c["operation"]) for c in load(name)["calls"]}):
            action = ACTION.get((service, operation), operation)
            documents += [((name, service, operation, refused), lambda n=name, a=action, r=refused: without(n, {a}, r))
                          for refused in (False, True)]
    return dict(many(tool, documents))


def each(judged):
    for (name, service, operation, refused), report in judged.items():
        if operation and service != "brain":
            yield name, (service, operation), refused, judged[(name, None, None, False)], report


def test_every_call_has_its_right_in_the_documents(judged):
    assert {(service, operation) for _, service, operation, _ in judged if operation and service != "brain"} <= set(ACTION)


def test_nothing_fails_because_something_was_not_seen(judged):
    for name, call, refused, _, report in each(judged):
        fails = {f["cause"] for f in report.of("fail")}
        assert fails <= ({REFUSED.get(call)} if refused else set()), (name, call, refused, str(report))


def test_a_check_depends_on_no_call_that_it_does_not_list(judged):
    """Regression: most checks of network and functions did not list all rights that they cannot do without."""
    wrong = [(check, call, name) for name, call, _, whole, report in each(judged) for check, rights in RIGHTS.items()
             if ACTION[call] not in rights and of(whole, check) != of(report, check)]
    assert not wrong


def test_a_check_without_its_call_is_unknown(judged):
    """Regression: identity.region and identity.account passed without the stack, lambda.timeout without the log, task.failures
    without the executions, and functions that nobody listed were left out in silence."""
    wrong, used, needed = [], set(), collections.Counter()
    for name, call, refused, whole, report in each(judged):
        for check, rights in RIGHTS.items():
            right = ACTION[call]
            if right not in rights or "pass" not in whole.statuses(check):
                continue
            if report.statuses(check) & {"unknown", "fail"}:
                needed[check] += 1
            elif "pass" in report.statuses(check):
                used.add((check, right))
                if (check, right) not in OPTIONAL and (check, right) not in ENOUGH:
                    wrong.append((name, check, call, refused))
    assert not wrong
    assert not set(OPTIONAL) - used, "not optional after all"
    passing = {check for name in HEALTHY for check in RIGHTS if "pass" in judged[(name, None, None, False)].statuses(check)}
    lost = {check for check in passing - set(needed) - set(ANY_OF) - BY_NAME if not check.startswith("brain.")}
    assert len(passing) > 30 and not lost


@pytest.mark.parametrize("check", sorted(ANY_OF))
def test_without_any_of_the_calls_that_suffice_it_is_unknown(tool, check):
    for name in HEALTHY:
        for refused in (False, True):
            doc = without(name, set(ANY_OF[check]), refused)
            if any(ACTION.get((c["service"], c["operation"])) in ANY_OF[check] for c in load(name)["calls"]):
                assert "pass" in one(tool, load(name)).statuses(check) and "pass" not in one(tool, doc).statuses(check), (name, refused)


def test_without_the_answers_of_brain_it_is_unknown(judged):
    whole = judged[("healthy-registered", None, None, False)]
    for operation, checks in BRAIN.items():
        report = judged[("healthy-registered", "brain", operation, True)]
        for check in checks:
            assert "pass" in whole.statuses(check) and not report.statuses(check) & {"pass"}, (operation, check, str(report))
