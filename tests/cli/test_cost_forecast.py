"""m2-cost forecast: known answers, the same bytes for the same seed, refusals, budgets, and the account's own history."""
import csv
import io
import json
import random
import re
import time
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction as F

import pytest

import exact_cost
import labaws
import labhistory as lab
from fakeaws import KEYS, FakeAws
from historybill import bill, usd

JOB = {"platform": "fargate", "vcpu": "4", "memory_gb": "8", "duration_ms": 600000}
EACH = exact_cost.bill(JOB)[2]  # pico USD


def row(n, day, duration="600"):
    return f"job-{n},{day}T{9 + n % 9:02d}:00:00Z,fargate,4,8,{duration}"


def history(path, per_day, first="2026-08-01", last="2026-10-31", duration=lambda rng: "600"):
    rng, rows, day = random.Random(7), [], date.fromisoformat(first)
    while day <= date.fromisoformat(last):
        rows += [row(len(rows) + i, day, duration(rng)) for i in range(per_day(day, rng))]
        day += timedelta(days=1)
    path.write_text("job_id,started_at,platform,vcpu,memory_gb,duration_s\n" + "\n".join(rows) + "\n")
    return path


def uneven(day, rng):
    return 0 if day.weekday() > 4 else rng.randint(0, 9)


def forecast(cost, *args, status=0):
    run = cost("forecast", *args, "--region", "us-east-1", "--format", "json")
    assert run.status == status, run
    return json.loads(run.out)


@pytest.fixture
def steady(tmp_path):
    return history(tmp_path / "steady.csv", lambda day, rng: 4)


@pytest.fixture
def lively(tmp_path):
    return history(tmp_path / "lively.csv", uneven, duration=lambda rng: str(rng.randint(60, 5000)))


def test_a_past_without_chance_has_the_exact_answer(cost, steady):
    out = forecast(cost, steady, "--trials", "200")
    assert [(m["month"], m["days"]) for m in out["months"]] == [("2026-11", 30), ("2026-12", 31), ("2027-01", 31)]
    for m in out["months"]:
        exact = exact_cost.usd(4 * m["days"] * EACH)
        assert {m[k] for k in ("p10_usd", "p50_usd", "p90_usd", "mean_usd")} == {exact}
    assert out["total_usd"] == out["all_months"]["p50_usd"] == exact_cost.usd(4 * 92 * EACH)
    past = out["summary"]["history"]
    assert past["total_usd"] == exact_cost.usd(4 * 92 * EACH) and past["jobs"] == 368 and past["days"] == 92
    assert [m["total_usd"] for m in past["months"]] == [exact_cost.usd(4 * n * EACH) for n in (31, 30, 31)]
    back = out["summary"]["backtest"]
    assert back["month"] == "2026-10" and back["inside"] and back["off"] == "0"
    assert back["actual_usd"] == back["p50_usd"] == exact_cost.usd(4 * 31 * EACH)
    assert out["summary"]["by_weekday"] and out["summary"]["trend"] == "none" and not out["summary"]["few_jobs"]


def test_the_same_seed_gives_the_same_bytes_in_any_order(cost, lively, tmp_path):
    lines = lively.read_text().splitlines()
    random.Random(1).shuffle(body := lines[1:])
    shuffled = tmp_path / "lively2.csv"
    shuffled.write_text("\n".join(lines[:1] + body) + "\n")
    args = ["--seed", "42", "--trials", "1000", "--months", "2", "--budget", "20"]
    first = forecast(cost, lively, *args)
    assert forecast(cost, lively, *args) == first == forecast(cost, shuffled, *args)
    one_core = cost("forecast", lively, *args, "--region", "us-east-1", "--format", "json", wrapper=["taskset", "-c", "0"])
    assert json.loads(one_core.out) == first
    other = forecast(cost, lively, *args[2:], "--seed", "43")
    assert other["months"] != first["months"] and other["summary"]["history"] == first["summary"]["history"]


def test_the_bands_are_in_order_and_hold_what_they_should(cost, lively):
    out = forecast(cost, lively, "--months", "3")
    for m in out["months"]:
        assert 0 < F(m["p10_usd"]) < F(m["p50_usd"]) < F(m["p90_usd"])
        assert F(m["p10_usd"]) < F(m["mean_usd"]) < F(m["p90_usd"])
    past = out["summary"]["history"]
    usual = F(past["total_usd"]) / past["days"] * 30
    assert abs(F(out["months"][0]["p50_usd"]) / usual - 1) < F(1, 10)


