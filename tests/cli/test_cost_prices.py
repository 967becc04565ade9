"""m2-cost prices: the list in use, and --update against a price API that is on loopback."""
import json
import pathlib
from fractions import Fraction as F

import pytest

from fakeaws import KEYS, FakeAws, error

TARGET = "AWSPriceListService.GetProducts"
LIST = json.loads((pathlib.Path(__file__).resolve().parents[2] / "libcommon/cost/prices.json").read_text())


def product(usagetype, *tiers, date="2026-10-01T00:00:00Z", region="us-east-1", usd=None):
    """A document as GetProducts gives it; TIERS are (begin, end, usd)."""
    tiers = tiers or (("0", "Inf", usd),)
    return {"product": {"attributes": {"usagetype": usagetype, "regionCode": region}}, "terms": {"OnDemand": {
        "SKU.T": {"effectiveDate": date, "priceDimensions": {
            f"SKU.T.{i}": {"unit": "u", "beginRange": b, "endRange": e, "pricePerUnit": {"USD": p}}
            for i, (b, e, p) in enumerate(tiers)}}}}}


def answer(usagetype, *products, more=None, **rule):
    return {"target": TARGET, "body_has": f'"{usagetype}"', "headers": {"Content-Type": "application/x-amz-json-1.1"},
            "body": {"FormatVersion": "aws_v1", "PriceList": [json.dumps(p) for p in products],
                     **({"NextToken": more} if more else {})}, **rule}


def doubled():
    """Every item of us-east-1 that the API knows, at twice its price."""
    rules = []
    for item in LIST["regions"]["us-east-1"].values():
        usagetype = item.get("usagetype")
        if not usagetype or "<" in usagetype or "SpotUsage" in usagetype:
            continue
        begin, tiers = "0", []
        for tier in item.get("tiers", [{"up_to": None, "usd": item["usd"]}]):
            end = tier["up_to"] or "Inf"
            tiers.append((begin, end, f"{float(F(tier['usd']) * 2):.10f}"))
            begin = end
        rules.append(answer(usagetype, product(usagetype, *tiers)))
    return rules


NOTHING = {"target": TARGET, "headers": {"Content-Type": "application/x-amz-json-1.1"},
           "body": {"FormatVersion": "aws_v1", "PriceList": []}}


def update(cost, aws, *args, region="us-east-1", env=None):
    return cost("prices", "--update", "--region", region, "--endpoint-url", aws.url, *args, env={**KEYS, **(env or {})})


def test_the_list_names_date_source_and_region(cost):
    run = cost("prices", "--region", "eu-west-2", "--format", "json")
    out = json.loads(run.out)
    assert run.status == 0 and out["prices"]["region"] == "eu-west-2" and len(out["items"]) == 28
    vcpu = next(i for i in out["items"] if i["price"] == "fargate.vcpu-hour.x86_64")
    assert vcpu["usd"] == LIST["regions"]["eu-west-2"]["fargate.vcpu-hour.x86_64"]["usd"] and vcpu["verified"]
    assert "AWS Price List" in cost("prices", "--region", "eu-west-2").out
    assert cost("prices", "--region", "nowhere-1").status == 2


def test_update_stores_what_aws_says_and_later_runs_use_it(cost):
    with FakeAws(*doubled(), NOTHING, account=False) as aws:
        run = update(cost, aws)
        asked = [json.loads(r["body"]) for r in aws.log]
    assert run.status == 0, run
    assert all(a["Filters"][0]["Field"] == "usagetype" and a["Filters"][0]["Type"] == "TERM_MATCH" for a in asked)
    stored = json.loads((cost.home / ".cache/mode2-toolkit/prices-us-east-1.json").read_text())
    items = stored["regions"]["us-east-1"]
    assert items["fargate.vcpu-hour.x86_64"] == {"usd": "0.08096", "unit": "vCPU-hour", "source": "API",
                                                 "usagetype": "USE1-Fargate-vCPU-Hours:perCPU"}
    assert [t["usd"] for t in items["lambda.gb-second.x86_64"]["tiers"]] == ["0.0000333334", "0.00003", "0.0000266668"]
    assert items["lambda.gb-second.x86_64"]["free_per_month"] == "400000"
    assert items["fargate-spot.vcpu-hour.x86_64"] == LIST["regions"]["us-east-1"]["fargate-spot.vcpu-hour.x86_64"]
    again = json.loads(cost("estimate", "--vcpu", "4", "--memory-gb", "8", "--duration", "10m", "--region", "us-east-1",
                            "--format", "json").out)
    assert again["compute_usd"] == "0.065826666666"
    assert again["prices"]["source"].endswith("prices-us-east-1.json")
    other = json.loads(cost("prices", "--region", "eu-west-1", "--format", "json").out)
    assert other["prices"]["source"] == "built in"


