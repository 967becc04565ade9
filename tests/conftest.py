"""What every Python suite shares: where the tree is, where the binaries are, and a pinned environment."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("M2_BUILD_DIR", ROOT / "build" / "dev"))

sys.path.insert(0, str(ROOT / "tests" / "fake"))
import brain as fake_brain  # noqa: E402

EXPECTED_STATUSES = {0, 1, 2, 3, 4, 70, 130}


class Result:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    def __repr__(self):
        return f"exit {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class Tool:
    """Runs a real binary in an environment that holds nothing of the machine's."""

    def __init__(self, name, home):
        self.path, self.home = BUILD / name, home
        self.env = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC",
                    "AWS_EC2_METADATA_DISABLED": "true", "NO_PROXY": "127.0.0.1"}

    def __call__(self, *args, env=None, stdin=None, timeout=60, wrapper=()):
        done = subprocess.run([*wrapper, str(self.path), *map(str, args)], env={**self.env, **(env or {})},
                              input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=timeout, cwd=self.home)
        result = Result(done)
        assert done.returncode in EXPECTED_STATUSES, f"not a documented exit status: {result}"
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, result
        return result


@pytest.fixture
def doctor(tmp_path):
    return Tool("m2-doctor", tmp_path)


@pytest.fixture
def cost(tmp_path):
    return Tool("m2-cost", tmp_path)


@pytest.fixture
def register(tmp_path):
    tool = Tool("m2-register", tmp_path)
    tool.env["XDG_STATE_HOME"] = str(tmp_path / "state")
    return tool


@pytest.fixture
def verify(tmp_path):
    return Tool("m2-verify", tmp_path)


@pytest.fixture
def cleanup(tmp_path):
    tool = Tool("m2-cleanup", tmp_path)
    tool.env["XDG_STATE_HOME"] = str(tmp_path / "state")
    return tool


@pytest.fixture
def deploy(tmp_path):
    tool = Tool("m2-deploy", tmp_path)
    tool.env["XDG_STATE_HOME"] = str(tmp_path / "state")
    return tool


@pytest.fixture
def brain():
    """A Brain of the test's own: its state is brain.brain, its address brain.url."""
    with fake_brain.Server() as server:
        yield server


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def build():
    return BUILD