def test_a_budget_is_passed_when_that_is_likelier_than_not(cost, lively):
    middle = F(forecast(cost, lively, "--months", "1")["months"][0]["p50_usd"])
    for factor, status in [(F(8, 10), 1), (F(99, 100), 1), (F(101, 100), 0), (F(3), 0)]:
        out = forecast(cost, lively, "--months", "1", "--budget", f"{float(middle * factor):.6f}", status=status)
        month = out["months"][0]
        p = F(month["chance_over_budget"])
        assert out["budget_passed"] == (p > F(1, 2)) == bool(status)
        assert abs(float(month["chance_error"]) - float(p * (1 - p) / 10000) ** 0.5) < 1e-6
    text = cost("forecast", lively, "--budget", "100000").out
    assert "under 0.03 %" in text and "over" not in re.findall(r"Passes.*", text)[0].lower().replace("passes the budget", "")
    assert "over 99.97 %" in cost("forecast", lively, "--budget", "0.01").out


@pytest.mark.parametrize("first,status,says", [
    ("2026-10-19", 2, "at least 14 days of history; this one has 13, from which any figure would be a guess"),
    ("2026-10-18", 0, "too short for a weekday pattern")])
def test_under_14_days_there_is_no_forecast(cost, tmp_path, first, status, says):
    run = cost("forecast", history(tmp_path / "h.csv", lambda day, rng: 4, first), "--output", tmp_path / "out",
               *(["-q"] if status else []))
    assert run.status == status, run
    text = run.err if status else (tmp_path / "out").read_text()
    assert says in re.sub(r"\s+", " ", text)
    assert (tmp_path / "out").exists() == (status == 0) and (not status or len(run.err.splitlines()) == 1)


def test_one_month_ahead_is_one_month(cost, lively):
    """It spoke of "one of the 1 months" and drew a line from a month to itself."""
    text = " ".join(cost("forecast", lively, "--months", "1", "--budget", "5", "--region", "us-east-1").out.split())
    assert "passes the budget of 5.00 USD" in text and "1 months" not in text and "Spend by month" not in text, text


def test_few_jobs_are_warned_of(cost, tmp_path):
    few = history(tmp_path / "few.csv", lambda day, rng: day.day % 5 == 0, "2026-09-01")
    out = forecast(cost, few)
    assert out["summary"]["few_jobs"] and not out["summary"]["by_weekday"] and out["summary"]["trend"] is None
    assert "12 jobs are few" in cost("forecast", few).out


def test_growth_is_said_and_not_continued(cost, tmp_path):
    out = forecast(cost, history(tmp_path / "h.csv", lambda day, rng: day.month - 5))
    assert out["summary"]["trend"] == "rising"
    usual = F(out["summary"]["history"]["total_usd"]) / 92 * 30
    assert abs(F(out["months"][0]["p50_usd"]) / usual - 1) < F(1, 10)
    assert out["summary"]["backtest"]["inside"] is False and F(out["summary"]["backtest"]["off"]) < 0
    text = re.sub(r"\s+", " ", cost("forecast", tmp_path / "h.csv").out)
    assert "has risen from month to month; the forecast does not go on with that, so it is rather too low" in text
    assert "outside the band, and the middle was" in text and "too low" in text


@pytest.mark.parametrize("args,says", [
    ([], "needs a job history"), (["{}", "{}"], "one too many"), (["{}", "--history"], "not both"), (["nowhere.csv"], "No such file"),
    (["{}", "--months", "0"], "--months"), (["{}", "--months", "25"], "--months"), (["{}", "--trials", "99"], "--trials"),
    (["{}", "--trials", "100001"], "--trials"), (["{}", "--seed", "0"], "--seed"), (["{}", "--seed", "4000000001"], "--seed"),
    (["{}", "--budget", "-1"], "--budget"), (["{}", "--budget", "1,5"], "--budget"), (["{}", "--seed", "1.5"], "--seed")])
def test_wrong_usage_is_one_sentence_and_exit_2(cost, steady, args, says):
    run = cost("forecast", *[a.format(steady) for a in args], "-q")
    assert run.status == 2 and says in run.err and not run.out, run


