"""Policies of an organisation, read live by those who may and told as not seen by those who may not."""
import json

import pytest

DENY = {"Version": "2012-10-17", "Statement": [{"Sid": "NoFargate", "Effect": "Deny", "Action": "ecr:GetDownloadUrlForLayer",
                                                "Resource": "*"}]}


def report(live, *args, saved=None):
    run = live("--format", "json", "--only", "identity.permissions", *args)
    assert run.status in (0, 1), run
    return run, json.loads(run.out)


def calls(path):
    return [c for c in json.loads(path.read_text())["calls"] if c["service"] == "organizations"]


@pytest.fixture
def organisation(account):
    client = account.client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    unit = client.create_organizational_unit(ParentId=root, Name="Labs")["OrganizationalUnit"]["Id"]
    policy = client.create_policy(Content=json.dumps(DENY), Description="", Name="LabRules",
                                  Type="SERVICE_CONTROL_POLICY")["Policy"]["PolicySummary"]["Id"]
    client.attach_policy(PolicyId=policy, TargetId=unit)
    return client, root, unit, policy


def test_an_account_without_organisation_asks_once(account, live, tmp_path):
    saved = tmp_path / "account.json"
    _, doc = report(live, "--save-snapshot", saved)
    (only,) = calls(saved)
    assert only["operation"] == "DescribeOrganization" and only["error"]["code"] == "AWSOrganizationsNotInUseException"
    assert not [n for n in doc.get("notes", []) if "refused or failed" in n and "organizations" in n], doc


def test_the_management_account_is_not_limited_and_nothing_more_is_asked(account, organisation, live, tmp_path):
    saved = tmp_path / "account.json"
    report(live, "--save-snapshot", saved, "--no-redact")
    (only,) = calls(saved)
    assert only["output"]["Organization"]["MasterAccountId"] == account.id
    assert "MasterAccountEmail" not in saved.read_text()


def test_a_member_account_asks_where_it_stands_and_its_refusal_spoils_nothing(account, organisation, live, tmp_path):
    client, root, unit, _ = organisation
    member = client.create_account(AccountName="lab", Email="lab@example.com")["CreateAccountStatus"]["AccountId"]
    client.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)
    keys = account.client("sts").assume_role(RoleArn=f"arn:aws:iam::{member}:role/Lab", RoleSessionName="lab")["Credentials"]
    live.env.update(AWS_ACCESS_KEY_ID=keys["AccessKeyId"], AWS_SECRET_ACCESS_KEY=keys["SecretAccessKey"],
                    AWS_SESSION_TOKEN=keys["SessionToken"])
    saved = tmp_path / "account.json"
    _, doc = report(live, "--save-snapshot", saved, "--no-redact")
    asked = calls(saved)
    assert [(c["operation"], c["status"]) for c in asked] == [("DescribeOrganization", "ok"), ("ListParents", "error")], asked
    assert asked[1]["input"] == {"ChildId": member} and doc["summary"]["fail"] == 0, doc
    red = tmp_path / "redacted.json"
    report(live, "--save-snapshot", red)
    text = red.read_text()
    for secret in (member, account.id, client.describe_organization()["Organization"]["Id"]):
        assert secret not in text, secret
