"""A command that sets a policy mends the fault and takes nothing away: what it sets is put into the account, and read again."""
import json
import shlex

import pytest


def account(root, name):
    return json.loads((root / f"fixtures/accounts/{name}.json").read_text())


@pytest.fixture
def diagnosed(doctor, tmp_path):
    def run(document):
        path = tmp_path / "account.json"
        path.write_text(json.dumps(document))
        doc = json.loads(doctor("--snapshot", path, "--format", "json").out)
        return {f["cause"]: f for f in doc["findings"] if f["status"] == "fail"}
    return run


def set_by(finding, action):
    """The words of the fix's command "aws … ACTION", and the policy in them."""
    words = next(w for w in map(shlex.split, finding["fix"]["commands"]) if action in w)
    return words, json.loads(words[words.index("--policy-text" if "--policy-text" in words else "--policy-document") + 1])


def test_the_repositorys_policy_keeps_what_it_allows(root, diagnosed):
    document = account(root, "image-policy-without-lambda")
    cause = "image.policy-lacks-lambda-service"
    words, policy = set_by(diagnosed(document)[cause], "set-repository-policy")
    name = words[words.index("--repository-name") + 1]
    call = next(c for c in document["calls"] if c["operation"] == "GetRepositoryPolicy" and c["input"]["repositoryName"] == name)
    before = json.loads(call["output"]["policyText"])
    assert policy["Statement"][:-1] == before["Statement"] and len(before["Statement"]) > 0 and policy["Version"] == before["Version"]
    call["output"]["policyText"] = json.dumps(policy)
    assert cause not in diagnosed(document)


def test_no_policy_to_set_beside_a_deny(root, diagnosed):
    document = account(root, "image-policy-without-lambda")
    for call in document["calls"]:
        if call["operation"] == "GetRepositoryPolicy" and call["status"] == "ok":
            call["output"]["policyText"] = json.dumps({"Version": "2008-10-17", "Statement": [
                {"Effect": "Deny", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "ecr:*"}]})
    finding = diagnosed(document)["image.policy-lacks-lambda-service"]
    assert not [c for c in finding["fix"]["commands"] if "set-repository-policy" in c], finding


@pytest.mark.parametrize("name,cause", [("image-policy-without-lambda", "image.policy-lacks-lambda-service"),
                                        ("trust-anyone", "access.trust-anyone")])
def test_no_policy_of_invented_names_from_a_redacted_snapshot(root, diagnosed, name, cause):
    assert any("--policy-" in c for c in diagnosed(account(root, name))[cause]["fix"]["commands"])
    document = {**account(root, name), "redacted": True}
    assert not [c for c in diagnosed(document)[cause]["fix"]["commands"] if "--policy-" in c]


def put_trust(document, role, policy):
    calls = [c for c in document["calls"] if c["operation"] == "GetRole" and c["input"]["RoleName"] == role and c["status"] == "ok"]
    for call in calls:
        call["output"]["Role"]["AssumeRolePolicyDocument"] = policy
    assert calls


@pytest.mark.parametrize("name,cause", [("trust-anyone", "access.trust-anyone"), ("execution-role-trust", "image.role-trust")])
def test_a_trust_policy_lets_in_who_it_is_for(root, diagnosed, name, cause):
    document = account(root, name)
    words, policy = set_by(diagnosed(document)[cause], "update-assume-role-policy")
    put_trust(document, words[words.index("--role-name") + 1], policy)
    assert diagnosed(document) == {}, "nothing else failed before either"


def test_a_condition_of_the_trust_policy_stays(root, diagnosed):
    document = account(root, "trust-anyone")
    role = diagnosed(document)["access.trust-anyone"]["resource"]
    asks = {"StringEquals": {"sts:ExternalId": "lab-42"}}
    put_trust(document, role, {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": asks},
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    _, policy = set_by(diagnosed(document)["access.trust-anyone"], "update-assume-role-policy")
    first, second = policy["Statement"]
    assert first["Condition"] == asks and first["Principal"] == {"AWS": "arn:aws:iam::469266894233:root"}
    assert second["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_others_whom_the_trust_policy_names_stay(root, diagnosed):
    document = account(root, "trust-anyone")
    role = diagnosed(document)["access.trust-anyone"]["resource"]
    other, brain = "arn:aws:iam::123456789012:role/ours", "arn:aws:iam::469266894233:root"
    put_trust(document, role, {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": ["*", other], "Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"},
        {"Effect": "Allow", "Principal": {"AWS": "*", "Federated": "idp"}, "Action": "sts:AssumeRole"}]})
    _, policy = set_by(diagnosed(document)["access.trust-anyone"], "update-assume-role-policy")
    assert [s["Principal"] for s in policy["Statement"]] == [
        {"AWS": [brain, other], "Service": "states.amazonaws.com"}, {"AWS": brain, "Federated": "idp"}]
