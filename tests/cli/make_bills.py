"""Make fixtures/bills: one month of a lab's account as four kinds of AWS exports, and the jobs that explain it.

The columns are those of AWS's Data Exports guide (CUR 2.0, legacy CUR, FOCUS 1.0 and 1.2); the accounts, names and jobs are made up.
Amounts are written as AWS writes them: ten places in a CUR, the shortest text of a double in FOCUS. Run without arguments to write.
"""
import csv
import io
import json
import pathlib
import random
from datetime import datetime, timedelta, timezone
from fractions import Fraction as F

ROOT = pathlib.Path(__file__).resolve().parents[2]
WHERE = ROOT / "fixtures/bills"
ACCOUNT, REGION, STACK = "123456789012", "us-east-1", "mroptimum-mode2"
MONTH, NEXT = datetime(2026, 10, 1, tzinfo=timezone.utc), datetime(2026, 11, 1, tzinfo=timezone.utc)
PRICES = json.loads((ROOT / "libcommon/cost/prices.json").read_text())["regions"][REGION]
STATE_MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{STACK}-jobs"
SELECTOR = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{STACK}-selector"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{STACK}-run"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/{STACK}"
HOUR = timedelta(hours=1)


def price(key):
    return F(PRICES[key]["usd"])


def make_jobs():
    """Jobs on working days, some on arm64, Spot or Lambda; one over midnight, one over the month's end, one after it."""
    r = random.Random(20261001)
    jobs = []

    def job(start, platform, arch, vcpu, gb, seconds, user):
        n = len(jobs) + 1
        name = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{STACK}/{r.getrandbits(128):032x}"
        if platform == "lambda":
            name = f"job-{n:04d}"
        jobs.append({"job_id": name, "started_at": start, "platform": platform, "arch": arch, "vcpu": vcpu, "memory_gb": gb,
                     "duration_s": seconds, "user": user})

    for day in range(31):
        date = MONTH + timedelta(days=day)
        if date.weekday() > 4:
            continue
        for _ in range(r.randint(1, 2)):
            start = date + timedelta(hours=r.randint(8, 18), minutes=r.randint(0, 59), seconds=r.randint(0, 59))
            platform, arch, vcpu, gb = r.choice([("fargate", "x86_64", "4", "16"), ("fargate", "x86_64", "2", "8"),
                                                 ("fargate", "arm64", "4", "8"), ("lambda", "x86_64", "", "3")])
            seconds = f"{r.randint(20, 90)}.{r.randint(0, 999):03d}" if platform == "lambda" else str(r.randint(45, 7000))
            job(start, platform, arch, vcpu, gb, seconds, r.choice(["ada", "emmy"]))
    job(datetime(2026, 10, 14, 23, 40, 0, tzinfo=timezone.utc), "fargate", "x86_64", "4", "16", "3000", "ada")
    job(datetime(2026, 10, 20, 9, 0, 0, tzinfo=timezone.utc), "fargate-spot", "x86_64", "4", "16", "1800", "emmy")
    job(datetime(2026, 10, 31, 23, 50, 0, tzinfo=timezone.utc), "fargate", "x86_64", "2", "8", "1200", "emmy")
    job(datetime(2026, 11, 2, 9, 0, 0, tzinfo=timezone.utc), "fargate", "x86_64", "4", "16", "600", "ada")
    return jobs


def hours(start, seconds):
    """(begin of the hour, seconds in it) of SECONDS from START."""
    at, end = start, start + timedelta(seconds=seconds)
    while at < end:
        hour = at.replace(minute=0, second=0, microsecond=0)
        until = min(end, hour + HOUR)
        yield hour, int((until - at).total_seconds())
        at = until


