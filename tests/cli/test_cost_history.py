"""m2-cost history against a loopback AWS: the bill of a laboratory's month, and everything that can go wrong on the way to it."""
import csv
import io
import json
import signal
import subprocess
import time

import pytest

import labaws
import labhistory as lab
import make_history
from fakeaws import KEYS, FakeAws, error, no_secret
from historybill import bill, usd

MONTH_FILE = make_history.ROOT / "fixtures" / "history" / "month.json"
TOTAL = sum(v for v, _ in bill()[0].values())


class History:
    """m2-cost history pointed at a FakeAws; keeps the snapshot it makes."""

    def __init__(self, cost):
        self.cost = cost

    def __call__(self, aws, *args, env=None, timeout=60, json_=True):
        self.path = self.cost.home / "snapshot.json"
        self.path.unlink(missing_ok=True)
        run = self.cost("history", "--endpoint-url", aws.url, "--save-snapshot", self.path, *args,
                        *(["--format", "json"] if json_ else []), env={**KEYS, **(env or {})}, timeout=timeout)
        run.saved = json.loads(self.path.read_text()) if self.path.exists() else None
        run.json = json.loads(run.out) if json_ and run.out else None
        no_secret(run.out + run.err + (self.path.read_text() if self.path.exists() else ""))
        return run


@pytest.fixture
def history(cost):
    return History(cost)


def totals(doc):
    return {j["id"]: j["total_usd"] for j in doc["jobs"]}


def expected(days=30, story=lab.STORY):
    return {name: usd(v) for name, (v, _) in bill(story, days)[0].items()}


@pytest.fixture
def month():
    a = lab.Lab(time.time())
    with FakeAws(*labaws.rules(a), account=False) as aws:
        aws.lab = a
        yield aws


def test_a_month_costs_what_fractions_say(history, month):
    run = history(month)
    assert run.status == 0, run
    doc, (jobs, items) = run.json, bill()
    assert totals(doc) == expected()
    assert {i["resource"]: i["cost_usd"] for i in doc["items"]} == {k: usd(v) for k, v in items.items()}
    assert doc["total_usd"] == usd(TOTAL) and doc["summary"]["jobs"] == len(jobs)
    assert {j["id"] for j in doc["jobs"] if j["estimated"]} == {k for k, (_, guess) in jobs.items() if guess}
    assert [j["id"] for j in doc["running"]] == ["job-1017"] and [j["id"] for j in doc["unread"]] == ["job-1015"]
    failed = {j.name for j in lab.STORY if j.status != "SUCCEEDED" and j.name in jobs}
    assert doc["failed"] == {"jobs": len(failed), "total_usd": usd(sum(jobs[n][0] for n in failed))}
    assert doc["failed_tries"]["runs"] == 2  # the Spot task of 1003, the run before the redrive of 1008
    assert len([r for r in month.asked("GetExecutionHistory") if "job-0999" in r["body"]]) == 0, "before the period"
    assert len([r for r in month.asked("GetExecutionHistory") if "job-1017" in r["body"]]) == 0, "it still runs"
    assert not month.asked("Registration"), "no state machine calls it"


def test_what_was_not_seen_is_said(history, month):
    doc = history(month).json
    said = "\n".join(doc["unseen"])
    for text in ("One execution has no history any more (AWS keeps it for 90 days",
                 "2 tasks are billed by the times of their events",
                 "One run of a function is billed by the times of its events"):
        assert text in said, said
    assert "One task never began to pull its image: billed 0." in doc["told"]
    assert "In one job no task and no function ran" in " ".join(doc["told"])
    text = history(month, json_=False).out
    assert "What failures cost: 7 jobs" in text and "job-1017, began" in text and "3 jobs of 15 (20 %)" in text, text


