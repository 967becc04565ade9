"""What ties a cause to its effect must have been read: else the report says "may", and hides neither of them."""
import json
import xml.etree.ElementTree

import pytest


@pytest.fixture
def changed(doctor, root, tmp_path):
    """m2-doctor on a fixture whose calls of OPERATIONS had texts replaced, or were refused."""
    def run(name, replace=(), of=(), refuse=(), **options):
        doc = json.loads((root / f"fixtures/accounts/{name}.json").read_text())
        for i, call in enumerate(doc["calls"]):
            if call["operation"] in of:
                text = json.dumps(call)
                for old, new in replace:
                    text = text.replace(old, new)
                doc["calls"][i] = json.loads(text)
            if call["operation"] in refuse:
                del call["output"]
                call.update(status="error", error={"code": "UnauthorizedOperation", "message": "no", "http_status": 403})
        path = tmp_path / "snapshot.json"
        path.write_text(json.dumps(doc))
        return doctor("--snapshot", path, "--format", options.pop("format", "json"), *options.pop("args", ()))
    return run


ANOTHER_IMAGE = dict(of=("DescribeTasks", "GetExecutionHistory"), replace=(
    ("mroptimum-fargate:v1.4.2", "another-tool:v9"), ("task-definition/run-job-fargate:1", "task-definition/run-job-fargate:7")))


def by_cause(run):
    doc = json.loads(run.out)
    found = {(f["id"], f["cause"]): f for f in doc["findings"] if f["status"] in ("fail", "unknown")}
    return found, doc["root_causes"]


def test_a_task_of_the_missing_image_is_explained(changed):
    found, roots = by_cause(changed("image-tag-gone"))
    image, task = found["image.exists", "image.tag-missing"], found["task.failures", "task.pull.missing-image"]
    assert roots == [image["uid"]] and task["caused_by"] == [image["uid"]]
    assert not task["possible_causes"] and not image["may_explain"]


def test_a_task_of_another_image_may_be_and_stays_a_root_cause(changed):
    found, roots = by_cause(changed("image-tag-gone", **ANOTHER_IMAGE))
    image, task = found["image.exists", "image.tag-missing"], found["task.failures", "task.pull.missing-image"]
    run = found["workflow.executions", "task.pull.missing-image"]
    assert roots == [image["uid"], task["uid"]], roots
    assert task["caused_by"] == [] and task["possible_causes"] == [image["uid"]]
    assert task["uid"] in image["may_explain"] and not image["explains"]
    assert run["caused_by"] == [task["uid"]] and not run["possible_causes"], "the execution was of that very task"


def test_routes_that_were_not_read_may_be_why_a_task_reached_nothing(changed):
    run = changed("private-subnet-no-route", refuse=("DescribeRouteTables",))
    found, roots = by_cause(run)
    task = found["task.failures", "task.init.registry-network"]
    subnet = next(f["resource"] for f in json.loads(run.out)["findings"] if task["uid"] in f["may_explain"])
    assert f"net.egress/{subnet}" in task["possible_causes"], task
    assert roots == [task["uid"]] and not task["caused_by"]


@pytest.mark.parametrize("format,may,from_", [
    ("text", "This may explain:", "This may itself come from:"), ("markdown", "This may explain:", "This may itself come from:"),
    ("html", "This may explain:", "This may itself come from:"), ("github", "This may explain: ", "This may itself come from: "),
    ("junit", None, "Possibly caused by: ")])
def test_every_report_says_may(changed, format, may, from_):
    out = changed("image-tag-gone", format=format, **ANOTHER_IMAGE).out
    assert from_ in out and (may is None or out.index(may) < out.index(from_)), out
    sure = changed("image-tag-gone", format=format).out
    assert from_ not in sure and (may is None or may not in sure), sure
    if format == "junit":
        xml.etree.ElementTree.fromstring(out)


def test_a_guess_is_no_change(changed, root):
    """Statuses and causes are compared: what ties them may be read today and not tomorrow."""
    args = ["--compare", root / "fixtures/accounts/image-tag-gone.json"]
    run = changed("image-tag-gone", args=args, **ANOTHER_IMAGE)
    assert json.loads(run.out)["compared"]["changes"] == [], run.out


def test_a_report_of_an_older_version_can_be_compared(doctor, root, tmp_path):
    account = root / "fixtures/accounts/image-tag-gone.json"
    old = json.loads(doctor("--snapshot", account, "--format", "json").out)
    for finding in old["findings"]:
        del finding["possible_causes"], finding["may_explain"]
    (tmp_path / "old.json").write_text(json.dumps(old))
    run = doctor("--snapshot", account, "--compare", tmp_path / "old.json", "--format", "json")
    assert json.loads(run.out)["compared"]["changes"] == [], run
