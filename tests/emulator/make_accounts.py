"""Write fixtures/accounts: seeded in the emulator, read by the real m2-doctor, completed from documented answers.

    M2_BUILD_DIR=build/dev python tests/emulator/make_accounts.py [NAME...]

Running it again gives the same bytes. Each account is one function of accounts.py.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

import accounts  # noqa: E402
import accounts_access  # noqa: E402, F401 (adds its accounts)
import accounts_images  # noqa: E402, F401 (adds its accounts)
import accounts_jobs  # noqa: E402, F401 (adds its accounts)
import accounts_brain  # noqa: E402, F401 (adds its accounts)
import accounts_nojob  # noqa: E402, F401 (adds its accounts)
import accounts_rights  # noqa: E402, F401 (adds its accounts)
import complete  # noqa: E402
from answers import Answers  # noqa: E402
from conftest import Emulator  # noqa: E402
from stable import ordered, stable, written  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("M2_BUILD_DIR", ROOT / "build" / "dev"))
OUT = ROOT / "fixtures" / "accounts"


def read(emulator, account, folder):
    saved = pathlib.Path(folder) / "account.json"
    env = {"PATH": "/usr/bin:/bin", "HOME": folder, "AWS_ENDPOINT_URL": emulator.url, "AWS_REGION": account.region,
           "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "NO_PROXY": "127.0.0.1",
           "AWS_EC2_METADATA_DISABLED": "true", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([BUILD / "m2-doctor", "--save-snapshot", saved, "--no-redact", "--quiet"], env=env,
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"m2-doctor ended with {done.returncode}: {done.stderr}")
    return json.loads(saved.read_text())


def make(emulator, name, story, folder):
    emulator.reset()
    account = story.account(emulator.url, story.region)
    story.seed(account)
    document = stable(read(emulator, account, folder), name)
    document["collected_at"] = complete.COLLECTED
    answers = Answers(document)
    story.finish(account, answers)
    complete.run_reports(answers)
    return ordered(document)


def main(names):
    OUT.mkdir(parents=True, exist_ok=True)
    emulator = Emulator(accounts.OWN)
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, story in accounts.STORIES.items():
                if names and name not in names:
                    continue
                (OUT / f"{name}.json").write_text(written(make(emulator, name, story, folder)))
                (OUT / f"{name}.expect.json").write_text(json.dumps(story.expect, indent=1) + "\n")
                title = f"# {name}\n\n"
                text = "\n\n".join(textwrap.fill(" ".join(p.split()), 100, break_long_words=False,
                                                 break_on_hyphens=False) for p in story.text.split("\n\n"))
                (OUT / f"{name}.md").write_text(title + text.strip() + "\n")
                print(name)
    finally:
        emulator.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