def test_a_snapshot_gives_the_same_without_network_and_holds_no_job_s_data(history, month, cost):
    doc = history(month).json
    saved = history.path.read_text()
    assert lab.SECRET_INPUT not in saved and lab.ACCOUNT not in saved and json.loads(saved)["redacted"]
    again = cost("history", "--snapshot", history.path, "--format", "json", env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert again.status == 0, again
    replayed = json.loads(again.out)
    for key in ("total_usd", "items", "summary", "failed", "outcomes", "unseen", "told", "period"):
        assert replayed[key] == doc[key], key
    assert totals(replayed) == totals(doc)
    history(month, "--no-redact")
    assert lab.SECRET_INPUT not in history.path.read_text() and lab.ACCOUNT in history.path.read_text()


def test_pages_are_read_to_the_period_s_start_and_not_beyond(history):
    a = lab.Lab(time.time())
    old = [lab.Job(f"job-0{n}", 31 + n / 10, "SUCCEEDED", runs=[lab.Task(100)]) for n in range(100, 140)]
    a = lab.Lab(time.time(), lab.STORY + old)
    with FakeAws(*labaws.rules(a, page=5, events=4, reports=3), account=False) as aws:
        run = history(aws)
        assert run.status == 0 and totals(run.json) == expected(), run
        assert len(aws.asked("ListExecutions")) == 4, "18 of the story in pages of 5; the fourth reaches back over the start"
        assert not [t for t in run.json["unseen"] if "list" in t], run.json["unseen"]
    with FakeAws(*labaws.rules(a, page=5), account=False) as aws:
        wide = history(aws, "--since", "365d")
        assert len(aws.asked("ListExecutions")) == 12 and len(wide.json["jobs"]) == 15 + 1 + 40


def test_more_than_a_hundred_executions(history):
    story = [lab.Job(f"job-{1000 + n}", 29 - n / 10, "SUCCEEDED", runs=[lab.Task(100 + n)]) for n in range(250)]
    with FakeAws(*labaws.rules(lab.Lab(time.time(), story), page=100), account=False) as aws:
        run = history(aws)
        assert len(run.json["jobs"]) == 250 and totals(run.json) == expected(story=story)


def test_histories_are_asked_for_at_a_polite_pace(history):
    story = [lab.Job(f"job-{1000 + n}", 20 - n / 100, "SUCCEEDED", runs=[lab.Task(100)]) for n in range(225)]
    with FakeAws(*labaws.rules(lab.Lab(time.time(), story)), account=False) as aws:
        began = time.time()
        run = history(aws)
        assert len(run.json["jobs"]) == 225
        assert 2.0 < time.time() - began < 30, "200 at once, then 10 a second"


def test_throttling_is_waited_for(history, month):
    a = month.lab
    first = [labaws.refused(labaws.STATES, "GetExecutionHistory", "ThrottlingException", "Rate exceeded", times=3),
             labaws.refused(labaws.STATES, "ListExecutions", "ThrottlingException", "Rate exceeded", times=1),
             labaws.refused(labaws.LOGS, "FilterLogEvents", "ThrottlingException", "Rate exceeded", times=1)]
    with FakeAws(*labaws.rules(a, first), account=False) as aws:
        run = history(aws)
        assert run.status == 0 and totals(run.json) == expected(), run


DENIED = "is not authorized to perform"


@pytest.mark.parametrize("target,operation,right,still", [
    (labaws.LOGS, "FilterLogEvents", "logs:FilterLogEvents", True),
    (labaws.ECS, "ListTasks", "ecs:ListTasks", True),
    (labaws.ECS, "DescribeTasks", "ecs:DescribeTasks", True),
    (labaws.STATES, "GetExecutionHistory", "states:GetExecutionHistory", True),
    (labaws.STATES, "ListExecutions", "states:ListExecutions", False),
    (labaws.STATES, "DescribeStateMachine", "", True),
])
def test_a_denied_right_is_named(history, month, target, operation, right, still):
    with FakeAws(*labaws.rules(month.lab, [labaws.refused(target, operation, "AccessDeniedException", DENIED)]),
                 account=False) as aws:
        run = history(aws)
        if not still:
            assert run.status == 3 and f"{right} was denied (AccessDeniedException)" in run.err, run
            return
        assert run.status == 0, run
        assert f"{right} was denied" in "\n".join(run.json["unseen"]) if right else True, run.json["unseen"]
        assert history(aws, "--strict").status == 4


def test_denied_logs_are_estimated_from_events(history, month):
    with FakeAws(*labaws.rules(month.lab, [labaws.refused(labaws.LOGS, "FilterLogEvents", "AccessDeniedException", DENIED)]),
                 account=False) as aws:
        doc = history(aws).json
    timed_out = next(j for j in doc["jobs"] if j["id"] == "job-1007")["runs"][0]
    assert timed_out["duration_s"] == "900" and "not in the log" in timed_out["estimated"]
    assert all(j["estimated"] for j in doc["jobs"] if j["id"] != "job-1012"), "the selector's runs are guesses too"


def test_expired_credentials_end_the_run_with_what_is_known(history, month):
    first = [labaws.refused(labaws.STATES, "GetExecutionHistory", "ExpiredTokenException",
                            "The security token included in the request is expired", body_has="job-1002")]
    with FakeAws(*labaws.rules(month.lab, first), account=False) as aws:
        run = history(aws)
        assert run.status == 3 and "expired" in run.err, run
        assert "job-1002" not in totals(run.json) and totals(run.json)["job-1001"] == expected()["job-1001"]


def test_without_credentials_one_sentence(cost, month):
    run = cost("history", "--endpoint-url", month.url)
    assert run.status == 3 and "credentials" in run.err and not run.out, run


def test_no_stack_is_said(cost):
    with FakeAws() as aws:
        run = cost("history", "--endpoint-url", aws.url, env=KEYS)
        assert run.status != 0 and not run.out and "no state machine was found in stack mroptimum-mode2" in run.err, run


def test_a_time_limit_reports_what_is_known(history, month):
    slow = [{**rule, "delay_ms": 30000} for rule in labaws.histories(month.lab) if "job-1002" in rule.get("body_has", "")]
    with FakeAws(*labaws.rules(month.lab, slow), account=False) as aws:
        run = history(aws, "--timeout", "3")
        assert run.status == 3 and "--timeout" in run.err, run
        assert totals(run.json) == {k: v for k, v in expected().items() if k != "job-1002"}
        assert "One execution has no history here, because the time limit passed first" in "\n".join(run.json["unseen"])


def test_a_time_limit_between_pages_keeps_the_pages_that_came(history, month):
    slow = [{**rule, "delay_ms": 30000} for rule in labaws.lists(month.lab, 5) if "body_has" in rule][1:]
    with FakeAws(*labaws.rules(month.lab, slow, page=5), account=False) as aws:
        run = history(aws, "--timeout", "3")
        assert run.status == 3, run
        listed = [c for c in run.saved["calls"] if c["operation"] == "ListExecutions"][0]
        assert listed["status"] == "ok" and len(listed["output"]["executions"]) == 10
        assert "The list of executions ends at" in "\n".join(run.json["unseen"])
        assert len(run.json["unread"]) == 9, "their histories were never asked for"


def test_the_period_s_edge(history):
    now = time.time()
    story = [lab.Job("job-1001", 1 - 5 / lab.DAY, "SUCCEEDED", runs=[lab.Task(100)]),
             lab.Job("job-1002", 1 + 30 / lab.DAY, "SUCCEEDED", runs=[lab.Task(100)])]
    with FakeAws(*labaws.rules(lab.Lab(now, story)), account=False) as aws:
        assert list(totals(history(aws, "--since", "1d").json)) == ["job-1001"]


def test_rows_of_per_job_add_up(history, month, cost):
    path = cost.home / "jobs.csv"
    doc = history(month, "--per-job", path).json
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert len(rows) == sum(len(j["runs"]) for j in doc["jobs"]) == 17
    picos = [round(float(0)) for _ in rows]
    picos = [int(r["total_usd"].replace(".", "").ljust(1)) if "." not in r["total_usd"] else
             int(r["total_usd"].split(".")[0]) * 10**12 + int(r["total_usd"].split(".")[1].ljust(12, "0")) for r in rows]
    assert sum(picos) == TOTAL
    assert not path.with_name("jobs.csv.tmp").exists()


def test_m2_cost_jobs_reads_the_rows_back_to_the_same_totals(history, month, cost):
    path = cost.home / "jobs.csv"
    doc = history(month, "--per-job", path).json
    back = cost("jobs", path, "--format", "json")
    assert back.status == 0, back
    again = json.loads(back.out)
    for key in ("total_usd", "items"):
        assert again[key] == doc[key], key
    for key in ("compute_usd", "other_usd", "by_month", "cheapest"):
        if key not in ("by_month", "cheapest"):
            assert again["summary"][key] == doc["summary"][key], key
    usd_by = lambda d, by: {g[by[3:]]: g["total_usd"] for g in d["summary"][by]}  # noqa: E731
    for by in ("by_month", "by_outcome", "by_platform"):
        assert usd_by(again, by) == usd_by(doc, by), by
    assert again["summary"]["cheapest"]["total_usd"] == doc["summary"]["cheapest"]["total_usd"]
    assert again["summary"]["jobs"] == 17 and again["summary"]["bad_rows"] == 0


def test_budget(history, month):
    assert history(month, "--budget", "1").status == 0
    over = history(month, "--budget", "0.50")
    assert over.status == 1 and over.json["total_usd"] == usd(TOTAL)


def test_a_file_that_cannot_be_written_is_said_before_anything_is_read(history, month, cost):
    run = history(month, "--per-job", cost.home / "none" / "jobs.csv")
    assert run.status == 3 and "none" in run.err and not month.log, run


def test_parts_can_be_left_out(history, month):
    doc = history(month, "--without", "s3", "--without", "logs").json
    items = {k: v for k, v in bill()[1].items() if not k.startswith(("s3.", "logs."))}
    assert {i["resource"]: i["cost_usd"] for i in doc["items"]} == {k: usd(v) for k, v in items.items()}


@pytest.mark.parametrize("format_", ["text", "markdown", "html", "csv"])
def test_every_format(cost, history, month, format_):
    history(month)
    run = cost("history", "--snapshot", history.path, "--format", format_)
    assert run.status == 0 and "0.0" in run.out and lab.SECRET_INPUT not in run.out, run


def test_a_doctor_s_snapshot_is_costed_for_what_it_holds(cost, root):
    run = cost("history", "--snapshot", root / "fixtures/accounts/spot-interrupted.json", "--format", "json")
    doc = json.loads(run.out)
    assert run.status == 0 and doc["summary"]["jobs"] == 3
    assert [r["platform"] for j in doc["jobs"] for r in j["runs"] if r["platform"] != "lambda"] == ["fargate-spot"]


def test_a_region_without_prices_names_those_that_have_them(cost, history, month):
    history(month)
    doc = json.loads(history.path.read_text())
    doc["region"] = "xx-moon-1"
    history.path.write_text(json.dumps(doc))
    run = cost("history", "--snapshot", history.path)
    assert run.status == 2 and "us-east-1" in run.err and not run.out, run


def test_denied_and_server_errors_on_the_stack(history, month):
    for answer, status in ((error("AccessDenied", DENIED, action="DescribeStacks"), 3),):
        with FakeAws(*labaws.rules(month.lab, [answer]), account=False) as aws:
            run = history(aws)
            assert run.status == status and "cloudformation:DescribeStacks was denied" in run.err, run


def test_an_interrupt_ends_at_once_and_leaves_nothing(cost, month):
    slow = [{**rule, "delay_ms": 30000} for rule in labaws.histories(month.lab) if "job-1002" in rule.get("body_has", "")]
    with FakeAws(*labaws.rules(month.lab, slow), account=False) as aws:
        run = subprocess.Popen([str(cost.path), "history", "--endpoint-url", aws.url, "--per-job", "jobs.csv", "--save-snapshot",
                                "account.json"], env={**cost.env, **KEYS}, cwd=cost.home, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
        while not aws.asked("job-1002"):
            time.sleep(0.05)
        began = time.time()
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=20)
    assert run.returncode == 130 and time.time() - began < 1 and not out, err
    assert "interrupted" in err and not list(cost.home.glob("*.csv*")) and not list(cost.home.glob("account*"))


def test_a_wrong_budget_is_said_before_the_account_is_asked(cost):
    run = cost("history", "--budget", "ten")
    assert run.status == 2 and "--budget" in run.err and not run.out, run


def test_rows_and_report_are_not_mixed_on_standard_output(cost, tmp_path):
    mixed = cost("history", "--snapshot", MONTH_FILE, "--per-job", "-")
    assert mixed.status == 2 and "the report needs --output FILE" in mixed.err and not mixed.out, mixed
    apart = cost("history", "--snapshot", MONTH_FILE, "--per-job", "-", "--output", tmp_path / "report.txt")
    assert apart.status == 0 and apart.out.startswith("job_id,") and "15 jobs cost" in (tmp_path / "report.txt").read_text()
