"""docs/REGISTER.md and docs/FORMATS.md against what m2-register reads and writes."""
import json
import re
import subprocess


def table(text, heading):
    return text.split(heading, 1)[1].split("\n\n")[0]


def test_rights_of_the_registration_are_those_of_what_is_read_for_it(root, build):
    tables = json.loads(subprocess.run([build / "gendocs", "tables"], capture_output=True, text=True, check=True).stdout)
    read = {r["action"] for r in tables["collectors"] if "registration" in r["checks"]} - {"sts:GetCallerIdentity"}
    named = set(re.findall(r"`(\w+:\w+)`", table((root / "docs/REGISTER.md").read_text(), "| of AWS |")))
    assert named == read


def test_outcomes_are_documented_and_back(root):
    source = (root / "tools/common/enroll.c").read_text().split("outcomes[ENROLL_OUTCOMES]")[1].split("};")[0]
    outcomes = set(re.findall(r'"([a-z-]+)"', source)) | {"removed", "already-removed", "not-registered"}
    row = next(line for line in (root / "docs/FORMATS.md").read_text().splitlines() if line.startswith("| `outcome` |"))
    assert set(re.findall(r"`([a-z-]+)`", row)) - {"outcome", "--unregister"} == outcomes


def test_steps_of_the_journal_are_documented_and_back(root):
    sources = "".join(p.read_text() for p in (root / "tools/common").glob("enroll*.c"))
    steps = set(re.findall(r'enroll_note\((?:s->)?e, "(\w+)"', sources))
    row = next(line for line in (root / "docs/FORMATS.md").read_text().splitlines() if line.startswith("| `step` | of m2-register"))
    assert steps and set(re.findall(r"`(\w+)`", row)) - {"step"} == steps
