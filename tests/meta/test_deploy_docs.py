"""docs/DEPLOY.md and docs/QUICKSTART.md against the tables and the tools."""
import re
import shlex
import subprocess


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


def test_every_command_of_the_quickstart_is_one_that_the_tool_takes(root, build, tmp_path):
    commands = [line for block in re.findall(r"^```\n(.*?)^```", doc(root, "QUICKSTART.md"), re.M | re.S)
                for line in block.splitlines() if line.startswith("m2-")]
    assert len(commands) >= 9
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile mylab]\nregion = us-east-1\n")
    for command in commands:
        name, *words = shlex.split(command)
        done = subprocess.run([build / name, *words, "--explain-config"], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}, cwd=tmp_path)
        assert done.returncode == 0 and "mylab" in done.stdout, (command, done.stderr)
