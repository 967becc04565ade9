"""docs/VERIFY.md and docs/FORMATS.md against what m2-verify calls, says and prints."""
import json
import re
import subprocess


def document(root):
    return (root / "docs/VERIFY.md").read_text()


def test_rights_of_the_test_job_are_those_of_its_calls(root):
    source = (root / "tools/m2-verify/canary.c").read_text()
    called = set(re.findall(r'ask\(c, &answer, "([\w-]+)", "(\w+)"', source))
    named = set(re.findall(r"^\| ([\w-]+) (\w+) \| `\w+:\w+` \|", document(root), re.M))
    assert len(called) == 6 and named == called


def test_causes_of_the_test_job_and_of_routing_are_documented(root, build):
    tables = json.loads(subprocess.run([build / "gendocs", "tables"], capture_output=True, text=True, check=True).stdout)
    checks = {c["id"]: c for c in tables["checks"]}
    assert set(re.findall(r"^\| `(canary\.[\w-]+)` \|", document(root), re.M)) == set(checks["brain.canary"]["causes"])
    routing = set(re.findall(r"\| `(brain\.[\w-]+)` \|", document(root)))
    assert len(routing) == 4 and routing <= set(checks["brain.fields"]["causes"])


def test_members_of_the_report_are_documented(root):
    source = (root / "tools/m2-verify/show.c").read_text()
    text = (root / "docs/FORMATS.md").read_text()
    for name, function in (("registration", "registration_value"), ("canary", "canary_value")):
        body = source.split(f"*{function}(")[1].split("\n}\n")[0]
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
        members = set(re.findall(r'(?:m2_v_set\w*|set_time)\(a, \w+, "(\w+)"', body))
        assert members and members <= set(re.findall(r"`(\w+)(?:\[\])?`", row)), members


def test_verdicts_of_fields_are_documented(root):
    source = (root / "libcommon/brain/unit_compare.c").read_text().split("verdicts[M2_FIELD_VERDICTS]")[1].split("};")[0]
    assert re.findall(r"^\| `(\w+)` \|", document(root).split("| verdict |")[1].split("\n\n")[0], re.M) == re.findall(r'"(\w+)"', source)
