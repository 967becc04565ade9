"""Random job histories in CSV as people and programs write them, and what they cost: exact fractions, no code of the library."""
import datetime
import random
from fractions import Fraction as F
from math import ceil

import exact_cost

SIZES = [("0.25", "0.5"), ("0.25", "2"), ("0.5", "4"), ("1", "8"), ("2", "16"), ("4", "8"), ("4", "30"), ("8", "60"), ("16", "120")]
FARGATE = ([(256, m) for m in (512, 1024, 2048)] + [(512, m) for m in range(1024, 4097, 1024)] +
           [(1024, m) for m in range(2048, 8193, 1024)] + [(2048, m) for m in range(4096, 16385, 1024)] +
           [(4096, m) for m in range(8192, 30721, 1024)] + [(8192, m) for m in range(16384, 61441, 4096)] +
           [(16384, m) for m in range(32768, 122881, 8192)] + [(32768, m) for m in (61440, 122880, 249856)])
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
# (name, from the usual unit)
NAMES = {"vcpu": [("vcpu", 1), ("vCPU", 1), ("cpu_units", 1024)], "memory_gb": [("memory_gb", 1), ("Memory_MB", 1024), ("memory_mib", 1024)],
         "duration_s": [("duration_s", 1), ("Duration", 1), ("duration_ms", 1000), ("duration_min", F(1, 60))]}
OPTIONAL = ["ephemeral_gb", "arch", "region", "input_mb", "output_mb", "log_mb", "user", "transitions", "requests"]
USERS = ["ada", "grace", "Café Müller", "", "o'neil, j", 'the "boss"', "x" * 300]


def finite(x, places=18):
    """x as a decimal text, or None when it has no finite one that is short enough."""
    scaled = x * 10 ** places
    if scaled.denominator != 1:
        return None
    whole, part = divmod(int(scaled), 10 ** places)
    return f"{whole}.{part:0{places}d}".rstrip("0").rstrip(".")


def spelled(rng, text):
    """The same number as somebody else writes it."""
    if rng.random() < 0.8:
        return text
    choices = [text + ".0" if "." not in text else text + "0", "0" + text, f" {text}\t", text + "e0"]
    if text.startswith("0.") and len(text) > 2:
        choices.append(text[1:])
    return rng.choice(choices)


def random_job(rng, regions):
    platform = rng.choice(["fargate", "fargate", "fargate-spot", "lambda"])
    ms = rng.choice([1, 59000, 60000, 60001, 899999, rng.randrange(1, 900000), rng.randrange(1, 90000)])
    job = {"platform": platform, "duration_s": F(ms, 1000), "region": rng.choice(regions)}
    if platform == "lambda":
        job["memory_gb"] = rng.choice([F(1, 8), F("2.9375"), F(10), F(rng.randrange(128, 10241), 1024)])
        job["ephemeral_gb"] = F(rng.choice(["0.5", "4", "10", "0.625"]))
    else:
        if rng.random() < 0.3:
            job["duration_s"] = F(rng.randrange(1, 400000000), 1000)
        job["vcpu"], job["memory_gb"] = map(F, rng.choice(SIZES))
        job["ephemeral_gb"] = F(rng.choice(["20", "21", "30.5", "200"]))
    job["arch"] = rng.choice(["x86_64", "arm64"]) if job["region"] == "us-east-1" and platform != "fargate-spot" else "x86_64"
    job["input_mb"], job["output_mb"] = (F(rng.choice(["0", "8", "8.000000001", "3500.5", str(rng.randrange(100000) / 10)]))
                                         for _ in range(2))
    job["log_mb"] = F(rng.choice(["0", "0.0625", "1.123456789", "250"]))
    job["transitions"], job["requests"] = F(rng.randrange(0, 9)), F(rng.randrange(0, 4))
    job["user"] = rng.choice(USERS)
    job["at"] = EPOCH + datetime.timedelta(seconds=rng.randrange(1500000000, 1900000000))
    return job


def started(rng, at):
    """The instant AT as text, in one of many spellings."""
    zone = datetime.timezone(datetime.timedelta(minutes=rng.choice([0, 60, -480, 330])))
    local = at.astimezone(zone)
    return rng.choice([f"{at:%Y-%m-%dT%H:%M:%SZ}", f"{at:%Y-%m-%d %H:%M:%S}", f"{at:%Y-%m-%dT%H:%M:%S}.999Z", local.isoformat(),
                       f"{int(at.timestamp())}", f"{at:%d %b %Y %H:%M:%S GMT}", f"{at:%Y%m%dT%H%M%SZ}"])


