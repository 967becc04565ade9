"""Times m2-doctor and its client beside their peers and prints the table. Started by scripts/bench.sh.

Every comparison is made in alternating runs of the same minute; what is printed is the median. Nothing here passes or
fails: an aim that is missed is marked, and the exit status stays 0.
"""
import argparse
import contextlib
import json
import os
import pathlib
import platform
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "emulator"), str(HERE)]

import deployment  # noqa: E402
import make_template  # noqa: E402
import registration  # noqa: E402
import scenarios  # noqa: E402
import seed  # noqa: E402

DELAY_MS = 80
NOT_OF_AWS = ("registry", "brain", "template")
LOOKUPS = HERE / "lookups.json"


def snake(name, joint="_"):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", joint, name).lower()


# ---- programs and servers ----

class Run:
    """One finished program: seconds from before it was started until it was reaped, and its own CPU time."""

    def __init__(self, argv, env, statuses=(0, 1)):
        self.argv = [str(a) for a in argv]
        with open(os.devnull, "r+b") as null:
            actions = [(os.POSIX_SPAWN_DUP2, null.fileno(), fd) for fd in (0, 1, 2)]
            began = time.perf_counter()
            pid = os.posix_spawn(self.argv[0], self.argv, env, file_actions=actions)
            _, status, usage = os.wait4(pid, 0)
            self.seconds = time.perf_counter() - began
        self.status = os.waitstatus_to_exitcode(status)
        self.cpu = usage.ru_utime + usage.ru_stime
        if self.status not in statuses:
            raise SystemExit(f"{' '.join(self.argv)} ended with exit status {self.status}")


class Series:
    """The AWS CLI one look-up at a time, told as one run."""

    def __init__(self, commands, env):
        runs = [Run(c, env) for c in commands]
        self.seconds, self.cpu = sum(r.seconds for r in runs), sum(r.cpu for r in runs)


def alternate(rounds, **runs):
    """Each of RUNS once a round, ROUNDS times; the results by name."""
    results = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            results[name].append(run())
    return results


def median(results):
    return statistics.median(r.seconds for r in results)


