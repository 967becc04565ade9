"""Times m2-cost jobs beside its peers on a generated history and prints tables 7 and 8. Started by scripts/bench.sh.

The peers price, group by platform, user and month, and compute the quantiles in one query or pass each, in binary floating
point and without a check of the rows; mawk only prices and groups. Runs alternate; the fastest of each is told, because
what else a machine does can only make a run slower. DuckDB's own start and import are not counted.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import make_jobs  # noqa: E402
from bench import judged, ms, table  # noqa: E402

DUCK = """
import sys, time
import duckdb
began = time.perf_counter()
base = duckdb.connect()
base.execute("set threads = 2")
rows = base.execute('''
    with job as (
        select platform, "user", date_trunc('month', started_at) as month,
               case when platform = 'lambda' then memory_gb * ceil(duration_s * 1000) / 1000 * 0.0000166667 + 0.0000002
                    else greatest(60, ceil(duration_s)) / 3600 *
                         ((vcpu * 0.04048 + memory_gb * 0.004445) * (case platform when 'fargate' then 1 else 0.3 end) + 0.005) end
               + 0.0001169 + 0.0000004 * greatest(1, ceil(coalesce(input_mb, 0) / 8)) as usd
        from read_csv(?, header = true))
    select grouping_id(platform, "user", month) as g, platform, "user", month, count(*), sum(usd),
           case when g = 7 then quantile_cont(usd, [0.5, 0.9, 0.99]) end
    from job group by grouping sets ((), (platform), ("user"), (month))''', [sys.argv[1]]).fetchall()
assert sum(r[4] for r in rows) % 4 == 0  # four groupings of all
print(time.perf_counter() - began)
"""

MILLER = r"""
    if ($platform == "lambda") { $usd = $memory_gb * $duration_s * 0.0000166667 + 0.0000002 }
    else { $usd = max(60, roundm($duration_s + 0.499, 1)) / 3600 * (($vcpu * 0.04048 + $memory_gb * 0.004445) + 0.005) }
    $usd = $usd + 0.0001169;
    $month = substr($started_at, 0, 6);
    @platform[$platform] += $usd; @user[$user] += $usd; @month[$month] += $usd;
    end { emit @platform; emit @user; emit @month }
"""

MAWK = r"""
NR > 1 {
    if ($3 == "lambda") usd = $5 * $6 * 0.0000166667 + 0.0000002
    else { s = $6 < 60 ? 60 : $6; usd = s / 3600 * ($4 * 0.04048 + $5 * 0.004445 + 0.005) }
    usd += 0.0001169; total += usd; platform[$3] += usd; user[$8] += usd; month[substr($2, 1, 7)] += usd
}
END { print total }
"""


class Peer:
    def __init__(self, argv, inside=False):
        self.argv, self.inside = [str(a) for a in argv], inside

    def seconds(self):
        began = time.perf_counter()
        done = subprocess.run(self.argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        took = time.perf_counter() - began
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(self.argv[:3])} ended with {done.returncode}: {done.stderr.strip()}")
        return float(done.stdout) if self.inside else took

    def peak_mib(self, build):
        done = subprocess.run([build / "tests" / "bench_peak", *self.argv], capture_output=True, text=True, check=True)
        return int(done.stdout.split()[-1]) / 1024


def fastest(rounds, peers):
    best = dict.fromkeys(peers, float("inf"))
    for _ in range(rounds):
        for name, peer in peers.items():
            best[name] = min(best[name], peer.seconds())
    return best


def ours(build, path, *more):
    return Peer([build / "m2-cost", "jobs", path, "--region", "us-east-1", "--quiet", "--format", "json", *more])


def compare(args, path, home):
    duck = home / "duck.py"
    duck.write_text(DUCK)
    close = {"m2-cost jobs": ours(args.build, path), "m2-cost jobs, one thread": ours(args.build, path, "--threads", "1"),
             "m2-cost jobs --per-job": ours(args.build, path, "--per-job", home / "priced.csv")}
    if args.python:
        close["DuckDB, 2 threads"] = Peer([args.python, duck, path], inside=True)
    far = {}
    if shutil.which("mawk"):
        far["mawk, no quantiles"] = Peer([shutil.which("mawk"), "-F,", MAWK, path])
    if shutil.which("mlr"):
        far["Miller"] = Peer([shutil.which("mlr"), "--icsv", "--ojson", "put", MILLER, "then", "stats1", "-a", "sum,p50,p90,p99",
                              "-f", "usd", path])
    best = {**fastest(args.rounds, close), **fastest(1, far)}
    first = best["m2-cost jobs"]
    rows = []
    for name, peer in {**close, **far}.items():
        peak, ratio = peer.peak_mib(args.build), best[name] / first
        rows.append([name, ms(best[name]), judged(f"{ratio:.2f} x", ratio >= 1.5) if name.startswith("Duck") else f"{ratio:.2f} x",
                     judged(f"{peak:.0f} MiB", peak <= 64) if name.startswith("m2") else f"{peak:.0f} MiB"])
    table(f"7. A history of {args.rows:,} jobs, {path.stat().st_size / 1e6:.0f} MB: priced, grouped, quantiles "
          "(aims: DuckDB 1.5 x, 64 MiB)", ["run", "fastest", "of ours", "peak memory"], rows)
    return first


def growth(args, path, home, first):
    need = path.stat().st_size * 11
    if shutil.disk_usage(home).free < need + (1 << 30):
        print(f"\n(no table 8: {need / 1e9:.1f} GB of disk are needed)")
        return
    ten = home / "ten.csv"
    with open(path, "rb") as source, open(ten, "wb") as target:
        target.write(source.readline())
        begin = source.tell()
        for _ in range(10):
            source.seek(begin)
            shutil.copyfileobj(source, target, 1 << 20)
    peer = ours(args.build, ten)
    took, peak = min(peer.seconds() for _ in range(2)), peer.peak_mib(args.build)
    first = min(first, *(ours(args.build, path).seconds() for _ in range(2)))
    table("8. Ten times as many (aims: time in proportion, 64 MiB)", ["jobs", "fastest", "of the first", "peak memory"], [
        [f"{args.rows:,}", ms(first), "1.00 x", ""],
        [f"{args.rows * 10:,}", ms(took), judged(f"{took / first:.2f} x", took <= 11.5 * first), judged(f"{peak:.0f} MiB", peak <= 64)]])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--python", type=pathlib.Path, help="a Python with DuckDB")
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    args.build = args.build.resolve()
    with tempfile.TemporaryDirectory(dir=args.build) as home:
        home = pathlib.Path(home)
        path = home / "jobs.csv"
        make_jobs.write(path, args.rows)
        print(f"\nload {os.getloadavg()[0]:.1f} before tables 7 and 8")
        growth(args, path, home, compare(args, path, home))


if __name__ == "__main__":
    main()
