"""m2-cost jobs against an independent exact computation: every job, every total, in any spelling and any order."""
import collections
import csv
import gzip
import io
import json
import random
from fractions import Fraction as F

import pytest

from exact_cost import half_even, usd
from job_rows import History


def run_jobs(cost, tmp_path, data, *args, name="jobs.csv", status=0):
    path = tmp_path / name
    path.write_bytes(data)
    run = cost("jobs", path, "--region", "us-east-1", "--format", "json", *args)
    assert run.status == status, run
    return json.loads(run.out) if status == 0 else run


def pico(text):
    return int(F(text) * 10 ** 12)


def quantile(values, percent):
    """Type 7."""
    values = sorted(values)
    h = F(len(values) - 1) * percent / 100
    low = int(h)
    high = values[min(low + 1, len(values) - 1)]
    return half_even(values[low] + (h - low) * (high - values[low]), 0)


def sums(history, key):
    out = collections.defaultdict(lambda: [0, 0, 0])
    for job in history.jobs:
        compute, other = history.cost(job)
        row = out[key(job)]
        row[0], row[1], row[2] = row[0] + 1, row[1] + compute, row[2] + other
    return dict(out)


def told(groups, name):
    return {g[name]: [g["jobs"], pico(g["compute_usd"]), pico(g["other_usd"])] for g in groups}


KINDS = [
    ("none", {}), ("some", {}), ("lines", {}), ("none", {"line_end": b"\r\n", "bom": True}), ("lines", {"line_end": b"\r\n"}),
    ("some", {"line_end": b"\r"}), ("none", {"line_end": b"\r"}), ("none", {"regions": ("us-east-1", "eu-west-1", "ap-northeast-1")}),
    ("none", {"columns": []}),
]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_every_job_and_every_total_is_exact(cost, tmp_path, kind, seed):
    quotes, options = KINDS[kind]
    h = History(seed * 100 + kind, 250, quotes, **options)
    out = run_jobs(cost, tmp_path, h.text(), "--per-job", tmp_path / "priced.csv")
    costs = [h.cost(job) for job in h.jobs]

    # The file: bytes as they were, then three columns.
    want = [h.header + b",compute_usd,other_usd,total_usd"]
    want += [record + f",{usd(c)},{usd(o)},{usd(c + o)}".encode() for record, (c, o) in zip(h.records, costs)]
    assert (tmp_path / "priced.csv").read_bytes() == h.end.join(want) + h.end

    total = sum(c + o for c, o in costs)
    summary = out["summary"]
    assert out["total_usd"] == usd(total) and summary["jobs"] == len(costs) and summary["bad_rows"] == 0
    assert [summary["compute_usd"], summary["other_usd"]] == [usd(sum(c for c, _ in costs)), usd(sum(o for _, o in costs))]
    assert sum(pico(i["cost_usd"]) for i in out["items"]) == total
    for percent in (50, 90, 99):
        assert summary[f"p{percent}_usd"] == usd(quantile([c + o for c, o in costs], percent))
    assert told(summary["by_platform"], "platform") == sums(h, lambda j: j["platform"])
    assert told(summary["by_month"], "month") == sums(h, lambda j: f"{j['at']:%Y-%m}")
    assert told(summary["by_user"], "user") == sums(h, h.user)
    assert sum(g["jobs"] for g in summary["by_size"]) == len(costs)
    if "regions" not in options:
        cheapest = [h.cheapest(job) for job in h.jobs]
        assert summary["cheapest"]["total_usd"] == usd(sum(cheapest))
        assert summary["cheapest"]["cheaper_jobs"] == sum(best < c + o for best, (c, o) in zip(cheapest, costs)) > 0


def test_neither_threads_nor_order_nor_packing_change_a_digit(cost, tmp_path):
    h = History(7, 9000, "some", columns=["user", "input_mb", "arch"])  # several blocks
    text = h.text()
    assert len(text) > 3 * 256 * 1024
    runs = {}
    for threads in (1, 2, 7):
        out = tmp_path / f"{threads}.csv"
        runs[threads] = (run_jobs(cost, tmp_path, text, "--threads", threads, "--per-job", out), out.read_bytes())
    assert runs[1] == runs[2] == runs[7]
    assert runs[1][1].count(b"\n") == 9001

    order = list(range(len(h.records)))
    random.Random(1).shuffle(order)
    assert run_jobs(cost, tmp_path, h.text(order)) == runs[1][0]

    packed = gzip.compress(text[:300000]) + gzip.compress(text[300000:]) + b"\0" * 512
    assert run_jobs(cost, tmp_path, packed) == runs[1][0]
    piped = cost("jobs", "-", "--region", "us-east-1", "--format", "json", stdin=text.decode())
    assert json.loads(piped.out) == runs[1][0]


def test_a_last_line_without_end_stays_without(cost, tmp_path):
    h = History(3, 3, "none")
    run_jobs(cost, tmp_path, h.text()[:-1], "--per-job", tmp_path / "p.csv")
    priced = (tmp_path / "p.csv").read_bytes()
    assert not priced.endswith(b"\n") and len(list(csv.reader(io.StringIO(priced.decode())))) == 4