@contextlib.contextmanager
def started(argv, **options):
    process = subprocess.Popen(argv, stderr=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def emulator():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    server = pathlib.Path(sys.executable).parent / "moto_server"
    with started([server, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL,
                 env={**os.environ, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}):
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(url + "/moto-api/", timeout=5).close()
                break
            time.sleep(0.1)
        yield url


class Delayer:
    """delay.py in front of the emulator."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    def mode(self, mode, delay_ms=0):
        body = json.dumps({"mode": mode, "delay_ms": delay_ms}).encode()
        urllib.request.urlopen(urllib.request.Request(self.url + "/-/mode", body, method="PUT")).close()

    def seen(self):
        with urllib.request.urlopen(self.url + "/-/seen") as answer:
            return json.load(answer)


@contextlib.contextmanager
def delayer(backend):
    with started([sys.executable, HERE / "delay.py", backend], stdout=subprocess.PIPE, text=True) as process:
        yield Delayer(int(process.stdout.readline()))


# ---- tables ----

def table(title, head, rows):
    print(f"\n{title}\n")
    cells = [head, *([str(c) for c in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for n, row in enumerate(cells):
        print("  " + "  ".join(c.ljust(w) if i == 0 else c.rjust(w)
                               for i, (c, w) in enumerate(zip(row, widths))).rstrip())
        if n == 0:
            print("  " + "  ".join("-" * w for w in widths))
    sys.stdout.flush()


def ms(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def judged(text, holds):
    return f"{text} {'ok' if holds else 'MISSED'}"


# ---- the parts ----

class Bench:
    def __init__(self, args, home):
        self.args, self.home = args, home
        self.build, self.aws = args.build.resolve(), args.aws
        self.doctor = self.build / "m2-doctor"
        self.env = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC",
                    "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": seed.REGION,
                    "AWS_DEFAULT_REGION": seed.REGION, "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1",
                    "PYTHONPYCACHEPREFIX": str(home / "pycache")}

    def at(self, url):
        return {**self.env, "AWS_ENDPOINT_URL": url}

    def peak(self, *command, url=None):
        """Most memory of COMMAND, in an untimed run."""
        done = subprocess.run([self.build / "tests" / "bench_peak", *command], env=self.at(url) if url else self.env,
                              capture_output=True, text=True, check=True)
        return f"{int(done.stdout) / 1024:.0f} MiB"

    def ours(self, url):
        return Run([self.build / "tests" / "bench_lookups", LOOKUPS], self.at(url))

    def boto3(self, url, lookups=LOOKUPS):
        return Run([sys.executable, HERE / "lookups.py", lookups], self.at(url), statuses=(0,))

    def cli(self, url):
        commands = []
        for item in json.loads(LOOKUPS.read_text()):
            service = {"s3": "s3api"}.get(item["service"], item["service"])
            commands.append([self.aws, service, snake(item["operation"], "-"), "--cli-input-json",
                             json.dumps(item["input"])])
        return Series(commands, self.at(url))

    def lookups(self, moto, server):
        """Part 1: twenty look-ups by three clients, first on the emulator, then on its recorded answers."""
        rows = []
        server.mode("record")
        self.ours(server.url), self.boto3(server.url), self.cli(server.url)
        server.mode("replay")
        for name, url in (("moto", moto), ("recorded answers", server.url)):
            few = alternate(self.args.cli_rounds, ours=lambda: self.ours(url), cli=lambda: self.cli(url))
            many = alternate(self.args.rounds, ours=lambda: self.ours(url), boto3=lambda: self.boto3(url))
            own, near = median(few["ours"]), median(many["ours"])
            cli, boto3 = median(few["cli"]), median(many["boto3"])
            rows += [[f"AWS CLI, one by one, on {name}", ms(cli), ms(own), judged(f"{cli / own:.0f} x", cli >= 50 * own),
                      ">= 50 x"],
                     [f"boto3, 8 threads, on {name}", ms(boto3), ms(near),
                      judged(f"{boto3 / near:.1f} x", boto3 >= 5 * near), ">= 5 x"]]
        table("1. The same 20 look-ups, process start included", ["peer", "peer", "ours", "ratio", "aim"], rows)

    def whole_run(self, account, server):
        """Part 2: all that m2-doctor asks of an account, and boto3 asking the same."""
        scenarios.public(account)
        saved, asked = self.home / "live.json", self.home / "asked.json"
        server.mode("record")
        command = [self.doctor, "--quiet", "--output", self.home / "report"]
        Run([*command, "--save-snapshot", saved, "--no-redact"], self.at(server.url))
        calls = [c for c in json.loads(saved.read_text())["calls"]  # what boto3 can ask for, and was asked for
                 if c["status"] != "skipped" and c["service"] not in NOT_OF_AWS]
        asked.write_text(json.dumps(calls))
        self.boto3(server.url, asked)
        rows = []
        for delay in (0, DELAY_MS):
            server.mode("replay", delay)
            got = alternate(self.args.rounds, ours=lambda: Run(command, self.at(server.url)),
                            boto3=lambda: self.boto3(server.url, asked))
            ours, boto3 = median(got["ours"]), median(got["boto3"])
            rows.append([f"{len(calls)} calls, {delay} ms added to each answer", ms(boto3), ms(ours),
                         f"{boto3 / ours:.1f} x", self.peak(*command, url=server.url)])
        table("2. A whole live diagnosis beside boto3 with 8 threads making the same calls (which it is told beforehand)",
              ["run", "boto3", "m2-doctor", "ratio", "our peak"], rows)
        return saved

    def chains(self, account, moto, server):
        """Part 3: with a delay on every answer, the wall time is that of the longest chain."""
        rows = []
        command = [self.doctor, "--quiet", "--output", self.home / "report"]
        made = dict((name, make) for name, make, *_ in (*scenarios.HEALTHY, *scenarios.BROKEN))
        for name in ("pre-deployment", "public", "endpoints"):
            urllib.request.urlopen(urllib.request.Request(moto + "/moto-api/reset", method="POST")).close()
            made[name](account)
            saved = self.home / f"{name}.json"
            server.mode("record")
            Run([*command, "--save-snapshot", saved, "--no-redact"], self.at(server.url))
            server.mode("levels")
            Run(command, self.at(server.url))
            levels = server.seen()["levels"]
            server.mode("replay", 0)
            idle = median([Run(command, self.at(server.url)) for _ in range(self.args.rounds)])
            server.mode("replay", DELAY_MS)
            wall = median([Run(command, self.at(server.url)) for _ in range(self.args.rounds)])
            links, chain = data_chain(json.loads(saved.read_text())), len(levels) * DELAY_MS / 1000
            rows.append([name, sum(map(len, levels)), "+".join(str(len(x)) for x in levels), len(levels), links, ms(idle),
                         ms(chain), ms(wall), judged(f"{wall / chain:.2f}", wall <= 1.3 * chain)])
        table(f"3. {DELAY_MS} ms added to each answer: wall <= 1.3 x the longest chain of dependent calls", [
            "account", "calls", "calls per level", "chain", "named", "no delay", f"chain x {DELAY_MS} ms", "wall", "wall/chain"], rows)

    def alone(self, saved):
        """Part 4: no network."""
        commands = {
            "(a program that only loads the same libraries)": (None, [self.build / "tests" / "bench_floor"]),
            "m2-doctor --version": (5, [self.doctor, "--version"]),
            f"m2-doctor --snapshot, {saved.stat().st_size // 1024} KiB, text": (20, [self.doctor, "--snapshot", saved]),
            "the same, --format json": (20, [self.doctor, "--snapshot", saved, "--format", "json"]),
        }
        got = alternate(40, **{what: (lambda c=c: Run(c, self.env)) for what, (_, c) in commands.items()})
        rows = []
        for what, (aim, command) in commands.items():
            took = median(got[what])
            rows.append([what, judged(ms(took), took < aim / 1000) if aim else ms(took), f"< {aim} ms" if aim else "",
                         ms(statistics.median(r.cpu for r in got[what])), self.peak(*command)])
        table("4. Without a network", ["command", "median", "aim", "CPU", "peak memory"], rows)

    def growth(self):
        """Part 5: a large account, and how time and memory grow with it."""
        sizes, runs, size_of = (1, 2, 4), {}, {}
        for size in sizes:
            path = self.home / f"account-{size}.json"
            subprocess.run([sys.executable, HERE / "make_account.py", str(size), path], check=True)
            size_of[size] = path.stat().st_size >> 20
            runs[f"{200 * size} VPCs, {size}00,000 events, {size_of[size]} MiB"] = ["--snapshot", path]
        runs["the first, saved again redacted"] = ["--snapshot", self.home / "account-1.json", "--save-snapshot",
                                                   self.home / "again.json"]
        timed = {what: (lambda c=c: Run([self.doctor, *c, "--format", "json"], self.env)) for what, c in runs.items()}
        alternate(1, **timed)  # the files come into the page cache
        got, rows = alternate(self.args.rounds, **timed), []
        first = median(got[next(iter(got))])
        for what, command in runs.items():
            took = median(got[what])
            rows.append([what, ms(took) if rows else judged(ms(took), took < 1), f"{took / first:.2f} x",
                         ms(statistics.median(r.cpu for r in got[what])),
                         self.peak(self.doctor, *command, "--format", "json")])
        table("5. Growth (aim: the first under 1 s, the rest in proportion)",
              ["snapshot", "median", "of the first", "CPU", "peak memory"], rows)

    def templates(self):
        """Part 9: templates as large as CloudFormation takes them, and larger, to see how time grows. Told is the fastest
        run: whatever else a machine does can only make one slower."""
        sizes = ((500, 0, 20), (2000, 0, None), (500, 1_000_000, 50), (2820, 0, 50))
        timed, rows = {"(start and end alone)": lambda: Run([self.doctor, "--version"], self.env)}, []
        for resources, size, _ in sizes:
            text = make_template.template(resources, size)
            path = self.home / f"{resources}-{size}.yaml"
            path.write_text(text)
            what = f"{resources} resources, {len(text) / 1e6:.2f} MB{', most of it comments' if size else ''}"
            timed[what] = lambda p=path: Run([self.doctor, "--template", p], self.env)
        got = alternate(30, **timed)
        least = {what: min(r.seconds for r in runs) for what, runs in got.items()}
        start = least["(start and end alone)"]
        first = least[list(timed)[1]] - start
        for (what, runs), aim in zip(got.items(), (None, *(a for *_, a in sizes))):
            took = least[what]
            rows.append([what, judged(ms(took), took < aim / 1000) if aim else ms(took), f"< {aim} ms" if aim else "",
                         f"{(took - start) / first:.2f} x" if rows else "", ms(min(r.cpu for r in runs)),
                         self.peak(*runs[0].argv)])
        table("9. m2-doctor --template (growth without process start)",
              ["template", "fastest", "aim", "of the first", "CPU", "peak memory"], rows)


# ---- the chain ----

def texts(v):
    """Every string in V, and in JSON that a string holds."""
    if isinstance(v, dict):
        for item in v.values():
            yield from texts(item)
    elif isinstance(v, list):
        for item in v:
            yield from texts(item)
    elif isinstance(v, str):
        yield v
        if v.startswith("{"):
            with contextlib.suppress(ValueError):
                yield from texts(json.loads(v))


def is_name(text):
    """Of a thing in the account, not a word of the API."""
    return bool(re.search(r"[-:/]", text)) and not re.match(r"(vpc-id|group-id|attachment\.|application/|[a-z0-9]+:[A-Z])", text)


def data_chain(snapshot):
    """Links in the longest chain of calls each of which names something that only the answer before it told."""
    calls = snapshot["calls"]
    told = [set(texts(c.get("output"))) | {t.rsplit("/", 1)[-1] for t in texts(c.get("output")) if t.startswith("arn:")}
            for c in calls]
    named = [[t for t in texts(c.get("input")) if is_name(t) and t != snapshot["target"].get("stack")] for c in calls]
    level, changed = [1] * len(calls), True
    while changed:
        changed = False
        for i, names in enumerate(named):
            sources = [[level[k] for k in range(len(calls)) if k != i and level[k] < len(calls) and t in told[k]]
                       for t in names]
            needed = 1 + max((min(s) for s in sources if s), default=0)
            if needed > level[i]:
                level[i], changed = needed, True
    return max(level)


def describe(args):
    def said(*argv):
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        return (done.stdout or done.stderr).strip().split("\n")[0]

    cpu = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().split("\n")
                if line.startswith("model name")), platform.machine())
    import boto3
    import moto
    print(f"machine    {cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    print(f"system     {platform.system()} {platform.release()}, libcurl {said('curl-config', '--version')[8:]}")
    print(f"ours       {said(str(args.build / 'm2-doctor'), '--version')}, Release")
    print(f"peers      {said(str(args.aws), '--version')}; boto3 {boto3.__version__}; moto {moto.__version__}; "
          f"Python {platform.python_version()}")
    print(f"runs       medians of {args.rounds} alternating runs, {args.cli_rounds} of the AWS CLI, 40 without a network")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--aws", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cli-rounds", type=int, default=3)
    parser.add_argument("--parts", default="1234589", help="which tables: 2 makes what 4 needs, so 4 includes it")
    args = parser.parse_args()
    parts = set(args.parts) | ({"2"} if "4" in args.parts else set())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: ended by a signal"))  # so that the servers are stopped
    began = time.monotonic()
    describe(args)
    with tempfile.TemporaryDirectory() as home, emulator() as moto, delayer(moto) as server:
        bench = Bench(args, pathlib.Path(home))
        account = seed.Account(moto)
        if "2" not in parts:
            scenarios.public(account)
        saved = bench.whole_run(account, server) if "2" in parts else None
        for part, run in (("4", lambda: bench.alone(saved)), ("1", lambda: bench.lookups(moto, server)),
                          ("3", lambda: bench.chains(account, moto, server)), ("5", bench.growth), ("9", bench.templates),
                          ("8", lambda: registration.run(bench, sys.modules[__name__], moto, server)),
                          ("6", lambda: deployment.run(bench, sys.modules[__name__], moto))):
            if part in parts:
                run()
    print(f"\ntook {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
