"""Writes a history of jobs as CSV, about 74 bytes a row: 3,000,000 rows are 222 MB. The same rows for the same number.

    make_jobs.py ROWS OUT.csv
"""
import datetime
import random
import sys

SIZES = [("fargate", "4", "8"), ("fargate", "4", "16"), ("fargate", "2", "4"), ("fargate", "1", "2"),
         ("fargate", "8", "16"), ("fargate-spot", "4", "8"), ("fargate-spot", "2", "8"),
         ("lambda", "", "2"), ("lambda", "", "4"), ("lambda", "", "8"), ("lambda", "", "3.5")]
USERS = [f"user{n:03d}" for n in range(200)]
START = datetime.datetime(2024, 1, 1)
HEADER = "job_id,started_at,platform,vcpu,memory_gb,duration_s,input_mb,user,site\n"
PIECE = 50_000


def rows(first, count):
    rng = random.Random(first)
    for n in range(first, first + count):
        platform, vcpu, memory = rng.choice(SIZES)
        most = 600_000 if platform == "lambda" else 5_000_000
        ms = int(rng.paretovariate(1.2) * 20_000) % most + 1
        at = START + datetime.timedelta(seconds=rng.randrange(86400 * 900))
        # A third of the jobs say what they read.
        read = f"{rng.randrange(1, 4000) / 10}" if rng.random() < 0.34 else ""
        yield (f"job-{n:08d},{at:%Y-%m-%dT%H:%M:%SZ},{platform},{vcpu},{memory},{ms / 1000:.3f},{read},"
               f"{rng.choice(USERS)},site-{n % 7}\n")


def write(path, count):
    with open(path, "w", encoding="ascii", newline="") as f:
        f.write(HEADER)
        for first in range(0, count, PIECE):
            f.writelines(rows(first, min(PIECE, count - first)))


if __name__ == "__main__":
    write(sys.argv[2], int(sys.argv[1]))
