"""m2-doctor --template: the fixtures, and that nothing but the files is needed."""
import datetime
import json
import os
import re
import shutil

import pytest
import yaml

from conftest import ROOT
from unit_template import Loader

TEMPLATES = ROOT / "fixtures/templates"
CASES = sorted(p.parent.name for p in TEMPLATES.glob("*/expect.json"))


def findings(run):
    return json.loads(run.out)["findings"]


def wrong(run):
    return sorted([f["status"], f["id"], f["cause"], f["resource"]] for f in findings(run) if f["status"] in ("fail", "warn"))


def as_of_today(rows):
    """Runtimes end by date: python3.10 is refused from 31 July 2026 on."""
    over = datetime.date.today() >= datetime.date(2026, 7, 31)
    return sorted(row for row in rows if over or not row[2].startswith("lambda.runtime-"))


@pytest.fixture
def unit(tmp_path):
    def copy(name):
        shutil.copytree(TEMPLATES / name, tmp_path, dirs_exist_ok=True)
    return copy


@pytest.mark.parametrize("case", CASES)
def test_fixture(doctor, unit, case):
    unit(case)
    for expected in json.loads((TEMPLATES / case / "expect.json").read_text()):
        run = doctor(*expected["args"], "--format", "json", env={"STACK_NAME": "lab"})
        assert as_of_today(wrong(run)) == as_of_today(expected["wrong"]), run
        assert run.status == (1 if any(row[0] == "fail" for row in expected["wrong"]) else 0)


def test_every_finding_points_at_its_place(doctor, unit):
    unit("faulty")
    for f in findings(doctor("--template", "template.yaml", "--format", "json")):
        if f["status"] in ("fail", "warn"):
            file, line, column = re.fullmatch(r"(.+):(\d+):(\d+)", f["resource"]).groups()
            text = (doctor.home / file).read_text().splitlines()[int(line) - 1]
            assert len(text) >= int(column) and text[int(column) - 1] != " ", (f["resource"], text)
            assert f["evidence"][0]["call"] == "template:ReadFile" and f["evidence"][0]["path"] == f["resource"], f


def test_no_network_and_no_credentials_are_used(doctor, unit):
    unit("clean")
    broken = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "HTTPS_PROXY": "http://127.0.0.1:1", "AWS_PROFILE": "missing",
              "AWS_CONFIG_FILE": "/dev/null/none"}
    wrapper = ["unshare", "-rn"] if os.system("unshare -rn true 2>/dev/null") == 0 else []
    run = doctor("--template", "template.yaml", "--timeout", "20", env=broken, wrapper=wrapper)
    assert run.status == 0 and run.err == "", run


def test_a_saved_snapshot_replays_to_the_same_findings(doctor, unit):
    unit("faulty")
    first = doctor("--template", "template.yaml", "--format", "json", "--save-snapshot", "s.json", "--only", "template")
    again = doctor("--snapshot", "s.json", "--format", "json", "--only", "template")
    assert findings(first) == findings(again)
    assert json.loads((doctor.home / "s.json").read_text())["redacted"] is True


def test_a_snapshot_of_the_account_tells_what_exists(doctor, unit, tmp_path):
    unit("faulty")
    account = json.loads((ROOT / "fixtures/accounts/healthy-pre-deployment.json").read_text())
    account["calls"].append({"service": "logs", "operation": "DescribeLogGroups", "input": {},
                             "output": {"logGroups": [{"logGroupName": "/ecs/run-job-fargate"}]}})
    (tmp_path / "account.json").write_text(json.dumps(account))
    run = doctor("--template", "template.yaml", "--snapshot", "account.json", "--only", "template.names", "--format", "json")
    names = [row for row in wrong(run) if row[2] == "template.fixed-name-collides"]
    assert [row[0] for row in names] == ["fail", "warn", "warn"], run