REFUSED = [
    ("none", [], "no product of this usage type"),
    ("two", [product("USE1-StateTransition", usd="0.000025"), product("USE1-StateTransition", usd="0.000026")],
     "several products with different prices"),
    ("part", [product("XUSE1-StateTransition", usd="0.5"), product("USE1-StateTransition-Hours", usd="0.5")],
     "no product of this usage type"),
    ("ahead", [product("USE1-StateTransition", usd="0.5", date="2999-01-01T00:00:00Z")], "price in force"),
    ("gap", [product("USE1-StateTransition", ("0", "10", "0.1"), ("11", "Inf", "0.2"))], "gaps"),
    ("endless", [product("USE1-StateTransition", ("0", "10", "0.1"))], "gaps"),
    ("cny", [{"product": {"attributes": {"usagetype": "USE1-StateTransition"}}, "terms": {"OnDemand": {"a": {
        "effectiveDate": "2026-01-01", "priceDimensions": {"b": {"beginRange": "0", "endRange": "Inf",
                                                                 "pricePerUnit": {"CNY": "1"}}}}}}}], "no price in USD"),
    ("odd", [product("USE1-StateTransition", usd="1,5")], "no price in USD"),
]


@pytest.mark.parametrize("name,products,words", REFUSED, ids=[r[0] for r in REFUSED])
def test_a_price_that_cannot_be_matched_is_named_and_never_guessed(cost, name, products, words):
    rules = [r for r in doubled() if "StateTransition" not in r["body_has"]]
    with FakeAws(answer("USE1-StateTransition", *products), *rules, NOTHING, account=False) as aws:
        run = update(cost, aws)
    text = " ".join(run.out.split())
    assert run.status == 0 and "states.transition could not be matched" in text and words in text, run
    kept = json.loads((cost.home / ".cache/mode2-toolkit/prices-us-east-1.json").read_text())["regions"]["us-east-1"]
    assert kept["states.transition"]["usd"] == "0.000025" and kept["states.transition"]["verified"] is False


def test_pages_are_joined_and_the_latest_term_in_force_wins(cost):
    name = "USE1-StateTransition"
    rules = [r for r in doubled() if name not in r["body_has"]]
    old, new = product(name, usd="0.000024", date="2024-01-01T00:00:00Z"), product(name, usd="0.000031")
    new["terms"]["OnDemand"]["SKU.O"] = old["terms"]["OnDemand"]["SKU.T"]
    with FakeAws({**answer(name, new), "body_has": '"NextToken":"n2"'}, answer(name, more="n2"), *rules, NOTHING,
                 account=False) as aws:
        run = update(cost, aws)
    stored = json.loads((cost.home / ".cache/mode2-toolkit/prices-us-east-1.json").read_text())
    assert run.status == 0 and stored["regions"]["us-east-1"]["states.transition"]["usd"] == "0.000031", run


def test_another_region_is_asked_with_its_own_prefix(cost):
    with FakeAws(answer("EUC1-Fargate-vCPU-Hours:perCPU", product("EUC1-Fargate-vCPU-Hours:perCPU", usd="0.5")), NOTHING,
                 account=False) as aws:
        run = update(cost, aws, region="eu-central-1")
        names = {json.loads(r["body"])["Filters"][0]["Value"] for r in aws.log}
    assert run.status == 0 and names >= {"EUC1-Fargate-vCPU-Hours:perCPU", "EUC1-NatGateway-Hours", "EUC1-Requests-Tier1"}
    stored = json.loads((cost.home / ".cache/mode2-toolkit/prices-eu-central-1.json").read_text())
    assert stored["regions"]["eu-central-1"]["fargate.vcpu-hour.x86_64"]["usd"] == "0.5"


FAILS = [
    ("denied", {**error("AccessDeniedException", target=TARGET)}, 3, "AccessDenied"),
    ("expired", {**error("ExpiredTokenException", target=TARGET)}, 3, "ExpiredToken"),
    ("dropped", {"drop": "before"}, 3, "127.0.0.1"),
    ("html", {"status": 500, "body": "<html>"}, 3, "500"),
    ("garbage", {"body": "{"}, 3, "middle of an object"),
]


@pytest.mark.parametrize("name,rule,status,words", FAILS, ids=[f[0] for f in FAILS])
def test_a_refused_update_leaves_the_old_list(cost, name, rule, status, words):
    with FakeAws(rule, account=False) as aws:
        run = update(cost, aws)
    assert run.status == status and words in run.err and run.out == "", run
    assert not (cost.home / ".cache/mode2-toolkit").exists() or not list((cost.home / ".cache/mode2-toolkit").iterdir())


def test_a_broken_cache_is_named_and_update_repairs_it(cost):
    folder = cost.home / ".cache/mode2-toolkit"
    folder.mkdir(parents=True)
    (folder / "prices-us-east-1.json").write_text("{")
    run = cost("estimate", "--vcpu", "1", "--memory-gb", "2", "--duration", "1m")
    assert run.status == 2 and "prices-us-east-1.json" in run.err and "--update" in run.err, run
    with FakeAws(*doubled(), NOTHING, account=False) as aws:
        assert update(cost, aws).status == 0
    assert cost("estimate", "--vcpu", "1", "--memory-gb", "2", "--duration", "1m").status == 0


def test_update_wants_a_home_a_known_region_and_no_other_list(cost):
    with FakeAws(NOTHING, account=False) as aws:
        assert update(cost, aws, env={"HOME": ""}).status == 2
        assert "known are us-east-1" in update(cost, aws, region="af-south-1").err
        (cost.home / "p.json").write_text(json.dumps(LIST))
        assert "does not go with --prices" in update(cost, aws, "--prices", cost.home / "p.json").err
    run = cost("prices", "--update", env={"AWS_CONFIG_FILE": "/dev/null"})
    assert run.status == 3 and "no credentials" in run.err, run
