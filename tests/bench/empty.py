"""Times how fast a bucket is emptied beside its peers and its aims. Started by scripts/bench.sh; exit status 0 whatever is missed.

Compared are runs one after the other, each on its own fresh bucket; what is printed is the least of each.
"""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

from bench import judged, ms, table

HERE = pathlib.Path(__file__).resolve().parent
OWNER, THROTTLE = "123456789012", 3500


@contextlib.contextmanager
def bucket(*argv):
    """A server with a bucket in it; ends with its standard input."""
    process = subprocess.Popen([str(a) for a in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True)
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline().split()[1])}"
    finally:
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def stats(url):
    with urllib.request.urlopen(url + "/__stats") as answer:
        return json.load(answer)


class Bench:
    def __init__(self, args, home):
        self.args, self.build = args, args.build.resolve()
        self.env = {"PATH": "/usr/bin:/bin", "HOME": home, "LC_ALL": "C.UTF-8", "AWS_ACCESS_KEY_ID": "testing",
                    "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
                    "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1"}

    def run(self, url, *argv):
        began = time.perf_counter()
        done = subprocess.run([str(a) for a in argv], env={**self.env, "AWS_ENDPOINT_URL": url}, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{' '.join(map(str, argv))} ended with exit status {done.returncode}: {done.stdout}{done.stderr}")
        return time.perf_counter() - began, done.stdout

    def ours(self, url):
        seconds, said = self.run(url, self.build / "tests/bench_empty", "results", OWNER)
        return seconds, json.loads(said)

    def fake(self, *options):
        return bucket(self.build / "tests/fake_s3", "--owner", OWNER, *options)

    def moto(self, *options):
        return bucket(sys.executable, HERE / "moto_bucket.py", *options)

    def loopback(self):
        rows = []
        for keys, rounds in ((200_000, self.args.rounds), (1_000_000, 1), (self.args.most, 1)):
            got = []
            for _ in range(rounds):
                with self.fake("--keys", keys) as url:
                    seconds, said = self.ours(url)
                    assert said["deleted"] == keys and stats(url)["left"] == 0
                    got.append((seconds, said))
            seconds, said = min(got, key=lambda g: g[0])
            rows.append([f"{keys:,}", ms(seconds), judged(f"{keys / seconds:,.0f}", keys / seconds >= 20_000), f"{said['cpu_ms'] / keys * 1000:.1f} us",
                         f"{said['peak_kib'] / 1024:.0f} MiB"])
        table("A bucket that answers at once (aim: 20,000 keys/s, memory flat)", ["keys", "least", "keys/s", "CPU per key", "peak"], rows)

    def throttled(self):
        keys = THROTTLE * self.args.throttled_seconds
        with self.fake("--keys", keys, "--rate", THROTTLE, "--burst", THROTTLE) as url:
            seconds, _ = self.ours(url)
            seen = stats(url)
        share = (keys - THROTTLE) / THROTTLE / (seen["ms"] / 1000)  # the first second's worth is there at once
        table(f"A bucket that lets {THROTTLE:,} keys/s pass (aim: >= 95 % of them)", ["keys", "took", "used", "requests to delete", "refused"], [
            [f"{keys:,}", ms(seconds), judged(f"{share:.1%}", share >= 0.95), seen["deletes"], f"{seen['refused']} ({seen['refused'] / seen['deletes']:.1%})"]])

    def pair(self, fill, peer):
        ours, theirs = [], []
        for _ in range(self.args.peer_rounds):
            with self.moto(*fill) as url:
                theirs.append(peer(url)[0])
            with self.moto(*fill) as url:
                seconds, said = self.ours(url)
                assert said["deleted"] == fill[0], said
                ours.append(seconds)
        return min(ours), min(theirs)

    def peer(self, name, fill, peer, aim):
        ours, theirs = self.pair(fill, peer)
        table("The same bucket in the emulator, process start included", ["peer", "peer", "ours", "ratio", "aim"],
              [[f"{name}, {fill[0]:,} objects", ms(theirs), ms(ours), judged(f"{theirs / ours:.1f} x", theirs >= aim * ours), f">= {aim} x"]])

    def aws(self):
        command = [self.args.aws, "s3", "rm", "--quiet", "--recursive", "s3://results"]
        self.peer("aws s3 rm --recursive", [self.args.keys, "plain"], lambda url: self.run(url, *command), 5)

    def boto3(self):
        command = [sys.executable, HERE / "boto3_empty.py", "results"]
        self.peer("boto3 delete_objects, 8 threads", [self.args.versions], lambda url: self.run(url, *command), 2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--aws", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-rounds", type=int, default=1)
    parser.add_argument("--most", type=int, default=5_000_000)
    parser.add_argument("--throttled-seconds", type=int, default=40)
    parser.add_argument("--versions", type=int, default=50_000)
    parser.add_argument("--keys", type=int, default=10_000)
    parser.add_argument("--parts", default="1234", help="1 loopback, 2 throttled, 3 aws s3 rm, 4 boto3")
    args = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} at the start")
    with tempfile.TemporaryDirectory() as home:
        bench = Bench(args, home)
        for part, run in (("1", bench.loopback), ("2", bench.throttled), ("3", bench.aws), ("4", bench.boto3)):
            if part in args.parts:
                run()
    print(f"\nload {os.getloadavg()[0]:.1f} at the end")


if __name__ == "__main__":
    main()