@pytest.mark.parametrize("content,said", [(None, "No such file"), (b"", "the text ends"), (b"\x00\x01", "no text"), (b"a: [", "syntax")])
def test_bad_files(doctor, tmp_path, content, said):
    if content is not None:
        (tmp_path / "t.yaml").write_bytes(content)
    run = doctor("--template", "t.yaml")
    assert run.status == (2 if content is None else 1), run
    assert "t.yaml" in run.out + run.err, run
    if content is None:
        assert run.out == "" and said in run.err and len(run.err.splitlines()) <= 2, run


def test_a_nested_file_is_found_from_the_folder_of_its_template(doctor, tmp_path):
    nest = "Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: %s}}}\n"
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    (tmp_path / "a/root.yaml").write_text(nest % "./b/../../c/n.yaml")
    (tmp_path / "c/n.yaml").write_text(nest % "gone.yaml")
    run = doctor("--template", "a/root.yaml", "--format", "json", "--only", "template.references")
    assert wrong(run) == [["fail", "template.references", "template.unresolved-reference", "a/b/../../c/n.yaml:1:77"]] or \
        [row[2] for row in wrong(run)] == ["template.unresolved-reference"], run
    assert "c/gone.yaml, which is not there" in run.out


def test_a_template_that_nests_itself_ends(doctor, tmp_path):
    (tmp_path / "t.yaml").write_text("Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: t.yaml}}}\n")
    run = doctor("--template", "t.yaml", "--format", "json")
    assert run.status in (0, 1) and "nested deeper" in run.out, run


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret", "~/.aws/credentials"])
def test_a_template_does_not_make_us_read_other_files(doctor, tmp_path, name):
    (tmp_path / "t.yaml").write_text("Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: %s}}}\n" % name)
    doctor("--template", "t.yaml", "--save-snapshot", "s.json")
    assert len(json.loads((tmp_path / "s.json").read_text())["calls"]) == 1


SECRETS = """Parameters:
  DbPassword:
    Type: String
    Default: hunter2
  Plain: {Type: String, NoEcho: true, Default: 'hunter2'}
  Other: {Type: String, Default: "keep 123456789012"}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties:
      MasterPassword: !Ref DbPassword
      Token: !Sub '${Other}'
      Environment:
        Variables:
          API_KEY: hunter2
          DB_PWD: "hunter2 \\" hunter2"
          LONG: |
            -----BEGIN RSA PRIVATE KEY-----
            hunter2
            -----END RSA PRIVATE KEY-----
          SECRET_TEXT: >-
            hunter2
            hunter2 more

          after: !Ref Plain
          ROLE: arn:aws:iam::123456789012:role/x
      Code: |
        keep = "${Plain}"
        password = "hunter2"
        keep = 1
Outputs: {M: {Value: 'me@lab.org'}}
"""


def test_secrets_of_a_template_are_not_saved_and_its_lines_stay(doctor, tmp_path):
    (tmp_path / "t.yaml").write_text(SECRETS)
    first = doctor("--template", "t.yaml", "--save-snapshot", "s.json", "--format", "json")
    body = json.loads((tmp_path / "s.json").read_text())["calls"][0]["output"]["TemplateBody"]
    for gone in ("hunter2", "123456789012", "me@lab.org", "BEGIN RSA"):
        assert gone not in body, body
    for kept in ("!Ref DbPassword", "!Ref Plain", "keep = 1", "Type: String\n    Default: REDACTED"):
        assert kept in body, body
    assert body.count("\n") == SECRETS.count("\n")
    again = doctor("--snapshot", "s.json", "--format", "json", "--only", "template")
    assert wrong(first) == wrong(again)


@pytest.mark.parametrize("form", ["json", "yaml"])
@pytest.mark.parametrize("case", CASES)
def test_short_and_long_forms_yaml_and_json_say_the_same(doctor, unit, case, form):
    unit(case)
    def told():
        rows = wrong(doctor("--template", "template.yaml", "--format", "json"))
        return sorted((*row[:3], row[3].split(":")[0]) for row in rows if row[2] != "template.duplicate-key")
    short = told()
    for path in doctor.home.rglob("template.yaml"):
        tree = yaml.load(path.read_text(), Loader)
        path.write_text(json.dumps(tree, indent=1) if form == "json" else yaml.safe_dump(tree, sort_keys=False, allow_unicode=True))
    assert told() == short and bool(short) == (case != "clean")