def test_priced_again_without_the_columns_it_is_the_same(cost, tmp_path):
    """The sum of the written column is the total that was told."""
    h = History(11, 500, "lines")
    out = run_jobs(cost, tmp_path, h.text(), "--per-job", tmp_path / "p.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "p.csv").read_bytes().decode(), newline="")))
    assert usd(sum(pico(r["total_usd"]) for r in rows)) == out["total_usd"]
    assert all(pico(r["compute_usd"]) + pico(r["other_usd"]) == pico(r["total_usd"]) for r in rows)


def test_more_users_than_have_a_row_are_counted_together(cost, tmp_path):
    rows = [f"{n},2026-01-01,lambda,,1,1,user-{n}" for n in range(10010)]
    data = "\n".join(["job_id,started_at,platform,vcpu,memory_gb,duration_s,user", *rows, ""]).encode()
    texts = {json.dumps(run_jobs(cost, tmp_path, data, "--threads", n)) for n in (1, 5)}
    assert len(texts) == 1
    out = json.loads(texts.pop())
    users = out["summary"]["by_user"]
    assert len(users) == 10001 and users[-1]["rest"] and users[-1]["jobs"] == 10
    assert {u["user"] for u in users[:-1]} == {f"user-{n}" for n in range(10000)}
    assert sum(u["jobs"] for u in users) == 10010


def test_parts_can_be_left_out(cost, tmp_path):
    h = History(5, 50, "none")
    whole = run_jobs(cost, tmp_path, h.text())
    less = run_jobs(cost, tmp_path, h.text(), "--without", "transitions")
    gone = [i for i in whole["items"] if i["resource"] == "states.transitions"]
    assert pico(whole["total_usd"]) - pico(less["total_usd"]) == pico(gone[0]["cost_usd"])
    assert "states.transitions" not in {i["resource"] for i in less["items"]}


def test_a_budget_that_is_passed_is_exit_1(cost, tmp_path):
    h = History(6, 20, "none")
    (tmp_path / "j.csv").write_bytes(h.text())
    total = sum(sum(h.cost(j)) for j in h.jobs)
    for budget, status in ((F(total, 10 ** 12).__ceil__(), 0), (0, 1)):
        run = cost("jobs", tmp_path / "j.csv", "--region", "us-east-1", "--budget", budget)
        assert run.status == status, run
        assert ("passes the budget" in run.out) == bool(status)


def test_what_was_assumed_is_said(cost, tmp_path):
    bare = run_jobs(cost, tmp_path, History(8, 5, "none", columns=[]).text())["summary"]["assumed"]
    told_all = run_jobs(cost, tmp_path, History(8, 5, "none", columns=["ephemeral_gb", "arch", "region", "input_mb", "output_mb",
                                                                      "log_mb", "user", "transitions", "requests"]).text())
    assert len(bare) == len(told_all["summary"]["assumed"]) + 8
    assert "no region: all jobs ran in us-east-1" in bare


@pytest.mark.parametrize("form", ["text", "markdown", "html", "csv"])
def test_every_format_tells_the_total(cost, tmp_path, form):
    h = History(9, 30, "lines")
    (tmp_path / "j.csv").write_bytes(h.text())
    run = cost("jobs", tmp_path / "j.csv", "--region", "us-east-1", "--format", form)
    total = sum(sum(h.cost(j)) for j in h.jobs)
    assert run.status == 0, run
    if form == "csv":
        assert f"total,,,,{usd(total)}\n" in run.out
    else:
        assert usd(half_even(F(total, 10 ** 12), 6) * 10 ** 6)[:7] in run.out


def test_an_item_tells_the_price_of_a_unit_where_it_has_one(cost, tmp_path):
    """The items of jobs and history lacked unit_price_usd: nobody could multiply them."""
    rows = ["job_id,started_at,platform,vcpu,memory_gb,duration_s", "a,2026-10-01,fargate,4,8,600", "b,2026-10-01,lambda,,3,45"]
    for extra, price in [([], "0.04048"), (["c,2026-10-01,fargate-spot,4,8,600"], None)]:
        out = run_jobs(cost, tmp_path, "\n".join(rows + extra + [""]).encode())
        items = {i["resource"]: i for i in out["items"]}
        assert items["fargate.vcpu"]["unit_price_usd"] == price
        assert items["lambda.compute"]["unit_price_usd"] == "0.0000166667" and items["s3.put"]["unit_price_usd"] == "0.000005"
        assert F(items["s3.put"]["quantity"]) * F("0.000005") == F(items["s3.put"]["cost_usd"])


def test_one_job_is_no_jobs_and_a_little_is_not_nothing(cost, tmp_path):
    """It said "1 jobs", "Log ingest 0 GB", and "has no price" of requests."""
    (tmp_path / "j.csv").write_text("job_id,started_at,platform,vcpu,memory_gb,duration_s\na,2026-10-01,fargate-spot,1,8,600\n")
    text = " ".join(cost("jobs", tmp_path / "j.csv", "--region", "us-west-1").out.split())
    assert "1 job on Spot is an estimate" in text and "1 jobs" not in text, text
    assert "there is no price for S3 GET requests in the region of 1 job, so" in text and "Total without what has no price" in text
    assert "Log ingest 0.000061 GB" in text
