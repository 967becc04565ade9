"""The bill of labhistory's story, made by hand: exact fractions of what happened, no code of the library and none of its input."""
from fractions import Fraction as F
from math import ceil

from exact_cost import half_even, rate
from labhistory import REGION, STORY, Function, Task

SUBMITTED = F("0.93")  # s after a task was scheduled
LAMBDA_STARTED = F("0.05")


def ms(seconds):
    return round(F(str(seconds)) * 1000)


def task_ms(job, task, last):
    """Billed milliseconds, and whether they are a guess."""
    if task.told == "never" and not task.known:
        return ms(task.stop) - ms(SUBMITTED), True      # from the answer of RunTask to the end of the execution
    if task.told == "cut":
        return ms(task.stop) + 1500 - ms(SUBMITTED), True  # … to the event of the failure
    if task.pull is None:
        return 0, False
    return ms(task.stop) - ms(task.pull), False


def run_lines(run, billed_ms):
    """Lines of one run: resource -> (quantity, price key)."""
    out = {}
    if isinstance(run, Function):
        gb, s = F(3008, 1024), F(billed_ms, 1000)
        out["lambda.compute"] = gb * s, "lambda.gb-second.x86_64"
        out["lambda.ephemeral-storage"] = (F(4) - F(1, 2)) * s, "lambda.ephemeral-gb-second"
        out["lambda.requests"] = F(1), "lambda.request"
        out["logs.ingest"] = F(1, 16) / 1024, "logs.lambda-ingest-gb"
    elif billed_ms:
        platform = "fargate-spot" if run.provider == "FARGATE_SPOT" else "fargate"
        hours = F(max(60, ceil(F(billed_ms, 1000))), 3600)
        out["fargate.vcpu"] = F(run.cpu, 1024) * hours, f"{platform}.vcpu-hour.{run.arch}"
        out["fargate.memory"] = F(run.memory, 1024) * hours, f"{platform}.gb-hour.{run.arch}"
        out["fargate.ephemeral-storage"] = F(max(run.disk - 20, 0)) * hours, "fargate.ephemeral-gb-hour"
        out["ipv4.public"] = hours, "ipv4.public-hour"
        out["logs.ingest"] = F(1, 16) / 1024, "logs.ingest-gb"
    if isinstance(run, Function) or billed_ms:
        out["s3.put"] = F(2), "s3.request.tier1"
        out["s3.get"] = F(2), "s3.request.tier2"
    return out


def transitions(job):
    if job.selector[-1].error:
        return len(job.selector)
    # SelectPlatform, Choice, RunVia…; one more for each try after the first and each redrive
    return 3 + len(job.runs) - 1 + (1 if job.redrive_after else 0)


def job_bill(job):
    """[(resource, 10^-12 USD)] of each run, and whether the job is partly a guess."""
    runs, guess, rows = job.runs, False, []
    for n, run in enumerate(runs or [None]):
        lines = {}
        if isinstance(run, Task):
            billed, g = task_ms(job, run, n == len(runs) - 1)
        elif run is not None:
            billed, g = (run.billed, False) if run.report else (ms(run.took), True)
        if run is not None:
            lines, guess = run_lines(run, billed), guess or g
        if n == 0:
            lines["states.transitions"] = F(transitions(job)), "states.transition"
            ran = [f for f in job.selector if f.billed is not None]
            lines["selector.compute"] = F(128, 1024) * F(sum(f.billed for f in ran), 1000), "lambda.gb-second.x86_64"
            lines["selector.requests"] = F(len(ran)), "lambda.request"
        rows.append({k: half_even(q * rate(REGION, key)) for k, (q, key) in lines.items() if q})
    return rows, guess


def billed(story=STORY, days=30):
    return [job for job in story if job.days <= days and job.status != "RUNNING" and job.history]


def bill(story=STORY, days=30):
    """name -> (10^-12 USD, guess), and the sums by resource."""
    jobs, items = {}, {}
    for job in billed(story, days):
        rows, guess = job_bill(job)
        jobs[job.name] = sum(sum(r.values()) for r in rows), guess
        for row in rows:
            for k, v in row.items():
                items[k] = items.get(k, 0) + v
    return jobs, items


def usd(pico):
    """10^-12 USD as the JSON has it."""
    text = f"{pico // 10**12}.{pico % 10**12:012}".rstrip("0").rstrip(".")
    return text
