"""m2-cost estimate and compare against an independent exact computation, and what they say of wrong input."""
import json
import random
import re
from fractions import Fraction as F

import pytest

import exact_cost

GUIDE = ["estimate", "--vcpu", "4", "--memory-gb", "8", "--duration", "10m", "--region", "us-east-1"]
SIZES = [("0.25", "0.5"), ("0.25", "2"), ("0.5", "4"), ("1", "8"), ("2", "16"), ("4", "8"), ("4", "30"), ("8", "60"),
         ("16", "120"), ("32", "244")]


def estimate(cost, *args):
    run = cost("estimate", *args, "--format", "json")
    assert run.status == 0, run
    return json.loads(run.out)


def test_the_guide_s_example_is_exact(cost):
    out = estimate(cost, *GUIDE[1:])
    assert out["schema"] == "m2-cost/1" and out["total_usd"] == "0.033863896746"
    assert out["compute_usd"] == "0.032913333334"
    assert out["prices"] == {"date": "2026-09-11", "source": "built in", "region": "us-east-1"}
    text = cost(*GUIDE).out
    assert text.startswith("One job costs 0.03386 USD.") and "0.033863897" in text


def random_job(rng):
    platform = rng.choice(["fargate", "fargate", "fargate-spot", "lambda"])
    job = {"platform": platform, "arch": rng.choice(["x86_64", "arm64"])}
    job["duration_ms"] = str(F(rng.choice([1, 59000, 60000, 60001, 125200, 899999, rng.randrange(1, 900000)])))
    if platform == "lambda":
        job["memory_gb"] = rng.choice(["0.125", "2.9375", "10", "1.7275390625", str(rng.randrange(128, 10240) / 1024)])
        job["ephemeral_gb"] = rng.choice(["0", "0.5", "4", "10"])
    else:
        job["vcpu"], job["memory_gb"] = rng.choice(SIZES)
        job["ephemeral_gb"] = rng.choice(["0", "20", "21", "30.5", "200"])
    for key, most in (("input_mb", 5000), ("output_mb", 900), ("log_mb", 40)):
        if rng.random() < 0.5:
            job[key] = rng.choice(["0", "8", "8.000001", str(rng.randrange(most * 1000) / 1000)])
    if rng.random() < 0.3:
        job["transitions"] = rng.randrange(1, 30)
    return job


def args_of(job):
    args = ["--duration", f"{job['duration_ms']}ms"]
    for key in ("platform", "arch", "vcpu", "memory_gb", "ephemeral_gb", "input_mb", "output_mb", "log_mb", "transitions"):
        if key in job:
            args += ["--" + key.replace("_", "-"), str(job[key])]
    return args


@pytest.mark.parametrize("seed", range(60))
def test_random_jobs_are_what_fractions_say(cost, seed):
    rng = random.Random(seed)
    for _ in range(4):
        job, region = random_job(rng), rng.choice(["us-east-1", "us-east-1", "eu-west-2"])
        if region == "eu-west-2" and job["platform"] == "fargate-spot":
            job["arch"] = "x86_64"
        expected, compute, total = exact_cost.bill(job, region)
        out = estimate(cost, *args_of(job), "--region", region)
        shown = {i["resource"]: i["cost_usd"] for i in out["items"]}
        assert shown == {k: None if v is None else exact_cost.usd(v) for k, v in expected.items()}, job
        assert out["compute_usd"] == exact_cost.usd(compute) and out["total_usd"] == exact_cost.usd(total), job
        assert sum(F(c) for c in shown.values() if c) == F(out["total_usd"])


def test_a_month_is_priced_through_tiers_and_allowances(cost):
    out = estimate(cost, "--platform", "lambda", "--memory-gb", "10", "--duration", "900s", "--jobs", "1000000")
    month = out["month"]
    seconds = F(10 * 900 * 1000000)
    tiers = [(F(6000000000), F("0.0000166667")), (F(9000000000), F("0.000015"))]
    selector = F(128, 1024) * F(342, 1000) * 1000000
    left, gross = seconds + selector, F(0)
    for size, price in tiers:
        gross += min(left, size) * price
        left -= min(left, size)
    line = next(i for i in month["items"] if i["price"] == "lambda.gb-second.x86_64")
    assert left == 0 and line["cost_usd"] == exact_cost.usd(exact_cost.half_even(gross))
    assert line["after_free_usd"] == exact_cost.usd(exact_cost.half_even(gross - 400000 * F("0.0000166667")))
    assert sum(F(i["cost_usd"]) for i in month["items"]) == F(month["total_usd"])
    assert F(month["marginal_usd"]) < F(out["total_usd"])  # the second tier is cheaper


def test_budget_says_and_exits(cost):
    assert cost(*GUIDE, "--budget", "0.04").status == 0
    over = cost(*GUIDE, "--budget", "0.03")
    assert over.status == 1 and "more than the budget of 0.03 USD" in over.out
    told = cost(*GUIDE, "--budget", "0.03", "--format", "json")
    assert told.status == 1 and json.loads(told.out)["budget_passed"] is True
    month = cost(*GUIDE, "--budget", "30", "--jobs", "1000")
    assert month.status == 1 and "the month costs 33.86 USD" in month.out