class Bill:
    """Rows as dictionaries that each kind of export spells in its own way."""

    def __init__(self):
        self.rows = []

    def usage(self, service, usage_type, key, quantity, start, resource, span=HOUR, kind="Usage", rate=None, own=True, **more):
        rate = (price(key) if key else F(0)) if rate is None else rate
        quantity = round(quantity, 10)
        self.rows.append({"kind": kind, "service": service, "usage_type": usage_type, "quantity": quantity, "rate": rate,
                          "cost": round(quantity * rate, 10), "start": start, "end": start + span, "resource": resource,
                          "own": own, **more})

    def other(self, kind, cost, service="", usage_type="", start=MONTH, end=NEXT, **more):
        self.rows.append({"kind": kind, "service": service, "usage_type": usage_type, "quantity": F(0), "rate": F(0),
                          "cost": F(cost), "start": start, "end": end, "resource": "", "own": False, **more})


FARGATE = {("fargate", "x86_64"): ("fargate", "Fargate"), ("fargate", "arm64"): ("fargate", "Fargate-ARM"),
           ("fargate-spot", "x86_64"): ("fargate-spot", "SpotUsage-Fargate")}


def bill_task(bill, n, j):
    seconds = max(60, int(j["duration_s"]))
    item, name = FARGATE[j["platform"], j["arch"]]
    covered = j["started_at"].hour == 23 and j["started_at"].day == 14  # paid by a Savings Plan
    for hour, s in hours(j["started_at"], seconds):
        if not MONTH <= hour < NEXT:
            continue
        for what, key, amount in [("vCPU-Hours:perCPU", "vcpu-hour", j["vcpu"]), ("GB-Hours", "gb-hour", j["memory_gb"])]:
            kind = "SavingsPlanCoveredUsage" if covered else "Usage"
            bill.usage("AmazonECS", f"USE1-{name}-{what}", f"{item}.{key}.{j['arch']}", F(amount) * s / 3600, hour, j["job_id"],
                       kind=kind, effective=F("0.8"))
        bill.usage("AmazonVPC", "USE1-PublicIPv4:InUseAddress", "ipv4.public-hour", F(s, 3600), hour,
                   f"arn:aws:ec2:{REGION}:{ACCOUNT}:network-interface/eni-{n:017x}")


def bill_days(bill, jobs):
    day = timedelta(days=1)
    transitions = 0
    for d in range(31):
        date = MONTH + d * day
        today = [j for j in jobs if date <= j["started_at"] < date + day]
        if not today:
            continue
        on_lambda = [F(j["duration_s"]) * F(j["memory_gb"]) for j in today if j["platform"] == "lambda"]
        n = len(today)
        bill.usage("AWSLambda", "Lambda-GB-Second", "lambda.gb-second.x86_64", n * F(128 * 342, 1024 * 1000), date, SELECTOR, day)
        if on_lambda:
            bill.usage("AWSLambda", "Lambda-GB-Second", "lambda.gb-second.x86_64", sum(on_lambda), date, FUNCTION, day)
        free = F(0)  # the month's first million requests, and transitions up to the allowance that others left over
        bill.usage("AWSLambda", "Request", "lambda.request", F(n), date, SELECTOR, day, rate=free)
        if on_lambda:
            bill.usage("AWSLambda", "Request", "lambda.request", F(len(on_lambda)), date, FUNCTION, day, rate=free)
        bill.usage("AmazonStates", "USE1-StateTransition", "states.transition", F(3 * n), date, STATE_MACHINE, day,
                   rate=free if transitions < 30 else None)
        transitions += 3 * n
        bill.usage("AmazonS3", "Requests-Tier1", "s3.request.tier1", F(2 * n), date, f"{STACK}-results", day)
        bill.usage("AmazonS3", "Requests-Tier2", "s3.request.tier2", F(2 * n), date, f"{STACK}-data", day)
        bill.usage("AmazonCloudWatch", "USE1-DataProcessing-Bytes", "logs.ingest-gb", F(n, 16 * 1024), date, LOGS, day)