# ---- the deployed template ----

def deployed(root, tmp_path, kind, **call):
    doc = json.loads((root / "fixtures/accounts/healthy-nat.json").read_text())
    body = (root / f"fixtures/templates/{kind}/template.yaml").read_text()
    doc["calls"] = [c for c in doc["calls"] if c["operation"] != "GetTemplate"]
    doc["calls"].append({"service": "cloudformation", "operation": "GetTemplate", "region": "us-east-1", "input": {
        "StackName": "arn:aws:cloudformation:us-east-1:123456789012:stack/mroptimum-mode2/1"}, "status": "ok",
        "output": {"TemplateBody": body}, **call})
    (tmp_path / "account.json").write_text(json.dumps(doc))
    return tmp_path / "account.json"


def findings(run):
    return [f for f in json.loads(run.out)["findings"] if f["area"] == "template"]


def test_the_deployed_template_is_judged_and_what_works_never_fails(doctor, root, tmp_path):
    clean = doctor("--snapshot", deployed(root, tmp_path, "clean"), "--format", "json")
    assert clean.status == 0 and {f["status"] for f in findings(clean)} == {"pass"}, clean
    faulty = doctor("--snapshot", deployed(root, tmp_path, "faulty"), "--format", "json")
    causes = {f["cause"] for f in findings(faulty) if f["status"] == "warn"}
    assert faulty.status == 0 and {"template.duplicate-key", "access.trust-no-external-id", "access.too-wide"} <= causes, faulty
    assert not [f for f in findings(faulty) if f["status"] == "fail"], "the stack was deployed with it"
    assert any(f["resource"].startswith("mroptimum-mode2:") for f in findings(faulty)), "places are told by the stack's name"


def test_a_local_template_takes_the_place_of_the_deployed_one(doctor, root, tmp_path):
    run = doctor("--snapshot", deployed(root, tmp_path, "faulty"), "--template", root / "fixtures/templates/clean/template.yaml",
                 "--format", "json")
    assert {f["status"] for f in findings(run)} == {"pass"}, run


def test_a_deployed_template_that_may_not_be_read_is_not_known(doctor, root, tmp_path):
    account = deployed(root, tmp_path, "clean", status="error", error={"code": "AccessDenied", "message": "no", "http_status": 403})
    run = doctor("--snapshot", account, "--format", "json")
    assert {(f["status"], f.get("missing_right")) for f in findings(run)} == {("unknown", "cloudformation:GetTemplate")}, run


def test_a_saved_deployed_template_holds_no_account(doctor, root, tmp_path):
    body = "Parameters: {P: {Type: String, Default: hush-123456789012}}\nResources: {B: {Type: 'AWS::S3::Bucket'}}\n"
    account = deployed(root, tmp_path, "clean", output={"TemplateBody": body})
    run = doctor("--snapshot", account, "--save-snapshot", tmp_path / "saved.json", "--format", "json")
    assert run.status == 0 and "123456789012" not in (tmp_path / "saved.json").read_text(), run


def test_a_deployed_stack_s_name_fits_and_is_not_warned_of(doctor, root, tmp_path):
    body = """Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: {RoleName: !Sub '${AWS::StackName}-Role', AssumeRolePolicyDocument: {Statement: []}}
"""
    file = tmp_path / "template.yaml"
    file.write_text(body)
    local = doctor("--template", file, "--format", "json", "--only", "template.names")
    assert [f["cause"] for f in findings(local)] == ["template.role-name-too-long"], local
    there = deployed(root, tmp_path, "clean", output={"TemplateBody": body})
    run = doctor("--snapshot", there, "--format", "json", "--only", "template.names")
    assert [f["status"] for f in findings(run)] == ["pass"], run