def test_without_and_networks(cost):
    whole = F(estimate(cost, *GUIDE[1:])["total_usd"])
    bare = estimate(cost, *GUIDE[1:], *sum((["--without", p] for p in (
        "public-ip", "selector", "transitions", "logs", "s3")), []))
    assert bare["total_usd"] == bare["compute_usd"] and F(bare["total_usd"]) < whole
    nat = estimate(cost, *GUIDE[1:], "--nat", "--image-gb", "4")
    resources = {i["resource"] for i in nat["items"]}
    assert "ipv4.public" not in resources and "nat.data" in resources and nat["fixed_monthly_usd"] == "32.85"
    endpoints = estimate(cost, *GUIDE[1:], "--endpoints", "3")
    assert endpoints["fixed_monthly_usd"] == "43.8" and "endpoints.data" in {i["resource"] for i in endpoints["items"]}
    lambda_image = estimate(cost, "--platform", "lambda", "--memory-gb", "3", "--duration", "45s", "--image-gb", "4")
    assert any("--image-gb is not counted" in a for a in lambda_image["assumed"])  # it was left out without a word
    far = estimate(cost, *GUIDE[1:-1], "eu-central-1", "--image-gb", "4")
    assert next(i for i in far["items"] if i["resource"] == "ecr.cross-region")["cost_usd"] == "0.08"


def test_a_missing_price_is_said_and_strict_exits_with_4(cost):
    run = cost(*GUIDE[:-1], "us-west-1")
    assert run.status == 0 and "there is no price for Public IPv4 address (ipv4.public-hour) in us-west-1" in run.out.replace("\n", " ")
    out = estimate(cost, *GUIDE[1:-1], "us-west-1")
    assert "ipv4.public-hour" in out["missing"] and not any(i["cost_usd"] == "0" for i in out["items"])
    for fmt in ("text", "json", "csv", "markdown", "html"):
        assert cost(*GUIDE[:-1], "us-west-1", "--strict", "--format", fmt).status == 4, fmt


BAD = [
    (["--vcpu", "4", "--memory-gb", "7", "--duration", "1m"], "2 vCPU with 7 GB and 4 vCPU with 8 GB"),
    (["--vcpu", "0.3", "--memory-gb", "8", "--duration", "1m"], "no size that Fargate offers"),
    (["--vcpu", "-4", "--memory-gb", "8", "--duration", "1m"], "--vcpu"),
    (["--vcpu", "nan", "--memory-gb", "8", "--duration", "1m"], "--vcpu"),
    (["--vcpu", "1e400", "--memory-gb", "8", "--duration", "1m"], "--vcpu"),
    (["--vcpu", "4", "--memory-gb", "inf", "--duration", "1m"], "--memory-gb"),
    (["--vcpu", "4", "--memory-gb", "8,5", "--duration", "1m"], "--memory-gb"),
    (["--vcpu", "4", "--memory-gb", "0x8", "--duration", "1m"], "--memory-gb"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "0"], "--duration"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "-1m"], "--duration"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "5 parsecs"], "--duration"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "99999999999999999999h"], "--duration"),
    (["--vcpu", "4", "--memory-gb", "8"], "--duration"),
    (["--memory-gb", "8", "--duration", "1m"], "--vcpu"),
    (["--platform", "lambda", "--vcpu", "1", "--memory-gb", "8", "--duration", "1m"], "1,769 MB"),
    (["--platform", "lambda", "--memory-gb", "11", "--duration", "1m"], "10240 MB"),
    (["--platform", "lambda", "--memory-gb", "8", "--duration", "901s"], "900 s"),
    (["--platform", "fargatte", "--vcpu", "4", "--memory-gb", "8", "--duration", "1m"], "did you mean fargate?"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "1m", "--region", "mars-1"], "mars-1"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "1m", "--without", "loges"], "did you mean logs?"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "1m", "--budget", "ten"], "--budget"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "1m", "--jobs", "0"], "--jobs"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "1m", "--transitions", "0"], "--transitions"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "1m", "--requests", "0"], "--requests"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "1m", "--image-gb", "4", "--image-region", "us east"], "--image-region"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "1m", "--without", "compute"], "these are: ephemeral-storage, public-ip"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "1m", "--input-mb", "-1"], "--input-mb"),
    (["--vcpu", "4", "--memory-gb", "8", "--duration", "1m", "--arch", "arm64", "--region", "eu-central-1"],
     "regions that have it"),
]


@pytest.mark.parametrize("args,words", BAD, ids=[" ".join(a)[-60:] for a, _ in BAD])
def test_bad_input_is_one_sentence_and_exit_2(cost, args, words):
    run = cost("estimate", *args)
    assert run.status == 2 and run.out == "" and words in run.err, run
    assert len([x for x in run.err.splitlines() if "hint:" not in x]) == 1, run


