"""Policies of an organisation over the wire: climbed by those who may, refused to most, and nobody's ids in what is handed on."""
import json

import pytest

from fakeaws import ACCOUNT, FakeAws, Live, error, identity

ORGANISATION, ROOT, UNIT, POLICY, OWNER = "o-a1b2c3d4e5", "r-q7w8", "ou-q7w8-e9r0t1y2", "p-u3i4o5p6", "210987654321"
RULES = {"Version": "2012-10-17", "Statement": [{"Sid": "OnlyEurope", "Effect": "Deny", "NotAction": ["iam:*", "sts:*"],
                                                 "Resource": "*", "Condition": {"StringNotEquals": {
                                                     "aws:RequestedRegion": ["eu-west-1"]}}}]}
ALLOW = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
FULL = {"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": True}
OWN = {"Id": POLICY, "Name": "LabRules", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": False,
       "Arn": f"arn:aws:organizations::{OWNER}:policy/{ORGANISATION}/service_control_policy/{POLICY}"}


def answer(operation, body, **rule):
    return {"target": f"AWSOrganizationsV20161128.{operation}", "body": json.dumps(body), **rule}


def xml(action, result):
    return {"action": action, "body": f"<{action}Response><{action}Result>{result}</{action}Result></{action}Response>"}


DESCRIBED = answer("DescribeOrganization", {"Organization": {
    "Id": ORGANISATION, "Arn": f"arn:aws:organizations::{OWNER}:organization/{ORGANISATION}", "FeatureSet": "ALL",
    "MasterAccountArn": f"arn:aws:organizations::{OWNER}:account/{ORGANISATION}/{OWNER}", "MasterAccountId": OWNER,
    "MasterAccountEmail": "head@example.org", "AvailablePolicyTypes": []}})
CLIMB = [answer("ListParents", {"Parents": [{"Id": UNIT, "Type": "ORGANIZATIONAL_UNIT"}]}, body_has=ACCOUNT),
         answer("ListParents", {"Parents": [{"Id": ROOT, "Type": "ROOT"}]}, body_has=UNIT),
         answer("ListPoliciesForTarget", {"Policies": [FULL, OWN]}, body_has=UNIT),
         answer("ListPoliciesForTarget", {"Policies": [FULL]}),
         answer("DescribePolicy", {"Policy": {"PolicySummary": OWN, "Content": json.dumps(RULES)}})]
WHO = [identity(), xml("GetUser", f"<User><UserName>lab</UserName><Arn>arn:aws:iam::{ACCOUNT}:user/lab</Arn></User>"),
       xml("ListAttachedUserPolicies", "<AttachedPolicies></AttachedPolicies>"),
       xml("ListUserPolicies", "<PolicyNames><member>All</member></PolicyNames>"),
       xml("ListGroupsForUser", "<Groups></Groups>"),
       xml("GetUserPolicy", "<UserName>lab</UserName><PolicyName>All</PolicyName><PolicyDocument>"
           + json.dumps(ALLOW).replace('"', "&quot;") + "</PolicyDocument>")]


@pytest.fixture
def live(doctor):
    return Live(doctor)


def rights(run):
    return [f for f in json.loads(run.out)["findings"] if f["id"] == "identity.permissions"]


def ask(live, aws, *args, region="us-east-1"):
    return live(aws, "--only", "identity.permissions", "--format", "json", *args, env={"AWS_REGION": region})


def test_a_policy_of_the_unit_denies_what_the_user_may(live):
    with FakeAws(DESCRIBED, *CLIMB, *WHO) as aws:
        run = ask(live, aws)
        assert run.status == 1, run
        found = [f for f in rights(run) if f["status"] == "fail"]
        assert found and all("OnlyEurope" in f["detail"] and "LabRules" in f["detail"] for f in found), found
        assert {f["evidence"][0]["call"]["operation"] if isinstance(f["evidence"][0].get("call"), dict) else
                f["evidence"][0]["call"] for f in found} <= {"DescribePolicy", "organizations:DescribePolicy"}, found[0]
        assert not [f for f in found if "iam:" in f["title"]], "IAM is exempted"
        assert len(aws.asked("AWSOrganizationsV20161128")) == 7
        allowed = ask(live, aws, region="eu-west-1")
        assert allowed.status == 0, allowed
        (passed,) = rights(allowed)
        assert passed["status"] == "pass" and "counted in" in passed["detail"], passed


def test_a_member_that_may_not_look_up_passes_and_is_told(live):
    refused = error("AccessDeniedException", "You don't have permissions", 400, target="AWSOrganizationsV20161128.ListParents")
    with FakeAws(DESCRIBED, refused, *WHO) as aws:
        run = ask(live, aws)
        (passed,) = rights(run)
        assert run.status == 0 and passed["status"] == "pass", run
        assert "organizations:ListParents" in passed["detail"] and "may forbid more" in passed["detail"], passed
        assert len(aws.asked("AWSOrganizationsV20161128")) == 2


def test_ids_of_the_organisation_do_not_leave_and_the_diagnosis_stays(live, doctor, tmp_path):
    saved = tmp_path / "redacted.json"
    with FakeAws(DESCRIBED, *CLIMB, *WHO) as aws:
        run = ask(live, aws)
        doctor("--endpoint-url", aws.url, "--save-snapshot", saved, "--only", "identity.permissions",
               env={"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1"})
    text = saved.read_text()
    for secret in (ORGANISATION, ROOT, UNIT, POLICY, OWNER, ACCOUNT, "head@example.org"):
        assert secret not in text, secret
    again = doctor("--snapshot", saved, "--format", "json", "--only", "identity.permissions")
    assert [(f["status"], f["cause"], f["title"]) for f in rights(again)] == \
        [(f["status"], f["cause"], f["title"]) for f in rights(run)]