class History:
    """A file: header, records as bytes, each with its job. QUOTES: "none", "some" or "lines" (line ends inside of fields)."""

    def __init__(self, seed, count, quotes, regions=("us-east-1",), line_end=b"\n", bom=False, columns=None):
        rng = self.rng = random.Random(seed)
        self.quotes, self.end = quotes, line_end
        needed = [(k, *rng.choice(NAMES[k])) if k in NAMES else (k, k, 1) for k in
                  ("job_id", "started_at", "platform", "vcpu", "memory_gb", "duration_s")]
        optional = columns if columns is not None else [k for k in OPTIONAL if rng.random() < 0.7]
        if len(regions) > 1 and "region" not in optional:
            optional = [*optional, "region"]
        self.columns = needed + [(k, rng.choice([k, k.upper(), f" {k} "]), 1) for k in optional] + [("extra", "note", 1), ("extra2", "2nd", 1)]
        rng.shuffle(self.columns)
        self.present = {k for k, _, _ in self.columns}
        header = ",".join(name for _, name, _ in self.columns).encode()
        self.header = (b"\xef\xbb\xbf" if bom else b"") + header
        self.jobs = [random_job(rng, regions) for _ in range(count)]
        self.records = [self.record(n, job) for n, job in enumerate(self.jobs)]

    def record(self, n, job):
        rng, fields = self.rng, []
        for key, _, unit in self.columns:
            if key in ("vcpu", "memory_gb", "duration_s") and key in job:
                text = finite(job[key] * unit)
                if text is None:  # no finite decimal in minutes: round to one, and know it
                    text = f"{float(job[key] * unit):.6f}"
                    job[key] = F(text) / unit
                fields.append(spelled(rng, text))
            elif key == "vcpu":
                fields.append(rng.choice(["", "2"]))  # Lambda
            elif key == "job_id":
                fields.append(f"{n:08d}")
            elif key == "started_at":
                fields.append(started(rng, job["at"]))
            elif key in ("extra", "extra2"):
                fields.append(rng.choice(["", "x", "1,5" if self.quotes != "none" else "1.5", "line\nend\r\n" if self.quotes == "lines" else "z"]))
            elif key in ("platform", "arch", "region", "user"):
                fields.append(job[key].upper() if key == "platform" and rng.random() < 0.1 else job[key])
            elif rng.random() < 0.2:
                fields.append("")  # as usual
                job[key] = None
            else:
                fields.append(spelled(rng, finite(job[key])))
        return ",".join(map(self.quoted, fields)).encode()

    def quoted(self, text):
        if self.quotes == "none":
            return text.replace('"', "").replace(",", "")
        if any(c in text for c in ',"\r\n') or self.rng.random() < (0.3 if self.quotes == "lines" else 0.02):
            return '"' + text.replace('"', '""') + '"'
        return text

    def text(self, order=None):
        records = self.records if order is None else [self.records[i] for i in order]
        return self.end.join([self.header, *records]) + self.end

    def user(self, job):
        if "user" not in self.present:
            return ""
        name = job["user"] if self.quotes != "none" else job["user"].replace('"', "").replace(",", "")
        return name[:200]

    def exact(self, job, **changed):
        """The job as exact_cost has it: what the file does not say is usual."""
        out = {"platform": job["platform"], "memory_gb": job["memory_gb"], "duration_ms": job["duration_s"] * 1000}
        for key in ("vcpu", "arch", "region", "ephemeral_gb", "input_mb", "output_mb", "log_mb", "transitions", "requests"):
            if key in job and job[key] is not None and (key == "vcpu" or key in self.present):
                out[key] = job[key]
        return {**out, **changed}

    def cost(self, job):
        """(compute, other) in pico USD."""
        exact = self.exact(job)
        _, compute, total = exact_cost.bill(exact, exact.get("region", "us-east-1"))
        return compute, total - compute

    def cheapest(self, job):
        """Over every size that AWS offers, whatever it costs."""
        exact = self.exact(job)
        totals = [sum(self.cost(job))]
        lambda_mib = job["memory_gb"] * 1024
        cpu = F(exact["vcpu"]) * 1024 if job["platform"] != "lambda" else lambda_mib / 1769 * 1024
        exact.pop("requests", None)
        if job["platform"] == "lambda":
            choices = [{"platform": "fargate", "vcpu": F(c, 1024), "memory_gb": F(m, 1024)} for c, m in FARGATE
                       if c >= cpu and m >= lambda_mib]
        else:
            mib = max(ceil(lambda_mib), ceil(cpu * 1769 / 1024))
            fits = mib <= 10240 and exact["duration_ms"] <= 900000 and exact.get("ephemeral_gb", 0) <= 10
            choices = [{"platform": "lambda", "memory_gb": F(mib, 1024)}] if fits else []
        return min(totals + [exact_cost.bill({**exact, **c}, "us-east-1")[2] for c in choices])
