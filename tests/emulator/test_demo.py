"""docs/REGISTER.md's walk, command by command, on what scripts/demo-brain.sh starts."""
import os
import pty
import re
import signal
import subprocess
import sys

import pytest


@pytest.fixture
def demo(root):
    process = subprocess.Popen([root / "scripts/demo-brain.sh", "--with-aws"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               text=True, env={**os.environ, "M2_PYTHON": sys.executable})
    exports = [process.stdout.readline() for _ in range(2)]
    assert all(line.startswith("export ") for line in exports), exports
    yield dict(word.split("=", 1) for line in exports for word in line.split()[1:])
    process.send_signal(signal.SIGTERM)
    process.wait(20)


def typed(tool, words, answer):
    """Run on a terminal of its own and type ANSWER."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(tool.path, ["m2-register", *words], tool.env)
    seen = b""
    try:
        while chunk := os.read(fd, 4096):
            if b"Type " in chunk:
                os.write(fd, answer.encode() + b"\n")
            seen += chunk
    except OSError:
        pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen.decode()


def test_a_new_user_follows_the_page(root, register, demo):
    register.env.update(demo)
    block = next(b for b in re.findall(r"```\n(.*?)```", (root / "docs/REGISTER.md").read_text(), re.S) if "--alias" in b)
    lines = block.strip().splitlines()
    assert len(lines) == 6
    for line in lines:
        command, _, comment = line.partition("#")
        words = [w.strip('"') for w in re.findall(r'"[^"]*"|\S+', command)[1:]]
        if "--unregister" in words:
            status, out = typed(register, words, words[-1])
            assert status == 0 and f"Removed: unit {words[-1]}." in out, out
            continue
        run = register(*words)
        assert run.status == 0, (line, run)
        promise = re.match(r"\s*(Registered: .*|Already .*|Updated: )", comment)
        if promise:
            assert promise[1].rstrip(" …") in run.out, (line, run)
    assert register("--list").out == "There is no computing unit of MR Optimum.\n"


def test_and_sees_it_verified_broken_named_and_mended(root, register, verify, demo):
    for tool in (register, verify):
        tool.env.update(demo)
    register("--alias", "Lab 3")  # as the first walk left the numbers: two units were made and are gone
    register("--alias", "Lab 4")
    unit = register("--list").out.splitlines()[2].split()[0]
    assert unit == "cu-0002" and register("--unregister", unit, "--confirm", unit).status == 0
    block = next(b for b in re.findall(r"```\n(.*?)```", (root / "docs/REGISTER.md").read_text(), re.S) if "m2-verify" in b)
    broken = False
    for line in block.strip().splitlines():
        command, _, comment = line.partition("   #")
        words = re.findall(r"\S+", command)
        if words[0] == "curl":
            subprocess.run(["bash", "-c", command], env={**os.environ, **demo}, check=True, capture_output=True)
            broken = True
            continue
        if "--unregister" in words:
            assert register("--unregister", words[-1], "--confirm", words[-1]).status == 0, line
            continue
        run = {"m2-register": register, "m2-verify": verify}[words[0].rsplit("/", 1)[1]](*words[1:])
        assert comment.strip(" \u2026.") in run.out, (line, run)
        assert run.status == int(broken and "names another" in comment), (line, run)
    assert register("--list").out == "There is no computing unit of MR Optimum.\n"
