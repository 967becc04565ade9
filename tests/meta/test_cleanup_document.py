"""docs/CLEANUP.md: every guard is there with its test, every reason is explained, every action is in FORMATS."""
import json
import re
import subprocess

import pytest

REASON = re.compile(r'"((?:account|stack|resource|template|bucket|retained|logs|unit|brain|right|ecr|custom-resource)\.[a-z-]+)"')


@pytest.fixture(scope="module")
def guards(build):
    return json.loads(subprocess.run([build / "gendocs", "tables"], capture_output=True, text=True, check=True).stdout)["guards"]


def section(root, heading):
    text = (root / "docs/CLEANUP.md").read_text().split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    return [[c.strip() for c in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")]


def test_every_guard_is_documented_in_order_with_its_test(root, guards):
    rows = section(root, "What must hold before something is deleted")
    assert [[r[0].strip("`"), r[1], r[2]] for r in rows] == [[g["name"], g["holds"], g["kind"]] for g in guards]
    scenes = (root / "tests/unit/cleanup/test_guards.c").read_text()
    for name, _, _, test in rows:
        assert re.search(rf"^static void {test.strip('`')}\(struct scene", scenes, re.M), name
        assert re.search(rf'{{ "{name.strip("`")}", {test.strip("`")}, ', scenes), name


def test_every_reason_is_explained_and_back(root):
    said = set()
    for path in (root / "libcommon/cleanup").glob("*.c"):
        said |= set(REASON.findall(path.read_text()))
    said -= {"ecr.storage-gb-month"}
    said = {s for s in said if not s.endswith("-month")}
    explained = set()
    for row in section(root, "What forbids it, and what stays"):
        explained |= set(re.findall(r"`([a-z-]+\.[a-z-]+)`", row[0]))
    assert explained == said


def test_every_action_is_in_the_format(root):
    names = re.search(r"m2_action_name\(.*?\{(.*?)\}", (root / "libcommon/cleanup/plan.c").read_text(), re.S)[1]
    formats = (root / "docs/FORMATS.md").read_text().split("## Teardown plan", 1)[1].split("\n## ", 1)[0]
    for name in re.findall(r'"([a-z-]+)"', names):
        assert f"`{name}`" in formats, name


def test_steps_of_the_journal_are_documented_and_back(root):
    source = "".join(p.read_text() for p in (root / "libcommon/cleanup").glob("*.c"))
    steps = set(re.findall(r'm2_teardown_note\(\s*x,\s*"([a-z-]+)"', source))
    steps |= set(re.findall(r'm2_teardown_change\(\s*&said,\s*x,\s*"([a-z-]+)"', source))
    steps |= set(re.findall(r'#define (?:PLAN|DELETE) "([a-z-]+)"', source))
    steps |= set(re.findall(r'"(stop-[a-z]+)"', source))
    row = next(line for line in (root / "docs/FORMATS.md").read_text().splitlines() if line.startswith("| `step` | of m2-cleanup"))
    assert set(re.findall(r"`([a-z-]+)`", row)) - {"step", "remove"} == steps