def test_bad_rows_are_left_out_only_as_allowed(cost, steady):
    steady.write_text(steady.read_text() + "x,2026-10-31T25:00:00Z,fargate,4,8,600\ny,1869-01-01,fargate,4,8,600\n")
    assert cost("forecast", steady, "-q").status == 2
    run = cost("forecast", steady, "--max-bad", "1", "-q")
    assert run.status == 2 and "before 1970" in run.err, run
    steady.write_text(steady.read_text().replace("y,1869-01-01,fargate,4,8,600\n", ""))
    assert len(forecast(cost, steady, "--max-bad", "1")["warnings"]) == 1


@pytest.mark.parametrize("fmt", ["text", "markdown", "html", "csv"])
def test_every_format_has_the_months(cost, lively, fmt):
    run = cost("forecast", lively, "--format", fmt, "--budget", "100000")
    assert run.status == 0 and run.out
    if fmt == "csv":
        rows = list(csv.DictReader(io.StringIO(run.out)))
        assert [r["month"] for r in rows] == ["2026-11", "2026-12", "2027-01", "all"]
        assert F(rows[0]["p10_usd"]) < F(rows[0]["p90_usd"]) and F(rows[0]["over_budget_percent"]) == 0
        return
    for text in ["2026-12", "Spend by month", "seed 1"]:
        assert text in run.out
    assert ("<svg" in run.out) == (fmt == "html")


@pytest.fixture
def month():
    a = lab.Lab(time.time())
    with FakeAws(*labaws.rules(a), account=False) as aws:
        yield aws


def test_the_account_s_own_history_is_forecast(cost, month, tmp_path):
    snapshot = tmp_path / "s.json"
    run = cost("forecast", "--history", "--endpoint-url", month.url, "--save-snapshot", snapshot, "--format", "json", env=KEYS)
    assert run.status == 0, run
    out = json.loads(run.out)
    today = datetime.now(timezone.utc).date()
    past = out["summary"]["history"]
    assert past["last_day"] == str(today - timedelta(days=1)) and past["days"] == 29  # whole days: not the first, not today
    whole = {n for n, (v, _) in bill()[0].items()}
    assert 0 < past["jobs"] <= len(whole) and F(past["total_usd"]) <= F(usd(sum(v for v, _ in bill()[0].values())))
    assert out["warnings"], "what could not be seen is said"
    again = cost("forecast", "--snapshot", snapshot, "--format", "json")
    assert json.loads(again.out)["months"] == out["months"]


def test_reconcile_takes_the_account_s_history_without_expected(cost, month, tmp_path):
    snapshot = tmp_path / "s.json"
    run = cost("history", "--endpoint-url", month.url, "--save-snapshot", snapshot, "--no-redact", "--format", "json", env=KEYS)
    assert run.status == 0, run
    export = ["line_item_line_item_type,line_item_product_code,line_item_usage_type,line_item_usage_start_date,"
              "line_item_usage_end_date,line_item_unblended_cost,line_item_usage_amount,line_item_resource_id"]
    at = datetime.fromtimestamp(time.time() - 31 * lab.DAY, timezone.utc)
    tasks = [(lab.task_arn(j, n), t) for j in lab.STORY for n, t in enumerate(j.runs, 1) if isinstance(t, lab.Task)]
    for arn, task in tasks:
        export.append(f"Usage,AmazonECS,USE1-Fargate-GB-Hours,{at:%Y-%m-%dT%H:00:00Z},{at:%Y-%m-%dT%H:59:59Z},0.1,1,{arn}")
    now = datetime.now(timezone.utc)
    export.append(f"Usage,AmazonX,Other,{now:%Y-%m-%dT%H:00:00Z},,0.1,1,")
    (tmp_path / "bill.csv").write_text("\n".join(export) + "\n")
    out = cost("reconcile", tmp_path / "bill.csv", "--snapshot", snapshot, "--format", "json")
    assert out.status == 1, out  # amounts made up: nothing agrees, but the tasks are found by their ARNs
    doc = json.loads(out.out)
    assert doc["tasks"] and doc["tasks"]["differ"] > 5
    assert {t["task"] for t in doc["tasks"]["off_most"]} & {arn.rsplit("/", 1)[1] for arn, _ in tasks}
    assert doc["summary"]["jobs"] >= doc["tasks"]["differ"]
