"""Every answer in fixtures/accounts has the members and types that AWS's service models say."""
import json
import pathlib

import pytest

from aws_shapes import check_call

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "fixtures" / "accounts"
FILES = sorted(p for p in FOLDER.glob("*.json") if not p.name.endswith(".expect.json"))


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_answers_are_as_aws_gives_them(path):
    calls = json.loads(path.read_text())["calls"]
    assert calls
    wrong = [w for call in calls if call["service"] not in ("brain", "registry") for w in check_call(call)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_role_policies_were_in_pythons_notation(path):
    for call in json.loads(path.read_text())["calls"]:
        if call["operation"] in ("GetRolePolicy", "GetPolicyVersion") and call["status"] == "ok":
            version = call["output"].get("PolicyVersion", {"Document": call["output"].get("PolicyDocument")})
            assert isinstance(version["Document"], dict), call


def test_a_wrong_shape_is_found():
    call = {"service": "ec2", "operation": "DescribeSubnets", "input": {"SubnetIds": ["subnet-1"]}, "status": "ok",
            "output": {"Subnets": [{"SubnetID": "subnet-1", "AvailableIpAddressCount": "8"}]}}
    assert len(check_call(call)) == 2
