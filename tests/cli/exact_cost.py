"""The bill of a job, written a second time from the pricing pages: exact fractions, no code of the library."""
import json
import pathlib
from fractions import Fraction as F
from math import ceil

PRICES = json.loads((pathlib.Path(__file__).resolve().parents[2] / "libcommon/cost/prices.json").read_text())["regions"]
GB = 1024  # MB


def rate(region, key):
    return F(PRICES[region][key]["usd"]) if key in PRICES[region] else None


def half_even(x, places=12):
    """Fraction to an integer of 10^-places."""
    return round(x * 10 ** places)  # Python rounds halves of fractions to even


def parts(mb):
    n = ceil(mb / 8)
    return n


def requests_for(input_mb, output_mb):
    down, up = parts(F(input_mb)), parts(F(output_mb))
    return 1 + max(1, down), 1 + (up + 2 if up > 1 else 1)


def lines(job, region="us-east-1"):
    """resource -> (quantity, price key) of a job given as strings and numbers, as the command line has them."""
    platform, arch = job.get("platform", "fargate"), job.get("arch", "x86_64")
    ms = ceil(F(job["duration_ms"]))
    memory, disk = F(job["memory_gb"]), F(job.get("ephemeral_gb", 0))
    input_mb, output_mb, log_mb = (F(job.get(k, d)) for k, d in (("input_mb", 0), ("output_mb", 0), ("log_mb", "0.0625")))
    gets, puts = requests_for(input_mb, output_mb)
    out = {}
    if platform == "lambda":
        out["lambda.compute"] = memory * F(ms, 1000), f"lambda.gb-second.{arch}"
        out["lambda.ephemeral-storage"] = max(disk - F(1, 2), 0) * F(ms, 1000), "lambda.ephemeral-gb-second"
        out["logs.ingest"] = log_mb / GB, "logs.lambda-ingest-gb"
    else:
        hours = F(max(60, ceil(F(ms, 1000))), 3600)
        out["fargate.vcpu"] = F(job["vcpu"]) * hours, f"{platform}.vcpu-hour.{arch}"
        out["fargate.memory"] = memory * hours, f"{platform}.gb-hour.{arch}"
        out["fargate.ephemeral-storage"] = max(disk - 20, 0) * hours, "fargate.ephemeral-gb-hour"
        if job.get("public_ip", True):
            out["ipv4.public"] = hours, "ipv4.public-hour"
        out["logs.ingest"] = log_mb / GB, "logs.ingest-gb"
    requests = job.get("requests", 1 if platform == "lambda" else 0)
    out["lambda.requests"] = F(requests), "lambda.request"
    out["selector.compute"] = F(128, 1024) * F(342, 1000), "lambda.gb-second.x86_64"
    out["selector.requests"] = F(1), "lambda.request"
    out["states.transitions"] = F(job.get("transitions", 3)), "states.transition"
    out["s3.put"] = F(puts), "s3.request.tier1"
    out["s3.get"] = F(gets), "s3.request.tier2"
    out["transfer.out"] = output_mb / GB, "transfer.out-gb"
    return {k: v for k, v in out.items() if v[0]}


COMPUTE = {"fargate.vcpu", "fargate.memory", "lambda.compute"}


def bill(job, region="us-east-1"):
    """(lines in pico USD by resource, compute, total); a line without a price is None and counts nothing."""
    cost = {}
    for resource, (quantity, key) in lines(job, region).items():
        price = rate(region, key)
        cost[resource] = None if price is None else half_even(quantity * price)
    known = {k: v for k, v in cost.items() if v is not None}
    return cost, sum(v for k, v in known.items() if k in COMPUTE), sum(known.values())


def usd(pico):
    """As the tool prints an exact amount."""
    sign, pico = ("-" if pico < 0 else ""), abs(pico)
    text = f"{pico // 10 ** 12}.{pico % 10 ** 12:012d}".rstrip("0").rstrip(".")
    return sign + text
