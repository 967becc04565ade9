"""m2-cost reconcile against an exact computation written a second time: four kinds of exports, one month, and what can be wrong."""
import csv
import gzip
import io
import json
import re
from datetime import datetime, timezone
from fractions import Fraction as F

import pytest

import exact_cost
import make_bills

BILLS = make_bills.WHERE
KINDS = ["cur-2.0", "cur-legacy", "focus-1.0", "focus-1.2"]
FORMATS = {"cur-2.0": "CUR 2.0", "cur-legacy": "CUR (legacy)", "focus-1.0": "FOCUS 1.0", "focus-1.2": "FOCUS 1.2"}
HISTORY = BILLS / "history.csv"
EPOCH = datetime(2026, 10, 1, tzinfo=timezone.utc)
BILL_KEY = {"logs.lambda-ingest-gb": "logs.ingest-gb"}  # the bill has one line for both
SPREAD = {"fargate.vcpu", "fargate.memory", "fargate.ephemeral-storage", "ipv4.public"}  # last as long as the task


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text())))


def reconcile(cost, *args, status=0, expected=HISTORY):
    run = cost("reconcile", *args, *(["--expected", expected] if expected else []), "--region", "us-east-1", "--format", "json")
    assert run.status == status, run
    return json.loads(run.out)


