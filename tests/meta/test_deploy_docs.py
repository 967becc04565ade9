"""docs/DEPLOY.md and docs/QUICKSTART.md against the tables and the tools."""
import re
import shlex
import subprocess

import pytest

from test_commands import wrong


def doc(root, name):
    return (root / "docs" / name).read_text()


def test_every_state_of_a_stack_is_in_the_document_and_back(root):
    rows = re.findall(r'^    \{ "([A-Z_]*)",', (root / "libcommon/deploy/states.c").read_text(), re.M)
    table = doc(root, "DEPLOY.md").split("## The states of a stack", 1)[1].split("\n## ", 1)[0]
    assert len(rows) == 24 and sorted(re.findall(r"`([A-Z]+_[A-Z_]+)`", table)) == sorted(filter(None, rows))


def test_every_outcome_is_in_the_format(root):
    names = re.search(r"deploy_outcome_name.*?\{.*?\{(.*?)\}", (root / "tools/m2-deploy/run.c").read_text(), re.S)[1]
    row = next(line for line in doc(root, "FORMATS.md").splitlines() if line.startswith("| `outcome` | `not-ready`"))
    assert re.findall(r"(?<=`)[a-z][a-z-]*(?=` ?\(|`,|` \|)", row.split("|", 2)[2]) == re.findall(r'"([a-z-]+)"', names)


def commands_of(text, first):
    """Lines of code blocks, of a workflow's steps too, that begin with FIRST; and inline code with more than a name."""
    blocks = "".join(re.findall(r"^```[a-z]*\n(.*?)^```", text, re.M | re.S)).replace("\\\n", " ")
    inline = re.findall(r"`(%s[a-z0-9]+ --[^`]*)`" % first, re.sub(r"^```.*?^```", "", text, flags=re.M | re.S).replace("\n", " "))
    lines = [re.sub(r"^ *(?:- )?(?:run: )?", "", line) for line in blocks.splitlines()]
    return [line for line in lines + inline if line.startswith(first) and "…" not in line]


PAGES = {"QUICKSTART.md": 9, "CI.md": 9, "MIGRATE.md": 9, "DEPLOY.md": 2}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_is_one_that_the_tool_takes(root, build, tmp_path, page):
    commands = commands_of(doc(root, page), "m2-")
    assert len(commands) >= PAGES[page], commands
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile mylab]\nregion = us-east-1\n")
    (tmp_path / "results").mkdir()
    (tmp_path / "mode2.env").write_text("STACK_NAME=mroptimum-mode2\n")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "STACK_NAME": "mroptimum-mode2-ci"}
    for command in commands:
        words = shlex.split(re.split(r" >>| \|\| ", command)[0])
        name, *words = [w.replace("$STACK_NAME", env["STACK_NAME"]) for w in words]
        done = subprocess.run([build / name, *words, "--explain-config"], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env=env, cwd=tmp_path)
        assert done.returncode == 0 and ("--profile" not in words or "mylab" in done.stdout), (command, done.stderr)


@pytest.mark.parametrize("page", ["CI.md", "MIGRATE.md"])
def test_every_aws_command_of_the_page_exists(root, page):
    commands = commands_of(doc(root, page), "aws ")
    assert len(commands) == 3
    assert not [fault for c in commands if (fault := wrong(c))]
