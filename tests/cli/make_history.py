"""Write fixtures/history: the story of labhistory, read by the real m2-cost from a loopback AWS.

    M2_BUILD_DIR=build/dev python tests/cli/make_history.py [DIR]

Running it again gives the same bytes. The account is read at another time than the story's: times of the reading itself are set to the
story's afterwards, and the history of the one execution that began before the period goes.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import labaws  # noqa: E402
import labhistory as lab  # noqa: E402
from fakeaws import KEYS, FakeAws  # noqa: E402
from historybill import bill, usd  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("M2_BUILD_DIR", ROOT / "build" / "dev"))
NOW, COLLECTED = 1795435200, "2026-11-23T12:00:00Z"
DENIED = "User: arn:aws:iam::123456789012:user/lab is not authorized to perform: logs:FilterLogEvents"
STORIES = {
    "month": (),
    "month-logs-denied": (labaws.refused(labaws.LOGS, "FilterLogEvents", "AccessDeniedException", DENIED),),
}


def collect(first, folder):
    saved = pathlib.Path(folder) / "account.json"
    with FakeAws(*labaws.rules(lab.Lab(NOW), first), account=False) as aws:
        env = {"PATH": "/usr/bin:/bin", "HOME": folder, "NO_PROXY": "127.0.0.1", "LC_ALL": "C.UTF-8",
               "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": aws.url, **KEYS}
        done = subprocess.run([BUILD / "m2-cost", "history", "--since", "3650d", "--save-snapshot", saved, "--no-redact"], env=env,
                              capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(saved.read_text())


def made(first, folder):
    document = collect(first, folder)
    document["collected_at"] = COLLECTED
    document["target"]["since_ms"] = 30 * lab.DAY * 1000
    document["calls"] = [c for c in document["calls"] if not c["input"].get("executionArn", "").endswith("job-0999")]
    for call in document["calls"]:
        if "startTime" in call["input"]:
            call["input"]["startTime"] = (NOW - 30 * lab.DAY) * 1000
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def expected():
    jobs, items = bill()
    return {"total_usd": usd(sum(v for v, _ in jobs.values())), "jobs": {k: usd(v) for k, (v, _) in jobs.items()},
            "items": {k: usd(v) for k, v in items.items()}, "estimated": sorted(k for k, (_, guess) in jobs.items() if guess)}


def main(out):
    out.mkdir(parents=True, exist_ok=True)
    for name, first in STORIES.items():
        with tempfile.TemporaryDirectory() as folder:
            (out / f"{name}.json").write_text(made(first, folder))
    (out / "month.expect.json").write_text(json.dumps(expected(), indent=1) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "fixtures" / "history")