def expected_lines(history=HISTORY):
    """key -> pico USD of October's part of each job: halves of a job over the month's end are rounded like the whole."""
    sums = {}
    for row in rows_of(history):
        start = datetime.fromisoformat(row["started_at"].replace("Z", "+00:00"))
        if start >= datetime(2026, 11, 1, tzinfo=timezone.utc):
            continue
        job = {"platform": row["platform"], "arch": row["arch"], "vcpu": row["vcpu"] or 0, "memory_gb": row["memory_gb"],
               "duration_ms": F(row["duration_s"]) * 1000}
        left = int((datetime(2026, 11, 1, tzinfo=timezone.utc) - start).total_seconds())
        billed_s = max(60, -(-F(row["duration_s"]) // 1))
        for resource, (quantity, key) in exact_cost.lines(job).items():
            pico = exact_cost.half_even(quantity * exact_cost.rate("us-east-1", key))
            if resource in SPREAD and billed_s > left:
                pico = round(F(pico * left, int(billed_s)))
            key = BILL_KEY.get(key, key)
            sums[key] = sums.get(key, 0) + pico
    return sums


MATCH = {("AmazonECS", "USE1-Fargate-vCPU-Hours:perCPU"): "fargate.vcpu-hour.x86_64",
         ("AmazonECS", "USE1-Fargate-GB-Hours"): "fargate.gb-hour.x86_64",
         ("AmazonECS", "USE1-Fargate-ARM-vCPU-Hours:perCPU"): "fargate.vcpu-hour.arm64",
         ("AmazonECS", "USE1-Fargate-ARM-GB-Hours"): "fargate.gb-hour.arm64",
         ("AmazonECS", "USE1-SpotUsage-Fargate-vCPU-Hours:perCPU"): "fargate-spot.vcpu-hour.x86_64",
         ("AmazonECS", "USE1-SpotUsage-Fargate-GB-Hours"): "fargate-spot.gb-hour.x86_64",
         ("AmazonVPC", "USE1-PublicIPv4:InUseAddress"): "ipv4.public-hour",
         ("AWSLambda", "Lambda-GB-Second"): "lambda.gb-second.x86_64", ("AWSLambda", "Request"): "lambda.request",
         ("AmazonStates", "USE1-StateTransition"): "states.transition", ("AmazonS3", "Requests-Tier1"): "s3.request.tier1",
         ("AmazonS3", "Requests-Tier2"): "s3.request.tier2", ("AmazonCloudWatch", "USE1-DataProcessing-Bytes"): "logs.ingest-gb"}


def plain(kind, row):
    """(charge, service, usage type, list price, billed, quantity, resource) of a row, whatever kind it is."""
    if kind.startswith("cur"):
        p = (lambda legacy, new: row[legacy] if kind == "cur-legacy" else row[new])
        cost = F(p("lineItem/UnblendedCost", "line_item_unblended_cost"))
        return (p("lineItem/LineItemType", "line_item_line_item_type"), p("lineItem/ProductCode", "line_item_product_code"),
                p("lineItem/UsageType", "line_item_usage_type"), cost, cost, F(p("lineItem/UsageAmount", "line_item_usage_amount")),
                p("lineItem/ResourceId", "line_item_resource_id"))
    charge = "Refund" if row["ChargeClass"] else row["ChargeCategory"]
    meter = row["SkuMeter" if kind == "focus-1.2" else "x_UsageType"]
    return (charge, row["x_ServiceCode"], meter, F(row["ListCost"] or 0), F(row["BilledCost"]), F(row["ConsumedQuantity"] or 0),
            row["ResourceId"])


def billed_lines(kind):
    """key -> [pico billed, pico free, rows]; and the invoice. Every amount is rounded once, to 10^-12."""
    tasks = {r["job_id"] for r in rows_of(HISTORY)}
    sums, invoice = {}, 0
    for row in rows_of(BILLS / f"{kind}.csv"):
        if row.get("split_line_item_parent_resource_id"):
            continue
        charge, service, usage_type, at_list, billed, quantity, resource = plain(kind, row)
        invoice += round(billed * 10 ** 12)
        key = MATCH.get((service, usage_type))
        if not key or charge not in ("Usage", "SavingsPlanCoveredUsage") or (key.startswith("fargate") and resource not in tasks):
            continue
        line = sums.setdefault(key, [0, F(0), 0])
        line[0] += round(at_list * 10 ** 12)
        line[1] += round(quantity * 10 ** 12) if at_list == 0 else 0
        line[2] += 1
    return sums, invoice


def test_the_fixtures_are_what_the_script_makes():
    made = make_bills.make()
    assert {p.name for p in BILLS.glob("*.csv")} == set(made)
    for name, content in made.items():
        assert (BILLS / name).read_bytes() == content.encode(), name


@pytest.mark.parametrize("kind", KINDS)
def test_every_sum_is_what_fractions_say(cost, kind):
    out = reconcile(cost, BILLS / f"{kind}.csv", "--tolerance", "0")
    expected = expected_lines()
    billed, invoice = billed_lines(kind)
    items = {i["resource"]: i for i in out["items"]}
    assert {k: i["expected_usd"] for k, i in items.items()} == {k: exact_cost.usd(v) for k, v in expected.items()}
    assert {k: (i["billed_usd"], i["rows"]) for k, i in items.items()} == {k: (exact_cost.usd(v[0]), v[2]) for k, v in billed.items()}
    for key, item in items.items():
        free = exact_cost.half_even(F(billed[key][1], 10 ** 12) * exact_cost.rate("us-east-1", key))
        assert abs(F(item["free_usd"]) * 10 ** 12 - free) <= 31, key  # rounded once a day
        assert F(item["difference_usd"]) == F(item["billed_usd"]) + F(item["free_usd"]) - F(item["expected_usd"])
        assert item["verdict"] == "agrees" and item["quantity_agrees"] and item["region"] == "us-east-1"
    assert out["expected_usd"] == exact_cost.usd(sum(expected.values()))
    assert out["total_usd"] == exact_cost.usd(sum(v[0] for v in billed.values()))
    assert out["charges"]["invoice_usd"] == exact_cost.usd(invoice)
    assert sum(F(v) for k, v in out["charges"].items() if k != "invoice_usd") == F(invoice, 10 ** 12)
    assert out["tasks"]["agree"] == 18 and out["tasks"]["differ"] == 0 and out["tasks"]["partly_outside"] == 1
    assert out["summary"]["formats"] == [FORMATS[kind]] and out["summary"]["final"]
    assert out["summary"]["jobs"] == 34 and out["summary"]["jobs_outside"] == 1
    assert out["summary"]["split_rows"] == (1 if kind == "cur-2.0" else 0)


def test_what_no_job_explains_is_named_largest_first(cost):
    out = reconcile(cost, BILLS / "cur-2.0.csv")
    assert [(u["service"], u["usage_type"], u["cost_usd"]) for u in out["unexplained"]] == [
        ("AmazonS3", "TimedStorage-ByteHrs", "2.7600000011"), ("AmazonEC2", "NatGateway-Hours", "1.08"),
        ("AmazonEC2", "RegionalNatGateway-Hours", "1.08"), ("awskms", "us-east-1-KMS-Keys", "1"),
        ("AmazonECR", "TimedStorage-ByteHrs", "0.7999999996"), ("AmazonECS", "USE1-Fargate-GB-Hours", "0.21336"),
        ("AmazonCloudWatch", "USE1-TimedStorage-ByteHrs", "0.045"), ("AmazonECS", "USE1-Fargate-Windows-GB-Hours", "0.0102235")]
    assert F(out["unexplained_usd"]) == sum(F(u["cost_usd"]) for u in out["unexplained"])
    assert out["charges"]["credits_usd"] == "-2.5" and out["charges"]["tax_usd"] == "0.42"
    assert F(out["charges"]["covered_usage_usd"]) == -F(out["charges"]["savings_plans_usd"]) > 0


def test_files_may_be_many_packed_and_standard_input(cost, tmp_path):
    whole = reconcile(cost, BILLS / "cur-2.0.csv")
    lines = (BILLS / "cur-2.0.csv").read_text().splitlines(keepends=True)
    (tmp_path / "a.csv").write_text("".join(lines[:100]))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress("".join(lines[:1] + lines[100:200]).encode()) + gzip.compress(
        "".join(lines[200:]).encode()))
    assert reconcile(cost, tmp_path / "a.csv", tmp_path / "b.csv.gz") == whole
    assert reconcile(cost, tmp_path / "b.csv.gz", tmp_path / "a.csv") == whole
    packed = tmp_path / "history.csv.gz"
    packed.write_bytes(gzip.compress(HISTORY.read_bytes()))
    assert reconcile(cost, BILLS / "cur-2.0.csv", expected=packed) == whole
    run = cost("reconcile", "-", "--expected", HISTORY, "--region", "us-east-1", "--format", "json",
               stdin=(BILLS / "cur-2.0.csv").read_text())
    assert json.loads(run.out) == whole


@pytest.mark.parametrize("kind,key", [("cur-2.0", "aws:cloudformation:stack-name"), ("cur-legacy", "aws:cloudformation:stack-name"),
                                      ("focus-1.2", "aws:cloudformation:stack-name"), ("cur-2.0", "aws_cloudformation_stack_name"),
                                      ("cur-legacy", "project"), ("cur-2.0", "user:project")])
def test_a_tag_narrows_the_bill(cost, kind, key):
    value = "mri" if "project" in key else make_bills.STACK
    out = reconcile(cost, BILLS / f"{kind}.csv", "--tag", f"{key}={value}")
    assert {u["service"] for u in out["unexplained"]} == {"AmazonS3", "AmazonCloudWatch"}
    assert out["summary"]["untagged_rows"] == sum(1 for r in rows_of(BILLS / f"{kind}.csv") if make_bills.STACK not in str(
        [v for k, v in r.items() if "ags" in k]) and not r.get("split_line_item_parent_resource_id"))
    assert all(i["verdict"] == "agrees" for i in out["items"])


@pytest.mark.parametrize("kind,args,says", [
    ("cur-2.0", ["--tag", "project=heart"], "no row of the bill has the tag project=heart"),
    ("cur-legacy", ["--tag", "owner=ada"], ":1: this export has no tag owner; activate it"),
    ("cur-legacy", ["--job-tag", "scan"], ":1: this export has no tag scan; activate it")])
def test_a_tag_that_is_not_there_is_said(cost, kind, args, says):
    run = cost("reconcile", BILLS / f"{kind}.csv", "--expected", HISTORY, *args, "-q")
    assert run.status == 2 and says in run.err and not run.out, run


def test_a_job_tag_finds_the_tasks(cost, tmp_path):
    history, bill = HISTORY.read_text(), (BILLS / "cur-2.0.csv").read_text()
    for n, arn in enumerate(re.findall(r"arn:aws:ecs:\S+?(?=,)", history)):
        history = history.replace(arn, f"scan-{n}")
        bill = re.sub(re.escape(arn) + r'(.*?)""user_project"":""mri""', arn + rf'\1""user_scan"":""scan-{n}""', bill)
    (tmp_path / "h.csv").write_text(history)
    (tmp_path / "b.csv").write_text(bill)
    without = reconcile(cost, tmp_path / "b.csv", expected=tmp_path / "h.csv", status=1)
    assert without["tasks"] is None  # days are compared: another service's task shows as a difference
    assert [i["resource"] for i in without["items"] if i["verdict"] != "agrees"] == ["fargate.gb-hour.x86_64"]
    assert reconcile(cost, tmp_path / "b.csv", "--job-tag", "scan", expected=tmp_path / "h.csv")["tasks"]["agree"] == 18


def test_the_column_resource_names_the_task(cost, tmp_path):
    rows = [{**r, "job_id": f"job-{n}", "resource": r["job_id"]} for n, r in enumerate(rows_of(HISTORY))]
    (tmp_path / "h.csv").write_text(make_bills.text(rows))
    whole = reconcile(cost, BILLS / "focus-1.2.csv")
    assert reconcile(cost, BILLS / "focus-1.2.csv", expected=tmp_path / "h.csv") == whole and whole["tasks"]["agree"] == 18


def edited(tmp_path, kind, edit, name="bill.csv"):
    rows = rows_of(BILLS / f"{kind}.csv")
    rows = [r for r in (edit(dict(r)) for r in rows) if r]
    (tmp_path / name).write_text(make_bills.text(rows))
    return tmp_path / name


def double_spot(row):
    if row["line_item_usage_type"].startswith("USE1-SpotUsage-Fargate-vCPU"):
        row["line_item_unblended_cost"] = str(float(row["line_item_unblended_cost"]) * 1.5)
    return row


def test_a_difference_over_the_tolerance_is_exit_1_and_named(cost, tmp_path):
    bill = edited(tmp_path, "cur-2.0", double_spot)
    for tolerance, status in [(None, 1), ("0", 1), ("49", 1), ("50.1", 0), ("100", 0)]:
        out = reconcile(cost, bill, *(["--tolerance", tolerance] if tolerance else []), status=status)
        assert out["tolerance_passed"] == bool(status)
    out = reconcile(cost, bill, status=1)
    wrong = [i for i in out["items"] if i["verdict"] != "agrees"]
    assert [(i["resource"], i["verdict"], i["quantity_agrees"]) for i in wrong] == [
        ("fargate-spot.vcpu-hour.x86_64", "billed more", True)]
    assert wrong[0]["worst_day"]["day"] == "2026-10-20"
    assert F(wrong[0]["worst_day"]["billed_usd"]) - F(wrong[0]["worst_day"]["expected_usd"]) == F(wrong[0]["difference_usd"])
    text = cost("reconcile", bill, "--expected", HISTORY)
    assert text.status == 1 and text.out.startswith("1 of 13 lines of the bill is off by more than 1 %.")
    assert "billed more: another price" in re.sub(r"\s+", " ", text.out) or "another price" in text.out
    assert "2026-10-20" in text.out


def test_rows_that_are_missing_or_too_few_are_seen(cost, tmp_path):
    task = next(r["job_id"] for r in rows_of(HISTORY) if r["platform"] == "fargate")
    out = reconcile(cost, edited(tmp_path, "focus-1.2", lambda r: r["ResourceId"] != task and r), status=1)
    assert out["tasks"]["not_billed"] == 1 and task.endswith(out["tasks"]["off_most"][0]["task"])
    assert out["tasks"]["off_most"][0]["verdict"] == "not billed"
    no_states = edited(tmp_path, "focus-1.2", lambda r: r["x_ServiceCode"] != "AmazonStates" and r)
    wrong = [i for i in reconcile(cost, no_states, status=1)["items"] if i["verdict"] != "agrees"]
    assert [(i["resource"], i["verdict"], i["rows"]) for i in wrong] == [("states.transition", "not billed", 0)]


def test_an_export_without_resource_ids_is_compared_by_day(cost, tmp_path):
    def without(row):
        if "other" in row["line_item_resource_id"]:
            return None
        del row["line_item_resource_id"]
        return row
    run = cost("reconcile", edited(tmp_path, "cur-2.0", without), "--expected", HISTORY, "--tolerance", "0")
    assert run.status == 0 and "no resource ids" in run.out and "Task by task" not in run.out, run


def test_a_month_that_is_not_over_is_not_final(cost, tmp_path):
    bill = tmp_path / "bill.csv"
    bill.write_text((BILLS / "cur-2.0.csv").read_text().replace("2026-", "2098-"))
    (tmp_path / "h.csv").write_text(HISTORY.read_text().replace("2026-", "2098-"))
    assert not reconcile(cost, bill, expected=tmp_path / "h.csv")["summary"]["final"]
    text = cost("reconcile", bill, "--expected", tmp_path / "h.csv").out
    assert "the month is not over: this bill is not final" in re.sub(r"\s+", " ", text)
    no_invoice = edited(tmp_path, "focus-1.2", lambda r: {**r, "InvoiceId": ""})
    assert not reconcile(cost, no_invoice)["summary"]["final"]


def test_rows_of_whole_months_are_compared_as_sums(cost, tmp_path):
    def month(row):
        row["ChargePeriodStart"], row["ChargePeriodEnd"] = "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z"
        return row
    out = reconcile(cost, edited(tmp_path, "focus-1.0", month))
    assert all(i["verdict"] == "agrees" and "worst_day" not in i for i in out["items"])


BAD = [
    ("Parquet", b"PAR1\x15\x04\x15", "this is a Parquet file; make the export as text/csv (gzip)"),
    ("Parquet in gzip", gzip.compress(b"PAR1\x15\x04\x15"), "this is a Parquet file"),
    ("zip", b"PK\x03\x04\x14\x00", "this is a zip archive; unpack it"),
    ("UTF-16", "lineItem/UsageType\n".encode("utf-16"), "UTF-16"),
    ("NUL", b"line_item\x00,b\n", "NUL byte"),
    ("empty", b"", "empty"),
    ("a job history", HISTORY.read_bytes(), "neither a Cost and Usage Report"),
    ("truncated gzip", gzip.compress((BILLS / "cur-2.0.csv").read_bytes())[:2000], "cut short"),
    ("damaged gzip", gzip.compress(b"x" * 5000)[:20] + b"\xff\xff\xff\xff", "compressed text"),
    ("header alone", (BILLS / "cur-2.0.csv").read_bytes().split(b"\n")[0] + b"\n", "no row of usage"),
    ("a comma in a number", (BILLS / "cur-2.0.csv").read_bytes().replace(b",0.04275,", b',"0,04275",', 1),
     "line_item_usage_amount \"0,04275\" is no decimal number"),
    ("another currency", (BILLS / "cur-2.0.csv").read_bytes().replace(b",USD,", b",EUR,", 1), ":2: the bill is in EUR"),
    ("another month", (BILLS / "cur-2.0.csv").read_bytes().replace(b"2026-", b"2025-"), "is it another month's?"),
    ("one column less", b"\n".join(line.rsplit(b",", 1)[0] if n == 7 else line for n, line in enumerate(
        (BILLS / "focus-1.2.csv").read_bytes().split(b"\n"))), ":8: 20 fields where the header has 21"),
    ("a needed column missing", (BILLS / "focus-1.2.csv").read_bytes().replace(b"ListCost", b"ListPrice", 1),
     ":1: this FOCUS export lacks the needed columns ListCost"),
]


@pytest.mark.parametrize("content,says", [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_a_bad_bill_is_one_sentence_and_exit_2(cost, tmp_path, content, says):
    (tmp_path / "bill.csv").write_bytes(content)
    run = cost("reconcile", tmp_path / "bill.csv", "--expected", HISTORY, "--output", tmp_path / "out", "-q")
    assert run.status == 2 and says in run.err and "bill" in run.err, run
    assert len(run.err.strip().splitlines()) == 1 and not run.out and not (tmp_path / "out").exists()


@pytest.mark.parametrize("args,says", [
    ([], "needs FILE"), ([BILLS / "cur-2.0.csv"] * 2, "is given twice"), ([BILLS / "nowhere.csv"], "No such file"),
    ([BILLS / "cur-2.0.csv", "--tolerance", "x"], "--tolerance"), ([BILLS / "cur-2.0.csv", "--tolerance", "-1"], "--tolerance"),
    ([BILLS / "cur-2.0.csv", "--tolerance", "101"], "0 to 100"), ([BILLS / "cur-2.0.csv", "--tag", "project"], "KEY=VALUE"),
    ([BILLS / "cur-2.0.csv", "--tag", "=x"], "KEY=VALUE"),
    ([BILLS / "cur-2.0.csv", "--tag", "project="], "KEY=VALUE"),
    ([BILLS / "cur-2.0.csv", BILLS / ".." / BILLS.name / "cur-2.0.csv"], "is given twice"), ([BILLS / "cur-2.0.csv", "--history"], "not both")])
def test_wrong_usage_is_exit_2(cost, args, says):
    run = cost("reconcile", *args, "--expected", HISTORY, "-q")
    assert run.status == 2 and says in run.err and not run.out, run


@pytest.mark.parametrize("fmt", ["text", "markdown", "html", "csv"])
def test_every_format_has_the_whole_table(cost, tmp_path, fmt):
    bill = edited(tmp_path, "cur-2.0", double_spot)
    run = cost("reconcile", bill, "--expected", HISTORY, "--format", fmt)
    assert run.status == 1
    if fmt == "csv":
        rows = list(csv.DictReader(io.StringIO(run.out)))
        assert sum(F(r["expected_usd"]) for r in rows if r["resource"] != "total") == F(rows[-1]["expected_usd"])
        assert {"us-east-1/fargate.vcpu-hour.x86_64", "total"} <= {r["resource"] for r in rows}
        assert [r["verdict"] for r in rows].count("billed more") == 1
        return
    for text in ["Fargate Spot vCPU", "RegionalNatGateway-Hours", "Difference by item"]:
        assert text in run.out
    assert ("<svg" in run.out) == (fmt == "html")


def test_foreign_text_stays_harmless(cost, tmp_path):
    evil = "<script>alert(1)</script>\x1b[31m"
    bill = edited(tmp_path, "cur-2.0", lambda r: {**r, "line_item_usage_type": evil if "KMS" in r["line_item_usage_type"] else
                                                 r["line_item_usage_type"]})
    for fmt in ["text", "markdown", "html"]:
        out = cost("reconcile", bill, "--expected", HISTORY, "--format", fmt).out
        assert "\x1b" not in out and "<script>" not in out.replace("\\<script>", "") or fmt == "text" and "\x1b" not in out


def test_bad_rows_of_the_history_are_said(cost, tmp_path):
    (tmp_path / "h.csv").write_text(HISTORY.read_text() + "x,soon,fargate,x86_64,4,16,10,ada\n")
    run = cost("reconcile", BILLS / "cur-2.0.csv", "--expected", tmp_path / "h.csv", "-q")
    assert run.status == 2 and "soon" in run.err
    out = reconcile(cost, BILLS / "cur-2.0.csv", "--max-bad", "1", expected=tmp_path / "h.csv")
    assert len(out["warnings"]) == 1 and "line 37" in out["warnings"][0]


def test_standard_input_is_the_bill_or_the_jobs_and_not_both(cost):
    """It was read as the jobs, and then the bill was "empty"."""
    run = cost("reconcile", "-", "--expected", "-", stdin=HISTORY.read_text())
    assert run.status == 2 and "standard input cannot be both" in run.err and not run.out, run


def test_a_bill_that_is_not_there_is_said_before_the_account_is_asked(cost, tmp_path):
    run = cost("reconcile", tmp_path / "nowhere.csv")
    assert run.status == 2 and "nowhere.csv: No such file" in run.err, run


def test_two_kinds_of_export_are_said_to_be_perhaps_one_bill(cost):
    run = cost("reconcile", BILLS / "cur-2.0.csv", BILLS / "focus-1.0.csv", "--expected", HISTORY)
    assert run.status == 1 and "counted twice" in run.out.replace("\n", " ").split("Expected and billed")[0], run


def test_amounts_stand_point_below_point(cost, tmp_path):
    """0.00255 below 0.000027 below 0.00: no column could be read down."""
    out = cost("reconcile", edited(tmp_path, "cur-2.0", double_spot), "--expected", HISTORY).out
    table = out.split("Verdict")[1].split("\n\n")[0]
    places = [len(p) for p in re.findall(r"[0-9]\.([0-9]+)", table)]
    assert len(places) > 50 and set(places) == {1, 6}, table  # percents have one
    assert "vCPU-hours expected in all" in " ".join(out.split())