def bill_rest(bill):
    """What no job explains, and what is no usage."""
    day = timedelta(days=1)
    for d in range(31):
        date = MONTH + d * day
        bill.usage("AmazonS3", "TimedStorage-ByteHrs", "s3.storage-gb-month", F(120, 31), date, f"{STACK}-results", day)
        bill.usage("AmazonECR", "TimedStorage-ByteHrs", None, F(8, 31), date, "lab-images", day, rate=F("0.1"), own=False)
    for usage_type, rate in [("NatGateway-Hours", "0.045"), ("RegionalNatGateway-Hours", "0.045")]:
        bill.usage("AmazonEC2", usage_type, None, F(24), MONTH, f"arn:aws:ec2:{REGION}:{ACCOUNT}:natgateway/nat-1", day,
                   rate=F(rate), own=False)
    bill.usage("AmazonECS", "USE1-Fargate-Windows-GB-Hours", "fargate.gb-hour.windows", F(2), MONTH,
               f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/other/{7:032x}", own=False)
    bill.usage("AmazonECS", "USE1-Fargate-GB-Hours", "fargate.gb-hour.x86_64", F(48), MONTH,
               f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/other/{8:032x}", day, own=False)
    bill.usage("AmazonCloudWatch", "USE1-TimedStorage-ByteHrs", None, F(3, 2), MONTH, LOGS, day, rate=F("0.03"))
    bill.usage("awskms", "us-east-1-KMS-Keys", None, F(1), MONTH, "key/1", day, rate=F(1), own=False)
    bill.other("SavingsPlanRecurringFee", "1.20", "ComputeSavingsPlans", "ComputeSP:1yrNoUpfront")
    bill.other("EdpDiscount", "-0.35", "AmazonECS", "USE1-Fargate-GB-Hours")
    bill.other("Credit", "-2.50", "AmazonECS", "USE1-Fargate-vCPU-Hours:perCPU")
    bill.other("Refund", "-0.10", "AmazonS3", "TimedStorage-ByteHrs")
    bill.other("Tax", "0.42", "AmazonECS", "")


def negations(bill):
    for row in [r for r in bill.rows if r["kind"] == "SavingsPlanCoveredUsage"]:
        bill.rows.append({**row, "kind": "SavingsPlanNegation", "cost": -row["cost"], "resource": ""})


def decimal(x, places=10):
    text = f"{float(round(x, places)):.{places}f}".rstrip("0").rstrip(".")
    return text if text not in ("", "-0") else "0"


def double(x):
    return repr(float(x))


def iso(t, fraction=""):
    return t.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def tags(row, stack_key):
    return json.dumps({stack_key: STACK, "user_project": "mri"} if row["own"] else {}, separators=(",", ":"))


def cur2(row, n):
    return {"identity_line_item_id": f"{n:026d}", "identity_time_interval": f"{iso(row['start'])}/{iso(row['end'])}",
            "bill_invoice_id": "2026100042", "bill_billing_period_start_date": iso(MONTH, ".000"),
            "bill_payer_account_id": ACCOUNT, "line_item_usage_account_id": ACCOUNT, "line_item_line_item_type": row["kind"],
            "line_item_usage_start_date": iso(row["start"], ".000"), "line_item_usage_end_date": iso(row["end"], ".000"),
            "line_item_product_code": row["service"], "line_item_usage_type": row["usage_type"], "line_item_operation": "",
            "line_item_resource_id": row["resource"], "line_item_usage_amount": decimal(row["quantity"]),
            "line_item_unblended_rate": decimal(row["rate"]), "line_item_unblended_cost": decimal(row["cost"]),
            "line_item_currency_code": "USD", "line_item_line_item_description": "One of AWS's sentences, with a comma",
            "product_region_code": REGION, "resource_tags": tags(row, "aws_cloudformation_stack_name"),
            "split_line_item_parent_resource_id": row.get("parent", ""),
            "split_line_item_split_cost": decimal(row.get("split", F(0))) if "parent" in row else ""}


def legacy(row, n):
    return {"identity/LineItemId": f"{n:026d}", "identity/TimeInterval": f"{iso(row['start'])}/{iso(row['end'])}",
            "bill/InvoiceId": "2026100042", "bill/BillingPeriodStartDate": iso(MONTH), "bill/PayerAccountId": ACCOUNT,
            "lineItem/UsageAccountId": ACCOUNT, "lineItem/LineItemType": row["kind"],
            "lineItem/UsageStartDate": iso(row["start"]), "lineItem/UsageEndDate": iso(row["end"]),
            "lineItem/ProductCode": row["service"], "lineItem/UsageType": row["usage_type"], "lineItem/Operation": "",
            "lineItem/ResourceId": row["resource"], "lineItem/UsageAmount": decimal(row["quantity"]),
            "lineItem/UnblendedRate": decimal(row["rate"]), "lineItem/UnblendedCost": decimal(row["cost"]),
            "lineItem/CurrencyCode": "USD", "product/region": REGION,
            "resourceTags/aws:cloudformation:stack-name": STACK if row["own"] else "",
            "resourceTags/user:project": "mri" if row["own"] else ""}


CATEGORY = {"Usage": "Usage", "SavingsPlanCoveredUsage": "Usage", "SavingsPlanRecurringFee": "Purchase", "Tax": "Tax",
            "Credit": "Credit", "EdpDiscount": "Adjustment", "Refund": "Usage"}


def focus(row, n, version):
    covered = row["kind"] == "SavingsPlanCoveredUsage"
    usage = row["kind"] == "Usage" or covered
    effective = row["cost"] * row["effective"] if covered else row["cost"]
    meter = {"SkuMeter": row["usage_type"], "InvoiceId": "2026100042"} if version == "1.2" else {"x_UsageType": row["usage_type"]}
    return {"BillingPeriodStart": iso(MONTH, ".000"), "BillingCurrency": "USD", "SubAccountId": ACCOUNT, "RegionId": REGION,
            "ChargeCategory": CATEGORY[row["kind"]], "ChargeClass": "Correction" if row["kind"] == "Refund" else "",
            "ChargePeriodStart": iso(row["start"], ".000"), "ChargePeriodEnd": iso(row["end"], ".000"),
            "BilledCost": double(0 if covered else row["cost"]), "EffectiveCost": double(effective),
            "ListCost": double(row["cost"]) if usage else "", "ContractedCost": double(row["cost"]),
            "ConsumedQuantity": double(row["quantity"]) if usage else "", "ConsumedUnit": "Hours" if usage else "",
            "ServiceName": row["service"], "x_ServiceCode": row["service"], "ResourceId": row["resource"],
            "CommitmentDiscountStatus": "Used" if covered else "",
            "Tags": tags(row, "aws:cloudformation:stack-name"), **meter}


def text(rows, end="\n"):
    out = io.StringIO()
    w = csv.DictWriter(out, rows[0].keys(), lineterminator=end)
    w.writeheader()
    w.writerows(rows)
    return out.getvalue()


def make():
    """File name → text."""
    jobs = make_jobs()
    bill = Bill()
    for n, j in enumerate(jobs):
        if j["platform"] != "lambda":
            bill_task(bill, n, j)
    bill_days(bill, jobs)
    bill_rest(bill)
    plain = list(bill.rows)
    negations(bill)
    bill.rows.sort(key=lambda r: (r["start"], r["service"], r["usage_type"], r["resource"], r["kind"]))
    plain.sort(key=lambda r: (r["start"], r["service"], r["usage_type"], r["resource"], r["kind"]))
    parent = {**bill.rows[0], "parent": "arn:aws:ec2:us-east-1:123456789012:instance/i-1", "split": F("0.5")}
    history = [{**j, "started_at": iso(j["started_at"])} for j in jobs]
    return {"history.csv": text(history),
            "cur-2.0.csv": text([cur2(r, n) for n, r in enumerate(bill.rows + [parent])]),
            "cur-legacy.csv": text([legacy(r, n) for n, r in enumerate(bill.rows)], "\r\n"),
            "focus-1.0.csv": text([focus(r, n, "1.0") for n, r in enumerate(plain)]),
            "focus-1.2.csv": text([focus(r, n, "1.2") for n, r in enumerate(plain)])}


if __name__ == "__main__":
    WHERE.mkdir(parents=True, exist_ok=True)
    for name, content in make().items():
        (WHERE / name).write_bytes(content.encode())