PRICE_LISTS = [
    ("{", "1:2"), ("[]", "m2-prices/1"), ('{"schema":"m2-prices/1"}', "USD"),
    ('{"schema":"m2-prices/1","currency":"USD","effective":"2026-01-01","regions":{"us-east-1":{"x":{"usd":0.04,"unit":"u"}}}}',
     "decimal in quotes"),
    ('{"schema":"m2-prices/1","currency":"USD","effective":"2026-01-01","regions":{"us-east-1":{}}}',
     "no price for fargate.vcpu-hour.x86_64 in us-east-1"),
    ("\0\1\2", ":1:1"),
]


@pytest.mark.parametrize("text,words", PRICE_LISTS)
def test_a_wrong_price_list_is_refused(cost, tmp_path, text, words):
    path = tmp_path / "p.json"
    path.write_text(text)
    run = cost(*GUIDE, "--prices", path)
    assert run.status == 2 and run.out == "" and words in run.err, run
    assert cost(*GUIDE, "--prices", tmp_path / "none.json").status == 2


def test_old_prices_are_warned_of(cost, tmp_path, root):
    text = (root / "libcommon/cost/prices.json").read_text().replace('"2026-09-11"', '"2020-01-01"', 1)
    (tmp_path / "old.json").write_text(text)
    run = cost(*GUIDE, "--prices", tmp_path / "old.json")
    assert re.search(r"Warning: these prices are \d{4} days\s+old", run.out), run


def test_compare_lists_what_can_run_it_cheapest_first(cost):
    run = cost("compare", *GUIDE[1:], "--scaling", "none", "--format", "json")
    out = json.loads(run.out)
    totals = [F(c["total_usd"]) for c in out["choices"]]
    assert totals == sorted(totals) and len(totals) > 100
    assert [c["total_usd"] for c in out["choices"] if c["as_given"]] == ["0.033863896746"]
    for choice in out["choices"][::7]:
        job = {"platform": choice["platform"], "vcpu": choice["vcpu"], "memory_gb": choice["memory_gb"],
               "duration_ms": F(choice["duration_s"]) * 1000}
        assert exact_cost.usd(exact_cost.bill(job)[2]) == choice["total_usd"], choice
    assert 5 < F(out["break_even_s"]) < 30
    slow = json.loads(cost("compare", "--vcpu", "4", "--memory-gb", "8", "--duration", "2h", "--format", "json").out)
    assert "900 s" in slow["unfit"]["lambda"] and "lambda" not in {c["platform"] for c in slow["choices"]}


def test_formats_of_one_run_say_the_same(cost, tmp_path):
    for fmt, words in (("csv", "fargate.vcpu,0.666666666667,vCPU-hour,0.04048,0.026986666667"),
                       ("markdown", "| Fargate vCPU |"), ("html", "<!DOCTYPE html>"), ("text", "Fargate vCPU")):
        path = tmp_path / f"out.{fmt}"
        run = cost(*GUIDE, "--format", fmt, "--output", path)
        assert run.status == 0 and run.out == "" and words.lower() in path.read_text().lower(), (fmt, run)
    assert cost(*GUIDE, "--output", "/dev/full").status == 3
    assert cost(*GUIDE, "--output", tmp_path / "no" / "such").status == 3


def test_numbers_have_a_point_in_every_locale(cost):
    assert cost(*GUIDE, env={"LC_ALL": "de_DE.UTF-8"}).out == cost(*GUIDE).out


def test_compare_has_the_months_of_jobs_and_what_was_assumed(cost):
    """--jobs and --zones were taken and did nothing; what was assumed was not said."""
    args = [*GUIDE[1:], "--nat"]
    run = cost("compare", *args, "--jobs", "1000000", "--format", "json")
    assert run.status == 0, run
    out = json.loads(run.out)
    for c in out["choices"]:
        assert F(c["month_usd"]) <= F(c["total_usd"]) * 1000000 + 1
    given = next(c for c in out["choices"] if c["as_given"])
    month = estimate(cost, *args, "--jobs", "1000000")["month"]
    assert given["month_usd"] == month["total_usd"] and any("NAT gateway" in a for a in out["assumed"])
    assert "month_usd" not in cost("compare", *args, "--format", "json").out
    text = cost("compare", *args).out
    assert "Assumed" in text and "Not in these figures: what a NAT gateway" in text
    wrong = cost("compare", *args, "--zones", "2")
    assert wrong.status == 2 and "--zones is not for m2-cost compare" in wrong.err


def test_break_even_is_null_where_there_is_none(cost):
    out = json.loads(cost("compare", "--vcpu", "16", "--memory-gb", "120", "--duration", "1m", "--region", "us-east-1",
                          "--format", "json").out)
    assert out["break_even_s"] is None and "10240 MB" in out["unfit"]["lambda"]
